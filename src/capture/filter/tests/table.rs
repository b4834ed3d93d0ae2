//! Filter by filter: which lines fit.

use bytes::Bytes;

use super::scene::{Scene, message};
use crate::capture::filter::{Filter, HELP, Names};
use crate::capture::time::Zone;
use crate::capture::{ClosedBy, Direction, Fact, Join, Message, NoteChange, Notes, Payload, Stage, What};
use crate::directus::Class;

/// Every line has a number that the table names.
fn session() -> Scene {
    let mut scene = Scene::new();
    let open = Fact::Open { url: "ws://cms/websocket".into(), subprotocol: String::new() };
    scene.fact(open); // 1
    let subscribe = r#"{"type":"subscribe","collection":"articles","uid":"a-1"}"#;
    let join = |subscription, answers, collection| Join { subscription, answers, collection };
    scene.add(message(Direction::Out, subscribe), join(1, 0, 1), false); // 2
    scene.hear_joined(r#"{"type":"subscription","event":"init","uid":"a-1"}"#, join(1, 2, 1)); // 3
    scene.hear_joined(
        r#"{"type":"subscription","event":"create","data":[{"id":23,"status":"draft","title":"Grüße \"quoted\"\nline two","price":12.5,"tags":["news"]}],"uid":"a-1"}"#,
        join(1, 0, 1),
    ); // 4
    // Belongs to the first subscription, although the uid was used again later.
    scene.hear_joined(r#"{"type":"subscription","event":"delete","data":["23"],"uid":"a-1"}"#, join(2, 0, 2)); // 5
    scene.say(r#"{"type":"items","action":"read","collection":"users","id":7,"uid":42}"#); // 6
    scene.hear_joined(
        r#"{"type":"items","status":"error","error":{"code":"FORBIDDEN","message":"No"},"uid":42}"#,
        join(0, 6, 2),
    ); // 7
    scene.hear(r#"{"type":"notification","error":{"code":"MY_CODE"},"text":"DRAFT"}"#); // 8
    scene.add(message(Direction::Out, r#"{"type":"pong"}"#), Join::default(), true); // 9
    scene.hear("not json, draft"); // 10
    let bytes = Message {
        direction: Direction::In,
        payload: Payload::Binary(Bytes::from_static(&[0, 255])),
        size: 2,
        class: Class::binary(),
    };
    scene.add(What::Message(bytes), Join::default(), false); // 11
    scene.fact(Fact::Held {
        reason: String::new(),
        data: r#"{"type":"subscribe","collection":"notes","uid":"h"}"#.into(),
    }); // 12
    let error = Fact::Error {
        stage: Stage::Tls,
        message: "The certificate expired.".into(),
        cause: "c".into(),
        advice: "a".into(),
    };
    scene.fact(error); // 13
    scene.fact(Fact::Close { code: Some(1006), reason: "gone away".into(), by: ClosedBy::Network }); // 14
    let mut notes = Notes::default();
    let change = |about, pin, text: &str| NoteChange { about, pin: Some(pin), text: Some(text.to_owned()) };
    for change in
        [change(4, true, ""), change(9, true, "why"), change(10, false, "look"), change(11, true, "")]
    {
        notes.apply(&change);
    }
    notes.apply(&change(11, false, ""));
    let names = Names::new(
        vec![(1, "a-1".into(), "articles".into()), (2, "a-1".into(), "users".into())],
        vec!["articles".into(), "users".into()],
    );
    scene.set_names(names.noted(std::sync::Arc::new(notes)));
    scene
}

impl Scene {
    fn hear_joined(&mut self, text: &str, join: Join) -> u64 {
        self.add(message(Direction::In, text), join, false)
    }
}

const ALL: [u64; 14] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14];

/// Filters and the numbers of the lines that fit.
const TABLE: &[(&str, &[u64])] = &[
    ("", &ALL),
    ("  ", &ALL),
    ("draft", &[4, 8, 10]),
    ("DRAFT", &[8]),
    ("draft not json", &[4, 8]),
    ("\"not json\"", &[10]),
    ("grüße", &[4]),
    ("\"line two\"", &[4]),
    ("\"\\nline\"", &[]),
    ("\"\\\\nline\"", &[4]),
    ("\"\\\\\\\"quoted\"", &[4]),
    ("/\\bdraft\\b/", &[4, 10]),
    ("/DRAFT/i", &[4, 8, 10]),
    ("/\"id\":\\d+,/", &[4, 6]),
    ("/certificate|gone/", &[13, 14]),
    ("certificate", &[13]),
    ("1006", &[14]),
    ("reason", &[]),
    ("2026", &[]),
    ("http://nowhere or certificate", &[13]),
    ("direction:in", &[3, 4, 5, 7, 8, 10, 11]),
    ("dir:out", &[2, 6, 9]),
    ("not direction:in,out", &[1, 12, 13, 14]),
    ("kind:open,close", &[1, 14]),
    ("kind:error", &[13]),
    ("kind:message", &[2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
    ("kind:not-json", &[10]),
    ("type:subscription", &[3, 4, 5]),
    ("type:notification", &[8]),
    ("type:items dir:out", &[6]),
    ("event:create,delete", &[4, 5]),
    ("EVENT:Create", &[4]),
    ("uid:a-1", &[2, 3, 4, 5]),
    ("uid:42", &[6, 7]),
    ("uid:a*,h", &[2, 3, 4, 5, 12]),
    ("uid:\"a*\"", &[]),
    ("collection:articles", &[2, 3, 4]),
    ("collection:users", &[5, 6, 7]),
    ("collection:notes", &[12]),
    ("collection:*", &[2, 3, 4, 5, 6, 7, 12]),
    ("status:error", &[7, 8, 13, 14]),
    ("status:ok", &[3]),
    ("code:FORBIDDEN", &[7]),
    ("code:forbidden,MY_CODE", &[7, 8]),
    ("size:2", &[11]),
    ("size:>100", &[4]),
    ("size:..15", &[9, 10, 11]),
    ("rtt:>=1s", &[3, 7]),
    ("rtt:>1s", &[]),
    ("auto:yes", &[1, 9, 12, 13, 14]),
    ("masked:yes", &[]),
    ("is:pinned", &[4, 9]),
    ("is:noted", &[9, 10]),
    ("is:pinned,noted not dir:out", &[4, 10]),
    ("not is:pinned seq:3..5", &[3, 5]),
    ("connection:1", &ALL),
    ("connection:!=1", &[]),
    ("seq:2..4,7", &[2, 3, 4, 7]),
    ("seq:>12", &[13, 14]),
    ("time:2026-11-24T12:00:03Z", &[3]),
    ("time:12:00:03..12:00:04", &[3, 4]),
    ("time:>12:00:12", &[13, 14]),
    ("time:>=12:00:12", &[12, 13, 14]),
    ("time:<12:00:03", &[1, 2]),
    ("time:>-2s", &[13, 14]),
    ("time:2026-11-23", &[]),
    ("time:2026-11-24", &ALL),
    ("data[0].status = \"draft\"", &[4]),
    ("data[0].status = draft", &[4]),
    ("data[0].status != x", &[4]),
    ("data.*.price > 10", &[4]),
    ("data..id = 23", &[4]),
    ("data..id = \"23\"", &[]),
    ("$.data[0] = \"23\"", &[5]),
    ("data[0].tags contains news", &[4]),
    ("data[0].title contains GRÜ", &[]),
    ("data[0].title contains grü", &[4]),
    ("data[0].title matches /^Gr.*\\n/", &[4]),
    ("exists(error.code)", &[7, 8]),
    ("not exists(type) kind:message", &[10, 11]),
    ("collection = \"notes\"", &[12]),
    ("by = network", &[14]),
    ("code >= 1000", &[14]),
    ("(event:create or event:delete) and not uid:b", &[4, 5]),
    ("event:create or event:delete direction:out", &[4]),
    ("!draft -type:pong kind:message !(dir:in)", &[2, 6]),
];

#[test]
fn the_table() {
    let scene = session();
    for (text, expected) in TABLE {
        let filter =
            Filter::parse(text).unwrap_or_else(|error| panic!("{text}: {error}")).in_zone(Zone::utc());
        assert_eq!(scene.fitting(&filter), *expected, "{text}");
    }
}

#[test]
fn what_needs_no_file_says_so() {
    for (text, indexed) in [
        ("", true),
        ("event:create dir:in size:>1 not status:error", true),
        ("type:subscription", true),
        ("is:pinned", true),
        ("type:notification", false),
        ("code:MY_CODE", false),
        ("uid:a", false),
        ("collection:a", false),
        ("draft", false),
        ("exists(a)", false),
    ] {
        assert_eq!(Filter::parse(text).unwrap().is_indexed(), indexed, "{text}");
    }
}

#[test]
fn every_example_of_the_help_is_a_filter() {
    let mut syntaxes: Vec<_> = HELP.iter().map(|help| help.syntax).collect();
    for help in HELP {
        let filter = Filter::parse(help.example).unwrap_or_else(|error| panic!("{}: {error}", help.example));
        assert!(!filter.is_everything(), "{}", help.example);
        assert!(help.means.ends_with(['.', ':']), "{}", help.means);
    }
    syntaxes.sort_unstable();
    syntaxes.dedup();
    assert_eq!(syntaxes.len(), HELP.len(), "every construct once");
}

#[test]
fn spans_count_from_where_the_filter_began() {
    let mut scene = session();
    let filter = Filter::parse("time:>-2s").unwrap();
    let mut matcher = filter.bind(scene.names());
    let reader = scene.reader();
    let view = reader.view();
    let mut fits = |view: &crate::capture::IndexView, seq| {
        matcher.record(seq, &view.get(seq).unwrap(), view) == crate::capture::filter::Verdict::Yes
    };
    assert!(fits(&view, 13));
    for _ in 0..5 {
        scene.hear("later");
    }
    let view = reader.view();
    assert!(fits(&view, 13) && fits(&view, 19) && !fits(&view, 12));
}

#[test]
fn lines_of_other_programs_are_searched_as_they_stand() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("foreign.ndjson");
    let lines: &[&[u8]] = &[
        b"{\"level\":30,\"msg\":\"started \\\"x\\\"\"}",
        b"\xff\xfe broken",
        b"plain text",
        br#"{"event":"message","data":"{\"type\":\"ping\",\"uid\":\"u\"}","direction":"in","seq":4}"#,
    ];
    std::fs::write(&path, lines.join(&b'\n')).unwrap();
    let mut recording = crate::capture::Recording::open(&path).unwrap();
    while recording.step(|_, _| Join::default()).unwrap() {}
    let mut reader = recording.reader();
    let view = reader.view();
    for (text, expected) in [
        ("level = 30", vec![1]),
        ("msg contains \"started \\\"\"", vec![1]),
        ("started", vec![1]),
        ("broken", vec![2]),
        ("plain or level", vec![1, 3]),
        ("uid:u", vec![4]),
        ("type:ping", vec![4]),
        ("type = ping", vec![4]),
        ("/^plain/", vec![3]),
        ("kind:unknown", vec![1, 2, 3]),
    ] {
        let mut matcher = Filter::parse(text).unwrap().bind(std::sync::Arc::default());
        let mut fits = |seq: u64| {
            let record = view.get(seq).unwrap();
            let line = reader.line(record).unwrap();
            matcher.line(seq, &record, &view, &line)
        };
        assert_eq!((1..=view.len()).filter(|seq| fits(*seq)).collect::<Vec<_>>(), expected, "{text}");
    }
}
