//! The filter language: which events to show, or to colour.
//!
//! ```text
//! filter     = any
//! any        = all { "or" all }
//! all        = negation { [ "and" ] negation }
//! negation   = { "not" | "!" | "-" } condition
//! condition  = "(" any ")" | text | pattern | field | comparison | "exists" "(" path ")"
//! text       = word | '"' … '"'                  escapes: \" \\ \/ \n \t \r
//! pattern    = "/" … "/" { "i" | "m" | "s" }
//! field      = name ":" value { "," value }      any of the values
//! value      = [ operator ] ( word | '"' … '"' ) | [ word ] ".." [ word ]
//! comparison = path ( operator | "contains" | "matches" ) value
//! operator   = "=" | "==" | "!=" | ">" | ">=" | "<" | "<="
//! path       = a JSON path by RFC 9535 with or without its leading "$"
//! ```
//!
//! `and`, `or`, `not`, `exists`, `contains`, `matches` and field names are read in any case. A word that isn't one of
//! the other things is a text; what looks like a field and isn't one is an error, so that a slip of the pen is no
//! silent search for it, except that `http://…` is a text. [`HELP`] says what each construct means, with an example.
//!
//! What a condition looks at:
//!
//! - A text or pattern: the payload of a message, the values of a fact, the whole of a line that Harewire didn't write.
//!   Texts are smart-case. A pattern sees the message itself; a text is searched in the file as the journal escapes it,
//!   which finds the same.
//! - A path: the message as JSON, also one that is held or was never sent; for all else the capture line itself. One
//!   node that satisfies is enough. Values of different sorts are unequal and not ordered. JSON nested more than 128
//!   deep, or with half a surrogate pair in it, has no nodes.
//! - `uid:` and `collection:`: those of the subscription whose number the record carries, so that a uid used again
//!   can't lie about the past; without a number, what the message itself says. `collection:` also knows that of the
//!   request which an `items` reply answers.
//! - `is:`: pins and notes as they are when the filter is bound; who runs it binds it anew when they change.
//! - `roundtrip:`: decided by the reply. The record of a request is completed later and never fits.
//! - `time:`: a time is as long as it is written short: `14:03` is a minute, `>14:03` begins behind it, `<=14:03` and
//!   the end of a range include it. Times of day are those of the day of the last event, and `-5m` counts from
//!   it; "last" is when the filter began.
//! - `status:ok` is an answer of the server that is no error, `status:error` any failure.
//!
//! Nothing here can take unbounded time or memory: regular expressions are linear and limited in size, parentheses,
//! conditions and the length of a filter are limited, and so is `..` in paths.

mod ast;
mod complete;
mod error;
mod help;
mod matcher;
mod names;
mod parse;
mod path;
mod plan;
mod text;
mod values;
mod words;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use ast::{Expression, Field, Term};

pub use complete::{Completion, Suggestion, Vocabulary, complete, quoted};
pub use error::FilterError;
pub use help::{HELP, Help};
pub use matcher::{Matcher, Verdict};
pub use names::Names;
pub use text::Needle;

use crate::capture::time::Zone;

/// A filter that was read. Cloning it is cheap.
#[derive(Clone, Debug)]
pub struct Filter {
    read: Arc<Read>,
    /// The zone of its times; `None`: the system's.
    zone: Option<Zone>,
}

#[derive(Debug)]
struct Read {
    text: String,
    expression: Expression,
    indexed: bool,
    timed: bool,
    named: bool,
    noted: bool,
}

impl PartialEq for Filter {
    fn eq(&self, other: &Self) -> bool {
        self.read.text == other.read.text && self.zone == other.zone
    }
}

impl Eq for Filter {}

impl Filter {
    /// Reads a filter. A blank text is the filter that everything fits.
    ///
    /// # Errors
    /// [`FilterError`] says what is wrong and where.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        let expression = parse::parse(text)?;
        let zone = Zone::utc();
        let plan = plan::Setting { names: &Names::default(), zone: &zone, last_us: 0 }.plan(&expression);
        let timed = expression.any_term(&|term| matches!(term, Term::Field(Field::Time(_))));
        let named =
            expression.any_term(&|term| matches!(term, Term::Field(Field::Uid(_) | Field::Collection(_))));
        let noted = expression.any_term(&|term| matches!(term, Term::Field(Field::Is(_))));
        let read =
            Read { text: text.to_owned(), indexed: plan.is_indexed(), expression, timed, named, noted };
        Ok(Self { read: Arc::new(read), zone: None })
    }

    /// The same filter with its times in another zone than the system's.
    #[must_use]
    pub fn in_zone(self, zone: Zone) -> Self {
        Self { zone: Some(zone), ..self }
    }

    /// The text it was read from.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.read.text
    }

    /// Whether everything fits.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.read.expression == Expression::All(Vec::new())
    }

    /// Whether it is decided by records alone, so that no line is read.
    #[must_use]
    pub fn is_indexed(&self) -> bool {
        self.read.indexed
    }

    /// Whether it needs the names of subscriptions and collections.
    #[must_use]
    pub fn needs_names(&self) -> bool {
        self.read.named
    }

    /// Whether it asks for pins or notes, which change behind it: then it must be bound and run again.
    #[must_use]
    pub fn needs_notes(&self) -> bool {
        self.read.noted
    }

    /// Makes it ready for a session.
    #[must_use]
    pub fn bind(&self, names: Arc<Names>) -> Matcher {
        Matcher::new(self, names)
    }

    fn expression(&self) -> &Expression {
        &self.read.expression
    }

    fn zone(&self) -> Option<&Zone> {
        self.zone.as_ref()
    }

    fn depends_on_time(&self) -> bool {
        self.read.timed
    }
}
