//! The heartbeat lab against servers: the demo, both real ones, and one that deviates.

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use harewire::demo::{self, Options, Server};
use harewire::directus::{AuthMode, Credentials, Endpoint, Secret};
use harewire::engine::lab::{Habit, Judgement, Verdict, heartbeat_lab, perform};
use harewire::engine::{Destination, Engine, Wake};
use harewire::net::ConnectSpec;

use egui::accesskit::Role;
use egui::{Key, Modifiers};

use crate::headless::Desk;
use crate::lab::{V11, V12, seed, shared};

/// Plays the whole lab side by side, as for a server with that period, and returns judgements and captures as text.
fn play(url: &str, token: &str, period: Duration) -> Vec<(Habit, Judgement, String)> {
    let credentials = Credentials::StaticToken(Secret::new(token));
    let spec = ConnectSpec::new(Endpoint::parse(url).unwrap(), AuthMode::Handshake, credentials);
    let engine = Engine::start().unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        let runs: Vec<_> = (0..)
            .zip(heartbeat_lab(Some(period)))
            .map(|(number, (habit, experiment))| {
                let path = folder.path().join(format!("{number}.ndjson"));
                let to = Destination::Path(path.clone());
                let mut capture = engine.record(url, to, &Wake::new(|| {})).unwrap();
                let spec = &spec;
                scope.spawn(move || {
                    let judgement = perform(&experiment, spec, &mut capture, &AtomicBool::new(false));
                    let _written = capture.finish();
                    (habit, judgement, std::fs::read_to_string(path).unwrap())
                })
            })
            .collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    })
}

fn all_as_expected(results: &[(Habit, Judgement, String)], token: &str) {
    assert_eq!(results.len(), Habit::ALL.len());
    for (habit, judgement, capture) in results {
        assert_eq!(judgement.verdict, Verdict::AsExpected, "{habit:?}: {}\n{capture}", judgement.observed);
        assert!(capture.contains(r#""event":"note""#) && capture.contains("as expected"), "{capture}");
        assert!(!capture.contains(token), "{habit:?}: the token is in the capture");
    }
}

#[test]
fn the_demo_is_as_the_reference_says() {
    let heartbeat = Some(Duration::from_secs(2));
    let server = Server::start(Options { heartbeat, ..Options::default() }).unwrap();
    all_as_expected(&play(&server.url(), demo::TOKEN, Duration::from_secs(2)), demo::TOKEN);
}

#[test]
fn real_servers_are_as_the_reference_says() {
    for version in [V12, V11] {
        let server = shared(version, &[("WEBSOCKETS_HEARTBEAT_PERIOD", "2")]);
        all_as_expected(&play(server.url(), seed::USER, Duration::from_secs(2)), seed::USER);
    }
}

/// Its period is twice what it claims: who falls silent lives longer than the reference says.
#[test]
fn a_server_that_deviates_differs() {
    let heartbeat = Some(Duration::from_secs(4));
    let server = Server::start(Options { heartbeat, ..Options::default() }).unwrap();
    let results = play(&server.url(), demo::TOKEN, Duration::from_millis(2200));
    let (_, never, _) = results.iter().find(|(habit, ..)| *habit == Habit::Never).unwrap();
    assert_eq!(never.verdict, Verdict::Differs, "{}", never.observed);
}

/// The page of the lab, opened by the name of its command.
fn open_page(desk: &mut Desk) {
    desk.keys(Modifiers::COMMAND, Key::K);
    desk.fill(Role::TextInput, "Command", "heartbeat lab");
    desk.keys(Modifiers::NONE, Key::Enter);
    desk.see("Heartbeat lab");
    settle(desk);
}

/// A dialog finds its height over a few frames, and its buttons move meanwhile.
fn settle(desk: &mut Desk) {
    (0..12).for_each(|_| desk.step());
}

#[test]
fn the_window_plays_the_lab_and_shows_each_result() {
    let heartbeat = Some(Duration::from_secs(2));
    let server = Server::start(Options { heartbeat, ..Options::default() }).unwrap();
    let mut desk = Desk::open();
    open_page(&mut desk);
    desk.see("Connect first");
    desk.press("Close");
    desk.log_in(&server.url(), demo::TOKEN);
    open_page(&mut desk);
    desk.see("7 connections of its own");
    desk.see("2.0 s (as the server says), so this takes about 6 s");
    settle(&mut desk);
    desk.press("Start");
    desk.until("seven results", |desk| {
        (desk.said().iter().filter(|said| *said == "As expected").count() == Habit::ALL.len()).then_some(())
    });
    desk.see("7 as expected");
    desk.see("The server closes without a code 2.0 s after its first ping (reference 3).");
    desk.press("Copy as text");
    let text = desk.copied().last().cloned().unwrap();
    assert!(
        text.contains("Never answer: As expected") && text.contains("Observed: The server closed"),
        "{text}"
    );
    assert!(!text.contains(demo::TOKEN));
    assert_eq!(desk.quit().captures().len(), 1, "the captures of the lab are temporary");
}

#[test]
fn a_lab_goes_on_behind_its_closed_page_is_cancelled_and_tells() {
    let server = Server::start(Options::default()).unwrap();
    let mut desk = Desk::open();
    desk.log_in(&server.url(), demo::TOKEN);
    open_page(&mut desk);
    desk.see("as the server says");
    settle(&mut desk);
    desk.press("Start");
    desk.see("0 of 7 experiments over");
    desk.press("Close");
    open_page(&mut desk);
    desk.press("Cancel");
    desk.see("7 could not be tried");
    desk.see("The experiment was cancelled.");
    desk.press("Start again");
    desk.see("0 of 7 experiments over");
    desk.press("Close");
    server.stop();
    desk.see("The heartbeat lab is over: 7 could not be tried.");
}

#[test]
fn a_server_whose_heartbeat_is_off_says_so_at_once() {
    let server = Server::start(Options { heartbeat: None, ..Options::default() }).unwrap();
    let mut desk = Desk::open();
    desk.log_in(&server.url(), demo::TOKEN);
    open_page(&mut desk);
    desk.see("The heartbeat of this server is switched off");
}
