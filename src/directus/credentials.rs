//! `Credentials`: who we say we are, and where on the way we say it.

use serde::{Deserialize, Serialize};

use crate::directus::Secret;

/// What a connection logs in with (reference 2.2, 9). Printing one shows no value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Credentials {
    /// Nothing: the public role.
    #[default]
    None,
    /// A static token, or an access token pasted by hand.
    StaticToken(Secret),
    /// E-mail and password of a user of the default provider.
    Password {
        /// The user's e-mail address; no secret.
        email: String,
        /// The password.
        password: Secret,
        /// One-time password. The login of the socket can't take one (reference 2.2), that over HTTP can.
        otp: Option<Secret>,
        /// Log in with an `auth` message on the socket instead of over HTTP.
        in_band: bool,
    },
    /// A refresh token. Each use replaces it, and the old one is dead (reference 2.2).
    RefreshToken {
        /// The token.
        token: Secret,
        /// Show it in an `auth` message on the socket instead of over HTTP.
        in_band: bool,
    },
    /// The cookie of a session of the data studio.
    SessionCookie {
        /// Name of the cookie, `directus_session_token` unless the server is configured otherwise.
        name: String,
        /// Its value, a web token.
        value: Secret,
    },
}

/// Name of the session cookie that Directus sets unless `SESSION_COOKIE_NAME` says otherwise.
pub const SESSION_COOKIE: &str = "directus_session_token";

/// Where the access token is shown to the server. Strict mode knows the query only (reference 2.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenPlace {
    /// In an `auth` message, the first on the socket.
    #[default]
    Message,
    /// As `access_token` in the URL of the upgrade.
    Query,
}

impl Credentials {
    /// The access token to send, if there is one without asking the server for it first.
    #[must_use]
    pub const fn token(&self) -> Option<&Secret> {
        match self {
            Self::StaticToken(token) => Some(token),
            Self::None | Self::Password { .. } | Self::RefreshToken { .. } | Self::SessionCookie { .. } => {
                None
            }
        }
    }

    /// Whether the access token comes from a login over HTTP.
    #[must_use]
    pub const fn over_http(&self) -> bool {
        matches!(self, Self::Password { in_band: false, .. } | Self::RefreshToken { in_band: false, .. })
    }

    /// Every value that must be shown nowhere.
    pub fn secrets(&self) -> impl Iterator<Item = &Secret> {
        let (first, second) = match self {
            Self::None => (None, None),
            Self::StaticToken(secret) | Self::RefreshToken { token: secret, .. } => (Some(secret), None),
            Self::Password { password, otp, .. } => (Some(password), otp.as_ref()),
            Self::SessionCookie { value, .. } => (Some(value), None),
        };
        first.into_iter().chain(second)
    }

    /// The kind in words, without the value.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::StaticToken(_) => "static token",
            Self::Password { .. } => "e-mail and password",
            Self::RefreshToken { .. } => "refresh token",
            Self::SessionCookie { .. } => "session cookie",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_kind_prints_its_value() {
        let hush = || Secret::new("hush-1234");
        let kinds = [
            Credentials::StaticToken(hush()),
            Credentials::Password {
                email: "a@b.c".into(),
                password: hush(),
                otp: Some(hush()),
                in_band: true,
            },
            Credentials::RefreshToken { token: hush(), in_band: false },
            Credentials::SessionCookie { name: SESSION_COOKIE.into(), value: hush() },
        ];
        for credentials in kinds {
            assert!(!format!("{credentials:?}").contains("hush"), "{}", credentials.kind());
            assert!(credentials.secrets().all(|secret| secret.expose() == "hush-1234"));
            assert!(credentials.secrets().next().is_some(), "{}", credentials.kind());
        }
    }
}
