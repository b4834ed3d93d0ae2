//! The timers of a live connection: measuring, and showing life while reading is paused.

use crate::net::command::Switches;

const SECOND_US: u64 = 1_000_000;
/// Time between two measurements.
const MEASURE_US: u64 = 15 * SECOND_US;
/// The first one comes soon, so that the window has a round trip to show.
const FIRST_MEASURE_US: u64 = SECOND_US;
/// The server's heartbeat period until two of its pings have been seen (reference 1.2).
const PERIOD_US: u64 = 30 * SECOND_US;

/// When which automatic frame is due, in `elapsed_us`.
#[derive(Debug)]
pub(crate) struct Pulse {
    live: bool,
    measure_at: u64,
    last_ping: Option<u64>,
    period_us: u64,
    /// When to send a pong unasked; `None` while reading goes on.
    pong_at: Option<u64>,
    measured: u64,
    /// The server's last ping has had no sign of life yet.
    unanswered: bool,
}

/// What is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Beat {
    /// A ping with this uid.
    Measure(String),
    /// A pong nobody asked for: any valid message counts as life (reference 3), and while reading is
    /// paused the server's ping lies unread.
    Pong,
}

impl Pulse {
    pub(crate) const fn new() -> Self {
        Self {
            live: false,
            measure_at: 0,
            last_ping: None,
            period_us: PERIOD_US,
            pong_at: None,
            measured: 0,
            unanswered: false,
        }
    }

    pub(crate) const fn start(&mut self, now_us: u64) {
        self.live = true;
        self.measure_at = now_us + FIRST_MEASURE_US;
        self.last_ping = None;
        self.period_us = PERIOD_US;
    }

    pub(crate) const fn stop(&mut self) {
        self.live = false;
        self.pong_at = None;
        self.unanswered = false;
    }

    /// The server's ping was read.
    pub(crate) fn ping_heard(&mut self, now_us: u64) {
        if let Some(last) = self.last_ping {
            // Pings read together after a pause say nothing about the period.
            self.period_us = now_us.saturating_sub(last).clamp(SECOND_US, 4 * PERIOD_US);
        }
        self.last_ping = Some(now_us);
        self.unanswered = true;
    }

    /// We sent a message that the server counts as life.
    pub(crate) const fn life_shown(&mut self) {
        self.unanswered = false;
    }

    /// Whether the server's last ping has had no sign of life yet.
    pub(crate) const fn is_unanswered(&self) -> bool {
        self.unanswered
    }

    /// Reading stops or goes on.
    pub(crate) const fn paused(&mut self, paused: bool, now_us: u64) {
        if !paused {
            self.pong_at = None;
        } else if self.pong_at.is_none() {
            self.pong_at = Some(now_us + self.period_us / 3);
        }
    }

    /// The uid for the next ping of ours, never used twice by a link.
    pub(crate) fn next_uid(&mut self) -> String {
        self.measured += 1;
        format!("harewire-ping-{}", self.measured)
    }

    pub(crate) fn deadline(&self, switches: Switches) -> Option<u64> {
        if !self.live || !switches.auto_pong {
            return None;
        }
        let measure_at = switches.measure.then_some(self.measure_at);
        measure_at.into_iter().chain(self.pong_at).min()
    }

    /// What is due now, one after the other until `None`.
    pub(crate) fn beat(&mut self, switches: Switches, now_us: u64) -> Option<Beat> {
        if !self.live || !switches.auto_pong {
            return None;
        }
        if self.pong_at.is_some_and(|at| at <= now_us) {
            self.pong_at = Some(now_us + self.period_us / 3);
            return Some(Beat::Pong);
        }
        if switches.measure && self.measure_at <= now_us {
            self.measure_at = now_us + MEASURE_US;
            return Some(Beat::Measure(self.next_uid()));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::{Beat, Pulse};
    use crate::net::command::Switches;

    const S: u64 = 1_000_000;

    #[test]
    fn measures_soon_and_then_every_fifteen_seconds() {
        let mut pulse = Pulse::new();
        let on = Switches::default();
        assert_eq!(pulse.deadline(on), None);
        pulse.start(100 * S);
        assert_eq!(pulse.deadline(on), Some(101 * S));
        assert_eq!(pulse.beat(on, 100 * S), None);
        assert_eq!(pulse.beat(on, 101 * S), Some(Beat::Measure("harewire-ping-1".to_owned())));
        assert_eq!(pulse.beat(on, 101 * S), None);
        assert_eq!(pulse.deadline(on), Some(116 * S));
        assert_eq!(pulse.deadline(Switches { measure: false, ..on }), None);
        assert_eq!(pulse.deadline(Switches { auto_pong: false, ..on }), None);
        pulse.stop();
        assert_eq!(pulse.deadline(on), None);
    }

    #[test]
    fn a_paused_socket_shows_life_every_third_of_the_period_it_saw() {
        let mut pulse = Pulse::new();
        let on = Switches { measure: false, ..Switches::default() };
        pulse.start(0);
        pulse.paused(true, 0);
        assert_eq!(pulse.deadline(on), Some(10 * S));
        pulse.paused(true, 5 * S);
        assert_eq!(pulse.deadline(on), Some(10 * S), "still the same pause");
        assert_eq!(pulse.beat(on, 10 * S), Some(Beat::Pong));
        assert_eq!(pulse.deadline(on), Some(20 * S));
        pulse.paused(false, 12 * S);
        assert_eq!(pulse.deadline(on), None);
        pulse.ping_heard(20 * S);
        pulse.ping_heard(26 * S);
        pulse.paused(true, 26 * S);
        assert_eq!(pulse.deadline(on), Some(28 * S));
    }
}
