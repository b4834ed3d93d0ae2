//! What stands between signs of its own: phrases and regular expressions.

use winnow::token::{any, take_while};

use super::{PATTERNS, Parsed, Parser};
use crate::capture::filter::error::FilterError;
use crate::capture::filter::text::Pattern;

impl Parser<'_> {
    /// A text in double quotes, with the escapes of JSON's strings that a keyboard needs.
    pub(super) fn phrase(&mut self) -> Parsed<String> {
        let start = self.at();
        self.eat('"');
        let mut text = String::new();
        loop {
            match self.eat(any) {
                None => {
                    return Err(FilterError::new(
                        start..self.at(),
                        "This quote is never closed.",
                        "Add `\"` at its end.",
                    ));
                }
                Some('"') => return Ok(text),
                Some('\\') => match self.eat(any) {
                    Some('n') => text.push('\n'),
                    Some('t') => text.push('\t'),
                    Some('r') => text.push('\r'),
                    Some(letter @ ('"' | '\\' | '/')) => text.push(letter),
                    Some(letter) => {
                        let at = self.at() - letter.len_utf8() - 1..self.at();
                        return Err(FilterError::new(
                            at,
                            format!("`\\{letter}` means nothing in quotes."),
                            "A backslash itself is written \\\\.",
                        ));
                    }
                    None => {}
                },
                Some(letter) => text.push(letter),
            }
        }
    }

    /// `/expression/flags`.
    pub(super) fn pattern(&mut self) -> Parsed<Pattern> {
        let start = self.at();
        self.patterns += 1;
        if self.patterns > PATTERNS {
            return Err(FilterError::new(
                self.word_here(),
                format!("A filter can have {PATTERNS} regular expressions at most."),
                "Join some of them with `|`.",
            ));
        }
        self.eat('/');
        let mut source = String::new();
        loop {
            match self.eat(any) {
                None => {
                    return Err(FilterError::new(
                        start..self.at(),
                        "This regular expression is never closed.",
                        "Add `/` at its end, or put text that begins with a slash in quotes.",
                    ));
                }
                Some('/') => break,
                Some('\\') => match self.eat(any) {
                    Some('/') => source.push('/'),
                    Some(letter) => source.extend(['\\', letter]),
                    None => source.push('\\'),
                },
                Some(letter) => source.push(letter),
            }
        }
        let end = self.at();
        let flags = self.eat(take_while(0.., |letter: char| letter.is_alphanumeric())).unwrap_or_default();
        if let Some(flag) = flags.chars().find(|flag| !"ims".contains(*flag)) {
            return Err(FilterError::new(
                end..self.at(),
                format!("Unknown flag `{flag}` of a regular expression."),
                "Known are i, m and s. To find a text with slashes, put it in quotes.",
            ));
        }
        Pattern::new(&source, flags)
            .map_err(|(problem, hint)| FilterError::new(self.span(start), problem, hint))
    }
}
