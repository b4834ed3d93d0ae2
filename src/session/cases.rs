//! The conformance cases of the protocol reference (section 12), as far as they are about what the session says.
//! What the server sends is taken from the reference; each test names its case.

use crate::capture::event::{ClosedBy, Fact, Header, Stage};
use crate::directus::ErrorCode;

use super::fold::Joined;
use super::heartbeat::Answer;
use super::login::Login;
use super::phase::Phase;
use super::requests::RequestKind;
use super::script::{Script, connect};
use super::subscription::SubscriptionState;
use super::warning::WarningKind;

const HANDSHAKE_FAILED: &str = r#"{"type":"auth","status":"error","error":{"code":"AUTH_FAILED","message":"Authentication handshake failed."}}"#;

fn warnings(script: &mut Script) -> Vec<WarningKind> {
    script.shot().warnings.iter().map(|warning| warning.kind).collect()
}

#[test]
fn case_1_2_3_a_login_is_joined_to_its_request_and_makes_the_connection_live() {
    for (auth, ok) in [
        (
            r#"{"type":"auth","access_token":"[masked 1]","uid":"a1"}"#,
            r#"{"type":"auth","status":"ok","uid":"a1"}"#,
        ),
        (
            r#"{"type":"auth","access_token":"[masked 1]","uid":7}"#,
            r#"{"type":"auth","status":"ok","uid":7}"#,
        ),
        (
            r#"{"type":"auth","email":"a@b.c","password":"[masked 1]"}"#,
            r#"{"type":"auth","status":"ok","refresh_token":"[masked 2]"}"#,
        ),
    ] {
        let mut script = Script::open("handshake", "static token");
        assert_eq!((script.shot().phase, script.shot().login), (Phase::Authenticating, Login::Awaited));
        script.say(auth);
        let asked = script.seq;
        assert_eq!(script.shot().login, Login::Checking);
        let joined = script.hear(ok);
        assert_eq!((u64::from(joined.answers), joined.guessed), (asked, false));
        let shot = script.shot();
        assert_eq!((shot.phase, shot.login, shot.pending.len()), (Phase::Live, Login::Accepted, 0));
        assert_eq!(shot.waterfall.login_us, Some(2000));
    }
}

#[test]
fn case_4_a_wrong_token_is_refused_and_the_close_explained() {
    let mut script = Script::open("handshake", "static token");
    script.say(r#"{"type":"auth","access_token":"[masked 1]","uid":"z"}"#);
    let asked = script.seq;
    let joined = script.hear(HANDSHAKE_FAILED);
    assert_eq!((u64::from(joined.answers), joined.guessed), (asked, false));
    assert_eq!((script.shot().phase, script.shot().login), (Phase::Authenticating, Login::Refused));
    script.close(1005, ClosedBy::Server);
    let shot = script.shot();
    let close = shot.last_close.unwrap();
    assert_eq!((shot.phase, close.code, close.was_live), (Phase::Closed, Some(1005), false));
    assert_eq!(close.after.as_ref().unwrap().code, ErrorCode::AuthFailed);
    assert!(close.likely_cause().starts_with("The login failed"));
}

#[test]
fn case_5_a_first_message_that_is_no_login_is_what_failed() {
    for first in [
        r#"{"type":"ping"}"#,
        "not json",
        r#"{"type":"items","action":"read","collection":"messages","uid":"r"}"#,
    ] {
        let mut script = Script::open("handshake", "none");
        script.say(first);
        let asked = script.seq;
        let joined = script.hear(HANDSHAKE_FAILED);
        assert_eq!((u64::from(joined.answers), joined.guessed), (asked, true), "{first}");
        assert_eq!(script.shot().login, Login::Refused);
    }
}

#[test]
fn case_6_a_login_that_never_came_answers_nothing() {
    let mut script = Script::open("handshake", "none");
    assert_eq!(script.hear(HANDSHAKE_FAILED), Joined::default());
    assert_eq!(script.shot().login, Login::Refused);
}

#[test]
fn case_7_a_subscribe_before_the_ok_is_lost() {
    let mut script = Script::open("handshake", "static token");
    script.say(r#"{"type":"auth","access_token":"[masked 1]"}"#);
    script.say(r#"{"type":"subscribe","collection":"messages","uid":"early"}"#);
    script.hear(r#"{"type":"auth","status":"ok"}"#);
    let shot = script.shot();
    assert_eq!(shot.subscriptions[0].state, SubscriptionState::Lost);
    assert_eq!((shot.pending.len(), shot.pending[0].lost), (1, true));
    assert_eq!(warnings(&mut script), [WarningKind::SentTooEarly]);
    // Sent again with the same uid, the answer belongs to the second.
    script.say(r#"{"type":"subscribe","collection":"messages","uid":"early"}"#);
    let again = script.seq;
    let joined = script.hear(r#"{"type":"subscription","event":"init","data":[],"uid":"early"}"#);
    assert_eq!((joined.subscription, u64::from(joined.answers)), (2, again));
    assert_eq!(script.states(), ["lost", "confirmed"]);
}

#[test]
fn case_8_a_refused_upgrade_ends_the_attempt_with_its_status() {
    let mut script = Script::silent();
    script.connection = 1;
    script.fact(connect("strict", "static token", "wss://cms.example.com/websocket?access_token=[masked 1]"));
    let headers: Vec<Header> = Vec::new();
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
fn case_9_a_token_in_the_url_needs_no_login() {
    let mut script = Script::silent();
    script.connect("handshake", "static token", "wss://cms.example.com/websocket?access_token=[masked 1]");
    assert_eq!((script.shot().phase, script.shot().login), (Phase::Live, Login::AtUpgrade));
    script.say(r#"{"type":"ping","uid":1}"#);
    let asked = script.seq;
    assert_eq!(u64::from(script.hear(r#"{"type":"pong","uid":1}"#).answers), asked);
}

#[test]
fn a_cookie_login_shows_by_the_first_answer() {
    let mut script = Script::open("handshake", "none");
    script.say(r#"{"type":"ping","uid":1}"#);
    script.hear(r#"{"type":"pong","uid":1}"#);
    assert_eq!((script.shot().phase, script.shot().login), (Phase::Live, Login::AtUpgrade));
}

#[test]
fn raw_and_anonymous_public_connections_are_live_at_once() {
    for (mode, credential) in [("raw", "none"), ("public", "none")] {
        let mut script = Script::open(mode, credential);
        assert_eq!((script.shot().phase, script.shot().login), (Phase::Live, Login::Unneeded));
    }
    assert_eq!(Script::open("public", "static token").shot().phase, Phase::Authenticating);
}

#[test]
fn case_15_a_protocol_ping_changes_nothing() {
    let mut script = Script::live();
    let opcode = || "ping".to_owned();
    script.fact(Fact::Control {
        direction: crate::capture::event::Direction::Out,
        opcode: opcode(),
        data: String::new(),
    });
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
    let close = script.shot().last_close.unwrap();
    assert!(close.ping_unanswered && close.likely_cause().contains("ping"));
}

#[test]
fn case_18_19_unreadable_messages_get_the_server_error() {
    for (text, message) in
        [("not json", "Unable to parse the incoming message."), ("{}", "Validation error: …")]
    {
        let mut script = Script::live();
        script.say(text);
        let asked = script.seq;
        let reply = format!(
            r#"{{"type":"server","status":"error","error":{{"code":"INVALID_PAYLOAD","message":"{message}"}}}}"#
        );
        assert_eq!(u64::from(script.hear(&reply).answers), asked);
        let shot = script.shot();
        let refusal = shot.last_refusal.unwrap();
        assert_eq!(
            (refusal.code, &*refusal.message, shot.counters.errors),
            (ErrorCode::InvalidPayload, message, 1)
        );
    }
}

#[test]
fn case_20_an_unknown_type_waits_for_nothing_and_counts_as_life() {
    let mut script = Script::live();
    script.hear(r#"{"type":"ping"}"#);
    script.say(r#"{"type":"nope","uid":"u"}"#);
    let shot = script.shot();
    assert_eq!((shot.pending.len(), shot.heartbeat.answer), (0, Answer::OtherMessage));
}

#[test]
fn case_21_22_23_24_items_replies_take_collection_and_request_from_their_uid() {
    let mut script = Script::live();
    let read = script.say(r#"{"type":"items","action":"read","collection":"messages","uid":"r","query":{"limit":2,"meta":"*"}}"#);
    let read_seq = script.seq;
    script.say(r#"{"type":"items","action":"create","collection":"orders","uid":"c","data":{"text":"ws"}}"#);
    let create_seq = script.seq;
    // Replies may overtake each other.
    let created = script.hear(r#"{"type":"items","data":{"id":1},"uid":"c"}"#);
    let rows = script.hear(r#"{"type":"items","data":[{},{}],"meta":{"total_count":9},"uid":"r"}"#);
    assert_eq!((u64::from(created.answers), u64::from(rows.answers)), (create_seq, read_seq));
    let shot = script.shot();
    assert_eq!(
        (shot.collection(created.collection), shot.collection(rows.collection)),
        (Some("orders"), Some("messages"))
    );
    assert_eq!(rows.collection, read.collection);
    // 12.4 names the uid in an error, older servers do not: then it is a guess.
    for (error, guessed) in [
        (
            r#"{"type":"items","status":"error","error":{"code":"FORBIDDEN","message":"No."},"uid":"x"}"#,
            false,
        ),
        (r#"{"type":"items","status":"error","error":{"code":"FORBIDDEN","message":"No."}}"#, true),
    ] {
        script.say(r#"{"type":"items","action":"read","collection":"messages","id":9999,"uid":"x"}"#);
        let asked = script.seq;
        let joined = script.hear(error);
        assert_eq!((u64::from(joined.answers), joined.guessed), (asked, guessed));
        assert_eq!(script.shot().collection(joined.collection), Some("messages"));
    }
}

#[test]
fn case_25_a_create_without_answer_stays_pending_and_gets_overdue() {
    let mut script = Script::live();
    script.say(r#"{"type":"items","action":"create","collection":"messages","uid":"c","data":{}}"#);
    let shot = script.shot();
    assert_eq!((shot.pending[0].kind, shot.at(script.elapsed_us).overdue), (RequestKind::Create, 0));
    let later = shot.at(script.elapsed_us + 12_000_000);
    assert_eq!((later.overdue, later.oldest_pending_us), (1, Some(12_000_000)));
    assert!(shot.pending[0].kind.why_silent().contains("validation"));
}

#[test]
fn case_26_a_forbidden_create_may_have_been_written() {
    let mut script = Script::live();
    script.say(r#"{"type":"items","action":"create","collection":"messages","uid":"c","data":{}}"#);
    script
        .hear(r#"{"type":"items","status":"error","error":{"code":"FORBIDDEN","message":"No."},"uid":"c"}"#);
    assert_eq!(warnings(&mut script), [WarningKind::MayBeWritten]);
}

#[test]
fn case_31_32_33_an_init_confirms_its_subscribe_also_when_a_number_comes_back_as_text() {
    let mut script = Script::live();
    for (subscribe, init, rows) in [
        (
            r#"{"type":"subscribe","collection":"messages","uid":"all"}"#,
            r#"{"type":"subscription","event":"init","data":[{},{}],"uid":"all"}"#,
            2,
        ),
        (
            r#"{"type":"subscribe","collection":"messages","event":"create","uid":"c"}"#,
            r#"{"type":"subscription","event":"init","uid":"c"}"#,
            0,
        ),
        (
            r#"{"type":"subscribe","collection":"messages","uid":42}"#,
            r#"{"type":"subscription","event":"init","data":[],"uid":"42"}"#,
            0,
        ),
        (
            r#"{"type":"subscribe","collection":"messages"}"#,
            r#"{"type":"subscription","event":"init","data":[]}"#,
            0,
        ),
    ] {
        let sent = script.say(subscribe);
        let asked = script.seq;
        let joined = script.hear(init);
        assert_eq!((joined.subscription, u64::from(joined.answers)), (sent.subscription, asked), "{init}");
        let shot = script.shot();
        let subscription = shot.subscription(joined.subscription).unwrap();
        assert_eq!((&subscription.state, subscription.init_rows), (&SubscriptionState::Confirmed, rows));
        assert!(shot.pending.is_empty());
    }
    // Events find it under either spelling, and make it live.
    let joined = script.hear(r#"{"type":"subscription","event":"update","data":[{"id":1}],"uid":"42"}"#);
    let shot = script.shot();
    let subscription = shot.subscription(joined.subscription).unwrap();
    assert_eq!((joined.subscription, joined.answers, &subscription.state), (3, 0, &SubscriptionState::Live));
    assert_eq!((subscription.events.update, shot.collection(joined.collection)), (1, Some("messages")));
}

#[test]
fn case_34_35_a_refused_subscribe_is_told_from_a_refused_event() {
    let mut script = Script::live();
    let forbidden =
        r#"{"type":"subscribe","status":"error","error":{"code":"FORBIDDEN","message":"No."},"uid":"s"}"#;
    script.say(r#"{"type":"subscribe","collection":"secrets","uid":"s"}"#);
    script.hear(forbidden);
    assert_eq!(script.states(), ["refused"]);
    script.say(r#"{"type":"subscribe","collection":"secrets","event":"create","uid":"s"}"#);
    script.hear(r#"{"type":"subscription","event":"init","uid":"s"}"#);
    let joined = script.hear(forbidden);
    script.hear(forbidden);
    assert_eq!((joined.subscription, joined.answers), (2, 0));
    assert_eq!(
        (script.states(), script.shot().subscriptions[1].refused_events),
        (vec!["refused", "confirmed"], 2)
    );
    assert_eq!(warnings(&mut script), [WarningKind::EventRefused]);
}

#[test]
fn case_42_a_second_subscribe_after_the_first_init_replaces_it() {
    let mut script = Script::live();
    for collection in ["messages", "orders"] {
        script.say(&format!(r#"{{"type":"subscribe","collection":"{collection}","uid":"s"}}"#));
        script.hear(r#"{"type":"subscription","event":"init","data":[],"uid":"s"}"#);
    }
    assert_eq!(script.states(), ["replaced", "confirmed"]);
    assert_eq!(script.shot().subscriptions[0].state, SubscriptionState::Replaced { by: 2 });
    let joined = script.hear(r#"{"type":"subscription","event":"create","data":[{}],"uid":"s"}"#);
    assert_eq!((joined.subscription, script.shot().collection(joined.collection)), (2, Some("orders")));
    assert_eq!(warnings(&mut script), [WarningKind::Replaced]);
}

#[test]
fn case_43_twins_are_warned_about_and_one_unsubscribe_leaves_one() {
    let mut script = Script::live();
    for _ in 0..2 {
        script.say(r#"{"type":"subscribe","collection":"messages","uid":"s"}"#);
    }
    assert_eq!(warnings(&mut script), [WarningKind::TwinSubscribe]);
    for _ in 0..2 {
        script.hear(r#"{"type":"subscription","event":"init","data":[],"uid":"s"}"#);
    }
    assert_eq!(script.states(), ["confirmed", "confirmed"]);
    assert!(script.shot().subscriptions.iter().all(|subscription| subscription.twin));
    for _ in 0..2 {
        assert_eq!(
            script.hear(r#"{"type":"subscription","event":"create","data":[{}],"uid":"s"}"#).subscription,
            2
        );
    }
    script.say(r#"{"type":"unsubscribe","uid":"s"}"#);
    script.hear(r#"{"type":"subscription","event":"unsubscribe","uid":"s"}"#);
    assert_eq!(script.states(), ["ended", "live"]);
    assert!(!script.shot().subscriptions[1].twin);
    assert_eq!(
        script.hear(r#"{"type":"subscription","event":"create","data":[{}],"uid":"s"}"#).subscription,
        2
    );
}

#[test]
fn subscriptions_without_uid_are_told_apart_by_event_or_not_at_all() {
    let mut script = Script::live();
    for subscribe in [
        r#"{"type":"subscribe","collection":"messages","event":"create"}"#,
        r#"{"type":"subscribe","collection":"orders","event":"delete"}"#,
    ] {
        script.say(subscribe);
        script.hear(r#"{"type":"subscription","event":"init"}"#);
    }
    assert_eq!(script.hear(r#"{"type":"subscription","event":"create","data":[{}]}"#).subscription, 1);
    assert_eq!(script.hear(r#"{"type":"subscription","event":"delete","data":[1]}"#).subscription, 2);
    script.say(r#"{"type":"subscribe","collection":"invoices"}"#);
    script.hear(r#"{"type":"subscription","event":"init","data":[]}"#);
    assert_eq!(script.hear(r#"{"type":"subscription","event":"create","data":[{}]}"#).subscription, 0);
    assert_eq!(script.shot().counters.unattributed, 1);
    // Without a uid, all go.
    script.say(r#"{"type":"unsubscribe"}"#);
    script.hear(r#"{"type":"subscription","event":"unsubscribe"}"#);
    assert_eq!(script.states(), ["ended", "ended", "ended"]);
}

#[test]
fn case_44_an_unknown_uid_is_unsubscribed_without_harm() {
    let mut script = Script::live();
    script.say(r#"{"type":"unsubscribe","uid":"unknown"}"#);
    let asked = script.seq;
    let joined = script.hear(r#"{"type":"subscription","event":"unsubscribe","uid":"unknown"}"#);
    assert_eq!((joined.subscription, u64::from(joined.answers)), (0, asked));
}

#[test]
fn case_45_a_schema_error_without_uid_is_guessed_to_its_subscribe() {
    let mut script = Script::live();
    script.say(r#"{"type":"subscribe","collection":"messages","event":"bogus","uid":"b"}"#);
    let asked = script.seq;
    let joined = script.hear(r#"{"type":"subscribe","status":"error","error":{"code":"INVALID_PAYLOAD","message":"Validation error: …"}}"#);
    assert_eq!((joined.subscription, u64::from(joined.answers), joined.guessed), (1, asked, true));
    let SubscriptionState::Refused { code, guessed, .. } = &script.shot().subscriptions[0].state.clone()
    else {
        panic!("not refused")
    };
    assert_eq!((*code, *guessed), (ErrorCode::InvalidPayload, true));
}

#[test]
fn case_46_an_expired_token_shows_between_expiry_and_close() {
    let mut script = Script::live();
    script.hear(
        r#"{"type":"auth","status":"error","error":{"code":"TOKEN_EXPIRED","message":"Token expired."}}"#,
    );
    assert_eq!((script.shot().phase, script.shot().login), (Phase::Live, Login::Expired));
    assert_eq!(warnings(&mut script), [WarningKind::TokenExpired]);
    script.hear(r#"{"type":"auth","status":"error","error":{"code":"AUTH_TIMEOUT","message":"Authentication timed out."}}"#);
    assert_eq!(script.shot().login, Login::TimedOut);
    script.close(1005, ClosedBy::Server);
    assert!(script.shot().last_close.unwrap().likely_cause().contains("no new login came in time"));
}

#[test]
fn case_47_a_new_login_keeps_the_subscriptions() {
    let mut script = Script::live();
    script.say(r#"{"type":"subscribe","collection":"messages","uid":"s"}"#);
    script.hear(r#"{"type":"subscription","event":"init","data":[],"uid":"s"}"#);
    script.hear(
        r#"{"type":"auth","status":"error","error":{"code":"TOKEN_EXPIRED","message":"Token expired."}}"#,
    );
    script.say(r#"{"type":"auth","refresh_token":"[masked 2]"}"#);
    script.hear(r#"{"type":"auth","status":"ok","refresh_token":"[masked 3]"}"#);
    assert_eq!((script.shot().phase, script.shot().login), (Phase::Live, Login::Accepted));
    assert_eq!(script.states(), ["confirmed"]);
}

#[test]
fn case_48_a_failed_new_login_ends_the_connection_but_in_public_mode_only_the_identity() {
    let failed = r#"{"type":"auth","status":"error","error":{"code":"AUTH_FAILED","message":"Authentication failed."},"uid":"bad"}"#;
    let mut script = Script::live();
    script.say(r#"{"type":"auth","access_token":"[masked 2]","uid":"bad"}"#);
    let asked = script.seq;
    assert_eq!(u64::from(script.hear(failed).answers), asked);
    script.close(1005, ClosedBy::Server);
    assert!(script.shot().last_close.unwrap().likely_cause().starts_with("A new login"));

    let mut script = Script::open("public", "static token");
    script.say(r#"{"type":"auth","access_token":"[masked 1]","uid":"bad"}"#);
    script.hear(failed);
    assert_eq!((script.shot().phase, script.shot().login), (Phase::Live, Login::FellToPublic));
    assert_eq!(warnings(&mut script), [WarningKind::FellToPublic]);
}

#[test]
fn case_49_a_login_without_credentials_changes_nothing_and_stays_unanswered() {
    let mut script = Script::live();
    script.say(r#"{"type":"auth","uid":"x"}"#);
    let shot = script.shot();
    assert_eq!(
        (shot.login, shot.pending.len(), shot.pending[0].kind),
        (Login::Accepted, 1, RequestKind::Auth)
    );
}

#[test]
fn case_50_the_rate_limit_is_a_warning_with_the_servers_words() {
    let mut script = Script::live();
    script.hear(r#"{"type":"server","status":"error","error":{"code":"REQUESTS_EXCEEDED","message":"Too many messages, retry after 4244ms."}}"#);
    assert_eq!(warnings(&mut script), [WarningKind::RateLimited]);
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
    assert!(warnings(&mut script).is_empty());
}

#[test]
fn held_messages_count_until_they_are_sent_or_given_up() {
    let mut script = Script::open("handshake", "static token");
    for data in ["{\"type\":\"ping\"}", "second"] {
        script.fact(Fact::Held { data: data.into() });
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
        Fact::Connected { address: "192.0.2.1:443".into(), took_us: 14_000 },
        Fact::Secured {
            protocol: "TLSv1.3".into(),
            cipher: "x".into(),
            certificates: Vec::new(),
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
        Fact::Control {
            direction: crate::capture::event::Direction::Out,
            opcode: "close".into(),
            data: String::new(),
        },
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
    let steps: Vec<_> = script.shot().waterfall.steps().collect();
    assert_eq!(steps, [("DNS", 9000), ("TCP", 14_000), ("TLS", 31_000), ("upgrade", 22_000)]);
}

#[test]
fn an_unchanged_list_is_shared_between_snapshots() {
    let mut script = Script::live();
    script.say(r#"{"type":"subscribe","collection":"messages","uid":"s"}"#);
    let (one, two) = (script.shot(), script.shot());
    assert!(std::sync::Arc::ptr_eq(&one.subscriptions, &two.subscriptions));
    assert!(std::sync::Arc::ptr_eq(&one.pending, &two.pending));
}
