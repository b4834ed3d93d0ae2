//! The journal thread: takes batches from `net`, appends them, folds them, publishes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::Receiver;

use super::published::Published;
use super::wake::Wake;
use crate::capture::{BACKLOG_LIMIT, Event, Join, Journal, JournalError};
use crate::net::{Batch, Batches};
use crate::session::{Joined, Session};

/// Snapshots are published at most this often: twice a frame at 60 Hz.
const PUBLISH_EVERY: Duration = Duration::from_millis(8);
/// How long to wait before a disk that refused is asked again.
const RETRY_DISK: Duration = Duration::from_millis(if cfg!(test) { 1 } else { 500 });
/// How often at the end. Then what waits is lost, and that is said: a program must end.
const LAST_TRIES: u32 = 3;

/// State of the journal thread.
pub(super) struct Recorder {
    pub(super) journal: Journal,
    pub(super) session: Session,
    pub(super) published: Arc<Published>,
    pub(super) wake: Wake,
    published_at: Option<Instant>,
    dirty: bool,
    /// Of the event appended last.
    connection: u32,
    /// The disk refused the last commit: batches taken since wait here with their permits.
    unwritten: Vec<Batch>,
    /// Events of the window: pins and notes.
    local: Receiver<Event>,
    /// Nobody wants the capture any more: the end is near, and what comes until then is little.
    stop: Arc<AtomicBool>,
}

impl Recorder {
    pub(super) fn new(
        journal: Journal,
        published: Arc<Published>,
        wake: Wake,
        local: Receiver<Event>,
        stop: Arc<AtomicBool>,
    ) -> Self {
        Self {
            journal,
            session: Session::new(),
            published,
            wake,
            published_at: None,
            dirty: false,
            connection: 0,
            unwritten: Vec::new(),
            local,
            stop,
        }
    }

    /// Runs until the last sender is gone, then publishes the end.
    #[expect(clippy::needless_pass_by_value, reason = "the thread owns its end of the channel")]
    pub(super) fn run(mut self, batches: Batches) {
        loop {
            if self.journal.waiting_bytes() > BACKLOG_LIMIT && !self.stop.load(Ordering::Relaxed) {
                // Taking no more lets the byte budget fill, and that pauses the socket.
                self.retry_disk();
                continue;
            }
            crossbeam_channel::select! {
                recv(batches.channel()) -> batch => match batch {
                    Ok(batch) => self.take(batch),
                    Err(_) => break,
                },
                recv(self.local) -> event => match event {
                    Ok(event) => self.take_local(event),
                    // The window is gone; what the connection still says is written all the same.
                    Err(_) => self.local = crossbeam_channel::never(),
                },
                default(self.patience()) => self.tick(),
            }
        }
        while let Ok(event) = self.local.try_recv() {
            self.take_local(event);
        }
        self.finish();
    }

    fn patience(&self) -> Duration {
        if self.journal.waiting_bytes() > 0 {
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

    /// A pin or a note: its line stands where it arrived, on the connection of that moment.
    fn take_local(&mut self, mut event: Event) {
        event.connection = self.connection;
        self.append(&event);
        self.commit();
        self.dirty = true;
        self.tick();
    }

    fn append(&mut self, event: &Event) {
        self.connection = event.connection;
        self.published.notes.fold(event);
        let seq = self.journal.append(event);
        let joined = self.session.apply(seq, event);
        self.journal.join(seq, join(joined));
    }

    fn tick(&mut self) {
        if self.journal.waiting_bytes() > 0 {
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
        self.published.notes.publish();
        self.published.snapshot.store(Arc::new(self.session.snapshot()));
        let bytes = self.journal.written_bytes();
        self.published.update_file(|file| file.bytes = bytes);
        self.published_at = Some(Instant::now());
        self.dirty = false;
        self.wake.ring();
    }

    fn finish(mut self) {
        self.commit();
        for _ in 1..LAST_TRIES {
            if self.journal.waiting_bytes() > 0 {
                self.retry_disk();
            }
        }
        self.publish();
        let lost = self.journal.waiting_events();
        self.published.update_file(|file| {
            file.ended = true;
            file.lost_events = lost;
            if let (true, Some(trouble)) = (lost > 0, &file.trouble) {
                file.trouble = Some(format!(
                    "{trouble} The session ended before that: its last {lost} events are lost, all before them are in the file."
                ));
            }
        });
        self.wake.ring();
    }
}

/// What the index keeps of what the fold found out.
pub(super) fn join(joined: Joined) -> Join {
    Join { subscription: joined.subscription, answers: joined.answers, collection: joined.collection }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;
    use crate::capture::{Direction, Message, Stamp};

    use crate::net::sink;
    use std::fs::File;

    fn message(text: &str) -> Event {
        Event::new(Stamp::default(), Message::text(Direction::In, text))
    }

    /// Records onto a disk that is full, until the link is gone.
    fn end_on_a_full_disk(events: Vec<Event>) -> Arc<Published> {
        let full = File::options().read(true).write(true).open("/dev/full").unwrap();
        let published = Arc::new(Published::default());
        let stop = Arc::new(AtomicBool::new(true));
        let (wake, local) = (Wake::new(|| ()), crossbeam_channel::never());
        let recorder = Recorder::new(Journal::on(full), Arc::clone(&published), wake, local, stop);
        let (sink, batches) = sink(1 << 20);
        for event in events {
            sink.deliver(vec![event], None);
        }
        drop(sink);
        recorder.run(batches);
        published
    }

    #[test]
    fn what_the_disk_refused_to_the_end_is_counted_and_said() {
        let file = end_on_a_full_disk(vec![message("{}"), message("{}")]).file.load_full();
        assert!(file.ended && file.lost_events == 2, "{file:?}");
        let trouble = file.trouble.as_deref().unwrap_or_default();
        assert!(trouble.contains("last 2 events are lost"), "{trouble}");
    }

    #[test]
    fn a_full_disk_never_keeps_the_program_from_ending() {
        let huge = "x".repeat(BACKLOG_LIMIT + 1);
        let file = end_on_a_full_disk(vec![message(&huge), message("{}")]).file.load_full();
        assert_eq!((file.ended, file.lost_events), (true, 2));
    }
}
