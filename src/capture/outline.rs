//! `Outline`: what a capture is, from its first and its last line alone, however long it is.

use std::fs::File;
use std::path::Path;

use super::line::{self, Header};
use super::positioned::read_at;
use super::time;

/// Bytes in which the header is looked for: a URL may be long.
const BEGINNING: u64 = 64 << 10;
/// Bytes from the end in which the last line is looked for: first a little, then more.
const ENDS: [u64; 2] = [64 << 10, 4 << 20];

/// What sort of file it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// A capture with a header.
    Capture,
    /// Lines without our header.
    Foreign,
    /// Nothing in it.
    Empty,
    /// It can't be read.
    #[default]
    Unreadable,
}

/// What a capture is, as far as two of its lines tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// What sort of file it is.
    pub sort: Sort,
    /// Version of the format, 0 without a header.
    pub format: u32,
    /// What it was made of; empty if unknown.
    pub server: String,
    /// When it was begun, microseconds since 1970 UTC.
    pub started_us: Option<i64>,
    /// When its last event happened.
    pub ended_us: Option<i64>,
    /// How many events it holds, if its last line says so.
    pub events: Option<u64>,
}

impl Outline {
    /// Reads the two ends of a file.
    #[must_use]
    pub fn read(path: &Path) -> Self {
        // Not opened before it is known to be a file: a pipe would wait for its writer.
        let Some(length) =
            std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file).map(|meta| meta.len())
        else {
            return Self::default();
        };
        if length == 0 {
            return Self { sort: Sort::Empty, ..Self::default() };
        }
        let Ok(file) = File::open(path) else { return Self::default() };
        let Some(beginning) = part(&file, 0, BEGINNING.min(length)) else { return Self::default() };
        let first = beginning.split_inclusive(|byte| *byte == b'\n').next().unwrap_or_default();
        let first_line = first.strip_prefix(b"\xef\xbb\xbf").unwrap_or(first);
        let Ok(header) = serde_json::from_slice::<Header>(first_line) else {
            return Self { sort: Sort::Foreign, ended_us: last(&file, 0, length).1, ..Self::default() };
        };
        let started_us = time::parse(&header.started);
        let (events, ended_us) = last(&file, first.len() as u64, length);
        Self {
            sort: Sort::Capture,
            format: header.harewire,
            server: header.server,
            started_us,
            ended_us: ended_us.or(started_us),
            events,
        }
    }

    /// From the beginning to the last event, microseconds; never negative.
    #[must_use]
    pub fn lasted_us(&self) -> Option<u64> {
        Some(u64::try_from(self.ended_us?.saturating_sub(self.started_us?)).unwrap_or(0))
    }
}

fn part(file: &File, from: u64, count: u64) -> Option<Vec<u8>> {
    let mut bytes = vec![0; usize::try_from(count).ok()?];
    let count = read_at(file, &mut bytes, from).ok()?;
    bytes.truncate(count);
    Some(bytes)
}

/// Number and time of the last complete line behind `from`; 0 events if there is none.
fn last(file: &File, from: u64, length: u64) -> (Option<u64>, Option<i64>) {
    for size in ENDS {
        let start = length.saturating_sub(size).max(from);
        let Some(bytes) = part(file, start, length - start) else { break };
        let mut lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
        if start > from && !lines.is_empty() {
            // Its beginning is cut off.
            lines.remove(0);
        }
        for line in lines.iter().rev() {
            let (seq, event) = line::read(line);
            if seq > 0 {
                return (Some(seq), Some(event.stamp.time_us).filter(|time| *time != 0));
            }
        }
        if start == from {
            return (lines.is_empty().then_some(0), None);
        }
    }
    (None, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outline(text: &str) -> Outline {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c.ndjson");
        std::fs::write(&path, text).unwrap();
        Outline::read(&path)
    }

    const HEADER: &str = "{\"harewire\":1,\"server\":\"ws://x\",\"started\":\"2026-01-01T00:00:00Z\"}\n";

    #[test]
    fn two_lines_tell_what_a_capture_is() {
        let line = |seq: u64, second: u64| {
            format!(
                "{{\"seq\":{seq},\"time\":\"2026-01-01T00:00:{second:02}Z\",\"event\":\"held\",\"data\":\"x\"}}\n"
            )
        };
        let text = format!("{HEADER}{}{}", line(1, 1), line(2, 42));
        let whole = outline(&text);
        assert_eq!((whole.sort, whole.server.as_str(), whole.events), (Sort::Capture, "ws://x", Some(2)));
        assert_eq!(whole.lasted_us(), Some(42_000_000));
        let torn = outline(&text[..text.len() - 10]);
        assert_eq!(
            (torn.events, torn.lasted_us()),
            (Some(1), Some(1_000_000)),
            "the torn line doesn't count"
        );
        let long = format!("{text}{}{}", line(3, 43).replace('x', &"x".repeat(100_000)), "{\"seq\":4,\"ti");
        assert_eq!(outline(&long).events, Some(3), "a last line longer than the first look");
    }

    #[test]
    fn what_is_no_capture_is_told() {
        assert_eq!(outline("").sort, Sort::Empty);
        assert_eq!(outline("{\"level\":30}\n").sort, Sort::Foreign);
        assert_eq!(outline(HEADER).events, Some(0));
        assert_eq!(Outline::read(Path::new("missing")).sort, Sort::Unreadable);
        assert_eq!(
            outline("{\"harewire\":1,\"server\":\"ws://x\",\"started\":\"soon\"}\n").lasted_us(),
            None
        );
    }
}
