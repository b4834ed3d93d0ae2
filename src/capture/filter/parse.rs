//! Reading a filter. The grammar stands at the module above.
//!
//! Tokens are winnow's; what joins them is written out, since each place where a person can go wrong has a sentence
//! of its own and the bytes it points at.

use std::ops::Range;

use winnow::ascii::multispace0;
use winnow::combinator::alt;
use winnow::error::EmptyError;
use winnow::stream::{LocatingSlice, Location as _, Stream as _};
use winnow::token::{any, one_of, take_while};

use super::ast::{Comparison, Expression, Term};
use super::error::{FilterError, nearest};
use super::path::{PathTerm, Scanned, Test, scan};
use super::text::{Needle, Pattern};
use super::words::{self, FIELDS, Typed};

/// Bytes of the longest filter.
const LONGEST: usize = 16 * 1024;
/// Parentheses that may lie in each other.
const DEEPEST: usize = 64;
/// Conditions in one filter, and how many of them may be regular expressions, which take up to a megabyte each.
const TERMS: usize = 500;
const PATTERNS: usize = 32;
/// `..` in one path: each multiplies the nodes to look at by the depth of the message.
const DESCENTS: usize = 2;
const QUOTE_HINT: &str = "To find it as text, put it in quotes.";

type Input<'t> = LocatingSlice<&'t str>;
type Parsed<T> = Result<T, FilterError>;

/// Reads a filter; blank is everything.
pub(super) fn parse(text: &str) -> Parsed<Expression> {
    if text.len() > LONGEST {
        let at = text.floor_char_boundary(LONGEST)..text.len();
        return Err(FilterError::new(
            at,
            format!("This filter is longer than {LONGEST} bytes."),
            "Use fewer terms, or a regular expression.",
        ));
    }
    let mut parser = Parser { text, input: Input::new(text), depth: 0, terms: 0, patterns: 0 };
    parser.space();
    if parser.rest().is_empty() {
        return Ok(Expression::All(Vec::new()));
    }
    let whole = parser.any_of()?;
    if parser.rest().is_empty() {
        return Ok(whole);
    }
    let at = parser.at();
    Err(FilterError::new(
        at..at + 1,
        "This parenthesis closes nothing.",
        "Leave it out, or put text that holds it in quotes.",
    ))
}

struct Parser<'t> {
    text: &'t str,
    input: Input<'t>,
    depth: usize,
    terms: usize,
    patterns: usize,
}

/// Letters that end a word.
fn ends_word(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '(' | ')' | '"')
}

impl<'t> Parser<'t> {
    /// Takes a token, or nothing at all.
    fn eat<T>(&mut self, mut token: impl winnow::Parser<Input<'t>, T, EmptyError>) -> Option<T> {
        let start = self.input.checkpoint();
        let taken = token.parse_next(&mut self.input).ok();
        if taken.is_none() {
            self.input.reset(&start);
        }
        taken
    }

    fn space(&mut self) {
        self.eat(multispace0);
        // Spaces beyond ASCII come with pasted text.
        self.eat(take_while(0.., char::is_whitespace));
    }

    fn at(&self) -> usize {
        self.input.current_token_start()
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at()..).unwrap_or_default()
    }

    fn since(&self, start: usize) -> &'t str {
        self.text.get(start..self.at()).unwrap_or_default()
    }

    /// The letter that stands here, for an error.
    fn letter_here(&self) -> Range<usize> {
        let at = self.at();
        at..at + self.rest().chars().next().map_or(0, char::len_utf8)
    }

    /// From `start` to here, for an error.
    fn span(&self, start: usize) -> Range<usize> {
        start..self.at()
    }

    /// The word that stands here, up to the next space, for an error.
    fn word_here(&self) -> Range<usize> {
        let at = self.at();
        let length = self.rest().find(ends_word).unwrap_or(self.rest().len());
        at..at + length.max(self.rest().chars().next().map_or(0, char::len_utf8))
    }

    fn skip(&mut self, bytes: usize) {
        self.eat(winnow::token::take(bytes));
    }

    /// Whether a keyword stands here, whole.
    fn is_keyword(&self, word: &str) -> bool {
        let rest = self.rest();
        let is_it = rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        is_it
            && rest.get(word.len()..).is_some_and(|behind| behind.is_empty() || behind.starts_with(ends_word))
    }

    fn keyword(&mut self, word: &str) -> bool {
        let found = self.is_keyword(word);
        if found {
            self.skip(word.chars().count());
            self.space();
        }
        found
    }

    fn any_of(&mut self) -> Parsed<Expression> {
        let mut parts = vec![self.all_of("or")?];
        while self.keyword("or") {
            parts.push(self.all_of("or")?);
        }
        Ok(alone_or(parts, Expression::Any))
    }

    /// `after` is the keyword before, for the case that nothing follows.
    fn all_of(&mut self, after: &str) -> Parsed<Expression> {
        let mut parts = vec![self.negation(after)?];
        loop {
            self.space();
            if self.rest().is_empty() || self.rest().starts_with(')') || self.is_keyword("or") {
                return Ok(alone_or(parts, Expression::All));
            }
            self.keyword("and");
            parts.push(self.negation("and")?);
        }
    }

    fn negation(&mut self, after: &str) -> Parsed<Expression> {
        let mut negated = false;
        let mut after = after;
        loop {
            if self.keyword("not") {
                after = "not";
            } else if let Some(_mark) = self.mark() {
                after = "the sign";
            } else {
                break;
            }
            negated = !negated;
        }
        let start = self.at();
        if self.rest().is_empty()
            || self.rest().starts_with(')')
            || self.is_keyword("and")
            || self.is_keyword("or")
        {
            let here = self.word_here();
            return Err(if start == 0 || self.is_keyword("and") || self.is_keyword("or") {
                let word = self.text.get(here.clone()).unwrap_or_default();
                FilterError::new(here.clone(), format!("Nothing stands before `{word}`."), QUOTE_HINT)
            } else if self.text.get(..start).is_some_and(|before| before.trim_end().ends_with('(')) {
                FilterError::new(here, "These parentheses are empty.", "Put a condition between them.")
            } else {
                FilterError::new(
                    here,
                    format!("Nothing stands behind `{after}`."),
                    "Write a condition, or leave it out.",
                )
            });
        }
        let term = self.primary()?;
        Ok(if negated { Expression::Not(Box::new(term)) } else { term })
    }

    /// `!` or `-` directly before what it negates.
    fn mark(&mut self) -> Option<char> {
        let behind = self.rest().strip_prefix(['!', '-'])?;
        if behind.is_empty() || behind.starts_with(|letter: char| letter.is_whitespace() || letter == ')') {
            return None;
        }
        self.eat(one_of(['!', '-']))
    }

    fn primary(&mut self) -> Parsed<Expression> {
        if self.eat('(').is_some() {
            return self.parenthesis();
        }
        let start = self.at();
        self.terms += 1;
        if self.terms > TERMS {
            return Err(FilterError::new(
                self.word_here(),
                format!("A filter can have {TERMS} conditions at most."),
                "Use a regular expression, or several values separated by commas.",
            ));
        }
        let term = match self.rest().chars().next() {
            Some('"') => self.text_term(start)?,
            Some('/') => Term::Pattern(self.pattern()?),
            _ => match self.exists()? {
                Some(term) => term,
                None => self.word(start)?,
            },
        };
        self.boundary(start)?;
        Ok(Expression::Term(term))
    }

    fn parenthesis(&mut self) -> Parsed<Expression> {
        let open = self.at() - 1;
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(FilterError::new(
                open..open + 1,
                format!("More than {DEEPEST} parentheses lie in each other here."),
                "Leave out those that are not needed.",
            ));
        }
        self.space();
        let inner = self.any_of()?;
        self.depth -= 1;
        if self.eat(')').is_none() {
            return Err(FilterError::new(
                open..open + 1,
                "This parenthesis is never closed.",
                "Add `)`, or put text that holds it in quotes.",
            ));
        }
        Ok(inner)
    }

    /// What ends a condition: a space, a parenthesis, the end.
    fn boundary(&self, start: usize) -> Parsed<()> {
        let rest = self.rest();
        if rest.is_empty()
            || rest.starts_with(|letter: char| letter.is_whitespace() || matches!(letter, '(' | ')'))
        {
            return Ok(());
        }
        let problem =
            format!("The condition `{}` ends here, and more follows at once.", shortened(self.since(start)));
        Err(FilterError::new(
            self.word_here(),
            problem,
            "Put a space between them; a quote inside quotes is written \\\".",
        ))
    }

    fn text_term(&mut self, start: usize) -> Parsed<Term> {
        let text = self.phrase()?;
        self.needle(&text, start).map(Term::Text)
    }

    fn needle(&self, text: &str, start: usize) -> Parsed<Needle> {
        Needle::new(text).ok_or_else(|| {
            let problem = if text.is_empty() {
                "There is no text between these quotes."
            } else {
                "This text is too long to look for."
            };
            FilterError::new(self.span(start), problem, "Write the text to look for.")
        })
    }

    /// A text in double quotes, with the escapes of JSON's strings that a keyboard needs.
    fn phrase(&mut self) -> Parsed<String> {
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
    fn pattern(&mut self) -> Parsed<Pattern> {
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

    /// `exists(path)`.
    fn exists(&mut self) -> Parsed<Option<Term>> {
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

    fn skip_bytes(&mut self, bytes: usize) {
        let letters = self.rest().get(..bytes).map_or(0, |passed| passed.chars().count());
        self.skip(letters);
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
    fn word(&mut self, start: usize) -> Parsed<Term> {
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

fn alone_or(mut parts: Vec<Expression>, join: impl FnOnce(Vec<Expression>) -> Expression) -> Expression {
    match (parts.len(), parts.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            parts.extend(last);
            join(parts)
        }
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(24) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}
