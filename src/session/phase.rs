//! `Phase`: where a connection stands, and `Mode`: by which rules it is judged.

/// Where the connection stands. Connected and authenticated are different things (reference 2.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Nothing has been tried yet.
    #[default]
    Idle,
    /// Asking for a token over HTTP, before the socket.
    LoggingIn,
    /// Looking up the host name.
    Resolving,
    /// Opening the TCP connection.
    Connecting,
    /// TLS handshake.
    Tls,
    /// HTTP upgrade to WebSocket.
    Upgrading,
    /// The socket is open, the login is not confirmed: the server reads nothing but an `auth` message (reference 2.3).
    Authenticating,
    /// Messages are exchanged.
    Live,
    /// A Close frame is on its way, the answer isn't here.
    Closing,
    /// Over, or failed before it began.
    Closed,
    /// Over; the next automatic attempt is due at a known time.
    WaitingToRetry,
}

impl Phase {
    /// The phase in words, for a label.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Idle => "Idle",
            Self::LoggingIn => "Logging in over HTTP",
            Self::Resolving => "Resolving",
            Self::Connecting => "Connecting",
            Self::Tls => "TLS handshake",
            Self::Upgrading => "Upgrading",
            Self::Authenticating => "Authenticating",
            Self::Live => "Live",
            Self::Closing => "Closing",
            Self::Closed => "Closed",
            Self::WaitingToRetry => "Waiting to retry",
        }
    }

    /// Whether a connect is under way and the WebSocket isn't open yet.
    #[must_use]
    pub const fn is_connecting(self) -> bool {
        matches!(self, Self::LoggingIn | Self::Resolving | Self::Connecting | Self::Tls | Self::Upgrading)
    }

    /// Whether the WebSocket is open.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Authenticating | Self::Live | Self::Closing)
    }
}

/// By which rules the login is judged (reference 2.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Works as the public role before any login.
    Public,
    /// The first message must be a good `auth`. The server's default, hence ours.
    #[default]
    Handshake,
    /// The token is judged during the upgrade.
    Strict,
    /// No Directus protocol is spoken: open means live.
    Raw,
}

impl Mode {
    /// Reads the `mode` of a `connect` fact. Unknown words count as `handshake`, the server's default.
    #[must_use]
    pub fn from_word(word: &str) -> Self {
        match word {
            "public" => Self::Public,
            "strict" => Self::Strict,
            "raw" => Self::Raw,
            _ => Self::Handshake,
        }
    }

    /// The word used in captures.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Handshake => "handshake",
            Self::Strict => "strict",
            Self::Raw => "raw",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mode_survives_its_word() {
        for mode in [Mode::Public, Mode::Handshake, Mode::Strict, Mode::Raw] {
            assert_eq!(Mode::from_word(mode.word()), mode);
        }
    }

    #[test]
    fn no_phase_is_both_connecting_and_open() {
        for phase in [
            Phase::Idle,
            Phase::Resolving,
            Phase::Tls,
            Phase::Upgrading,
            Phase::Live,
            Phase::Closing,
            Phase::Closed,
        ] {
            assert!(!(phase.is_connecting() && phase.is_open()), "{phase:?}");
        }
    }
}
