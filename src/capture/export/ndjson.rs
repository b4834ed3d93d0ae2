//! NDJSON: a capture of its own, so that everything that opens a capture opens an export.

use std::io::Write;

use serde::Serialize;

use super::{ExportError, Rows, Written};
use crate::capture::event::{Event, Stamp, What};
use crate::capture::line::{Header, LineWriter};
use crate::capture::notes::NoteChange;
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

/// An export as a capture.
pub struct Ndjson<'a> {
    /// What the capture is of.
    pub header: &'a Header,
    /// Notes that stand beside the capture: those about an exported event follow the last line.
    pub notes: &'a [NoteChange],
}

impl Ndjson<'_> {
    /// Writes `rows` as a capture. A line that keeps its number is written byte for byte; one that gets another, since
    /// numbers have no gaps, says its former one as `from_seq`. A note goes with the event it is about, and is left out
    /// with it.
    ///
    /// # Errors
    /// As [`ExportError`] says.
    pub fn write(
        &self,
        reader: &mut Reader,
        rows: &Rows,
        to: &mut dyn Write,
        progress: &Progress,
    ) -> Result<Written, ExportError> {
        let view = reader.view();
        let exported = Exported { events: rows.len(), of: view.len() };
        let header = ExportHeader { header: self.header, exported };
        serde_json::to_writer(&mut *to, &header).map_err(std::io::Error::from)?;
        to.write_all(b"\n")?;
        let mut numbers = Numbers { rows, skipped: Vec::new(), written: 0 };
        let mut last_us = 0;
        let mut line = Vec::new();
        for place in 0..rows.len() {
            progress.reach(place)?;
            let seq = rows.seq(place);
            let Some(record) = view.get(seq) else { continue };
            last_us = record.time_us;
            let bytes = reader.line(record)?;
            let new = numbers.written + 1;
            let fields = Fields::read(&bytes);
            let about = fields.as_ref().and_then(Fields::about);
            let new_about = about.and_then(|about| numbers.of(about));
            if about.is_some() && new_about.is_none() {
                numbers.skipped.push(place);
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
            numbers.written = new;
        }
        self.write_notes(&mut numbers, last_us, to)?;
        Ok(Written { events: numbers.written, left_out: numbers.skipped.len() as u64 })
    }

    fn write_notes(
        &self,
        numbers: &mut Numbers<'_>,
        time_us: i64,
        to: &mut dyn Write,
    ) -> std::io::Result<()> {
        let mut writer = LineWriter::default();
        for note in self.notes {
            let Some(about) = numbers.of(note.about) else { continue };
            let what = What::Fact(Box::new(NoteChange { about, ..note.clone() }.into_fact()));
            let stamp = Stamp { time_us, elapsed_us: 0 };
            let mut line = Vec::new();
            numbers.written += 1;
            let event = Event { stamp, connection: 0, automatic: false, masked: false, what };
            writer.append(numbers.written, &event, &mut line);
            to.write_all(&line)?;
        }
        Ok(())
    }
}

/// Which number an event has in the export.
struct Numbers<'a> {
    rows: &'a Rows,
    /// Places of notes left out: they make the numbers behind them smaller than their places.
    skipped: Vec<u64>,
    written: u64,
}

impl Numbers<'_> {
    /// The new number of an event that is written already; `None` if it is left out.
    fn of(&self, seq: u64) -> Option<u64> {
        let place = self.rows.place(seq)?;
        let before = self.skipped.binary_search(&place).err()?;
        Some(place + 1 - before as u64)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::capture::export::sample;
    use crate::capture::{Join, Recording};

    fn exported(reader: &mut Reader, rows: &Rows) -> (Vec<u8>, Written) {
        let mut bytes = Vec::new();
        let header = Header::new("ws://x", 0);
        let notes = [NoteChange { about: 7, pin: Some(true), text: None }];
        let ndjson = Ndjson { header: &header, notes: if rows.len() == 3 { &notes } else { &[] } };
        let written = ndjson.write(reader, rows, &mut bytes, &Progress::unwatched()).unwrap();
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
        assert_eq!(written.events, 4, "with the note about event 7, which is number 2 now");
        let text = String::from_utf8(bytes.clone()).unwrap();
        assert!(text.lines().nth(1).unwrap().starts_with("{\"seq\":1,"), "{text}");
        assert!(text.contains("\"from_seq\":9"), "{text}");
        assert!(
            text.lines().last().unwrap().contains("\"seq\":4,") && text.contains("\"about\":2,\"pin\":true"),
            "{text}"
        );
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
