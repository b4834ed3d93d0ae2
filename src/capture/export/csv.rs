//! CSV: one event a line, for spreadsheets and databases.

use std::borrow::Cow;
use std::io::{self, Write};

use super::{Item, kind_name};
use crate::capture::event::{Direction, Fact, What};
use crate::capture::time;
use crate::directus::ErrorCode;

/// The first line.
const COLUMNS: [&str; 14] = [
    "seq",
    "time",
    "elapsed_us",
    "direction",
    "kind",
    "event",
    "uid",
    "collection",
    "size",
    "round_trip_us",
    "status",
    "code",
    "summary",
    "data",
];

/// Writes events as CSV (RFC 4180).
///
/// A text that a spreadsheet would take for a formula, since it begins with `=`, `+`, `-`, `@`, a tab or a line end, gets
/// an apostrophe before it, as OWASP advises: who exports what a server said must not run it.
pub struct CsvWriter<W: Write>(csv::Writer<W>);

impl<W: Write> CsvWriter<W> {
    /// Begins with the names of the columns.
    ///
    /// # Errors
    /// Those of writing.
    pub fn begin(to: W) -> io::Result<Self> {
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(to);
        writer.write_record(COLUMNS)?;
        Ok(Self(writer))
    }

    /// Writes one event.
    ///
    /// # Errors
    /// Those of writing.
    pub fn item(&mut self, item: Item<'_>) -> io::Result<()> {
        let row = item.row;
        let number = |number: Option<u64>| number.map_or_else(String::new, |number| number.to_string());
        let direction = row.direction.map_or("", Direction::name);
        let (status, code) = outcome(&item);
        let fields: [Cow<'_, str>; 14] = [
            row.seq.to_string().into(),
            time::rfc3339(row.time_us).into(),
            row.elapsed_us.to_string().into(),
            direction.into(),
            kind_name(item.record.kind).into(),
            item.record.event.name().into(),
            harmless(&row.uid),
            harmless(&row.collection),
            number(row.size).into(),
            number(row.round_trip_us).into(),
            status.into(),
            code.into(),
            harmless(&row.summary),
            Cow::Owned(harmless(&data(&item)).into_owned()),
        ];
        self.0.write_record(fields.iter().map(|field| field.as_bytes()))?;
        Ok(())
    }

    /// Writes what is left in memory.
    ///
    /// # Errors
    /// Those of writing.
    pub fn finish(mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// A text that no spreadsheet takes for a formula.
#[must_use]
pub fn harmless(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// How it ended: the status of a reply or of the upgrade, and the code of an error or a close.
fn outcome(item: &Item<'_>) -> (String, String) {
    match &item.event.what {
        What::Message(message) => {
            let code = message.class.code;
            let code = if code == ErrorCode::None { "" } else { code.name() };
            (message.class.status.name().to_owned(), code.to_owned())
        }
        What::Fact(fact) => match fact.as_ref() {
            Fact::Response { status, .. } => (status.to_string(), String::new()),
            Fact::Close { code: Some(code), .. } => (String::new(), code.to_string()),
            _ => (String::new(), String::new()),
        },
    }
}

/// The payload of a message (base64 where it is binary), the keys of a fact as JSON.
fn data(item: &Item<'_>) -> String {
    match &item.event.what {
        What::Message(message) => message.payload.to_text().into_owned(),
        What::Fact(fact) => match fact.as_ref() {
            Fact::Unknown { line, .. } => line.clone(),
            // Facts hold only text and numbers.
            known => serde_json::to_string(known).unwrap_or_default(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::export::sample;

    fn written(items: &[(&str, &str)]) -> Vec<Vec<String>> {
        let mut bytes = Vec::new();
        let mut writer = CsvWriter::begin(&mut bytes).unwrap();
        for (data, summary) in items {
            let (event, record, row) = sample::message(Direction::In, data, summary);
            writer.item(Item { record: &record, event: &event, row: &row }).unwrap();
        }
        writer.finish().unwrap();
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes.as_slice());
        reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
    }

    #[test]
    fn it_is_read_back_as_it_was() {
        let text = "{\"type\":\"items\",\"uid\":\"a,b\",\n\"data\":\"say \\\"hi\\\"\"}";
        let lines = written(&[(text, "items, \"quoted\"")]);
        assert_eq!(lines[0], COLUMNS);
        let line = &lines[1];
        assert_eq!((line[0].as_str(), line[1].as_str()), ("7", "2025-11-24T16:00:00.000042Z"));
        assert_eq!((line[3].as_str(), line[4].as_str(), line[6].as_str()), ("in", "items", "u"));
        assert_eq!((line[12].as_str(), line[13].as_str()), ("items, \"quoted\"", text));
    }

    #[test]
    fn nothing_becomes_a_formula() {
        for bad in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"] {
            let lines = written(&[(bad, bad)]);
            assert_eq!(lines[1][13], format!("'{bad}"));
            assert_eq!(lines[1][12], format!("'{bad}"));
        }
        assert_eq!(written(&[("{\"a\":\"=1\"}", "1 - 2")])[1][12], "1 - 2");
    }

    #[test]
    fn an_error_has_its_status_and_code() {
        let lines = written(&[(
            r#"{"type":"subscribe","status":"error","error":{"code":"FORBIDDEN","message":"no"}}"#,
            "",
        )]);
        assert_eq!((lines[1][10].as_str(), lines[1][11].as_str()), ("error", "FORBIDDEN"));
    }
}
