//! NDJSON: a capture of its own, so that everything that opens a capture opens an export.

use std::io::Write;

use serde::Serialize;

use super::{ExportError, Rows, Written};
use crate::capture::line::Header;
use crate::capture::progress::Progress;
use crate::capture::reader::Reader;
use crate::capture::relabel::{self, Fields, Label};

#[derive(Serialize)]
struct ExportHeader<'a> {
    #[serde(flatten)]
    header: &'a Header,
    exported: Exported,
}

#[derive(Serialize)]
struct Exported {
    events: u64,
    of: u64,
}

/// Writes `rows` as a capture. A line that keeps its number is written byte for byte; one that gets another, since
/// numbers have no gaps, says its former one as `from_seq`. A note goes with the event it is about, and is left out with it.
///
/// # Errors
/// As [`ExportError`] says.
pub fn write(
    reader: &mut Reader,
    rows: &Rows,
    header: &Header,
    to: &mut dyn Write,
    progress: &Progress,
) -> Result<Written, ExportError> {
    let view = reader.view();
    let exported = Exported { events: rows.len(), of: view.len() };
    serde_json::to_writer(&mut *to, &ExportHeader { header, exported }).map_err(std::io::Error::from)?;
    to.write_all(b"\n")?;
    let mut written = Written::default();
    let mut skipped = Vec::new();
    let mut line = Vec::new();
    for place in 0..rows.len() {
        progress.reach(place)?;
        let seq = rows.seq(place);
        let Some(record) = view.get(seq) else { continue };
        let bytes = reader.line(record)?;
        let new = written.events + 1;
        let fields = Fields::read(&bytes);
        // Notes left out make the numbers behind them smaller than their places.
        let renumbered = |seq| {
            let place = rows.place(seq)?;
            let before = skipped.partition_point(|&other| other < place) as u64;
            skipped.binary_search(&place).is_err().then_some(place + 1 - before)
        };
        let about = fields.as_ref().and_then(Fields::about);
        let new_about = about.and_then(renumbered);
        if about.is_some() && new_about.is_none() {
            skipped.push(place);
            written.left_out += 1;
            continue;
        }
        line.clear();
        let label = Label { seq: new, from_seq: seq, about: new_about, ..Label::default() };
        match &fields {
            Some(fields) if new != seq => relabel::append(fields, &label, &mut line),
            None if new != seq => relabel::append_wrapped(&bytes, record.time_us, &label, &mut line),
            Some(_) | None => {
                line.extend_from_slice(&bytes);
                if !line.ends_with(b"\n") {
                    line.push(b'\n');
                }
            }
        }
        to.write_all(&line)?;
        written.events = new;
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::capture::export::sample;
    use crate::capture::{Event, Join, Recording, What};

    fn exported(reader: &mut Reader, rows: &Rows) -> (Vec<u8>, Written) {
        let mut bytes = Vec::new();
        let header = Header::new("ws://x", 0);
        let written = write(reader, rows, &header, &mut bytes, &Progress::unwatched()).unwrap();
        (bytes, written)
    }

    fn opened(bytes: &[u8]) -> Vec<Event> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        let mut recording = Recording::open(file.path()).unwrap();
        let mut events = Vec::new();
        while recording
            .step(|_, event| {
                events.push(event.clone());
                Join::default()
            })
            .unwrap()
        {}
        assert_eq!(recording.oddities().sentences(), [""; 0]);
        events
    }

    #[test]
    fn all_of_a_capture_is_the_capture() {
        let (folder, mut reader) = sample::capture();
        let rows = Rows::All(reader.view().len());
        let (bytes, written) = exported(&mut reader, &rows);
        let original = std::fs::read(folder.path().join("c.ndjson")).unwrap();
        let after_header = |bytes: &[u8]| bytes[memchr::memchr(b'\n', bytes).unwrap()..].to_vec();
        assert_eq!(after_header(&bytes), after_header(&original));
        assert_eq!(written, Written { events: reader.view().len(), left_out: 0 });
    }

    #[test]
    fn a_part_opens_as_a_capture_of_its_own() {
        let (_folder, mut reader) = sample::capture();
        let seqs: Arc<[u64]> = [6, 7, 9].into();
        let (bytes, written) = exported(&mut reader, &Rows::Listed(Arc::clone(&seqs)));
        assert_eq!(written.events, 3);
        let text = String::from_utf8(bytes.clone()).unwrap();
        assert!(text.lines().nth(1).unwrap().starts_with("{\"seq\":1,"), "{text}");
        assert!(text.contains("\"from_seq\":9"), "{text}");
        for (event, seq) in opened(&bytes).iter().zip(seqs.iter()) {
            let original = reader.event(*seq).unwrap();
            assert_eq!(event.stamp, original.stamp);
            let (What::Message(one), What::Message(other)) = (&event.what, &original.what) else { panic!() };
            assert_eq!(one.payload, other.payload);
        }
    }

    #[test]
    fn a_note_goes_with_its_event() {
        let note =
            |about: u64| format!("{{\"seq\":1,\"event\":\"note\",\"about\":{about},\"text\":\"x\"}}\n");
        let text = format!("{{\"harewire\":1}}\nA\nB\n{}{}C\n", note(1), note(2));
        let (_folder, mut reader) = sample::opened(text.as_bytes());
        let (bytes, written) = exported(&mut reader, &Rows::Listed([2, 3, 4, 5].into()));
        assert_eq!(written, Written { events: 3, left_out: 1 });
        let text = String::from_utf8(bytes).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[2].contains("\"about\":1,"), "event 2 is number 1 now: {text}");
        assert!(lines[3].contains("\"seq\":3,") && lines[3].contains("\"data\":\"C\""), "{text}");
    }
}
