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
    /// E-mail and password were refused.
    PasswordRefused,
    /// The refresh token was refused.
    RefreshRefused,
    /// The automatic renewal on the open connection was refused.
    RenewalRefused,
    /// The token ran out, and Harewire renews the login by itself.
    ExpiredRenewing,
    /// A new login was asked for, and there is nothing to log in with.
    NothingToShow,
    /// One-time passwords can't be sent on the socket.
    OneTimeInBand,
    /// This credential can't be shown in the URL: the server doesn't hand out the token it makes of it on the socket.
    NoTokenForUrl,
    /// The portable transport follows redirects, and a cookie would go along.
    CookiePortable,
    /// The access token that the login over HTTP had given was refused.
    HttpTokenRefused,
}

impl LoginFailure {
    pub(crate) const fn remedy(self) -> Remedy {
        match self {
            Self::TokenRefused
            | Self::MessageRefused
            | Self::NothingSent
            | Self::PasswordRefused
            | Self::RefreshRefused
            | Self::NothingToShow
            | Self::OneTimeInBand
            | Self::NoTokenForUrl
            | Self::CookiePortable
            | Self::HttpTokenRefused => Remedy::Change,
            Self::RefusedInPublic
            | Self::Silent { .. }
            | Self::TokenExpired
            | Self::ExpiredRenewing
            | Self::RenewalRefused
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
            Self::ExpiredRenewing | Self::RenewalRefused => self.renewal_sentences(),
            Self::PasswordRefused | Self::RefreshRefused | Self::HttpTokenRefused => self.kind_sentences(),
            Self::NothingToShow | Self::OneTimeInBand | Self::NoTokenForUrl | Self::CookiePortable => {
                self.unworkable_sentences()
            }
        }
    }

    fn kind_sentences(self) -> Sentences {
        if self == Self::PasswordRefused {
            return Sentences::new(
                "The server refused e-mail and password (AUTH_FAILED).",
                "One of them is wrong, the user is suspended, or the user has two-factor login, which the socket can't \
                 take; Directus doesn't say which.",
                "Check both. For a user with two-factor login switch “Log in over the socket” off and enter a one-time password.",
            );
        }
        if self == Self::HttpTokenRefused {
            return Sentences::new(
                "The server refused the access token that its own login over HTTP had given (AUTH_FAILED).",
                "HTTP and WebSocket reach different servers, or servers with different SECRETs, or the token ran out \
                 meanwhile.",
                "Check what the proxy before Directus does with /auth and with the path of the socket.",
            );
        }
        Sentences::new(
            "The server refused the refresh token (AUTH_FAILED).",
            "It was used before, which replaces it, or it has expired, or the session was ended.",
            "Log in anew and enter the new refresh token, or use e-mail and password.",
        )
    }

    fn renewal_sentences(self) -> Sentences {
        if self == Self::ExpiredRenewing {
            return Sentences::new(
                "The token has expired (TOKEN_EXPIRED); Harewire logs in again on the same connection.",
                "It was a short-lived token from a login. What arrives until the new login is confirmed is not what \
                 this user may see.",
                "Nothing need be done; the subscriptions go on when the server says ok.",
            );
        }
        Sentences::new(
            "The server refused to renew the login (AUTH_FAILED).",
            "The refresh token was used elsewhere or has expired, or the user may not log in any more; outside public \
             mode the server now closes.",
            "Harewire does not try it again; enter a credential that is good.",
        )
    }

    /// What is told before anything is dialled.
    fn unworkable_sentences(self) -> Sentences {
        match self {
            Self::OneTimeInBand => Sentences::new(
                "No connection was made: a one-time password can't be sent on the socket.",
                "The login of Directus' socket takes e-mail and password only, so a user with two-factor login can \
                 never log in there.",
                "Switch “Log in over the socket” off in the profile: over HTTP the one-time password counts.",
            ),
            Self::NoTokenForUrl => Sentences::new(
                "No connection was made: this credential can't be shown in the URL.",
                "Strict mode, and the token in the URL, need an access token before the socket opens; a login on the \
                 socket comes after.",
                "Switch “Log in over the socket” off in the profile, or choose handshake mode with the token in a message.",
            ),
            Self::CookiePortable => Sentences::new(
                "No connection was made: the portable transport does not carry the session cookie.",
                "It follows redirects, and the cookie would go along to wherever they lead.",
                "Choose the full transport in the profile.",
            ),
            _ => Sentences::new(
                "There was no new login: this connection has no credential.",
                "The profile holds none, or its refresh token was refused.",
                "Enter a credential in the profile, or send an auth message.",
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
            Self::PasswordRefused,
            Self::RefreshRefused,
            Self::RenewalRefused,
            Self::ExpiredRenewing,
            Self::NothingToShow,
            Self::OneTimeInBand,
            Self::NoTokenForUrl,
            Self::CookiePortable,
            Self::HttpTokenRefused,
        ]
    }
}
