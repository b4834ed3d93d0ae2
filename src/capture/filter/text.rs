//! Texts and regular expressions to look for.

use memchr::memmem::Finder;
use regex::bytes::{Regex, RegexBuilder};

use crate::capture::content::{Content, any_value, decode};

/// A compiled expression may take so many bytes, and so many again while it runs.
const SIZE_LIMIT: usize = 1 << 20;

/// A text to look for. Smart case: without a capital it matches both cases.
#[derive(Clone, Debug)]
pub struct Needle {
    text: String,
    /// The text as it stands escaped in the file.
    escaped: Search,
    /// The text itself; `None` if it is the same.
    plain: Option<Search>,
}

impl PartialEq for Needle {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

#[derive(Clone, Debug)]
enum Search {
    Exact(Box<Finder<'static>>),
    /// Both cases.
    Folded(Regex),
}

impl Search {
    fn new(text: &str, folded: bool) -> Option<Self> {
        if !folded {
            return Some(Self::Exact(Box::new(Finder::new(text).into_owned())));
        }
        let mut builder = RegexBuilder::new(&regex::escape(text));
        builder.case_insensitive(true).size_limit(1 << 22).build().ok().map(Self::Folded)
    }

    #[inline]
    fn find(&self, bytes: &[u8], from: usize) -> Option<usize> {
        match self {
            Self::Exact(finder) => finder.find(bytes.get(from..)?).map(|at| from + at),
            Self::Folded(regex) => regex.find_at(bytes, from.min(bytes.len())).map(|found| found.start()),
        }
    }
}

impl Needle {
    /// A needle for `text`; `None` if it is empty or too long to search for.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        if text.is_empty() {
            return None;
        }
        let quoted = serde_json::to_string(text).ok()?;
        let escaped = quoted.get(1..quoted.len() - 1)?;
        let folded = text.chars().any(char::is_alphabetic) && !text.chars().any(char::is_uppercase);
        Some(Self {
            text: text.to_owned(),
            escaped: Search::new(escaped, folded)?,
            plain: if escaped == text { None } else { Some(Search::new(text, folded)?) },
        })
    }

    /// The text as it was given.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether a text that is not escaped holds it.
    #[must_use]
    pub fn is_in(&self, text: &[u8]) -> bool {
        self.plain.as_ref().unwrap_or(&self.escaped).find(text, 0).is_some()
    }

    /// Whether what happened according to a capture line holds it.
    #[must_use]
    pub fn matches(&self, line: &[u8]) -> bool {
        self.is_in_content(&crate::capture::content::content(line))
    }

    pub(super) fn is_in_content(&self, content: &Content<'_>) -> bool {
        match content {
            Content::Payload(inside) => self.is_in_payload(inside),
            Content::Fact(line) => {
                any_value(line, &mut |value| self.is_in(value)).unwrap_or_else(|| self.is_in(line))
            }
            Content::Foreign(line) => self.is_in(line),
        }
    }

    /// Searches the escaped text as it lies in the file: a hit counts unless it begins inside an escape.
    fn is_in_payload(&self, inside: &[u8]) -> bool {
        let mut from = 0;
        while let Some(at) = self.escaped.find(inside, from) {
            if is_whole(inside, at) {
                return true;
            }
            from = at + 1;
        }
        false
    }

    /// Where in a stretch of the capture file, from `from` on, a line may hold it: no line that holds it is passed
    /// over. Only of use if [`Needle::is_same_in_file`].
    #[must_use]
    pub fn find_raw(&self, bytes: &[u8], from: usize) -> Option<usize> {
        self.escaped.find(bytes, from)
    }

    /// Whether it stands in every line as it is written, so that a stretch of the file can be searched at once.
    #[must_use]
    pub const fn is_same_in_file(&self) -> bool {
        self.plain.is_none()
    }
}

/// Whether a character begins at `at`, and not the rest of an escape such as the `n` of `\n` or a digit of `\u001f`.
fn is_whole(inside: &[u8], at: usize) -> bool {
    let is_escaped = |at: usize| {
        let before = inside.get(..at).unwrap_or_default();
        before.iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1
    };
    let in_digits =
        |back: usize| at.checked_sub(back).is_some_and(|u| inside.get(u) == Some(&b'u') && is_escaped(u));
    !is_escaped(at) && !(1..=4).any(in_digits)
}

/// A regular expression. It sees the text of a message as it was, not as the file escapes it.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    source: String,
    flags: String,
    regex: Regex,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        (&self.source, &self.flags) == (&other.source, &other.flags)
    }
}

impl Pattern {
    /// Compiles an expression; `flags` is any of `ims`.
    ///
    /// # Errors
    /// Why not, as a sentence and a hint.
    pub(super) fn new(source: &str, flags: &str) -> Result<Self, (String, String)> {
        let built = RegexBuilder::new(source)
            .case_insensitive(flags.contains('i'))
            .multi_line(flags.contains('m'))
            .dot_matches_new_line(flags.contains('s'))
            .size_limit(SIZE_LIMIT)
            .dfa_size_limit(SIZE_LIMIT)
            .nest_limit(64)
            .build();
        match built {
            Ok(regex) => Ok(Self { source: source.to_owned(), flags: flags.to_owned(), regex }),
            Err(regex::Error::CompiledTooBig(_)) => Err((
                "This regular expression would grow too large.".to_owned(),
                "Use smaller counts in `{…}`, or several terms.".to_owned(),
            )),
            Err(error) => {
                // The last line of the report says what is wrong; those above draw an arrow.
                let report = error.to_string();
                let last = report.lines().last().unwrap_or_default();
                let why = last.strip_prefix("error: ").unwrap_or(last).trim_end_matches('.').to_owned();
                Err((
                    format!("This is no regular expression: {why}."),
                    "Look-around and back-references are not supported; to find the text itself, put it in quotes."
                        .to_owned(),
                ))
            }
        }
    }

    pub(super) fn is_in(&self, text: &[u8]) -> bool {
        self.regex.is_match(text)
    }

    /// `scratch` is where an escaped payload is decoded.
    pub(super) fn is_in_content(&self, content: &Content<'_>, scratch: &mut Vec<u8>) -> bool {
        match content {
            Content::Payload(inside) => {
                scratch.clear();
                decode(inside, scratch);
                self.is_in(scratch)
            }
            Content::Fact(line) => {
                any_value(line, &mut |value| self.is_in(value)).unwrap_or_else(|| self.is_in(line))
            }
            Content::Foreign(line) => self.is_in(line),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn in_payload(needle: &str, text: &str) -> bool {
        let quoted = serde_json::to_string(text).unwrap();
        Needle::new(needle).unwrap().is_in_payload(&quoted.as_bytes()[1..quoted.len() - 1])
    }

    #[test]
    fn the_inside_of_an_escape_is_no_hit() {
        assert!(!in_payload("n", "a\nb"));
        assert!(!in_payload("u0", "\u{1}"));
        assert!(!in_payload("01", "\u{1}"));
        assert!(in_payload("\u{1}", "\u{1}"));
        assert!(in_payload("n", "\\n"));
        assert!(!in_payload("\n", "\\n"));
        assert!(in_payload("\\", "\\"));
        assert!(in_payload("u0001", "\\u0001"));
        assert!(in_payload("\"id\":1", "{\"id\":1}"));
        assert!(!in_payload("}", "no brace"));
    }

    #[test]
    fn a_stranger_to_the_size_limit_is_told() {
        let (problem, _) = Pattern::new(r"(\w{900}){900}", "").unwrap_err();
        assert!(problem.contains("too large"));
        let (problem, _) = Pattern::new("a(", "").unwrap_err();
        assert!(problem.contains("unclosed group"), "{problem}");
    }

    proptest! {
        #[test]
        fn searching_the_file_is_searching_the_text(
            text in r#"[nuU01ab"\\/\n\x01é]{0,14}"#,
            needle in r#"[nuU01ab"\\/\n\x01é]{1,3}"#,
        ) {
            let folded = !needle.chars().any(char::is_uppercase);
            let expected = if folded {
                text.to_lowercase().contains(&needle.to_lowercase())
            } else {
                text.contains(&needle)
            };
            prop_assert_eq!(in_payload(&needle, &text), expected);
            prop_assert_eq!(Needle::new(&needle).unwrap().is_in(text.as_bytes()), expected);
        }
    }
}
