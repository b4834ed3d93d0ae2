//! Colours for the text of a filter, also for one that is not finished.

use std::ops::Range;

use egui::text::{LayoutJob, TextFormat};
use egui::{Color32, FontId, Stroke};

use crate::ui::theme::Tokens;

/// What a piece of a filter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    /// A field with its colon, or a JSON path before its comparison.
    Name,
    /// `and`, `or`, `not` and the words that compare.
    Word,
    /// A text in quotes.
    String,
    /// A regular expression.
    Pattern,
    /// A number, also with a unit.
    Number,
    /// Everything else.
    Rest,
}

impl Piece {
    fn colour(self, t: &Tokens) -> Color32 {
        match self {
            Self::Name => t.json_key,
            Self::Word => t.json_word,
            Self::String => t.json_string,
            Self::Pattern => t.warning,
            Self::Number => t.json_number,
            Self::Rest => t.text,
        }
    }
}

const WORDS: [&str; 6] = ["and", "or", "not", "exists", "contains", "matches"];

/// Splits `text` into pieces that cover it.
fn pieces(text: &str) -> Vec<(Range<usize>, Piece)> {
    let mut pieces = Vec::new();
    let mut at = 0;
    while let Some(first) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let start = at;
        let piece = match first {
            '"' => {
                at = closed(text, at, '"');
                Piece::String
            }
            // A slash inside a word is no pattern, and a word never ends right before this one.
            '/' => {
                at = closed(text, at, '/');
                at = word_end(text, at);
                Piece::Pattern
            }
            letter if is_word(letter) => {
                at = word_end(text, at);
                name(text, start, &mut at)
            }
            other => {
                at += other.len_utf8();
                Piece::Rest
            }
        };
        pieces.push((start..at, piece));
    }
    pieces
}

/// What the word from `start` to `at` is; a colon behind it belongs to it.
fn name(text: &str, start: usize, at: &mut usize) -> Piece {
    let word = text.get(start..*at).unwrap_or_default();
    let rest = text.get(*at..).unwrap_or_default();
    if rest.starts_with(':') && !rest.starts_with("://") {
        *at += 1;
        return Piece::Name;
    }
    if WORDS.iter().any(|known| known.eq_ignore_ascii_case(word)) {
        return Piece::Word;
    }
    if word.starts_with(|letter: char| letter.is_ascii_digit()) {
        return Piece::Number;
    }
    let next = rest.trim_start();
    let compared = next.starts_with(['=', '<', '>'])
        || next.starts_with("!=")
        || ["contains ", "matches "]
            .iter()
            .any(|word| next.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word)));
    if compared { Piece::Name } else { Piece::Rest }
}

fn is_word(letter: char) -> bool {
    !letter.is_whitespace() && !matches!(letter, '"' | '(' | ')' | ':' | ',' | '=' | '<' | '>' | '!')
}

fn word_end(text: &str, from: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    from + rest.find(|letter| !is_word(letter)).unwrap_or(rest.len())
}

/// Behind the mark that closes the one at `from`, or the end.
fn closed(text: &str, from: usize, mark: char) -> usize {
    let mut escaped = false;
    for (at, letter) in text.get(from..).unwrap_or_default().char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            letter if letter == mark => return from + at + letter.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

/// The text of a filter laid out on one line; `wrong` is underlined.
pub fn job(text: &str, wrong: Option<&Range<usize>>, t: &Tokens, font: &FontId) -> LayoutJob {
    let mut job = LayoutJob::default();
    job.wrap.max_width = f32::INFINITY;
    for (range, piece) in pieces(text) {
        for part in cut(range, wrong) {
            let is_wrong = wrong.is_some_and(|wrong| wrong.start <= part.start && part.end <= wrong.end);
            let mut format = TextFormat::simple(font.clone(), piece.colour(t));
            if is_wrong {
                format.underline = Stroke::new(1.5, t.error);
            }
            job.append(text.get(part).unwrap_or_default(), 0.0, format);
        }
    }
    job
}

/// A range, cut where another one begins and ends.
fn cut(range: Range<usize>, at: Option<&Range<usize>>) -> impl Iterator<Item = Range<usize>> {
    let inside = |edge: usize| edge.clamp(range.start, range.end);
    let (from, to) = at.map_or((range.end, range.end), |at| (inside(at.start), inside(at.end.max(at.start))));
    [range.start..from, from..to, to..range.end].into_iter().filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ui::theme::DARK;

    #[test]
    fn each_piece_is_known() {
        let text = r#"uid:a or data[0].price > 10 "x y" /ab/i"#;
        let known: Vec<_> = pieces(text)
            .into_iter()
            .filter(|(_, piece)| *piece != Piece::Rest)
            .map(|(range, piece)| (&text[range], piece))
            .collect();
        assert_eq!(
            known,
            [
                ("uid:", Piece::Name),
                ("or", Piece::Word),
                ("data[0].price", Piece::Name),
                ("10", Piece::Number),
                ("\"x y\"", Piece::String),
                ("/ab/i", Piece::Pattern),
            ]
        );
    }

    proptest! {
        #[test]
        fn nothing_typed_is_lost(text in ".{0,40}", from in 0..50_usize, length in 0..10_usize) {
            let wrong = text.floor_char_boundary(from.min(text.len()));
            let end = text.floor_char_boundary((wrong + length).min(text.len()));
            let job = job(&text, Some(&(wrong..end)), &DARK, &FontId::monospace(12.0));
            prop_assert_eq!(job.text, text);
        }
    }
}
