//! `RoundTrips`: how long a `ping` with a uid took to come back as `pong` (reference 3).

use std::collections::VecDeque;
use std::sync::Arc;

/// How many samples are kept.
const KEPT: usize = 256;

/// Round trips measured by `ping` with a uid, the only probe Directus answers (reference 3).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoundTrips {
    /// The latest.
    pub last_us: Option<u64>,
    /// The shortest of those kept.
    pub min_us: Option<u64>,
    /// Half of those kept took at most this long.
    pub p50_us: Option<u64>,
    /// Nineteen of twenty of those kept took at most this long.
    pub p95_us: Option<u64>,
    /// Ninety-nine of a hundred of those kept took at most this long; below a hundred samples that is the longest.
    pub p99_us: Option<u64>,
    /// The longest of those kept.
    pub max_us: Option<u64>,
    /// The samples kept, oldest first, at most 256.
    pub samples_us: Vec<u64>,
    /// How many there were in all.
    pub count: u64,
    /// How many of them Harewire measured by itself.
    pub automatic: u64,
}

/// Collects samples and works out the figures only when they are looked at.
#[derive(Debug, Default)]
pub(super) struct Stopwatch {
    samples_us: VecDeque<u64>,
    count: u64,
    automatic: u64,
    changed: bool,
}

impl Stopwatch {
    pub(super) fn add(&mut self, took_us: u64, automatic: bool) {
        if self.samples_us.len() >= KEPT {
            self.samples_us.pop_front();
        }
        self.samples_us.push_back(took_us);
        self.count += 1;
        self.automatic += u64::from(automatic);
        self.changed = true;
    }

    /// The figures anew if a sample came since the last call.
    pub(super) fn fresh(&mut self) -> Option<Arc<RoundTrips>> {
        if !std::mem::take(&mut self.changed) {
            return None;
        }
        let mut sorted: Vec<u64> = self.samples_us.iter().copied().collect();
        sorted.sort_unstable();
        Some(Arc::new(RoundTrips {
            last_us: self.samples_us.back().copied(),
            min_us: sorted.first().copied(),
            p50_us: nearest_rank(&sorted, 50),
            p95_us: nearest_rank(&sorted, 95),
            p99_us: nearest_rank(&sorted, 99),
            max_us: sorted.last().copied(),
            samples_us: self.samples_us.iter().copied().collect(),
            count: self.count,
            automatic: self.automatic,
        }))
    }
}

/// The smallest sample that at least `percent` of them do not exceed.
fn nearest_rank(sorted: &[u64], percent: usize) -> Option<u64> {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_samples_that_occurred() {
        let mut watch = Stopwatch::default();
        for took in (1..=20).rev() {
            watch.add(took, took % 2 == 0);
        }
        let trips = watch.fresh().unwrap();
        assert_eq!((trips.last_us, trips.min_us), (Some(1), Some(1)));
        assert_eq!((trips.p50_us, trips.p95_us), (Some(10), Some(19)));
        assert_eq!((trips.p99_us, trips.max_us), (Some(20), Some(20)));
        assert_eq!((trips.count, trips.automatic), (20, 10));
        assert!(watch.fresh().is_none());
    }

    #[test]
    fn with_enough_samples_the_longest_is_not_the_99th_percentile() {
        let mut watch = Stopwatch::default();
        for took in 1..=200 {
            watch.add(took, true);
        }
        let trips = watch.fresh().unwrap();
        assert_eq!((trips.p99_us, trips.max_us), (Some(198), Some(200)));
    }

    #[test]
    fn only_the_last_256_count() {
        let mut watch = Stopwatch::default();
        watch.add(1, false);
        for _ in 0..256 {
            watch.add(7, false);
        }
        let trips = watch.fresh().unwrap();
        assert_eq!((trips.min_us, trips.samples_us.len(), trips.count), (Some(7), 256, 257));
    }
}
