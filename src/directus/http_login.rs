//! The login over HTTP: what is asked, and what the answer brings (reference 9).

use serde::Deserialize;
use serde_json::json;

use crate::directus::Secret;

/// Path of the login.
pub const LOGIN_PATH: &str = "/auth/login";
/// Path of the renewal by refresh token.
pub const REFRESH_PATH: &str = "/auth/refresh";
/// Path that tells a user who they are.
pub const ME_PATH: &str = "/users/me";
/// What is asked of it. A field that may not be read makes the whole answer 403, so roles are asked for by name only.
pub const ME_FIELDS: &str = "id,email,first_name,last_name,role.name";
/// Path that tells what the policies of a user add up to.
pub const GLOBALS_PATH: &str = "/policies/me/globals";

/// The tokens of a login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tokens {
    /// What is shown to the socket.
    pub access: Secret,
    /// What renews it. The one it replaces is dead.
    pub refresh: Option<Secret>,
    /// How long the access token lives, milliseconds.
    pub expires_ms: Option<u64>,
}

#[derive(Deserialize)]
struct Answer {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    access_token: String,
    #[serde(default)]
    refresh_token: Option<String>,
    #[serde(default)]
    expires: Option<u64>,
}

impl Tokens {
    /// Reads the body of a good answer; `None` if it holds no access token.
    #[must_use]
    pub fn read(body: &[u8]) -> Option<Self> {
        let Answer { data } = serde_json::from_slice(body).ok()?;
        Some(Self {
            access: Secret::new(data.access_token),
            refresh: data.refresh_token.map(Secret::new),
            expires_ms: data.expires,
        })
    }
}

/// `extensions.code` of the first error of an answer; `None` if it is none of Directus.
#[must_use]
pub fn http_error_code(body: &[u8]) -> Option<String> {
    let value: serde_json::Value = serde_json::from_slice(body).ok()?;
    let code = value.pointer("/errors/0/extensions/code")?.as_str()?;
    // It is quoted in a sentence, and codes are short words.
    let plain = code.len() <= 64 && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    plain.then(|| code.to_owned())
}

/// The body of a login with e-mail and password.
#[must_use]
pub fn login_body(email: &str, password: &Secret, otp: Option<&Secret>) -> String {
    let mut body = json!({"email": email, "password": password.expose(), "mode": "json"});
    if let (Some(body), Some(otp)) = (body.as_object_mut(), otp) {
        body.insert("otp".to_owned(), otp.expose().into());
    }
    body.to_string()
}

/// The body of a renewal, which uses the token up.
#[must_use]
pub fn refresh_body(token: &Secret) -> String {
    json!({"refresh_token": token.expose(), "mode": "json"}).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_brings_tokens_and_how_long_they_live() {
        let body = br#"{"data":{"expires":900000,"refresh_token":"r","access_token":"a"}}"#;
        let tokens = Tokens::read(body).unwrap();
        assert_eq!(tokens.access.expose(), "a");
        assert_eq!((tokens.refresh.unwrap().expose(), tokens.expires_ms), ("r", Some(900_000)));
        for none in [&b"<html>"[..], br#"{"data":{"expires":1}}"#, br#"{"data":null}"#, b""] {
            assert_eq!(Tokens::read(none), None);
        }
    }

    #[test]
    fn codes_are_short_words() {
        let body = br#"{"errors":[{"message":"m","extensions":{"code":"INVALID_OTP"}}]}"#;
        assert_eq!(http_error_code(body).as_deref(), Some("INVALID_OTP"));
        for none in [&b"<html>"[..], br#"{"errors":[]}"#, br#"{"errors":[{"extensions":{"code":"a b"}}]}"#] {
            assert_eq!(http_error_code(none), None);
        }
    }
}
