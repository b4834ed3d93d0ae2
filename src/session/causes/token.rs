//! What an `auth` message offers, as far as it can be read with its secrets masked (reference 2.2).

use serde_json::{Map, Value};

/// Longer messages are no logins.
const LONGEST: usize = 64 << 10;
/// Keys that people write instead of `access_token` (reference 8.5, 1).
const MISTAKEN: [&str; 9] = [
    "accessToken",
    "token",
    "access-token",
    "accesstoken",
    "jwt",
    "bearer",
    "authorization",
    "Authorization",
    "api_key",
];

/// The credential of an `auth` message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Offer {
    /// `access_token`, as masked.
    Token(String),
    /// `email` and `password`.
    Password {
        /// The address has the form of one; otherwise the message does not fit the schema.
        is_address: bool,
        /// A one-time password was sent along, which the socket does not look at.
        otp: bool,
    },
    /// `refresh_token`, as masked.
    Refresh(String),
    /// A key of a credential holds something other than a text: which, and what.
    NotText(&'static str, &'static str),
    /// One half of e-mail and password.
    Half(&'static str),
    /// None of the keys Directus knows; a key that was perhaps meant as `access_token`.
    Nothing(Option<String>),
}

impl Offer {
    /// Reads the text of an `auth` message.
    pub(super) fn read(text: &str) -> Self {
        let object: Map<String, Value> =
            if text.len() > LONGEST { Map::new() } else { serde_json::from_str(text).unwrap_or_default() };
        if let Some(token) = object.get("access_token") {
            return text_of(token, "access_token", Self::Token);
        }
        if let Some(token) = object.get("refresh_token") {
            return text_of(token, "refresh_token", Self::Refresh);
        }
        match (object.get("email"), object.get("password")) {
            (Some(Value::String(email)), Some(Value::String(_))) => {
                Self::Password { is_address: is_address(email), otp: object.contains_key("otp") }
            }
            (Some(Value::String(_)), Some(other)) => Self::NotText("password", kind_of(other)),
            (Some(other), Some(_)) => Self::NotText("email", kind_of(other)),
            (Some(_), None) => Self::Half("password"),
            (None, Some(_)) => Self::Half("email"),
            (None, None) => {
                Self::Nothing(object.keys().find(|key| MISTAKEN.contains(&key.as_str())).cloned())
            }
        }
    }

    /// Whether it fits the server's schema: what doesn't is swallowed on a live connection (reference 2.4).
    pub(super) const fn fits(&self) -> bool {
        matches!(self, Self::Token(_) | Self::Refresh(_) | Self::Password { is_address: true, .. })
    }

    /// The credential in words.
    pub(super) const fn words(&self) -> &'static str {
        match self {
            Self::Token(_) => "a token",
            Self::Password { .. } => "e-mail and password",
            Self::Refresh(_) => "a refresh token",
            Self::NotText(..) | Self::Half(_) | Self::Nothing(_) => "no usable credential",
        }
    }
}

fn text_of(value: &Value, key: &'static str, made: impl Fn(String) -> Offer) -> Offer {
    match value {
        Value::String(text) if text.is_empty() => Offer::NotText(key, "an empty text"),
        Value::String(text) => made(text.clone()),
        other => Offer::NotText(key, kind_of(other)),
    }
}

const fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Whether it looks like an e-mail address to the server's schema, roughly.
fn is_address(text: &str) -> bool {
    let Some((name, domain)) = text.split_once('@') else { return false };
    !name.is_empty() && domain.contains('.') && !domain.ends_with('.') && !text.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::Offer;

    #[test]
    fn offers_are_told_apart() {
        let password = |is_address, otp| Offer::Password { is_address, otp };
        for (text, offer) in [
            (r#"{"type":"auth","access_token":"[masked 1]"}"#, Offer::Token("[masked 1]".into())),
            (
                r#"{"type":"auth","access_token":"[masked 1]","email":"a@b.c","password":"x"}"#,
                Offer::Token("[masked 1]".into()),
            ),
            (r#"{"type":"auth","access_token":null}"#, Offer::NotText("access_token", "null")),
            (r#"{"type":"auth","access_token":""}"#, Offer::NotText("access_token", "an empty text")),
            (r#"{"type":"auth","email":"a@b.c","password":"x"}"#, password(true, false)),
            (r#"{"type":"auth","email":"ab.c","password":"x","otp":"1"}"#, password(false, true)),
            (r#"{"type":"auth","email":"a@b.c"}"#, Offer::Half("password")),
            (r#"{"type":"auth","refresh_token":"[masked 2]"}"#, Offer::Refresh("[masked 2]".into())),
            (r#"{"type":"auth","accessToken":"[masked 2]"}"#, Offer::Nothing(Some("accessToken".into()))),
            (r#"{"type":"auth"}"#, Offer::Nothing(None)),
        ] {
            assert_eq!(Offer::read(text), offer, "{text}");
        }
    }
}
