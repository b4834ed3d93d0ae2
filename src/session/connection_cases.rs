//! The conformance cases of the protocol reference (section 12) about connections, as far as the session has a say.

use crate::capture::event::{ClosedBy, Direction, Fact, Stage};
use crate::session::causes::CauseKind;
use crate::session::heartbeat::Answer;
use crate::session::phase::Phase;
use crate::session::script::{Script, connect};
use crate::session::warning::WarningKind;

#[test]
fn case_8_a_refused_upgrade_ends_the_attempt_with_its_status() {
    let mut script = Script::silent();
    script.connection = 1;
    script.fact(connect("strict", "static token", "wss://cms.example.com/websocket?access_token=[masked 1]"));
    let headers = Vec::new();
    script.fact(Fact::Response {
        status: 401,
        reason: "Unauthorized".into(),
        headers,
        body: String::new(),
        took_us: 900,
    });
    let sentence = |text: &str| text.to_owned();
    script.fact(Fact::Error {
        stage: Stage::Upgrade,
        message: sentence("The server refused the connection with 401."),
        cause: sentence("The token is wrong or expired."),
        advice: sentence("Check the token."),
    });
    let shot = script.shot();
    assert_eq!((shot.phase, shot.handshake.status), (Phase::Closed, Some(401)));
    assert_eq!(
        (shot.last_error.unwrap().stage, shot.counters.errors, shot.counters.opens),
        (Stage::Upgrade, 1, 0)
    );
}

#[test]
fn case_15_a_protocol_ping_changes_nothing() {
    let mut script = Script::live();
    let opcode = || "ping".to_owned();
    script.fact(Fact::Control { direction: Direction::Out, opcode: opcode(), data: String::new() });
    assert_eq!((script.shot().phase, script.shot().heartbeat.pings), (Phase::Live, 0));
}

#[test]
fn case_16_an_answered_ping_has_no_deadline() {
    let mut script = Script::live();
    script.hear(r#"{"type":"ping"}"#);
    assert_eq!(script.shot().at(script.elapsed_us).closes_in_us, Some(30_000_000));
    script.say(r#"{"type":"pong"}"#);
    let shot = script.shot();
    assert_eq!((shot.heartbeat.answer, shot.at(script.elapsed_us).closes_in_us), (Answer::Pong, None));
    assert_eq!((shot.pending.len(), shot.round_trips.count), (0, 0));
}

#[test]
fn case_17_a_close_after_an_unanswered_ping_is_a_missed_heartbeat() {
    let mut script = Script::live();
    script.hear(r#"{"type":"ping"}"#);
    script.close(1005, ClosedBy::Server);
    let shot = script.shot();
    assert!(shot.last_close.unwrap().ping_unanswered);
    assert_eq!(shot.card.unwrap().first().unwrap().kind, CauseKind::MissedHeartbeat);
}

#[test]
fn case_50_the_rate_limit_is_a_warning_with_the_servers_words() {
    let mut script = Script::live();
    script.hear(r#"{"type":"server","status":"error","error":{"code":"REQUESTS_EXCEEDED","message":"Too many messages, retry after 4244ms."}}"#);
    assert_eq!(script.warnings(), [WarningKind::RateLimited]);
    assert!(script.shot().warnings[0].text.contains("4244ms"));
}

#[test]
fn case_51_the_end_orphans_subscriptions_and_the_next_connection_starts_clean() {
    let mut script = Script::live();
    script.say(r#"{"type":"subscribe","collection":"messages","uid":"s"}"#);
    script.hear(r#"{"type":"subscription","event":"init","data":[],"uid":"s"}"#);
    script.say(r#"{"type":"items","action":"read","collection":"messages","uid":"r"}"#);
    script.close(1006, ClosedBy::Network);
    assert_eq!(script.states(), ["orphaned"]);
    script.fact(Fact::Retry { attempt: 2, delay_ms: 1500 });
    let shot = script.shot();
    assert_eq!(
        (shot.phase, shot.at(script.elapsed_us).retry_in_us),
        (Phase::WaitingToRetry, Some(1_500_000))
    );
    script.connect("handshake", "static token", "wss://cms.example.com/websocket");
    script.say(r#"{"type":"auth","access_token":"[masked 1]"}"#);
    script.hear(r#"{"type":"auth","status":"ok"}"#);
    script.say(r#"{"type":"subscribe","collection":"messages","uid":"s"}"#);
    let joined = script.hear(r#"{"type":"subscription","event":"init","data":[],"uid":"s"}"#);
    let shot = script.shot();
    assert_eq!(
        (joined.subscription, shot.connection, shot.counters.unanswered, shot.pending.len()),
        (2, 2, 1, 0)
    );
    assert_eq!((script.states(), shot.retry), (vec!["orphaned", "confirmed"], None));
    assert!(script.warnings().is_empty());
}

#[test]
fn held_messages_count_until_they_are_sent_or_given_up() {
    let mut script = Script::open("handshake", "static token");
    for data in ["{\"type\":\"ping\"}", "second"] {
        script.fact(Fact::Held { reason: String::new(), data: data.into() });
    }
    assert_eq!(script.shot().held, 2);
    script.say(r#"{"type":"auth","access_token":"[masked 1]"}"#);
    script.hear(r#"{"type":"auth","status":"ok"}"#);
    script.say("{\"type\":\"ping\"}");
    assert_eq!(script.shot().held, 1);
    script.fact(Fact::Unsent { data: "second".into(), reason: "The connection ended.".into() });
    assert_eq!((script.shot().held, script.shot().counters.unsent), (0, 1));
}

#[test]
fn the_way_to_the_open_socket_passes_its_phases() {
    let mut script = Script::silent();
    script.connection = 1;
    let mut phases = vec![script.shot().phase];
    for fact in [
        connect("strict", "static token", "wss://cms.example.com/websocket"),
        Fact::Resolved { host: "cms.example.com".into(), addresses: vec!["192.0.2.1".into()], took_us: 9000 },
        Fact::Connected { address: "192.0.2.1:443".into(), via: String::new(), took_us: 14_000 },
        Fact::Secured {
            protocol: "TLSv1.3".into(),
            cipher: "x".into(),
            certificates: Vec::new(),
            accepted: String::new(),
            took_us: 31_000,
        },
        Fact::Response {
            status: 101,
            reason: "Switching Protocols".into(),
            headers: Vec::new(),
            body: String::new(),
            took_us: 22_000,
        },
        Fact::Open { url: "wss://cms.example.com/websocket".into(), subprotocol: String::new() },
        Fact::Control { direction: Direction::Out, opcode: "close".into(), data: String::new() },
        Fact::Close { code: Some(1000), reason: String::new(), by: ClosedBy::Client },
        Fact::GaveUp { reason: "Closed from here.".into() },
    ] {
        script.fact(fact);
        phases.push(script.shot().phase);
    }
    use Phase::{Closed, Closing, Connecting, Idle, Live, Resolving, Tls, Upgrading};
    assert_eq!(
        phases,
        [Idle, Resolving, Connecting, Tls, Upgrading, Upgrading, Live, Closing, Closed, Closed]
    );
    let steps: Vec<_> = script.shot().waterfall.steps().map(|(step, took)| (step.name(), took)).collect();
    assert_eq!(steps, [("DNS", 9000), ("TCP", 14_000), ("TLS", 31_000), ("upgrade", 22_000)]);
}

#[test]
fn an_attempt_that_never_got_through_is_an_error_and_no_close() {
    let mut script = Script::live();
    script.close(1006, ClosedBy::Network);
    let closed = script.shot().last_close.unwrap();
    script.connection += 1;
    script.fact(connect("handshake", "static token", "wss://cms.example.com/websocket"));
    let word = || "Refused.".to_owned();
    script.fact(Fact::Error { stage: Stage::Tcp, message: word(), cause: word(), advice: word() });
    script.close(1006, ClosedBy::Network);
    script.fact(Fact::Retry { attempt: 3, delay_ms: 1 });
    let shot = script.shot();
    assert_eq!((shot.phase, shot.last_close, shot.counters.closes), (Phase::WaitingToRetry, Some(closed), 1));
    assert_eq!(shot.last_error.unwrap().stage, Stage::Tcp);
}

#[test]
fn an_earlier_connection_beside_a_later_one_changes_nothing_of_its() {
    let subscribe =
        |collection: &str| format!(r#"{{"type":"subscribe","collection":"{collection}","uid":"same"}}"#);
    let event = r#"{"type":"subscription","event":"create","data":[{"id":1}],"uid":"same"}"#;
    let mut script = Script::live();
    script.say(&subscribe("messages"));
    script.hear(r#"{"type":"subscription","event":"init","uid":"same"}"#);
    script.connect("public", "none", "wss://other.example.com/websocket");
    script.say(&subscribe("orders"));
    script.hear(r#"{"type":"subscription","event":"init","uid":"same"}"#);
    let mine = script.hear(event).subscription;
    assert_ne!(mine, 0);
    let before = script.shot();
    script.connection = 1;
    assert_eq!(script.hear(event).subscription, 0, "the same uid means another collection there");
    script.fact(Fact::Close { code: Some(1000), reason: String::new(), by: ClosedBy::Server });
    let after = script.shot();
    assert_eq!((after.phase, after.subscriptions.len()), (before.phase, before.subscriptions.len()));
    assert_eq!(after.counters.in_messages, before.counters.in_messages + 1);
    script.connection = 2;
    assert_eq!(script.hear(event).subscription, mine);
}
