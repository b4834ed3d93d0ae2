//! `Carrier`: one socket of either transport, behind one face.

use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;

use crate::capture::event::Text;
use crate::net::command::{ConnectSpec, TransportKind};
use crate::net::failure::OpenFailure;
use crate::net::full::FullSocket;
use crate::net::portable::PortableSocket;
use crate::net::socket::SocketEvent;

/// A socket, from the first step of its connect to its `Close`.
pub(crate) enum Carrier {
    /// By tungstenite and our own upgrade.
    Full(FullSocket),
    /// By ewebsock.
    Portable(PortableSocket),
}

impl Carrier {
    /// Starts to connect. Must be called on the net thread's runtime.
    pub(crate) fn dial(spec: Arc<ConnectSpec>) -> Self {
        match spec.transport {
            TransportKind::Full => Self::Full(FullSocket::dial(spec)),
            TransportKind::Portable => Self::Portable(PortableSocket::dial(&spec)),
        }
    }

    /// Writes out, and reads up to about `reading` bytes into the inbox; with `None` it reads nothing, so
    /// that the server feels the back-pressure. Ready when the inbox has got something.
    pub(crate) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        inbox: &mut Vec<SocketEvent>,
        reading: Option<usize>,
    ) -> Poll<()> {
        match self {
            Self::Full(socket) => socket.poll(cx, inbox, reading),
            Self::Portable(socket) => socket.poll(cx, inbox, reading),
        }
    }

    /// Whether everything queued was handed to the system, or to `ewebsock`, whose queue can't be seen.
    pub(crate) const fn is_flushed(&self) -> bool {
        match self {
            Self::Full(socket) => socket.is_flushed(),
            Self::Portable(_) => true,
        }
    }

    /// Queues a text message.
    pub(crate) fn send_text(&mut self, text: &Text) -> Result<(), OpenFailure> {
        match self {
            Self::Full(socket) => socket.send_text(text),
            Self::Portable(socket) => socket.send_text(text),
        }
    }

    /// Queues a binary message.
    pub(crate) fn send_binary(&mut self, bytes: Bytes) -> Result<(), OpenFailure> {
        match self {
            Self::Full(socket) => socket.send_binary(bytes),
            Self::Portable(socket) => socket.send_binary(&bytes),
        }
    }

    /// Queues a Close frame.
    pub(crate) fn close(&mut self, code: Option<u16>, reason: &str) -> Result<(), OpenFailure> {
        match self {
            Self::Full(socket) => socket.close(code, reason),
            Self::Portable(socket) => {
                socket.close();
                Ok(())
            }
        }
    }
}
