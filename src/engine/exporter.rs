//! `Export`: writes a part of a capture in a format for other programs.

use std::io::{BufWriter, Write};
use std::sync::Arc;

use super::row_maker;
use crate::capture::export::{
    CsvWriter, ExportError, Format, Item, MarkdownWriter, Ndjson, Rows, Written, write_har,
};
use crate::capture::row::Row;
use crate::capture::time::Zone;
use crate::capture::{Header, NoteChange, Progress, Reader};
use crate::session::Snapshot;

/// What to export, and how. It holds all that the job needs, so that it can run on a thread of its own.
pub struct Export {
    /// The format.
    pub format: Format,
    /// Which events.
    pub rows: Rows,
    /// What the capture is of: a URL without secrets.
    pub server: String,
    /// When it began, microseconds since 1970 UTC.
    pub started_us: i64,
    /// Notes that stand beside the capture: a capture of its own gets them.
    pub notes: Vec<NoteChange>,
    /// What the fold knows: the names of collections.
    pub snapshot: Arc<Snapshot>,
    /// The zone of clock times that people read.
    pub zone: Zone,
}

impl Export {
    /// Writes it. Progress counts events.
    ///
    /// # Errors
    /// As [`ExportError`] says.
    pub fn run(
        &self,
        reader: &mut Reader,
        to: &mut dyn Write,
        progress: &Progress,
    ) -> Result<Written, ExportError> {
        progress.expect(self.rows.len());
        let mut to = BufWriter::with_capacity(1 << 20, to);
        let written = match self.format {
            Format::Ndjson => {
                let header = Header::new(&self.server, self.started_us);
                let ndjson = Ndjson { header: &header, notes: &self.notes };
                ndjson.write(reader, &self.rows, &mut to, progress)?
            }
            Format::Har => write_har(reader, &self.rows, &self.server, &mut to, progress)?,
            Format::Csv => {
                let mut writer = CsvWriter::begin(&mut to)?;
                let events = self.items(reader, progress, |item| writer.item(item).map(|()| true))?;
                writer.finish()?;
                Written { events, left_out: 0 }
            }
            Format::Markdown => {
                let mut writer = MarkdownWriter::begin(&mut to, &self.server, self.zone.clone())?;
                let events = self.items(reader, progress, |item| {
                    writer.item(item)?;
                    Ok(!writer.is_full())
                })?;
                let left_out = writer.finish(self.rows.len())?;
                Written { events, left_out }
            }
        };
        to.flush()?;
        Ok(written)
    }

    /// Gives each event with its row to `take`, until it wants no more. Returns how many it took.
    fn items(
        &self,
        reader: &mut Reader,
        progress: &Progress,
        mut take: impl FnMut(Item<'_>) -> std::io::Result<bool>,
    ) -> Result<u64, ExportError> {
        let view = reader.view();
        let mut taken = 0;
        for place in 0..self.rows.len() {
            progress.reach(place)?;
            let seq = self.rows.seq(place);
            let Some(record) = view.get(seq) else { continue };
            let event = reader.event(seq)?;
            let mut row = Row { seq, ..Row::default() };
            row_maker::fill(&mut row, &event, self.snapshot.collection(u32::from(record.collection)));
            let partner = row_maker::partner(&record).and_then(|partner| reader.stamp(partner));
            row_maker::join(&mut row, None, partner);
            taken += 1;
            if !take(Item { record: &record, event: &event, row: &row })? {
                break;
            }
        }
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::{Direction, Event, Fact, Journal, Message, Stamp, What};

    use crate::session::Session;

    fn capture() -> (Reader, Arc<Snapshot>) {
        let mut journal = Journal::unnamed(&Header::new("ws://x", 0)).unwrap();
        let mut session = Session::new();
        let open = Fact::Open { url: "ws://x".into(), subprotocol: String::new() };
        let connect = Fact::Connect {
            url: "ws://x/websocket".into(),
            transport: "full".into(),
            mode: "public".into(),
            credential: "none".into(),
            attempt: 1,
            unverified: false,
            login_first: false,
        };
        let text = |direction, data: &str| What::Message(Message::text(direction, data));
        let whats = [
            What::Fact(Box::new(connect)),
            What::Fact(Box::new(open)),
            text(Direction::Out, r#"{"type":"items","action":"read","collection":"messages","uid":"r"}"#),
            text(Direction::In, r#"{"type":"items","data":[{"id":1}],"uid":"r"}"#),
        ];
        for (number, what) in (0u64..).zip(whats) {
            let elapsed_us = number * 1_000;
            let time_us = 1_764_000_000_000_000 + i64::try_from(elapsed_us).unwrap();
            let event = Event::new(Stamp { time_us, elapsed_us }, what);
            let seq = journal.append(&event);
            journal.join(seq, crate::engine::recorder::join(session.apply(seq, &event)));
        }
        journal.commit().unwrap();
        (journal.reader(), Arc::new(session.snapshot()))
    }

    fn exported(format: Format) -> (String, Written) {
        let (mut reader, snapshot) = capture();
        let export = Export {
            format,
            rows: Rows::All(4),
            server: "ws://x".to_owned(),
            started_us: 0,
            notes: Vec::new(),
            snapshot,
            zone: Zone::utc(),
        };
        let mut bytes = Vec::new();
        let written = export.run(&mut reader, &mut bytes, &Progress::unwatched()).unwrap();
        (String::from_utf8(bytes).unwrap(), written)
    }

    #[test]
    fn every_format_holds_every_event() {
        for format in Format::ALL {
            let (text, written) = exported(format);
            assert_eq!(written, Written { events: 4, left_out: 0 }, "{format:?}");
            assert!(text.contains("messages"), "{text}");
        }
    }

    #[test]
    fn a_reply_tells_its_collection_and_round_trip() {
        let (text, _) = exported(Format::Csv);
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let last = reader.records().last().unwrap().unwrap();
        assert_eq!((&last[0], &last[7], &last[9]), ("4", "messages", "1000"));
    }

    #[test]
    fn a_cancelled_export_ends() {
        let (mut reader, snapshot) = capture();
        for format in Format::ALL {
            let (rows, snapshot) = (Rows::All(4), Arc::clone(&snapshot));
            let server = String::new();
            let export = Export {
                format,
                rows,
                server,
                started_us: 0,
                notes: Vec::new(),
                snapshot,
                zone: Zone::utc(),
            };
            let progress = Progress::unwatched();
            progress.cancel();
            let error = export.run(&mut reader, &mut Vec::new(), &progress).unwrap_err();
            assert!(matches!(error, ExportError::Cancelled(_)), "{format:?}");
        }
    }
}
