//! The time, as an argument.

use std::time::{Duration, Instant};

/// One reading of both clocks: deadlines follow the first, timestamps in rows the second.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    /// Monotonic, for deadlines.
    pub instant: Instant,
    /// Wall clock, for `date_created`, `$NOW` and the claims of tokens.
    pub wall: jiff::Timestamp,
}

impl Moment {
    /// Reads the clocks; only the network side of the demo does.
    pub(super) fn now() -> Self {
        Self { instant: Instant::now(), wall: jiff::Timestamp::now() }
    }

    /// The deadline so much later.
    pub(super) fn after(&self, time: Duration) -> Instant {
        self.instant + time
    }

    /// The wall clock as Directus prints timestamps: UTC, milliseconds, `Z`.
    pub(super) fn text(&self) -> String {
        timestamp_text(self.wall)
    }
}

/// A timestamp as Directus prints it.
pub(super) fn timestamp_text(timestamp: jiff::Timestamp) -> String {
    timestamp.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}
