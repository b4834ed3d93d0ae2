//! Failures of the Directus login (reference 2).

use super::{Remedy, Sentences, in_seconds};

/// Why the connection is not logged in, or no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginFailure {
    /// The token Harewire sent was refused.
    TokenRefused,
    /// An `auth` message of the user was refused, or another message stood in its place.
    MessageRefused,
    /// Nothing was sent in time.
    NothingSent,
    /// In public mode: refused, and the connection goes on as public.
    RefusedInPublic,
    /// No answer to `auth`.
    Silent {
        /// How long it has been, milliseconds.
        after_ms: u128,
    },
    /// The token ran out on the open connection.
    TokenExpired,
    /// No new login after the token ran out.
    AuthTimeout,
    /// A second `auth` on an open connection was refused.
    ReloginRefused,
    /// This build can't log in with such a credential.
    KindUnknown(&'static str),
}

impl LoginFailure {
    pub(crate) const fn remedy(self) -> Remedy {
        match self {
            Self::TokenRefused | Self::MessageRefused | Self::NothingSent | Self::KindUnknown(_) => {
                Remedy::Change
            }
            Self::RefusedInPublic
            | Self::Silent { .. }
            | Self::TokenExpired
            | Self::AuthTimeout
            | Self::ReloginRefused => Remedy::Again,
        }
    }

    pub(crate) fn sentences(self) -> Sentences {
        match self {
            Self::TokenRefused => Sentences::new(
                "The server refused the token (AUTH_FAILED).",
                "The token is misspelt, expired, was replaced, or its user is suspended; Directus doesn't say which.",
                "Check the token in the profile, or make a new one in the user's page in Directus.",
            ),
            Self::MessageRefused => Sentences::new(
                "The server refused the first message as a login (AUTH_FAILED).",
                "In handshake mode the first message must be an auth message with a valid credential; anything else \
                 ends the connection.",
                "Send an auth message first, or enter a token in the profile.",
            ),
            Self::NothingSent => Sentences::new(
                "The server gave up waiting for a login (AUTH_FAILED).",
                "No auth message was sent within the server's limit (10 s by default).",
                "Enter a token in the profile, or send an auth message right after connecting.",
            ),
            Self::RefusedInPublic => Sentences::new(
                "The server refused the login (AUTH_FAILED); the connection goes on with public rights.",
                "The token is wrong or expired; in public mode Directus keeps the connection.",
                "Check the token, then connect again.",
            ),
            Self::Silent { after_ms } => Sentences::new(
                format!("The server has not answered the login for {}.", in_seconds(after_ms)),
                "Directus 11.1.0 never answers (a known fault of that version), or the endpoint is not Directus.",
                "Update the server, or check that the path is that of the Directus WebSocket.",
            ),
            Self::TokenExpired => Sentences::new(
                "The token has expired (TOKEN_EXPIRED); from now on the server treats the connection as public.",
                "It was a short-lived token from a login; static tokens don't expire.",
                "Send an auth message with a new token within 10 s, or use a static token.",
            ),
            Self::AuthTimeout => Sentences::new(
                "The server ended the session (AUTH_TIMEOUT).",
                "After the token expired no new login came in time.",
                "Connect with a new token, or use a static one.",
            ),
            Self::ReloginRefused => Sentences::new(
                "The server refused a new login on the open connection (AUTH_FAILED).",
                "The credential in the auth message is wrong or expired; outside public mode the server now closes.",
                "Check the credential in that message.",
            ),
            Self::KindUnknown(kind) => Sentences::new(
                format!("No connection was made: Harewire can't log in with this credential yet ({kind})."),
                "Of the credentials, static tokens and access tokens are the ones this build can send.",
                "Choose the static token in the profile.",
            ),
        }
    }

    #[cfg(test)]
    pub(crate) fn samples() -> Vec<Self> {
        vec![
            Self::TokenRefused,
            Self::MessageRefused,
            Self::NothingSent,
            Self::RefusedInPublic,
            Self::Silent { after_ms: 15_000 },
            Self::TokenExpired,
            Self::AuthTimeout,
            Self::ReloginRefused,
            Self::KindUnknown("session cookie"),
        ]
    }
}
