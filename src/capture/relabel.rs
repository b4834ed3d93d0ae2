//! `Relabel`: gives a capture line another number and place, and leaves every other byte of its values alone.
//!
//! Merging and exporting put lines into a file where their number is another one. What a line says of itself (`seq`, the
//! connection, the time since the beginning, the event a note is about) is rewritten; unknown keys and payloads stay as
//! they were written.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Write as _;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::line;
use super::time;

/// A capture line, split into its keys and the text of their values.
pub(super) struct Fields<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keys;
        impl<'de> Visitor<'de> for Keys {
            type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::with_capacity(12);
                while let Some((Key(key), value)) = map.next_entry()? {
                    fields.push((key, value));
                }
                Ok(fields)
            }
        }
        deserializer.deserialize_map(Keys).map(Fields)
    }
}

impl<'a> Fields<'a> {
    /// Splits a line; `None` if it is no JSON object.
    pub(super) fn read(line: &'a [u8]) -> Option<Self> {
        serde_json::from_slice(line).ok()
    }

    fn get(&self, key: &str) -> Option<&'a str> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, value)| value.get())
    }

    /// A whole number.
    pub(super) fn number(&self, key: &str) -> Option<u64> {
        self.get(key)?.parse().ok()
    }

    /// Its wall time, microseconds since 1970 UTC.
    pub(super) fn time_us(&self) -> Option<i64> {
        time::parse(self.get("time")?.trim_matches('"'))
    }

    fn is(&self, key: &str, value: &str) -> bool {
        self.get(key) == Some(value)
    }

    /// The event a note is about.
    pub(super) fn about(&self) -> Option<u64> {
        if self.is("event", "\"note\"") { self.number("about") } else { None }
    }

    /// Whether a secret was replaced in it.
    pub(super) fn masked(&self) -> bool {
        self.is("masked", "true")
    }
}

/// What a line is called in its new file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Label {
    /// Its new number.
    pub seq: u64,
    /// Which of several files it comes from.
    pub from: Option<u8>,
    /// Its number there.
    pub from_seq: u64,
    /// Its connection, if it has one.
    pub connection: Option<u64>,
    /// Its time since the new beginning, if it has one.
    pub elapsed_us: Option<u64>,
    /// The new number of the event a note is about.
    pub about: Option<u64>,
}

/// Appends a line with another label, newline included.
pub(super) fn append(fields: &Fields<'_>, label: &Label, line: &mut Vec<u8>) {
    // Writing to memory can't fail.
    let _infallible = write!(line, "{{\"seq\":{}", label.seq);
    let mut origin = Some(label);
    for (key, value) in &fields.0 {
        let replaced = match key.as_ref() {
            // Those of an earlier merge spoke of other files.
            "seq" | "from" | "from_seq" => continue,
            "connection" => label.connection,
            "elapsed_us" => label.elapsed_us,
            "about" => label.about,
            _ => None,
        };
        line.push(b',');
        let _infallible = serde_json::to_writer(&mut *line, key);
        line.push(b':');
        match replaced {
            Some(number) => {
                let _infallible = write!(line, "{number}");
            }
            None => line.extend_from_slice(value.get().as_bytes()),
        }
        // Behind what every line begins with, before what is peculiar to it.
        if key == "connection" {
            append_origin(origin.take(), line);
        }
    }
    append_origin(origin, line);
    line.extend_from_slice(b"}\n");
}

fn append_origin(label: Option<&Label>, line: &mut Vec<u8>) {
    let Some(label) = label else { return };
    if let Some(from) = label.from {
        let _infallible = write!(line, ",\"from\":{from}");
    }
    let _infallible = write!(line, ",\"from_seq\":{}", label.from_seq);
}

/// Appends a line that is no JSON object, as an event that holds it.
pub(super) fn append_wrapped(bytes: &[u8], time_us: i64, label: &Label, line: &mut Vec<u8>) {
    let text = String::from_utf8_lossy(line::trimmed(bytes));
    let _infallible = write!(
        line,
        "{{\"seq\":{},\"time\":\"{}\",\"elapsed_us\":{},\"connection\":0",
        label.seq,
        time::rfc3339(time_us),
        label.elapsed_us.unwrap_or_default()
    );
    append_origin(Some(label), line);
    line.extend_from_slice(b",\"event\":\"unknown\",\"name\":\"line\",\"data\":");
    let _infallible = serde_json::to_writer(&mut *line, &text);
    line.extend_from_slice(b"}\n");
}

/// New numbers of masks: those of two files must not look like one secret.
#[derive(Default)]
pub(super) struct Masks {
    known: HashMap<(u8, u64), u64>,
}

/// What stands before the number of a mask.
const MASK: &[u8] = b"[masked ";

impl Masks {
    /// Renumbers the masks of a line that comes from file `from`.
    pub(super) fn renumber(&mut self, from: u8, line: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(line.len() + 8);
        let mut rest = line;
        while let Some(at) = memchr::memmem::find(rest, MASK) {
            let (before, behind) = rest.split_at(at + MASK.len());
            out.extend_from_slice(before);
            rest = behind;
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let number = rest.get(..digits).and_then(|digits| std::str::from_utf8(digits).ok());
            if let (Some(number), Some(b']')) =
                (number.and_then(|digits| digits.parse().ok()), rest.get(digits))
            {
                let next = self.known.len() as u64 + 1;
                let new = *self.known.entry((from, number)).or_insert(next);
                let _infallible = write!(out, "{new}");
                rest = &rest[digits..];
            }
        }
        out.extend_from_slice(rest);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn relabelled(line: &str, label: &Label) -> String {
        let mut out = Vec::new();
        append(&Fields::read(line.as_bytes()).unwrap(), label, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn only_the_label_changes() {
        let line = r#"{"seq":7,"time":"2026-01-01T00:00:00Z","elapsed_us":12,"connection":2,"mood":1.50,"event":"message","data":"{\"seq\":7 \u00e9}"}"#;
        let label = Label {
            seq: 3,
            from: Some(2),
            from_seq: 7,
            connection: Some(5),
            elapsed_us: Some(99),
            about: None,
        };
        assert_eq!(
            relabelled(line, &label),
            concat!(
                r#"{"seq":3,"time":"2026-01-01T00:00:00Z","elapsed_us":99,"connection":5,"from":2,"from_seq":7,"#,
                r#""mood":1.50,"event":"message","data":"{\"seq\":7 \u00e9}"}"#,
                "\n"
            )
        );
    }

    #[test]
    fn a_foreign_line_gets_a_number_and_nothing_invented() {
        let label = Label { seq: 1, from: None, from_seq: 4, elapsed_us: Some(9), ..Label::default() };
        assert_eq!(relabelled(r#"{"level":30}"#, &label), "{\"seq\":1,\"level\":30,\"from_seq\":4}\n");
    }

    #[test]
    fn a_note_keeps_pointing_at_its_event() {
        let line = r#"{"seq":9,"connection":0,"event":"note","about":4,"text":"x"}"#;
        assert_eq!(Fields::read(line.as_bytes()).unwrap().about(), Some(4));
        let label = Label { seq: 2, from_seq: 9, about: Some(1), connection: Some(0), ..Label::default() };
        assert!(relabelled(line, &label).contains(r#""event":"note","about":1,"#));
    }

    #[test]
    fn a_line_that_is_no_object_is_kept_as_text() {
        assert!(Fields::read(b"plain").is_none() && Fields::read(b"[1]").is_none());
        let mut line = Vec::new();
        append_wrapped(
            b"pl\"ain\r\n",
            0,
            &Label { seq: 1, from: Some(1), from_seq: 2, ..Label::default() },
            &mut line,
        );
        let value: serde_json::Value = serde_json::from_slice(&line).unwrap();
        assert_eq!((value["data"].as_str(), value["from_seq"].as_u64()), (Some("pl\"ain"), Some(2)));
    }

    #[test]
    fn masks_of_two_files_stay_apart_and_equal_ones_equal() {
        let mut masks = Masks::default();
        let mut shown = |from, text: &str| String::from_utf8(masks.renumber(from, text.as_bytes())).unwrap();
        assert_eq!(shown(1, "a [masked 4] b [masked 4]"), "a [masked 1] b [masked 1]");
        assert_eq!(shown(2, "[masked 4] [masked 5]"), "[masked 2] [masked 3]");
        assert_eq!(
            shown(1, "[masked 4] [masked x] [masked 99999999999999999999] [masked "),
            "[masked 1] [masked x] [masked 99999999999999999999] [masked "
        );
    }
}
