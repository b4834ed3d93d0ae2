//! Reading a filter. The grammar stands at the module above.
//!
//! Tokens are winnow's; what joins them is written out, since each place where a person can go wrong has a sentence
//! of its own and the bytes it points at.

mod condition;
mod delimited;

use std::ops::Range;

use winnow::ascii::multispace0;
use winnow::error::EmptyError;
use winnow::stream::{LocatingSlice, Location as _, Stream as _};
use winnow::token::{one_of, take_while};

use super::ast::{Expression, Term};
use super::error::FilterError;
use super::text::Needle;

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
        Ok(Expression::Term(Box::new(term)))
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

    fn skip_bytes(&mut self, bytes: usize) {
        let letters = self.rest().get(..bytes).map_or(0, |passed| passed.chars().count());
        self.skip(letters);
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
