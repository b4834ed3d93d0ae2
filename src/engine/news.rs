//! `News`: lets threads that follow a capture sleep until something is published.

use std::sync::{Mutex, PoisonError};

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};

/// Who wants to know. The publisher holds the lock for the few nanoseconds of ringing, never while it works.
#[derive(Default)]
pub(super) struct News(Mutex<Vec<Sender<()>>>);

impl News {
    /// A bell that rings after each publishing, and a way to ring it oneself. Several rings before it is heard are one.
    pub(super) fn follow(&self) -> (Sender<()>, Receiver<()>) {
        let (ring, bell) = bounded(1);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(ring.clone());
        (ring, bell)
    }

    /// Something was published. Those who are gone are forgotten.
    pub(super) fn tell(&self) {
        let mut followers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        followers.retain(|ring| !matches!(ring.try_send(()), Err(TrySendError::Disconnected(()))));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn followers_hear_once_and_are_forgotten_when_gone() {
        let news = News::default();
        let (_ring, bell) = news.follow();
        drop(news.follow());
        news.tell();
        news.tell();
        assert_eq!(bell.try_iter().count(), 1);
        assert_eq!(news.0.lock().unwrap().len(), 1);
    }
}
