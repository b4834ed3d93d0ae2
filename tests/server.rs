//! What the window says of a server: of the demo and of both real ones, as a user, as nobody, with a wrong token, and
//! where there is no socket at all.

use egui::accesskit::Role;
use harewire::demo;

use crate::headless::Desk;
use crate::lab::{Directus, V11, V12, seed, shared};

/// Opens the page from the line of the status panel.
fn open_page(desk: &mut Desk, line: &str) {
    desk.click(Role::Link, line);
    desk.see("Copy for a bug report");
}

/// Waits until the page says each of these.
fn see_all(desk: &mut Desk, texts: &[&str]) {
    for text in texts {
        desk.see(text);
    }
}

#[test]
fn the_demo_tells_its_user_everything() {
    let server = demo::Server::start(demo::Options::default()).unwrap();
    let mut desk = Desk::open();
    desk.log_in(&server.url(), demo::TOKEN);
    open_page(&mut desk, "Directus 12.4.0 · handshake · heartbeat 30 s");
    see_all(
        &mut desk,
        &["Harewire demo", "handshake at /websocket", "100 by default · no maximum", "every 30 s"],
    );
    desk.press("Copy for a bug report");
    desk.until("the report", |desk| {
        desk.copied()
            .iter()
            .any(|text| text.contains("version: 12.4.0 (/server/info as this user)"))
            .then_some(())
    });
    assert!(!desk.copied().concat().contains(demo::TOKEN), "{:?}", desk.copied());
    desk.press("Close");
    desk.see_row(&["http", "GET /server/ping → 200"]);
    let capture = desk.quit().capture();
    assert!(capture.contains(r#""event":"http""#) && !capture.contains(demo::TOKEN));
}

#[test]
fn real_servers_tell_their_user_everything() {
    for (version, line) in [
        (V12, "Directus 12.4.0 · handshake · heartbeat 30 s"),
        (V11, "Directus 11.17.4 · handshake · heartbeat 30 s · 4 warnings"),
    ] {
        let server = shared(version, &[]);
        let mut desk = Desk::open();
        desk.log_in(server.url(), seed::USER);
        desk.see(line);
        open_page(&mut desk, "Directus 1");
        see_all(
            &mut desk,
            &[
                "handshake at /websocket",
                "handshake at /graphql",
                "/server/info as this user",
                "agrees with this computer's",
                "100 by default · no maximum",
            ],
        );
        assert!(!desk.quit().capture().contains(seed::USER));
    }
}

#[test]
fn nobody_learns_what_can_be_concluded() {
    for (version, line) in [(V12, "Directus 12 or later"), (V11, "Directus before 12")] {
        let server = shared(version, &[("WEBSOCKETS_REST_AUTH", "public")]);
        let mut desk = Desk::open();
        desk.connect(server.url(), "");
        open_page(&mut desk, line);
        see_all(&mut desk, &["concluded from its answers", "told to users only"]);
    }
}

#[test]
fn a_wrong_token_is_told_and_the_rest_still_known() {
    let server = shared(V12, &[]);
    let mut desk = Desk::open();
    desk.connect(server.url(), "wrong-token-0001");
    open_page(&mut desk, "Directus 12 or later · ");
    desk.see("The server refuses the token (401)");
    assert!(!desk.quit().capture().contains("wrong-token-0001"));
}

#[test]
fn a_server_without_sockets_says_so_over_http() {
    let server = Directus::start(V12, &[("WEBSOCKETS_ENABLED", "false")]);
    let mut desk = Desk::open();
    desk.connect(server.url(), seed::ADMIN);
    open_page(&mut desk, "Directus 12.4.0 · sockets off");
    desk.press("Refresh");
    desk.press("Close");
    desk.until("asked again", |desk| (desk.count_rows("GET /server/ping → 200") >= 2).then_some(()));
}
