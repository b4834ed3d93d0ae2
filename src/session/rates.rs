//! `Rates`: messages and bytes a second, over the last second and the last ten.

/// Width of a bucket.
const BUCKET_US: u64 = 100_000;
/// Buckets kept: ten seconds and the one being filled.
const BUCKETS: usize = 101;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Bucket {
    in_messages: u32,
    out_messages: u32,
    in_bytes: u64,
    out_bytes: u64,
}

/// A rate over a window.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rate {
    /// Messages received a second.
    pub in_messages: f64,
    /// Messages sent a second.
    pub out_messages: f64,
    /// Bytes received a second.
    pub in_bytes: f64,
    /// Bytes sent a second.
    pub out_bytes: f64,
}

/// A ring of buckets of a tenth of a second, by the capture's own monotonic time.
#[derive(Clone, Debug)]
pub struct Rates {
    ring: Vec<Bucket>,
    /// Number of the newest bucket since the capture began; bucket n lies at `n % BUCKETS`.
    newest: u64,
}

impl Default for Rates {
    fn default() -> Self {
        Self { ring: vec![Bucket::default(); BUCKETS], newest: 0 }
    }
}

impl Rates {
    fn place(number: u64) -> usize {
        usize::try_from(number % BUCKETS as u64).unwrap_or_default()
    }

    fn bucket(&mut self, elapsed_us: u64) -> &mut Bucket {
        let number = elapsed_us / BUCKET_US;
        if number > self.newest {
            let skipped = (number - self.newest).min(BUCKETS as u64);
            for back in 0..skipped {
                self.ring[Self::place(number - back)] = Bucket::default();
            }
            self.newest = number;
        }
        // A stamp that goes back (a capture edited by hand) counts where we are.
        &mut self.ring[Self::place(self.newest)]
    }

    pub(super) fn received(&mut self, elapsed_us: u64, bytes: u64) {
        let bucket = self.bucket(elapsed_us);
        bucket.in_messages = bucket.in_messages.saturating_add(1);
        bucket.in_bytes = bucket.in_bytes.saturating_add(bytes);
    }

    pub(super) fn sent(&mut self, elapsed_us: u64, bytes: u64) {
        let bucket = self.bucket(elapsed_us);
        bucket.out_messages = bucket.out_messages.saturating_add(1);
        bucket.out_bytes = bucket.out_bytes.saturating_add(bytes);
    }

    /// The rate over the last `seconds` (1 to 10) before `now_us`, to a tenth of a second.
    #[must_use]
    pub fn over(&self, seconds: u32, now_us: u64) -> Rate {
        let seconds = seconds.clamp(1, 10);
        let last = now_us / BUCKET_US;
        let count = u64::from(seconds) * 10;
        let mut rate = Rate::default();
        for back in 0..count {
            let Some(number) = last.checked_sub(back) else { break };
            let kept = number <= self.newest && self.newest - number < BUCKETS as u64;
            if kept {
                let bucket = self.ring[Self::place(number)];
                rate.in_messages += f64::from(bucket.in_messages);
                rate.out_messages += f64::from(bucket.out_messages);
                rate.in_bytes += bucket.in_bytes as f64;
                rate.out_bytes += bucket.out_bytes as f64;
            }
        }
        let width = f64::from(seconds);
        Rate {
            in_messages: rate.in_messages / width,
            out_messages: rate.out_messages / width,
            in_bytes: rate.in_bytes / width,
            out_bytes: rate.out_bytes / width,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_messages_in_a_second_are_ten_a_second_and_one_over_ten() {
        let mut rates = Rates::default();
        for n in 0..10 {
            rates.received(5_000_000 + n * 90_000, 100);
        }
        let now = 5_950_000;
        assert!((rates.over(1, now).in_messages - 10.0).abs() < 1e-9);
        assert!((rates.over(10, now).in_messages - 1.0).abs() < 1e-9);
        assert!((rates.over(1, now).in_bytes - 1000.0).abs() < 1e-9);
    }

    #[test]
    fn silence_brings_the_rate_to_zero_without_an_event() {
        let mut rates = Rates::default();
        rates.sent(1_000_000, 5);
        assert!(rates.over(10, 1_000_000).out_messages > 0.0);
        assert_eq!(rates.over(10, 60_000_000), Rate::default());
    }

    #[test]
    fn a_long_gap_forgets_every_old_bucket() {
        let mut rates = Rates::default();
        for n in 0..200 {
            rates.received(n * BUCKET_US, 1);
        }
        rates.received(u64::MAX, 1);
        assert!((rates.over(10, u64::MAX).in_messages - 0.1).abs() < 1e-9);
    }

    #[test]
    fn a_stamp_that_goes_back_is_still_counted() {
        let mut rates = Rates::default();
        rates.received(9_000_000, 1);
        rates.received(1_000_000, 1);
        assert!((rates.over(1, 9_000_000).in_messages - 2.0).abs() < 1e-9);
    }
}
