//! The fields of the language and the words their values may be.

use super::ast::{Comparison, Field, Named, Outcome, Said, Spans, TimeSpan, Word};
use super::error::nearest;
use super::values::{self, Refusal, Unit};
use crate::capture::Direction;
use crate::capture::record::{FactKind, Kind};
use crate::directus::{ErrorCode, EventName, MessageType};

/// Name of a field, its short form, and what it means.
pub(super) const FIELDS: [(&str, &str, &str); 16] = [
    ("auto", "automatic", "done by Harewire itself: yes or no"),
    ("code", "code", "the error code, such as FORBIDDEN"),
    ("collection", "collection", "the collection it is about; * stands for anything"),
    ("connection", "connection", "which connect of this capture, counted from 1"),
    ("direction", "dir", "in or out"),
    ("event", "event", "what happened to the rows: create, update, delete, init"),
    ("is", "is", "what a person said of it: pinned or noted"),
    ("kind", "kind", "a message type, or what else happened: open, close, error"),
    ("masked", "masked", "a secret was masked in it: yes or no"),
    ("roundtrip", "rtt", "from the request to this reply, such as >200ms"),
    ("seq", "seq", "the number of the event, such as 100..200"),
    ("size", "size", "bytes of the message on the wire, such as >1kb"),
    ("status", "status", "how an answer ended: ok or error"),
    ("time", "time", "when, such as >14:03:05 or <-5m"),
    ("type", "type", "the type of a message, such as subscription"),
    ("uid", "uid", "the uid of the message, or of its subscription; * stands for anything"),
];

/// The full name of a field.
pub(super) fn field(typed: &str) -> Option<&'static str> {
    let typed = typed.to_lowercase();
    FIELDS.iter().find(|(name, short, _)| *name == typed || *short == typed).map(|(name, _, _)| *name)
}

/// A value as it was written.
pub(super) struct Typed {
    pub(super) comparison: Option<Comparison>,
    pub(super) text: String,
    pub(super) quoted: bool,
}

/// Every word that `kind:` knows: all messages, message types, facts.
pub(super) fn kinds() -> impl Iterator<Item = &'static str> {
    let types = MessageType::ALL.iter().map(|kind| kind.name());
    let facts = FactKind::ALL.iter().map(|kind| kind.name()).filter(|name| *name != "error");
    ["message"].into_iter().chain(types).chain(facts)
}

/// Whether a record's kind goes by this word of `kinds`.
pub(super) fn is_kind(kind: Kind, word: &str) -> bool {
    match kind {
        Kind::Message(kind) => word == "message" || kind.name() == word,
        Kind::Fact(kind) => kind.name() == word,
    }
}

/// The condition that a field and its values make. `name` is one of [`FIELDS`].
///
/// # Errors
/// The number of the value that is wrong, why, and what to do.
pub(super) fn condition(name: &'static str, typed: &[Typed]) -> Result<Field, (usize, Refusal)> {
    Ok(match name {
        "auto" => Field::Automatic(each(name, typed, yes_or_no)?),
        "code" => Field::Code(each(name, typed, code)?),
        "collection" => Field::Collection(each(name, typed, word)?),
        "connection" => Field::Connection(spans(Unit::Count, typed)?),
        "direction" => Field::Direction(each(name, typed, direction)?),
        "event" => Field::Event(each(name, typed, event)?),
        "is" => Field::Is(each(name, typed, said)?),
        "kind" => Field::Kind(each(name, typed, kind)?),
        "masked" => Field::Masked(each(name, typed, yes_or_no)?),
        "roundtrip" => Field::RoundTrip(spans(Unit::Time, typed)?),
        "seq" => Field::Seq(spans(Unit::Count, typed)?),
        "size" => Field::Size(spans(Unit::Bytes, typed)?),
        "status" => Field::Status(each(name, typed, status)?),
        "time" => Field::Time(times(typed)?),
        "type" => Field::Type(each(name, typed, message_type)?),
        _ => Field::Uid(each(name, typed, word)?),
    })
}

fn each<T>(
    name: &str,
    typed: &[Typed],
    read: impl Fn(&Typed) -> Result<T, Refusal>,
) -> Result<Vec<T>, (usize, Refusal)> {
    let one = |(number, typed): (usize, &Typed)| match typed.comparison {
        None | Some(Comparison::Equal) => read(typed).map_err(|refusal| (number, refusal)),
        Some(_) => Err((
            number,
            (
                format!("`{name}:` can't be compared like a number."),
                format!("For everything else than that, write not {name}:{}.", typed.text),
            ),
        )),
    };
    typed.iter().enumerate().map(one).collect()
}

fn spans(unit: Unit, typed: &[Typed]) -> Result<Spans, (usize, Refusal)> {
    let mut all = Spans::default();
    for (number, typed) in typed.iter().enumerate() {
        let read = values::numbers(unit, typed.comparison, &typed.text);
        all.0.extend(read.map_err(|refusal| (number, refusal))?.0);
    }
    Ok(all)
}

fn times(typed: &[Typed]) -> Result<Vec<TimeSpan>, (usize, Refusal)> {
    let mut all = Vec::new();
    for (number, typed) in typed.iter().enumerate() {
        all.extend(values::times(typed.comparison, &typed.text).map_err(|refusal| (number, refusal))?);
    }
    Ok(all)
}

fn unknown(what: &str, typed: &str, words: &[&str]) -> Refusal {
    let hint = match nearest(typed, words.iter().copied()) {
        Some(word) => format!("Did you mean `{word}`?"),
        None => format!("Known are {}.", words.join(", ")),
    };
    (format!("Unknown {what} `{typed}`."), hint)
}

/// `gave_up`, `gave-up` and `Gave up` are one word.
fn plain(typed: &str) -> String {
    typed.to_lowercase().replace(['-', '_'], " ")
}

fn pick<T: Copy>(what: &str, typed: &str, words: &[(&str, T)]) -> Result<T, Refusal> {
    let wanted = plain(typed);
    match words.iter().find(|(word, _)| plain(word) == wanted) {
        Some((_, value)) => Ok(*value),
        None => Err(unknown(what, typed, &words.iter().map(|(word, _)| *word).collect::<Vec<_>>())),
    }
}

fn yes_or_no(typed: &Typed) -> Result<bool, Refusal> {
    let (wanted, words) = (plain(&typed.text), [("yes", true), ("no", false)]);
    match wanted.as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => pick("answer", &typed.text, &words),
    }
}

fn direction(typed: &Typed) -> Result<Direction, Refusal> {
    pick("direction", &typed.text, &[("in", Direction::In), ("out", Direction::Out)])
}

fn said(typed: &Typed) -> Result<Said, Refusal> {
    pick("mark", &typed.text, &[("pinned", Said::Pinned), ("noted", Said::Noted)])
}

fn status(typed: &Typed) -> Result<Outcome, Refusal> {
    pick("status", &typed.text, &[("ok", Outcome::Ok), ("error", Outcome::Error)])
}

fn event(typed: &Typed) -> Result<EventName, Refusal> {
    let words: Vec<_> = EventName::ALL
        .iter()
        .filter(|name| !name.name().is_empty())
        .map(|name| (name.name(), *name))
        .collect();
    pick("event", &typed.text, &words)
}

fn kind(typed: &Typed) -> Result<String, Refusal> {
    let words: Vec<_> = kinds().map(|word| (word, word)).collect();
    pick("kind", &typed.text, &words).map(str::to_owned)
}

fn message_type(typed: &Typed) -> Result<Named<MessageType>, Refusal> {
    let words: Vec<_> = MessageType::ALL.iter().map(|kind| (kind.name(), *kind)).collect();
    spelled(typed, pick("type", &typed.text, &words), &words)
}

fn code(typed: &Typed) -> Result<Named<ErrorCode>, Refusal> {
    let words: Vec<_> = ErrorCode::ALL
        .iter()
        .filter(|code| !code.name().is_empty())
        .map(|code| (code.name(), *code))
        .collect();
    spelled(typed, pick("code", &typed.text, &words), &words)
}

/// Extensions have types and codes of their own: another word is taken as written, unless it looks like a slip of the
/// pen. In quotes it always is.
fn spelled<T: Copy>(
    typed: &Typed,
    known: Result<T, Refusal>,
    words: &[(&str, T)],
) -> Result<Named<T>, Refusal> {
    match known {
        Ok(known) => Ok(Named::Known(known)),
        Err(refusal) => {
            let slip = nearest(&typed.text, words.iter().map(|(word, _)| *word)).is_some();
            if slip && !typed.quoted { Err(refusal) } else { Ok(Named::Spelled(typed.text.clone())) }
        }
    }
}

fn word(typed: &Typed) -> Result<Word, Refusal> {
    Ok(Word { text: typed.text.clone(), wild: !typed.quoted && typed.text.contains('*') })
}
