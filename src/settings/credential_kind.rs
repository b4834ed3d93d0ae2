//! `CredentialKind`: with what a profile logs in. The value itself is kept elsewhere.

use serde::{Deserialize, Serialize};

/// Which credential is used (reference 2.2, 9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CredentialKind {
    /// No login.
    None,
    /// A static token, or an access token pasted by hand.
    #[default]
    StaticToken,
    /// E-mail and password.
    Password,
    /// A refresh token; each use replaces it.
    RefreshToken,
    /// The cookie of a session of the data studio.
    SessionCookie,
}

impl CredentialKind {
    /// Those that have a value to keep.
    pub const WITH_SECRET: [Self; 4] =
        [Self::StaticToken, Self::Password, Self::RefreshToken, Self::SessionCookie];

    /// What its value is called in a sentence, in lower case.
    #[must_use]
    pub const fn secret_name(self) -> &'static str {
        match self {
            Self::None => "credential",
            Self::StaticToken => "token",
            Self::Password => "password",
            Self::RefreshToken => "refresh token",
            Self::SessionCookie => "session cookie",
        }
    }

    /// Its word in the names of keyring entries. Never changed once released: entries are found by it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::StaticToken => "static-token",
            Self::Password => "password",
            Self::RefreshToken => "refresh-token",
            Self::SessionCookie => "session-cookie",
        }
    }
}
