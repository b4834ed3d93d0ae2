//! Opening a capture that was written before: lines to records, in the order they stand.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::event::{Event, Fact, What};
use super::index::{Index, Join};
use super::line::{self, Header, VERSION};
use super::positioned::read_at;
use super::reader::Reader;
use super::record::Record;

/// Bytes read at a time.
const BLOCK: usize = 1 << 20;

/// Why a capture could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The system refused.
    #[error("{} can't be opened: {source}. Check the path and that you may read the file.", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// What was found odd while a capture was read. Each is a sentence for the person who opened it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Oddities {
    /// The file does not begin with a capture header.
    pub foreign: bool,
    /// Version of the format, if it is newer than this program knows.
    pub newer: Option<u32>,
    /// The last line is cut off: its bytes, which are not shown as an event.
    pub torn_bytes: u64,
    /// Lines that are not events of this format; they are shown as they stand.
    pub unknown_lines: u64,
}

impl Oddities {
    /// One sentence for each oddity; none for a sound capture.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        let mut sentences = Vec::new();
        if self.foreign {
            sentences.push(
                "This file has no Harewire header: its lines are shown as far as they are understood."
                    .to_owned(),
            );
        }
        if let Some(version) = self.newer {
            sentences.push(format!(
                "This capture has format version {version}, this program knows {VERSION}: update Harewire to see all of it."
            ));
        }
        if self.torn_bytes > 0 {
            sentences.push(format!(
                "The last line is cut off ({} bytes), as after a crash or a full disk; all before it is here.",
                self.torn_bytes
            ));
        }
        if self.unknown_lines > 0 {
            sentences.push(format!(
                "{} lines are not events of this format; they are shown as they stand.",
                self.unknown_lines
            ));
        }
        sentences
    }
}

/// A capture being read from its beginning.
pub struct Recording {
    file: Arc<File>,
    path: PathBuf,
    /// The header, if the first line was one.
    header: Option<Header>,
    oddities: Oddities,
    index: Index,
    /// Bytes read from the file and not yet split into lines.
    rest: Vec<u8>,
    /// Where `rest` begins in the file.
    offset: u64,
    /// Length of the file when it was opened.
    length: u64,
    first: bool,
}

impl Recording {
    /// Opens a file; nothing is read yet.
    ///
    /// # Errors
    /// [`OpenError::Io`] if the file can't be opened or is a folder.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let failed = |source| OpenError::Io { path: path.to_owned(), source };
        let file = File::open(path).map_err(failed)?;
        let meta = file.metadata().map_err(failed)?;
        if meta.is_dir() {
            return Err(failed(io::ErrorKind::IsADirectory.into()));
        }
        Ok(Self {
            file: Arc::new(file),
            path: path.to_owned(),
            header: None,
            oddities: Oddities::default(),
            index: Index::default(),
            rest: Vec::new(),
            offset: 0,
            length: meta.len(),
            first: true,
        })
    }

    /// Reads the next block and calls `fold` with each event found; what it returns is joined in the index.
    /// Returns whether there is more.
    ///
    /// # Errors
    /// [`OpenError::Io`] from the system; what was read so far stays.
    pub fn step(&mut self, mut fold: impl FnMut(u64, &Event) -> Join) -> Result<bool, OpenError> {
        let start = self.rest.len();
        let at = self.offset + start as u64;
        let wanted =
            usize::try_from(self.length.saturating_sub(at)).unwrap_or(usize::MAX).min(BLOCK.max(start));
        self.rest.resize(start + wanted, 0);
        let count = read_at(&self.file, &mut self.rest[start..], at)
            .map_err(|source| OpenError::Io { path: self.path.clone(), source })?;
        self.rest.truncate(start + count);
        let more = count > 0 && at + (count as u64) < self.length;
        let mut consumed = 0;
        let rest = std::mem::take(&mut self.rest);
        while let Some(end) = memchr::memchr(b'\n', &rest[consumed..]) {
            self.take_line(&rest[consumed..=consumed + end], consumed as u64, &mut fold);
            consumed += end + 1;
        }
        self.rest = rest;
        self.rest.drain(..consumed);
        self.offset += consumed as u64;
        if !more {
            self.take_tail(&mut fold);
        }
        self.index.publish();
        Ok(more)
    }

    /// The end of the file without a newline: a whole JSON value is an event, anything else was torn.
    fn take_tail(&mut self, fold: &mut impl FnMut(u64, &Event) -> Join) {
        if self.rest.is_empty() {
            return;
        }
        let tail = std::mem::take(&mut self.rest);
        if serde_json::from_slice::<serde::de::IgnoredAny>(&tail).is_ok() {
            self.take_line(&tail, 0, fold);
        } else {
            self.oddities.torn_bytes = tail.len() as u64;
        }
        self.offset += tail.len() as u64;
    }

    fn take_line(&mut self, bytes: &[u8], within: u64, fold: &mut impl FnMut(u64, &Event) -> Join) {
        if std::mem::take(&mut self.first) {
            if let Ok(header) = serde_json::from_slice::<Header>(bytes) {
                self.oddities.newer = (header.harewire > VERSION).then_some(header.harewire);
                self.header = Some(header);
                return;
            }
            self.oddities.foreign = true;
        }
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return;
        }
        let (_, event) = line::read(bytes);
        if let What::Fact(fact) = &event.what
            && matches!(**fact, Fact::Unknown { .. })
        {
            self.oddities.unknown_lines += 1;
        }
        let seq = self.index.stored() + 1;
        self.index.push(Record::of(&event, self.offset + within, bytes.len()));
        self.index.join(seq, fold(seq, &event));
    }

    /// The header, once the first line was read.
    #[must_use]
    pub const fn header(&self) -> Option<&Header> {
        self.header.as_ref()
    }

    /// What was odd so far.
    #[must_use]
    pub const fn oddities(&self) -> &Oddities {
        &self.oddities
    }

    /// Bytes understood so far and bytes in all.
    #[must_use]
    pub const fn progress(&self) -> (u64, u64) {
        (self.offset, self.length)
    }

    /// A reader of what is indexed so far and later.
    #[must_use]
    pub fn reader(&self) -> Reader {
        Reader::new(Arc::clone(&self.file), self.index.handle())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(text: &[u8]) -> (Recording, Vec<Event>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c.ndjson");
        std::fs::write(&path, text).unwrap();
        let mut recording = Recording::open(&path).unwrap();
        let mut events = Vec::new();
        while recording
            .step(|seq, event| {
                assert_eq!(seq, events.len() as u64 + 1);
                events.push(event.clone());
                Join::default()
            })
            .unwrap()
        {}
        (recording, events)
    }

    const HEADER: &str = "{\"harewire\":1,\"server\":\"ws://x\",\"started\":\"2026-01-01T00:00:00Z\"}\n";
    const PING: &str = r#"{"seq":1,"time":"2026-01-01T00:00:00Z","event":"message","direction":"in","size":15,"data":"{\"type\":\"ping\"}"}"#;

    #[test]
    fn a_torn_last_line_is_told_and_the_rest_stays() {
        let (recording, events) = open(format!("{HEADER}{PING}\n{}", &PING[..40]).as_bytes());
        assert_eq!(events.len(), 1);
        assert_eq!(recording.oddities().torn_bytes, 40);
        assert!(recording.oddities().sentences()[0].contains("cut off (40 bytes)"));
        assert_eq!(recording.header().map(|header| header.server.as_str()), Some("ws://x"));
    }

    #[test]
    fn a_whole_last_line_without_newline_counts() {
        let (recording, events) = open(format!("{HEADER}{PING}").as_bytes());
        assert_eq!(events.len(), 1);
        assert_eq!(recording.oddities(), &Oddities::default());
        assert_eq!(recording.reader().view().len(), 1);
    }

    #[test]
    fn foreign_and_broken_lines_are_shown_as_they_stand() {
        let (recording, events) = open(b"{\"level\":30}\n\n\xff\xfe\nplain\n");
        assert_eq!(events.len(), 3);
        assert!(recording.oddities().foreign);
        assert_eq!(recording.oddities().unknown_lines, 3);
        assert!(matches!(&events[2].what, What::Fact(fact) if format!("{fact:?}").contains("plain")));
    }

    #[test]
    fn a_newer_format_opens_and_says_so() {
        let (recording, events) = open(format!("{{\"harewire\":9}}\n{PING}\n").as_bytes());
        assert_eq!(events.len(), 1);
        assert!(recording.oddities().sentences()[0].contains("update Harewire"));
    }

    #[test]
    fn lines_longer_than_a_block_are_whole() {
        let long = "x".repeat(3 * BLOCK);
        let line = PING.replace("15", "9").replace("ping", &long);
        let (recording, events) = open(format!("{HEADER}{PING}\n{line}\n{PING}\n").as_bytes());
        assert_eq!(events.len(), 3);
        let mut reader = recording.reader();
        let What::Message(message) = reader.event(2).unwrap().what else { panic!() };
        assert_eq!(message.size, 9, "the size on the wire is the recorded one");
        assert!(matches!(reader.event(3).unwrap().what, What::Message(_)));
        assert!(reader.event(4).is_err());
    }

    #[test]
    fn an_empty_file_is_an_empty_capture() {
        let (recording, events) = open(b"");
        assert!(events.is_empty() && recording.reader().view().is_empty());
    }
}
