//! `Wake`: tells the window that there is something new, at most once until it has looked.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::news::News;

type Callback = Box<dyn Fn() + Send + Sync>;

/// A bell between threads. Ring it after publishing, never before.
#[derive(Clone)]
pub struct Wake {
    bell: Arc<Bell>,
    /// Whom every ring reaches.
    news: Option<Arc<News>>,
}

struct Bell {
    ring: Callback,
    rung: AtomicBool,
}

impl Wake {
    /// A bell that calls `ring`, from any thread.
    #[must_use]
    pub fn new(ring: impl Fn() + Send + Sync + 'static) -> Self {
        Self { bell: Arc::new(Bell { ring: Box::new(ring), rung: AtomicBool::new(false) }), news: None }
    }

    /// The same bell for a thread that publishes events: those who follow the capture hear it too, each time.
    pub(super) fn with(&self, news: &Arc<News>) -> Self {
        Self { bell: Arc::clone(&self.bell), news: Some(Arc::clone(news)) }
    }

    /// Rings unless a ring is already on its way.
    pub fn ring(&self) {
        if let Some(news) = &self.news {
            news.tell();
        }
        if !self.bell.rung.swap(true, Ordering::AcqRel) {
            (self.bell.ring)();
        }
    }

    /// The listener says: I am about to look. Whatever is published from now on rings again.
    pub fn heard(&self) {
        self.bell.rung.store(false, Ordering::Release);
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

    #[test]
    fn who_follows_the_capture_hears_each_ring() {
        let news = Arc::new(News::default());
        let (_ring, bell) = news.follow();
        let wake = Wake::new(|| ());
        for _ in 0..2 {
            wake.with(&news).ring();
            assert_eq!(bell.try_iter().count(), 1);
        }
        wake.ring();
        assert_eq!(bell.try_iter().count(), 0, "the window's own bell is not news");
    }
}
