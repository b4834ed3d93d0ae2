//! Stories of the detail pane on the demo server: what is compared, found in a message and copied.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use harewire::demo::{self, Options, Server};

use crate::headless::Desk;

/// A logged-in app that has created and changed an item it is subscribed to.
fn with_a_changed_item() -> (Server, Desk) {
    let server = Server::start(Options::default()).unwrap();
    let mut desk = Desk::open();
    desk.log_in(&server.url(), demo::TOKEN);
    desk.send(
        r#"{"type":"subscribe","collection":"messages","query":{"fields":["id","text","user"]},"uid":"s"}"#,
    );
    desk.see_row(&["init in uid s"]);
    desk.send(r#"{"type":"items","action":"create","collection":"messages","data":{"text":"first","user":"Ben"},"uid":"c"}"#);
    desk.see_row(&["create in uid s"]);
    let created = desk.see_row(&["items in uid c"]);
    let key = created
        .split('#')
        .nth(2)
        .map(|rest| rest.split(|letter: char| !letter.is_ascii_digit()).next().unwrap().to_owned());
    let key = key.expect("the row says which item it is");
    desk.send(&format!(
        r#"{{"type":"items","action":"update","collection":"messages","id":{key},"data":{{"text":"second"}},"uid":"u"}}"#
    ));
    desk.see_row(&["update in uid s"]);
    (server, desk)
}

#[test]
fn an_update_is_compared_with_the_state_before() {
    let (_server, mut desk) = with_a_changed_item();
    desk.select(&["update in uid s"]);
    desk.click(Role::Tab, "Diff");
    desk.see("changed text: \"first\" → \"second\"");
    desk.see("1 changed");
    desk.click(Role::RadioButton, "Subscription");
    desk.see("Against the event before of the same subscription");
    desk.see("changed text: \"first\" → \"second\"");
    desk.click(Role::RadioButton, "Number");
    desk.step();
    desk.fill(Role::TextInput, "Number of the event", "1");
    desk.see("carries no message to compare");
}

#[test]
fn a_text_is_found_inside_a_message() {
    let (_server, mut desk) = with_a_changed_item();
    desk.select(&["update in uid s"]);
    desk.keys(Modifiers::COMMAND | Modifiers::SHIFT, Key::F);
    desk.step();
    desk.fill(Role::TextInput, "Find in message", "second");
    desk.see("1 of 1");
    desk.click(Role::Tab, "Text");
    desk.see("1 of 1");
    desk.click(Role::RadioButton, "Formatted");
    desk.see("1 of 1");
    desk.fill(Role::TextInput, "Find in message", "third");
    desk.see("not found");
}

#[test]
fn what_was_sent_is_copied_as_a_program_without_the_token() {
    let (_server, mut desk) = with_a_changed_item();
    desk.select(&["subscribe out uid s"]);
    for (item, part) in [
        ("Directus SDK", "await client.subscribe('messages'"),
        ("JavaScript WebSocket", "new WebSocket('ws://"),
        ("websocat", "| websocat --no-close 'ws://"),
        ("Rust", "tokio_tungstenite::"),
        ("Line of the capture", "\"event\":\"message\""),
        ("Formatted JSON", "\"type\": \"subscribe\""),
        ("Hex", "7b 22 74 79"),
    ] {
        desk.press("Copy as");
        desk.click(Role::Button, item);
        desk.until(part, |desk| desk.copied().last().is_some_and(|text| text.contains(part)).then_some(()));
    }
    for copied in desk.copied() {
        assert!(!copied.contains(demo::TOKEN), "copied: {copied}");
    }
}
