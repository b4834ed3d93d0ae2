//! The rules of `Link` as conversations: what goes in, and what comes out, with a clock of paper.

use std::time::Duration;

use crate::capture::event::{ClosedBy, Event, Fact, Payload, Stage, Stamp, Text, What};
use crate::directus::{AuthMode, Credentials, Endpoint, Secret};
use crate::net::command::{Command, ConnectSpec, Outgoing, Protocol, Switches};
use crate::net::failure::{DialFailure, Failure, UpgradeFailure};
use crate::net::link::{Link, Order, Outputs};
use crate::net::mask::Door;
use crate::net::socket::SocketEvent;

const TOKEN: &str = "planted-secret-0001";
pub(super) const AUTH_OK: &str = r#"{"type":"auth","status":"ok"}"#;
pub(super) const AUTH_FAILED: &str = r#"{"type":"auth","status":"error","error":{"code":"AUTH_FAILED","message":"Authentication handshake failed."}}"#;
pub(super) const SUBSCRIBE: &str = r#"{"type":"subscribe","collection":"messages","uid":"s"}"#;
pub(super) const INIT: &str = r#"{"type":"subscription","event":"init","data":[],"uid":"s"}"#;
pub(super) const SECOND: u64 = 1_000_000;

/// A link, its clock, and everything it did so far in short words.
pub(super) struct Scene {
    pub(super) link: Link,
    pub(super) now_us: u64,
    /// Every event as it was recorded.
    pub(super) log: Vec<Event>,
}

impl Scene {
    /// Measuring is off from the start, so that turning it off makes no row.
    pub(super) fn new() -> Self {
        let mut link = Link::new(Door::new(), 42);
        let calm = Switches { measure: false, ..Switches::default() };
        link.command(Command::Switches(calm), Stamp::default(), &mut Outputs::default());
        Self { link, now_us: 0, log: Vec::new() }
    }

    pub(super) fn now(&self) -> Stamp {
        Stamp { time_us: 0, elapsed_us: self.now_us }
    }

    /// Runs an input and tells what came out: orders as `> …`, events as they are named.
    pub(super) fn told(&mut self, input: impl FnOnce(&mut Link, Stamp, &mut Outputs)) -> Vec<String> {
        let mut out = Outputs::default();
        let now = self.now();
        input(&mut self.link, now, &mut out);
        // What is told of a credential has a playbook of its own.
        let told =
            |event: &&Event| !matches!(&event.what, What::Fact(fact) if matches!(&**fact, Fact::Identity(_)));
        let words = out
            .events
            .iter()
            .filter(told)
            .map(event_words)
            .chain(out.orders.iter().map(order_words))
            .collect();
        self.log.extend(out.events);
        words
    }

    pub(super) fn command(&mut self, command: Command) -> Vec<String> {
        self.told(|link, now, out| link.command(command, now, out))
    }

    pub(super) fn send(&mut self, text: &str) -> Vec<String> {
        self.command(Command::Send(Outgoing::Text(text.to_owned())))
    }

    pub(super) fn socket(&mut self, event: SocketEvent) -> Vec<String> {
        self.told(|link, now, out| link.socket(event, now, out))
    }

    pub(super) fn hear(&mut self, text: &str) -> Vec<String> {
        self.socket(SocketEvent::Text(Text::from(text)))
    }

    pub(super) fn open(&mut self) -> Vec<String> {
        self.socket(SocketEvent::Open { subprotocol: String::new() })
    }

    pub(super) fn closed(&mut self, code: u16) -> Vec<String> {
        self.socket(SocketEvent::Close { code: Some(code), reason: String::new(), by: ClosedBy::Server })
    }

    pub(super) fn failed(&mut self, failure: impl Into<Failure>) -> Vec<String> {
        let mut words = self.socket(SocketEvent::Failed(failure.into()));
        words.extend(self.socket(SocketEvent::broken()));
        words
    }

    /// Lets time pass until the next thing is due, and does it.
    pub(super) fn wait(&mut self) -> Vec<String> {
        self.now_us = self.link.deadline().expect("something is due");
        self.told(|link, now, out| link.tick(now, out))
    }

    /// Connected and logged in.
    pub(super) fn live(spec: ConnectSpec) -> Self {
        let mut stage = Self::new();
        stage.command(Command::Connect(Box::new(spec)));
        stage.open();
        stage.hear(AUTH_OK);
        stage
    }
}

fn event_words(event: &Event) -> String {
    let mark = if event.automatic { " (automatic)" } else { "" };
    match &event.what {
        What::Message(message) => {
            let arrow = message.direction.name();
            match &message.payload {
                Payload::Text(text) => format!("{arrow} {}{mark}", text.as_str()),
                Payload::Binary(bytes) => format!("{arrow} {} bytes{mark}", bytes.len()),
            }
        }
        What::Fact(fact) => match &**fact {
            Fact::Connect { attempt, mode, .. } => format!("connect {mode} {attempt}"),
            Fact::Open { .. } => "open".to_owned(),
            Fact::Held { data, .. } => format!("held {data}"),
            Fact::Unsent { data, .. } => format!("unsent {data}"),
            Fact::Close { code, by, .. } => format!("close {} {by:?}", code.unwrap_or_default()),
            Fact::Error { stage, .. } => format!("error {stage:?}"),
            Fact::Retry { attempt, .. } => format!("retry {attempt}"),
            Fact::GaveUp { .. } => "gave up".to_owned(),
            Fact::Switched { name, on } => format!("switched {name} {on}"),
            Fact::Control { opcode, data, .. } if opcode == "close" => format!("closing {data}"),
            Fact::Control { direction, opcode, .. } => format!("{direction:?} {opcode}{mark}"),
            other => format!("{other:?}"),
        },
    }
}

fn order_words(order: &Order) -> String {
    match order {
        Order::Dial(_) => "> dial".to_owned(),
        Order::Text(text) => format!("> {}", text.as_str()),
        Order::Binary(bytes) => format!("> {} bytes", bytes.len()),
        Order::Close { code, reason } => format!("> close {} {reason}", code.unwrap_or_default()),
        Order::Drop => "> drop".to_owned(),
        Order::Http(id, _, request) => format!("> http {id} {} {}", request.method.name(), request.path),
        Order::Keep(..) => "> keep".to_owned(),
    }
}

pub(super) fn spec(mode: AuthMode, token: Option<&str>) -> ConnectSpec {
    let credentials = token.map_or(Credentials::None, |token| Credentials::StaticToken(Secret::new(token)));
    let mut spec =
        ConnectSpec::new(Endpoint::parse("ws://cms.example/websocket").unwrap(), mode, credentials);
    spec.connect_timeout = Duration::from_secs(1);
    spec.switches.measure = false;
    spec
}

fn handshake() -> ConnectSpec {
    spec(AuthMode::Handshake, Some(TOKEN))
}

pub(super) fn connect(stage: &mut Scene, spec: ConnectSpec) -> Vec<String> {
    stage.command(Command::Connect(Box::new(spec)))
}

/// What the server gets of an auth frame, and what is recorded of it.
const AUTH_WIRE: &str = r#"> {"type":"auth","access_token":"planted-secret-0001"}"#;
const AUTH_SHOWN: &str = r#"out {"type":"auth","access_token":"[masked 1]"} (automatic)"#;

#[test]
fn handshake_logs_in_and_sends_what_waited_in_order() {
    let mut stage = Scene::new();
    assert_eq!(connect(&mut stage, handshake()), ["connect handshake 1", "> dial"]);
    assert_eq!(stage.send("early"), ["held early"]);
    assert_eq!(stage.open(), ["open", AUTH_SHOWN, AUTH_WIRE]);
    assert_eq!(stage.send("late"), ["held late"]);
    let ok = format!("in {AUTH_OK}");
    assert_eq!(stage.hear(AUTH_OK), [ok.as_str(), "out early", "out late", "> early", "> late"]);
    assert_eq!(stage.send("now"), ["out now", "> now"]);
}

#[test]
fn every_mode_goes_live_when_the_reference_says() {
    // (mode, token, what opening makes, whether a message passes then)
    let table: [(AuthMode, Option<&str>, &[&str], bool); 6] = [
        (AuthMode::Handshake, Some(TOKEN), &["open", AUTH_SHOWN, AUTH_WIRE], false),
        (AuthMode::Handshake, None, &["open"], true),
        (AuthMode::Public, Some(TOKEN), &["open", AUTH_SHOWN, AUTH_WIRE], false),
        (AuthMode::Public, None, &["open"], true),
        (AuthMode::Strict, Some(TOKEN), &["open"], true),
        (AuthMode::Strict, None, &["open"], true),
    ];
    for (mode, token, opened, passes) in table {
        let mut stage = Scene::new();
        connect(&mut stage, spec(mode, token));
        assert_eq!(stage.open(), opened, "{mode} {token:?}");
        let sent = stage.send("x");
        assert_eq!(sent == ["out x", "> x"], passes, "{mode} {token:?}: {sent:?}");
    }
}

#[test]
fn a_raw_connection_knows_no_directus() {
    let mut raw = spec(AuthMode::Handshake, Some(TOKEN));
    raw.protocol = Protocol::Raw;
    let mut stage = Scene::new();
    assert_eq!(connect(&mut stage, raw), ["connect raw 1", "> dial"]);
    assert_eq!(stage.open(), ["open"]);
    assert_eq!(stage.hear(r#"{"type":"ping"}"#), [r#"in {"type":"ping"}"#]);
    assert_eq!(stage.link.deadline(), None);
    stage.send(SUBSCRIBE);
    stage.hear(INIT);
    stage.closed(1006);
    assert_eq!(stage.wait(), ["connect raw 2", "> dial"]);
    assert_eq!(stage.open(), ["open"], "nothing is sent that the user did not send");
}

#[test]
fn the_users_own_login_holds_what_follows() {
    let mut stage = Scene::new();
    connect(&mut stage, spec(AuthMode::Handshake, None));
    stage.open();
    let auth = r#"{"type":"auth","access_token":"typed-by-hand"}"#;
    assert_eq!(
        stage.send(auth),
        [r#"out {"type":"auth","access_token":"[masked 1]"}"#, &format!("> {auth}")]
    );
    assert_eq!(stage.send("x"), ["held x"]);
    assert_eq!(stage.hear(AUTH_OK).last().map(String::as_str), Some("> x"));
}

#[test]
fn a_refused_token_is_explained_and_not_tried_again() {
    let mut stage = Scene::new();
    connect(&mut stage, handshake());
    stage.open();
    stage.send("x");
    assert_eq!(stage.hear(AUTH_FAILED), [format!("in {AUTH_FAILED}"), "error Login".to_owned()]);
    assert_eq!(stage.closed(1005), ["close 1005 Server", "unsent x", "gave up"]);
    assert_eq!(stage.link.deadline(), None);
    assert_eq!(stage.command(Command::RetryNow), ["connect handshake 1", "> dial"], "by hand it may be");
}

#[test]
fn a_refused_login_in_public_mode_goes_on_as_public() {
    let mut stage = Scene::new();
    connect(&mut stage, spec(AuthMode::Public, Some(TOKEN)));
    stage.open();
    stage.send("x");
    let refused = stage.hear(AUTH_FAILED);
    assert_eq!(refused, [&format!("in {AUTH_FAILED}"), "error Login", "unsent x"]);
    assert_eq!(stage.send("y"), ["out y", "> y"]);
    assert_eq!(stage.closed(1006), ["close 1006 Server", "retry 2"]);
}

#[test]
fn a_silent_login_is_told_once() {
    let mut stage = Scene::new();
    connect(&mut stage, handshake());
    stage.open();
    assert_eq!(stage.wait(), ["error Login"]);
    assert_eq!(stage.now_us, 15 * SECOND);
    assert_eq!(stage.link.deadline(), None);
    assert!(matches!(&stage.log.last().unwrap().what,
        What::Fact(fact) if matches!(&**fact, Fact::Error { cause, .. } if cause.contains("11.1.0"))));
    assert_eq!(stage.hear(AUTH_OK), [format!("in {AUTH_OK}")], "late is not never");
    assert_eq!(stage.send("x"), ["out x", "> x"]);
}

#[test]
fn nothing_sent_in_a_handshake_is_the_users_affair() {
    let mut stage = Scene::new();
    connect(&mut stage, spec(AuthMode::Handshake, None));
    stage.open();
    assert_eq!(stage.hear(AUTH_FAILED).last().map(String::as_str), Some("error Login"));
    assert_eq!(stage.closed(1005), ["close 1005 Server", "gave up"]);
}

#[test]
fn pings_are_answered_by_switch_and_only_when_it_does_no_harm() {
    let ping = r#"{"type":"ping"}"#;
    let pong = [r#"in {"type":"ping"}"#, r#"out {"type":"pong"} (automatic)"#, r#"> {"type":"pong"}"#];
    let mut stage = Scene::live(handshake());
    assert_eq!(stage.hear(ping), pong);
    let off = Switches { auto_pong: false, measure: false, ..Switches::default() };
    assert_eq!(stage.command(Command::Switches(off)), ["switched auto_pong false"]);
    assert_eq!(stage.hear(ping), [pong[0]]);

    let mut early = Scene::new();
    connect(&mut early, handshake());
    early.open();
    assert_eq!(early.hear(ping), [pong[0]], "in the handshake a pong would be the wrong first message");
    let mut public = Scene::new();
    connect(&mut public, spec(AuthMode::Public, Some(TOKEN)));
    public.open();
    assert_eq!(public.hear(ping), pong);
}

#[test]
fn round_trips_are_measured_with_uids_of_their_own() {
    let mut measured = handshake();
    measured.switches.measure = true;
    let mut stage = Scene::live(measured);
    assert_eq!(
        stage.wait(),
        [
            r#"out {"type":"ping","uid":"harewire-ping-1"} (automatic)"#,
            r#"> {"type":"ping","uid":"harewire-ping-1"}"#
        ]
    );
    let first = stage.now_us;
    assert!(stage.wait()[1].contains("harewire-ping-2"));
    assert_eq!(stage.now_us - first, 15 * SECOND);
    assert!(stage.command(Command::Measure)[1].contains("harewire-ping-3"));
    stage.closed(1006);
    assert_eq!(stage.command(Command::Measure), ["error Send"]);
}

#[test]
fn a_paused_socket_shows_life() {
    let mut stage = Scene::live(handshake());
    let now = stage.now();
    stage.link.paused(true, now);
    assert_eq!(stage.wait(), [r#"out {"type":"pong"} (automatic)"#, r#"> {"type":"pong"}"#]);
    assert_eq!(stage.now_us, 10 * SECOND);
    let now = stage.now();
    stage.link.paused(false, now);
    assert_eq!(stage.link.deadline(), None);
}

#[test]
fn accepted_subscriptions_come_back_once_and_before_what_waited() {
    let mut stage = Scene::live(handshake());
    stage.send(SUBSCRIBE);
    stage.hear(INIT);
    let other = r#"{"type":"subscribe","collection":"other","uid":2}"#;
    stage.send(other);
    stage.hear(r#"{"type":"subscription","event":"init","data":[],"uid":"2"}"#);
    assert_eq!(stage.closed(1006), ["close 1006 Server", "retry 2"]);
    assert_eq!(stage.wait(), ["connect handshake 2", "> dial"]);
    assert_eq!(stage.open(), ["open", AUTH_SHOWN, AUTH_WIRE]);
    // The same uid, typed while the login is under way: sent with the old one they would both live on.
    let again = r#"{"type":"subscribe","collection":"another","uid":"2"}"#;
    stage.send(again);
    assert_eq!(
        stage.hear(AUTH_OK)[1..],
        [
            format!("out {SUBSCRIBE} (automatic)"),
            format!("out {again}"),
            format!("> {SUBSCRIBE}"),
            format!("> {again}")
        ]
    );
}

#[test]
fn without_the_switch_nothing_is_subscribed_again() {
    let mut calm = handshake();
    calm.switches.resubscribe = false;
    let mut stage = Scene::live(calm);
    stage.send(SUBSCRIBE);
    stage.hear(INIT);
    stage.closed(1005);
    stage.wait();
    stage.open();
    assert_eq!(stage.hear(AUTH_OK), [format!("in {AUTH_OK}")]);
    // Nor later, when the switch is thrown: the server has none of them.
    stage.command(Command::Switches(Switches { measure: false, ..Switches::default() }));
    stage.closed(1005);
    stage.wait();
    stage.open();
    assert_eq!(stage.hear(AUTH_OK), [format!("in {AUTH_OK}")]);
}

#[test]
fn a_new_connect_by_hand_forgets_the_subscriptions() {
    let mut stage = Scene::live(handshake());
    stage.send(SUBSCRIBE);
    stage.hear(INIT);
    assert_eq!(connect(&mut stage, handshake()), ["closing 1000", "> close 1000 "]);
    let next =
        stage.socket(SocketEvent::Close { code: Some(1000), reason: String::new(), by: ClosedBy::Client });
    assert_eq!(next, ["close 1000 Client", "connect handshake 1", "> dial"]);
    stage.open();
    assert_eq!(stage.hear(AUTH_OK), [format!("in {AUTH_OK}")]);
}

#[test]
fn waiting_grows_until_a_login_succeeds() {
    let mut stage = Scene::new();
    connect(&mut stage, handshake());
    let refused = || DialFailure::Refused { addresses: "192.0.2.1:8055".to_owned() };
    let mut waits = Vec::new();
    for attempt in 2..8 {
        let told = stage.failed(refused());
        assert_eq!(told, ["error Tcp", "close 1006 Network", &format!("retry {attempt}")]);
        let begun = stage.now_us;
        assert_eq!(stage.wait(), [format!("connect handshake {attempt}"), "> dial".to_owned()]);
        waits.push((stage.now_us - begun) / 1000);
    }
    for (waited, ceiling) in waits.iter().zip([1000, 2000, 4000, 8000, 16_000, 30_000]) {
        assert!((ceiling / 2..=ceiling).contains(waited), "{waits:?}");
    }
    stage.open();
    assert_eq!(stage.closed(1006).last().map(String::as_str), Some("retry 8"), "open is not yet live");
    stage.wait();
    stage.open();
    stage.hear(AUTH_OK);
    stage.now_us += 4 * SECOND;
    assert_eq!(stage.closed(1006).last().map(String::as_str), Some("retry 9"), "it broke again at once");
    stage.wait();
    stage.open();
    stage.hear(AUTH_OK);
    stage.now_us += 5 * SECOND;
    assert_eq!(stage.closed(1006).last().map(String::as_str), Some("retry 2"));
}

#[test]
fn a_switch_is_recorded_and_takes_effect_at_once() {
    let mut off = handshake();
    off.switches = Switches { auto_pong: false, reconnect: false, ..off.switches };
    let mut stage = Scene::new();
    let begun = connect(&mut stage, off);
    let switched = ["switched auto_pong false", "switched reconnect false", "> dial"];
    assert_eq!(begun[1..], switched, "a capture takes every switch for on until it is told");
    stage.open();
    stage.hear(AUTH_OK);
    let ping = r#"in {"type":"ping"}"#;
    assert_eq!(stage.hear(r#"{"type":"ping"}"#), [ping]);
    let pong = [r#"out {"type":"pong"} (automatic)"#, r#"> {"type":"pong"}"#];
    let on = Switches { auto_pong: true, reconnect: false, measure: false, ..Switches::default() };
    let answered = stage.command(Command::Switches(on));
    assert_eq!(answered, ["switched auto_pong true", pong[0], pong[1]], "the ping still waits for it");
    stage.command(Command::Switches(Switches { auto_pong: false, ..on }));
    assert_eq!(stage.command(Command::Switches(on)), ["switched auto_pong true"], "it has its answer");

    assert_eq!(stage.closed(1006), ["close 1006 Server"]);
    let on = Switches { reconnect: true, ..on };
    assert_eq!(stage.command(Command::Switches(on)), ["switched reconnect true", "retry 2"]);
    assert_eq!(stage.wait(), ["connect handshake 2", "> dial"]);
}

#[test]
fn switching_reconnect_on_does_not_undo_a_close_by_hand() {
    let mut stage = Scene::live(handshake());
    let off = Switches { reconnect: false, measure: false, ..Switches::default() };
    stage.command(Command::Switches(off));
    stage.command(Command::Close { code: 1000, reason: String::new() });
    stage.socket(SocketEvent::Close { code: Some(1000), reason: String::new(), by: ClosedBy::Client });
    let on = Switches { reconnect: true, ..off };
    assert_eq!(stage.command(Command::Switches(on)), ["switched reconnect true"]);
}

#[test]
fn what_is_about_a_restored_uid_waits_for_its_answer() {
    let mut stage = Scene::live(handshake());
    stage.send(SUBSCRIBE);
    stage.hear(INIT);
    stage.closed(1006);
    stage.wait();
    stage.open();
    stage.hear(AUTH_OK);
    let unsubscribe = r#"{"type":"unsubscribe","uid":"s"}"#;
    assert_eq!(stage.send(r#"{"type":"ping"}"#).len(), 2, "what is about something else goes out");
    assert_eq!(stage.send(unsubscribe), [format!("held {unsubscribe}")]);
    assert_eq!(stage.send("x"), ["held x"], "the order stays");
    let released = stage.hear(INIT);
    assert_eq!(released[1..3], [format!("out {unsubscribe}"), "out x".to_owned()]);
    stage.closed(1006);
    stage.wait();
    stage.open();
    assert_eq!(stage.hear(AUTH_OK), [format!("in {AUTH_OK}")], "what was ended stays ended");
}

#[test]
fn a_restore_without_an_answer_holds_nothing_for_ever() {
    let mut stage = Scene::live(handshake());
    stage.send(SUBSCRIBE);
    stage.hear(INIT);
    stage.closed(1006);
    stage.wait();
    stage.open();
    stage.hear(AUTH_OK);
    let begun = stage.now_us;
    assert_eq!(stage.send(SUBSCRIBE), [format!("held {SUBSCRIBE}")]);
    assert_eq!(stage.wait(), [format!("out {SUBSCRIBE}"), format!("> {SUBSCRIBE}")]);
    assert_eq!(stage.now_us - begun, 5 * SECOND);
    assert_eq!(stage.link.deadline(), None);
}

#[test]
fn what_is_tried_again_and_what_is_not() {
    let status =
        |status| UpgradeFailure::Status { status, reason: String::new(), location: None, token_shown: true };
    for (code, again) in [(401, false), (400, false), (302, false), (500, true), (503, true)] {
        let mut stage = Scene::new();
        connect(&mut stage, handshake());
        let last = if again { "retry 2" } else { "gave up" };
        assert_eq!(stage.failed(status(code)), ["error Upgrade", "close 1006 Network", last], "{code}");
    }
    for (code, again) in [(1000, false), (1001, false), (1005, true), (1006, true), (4001, false)] {
        let mut stage = Scene::live(handshake());
        let last = if again { "retry 2" } else { "gave up" };
        assert_eq!(stage.closed(code).last().map(String::as_str), Some(last), "{code}");
    }
    let mut stage = Scene::new();
    connect(&mut stage, handshake());
    for last in ["retry 2", "retry 3", "gave up"] {
        assert_eq!(stage.failed(status(403)).last().map(String::as_str), Some(last));
        if last != "gave up" {
            stage.wait();
        }
    }
}

#[test]
fn reconnecting_can_be_hurried_stopped_and_switched_off() {
    let mut stage = Scene::live(handshake());
    stage.closed(1006);
    assert_eq!(stage.command(Command::RetryNow), ["connect handshake 2", "> dial"]);
    assert_eq!(stage.command(Command::RetryNow), Vec::<String>::new(), "one at a time");
    stage.failed(UpgradeFailure::HungUp);
    assert_eq!(stage.command(Command::StopRetrying), ["gave up"]);
    assert_eq!(stage.link.deadline(), None);
    assert_eq!(stage.command(Command::StopRetrying), Vec::<String>::new());

    let mut stage = Scene::live(handshake());
    stage.closed(1006);
    let off = Switches { reconnect: false, measure: false, ..Switches::default() };
    assert_eq!(stage.command(Command::Switches(off)), ["switched reconnect false", "gave up"]);
    stage.command(Command::RetryNow);
    assert_eq!(stage.failed(UpgradeFailure::HungUp), ["error Upgrade", "close 1006 Network"]);
}

#[test]
fn closing_is_polite_for_a_second() {
    let mut stage = Scene::live(handshake());
    let bye = Command::Close { code: 4321, reason: "ü".repeat(100) };
    let reason = "ü".repeat(61);
    assert_eq!(stage.command(bye), [format!("closing 4321 {reason}"), format!("> close 4321 {reason}")]);
    assert_eq!(stage.send("x"), ["unsent x", "error Send"]);
    assert_eq!(stage.hear("last words"), ["in last words"]);
    let echo = SocketEvent::Close { code: Some(4321), reason: String::new(), by: ClosedBy::Client };
    assert_eq!(stage.socket(echo), ["close 4321 Client"]);
    assert!(stage.link.is_idle());

    let mut deaf = Scene::live(handshake());
    assert_eq!(
        deaf.command(Command::Close { code: 1005, reason: "x".to_owned() }),
        ["closing ", "> close 0 "]
    );
    assert_eq!(deaf.wait(), ["error Socket", "close 1006 Client", "> drop"]);
    assert_eq!(deaf.now_us, SECOND);
    assert!(deaf.link.is_idle());
}

#[test]
fn an_abort_is_at_once_whatever_goes_on() {
    let mut live = Scene::live(handshake());
    assert_eq!(live.command(Command::Abort), ["close 1006 Client", "> drop"]);
    assert!(live.link.is_idle());

    let mut dialing = Scene::new();
    connect(&mut dialing, handshake());
    dialing.send("x");
    assert_eq!(dialing.command(Command::Abort), ["close 1006 Client", "unsent x", "> drop"]);
    assert_eq!(dialing.send("y"), ["unsent y", "error Send"]);
    assert_eq!(dialing.command(Command::Abort), Vec::<String>::new());
}

#[test]
fn finishing_leaves_nothing_behind() {
    let mut live = Scene::live(handshake());
    assert_eq!(live.told(|link, now, out| link.finish(now, out)), ["closing 1000", "> close 1000 "]);
    assert!(!live.link.is_idle());
    live.wait();
    assert!(live.link.is_idle());

    let mut waiting = Scene::live(handshake());
    waiting.closed(1006);
    assert!(waiting.told(|link, now, out| link.finish(now, out)).is_empty());
    assert!(waiting.link.is_idle());
}

#[test]
fn expiry_is_explained_and_the_link_goes_on() {
    let error = |code: &str| {
        format!(r#"{{"type":"auth","status":"error","error":{{"code":"{code}","message":"m"}}}}"#)
    };
    let mut stage = Scene::live(handshake());
    for (code, word) in
        [("TOKEN_EXPIRED", "expired"), ("AUTH_TIMEOUT", "session"), ("AUTH_FAILED", "new login")]
    {
        assert_eq!(stage.hear(&error(code)).last().map(String::as_str), Some("error Login"));
        let What::Fact(fact) = &stage.log.last().unwrap().what else { panic!() };
        assert!(
            matches!(&**fact, Fact::Error { message, stage: Stage::Login, .. } if message.contains(word)),
            "{fact:?}"
        );
    }
    assert_eq!(stage.closed(1005).last().map(String::as_str), Some("retry 2"));
}

#[test]
fn protocol_pings_make_two_rows() {
    let mut stage = Scene::live(handshake());
    let ping = SocketEvent::Control { kind: crate::net::socket::ControlKind::Ping, data: "hi".into() };
    assert_eq!(stage.socket(ping), ["In ping", "Out pong (automatic)"]);
}

#[test]
fn no_planted_secret_gets_through_the_door() {
    let mut spec = spec(AuthMode::Strict, Some(TOKEN));
    spec.headers = vec![("Cookie".to_owned(), "directus_session_token=cookie-secret".to_owned())];
    let mut stage = Scene::new();
    connect(&mut stage, spec);
    stage.socket(SocketEvent::Request {
        target: format!("/websocket?access_token={TOKEN}"),
        headers: vec![
            ("Cookie".to_owned(), "directus_session_token=cookie-secret".to_owned()),
            ("Authorization".to_owned(), "Bearer header-secret".to_owned()),
        ],
    });
    stage.socket(SocketEvent::Response {
        status: 101,
        reason: String::new(),
        headers: vec![("Set-Cookie".to_owned(), "a=set-secret; Path=/".to_owned())],
        body: format!("Route /websocket?access_token={TOKEN} doesn't exist."),
        took_us: 1,
    });
    stage.open();
    stage.send(&format!(r#"{{"type":"auth","access_token":"{TOKEN}"}}"#));
    stage.send(r#"{"type":"auth","email":"a@b.example","password":"password-secret","otp":"otp-secret"}"#);
    stage.send(&format!("not json but {TOKEN}"));
    stage.send(r#"{"type":"auth","access_token":"broken-secret" "#);
    stage.hear(r#"{"type":"auth","status":"ok","refresh_token":"refresh-secret"}"#);
    stage.failed(Failure::Portable { words: format!("URL error at ?access_token={TOKEN}") });
    stage.command(Command::StopRetrying);
    stage.send(&format!("again {TOKEN}"));
    let all = format!("{:?}", stage.log);
    for secret in [
        TOKEN,
        "cookie-secret",
        "header-secret",
        "set-secret",
        "password-secret",
        "otp-secret",
        "refresh-secret",
        "broken-secret",
    ] {
        assert!(!all.contains(secret), "{secret} in {all}");
    }
    assert!(stage.log.iter().filter(|event| event.masked).count() >= 8);
    // And what was masked comes back for sending it again.
    let shown = r#"{"type":"auth","access_token":"[masked 1]"}"#;
    assert_eq!(stage.link.door.unmask(shown).as_deref(), Some(AUTH_WIRE.trim_start_matches("> ")));
}

#[test]
fn a_login_in_a_binary_frame_is_masked_too() {
    let mut stage = Scene::live(handshake());
    let login = format!(r#"{{"type":"auth","access_token":"{TOKEN}"}}"#);
    stage.command(Command::Send(Outgoing::Binary(login.clone().into())));
    let event = stage.log.last().unwrap();
    let What::Message(message) = &event.what else { panic!("{event:?}") };
    let Payload::Binary(bytes) = &message.payload else { panic!("{event:?}") };
    assert_eq!(bytes.as_ref(), br#"{"type":"auth","access_token":"[masked 1]"}"#);
    assert!(event.masked && message.size == login.len() as u64);
    // Bytes that are no text stay as they are.
    stage.command(Command::Send(Outgoing::Binary(vec![0xff, 0x00].into())));
    assert!(!stage.log.last().unwrap().masked);
}

#[test]
fn an_echoed_subprotocol_keeps_no_token() {
    let mut stage = Scene::new();
    stage.command(Command::Connect(Box::new(handshake())));
    stage.socket(SocketEvent::Open { subprotocol: format!("bearer, {TOKEN}") });
    let all = format!("{:?}", stage.log);
    assert!(!all.contains(TOKEN) && all.contains("bearer, [masked 1]"), "{all}");
}

#[test]
fn what_goes_to_the_socket_is_not_printed() {
    let mut link = Link::new(Door::new(), 1);
    let mut out = Outputs::default();
    let now = Stamp::default();
    link.command(Command::Connect(Box::new(handshake())), now, &mut out);
    link.socket(SocketEvent::Open { subprotocol: String::new() }, now, &mut out);
    link.socket(SocketEvent::Text(Text::from(AUTH_OK)), now, &mut out);
    let subscribe = format!(r#"{{"type":"subscribe","collection":"messages","uid":"{TOKEN}"}}"#);
    link.command(Command::Send(Outgoing::Text(subscribe)), now, &mut out);
    assert!(!out.orders.is_empty());
    let all = format!("{link:?} {out:?}");
    assert!(!all.contains(TOKEN), "{all}");
}

#[test]
fn a_token_under_another_name_in_the_url_is_masked_in_every_event() {
    let endpoint = Endpoint::parse("wss://echo.example/socket?api_key=planted-key-0002").unwrap();
    assert!(!format!("{endpoint:?}").contains("planted-key-0002"));
    let mut spec = ConnectSpec::new(endpoint, AuthMode::Public, Credentials::None);
    spec.protocol = Protocol::Raw;
    let mut stage = Scene::new();
    let orders = stage.told(|link, now, out| {
        link.command(Command::Connect(Box::new(spec.clone())), now, out);
        assert!(!format!("{out:?}").contains("planted-key-0002"));
    });
    assert!(orders.contains(&"> dial".to_owned()));
    stage.open();
    let all = format!("{:?}", stage.log);
    assert!(!all.contains("planted-key-0002") && all.contains("api_key=[masked 1]"), "{all}");
}
