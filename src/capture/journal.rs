//! The journal: appends events to the capture file and extends the index.
//!
//! A batch is written before its rows are published, so a row that was ever shown survives a crash of the
//! program. Nothing is synced to the disk platter: a crash of the machine may cost the last moments.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::event::Event;
use super::index::{Index, Join};
use super::line::{Header, LineWriter};
use super::positioned::write_all_at;
use super::private;
use super::reader::Reader;
use super::record::Record;

/// Bytes that may wait in memory while the disk refuses them.
pub const BACKLOG_LIMIT: usize = 64 * 1024 * 1024;

/// Why a capture could not be begun or extended.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file could not be created.
    #[error(
        "The capture file {} could not be created: {source}. Choose another data folder, or switch recording off to use a temporary file.",
        path.display()
    )]
    Create {
        /// Where it should have been.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file could not be written; the events stay in memory and the next commit tries again.
    #[error(
        "The capture file can't be written: {source}. {waiting} bytes wait in memory; free some disk space and they will be written."
    )]
    Write {
        /// Bytes waiting.
        waiting: usize,
        /// What the system said.
        source: io::Error,
    },
}

/// The writer of one capture.
pub struct Journal {
    file: Arc<File>,
    /// `None` for an unnamed temporary file.
    path: Option<PathBuf>,
    lines: LineWriter,
    /// Lines not yet in the file.
    waiting: Vec<u8>,
    /// Where `waiting` belongs.
    written: u64,
    index: Index,
}

impl Journal {
    /// Begins a new capture. An existing file is never touched; on Unix the new one is for its user alone.
    ///
    /// # Errors
    /// [`JournalError::Create`] if the file exists or can't be made, [`JournalError::Write`] if the header can't be written.
    pub fn create(path: &Path, header: &Header) -> Result<Self, JournalError> {
        let file = private::options()
            .read(true)
            .write(true)
            .create_new(true)
            .open(path)
            .map_err(|source| JournalError::Create { path: path.to_owned(), source })?;
        Self::begin(file, Some(path.to_owned()), header)
    }

    /// Begins a capture in a file without a name, which is gone when the program ends.
    ///
    /// # Errors
    /// As [`Journal::create`].
    pub fn unnamed(header: &Header) -> Result<Self, JournalError> {
        let file = tempfile::tempfile()
            .map_err(|source| JournalError::Create { path: std::env::temp_dir(), source })?;
        Self::begin(file, None, header)
    }

    fn begin(file: File, path: Option<PathBuf>, header: &Header) -> Result<Self, JournalError> {
        let mut waiting = serde_json::to_vec(header)
            .map_err(|error| JournalError::Write { waiting: 0, source: error.into() })?;
        waiting.push(b'\n');
        let mut journal = Self {
            file: Arc::new(file),
            path,
            lines: LineWriter::default(),
            waiting,
            written: 0,
            index: Index::default(),
        };
        journal.commit()?;
        Ok(journal)
    }

    /// A journal on any open file, for tests of disks that refuse.
    #[cfg(test)]
    pub(crate) fn on(file: File) -> Self {
        Self {
            file: Arc::new(file),
            path: None,
            lines: LineWriter::default(),
            waiting: Vec::new(),
            written: 0,
            index: Index::default(),
        }
    }

    /// Appends an event to the batch and returns its `seq`. Readers see it after [`Journal::commit`].
    pub fn append(&mut self, event: &Event) -> u64 {
        let seq = self.index.stored() + 1;
        let start = self.waiting.len();
        self.lines.append(seq, event, &mut self.waiting);
        let offset = self.written + start as u64;
        self.index.push(Record::of(event, offset, self.waiting.len() - start));
        seq
    }

    /// Notes what the fold found out of an event; see `Index::join`.
    pub fn join(&mut self, seq: u64, join: Join) {
        self.index.join(seq, join);
    }

    /// Writes the batch and publishes its rows.
    ///
    /// # Errors
    /// [`JournalError::Write`]; then nothing is lost, and the next commit writes the same bytes again to the
    /// same place, so a half-written line never stands before a whole one.
    pub fn commit(&mut self) -> Result<(), JournalError> {
        if !self.waiting.is_empty() {
            write_all_at(&self.file, &self.waiting, self.written)
                .map_err(|source| JournalError::Write { waiting: self.waiting.len(), source })?;
            self.written += self.waiting.len() as u64;
            self.waiting.clear();
            // One huge message must not hold its memory for the rest of the day.
            self.waiting.shrink_to(1 << 20);
        }
        self.index.publish();
        Ok(())
    }

    /// Bytes that wait for the disk; past [`BACKLOG_LIMIT`] the caller must stop taking events.
    #[must_use]
    pub const fn waiting_bytes(&self) -> usize {
        self.waiting.len()
    }

    /// Events among them.
    #[must_use]
    pub const fn waiting_events(&self) -> u64 {
        self.index.unpublished()
    }

    /// Bytes in the file.
    #[must_use]
    pub const fn written_bytes(&self) -> u64 {
        self.written
    }

    /// The file's path; `None` for an unnamed one.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// A reader of this capture, for any thread.
    #[must_use]
    pub fn reader(&self) -> Reader {
        Reader::new(Arc::clone(&self.file), self.index.handle())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::event::{Direction, Fact, Message, Payload, Stamp, Text, What};

    use proptest::prelude::*;

    fn message(data: &str) -> Event {
        Event::new(Stamp::default(), Message::text(Direction::In, data))
    }

    #[test]
    fn rows_appear_with_the_commit_and_stand_in_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.ndjson");
        let mut journal = Journal::create(&path, &Header::new("ws://x/websocket", 0)).unwrap();
        let mut reader = journal.reader();
        assert_eq!(journal.append(&message(r#"{"type":"ping"}"#)), 1);
        assert!(reader.view().is_empty());
        journal.commit().unwrap();
        assert_eq!(reader.view().len(), 1);
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().count(), 2);
        assert!(text.starts_with(r#"{"harewire":1,"server":"ws://x/websocket""#));
        assert!(matches!(reader.event(1).unwrap().what, What::Message(_)));
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_a_capture() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.ndjson");
        Journal::create(&path, &Header::new("", 0)).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn an_existing_file_is_never_touched() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.ndjson");
        std::fs::write(&path, "precious").unwrap();
        let error = Journal::create(&path, &Header::new("", 0)).err().unwrap();
        assert!(error.to_string().contains("could not be created"), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "precious");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_keeps_the_events_in_memory() {
        let full = File::options().read(true).write(true).open("/dev/full").unwrap();
        let mut journal = Journal::on(full);
        journal.append(&message("{}"));
        let error = journal.commit().unwrap_err().to_string();
        assert!(error.contains("wait in memory"), "{error}");
        assert!(journal.reader().view().is_empty(), "an unwritten row is not shown");
        let space = tempfile::tempfile().unwrap();
        journal.file = Arc::new(space);
        journal.append(&message("[]"));
        journal.commit().unwrap();
        let mut reader = journal.reader();
        assert_eq!(reader.view().len(), 2);
        assert!(matches!(reader.event(2).unwrap().what, What::Message(_)));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn what_went_in_comes_out(batches in proptest::collection::vec(proptest::collection::vec(any::<String>(), 0..20), 0..8)) {
            let mut journal = Journal::unnamed(&Header::new("", 0)).unwrap();
            for batch in &batches {
                for data in batch {
                    journal.append(&message(data));
                }
                journal.append(&Event { what: What::Fact(Box::new(Fact::Held { reason: String::new(), data: "h".into() })), ..message("") });
                journal.commit().unwrap();
            }
            let mut reader = journal.reader();
            let mut seq = 0;
            for data in batches.iter().flat_map(|batch| batch.iter().map(Some).chain([None])) {
                seq += 1;
                match (reader.event(seq).unwrap().what, data) {
                    (What::Message(message), Some(data)) => prop_assert_eq!(message.payload, Payload::Text(Text::from(data.as_str()))),
                    (What::Fact(_), None) => {}
                    (what, data) => prop_assert!(false, "{:?} for {:?}", what, data),
                }
            }
            prop_assert_eq!(reader.view().len(), seq);
            prop_assert!(reader.event(seq + 1).is_err());
        }
    }
}
