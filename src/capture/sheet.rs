//! `Sheet`: a text broken into lines for the screen, with what folds and what was found in it.
//!
//! A message may be one line of fifty megabytes. Everything that looks at all of it happens here, off the window's
//! thread; a view then only takes the lines in sight.

use std::ops::Range;
use std::sync::Arc;

use regex::RegexBuilder;

use super::json_format::formatted;

/// How the text of a message is laid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// As it crossed the wire.
    #[default]
    Exact,
    /// Indented; keys, digits and escapes as they were.
    Formatted,
}

/// A text broken into lines.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    /// How it is laid out.
    pub form: Form,
    /// The most bytes of a line.
    pub columns: u32,
    /// The text.
    pub text: Arc<str>,
    /// Where its lines begin.
    pub lines: Lines,
    /// What can be folded.
    pub folds: Folds,
    /// Formatting was asked for and is not possible; the text is the exact one.
    pub unformatted: bool,
}

impl Sheet {
    /// Lays out `text`, in lines of at most `columns` bytes.
    #[must_use]
    pub fn new(text: &Arc<str>, form: Form, columns: u32) -> Self {
        let indented = match form {
            Form::Exact => None,
            Form::Formatted => formatted(text).map(Arc::from),
        };
        let unformatted = form == Form::Formatted && indented.is_none();
        let text = indented.unwrap_or_else(|| Arc::clone(text));
        let (lines, folds) = (Lines::of(&text, columns), Folds::of(&text));
        Self { form, columns, text, lines, folds, unformatted }
    }

    /// The same text in lines of another length.
    #[must_use]
    pub fn rewrapped(&self, columns: u32) -> Self {
        Self { columns, lines: Lines::of(&self.text, columns), ..self.clone() }
    }

    /// The text of a line, without its line break.
    #[must_use]
    pub fn line(&self, line: usize) -> &str {
        let text = self.text.get(self.lines.range(line, self.text.len())).unwrap_or_default();
        text.strip_suffix('\n').unwrap_or(text)
    }
}

/// Where the lines of a text begin: 4 bytes a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lines(Vec<u32>);

/// Set in the start of a line that begins inside a string. Texts end long before it: a message has at most 256 MiB.
const IN_STRING: u32 = 1 << 31;

impl Lines {
    /// Breaks at line ends and after at most `columns` bytes, never inside a character and better behind a comma.
    /// Text beyond ASCII breaks earlier, since its characters have more bytes than columns.
    #[must_use]
    pub fn of(text: &str, columns: u32) -> Self {
        let columns = to_usize(columns).max(1);
        let bytes = text.as_bytes();
        let mut lines = vec![0];
        let (mut begin, mut in_string) = (0, false);
        loop {
            let end = line_end(text, begin, columns);
            if end >= bytes.len() {
                lines.shrink_to_fit();
                return Self(lines);
            }
            let line = bytes.get(begin..end).unwrap_or_default();
            // JSON strings hold no line break: whatever is open there is no string.
            in_string = line.last() != Some(&b'\n') && ends_in_string(line, in_string);
            let start = u32::try_from(end).unwrap_or(IN_STRING - 1).min(IN_STRING - 1);
            lines.push(start | if in_string { IN_STRING } else { 0 });
            begin = end;
        }
    }

    /// How many there are; at least one for any text.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing was laid out.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The bytes of a line, its line break included, of a text `length` bytes long.
    #[must_use]
    pub fn range(&self, line: usize, length: usize) -> Range<usize> {
        let start = |line: usize| self.0.get(line).map_or(length, |start| to_usize(start & !IN_STRING));
        start(line)..start(line.saturating_add(1))
    }

    /// Whether a line begins inside a JSON string.
    #[must_use]
    pub fn begins_in_string(&self, line: usize) -> bool {
        self.0.get(line).is_some_and(|start| start & IN_STRING != 0)
    }

    /// The line that holds the byte at `offset`.
    #[must_use]
    pub fn at(&self, offset: usize) -> usize {
        self.0.partition_point(|start| to_usize(start & !IN_STRING) <= offset).saturating_sub(1)
    }
}

fn to_usize(value: u32) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}

fn line_end(text: &str, begin: usize, columns: usize) -> usize {
    let bytes = text.as_bytes();
    let limit = (begin + columns).min(bytes.len());
    let rest = bytes.get(begin..limit).unwrap_or_default();
    let newline = memchr::memchr(b'\n', rest).map(|at| begin + at + 1);
    // A line break right behind the limit belongs to this line, or an empty one would follow.
    let newline = newline.or_else(|| (bytes.get(limit) == Some(&b'\n')).then_some(limit + 1));
    // Behind a comma in the last third it reads better than inside a word.
    let third = rest.len() - rest.len() / 3;
    let comma = memchr::memrchr(b',', rest.get(third..).unwrap_or_default()).map(|at| begin + third + at + 1);
    let boundary = || {
        let end = (begin + 1..=limit).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(limit);
        // An escape stays on one line, or its quote would seem to end the string.
        let slashes =
            bytes.get(begin..end).unwrap_or_default().iter().rev().take_while(|&&byte| byte == b'\\');
        if slashes.count() % 2 == 1 { end - 1 } else { end }
    };
    let wrapped = || comma.filter(|_| limit < bytes.len()).unwrap_or_else(boundary);
    // A character wider than a line would stop the walk: then the line takes it whole.
    let end = newline.unwrap_or_else(wrapped).max(begin + 1);
    (end..bytes.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(bytes.len())
}

fn ends_in_string(line: &[u8], mut in_string: bool) -> bool {
    let mut at = 0;
    while let Some(found) = line.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        at += found;
        match line.get(at) {
            Some(b'"') => in_string = !in_string,
            // What follows a backslash closes nothing.
            _ if in_string => at += 1,
            _ => {}
        }
        at += 1;
    }
    in_string
}

/// Brackets that stand on different lines of a text: 8 bytes each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folds(Vec<(u32, u32)>);

impl Folds {
    /// Pairs up brackets outside strings. What isn't closed or closed wrongly doesn't fold.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut folds = Vec::new();
        let mut open: Vec<(u32, u8, usize)> = Vec::new();
        let (mut lines, mut at) = (0, 0);
        while let Some(&byte) = bytes.get(at) {
            match byte {
                b'\n' => lines += 1,
                b'"' => at = string_end(bytes, at),
                b'{' | b'[' => open.push((u32::try_from(at).unwrap_or(u32::MAX), byte, lines)),
                b'}' | b']' => {
                    let Some((start, bracket, line)) = open.pop() else { break };
                    // `]` is two behind `[`, and `}` two behind `{`.
                    if byte != bracket + 2 {
                        break;
                    }
                    if line != lines {
                        folds.push((start, u32::try_from(at).unwrap_or(u32::MAX)));
                    }
                }
                _ => {}
            }
            at += 1;
        }
        folds.sort_unstable();
        Self(folds)
    }

    /// The outermost pair that opens within `range` and closes behind it, as offsets of its brackets.
    #[must_use]
    pub fn opening_in(&self, range: &Range<usize>) -> Option<(u32, u32)> {
        let from = self.0.partition_point(|(open, _)| to_usize(*open) < range.start);
        let inside = self.0.get(from..).unwrap_or_default().iter();
        inside
            .take_while(|(open, _)| to_usize(*open) < range.end)
            .find(|(_, close)| to_usize(*close) >= range.end)
            .copied()
    }

    /// The pair whose first bracket is at `open`.
    #[must_use]
    pub fn pair(&self, open: u32) -> Option<(u32, u32)> {
        let place = self.0.binary_search_by_key(&open, |(open, _)| *open).ok()?;
        self.0.get(place).copied()
    }

    /// All pairs around the byte at `offset`, outermost first.
    pub fn around(&self, offset: u32) -> impl Iterator<Item = (u32, u32)> {
        let until = self.0.partition_point(|(open, _)| *open < offset);
        self.0.get(..until).unwrap_or_default().iter().filter(move |(_, close)| *close >= offset).copied()
    }
}

/// The closing quote of the string that begins at `at`, or the last byte.
fn string_end(bytes: &[u8], at: usize) -> usize {
    let mut at = at + 1;
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        at += found;
        if bytes.get(at) == Some(&b'"') {
            return at;
        }
        at += 2;
    }
    bytes.len()
}

/// Hits kept of one search; more than these nobody steps through.
pub const HIT_LIMIT: usize = 100_000;

/// Where a text holds another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hits {
    /// What was looked for.
    pub wanted: String,
    /// In which layout.
    pub form: Form,
    /// Byte ranges, in order, without overlaps; at most [`HIT_LIMIT`].
    pub spans: Vec<Range<u32>>,
    /// There are more.
    pub more: bool,
}

impl Hits {
    /// Looks for `wanted` in `text`. Case matters only if `wanted` holds a capital.
    #[must_use]
    pub fn of(text: &str, wanted: &str, form: Form) -> Self {
        let mut hits = Self { wanted: wanted.to_owned(), form, ..Self::default() };
        if wanted.is_empty() {
            return hits;
        }
        let exact = wanted.chars().any(char::is_uppercase);
        let regex =
            RegexBuilder::new(&regex::escape(wanted)).case_insensitive(!exact).size_limit(1 << 22).build();
        // A text too long for a regex is no text one looks for.
        let Ok(regex) = regex else { return hits };
        for found in regex.find_iter(text) {
            if hits.spans.len() == HIT_LIMIT {
                hits.more = true;
                break;
            }
            let (Ok(start), Ok(end)) = (u32::try_from(found.start()), u32::try_from(found.end())) else {
                break;
            };
            hits.spans.push(start..end);
        }
        hits
    }

    /// The hits that touch the bytes in `range`, with their numbers from 0.
    pub fn within(&self, range: &Range<usize>) -> impl Iterator<Item = (usize, Range<usize>)> {
        let (start, end) = (range.start, range.end);
        let from = self.spans.partition_point(|span| to_usize(span.end) <= start);
        let spans = self.spans.iter().enumerate().skip(from);
        spans
            .map(|(number, span)| (number, to_usize(span.start)..to_usize(span.end)))
            .take_while(move |(_, span)| span.start < end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn starts(text: &str, columns: u32) -> Vec<usize> {
        let lines = Lines::of(text, columns);
        (0..lines.len()).map(|line| lines.range(line, text.len()).start).collect()
    }

    #[test]
    fn lines_break_at_newlines_and_width_and_never_inside_a_character() {
        assert_eq!(starts("ab\ncdefgh\näöü", 4), [0, 3, 7, 10, 14]);
        assert_eq!(starts("", 4).len(), 1);
        assert_eq!(starts("🦀🦀", 2).len(), 2);
        assert_eq!(starts("abcd\nef", 4), [0, 5], "a full line before a break is one line");
    }

    #[test]
    fn knows_which_lines_begin_inside_a_string() {
        let lines = Lines::of(r#"{"a": "x\"yz", "b":1}"#, 8);
        let inside: Vec<_> = (0..lines.len()).map(|line| lines.begins_in_string(line)).collect();
        assert_eq!(inside, [false, true, true]);
    }

    #[test]
    fn brackets_on_different_lines_fold() {
        let text = "{\n \"a{\": [\n  1\n ],\n \"b\": [2]\n}";
        let folds = Folds::of(text);
        let at = |offset: u32| text.as_bytes()[to_usize(offset)];
        assert_eq!(folds.0.len(), 2);
        assert!(folds.0.iter().all(|&(open, close)| at(open) + 2 == at(close)));
        let inner = folds.0[1];
        assert_eq!(folds.opening_in(&(2..11)), Some(inner));
        assert_eq!(folds.opening_in(&(11..15)), None);
        assert_eq!(folds.pair(inner.0), Some(inner));
        assert_eq!(folds.around(inner.0 + 2).count(), 2);
        assert_eq!(Folds::of("{\n]").0, []);
        assert_eq!(Folds::of("}\n{\n}").0, [], "nothing behind what makes no sense");
    }

    #[test]
    fn finds_all_and_says_if_there_are_more() {
        let hits = Hits::of("aAbA", "a", Form::Exact);
        assert_eq!(hits.spans, [0..1, 1..2, 3..4]);
        assert_eq!(Hits::of("aAbA", "A", Form::Exact).spans, [1..2, 3..4]);
        assert_eq!(Hits::of("a.b.", ".", Form::Exact).spans, [1..2, 3..4]);
        assert_eq!(hits.within(&(1..3)).map(|(number, _)| number).collect::<Vec<_>>(), [1]);
        assert!(Hits::of("a", "", Form::Exact).spans.is_empty());
        let many = Hits::of(&"x".repeat(HIT_LIMIT + 1), "x", Form::Exact);
        assert!(many.more && many.spans.len() == HIT_LIMIT);
    }

    #[test]
    fn a_formatted_sheet_holds_the_formatted_text() {
        let text: Arc<str> = format!(r#"{{"a":"{}","b":[1]}}"#, "x".repeat(90)).into();
        let sheet = Sheet::new(&text, Form::Formatted, 200);
        assert_eq!((sheet.lines.len(), sheet.line(2), sheet.unformatted), (4, "  \"b\": [1]", false));
        let endless: Arc<str> = "[".repeat(1_000_000).into();
        assert!(Sheet::new(&endless, Form::Formatted, 200).unformatted);
    }

    proptest::proptest! {
        #[test]
        fn the_lines_are_the_text(text in "(\\PC|\n){0,60}", columns in 1_u32..9) {
            let lines = Lines::of(&text, columns);
            let ranges: Vec<_> = (0..lines.len()).map(|line| lines.range(line, text.len())).collect();
            let whole: String = ranges.iter().map(|range| &text[range.clone()]).collect();
            proptest::prop_assert_eq!(&whole, &text);
            for (number, range) in ranges.iter().enumerate() {
                proptest::prop_assert!(range.len() <= to_usize(columns).max(4) + 1, "{:?}", range);
                proptest::prop_assert!(text.is_empty() || !range.is_empty());
                for offset in range.clone() {
                    proptest::prop_assert_eq!(lines.at(offset), number);
                }
            }
        }

        #[test]
        fn every_hit_is_the_text(text in "[abA]{0,40}", wanted in "[ab]{1,3}") {
            let hits = Hits::of(&text, &wanted, Form::Exact);
            let mut from = 0;
            for span in &hits.spans {
                let found = &text[to_usize(span.start)..to_usize(span.end)];
                proptest::prop_assert_eq!(found.to_lowercase(), wanted.clone());
                proptest::prop_assert!(to_usize(span.start) >= from);
                from = to_usize(span.end);
            }
            let rest = &text[from..];
            proptest::prop_assert!(!rest.to_lowercase().contains(&wanted));
        }
    }
}
