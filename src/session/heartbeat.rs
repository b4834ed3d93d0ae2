//! `Heartbeat`: the server's `ping`, and whether it saw life in time (reference 3).

/// The period of a default server (reference 1.2), used until two pings have been seen.
const DEFAULT_PERIOD_US: u64 = 30_000_000;
/// A ping that is this part of a period late is missing: the server's timer is not that inexact, a dead network is.
const LATE_PART: u64 = 4;

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
    /// When we last sent anything that the server counts as life.
    pub last_life_us: Option<u64>,
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
        self.last_life_us = Some(elapsed_us);
        if self.last_ping_us.is_some() && self.answer == Answer::Missing {
            self.answer = if pong { Answer::Pong } else { Answer::OtherMessage };
            self.answered_us = Some(elapsed_us);
        }
    }

    /// How long we took to answer the last ping.
    #[must_use]
    pub fn answer_took_us(&self) -> Option<u64> {
        Some(self.answered_us?.saturating_sub(self.last_ping_us?))
    }

    /// The period as measured, else that of a default server.
    #[must_use]
    pub fn expected_period_us(&self) -> u64 {
        self.period_us.filter(|period| *period > 0).unwrap_or(DEFAULT_PERIOD_US)
    }

    /// When the server will close, in elapsed microseconds, if its last ping stays unanswered (reference 3). With the
    /// period still unknown, the default of 30 s is assumed.
    #[must_use]
    pub fn closes_at_us(&self) -> Option<u64> {
        let ping = self.last_ping_us?;
        (self.answer == Answer::Missing).then(|| ping.saturating_add(self.expected_period_us()))
    }

    /// When the next ping is due, in elapsed microseconds. `None` before the first: a connection may wait for it for
    /// any part of a period (reference 3).
    #[must_use]
    pub fn next_ping_us(&self) -> Option<u64> {
        Some(self.last_ping_us?.saturating_add(self.expected_period_us()))
    }

    /// Since when a ping has been missing at `now_us`: the server is gone, or the network lets nothing through. The
    /// period must have been seen, since it may differ from the default.
    #[must_use]
    pub fn overdue_us(&self, now_us: u64) -> Option<u64> {
        let period = self.period_us.filter(|period| *period > 0)?;
        let late = now_us.checked_sub(self.next_ping_us()?)?;
        (late > period / LATE_PART).then_some(late)
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
        assert_eq!((heartbeat.closes_at_us(), heartbeat.answer_took_us()), (None, Some(500)));
        heartbeat.ping(4_000_000);
        assert_eq!(heartbeat.closes_at_us(), Some(6_000_000));
        assert_eq!((heartbeat.pings, heartbeat.missed), (2, 0));
        assert_eq!(heartbeat.answer_took_us(), None);
    }

    #[test]
    fn any_message_counts_as_life_but_is_told_from_a_pong() {
        let mut heartbeat = Heartbeat::default();
        heartbeat.life(1, false);
        assert_eq!((heartbeat.answer, heartbeat.last_life_us), (Answer::Missing, Some(1)));
        heartbeat.ping(10);
        heartbeat.life(20, false);
        heartbeat.life(30, true);
        assert_eq!((heartbeat.answer, heartbeat.answered_us), (Answer::OtherMessage, Some(20)));
        assert_eq!(heartbeat.last_life_us, Some(30));
    }

    #[test]
    fn a_missing_ping_is_told_once_the_period_is_known() {
        let mut heartbeat = Heartbeat::default();
        heartbeat.ping(2_000_000);
        assert_eq!(heartbeat.overdue_us(500_000_000), None);
        heartbeat.ping(4_000_000);
        assert_eq!(heartbeat.next_ping_us(), Some(6_000_000));
        assert_eq!(heartbeat.overdue_us(6_500_000), None);
        assert_eq!(heartbeat.overdue_us(6_600_000), Some(600_000));
    }
}
