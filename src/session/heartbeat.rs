//! `Heartbeat`: the server's `ping`, and whether it saw life in time (reference 3).

/// The period of a default server (reference 1.2), used until two pings have been seen.
const DEFAULT_PERIOD_US: u64 = 30_000_000;

/// Whether the last server ping found us alive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Answer {
    /// Nothing was sent since.
    #[default]
    Missing,
    /// A `pong` was sent.
    Pong,
    /// No `pong`, but another message that the server counts as life.
    OtherMessage,
}

/// The server's heartbeat as seen on the current connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Heartbeat {
    /// When the last `ping` of the server came, in elapsed microseconds.
    pub last_ping_us: Option<u64>,
    /// What answered it.
    pub answer: Answer,
    /// When it was answered.
    pub answered_us: Option<u64>,
    /// The time between the last two pings.
    pub period_us: Option<u64>,
    /// Pings received on this connection.
    pub pings: u64,
    /// Pings that stayed without any sign of life until the next.
    pub missed: u64,
}

impl Heartbeat {
    pub(super) fn ping(&mut self, elapsed_us: u64) {
        if let Some(before) = self.last_ping_us {
            self.period_us = Some(elapsed_us.saturating_sub(before));
            self.missed += u64::from(self.answer == Answer::Missing);
        }
        self.last_ping_us = Some(elapsed_us);
        self.answer = Answer::Missing;
        self.answered_us = None;
        self.pings += 1;
    }

    /// We sent a message that the server counts as life.
    pub(super) fn life(&mut self, elapsed_us: u64, pong: bool) {
        if self.last_ping_us.is_some() && self.answer == Answer::Missing {
            self.answer = if pong { Answer::Pong } else { Answer::OtherMessage };
            self.answered_us = Some(elapsed_us);
        }
    }

    /// When the server will close, in elapsed microseconds, if its last ping stays unanswered (reference 3). With the
    /// period still unknown, the default of 30 s is assumed.
    #[must_use]
    pub fn closes_at_us(&self) -> Option<u64> {
        let ping = self.last_ping_us?;
        (self.answer == Answer::Missing)
            .then(|| ping.saturating_add(self.period_us.unwrap_or(DEFAULT_PERIOD_US)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unanswered_ping_has_a_deadline_one_period_later() {
        let mut heartbeat = Heartbeat::default();
        heartbeat.ping(2_000_000);
        assert_eq!(heartbeat.closes_at_us(), Some(32_000_000));
        heartbeat.life(2_000_500, true);
        assert_eq!(heartbeat.closes_at_us(), None);
        heartbeat.ping(4_000_000);
        assert_eq!(heartbeat.closes_at_us(), Some(6_000_000));
        assert_eq!((heartbeat.pings, heartbeat.missed), (2, 0));
    }

    #[test]
    fn any_message_counts_as_life_but_is_told_from_a_pong() {
        let mut heartbeat = Heartbeat::default();
        heartbeat.life(1, false);
        assert_eq!(heartbeat.answer, Answer::Missing);
        heartbeat.ping(10);
        heartbeat.life(20, false);
        heartbeat.life(30, true);
        assert_eq!((heartbeat.answer, heartbeat.answered_us), (Answer::OtherMessage, Some(20)));
    }
}
