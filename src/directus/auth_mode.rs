//! `AuthMode`: how a server wants its clients to log in.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The three modes of the REST socket (reference 2.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AuthMode {
    /// No login needed; a login may come at any time.
    Public,
    /// The first message must be a login. The default of Directus.
    #[default]
    Handshake,
    /// The token is in the URL, or there is no socket.
    Strict,
}

impl AuthMode {
    /// All modes, in the order they are offered.
    pub const ALL: [Self; 3] = [Self::Handshake, Self::Public, Self::Strict];

    /// The word of Directus' own configuration.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Handshake => "handshake",
            Self::Strict => "strict",
        }
    }
}

impl fmt::Display for AuthMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The text named no mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an authentication mode: write handshake, public or strict")]
pub struct UnknownMode;

impl FromStr for AuthMode {
    type Err = UnknownMode;

    fn from_str(text: &str) -> Result<Self, UnknownMode> {
        let text = text.trim();
        Self::ALL.into_iter().find(|mode| text.eq_ignore_ascii_case(mode.name())).ok_or(UnknownMode)
    }
}

#[cfg(test)]
mod tests {
    use crate::directus::AuthMode;

    #[test]
    fn every_mode_reads_what_it_prints() {
        for mode in AuthMode::ALL {
            assert_eq!(mode.to_string().parse(), Ok(mode));
            assert_eq!(serde_json::to_string(&mode).unwrap(), format!("\"{mode}\""));
        }
        assert_eq!(" Strict\n".parse(), Ok(AuthMode::Strict));
        assert!("open".parse::<AuthMode>().is_err());
    }
}
