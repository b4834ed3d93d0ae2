//! `Wake`: tells the window that there is something new, at most once until it has looked.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

type Callback = Box<dyn Fn() + Send + Sync>;

/// A bell between threads. Ring it after publishing, never before.
#[derive(Clone)]
pub struct Wake(Arc<Bell>);

struct Bell {
    ring: Callback,
    rung: AtomicBool,
}

impl Wake {
    /// A bell that calls `ring`, from any thread.
    #[must_use]
    pub fn new(ring: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Arc::new(Bell { ring: Box::new(ring), rung: AtomicBool::new(false) }))
    }

    /// Rings unless a ring is already on its way.
    pub fn ring(&self) {
        if !self.0.rung.swap(true, Ordering::AcqRel) {
            (self.0.ring)();
        }
    }

    /// The listener says: I am about to look. Whatever is published from now on rings again.
    pub fn heard(&self) {
        self.0.rung.store(false, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicU32;

    #[test]
    fn one_ring_until_it_is_heard() {
        let count = Arc::new(AtomicU32::new(0));
        let wake = Wake::new({
            let count = Arc::clone(&count);
            move || {
                count.fetch_add(1, Ordering::Relaxed);
            }
        });
        wake.ring();
        wake.ring();
        assert_eq!(count.load(Ordering::Relaxed), 1);
        wake.heard();
        wake.ring();
        assert_eq!(count.load(Ordering::Relaxed), 2);
    }
}
