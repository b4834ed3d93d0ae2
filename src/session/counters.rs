//! `Counters`: what has been counted since the capture began.

use crate::directus::{EventName, MessageType};

/// Room for one counter a message type; types beyond it share the last.
const KINDS: usize = 48;

/// One number for each message type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KindCounts([u32; KINDS]);

impl Default for KindCounts {
    fn default() -> Self {
        Self([0; KINDS])
    }
}

impl KindCounts {
    fn slot(kind: MessageType) -> usize {
        usize::from(kind as u8).min(KINDS - 1)
    }

    pub(super) fn add(&mut self, kind: MessageType) {
        let count = &mut self.0[Self::slot(kind)];
        *count = count.saturating_add(1);
    }

    /// How many messages of this type there were.
    #[must_use]
    pub fn of(&self, kind: MessageType) -> u32 {
        self.0[Self::slot(kind)]
    }

    /// The sum over all types.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.iter().copied().map(u64::from).sum()
    }
}

/// Subscription events by what happened to the row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EventCounts {
    /// Rows created.
    pub create: u64,
    /// Rows updated.
    pub update: u64,
    /// Rows deleted.
    pub delete: u64,
    /// Events of a name this version doesn't know.
    pub other: u64,
}

impl EventCounts {
    pub(super) fn add(&mut self, event: EventName) {
        let count = match event {
            EventName::Create => &mut self.create,
            EventName::Update => &mut self.update,
            EventName::Delete => &mut self.delete,
            _ => &mut self.other,
        };
        *count = count.saturating_add(1);
    }

    /// All of them.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.create.saturating_add(self.update).saturating_add(self.delete).saturating_add(self.other)
    }
}

/// What has been counted since the capture began, over all its connections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Messages received.
    pub in_messages: u64,
    /// Messages sent.
    pub out_messages: u64,
    /// Bytes of payload received.
    pub in_bytes: u64,
    /// Bytes of payload sent.
    pub out_bytes: u64,
    /// Messages received, by type.
    pub in_kinds: KindCounts,
    /// Messages sent, by type.
    pub out_kinds: KindCounts,
    /// Messages sent by Harewire itself.
    pub automatic: u64,
    /// Subscription events received, by name; `init` and `unsubscribe` are not events.
    pub events: EventCounts,
    /// Subscription events for which no subscription is known, or several of different collections.
    pub unattributed: u64,
    /// Error messages received and failures of our own.
    pub errors: u64,
    /// Connects tried.
    pub connects: u64,
    /// WebSockets opened.
    pub opens: u64,
    /// Open connections ended.
    pub closes: u64,
    /// Requests that the end of their connection left without an answer.
    pub unanswered: u64,
    /// Messages given to us that never reached the socket.
    pub unsent: u64,
    /// Open requests left out of the list because there were too many.
    pub requests_forgotten: u64,
    /// Finished subscriptions left out of the board because there were too many.
    pub subscriptions_forgotten: u64,
    /// Times the wall clock jumped against the monotonic one.
    pub clock_jumps: u64,
    /// HTTP exchanges beside the socket.
    pub exchanges: u64,
    /// Those of them that brought no answer, or one that says that something went wrong.
    pub failed_exchanges: u64,
}
