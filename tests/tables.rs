//! Live tables and gap reports against servers: after random writes the table has the rows that the server's own answer
//! has, and after a cut the window says what was missed.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::Receiver;
use egui::accesskit::Role;
use harewire::demo::{self, Misbehaviour, Options, Server};
use harewire::directus::{AuthMode, Credentials, Endpoint, Secret};
use harewire::engine::{Capture, Destination, Engine, Opening, Wake};
use harewire::net::{Command, ConnectSpec, Outgoing};
use harewire::session::Phase;
use harewire::session::table::{RowState, ShownTable, TableNoteKind};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::headless::Desk;
use crate::lab;

const PATIENCE: Duration = Duration::from_secs(60);
const TOKEN: &str = lab::seed::EDITOR;

/// A connection with its table, and the bell that the engine rings.
struct Seat {
    capture: Capture,
    wake: Wake,
    bell: Receiver<()>,
    _engine: Engine,
}

impl Seat {
    fn connect(url: &str) -> Self {
        let (ring, bell) = crossbeam_channel::unbounded();
        let wake = Wake::new(move || ring.send(()).unwrap_or_default());
        let engine = Engine::start().unwrap();
        let capture = engine.record(url, Destination::Temporary, &wake).unwrap();
        let endpoint = Endpoint::parse(url).unwrap();
        let token = Credentials::StaticToken(Secret::new(TOKEN));
        let spec = ConnectSpec::new(endpoint, AuthMode::Handshake, token);
        capture.command(Command::Connect(Box::new(spec)));
        let seat = Self { capture, wake, bell, _engine: engine };
        seat.until("the login", |capture| (capture.snapshot().phase == Phase::Live).then_some(()));
        seat
    }

    fn until<T>(&self, what: &str, wanted: impl Fn(&Capture) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            self.wake.heard();
            if let Some(found) = wanted(&self.capture) {
                return found;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            self.bell.recv_timeout(left).unwrap_or_else(|_| panic!("no sign of {what}"));
        }
    }

    fn send(&self, message: &Value) {
        self.capture.command(Command::Send(Outgoing::Text(message.to_string())));
    }
}

/// The rows that are not deleted, by key.
fn alive(shown: &ShownTable) -> BTreeMap<String, Value> {
    let rows = shown.rows.rows().map(|(_, row)| row).filter(|row| row.state != RowState::Deleted);
    rows.map(|row| (row.key.as_deref().unwrap().to_owned(), serde_json::from_str(&row.text).unwrap()))
        .collect()
}

/// One write by HTTP. Places count in the rows there are.
#[derive(Clone, Debug)]
enum Write {
    Create(u8),
    CreateTwo(u8),
    Update(usize, u8),
    UpdateKeys(usize, u8),
    Delete(usize),
    DeleteKeys(usize),
}

fn writes() -> impl Strategy<Value = Vec<Write>> {
    let write = prop_oneof![
        any::<u8>().prop_map(Write::Create),
        any::<u8>().prop_map(Write::CreateTwo),
        (any::<usize>(), any::<u8>()).prop_map(|(place, value)| Write::Update(place, value)),
        (any::<usize>(), any::<u8>()).prop_map(|(place, value)| Write::UpdateKeys(place, value)),
        any::<usize>().prop_map(Write::Delete),
        any::<usize>().prop_map(Write::DeleteKeys),
    ];
    proptest::collection::vec(write, 1..20)
}

fn rest(address: &str, call: (&str, &str), body: Option<&Value>) -> Value {
    let (status, answer) = lab::rest(address, call, body, Some(TOKEN)).unwrap();
    assert!(status < 300, "{call:?} {body:?}: {status} {answer}");
    answer
}

/// The server's own answer, by key.
fn truth(address: &str) -> BTreeMap<String, Value> {
    let answer = rest(address, ("GET", "/items/messages?limit=-1&fields=id,text,user"), None);
    let rows = answer["data"].as_array().unwrap();
    rows.iter().map(|row| (row["id"].to_string(), row.clone())).collect()
}

fn write(address: &str, write: &Write) {
    let keys: Vec<i64> = truth(address).keys().map(|key| key.parse().unwrap()).collect();
    let key = |place: usize| keys.get(place % keys.len().max(1)).copied();
    let row = |value: u8| json!({"text": format!("text {value}"), "user": "Ada"});
    let one = |place: usize| key(place).map(|key| format!("/items/messages/{key}"));
    let two = |place: usize| {
        key(place).into_iter().chain(key(place + 1)).collect::<std::collections::BTreeSet<_>>()
    };
    let all = "/items/messages";
    match *write {
        Write::Create(value) => drop(rest(address, ("POST", all), Some(&row(value)))),
        Write::CreateTwo(value) => drop(rest(address, ("POST", all), Some(&json!([row(value), row(1)])))),
        Write::Update(place, value) => {
            one(place).map(|path| rest(address, ("PATCH", &path), Some(&row(value))));
        }
        Write::UpdateKeys(place, value) if !keys.is_empty() => {
            let body = json!({"keys": two(place), "data": row(value)});
            rest(address, ("PATCH", all), Some(&body));
        }
        Write::Delete(place) => {
            one(place).map(|path| rest(address, ("DELETE", &path), None));
        }
        Write::DeleteKeys(place) if !keys.is_empty() => {
            rest(address, ("DELETE", all), Some(&json!(two(place))));
        }
        Write::UpdateKeys(..) | Write::DeleteKeys(_) => {}
    }
}

/// Plays random writes until the table has the rows that the server's own answer has, without one of them at odds.
fn compare_with(url: &str, address: &str, cases: u32) {
    let seat = Seat::connect(url);
    let query = json!({"fields": ["id", "text", "user"], "limit": -1});
    seat.send(&json!({"type": "subscribe", "collection": "messages", "uid": "live", "query": query}));
    let number = seat.until("the init", |capture| {
        let snapshot = capture.snapshot();
        snapshot.subscriptions.iter().find(|one| one.init_seq.is_some()).map(|one| one.number)
    });
    let opening = Opening { subscription: number, until: None };
    let table = seat.capture.table(opening, &seat.wake).unwrap();
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let played = runner.run(&writes(), |steps| {
        steps.iter().for_each(|step| write(address, step));
        let truth = truth(address);
        let shown = seat.until("the rows of the server", |_| {
            let shown: Arc<ShownTable> = table.shown();
            (alive(&shown) == truth).then_some(shown)
        });
        let odd = TableNoteKind::ALL.map(|kind| (kind, shown.rows.notes.count(kind)));
        let odd: Vec<_> = odd
            .into_iter()
            // Writing the same text again changes nothing.
            .filter(|(kind, count)| *count > 0 && *kind != TableNoteKind::NothingChanged)
            .collect();
        prop_assert!(odd.is_empty(), "{:?}", odd);
        Ok(())
    });
    played.unwrap();
}

#[test]
fn after_random_writes_the_table_is_what_the_demo_says() {
    let server = Server::start(Options::default()).unwrap();
    compare_with(&server.url(), &server.address().to_string(), 12);
}

#[test]
fn after_random_writes_the_table_is_what_directus_says() {
    let server = lab::Directus::start(lab::V12, &[]);
    compare_with(server.url(), server.address(), 3);
}

#[test]
fn after_a_cut_the_window_says_what_was_missed_and_the_table_has_it() {
    let server = Server::start(Options::default()).unwrap();
    let address = server.address().to_string();
    let mut desk = Desk::open();
    desk.log_in(&server.url(), demo::TOKEN);
    desk.send(r#"{"type":"subscribe","collection":"messages","uid":"m","query":{"limit":-1}}"#);
    desk.see("confirmed");
    desk.click(Role::Link, "Show rows");
    desk.see("table row 1 loaded");
    desk.see("table row 2 loaded");
    server.misbehave(Misbehaviour::DropNow);
    // The table shows no close; the panel does.
    desk.see("Waiting to retry");
    rest(&address, ("POST", "/items/messages"), Some(&json!({"text": "while away", "user": "Ada"})));
    rest(&address, ("PATCH", "/items/messages/1"), Some(&json!({"text": "changed while away"})));
    rest(&address, ("DELETE", "/items/messages/2"), None);
    desk.see("While away: 1 created, 1 updated, 1 deleted during");
    desk.see("table row 1 updated");
    desk.see("table row 2 deleted");
    desk.see("table row 3 created");
    desk.click(Role::Tab, "Log");
    desk.see("Event log");
}
