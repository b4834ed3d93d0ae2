//! The login messages of the socket: what one shows to the server, and what the answer brings (reference 2.2).

use serde_json::{Map, Value, json};

use crate::directus::Secret;

/// Which credential of an `auth` message decides who the connection is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presented {
    /// An access token; it decides where several stand in one message.
    AccessToken(Secret),
    /// E-mail and password; the e-mail address.
    Password(String),
    /// A refresh token.
    RefreshToken,
}

impl Presented {
    /// Reads a message about to be sent. `None` where the server would swallow it: no credential in it, or one of
    /// another type than text (reference 2.4).
    #[must_use]
    pub fn read(message: &str) -> Option<Self> {
        let message = object(message)?;
        let text = |name: &str| message.get(name)?.as_str();
        if let Some(token) = text("access_token") {
            return Some(Self::AccessToken(Secret::new(token)));
        }
        if let (Some(email), Some(_)) = (text("email"), text("password")) {
            return Some(Self::Password(email.to_owned()));
        }
        text("refresh_token").map(|_| Self::RefreshToken)
    }
}

/// The refresh token that the answer to a login brings. It replaces the one used.
#[must_use]
pub fn new_refresh_token(message: &str) -> Option<Secret> {
    object(message)?.get("refresh_token")?.as_str().map(Secret::new)
}

/// An `auth` message with an access token.
#[must_use]
pub fn auth_with_token(token: &Secret, uid: Option<&str>) -> String {
    with_uid(json!({"type": "auth", "access_token": token.expose()}), uid)
}

/// An `auth` message with e-mail and password.
#[must_use]
pub fn auth_with_password(email: &str, password: &Secret, uid: Option<&str>) -> String {
    with_uid(json!({"type": "auth", "email": email, "password": password.expose()}), uid)
}

/// An `auth` message with a refresh token, which it uses up.
#[must_use]
pub fn auth_with_refresh_token(token: &Secret, uid: Option<&str>) -> String {
    with_uid(json!({"type": "auth", "refresh_token": token.expose()}), uid)
}

fn with_uid(mut message: Value, uid: Option<&str>) -> String {
    if let (Some(message), Some(uid)) = (message.as_object_mut(), uid) {
        message.insert("uid".to_owned(), uid.into());
    }
    message.to_string()
}

fn object(text: &str) -> Option<Map<String, Value>> {
    serde_json::from_str(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_access_token_decides() {
        let presented = |text| Presented::read(text);
        let token = |value| Some(Presented::AccessToken(Secret::new(value)));
        assert_eq!(presented(r#"{"type":"auth","access_token":"t"}"#), token("t"));
        assert_eq!(presented(r#"{"email":"a@b.c","password":"p","access_token":"t"}"#), token("t"));
        let password = Some(Presented::Password("a@b.c".into()));
        assert_eq!(presented(r#"{"email":"a@b.c","password":"p","refresh_token":"r"}"#), password);
        assert_eq!(presented(r#"{"email":"a@b.c","refresh_token":"r"}"#), Some(Presented::RefreshToken));
        for swallowed in [r#"{"type":"auth"}"#, r#"{"access_token":null}"#, "no json", "[]"] {
            assert_eq!(presented(swallowed), None, "{swallowed}");
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        let odd = Secret::new("a\"b\\c\u{1F980}");
        let message = auth_with_token(&odd, Some("u-1"));
        assert_eq!(Presented::read(&message), Some(Presented::AccessToken(odd.clone())));
        assert!(message.ends_with(r#","uid":"u-1"}"#), "{message}");
        assert_eq!(
            Presented::read(&auth_with_password("a@b.c", &odd, None)),
            Some(Presented::Password("a@b.c".into()))
        );
        let refresh = auth_with_refresh_token(&odd, None);
        assert_eq!(Presented::read(&refresh), Some(Presented::RefreshToken));
        assert_eq!(new_refresh_token(&refresh), Some(odd));
        assert_eq!(new_refresh_token(r#"{"type":"auth","status":"ok"}"#), None);
    }
}
