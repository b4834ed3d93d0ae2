//! One capture line: an [`Event`] as a JSON object, and back.
//!
//! The format is documented in `ARCHITECTURE.md` ("The capture format"). Writing is the hot path of the whole
//! program, so messages are written by hand into a reused buffer; everything rare goes through serde.

use std::borrow::Cow;
use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::event::{Direction, Event, Fact, Message, Payload, Stamp, Text, What};
use super::time::{self, StampFormat};
use crate::directus::{self, Class};

/// Version of the format, the value of `harewire` in the header line.
pub const VERSION: u32 = 1;

/// The first line of a capture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Version of the format.
    pub harewire: u32,
    /// What the capture was made of: a URL without secrets, or a name.
    #[serde(default)]
    pub server: String,
    /// When it was begun, RFC 3339 UTC.
    #[serde(default)]
    pub started: String,
    /// Version of the program that wrote it.
    #[serde(default)]
    pub version: String,
}

impl Header {
    /// A header for a capture of `server` begun at `started_us`.
    #[must_use]
    pub fn new(server: &str, started_us: i64) -> Self {
        Self {
            harewire: VERSION,
            server: server.to_owned(),
            started: time::rfc3339(started_us),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }
}

/// Writes lines. Keeps what repeats from line to line.
#[derive(Default)]
pub struct LineWriter {
    stamps: StampFormat,
    numbers: Numbers,
}

/// Writes whole numbers without the machinery of `fmt`.
#[derive(Default)]
struct Numbers([u8; 20]);

impl Numbers {
    fn append(&mut self, mut number: u64, line: &mut Vec<u8>) {
        let mut from = self.0.len();
        loop {
            from -= 1;
            self.0[from] = b'0' + u8::try_from(number % 10).unwrap_or(0);
            number /= 10;
            if number == 0 || from == 0 {
                break;
            }
        }
        line.extend_from_slice(&self.0[from..]);
    }
}

impl LineWriter {
    /// Appends the line of `event`, newline included.
    pub fn append(&mut self, seq: u64, event: &Event, line: &mut Vec<u8>) {
        line.extend_from_slice(b"{\"seq\":");
        self.numbers.append(seq, line);
        line.extend_from_slice(b",\"time\":\"");
        self.stamps.append(event.stamp.time_us, line);
        line.extend_from_slice(b"\",\"elapsed_us\":");
        self.numbers.append(event.stamp.elapsed_us, line);
        line.extend_from_slice(b",\"connection\":");
        self.numbers.append(u64::from(event.connection), line);
        if event.automatic {
            line.extend_from_slice(b",\"auto\":true");
        }
        if event.masked {
            line.extend_from_slice(b",\"masked\":true");
        }
        match &event.what {
            What::Message(message) => self.append_message(message, line),
            What::Fact(fact) => append_fact(fact, line),
        }
        line.extend_from_slice(b"}\n");
    }

    fn append_message(&mut self, message: &Message, line: &mut Vec<u8>) {
        line.extend_from_slice(b",\"event\":\"message\",\"direction\":\"");
        line.extend_from_slice(message.direction.name().as_bytes());
        line.extend_from_slice(b"\",\"size\":");
        self.numbers.append(message.size, line);
        match &message.payload {
            Payload::Text(text) => {
                line.extend_from_slice(b",\"data\":");
                append_string(text.as_bytes(), line);
            }
            Payload::Binary(bytes) => {
                line.extend_from_slice(b",\"encoding\":\"base64\",\"data\":\"");
                line.extend_from_slice(STANDARD.encode(bytes).as_bytes());
                line.push(b'"');
            }
        }
    }
}

/// What stands for each byte in a JSON string: 0 itself, `u` as `\u00XX`, else the letter after a backslash.
static ESCAPES: [u8; 256] = {
    let mut table = [0; 256];
    let mut control = 0;
    while control < 0x20 {
        table[control] = b'u';
        control += 1;
    }
    table[0x08] = b'b';
    table[0x09] = b't';
    table[0x0a] = b'n';
    table[0x0c] = b'f';
    table[0x0d] = b'r';
    table[b'"' as usize] = b'"';
    table[b'\\' as usize] = b'\\';
    table
};

/// Appends `text` as a JSON string. Ours, since this loop is most of what the journal thread does: eight bytes at a
/// time, for frames are JSON themselves, and every few letters a quote interrupts what could be copied at once.
fn append_string(text: &[u8], line: &mut Vec<u8>) {
    line.reserve(text.len() + text.len() / 4 + 16);
    line.push(b'"');
    let mut rest = text;
    while let Some((word, behind)) = rest.split_first_chunk::<8>() {
        // All eight, and off again what lies behind the first escape: cheaper than a copy of a length unknown.
        line.extend_from_slice(word);
        let plain = plain_bytes(u64::from_le_bytes(*word));
        if plain == word.len() {
            rest = behind;
            continue;
        }
        line.truncate(line.len() + plain - word.len());
        append_escape(word[plain], line);
        rest = &rest[plain + 1..];
    }
    for &byte in rest {
        if ESCAPES[usize::from(byte)] == 0 { line.push(byte) } else { append_escape(byte, line) }
    }
    line.push(b'"');
}

/// How many of the eight bytes, from the lowest, stand for themselves in a JSON string.
#[inline]
fn plain_bytes(word: u64) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let (quote, backslash) = (word ^ (ONES * 0x22), word ^ (ONES * 0x5c));
    let control = word.wrapping_sub(ONES * 0x20) & !word;
    // A byte that must be escaped has its high bit set here. A borrow may set more, but only above the first hit.
    let hits =
        (control | quote.wrapping_sub(ONES) & !quote | backslash.wrapping_sub(ONES) & !backslash) & HIGH;
    hits.trailing_zeros() as usize / 8
}

#[inline]
fn append_escape(byte: u8, line: &mut Vec<u8>) {
    let escape = ESCAPES[usize::from(byte)];
    if escape == b'u' {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        let (high, low) = (HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]);
        line.extend_from_slice(&[b'\\', b'u', b'0', b'0', high, low]);
    } else {
        line.extend_from_slice(&[b'\\', escape]);
    }
}

fn append_fact(fact: &Fact, line: &mut Vec<u8>) {
    line.push(b',');
    let start = line.len();
    let written = match fact {
        Fact::Unknown { name, line: original } => {
            #[derive(Serialize)]
            struct Kept<'a> {
                event: &'a str,
                name: &'a str,
                data: &'a str,
            }
            serde_json::to_writer(&mut *line, &Kept { event: "unknown", name, data: original })
        }
        known => serde_json::to_writer(&mut *line, known),
    };
    match written {
        // Serde writes an object of its own; ours is already open.
        Ok(()) if line.get(start) == Some(&b'{') && line.len() > start + 1 => {
            line.remove(start);
            line.pop();
        }
        // Facts hold only strings and numbers, and memory cannot refuse: a line is written all the same.
        _ => {
            line.truncate(start);
            let _infallible = write!(line, "\"event\":\"unknown\"");
        }
    }
}

#[derive(Deserialize)]
struct Head<'a> {
    #[serde(default)]
    seq: u64,
    #[serde(borrow, default)]
    time: Cow<'a, str>,
    #[serde(default)]
    elapsed_us: u64,
    #[serde(default)]
    connection: u32,
    #[serde(default)]
    auto: bool,
    #[serde(default)]
    masked: bool,
    #[serde(borrow)]
    event: Cow<'a, str>,
    direction: Option<Direction>,
    size: Option<u64>,
    #[serde(borrow)]
    encoding: Option<Cow<'a, str>>,
    #[serde(borrow)]
    data: Option<Cow<'a, str>>,
}

/// A line without its end.
#[must_use]
pub fn trimmed(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Reads a line back. Never fails: what isn't understood becomes [`Fact::Unknown`] with the line in it.
/// Returns the `seq` written in it (0 if none) and the event.
#[must_use]
pub fn read(line: &[u8]) -> (u64, Event) {
    let line = trimmed(line);
    let Ok(mut head) = serde_json::from_slice::<Head<'_>>(line) else {
        return (0, unknown("line", line, Stamp::default()));
    };
    let stamp = Stamp { time_us: time::parse(&head.time).unwrap_or_default(), elapsed_us: head.elapsed_us };
    let what = match (head.event.as_ref(), &head.direction, &head.data) {
        ("message", Some(direction), Some(_)) => {
            let data = head.data.take().unwrap_or_default();
            message(*direction, data, head.size, head.encoding.as_deref()).map(What::Message)
        }
        _ => serde_json::from_slice::<Fact>(line).ok().map(|fact| What::Fact(Box::new(fact))),
    };
    let event = match what {
        Some(what) => {
            Event { stamp, connection: head.connection, automatic: head.auto, masked: head.masked, what }
        }
        None => unknown(&head.event, line, stamp),
    };
    (head.seq, event)
}

fn message(
    direction: Direction,
    data: Cow<'_, str>,
    size: Option<u64>,
    encoding: Option<&str>,
) -> Option<Message> {
    let (payload, class) = match encoding {
        None => {
            let class = directus::classify(&data);
            // Unescaping made a text of its own: it is kept, not copied.
            let text = match data {
                Cow::Owned(data) => Text::from(data),
                Cow::Borrowed(data) => Text::from(data),
            };
            (Payload::Text(text), class)
        }
        Some("base64") => {
            let bytes = STANDARD.decode(data.as_ref()).ok()?;
            (Payload::Binary(Bytes::from(bytes)), Class::binary())
        }
        Some(_) => return None,
    };
    let held = match &payload {
        Payload::Text(text) => text.as_bytes().len(),
        Payload::Binary(bytes) => bytes.len(),
    };
    Some(Message { direction, size: size.unwrap_or(held as u64), payload, class })
}

fn unknown(name: &str, line: &[u8], stamp: Stamp) -> Event {
    let fact = Fact::Unknown { name: name.to_owned(), line: String::from_utf8_lossy(line).into_owned() };
    Event { stamp, connection: 0, automatic: false, masked: false, what: What::Fact(Box::new(fact)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::event::{ClosedBy, Stage};
    use proptest::prelude::*;

    fn event(what: What) -> Event {
        let stamp = Stamp { time_us: 1_764_000_000_000_042, elapsed_us: 7 };
        Event { stamp, connection: 2, automatic: true, masked: false, what }
    }

    fn text(data: &str) -> Event {
        event(What::Message(Message::text(Direction::In, data)))
    }

    fn written(event: &Event) -> String {
        let mut line = Vec::new();
        LineWriter::default().append(9, event, &mut line);
        String::from_utf8(line).unwrap()
    }

    #[test]
    fn a_message_line_reads_as_documented() {
        assert_eq!(
            written(&text(r#"{"type":"ping"}"#)),
            concat!(
                r#"{"seq":9,"time":"2025-11-24T16:00:00.000042Z","elapsed_us":7,"connection":2,"auto":true,"#,
                r#""event":"message","direction":"in","size":15,"data":"{\"type\":\"ping\"}"}"#,
                "\n"
            )
        );
    }

    #[test]
    fn every_kind_of_fact_is_read_back() {
        let facts = [
            Fact::Close { code: None, reason: "r".into(), by: ClosedBy::Network },
            Fact::Error { stage: Stage::Tls, message: "m".into(), cause: "c".into(), advice: "a".into() },
            Fact::Request {
                method: "GET".into(),
                target: "/".into(),
                headers: vec![("Host".into(), "x".into())],
            },
            Fact::Held { reason: String::new(), data: "{\"a\":1}\n".into() },
        ];
        for fact in facts {
            let line = written(&event(What::Fact(Box::new(fact.clone()))));
            let (seq, back) = read(line.as_bytes());
            assert_eq!(seq, 9);
            assert!(matches!(back.what, What::Fact(read) if *read == fact), "{line}");
            assert_eq!((back.connection, back.automatic, back.stamp.elapsed_us), (2, true, 7));
        }
    }

    #[test]
    fn binary_keeps_its_bytes() {
        let payload = Payload::Binary(Bytes::from_static(&[0, 255, 10]));
        let class = Class::binary();
        let line =
            written(&event(What::Message(Message { direction: Direction::Out, payload, size: 3, class })));
        assert!(line.contains(r#""encoding":"base64","data":"AP8K""#));
        let What::Message(back) = read(line.as_bytes()).1.what else { panic!("{line}") };
        assert_eq!(back.payload, Payload::Binary(Bytes::from_static(&[0, 255, 10])));
    }

    #[test]
    fn a_line_of_a_newer_version_is_kept_whole() {
        let line = r#"{"seq":3,"event":"teleport","to":"moon"}"#;
        let What::Fact(fact) = read(line.as_bytes()).1.what else { panic!() };
        assert_eq!(*fact, Fact::Unknown { name: "teleport".into(), line: line.into() });
        let extra = r#"{"seq":3,"event":"held","data":"x","mood":"new key"}"#;
        assert!(
            matches!(read(extra.as_bytes()).1.what, What::Fact(fact) if *fact == Fact::Held { reason: String::new(), data: "x".into() })
        );
    }

    proptest! {
        #[test]
        fn escapes_as_serde_does(data in r#"["\\\x00-\x20a-cé€]{0,40}"#) {
            let mut line = Vec::new();
            append_string(data.as_bytes(), &mut line);
            let value: String = serde_json::from_slice(&line).unwrap();
            prop_assert_eq!(&value, &data);
            prop_assert_eq!(String::from_utf8(line).unwrap(), serde_json::to_string(&data).unwrap());
        }

        #[test]
        fn any_text_survives_the_file(data in any::<String>()) {
            let line = written(&text(&data));
            prop_assert_eq!(line.matches('\n').count(), 1, "one event is one line");
            let What::Message(back) = read(line.as_bytes()).1.what else { panic!("{line}") };
            prop_assert_eq!(back.payload, Payload::Text(Text::from(data.as_str())));
            let value: serde_json::Value = serde_json::from_str(&line).unwrap();
            prop_assert_eq!(value["data"].as_str(), Some(data.as_str()), "other JSON readers agree");
        }

        #[test]
        fn no_bytes_make_it_fail(line in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _event = read(&line);
        }
    }
}
