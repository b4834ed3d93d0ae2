//! `Preview`: the last events of a capture, read before all that stand between.
//!
//! The lines of our own captures carry their numbers without gaps, so the end of the file tells which events it
//! holds. Where the numbers are missing or jump there is no preview, and the file is read from its beginning alone.

use std::fs::File;

use super::line;
use super::positioned::read_at;
use super::record::Record;

/// Bytes read from the end.
pub(super) const END: u64 = 4 << 20;

/// Records of the last events, known while the index is still being built. They are not joined to their requests and
/// subscriptions yet: only the fold knows those.
#[derive(Debug, PartialEq, Eq)]
pub struct Preview {
    first_seq: u64,
    records: Vec<Record>,
}

impl Preview {
    /// The number of the first event in it.
    #[must_use]
    pub const fn first_seq(&self) -> u64 {
        self.first_seq
    }

    /// How many events it holds; never 0.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.records.len() as u64
    }

    /// The record of event number `seq`, if it is one of the last.
    #[must_use]
    pub fn get(&self, seq: u64) -> Option<Record> {
        let position = usize::try_from(seq.checked_sub(self.first_seq)?).ok()?;
        self.records.get(position).copied()
    }

    /// A preview of these records.
    #[cfg(test)]
    pub fn of(first_seq: u64, records: Vec<Record>) -> Self {
        Self { first_seq, records }
    }

    /// Reads the end of a capture `length` bytes long. `None` if its lines are not numbered one after the other, or
    /// not one of them fits.
    pub(super) fn read(file: &File, length: u64) -> Option<Self> {
        let start = length.saturating_sub(END);
        let mut bytes = vec![0; usize::try_from(length - start).ok()?];
        let count = read_at(file, &mut bytes, start).ok()?;
        bytes.truncate(count);
        let (first, last) = (memchr::memchr(b'\n', &bytes)? + 1, memchr::memrchr(b'\n', &bytes)? + 1);
        let mut preview = Self { first_seq: 0, records: Vec::new() };
        let mut at = first;
        for line in bytes.get(first..last)?.split_inclusive(|byte| *byte == b'\n') {
            let (seq, event) = line::read(line);
            if preview.records.is_empty() {
                preview.first_seq = seq;
            }
            if seq == 0 || seq != preview.first_seq.checked_add(preview.count())? {
                return None;
            }
            preview.records.push(Record::of(&event, start + at as u64, line.len()));
            at += line.len();
        }
        (!preview.records.is_empty()).then_some(preview)
    }
}
