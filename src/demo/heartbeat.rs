//! Who was asked for a sign of life and has not given one.

use std::collections::BTreeSet;

/// One round of pings is open at a time; its end is the next round (reference 3).
#[derive(Debug, Default)]
pub(super) struct Heartbeat {
    /// Whether rounds are going on; they begin with the first client and end with the last.
    pub running: bool,
    pending: BTreeSet<u64>,
}

impl Heartbeat {
    /// A valid message came from that connection.
    pub(super) fn heard(&mut self, connection: u64) {
        self.pending.remove(&connection);
    }

    /// Ends the round: those who stayed silent.
    pub(super) fn overdue(&mut self) -> BTreeSet<u64> {
        std::mem::take(&mut self.pending)
    }

    /// Begins a round with everyone who is asked.
    pub(super) fn ask(&mut self, connections: impl IntoIterator<Item = u64>) {
        self.pending = connections.into_iter().collect();
    }
}
