//! The clock of one capture: where stamps come from.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::capture::event::Stamp;

/// Past this difference the wall clock has jumped: the machine slept, or somebody set the clock.
const JUMP_US: i64 = 1_000_000;

/// Stamps events; one for each capture, started with it.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    start: Instant,
    start_us: i64,
    anchor: Instant,
    anchor_us: i64,
}

impl Clock {
    /// A clock that starts now.
    #[must_use]
    pub fn start() -> Self {
        let now = Instant::now();
        let now_us = wall_us();
        Self { start: now, start_us: now_us, anchor: now, anchor_us: now_us }
    }

    /// Wall clock at the start, microseconds since 1970-01-01 UTC.
    #[must_use]
    pub const fn started_us(&self) -> i64 {
        self.start_us
    }

    /// The time now. One reading of the monotonic clock; the wall clock follows from the last `align`.
    #[must_use]
    pub fn now(&self) -> Stamp {
        let now = Instant::now();
        Stamp {
            time_us: self.anchor_us.saturating_add(signed_us(now.duration_since(self.anchor))),
            elapsed_us: unsigned_us(now.duration_since(self.start)),
        }
    }

    /// The moment at which `elapsed_us` will be.
    #[must_use]
    pub fn instant(&self, elapsed_us: u64) -> Instant {
        self.start + Duration::from_micros(elapsed_us)
    }

    /// Reads the wall clock again. Tells by how much it moved against the monotonic one, if by more than a
    /// second; less is the ordinary correction by the time service and followed silently.
    pub fn align(&mut self) -> Option<i64> {
        let expected = self.now().time_us;
        self.anchor = Instant::now();
        self.anchor_us = wall_us();
        let drift = self.anchor_us.saturating_sub(expected);
        (drift.abs() > JUMP_US).then_some(drift)
    }
}

/// A clock set before 1970 shows 1970.
fn wall_us() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, signed_us)
}

fn unsigned_us(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

fn signed_us(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

/// Microseconds since `start`, for the `took_us` of facts.
pub(crate) fn since_us(start: Instant) -> u64 {
    unsigned_us(start.elapsed())
}

#[cfg(test)]
mod tests {
    use super::Clock;

    #[test]
    fn stamps_never_go_back_and_wall_time_follows() {
        let mut clock = Clock::start();
        let first = clock.now();
        assert_eq!(clock.align(), None);
        let second = clock.now();
        assert!(second.elapsed_us >= first.elapsed_us);
        assert!((second.time_us - clock.started_us()).unsigned_abs() < 1_000_000);
    }

    #[test]
    fn a_jump_of_the_wall_clock_is_told_once() {
        let mut clock = Clock::start();
        clock.anchor_us -= 5_000_000;
        let drift = clock.align().unwrap();
        assert!((4_900_000..=5_900_000).contains(&drift), "{drift}");
        assert_eq!(clock.align(), None);
    }
}
