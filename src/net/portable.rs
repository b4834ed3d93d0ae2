//! The portable transport: `ewebsock`, as egui applications use it. What it can't report is declared in
//! `net::transport`.

mod gate;
mod words;

use std::future::Future as _;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use ewebsock::{Options, WsEvent, WsMessage, WsSender};
use tokio::time::Sleep;

use crate::capture::event::{ClosedBy, Text};
use crate::net::command::ConnectSpec;
use crate::net::failure::{Failure, OpenFailure, UpgradeFailure};
use crate::net::portable::gate::Gate;
use crate::net::portable::words::{Ending, ending};
use crate::net::socket::{ControlKind, SocketEvent};
use crate::net::transport::PORTABLE_MESSAGE_LIMIT;

/// `ewebsock` sends one message, then waits this long for one to read, and so on.
const READ_TIMEOUT: Duration = Duration::from_millis(1);

enum State {
    /// Something to report at once.
    Stillborn(Failure),
    Connecting(Pin<Box<Sleep>>),
    Open,
    /// We asked for the end: what has arrived is still reported.
    Closing,
    Over,
}

/// A socket of the portable transport.
pub(crate) struct PortableSocket {
    state: State,
    sender: Option<WsSender>,
    gate: Arc<Gate>,
    /// Host and port, for sentences.
    server: String,
    limit_ms: u128,
}

impl PortableSocket {
    /// Starts to connect; progress comes from `poll`.
    pub(crate) fn dial(spec: &ConnectSpec) -> Self {
        let url = spec.wire_url();
        let server = format!(
            "{}:{}",
            url.host_str().unwrap_or_default(),
            url.port_or_known_default().unwrap_or_default()
        );
        let gate = Arc::new(Gate::default());
        let (state, sender) = match start(spec, url.as_str(), &gate) {
            Ok(sender) => {
                (State::Connecting(Box::pin(tokio::time::sleep(spec.connect_timeout))), Some(sender))
            }
            Err(failure) => (State::Stillborn(failure), None),
        };
        Self { state, sender, gate, server, limit_ms: spec.connect_timeout.as_millis() }
    }

    /// As of the full transport; writing is `ewebsock`'s own affair.
    pub(crate) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        inbox: &mut Vec<SocketEvent>,
        reading: Option<usize>,
    ) -> Poll<()> {
        if let State::Stillborn(failure) = &self.state {
            inbox.push(SocketEvent::Failed(failure.clone()));
            self.finish(SocketEvent::broken(), inbox);
        }
        if let Some(limit) = reading {
            for event in self.gate.take(limit, cx.waker()) {
                self.pass_on(event, inbox);
            }
        }
        match &mut self.state {
            State::Connecting(patience) => {
                if patience.as_mut().poll(cx).is_ready() {
                    let failure = UpgradeFailure::PortableTimeout { after_ms: self.limit_ms };
                    inbox.push(SocketEvent::Failed(failure.into()));
                    self.finish(SocketEvent::broken(), inbox);
                }
            }
            State::Closing if self.gate.is_empty() => {
                let close = SocketEvent::Close { code: None, reason: String::new(), by: ClosedBy::Client };
                self.finish(close, inbox);
            }
            State::Stillborn(_) | State::Open | State::Closing | State::Over => {}
        }
        if inbox.is_empty() { Poll::Pending } else { Poll::Ready(()) }
    }

    pub(crate) fn send_text(&mut self, text: &Text) -> Result<(), OpenFailure> {
        self.send(WsMessage::Text(text.as_str().to_owned()))
    }

    pub(crate) fn send_binary(&mut self, bytes: &Bytes) -> Result<(), OpenFailure> {
        self.send(WsMessage::Binary(bytes.to_vec()))
    }

    /// `ewebsock` sends a Close frame without a code, and neither waits for the server's nor reports it.
    pub(crate) fn close(&mut self) {
        if let Some(mut sender) = self.sender.take() {
            sender.close();
            self.state = State::Closing;
        }
    }

    fn send(&mut self, message: WsMessage) -> Result<(), OpenFailure> {
        match (&self.state, &mut self.sender) {
            (State::Open, Some(sender)) => {
                sender.send(message);
                Ok(())
            }
            _ => Err(OpenFailure::NotConnected),
        }
    }

    fn pass_on(&mut self, event: WsEvent, inbox: &mut Vec<SocketEvent>) {
        if matches!(self.state, State::Over) {
            return;
        }
        match event {
            WsEvent::Opened => {
                self.state = State::Open;
                inbox.push(SocketEvent::Open { subprotocol: String::new() });
            }
            WsEvent::Message(message) => inbox.push(match message {
                WsMessage::Text(text) | WsMessage::Unknown(text) => SocketEvent::Text(Text::from(text)),
                WsMessage::Binary(data) => SocketEvent::Binary(Bytes::from(data)),
                WsMessage::Ping(data) => {
                    SocketEvent::Control { kind: ControlKind::Ping, data: Bytes::from(data) }
                }
                WsMessage::Pong(data) => {
                    SocketEvent::Control { kind: ControlKind::Pong, data: Bytes::from(data) }
                }
            }),
            WsEvent::Closed => {
                let close = SocketEvent::Close { code: None, reason: String::new(), by: ClosedBy::Server };
                self.finish(close, inbox);
            }
            WsEvent::Error(words) => {
                let Ending { failure, close } = ending(&words, &self.server);
                inbox.extend(failure.map(SocketEvent::Failed));
                self.finish(close, inbox);
            }
        }
    }

    fn finish(&mut self, close: SocketEvent, inbox: &mut Vec<SocketEvent>) {
        inbox.push(close);
        self.state = State::Over;
        self.sender = None;
        self.gate.abandon();
    }
}

impl Drop for PortableSocket {
    /// Lets a thread go that waits for room; the sender's own drop ends one that reads.
    fn drop(&mut self) {
        self.gate.abandon();
    }
}

fn start(spec: &ConnectSpec, url: &str, gate: &Arc<Gate>) -> Result<WsSender, Failure> {
    if let Some(what) = spec.reach.beyond_portable() {
        return Err(Failure::Unsupported { what });
    }
    if let Some((name, _)) = spec.reach.cookies.first() {
        return Err(UpgradeFailure::SecretHeader { name: format!("Cookie ({name})") }.into());
    }
    if let Some((name, _)) = spec.headers.iter().find(|(name, _)| may_be_secret(name)) {
        return Err(UpgradeFailure::SecretHeader { name: name.clone() }.into());
    }
    let options = Options {
        max_incoming_frame_size: PORTABLE_MESSAGE_LIMIT,
        additional_headers: spec.headers.clone(),
        subprotocols: spec.subprotocols.clone(),
        read_timeout: Some(READ_TIMEOUT),
    };
    let gate = Arc::clone(gate);
    // Runs on ewebsock's thread, which may block: that is how back-pressure reaches the socket.
    let handler = Box::new(
        move |event| {
            if gate.put(event) { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        },
    );
    ewebsock::ws_connect(url.to_owned(), options, handler)
        .map_err(|detail| OpenFailure::NoThread { detail }.into())
}

/// By name, since a value can't be told from any other.
fn may_be_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["auth", "cookie", "token", "key", "secret"].iter().any(|part| name.contains(part))
}
