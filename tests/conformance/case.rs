//! What a case is made of. A case is data: the driver plays it, the backends differ below it.

use std::time::Duration;

use serde_json::{Value, json};

/// Who plays the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    Demo,
    Directus12,
    Directus11,
}

/// The settings a server is started with. Cases of one setup share a server and its rows, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setup {
    /// Handshake mode, two seconds to authenticate, no heartbeat within the test.
    Usual,
    /// A heartbeat each second.
    Heartbeat,
    /// Public mode.
    Public,
    /// Strict mode.
    Strict,
    /// Access tokens live three seconds.
    Expiring,
    /// Two connections at most, ten messages in two seconds.
    Limited,
    /// No sockets at all.
    Off,
}

impl Setup {
    pub const ALL: [Self; 7] =
        [Self::Usual, Self::Heartbeat, Self::Public, Self::Strict, Self::Expiring, Self::Limited, Self::Off];
}

/// Which backends play a case, and why not the others.
#[derive(Clone, Copy, Debug)]
pub struct Cast {
    pub backends: &'static [Backend],
    /// Empty only where all play.
    pub why: &'static str,
}

pub const EVERYWHERE: Cast =
    Cast { backends: &[Backend::Demo, Backend::Directus12, Backend::Directus11], why: "" };

/// One line of the table.
#[derive(Debug)]
pub struct Case {
    /// The number in section 12 of the protocol reference; above 60, facts of its other sections.
    pub number: u8,
    pub name: &'static str,
    pub cast: Cast,
    pub setup: Setup,
    pub steps: Vec<Step>,
}

impl Case {
    pub fn new(number: u8, name: &'static str, steps: impl IntoIterator<Item = Step>) -> Self {
        Self { number, name, cast: EVERYWHERE, setup: Setup::Usual, steps: steps.into_iter().collect() }
    }

    pub fn only(mut self, backends: &'static [Backend], why: &'static str) -> Self {
        self.cast = Cast { backends, why };
        self
    }

    /// For what 12.4 and the demo, which models it, do and 11.17 does not.
    pub fn newer(self, why: &'static str) -> Self {
        self.only(&[Backend::Demo, Backend::Directus12], why)
    }

    pub fn older(self, why: &'static str) -> Self {
        self.only(&[Backend::Directus11], why)
    }

    /// For what the demo has no part for.
    pub fn real(self, why: &'static str) -> Self {
        self.only(&[Backend::Directus12, Backend::Directus11], why)
    }

    pub fn with(mut self, setup: Setup) -> Self {
        self.setup = setup;
        self
    }

    /// Whether nothing can be played after it on the same server.
    pub fn ends_server(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::StopServer))
    }
}

/// The upgrade request beside its fixed part.
#[derive(Clone, Debug)]
pub struct Upgrade {
    /// Path and query.
    pub target: String,
    pub headers: Vec<(&'static str, String)>,
}

/// How a connection ended, as a client sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// A Close frame without a code; libraries report 1005.
    NoCode,
    Code(u16),
    /// No Close frame; libraries report 1006.
    Dropped,
}

/// One step. Steps act on the connection opened last, or chosen by [`Step::On`]. Values to send, paths and
/// patterns know the captures of [`super::pattern`].
#[derive(Clone, Debug)]
pub enum Step {
    /// Opens a connection, which must be accepted (101).
    Connect(Upgrade),
    /// Asks for an upgrade that is answered with this status instead. Without a body the whole answer must be
    /// the bare status line.
    Refused(Upgrade, u16, Option<Value>),
    /// Asks for an upgrade that is never answered.
    Unanswered(Upgrade),
    /// Chooses a connection, counted from 0 in the order they were opened.
    On(usize),
    Send(Value),
    SendText(&'static str),
    SendBinary(Value),
    /// Bytes that are a frame or mean to be one.
    SendBytes(&'static [u8]),
    /// Several messages in one write.
    Burst(Vec<Value>),
    /// A ping frame of the WebSocket protocol.
    ProtocolPing,
    /// The next frame is a text frame of this pattern.
    Expect(Value),
    /// The next frames are these, in any order.
    ExpectAll(Vec<Value>),
    /// The next thing is the end of the connection.
    Ended(Ending),
    /// The last message was sent at least so long ago.
    Waited(Duration),
    /// Nothing has arrived: a ping sent now is answered next. What the server still works on may come later,
    /// so where that matters a case provokes something that must come after it.
    Quiet,
    /// Nothing arrives for this time: only where no ping is allowed.
    Silence(Duration),
    Rest(Rest),
    StopServer,
    /// Something an extension sends to everyone.
    Broadcast(Value),
}

/// An HTTP call beside the socket.
#[derive(Clone, Debug)]
pub struct Rest {
    pub method: &'static str,
    pub path: String,
    pub body: Option<Value>,
    pub token: Option<&'static str>,
    pub status: u16,
    pub answer: Value,
}

impl Step {
    /// The same HTTP call without a token.
    pub fn anonymous(self) -> Self {
        match self {
            Self::Rest(call) => Self::Rest(Rest { token: None, ..call }),
            other => other,
        }
    }
}

/// An accepted upgrade of `/websocket`.
pub fn connect() -> Step {
    Step::Connect(upgrade("/websocket"))
}

pub fn upgrade(target: &str) -> Upgrade {
    Upgrade { target: target.to_owned(), headers: Vec::new() }
}

pub fn send(message: Value) -> Step {
    Step::Send(message)
}

pub fn expect(pattern: Value) -> Step {
    Step::Expect(pattern)
}

/// Connects and authenticates with a token.
pub fn enter(token: &str) -> [Step; 3] {
    [connect(), send(auth(token)), expect(json!({"type": "auth", "status": "ok"}))]
}

pub fn auth(token: &str) -> Value {
    json!({"type": "auth", "access_token": token})
}

/// An error message as the socket sends it.
pub fn error(kind: &str, code: &str, message: &str, uid: Option<&str>) -> Value {
    let mut error = json!({"type": kind, "status": "error", "error": {"code": code, "message": message}});
    if let Some(uid) = uid {
        error["uid"] = uid.into();
    }
    error
}

pub fn forbidden(kind: &str, uid: Option<&str>) -> Value {
    error(kind, "FORBIDDEN", "~You don't have permission", uid)
}

/// What every failure of the handshake looks like: its cause cannot be told from it.
pub fn handshake_failed() -> [Step; 2] {
    let failed = error("auth", "AUTH_FAILED", "Authentication handshake failed.", None);
    [expect(failed), Step::Ended(Ending::NoCode)]
}

/// A call that succeeds, as the administrator.
pub fn rest(method: &'static str, path: &str, body: Value, answer: Value) -> Step {
    Step::Rest(Rest {
        method,
        path: path.to_owned(),
        body: (!body.is_null()).then_some(body),
        token: Some(crate::lab::seed::ADMIN),
        status: if answer.is_null() { 204 } else { 200 },
        answer,
    })
}

/// Creates a message over HTTP and keeps its key as `key`.
pub fn post_message(text: &str, user: &str, key: &str) -> Step {
    let row = json!({"data": {"id": format!("={key}"), "..": true}});
    rest("POST", "/items/messages", json!({"text": text, "user": user}), row)
}

/// Subscribes to the messages of one user.
pub fn subscribe(uid: &str, user: &str) -> Value {
    json!({
        "type": "subscribe", "collection": "messages", "uid": uid,
        "query": {"fields": ["id", "text"], "filter": {"user": {"_eq": user}}},
    })
}

/// The same for one event.
pub fn subscribe_to(event: &str, uid: &str, user: &str) -> Value {
    let mut message = subscribe(uid, user);
    message["event"] = event.into();
    message
}

pub fn init(uid: &str) -> Step {
    expect(json!({"type": "subscription", "event": "init", "uid": uid}))
}

pub fn event(name: &str, uid: &str, data: Value) -> Value {
    let mut message = json!({"type": "subscription", "event": name, "data": null, "uid": uid});
    message["data"] = data;
    message
}
