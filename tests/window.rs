//! The guide "Connect to realtime data", by clicks, in the real window under Xvfb: on the demo server and on a real
//! Directus 12.

#[path = "window/driver.rs"]
mod driver;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use harewire::demo;

use crate::lab::{Directus, V12, seed};
use driver::{Window, said};

/// Connects, subscribes to `messages` (create; fields user and text), creates three items over the socket, and sees
/// the three events and their rows.
fn follow_the_guide(window: &mut Window, url: &str, token: &str) {
    window.picture("first-screen");
    window.fill(Role::TextInput, "Server", url);
    window.see("/websocket");
    window.fill(Role::PasswordInput, "Token", token);
    window.click(Role::Button, "Connect");
    window.see("auth ok");
    window.see("logged in");
    window.click(Role::Button, "New");
    window.fill(Role::TextInput, "Collection", "messages");
    window.fill(Role::TextInput, "Fields", "user, text");
    window.fill(Role::TextInput, "Uid", "guide");
    window.click(Role::Button, "Subscribe now");
    window.see("init in uid guide");
    for (place, user) in ["Ben", "Rijk", "Kevin"].iter().enumerate() {
        let text = format!(
            r#"{{"type":"items","action":"create","collection":"messages","data":{{"text":"Hello {user}!","user":"{user}"}},"uid":"create-{place}"}}"#
        );
        window.fill(Role::MultilineTextInput, "Message", &text);
        window.keys(Modifiers::COMMAND, Key::Enter);
        window.until(&format!("the event about {user}"), |tree| {
            said(tree).iter().any(|row| row.contains(" create in uid guide") && row.contains(user))
        });
    }
    window.see("3 events");
}

#[test]
fn the_guide_on_a_real_directus() {
    let mut server = Directus::start(V12, &[]);
    let mut window = Window::open(&[]);
    follow_the_guide(&mut window, server.url(), seed::USER);
    window.picture("live-session");
    server.stop();
    window.see("connection lost · 1006 no Close frame");
    window.see("was refused");
    window.picture("server-stopped");
    let capture = read_capture(&window);
    assert!(!capture.contains(seed::USER), "the token is in the capture");
    for event in [r#""event":"open""#, r#""event":"message""#, r#""event":"close""#, r#""event":"error""#] {
        assert!(capture.contains(event), "no {event} in the capture");
    }
}

#[test]
fn the_guide_on_the_demo_server() {
    let server = demo::Server::start(demo::Options::default()).unwrap();
    let mut window = Window::open(&[]);
    follow_the_guide(&mut window, &server.url(), demo::TOKEN);
    server.stop();
    window.see("connection lost");
}

#[test]
fn a_setting_that_is_shown_is_in_effect_after_a_restart_and_no_secret_is_stored() {
    let server = demo::Server::start(demo::Options::default()).unwrap();
    let mut window = Window::open(&[]);
    window.fill(Role::TextInput, "Server", &server.url());
    window.fill(Role::PasswordInput, "Token", demo::TOKEN);
    window.click(Role::Button, "Connect");
    window.see("auth ok");
    window.click(Role::Switch, "Reconnect");
    let home = window.quit();
    assert_no_secret(home.path(), demo::TOKEN);
    let mut window = Window::open_in(home, &[]);
    window.see("127.0.0.1");
    window.fill(Role::PasswordInput, "Token", demo::TOKEN);
    window.click(Role::Button, "Connect");
    window.see("auth ok");
    server.stop();
    window.see("connection lost");
    window.until("no further attempt, since reconnect is off", |tree| {
        said(tree).iter().any(|said| said == "Closed")
            && !said(tree).iter().any(|said| said.contains("Waiting to retry"))
    });
}

#[test]
fn an_error_says_what_happened_why_and_what_to_do() {
    let mut window = Window::open(&[]);
    window.fill(Role::TextInput, "Server", "http://127.0.0.1:1");
    window.click(Role::Button, "Connect");
    window.see("The connection to 127.0.0.1:1 was refused.");
    window.see("nothing listens on that port");
    window.see("Start Directus");
    window.picture("refused");
}

fn read_capture(window: &Window) -> String {
    let files = std::fs::read_dir(window.captures()).unwrap().map(|entry| entry.unwrap().path());
    let captures: Vec<_> =
        files.filter(|path| path.extension().is_some_and(|ending| ending == "ndjson")).collect();
    assert_eq!(captures.len(), 1, "one session is one file: {captures:?}");
    std::fs::read_to_string(&captures[0]).unwrap()
}

/// Looks for a secret in every file below a folder.
fn assert_no_secret(folder: &std::path::Path, secret: &str) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            assert_no_secret(&path, secret);
        } else {
            let bytes = std::fs::read(&path).unwrap();
            assert!(!String::from_utf8_lossy(&bytes).contains(secret), "a secret is in {}", path.display());
        }
    }
}

#[test]
fn a_filter_is_completed_by_clicks_saved_and_colours_rows_after_a_restart() {
    let server = demo::Server::start(demo::Options::default()).unwrap();
    let mut window = Window::open(&[]);
    follow_the_guide(&mut window, &server.url(), demo::TOKEN);
    window.fill(Role::TextInput, "Filter", "direction:in ty");
    window.picture("filter-offers");
    window.click(Role::Button, "type:");
    window.see("subscription");
    window.picture("filter-values");
    window.click(Role::Button, "subscription");
    window.until("events of the subscription only", |tree| {
        let rows: Vec<String> = said(tree).into_iter().filter(|said| said.starts_with("row #")).collect();
        rows.iter().any(|row| row.contains("create in uid guide"))
            && !rows.iter().any(|row| row.contains(" items ") || row.contains(" auth "))
    });
    window.picture("filter-in-effect");
    window.fill(Role::TextInput, "Filter", "colection:messages");
    window.see("Did you mean");
    window.picture("filter-slip");
    window.fill(Role::TextInput, "Filter", "event:create");
    window.keys(Modifiers::COMMAND, Key::D);
    window.fill(Role::TextInput, "Name", "Creations");
    window.click(Role::CheckBox, "Colour them green");
    window.picture("filter-save");
    window.click(Role::Button, "Save");
    window.see("“Creations” is saved");
    window.click(Role::Button, "Clear filter");
    window.see("coloured by Creations");
    window.click(Role::Button, "Saved filters");
    window.see("Add Creations to the filter");
    window.picture("filter-menu");
    window.click(Role::Button, "Saved filters…");
    window.picture("filter-list");
    let home = window.quit();
    let mut window = Window::open_in(home, &[]);
    window.fill(Role::TextInput, "Server", &server.url());
    window.fill(Role::PasswordInput, "Token", demo::TOKEN);
    window.click(Role::Button, "Connect");
    window.see("logged in");
    window.keys(Modifiers::COMMAND, Key::K);
    window.fill(Role::TextInput, "Command", "filter help");
    window.keys(Modifiers::NONE, Key::Enter);
    window.see("It always looks at the whole message");
    window.picture("filter-help");
    window.keys(Modifiers::NONE, Key::Escape);
    window.click(Role::Button, "Saved filters");
    window.click(Role::Button, "Creations");
    window.see("0 of ");
    window.picture("filter-nothing-fits");
}
