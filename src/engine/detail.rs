//! From an event to everything the detail pane shows of it.

use std::sync::Arc;

use crate::capture::http_exchange::HttpExchange;
use crate::capture::json_tree::{JsonTree, NODE_LIMIT};
use crate::capture::row::{Detail, FactLine, Row, Tree};
use crate::capture::{Direction, Event, Fact, Kind, Message, Payload, Reader, Record, What, time};
use crate::directus::{EventName, MessageType, close, shown};
use crate::session::Snapshot;

use super::certificate_lines::certificate_lines;
use super::{identity_row, row_maker};

/// The event that answers a request, by its record; `None` for replies and unanswered requests.
pub(super) fn answered_by(record: &Record, seq: u64) -> Option<u64> {
    let partner = u64::from(record.partner);
    (matches!(record.kind, Kind::Message(_)) && partner > seq).then_some(partner)
}

/// Reads an event and everything known about it. `None` if it can't be read; its row says why.
pub(super) fn detail(reader: &mut Reader, snapshot: &Snapshot, seq: u64) -> Option<Detail> {
    let view = reader.view();
    let record = reader.record(&view, seq)?;
    let event = reader.event(seq).ok()?;
    let collection = snapshot.collection(u32::from(record.collection));
    let mut row = Row { seq, ..Row::default() };
    row_maker::fill(&mut row, &event, collection);
    let before = seq.checked_sub(1).and_then(|seq| reader.stamp(seq));
    let partner = row_maker::partner(&record).and_then(|seq| reader.stamp(seq));
    row_maker::join(&mut row, before, partner);
    let mut detail = Detail { row, facts: general(&event, collection), ..Detail::default() };
    let partner = u64::from(record.partner);
    detail.answers = (partner != 0 && partner < seq).then_some(partner);
    detail.answered_by = answered_by(&record, seq);
    match event.what {
        What::Message(message) => add_message(&mut detail, &message),
        What::Fact(fact) => add_fact(&mut detail, &fact),
    }
    if event.masked {
        detail.meaning.push("A secret in it was replaced by [masked n] before it reached any file; equal numbers are equal secrets.".to_owned());
    }
    if event.automatic {
        detail
            .meaning
            .push("Harewire sent this by itself; the switches in the status panel control that.".to_owned());
    }
    Some(detail)
}

/// What a person said of the event, among its facts.
pub(super) fn add_notes(detail: &mut Detail) {
    if detail.row.pinned {
        detail.facts.push(FactLine::new("pinned", "yes"));
    }
    if !detail.row.note.is_empty() {
        detail.facts.push(FactLine::new("note", detail.row.note.clone()));
    }
}

fn general(event: &Event, collection: Option<&str>) -> Vec<FactLine> {
    let mut facts = vec![
        FactLine::new("time", time::rfc3339(event.stamp.time_us)),
        FactLine::new("elapsed", format!("{} µs since the capture began", event.stamp.elapsed_us)),
        FactLine::new("connection", event.connection.to_string()),
    ];
    if let Some(collection) = collection {
        facts.push(FactLine::new("collection", shown(collection)));
    }
    facts
}

fn add_message(detail: &mut Detail, message: &Message) {
    let class = &message.class;
    detail.facts.push(FactLine::new("type", class.kind.name()));
    detail.facts.push(FactLine::new("size", format!("{} bytes on the wire", message.size)));
    match &message.payload {
        Payload::Text(text) => {
            detail.text = Arc::from(text.as_str());
            detail.tree = tree(text.as_str());
        }
        Payload::Binary(bytes) => {
            detail.binary = true;
            detail.raw = bytes.clone();
            detail.text = Arc::from(&*message.payload.to_text());
        }
    }
    if message.direction == Direction::In {
        detail.meaning.extend(incoming_meaning(class));
    }
    if class.is_error() {
        detail.meaning.push(class.code.meaning().to_owned());
    }
}

fn tree(text: &str) -> Tree {
    match JsonTree::parse(text, NODE_LIMIT) {
        Ok(tree) => Tree::Json(Arc::new(tree)),
        Err(error) => Tree::NotJson(error),
    }
}

/// What a developer is most often wrong about, said where it shows (reference 5.2 to 5.4).
fn incoming_meaning(class: &crate::directus::Class) -> Option<String> {
    let sentence = match (class.kind, class.event) {
        (MessageType::Subscription, EventName::Init) if class.items == 0 => {
            "The subscription stands. With an event given, init carries no rows, and neither permissions nor fields were checked yet."
        }
        (MessageType::Subscription, EventName::Init) => {
            "The subscription stands; these are the rows its query finds now, at most 100 unless it sets a limit."
        }
        (MessageType::Subscription, EventName::Create | EventName::Update) => {
            "The row as this connection may read it now, not the change itself. A row that leaves the filter gives no event."
        }
        (MessageType::Subscription, EventName::Delete) => {
            "Deletes carry keys only and ignore the filter and permissions: the row may never have been in this subscription."
        }
        (MessageType::Subscription, EventName::Unsubscribe) => {
            "Directus confirms this also for a uid that was never subscribed."
        }
        (MessageType::Ping, _) => {
            "The server's heartbeat: any valid message within one period keeps the connection alive."
        }
        _ => return None,
    };
    Some(sentence.to_owned())
}

fn add_fact(detail: &mut Detail, fact: &Fact) {
    match fact {
        Fact::Request { headers, method, target } => {
            detail.facts.push(FactLine::new("request", shown(&format!("{method} {target}"))));
            detail.headers = header_lines(headers);
        }
        Fact::Response { status, reason, headers, body, .. } => {
            detail.facts.push(FactLine::new("status", shown(&format!("{status} {reason}"))));
            detail.headers = header_lines(headers);
            set_text(detail, body);
        }
        Fact::Resolved { addresses, .. } => {
            detail.facts.extend(addresses.iter().map(|address| FactLine::new("address", shown(address))));
        }
        Fact::Presented { certificates } => {
            detail.facts.extend(certificate_lines(certificates, detail.row.time_us));
            detail.meaning.push(
                "The chain as the server sent it, before anybody judged it; TLS did not come to stand."
                    .to_owned(),
            );
        }
        Fact::Secured { certificates, protocol, cipher, accepted, .. } => {
            if !accepted.is_empty() {
                detail.meaning.push(shown(accepted).into_owned());
                detail.meaning.push("It was accepted all the same, since the profile says so.".to_owned());
            }
            detail.facts.push(FactLine::new("protocol", shown(protocol)));
            detail.facts.push(FactLine::new("cipher", shown(cipher)));
            detail.facts.extend(certificate_lines(certificates, detail.row.time_us));
        }
        Fact::Held { reason, data } => {
            set_text(detail, data);
            let why = if reason.is_empty() {
                "The server loses everything sent before it confirms the login, so this waits for it."
            } else {
                "Harewire has just sent a subscription with this uid again after a reconnect. Before the server has answered it, this would double the subscription or end nothing."
            };
            detail.meaning.push(why.to_owned());
        }
        Fact::Unsent { data, reason } => {
            set_text(detail, data);
            detail.meaning.push(shown(reason).into_owned());
        }
        Fact::Control { data, .. } => set_text(detail, data),
        Fact::Close { code, reason, .. } => {
            detail.facts.push(FactLine::new("reason", shown(reason)));
            detail.meaning.extend(code.map(|code| close::meaning(code).to_owned()));
        }
        Fact::Error { stage: _, message, cause, advice } => {
            detail.meaning.extend([message, cause, advice].map(|sentence| shown(sentence).into_owned()));
        }
        Fact::GaveUp { reason } => detail.meaning.push(shown(reason).into_owned()),
        Fact::Unknown { line, .. } => {
            set_text(detail, line);
            detail.meaning.push(
                "This line of the capture is not an event that this version knows; here it is as it stands."
                    .to_owned(),
            );
        }
        Fact::Connected { address, via, .. } if !via.is_empty() => {
            detail.facts.push(FactLine::new("address", shown(address)));
            detail.facts.push(FactLine::new("proxy", shown(via)));
        }
        Fact::Tunnelled { proxy, target, .. } => {
            detail.facts.push(FactLine::new("proxy", shown(proxy)));
            detail.facts.push(FactLine::new("target", shown(target)));
        }
        Fact::Connect { .. }
        | Fact::Connected { .. }
        | Fact::Open { .. }
        | Fact::Retry { .. }
        | Fact::Switched { .. }
        | Fact::Clock { .. } => {}
        Fact::Http(exchange) => add_http(detail, exchange),
        Fact::Identity(claim) => identity_row::add(detail, claim),
        Fact::Note { about, .. } => {
            detail.facts.push(FactLine::new("about", format!("event #{about}")));
        }
    }
}

/// The answer is what the pane is for; what was sent stands in the facts.
fn add_http(detail: &mut Detail, exchange: &HttpExchange) {
    let mut fact = |name: &'static str, value: String| detail.facts.push(FactLine::new(name, value));
    fact("request", shown(&format!("{} {}", exchange.method, exchange.url)).into_owned());
    if !exchange.request_body.is_empty() {
        fact("request body", shown(&exchange.request_body).into_owned());
    }
    for (name, value) in &exchange.request_headers {
        fact("request header", shown(&format!("{name}: {value}")).into_owned());
    }
    if let Some(status) = exchange.status {
        fact("status", shown(&format!("{status} {}", exchange.reason)).into_owned());
    }
    if !exchange.address.is_empty() {
        fact("address", shown(&exchange.address).into_owned());
    }
    let timings = exchange.timings;
    for (name, us) in [
        ("name look-up", timings.resolve_us),
        ("TCP", timings.connect_us),
        ("TLS", timings.tls_us),
        ("first byte", timings.first_byte_us),
        ("body", timings.body_us),
        ("in all", Some(exchange.took_us)),
    ] {
        if let Some(us) = us {
            fact(name, format!("{}.{} ms", us / 1000, us % 1000 / 100));
        }
    }
    detail.headers = header_lines(&exchange.headers);
    set_text(detail, &exchange.body);
    if let Some(error) = &exchange.error {
        let told = [&error.message, &error.cause, &error.advice];
        detail.meaning.extend(told.map(|sentence| shown(sentence).into_owned()));
    }
    if exchange.cut {
        detail
            .meaning
            .push(format!("The body has {} bytes; a capture keeps the first 256 KiB of it.", exchange.size));
    }
}

fn header_lines(headers: &[(String, String)]) -> Vec<FactLine> {
    headers.iter().map(|(name, value)| FactLine::new(shown(name), shown(value))).collect()
}

fn set_text(detail: &mut Detail, text: &str) {
    if !text.is_empty() {
        detail.text = Arc::from(text);
        detail.tree = tree(text);
    }
}
