//! Finding the next or previous event that contains a text.
//!
//! Smart case: a needle without capitals matches both cases. The text is looked for in what the message or
//! fact carries, in the file as it stands there, so the needle is escaped like JSON text.

use std::ops::ControlFlow;

use regex::bytes::{Regex, RegexBuilder};

use super::reader::{ReadError, Reader};

/// A text to look for.
#[derive(Clone, Debug)]
pub struct Needle(Regex);

/// Which way to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Towards newer events.
    Next,
    /// Towards older events.
    Previous,
}

/// Keys of a line that say when and where, not what: a search for `2026` or `message` should not stop at each line.
const MESSAGE: &[u8] = br#""event":"message""#;

impl Needle {
    /// A needle for `text`; `None` if it is empty or too long to search for.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        if text.is_empty() {
            return None;
        }
        let quoted = serde_json::to_string(text).ok()?;
        let escaped = quoted.get(1..quoted.len() - 1)?;
        RegexBuilder::new(&regex::escape(escaped))
            .case_insensitive(!text.chars().any(char::is_uppercase))
            .size_limit(1 << 22)
            .build()
            .ok()
            .map(Self)
    }

    /// Whether a capture line carries the text.
    #[must_use]
    pub fn matches(&self, line: &[u8]) -> bool {
        match content(line) {
            Content::Payload(bytes) => self.0.is_match(bytes),
            Content::Fact(bytes) => self.0.find_iter(bytes).any(|found| !is_key(&bytes[found.end()..])),
        }
    }
}

/// What of a line is searched.
enum Content<'a> {
    /// The value of `data` of a message.
    Payload(&'a [u8]),
    /// The values of a fact; its key names say nothing.
    Fact(&'a [u8]),
}

/// Whether a match that is followed by `rest` lies in the name of a key.
fn is_key(rest: &[u8]) -> bool {
    let mut bytes = rest.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => {
                bytes.next();
            }
            b'"' => return bytes.next() == Some(&b':'),
            _ => {}
        }
    }
    false
}

/// The part of a line that says what happened.
fn content(line: &[u8]) -> Content<'_> {
    let Some(event) = memchr::memmem::find(line, b",\"event\":") else { return Content::Payload(line) };
    let rest = &line[event + 1..];
    if !rest.starts_with(MESSAGE) {
        return Content::Fact(rest);
    }
    Content::Payload(memchr::memmem::find(rest, b"\"data\":").map_or(rest, |data| &rest[data + 7..]))
}

/// Looks from `from` (not included) towards `way`, at most to the ends. `pause` is called every 256 events and
/// may break off; then the answer is `None` as well.
///
/// # Errors
/// Those of reading the file.
pub fn find(
    reader: &mut Reader,
    needle: &Needle,
    from: u64,
    way: Way,
    mut pause: impl FnMut(u64) -> ControlFlow<()>,
) -> Result<Option<u64>, ReadError> {
    let view = reader.view();
    let mut seq = from.min(view.len() + 1);
    loop {
        seq = match way {
            Way::Next => seq + 1,
            Way::Previous => seq.saturating_sub(1),
        };
        let Some(record) = view.get(seq) else { return Ok(None) };
        if needle.matches(&reader.line(record)?) {
            return Ok(Some(seq));
        }
        if seq.is_multiple_of(256) && pause(seq).is_break() {
            return Ok(None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::event::{Event, Fact, Stamp, What};
    use crate::capture::journal::Journal;
    use crate::capture::line::Header;

    fn journal(texts: &[&str]) -> Journal {
        let mut journal = Journal::unnamed(&Header::new("", 0)).unwrap();
        for text in texts {
            let what = What::Fact(Box::new(Fact::Held { data: (*text).to_owned() }));
            journal.append(&Event {
                stamp: Stamp::default(),
                connection: 0,
                automatic: false,
                masked: false,
                what,
            });
        }
        journal.commit().unwrap();
        journal
    }

    fn found(texts: &[&str], needle: &str, from: u64, way: Way) -> Option<u64> {
        let needle = Needle::new(needle).unwrap();
        find(&mut journal(texts).reader(), &needle, from, way, |_| ControlFlow::Continue(())).unwrap()
    }

    #[test]
    fn next_and_previous_leave_out_where_they_stand() {
        let texts = ["ab", "b", "AB", "a"];
        assert_eq!(found(&texts, "a", 1, Way::Next), Some(3));
        assert_eq!(found(&texts, "a", 3, Way::Previous), Some(1));
        assert_eq!(found(&texts, "a", 1, Way::Previous), None);
        assert_eq!(found(&texts, "a", u64::MAX, Way::Previous), Some(4));
    }

    #[test]
    fn case_matters_once_the_needle_has_a_capital() {
        assert_eq!(found(&["ab", "AB"], "AB", 0, Way::Next), Some(2));
        assert_eq!(found(&["ab", "AB"], "ab", 1, Way::Next), Some(2));
    }

    #[test]
    fn quotes_and_dots_mean_themselves() {
        assert_eq!(found(&["say hi", r#"say "hi""#], r#""hi""#, 0, Way::Next), Some(2));
        assert_eq!(found(&["a+b", "aab"], "a+b", 1, Way::Next), None);
        assert!(Needle::new("").is_none());
    }

    #[test]
    fn times_and_key_names_are_not_searched() {
        assert_eq!(found(&["x"], "data", 0, Way::Next), None);
        assert_eq!(found(&["x"], "held", 0, Way::Next), Some(1), "what kind of fact it is can be searched");
        let line = br#"{"seq":1,"time":"2026-01-01T00:00:00Z","event":"message","direction":"in","size":9,"data":"x"}"#;
        for text in ["2026", "message", "direction"] {
            assert!(!Needle::new(text).unwrap().matches(line), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_line_and_no_needle_make_it_fail(text in ".{0,20}", bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..60)) {
            if let Some(needle) = Needle::new(&text) {
                let _found = needle.matches(&bytes);
                let _found = needle.matches(&[br#"{"seq":1,"event":"#, &bytes[..]].concat());
                let _found = needle.matches(&[br#"{"seq":1,"event":"message","data":"#, &bytes[..]].concat());
            }
        }
    }
}
