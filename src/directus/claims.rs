//! `Claims`: what a token says of itself.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Longer values are no identifiers of Directus and would only fill the window.
const LONGEST: usize = 128;

/// What kind of access token a credential is, or leads to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenKind {
    /// A static token of a user: it has no expiry (reference 2.5).
    Static,
    /// A web token from a login; it expires.
    Access,
    /// A web token of a studio session.
    Session,
    /// A web token of a shared item.
    Share,
    /// Not seen: the server keeps it to itself (a login on the socket), or there is none.
    #[default]
    Unknown,
}

/// The payload of a web token (reference 9). It is read without the server's key: a claim, not a proof.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    /// Which kind of token it is.
    pub kind: TokenKind,
    /// `id`: key of the user.
    pub user: Option<String>,
    /// `role`: key of the role.
    pub role: Option<String>,
    /// `app_access`: may use the data studio.
    pub app_access: Option<bool>,
    /// `admin_access`: may do everything.
    pub admin_access: Option<bool>,
    /// `iat`: seconds since 1970, by the server's clock.
    pub issued_at: Option<i64>,
    /// `exp`: the same, when it ends.
    pub expires_at: Option<i64>,
}

impl Claims {
    /// Reads the token. What isn't a web token counts as static, which claims nothing. The session's own claim is
    /// a refresh token, so only that it is there is kept.
    #[must_use]
    pub fn of_token(token: &str) -> Self {
        let Some(payload) = payload(token) else {
            return Self { kind: TokenKind::Static, ..Self::default() };
        };
        let kind = match (payload.contains_key("session"), payload.contains_key("share")) {
            (_, true) => TokenKind::Share,
            (true, false) => TokenKind::Session,
            (false, false) => TokenKind::Access,
        };
        let text = |name: &str| {
            let value = payload.get(name)?.as_str()?;
            (value.len() <= LONGEST).then(|| value.to_owned())
        };
        let flag = |name: &str| match payload.get(name)? {
            Value::Bool(on) => Some(*on),
            // Some databases have no booleans, and the flag is copied as it comes.
            Value::Number(number) => number.as_i64().map(|number| number != 0),
            _ => None,
        };
        let time = |name: &str| payload.get(name)?.as_i64();
        Self {
            kind,
            user: text("id"),
            role: text("role"),
            app_access: flag("app_access"),
            admin_access: flag("admin_access"),
            issued_at: time("iat"),
            expires_at: time("exp"),
        }
    }
}

/// The middle part of `header.payload.signature`, if it is a JSON object.
fn payload(token: &str) -> Option<Map<String, Value>> {
    let mut parts = token.split('.');
    let (_, payload, _, None) = (parts.next()?, parts.next()?, parts.next()?, parts.next()) else {
        return None;
    };
    let bytes = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    serde_json::from_slice(&bytes).ok()
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use proptest::prelude::*;

    use super::{Claims, TokenKind};

    fn token(payload: &str) -> String {
        format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(payload))
    }

    #[test]
    fn reads_what_directus_writes() {
        let claims = Claims::of_token(&token(
            r#"{"id":"u-1","role":"r-1","app_access":true,"admin_access":0,"iat":100,"exp":1000,"iss":"directus"}"#,
        ));
        let expected = Claims {
            kind: TokenKind::Access,
            user: Some("u-1".into()),
            role: Some("r-1".into()),
            app_access: Some(true),
            admin_access: Some(false),
            issued_at: Some(100),
            expires_at: Some(1000),
        };
        assert_eq!(claims, expected);
    }

    #[test]
    fn tells_the_kinds_apart_and_never_keeps_the_session() {
        for (payload, kind) in [
            (r#"{"id":"u","session":"planted-refresh"}"#, TokenKind::Session),
            (r#"{"share":"s","role":null}"#, TokenKind::Share),
            (r#"{"id":7,"exp":"soon"}"#, TokenKind::Access),
        ] {
            let claims = Claims::of_token(&token(payload));
            assert_eq!(claims.kind, kind, "{payload}");
            assert!(!format!("{claims:?}").contains("planted"));
            assert_eq!(claims.expires_at, None, "{payload}");
        }
        for token in ["static-token", "", "a.b", "a.b.c.d", "a.!!.c", "a.W10.c"] {
            assert_eq!(Claims::of_token(token), Claims { kind: TokenKind::Static, ..Claims::default() });
        }
    }

    proptest! {
        #[test]
        fn reads_anything(text in ".{0,80}") {
            prop_assert_eq!(Claims::of_token(&text).expires_at, None);
            // A payload that happens to be JSON is read, anything else claims nothing.
            let _ = Claims::of_token(&token(&text));
        }
    }
}
