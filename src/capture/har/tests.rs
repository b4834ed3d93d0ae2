//! Imports of HARs in the shape that Chrome writes.

use super::*;
use crate::capture::event::{Direction, Fact, Payload, What};
use crate::capture::{Join, Recording, line};

/// Written by hand in the shape of a HAR saved by Chrome: indentation, order of keys and unrelated entries included.
const CHROME: &str = include_str!("../../../tests/har/chrome.har");

fn imported(bytes: &[u8]) -> Result<(String, Imported), HarError> {
    let mut text = Vec::new();
    let imported = HarFile::from_bytes(bytes.to_vec()).import(&mut text, &Progress::unwatched())?;
    Ok((String::from_utf8(text).unwrap(), imported))
}

fn events(text: &str) -> Vec<Event> {
    text.lines().skip(1).map(|line| line::read(line.as_bytes()).1).collect()
}

fn fact(event: &Event) -> &Fact {
    let What::Fact(fact) = &event.what else { panic!("{event:?}") };
    fact
}

#[test]
fn a_har_of_chrome_becomes_a_capture() {
    let (text, imported) = imported(CHROME.as_bytes()).unwrap();
    assert_eq!((imported.sockets, imported.messages, imported.left_out), (2, 7, 0));
    assert_eq!(imported.server, "wss://cms.example.com/websocket");
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &text).unwrap();
    let mut recording = Recording::open(file.path()).unwrap();
    while recording.step(|_, _| Join::default()).unwrap() {}
    assert_eq!(recording.oddities().sentences(), [""; 0]);
    assert_eq!(recording.header().unwrap().server, imported.server);
    assert!(
        text.lines().next().unwrap().contains(r#""imported":"har","creator":"WebInspector 537.36""#),
        "{text}"
    );
}

#[test]
fn a_socket_begins_with_its_handshake() {
    let events = events(&imported(CHROME.as_bytes()).unwrap().0);
    let first: Vec<_> = events.iter().filter(|event| event.connection == 1).collect();
    let Fact::Connect { url, mode, transport, .. } = fact(first[0]) else { panic!("{:?}", first[0]) };
    assert_eq!(
        (url.as_str(), mode.as_str(), transport.as_str()),
        ("wss://cms.example.com/websocket", "handshake", "browser")
    );
    let Fact::Request { target, headers, .. } = fact(first[1]) else { panic!() };
    assert_eq!(target, "/websocket");
    assert!(
        headers.iter().any(|(name, value)| name == "Cookie" && value == "directus_session_token=[masked 1]"),
        "{headers:?}"
    );
    let Fact::Response { status, took_us, .. } = fact(first[2]) else { panic!() };
    assert_eq!((*status, *took_us), (101, 20_500));
    assert!(matches!(fact(first[3]), Fact::Open { .. }));
    assert_eq!(first[0].stamp.elapsed_us, 0);
    // 0.8 ms queued, 5 ms DNS, 12 ms connect, 0.2 ms send, 20.5 ms wait.
    assert_eq!(first[3].stamp.elapsed_us, 38_500);
}

#[test]
fn messages_keep_direction_time_and_bytes() {
    let events = events(&imported(CHROME.as_bytes()).unwrap().0);
    let messages: Vec<_> = events
        .iter()
        .filter_map(|event| match &event.what {
            What::Message(message) if event.connection == 1 => Some((event, message)),
            _ => None,
        })
        .collect();
    assert_eq!(messages.len(), 6);
    let (event, message) = messages[1];
    assert_eq!(message.direction, Direction::In);
    assert_eq!(event.stamp.time_us, 1_795_566_458_123_457);
    assert_eq!(message.payload, Payload::Text(r#"{"type":"auth","status":"ok"}"#.into()));
    let (_, binary) = messages[5];
    assert_eq!(binary.payload, Payload::Binary(bytes::Bytes::from_static(&[0, 255, 10])));
    assert_eq!(binary.size, 3);
}

#[test]
fn sockets_that_are_not_of_directus_come_along_as_raw() {
    let events = events(&imported(CHROME.as_bytes()).unwrap().0);
    let other = events.iter().find(|event| event.connection == 2).unwrap();
    assert!(matches!(fact(other), Fact::Connect { mode, .. } if mode == "raw"));
}

#[test]
fn no_secret_reaches_the_capture() {
    let har = CHROME.replace("/websocket\"", "/websocket?access_token=URLTOKEN-123&x=1\"");
    let (text, imported) = imported(har.as_bytes()).unwrap();
    for secret in ["URLTOKEN-123", "COOKIE-SECRET-1", "AUTH-TOKEN-9", "REFRESH-77"] {
        assert!(har.contains(secret), "{secret} must be in the HAR for this test to mean something");
        assert!(!text.contains(secret), "{secret} is in\n{text}");
        assert!(!imported.server.contains(secret));
    }
    assert!(text.contains("access_token=[masked"), "{text}");
    // Sent again in a message of another kind, and in another socket's URL.
    let again = har.replace(
        "{\\\"type\\\":\\\"pong\\\"}",
        "{\\\"type\\\":\\\"items\\\",\\\"note\\\":\\\"URLTOKEN-123\\\"}",
    );
    assert_ne!(again, har);
    assert!(!self::imported(again.as_bytes()).unwrap().0.contains("URLTOKEN-123"));
}

#[test]
fn a_login_sent_as_bytes_is_masked_and_a_later_socket_tells_secrets_of_an_earlier() {
    use base64::Engine as _;
    let login =
        base64::engine::general_purpose::STANDARD.encode(r#"{"type":"auth","access_token":"BYTES-TOKEN-1"}"#);
    let har = format!(
        r#"{{"log":{{"entries":[
            {{"startedDateTime":"2026-01-01T00:00:00Z","request":{{"url":"ws://x/"}},"_webSocketMessages":[
                {{"type":"send","time":1,"opcode":2,"data":"{login}"}},
                {{"type":"send","time":2,"opcode":1,"data":"{{\"note\":\"LATER-TOKEN-2\"}}"}}]}},
            {{"startedDateTime":"2026-01-01T00:00:09Z","request":{{"url":"ws://x/?access_token=LATER-TOKEN-2"}},"_webSocketMessages":[]}}
        ]}}}}"#
    );
    let (text, _) = imported(har.as_bytes()).unwrap();
    assert!(!text.contains("LATER-TOKEN-2"), "{text}");
    let events = events(&text);
    let What::Message(sent) = &events[3].what else { panic!("{text}") };
    let Payload::Binary(bytes) = &sent.payload else { panic!("{text}") };
    assert_eq!(std::str::from_utf8(bytes).unwrap(), r#"{"type":"auth","access_token":"[masked 2]"}"#);
    assert!(events[3].masked);
}

#[test]
fn what_is_wrong_with_a_file_is_said() {
    for (bytes, expected) in [
        (&b"{\"log\": {\"entries\": ["[..], "line 1, column 21"),
        (b"", "line 1, column 0"),
        (b"[]", "no list at log.entries"),
        (b"{\"log\":{}}", "no list at log.entries"),
        (b"{\"log\":{\"entries\":{}}}", "no list at log.entries"),
        (
            b"{\"log\":{\"entries\":[{},{}]}}",
            "2 requests and no WebSocket messages. Open the developer tools before",
        ),
        (
            b"{\"log\":{\"creator\":{\"name\":\"Firefox\",\"version\":\"150\"},\"entries\":[]}}",
            "0 requests and no WebSocket messages. Firefox",
        ),
    ] {
        let error = imported(bytes).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    let missing = HarFile::read(Path::new("missing.har")).err().unwrap().to_string();
    assert!(missing.contains("missing.har can't be read"), "{missing}");
}

#[test]
fn a_strange_message_is_left_out_and_counted() {
    let har = r#"{"log":{"entries":[{"request":{"url":"ws://x/"},"_webSocketMessages":[
        {"type":"receive","time":1.5,"opcode":1,"data":"a"}, {"type":"receive","time":"now","opcode":1,"data":"b"},
        {"type":"receive","time":2,"opcode":2,"data":"?"}, {"type":"dream","time":2,"opcode":1,"data":"c"}, 7,
        {"type":"receive","time":2,"opcode":9,"data":""}, {"type":"send","time":3,"opcode":8,"data":""},
        {"type":"error","time":4,"opcode":-1,"data":"Invalid frame header"}
    ]}]}}"#;
    let (text, imported) = imported(har.as_bytes()).unwrap();
    assert_eq!((imported.messages, imported.left_out), (1, 4));
    let events = events(&text);
    assert_eq!(events[0].stamp.time_us, 1_500_000, "the first message dates an entry without a date");
    assert!(matches!(fact(&events[4]), Fact::Control { opcode, .. } if opcode == "ping"));
    assert!(matches!(fact(&events[5]), Fact::Close { code: None, .. }));
    assert!(matches!(fact(&events[6]), Fact::Error { message, .. } if message == "Invalid frame header"));
}

#[test]
fn an_export_comes_back_as_it_was() {
    use crate::capture::export::{Rows, write_har};
    let (text, _) = imported(CHROME.as_bytes()).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &text).unwrap();
    let mut recording = Recording::open(file.path()).unwrap();
    while recording.step(|_, _| Join::default()).unwrap() {}
    let mut reader = recording.reader();
    let mut har = Vec::new();
    let rows = Rows::All(reader.view().len());
    write_har(&mut reader, &rows, "ws://x", &mut har, &Progress::unwatched()).unwrap();
    let (again, imported) = imported(&har).unwrap();
    assert_eq!(imported.messages, 7);
    let messages = |text: &str| {
        let messages = events(text).into_iter().filter_map(|event| match event.what {
            What::Message(message) => {
                Some((event.connection, event.stamp, message.direction, message.payload))
            }
            What::Fact(_) => None,
        });
        messages.collect::<Vec<_>>()
    };
    assert_eq!(messages(&again), messages(&text));
}

#[test]
fn an_import_can_be_cancelled() {
    let progress = Progress::unwatched();
    progress.cancel();
    let error = HarFile::from_bytes(CHROME.into()).import(&mut Vec::new(), &progress).unwrap_err();
    assert!(matches!(error, HarError::Cancelled(_)));
}

/// Saved by Chromium 156 itself: its own HAR builder, driven over its debugging port, on a page of ours whose URL, cookie
/// and login hold planted secrets.
const CHROMIUM: &str = include_str!("../../../tests/har/chromium-156.har");

#[test]
fn a_har_that_chromium_wrote_is_read() {
    let (text, imported) = imported(CHROMIUM.as_bytes()).unwrap();
    assert_eq!((imported.sockets, imported.messages, imported.left_out), (1, 6, 0));
    assert_eq!(imported.server, "ws://localhost:8899/websocket?access_token=[masked 1]");
    for secret in ["PLANTED-URL-TOKEN", "PLANTED-COOKIE-1", "PLANTED-AUTH-TOKEN"] {
        assert!(CHROMIUM.contains(secret) && !text.contains(secret), "{secret}: {text}");
    }
    let events = events(&text);
    assert!(matches!(fact(&events[0]), Fact::Connect { mode, .. } if mode == "handshake"));
    assert!(
        events.is_sorted_by_key(|event| event.stamp.elapsed_us),
        "Chrome dates the answer after the first messages"
    );
    let What::Message(last) = &events.last().unwrap().what else { panic!() };
    assert_eq!(
        (last.direction, &last.payload),
        (Direction::In, &Payload::Binary(bytes::Bytes::from_static(&[0, 255, 10])))
    );
}

/// Every key that Chromium gives a socket's entry and that its importer reads is in ours, with a value of the same sort.
#[test]
fn an_export_has_the_keys_that_chromium_writes() {
    use crate::capture::export::{Rows, write_har};
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), imported(CHROMIUM.as_bytes()).unwrap().0).unwrap();
    let mut recording = Recording::open(file.path()).unwrap();
    while recording.step(|_, _| Join::default()).unwrap() {}
    let mut ours = Vec::new();
    write_har(&mut recording.reader(), &Rows::All(10), "ws://x", &mut ours, &Progress::unwatched()).unwrap();
    let ours: serde_json::Value = serde_json::from_slice(&ours).unwrap();
    let theirs: serde_json::Value = serde_json::from_str(CHROMIUM).unwrap();
    let socket = |har: &serde_json::Value| {
        let entries = har["log"]["entries"].as_array().unwrap();
        entries.iter().find(|entry| entry["_resourceType"] == "websocket").unwrap().clone()
    };
    let (ours, theirs) = (socket(&ours), socket(&theirs));
    // What only a page has, and what is null there anyway.
    let not_ours = [
        "_initiator",
        "_priority",
        "pageref",
        "_error",
        "_fetchedViaServiceWorker",
        "compression",
        "_blocked_queueing",
    ];
    let mut missing = Vec::new();
    compare("", &theirs, &ours, &mut missing);
    missing.retain(|path: &String| !not_ours.iter().any(|key| path.ends_with(key)));
    assert_eq!(missing, [""; 0]);
    assert_eq!(ours["_webSocketMessages"].as_array().unwrap().len(), 6);
}

/// Paths of what `theirs` has and `ours` has not, or has as another sort of value.
fn compare(path: &str, theirs: &serde_json::Value, ours: &serde_json::Value, missing: &mut Vec<String>) {
    use serde_json::Value;
    match (theirs, ours) {
        (Value::Object(theirs), Value::Object(ours)) => {
            for (key, value) in theirs {
                let path = format!("{path}/{key}");
                match ours.get(key) {
                    Some(other) => compare(&path, value, other, missing),
                    None => missing.push(path),
                }
            }
        }
        (Value::Array(theirs), Value::Array(ours)) => {
            if let (Some(one), Some(other)) = (theirs.first(), ours.first()) {
                compare(&format!("{path}[]"), one, other, missing);
            } else if !theirs.is_empty() {
                missing.push(format!("{path}[]"));
            }
        }
        (Value::String(_), Value::String(_)) | (Value::Number(_), Value::Number(_)) => {}
        _ => missing.push(path.to_owned()),
    }
}
