//! `Login`: as whom the server treats this connection.

/// As whom the server treats this connection, as far as its frames tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Login {
    /// No socket is open.
    #[default]
    None,
    /// None is asked for: raw mode, or public without a credential.
    Unneeded,
    /// The token travelled with the upgrade and the server let it pass (strict mode, or a token in the URL).
    AtUpgrade,
    /// The server waits for an `auth` message, for 10 s by default (reference 2.3).
    Awaited,
    /// `auth` is sent, the answer isn't here.
    Checking,
    /// The server said ok.
    Accepted,
    /// The server said no.
    Refused,
    /// The token ran out: until a new `auth` the connection acts as the public role, and before 12.1 without any
    /// permissions applied (reference 2.5).
    Expired,
    /// No new `auth` came in time after the expiry: the server closes (reference 2.5).
    TimedOut,
    /// Fell back to the public role after a failed `auth` or an expiry in public mode (reference 2.1).
    FellToPublic,
}

impl Login {
    /// The state in words, for a label.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::None => "not connected",
            Self::Unneeded => "no login needed",
            Self::AtUpgrade => "accepted with the upgrade",
            Self::Awaited => "the server waits for a login",
            Self::Checking => "login sent",
            Self::Accepted => "logged in",
            Self::Refused => "login refused",
            Self::Expired => "token expired",
            Self::TimedOut => "not renewed in time",
            Self::FellToPublic => "acting as public",
        }
    }

    /// Whether the server works with the credential we gave (or none was needed).
    #[must_use]
    pub const fn is_good(self) -> bool {
        matches!(self, Self::Unneeded | Self::AtUpgrade | Self::Accepted)
    }
}
