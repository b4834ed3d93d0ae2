//! Every frame of the captured traffic of real servers is understood, and prints back.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use harewire::directus::{ClientMessage, Frame, MessageType, ServerMessage, classify};
use serde_json::Value;

/// The servers the traffic was captured from.
const VERSIONS: [&str; 2] = ["12.4.0", "11.17.4"];

/// One text frame of a transcript.
struct Captured {
    place: String,
    direction: String,
    text: String,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts")
}

fn frames() -> Vec<Captured> {
    let mut frames = Vec::new();
    for version in VERSIONS {
        let mut files: Vec<_> =
            fs::read_dir(folder().join(version)).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        for file in files {
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            for (number, line) in fs::read_to_string(&file).unwrap().lines().enumerate() {
                let line: Value = serde_json::from_str(line).unwrap();
                let direction = line["dir"].as_str().unwrap();
                // Binary and control frames have an object here: they carry no text of the language.
                if let ("in" | "out", Some(text)) = (direction, line["data"].as_str()) {
                    frames.push(Captured {
                        place: format!("{version}/{name}:{}", number + 1),
                        direction: direction.to_owned(),
                        text: text.to_owned(),
                    });
                }
            }
        }
    }
    frames
}

/// The frames that may stay untyped, as `direction` and JSON-quoted text, from the list with their reasons.
fn listed() -> BTreeSet<(String, String)> {
    let list = fs::read_to_string(folder().join("other.md")).unwrap();
    let rows: Vec<_> = list.lines().filter(|line| line.starts_with("- ")).collect();
    let set: BTreeSet<_> = rows
        .iter()
        .map(|row| {
            let mut parts = row.splitn(5, '`');
            let (direction, text) = (parts.nth(1).unwrap(), parts.nth(1).unwrap());
            let reason = parts.next().unwrap();
            assert!(reason.starts_with(" — ") && reason.len() > 20, "no reason: {row}");
            (direction.to_owned(), serde_json::from_str(text).unwrap())
        })
        .collect();
    assert_eq!(set.len(), rows.len(), "a frame is listed twice");
    set
}

/// The message printed as JSON, `None` if it was not understood.
fn printed(frame: &Captured) -> Option<Value> {
    let text = if frame.direction == "out" {
        let read = Frame::client(frame.text.as_str());
        assert_eq!(read.to_string(), frame.text, "{}", frame.place);
        match read.message() {
            Err(_) | Ok(ClientMessage::Other(_)) => return None,
            Ok(message) => message.to_text(),
        }
    } else {
        let read = Frame::server(frame.text.as_str());
        assert_eq!(read.to_string(), frame.text, "{}", frame.place);
        match read.message() {
            Err(_) | Ok(ServerMessage::Other(_)) => return None,
            Ok(message) => message.to_text(),
        }
    };
    Some(serde_json::from_str(&text).unwrap())
}

#[test]
fn every_frame_is_a_typed_message_or_listed_with_a_reason() {
    let frames = frames();
    assert!(frames.len() > 1000, "only {} frames found", frames.len());
    let mut untyped = BTreeSet::new();
    for frame in &frames {
        match printed(frame) {
            Some(value) => {
                assert_eq!(value, serde_json::from_str::<Value>(&frame.text).unwrap(), "{}", frame.place);
            }
            None => {
                untyped.insert((frame.direction.clone(), frame.text.clone()));
            }
        }
    }
    let listed = listed();
    let unlisted: Vec<_> = untyped.difference(&listed).collect();
    let stale: Vec<_> = listed.difference(&untyped).collect();
    assert!(unlisted.is_empty(), "not understood and not in other.md: {unlisted:#?}");
    assert!(stale.is_empty(), "in other.md, but understood or gone: {stale:#?}");
}

#[test]
fn the_class_of_every_frame_agrees_with_its_message() {
    for frame in frames() {
        let class = classify(&frame.text);
        let place = &frame.place;
        let Ok(value) = serde_json::from_str::<Value>(&frame.text) else {
            assert_eq!(class.kind, MessageType::NotJson, "{place}");
            continue;
        };
        let uid = match value.get(if class.kind == MessageType::GraphQl { "id" } else { "uid" }) {
            Some(Value::String(text)) => Some(text.clone()),
            Some(Value::Number(number)) => Some(number.to_string()),
            _ => None,
        };
        assert_eq!(class.uid(&frame.text).as_deref(), uid.as_deref(), "{place}");
        assert_eq!(class.code.name(), value["error"]["code"].as_str().unwrap_or_default(), "{place}");
        assert_eq!(class.is_error(), value["status"] == "error", "{place}");
        if frame.direction == "in" {
            assert_ne!(class.kind, MessageType::Other, "{place}");
            let event = value["event"].as_str().unwrap_or_default();
            assert_eq!(class.event.name(), event, "{place}");
        }
    }
}
