//! Failures on the open socket, and of messages that cannot be sent.

use super::{Remedy, Sentences, in_bytes};
use crate::capture::event::Stage;

/// What went wrong with frames.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpenFailure {
    /// The connection was reset.
    Reset {
        /// The system's words.
        detail: String,
    },
    /// A message is longer than the transport takes.
    TooBig {
        /// The size the server declared, bytes.
        declared: u64,
        /// The limit, bytes.
        limit: u64,
    },
    /// A text message is not UTF-8; its bytes are lost.
    NotUtf8,
    /// The server broke the rules of the WebSocket protocol.
    Protocol {
        /// The library's words.
        detail: String,
    },
    /// The server did not answer our Close frame.
    CloseUnanswered,
    /// A message was given while there is no connection.
    NotConnected,
    /// A message could not be written.
    WriteFailed {
        /// The system's words.
        detail: String,
    },
    /// The net thread could not start a transport.
    NoThread {
        /// The system's words.
        detail: String,
    },
}

impl OpenFailure {
    pub(crate) const fn stage(&self) -> Stage {
        match self {
            Self::NotConnected => Stage::Send,
            Self::Reset { .. }
            | Self::TooBig { .. }
            | Self::NotUtf8
            | Self::Protocol { .. }
            | Self::CloseUnanswered
            | Self::WriteFailed { .. }
            | Self::NoThread { .. } => Stage::Socket,
        }
    }

    pub(crate) const fn remedy(&self) -> Remedy {
        match self {
            Self::Reset { .. } | Self::WriteFailed { .. } | Self::NoThread { .. } => Remedy::Again,
            Self::TooBig { .. }
            | Self::NotUtf8
            | Self::Protocol { .. }
            | Self::CloseUnanswered
            | Self::NotConnected => Remedy::Change,
        }
    }

    pub(crate) fn sentences(&self) -> Sentences {
        match self {
            Self::Reset { detail } => Sentences::new(
                format!("The connection was cut ({detail})."),
                "The server process ended, or a proxy or firewall dropped the connection.",
                "Look at the server's log at this time; with automatic reconnect on, Harewire tries again.",
            ),
            Self::TooBig { declared, limit } => Sentences::new(
                format!("The server announced a message of {}; it was not received.", in_bytes(*declared)),
                format!("Messages over {} are not taken, to keep this machine alive.", in_bytes(*limit)),
                "Ask for less at once: set fields and limit in the query.",
            ),
            Self::NotUtf8 => Sentences::new(
                "A text message is not valid UTF-8; its bytes are not available.",
                "The server or a proxy on the way damaged it; the protocol demands to close (1007).",
                "Look for a binary value sent as text on the server.",
            ),
            Self::Protocol { detail } => Sentences::new(
                format!("The server broke the WebSocket protocol ({detail})."),
                "Something between here and the server changes the frames, or the server is faulty.",
                "Connect without a proxy to tell which of them it is.",
            ),
            Self::CloseUnanswered => Sentences::new(
                "The server did not answer the Close frame within 1 s; the connection was dropped.",
                "The server is busy or gone, or a proxy holds the connection.",
                "Nothing needs to be done.",
            ),
            Self::NotConnected => Sentences::new(
                "The message was not sent, because there is no connection.",
                "The connection was closed or has not been opened yet.",
                "Connect first, then send it again.",
            ),
            Self::WriteFailed { detail } => Sentences::new(
                format!("A message could not be written ({detail})."),
                "The connection broke while it was sent; the server may not have received it.",
                "Connect again, and check on the server whether it took effect.",
            ),
            Self::NoThread { detail } => Sentences::new(
                format!("The transport could not be started ({detail})."),
                "This machine is out of threads or memory.",
                "Close other programs, then connect again.",
            ),
        }
    }

    #[cfg(test)]
    pub(crate) fn samples() -> Vec<Self> {
        let detail = || "connection reset by peer".to_owned();
        vec![
            Self::Reset { detail: detail() },
            Self::TooBig { declared: 300 << 20, limit: 256 << 20 },
            Self::NotUtf8,
            Self::Protocol { detail: detail() },
            Self::CloseUnanswered,
            Self::NotConnected,
            Self::WriteFailed { detail: detail() },
            Self::NoThread { detail: detail() },
        ]
    }
}
