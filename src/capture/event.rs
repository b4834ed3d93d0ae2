//! `Event`: one thing that happened on a connection, stamped once, where it happened.

use std::borrow::Cow;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::directus::{Class, classify};

pub use super::certificate::Certificate;
pub use super::fact::{ClosedBy, Fact, Header, Stage};
pub use super::identity_claim::IdentityClaim;

/// When something happened. Taken once, at the socket, and carried along.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    /// Wall clock, microseconds since 1970-01-01 UTC.
    pub time_us: i64,
    /// Monotonic clock, microseconds since the capture began. Orders events and measures durations.
    pub elapsed_us: u64,
}

impl Stamp {
    /// Microseconds from `earlier` to this, by the monotonic clock; by the wall clock where a capture has no other.
    #[must_use]
    pub fn since(self, earlier: Self) -> i64 {
        if self.elapsed_us == 0 && earlier.elapsed_us == 0 {
            return self.time_us.saturating_sub(earlier.time_us);
        }
        let signed = |us: u64| i64::try_from(us).unwrap_or(i64::MAX);
        signed(self.elapsed_us).saturating_sub(signed(earlier.elapsed_us))
    }
}

/// Which way a message or a control frame went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// From the server.
    In,
    /// From us.
    Out,
}

impl Direction {
    /// The word in a capture and in the filter language.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
        }
    }
}

/// One thing that happened. `seq` is not here: the journal assigns it on append.
#[derive(Clone, Debug)]
pub struct Event {
    /// When.
    pub stamp: Stamp,
    /// Which connect of this capture, counted from 1; 0 before the first.
    pub connection: u32,
    /// Sent or done by Harewire itself, not by the user's hand.
    pub automatic: bool,
    /// Something in it was replaced by `[masked n]`.
    pub masked: bool,
    /// What.
    pub what: What,
}

impl Event {
    /// Something on the first connection of a capture, neither automatic nor masked.
    #[must_use]
    pub fn new(stamp: Stamp, what: impl Into<What>) -> Self {
        Self { stamp, connection: 1, automatic: false, masked: false, what: what.into() }
    }
}

/// What happened: the frequent case apart from the rare ones, so that a flood of messages stays cheap.
#[derive(Clone, Debug)]
pub enum What {
    /// A WebSocket data message, either way.
    Message(Message),
    /// Anything else.
    Fact(Box<Fact>),
}

impl From<Message> for What {
    fn from(message: Message) -> Self {
        Self::Message(message)
    }
}

impl From<Fact> for What {
    fn from(fact: Fact) -> Self {
        Self::Fact(Box::new(fact))
    }
}

/// A WebSocket data message as it crossed the wire (secrets masked).
#[derive(Clone, Debug)]
pub struct Message {
    /// Which way.
    pub direction: Direction,
    /// What it carried.
    pub payload: Payload,
    /// Bytes of payload on the wire, before masking.
    pub size: u64,
    /// The one shallow parse that everything later relies on.
    pub class: Class,
}

impl Message {
    /// A text message with nothing in it masked.
    #[must_use]
    pub fn text(direction: Direction, text: impl Into<Text>) -> Self {
        let text = text.into();
        let (size, class) = (text.as_bytes().len() as u64, classify(text.as_str()));
        Self { direction, payload: Payload::Text(text), size, class }
    }
}

/// The content of a data message. Cloning is cheap: the bytes are shared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload {
    /// A text message.
    Text(Text),
    /// A binary message.
    Binary(Bytes),
}

impl Payload {
    /// As text: base64 where it is binary, as in a capture line.
    #[must_use]
    pub fn to_text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text.as_str()),
            Self::Binary(bytes) => Cow::Owned(BASE64_STANDARD.encode(bytes)),
        }
    }
}

/// Shared UTF-8 text; cloning it does not copy.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Text(Bytes);

impl Text {
    /// Takes bytes that came from a socket; `None` if they aren't UTF-8.
    #[must_use]
    pub fn from_utf8(bytes: Bytes) -> Option<Self> {
        std::str::from_utf8(&bytes).is_ok().then_some(Self(bytes))
    }

    /// Its bytes, which are known to be UTF-8: for where only they are wanted.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Checked on construction; checking again costs some 10 ns for 250 B and spares `unsafe`.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(Bytes::from(text))
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(Bytes::copy_from_slice(text.as_bytes()))
    }
}

impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.as_str().fmt(f)
    }
}
