//! `Restore`: how far the subscriptions came back after a reconnect.

/// The subscriptions that were sent again on the current connection, and what the server said to them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Restore {
    /// Sent again.
    pub sent: u32,
    /// Confirmed by their `init`.
    pub confirmed: u32,
    /// Refused.
    pub refused: u32,
    /// When the first was sent, in elapsed microseconds.
    pub began_us: u64,
    /// When the last answer came, once each has one.
    pub done_us: Option<u64>,
    /// For how long nothing could be heard: from the end of the last live connection to the first subscribe, microseconds.
    pub outage_us: u64,
}

impl Restore {
    pub(super) const fn begin(elapsed_us: u64, lost_us: Option<u64>) -> Self {
        let outage_us = match lost_us {
            Some(lost) => elapsed_us.saturating_sub(lost),
            None => 0,
        };
        Self { sent: 0, confirmed: 0, refused: 0, began_us: elapsed_us, done_us: None, outage_us }
    }

    pub(super) const fn answered(&mut self, confirmed: bool, elapsed_us: u64) {
        if confirmed {
            self.confirmed += 1;
        } else {
            self.refused += 1;
        }
        if self.confirmed + self.refused >= self.sent {
            self.done_us = Some(elapsed_us);
        }
    }
}
