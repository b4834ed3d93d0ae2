//! Indents JSON without touching a key, a digit or an escape.

/// Containers whose text is at most this long stay on one line.
const ONE_LINE: usize = 72;
/// Deeper than this the indentation would be most of the text.
const DEEPEST: usize = 64;
/// A text may grow to this many bytes, or to four times its length if that is more.
const GROWN: usize = 64 * 1024 * 1024;

/// `text` indented by two blanks; short objects and arrays stay on one line. `None` if the result would be out of all
/// proportion, as with millions of brackets inside each other. `text` must be JSON; of anything else the pieces come
/// out in some layout.
///
/// One pass without a tree: it works beyond the number of nodes that a tree keeps.
#[must_use]
pub fn formatted(text: &str) -> Option<String> {
    let limit = GROWN.max(text.len().saturating_mul(4));
    let mut printer = Printer { text, at: 0, open: Vec::new(), out: String::with_capacity(text.len() * 2) };
    while printer.step() {
        if printer.out.len() > limit {
            return None;
        }
    }
    Some(printer.out)
}

struct Printer<'t> {
    text: &'t str,
    at: usize,
    open: Vec<Open>,
    out: String,
}

#[derive(Clone, Copy)]
struct Open {
    on_one_line: bool,
}

impl Printer<'_> {
    fn bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }

    /// Prints the next piece; `false` at the end.
    fn step(&mut self) -> bool {
        self.at = blanks_end(self.bytes(), self.at);
        let Some(&byte) = self.bytes().get(self.at) else { return false };
        match byte {
            b'{' | b'[' => self.begin(byte),
            b'}' | b']' => self.end(byte),
            b',' => {
                self.at += 1;
                self.out.push(',');
                if self.is_on_one_line() { self.out.push(' ') } else { self.line() }
            }
            b':' => {
                self.at += 1;
                self.out.push_str(": ");
            }
            b'"' => self.copy_to(string_end(self.bytes(), self.at)),
            _ => {
                let rest = self.bytes().get(self.at..).unwrap_or_default();
                let ends = |byte: &u8| b"{}[],:\" \t\r\n".contains(byte);
                let length = rest.iter().skip(1).position(ends).map_or(rest.len(), |length| length + 1);
                self.copy_to(self.at + length);
            }
        }
        true
    }

    fn copy_to(&mut self, end: usize) {
        // The ends are those of ASCII bytes, so they are boundaries.
        self.out.push_str(self.text.get(self.at..end).unwrap_or_default());
        self.at = end;
    }

    fn is_on_one_line(&self) -> bool {
        self.open.last().is_none_or(|open| open.on_one_line)
    }

    fn begin(&mut self, byte: u8) {
        self.out.push(char::from(byte));
        let inside = blanks_end(self.bytes(), self.at + 1);
        let closing = self.bytes().get(inside).copied().filter(|next| matches!(next, b'}' | b']'));
        if let Some(closing) = closing {
            self.out.push(char::from(closing));
            self.at = inside + 1;
            return;
        }
        let inherited = self.open.last().is_some_and(|open| open.on_one_line);
        let on_one_line = inherited || fits(self.bytes().get(self.at..).unwrap_or_default());
        self.at += 1;
        self.open.push(Open { on_one_line });
        if !on_one_line {
            self.line();
        } else if byte == b'{' {
            self.out.push(' ');
        }
    }

    fn end(&mut self, byte: u8) {
        self.at += 1;
        let on_one_line = self.open.pop().is_none_or(|open| open.on_one_line);
        if !on_one_line {
            self.line();
        } else if byte == b'}' {
            self.out.push(' ');
        }
        self.out.push(char::from(byte));
    }

    fn line(&mut self) {
        self.out.push('\n');
        for _ in 0..self.open.len().min(DEEPEST) {
            self.out.push_str("  ");
        }
    }
}

fn blanks_end(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().position(|byte| !b" \t\r\n".contains(byte)).unwrap_or(rest.len())
}

/// Behind the closing quote of the string that begins at `at`, or the end.
fn string_end(bytes: &[u8], at: usize) -> usize {
    let mut at = at + 1;
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        at += found;
        if bytes.get(at) == Some(&b'"') {
            return at + 1;
        }
        at += 2;
    }
    bytes.len()
}

/// Whether the container that begins here is short and without a line break.
fn fits(bytes: &[u8]) -> bool {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < ONE_LINE {
        match bytes.get(at) {
            None | Some(b'\n') => return false,
            Some(b'{' | b'[') => depth += 1,
            Some(b'}' | b']') => {
                depth -= 1;
                if depth == 0 {
                    return true;
                }
            }
            Some(b'"') => {
                let rest = bytes.get(..bytes.len().min(ONE_LINE + 1)).unwrap_or_default();
                at = string_end(rest, at);
                continue;
            }
            Some(_) => {}
        }
        at += 1;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_values_stay_on_one_line() {
        assert_eq!(
            formatted(r#"{"a":1.10,"b":[1,2,{}],"c":[ ]}"#).unwrap(),
            r#"{ "a": 1.10, "b": [1, 2, {}], "c": [] }"#
        );
    }

    #[test]
    fn long_ones_are_indented_and_nothing_else_changes() {
        let long = "x".repeat(80);
        let text = format!(r#"{{"k":"{long}","n":12345678901234567890,"o":{{"a":"\u00e4"}}}}"#);
        let expected = format!(
            "{{\n  \"k\": \"{long}\",\n  \"n\": 12345678901234567890,\n  \"o\": {{ \"a\": \"\\u00e4\" }}\n}}"
        );
        assert_eq!(formatted(&text).unwrap(), expected);
    }

    #[test]
    fn brackets_without_end_are_given_up() {
        let levels = 1_000_000;
        let text = "[".repeat(levels) + &"]".repeat(levels);
        assert_eq!(formatted(&text), None);
        let levels = 10_000;
        assert!(formatted(&("[".repeat(levels) + &"]".repeat(levels))).is_some());
    }

    proptest::proptest! {
        #[test]
        fn the_value_stays_the_same(value in proptest::collection::vec("[a-z\"\\\\ {}\\[\\]:,]{0,30}", 0..8)) {
            let value = serde_json::json!({ "list": value, "more": [{ "a": value.len() }, null] });
            let text = formatted(&value.to_string()).unwrap();
            let back: serde_json::Value = serde_json::from_str(&text).unwrap();
            proptest::prop_assert_eq!(back, value);
        }

        #[test]
        fn nothing_makes_it_stop_or_panic(text in "[\\[\\]{}:,\"a\\\\ 1\né]{0,30}") {
            let letters = |text: &str| text.chars().filter(|letter| !letter.is_whitespace()).count();
            proptest::prop_assert_eq!(letters(&formatted(&text).unwrap()), letters(&text));
        }
    }
}
