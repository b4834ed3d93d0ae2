//! What of a capture line is searched: what happened, not when and where.
//!
//! A message is searched in its payload, a fact in its values (its key names say nothing), and a line that Harewire
//! didn't write as it stands, whole. A search for `2026` or `message` should not stop at each line.

use std::sync::LazyLock;

use memchr::memmem::Finder;
use serde_json::Value;

use super::event::{Fact, Payload, What};
use super::line;

/// What of a line is searched.
pub(super) enum Content<'l> {
    /// The inside of the string `data` of a message, escaped as the journal escapes it.
    Payload(&'l [u8]),
    /// The line of a fact, of which the values count.
    Fact(&'l [u8]),
    /// A line of another program, or one that was edited.
    Foreign(&'l [u8]),
}

/// Bytes in which the keys of every event end, and those in which the keys of a message end: what lies behind is not
/// looked at, since a long line must not cost more than a short one.
const HEAD: usize = 256;
const MESSAGE_HEAD: usize = 96;
/// Made once: making one takes longer than the search.
static EVENT: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b",\"event\":\""));
static DATA: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b",\"data\":\""));
/// Keys that every event has.
const EVERY: [&str; 6] = ["seq", "time", "elapsed_us", "connection", "auto", "masked"];

/// Tells the parts of a line apart without parsing it.
pub(super) fn content(line: &[u8]) -> Content<'_> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    ours(line).unwrap_or(Content::Foreign(line))
}

fn ours(line: &[u8]) -> Option<Content<'_>> {
    if !line.starts_with(b"{\"seq\":") {
        return None;
    }
    let event = EVENT.find(line.get(..HEAD).unwrap_or(line))?;
    let what = line.get(event + 10..)?;
    let Some(message) = what.strip_prefix(br#"message","direction":""#) else {
        return Some(Content::Fact(line));
    };
    let data = DATA.find(message.get(..MESSAGE_HEAD).unwrap_or(message))?;
    message.get(data + 9..)?.strip_suffix(b"\"}").map(Content::Payload)
}

/// Whether `wanted` says yes to a value of a fact. `None` if the line is not JSON.
pub(super) fn any_value(line: &[u8], wanted: &mut impl FnMut(&[u8]) -> bool) -> Option<bool> {
    let Value::Object(members) = serde_json::from_slice::<Value>(line).ok()? else { return None };
    let mut waiting: Vec<Value> = Vec::new();
    for (key, value) in members {
        if !EVERY.contains(&key.as_str()) {
            waiting.push(value);
        }
    }
    while let Some(value) = waiting.pop() {
        let hit = match value {
            Value::Null => false,
            Value::Bool(value) => wanted(value.to_string().as_bytes()),
            Value::Number(number) => wanted(number.to_string().as_bytes()),
            Value::String(text) => wanted(text.as_bytes()),
            Value::Array(values) => {
                waiting.extend(values);
                false
            }
            Value::Object(members) => {
                waiting.extend(members.into_iter().map(|(_, value)| value));
                false
            }
        };
        if hit {
            return Some(true);
        }
    }
    Some(false)
}

/// Appends what the inside of a JSON string stands for. Broken escapes become U+FFFD: whoever searches wants what
/// there is.
pub(super) fn decode(mut inside: &[u8], text: &mut Vec<u8>) {
    text.reserve(inside.len());
    while let Some(at) = memchr::memchr(b'\\', inside) {
        text.extend_from_slice(inside.get(..at).unwrap_or_default());
        inside = inside.get(at + 1..).unwrap_or_default();
        let Some((letter, behind)) = inside.split_first() else {
            push(char::REPLACEMENT_CHARACTER, text);
            return;
        };
        inside = behind;
        match letter {
            b'n' => text.push(b'\n'),
            b't' => text.push(b'\t'),
            b'r' => text.push(b'\r'),
            b'b' => text.push(0x08),
            b'f' => text.push(0x0c),
            b'u' => inside = decode_unicode(inside, text),
            other => text.push(*other),
        }
    }
    text.extend_from_slice(inside);
}

/// Appends the character behind a `\u`; returns what follows.
fn decode_unicode<'l>(inside: &'l [u8], text: &mut Vec<u8>) -> &'l [u8] {
    let Some((first, behind)) = unit(inside) else {
        push(char::REPLACEMENT_CHARACTER, text);
        return inside;
    };
    let second = behind.strip_prefix(b"\\u").and_then(unit);
    let pair = [first, second.map_or(0, |(unit, _)| unit)];
    match char::decode_utf16(pair).next() {
        Some(Ok(character)) => {
            push(character, text);
            if character.len_utf16() == 2 { second.map_or(behind, |(_, rest)| rest) } else { behind }
        }
        _ => {
            push(char::REPLACEMENT_CHARACTER, text);
            behind
        }
    }
}

/// Four hexadecimal digits, and what follows them.
fn unit(bytes: &[u8]) -> Option<(u16, &[u8])> {
    let (digits, behind) = bytes.split_first_chunk::<4>()?;
    let is_hex = digits.iter().all(u8::is_ascii_hexdigit);
    let value = u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    is_hex.then_some((value, behind))
}

fn push(character: char, text: &mut Vec<u8>) {
    text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}

/// The text of a message: of one that crossed the wire, of one that is held, of one that was never sent. `None` for
/// what is no message, and for binary.
pub(super) fn message(line: &[u8]) -> Option<String> {
    let text = |data: &str| Some(data.to_owned());
    match line::read(line).1.what {
        What::Message(message) => match message.payload {
            Payload::Text(data) => text(data.as_str()),
            Payload::Binary(_) => None,
        },
        What::Fact(fact) => match *fact {
            Fact::Held { data, .. } | Fact::Unsent { data, .. } => Some(data),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tells_messages_facts_and_strange_lines_apart() {
        let of = |line: &str| match content(line.as_bytes()) {
            Content::Payload(data) => format!("payload {}", String::from_utf8_lossy(data)),
            Content::Fact(_) => "fact".to_owned(),
            Content::Foreign(_) => "foreign".to_owned(),
        };
        let head = r#"{"seq":1,"time":"2026-01-01T00:00:00Z","elapsed_us":1,"connection":1,"#;
        assert_eq!(
            of(&format!("{head}\"event\":\"message\",\"direction\":\"in\",\"size\":1,\"data\":\"a}}\"}}\n")),
            "payload a}"
        );
        assert_eq!(of(&format!("{head}\"event\":\"open\",\"url\":\"x\"}}")), "fact");
        for line in [
            r#"{"level":30}"#,
            "",
            "{\"seq\":1}",
            r#"{"seq":1,"time":"","event":"message","direction":"in","data":5}"#,
        ] {
            assert_eq!(of(line), "foreign", "{line}");
        }
    }

    #[test]
    fn values_are_visited_and_keys_are_not() {
        let line = br#"{"seq":12,"event":"request","headers":[["Host","x"]],"code":1006,"on":true}"#;
        let mut seen = Vec::new();
        let whole = any_value(line, &mut |value| {
            seen.push(String::from_utf8_lossy(value).into_owned());
            false
        });
        seen.sort();
        assert_eq!(
            (whole, seen),
            (Some(false), ["1006", "Host", "request", "true", "x"].map(String::from).into())
        );
        assert_eq!(any_value(b"[1]", &mut |_| true), None);
    }

    proptest! {
        #[test]
        fn decoding_is_the_inverse_of_writing(text in any::<String>()) {
            let quoted = serde_json::to_string(&text).unwrap();
            let mut decoded = Vec::new();
            decode(&quoted.as_bytes()[1..quoted.len() - 1], &mut decoded);
            prop_assert_eq!(decoded, text.into_bytes());
        }

        #[test]
        fn no_bytes_make_it_fail(bytes in proptest::collection::vec(prop_oneof![Just(b'\\'), Just(b'u'), Just(b'd'), any::<u8>()], 0..40)) {
            let mut decoded = Vec::new();
            decode(&bytes, &mut decoded);
            let _whole = any_value(&bytes, &mut |_| false);
            let _content = content(&bytes);
        }
    }

    #[test]
    fn surrogates_are_paired_or_replaced() {
        let decoded = |inside: &str| {
            let mut text = Vec::new();
            decode(inside.as_bytes(), &mut text);
            String::from_utf8(text).unwrap()
        };
        assert_eq!(decoded(r"\ud83d\ude00!"), "😀!");
        assert_eq!(decoded(r"\ud800\u0041"), "\u{fffd}A");
        assert_eq!(decoded(r"\u12"), "\u{fffd}12");
    }
}
