//! `Warning`: something the fold noticed that a person should know.

use std::collections::VecDeque;
use std::sync::Arc;

/// How many warnings are kept; older ones make room.
const KEPT: usize = 64;

/// What kind of thing was noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WarningKind {
    /// Two subscribes with one uid were in flight at once: both may live, every event comes twice (reference 5.6).
    TwinSubscribe,
    /// A later subscribe with the same uid silently replaced an earlier one (reference 5.6).
    Replaced,
    /// An unsubscribe was confirmed before the subscribe it meant: the subscription lives on (conformance case 62).
    UnsubscribedTooEarly,
    /// Sent before the login was confirmed: the server never reads it (reference 2.3).
    SentTooEarly,
    /// The write was refused while reading back: the row may exist (reference 4.2).
    MayBeWritten,
    /// The token ran out (reference 2.5).
    TokenExpired,
    /// An event could not be delivered, although the subscription was accepted (reference 5.7).
    EventRefused,
    /// The server dropped a message because of its rate limit (reference 6.2).
    RateLimited,
    /// A subscription that was accepted before was refused when it was sent again after a reconnect.
    RestoreRefused,
    /// The identity fell back to the public role (reference 2.1).
    FellToPublic,
}

/// Something the fold noticed that a person should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Sequence number of the event that showed it.
    pub seq: u64,
    /// On which connection.
    pub connection: u32,
    /// What kind of thing.
    pub kind: WarningKind,
    /// What was noticed and what to do, as sentences.
    pub text: Arc<str>,
}

/// The latest warnings, oldest first.
#[derive(Debug, Default)]
pub(super) struct Warnings {
    kept: VecDeque<Warning>,
    changed: bool,
}

impl Warnings {
    pub(super) fn push(&mut self, warning: Warning) {
        if self.kept.len() >= KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back(warning);
        self.changed = true;
    }

    /// The list anew if it changed since the last call.
    pub(super) fn fresh(&mut self) -> Option<Arc<[Warning]>> {
        std::mem::take(&mut self.changed).then(|| self.kept.iter().cloned().collect())
    }
}
