//! `VaultModel`: what the views may know of credentials: where values are, never the values.

use crate::directus::Secret;
use crate::settings::{CredentialKind, Environment, ProfileId};

/// Whether values can be kept beyond this run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeyringState {
    /// There is no keyring, or it does not answer.
    #[default]
    Missing,
    /// It is being asked.
    Opening,
    /// It answers.
    Ready,
    /// Another window is the one that writes.
    ReadOnly,
}

impl KeyringState {
    /// Why nothing new can be kept, if nothing can.
    #[must_use]
    pub const fn obstacle(self) -> Option<&'static str> {
        match self {
            Self::Missing => Some("No keyring answered: what you type is kept for this session only"),
            Self::Opening => Some("Waiting for the system's keyring…"),
            Self::Ready => None,
            Self::ReadOnly => {
                Some("Another Harewire window is open: this one reads the keyring and puts nothing into it")
            }
        }
    }
}

/// Where values are.
#[derive(Clone, Copy, Debug, Default)]
pub struct VaultModel<'a> {
    /// Values known in this run, by profile and kind.
    pub known: &'a [(ProfileId, CredentialKind)],
    /// Values known to lie in the keyring.
    pub kept: &'a [(ProfileId, CredentialKind)],
    /// Whether values can be kept beyond this run.
    pub keyring: KeyringState,
    /// What went wrong with the keyring and was not mended since.
    pub trouble: Option<&'a str>,
    /// A connection waits for the keyring.
    pub is_waiting: bool,
    /// What the variables of this process offer for the form.
    pub environment: Option<&'a Environment>,
}

impl VaultModel<'_> {
    /// Whether the value needs no typing in this run.
    #[must_use]
    pub fn knows(&self, profile: ProfileId, kind: CredentialKind) -> bool {
        self.known.contains(&(profile, kind))
    }

    /// Whether the value is known to lie in the keyring.
    #[must_use]
    pub fn keeps(&self, profile: ProfileId, kind: CredentialKind) -> bool {
        self.kept.contains(&(profile, kind))
    }
}

/// What the views want done about credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VaultAction {
    /// Ask the keyring again for all that failed.
    Retry,
    /// Take the values of this profile out of the keyring.
    Forget(ProfileId),
    /// Ask for a `.env` file and fill in the connect form from it.
    AskDotenv,
    /// Fill in the connect form from the text of a `.env` file.
    UseDotenv(Secret),
}
