//! The journal thread: takes batches from `net`, appends them, folds them, publishes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::RecvTimeoutError;

use super::published::Published;
use super::wake::Wake;
use crate::capture::{BACKLOG_LIMIT, Event, Join, Journal, JournalError};
use crate::net::{Batch, Batches};
use crate::session::{Joined, Session};

/// Snapshots are published at most this often: twice a frame at 60 Hz.
const PUBLISH_EVERY: Duration = Duration::from_millis(8);
/// How long to wait before a disk that refused is asked again.
const RETRY_DISK: Duration = Duration::from_millis(500);

/// State of the journal thread.
pub(super) struct Recorder {
    pub(super) journal: Journal,
    pub(super) session: Session,
    pub(super) published: Arc<Published>,
    pub(super) wake: Wake,
    published_at: Option<Instant>,
    dirty: bool,
    /// The disk refused the last commit: batches taken since wait here with their permits.
    unwritten: Vec<Batch>,
}

impl Recorder {
    pub(super) fn new(journal: Journal, published: Arc<Published>, wake: Wake) -> Self {
        Self {
            journal,
            session: Session::new(),
            published,
            wake,
            published_at: None,
            dirty: false,
            unwritten: Vec::new(),
        }
    }

    /// Runs until the last sender is gone, then publishes the end.
    #[expect(clippy::needless_pass_by_value, reason = "the thread owns its end of the channel")]
    pub(super) fn run(mut self, batches: Batches) {
        loop {
            if self.journal.waiting_bytes() > BACKLOG_LIMIT {
                // Taking no more lets the byte budget fill, and that pauses the socket.
                self.retry_disk();
                continue;
            }
            match batches.recv_timeout(self.patience()) {
                Ok(batch) => self.take(batch),
                Err(RecvTimeoutError::Timeout) => self.tick(),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        self.finish();
    }

    fn patience(&self) -> Duration {
        if !self.unwritten.is_empty() {
            RETRY_DISK
        } else if self.dirty {
            let since = self.published_at.map_or(PUBLISH_EVERY, |at| at.elapsed());
            PUBLISH_EVERY.saturating_sub(since)
        } else {
            Duration::from_secs(3600)
        }
    }

    fn take(&mut self, batch: Batch) {
        for event in &batch.events {
            self.append(event);
        }
        self.unwritten.push(batch);
        self.commit();
        self.dirty = true;
        if self.published_at.is_none_or(|at| at.elapsed() >= PUBLISH_EVERY) {
            self.publish();
        }
    }

    fn append(&mut self, event: &Event) {
        let seq = self.journal.append(event);
        let joined = self.session.apply(seq, event);
        self.journal.join(seq, join(joined));
    }

    fn tick(&mut self) {
        if !self.unwritten.is_empty() {
            self.commit();
        }
        if self.dirty {
            self.publish();
        }
    }

    /// Writes what waits. Permits of the byte budget go back only for what is written.
    fn commit(&mut self) {
        match self.journal.commit() {
            Ok(()) => {
                self.unwritten.clear();
                if self.published.file.load().trouble.is_some() {
                    self.dirty = true;
                    self.published.update_file(|file| {
                        file.trouble = None;
                        file.waiting_bytes = 0;
                    });
                }
            }
            Err(error) => self.report(&error),
        }
    }

    fn report(&mut self, error: &JournalError) {
        let waiting = self.journal.waiting_bytes();
        self.published.update_file(|file| {
            file.trouble = Some(error.to_string());
            file.waiting_bytes = waiting;
        });
        self.wake.ring();
    }

    fn retry_disk(&mut self) {
        std::thread::sleep(RETRY_DISK);
        self.commit();
    }

    fn publish(&mut self) {
        self.published.snapshot.store(Arc::new(self.session.snapshot()));
        let bytes = self.journal.written_bytes();
        self.published.update_file(|file| file.bytes = bytes);
        self.published_at = Some(Instant::now());
        self.dirty = false;
        self.published.news.tell();
        self.wake.ring();
    }

    fn finish(mut self) {
        self.commit();
        self.publish();
        self.published.update_file(|file| file.ended = true);
        self.published.news.tell();
        self.wake.ring();
    }
}

/// What the index keeps of what the fold found out.
pub(super) fn join(joined: Joined) -> Join {
    Join { subscription: joined.subscription, answers: joined.answers, collection: joined.collection }
}
