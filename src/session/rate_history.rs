//! `RateHistory`: messages of each of the last sixty seconds, for a sparkline.

/// Seconds kept.
const SECONDS: usize = 60;
const SECOND_US: u64 = 1_000_000;

/// Messages in and out by the second, over the last minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateHistory {
    /// Received and sent in second n of the capture, at `n % SECONDS`.
    ring: [[u32; 2]; SECONDS],
    newest: u64,
}

impl Default for RateHistory {
    fn default() -> Self {
        Self { ring: [[0; 2]; SECONDS], newest: 0 }
    }
}

impl RateHistory {
    fn place(second: u64) -> usize {
        usize::try_from(second % SECONDS as u64).unwrap_or_default()
    }

    fn bucket(&mut self, elapsed_us: u64) -> &mut [u32; 2] {
        let second = elapsed_us / SECOND_US;
        if second > self.newest {
            for back in 0..(second - self.newest).min(SECONDS as u64) {
                self.ring[Self::place(second - back)] = [0; 2];
            }
            self.newest = second;
        }
        // A stamp that goes back counts where we are.
        &mut self.ring[Self::place(self.newest)]
    }

    pub(super) fn received(&mut self, elapsed_us: u64) {
        let bucket = self.bucket(elapsed_us);
        bucket[0] = bucket[0].saturating_add(1);
    }

    pub(super) fn sent(&mut self, elapsed_us: u64) {
        let bucket = self.bucket(elapsed_us);
        bucket[1] = bucket[1].saturating_add(1);
    }

    /// Received and sent in each of the last sixty whole seconds before `now_us`, oldest first.
    #[must_use]
    pub fn minute(&self, now_us: u64) -> Vec<[u32; 2]> {
        let now = now_us / SECOND_US;
        (1..=SECONDS as u64)
            .rev()
            .map(|back| match now.checked_sub(back) {
                Some(second) if second <= self.newest && self.newest - second < SECONDS as u64 => {
                    self.ring[Self::place(second)]
                }
                _ => [0; 2],
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_second_has_its_place_and_leaves_after_a_minute() {
        let mut history = RateHistory::default();
        for at in [100_000, 900_000, 2_500_000] {
            history.received(at);
        }
        history.sent(2_600_000);
        let minute = history.minute(3_000_000);
        assert_eq!(minute.len(), 60);
        assert_eq!(minute[57..], [[2, 0], [0, 0], [1, 1]]);
        assert_eq!(history.minute(60_999_999)[..3], [[2, 0], [0, 0], [1, 1]]);
        assert_eq!(history.minute(70_000_000), vec![[0; 2]; 60]);
        history.received(70_100_000);
        assert_eq!(history.minute(71_000_000)[59], [1, 0], "old seconds are forgotten");
        assert!(history.minute(71_000_000)[..59].iter().all(|second| *second == [0; 2]));
    }
}
