//! `Capture`: one capture, live or reopened, as the window and the command line see it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use super::detail_worker::{Copied, DetailWorker};
use super::gaps::{GapWorker, Gaps};
use super::live_table::{LiveTable, Opening};
use super::notes::NotePad;
use super::opener::Opener;
use super::published::{FileState, Published};
use super::recorder::Recorder;
use super::rows::{RowWindow, RowWorker, Wish};
use super::sieve::Sieve;
use super::tinter::Colouring;
use super::wake::Wake;
use crate::capture::filter::Filter;
use crate::capture::row::Detail;
use crate::capture::study::{CopyForm, Study, StudyWish};
use crate::capture::{
    Event, Header, IndexView, Journal, JournalError, Lease, NoteChange, Notes, OpenError, Preview, Reader,
    Record, Recording, Stamp, What, in_use, time,
};
use crate::net::{Clock, Command, LinkHandle, Net};
use crate::session::Snapshot;

/// Bytes of messages that may be under way between socket and journal: some 40 ms of a flood. What they took stays with
/// the allocator, so more would be seen for the rest of the day.
pub(super) const BUDGET: usize = 4 * 1024 * 1024;

/// Where a session is recorded.
#[derive(Debug)]
pub enum Destination {
    /// A new file in the data folder.
    Store(Lease),
    /// A new file the user named.
    Path(PathBuf),
    /// A file without a name that leaves no trace.
    Temporary,
}

/// Why a capture could not be begun or opened.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The file.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The file to open.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The system gave no thread.
    #[error("The system refused to start a thread: {0}. Close some programs and try again.")]
    Thread(#[from] std::io::Error),
}

/// The network, shared by all captures of the program.
pub struct Engine {
    net: Net,
}

impl Engine {
    /// Starts the net thread.
    ///
    /// # Errors
    /// [`EngineError::Thread`] if the system refuses.
    pub fn start() -> Result<Self, EngineError> {
        Ok(Self { net: Net::start()? })
    }

    /// Begins a capture that a connection can be opened into. `server` is a URL without secrets.
    ///
    /// # Errors
    /// [`EngineError::Journal`] if the file can't be made, [`EngineError::Thread`] if the system gives no thread.
    pub fn record(&self, server: &str, to: Destination, wake: &Wake) -> Result<Capture, EngineError> {
        let header = Header::new(server, time::now_us());
        let (journal, lease) = match to {
            Destination::Store(lease) => (Journal::create(lease.path(), &header)?, Some(lease)),
            Destination::Path(path) => (Journal::create(&path, &header)?, None),
            Destination::Temporary => (Journal::unnamed(&header)?, None),
        };
        let published = Arc::new(Published::default());
        published.update_file(|file| {
            file.path = journal.path().map(Path::to_owned);
            file.bytes = journal.written_bytes();
            server.clone_into(&mut file.server);
        });
        let reader = journal.reader();
        let (sink, batches) = crate::net::sink(BUDGET);
        let clock = Some(sink.clock());
        let (local, events) = crossbeam_channel::unbounded();
        let stop = Arc::new(AtomicBool::new(false));
        let recorder = Recorder::new(
            journal,
            Arc::clone(&published),
            wake.with(&published.news),
            events,
            Arc::clone(&stop),
        );
        let rows = RowWorker::start(reader.another(), Arc::clone(&published), wake.clone())?;
        let details = DetailWorker::start(reader.another(), Arc::clone(&published), wake.clone())?;
        let gaps = GapWorker::start(reader.another(), Arc::clone(&published), wake.clone())?;
        let thread =
            std::thread::Builder::new().name("journal".into()).spawn(move || recorder.run(batches))?;
        let link = self.net.open(sink);
        Ok(Capture {
            published,
            reader,
            rows,
            details,
            gaps,
            link: Some(link),
            stop,
            thread: Some(thread),
            lease,
            clock,
            local: Some(local),
            pad: None,
            wake: wake.clone(),
        })
    }
}

/// Opens a capture that was written before.
///
/// # Errors
/// [`EngineError::Open`] if the file can't be read, [`EngineError::Thread`] if the system gives no thread.
pub fn open(path: &Path, wake: &Wake) -> Result<Capture, EngineError> {
    let recording = Recording::open(path)?;
    let published = Arc::new(Published::default());
    let (_, length) = recording.progress();
    published.update_file(|file| {
        file.path = Some(path.to_owned());
        file.opening = Some(length);
        file.live = in_use(path);
    });
    let reader = recording.reader();
    let rows = RowWorker::start(reader.another(), Arc::clone(&published), wake.clone())?;
    let details = DetailWorker::start(reader.another(), Arc::clone(&published), wake.clone())?;
    let gaps = GapWorker::start(reader.another(), Arc::clone(&published), wake.clone())?;
    let stop = Arc::new(AtomicBool::new(false));
    let thread = std::thread::Builder::new().name("opener".into()).spawn({
        let (published, stop) = (Arc::clone(&published), Arc::clone(&stop));
        let wake = wake.with(&published.news);
        let path = path.to_owned();
        move || {
            published.notes.read_beside(&path);
            Opener { recording, published, wake, stop, is_life: false }.run();
        }
    })?;
    Ok(Capture {
        published,
        reader,
        rows,
        details,
        gaps,
        link: None,
        stop,
        thread: Some(thread),
        lease: None,
        clock: None,
        local: None,
        pad: None,
        wake: wake.clone(),
    })
}

/// One capture with its threads. Dropping it closes the connection politely and lets the journal finish.
pub struct Capture {
    published: Arc<Published>,
    reader: Reader,
    rows: RowWorker,
    details: DetailWorker,
    gaps: GapWorker,
    /// `None` for a reopened capture.
    link: Option<LinkHandle>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    /// Kept until the file is written to its end.
    lease: Option<Lease>,
    /// The clock of a live capture.
    clock: Option<Clock>,
    /// To the journal thread of a live capture: pins and notes.
    local: Option<crossbeam_channel::Sender<Event>>,
    /// Writes pins and notes of a reopened capture, from the first one on.
    pad: Option<NotePad>,
    wake: Wake,
}

impl Capture {
    /// The time in this capture: now where it is live, the last event's where it was reopened. While another program
    /// writes the file, the wall clock tells how long ago its last event was.
    #[must_use]
    pub fn now(&self) -> Stamp {
        if let Some(clock) = self.clock {
            return clock.now();
        }
        let last = self.published.snapshot.load().last;
        let passed = time::now_us().saturating_sub(last.time_us);
        match u64::try_from(passed) {
            Ok(passed_us) if self.published.file.load().live && last.time_us != 0 => Stamp {
                time_us: last.time_us.saturating_add(passed),
                elapsed_us: last.elapsed_us.saturating_add(passed_us),
            },
            _ => last,
        }
    }

    /// The last events of a file that is still being read, if they are known before their turn.
    #[must_use]
    pub fn preview(&self) -> Option<Arc<Preview>> {
        self.reader.preview()
    }

    /// What it means so far.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.published.snapshot.load_full()
    }

    /// The state of its file.
    #[must_use]
    pub fn file(&self) -> Arc<FileState> {
        self.published.file.load_full()
    }

    /// The index as it is now.
    #[must_use]
    pub fn view(&self) -> IndexView {
        self.reader.view()
    }

    /// The record of event number `seq`: from `view`, or from the end that is known before its turn.
    #[must_use]
    pub fn record(&self, view: &IndexView, seq: u64) -> Option<Record> {
        self.reader.record(view, seq)
    }

    /// A reader for a job on another thread.
    #[must_use]
    pub fn reader(&self) -> Reader {
        self.reader.another()
    }

    /// Puts the events there are and those that come through a filter, on a thread of its own. `wake` rings when there
    /// are new finds.
    #[must_use]
    pub fn sieve(&self, filter: &Filter, wake: &Wake) -> Sieve {
        Sieve::start(filter, self.reader.another(), Arc::clone(&self.published), wake)
    }

    /// Folds the rows of a subscription on a thread of its own and follows them. `wake` rings when there are new ones.
    ///
    /// # Errors
    /// [`EngineError::Thread`] if the system gives no thread.
    pub fn table(&self, opening: Opening, wake: &Wake) -> Result<LiveTable, EngineError> {
        let (reader, published) = (self.reader.another(), Arc::clone(&self.published));
        Ok(LiveTable::start(opening, (reader, self.clock), published, wake)?)
    }

    /// What each restored subscription missed while its connection was gone.
    #[must_use]
    pub fn gaps(&self) -> Gaps {
        self.gaps.reports()
    }

    /// Asks for what the screen shows. Asking again for the same costs nothing.
    pub fn want(&mut self, wish: Wish) {
        self.details.select(wish.selected, wish.revision);
        self.rows.want(wish);
    }

    /// Pins and notes of this capture.
    #[must_use]
    pub fn notes(&self) -> Arc<Notes> {
        self.published.notes.shown()
    }

    /// A number that grows when the notes change.
    #[must_use]
    pub fn notes_revision(&self) -> u64 {
        self.published.notes.revision()
    }

    /// Notes that stand beside the capture file, not in it: a copy of the file must be given them.
    #[must_use]
    pub fn loose_notes(&self) -> Vec<NoteChange> {
        self.published.notes.loose()
    }

    /// Pins an event or writes a note about it; the line is written on another thread.
    ///
    /// # Errors
    /// [`EngineError::Thread`] if the system gives no thread.
    pub fn note(&mut self, change: NoteChange) -> Result<(), EngineError> {
        let now = self.now();
        if let Some(local) = &self.local {
            let masked_text = |text: &str| self.link.as_ref().and_then(|link| link.mask(text));
            let masked = change.text.as_deref().and_then(masked_text);
            let (text, masked) = (masked.clone().or(change.text), masked.is_some());
            let what = What::Fact(Box::new(NoteChange { text, ..change }.into_fact()));
            let event = Event { stamp: now, connection: 0, automatic: false, masked, what };
            // The journal thread lives as long as the link, and that as long as this.
            let _sent = local.send(event);
            return Ok(());
        }
        // In a recording the time stands still; the line itself says when it was really written.
        let stamp = Stamp { time_us: time::now_us(), ..now };
        let pad = match self.pad.take() {
            Some(pad) => pad,
            None => NotePad::start(self.reader.another(), Arc::clone(&self.published), self.wake.clone())?,
        };
        pad.write(stamp, change);
        self.pad = Some(pad);
        Ok(())
    }

    /// Colours rows by these filters from now on.
    pub fn colour(&self, colouring: Arc<Colouring>) {
        self.rows.colour(colouring);
    }

    /// The rows prepared last.
    #[must_use]
    pub fn rows(&self) -> Arc<RowWindow> {
        self.rows.rows()
    }

    /// The detail prepared last.
    #[must_use]
    pub fn detail(&self) -> Option<Arc<Detail>> {
        self.details.detail()
    }

    /// Asks for these parts of the study of the selected event; they hold for every later selection, too.
    pub fn study_for(&mut self, wish: StudyWish) {
        self.details.study_for(wish);
    }

    /// What was prepared of the selected event.
    #[must_use]
    pub fn study(&self) -> Arc<Study> {
        self.details.study()
    }

    /// Asks for the selected event in a form for the clipboard; it comes by [`Capture::take_copy`].
    pub fn copy(&self, form: CopyForm) {
        self.details.copy(form);
    }

    /// A text for the clipboard that was asked for, once it is ready; `Err` holds a sentence why there is none.
    #[must_use]
    pub fn take_copy(&self) -> Option<Copied> {
        self.details.take_copy()
    }

    /// The connection; `None` for a reopened capture.
    #[must_use]
    pub const fn link(&self) -> Option<&LinkHandle> {
        self.link.as_ref()
    }

    /// A bell that rings after each publishing, for a thread that follows this capture.
    pub(super) fn follow(&self) -> (crossbeam_channel::Sender<()>, crossbeam_channel::Receiver<()>) {
        self.published.news.follow()
    }

    /// Gives the connection an order; without one, nothing happens and the answer is `false`.
    pub fn command(&self, command: Command) -> bool {
        self.link.as_ref().is_some_and(|link| {
            link.send(command);
            true
        })
    }

    /// Closes the connection politely, waits until the journal is written (at most about a second), and tells how
    /// it ended.
    #[must_use]
    pub fn finish(mut self) -> (Arc<Snapshot>, Arc<FileState>) {
        self.end();
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
        drop(self.lease.take());
        (self.snapshot(), self.file())
    }

    fn end(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.link = None;
        if let Some(thread) = &self.thread {
            // The opener may be sleeping between two looks at its file; the journal thread minds nothing.
            thread.thread().unpark();
        }
        self.local = None;
        self.pad = None;
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        self.end();
        // The journal thread outlives this handle by the polite close; the lease must live as long as it writes.
        if let (Some(thread), Some(lease)) = (self.thread.take(), self.lease.take()) {
            let waiter = std::thread::Builder::new().name("lease".into());
            let _detached = waiter.spawn(move || {
                let _ended = thread.join();
                drop(lease);
            });
        }
    }
}
