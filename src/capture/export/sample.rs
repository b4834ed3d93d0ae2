//! A small capture for the tests of the writers.

use std::fmt::Write as _;

use crate::capture::event::{ClosedBy, Direction, Event, Fact, Message, Payload, Stamp, What};
use crate::capture::line::Header;
use crate::capture::row::Row;
use crate::capture::{Join, Journal, Reader, Record, Recording};
use crate::directus::Class;

const START_US: i64 = 1_764_000_000_000_042;

/// A message with the row that the log would show.
pub fn message(direction: Direction, data: &str, summary: &str) -> (Event, Record, Row) {
    let what = What::Message(Message::text(direction, data));
    let event = Event::new(Stamp { time_us: START_US, elapsed_us: 12 }, what);
    let record = Record::of(&event, 0, 0);
    let row = Row {
        seq: 7,
        time_us: START_US,
        elapsed_us: 12,
        direction: Some(direction),
        kind: "kind".to_owned(),
        uid: "u".to_owned(),
        summary: summary.to_owned(),
        size: Some(data.len() as u64),
        ..Row::default()
    };
    (event, record, row)
}

/// A capture of two connections, the second with a refused upgrade: 14 events.
pub fn capture() -> (tempfile::TempDir, Reader) {
    let folder = tempfile::tempdir().unwrap();
    let mut journal =
        Journal::create(&folder.path().join("c.ndjson"), &Header::new("wss://cms.example.com", START_US))
            .unwrap();
    for event in events() {
        journal.append(&event);
    }
    journal.commit().unwrap();
    let reader = journal.reader();
    (folder, reader)
}

/// A capture file of this text.
pub fn opened(text: &[u8]) -> (tempfile::TempDir, Reader) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.ndjson");
    std::fs::write(&path, text).unwrap();
    let mut recording = Recording::open(&path).unwrap();
    while recording.step(|_, _| Join::default()).unwrap() {}
    let reader = recording.reader();
    (folder, reader)
}

fn events() -> Vec<Event> {
    let url = || "wss://cms.example.com/websocket?access_token=[masked 1]".to_owned();
    let connect = |attempt| Fact::Connect {
        url: url(),
        transport: "full".into(),
        mode: "handshake".into(),
        credential: "static token".into(),
        attempt,
        unverified: false,
        login_first: false,
    };
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let request = || Fact::Request {
        method: "GET".into(),
        target: "/websocket?access_token=[masked 1]".into(),
        headers: vec![header("Host", "cms.example.com"), header("Cookie", "session=[masked 2]")],
    };
    let response = |status, reason: &str, body: &str| Fact::Response {
        status,
        reason: reason.into(),
        headers: vec![header("Server", "nginx")],
        body: body.into(),
        took_us: 22_000,
    };
    let text = |direction, data: &str| What::Message(Message::text(direction, data));
    let fact = |fact| What::Fact(Box::new(fact));
    let binary = What::Message(Message {
        direction: Direction::In,
        payload: Payload::Binary(bytes::Bytes::from_static(&[0, 255, 10])),
        size: 3,
        class: Class::binary(),
    });
    let mut long = String::new();
    write!(
        long,
        "{{\"type\":\"subscription\",\"event\":\"create\",\"data\":[{{\"text\":\"é\\n{{\"}}],\"uid\":\"m\"}}"
    )
    .unwrap();
    let whats = vec![
        (1, fact(connect(1))),
        (
            1,
            fact(Fact::Resolved {
                host: "cms.example.com".into(),
                addresses: vec!["192.0.2.7".into()],
                took_us: 9_000,
            }),
        ),
        (1, fact(Fact::Connected { address: "192.0.2.7:443".into(), via: String::new(), took_us: 14_000 })),
        (1, fact(request())),
        (1, fact(response(101, "Switching Protocols", ""))),
        (1, text(Direction::Out, r#"{"type":"auth","access_token":"[masked 1]"}"#)),
        (1, text(Direction::In, r#"{"type":"auth","status":"ok"}"#)),
        (1, fact(Fact::Control { direction: Direction::In, opcode: "ping".into(), data: String::new() })),
        (1, text(Direction::In, &long)),
        (1, binary),
        (1, fact(Fact::Close { code: Some(1001), reason: String::new(), by: ClosedBy::Server })),
        (2, fact(connect(2))),
        (2, fact(request())),
        (2, fact(response(401, "Unauthorized", "{\"errors\":[]}"))),
    ];
    let stamped = |(number, (connection, what)): (u64, (u32, What))| {
        let elapsed_us = number * 1_001;
        let time_us = START_US + i64::try_from(elapsed_us).unwrap();
        Event { stamp: Stamp { time_us, elapsed_us }, connection, automatic: false, masked: true, what }
    };
    (0u64..).zip(whats).map(stamped).collect()
}
