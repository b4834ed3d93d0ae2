//! What the cards say of connections that stood (reference 3, 6.4; cases 17, 50, 51, 58).

use crate::capture::event::{ClosedBy, Direction, Fact, Stage};
use crate::session::causes::login_cases::{card, first, has};
use crate::session::causes::{CauseKind as Kind, Certainty, Weight};
use crate::session::script::{Script, binary};

const URL: &str = "wss://cms.example.com/websocket";
const PING: &str = r#"{"type":"ping"}"#;
const LIMITED: &str = r#"{"type":"server","status":"error","error":{"code":"REQUESTS_EXCEEDED","message":"Too many messages, retry after 4244ms."}}"#;

fn log_in(script: &mut Script) {
    script.connect("handshake", "static token", URL);
    script.say(r#"{"type":"auth","access_token":"[masked 1]"}"#);
    script.hear(r#"{"type":"auth","status":"ok"}"#);
}

#[test]
fn case_17_a_ping_unanswered_for_its_period_is_certain() {
    let mut script = Script::live();
    script.fact(Fact::Switched { name: "auto_pong".into(), on: false });
    let off = script.seq;
    script.hear(PING);
    script.say(r#"{"type":"pong"}"#);
    script.elapsed_us += 2_000_000;
    script.hear(PING);
    let ping = script.seq;
    script.elapsed_us += 2_000_000;
    script.close(1005, ClosedBy::Server);
    let card = card(&mut script);
    assert_eq!(
        (card.title.as_str(), first(&card)),
        ("Taken for dead", (Kind::MissedHeartbeat, Certainty::Certain))
    );
    let cause = card.first().unwrap();
    assert_eq!(cause.evidence[0].seq, Some(ping));
    assert!(cause.evidence.iter().any(|seen| seen.seq == Some(off)));
    assert!(cause.next_step.code.ends_with("WEBSOCKETS_HEARTBEAT_PERIOD=4"), "{cause:?}");
}

#[test]
fn an_answered_ping_is_never_blamed() {
    let mut script = Script::live();
    script.hear(PING);
    script.say(r#"{"type":"pong"}"#);
    script.elapsed_us += 30_000_000;
    script.close(1005, ClosedBy::Server);
    let card = card(&mut script);
    assert!(!has(&card, Kind::MissedHeartbeat));
    assert_eq!(card.title, "Closed by the server");
}

#[test]
fn what_the_heartbeat_does_not_count_is_named() {
    let mut script = Script::live();
    script.hear(PING);
    script.say("no json");
    script.say(r#"{"type":"auth","access_token":"[masked 1]"}"#);
    script.hear(LIMITED);
    script.elapsed_us += 30_000_000;
    script.close(1005, ClosedBy::Server);
    let card = card(&mut script);
    assert_eq!(first(&card), (Kind::MissedHeartbeat, Certainty::Certain));
    let words: Vec<_> = card.first().unwrap().evidence.iter().map(|seen| seen.sentence.as_str()).collect();
    for word in ["logins do not count", "can't read", "rate limit dropped"] {
        assert!(words.iter().any(|sentence| sentence.contains(word)), "{word}: {words:?}");
    }
    assert!(has(&card, Kind::RateLimited));
}

#[test]
fn the_same_silence_three_times_is_a_proxy() {
    let mut script = Script::silent();
    let mut ends = Vec::new();
    for _ in 0..3 {
        log_in(&mut script);
        script.elapsed_us += 45_000_000;
        script.close(1006, ClosedBy::Network);
        ends.push(script.seq);
    }
    let card = card(&mut script);
    assert_eq!(
        (card.title.as_str(), first(&card)),
        ("Connection lost", (Kind::IdleProxy, Certainty::Likely))
    );
    let cause = card.first().unwrap();
    assert!(
        cause.sentence.contains("45 s") && cause.sentence.contains("3 ends in a row"),
        "{}",
        cause.sentence
    );
    let seen: Vec<_> = cause.evidence.iter().filter_map(|seen| seen.seq).collect();
    assert_eq!(seen, [ends[2], ends[1], ends[0]]);
    assert!(cause.next_step.code.starts_with("WEBSOCKETS_HEARTBEAT_PERIOD=22"));
}

#[test]
fn other_silences_between_break_the_row() {
    let mut script = Script::silent();
    for silence in [45_000_000, 20_000_000, 45_000_000] {
        log_in(&mut script);
        script.elapsed_us += silence;
        script.close(1006, ClosedBy::Network);
    }
    assert_ne!(first(&card(&mut script)).0, Kind::IdleProxy);
}

#[test]
fn one_silence_of_a_usual_length_is_an_inference_with_names() {
    let mut script = Script::live();
    script.elapsed_us += 60_000_000;
    script.close(1006, ClosedBy::Network);
    let card = card(&mut script);
    assert_eq!(first(&card), (Kind::IdleProxy, Certainty::Likely));
    assert!(card.first().unwrap().sentence.contains("nginx"));
}

#[test]
fn the_same_age_with_traffic_to_the_end_is_a_limit_of_age() {
    let mut script = Script::silent();
    for _ in 0..2 {
        log_in(&mut script);
        for _ in 0..30 {
            script.elapsed_us += 1_000_000;
            script.hear(r#"{"type":"pong"}"#);
        }
        script.close(1006, ClosedBy::Network);
    }
    assert_eq!(first(&card(&mut script)).0, Kind::LongestLife);
}

#[test]
fn case_51_a_server_that_stops_leaves_no_frame() {
    let mut script = Script::live();
    script.elapsed_us += 7_000_000;
    script.close(1006, ClosedBy::Network);
    let card = card(&mut script);
    assert_eq!(first(&card), (Kind::ServerEnded, Certainty::Likely));
    assert!(has(&card, Kind::NetworkCut));
}

#[test]
fn a_reset_keeps_its_own_sentences() {
    let mut script = Script::live();
    let words = |text: &str| text.to_owned();
    script.fact(Fact::Error {
        stage: Stage::Socket,
        message: words("The connection was cut (reset)."),
        cause: words("The process ended."),
        advice: words("Look at the log."),
    });
    let error = script.seq;
    script.close(1006, ClosedBy::Network);
    let shot = script.shot();
    let card = card(&mut script);
    assert_eq!(first(&card).0, Kind::AsReported);
    assert_eq!((card.error_seq, shot.cards.len()), (Some(error), 1), "one card for failure and end");
    assert!(shot.card_of(error).is_some());
}

#[test]
fn a_computer_that_slept_is_told_before_all_else() {
    let mut script = Script::live();
    script.fact(Fact::Clock { drift_us: 3_600_000_000 });
    script.close(1006, ClosedBy::Network);
    assert_eq!(first(&card(&mut script)).0, Kind::Slept);
}

#[test]
fn case_58_a_collaboration_message_before_the_end_is_blamed() {
    let mut script = Script::live();
    script.say(r#"{"type":"collab","action":"join"}"#);
    script.elapsed_us += 250_000;
    script.close(1005, ClosedBy::Server);
    assert_eq!(first(&card(&mut script)).0, Kind::CollaborationOff);
}

#[test]
fn every_code_has_a_cause() {
    for (code, kind) in [
        (1001, Kind::GoingAway),
        (1002, Kind::ProtocolViolation),
        (1003, Kind::PolicyOfAnother),
        (1007, Kind::NotUtf8),
        (1008, Kind::PolicyOfAnother),
        (1009, Kind::TooBig),
        (1011, Kind::GatewayFailed),
        (1012, Kind::GoingAway),
        (4403, Kind::GraphQlRefused),
        (4408, Kind::GraphQlRefused),
        (3000, Kind::ForeignCode),
        (4999, Kind::ForeignCode),
    ] {
        let mut script = Script::live();
        script.close(code, ClosedBy::Server);
        let card = card(&mut script);
        assert_eq!(first(&card).0, kind, "{code}");
        assert!(card.what_happened.contains(&code.to_string()));
    }
}

#[test]
fn bytes_that_are_no_text_are_certain() {
    let mut script = Script::live();
    script.fold(binary(Direction::Out, vec![0xff, 0xfe]), false);
    let sent = script.seq;
    script.close(1007, ClosedBy::Server);
    let card = card(&mut script);
    assert_eq!(first(&card), (Kind::NotUtf8, Certainty::Certain));
    assert_eq!(card.first().unwrap().evidence[0].seq, Some(sent));
}

#[test]
fn our_own_close_is_calm() {
    let mut script = Script::live();
    script.fact(Fact::Control {
        direction: Direction::Out,
        opcode: "close".into(),
        data: "4321 done".into(),
    });
    script.close(4321, ClosedBy::Client);
    let card = card(&mut script);
    assert_eq!((card.weight, first(&card)), (Weight::Calm, (Kind::ClosedHere, Certainty::Certain)));
    assert!(card.first().unwrap().evidence[0].sentence.contains("4321 done"));
}

#[test]
fn a_close_that_nothing_explains_says_so_with_the_last_messages() {
    let mut script = Script::live();
    script.elapsed_us += 2_000_000;
    script.close(1011, ClosedBy::Server);
    script.connect("raw", "none", URL);
    script.close(1005, ClosedBy::Server);
    let card = card(&mut script);
    assert!(card.causes.iter().all(|cause| cause.certainty == Certainty::Possible), "{card:?}");
    assert_eq!(script.shot().cards.len(), 2, "each end keeps its card");
}

#[test]
fn the_ends_of_a_long_capture_keep_their_latest_cards() {
    let mut script = Script::silent();
    for _ in 0..300 {
        log_in(&mut script);
        script.close(1005, ClosedBy::Server);
    }
    let shot = script.shot();
    assert_eq!(shot.cards.len(), 256);
    assert!(shot.card_of(script.seq).is_some());
}
