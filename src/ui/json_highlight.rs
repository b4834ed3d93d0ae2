//! Colours for JSON text: a lexer that never fails, and the laid-out text made from it.

use std::ops::Range;

use egui::text::{LayoutJob, TextFormat};
use egui::{Color32, FontId};

use crate::ui::theme::Tokens;

/// Longer texts are shown in one colour: laying out hundreds of thousands of sections would stall the frame.
pub const HIGHLIGHT_LIMIT: usize = 200_000;

/// What a piece of JSON text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    /// A string before a colon.
    Key,
    /// Any other string.
    String,
    /// A number.
    Number,
    /// `true`, `false`, `null`.
    Word,
    /// `{{…}}`, filled in when the message is sent.
    Placeholder,
    /// Brackets, commas, blanks, and whatever is no JSON.
    Rest,
}

impl Token {
    /// Its colour.
    #[must_use]
    pub fn colour(self, t: &Tokens) -> Color32 {
        match self {
            Self::Key => t.json_key,
            Self::String => t.json_string,
            Self::Number => t.json_number,
            Self::Word => t.json_word,
            Self::Placeholder => t.warning,
            Self::Rest => t.text,
        }
    }
}

/// Splits `text` into tokens that cover it; `in_string` if it begins inside a string.
#[must_use]
pub fn tokens_of(text: &str, in_string: bool) -> Vec<(Range<usize>, Token)> {
    let bytes = text.as_bytes();
    let mut tokens: Vec<(Range<usize>, Token)> = Vec::new();
    let mut at = 0;
    if in_string {
        at = string_end(bytes, 0);
        tokens.push((0..at, Token::String));
    }
    while let Some(&byte) = bytes.get(at) {
        let start = at;
        let token = match byte {
            b'"' => {
                at = string_end(bytes, at + 1);
                let next =
                    bytes.get(at..).unwrap_or_default().iter().find(|byte| !byte.is_ascii_whitespace());
                if next == Some(&b':') { Token::Key } else { Token::String }
            }
            b'-' | b'0'..=b'9' => {
                at = run(bytes, at, |byte| matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9'));
                Token::Number
            }
            b'{' if bytes.get(at + 1) == Some(&b'{') => {
                let rest = bytes.get(at..).unwrap_or_default();
                at += memchr::memmem::find(rest, b"}}").map_or(1, |end| end + 2);
                if at > start + 1 { Token::Placeholder } else { Token::Rest }
            }
            byte if byte.is_ascii_alphabetic() => {
                at = run(bytes, at, |byte| byte.is_ascii_alphanumeric());
                let is_word = matches!(text.get(start..at), Some("true" | "false" | "null"));
                if is_word { Token::Word } else { Token::Rest }
            }
            _ => {
                let is_rest = |b: u8| !(b.is_ascii_alphanumeric() || matches!(b, b'"' | b'-' | b'{'));
                at = run(bytes, at + 1, is_rest);
                Token::Rest
            }
        };
        tokens.push((start..at, token));
    }
    tokens
}

fn run(bytes: &[u8], at: usize, belongs: impl Fn(u8) -> bool) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().position(|&byte| !belongs(byte)).unwrap_or(rest.len())
}

/// Behind the closing quote, or the end.
fn string_end(bytes: &[u8], mut at: usize) -> usize {
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// `text` in colours, wrapped at `width` points (infinite for no wrapping).
#[must_use]
pub fn job(text: &str, in_string: bool, t: &Tokens, font: &FontId, width: f32) -> LayoutJob {
    let mut job = LayoutJob { text: text.to_owned(), ..LayoutJob::default() };
    job.wrap.max_width = width;
    let pieces = if text.len() > HIGHLIGHT_LIMIT {
        vec![(0..text.len(), Token::Rest)]
    } else {
        tokens_of(text, in_string)
    };
    for (range, token) in pieces {
        job.sections.push(egui::text::LayoutSection {
            leading_space: 0.0,
            byte_range: byte_range(range),
            format: TextFormat::simple(font.clone(), token.colour(t)),
        });
    }
    job
}

fn byte_range(range: Range<usize>) -> egui::epaint::text::ByteRange {
    egui::epaint::text::ByteIndex(range.start)..egui::epaint::text::ByteIndex(range.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(text: &str, in_string: bool) -> Vec<(&str, Token)> {
        tokens_of(text, in_string).into_iter().map(|(range, token)| (&text[range], token)).collect()
    }

    #[test]
    fn names_the_pieces() {
        assert_eq!(
            seen(r#"{"a\"": "x", "b" : [1.5e3,true,no, "{{token}}", {{token}}]}"#, false),
            [
                ("{", Token::Rest),
                (r#""a\"""#, Token::Key),
                (": ", Token::Rest),
                (r#""x""#, Token::String),
                (", ", Token::Rest),
                (r#""b""#, Token::Key),
                (" : [", Token::Rest),
                ("1.5e3", Token::Number),
                (",", Token::Rest),
                ("true", Token::Word),
                (",", Token::Rest),
                ("no", Token::Rest),
                (", ", Token::Rest),
                (r#""{{token}}""#, Token::String),
                (", ", Token::Rest),
                ("{{token}}", Token::Placeholder),
                ("]}", Token::Rest),
            ]
        );
        assert_eq!(seen("nd\", 1", true)[0], ("nd\"", Token::String));
    }

    proptest::proptest! {
        #[test]
        fn covers_every_text_without_gaps(text in "\\PC{0,40}", inside: bool) {
            let mut end = 0;
            for (range, _) in tokens_of(&text, inside) {
                proptest::prop_assert_eq!(range.start, end);
                proptest::prop_assert!(text.is_char_boundary(range.end), "{:?} {}", &text, range.end);
                end = range.end;
            }
            proptest::prop_assert_eq!(end, text.len());
        }
    }
}
