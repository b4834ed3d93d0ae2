//! A filter bound to a session: the tree that is evaluated, the cheap conditions first.

use std::cmp::Reverse;
use std::sync::Arc;

use jiff::ToSpan as _;
use jiff::civil::DateTime;

use super::ast::{Edge, Expression, Field, Moment, Named, Outcome, Said, Spans, Term, TimeSpan, Word};
use super::matcher::Verdict;
use super::names::{Known, Names};
use super::path::{PathTerm, Test, scan};
use super::text::{Needle, Pattern};
use super::words::is_kind;
use crate::capture::time::Zone;
use crate::capture::{Direction, FactKind, IndexView, Kind, Record};
use crate::directus::{ErrorCode, EventName, MessageType};

const DAY_US: i64 = 86_400_000_000;

/// The tree.
#[derive(Clone, Debug)]
pub(super) enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Leaf(Leaf),
}

/// A condition.
#[derive(Clone, Debug)]
pub(super) enum Leaf {
    Direction {
        inward: bool,
        outward: bool,
    },
    /// A bit for each byte that `Kind::to_u8` gives.
    Kinds([u64; 4]),
    /// A bit for each `EventName`.
    Events(u64),
    /// A bit for each `ErrorCode`.
    Codes(u64),
    Outcome {
        ok: bool,
        error: bool,
    },
    Automatic {
        yes: bool,
        no: bool,
    },
    Masked {
        yes: bool,
        no: bool,
    },
    /// One of these events, which are in order.
    OneOf(Arc<[u64]>),
    Connection(Spans),
    Seq(Spans),
    Size(Spans),
    Time(Spans),
    RoundTrip(Spans),
    Uid {
        numbers: Known,
        words: Vec<Word>,
    },
    Collection {
        numbers: Known,
        subscriptions: Known,
        words: Vec<Word>,
    },
    Text(Needle),
    Pattern(Pattern),
    Path(Box<PathTerm>),
}

/// What a plan is made for.
pub(super) struct Setting<'n> {
    pub(super) names: &'n Names,
    pub(super) zone: &'n Zone,
    /// Of the event that spans of time count from.
    pub(super) last_us: i64,
}

impl Setting<'_> {
    /// The tree for an expression.
    pub(super) fn plan(&self, expression: &Expression) -> Node {
        match expression {
            Expression::All(inner) => Node::All(self.sorted(inner)),
            Expression::Any(inner) => Node::Any(self.sorted(inner)),
            Expression::Not(inner) => Node::Not(Box::new(self.plan(inner))),
            Expression::Term(term) => self.term(term),
        }
    }

    fn sorted(&self, inner: &[Expression]) -> Vec<Node> {
        let mut nodes: Vec<Node> = inner.iter().map(|inner| self.plan(inner)).collect();
        nodes.sort_by_key(Node::cost);
        nodes
    }

    fn term(&self, term: &Term) -> Node {
        Node::Leaf(match term {
            Term::Text(needle) => Leaf::Text(needle.clone()),
            Term::Pattern(pattern) => Leaf::Pattern(pattern.clone()),
            Term::Path(path) => Leaf::Path(Box::new(path.clone())),
            Term::Field(field) => return self.field(field),
        })
    }

    fn field(&self, field: &Field) -> Node {
        Node::Leaf(match field {
            Field::Direction(wanted) => Leaf::Direction {
                inward: wanted.contains(&Direction::In),
                outward: wanted.contains(&Direction::Out),
            },
            Field::Kind(words) => Leaf::Kinds(kinds(|kind| words.iter().any(|word| is_kind(kind, word)))),
            Field::Type(types) => return message_types(types),
            Field::Event(names) => Leaf::Events(bits(names.iter().map(|name| *name as u8))),
            Field::Code(codes) => return error_codes(codes),
            Field::Status(wanted) => {
                Leaf::Outcome { ok: wanted.contains(&Outcome::Ok), error: wanted.contains(&Outcome::Error) }
            }
            Field::Automatic(wanted) => {
                Leaf::Automatic { yes: wanted.contains(&true), no: wanted.contains(&false) }
            }
            Field::Masked(wanted) => {
                Leaf::Masked { yes: wanted.contains(&true), no: wanted.contains(&false) }
            }
            Field::Is(wanted) => {
                let said = self.names.said(wanted.contains(&Said::Pinned), wanted.contains(&Said::Noted));
                Leaf::OneOf(said.into())
            }
            Field::Connection(spans) => Leaf::Connection(spans.clone()),
            Field::Seq(spans) => Leaf::Seq(spans.clone()),
            Field::Size(spans) => Leaf::Size(spans.clone()),
            Field::RoundTrip(spans) => Leaf::RoundTrip(spans.clone()),
            Field::Time(spans) => Leaf::Time(Spans(spans.iter().map(|span| self.span_us(span)).collect())),
            Field::Uid(words) => {
                let numbers = self.names.subscriptions(|uid, _| words.iter().any(|word| word.is(uid)));
                Leaf::Uid { numbers, words: words.clone() }
            }
            Field::Collection(words) => {
                let fits = |name: &str| words.iter().any(|word| word.is(name));
                let numbers = self.names.collections(fits);
                let subscriptions = self.names.subscriptions(|_, collection| fits(collection));
                Leaf::Collection { numbers, subscriptions, words: words.clone() }
            }
        })
    }

    fn span_us(&self, span: &TimeSpan) -> (i64, i64) {
        let from = span.from.map_or(i64::MIN, |edge| self.edge_us(edge));
        let to = span.to.map_or(i64::MAX, |edge| self.edge_us(edge).saturating_sub(1));
        let is_clock = |edge: Option<Edge>| {
            matches!(edge, Some(Edge::Begin(Moment::Clock { .. }) | Edge::Over(Moment::Clock { .. })))
        };
        // From 23:00 to 01:00 goes over midnight.
        let night = is_clock(span.from) && is_clock(span.to) && from > to;
        (if night { from.saturating_sub(DAY_US) } else { from }, to)
    }

    fn edge_us(&self, edge: Edge) -> i64 {
        match edge {
            Edge::Begin(moment) => self.begin_us(moment),
            // Not every day has 24 hours.
            Edge::Over(Moment::Calendar { at, utc, lasts_us: DAY_US }) => {
                at.checked_add(1.day()).map_or(i64::MAX, |next| self.calendar_us(next, utc))
            }
            Edge::Over(moment) => self.begin_us(moment).saturating_add(moment.lasts_us()),
        }
    }

    fn begin_us(&self, moment: Moment) -> i64 {
        match moment {
            Moment::Calendar { at, utc, .. } => self.calendar_us(at, utc),
            Moment::Clock { at_us, .. } => {
                let midnight = self.zone.date(self.last_us).to_datetime(jiff::civil::Time::midnight());
                let at = midnight.checked_add(at_us.microseconds()).unwrap_or(midnight);
                self.calendar_us(at, false)
            }
            Moment::BeforeLast { us } => self.last_us.saturating_sub(us),
        }
    }

    fn calendar_us(&self, at: DateTime, utc: bool) -> i64 {
        let moment = if utc { Zone::utc().moment_us(at) } else { self.zone.moment_us(at) };
        // Only the ends of the calendar have no moment.
        moment.unwrap_or(if at.year() < 0 { i64::MIN } else { i64::MAX })
    }
}

fn bits(numbers: impl Iterator<Item = u8>) -> u64 {
    numbers.fold(0, |bits, number| bits | 1 << (number & 63))
}

fn kinds(wanted: impl Fn(Kind) -> bool) -> [u64; 4] {
    let messages = MessageType::ALL.iter().map(|kind| Kind::Message(*kind));
    let facts = FactKind::ALL.iter().map(|kind| Kind::Fact(*kind));
    let mut set = [0; 4];
    for byte in messages.chain(facts).filter(|kind| wanted(*kind)).map(Kind::to_u8) {
        set[usize::from(byte >> 6)] |= 1 << (byte & 63);
    }
    set
}

/// A type that is known is in the record; one that is not is spelled out by the message.
fn message_types(types: &[Named<MessageType>]) -> Node {
    let known = kinds(|kind| matches!(kind, Kind::Message(kind) if types.contains(&Named::Known(kind))));
    let mut any = vec![Node::Leaf(Leaf::Kinds(known))];
    for named in types {
        if let Named::Spelled(word) = named {
            // GraphQL frames have types of their own, which are one kind here.
            let others =
                kinds(|kind| matches!(kind, Kind::Message(MessageType::Other | MessageType::GraphQl)));
            any.push(Node::All(vec![Node::Leaf(Leaf::Kinds(others)), says("type", word)]));
        }
    }
    alone_or_any(any)
}

fn error_codes(codes: &[Named<ErrorCode>]) -> Node {
    let known = |named: &Named<ErrorCode>| match named {
        Named::Known(code) => Some(*code as u8),
        Named::Spelled(_) => None,
    };
    let mut any = vec![Node::Leaf(Leaf::Codes(bits(codes.iter().filter_map(known))))];
    for named in codes {
        if let Named::Spelled(word) = named {
            let other = Node::Leaf(Leaf::Codes(bits([ErrorCode::Other as u8].into_iter())));
            any.push(Node::All(vec![other, Node::Any(vec![says("error.code", word), says("code", word)])]));
        }
    }
    alone_or_any(any)
}

fn alone_or_any(mut any: Vec<Node>) -> Node {
    if any.len() == 1 { any.pop().unwrap_or(Node::Any(any)) } else { Node::Any(any) }
}

/// The message has this text at this path.
fn says(path: &'static str, word: &str) -> Node {
    let test = Test::Compares(super::ast::Comparison::Equal, word.into());
    let term = scan(path).and_then(|scanned| PathTerm::new(path, &scanned, test).ok());
    // The paths are those above, and can be read.
    term.map_or(Node::Any(Vec::new()), |term| Node::Leaf(Leaf::Path(Box::new(term))))
}

impl Node {
    /// In which order conditions are looked at.
    fn cost(&self) -> u8 {
        match self {
            Self::All(inner) | Self::Any(inner) => inner.iter().map(Self::cost).max().unwrap_or(0),
            Self::Not(inner) => inner.cost(),
            Self::Leaf(leaf) => match leaf {
                Leaf::Text(_) => 2,
                Leaf::Pattern(_) => 3,
                Leaf::Path(_) => 4,
                Leaf::Uid { .. } | Leaf::Collection { .. } => 1,
                _ => 0,
            },
        }
    }

    /// Whether every record can be decided without its line.
    pub(super) fn is_indexed(&self) -> bool {
        self.cost() == 0
    }

    /// Whether no record can be decided without its line.
    pub(super) fn reads_everything(&self) -> bool {
        match self {
            Self::Leaf(leaf) => matches!(leaf, Leaf::Text(_) | Leaf::Pattern(_) | Leaf::Path(_)),
            Self::Not(inner) => inner.reads_everything(),
            Self::All(inner) | Self::Any(inner) => {
                !inner.is_empty() && inner.iter().all(Self::reads_everything)
            }
        }
    }

    /// The longest text without which no line fits, of those that stand in the file as they are.
    pub(super) fn required(&self) -> Option<&Needle> {
        match self {
            Self::Leaf(Leaf::Text(needle)) => Some(needle).filter(|needle| needle.is_same_in_file()),
            Self::All(inner) => {
                inner.iter().filter_map(Self::required).min_by_key(|needle| Reverse(needle.text().len()))
            }
            _ => None,
        }
    }

    /// What the record alone tells.
    #[inline]
    pub(super) fn verdict(&self, seq: u64, record: &Record, view: &IndexView) -> Verdict {
        match self {
            Self::Leaf(leaf) => leaf.verdict(seq, record, view),
            Self::Not(inner) => match inner.verdict(seq, record, view) {
                Verdict::Yes => Verdict::No,
                Verdict::No => Verdict::Yes,
                Verdict::Read => Verdict::Read,
            },
            Self::All(inner) => first_but(inner, Verdict::Yes, Verdict::No, (seq, record, view)),
            Self::Any(inner) => first_but(inner, Verdict::No, Verdict::Yes, (seq, record, view)),
        }
    }
}

/// `decisive` if any says so, else `Read` if any must be read, else `usual`.
fn first_but(nodes: &[Node], usual: Verdict, decisive: Verdict, at: (u64, &Record, &IndexView)) -> Verdict {
    let mut whole = usual;
    for node in nodes {
        match node.verdict(at.0, at.1, at.2) {
            verdict if verdict == decisive => return decisive,
            Verdict::Read => whole = Verdict::Read,
            _ => {}
        }
    }
    whole
}

impl Leaf {
    #[inline]
    fn verdict(&self, seq: u64, record: &Record, view: &IndexView) -> Verdict {
        let is_message = matches!(record.kind, Kind::Message(_));
        Verdict::of(match self {
            Self::Direction { inward, outward } => match record.flags.direction() {
                Some(Direction::In) => *inward,
                Some(Direction::Out) => *outward,
                None => false,
            },
            Self::Kinds(set) => {
                let byte = record.kind.to_u8();
                set[usize::from(byte >> 6)] >> (byte & 63) & 1 == 1
            }
            Self::Events(set) => record.event != EventName::None && set >> (record.event as u8) & 1 == 1,
            Self::Codes(set) => record.code != ErrorCode::None && set >> (record.code as u8) & 1 == 1,
            Self::OneOf(seqs) => seqs.binary_search(&seq).is_ok(),
            Self::Outcome { ok, error } => {
                outcome(seq, record).is_some_and(|failed| if failed { *error } else { *ok })
            }
            Self::Automatic { yes, no } => {
                if record.flags.automatic() {
                    *yes
                } else {
                    *no
                }
            }
            Self::Masked { yes, no } => {
                if record.flags.masked() {
                    *yes
                } else {
                    *no
                }
            }
            Self::Connection(spans) => spans.contain(i64::from(record.connection)),
            Self::Seq(spans) => spans.contain(i64::try_from(seq).unwrap_or(i64::MAX)),
            Self::Size(spans) => is_message && spans.contain(i64::from(record.size)),
            Self::Time(spans) => spans.contain(record.time_us),
            Self::RoundTrip(spans) => round_trip_us(seq, record, view).is_some_and(|us| spans.contain(us)),
            Self::Uid { numbers, .. } => return by_uid(numbers, record),
            Self::Collection { numbers, subscriptions, .. } => {
                return by_collection(numbers, subscriptions, record);
            }
            Self::Text(_) | Self::Pattern(_) | Self::Path(_) => return Verdict::Read,
        })
    }
}

/// Whether an answer or a step failed; `None` for what is neither an answer nor a failure.
fn outcome(seq: u64, record: &Record) -> Option<bool> {
    if record.flags.failed() || record.code != ErrorCode::None {
        return Some(true);
    }
    let answers = record.partner != 0 && u64::from(record.partner) < seq;
    let logged_in = record.kind == Kind::Message(MessageType::Auth);
    (record.flags.direction() == Some(Direction::In) && (answers || logged_in)).then_some(false)
}

/// From the request to this reply; `None` for what is no reply.
fn round_trip_us(seq: u64, record: &Record, view: &IndexView) -> Option<i64> {
    let partner = u64::from(record.partner);
    let request = if partner != 0 && partner < seq { view.get(partner)? } else { return None };
    // A clock that was set back makes no negative spans.
    Some(record.time_us.saturating_sub(request.time_us).max(0))
}

fn by_uid(numbers: &Known, record: &Record) -> Verdict {
    if record.subscription != 0
        && let Some(fits) = numbers.fits(record.subscription)
    {
        return Verdict::of(fits);
    }
    match record.kind {
        Kind::Message(MessageType::NotJson | MessageType::Binary) => Verdict::No,
        Kind::Message(_) | Kind::Fact(FactKind::Held | FactKind::Unsent) => Verdict::Read,
        Kind::Fact(_) => Verdict::No,
    }
}

fn by_collection(numbers: &Known, subscriptions: &Known, record: &Record) -> Verdict {
    if record.collection != 0
        && let Some(fits) = numbers.fits(u32::from(record.collection))
    {
        return Verdict::of(fits);
    }
    if record.subscription != 0
        && let Some(fits) = subscriptions.fits(record.subscription)
    {
        return Verdict::of(fits);
    }
    let outward = record.flags.direction() == Some(Direction::Out);
    match record.kind {
        // These name the collection themselves.
        Kind::Message(MessageType::Subscribe | MessageType::Items) if outward => Verdict::Read,
        Kind::Fact(FactKind::Held | FactKind::Unsent) => Verdict::Read,
        Kind::Message(_) | Kind::Fact(_) => Verdict::No,
    }
}
