//! `Scan`: from the bytes of a capture file to events with their records, one complete line after the other.
//!
//! The file may still grow: what stands behind the last newline waits until its line is complete, unless it is a
//! whole JSON object already, which no further byte can change into another event.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use super::event::{Event, Fact, What};
use super::line::{self, Header, VERSION};
use super::oddities::Oddities;
use super::positioned::read_at;
use super::record::Record;
use super::recording::OpenError;

/// Bytes read at a time.
pub(super) const BLOCK: usize = 1 << 20;
/// Lines from which on a second thread is worth its start: about a millisecond of reading.
const WORTH_A_THREAD: usize = 512;
/// Some editors put it before UTF-8 text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What one step of a [`Scan`] found.
#[derive(Debug, Default)]
pub struct Batch {
    /// The events, in order, each with its record.
    pub(super) events: Vec<(Record, Event)>,
    /// The header, if the first line was among what was read and was one.
    pub(super) header: Option<Header>,
    /// What was odd in this part.
    pub(super) oddities: Oddities,
    /// Bytes understood so far.
    pub(super) read: u64,
    /// There is more in the file than was read.
    pub more: bool,
}

/// Reads a capture file from its beginning to its end, and on when it has grown.
pub struct Scan {
    file: Arc<File>,
    path: PathBuf,
    /// Bytes read from the file and not yet split into lines.
    rest: Vec<u8>,
    /// How many of them were already searched for a newline.
    searched: usize,
    /// Where `rest` begins in the file.
    offset: u64,
    /// Length of the file as last looked at.
    length: u64,
    /// The first line is still to come.
    first: bool,
    /// The number the last line said it has; `None` before the first that has one.
    last_number: Option<u64>,
}

impl Scan {
    pub(super) fn new(file: Arc<File>, path: PathBuf, length: u64) -> Self {
        Self { file, path, rest: Vec::new(), searched: 0, offset: 0, length, first: true, last_number: None }
    }

    /// Length of the file as last looked at.
    #[must_use]
    pub const fn length(&self) -> u64 {
        self.length
    }

    /// Sets how long the file is now. A shorter one is another file: the caller opens it anew.
    pub(super) const fn set_length(&mut self, length: u64) {
        self.length = length;
    }

    /// Reads the next block and the lines that are complete with it.
    ///
    /// # Errors
    /// [`OpenError::Io`] from the system; what was read so far stays.
    pub fn next_batch(&mut self) -> Result<Batch, OpenError> {
        let start = self.rest.len();
        let at = self.offset + start as u64;
        // Twice as much each time within an endless line, so that it is not copied a thousand times.
        let wanted =
            usize::try_from(self.length.saturating_sub(at)).unwrap_or(usize::MAX).min(BLOCK.max(start));
        self.rest.resize(start + wanted, 0);
        let read = read_at(&self.file, &mut self.rest[start..], at);
        self.rest.truncate(start + read.as_ref().copied().unwrap_or(0));
        let count = read.map_err(|source| OpenError::Io { path: self.path.clone(), source })?;
        let mut batch = Batch { more: count > 0 && at + (count as u64) < self.length, ..Batch::default() };
        self.take_lines(&mut batch);
        if !batch.more {
            self.take_end(&mut batch);
            batch.oddities.torn_bytes = self.rest.len() as u64;
            batch.oddities.torn_zeros = self.rest.iter().all(|byte| *byte == 0);
            batch.oddities.empty = self.first && self.rest.is_empty();
        }
        batch.read = self.offset;
        Ok(batch)
    }

    fn take_lines(&mut self, batch: &mut Batch) {
        let rest = std::mem::take(&mut self.rest);
        let mut pieces = Vec::new();
        let mut consumed = 0;
        let mut from = self.searched;
        while let Some(end) = memchr::memchr(b'\n', &rest[from..]) {
            let end = from + end + 1;
            pieces.extend(self.piece(&rest[consumed..end], self.offset + consumed as u64, batch));
            consumed = end;
            from = end;
        }
        self.take_pieces(&pieces, batch);
        self.rest = rest;
        self.rest.drain(..consumed);
        // One huge line must not hold its memory while the file is watched.
        if self.rest.is_empty() {
            self.rest.shrink_to(BLOCK);
        }
        self.searched = self.rest.len();
        self.offset += consumed as u64;
    }

    /// The end of the file without a newline: a whole object is an event, anything else is not finished.
    fn take_end(&mut self, batch: &mut Batch) {
        let Some(last) = self.rest.iter().rposition(|byte| !byte.is_ascii_whitespace()) else { return };
        if self.rest[last] != b'}'
            || serde_json::from_slice::<serde::de::IgnoredAny>(object_in(&self.rest)).is_err()
        {
            return;
        }
        let line = std::mem::take(&mut self.rest);
        self.searched = 0;
        let piece = self.piece(&line, self.offset, batch);
        self.take_pieces(piece.as_slice(), batch);
        self.offset += line.len() as u64;
    }

    /// What of a line is to be read as an event: nothing of the header and of empty lines, and no zeros.
    fn piece<'a>(&mut self, line: &'a [u8], mut offset: u64, batch: &mut Batch) -> Option<Piece<'a>> {
        let mut bytes = line;
        if self.first
            && let Some(unmarked) = bytes.strip_prefix(BYTE_ORDER_MARK)
        {
            offset += BYTE_ORDER_MARK.len() as u64;
            bytes = unmarked;
        }
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        offset += zeros as u64;
        bytes = &bytes[zeros..];
        batch.oddities.zero_bytes += zeros as u64;
        if std::mem::take(&mut self.first) {
            if let Ok(header) = serde_json::from_slice::<Header>(bytes) {
                batch.oddities.newer = (header.harewire > VERSION).then_some(header.harewire);
                batch.header = Some(header);
                return None;
            }
            batch.oddities.foreign = true;
        }
        let is_blank = bytes.iter().all(u8::is_ascii_whitespace);
        (!is_blank).then_some(Piece { bytes, offset })
    }

    fn take_pieces(&mut self, pieces: &[Piece<'_>], batch: &mut Batch) {
        for (number, record, event) in read_all(pieces) {
            if let What::Fact(fact) = &event.what
                && matches!(**fact, Fact::Unknown { .. })
            {
                batch.oddities.unknown_lines += 1;
            }
            if number > 0 {
                let expected = self.last_number.map_or(1, |last| last.saturating_add(1));
                batch.oddities.jumps += u64::from(number != expected);
                self.last_number = Some(number);
            }
            batch.events.push((record, event));
        }
    }
}

/// A line to be read, and where it stands in the file.
#[derive(Clone, Copy)]
struct Piece<'a> {
    bytes: &'a [u8],
    offset: u64,
}

type Read = (u64, Record, Event);

/// Reads lines, a long list of them on two threads: reading costs ten times what folding does.
fn read_all(pieces: &[Piece<'_>]) -> Vec<Read> {
    let read = |pieces: &[Piece<'_>]| -> Vec<Read> {
        let events = pieces.iter().map(|piece| {
            let (number, event) = line::read(piece.bytes);
            (number, Record::of(&event, piece.offset, piece.bytes.len()), event)
        });
        events.collect()
    };
    if pieces.len() < WORTH_A_THREAD {
        return read(pieces);
    }
    let (near, far) = pieces.split_at(pieces.len() / 2);
    std::thread::scope(|scope| {
        let helper = std::thread::Builder::new().name("lines".into()).spawn_scoped(scope, || read(far));
        let mut events = read(near);
        // Without a thread, or should it have panicked, this one reads what is left.
        let rest = helper.ok().and_then(|helper| helper.join().ok()).unwrap_or_else(|| read(far));
        events.extend(rest);
        events
    })
}

/// The line without what is left out at its beginning.
fn object_in(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    &bytes[zeros..]
}
