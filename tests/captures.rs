//! Captures as files: frozen samples that must open for ever, and files that others write, cut, replace and delete
//! while the window looks.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use harewire::app::Launch;
use harewire::capture::{
    Direction, Event, Fact, Header, Join, Journal, Message, Outline, Recording, Sort, Stamp, What,
};
use harewire::session::Session;

use crate::headless::{Desk, Home};

/// An event without what is only our way of holding it.
fn words(event: &Event) -> String {
    let Event { stamp, connection, automatic, masked, what } = event;
    let what = match what {
        What::Fact(fact) => format!("{fact:?}"),
        What::Message(message) => {
            let class = &message.class;
            format!(
                "{:?} {} B {:?} {:?} {:?} {:?} {:?}",
                message.direction,
                message.size,
                class.kind,
                class.event,
                class.status,
                class.code,
                message.payload
            )
        }
    };
    format!("{} +{} connection {connection} {automatic} {masked} {what}", stamp.time_us, stamp.elapsed_us)
}

/// Everything a capture says, as far as this version reads it.
fn told(path: &Path) -> String {
    let mut recording = Recording::open(path).unwrap();
    let mut session = Session::new();
    let mut told = String::new();
    let mut more = true;
    while more {
        more = recording
            .step(|seq, event| {
                told.push_str(&format!("{seq} {}\n", words(event)));
                let joined = session.apply(seq, event);
                Join {
                    subscription: joined.subscription,
                    answers: joined.answers,
                    collection: joined.collection,
                }
            })
            .unwrap();
    }
    let view = recording.reader().view();
    let joins = (1..=view.len()).map(|seq| view.get(seq).unwrap()).enumerate();
    let joins = joins.filter(|(_, record)| record.subscription + record.partner > 0);
    let joins: Vec<String> = joins
        .map(|(place, record)| format!("{}: {} {}", place + 1, record.subscription, record.partner))
        .collect();
    format!(
        "{:?}\n{:?}\n{:?}\n{told}joins {}\n",
        Outline::read(path),
        recording.header(),
        recording.oddities().sentences(),
        joins.join(", ")
    )
}

#[test]
fn version_1_opens_for_ever() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/captures/v1.ndjson");
    insta::assert_snapshot!("capture_v1", told(&path));
}

#[test]
fn version_1_is_what_is_written() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/captures/v1.ndjson");
    let text = fs::read_to_string(&path).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.ndjson");
    let mut journal = Journal::create(&copy, &Header::new("wss://cms.example.com/websocket", 0)).unwrap();
    for line in text.lines().skip(1) {
        journal.append(&harewire::capture::line::read(line.as_bytes()).1);
    }
    journal.commit().unwrap();
    let written = fs::read_to_string(&copy).unwrap();
    let lines = |text: &str| text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(lines(&written), lines(&text));
}

fn message(data: &str, elapsed_us: u64) -> Event {
    let time_us = 1_795_566_458_000_000 + i64::try_from(elapsed_us).unwrap();
    Event::new(Stamp { time_us, elapsed_us }, Message::text(Direction::In, data))
}

fn journal(path: &Path, server: &str) -> Journal {
    Journal::create(path, &Header::new(server, 1_795_566_458_000_000)).unwrap()
}

fn append(journal: &mut Journal, uids: &[&str]) {
    for uid in uids {
        journal.append(&message(&format!(r#"{{"type":"pong","uid":"{uid}"}}"#), 1_000_000));
    }
    journal.commit().unwrap();
}

fn opened(path: &Path) -> (Home, Desk) {
    let home = Home::new();
    let desk = Desk::open_in(&home, Launch::Target(path.display().to_string()));
    (home, desk)
}

#[test]
fn a_file_that_another_program_writes_is_followed_line_by_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("live.ndjson");
    let mut writer = journal(&path, "ws://elsewhere");
    append(&mut writer, &["first"]);
    let (_home, mut desk) = opened(&path);
    desk.see_row(&["pong in uid first"]);
    desk.see("reading live.ndjson");
    append(&mut writer, &["second", "third"]);
    desk.see_row(&["pong in uid third"]);
    desk.see("tailing live.ndjson");
    // Half a line waits for its other half.
    let line = r#"{"seq":4,"time":"2026-11-24T00:00:00Z","event":"message","direction":"in","size":2,"data":"{\"type\":\"pong\",\"uid\":\"fourth\"}"}"#;
    let mut file = OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(&line.as_bytes()[..40]).unwrap();
    file.write_all(&line.as_bytes()[40..]).unwrap();
    file.write_all(b"\n").unwrap();
    desk.see_row(&["pong in uid fourth"]);
    assert_eq!(desk.count_rows("uid"), 4, "{:?}", desk.rows());
    assert!(!desk.says("not events of this format"));
}

#[test]
fn a_recording_without_a_close_says_that_it_ends_open() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("open.ndjson");
    let mut writer = journal(&path, "ws://elsewhere");
    let connect = Fact::Connect {
        url: "ws://elsewhere/websocket".into(),
        transport: "full".into(),
        mode: "public".into(),
        credential: "none".into(),
        attempt: 1,
        unverified: false,
        login_first: false,
    };
    let open = Fact::Open { url: "ws://elsewhere/websocket".into(), subprotocol: String::new() };
    for fact in [connect, open] {
        writer.append(&Event { what: What::Fact(Box::new(fact)), ..message("", 0) });
    }
    let subscribe = r#"{"type":"subscribe","collection":"messages","uid":"m"}"#;
    let What::Message(sent) = message(subscribe, 0).what else { return };
    let sent = Message { direction: Direction::Out, ..sent };
    writer.append(&Event { what: What::Message(sent), ..message("", 0) });
    writer.append(&message(r#"{"type":"subscription","event":"init","uid":"m","data":[]}"#, 1));
    writer.commit().unwrap();
    let (_home, mut desk) = opened(&path);
    desk.see("Recording ends here");
    assert!(desk.says("connection was live") && desk.says("was confirmed"), "{:?}", desk.said());
    assert!(!desk.said().contains(&"Live".to_owned()));
    // Somebody writes on: it is live after all.
    append(&mut writer, &["more"]);
    desk.see("tailing open.ndjson");
    desk.until("a live connection", |desk| desk.said().contains(&"Live".to_owned()).then_some(()));
    assert!(!desk.says("Recording ends here"));
}

#[test]
fn a_note_of_ours_does_not_make_a_past_session_a_live_one() {
    let (home, paths) = stocked();
    let mut desk = Desk::open_in(&home, Launch::Target(paths[0].display().to_string()));
    desk.select(&["pong in uid a2"]);
    desk.keys(Modifiers::NONE, Key::P);
    desk.see_row(&["pong in uid a2", " pinned "]);
    // The line of the note is in the file, came in through the tail, and is a row like others.
    desk.see_row(&["row #4 note"]);
    assert_eq!(fs::read_to_string(&paths[0]).unwrap().lines().count(), 5);
    assert!(desk.says("reading alpha.ndjson") && !desk.says("tailing"));
}

#[test]
fn a_file_that_is_replaced_is_opened_anew_and_a_deleted_one_stays_readable() {
    let folder = tempfile::tempdir().unwrap();
    let (path, other) = (folder.path().join("a.ndjson"), folder.path().join("b.ndjson"));
    append(&mut journal(&path, "ws://one"), &["old-1", "old-2"]);
    append(&mut journal(&other, "ws://two"), &["new-1"]);
    let (_home, mut desk) = opened(&path);
    desk.see_row(&["uid old-2"]);
    fs::rename(&other, &path).unwrap();
    desk.see("a.ndjson was replaced or cut short");
    desk.see_row(&["uid new-1"]);
    assert_eq!(desk.count_rows("uid old"), 0);
    fs::remove_file(&path).unwrap();
    desk.see("was deleted or moved");
    desk.select(&["uid new-1"]);
}

#[test]
fn what_is_no_capture_is_refused_with_a_sentence_and_leaves_what_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.ndjson");
    append(&mut journal(&path, "ws://one"), &["kept"]);
    let zipped = folder.path().join("a.ndjson.gz");
    fs::write(&zipped, b"\x1f\x8b\x08\0").unwrap();
    let (_home, mut desk) = opened(&path);
    desk.see_row(&["uid kept"]);
    desk.keys(Modifiers::COMMAND, Key::O);
    desk.fill(Role::TextInput, "Path", &zipped.display().to_string());
    desk.press("Open");
    desk.see("is compressed (gzip). Unpack it first");
    desk.see_row(&["uid kept"]);
}

#[test]
fn a_har_under_another_name_is_imported_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("saved.json");
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/har/chrome.har"), &path).unwrap();
    let (_home, mut desk) = opened(&path);
    desk.see("messages were read from saved.json");
    desk.see_row(&["subscribe", "messages"]);
}

/// Three captures in the data folder: a large one of `alpha`, one of `beta`, and a foreign file.
fn stocked() -> (Home, Vec<PathBuf>) {
    let home = Home::new();
    let folder = home.place().captures();
    fs::create_dir_all(&folder).unwrap();
    let paths = ["alpha", "beta", "foreign"].map(|name| folder.join(format!("{name}.ndjson")));
    append(&mut journal(&paths[0], "wss://alpha.example.com/websocket"), &["a1", "a2", "a3"]);
    append(&mut journal(&paths[1], "wss://beta.example.com/websocket"), &["b1"]);
    fs::write(&paths[2], "{\"level\":30}\n").unwrap();
    (home, paths.to_vec())
}

fn listed(desk: &Desk) -> Vec<String> {
    desk.said().into_iter().filter(|said| said.starts_with("Capture ") && said.contains(".ndjson")).collect()
}

/// Waits until the list has these captures, in this order.
fn see_list(desk: &mut Desk, names: &[&str]) {
    desk.until(&format!("the captures {names:?}"), |desk| {
        let listed = listed(desk);
        let fits = |(said, name): (&String, &&str)| said.starts_with(&format!("Capture {name}.ndjson "));
        (listed.len() == names.len() && listed.iter().zip(names).all(fits)).then_some(())
    });
}

#[test]
fn captures_are_listed_sorted_searched_and_opened() {
    let (home, _) = stocked();
    let mut desk = Desk::open_in(&home, Launch::Plain);
    desk.press("All captures");
    desk.see("Capture alpha.ndjson wss://alpha.example.com/websocket");
    desk.see("3 events");
    desk.see("not one of our captures");
    desk.press("Sort by events");
    see_list(&mut desk, &["alpha", "beta", "foreign"]);
    desk.press("Sort by events");
    see_list(&mut desk, &["foreign", "beta", "alpha"]);
    desk.fill(Role::TextInput, "Search captures", "BETA");
    see_list(&mut desk, &["beta"]);
    desk.click(Role::ListBoxOption, "Capture beta.ndjson");
    desk.press("Open");
    desk.see_row(&["uid b1"]);
    assert!(listed(&desk).is_empty(), "the list makes room for the capture");
}

#[test]
fn a_deleted_capture_comes_back_and_the_pinned_and_open_ones_stay() {
    let (home, paths) = stocked();
    let mut desk = Desk::open_in(&home, Launch::Target(paths[1].display().to_string()));
    desk.see_row(&["uid b1"]);
    desk.keys(Modifiers::COMMAND | Modifiers::SHIFT, Key::O);
    desk.see("not one of our captures");
    let names = |desk: &Desk| listed(desk).len();
    desk.click(Role::ListBoxOption, "Capture alpha.ndjson");
    desk.press("Pin");
    desk.see(" pinned ");
    desk.keys(Modifiers::NONE, Key::Delete);
    desk.press("Unpin");
    desk.until("no pin", |desk| (!desk.says(" pinned ")).then_some(()));
    desk.press("Delete");
    desk.see("alpha.ndjson was deleted");
    desk.until("two captures", |desk| (names(desk) == 2).then_some(()));
    assert!(!paths[0].exists());
    desk.click(Role::Link, "Undo");
    desk.until("three captures", |desk| (names(desk) == 3).then_some(()));
    assert!(paths[0].exists());
    // The one on the screen can't be deleted, not even by key.
    desk.click(Role::ListBoxOption, "Capture beta.ndjson");
    desk.keys(Modifiers::NONE, Key::Delete);
    desk.see("This capture is open in a tab");
    desk.click(Role::ListBoxOption, "Capture foreign.ndjson");
    desk.keys(Modifiers::NONE, Key::Delete);
    desk.see("foreign.ndjson was deleted");
    assert!(paths[1].exists());
    let home = desk.quit();
    assert_eq!(home.captures(), [paths[0].clone(), paths[1].clone()]);
    let removed = home.place().captures().join(".removed");
    let left = fs::read_dir(removed).map_or(0, Iterator::count);
    assert_eq!(left, 0, "what was deleted is gone with the window");
}

#[test]
fn the_end_of_a_long_capture_is_where_the_index_puts_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.ndjson");
    let mut writer = journal(&path, "ws://one");
    let filler = "y".repeat(10_000);
    for number in 0..2000 {
        let text = format!(r#"{{"type":"pong","uid":"u{number}","filler":"{filler}"}}"#);
        writer.append(&message(&text, number));
    }
    writer.append(&Event {
        what: What::Fact(Box::new(Fact::Held { reason: String::new(), data: "last".into() })),
        ..message("", 0)
    });
    writer.commit().unwrap();
    assert_eq!(Outline::read(&path).events, Some(2001));
    assert_eq!(Outline::read(&path).sort, Sort::Capture);
    let (_home, mut desk) = opened(&path);
    desk.see("2\u{a0}001 events");
    desk.press("Follow");
    desk.see_row(&["row #2001 held"]);
    desk.until("an end to the reading", |desk| (!desk.says("Reading")).then_some(()));
    desk.see_row(&["row #2001 held"]);
}
