//! Conditions that are neither quoted nor in parentheses: `exists(…)`, comparisons, fields, words.

use std::ops::Range;

use winnow::combinator::alt;
use winnow::stream::Stream as _;
use winnow::token::{any, take_while};

use super::{DESCENTS, Parsed, Parser, ends_word};
use crate::capture::filter::ast::{Comparison, Term};
use crate::capture::filter::error::{FilterError, nearest};
use crate::capture::filter::path::{PathTerm, Scanned, Test, scan};
use crate::capture::filter::text::{Needle, Pattern};
use crate::capture::filter::words::{self, FIELDS, Typed};

impl Parser<'_> {
    /// `exists(path)`.
    pub(super) fn exists(&mut self) -> Parsed<Option<Term>> {
        let begins = self.rest().get(..6).is_some_and(|word| word.eq_ignore_ascii_case("exists"));
        if !begins || !self.rest().get(6..).is_some_and(|behind| behind.trim_start().starts_with('(')) {
            return Ok(None);
        }
        self.skip(6);
        self.space();
        self.eat('(');
        self.space();
        let start = self.at();
        let Some(scanned) = scan(self.rest()) else {
            return Err(FilterError::new(
                self.word_here(),
                "`exists(…)` needs a path.",
                "Write for example exists(error.code).",
            ));
        };
        self.skip_bytes(scanned.length);
        let end = self.at();
        self.space();
        if self.eat(')').is_none() {
            return Err(FilterError::new(
                self.word_here(),
                "The path of `exists(…)` ends here.",
                "Close it with `)`.",
            ));
        }
        self.path_term(start..end, &scanned, Test::Exists).map(Some)
    }

    fn path_term(&self, at: Range<usize>, scanned: &Scanned, test: Test) -> Parsed<Term> {
        let text = self.text.get(at.clone()).unwrap_or_default();
        if scanned.descents > DESCENTS {
            return Err(FilterError::new(
                at,
                format!("A path can have `..` {DESCENTS} times at most."),
                "Name the members on the way, or use `*`.",
            ));
        }
        PathTerm::new(text, scanned, test).map(Term::Path).map_err(|(byte, why)| {
            let from = at.start + byte;
            FilterError::new(
                from..at.end.max(from),
                format!("This is no JSON path: {}.", why.trim_end_matches('.')),
                "Paths are written as data[0].status, data.*.price or data..id.",
            )
        })
    }

    /// What is neither quoted nor in parentheses: a comparison, a field, or a plain word.
    pub(super) fn word(&mut self, start: usize) -> Parsed<Term> {
        if let Some(term) = self.comparison(start)? {
            return Ok(term);
        }
        let is_name = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-');
        let begins = self.rest().starts_with(|letter: char| letter.is_ascii_alphabetic());
        let name = if begins { self.eat(take_while(1.., is_name)) } else { None };
        if let Some(name) = name
            && self.rest().starts_with(':')
            && !self.rest().starts_with("://")
        {
            return self.field(name, start);
        }
        self.eat(take_while(0.., |letter: char| !ends_word(letter)));
        if self.at() == start {
            // A closing parenthesis or the like was seen before; what is left must move on all the same.
            self.eat(any);
        }
        self.needle(self.since(start), start).map(Term::Text)
    }

    /// `path operator value`.
    fn comparison(&mut self, start: usize) -> Parsed<Option<Term>> {
        let checkpoint = self.input.checkpoint();
        let Some(scanned) = scan(self.rest()) else { return Ok(None) };
        self.skip_bytes(scanned.length);
        let path = start..self.at();
        let spaced = self.rest().starts_with(char::is_whitespace);
        self.space();
        if spaced && self.keyword_before_value("contains") {
            let (needle, value) = self.contained()?;
            return self.path_term(path, &scanned, Test::Contains(needle, value)).map(Some);
        }
        if spaced && self.keyword_before_value("matches") {
            let pattern = self.matched()?;
            return self.path_term(path, &scanned, Test::Matches(pattern)).map(Some);
        }
        let Some(comparison) = self.operator() else {
            self.input.reset(&checkpoint);
            return Ok(None);
        };
        self.space();
        let value = self.literal()?.0;
        self.path_term(path, &scanned, Test::Compares(comparison, value)).map(Some)
    }

    fn keyword_before_value(&mut self, word: &str) -> bool {
        self.is_keyword(word) && self.keyword(word)
    }

    fn operator(&mut self) -> Option<Comparison> {
        let symbols = alt(("==", "!=", ">=", "<=", "=", ">", "<"));
        let typed = self.eat(symbols)?;
        Comparison::ALL.iter().find(|(symbol, _)| *symbol == typed).map(|(_, comparison)| *comparison)
    }

    fn contained(&mut self) -> Parsed<(Needle, serde_json::Value)> {
        let start = self.at();
        let (value, written) = self.literal()?;
        Ok((self.needle(&written, start)?, value))
    }

    fn matched(&mut self) -> Parsed<Pattern> {
        if self.rest().starts_with('/') {
            return self.pattern();
        }
        Err(FilterError::new(
            self.word_here(),
            "`matches` needs a regular expression.",
            "Write it between slashes, such as data[0].text matches /^re:/i.",
        ))
    }

    /// A value to compare with, and its text. A word that is no number, `true`, `false` or `null` is a text.
    fn literal(&mut self) -> Parsed<(serde_json::Value, String)> {
        let start = self.at();
        if self.rest().starts_with('"') {
            let text = self.phrase()?;
            return Ok((text.clone().into(), text));
        }
        let word = self.eat(take_while(1.., |letter: char| !ends_word(letter)));
        let Some(word) = word else {
            return Err(FilterError::new(
                start..start,
                "There is nothing to compare with.",
                "Write a number, true, false, null or a text; to find a text with this sign, put it in quotes.",
            ));
        };
        let json = serde_json::from_str(word)
            .ok()
            .filter(|value: &serde_json::Value| !value.is_array() && !value.is_object());
        Ok((json.unwrap_or_else(|| word.into()), word.to_owned()))
    }

    /// `name:value,value`, at the colon.
    fn field(&mut self, typed: &str, start: usize) -> Parsed<Term> {
        let Some(name) = words::field(typed) else {
            let names = FIELDS.iter().flat_map(|(name, short, _)| [*name, *short]);
            let hint = match nearest(typed, names) {
                Some(name) => format!("Did you mean `{name}`?"),
                None => format!(
                    "To find it as text, put it in quotes; a member of the message is written {typed} = …."
                ),
            };
            return Err(FilterError::new(self.span(start), format!("Unknown field `{typed}`."), hint));
        };
        self.eat(':');
        let mut values = Vec::new();
        let mut places = Vec::new();
        loop {
            let at = self.at();
            let value = self.value(name)?;
            places.push(self.span(at));
            values.push(value);
            if self.eat(',').is_none() {
                break;
            }
        }
        words::condition(name, &values).map(Term::Field).map_err(|(number, (problem, hint))| {
            let at = places.get(number).cloned().unwrap_or(start..self.at());
            FilterError::new(at, problem, hint)
        })
    }

    fn value(&mut self, name: &str) -> Parsed<Typed> {
        let comparison = self.operator();
        if self.rest().starts_with('"') {
            return Ok(Typed { comparison, text: self.phrase()?, quoted: true });
        }
        match self.eat(take_while(1.., |letter: char| !ends_word(letter) && letter != ',')) {
            Some(text) => Ok(Typed { comparison, text: text.to_owned(), quoted: false }),
            None => {
                let about =
                    FIELDS.iter().find(|(field, _, _)| *field == name).map_or("", |(_, _, about)| about);
                Err(FilterError::new(
                    self.letter_here(),
                    format!("`{name}:` needs a value here."),
                    format!("It means: {about}."),
                ))
            }
        }
    }
}
