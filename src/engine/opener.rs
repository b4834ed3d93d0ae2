//! Opening a recording, and watching it grow: the same fold and the same index as live, on a thread of its own.
//!
//! The first block comes first, then the end of the file, so that both can be looked at while all between is read.
//! Lines are parsed on a second thread, since that costs more than folding them. What another program appends later
//! is taken in as soon as its lines are complete.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;

use super::published::{FileState, Published};
use super::recorder::join;
use super::wake::Wake;
use crate::capture::{Batch, Book, Event, Fact, Growth, Header, OpenError, Recording, Scan, What, in_use};
use crate::session::Session;

/// How often progress is shown.
const PUBLISH_EVERY: Duration = Duration::from_millis(30);
/// How often the file is looked at for more.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Looks without news after which nobody seems to write the file any more: ten seconds.
const LOOKS_UNTIL_QUIET: u32 = 100;
/// Looks without news after which a last line without an end counts as cut off: one second.
const LOOKS_UNTIL_TORN: u32 = 10;
/// Batches of a megabyte that may wait for the fold.
const BATCHES: usize = 3;
/// From here on a second thread is worth its start.
const LARGE: u64 = 8 << 20;

/// What the thread works on.
pub(super) struct Opener {
    pub(super) recording: Recording,
    pub(super) published: Arc<Published>,
    pub(super) wake: Wake,
    pub(super) stop: Arc<AtomicBool>,
    /// Something came that is more than a pin or a note.
    pub(super) is_life: bool,
}

/// How a file that is read to its end is watched.
struct Watch {
    /// Looks without news since the file last grew.
    quiet: u32,
    /// Looks so far.
    looks: u32,
    /// Some instance of the program holds the file's lock.
    leased: bool,
    /// It has no name any more.
    gone: bool,
    /// Why it could not be looked at.
    trouble: Option<String>,
}

impl Watch {
    /// Whether somebody seems to be writing.
    fn is_live(&self) -> bool {
        self.leased || self.quiet < LOOKS_UNTIL_QUIET
    }

    /// Whether a last line without an end was cut off, rather than being written just now.
    fn is_torn(&self) -> bool {
        !self.leased && self.quiet >= LOOKS_UNTIL_TORN
    }

    fn sentence(&self) -> Option<String> {
        let gone = "The file was deleted or moved. What was read of it stays here until it is closed; save a copy to keep it.";
        self.trouble.clone().or_else(|| self.gone.then(|| gone.to_owned()))
    }
}

impl Opener {
    /// Reads the recording to its end, publishing on the way, then watches it until it is told to stop.
    pub(super) fn run(mut self) {
        let mut session = Session::new();
        match self.read_all(&mut session) {
            Err(error) => {
                self.recording.drop_preview();
                self.published.snapshot.store(Arc::new(session.snapshot().at_the_end()));
                self.published.update_file(|file| {
                    file.opening = None;
                    file.ended = true;
                    file.trouble = Some(error.to_string());
                });
                self.wake.ring();
            }
            Ok(()) if self.stopped() => {}
            Ok(()) => self.watch(&mut session),
        }
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Whether somebody else holds the file's lock, who then writes it.
    fn is_leased(&self) -> bool {
        !self.published.notes.holds_lease() && in_use(self.recording.path())
    }

    fn read_all(&mut self, session: &mut Session) -> Result<(), OpenError> {
        let mut more = self.step(session)?;
        if more && self.recording.progress().1 > LARGE {
            self.recording.preview_end();
            self.publish_progress(session);
            more = self.read_on_two_threads(session)?;
        }
        let mut shown: Option<Instant> = None;
        while more && !self.stopped() {
            if shown.is_none_or(|at| at.elapsed() >= PUBLISH_EVERY) {
                shown = Some(Instant::now());
                self.publish_progress(session);
            }
            more = self.step(session)?;
        }
        Ok(())
    }

    fn step(&mut self, session: &mut Session) -> Result<bool, OpenError> {
        let notes = &self.published.notes;
        let is_life = &mut self.is_life;
        self.recording.step(|seq, event| {
            // What we write into a reopened capture ourselves is no sign that its session goes on.
            *is_life |= !is_note(event);
            notes.fold(event);
            join(session.apply(seq, event))
        })
    }

    /// One thread reads lines, this one folds them. Returns whether there is more to read.
    fn read_on_two_threads(&mut self, session: &mut Session) -> Result<bool, OpenError> {
        let Self { recording, published, wake, stop, .. } = self;
        let (scan, book) = recording.halves();
        let length = scan.length();
        let (sender, batches) = crossbeam_channel::bounded::<Result<Batch, OpenError>>(BATCHES);
        std::thread::scope(|scope| {
            let parser = std::thread::Builder::new().name("lines".into());
            // Where the system gives no thread, the sender is dropped and the loop below ends: one thread must do.
            let _parser = parser.spawn_scoped(scope, || parse(scan, sender, stop));
            let mut shown = Instant::now();
            let mut more = true;
            for batch in batches {
                let batch = batch?;
                more = batch.more;
                book.take(batch, |seq, event| {
                    published.notes.fold(event);
                    join(session.apply(seq, event))
                });
                if shown.elapsed() >= PUBLISH_EVERY {
                    shown = Instant::now();
                    publish_progress(published, book, session, length);
                    wake.ring();
                }
            }
            Ok(more)
        })
    }

    fn publish_progress(&mut self, session: &mut Session) {
        let (scan, book) = self.recording.halves();
        publish_progress(&self.published, book, session, scan.length());
        self.wake.ring();
    }

    fn watch(&mut self, session: &mut Session) {
        self.recording.drop_preview();
        let mut watch = Watch {
            quiet: LOOKS_UNTIL_QUIET,
            looks: 0,
            leased: self.is_leased(),
            gone: false,
            trouble: None,
        };
        self.published.notes.publish();
        self.publish_state(session, &watch);
        self.publish_watch(&watch);
        while !self.stopped() {
            std::thread::park_timeout(LOOK_EVERY);
            watch.looks = watch.looks.wrapping_add(1);
            // The lock changes seldom and costs more than a look.
            if watch.looks.is_multiple_of(10) {
                watch.leased = self.is_leased();
            }
            watch.trouble = None;
            let was_live = watch.is_live();
            match self.look(session, &mut watch) {
                Ok(true) => {}
                Ok(false) => {
                    self.published.update_file(|file| file.replaced = true);
                    self.wake.ring();
                    return;
                }
                Err(error) => watch.trouble = Some(error.to_string()),
            }
            if watch.is_live() != was_live {
                self.publish_state(session, &watch);
            }
            self.publish_watch(&watch);
        }
    }

    /// Takes in what was appended since. False if the file is another one now.
    fn look(&mut self, session: &mut Session, watch: &mut Watch) -> Result<bool, OpenError> {
        let growth = self.recording.look()?;
        watch.gone = growth == Growth::Gone;
        match growth {
            Growth::Replaced => return Ok(false),
            Growth::None | Growth::Gone => watch.quiet = watch.quiet.saturating_add(1),
            Growth::More => {
                self.is_life = false;
                while self.step(session)? && !self.stopped() {}
                watch.quiet = if self.is_life { 0 } else { watch.quiet.saturating_add(1) };
                self.published.notes.publish();
                self.publish_state(session, watch);
            }
        }
        Ok(true)
    }

    /// Shows what the events mean: where nobody writes any more, a connection without a close is not live.
    fn publish_state(&self, session: &mut Session, watch: &Watch) {
        let snapshot = session.snapshot();
        let state = if watch.is_live() { snapshot } else { snapshot.at_the_end() };
        self.published.snapshot.store(Arc::new(state));
    }

    /// Shows how the file stands. An idle file has no news, and the window is not woken.
    fn publish_watch(&self, watch: &Watch) {
        let (read, _) = self.recording.progress();
        let odd = self.recording.oddities();
        let oddities = if watch.is_torn() { odd.sentences() } else { odd.without_torn().sentences() };
        let news = self.published.update_file(|file| {
            file.bytes = read;
            file.opening = None;
            file.live = watch.is_live();
            file.ended = !file.live;
            file.oddities = oddities;
            file.trouble = watch.sentence();
            name_server(file, self.recording.header());
        });
        if news {
            self.wake.ring();
        }
    }
}

/// Reads lines until there are no more, nobody wants them, or the file can't be read.
fn parse(scan: &mut Scan, sender: Sender<Result<Batch, OpenError>>, stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) {
        let batch = scan.next_batch();
        let more = batch.as_ref().is_ok_and(|batch| batch.more);
        if sender.send(batch).is_err() || !more {
            break;
        }
    }
    drop(sender);
}

fn is_note(event: &Event) -> bool {
    matches!(&event.what, What::Fact(fact) if matches!(**fact, Fact::Note { .. }))
}

fn publish_progress(published: &Published, book: &Book, session: &mut Session, length: u64) {
    published.notes.publish();
    published.snapshot.store(Arc::new(session.snapshot()));
    published.update_file(|file| {
        file.bytes = book.read_bytes();
        file.opening = Some(length);
        file.oddities = book.oddities().without_torn().sentences();
        name_server(file, book.header());
    });
}

fn name_server(file: &mut FileState, header: Option<&Header>) {
    if let Some(header) = header {
        file.server.clone_from(&header.server);
    }
}
