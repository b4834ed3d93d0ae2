//! Several connections at once, headless on demo servers: each tab has its log, its state and its capture.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use harewire::demo::{self, Misbehaviour, Options, Server};

use crate::headless::Desk;

fn serve() -> Server {
    Server::start(Options::default()).unwrap()
}

const SUBSCRIBE: &str = r#"{"type":"subscribe","collection":"messages","event":"create","uid":"s"}"#;

/// One app with a subscription to a first server on one tab and a connection to a second on the screen.
fn two_servers() -> (Server, Server, Desk) {
    let (one, two) = (serve(), serve());
    let mut desk = Desk::open();
    desk.log_in(&one.url(), demo::TOKEN);
    desk.send(SUBSCRIBE);
    desk.see_row(&["init in uid s"]);
    desk.keys(Modifiers::COMMAND, Key::N);
    desk.log_in(&two.url(), demo::TOKEN);
    desk.until("two tabs", |desk| (tabs(desk).len() == 2).then_some(()));
    (one, two, desk)
}

/// What the chips of the strip say, from the left.
fn tabs(desk: &Desk) -> Vec<String> {
    desk.said().into_iter().filter(|said| said.starts_with("Tab ")).collect()
}

/// An event of the subscription, as after a write by another client.
const CREATED: &str =
    r#"{"type":"subscription","event":"create","data":[{"id":77,"text":"unseen"}],"uid":"s"}"#;

#[test]
fn a_tab_beside_the_screen_goes_on_receiving_and_counts() {
    let (one, _two, mut desk) = two_servers();
    assert_eq!(desk.count_rows("uid s"), 0, "the log on the screen is the second server's");
    one.broadcast(CREATED);
    desk.until("what came beside", |desk| tabs(desk).first().filter(|tab| tab.contains(" new")).cloned());
    desk.keys(Modifiers::COMMAND, Key::PageUp);
    desk.see_row(&["create in uid s", "unseen"]);
    assert!(!tabs(&desk)[0].contains("new"), "{:?}", tabs(&desk));
    desk.click(Role::Tab, &tabs(&desk)[1]);
    desk.until("the other log", |desk| (desk.count_rows("uid s") == 0).then_some(()));
    assert_eq!(desk.quit().captures().len(), 2, "each tab has its capture");
}

#[test]
fn what_is_being_written_stays_with_its_tab() {
    let (_one, _two, mut desk) = two_servers();
    desk.fill(Role::MultilineTextInput, "Message", "draft of two");
    desk.keys(Modifiers::COMMAND, Key::PageDown);
    assert_ne!(desk.value(Role::MultilineTextInput, "Message"), "draft of two");
    desk.keys(Modifiers::COMMAND, Key::PageDown);
    assert_eq!(desk.value(Role::MultilineTextInput, "Message"), "draft of two");
}

#[test]
fn a_closed_tab_ends_its_connection_and_comes_back_with_its_log() {
    let (_one, _two, mut desk) = two_servers();
    desk.keys(Modifiers::COMMAND, Key::PageUp);
    desk.see_row(&["init in uid s"]);
    desk.keys(Modifiers::COMMAND, Key::W);
    desk.see("is closed");
    assert_eq!(tabs(&desk).len(), 1);
    desk.keys(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::T);
    desk.see_row(&["init in uid s"]);
    desk.see_row(&[" close ", "closed by us"]);
    assert_eq!(tabs(&desk).len(), 2);
    desk.press("Reconnect");
    desk.see("logged in");
    assert_eq!(tabs(&desk).len(), 2, "it went on in its own tab");
    assert_eq!(desk.quit().captures().len(), 2);
}

#[test]
fn the_last_tab_closes_too_and_the_first_screen_is_back() {
    let server = serve();
    let mut desk = Desk::open();
    desk.log_in(&server.url(), demo::TOKEN);
    desk.press("Close tab");
    desk.see("Connect to Directus");
    assert!(tabs(&desk).is_empty());
    desk.keys(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::T);
    desk.see_row(&[" open "]);
}

#[test]
fn a_lost_connection_beside_the_screen_is_told() {
    let (one, _two, mut desk) = two_servers();
    one.misbehave(Misbehaviour::DropNow);
    desk.see("the connection in another tab was lost");
}

#[test]
fn a_second_connection_to_the_same_server_is_a_tab_of_its_own() {
    let server = serve();
    let mut desk = Desk::open();
    desk.log_in(&server.url(), demo::TOKEN);
    desk.keys(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::N);
    desk.until("two tabs", |desk| (tabs(desk).len() == 2).then_some(()));
    desk.see("logged in");
    // Both hear the server.
    server.broadcast(CREATED);
    desk.see_row(&["create in uid s"]);
    desk.until("news of the other", |desk| tabs(desk).first().filter(|tab| tab.contains(" new")).cloned());
}
