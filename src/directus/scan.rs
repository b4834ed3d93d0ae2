//! `Scanner`: reads JSON text where it lies.
//!
//! serde needs a type to read into and allocates; here one pass over the bytes says where things
//! are. It is as strict as `serde_json`'s `RawValue` (so a text is JSON here exactly if it is JSON
//! there), and it never recurses: 10,000 open brackets cost 10,000 bits.

use std::ops::Range;

use crate::directus::nest::Nest;

/// One value that was passed over.
pub(in crate::directus) struct Passed {
    /// Where it lies, quotes and brackets included.
    pub range: Range<usize>,
    /// How many members or elements it has directly inside; 0 for scalars.
    pub children: u32,
}

/// A place in a JSON text. Methods that return `Option` return `None` where the text is not JSON.
pub(in crate::directus) struct Scanner<'t> {
    bytes: &'t [u8],
    at: usize,
}

impl<'t> Scanner<'t> {
    pub(in crate::directus) fn new(text: &'t str) -> Self {
        Self { bytes: text.as_bytes(), at: 0 }
    }

    /// Starts in the middle: at a value found before.
    pub(in crate::directus) fn at(text: &'t str, at: usize) -> Self {
        Self { bytes: text.as_bytes(), at }
    }

    /// The offset reached.
    pub(in crate::directus) fn position(&self) -> usize {
        self.at
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    #[inline]
    fn space(&mut self) {
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    /// The next byte that is no space, without moving past it.
    pub(in crate::directus) fn next(&mut self) -> Option<u8> {
        self.space();
        self.peek()
    }

    /// Steps over an opening bracket, if that is what comes.
    pub(in crate::directus) fn open(&mut self, bracket: u8) -> bool {
        let found = self.next() == Some(bracket);
        if found {
            self.at += 1;
        }
        found
    }

    /// Steps over one byte that is there for certain, such as punctuation just seen by `next`.
    pub(in crate::directus) fn step(&mut self) {
        self.at += 1;
    }

    /// Inside an object: the range of the next key, quotes included, leaving the scanner at its value;
    /// `Some(None)` when the object ends. `first` is true before the first member.
    pub(in crate::directus) fn member(&mut self, first: bool) -> Option<Option<Range<usize>>> {
        if !self.more(first, b'}')? {
            return Some(None);
        }
        self.key().map(Some)
    }

    /// Inside an array: whether another element follows, leaving the scanner at it.
    pub(in crate::directus) fn element(&mut self, first: bool) -> Option<bool> {
        self.more(first, b']')
    }

    fn more(&mut self, first: bool, closing: u8) -> Option<bool> {
        let byte = self.next()?;
        if byte == closing {
            self.at += 1;
            return Some(false);
        }
        if !first {
            if byte != b',' {
                return None;
            }
            self.at += 1;
            self.space();
        }
        Some(true)
    }

    #[inline]
    fn key(&mut self) -> Option<Range<usize>> {
        let key = self.string()?;
        self.space();
        if self.peek()? != b':' {
            return None;
        }
        self.at += 1;
        self.space();
        Some(key)
    }

    /// Passes over one value of any size and depth.
    pub(in crate::directus) fn pass(&mut self) -> Option<Passed> {
        self.space();
        let start = self.at;
        let children = match self.peek()? {
            b'{' | b'[' => self.container()?,
            _ => {
                self.scalar()?;
                0
            }
        };
        Some(Passed { range: start..self.at, children })
    }

    /// Nothing but space is left.
    pub(in crate::directus) fn ended(&mut self) -> bool {
        self.next().is_none()
    }

    fn container(&mut self) -> Option<u32> {
        let mut nest = Nest::default();
        let mut children = 0u32;
        loop {
            // A value is due here.
            match self.peek()? {
                bracket @ (b'{' | b'[') => {
                    let object = bracket == b'{';
                    self.at += 1;
                    nest.push(object);
                    self.space();
                    if self.peek()? == if object { b'}' } else { b']' } {
                        self.at += 1;
                        nest.pop();
                    } else {
                        if object {
                            self.key()?;
                        }
                        continue;
                    }
                }
                _ => self.scalar()?,
            }
            // A value has just ended.
            loop {
                match nest.depth {
                    0 => return Some(children),
                    1 => children = children.saturating_add(1),
                    _ => {}
                }
                self.space();
                match self.peek()? {
                    b',' => {
                        self.at += 1;
                        self.space();
                        if nest.in_object() {
                            self.key()?;
                        }
                        break;
                    }
                    b'}' if nest.in_object() => nest.pop(),
                    b']' if !nest.in_object() => nest.pop(),
                    _ => return None,
                }
                self.at += 1;
            }
        }
    }

    #[inline]
    fn scalar(&mut self) -> Option<()> {
        match self.peek()? {
            b'"' => self.string().map(drop),
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'n' => self.word(b"null"),
            _ => self.number(),
        }
    }

    #[inline]
    fn word(&mut self, word: &[u8]) -> Option<()> {
        self.bytes.get(self.at..)?.starts_with(word).then(|| self.at += word.len())
    }

    #[inline]
    fn number(&mut self) -> Option<()> {
        if self.peek()? == b'-' {
            self.at += 1;
        }
        match self.peek()? {
            b'0' => self.at += 1,
            _ => self.digits()?,
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        Some(())
    }

    #[inline]
    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }

    /// A string, quotes included.
    #[inline]
    pub(in crate::directus) fn string(&mut self) -> Option<Range<usize>> {
        if self.peek()? != b'"' {
            return None;
        }
        let start = self.at;
        self.at += 1;
        loop {
            let end = special(self.bytes, self.at);
            match *self.bytes.get(end)? {
                b'"' => {
                    self.at = end + 1;
                    return Some(start..self.at);
                }
                b'\\' => {
                    self.at = end;
                    self.escape()?;
                }
                _ => return None,
            }
        }
    }

    fn escape(&mut self) -> Option<()> {
        match self.bytes.get(self.at + 1)? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => self.at += 2,
            b'u' => {
                let digits = self.bytes.get(self.at + 2..self.at + 6)?;
                // Any four digits: a lone surrogate is JSON, and servers do send it.
                if !digits.iter().all(u8::is_ascii_hexdigit) {
                    return None;
                }
                self.at += 6;
            }
            _ => return None,
        }
        Some(())
    }
}

/// Offset of the next byte that means something in a string: a quote, a backslash, a control character.
/// Eight bytes at a time, because long texts are where a frame's bytes are.
#[inline]
fn special(bytes: &[u8], mut at: usize) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*chunk);
        let quote = word ^ (ONES * 0x22);
        let backslash = word ^ (ONES * 0x5c);
        // Each term has the high bit of a byte set if the byte is a hit; a borrow may set more bits, but
        // only above the first hit, and only the first is used.
        let control = word.wrapping_sub(ONES * 0x20) & !word;
        let hits =
            (control | quote.wrapping_sub(ONES) & !quote | backslash.wrapping_sub(ONES) & !backslash) & HIGH;
        if hits != 0 {
            return at + hits.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    while let Some(&byte) = bytes.get(at) {
        if byte < 0x20 || byte == b'"' || byte == b'\\' {
            break;
        }
        at += 1;
    }
    at
}

/// Whether the text is one JSON value, by the same rules as `RawValue`.
pub(in crate::directus) fn is_json(text: &str) -> bool {
    let mut scanner = Scanner::new(text);
    scanner.pass().is_some() && scanner.ended()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::value::RawValue;

    use crate::directus::scan::{Scanner, is_json};

    fn agrees(text: &str) {
        assert_eq!(is_json(text), serde_json::from_str::<&RawValue>(text).is_ok(), "{text:?}");
    }

    #[test]
    fn is_as_strict_as_raw_value() {
        for text in [
            "",
            " ",
            "0",
            "-",
            "-0",
            "01",
            "1.",
            "1.5",
            ".5",
            "1e",
            "1e+",
            "1E-5",
            "1e400",
            "true",
            "tru",
            "truex",
            "null",
            "\"\"",
            "\"",
            "\"\\\"",
            "\"\\u12\"",
            "\"\\ud800\"",
            "\"\\x\"",
            "\"a\tb\"",
            "\"\u{7f}\"",
            "{}",
            "{ }",
            "{\"a\":1,}",
            "{,}",
            "{\"a\"}",
            "{\"a\":}",
            "{a:1}",
            "[]",
            "[1,]",
            "[,1]",
            "[1 2]",
            "[1}",
            "{]",
            "[[[]]]",
            "{\"a\":[{\"b\":[]}]}",
            "[] []",
            "\u{feff}{}",
            "'a'",
            "[1,2",
            "{\"a\":1",
            " [ 1 , { \"a\" : 2 } ] ",
        ] {
            agrees(text);
        }
    }

    #[test]
    fn depth_is_no_matter() {
        for depth in [1, 63, 64, 65, 127, 128, 129, 10_000] {
            let mixed: String =
                (0..depth).map(|level| if level % 3 == 0 { "{\"k\":" } else { "[" }).collect();
            let closing: String =
                (0..depth).rev().map(|level| if level % 3 == 0 { "}" } else { "]" }).collect();
            assert!(is_json(&format!("{mixed}1{closing}")), "{depth}");
            assert!(!is_json(&format!("{mixed}1{}", closing.replace(']', "}"))) || depth == 1, "{depth}");
            assert!(!is_json(&format!("{mixed}1")), "{depth}");
        }
    }

    #[test]
    fn counts_children_of_the_outer_level_only() {
        for (text, children) in
            [("[]", 0), ("[1]", 1), ("[[1,2],{\"a\":[3,4]},5]", 3), ("{\"a\":1,\"b\":[1,2]}", 2), ("7", 0)]
        {
            assert_eq!(Scanner::new(text).pass().map(|passed| passed.children), Some(children), "{text}");
        }
    }

    proptest! {
        #[test]
        fn agrees_on_json_like_noise(text in r#"[\[\]{}:,"\\ua01e. tn-]{0,24}"#) {
            agrees(&text);
        }

        #[test]
        fn agrees_on_any_string(content in ".*", cut in 0usize..40) {
            let text = serde_json::to_string(&content).unwrap();
            agrees(&text);
            agrees(text.get(..text.len().saturating_sub(cut)).unwrap_or_default());
        }
    }
}
