//! `Fact`: what happens beside data messages, as the lines of a capture have it.

use serde::{Deserialize, Serialize};

use crate::capture::event::{Certificate, Direction, IdentityClaim};
use crate::capture::http_exchange::HttpExchange;

/// Who ended a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClosedBy {
    /// The server sent the Close frame first.
    Server,
    /// We did.
    Client,
    /// Nobody: the connection broke without a Close frame.
    Network,
}

/// Where on the way to a live connection something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// Looking the host name up.
    Resolve,
    /// Opening the TCP connection.
    Tcp,
    /// Getting a tunnel from a proxy.
    Proxy,
    /// TLS handshake.
    Tls,
    /// HTTP upgrade to WebSocket.
    Upgrade,
    /// Directus login.
    Login,
    /// The open socket: frames that cannot be read or written.
    Socket,
    /// A message of ours that could not be sent.
    Send,
    /// The capture file.
    Capture,
    /// An HTTP exchange beside the socket.
    Http,
}

/// An HTTP header as sent or received (secrets masked).
pub type Header = (String, String);

/// Everything that happens beside data messages. The name of the variant is the `event` of its capture line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Fact {
    /// A connect attempt begins.
    Connect {
        /// WebSocket URL without secrets.
        url: String,
        /// `full` or `portable`.
        transport: String,
        /// `public`, `handshake`, `strict`, or `raw` where no Directus protocol is spoken.
        mode: String,
        /// Which credential is used, in words and without its value: `none`, `static token`.
        credential: String,
        /// 1 for the first attempt, more for automatic retries.
        attempt: u32,
        /// The server's certificate is accepted whatever is wrong with it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        unverified: bool,
        /// A login over HTTP comes first.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        login_first: bool,
    },
    /// The host name was looked up.
    Resolved {
        /// The name.
        host: String,
        /// The addresses found, in the order they are tried.
        addresses: Vec<String>,
        /// How long it took.
        took_us: u64,
    },
    /// The TCP connection stands.
    Connected {
        /// Address and port of the server, or of the proxy before it.
        address: String,
        /// URL of that proxy without user and password; empty where the way is direct.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        via: String,
        /// How long it took.
        took_us: u64,
    },
    /// A proxy opened the way to the server.
    Tunnelled {
        /// URL of the proxy without user and password.
        proxy: String,
        /// Host and port of the server, as the proxy was asked for them.
        target: String,
        /// How long it took.
        took_us: u64,
    },
    /// The chain of a server whose TLS handshake failed, before anybody judged it.
    Presented {
        /// The server's own certificate first.
        certificates: Vec<Certificate>,
    },
    /// TLS stands.
    Secured {
        /// Such as `TLSv1.3`.
        protocol: String,
        /// Name of the cipher suite.
        cipher: String,
        /// The chain as the server sent it, its own certificate first.
        certificates: Vec<Certificate>,
        /// What was wrong with the chain and was accepted all the same, as a sentence; empty if nothing was.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        accepted: String,
        /// How long it took.
        took_us: u64,
    },
    /// The HTTP upgrade request as sent.
    Request {
        /// Always `GET` so far.
        method: String,
        /// Path and query, secrets masked.
        target: String,
        /// In the order sent.
        headers: Vec<Header>,
    },
    /// The HTTP answer to the upgrade request.
    Response {
        /// Status code.
        status: u16,
        /// Reason phrase.
        reason: String,
        /// In the order received.
        headers: Vec<Header>,
        /// Body of a refusal, at most 64 KiB of it.
        body: String,
        /// How long the server took to answer.
        took_us: u64,
    },
    /// The WebSocket is open. Not yet authenticated.
    Open {
        /// WebSocket URL without secrets.
        url: String,
        /// The subprotocol agreed on, empty if none.
        subprotocol: String,
    },
    /// A message waits until the login is confirmed, since the server would lose it (reference 2.3), or until what we
    /// sent by ourselves is answered.
    Held {
        /// What it waits for, empty for the login.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
        /// Its text.
        data: String,
    },
    /// A message that was given to us and never reached the socket.
    Unsent {
        /// Why not, as a sentence.
        reason: String,
        /// Its text.
        data: String,
    },
    /// A WebSocket control frame.
    Control {
        /// Which way.
        direction: Direction,
        /// `ping`, `pong`, or `close` for the Close frame of ours that begins an end; the end itself is `Close`.
        opcode: String,
        /// Its payload as text, bytes that aren't UTF-8 replaced; of `close` code and reason.
        data: String,
    },
    /// The connection is over.
    Close {
        /// Close code; 1005 for a Close frame without one, 1006 without a Close frame, `None` where the transport doesn't report it.
        code: Option<u16>,
        /// The reason text given.
        reason: String,
        /// Who ended it.
        by: ClosedBy,
    },
    /// Something failed. Three sentences for a person.
    Error {
        /// Where.
        stage: Stage,
        /// What happened.
        message: String,
        /// The likely cause.
        cause: String,
        /// What to do next.
        advice: String,
    },
    /// The next automatic attempt is due.
    Retry {
        /// Number of the attempt to come.
        attempt: u32,
        /// Waiting time from this event's stamp.
        delay_ms: u64,
    },
    /// Automatic attempts end here.
    GaveUp {
        /// Why, as a sentence.
        reason: String,
    },
    /// A switch of automation changed.
    Switched {
        /// Name of the switch: `auto_pong`, `reconnect`, `resubscribe`, `measure`, `reauth`.
        name: String,
        /// Its new position.
        on: bool,
    },
    /// A credential is shown to the server; nothing of its value.
    Identity(IdentityClaim),
    /// The wall clock moved against the monotonic clock by more than a second (sleep, clock set).
    Clock {
        /// By how much, microseconds; positive if the wall clock ran ahead.
        drift_us: i64,
    },
    /// An HTTP exchange beside the socket, written when it ended: with an answer, or without one.
    Http(Box<HttpExchange>),
    /// A person pinned an event or wrote something about it.
    Note {
        /// `seq` of the event it is about.
        about: u64,
        /// Pinned or not from now on; `None`: as before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pin: Option<bool>,
        /// The note from now on, empty to remove it; `None`: as before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    /// A line of the capture that this version does not understand; it is kept and shown.
    #[serde(skip)]
    Unknown {
        /// Its `event`, or `line` if it has none.
        name: String,
        /// The whole line.
        line: String,
    },
}
