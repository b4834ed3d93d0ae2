//! `Subscription`: one subscribe message and what became of it.

use std::sync::Arc;

use crate::capture::event::Stamp;
use crate::directus::{ErrorCode, EventName};

use super::counters::EventCounts;

/// What became of a subscribe message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubscriptionState {
    /// Sent, no answer yet.
    Sent,
    /// Sent before the login was confirmed: the server never reads it (reference 2.3).
    Lost,
    /// The `init` came, no event yet.
    Confirmed,
    /// At least one event came.
    Live,
    /// The server said no.
    Refused {
        /// The code, if it is one we know.
        code: ErrorCode,
        /// The code as written.
        code_text: Arc<str>,
        /// The server's message.
        message: Arc<str>,
        /// The error carried no uid and was matched by age (reference 6.3).
        guessed: bool,
    },
    /// A later subscribe with the same uid took its place (reference 5.6).
    Replaced {
        /// Number of the subscription that did.
        by: u32,
    },
    /// Unsubscribed.
    Ended,
    /// Its connection is gone, and the server's side of it with it.
    Orphaned,
    /// Its connection is gone, and it goes on under another number on a later one.
    Restored {
        /// Number of the subscription it goes on as.
        by: u32,
    },
}

impl SubscriptionState {
    /// The state in one word.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Lost => "lost",
            Self::Confirmed => "confirmed",
            Self::Live => "live",
            Self::Refused { .. } => "refused",
            Self::Replaced { .. } => "replaced",
            Self::Ended => "ended",
            Self::Orphaned => "orphaned",
            Self::Restored { .. } => "restored",
        }
    }

    /// Whether events may still come, as far as we know.
    #[must_use]
    pub const fn is_alive(&self) -> bool {
        matches!(self, Self::Sent | Self::Lost | Self::Confirmed | Self::Live)
    }

    /// Whether the server has accepted it and it still stands.
    #[must_use]
    pub const fn is_accepted(&self) -> bool {
        matches!(self, Self::Confirmed | Self::Live)
    }
}

/// What a subscribe message asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubscriptionRequest {
    /// Connection it was sent on.
    pub connection: u32,
    /// The uid as a string: `42` and `"42"` are the same to the server (reference 5.2).
    pub uid: Option<Arc<str>>,
    /// Sequence number of the subscribe message.
    pub seq: u64,
    /// When it was sent.
    pub sent: Stamp,
    /// Sent by Harewire itself (resubscribed).
    pub automatic: bool,
    /// The collection, empty if the message named none.
    pub collection: Arc<str>,
    /// Number of the collection in [`super::Snapshot::collections`], counted from 1.
    pub collection_number: u32,
    /// The event asked for as written, `None` for all.
    pub event: Option<Arc<str>>,
    /// The item asked for, `None` for all.
    pub item: Option<Arc<str>>,
    /// The query as written, shortened where it is very long.
    pub query: Option<Arc<str>>,
}

/// What a subscription sent again after a reconnect takes up: the last one that asked for the same and had an `init`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restores {
    /// Number of that subscription.
    pub number: u32,
    /// Sequence number of its subscribe message.
    pub sent_seq: u64,
    /// Sequence number of its `init`.
    pub init_seq: u64,
    /// Sequence number of the event that ended its connection.
    pub cut_seq: u64,
    /// When that was, in elapsed microseconds.
    pub cut_us: u64,
}

/// One subscribe message and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// Number within the capture, from 1. A reused uid gets a new one, so that filters can't lie about the past.
    pub number: u32,
    /// What was asked for.
    pub request: Arc<SubscriptionRequest>,
    /// What became of it.
    pub state: SubscriptionState,
    /// Number of the subscription of an earlier connection that this one, sent again by Harewire, goes on from.
    pub continues: Option<u32>,
    /// Sequence number of the `init`.
    pub init_seq: Option<u64>,
    /// From the subscribe to its `init`, in microseconds.
    pub init_after_us: Option<u64>,
    /// Rows in the `init`.
    pub init_rows: u32,
    /// Others with the same uid (or none) are alive: which of them an event belongs to is a guess, and the server sends
    /// each event more than once (reference 5.6).
    pub twin: bool,
    /// Events received.
    pub events: EventCounts,
    /// Bytes of those events.
    pub bytes: u64,
    /// When the last event came.
    pub last_event: Option<Stamp>,
    /// Events the server could not deliver (reference 5.7).
    pub refused_events: u64,
    /// What it takes up after a reconnect.
    pub restores: Option<Restores>,
    /// When the `init` came, in elapsed microseconds.
    pub init_us: Option<u64>,
    /// The event that ended its connection while it stood, and when, in elapsed microseconds.
    pub(super) cut: Option<(u64, u64)>,
    /// The event asked for, as a word of the protocol; decides which events may be ours.
    pub(super) wanted: EventName,
}

impl Subscription {
    /// Whether an event of this name can belong to it.
    pub(super) fn takes(&self, event: EventName) -> bool {
        matches!(self.wanted, EventName::None) || self.wanted == event
    }

    /// What a subscription that goes on from this one takes up. One that was cut off before its own `init` passes on what
    /// it would have taken up.
    pub(super) fn taken_up(&self) -> Option<Restores> {
        let (cut_seq, cut_us) = self.cut?;
        let own = |init_seq| Restores {
            number: self.number,
            sent_seq: self.request.seq,
            init_seq,
            cut_seq,
            cut_us,
        };
        self.init_seq.map(own).or(self.restores)
    }
}
