//! `Row` and `Detail`: an event prepared for the eye, off the window's thread.
//!
//! The engine's row worker makes them, the views paint them; neither knows the other.

use std::sync::Arc;

use bytes::Bytes;

use crate::capture::event::{Direction, Stamp};
use crate::capture::json_tree::{JsonError, JsonTree};

/// How loud a row is. Always beside a word or an icon, never the only sign.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Level {
    /// The usual.
    #[default]
    Normal,
    /// Background noise: heartbeats, automation.
    Dim,
    /// Something came to stand: open, auth ok.
    Good,
    /// Worth a look: deletes, an unanswered request.
    Warning,
    /// A failure.
    Error,
}

/// What a saved filter gives to the rows that fit it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tint {
    /// The name of the filter.
    pub name: Arc<str>,
    /// The number of the colour.
    pub colour: u8,
}

/// One line of the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// Sequence number in the capture, from 1.
    pub seq: u64,
    /// Wall clock, microseconds since 1970-01-01 UTC.
    pub time_us: i64,
    /// Microseconds since the capture began.
    pub elapsed_us: u64,
    /// Microseconds since the row above; `None` for the first.
    pub delta_us: Option<u64>,
    /// `None` for what has no direction: open, close, errors, switches.
    pub direction: Option<Direction>,
    /// The word in the kind column: `create`, `subscribe`, `close`.
    pub kind: String,
    /// `message`, `open`, `close` and so on: the `event` of the capture line.
    pub event: String,
    /// The `uid` of the message as shown, empty if it has none.
    pub uid: String,
    /// Which of the palette's colours the uid wears; equal uids, equal colours.
    pub uid_colour: u8,
    /// The collection it is about, empty if unknown.
    pub collection: String,
    /// One line that says what it is; already escaped for display.
    pub summary: String,
    /// Bytes on the wire, `None` where there is no payload.
    pub size: Option<u64>,
    /// From the request to this reply, microseconds.
    pub round_trip_us: Option<u64>,
    /// What each column of a JSON path shows, in the order of the columns.
    pub extra: Vec<String>,
    /// A person pinned it.
    pub pinned: bool,
    /// What a person wrote about it, already escaped for display.
    pub note: String,
    /// How loud.
    pub level: Level,
    /// Done by Harewire itself.
    pub automatic: bool,
    /// Holds a `[masked n]`.
    pub masked: bool,
    /// Waits for the login.
    pub held: bool,
    /// The first saved filter that colours it.
    pub tint: Option<Tint>,
}

impl Row {
    /// When it happened, by both clocks.
    #[must_use]
    pub const fn stamp(&self) -> Stamp {
        Stamp { time_us: self.time_us, elapsed_us: self.elapsed_us }
    }
}

/// A name and a value of the facts list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FactLine {
    /// Such as `status`.
    pub name: String,
    /// Already escaped for display.
    pub value: String,
}

impl FactLine {
    /// A line of the facts list.
    #[must_use]
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

/// What the tree tab has to show.
#[derive(Clone, Debug, Default)]
pub enum Tree {
    /// There is no payload.
    #[default]
    None,
    /// The payload is no JSON, and why.
    NotJson(JsonError),
    /// The payload, parsed.
    Json(Arc<JsonTree>),
}

/// Everything about the selected event.
#[derive(Clone, Debug, Default)]
pub struct Detail {
    /// Its row as the log shows it.
    pub row: Row,
    /// Facts beside the payload: handshake headers, close code, certificate, file position.
    pub facts: Vec<FactLine>,
    /// The exact text as captured (secrets masked); base64 for binary.
    pub text: Arc<str>,
    /// The payload was binary and `text` is its base64.
    pub binary: bool,
    /// The bytes of a binary payload.
    pub raw: Bytes,
    /// Headers of a request or a response, in the order they crossed the wire; already escaped for display.
    pub headers: Vec<FactLine>,
    /// The parsed payload.
    pub tree: Tree,
    /// What this event means, as sentences; empty when there is nothing to add.
    pub meaning: Vec<String>,
    /// The request this replies to.
    pub answers: Option<u64>,
    /// The reply to this request.
    pub answered_by: Option<u64>,
}

impl Detail {
    /// The bytes of the payload as they crossed the wire, but for masked secrets.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        if self.binary { &self.raw } else { self.text.as_bytes() }
    }

    /// Whether it can be sent again: a text message that we sent.
    #[must_use]
    pub fn is_sendable(&self) -> bool {
        self.row.direction == Some(Direction::Out) && !self.binary && !self.text.is_empty()
    }
}

/// Colours there are for uids.
pub const UID_COLOURS: u64 = 8;

/// The number of the colour a uid wears: equal uids, equal colours, also in another capture (FNV-1a).
#[must_use]
pub fn uid_colour(uid: &str) -> u8 {
    let hash = uid.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    u8::try_from((hash >> 32) % UID_COLOURS).unwrap_or(0)
}
