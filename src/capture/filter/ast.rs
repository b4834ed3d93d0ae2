//! What a filter says, as a tree.

use jiff::civil::DateTime;

use super::path::PathTerm;
use super::text::{Needle, Pattern};
use crate::capture::Direction;
use crate::directus::{ErrorCode, EventName, MessageType};

/// An expression. `All` of nothing is true.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expression {
    All(Vec<Expression>),
    Any(Vec<Expression>),
    Not(Box<Expression>),
    Term(Box<Term>),
}

/// One condition.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Term {
    /// A text, anywhere in what happened.
    Text(Needle),
    /// A regular expression, likewise.
    Pattern(Pattern),
    /// `name:value`.
    Field(Field),
    /// A condition on a JSON path.
    Path(PathTerm),
}

/// A condition on what is known of an event; any of the values will do.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Field {
    Direction(Vec<Direction>),
    /// Names of message types and facts, as `words::kind` wrote them.
    Kind(Vec<String>),
    Type(Vec<Named<MessageType>>),
    Event(Vec<EventName>),
    Uid(Vec<Word>),
    Collection(Vec<Word>),
    Status(Vec<Outcome>),
    Code(Vec<Named<ErrorCode>>),
    Size(Spans),
    Time(Vec<TimeSpan>),
    RoundTrip(Spans),
    Automatic(Vec<bool>),
    Masked(Vec<bool>),
    Is(Vec<Said>),
    Connection(Spans),
    Seq(Spans),
}

/// A word of the protocol, or one that only a message spells out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Named<T> {
    Known(T),
    Spelled(String),
}

/// A name; `*` in it may stand for anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) wild: bool,
}

impl Word {
    /// Whether a name is the one meant. Capitals count: names are what a server compares.
    pub(super) fn is(&self, name: &str) -> bool {
        if !self.wild {
            return self.text == name;
        }
        let mut parts = self.text.split('*');
        let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else { return false };
        let Some(last) = parts.next_back() else { return rest.is_empty() };
        for part in parts {
            let Some(at) = rest.find(part) else { return false };
            rest = rest.get(at + part.len()..).unwrap_or_default();
        }
        rest.ends_with(last)
    }
}

/// What a person said of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    Pinned,
    Noted,
}

/// How an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Ok,
    Error,
}

/// Whole numbers: spans from and to, both included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Spans(pub(super) Vec<(i64, i64)>);

impl Spans {
    #[inline]
    pub(super) fn contain(&self, number: i64) -> bool {
        self.0.iter().any(|(from, to)| (*from..=*to).contains(&number))
    }
}

/// How two values compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Unequal,
    Greater,
    AtLeast,
    Less,
    AtMost,
}

impl Comparison {
    pub(super) const ALL: [(&'static str, Self); 7] = [
        ("==", Self::Equal),
        ("!=", Self::Unequal),
        (">=", Self::AtLeast),
        ("<=", Self::AtMost),
        ("=", Self::Equal),
        (">", Self::Greater),
        ("<", Self::Less),
    ];

    pub(super) fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::Unequal => order.is_ne(),
            Self::Greater => order.is_gt(),
            Self::AtLeast => order.is_ge(),
            Self::Less => order.is_lt(),
            Self::AtMost => order.is_le(),
        }
    }
}

/// A span of time from the first edge, included, to the second, not included; `None` is without end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TimeSpan {
    pub(super) from: Option<Edge>,
    pub(super) to: Option<Edge>,
}

/// Where the second, minute or day that a moment names begins, or where it is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edge {
    Begin(Moment),
    Over(Moment),
}

/// A moment as written. It names as much time as it is written short: `14:03` a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    /// A date, or a date and a time, in the user's time zone or in UTC.
    Calendar { at: DateTime, utc: bool, lasts_us: i64 },
    /// A time on the day of the last event: microseconds since midnight.
    Clock { at_us: i64, lasts_us: i64 },
    /// So long before the last event.
    BeforeLast { us: i64 },
}

impl Moment {
    pub(super) const fn lasts_us(self) -> i64 {
        match self {
            Self::Calendar { lasts_us, .. } | Self::Clock { lasts_us, .. } => lasts_us,
            Self::BeforeLast { .. } => 1,
        }
    }
}

impl Expression {
    /// Whether a condition of this sort stands anywhere in it.
    pub(super) fn any_term(&self, wanted: &impl Fn(&Term) -> bool) -> bool {
        match self {
            Self::All(inner) | Self::Any(inner) => inner.iter().any(|inner| inner.any_term(wanted)),
            Self::Not(inner) => inner.any_term(wanted),
            Self::Term(term) => wanted(term),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_anything() {
        let word = |text: &str| Word { text: text.to_owned(), wild: true };
        for (pattern, name, expected) in [
            ("a*", "abc", true),
            ("a*", "ba", false),
            ("*c", "abc", true),
            ("a*c", "ac", true),
            ("a*a", "a", false),
            ("a*b*c", "axbxc", true),
            ("a*b*c", "acb", false),
            ("*", "", true),
            ("**b**", "abc", true),
        ] {
            assert_eq!(word(pattern).is(name), expected, "{pattern} {name}");
        }
        assert!(!Word { text: "a*".to_owned(), wild: false }.is("ab"));
    }
}
