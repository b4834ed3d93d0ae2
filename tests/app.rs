//! Stories of one window, headless on the demo server: what is held, what is hidden, what is found, what is sent again,
//! and what stays.

use std::time::Duration;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use harewire::app::Launch;
use harewire::demo::{self, Mode, Options, Server};
use harewire::directus::template::Template;
use harewire::settings::{self, KEY, Settings};

use crate::headless::{Desk, Home};

fn serve(options: Options) -> Server {
    Server::start(options).unwrap()
}

/// A logged-in app on a usual demo server.
fn logged_in() -> (Server, Desk) {
    let server = serve(Options::default());
    let mut desk = Desk::open();
    desk.log_in(&server.url(), demo::TOKEN);
    (server, desk)
}

#[test]
fn a_message_typed_before_the_login_is_held_and_then_sent() {
    let server = serve(Options { latency: Duration::from_millis(1500), ..Options::default() });
    let mut desk = Desk::open();
    desk.connect(&server.url(), demo::TOKEN);
    desk.see("Authenticating");
    desk.send(r#"{"type":"ping","uid":"early"}"#);
    desk.see_row(&[" held ", "waits for the login", "early"]);
    assert!(!desk.says("logged in"), "the demo was too quick for this test");
    desk.see("logged in");
    desk.see_row(&["ping out uid early"]);
    desk.see_row(&["pong in uid early"]);
}

#[test]
fn a_public_server_needs_no_login() {
    let server = serve(Options { mode: Mode::Public, ..Options::default() });
    let mut desk = Desk::open();
    desk.fill(Role::TextInput, "Server", &server.url());
    desk.click(Role::RadioButton, "Public");
    desk.press("Connect");
    desk.see("no login needed");
    desk.send(r#"{"type":"items","action":"read","collection":"announcements","uid":"open"}"#);
    desk.see_row(&["items in uid open"]);
    desk.send(r#"{"type":"items","action":"read","collection":"messages","uid":"closed"}"#);
    desk.see_row(&["error in uid closed", "FORBIDDEN"]);
}

#[test]
fn a_strict_server_takes_the_token_in_the_url_and_nobody_sees_it() {
    let server = serve(Options { mode: Mode::Strict, ..Options::default() });
    let mut desk = Desk::open();
    desk.click(Role::RadioButton, "Strict");
    desk.connect(&server.url(), demo::TOKEN);
    desk.see("accepted with the upgrade");
    desk.send(r#"{"type":"ping","uid":"p"}"#);
    desk.see_row(&["pong in uid p"]);
    assert!(!desk.says(demo::TOKEN));
    assert!(!desk.quit().capture().contains(demo::TOKEN));
}

#[test]
fn a_strict_server_refuses_a_wrong_token_in_sentences() {
    let server = serve(Options { mode: Mode::Strict, ..Options::default() });
    let mut desk = Desk::open();
    desk.click(Role::RadioButton, "Strict");
    desk.connect(&server.url(), "wrong-token");
    desk.see("401");
    desk.see("token");
    // The same credential will not get better: no retry.
    desk.see("No further attempts");
    assert!(!desk.says("wrong-token"));
}

#[test]
fn a_wrong_token_is_explained_and_not_tried_again() {
    let server = serve(Options::default());
    let mut desk = Desk::open();
    desk.connect(&server.url(), "wrong-token");
    desk.see_row(&["error in", "AUTH_FAILED"]);
    desk.see("The server refused the token");
    desk.see("No further attempts");
    desk.see("Closed");
    assert!(!desk.says("wrong-token"));
    // The same form with the right one works, and the profile is still one.
    desk.press("Connection");
    desk.see("Connect to Directus");
    desk.connect(&server.url(), demo::TOKEN);
    desk.see("logged in");
    let home = desk.quit();
    let stored = eframe::Storage::get_string(&home.shelf, KEY).unwrap();
    assert_eq!(Settings::from_ron(&stored).unwrap().settings.profiles.len(), 1, "{stored}");
}

#[test]
fn clear_hides_rows_and_undo_shows_them_again() {
    let (_server, mut desk) = logged_in();
    desk.send(r#"{"type":"ping","uid":"before"}"#);
    desk.see_row(&["pong in uid before"]);
    desk.press("Clear");
    desk.see("hidden by Clear");
    assert_eq!(desk.count_rows("uid before"), 0, "{:?}", desk.rows());
    desk.send(r#"{"type":"ping","uid":"after"}"#);
    desk.see_row(&["pong in uid after"]);
    assert_eq!(desk.count_rows("uid before"), 0);
    desk.click(Role::Link, "Undo");
    desk.see_row(&["pong in uid before"]);
    desk.see_row(&["pong in uid after"]);
    let capture = desk.quit().capture();
    assert!(capture.contains("before"), "Clear never touches the file");
}

#[test]
fn find_goes_both_ways_and_says_when_it_went_round() {
    let (_server, mut desk) = logged_in();
    for place in 0..3 {
        desk.send(&format!(r#"{{"type":"ping","uid":"hare-{place}"}}"#));
        desk.see_row(&[&format!("pong in uid hare-{place}")]);
    }
    let find = |desk: &mut Desk, button: &str, row: &str| {
        desk.press(button);
        desk.until(row, |desk| desk.said().iter().any(|said| said == row).then_some(()));
    };
    let number = |row: String| row.split(' ').nth(1).unwrap().trim_start_matches('#').to_owned();
    let pings: Vec<String> =
        (0..3).map(|place| number(desk.see_row(&[&format!("ping out uid hare-{place}")]))).collect();
    let pongs: Vec<String> =
        (0..3).map(|place| number(desk.see_row(&[&format!("pong in uid hare-{place}")]))).collect();
    desk.keys(Modifiers::COMMAND, Key::F);
    desk.fill(Role::TextInput, "Find in log", "hare-1");
    find(&mut desk, "Find next", &format!("#{} · ping", pings[1]));
    find(&mut desk, "Find next", &format!("#{} · pong", pongs[1]));
    find(&mut desk, "Find previous", &format!("#{} · ping", pings[1]));
    desk.see("found, ");
    find(&mut desk, "Find previous", &format!("#{} · pong", pongs[1]));
    desk.see("found past the end");
    desk.fill(Role::TextInput, "Find in log", "no such hare");
    desk.press("Find next");
    desk.see("not found");
}

#[test]
fn a_sent_message_is_sent_again_as_it_was_or_edited() {
    let (_server, mut desk) = logged_in();
    desk.send(r#"{"type":"ping","uid":"again"}"#);
    desk.see_row(&["pong in uid again"]);
    desk.select(&["ping out uid again"]);
    desk.press("Resend");
    desk.until("a second pong", |desk| (desk.count_rows("pong in uid again") == 2).then_some(()));
    desk.press("Edit and resend");
    assert_eq!(desk.value(Role::MultilineTextInput, "Message"), r#"{"type":"ping","uid":"again"}"#);
    desk.send(r#"{"type":"ping","uid":"edited"}"#);
    desk.see_row(&["pong in uid edited"]);
}

#[test]
fn a_masked_login_sent_again_carries_the_token() {
    let (_server, mut desk) = logged_in();
    desk.select(&["auth out", "masked"]);
    desk.see("[masked 1]");
    assert!(!desk.says(demo::TOKEN));
    desk.press("Resend");
    desk.until("a second auth ok", |desk| (desk.count_rows("auth in") == 2).then_some(()));
    assert_eq!(desk.count_rows("AUTH_FAILED"), 0);
    let logins = desk.rows().into_iter().filter(|row| row.contains("auth out") && row.contains("masked"));
    assert_eq!(logins.count(), 2, "the second is masked too: {:?}", desk.rows());
    assert!(!desk.says(demo::TOKEN));
}

/// Every template, sent as it stands, is understood by the server. Subscribe comes before Unsubscribe and the row
/// with key 1 is there, so none may be refused.
#[test]
fn every_template_is_accepted_as_it_stands() {
    let (_server, mut desk) = logged_in();
    for template in Template::ALL {
        desk.press(&format!("Template {}", template.label()));
        let text = desk.value(Role::MultilineTextInput, "Message");
        let message: serde_json::Value = serde_json::from_str(&text).expect("a template is JSON");
        desk.keys(Modifiers::COMMAND, Key::Enter);
        match message["uid"].as_str() {
            Some(uid) => desk.see_row(&[" in ", &format!("uid {uid} ")]),
            None => desk.see_row(&[&format!("{} out", message["type"].as_str().unwrap())]),
        };
    }
    let capture = desk.quit().capture();
    assert!(!capture.contains("\\\"error\\\""), "the server refused something:\n{capture}");
}

#[test]
fn without_recording_there_is_no_file() {
    let server = serve(Options::default());
    let mut desk = Desk::open();
    desk.press("Settings");
    desk.step();
    desk.click(Role::Switch, "Record every session to a file");
    desk.step();
    desk.press("Close");
    desk.step();
    desk.log_in(&server.url(), demo::TOKEN);
    desk.send(r#"{"type":"ping","uid":"traceless"}"#);
    desk.see_row(&["pong in uid traceless"]);
    let home = desk.quit();
    assert_eq!(home.captures(), Vec::<std::path::PathBuf>::new());
    let stored = eframe::Storage::get_string(&home.shelf, KEY).unwrap();
    assert!(!Settings::from_ron(&stored).unwrap().settings.preferences.record, "and that is remembered");
}

#[test]
fn damaged_settings_are_set_aside_with_a_message() {
    let home = Home::new();
    std::fs::write(home.path().join("app.ron"), "{\"harewire\": \"(vers").unwrap();
    let mut desk = Desk::open_in(&home, Launch::Plain);
    let said = desk.see("set aside");
    assert!(said.contains("app.ron.damaged-7") && said.contains("defaults"), "{said}");
    assert_eq!(
        std::fs::read_to_string(home.path().join("app.ron.damaged-7")).unwrap(),
        "{\"harewire\": \"(vers"
    );
}

#[test]
fn settings_that_eframe_read_but_we_can_not_are_told_about() {
    let home = Home::new();
    eframe::Storage::set_string(&mut home.shelf.clone(), KEY, "(profiles: [".to_owned());
    let mut desk = Desk::open_in(&home, Launch::Plain);
    desk.see("settings");
    desk.see("Connect to Directus");
}

#[test]
fn a_second_instance_says_so_and_stores_nothing() {
    let server = serve(Options::default());
    let home = Home::new();
    let first = Desk::open_in(&home, Launch::Plain);
    let mut second = Desk::open_in(&home, Launch::Plain);
    second.see("Another Harewire window is open");
    second.log_in(&server.url(), demo::TOKEN);
    second.quit();
    assert!(!home.shelf.text().contains("127.0.0.1"), "the second stored its profile");
    let home = first.quit();
    assert!(home.shelf.text().contains("harewire"), "the first stores");
}

#[test]
fn a_profile_goes_to_a_colleague_without_its_token() {
    let mut desk = Desk::open();
    desk.fill(Role::TextInput, "Server", "https://cms.example.com/?access_token=planted-in-url");
    desk.fill(Role::TextInput, "Profile name", "staging");
    desk.press("Save profile");
    desk.see("Save changes");
    let home = desk.quit();
    let stored = eframe::Storage::get_string(&home.shelf, KEY).unwrap();
    assert!(!stored.contains("planted-in-url"), "{stored}");
    let profiles = Settings::from_ron(&stored).unwrap().settings.profiles;
    assert_eq!((profiles.len(), profiles[0].name.as_str()), (1, "staging"));
    let exported = settings::export_ron(&profiles).unwrap();
    assert!(!exported.contains("planted-in-url"), "{exported}");
    let imported = settings::import_ron(&exported).unwrap();
    assert_eq!((imported.profiles[0].name.as_str(), imported.notes.len()), ("staging", 0));
    assert_eq!(imported.profiles[0].endpoint().unwrap(), profiles[0].endpoint().unwrap());
}

#[test]
fn a_capture_opens_with_the_rows_that_were_seen_live() {
    let (server, mut desk) = logged_in();
    desk.send(r#"{"type":"subscribe","collection":"messages","event":"create","uid":"s"}"#);
    desk.see_row(&["init in uid s"]);
    desk.send(
        r#"{"type":"items","action":"create","collection":"messages","data":{"text":"twice"},"uid":"c"}"#,
    );
    desk.see_row(&["items in uid c"]);
    desk.see_row(&["create in uid s"]);
    desk.press("Disconnect");
    desk.see_row(&[" close ", "closed by us"]);
    let live = desk.until("prepared rows", |desk| {
        let rows = desk.rows();
        (rows.len() > 10 && rows[0].starts_with("row #1 connect")).then_some(rows)
    });
    let home = desk.quit();
    drop(server);
    let path = home.captures()[0].clone();
    let launch = Launch::Target(path.display().to_string());
    let mut again = Desk::open_in(&home, launch.clone());
    again.until("the same rows", |desk| (desk.rows() == live).then_some(()));
    assert!(!again.says("cut off"));
    drop(again);
    // The last line is torn, as by a full disk: all before it is there, and the window says so.
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() - 20]).unwrap();
    let mut torn = Desk::open_in(&home, launch);
    torn.see("The last line is cut off");
    let whole = &live[..live.len() - 1];
    torn.until("the rows before it", |desk| (desk.rows() == whole).then_some(()));
}

/// A token that is used in every way there is, and then looked for in every place there is.
#[test]
fn a_planted_secret_is_found_nowhere() {
    let server = serve(Options::default());
    let secret = demo::TOKEN;
    let mut desk = Desk::open();
    desk.tall();
    desk.log_in(&server.url(), secret);
    let reveals = [
        format!(r#"{{"type":"auth","access_token":"{secret}","uid":"typed"}}"#),
        r#"{"type":"auth","access_token":"{{token}}","uid":"marked"}"#.to_owned(),
        format!(r#"{{"type":"auth","access_token":"{secret}""#),
    ];
    for message in &reveals {
        desk.send(message);
    }
    desk.see_row(&["auth in uid typed"]);
    desk.see_row(&["auth in uid marked"]);
    // What is typed into the box is there to be seen, and gone with it.
    desk.fill(Role::MultilineTextInput, "Message", "{}");
    desk.select(&["auth out uid typed"]);
    desk.press("Copy text");
    desk.until("a copied text", |desk| (!desk.copied().is_empty()).then_some(()));
    desk.click(Role::Tab, "Text");
    desk.step();
    desk.click(Role::Tab, "Facts");
    desk.step();
    for said in desk.said() {
        assert!(!said.contains(secret), "the screen says {said}");
    }
    for copied in desk.copied() {
        assert!(copied.contains("[masked") && !copied.contains(secret), "copied: {copied}");
    }
    desk.press("Disconnect");
    desk.see("closed by us");
    let home = desk.quit();
    let stored = home.shelf.text();
    assert!(!stored.contains(secret), "stored: {stored}");
    for line in home.capture().lines() {
        assert!(!line.contains(secret), "captured: {line}");
    }
}

#[test]
fn a_mask_is_never_sent_as_if_it_were_the_secret() {
    let (_server, mut desk) = logged_in();
    desk.send(r#"{"type":"auth","access_token":"[masked 1]"}"#);
    desk.see("Nothing was sent: a masked secret stands in the message");
    desk.see_row(&["auth in"]);
    assert_eq!(desk.count_rows("auth out"), 1, "the login only: {:?}", desk.rows());
    assert!(desk.says("logged in"));
}
