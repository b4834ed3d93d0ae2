//! When to connect again, and when not to.

use crate::net::failure::Remedy;

/// First waiting time, milliseconds.
const FIRST_MS: u64 = 1_000;
/// Longest waiting time, milliseconds.
const LONGEST_MS: u64 = 30_000;
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
}

impl Retry {
    /// `seed` decides all waiting times to come; any number does.
    pub(crate) const fn new(seed: u64) -> Self {
        // Xorshift stands still at zero.
        Self { failures: 0, refusals: 0, dice: seed | 1 }
    }

    /// A new connection asked for by hand, or one that went live.
    pub(crate) const fn reset(&mut self) {
        self.failures = 0;
        self.refusals = 0;
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
        let ceiling = FIRST_MS.saturating_mul(1 << self.failures.min(10)).min(LONGEST_MS);
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
        retry.reset();
        assert!(retry.after(Verdict::Again).unwrap() <= 1000);
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
