//! The guide "Connect to realtime data" without a window system: the main job, on the demo server and on a real
//! Directus 12. `tests/window.rs` plays it in the real window.

use egui::accesskit::Role;
use harewire::demo;

use crate::headless::Desk;
use crate::lab::{Directus, V12, seed};

/// Connects, subscribes to `messages` (create; fields user and text), and creates three items over the socket.
fn follow_the_guide(desk: &mut Desk, url: &str, token: &str) {
    desk.fill(Role::TextInput, "Server", url);
    desk.see("/websocket");
    desk.fill(Role::PasswordInput, "Token", token);
    desk.press("Connect");
    desk.see("logged in");
    desk.see_row(&[" open "]);
    desk.see_row(&["auth in", "ok"]);
    desk.press("Form");
    desk.fill(Role::TextInput, "Collection", "messages");
    desk.fill(Role::TextInput, "Fields", "user, text");
    desk.fill(Role::TextInput, "Uid", "guide");
    desk.press("Subscribe now");
    desk.see_row(&["init in uid guide"]);
    for (place, user) in ["Ben", "Rijk", "Kevin"].iter().enumerate() {
        desk.send(&format!(
            r#"{{"type":"items","action":"create","collection":"messages","data":{{"text":"Hello {user}!","user":"{user}"}},"uid":"create-{place}"}}"#
        ));
        desk.see_row(&[" create in uid guide", user]);
        desk.see_row(&["items in", &format!("uid create-{place}")]);
    }
    desk.see("3 events");
}

/// The server has gone: its row, its card, and nothing secret anywhere.
fn see_the_end(desk: &mut Desk) {
    desk.see_row(&[" close ", "connection lost", "1006 no Close frame"]);
    desk.see("The connection to 127.0.0.1");
    desk.see("was refused.");
    desk.see("nothing listens on that port");
}

#[test]
fn on_the_demo_server() {
    let server = demo::Server::start(demo::Options::default()).unwrap();
    let mut desk = Desk::open();
    follow_the_guide(&mut desk, &server.url(), demo::TOKEN);
    server.stop();
    see_the_end(&mut desk);
    let capture = desk.quit().capture();
    assert!(!capture.contains(demo::TOKEN), "the token is in the capture");
}

#[test]
fn on_a_real_directus() {
    let mut server = Directus::start(V12, &[]);
    let mut desk = Desk::open();
    follow_the_guide(&mut desk, server.url(), seed::USER);
    server.stop();
    see_the_end(&mut desk);
    let capture = desk.quit().capture();
    assert!(!capture.contains(seed::USER), "the token is in the capture");
    for event in [r#""event":"open""#, r#""event":"message""#, r#""event":"close""#, r#""event":"error""#] {
        assert!(capture.contains(event), "no {event} in the capture");
    }
}
