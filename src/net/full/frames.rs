//! WebSocket frames over a wire, by tungstenite.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Sink, Stream};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::{CapacityError, Error, ProtocolError};
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Message, Role, WebSocketConfig};

use crate::capture::event::{ClosedBy, Text};
use crate::net::failure::OpenFailure;
use crate::net::full::Wire;
use crate::net::full::rewound::Rewound;
use crate::net::socket::{ControlKind, SocketEvent};
use crate::net::transport::MESSAGE_LIMIT;

/// One read takes up to this much: at 250 bytes a message, some five hundred messages a system call.
const READ_BUFFER: usize = 256 << 10;
/// How long a finished socket may take to get its last frame out and hear the server hang up.
const LINGER: Duration = Duration::from_secs(1);

/// An open WebSocket.
pub(super) struct Frames {
    stream: Option<WebSocketStream<Rewound<Box<dyn Wire>>>>,
    /// Something was handed to the stream and not written out yet.
    unflushed: bool,
    /// Our Close frame went out first.
    closing: bool,
}

impl Frames {
    /// Frames over `wire`, of which `rest` has been read already.
    pub(super) async fn new(wire: Box<dyn Wire>, rest: Vec<u8>) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER)
            .max_message_size(Some(MESSAGE_LIMIT))
            .max_frame_size(Some(MESSAGE_LIMIT));
        let stream =
            WebSocketStream::from_raw_socket(Rewound::new(rest, wire), Role::Client, Some(config)).await;
        Self { stream: Some(stream), unflushed: false, closing: false }
    }

    /// Whether its `Close` has been reported.
    pub(super) const fn is_over(&self) -> bool {
        self.stream.is_none()
    }

    /// Whether everything handed over was written out.
    pub(super) const fn is_flushed(&self) -> bool {
        !self.unflushed || self.stream.is_none()
    }

    /// Writes out, then reads whatever is there, up to about `reading` bytes (`None`: nothing).
    pub(super) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        inbox: &mut Vec<SocketEvent>,
        reading: Option<usize>,
    ) {
        self.flush(cx, inbox);
        let Some(limit) = reading else { return };
        let mut weight = 0;
        while weight < limit {
            let Some(stream) = &mut self.stream else { return };
            let Poll::Ready(read) = Pin::new(stream).poll_next(cx) else { return };
            match read {
                Some(Ok(message)) => {
                    weight += EVENT_WEIGHT + self.take(message, cx, inbox);
                }
                Some(Err(error)) => self.broke(error, cx, inbox),
                None => self.hung_up(None, inbox),
            }
        }
    }

    pub(super) fn send_text(&mut self, text: &Text) -> Result<(), OpenFailure> {
        self.start(Message::text(text.as_str()))
    }

    pub(super) fn send_binary(&mut self, bytes: Bytes) -> Result<(), OpenFailure> {
        self.start(Message::Binary(bytes))
    }

    pub(super) fn close(&mut self, code: Option<u16>, reason: &str) -> Result<(), OpenFailure> {
        self.closing = true;
        let frame =
            code.map(|code| CloseFrame { code: CloseCode::from(code), reason: reason.to_owned().into() });
        self.start(Message::Close(frame))
    }

    /// Puts a frame into the write buffer; `poll` writes it out together with whatever else comes up.
    fn start(&mut self, message: Message) -> Result<(), OpenFailure> {
        let Some(stream) = &mut self.stream else { return Err(OpenFailure::NotConnected) };
        self.unflushed = true;
        Pin::new(stream).start_send(message).map_err(|error| match error {
            // The server's Close frame was read just now and waits in the inbox.
            Error::Protocol(ProtocolError::SendAfterClosing) => OpenFailure::NotConnected,
            other => OpenFailure::WriteFailed { detail: other.to_string() },
        })
    }

    fn flush(&mut self, cx: &mut Context<'_>, inbox: &mut Vec<SocketEvent>) {
        let Some(stream) = &mut self.stream else { return };
        if !self.unflushed {
            return;
        }
        match Pin::new(stream).poll_flush(cx) {
            Poll::Pending => {}
            Poll::Ready(Ok(())) => self.unflushed = false,
            Poll::Ready(Err(error)) => {
                // Reading tells how the connection ended, and what the server said before it did.
                self.unflushed = false;
                if !matches!(error, Error::ConnectionClosed | Error::AlreadyClosed) {
                    inbox.push(SocketEvent::Failed(
                        OpenFailure::WriteFailed { detail: error.to_string() }.into(),
                    ));
                }
            }
        }
    }

    /// Passes a message on; its weight.
    fn take(&mut self, message: Message, cx: &mut Context<'_>, inbox: &mut Vec<SocketEvent>) -> usize {
        let weight = message.len();
        match message {
            Message::Text(text) => inbox.push(match Text::from_utf8(text.into()) {
                Some(text) => SocketEvent::Text(text),
                // tungstenite has checked it; if that ever changes, this names it instead of losing it.
                None => SocketEvent::Failed(OpenFailure::NotUtf8.into()),
            }),
            Message::Binary(data) => inbox.push(SocketEvent::Binary(data)),
            Message::Ping(data) => {
                self.unflushed = true;
                inbox.push(SocketEvent::Control { kind: ControlKind::Ping, data });
            }
            Message::Pong(data) => inbox.push(SocketEvent::Control { kind: ControlKind::Pong, data }),
            Message::Close(frame) => {
                let by = if self.closing { ClosedBy::Client } else { ClosedBy::Server };
                let (code, reason) = frame
                    .map_or((1005, String::new()), |frame| (frame.code.into(), frame.reason.to_string()));
                inbox.push(SocketEvent::Close { code: Some(code), reason, by });
                self.let_go(cx);
            }
            // Never read, says tungstenite.
            Message::Frame(_) => {}
        }
        weight
    }

    /// Reading failed: says why, and how the connection ends.
    fn broke(&mut self, error: Error, cx: &mut Context<'_>, inbox: &mut Vec<SocketEvent>) {
        let (failure, code) = match error {
            Error::Protocol(ProtocolError::ResetWithoutClosingHandshake)
            | Error::ConnectionClosed
            | Error::AlreadyClosed => return self.hung_up(None, inbox),
            // A TLS server that dies sends no goodbye either; for a person that is the same as a plain end.
            Error::Io(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                return self.hung_up(None, inbox);
            }
            Error::Io(error) => {
                return self.hung_up(Some(OpenFailure::Reset { detail: error.to_string() }), inbox);
            }
            Error::Capacity(CapacityError::MessageTooLong { size, max_size }) => {
                let bytes = |size: usize| u64::try_from(size).unwrap_or(u64::MAX);
                (OpenFailure::TooBig { declared: bytes(size), limit: bytes(max_size) }, CloseCode::Size)
            }
            Error::Utf8(_) => (OpenFailure::NotUtf8, CloseCode::Invalid),
            other => (OpenFailure::Protocol { detail: other.to_string() }, CloseCode::Protocol),
        };
        inbox.push(SocketEvent::Failed(failure.into()));
        inbox.push(SocketEvent::Close {
            code: Some(code.into()),
            reason: String::new(),
            by: ClosedBy::Client,
        });
        // A failure to say goodbye changes nothing.
        let _ = self.start(Message::Close(Some(CloseFrame { code, reason: "".into() })));
        self.let_go(cx);
    }

    fn hung_up(&mut self, failure: Option<OpenFailure>, inbox: &mut Vec<SocketEvent>) {
        inbox.extend(failure.map(|failure| SocketEvent::Failed(failure.into())));
        let by = if self.closing { ClosedBy::Client } else { ClosedBy::Network };
        inbox.push(SocketEvent::Close { code: Some(1006), reason: String::new(), by });
        self.stream = None;
    }

    /// Lets the last frame get out. Dropped right away, with bytes of the server unread, the system would
    /// send a reset, and the server might never see our Close frame.
    fn let_go(&mut self, cx: &mut Context<'_>) {
        let Some(mut stream) = self.stream.take() else { return };
        let flushed = Pin::new(&mut stream).poll_flush(cx);
        let linger = async move {
            if flushed.is_pending() {
                let _ = std::future::poll_fn(|cx| Pin::new(&mut stream).poll_flush(cx)).await;
            }
            let wire = stream.get_mut();
            let _ = wire.shutdown().await;
            let mut unread = vec![0; 64 << 10];
            while wire.read(&mut unread).await.is_ok_and(|read| read > 0) {}
        };
        tokio::spawn(async move { tokio::time::timeout(LINGER, linger).await });
    }
}

/// What a message weighs beside its bytes, so that a flood of empty ones is cut into batches, too.
const EVENT_WEIGHT: usize = 64;
