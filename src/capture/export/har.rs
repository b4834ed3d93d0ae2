//! HAR 1.2 with the messages of WebSockets as Chrome's developer tools write and read them.
//!
//! Chrome's extension: an entry with `_resourceType: "websocket"` holds `_webSocketMessages`, each with `type` (`send` or
//! `receive`), `time` (seconds since 1970, a float), `opcode` (1 text, 2 binary) and `data` (base64 where binary). One
//! connection is one entry. Messages are written as they are read: memory grows with the connections, not with the events.

use std::collections::BTreeMap;
use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use url::form_urlencoded;

use super::{ExportError, Rows, Written};
use crate::capture::event::{Direction, Event, Fact, Header, Message, Payload, What};
use crate::capture::progress::Progress;
use crate::capture::reader::{ReadError, Reader};
use crate::capture::record::{FactKind, Kind, Record};
use crate::capture::time;

/// What is known of a connection without reading its messages.
#[derive(Default)]
struct Connection {
    /// Places of its first and last event among the rows; none if it has none there.
    places: Option<(u64, u64)>,
    /// When its first event happened.
    begun_us: i64,
    /// Its handshake, by `seq`.
    facts: Vec<u64>,
}

/// Writes `rows` as a HAR. `server` is the URL of connections that don't tell theirs.
///
/// # Errors
/// As [`ExportError`] says.
pub fn write(
    reader: &mut Reader,
    rows: &Rows,
    server: &str,
    to: &mut dyn Write,
    progress: &Progress,
) -> Result<Written, ExportError> {
    let connections = survey(reader, rows, progress)?;
    let creator = Creator { name: "Harewire", version: env!("CARGO_PKG_VERSION") };
    to.write_all(b"{\"log\":{\"version\":\"1.2\",\"creator\":")?;
    serde_json::to_writer(&mut *to, &creator).map_err(io::Error::from)?;
    to.write_all(b",\"pages\":[],\"entries\":[")?;
    let mut written = Written::default();
    let mut first = true;
    let mut done = 0;
    for (number, connection) in &connections {
        let Some((from, until)) = connection.places else { continue };
        if *number == 0 && !has_message(reader, rows, from..=until, progress)? {
            // What happened before the first connect belongs to no entry.
            continue;
        }
        to.write_all(if std::mem::replace(&mut first, false) { b"\n" } else { b",\n" })?;
        let head =
            serde_json::to_vec(&entry(reader, *number, connection, server)?).map_err(io::Error::from)?;
        to.write_all(head.strip_suffix(b"}").unwrap_or(&head))?;
        to.write_all(b",\"_webSocketMessages\":[")?;
        let mut behind_first = false;
        for place in from..=until {
            progress.reach(done)?;
            let Some((event, record)) = member(reader, rows.seq(place), *number)? else { continue };
            done += 1;
            if let What::Message(message) = &event.what {
                to.write_all(if std::mem::replace(&mut behind_first, true) { b",\n" } else { b"\n" })?;
                append_message(to, event.stamp.time_us, message)?;
                written.events += 1;
            } else if is_handshake(record.kind) {
                written.events += 1;
            }
        }
        to.write_all(b"]}")?;
    }
    written.left_out = rows.len().saturating_sub(written.events);
    to.write_all(b"],\"comment\":")?;
    serde_json::to_writer(&mut *to, &comment(written.left_out)).map_err(io::Error::from)?;
    to.write_all(b"}}\n")?;
    Ok(written)
}

fn comment(left_out: u64) -> String {
    match left_out {
        0 => "Secrets are masked.".to_owned(),
        1 => "Secrets are masked. 1 event that HAR has no place for is left out.".to_owned(),
        more => format!("Secrets are masked. {more} events that HAR has no place for are left out."),
    }
}

/// Whether an event is told by an entry itself.
const fn is_handshake(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Fact(
            FactKind::Connect
                | FactKind::Resolved
                | FactKind::Connected
                | FactKind::Presented
                | FactKind::Tunnelled
                | FactKind::Secured
                | FactKind::Request
                | FactKind::Response
                | FactKind::Open
        )
    )
}

/// The connection of an event: the record's number, or the line's where it is too large for a record.
fn connection_of(reader: &mut Reader, seq: u64, record: &Record) -> Result<u32, ReadError> {
    if record.connection == u16::MAX {
        return Ok(reader.event(seq)?.connection);
    }
    Ok(u32::from(record.connection))
}

/// Finds the connections of the rows, where their events lie, and their handshakes. Reads the index only.
fn survey(
    reader: &mut Reader,
    rows: &Rows,
    progress: &Progress,
) -> Result<BTreeMap<u32, Connection>, ExportError> {
    let view = reader.view();
    let mut connections: BTreeMap<u32, Connection> = BTreeMap::new();
    for place in 0..rows.len() {
        if place % 65_536 == 0 {
            progress.reach(0)?;
        }
        let seq = rows.seq(place);
        let Some(record) = view.get(seq) else { continue };
        let number = connection_of(reader, seq, &record)?;
        let connection = connections.entry(number).or_default();
        match &mut connection.places {
            Some((_, until)) => *until = place,
            none => {
                *none = Some((place, place));
                connection.begun_us = record.time_us;
            }
        }
    }
    // A message alone is selected, and its entry still tells where it came from.
    for seq in 1..=view.len() {
        let Some(record) = view.get(seq).filter(|record| is_handshake(record.kind)) else { continue };
        let number = connection_of(reader, seq, &record)?;
        if let Some(connection) = connections.get_mut(&number) {
            if connection.facts.is_empty() {
                connection.begun_us = record.time_us;
            }
            connection.facts.push(seq);
        }
    }
    Ok(connections)
}

/// An event, if it belongs to the connection.
fn member(reader: &mut Reader, seq: u64, number: u32) -> Result<Option<(Event, Record)>, ReadError> {
    let Some(record) = reader.view().get(seq) else { return Ok(None) };
    if record.connection != u16::MAX && u32::from(record.connection) != number {
        return Ok(None);
    }
    let event = reader.event(seq)?;
    Ok((event.connection == number).then_some((event, record)))
}

fn has_message(
    reader: &mut Reader,
    rows: &Rows,
    places: std::ops::RangeInclusive<u64>,
    progress: &Progress,
) -> Result<bool, ExportError> {
    let view = reader.view();
    for place in places {
        if place % 65_536 == 0 {
            progress.reach(0)?;
        }
        let record = view.get(rows.seq(place));
        if record.is_some_and(|record| record.connection == 0 && matches!(record.kind, Kind::Message(_))) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Writes one message. Its time keeps its microseconds, which a float of this size just holds.
fn append_message(to: &mut dyn Write, time_us: i64, message: &Message) -> io::Result<()> {
    let kind = match message.direction {
        Direction::In => "receive",
        Direction::Out => "send",
    };
    let seconds = time_us.div_euclid(1_000_000);
    let micros = time_us.rem_euclid(1_000_000);
    write!(to, "{{\"type\":\"{kind}\",\"time\":{seconds}.{micros:06},\"opcode\":")?;
    match &message.payload {
        Payload::Text(text) => {
            to.write_all(b"1,\"data\":")?;
            serde_json::to_writer(&mut *to, text.as_str())?;
        }
        Payload::Binary(bytes) => write!(to, "2,\"data\":\"{}\"", STANDARD.encode(bytes))?,
    }
    to.write_all(b"}")
}

#[derive(Serialize)]
struct Creator {
    name: &'static str,
    version: &'static str,
}

/// An entry but for its messages, in the order Chrome writes the keys.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    connection: String,
    #[serde(rename = "_resourceType")]
    resource_type: &'static str,
    cache: Empty,
    request: Request,
    response: Response,
    #[serde(rename = "serverIPAddress")]
    server_address: String,
    started_date_time: String,
    /// Milliseconds.
    time: f64,
    timings: Timings,
}

#[derive(Serialize)]
struct Empty {}

#[derive(Serialize)]
struct Pair {
    name: String,
    value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    method: String,
    url: String,
    http_version: &'static str,
    headers: Vec<Pair>,
    query_string: Vec<Pair>,
    cookies: [(); 0],
    headers_size: i64,
    body_size: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Response {
    status: u16,
    status_text: String,
    http_version: &'static str,
    headers: Vec<Pair>,
    cookies: [(); 0],
    content: Content,
    #[serde(rename = "redirectURL")]
    redirect_url: String,
    headers_size: i64,
    body_size: i64,
    #[serde(rename = "_transferSize")]
    transfer_size: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Content {
    size: u64,
    mime_type: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    text: String,
}

/// Milliseconds; −1 where a phase didn't happen or isn't known.
#[derive(Serialize)]
struct Timings {
    blocked: f64,
    dns: f64,
    ssl: f64,
    connect: f64,
    send: f64,
    wait: f64,
    receive: f64,
}

/// Reads the handshake of a connection into its entry. Everything in it was masked when it was captured.
fn entry(
    reader: &mut Reader,
    number: u32,
    connection: &Connection,
    server: &str,
) -> Result<Entry, ReadError> {
    let mut entry = blank(number, connection, server);
    let mut tls_us = None;
    let mut tcp_us = None;
    for &seq in &connection.facts {
        let What::Fact(fact) = reader.event(seq)?.what else { continue };
        match *fact {
            Fact::Connect { url, .. } => {
                entry.request.query_string = query(&url);
                entry.request.url = url;
            }
            Fact::Resolved { took_us, .. } => entry.timings.dns = milliseconds(took_us),
            Fact::Connected { address, took_us, .. } => {
                let host = address.rsplit_once(':').map_or(address.as_str(), |(host, _)| host);
                entry.server_address = host.trim_matches(['[', ']']).to_owned();
                tcp_us = Some(took_us);
            }
            // What a proxy takes is a part of the connecting, too.
            Fact::Tunnelled { took_us, .. } => tcp_us = Some(tcp_us.unwrap_or(0) + took_us),
            Fact::Secured { took_us, .. } => tls_us = Some(took_us),
            Fact::Request { method, headers, .. } => {
                entry.request.method = method;
                entry.request.headers = pairs(headers);
            }
            Fact::Response { status, reason, headers, body, took_us } => {
                let location = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("location"));
                entry.response.redirect_url = location.map(|(_, url)| url.clone()).unwrap_or_default();
                entry.response.status = status;
                entry.response.status_text = reason;
                entry.response.http_version = "HTTP/1.1";
                entry.response.headers = pairs(headers);
                entry.response.content.size = body.len() as u64;
                entry.response.content.text = body;
                entry.timings.wait = milliseconds(took_us);
            }
            // An upgrade that opened was a switch of protocols, also where the transport doesn't show it.
            Fact::Open { .. } if entry.response.status == 0 => {
                entry.response.status = 101;
                entry.response.status_text = "Switching Protocols".to_owned();
            }
            _ => {}
        }
    }
    let timings = &mut entry.timings;
    timings.ssl = tls_us.map_or(-1.0, milliseconds);
    // In a HAR the TLS handshake is a part of the connecting.
    timings.connect = tcp_us.map_or(-1.0, |tcp_us| milliseconds(tcp_us + tls_us.unwrap_or(0)));
    entry.time = [timings.dns, timings.connect, timings.wait].iter().map(|part| part.max(0.0)).sum();
    Ok(entry)
}

fn blank(number: u32, connection: &Connection, server: &str) -> Entry {
    Entry {
        connection: number.to_string(),
        resource_type: "websocket",
        cache: Empty {},
        request: Request {
            method: "GET".to_owned(),
            url: server.to_owned(),
            http_version: "HTTP/1.1",
            headers: Vec::new(),
            query_string: query(server),
            cookies: [],
            headers_size: -1,
            body_size: 0,
        },
        response: Response {
            status: 0,
            status_text: String::new(),
            http_version: "",
            headers: Vec::new(),
            cookies: [],
            content: Content { size: 0, mime_type: "x-unknown", text: String::new() },
            redirect_url: String::new(),
            headers_size: -1,
            body_size: -1,
            transfer_size: 0,
        },
        server_address: String::new(),
        started_date_time: time::rfc3339(connection.begun_us),
        time: 0.0,
        timings: Timings {
            blocked: -1.0,
            dns: -1.0,
            ssl: -1.0,
            connect: -1.0,
            send: 0.0,
            wait: 0.0,
            receive: 0.0,
        },
    }
}

fn pairs(headers: Vec<Header>) -> Vec<Pair> {
    headers.into_iter().map(|(name, value)| Pair { name, value }).collect()
}

fn query(url: &str) -> Vec<Pair> {
    let Some((_, query)) = url.split_once('?') else { return Vec::new() };
    let query = query.split('#').next().unwrap_or_default();
    form_urlencoded::parse(query.as_bytes())
        .map(|(name, value)| Pair { name: name.into_owned(), value: value.into_owned() })
        .collect()
}

#[expect(clippy::cast_precision_loss, reason = "a duration: a float of milliseconds is what HAR has")]
fn milliseconds(us: u64) -> f64 {
    us as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::capture::export::sample;

    fn exported(rows: &Rows) -> (Value, Written) {
        let (_folder, mut reader) = sample::capture();
        let mut bytes = Vec::new();
        let written = write(&mut reader, rows, "wss://server", &mut bytes, &Progress::unwatched()).unwrap();
        (serde_json::from_slice(&bytes).unwrap(), written)
    }

    #[test]
    fn it_holds_what_chrome_reads() {
        let (har, written) = exported(&Rows::All(14));
        assert_eq!(har["log"]["version"], "1.2");
        assert_eq!(har["log"]["creator"]["name"], "Harewire");
        let entries = har["log"]["entries"].as_array().unwrap();
        assert_eq!(entries.len(), 2);
        let entry = &entries[0];
        assert_eq!(entry["_resourceType"], "websocket");
        assert_eq!(entry["startedDateTime"], "2025-11-24T16:00:00.000042Z");
        assert_eq!(entry["serverIPAddress"], "192.0.2.7");
        assert_eq!(entry["request"]["url"], "wss://cms.example.com/websocket?access_token=[masked 1]");
        assert_eq!(entry["request"]["queryString"], json!([{"name": "access_token", "value": "[masked 1]"}]));
        assert_eq!(entry["request"]["headers"][1], json!({"name": "Cookie", "value": "session=[masked 2]"}));
        assert_eq!(entry["response"]["status"], 101);
        assert_eq!(entry["timings"]["dns"], 9.0);
        assert_eq!(entry["timings"]["wait"], 22.0);
        assert_eq!(entry["time"], 45.0);
        let messages = entry["_webSocketMessages"].as_array().unwrap();
        assert_eq!(messages.len(), 4);
        assert_eq!(
            messages[0],
            json!({"type": "send", "time": 1_764_000_000.005_047, "opcode": 1, "data": r#"{"type":"auth","access_token":"[masked 1]"}"#})
        );
        assert_eq!(
            messages[3],
            json!({"type": "receive", "time": 1_764_000_000.009_051, "opcode": 2, "data": "AP8K"})
        );
        // The ping frame and the close.
        assert_eq!(written, Written { events: 12, left_out: 2 });
        assert!(har["log"]["comment"].as_str().unwrap().contains("2 events"));
    }

    #[test]
    fn a_refused_connection_is_an_entry_without_messages() {
        let (har, _) = exported(&Rows::All(14));
        let entry = &har["log"]["entries"][1];
        assert_eq!(entry["response"]["status"], 401);
        assert_eq!(entry["response"]["content"]["text"], "{\"errors\":[]}");
        assert_eq!(entry["_webSocketMessages"], json!([]));
    }

    #[test]
    fn one_message_brings_its_handshake_along_and_nothing_else() {
        let (har, written) = exported(&Rows::Listed([7].into()));
        let entries = har["log"]["entries"].as_array().unwrap();
        assert_eq!(entries.len(), 1);
        assert_eq!(entries[0]["response"]["status"], 101);
        assert_eq!(entries[0]["_webSocketMessages"].as_array().unwrap().len(), 1);
        assert_eq!(written, Written { events: 1, left_out: 0 });
    }

    /// Chrome's importer turns these into numbers and dates, and gives up on the whole file where one isn't.
    #[test]
    fn every_number_and_date_that_chrome_insists_on_is_there() {
        let (har, _) = exported(&Rows::All(14));
        for entry in har["log"]["entries"].as_array().unwrap() {
            for pointer in [
                "/time",
                "/request/headersSize",
                "/request/bodySize",
                "/response/status",
                "/response/headersSize",
                "/response/bodySize",
                "/response/content/size",
                "/timings/send",
                "/timings/wait",
                "/timings/receive",
            ] {
                assert!(entry.pointer(pointer).is_some_and(Value::is_number), "{pointer}");
            }
            assert!(time::parse(entry["startedDateTime"].as_str().unwrap()).is_some());
            // `null` would be taken for an object and end the import.
            assert!(entry.get("_initiator").is_none());
        }
    }
}
