//! `Record`: what the index remembers of one event, 40 bytes.

use super::event::{ClosedBy, Direction, Event, Fact, What};
use crate::directus::{ErrorCode, EventName, MessageType, Status};

/// Words of 64 bits a record takes.
pub(super) const WORDS: usize = 5;

/// What a row is about, in one byte: a data message of some type, or a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A data message.
    Message(MessageType),
    /// Anything else.
    Fact(FactKind),
}

/// The variants of [`Fact`], without their content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
#[expect(missing_docs, reason = "each is the name of a variant of `Fact`, documented there")]
pub enum FactKind {
    Connect,
    Resolved,
    Connected,
    Presented,
    Secured,
    Request,
    Response,
    Open,
    Held,
    Unsent,
    Control,
    Close,
    Error,
    Retry,
    GaveUp,
    Switched,
    Clock,
    Note,
    Tunnelled,
    Identity,
    Unknown,
    Http,
}

impl FactKind {
    /// Every kind, in the order of its byte.
    pub const ALL: [Self; 22] = [
        Self::Connect,
        Self::Resolved,
        Self::Connected,
        Self::Presented,
        Self::Secured,
        Self::Request,
        Self::Response,
        Self::Open,
        Self::Held,
        Self::Unsent,
        Self::Control,
        Self::Close,
        Self::Error,
        Self::Retry,
        Self::GaveUp,
        Self::Switched,
        Self::Clock,
        Self::Note,
        Self::Tunnelled,
        Self::Identity,
        Self::Unknown,
        Self::Http,
    ];

    /// The kind of a fact.
    #[must_use]
    pub const fn of(fact: &Fact) -> Self {
        match fact {
            Fact::Connect { .. } => Self::Connect,
            Fact::Resolved { .. } => Self::Resolved,
            Fact::Connected { .. } => Self::Connected,
            Fact::Presented { .. } => Self::Presented,
            Fact::Secured { .. } => Self::Secured,
            Fact::Request { .. } => Self::Request,
            Fact::Response { .. } => Self::Response,
            Fact::Open { .. } => Self::Open,
            Fact::Held { .. } => Self::Held,
            Fact::Unsent { .. } => Self::Unsent,
            Fact::Control { .. } => Self::Control,
            Fact::Close { .. } => Self::Close,
            Fact::Error { .. } => Self::Error,
            Fact::Retry { .. } => Self::Retry,
            Fact::GaveUp { .. } => Self::GaveUp,
            Fact::Switched { .. } => Self::Switched,
            Fact::Clock { .. } => Self::Clock,
            Fact::Note { .. } => Self::Note,
            Fact::Tunnelled { .. } => Self::Tunnelled,
            Fact::Http(_) => Self::Http,
            Fact::Identity(_) => Self::Identity,
            Fact::Unknown { .. } => Self::Unknown,
        }
    }

    /// The word shown in the log and written as `event` in the capture.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Resolved => "resolved",
            Self::Connected => "connected",
            Self::Presented => "presented",
            Self::Secured => "secured",
            Self::Request => "request",
            Self::Response => "response",
            Self::Open => "open",
            Self::Held => "held",
            Self::Unsent => "unsent",
            Self::Control => "control",
            Self::Close => "close",
            Self::Error => "error",
            Self::Retry => "retry",
            Self::GaveUp => "gave_up",
            Self::Switched => "switched",
            Self::Clock => "clock",
            Self::Note => "note",
            Self::Tunnelled => "tunnelled",
            Self::Http => "http",
            Self::Identity => "identity",
            Self::Unknown => "unknown",
        }
    }
}

/// Facts count from here; below are message types.
const FACT_BASE: u8 = 128;

impl Kind {
    /// The byte stored in the record.
    #[must_use]
    pub const fn to_u8(self) -> u8 {
        match self {
            Self::Message(kind) => kind as u8,
            Self::Fact(kind) => FACT_BASE + kind as u8,
        }
    }

    /// Back from [`Kind::to_u8`]; a byte of a newer version becomes `Fact(Unknown)`.
    #[must_use]
    pub fn from_u8(byte: u8) -> Self {
        match byte.checked_sub(FACT_BASE) {
            None => Self::Message(MessageType::from_u8(byte).unwrap_or(MessageType::Other)),
            Some(fact) => {
                Self::Fact(FactKind::ALL.get(usize::from(fact)).copied().unwrap_or(FactKind::Unknown))
            }
        }
    }
}

/// Yes-or-no facts of a record, packed in one byte.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags(u8);

impl Flags {
    const OUT: u8 = 1;
    const AUTOMATIC: u8 = 2;
    const MASKED: u8 = 4;
    const FAILED: u8 = 8;
    const DIRECTED: u8 = 16;

    /// Packs what an event says of itself.
    #[must_use]
    pub fn of(event: &Event) -> Self {
        let mut bits = 0;
        let (direction, failed) = match &event.what {
            What::Message(message) => (Some(message.direction), message.class.status == Status::Error),
            What::Fact(fact) => match fact.as_ref() {
                Fact::Control { direction, .. } => (Some(*direction), false),
                Fact::Error { .. } | Fact::Unsent { .. } | Fact::GaveUp { .. } => (None, true),
                Fact::Close { by, .. } => (None, *by == ClosedBy::Network),
                Fact::Response { status, .. } => (None, *status != 101),
                Fact::Http(exchange) => (None, exchange.is_failure()),
                _ => (None, false),
            },
        };
        if let Some(direction) = direction {
            bits |= Self::DIRECTED;
            if direction == Direction::Out {
                bits |= Self::OUT;
            }
        }
        for (set, bit) in
            [(event.automatic, Self::AUTOMATIC), (event.masked, Self::MASKED), (failed, Self::FAILED)]
        {
            if set {
                bits |= bit;
            }
        }
        Self(bits)
    }

    /// Which way the frame went; `None` for what is not a frame.
    #[must_use]
    pub const fn direction(self) -> Option<Direction> {
        if self.0 & Self::DIRECTED == 0 {
            None
        } else if self.0 & Self::OUT == 0 {
            Some(Direction::In)
        } else {
            Some(Direction::Out)
        }
    }

    /// Done by Harewire itself.
    #[must_use]
    pub const fn automatic(self) -> bool {
        self.0 & Self::AUTOMATIC != 0
    }

    /// Something was masked.
    #[must_use]
    pub const fn masked(self) -> bool {
        self.0 & Self::MASKED != 0
    }

    /// An error, or a message with `status: "error"`.
    #[must_use]
    pub const fn failed(self) -> bool {
        self.0 & Self::FAILED != 0
    }
}

/// What the index remembers of one event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// Where its line begins in the file, bytes.
    pub offset: u64,
    /// Wall clock, microseconds since 1970 UTC.
    pub time_us: i64,
    /// Length of its line, newline included; `u32::MAX` for a longer one.
    pub line_length: u32,
    /// Payload on the wire, bytes; `u32::MAX` for a larger one.
    pub size: u32,
    /// Number of the subscription it belongs to, 0 for none.
    pub subscription: u32,
    /// A reply: `seq` of its request. A request: `seq` of its first reply. 0 for none.
    pub partner: u32,
    /// Which connect, `u16::MAX` for all later ones.
    pub connection: u16,
    /// Number of its collection in the session's list, 0 for none or beyond the numbers.
    pub collection: u16,
    /// What it is about.
    pub kind: Kind,
    /// Directus' `event`, or the action of an `items` message.
    pub event: EventName,
    /// The error code it carries.
    pub code: ErrorCode,
    /// Yes-or-no facts.
    pub flags: Flags,
}

impl Record {
    /// The record of an event whose line is `line_length` bytes long and begins at `offset`.
    #[must_use]
    pub fn of(event: &Event, offset: u64, line_length: usize) -> Self {
        let (kind, name, code, size) = match &event.what {
            What::Message(message) => {
                let class = &message.class;
                (Kind::Message(class.kind), class.event, class.code, message.size)
            }
            What::Fact(fact) => (Kind::Fact(FactKind::of(fact)), EventName::None, ErrorCode::None, 0),
        };
        Self {
            offset,
            time_us: event.stamp.time_us,
            line_length: u32::try_from(line_length).unwrap_or(u32::MAX),
            size: u32::try_from(size).unwrap_or(u32::MAX),
            subscription: 0,
            partner: 0,
            connection: u16::try_from(event.connection).unwrap_or(u16::MAX),
            collection: 0,
            kind,
            event: name,
            code,
            flags: Flags::of(event),
        }
    }

    /// Packs the record into words; see [`Record::from_words`].
    #[must_use]
    pub(super) fn to_words(self) -> [u64; WORDS] {
        let (connection, collection) = (self.connection.to_le_bytes(), self.collection.to_le_bytes());
        let last = [
            connection[0],
            connection[1],
            collection[0],
            collection[1],
            self.kind.to_u8(),
            self.event as u8,
            self.code as u8,
            self.flags.0,
        ];
        [
            self.offset,
            u64::from_le_bytes(self.time_us.to_le_bytes()),
            pair(self.line_length, self.size),
            pair(self.subscription, self.partner),
            u64::from_le_bytes(last),
        ]
    }

    /// Back from [`Record::to_words`].
    #[must_use]
    pub(super) fn from_words(words: [u64; WORDS]) -> Self {
        let [offset, time, sizes, joins, last] = words;
        let (line_length, size) = unpair(sizes);
        let (subscription, partner) = unpair(joins);
        let [connection, connection_high, collection, collection_high, kind, event, code, flags] =
            last.to_le_bytes();
        Self {
            offset,
            time_us: i64::from_le_bytes(time.to_le_bytes()),
            line_length,
            size,
            subscription,
            partner,
            connection: u16::from_le_bytes([connection, connection_high]),
            collection: u16::from_le_bytes([collection, collection_high]),
            kind: Kind::from_u8(kind),
            event: EventName::from_u8(event).unwrap_or_default(),
            code: ErrorCode::from_u8(code).unwrap_or(ErrorCode::Other),
            flags: Flags(flags),
        }
    }
}

/// Two halves of a word, the first in the low bits.
pub(super) fn pair(low: u32, high: u32) -> u64 {
    u64::from(low) | (u64::from(high) << 32)
}

/// Back from [`pair`].
#[expect(clippy::cast_possible_truncation, reason = "each half is taken on purpose")]
pub(super) fn unpair(word: u64) -> (u32, u32) {
    (word as u32, (word >> 32) as u32)
}
