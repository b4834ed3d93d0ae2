//! What the window says of a connection's life: the heartbeat, the switches, the way back after a loss.

use std::time::Duration;

use egui::accesskit::Role;
use harewire::app::Launch;
use harewire::demo::{self, Misbehaviour, Options, Server};

use crate::headless::{Desk, Home};

fn beating(every_ms: u64) -> Server {
    let heartbeat = Some(Duration::from_millis(every_ms));
    Server::start(Options { heartbeat, ..Options::default() }).unwrap()
}

const SUBSCRIBE: &str = r#"{"type":"subscribe","collection":"messages","uid":"one"}"#;
const ANOTHER: &str = r#"{"type":"subscribe","collection":"messages","event":"create","uid":"two"}"#;

#[test]
fn a_loss_is_counted_down_and_the_subscriptions_come_back() {
    let server = Server::start(Options::default()).unwrap();
    let mut desk = Desk::open();
    desk.log_in(&server.url(), demo::TOKEN);
    for (uid, text) in [("one", SUBSCRIBE), ("two", ANOTHER)] {
        desk.send(text);
        desk.see_row(&[&format!("init in uid {uid}")]);
    }
    server.misbehave(Misbehaviour::DropNow);
    desk.see("Attempt 2 in 1 s");
    desk.press("Stop retrying");
    desk.see("Automatic reconnecting was stopped by hand");
    desk.press("Reconnect");
    desk.see("logged in");
    assert!(!desk.says("Restored"), "a connect by hand begins anew");

    desk.send(SUBSCRIBE);
    desk.until("a second subscription", |desk| (desk.count_rows("init in uid one") == 2).then_some(()));
    server.misbehave(Misbehaviour::DropNow);
    desk.see("Attempt 2 in");
    desk.press("Retry now");
    desk.see("Restored 1 of 1 subscription in");
    desk.see("without a connection");
    desk.see("all events · uid one · restored");
    let sent = |line: &&str| {
        line.contains(r#""direction":"out""#) && line.contains("subscribe") && line.contains("one")
    };
    let capture = desk.quit().capture();
    assert_eq!(capture.lines().filter(sent).count(), 3, "twice by hand, and sent again exactly once");
}

#[test]
fn the_heartbeat_is_measured_and_its_absence_noticed() {
    let server = beating(250);
    let mut desk = Desk::open();
    desk.log_in(&server.url(), demo::TOKEN);
    desk.see("none seen yet");
    desk.see("30 s, the default");
    desk.see("just now, answered in");
    desk.see("ms, measured");
    server.misbehave(Misbehaviour::GoSilent);
    desk.see("missing for");
    server.misbehave(Misbehaviour::None);
    desk.see("just now, answered in");
}

#[test]
fn switching_the_answers_off_lets_the_server_close_and_is_remembered() {
    let home = Home::new();
    let server = beating(400);
    let mut desk = Desk::open_in(&home, Launch::Plain);
    desk.tall();
    desk.log_in(&server.url(), demo::TOKEN);
    desk.see("just now, answered in");
    desk.click(Role::Switch, "Reconnect");
    desk.see_row(&["reconnect switched off"]);
    desk.click(Role::Switch, "Answer pings");
    desk.see_row(&["auto pong switched off"]);
    desk.see("not answered");
    desk.see("Taken for dead");
    assert!(!desk.says("Waiting to retry"));
    // Back on, it makes up for what it left: the loss is still waiting.
    desk.click(Role::Switch, "Reconnect");
    desk.see_row(&["reconnect switched on"]);
    desk.see_row(&["attempt 2"]);
    desk.see("logged in");
    drop(server);
    let home = desk.quit();
    assert!(home.shelf.text().contains("auto_pong: false"), "{}", home.shelf.text());
}

#[test]
fn a_section_folds_away_and_stays_so() {
    let server = Server::start(Options::default()).unwrap();
    let home = Home::new();
    let mut desk = Desk::open_in(&home, Launch::Plain);
    desk.tall();
    desk.log_in(&server.url(), demo::TOKEN);
    desk.see("Messages a second over the last minute");
    desk.click(Role::DisclosureTriangle, "Rates section");
    desk.until("folded", |desk| (!desk.says("Messages a second")).then_some(()));
    let home = desk.quit();
    let mut again = Desk::open_in(&home, Launch::Plain);
    again.tall();
    again.log_in(&server.url(), demo::TOKEN);
    again.see("30 s, the default");
    assert!(!again.says("Messages a second"), "it is still folded");
    again.click(Role::DisclosureTriangle, "Rates section");
    again.see("Messages a second over the last minute");
}
