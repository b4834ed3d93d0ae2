//! `Credentials`: who we say we are.

use crate::directus::Secret;

/// What a connection logs in with. More kinds will come: match with a wildcard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Credentials {
    /// Nothing: the public role.
    #[default]
    None,
    /// A static token, or an access token pasted by hand.
    StaticToken(Secret),
}

impl Credentials {
    /// The token to send, if there is one.
    #[must_use]
    pub fn token(&self) -> Option<&Secret> {
        match self {
            Self::None => None,
            Self::StaticToken(token) => Some(token),
        }
    }

    /// The kind in words, without the value.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::StaticToken(_) => "static token",
        }
    }
}
