//! Writing files of the user's choice: whole or not at all.

use std::io::{self, Write as _};
use std::path::Path;

use crate::capture::line::LineWriter;
use crate::capture::{Event, NoteChange, Reader, Stamp, What, WholeFile};

/// Bytes copied at a time.
const BLOCK: usize = 1 << 20;

/// Copies a capture as far as it is written now. A file of that name is replaced only when the copy is whole.
///
/// `notes` stand beside the capture; in the copy they follow its last line, so that they travel with it.
pub fn copy(reader: &Reader, notes: &[NoteChange], path: &Path) -> io::Result<u64> {
    let mut target = WholeFile::create(path)?;
    let mut buffer = vec![0; BLOCK];
    let mut copied = 0;
    let mut last = b'\n';
    loop {
        let count = reader.raw(&mut buffer, copied)?;
        if count == 0 {
            let lines = note_lines(reader, notes, last);
            target.write_all(&lines)?;
            copied += lines.len() as u64;
            target.finish(true)?;
            return Ok(copied);
        }
        last = buffer[count - 1];
        target.write_all(&buffer[..count])?;
        copied += count as u64;
    }
}

/// The lines of notes that follow a capture whose last byte is `last`.
pub fn note_lines(reader: &Reader, notes: &[NoteChange], last: u8) -> Vec<u8> {
    let mut lines = Vec::new();
    if !notes.is_empty() && last != b'\n' {
        lines.push(b'\n');
    }
    let view = reader.view();
    let time_us = view.get(view.len()).map_or(0, |record| record.time_us);
    let mut writer = LineWriter::default();
    for (seq, note) in (view.len() + 1..).zip(notes) {
        let what = What::Fact(Box::new(note.clone().into_fact()));
        let stamp = Stamp { time_us, elapsed_us: 0 };
        let event = Event { stamp, connection: 0, automatic: false, masked: false, what };
        writer.append(seq, &event, &mut lines);
    }
    lines
}

/// Writes a text; a file of that name is replaced only when the text is written.
pub fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut target = WholeFile::create(path)?;
    target.write_all(text.as_bytes())?;
    target.finish(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::{Header, Journal};

    #[test]
    fn a_copy_is_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("a.ndjson");
        let journal = Journal::create(&source, &Header::new("ws://x", 0)).unwrap();
        let target = folder.path().join("b.ndjson");
        std::fs::write(&target, "older").unwrap();
        let bytes = copy(&journal.reader(), &[], &target).unwrap();
        assert_eq!(std::fs::read(&target).unwrap(), std::fs::read(&source).unwrap());
        assert_eq!(bytes, journal.written_bytes());
    }

    #[test]
    fn notes_beside_a_capture_travel_with_its_copy() {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("a.ndjson");
        let journal = Journal::create(&source, &Header::new("ws://x", 0)).unwrap();
        let target = folder.path().join("b.ndjson");
        let note = NoteChange { about: 1, pin: Some(true), text: None };
        copy(&journal.reader(), &[note], &target).unwrap();
        let text = std::fs::read_to_string(&target).unwrap();
        assert!(text.lines().nth(1).unwrap().contains(r#""event":"note","about":1,"pin":true"#), "{text}");
    }

    #[test]
    fn what_cannot_be_written_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        assert!(write(&folder.path().join("missing/a.ron"), "x").is_err());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
