//! `SocketEvent`: what a transport reports, whichever it is.

use bytes::Bytes;

use crate::capture::event::{Certificate, ClosedBy, Header, Text};
use crate::net::failure::Failure;

/// Ping or pong, of the WebSocket protocol itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ControlKind {
    /// A Ping frame.
    Ping,
    /// A Pong frame.
    Pong,
}

impl ControlKind {
    /// The word used in captures.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ping => "ping",
            Self::Pong => "pong",
        }
    }
}

/// One thing a transport reports. Secrets are not masked yet: this type never leaves `net`.
///
/// Every dial ends with exactly one `Close`, also one that never opened; nothing follows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SocketEvent {
    /// The host name was looked up.
    Resolved {
        /// The name.
        host: String,
        /// Addresses in the order they are tried.
        addresses: Vec<String>,
        /// Microseconds it took.
        took_us: u64,
    },
    /// TCP stands.
    Connected {
        /// Address and port of the server, or of the proxy before it.
        address: String,
        /// URL of that proxy, as it is shown; empty where the way is direct.
        via: String,
        /// Microseconds it took.
        took_us: u64,
    },
    /// A proxy opened the way to the server.
    Tunnelled {
        /// URL of the proxy, as it is shown.
        proxy: String,
        /// Host and port of the server.
        target: String,
        /// Microseconds it took.
        took_us: u64,
    },
    /// The chain of a server with which TLS did not come to stand.
    Presented {
        /// The chain as sent.
        certificates: Vec<Certificate>,
    },
    /// TLS stands.
    Secured {
        /// Such as `TLSv1.3`.
        protocol: String,
        /// Name of the cipher suite.
        cipher: String,
        /// The chain as sent.
        certificates: Vec<Certificate>,
        /// What was wrong with the chain and was accepted all the same; empty if nothing was.
        accepted: String,
        /// Microseconds it took.
        took_us: u64,
    },
    /// The upgrade request was written.
    Request {
        /// Path and query.
        target: String,
        /// In the order sent.
        headers: Vec<Header>,
    },
    /// The HTTP answer arrived.
    Response {
        /// Status code.
        status: u16,
        /// Reason phrase.
        reason: String,
        /// In the order received.
        headers: Vec<Header>,
        /// Body of a refusal.
        body: String,
        /// Microseconds from request to answer.
        took_us: u64,
    },
    /// Frames may flow.
    Open {
        /// The subprotocol agreed on, empty if none.
        subprotocol: String,
    },
    /// A text message.
    Text(Text),
    /// A binary message.
    Binary(Bytes),
    /// A control frame from the server. The transport has answered a ping by itself.
    Control {
        /// Which.
        kind: ControlKind,
        /// Its payload.
        data: Bytes,
    },
    /// Something failed; if it ended the connection, a `Close` follows.
    Failed(Failure),
    /// The connection is over.
    Close {
        /// As in `Fact::Close`.
        code: Option<u16>,
        /// Reason text.
        reason: String,
        /// Who ended it.
        by: ClosedBy,
    },
}

impl SocketEvent {
    /// The end of a connection that broke, or never stood: no Close frame from anyone.
    pub(crate) const fn broken() -> Self {
        Self::Close { code: Some(1006), reason: String::new(), by: ClosedBy::Network }
    }
}
