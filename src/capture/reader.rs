//! Reading a capture back: by `seq` through the index, with a small cache of blocks.

use std::fs::File;
use std::io;
use std::sync::Arc;

use super::event::{Event, Stamp};
use super::index::{IndexHandle, IndexView};
use super::line;
use super::positioned::read_at;
use super::preview::Preview;
use super::record::Record;

/// Size of a cached block. Rows that a filter shows may each lie in another one, and the last block of a live file is
/// read anew for each row in it, so it is small; all that reads a whole file has its own buffers.
const BLOCK: u64 = 64 * 1024;
/// Blocks kept by one reader.
const BLOCKS: usize = 32;
/// The most bytes a reader keeps between two reads.
pub const READER_CACHE_BYTES: u64 = BLOCK * BLOCKS as u64;
/// Bytes at the beginning of a line in which our writer puts number and times.
const HEAD: u32 = 160;

/// Why an event could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// No such event (yet).
    #[error("There is no event number {0} in this capture.")]
    Missing(u64),
    /// The system refused.
    #[error("The capture file can't be read: {0}. Was it moved or cut short by another program?")]
    Io(#[from] io::Error),
}

/// Reads events of one capture. Each thread has its own: nothing is locked.
pub struct Reader {
    file: Arc<File>,
    index: IndexHandle,
    /// Least recently used first. A block is kept only when it is full: the last one of a live file still grows.
    blocks: Vec<(u64, Arc<[u8]>)>,
}

impl Reader {
    pub(super) fn new(file: Arc<File>, index: IndexHandle) -> Self {
        Self { file, index, blocks: Vec::new() }
    }

    /// Another reader of the same capture with an empty cache.
    #[must_use]
    pub fn another(&self) -> Self {
        Self::new(Arc::clone(&self.file), self.index.clone())
    }

    /// What the index holds now.
    #[must_use]
    pub fn view(&self) -> IndexView {
        self.index.view()
    }

    /// The last events of a file that is still being read, if they are known before their turn.
    #[must_use]
    pub fn preview(&self) -> Option<Arc<Preview>> {
        self.index.preview()
    }

    /// The record of event number `seq`: from `view`, or from the end that is known before its turn.
    #[must_use]
    pub fn record(&self, view: &IndexView, seq: u64) -> Option<Record> {
        view.get(seq).or_else(|| self.index.preview()?.get(seq))
    }

    /// The event number `seq`.
    ///
    /// # Errors
    /// [`ReadError::Missing`] past the end, [`ReadError::Io`] from the system.
    pub fn event(&mut self, seq: u64) -> Result<Event, ReadError> {
        let record = self.record(&self.index.view(), seq).ok_or(ReadError::Missing(seq))?;
        Ok(line::read(&self.line(record)?).1)
    }

    /// The exact line of a record, newline included if it has one.
    ///
    /// # Errors
    /// [`ReadError::Io`] from the system.
    pub fn line(&mut self, record: Record) -> Result<Vec<u8>, ReadError> {
        if record.line_length == u32::MAX {
            return self.endless_line(record.offset);
        }
        let length = u64::from(record.line_length);
        if length > BLOCK {
            let mut bytes = vec![0; usize::try_from(length).unwrap_or(usize::MAX)];
            let count = read_at(&self.file, &mut bytes, record.offset)?;
            bytes.truncate(count);
            return Ok(bytes);
        }
        let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
        let mut at = record.offset;
        let end = record.offset + length;
        while at < end {
            let block = self.block(at / BLOCK)?;
            let from = usize::try_from(at % BLOCK).unwrap_or_default();
            let to = usize::try_from((end - at / BLOCK * BLOCK).min(BLOCK)).unwrap_or_default();
            let Some(part) = block.get(from..to.min(block.len())) else { break };
            if part.is_empty() {
                break;
            }
            bytes.extend_from_slice(part);
            at += part.len() as u64;
        }
        Ok(bytes)
    }

    /// When the event number `seq` happened, from the head of its line: its payload is neither read nor parsed.
    /// Where the line doesn't begin as ours do, `elapsed_us` is 0.
    #[must_use]
    pub fn stamp(&mut self, seq: u64) -> Option<Stamp> {
        let record = self.record(&self.index.view(), seq)?;
        let head = Record { line_length: record.line_length.min(HEAD), ..record };
        let bytes = self.line(head).ok()?;
        let key = b"\"elapsed_us\":";
        let digits = memchr::memmem::find(&bytes, key).and_then(|at| bytes.get(at + key.len()..));
        let digits = digits.unwrap_or_default().iter().take_while(|byte| byte.is_ascii_digit());
        let elapsed_us = digits
            .fold(0u64, |number, byte| number.saturating_mul(10).saturating_add(u64::from(byte - b'0')));
        Some(Stamp { time_us: record.time_us, elapsed_us })
    }

    /// Bytes of the file as they stand, from `offset` on; 0 at its end so far.
    ///
    /// # Errors
    /// Those of the system's read.
    pub fn raw(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        read_at(&self.file, buffer, offset)
    }

    /// A line too long for the record to count: read on to its newline.
    fn endless_line(&self, offset: u64) -> Result<Vec<u8>, ReadError> {
        let mut bytes = Vec::new();
        loop {
            let start = bytes.len();
            bytes.resize(start + 64 * 1024 * 1024, 0);
            let count = read_at(&self.file, &mut bytes[start..], offset + start as u64)?;
            bytes.truncate(start + count);
            if let Some(end) = memchr::memchr(b'\n', &bytes[start..]) {
                bytes.truncate(start + end + 1);
                return Ok(bytes);
            }
            if count == 0 {
                return Ok(bytes);
            }
        }
    }

    fn block(&mut self, number: u64) -> io::Result<Arc<[u8]>> {
        if let Some(position) = self.blocks.iter().position(|(cached, _)| *cached == number) {
            let hit = self.blocks.remove(position);
            let block = Arc::clone(&hit.1);
            self.blocks.push(hit);
            return Ok(block);
        }
        let mut bytes = vec![0; usize::try_from(BLOCK).unwrap_or_default()];
        let count = read_at(&self.file, &mut bytes, number * BLOCK)?;
        let full = count == bytes.len();
        bytes.truncate(count);
        let block: Arc<[u8]> = bytes.into();
        if full {
            if self.blocks.len() == BLOCKS {
                self.blocks.remove(0);
            }
            self.blocks.push((number, Arc::clone(&block)));
        }
        Ok(block)
    }
}
