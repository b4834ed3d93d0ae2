//! Exports, imports and merges in the whole window, headless: from a click to the file, and from a file to the log.

use std::path::{Path, PathBuf};

use egui::accesskit::Role;
use harewire::app::Launch;
use harewire::demo::{self, Mode, Options, Server};

use crate::headless::{Desk, Home};

fn chrome_har() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/har/chrome.har")
}

/// Opens the palette and runs a command by its name.
fn command(desk: &mut Desk, name: &str) {
    desk.keys(egui::Modifiers::COMMAND, egui::Key::K);
    desk.fill(Role::TextInput, "Command", name);
    desk.keys(egui::Modifiers::NONE, egui::Key::Enter);
}

/// Exports everything in a format, and gives back the text of the file.
fn export(desk: &mut Desk, folder: &Path, format: &str, ending: &str) -> String {
    let path = folder.join(format!("out.{ending}"));
    command(desk, "Export…");
    desk.click(Role::RadioButton, format);
    desk.click(Role::RadioButton, "All, ");
    desk.fill(Role::TextInput, "Path", path.to_str().unwrap());
    desk.press("Export");
    desk.see(&format!("written to {}", path.display()));
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn a_har_named_on_the_command_line_is_seen_with_every_view() {
    let home = Home::new();
    let mut desk = Desk::open_in(&home, Launch::Target(chrome_har().display().to_string()));
    desk.see("2 sockets with 7 messages were read from chrome.har");
    desk.see_row(&["subscribe", "messages"]);
    desk.see_row(&["open", "wss://cms.example.com/websocket"]);
    let capture = desk.quit().capture();
    assert!(!capture.contains("AUTH-TOKEN-9") && !capture.contains("COOKIE-SECRET-1"), "{capture}");
}

#[test]
fn a_file_that_is_no_har_is_told_and_leaves_nothing() {
    let home = Home::new();
    let path = home.path().join("broken.har");
    std::fs::write(&path, "{\"log\":").unwrap();
    let mut desk = Desk::open_in(&home, Launch::Target(path.display().to_string()));
    desk.see("stops being JSON at line 1");
    assert!(home.captures().is_empty());
}

/// A token in the URL, in a cookie of the HAR, and in messages: none of them is in any file that leaves the program.
#[test]
fn no_format_holds_a_secret() {
    let server = Server::start(Options { mode: Mode::Strict, ..Options::default() }).unwrap();
    let mut desk = Desk::open();
    desk.click(Role::RadioButton, "Strict");
    desk.connect(&server.url(), demo::TOKEN);
    desk.see("accepted with the upgrade");
    desk.send(&format!(r#"{{"type":"auth","access_token":"{}","uid":"again"}}"#, demo::TOKEN));
    desk.see_row(&["auth", "access token"]);
    let folder = tempfile::tempdir().unwrap();
    for (format, ending) in [("NDJSON", "ndjson"), ("HAR", "har"), ("CSV", "csv"), ("Markdown", "md")] {
        let text = export(&mut desk, folder.path(), format, ending);
        assert!(!text.contains(demo::TOKEN), "{format}: {text}");
        assert!(text.contains("[masked 1]") && text.contains("access_token"), "{format}: {text}");
    }
}

#[test]
fn an_export_to_har_is_imported_again() {
    let home = Home::new();
    let mut desk = Desk::open_in(&home, Launch::Target(chrome_har().display().to_string()));
    desk.see_row(&["subscribe", "messages"]);
    let folder = tempfile::tempdir().unwrap();
    export(&mut desk, folder.path(), "HAR", "har");
    command(&mut desk, "Import HAR…");
    desk.fill(Role::TextInput, "Path", folder.path().join("out.har").to_str().unwrap());
    desk.press("Import");
    desk.see("2 sockets with 7 messages were read from out.har");
    assert_eq!(home.captures().len(), 2);
}

#[test]
fn a_file_that_is_there_is_replaced_after_a_question() {
    let home = Home::new();
    let mut desk = Desk::open_in(&home, Launch::Target(chrome_har().display().to_string()));
    desk.see_row(&["subscribe", "messages"]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.csv");
    std::fs::write(&path, "older").unwrap();
    command(&mut desk, "Export…");
    desk.click(Role::RadioButton, "CSV");
    desk.fill(Role::TextInput, "Path", path.to_str().unwrap());
    desk.press("Export");
    desk.see("A file with this name is there");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "older");
    desk.press("Replace");
    desk.see("events were written to");
    assert!(std::fs::read_to_string(&path).unwrap().starts_with("seq,time,"));
}

#[test]
fn two_captures_are_seen_as_one() {
    let home = Home::new();
    let mut desk = Desk::open_in(&home, Launch::Target(chrome_har().display().to_string()));
    desk.see_row(&["subscribe", "messages"]);
    let other = home.path().join("other.ndjson");
    let line = r#"{"seq":1,"time":"2026-11-25T00:27:38.150Z","elapsed_us":0,"connection":1,"event":"message","direction":"out","size":26,"data":"{\"type\":\"ping\",\"uid\":\"z\"}"}"#;
    std::fs::write(&other, format!("{{\"harewire\":1,\"server\":\"ws://other\"}}\n{line}\n")).unwrap();
    command(&mut desk, "Merge with another capture…");
    desk.fill(Role::TextInput, "Path", other.to_str().unwrap());
    desk.press("Merge");
    desk.see("1 event of other.ndjson are one capture now");
    let row = desk.see_row(&["ping out uid z"]);
    assert!(!row.starts_with("row #1 "), "it stands among the others: {row}");
    // The browser had two connections open; the first went on beside the second.
    desk.see("OTHER CONNECTIONS");
    desk.see("The status is that of connection 3");
    assert_eq!(home.captures().len(), 2);
}

#[test]
fn what_a_filter_hides_is_not_exported_as_shown() {
    let home = Home::new();
    let mut desk = Desk::open_in(&home, Launch::Target(chrome_har().display().to_string()));
    desk.see_row(&["subscribe", "messages"]);
    desk.fill(Role::TextInput, "Filter", "type:auth");
    desk.keys(egui::Modifiers::NONE, egui::Key::Enter);
    desk.until("the filtered rows", |desk| (desk.rows().len() == 3).then_some(()));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.csv");
    command(&mut desk, "Export…");
    desk.click(Role::RadioButton, "CSV");
    desk.click(Role::RadioButton, "Shown, 3 events");
    desk.fill(Role::TextInput, "Path", path.to_str().unwrap());
    desk.press("Export");
    desk.see("3 events were written");
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.contains("auth") && !text.contains("pong"), "{text}");
}

#[test]
fn what_is_selected_is_exported() {
    let home = Home::new();
    let mut desk = Desk::open_in(&home, Launch::Target(chrome_har().display().to_string()));
    desk.select(&["subscribe", "messages"]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.har");
    command(&mut desk, "Export…");
    desk.click(Role::RadioButton, "HAR");
    desk.click(Role::RadioButton, "Selected, 1 event");
    desk.fill(Role::TextInput, "Path", path.to_str().unwrap());
    desk.press("Export");
    desk.see("1 event was written");
    let text = std::fs::read_to_string(path).unwrap();
    assert_eq!(text.matches("\"opcode\"").count(), 1, "{text}");
}
