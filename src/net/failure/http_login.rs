//! Failures of the login over HTTP, before the socket or beside it (reference 9).

use super::{Remedy, Sentences};

/// Why the login over HTTP gave no token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HttpLoginFailure {
    /// No whole answer came; what is known of it, secrets masked.
    NoAnswer(Sentences),
    /// E-mail and password were refused.
    PasswordRefused,
    /// The user has two-factor login, and no one-time password was sent.
    OneTimeWanted,
    /// The one-time password was refused.
    OneTimeWrong,
    /// The one-time password was used, and nothing else is at hand to log in with.
    OneTimeSpent,
    /// The refresh token was refused.
    RefreshRefused,
    /// The refresh token was refused before, and nothing else is at hand to log in with.
    NothingLeft,
    /// The user is suspended.
    Suspended,
    /// The rate limit of the server.
    TooMany,
    /// Directus refused in another way.
    Refused {
        /// Status code.
        status: u16,
        /// `extensions.code` of the answer.
        code: String,
    },
    /// The server failed.
    ServerFailed {
        /// Status code.
        status: u16,
    },
    /// The answer is not one of Directus.
    NotDirectus {
        /// Status code.
        status: u16,
        /// `Content-Type` of the answer.
        content: String,
    },
}

impl HttpLoginFailure {
    pub(crate) const fn remedy(&self) -> Remedy {
        match self {
            Self::NoAnswer(_) | Self::TooMany | Self::ServerFailed { .. } => Remedy::Again,
            Self::NotDirectus { .. } => Remedy::FewTimes,
            Self::PasswordRefused
            | Self::OneTimeWanted
            | Self::OneTimeWrong
            | Self::OneTimeSpent
            | Self::RefreshRefused
            | Self::NothingLeft
            | Self::Suspended
            | Self::Refused { .. } => Remedy::Change,
        }
    }

    pub(crate) fn sentences(&self) -> Sentences {
        match self {
            Self::NoAnswer(told) => Sentences::new(
                format!("The login over HTTP got no answer. {}", told.message),
                told.cause.clone(),
                told.advice.clone(),
            ),
            Self::TooMany => Sentences::new(
                "The server refused the login over HTTP: too many requests (429).",
                "Its rate limit, which counts all requests of this address, is reached.",
                "Wait, or raise RATE_LIMITER_POINTS on the server.",
            ),
            Self::Refused { status, code } => Sentences::new(
                format!("The server refused the login over HTTP ({status} {code})."),
                "Directus names the reason with that code.",
                "Try the same on the login page of Directus.",
            ),
            Self::ServerFailed { status } => Sentences::new(
                format!("The login over HTTP failed on the server ({status})."),
                "Directus, its database or a proxy before it has failed.",
                "Look at the server's log, then connect again.",
            ),
            Self::NotDirectus { status, content } => Sentences::new(
                format!(
                    "The login over HTTP was answered by something that is not Directus ({status}, {content})."
                ),
                "A proxy, a firewall or another program answers at this address, or Directus lies below another path.",
                "Check the URL; /server/ping below it must answer “pong”.",
            ),
            Self::PasswordRefused
            | Self::OneTimeWanted
            | Self::OneTimeWrong
            | Self::OneTimeSpent
            | Self::RefreshRefused
            | Self::NothingLeft
            | Self::Suspended => self.refusal_sentences(),
        }
    }

    fn refusal_sentences(&self) -> Sentences {
        match self {
            Self::OneTimeWanted => Sentences::new(
                "The server wants a one-time password (INVALID_OTP); e-mail and password alone don't log in.",
                "The user has two-factor login.",
                "Enter the present code of the authenticator application beside the password, then connect.",
            ),
            Self::OneTimeWrong => Sentences::new(
                "The server refused the one-time password (INVALID_OTP).",
                "The code is mistyped or over (each is good for half a minute), or a clock is wrong.",
                "Enter the present code, then connect.",
            ),
            Self::OneTimeSpent => Sentences::new(
                "There was no new login: the one-time password is used up.",
                "Each is good once, and the session that it began can't be renewed any more.",
                "Enter the present code of the authenticator application, then connect.",
            ),
            Self::RefreshRefused => Sentences::new(
                "The server refused the refresh token (401).",
                "It was used before, which replaces it, or it has expired, or the session was ended.",
                "Log in anew and enter the new refresh token, or use e-mail and password.",
            ),
            Self::NothingLeft => Sentences::new(
                "There was no new login: the refresh token was refused, and there is nothing else to log in with.",
                "It was used elsewhere, which replaces it, or it has expired.",
                "Enter a new credential in the profile, then connect.",
            ),
            Self::Suspended => Sentences::new(
                "The server refused the login over HTTP: the user is suspended (USER_SUSPENDED).",
                "Somebody suspended the user, or too many logins failed (25 in a fresh project).",
                "Set the user active again in Directus.",
            ),
            _ => Sentences::new(
                "The server refused e-mail and password over HTTP (INVALID_CREDENTIALS).",
                "One of them is wrong, or the user is not active, or logs in through another provider; Directus doesn't \
                 say which.",
                "Check both, or try them on the login page of Directus.",
            ),
        }
    }

    #[cfg(test)]
    pub(crate) fn samples() -> Vec<Self> {
        vec![
            Self::NoAnswer(Sentences::new("Nothing came.", "The line is cut.", "Look at the line.")),
            Self::PasswordRefused,
            Self::OneTimeWanted,
            Self::OneTimeWrong,
            Self::OneTimeSpent,
            Self::RefreshRefused,
            Self::NothingLeft,
            Self::Suspended,
            Self::TooMany,
            Self::Refused { status: 403, code: "INVALID_PROVIDER".to_owned() },
            Self::ServerFailed { status: 503 },
            Self::NotDirectus { status: 200, content: "text/html".to_owned() },
        ]
    }
}
