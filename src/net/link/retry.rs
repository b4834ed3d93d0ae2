//! When to connect again, and when not to.

use crate::net::command::Pacing;
use crate::net::failure::Remedy;

/// A connection that was live for so long was a good one: the next failure is the first of a new row. One that breaks
/// sooner, again and again, must not be dialled every second for ever.
const STEADY_US: u64 = 5_000_000;
/// So many 403, 404 or silences in a row are enough: a connection limit has healed by then, a wrong path never does.
const FEW: u32 = 3;

/// What the end of a connection calls for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Connect again.
    Again,
    /// Connect again, but only a few times in a row.
    FewTimes,
    /// Don't; the sentence says why.
    Stop(String),
}

impl Verdict {
    pub(crate) fn of_remedy(remedy: Remedy) -> Self {
        match remedy {
            Remedy::Again => Self::Again,
            Remedy::FewTimes => Self::FewTimes,
            Remedy::Change => Self::Stop(
                "Connecting again would fail in the same way; something must be changed first.".to_owned(),
            ),
        }
    }

    /// Directus closes deliberately without a code (1005) and dies without a frame (1006). Any other code
    /// was chosen by somebody, who meant it.
    pub(crate) fn of_code(code: Option<u16>) -> Self {
        match code {
            None | Some(1005 | 1006) => Self::Again,
            Some(code) => Self::Stop(format!("The connection was closed on purpose, with code {code}.")),
        }
    }
}

/// Counts failures and rolls the waiting times.
#[derive(Debug)]
pub(crate) struct Retry {
    failures: u32,
    refusals: u32,
    dice: u64,
    pacing: Pacing,
    /// Since when messages flow, in elapsed microseconds.
    live_since: Option<u64>,
}

impl Retry {
    /// `seed` decides all waiting times to come; any number does.
    pub(crate) fn new(seed: u64) -> Self {
        // Xorshift stands still at zero.
        Self { failures: 0, refusals: 0, dice: seed | 1, pacing: Pacing::default(), live_since: None }
    }

    /// A new connection asked for by hand, with its own pace.
    pub(crate) const fn begin(&mut self, pacing: Pacing) {
        self.failures = 0;
        self.refusals = 0;
        self.pacing = pacing;
        self.live_since = None;
    }

    /// Messages flow: nobody refuses us any more.
    pub(crate) const fn live(&mut self, now_us: u64) {
        self.refusals = 0;
        self.live_since = Some(now_us);
    }

    /// The connection is gone. If it was a good one, its failure is the first of a new row.
    pub(crate) fn ended(&mut self, now_us: u64) {
        if self.live_since.take().is_some_and(|since| now_us.saturating_sub(since) >= STEADY_US) {
            self.failures = 0;
        }
    }

    /// Number of the current attempt, from 1.
    pub(crate) const fn attempt(&self) -> u32 {
        self.failures.saturating_add(1)
    }

    /// Counts a failure. The waiting time in milliseconds, or why there is none.
    pub(crate) fn after(&mut self, verdict: Verdict) -> Result<u64, String> {
        match verdict {
            Verdict::Stop(reason) => return Err(reason),
            Verdict::Again => self.refusals = 0,
            Verdict::FewTimes => {
                self.refusals += 1;
                if self.refusals >= FEW {
                    return Err(format!("The server refused {FEW} times in a row."));
                }
            }
        }
        let Pacing { first_ms, longest_ms } = self.pacing;
        let ceiling = first_ms.saturating_mul(1 << self.failures.min(10)).min(longest_ms);
        self.failures = self.failures.saturating_add(1);
        // Half of it by dice, so that the clients of a restarted server don't come back all at once.
        Ok(ceiling / 2 + self.roll() % (ceiling / 2 + 1))
    }

    fn roll(&mut self) -> u64 {
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        self.dice
    }
}

#[cfg(test)]
mod tests {
    use super::{Retry, Verdict};
    use crate::net::command::Pacing;

    #[test]
    fn waiting_doubles_to_thirty_seconds_and_varies() {
        let mut retry = Retry::new(7);
        let delays: Vec<u64> = (0..8).map(|_| retry.after(Verdict::Again).unwrap()).collect();
        for (delay, ceiling) in delays.iter().zip([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]) {
            assert!((ceiling / 2..=ceiling).contains(delay), "{delay} for {ceiling}");
        }
        let mut other = Retry::new(8);
        let others: Vec<u64> = (0..8).map(|_| other.after(Verdict::Again).unwrap()).collect();
        assert_ne!(delays, others);
        assert_eq!(retry.attempt(), 9);
        retry.begin(Pacing { first_ms: 10, longest_ms: 20 });
        let short: Vec<u64> = (0..3).map(|_| retry.after(Verdict::Again).unwrap()).collect();
        assert!(short[0] <= 10 && short.iter().all(|delay| (5..=20).contains(delay)), "{short:?}");
    }

    #[test]
    fn only_a_connection_that_lasted_ends_the_row_of_failures() {
        let mut retry = Retry::new(3);
        retry.after(Verdict::Again).unwrap();
        retry.live(1_000_000);
        retry.ended(5_999_999);
        assert_eq!(retry.attempt(), 2, "it broke at once: go on waiting longer");
        retry.live(10_000_000);
        retry.ended(15_000_000);
        assert_eq!(retry.attempt(), 1);
        retry.after(Verdict::Again).unwrap();
        retry.ended(99_000_000);
        assert_eq!(retry.attempt(), 2, "it was never live");
    }

    #[test]
    fn three_refusals_in_a_row_are_enough() {
        let mut retry = Retry::new(1);
        assert!(retry.after(Verdict::FewTimes).is_ok());
        assert!(retry.after(Verdict::FewTimes).is_ok());
        assert!(retry.after(Verdict::Again).is_ok(), "another failure between breaks the row");
        assert!(retry.after(Verdict::FewTimes).is_ok());
        assert!(retry.after(Verdict::FewTimes).is_ok());
        assert!(retry.after(Verdict::FewTimes).is_err());
    }

    #[test]
    fn only_unexplained_closes_are_tried_again() {
        for code in [None, Some(1005), Some(1006)] {
            assert_eq!(Verdict::of_code(code), Verdict::Again);
        }
        for code in [1000, 1001, 1002, 1007, 1009, 4403] {
            assert!(matches!(Verdict::of_code(Some(code)), Verdict::Stop(_)), "{code}");
        }
    }
}
