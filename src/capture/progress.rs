//! `Progress`: how far a long job is, and the wish that it stops. Shared by the job and whoever watches it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The watcher is called at most this often.
const RING_EVERY: Duration = Duration::from_millis(50);

/// Shared between a job and its watcher; clones are the same progress.
#[derive(Clone)]
pub struct Progress(Arc<Shared>);

struct Shared {
    done: AtomicU64,
    of: AtomicU64,
    cancelled: AtomicBool,
    begun: Instant,
    /// When the watcher was called last, microseconds since `begun`.
    rung_us: AtomicU64,
    ring: Box<dyn Fn() + Send + Sync>,
}

/// The watcher wants the job to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Cancelled.")]
pub struct Cancelled;

impl Progress {
    /// A progress that calls `ring` when there is something to see.
    #[must_use]
    pub fn new(ring: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Arc::new(Shared {
            done: AtomicU64::new(0),
            of: AtomicU64::new(0),
            cancelled: AtomicBool::new(false),
            begun: Instant::now(),
            rung_us: AtomicU64::new(0),
            ring: Box::new(ring),
        }))
    }

    /// A progress nobody watches.
    #[must_use]
    pub fn unwatched() -> Self {
        Self::new(|| {})
    }

    /// The job says how much there is to do.
    pub fn expect(&self, of: u64) {
        self.0.of.store(of, Ordering::Relaxed);
    }

    /// The job says how much is done.
    ///
    /// # Errors
    /// [`Cancelled`] if it should stop.
    pub fn reach(&self, done: u64) -> Result<(), Cancelled> {
        self.0.done.store(done, Ordering::Relaxed);
        let now_us = u64::try_from(self.0.begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        let rung_us = self.0.rung_us.load(Ordering::Relaxed);
        if u128::from(now_us.saturating_sub(rung_us)) >= RING_EVERY.as_micros() {
            self.0.rung_us.store(now_us, Ordering::Relaxed);
            (self.0.ring)();
        }
        if self.is_cancelled() { Err(Cancelled) } else { Ok(()) }
    }

    /// The watcher wants the job to stop.
    pub fn cancel(&self) {
        self.0.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether the job was asked to stop.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.cancelled.load(Ordering::Relaxed)
    }

    /// How much is done.
    #[must_use]
    pub fn done(&self) -> u64 {
        self.0.done.load(Ordering::Relaxed)
    }

    /// How much there is to do; 0 while that isn't known.
    #[must_use]
    pub fn of(&self) -> u64 {
        self.0.of.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_learns_that_it_should_stop() {
        let progress = Progress::unwatched();
        progress.expect(10);
        assert_eq!(progress.reach(4), Ok(()));
        progress.clone().cancel();
        assert_eq!(progress.reach(5), Err(Cancelled));
        assert_eq!((progress.done(), progress.of()), (5, 10));
    }

    #[test]
    fn the_watcher_is_not_called_for_each_step() {
        let count = Arc::new(AtomicU64::new(0));
        let progress = Progress::new({
            let count = Arc::clone(&count);
            move || {
                count.fetch_add(1, Ordering::Relaxed);
            }
        });
        for done in 0..10_000 {
            progress.reach(done).unwrap();
        }
        let most = progress.0.begun.elapsed().as_millis() / RING_EVERY.as_millis();
        assert!(u128::from(count.load(Ordering::Relaxed)) <= most);
    }
}
