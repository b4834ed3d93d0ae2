//! From an event to its row: everything the log shows of it, ready to paint.

use crate::capture::column_path::{self, ColumnPath};
use crate::capture::http_exchange::HttpExchange;
use crate::capture::row::{Level, Row, uid_colour};
use crate::capture::{
    ClosedBy, Direction, Event, Fact, FactKind, Kind, Message, Notes, Payload, ReadError, Reader, Record,
    Stamp, What,
};
use crate::directus::{self, Class, EventName, MessageType, Status, shown, summary};
use crate::session::Snapshot;

use super::identity_row;

/// Reads an event and makes its row. A line that can't be read becomes a row that says so.
pub(super) fn row(
    reader: &mut Reader,
    seq: u64,
    record: Record,
    snapshot: &Snapshot,
    columns: &[ColumnPath],
) -> Row {
    let mut row = Row { seq, time_us: record.time_us, ..Row::default() };
    match reader.event(seq) {
        Ok(event) => {
            fill(&mut row, &event, snapshot.collection(u32::from(record.collection)));
            row.extra = extra(&event, columns);
        }
        Err(error) => unreadable(&mut row, &error),
    }
    row
}

/// What the columns of JSON paths show of an event: of a message that is no JSON, nothing.
fn extra(event: &Event, columns: &[ColumnPath]) -> Vec<String> {
    match &event.what {
        What::Message(Message { payload: Payload::Text(text), .. }) => {
            column_path::values(columns, text.as_str())
        }
        What::Message(_) | What::Fact(_) => vec![String::new(); columns.len()],
    }
}

fn unreadable(row: &mut Row, error: &ReadError) {
    row.kind = "error".to_owned();
    row.summary = error.to_string();
    row.level = Level::Error;
}

/// Fills in what the event itself tells.
pub(super) fn fill(row: &mut Row, event: &Event, collection: Option<&str>) {
    row.time_us = event.stamp.time_us;
    row.elapsed_us = event.stamp.elapsed_us;
    row.automatic = event.automatic;
    row.masked = event.masked;
    match &event.what {
        What::Message(message) => fill_message(row, message, collection),
        What::Fact(fact) => fill_fact(row, fact),
    }
    if row.automatic && row.level == Level::Normal {
        row.level = Level::Dim;
    }
}

fn fill_message(row: &mut Row, message: &Message, collection: Option<&str>) {
    let class = &message.class;
    "message".clone_into(&mut row.event);
    row.direction = Some(message.direction);
    row.size = Some(message.size);
    row.level = message_level(message.direction, class);
    kind(message.direction, class).clone_into(&mut row.kind);
    match &message.payload {
        Payload::Text(text) => {
            let text = text.as_str();
            let uid = class.uid(text).unwrap_or_default();
            row.uid_colour = uid_colour(&uid);
            row.uid = shown(&uid).into_owned();
            row.summary = match message.direction {
                Direction::In => summary::incoming(text, class, collection),
                Direction::Out => summary::outgoing(text, class),
            };
        }
        Payload::Binary(bytes) => row.summary = format!("{} bytes of binary data", bytes.len()),
    }
    row.collection = collection.unwrap_or_default().to_owned();
}

/// The word in the kind column. For a subscription event and an `items` request it is what happens to the row,
/// since that is what one looks for.
fn kind(direction: Direction, class: &Class) -> &'static str {
    if direction == Direction::In && class.is_error() {
        return "error";
    }
    match (class.kind, class.event) {
        (MessageType::Subscription, EventName::None) => "subscription",
        (MessageType::Subscription, event) => event.name(),
        (MessageType::Items, event) if direction == Direction::Out && event != EventName::None => {
            event.name()
        }
        (MessageType::NotJson, _) => "text",
        (MessageType::Other, _) => "message",
        (MessageType::Binary, _) => "binary",
        (MessageType::GraphQl, _) => "graphql",
        (other, _) => other.name(),
    }
}

fn message_level(direction: Direction, class: &Class) -> Level {
    match (class.kind, class.event) {
        _ if direction == Direction::In && class.is_error() => Level::Error,
        (MessageType::Ping | MessageType::Pong, _) => Level::Dim,
        (MessageType::Auth, _) if class.status == Status::Ok => Level::Good,
        (MessageType::Subscription, EventName::Delete) => Level::Warning,
        _ => Level::Normal,
    }
}

fn fill_fact(row: &mut Row, fact: &Fact) {
    let name = FactKind::of(fact).name();
    name.clone_into(&mut row.event);
    name.replace('_', " ").clone_into(&mut row.kind);
    row.level = fact_level(fact);
    row.round_trip_us = match fact {
        Fact::Resolved { took_us, .. }
        | Fact::Connected { took_us, .. }
        | Fact::Tunnelled { took_us, .. }
        | Fact::Secured { took_us, .. }
        | Fact::Response { took_us, .. } => Some(*took_us),
        _ => None,
    };
    match fact {
        Fact::Control { direction, opcode, data } => {
            row.direction = Some(*direction);
            row.kind = format!("{opcode} frame");
            row.size = Some(data.len() as u64);
        }
        Fact::Held { data, .. } => {
            row.held = true;
            row.direction = Some(Direction::Out);
            row.size = Some(data.len() as u64);
        }
        Fact::Unsent { data, .. } => row.size = Some(data.len() as u64),
        _ => {}
    }
    row.summary = shown(&fact_summary(fact)).into_owned();
}

fn fact_level(fact: &Fact) -> Level {
    match fact {
        Fact::Open { .. } => Level::Good,
        Fact::Error { .. } | Fact::Unsent { .. } | Fact::GaveUp { .. } => Level::Error,
        Fact::Close { by, .. } => match by {
            ClosedBy::Client => Level::Normal,
            ClosedBy::Server | ClosedBy::Network => Level::Error,
        },
        Fact::Response { status, .. } if *status != 101 => Level::Error,
        Fact::Http(exchange) if exchange.is_failure() => Level::Error,
        Fact::Held { .. } | Fact::Retry { .. } | Fact::Clock { .. } | Fact::Unknown { .. } => Level::Warning,
        Fact::Connect { unverified: true, .. } => Level::Warning,
        Fact::Secured { accepted, .. } if !accepted.is_empty() => Level::Warning,
        Fact::Connect { .. } | Fact::Switched { .. } | Fact::Identity(_) => Level::Normal,
        Fact::Resolved { .. }
        | Fact::Connected { .. }
        | Fact::Presented { .. }
        | Fact::Tunnelled { .. }
        | Fact::Secured { .. }
        | Fact::Request { .. }
        | Fact::Response { .. }
        | Fact::Http(_)
        | Fact::Note { .. }
        | Fact::Control { .. } => Level::Dim,
    }
}

/// One line about a fact, not yet safe to show.
fn fact_summary(fact: &Fact) -> String {
    match fact {
        Fact::Connect { url, transport, mode, credential, attempt, unverified, login_first } => {
            let attempt = if *attempt > 1 { format!("attempt {attempt} · ") } else { String::new() };
            let first = if *login_first { ", over HTTP first" } else { "" };
            let unverified = if *unverified { " · certificate not checked" } else { "" };
            format!("{attempt}{url} · {mode} · {credential}{first} · {transport} transport{unverified}")
        }
        Fact::Resolved { host, addresses, .. } => format!("{host} → {}", addresses.join(", ")),
        Fact::Presented { certificates } => {
            let subject = certificates.first().and_then(|own| own.subject.as_deref()).unwrap_or("no name");
            format!("{subject} · {} certificates", certificates.len())
        }
        Fact::Connected { address, via, .. } if via.is_empty() => format!("TCP connected to {address}"),
        Fact::Connected { address, via, .. } => format!("TCP connected to {address} · proxy {via}"),
        Fact::Tunnelled { proxy, target, .. } => format!("{target} reached via proxy {proxy}"),
        Fact::Secured { protocol, cipher, certificates, accepted, .. } => {
            let accepted = if accepted.is_empty() {
                String::new()
            } else {
                format!(" · accepted although: {accepted}")
            };
            format!("{protocol} · {cipher} · {} certificates{accepted}", certificates.len())
        }
        Fact::Request { method, target, headers } => format!("{method} {target} · {} headers", headers.len()),
        Fact::Response { status, reason, headers, .. } => {
            format!("{status} {reason} · {} headers", headers.len())
        }
        Fact::Open { url, subprotocol } if subprotocol.is_empty() => format!("WebSocket open · {url}"),
        Fact::Open { url, subprotocol } => format!("WebSocket open · {url} · {subprotocol}"),
        Fact::Held { reason, data } if reason.is_empty() => format!("waits for the login · {}", start(data)),
        Fact::Held { reason, data } => format!("{reason} · {}", start(data)),
        Fact::Unsent { reason, data } => format!("not sent: {reason} · {}", start(data)),
        Fact::Control { data, .. } if data.is_empty() => "no payload".to_owned(),
        Fact::Control { data, .. } => start(data).to_owned(),
        Fact::Close { code, reason, by } => close_summary(*code, reason, *by),
        Fact::Error { message, cause, .. } => format!("{message} {cause}"),
        Fact::Retry { attempt, delay_ms } => format!("attempt {attempt} in {:.1} s", seconds(*delay_ms)),
        Fact::GaveUp { reason } => reason.clone(),
        Fact::Switched { name, on } => {
            format!("{} switched {}", name.replace('_', " "), if *on { "on" } else { "off" })
        }
        Fact::Clock { drift_us } => {
            format!("the clock of this computer moved by {:.1} s", seconds(drift_us.unsigned_abs() / 1000))
        }
        Fact::Http(exchange) => http_summary(exchange),
        Fact::Identity(claim) => identity_row::summary(claim),
        Fact::Note { about, pin, text } => note_summary(*about, *pin, text.as_deref()),
        Fact::Unknown { name, line } => format!("{name} · {}", start(line)),
    }
}

fn http_summary(exchange: &HttpExchange) -> String {
    let asked = format!("{} {}", exchange.method, exchange.target());
    match (&exchange.error, exchange.status) {
        (Some(error), None) => format!("{asked} · {}", error.message),
        (Some(error), Some(status)) => format!("{asked} → {status} · {}", error.message),
        (None, status) => {
            let status = status.map_or_else(String::new, |status| status.to_string());
            format!("{asked} → {status} {} · {:.0} ms", exchange.reason, seconds(exchange.took_us))
        }
    }
}

fn note_summary(about: u64, pin: Option<bool>, text: Option<&str>) -> String {
    let mut parts = Vec::new();
    match pin {
        Some(true) => parts.push("pinned".to_owned()),
        Some(false) => parts.push("unpinned".to_owned()),
        None => {}
    }
    match text {
        Some("") => parts.push("note removed".to_owned()),
        Some(text) => parts.push(start(text).to_owned()),
        None => {}
    }
    format!("#{about} · {}", parts.join(" · "))
}

fn close_summary(code: Option<u16>, reason: &str, by: ClosedBy) -> String {
    let by = match by {
        ClosedBy::Server => "closed by the server",
        ClosedBy::Client => "closed by us",
        ClosedBy::Network => "connection lost",
    };
    let code = match code {
        None => "code not reported by this transport".to_owned(),
        Some(code) => match directus::close::name(code) {
            "" => code.to_string(),
            name => format!("{code} {name}"),
        },
    };
    if reason.is_empty() { format!("{by} · {code}") } else { format!("{by} · {code} · {reason}") }
}

/// The beginning of a text that may be long.
fn start(text: &str) -> &str {
    let end = text.char_indices().nth(160).map_or(text.len(), |(at, _)| at);
    &text[..end]
}

#[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
fn seconds(ms: u64) -> f64 {
    ms as f64 / 1000.0
}

/// The event whose time makes the round trip of a message: the answer of a request, the request of an answer.
pub(super) fn partner(record: &Record) -> Option<u64> {
    (matches!(record.kind, Kind::Message(_)) && record.partner != 0).then_some(u64::from(record.partner))
}

/// Brings up to date what other events tell about a row: the time since the row shown before it, and the round trip.
pub(super) fn join(row: &mut Row, before: Option<Stamp>, partner: Option<Stamp>) {
    let own = row.stamp();
    // Never negative, even where two lines of a foreign file stand in the wrong order.
    row.delta_us = before.map(|before| u64::try_from(own.since(before)).unwrap_or(0));
    if let Some(partner) = partner {
        row.round_trip_us = Some(own.since(partner).unsigned_abs());
    }
}

/// What a person said of the event of this row.
pub(super) fn annotate(row: &mut Row, notes: &Notes) {
    let note = notes.get(row.seq);
    row.pinned = note.is_some_and(|note| note.pinned);
    row.note = note.map_or_else(String::new, |note| shown(&note.text.replace('\n', " ")).into_owned());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::Stamp;

    fn made(what: What) -> Row {
        let mut row = Row::default();
        fill(&mut row, &Event::new(Stamp::default(), what), None);
        row
    }

    fn message(direction: Direction, text: &str) -> Row {
        made(What::Message(Message::text(direction, text)))
    }

    #[test]
    fn the_kind_is_what_happens_to_the_row() {
        let kinds = [
            (
                Direction::In,
                r#"{"type":"subscription","event":"create","data":[{}],"uid":"1"}"#,
                "create",
                Level::Normal,
            ),
            (
                Direction::In,
                r#"{"type":"subscription","event":"delete","data":[1]}"#,
                "delete",
                Level::Warning,
            ),
            (Direction::Out, r#"{"type":"items","action":"update"}"#, "update", Level::Normal),
            (Direction::In, r#"{"type":"items","data":[]}"#, "items", Level::Normal),
            (
                Direction::In,
                r#"{"type":"subscribe","status":"error","error":{"code":"FORBIDDEN","message":""}}"#,
                "error",
                Level::Error,
            ),
            (Direction::In, r#"{"type":"auth","status":"ok"}"#, "auth", Level::Good),
            (Direction::In, r#"{"type":"ping"}"#, "ping", Level::Dim),
            (Direction::In, "nope", "text", Level::Normal),
        ];
        for (direction, text, kind, level) in kinds {
            let row = message(direction, text);
            assert_eq!((row.kind.as_str(), row.level), (kind, level), "{text}");
        }
    }

    #[test]
    fn equal_uids_wear_equal_colours() {
        let text = message(Direction::In, r#"{"type":"subscription","event":"create","uid":"42"}"#);
        let number = message(Direction::Out, r#"{"type":"subscribe","collection":"m","uid":42}"#);
        assert_eq!((text.uid.as_str(), text.uid_colour), ("42", number.uid_colour));
    }

    #[test]
    fn what_a_server_says_is_escaped() {
        let fact = Fact::Close { code: Some(4000), reason: "a\u{202e}b".into(), by: ClosedBy::Server };
        let row = made(What::Fact(Box::new(fact)));
        assert!(!row.summary.contains('\u{202e}'), "{}", row.summary);
    }
}
