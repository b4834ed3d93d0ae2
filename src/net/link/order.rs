//! `Order`: what a link wants done.

use std::sync::Arc;

use bytes::Bytes;

use crate::capture::event::Text;
use crate::directus::Secret;
use crate::net::command::{ConnectSpec, Keeper};
use crate::net::http::HttpRequest;

/// What the worker shall do with its socket, in this order.
#[derive(Clone)]
pub enum Order {
    /// Forget any socket and connect.
    Dial(Arc<ConnectSpec>),
    /// Send a text message.
    Text(Text),
    /// Send a binary message.
    Binary(Bytes),
    /// Send a Close frame and go on reading until the server's.
    Close {
        /// `None` for a frame without a code.
        code: Option<u16>,
        /// At most 123 bytes.
        reason: String,
    },
    /// Drop the connection. Nothing of it is to be reported afterwards.
    Drop,
    /// Take this refresh token to where it is kept. Always before what follows from it.
    Keep(Keeper, Secret),
    /// Ask the server of the spec over HTTP, and report under this number what came of it.
    Http(u64, Arc<ConnectSpec>, Box<HttpRequest>),
}

impl std::fmt::Debug for Order {
    /// Sizes only: orders hold what the door has not masked.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Dial(spec) => write!(f, "Dial({spec:?})"),
            Self::Text(text) => write!(f, "Text({} bytes)", text.as_bytes().len()),
            Self::Binary(bytes) => write!(f, "Binary({} bytes)", bytes.len()),
            Self::Close { code, reason } => write!(f, "Close({code:?}, {} bytes)", reason.len()),
            Self::Drop => f.write_str("Drop"),
            Self::Keep(..) => f.write_str("Keep"),
            Self::Http(id, _, request) => write!(f, "Http({id}, {request:?})"),
        }
    }
}
