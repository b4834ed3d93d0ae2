//! Pins and notes of one capture: what is known of them, and where new ones are written.
//!
//! A live capture gets its `note` lines from the journal thread. A reopened one is appended to while its lease can be
//! had, so that no other process writes it; else they go to a file beside it, and where that can't be written either
//! they are kept until the capture is closed.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use arc_swap::ArcSwap;
use crossbeam_channel::{Receiver, Sender};

use super::published::Published;
use super::wake::Wake;
use crate::capture::line::{self, Header, LineWriter, VERSION};
use crate::capture::{Event, Lease, NoteChange, Notes, Reader, Stamp, Store, What, notes_beside, time};

/// Largest file of notes that is read, bytes.
const BESIDE_LIMIT: u64 = 64 * 1024 * 1024;

/// What is known of the notes of one capture.
#[derive(Default)]
pub(super) struct NoteBook {
    known: Mutex<Known>,
    shown: ArcSwap<Notes>,
    stale: AtomicBool,
    revision: AtomicU64,
    /// We hold the lease of the capture ourselves, to write notes into it.
    holds_lease: AtomicBool,
}

#[derive(Default)]
struct Known {
    /// Those of the capture file itself.
    in_file: Notes,
    /// Those that stand elsewhere, in the order they were made.
    loose: Vec<NoteChange>,
}

impl NoteBook {
    /// Takes an event of the capture; all but notes are passed over.
    pub(super) fn fold(&self, event: &Event) {
        if let What::Fact(fact) = &event.what
            && let Some(change) = NoteChange::of(fact)
        {
            self.change(|known| known.in_file.apply(&change));
        }
    }

    /// Shows what came since; costs nothing where nothing did.
    pub(super) fn publish(&self) {
        if self.stale.swap(false, Ordering::AcqRel) {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            let mut notes = known.in_file.clone();
            known.loose.iter().for_each(|change| notes.apply(change));
            self.shown.store(Arc::new(notes));
            self.revision.fetch_add(1, Ordering::AcqRel);
        }
    }

    pub(super) fn shown(&self) -> Arc<Notes> {
        self.shown.load_full()
    }

    /// Grows whenever other notes are shown.
    pub(super) fn revision(&self) -> u64 {
        self.revision.load(Ordering::Acquire)
    }

    /// Whether we hold the lease of the capture ourselves: then nobody else writes it.
    pub(super) fn holds_lease(&self) -> bool {
        self.holds_lease.load(Ordering::Acquire)
    }

    /// Notes that do not stand in the capture file: a copy of it must be given them.
    pub(super) fn loose(&self) -> Vec<NoteChange> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).loose.clone()
    }

    /// Takes the notes in the file beside a capture, if there is one.
    pub(super) fn read_beside(&self, capture: &Path) {
        let Ok(file) = File::open(notes_beside(capture)) else { return };
        let mut bytes = Vec::new();
        // What can be read counts: a torn last line is no reason to hide the notes before it.
        let _partly = file.take(BESIDE_LIMIT).read_to_end(&mut bytes);
        let changes: Vec<_> = bytes
            .split(|&byte| byte == b'\n')
            .filter_map(|line| match line::read(line).1.what {
                What::Fact(fact) => NoteChange::of(&fact),
                What::Message(_) => None,
            })
            .collect();
        self.change(|known| known.loose.extend(changes));
        self.publish();
    }

    fn change(&self, change: impl FnOnce(&mut Known)) {
        change(&mut self.known.lock().unwrap_or_else(PoisonError::into_inner));
        self.stale.store(true, Ordering::Release);
    }
}

/// Writes the notes of a reopened capture, on a thread of its own. Dropping it waits until they are written.
pub(super) struct NotePad {
    changes: Option<Sender<(Stamp, NoteChange)>>,
    thread: Option<JoinHandle<()>>,
}

impl NotePad {
    pub(super) fn start(reader: Reader, published: Arc<Published>, wake: Wake) -> io::Result<Self> {
        let (changes, receiver) = crossbeam_channel::unbounded();
        let path = published.file.load().path.clone().unwrap_or_default();
        let mut clerk = Clerk { path, reader, published, wake, place: Place::Undecided, last: 0 };
        let thread = std::thread::Builder::new().name("notes".into()).spawn(move || clerk.run(&receiver))?;
        Ok(Self { changes: Some(changes), thread: Some(thread) })
    }

    pub(super) fn write(&self, stamp: Stamp, change: NoteChange) {
        if let Some(changes) = &self.changes {
            // The thread lives as long as this handle.
            let _sent = changes.send((stamp, change));
        }
    }
}

impl Drop for NotePad {
    fn drop(&mut self) {
        self.changes = None;
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
    }
}

/// Where notes go; decided with the first one.
enum Place {
    Undecided,
    /// The capture itself, while we hold its lease.
    Capture(File, #[expect(dead_code, reason = "held so that nobody else writes")] Lease),
    Beside(File),
    /// Nowhere: they live until the capture is closed.
    Memory,
}

struct Clerk {
    path: PathBuf,
    reader: Reader,
    published: Arc<Published>,
    wake: Wake,
    place: Place,
    /// Number of the line written last.
    last: u64,
}

impl Clerk {
    fn run(&mut self, changes: &Receiver<(Stamp, NoteChange)>) {
        while let Ok((stamp, change)) = changes.recv() {
            if matches!(self.place, Place::Undecided) {
                self.decide();
            }
            let written = self.write(stamp, &change);
            let notes = &self.published.notes;
            match written {
                Ok(true) => notes.change(|known| known.in_file.apply(&change)),
                Ok(false) | Err(_) => notes.change(|known| known.loose.push(change)),
            }
            if let Err(error) = written {
                self.complain(&error);
            }
            notes.publish();
            self.wake.ring();
        }
    }

    fn decide(&mut self) {
        // Before the lease is tried: who watches the file must not take us for another program.
        self.published.notes.holds_lease.store(true, Ordering::Release);
        if let Some((file, lease)) = own(&self.path) {
            self.place = Place::Capture(file, lease);
            return;
        }
        self.published.notes.holds_lease.store(false, Ordering::Release);
        self.place = match beside(&notes_beside(&self.path)) {
            Ok((file, lines)) => {
                self.last = lines;
                Place::Beside(file)
            }
            Err(error) => {
                self.complain(&error);
                Place::Memory
            }
        };
    }

    /// Writes one line. Whether it stands in the capture itself.
    fn write(&mut self, stamp: Stamp, change: &NoteChange) -> io::Result<bool> {
        let (file, in_capture) = match &mut self.place {
            Place::Capture(file, _) => {
                // The live tail may have counted what was appended; else we count ourselves.
                self.last = self.last.max(self.reader.view().len());
                (file, true)
            }
            Place::Beside(file) => (file, false),
            Place::Undecided | Place::Memory => return Ok(false),
        };
        self.last += 1;
        append(file, self.last, stamp, change)?;
        Ok(in_capture)
    }

    fn complain(&self, error: &io::Error) {
        let sentence = format!(
            "Pins and notes can't be written, neither into the capture nor beside it: {error}. They are kept until the capture is closed; save a copy to keep them."
        );
        self.published.update_file(|file| file.notes_trouble = Some(sentence));
    }
}

/// Appends a `note` line; a file that refuses half of it is cut back to what it was.
fn append(file: &mut File, seq: u64, stamp: Stamp, change: &NoteChange) -> io::Result<()> {
    let event = Event {
        stamp,
        connection: 0,
        automatic: false,
        masked: false,
        what: What::Fact(Box::new(change.clone().into_fact())),
    };
    let mut line = Vec::new();
    LineWriter::default().append(seq, &event, &mut line);
    let length = file.metadata()?.len();
    file.write_all(&line).inspect_err(|_| {
        let _as_before = file.set_len(length);
    })
}

/// The capture itself, if it is one of ours, whole, and nobody else writes it.
fn own(path: &Path) -> Option<(File, Lease)> {
    let lease = Store::around(path)?.lease(path).ok()??;
    let mut file = OpenOptions::new().read(true).append(true).open(path).ok()?;
    let mut head = vec![0; 4096];
    let count = file.read(&mut head).ok()?;
    let first = head.get(..count)?.split(|&byte| byte == b'\n').next()?;
    let header: Header = serde_json::from_slice(first).ok()?;
    let mut last = [0];
    file.seek(SeekFrom::End(-1)).ok()?;
    file.read_exact(&mut last).ok()?;
    // Behind a torn line a new one would be swallowed by it.
    (header.harewire <= VERSION && last == *b"\n").then_some((file, lease))
}

/// The file beside a capture, made where there is none, and how many events it holds.
fn beside(path: &Path) -> io::Result<(File, u64)> {
    let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    if bytes.is_empty() {
        let header = Header::new("notes of the capture beside this file", time::now_us());
        let mut line = serde_json::to_vec(&header)?;
        line.push(b'\n');
        file.write_all(&line)?;
        return Ok((file, 0));
    }
    if bytes.last() != Some(&b'\n') {
        file.write_all(b"\n")?;
    }
    let lines = bytes.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).count();
    Ok((file, (lines as u64).saturating_sub(1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::{Direction, Journal, Message, Note};

    fn message() -> Event {
        let text = r#"{"type":"ping"}"#;
        Event::new(Stamp::default(), Message::text(Direction::In, text))
    }

    fn change(about: u64, text: &str) -> NoteChange {
        NoteChange { about, pin: Some(true), text: Some(text.to_owned()) }
    }

    /// Writes two events into a capture and opens it; returns what the pad publishes after `changes`.
    fn noted(path: &Path, changes: &[NoteChange]) -> Arc<Published> {
        let published = Arc::new(Published::default());
        published.update_file(|file| file.path = Some(path.to_owned()));
        let mut recording = crate::capture::Recording::open(path).unwrap();
        while recording
            .step(|_, event| {
                published.notes.fold(event);
                crate::capture::Join::default()
            })
            .unwrap()
        {}
        published.notes.read_beside(path);
        published.notes.publish();
        let pad = NotePad::start(recording.reader(), Arc::clone(&published), Wake::new(|| {})).unwrap();
        changes.iter().for_each(|change| pad.write(Stamp::default(), change.clone()));
        drop(pad);
        published
    }

    fn capture(path: &Path) {
        let mut journal = Journal::create(path, &Header::new("ws://x", 0)).unwrap();
        journal.append(&message());
        journal.append(&message());
        journal.commit().unwrap();
    }

    fn pinned(text: &str) -> Note {
        Note { pinned: true, text: text.to_owned() }
    }

    #[test]
    fn notes_go_into_a_capture_of_our_own_folder_and_come_back() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let path = folder.path().join("a.ndjson");
        capture(&path);
        let published = noted(&path, &[change(1, "why"), change(2, "")]);
        assert_eq!(published.notes.shown().get(1), Some(&pinned("why")));
        assert!(published.notes.loose().is_empty() && !notes_beside(&path).exists());
        assert!(std::fs::read_to_string(&path).unwrap().lines().last().unwrap().starts_with("{\"seq\":4,"));
        assert_eq!(noted(&path, &[]).notes.shown().len(), 2);
        // Written by somebody else: beside it.
        let lease = store.lease(&path).unwrap().unwrap();
        let before = std::fs::read(&path).unwrap();
        let published = noted(&path, &[change(1, "twice")]);
        assert_eq!(std::fs::read(&path).unwrap(), before);
        assert_eq!(published.notes.shown().get(1), Some(&pinned("twice")));
        assert_eq!(published.notes.loose().len(), 1);
        drop(lease);
        assert_eq!(noted(&path, &[]).notes.shown().get(1), Some(&pinned("twice")));
        assert_eq!(store.list().unwrap().len(), 1, "the notes are no capture");
    }

    #[test]
    fn a_foreign_or_torn_file_is_not_written_to() {
        let folder = tempfile::tempdir().unwrap();
        Store::open(folder.path()).unwrap();
        for (name, text) in
            [("foreign.ndjson", "{\"level\":30}\n"), ("torn.ndjson", "{\"harewire\":1}\n{\"seq\"")]
        {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            let published = noted(&path, &[change(1, "n"), change(1, "m")]);
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
            assert_eq!(published.notes.shown().get(1), Some(&pinned("m")));
            assert_eq!(noted(&path, &[]).notes.shown().get(1), Some(&pinned("m")));
        }
    }

    #[test]
    fn where_nothing_can_be_written_it_is_said_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.ndjson");
        capture(&path);
        std::fs::create_dir(notes_beside(&path)).unwrap();
        let published = noted(&path, &[change(2, "kept")]);
        assert_eq!(published.notes.shown().get(2), Some(&pinned("kept")));
        let said = published.file.load().notes_trouble.clone().unwrap();
        assert!(said.contains("until the capture is closed"), "{said}");
    }
}
