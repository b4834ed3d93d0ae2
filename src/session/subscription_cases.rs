//! The conformance cases of the protocol reference (section 12) about subscriptions, as far as the session has a say.

use crate::capture::event::{ClosedBy, Direction};
use crate::directus::ErrorCode;
use crate::session::login::Login;
use crate::session::phase::Phase;
use crate::session::script::{Script, message};
use crate::session::subscription::SubscriptionState;
use crate::session::warning::WarningKind;

#[test]
fn case_7_a_subscribe_before_the_ok_is_lost() {
    let mut script = Script::open("handshake", "static token");
    script.say(r#"{"type":"auth","access_token":"[masked 1]"}"#);
    script.say(r#"{"type":"subscribe","collection":"messages","uid":"early"}"#);
    script.hear(r#"{"type":"auth","status":"ok"}"#);
    let shot = script.shot();
    assert_eq!(shot.subscriptions[0].state, SubscriptionState::Lost);
    assert_eq!((shot.pending.len(), shot.pending[0].lost), (1, true));
    assert_eq!(script.warnings(), [WarningKind::SentTooEarly]);
    // Sent again with the same uid, the answer belongs to the second.
    script.say(r#"{"type":"subscribe","collection":"messages","uid":"early"}"#);
    let again = script.seq;
    let joined = script.hear(r#"{"type":"subscription","event":"init","data":[],"uid":"early"}"#);
    assert_eq!((joined.subscription, u64::from(joined.answers)), (2, again));
    assert_eq!(script.states(), ["lost", "confirmed"]);
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
    assert_eq!(script.warnings(), [WarningKind::EventRefused]);
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
    assert_eq!(script.warnings(), [WarningKind::Replaced]);
}

#[test]
fn case_43_twins_are_warned_about_and_one_unsubscribe_leaves_one() {
    let mut script = Script::live();
    for _ in 0..2 {
        script.say(r#"{"type":"subscribe","collection":"messages","uid":"s"}"#);
    }
    assert_eq!(script.warnings(), [WarningKind::TwinSubscribe]);
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
fn an_unchanged_list_is_shared_between_snapshots() {
    let mut script = Script::live();
    script.say(r#"{"type":"subscribe","collection":"messages","uid":"s"}"#);
    let (one, two) = (script.shot(), script.shot());
    assert!(std::sync::Arc::ptr_eq(&one.subscriptions, &two.subscriptions));
    assert!(std::sync::Arc::ptr_eq(&one.pending, &two.pending));
}

#[test]
fn a_script_that_subscribes_all_day_keeps_the_board_bounded_and_joins_right() {
    let mut script = Script::live();
    script.say(r#"{"type":"subscribe","collection":"orders","uid":"steady"}"#);
    script.hear(r#"{"type":"subscription","event":"init","data":[],"uid":"steady"}"#);
    for n in 0..5000 {
        script.say(&format!(r#"{{"type":"subscribe","collection":"messages","uid":"u{n}"}}"#));
        script.hear(&format!(r#"{{"type":"subscription","event":"init","data":[],"uid":"u{n}"}}"#));
        script.say(&format!(r#"{{"type":"unsubscribe","uid":"u{n}"}}"#));
        script.hear(&format!(r#"{{"type":"subscription","event":"unsubscribe","uid":"u{n}"}}"#));
    }
    let joined = script.hear(r#"{"type":"subscription","event":"create","data":[{}],"uid":"steady"}"#);
    let late = script.hear(r#"{"type":"subscription","event":"create","data":[{}],"uid":"u4999"}"#);
    assert_eq!((joined.subscription, late.subscription), (1, 5001));
    let shot = script.shot();
    assert!(shot.subscriptions.len() <= 1001, "{}", shot.subscriptions.len());
    let kept = u64::try_from(shot.subscriptions.len()).unwrap();
    assert_eq!(kept + shot.counters.subscriptions_forgotten, 5001);
}

#[test]
fn case_62_an_unsubscribe_that_overtakes_its_subscribe_ends_nothing() {
    for (unsubscribe, ended) in [
        (r#"{"type":"unsubscribe","uid":"s"}"#, r#"{"type":"subscription","event":"unsubscribe","uid":"s"}"#),
        (r#"{"type":"unsubscribe"}"#, r#"{"type":"subscription","event":"unsubscribe"}"#),
    ] {
        let mut script = Script::live();
        let sent = script.say(r#"{"type":"subscribe","collection":"messages","event":"create","uid":"s"}"#);
        script.say(unsubscribe);
        script.hear(ended);
        assert_eq!(script.states(), ["sent"]);
        assert_eq!(script.warnings(), [WarningKind::UnsubscribedTooEarly]);
        script.hear(r#"{"type":"subscription","event":"init","uid":"s"}"#);
        let event = script.hear(r#"{"type":"subscription","event":"create","data":[{}],"uid":"s"}"#);
        assert_eq!((event.subscription, script.states()), (sent.subscription, vec!["live"]));
        assert!(script.shot().pending.is_empty());
        script.say(unsubscribe);
        script.hear(ended);
        assert_eq!(script.states(), ["ended"]);
        assert_eq!(script.warnings().len(), 1, "the second one came in time");
    }
}

#[test]
fn a_subscription_sent_again_takes_up_the_one_that_was_cut_off() {
    let ask = |script: &mut Script| {
        for (collection, uid) in [("a", "one"), ("b", "two")] {
            let text = format!(r#"{{"type":"subscribe","collection":"{collection}","uid":"{uid}"}}"#);
            // After a reconnect Harewire sends by itself.
            script.fold(message(Direction::Out, &text), script.connection > 1);
        }
        script.hear(r#"{"type":"subscription","event":"init","data":[],"uid":"one"}"#)
    };
    let mut script = Script::live();
    ask(&mut script);
    script.hear(r#"{"type":"subscription","event":"init","data":[],"uid":"two"}"#);
    let first_init = script.seq - 1;
    script.close(1006, ClosedBy::Network);
    let (cut_seq, cut_us) = (script.seq, script.elapsed_us);
    script.connect("handshake", "static token", "ws://h/websocket");
    ask(&mut script);
    let shot = script.shot();
    let restored = shot.subscription(3).unwrap().restores.unwrap();
    assert_eq!((restored.number, restored.init_seq), (1, first_init));
    assert_eq!((restored.cut_seq, restored.cut_us), (cut_seq, cut_us));
    assert_eq!(shot.subscription(4).unwrap().restores.unwrap().number, 2);
    assert_eq!(shot.subscription(1).unwrap().restores, None);
    // Number 4 is cut off before its `init`: what comes then takes up number 2, which had one.
    script.close(1006, ClosedBy::Network);
    script.connect("handshake", "static token", "ws://h/websocket");
    ask(&mut script);
    let shot = script.shot();
    assert_eq!(shot.subscription(5).unwrap().restores.unwrap().number, 3);
    assert_eq!(shot.subscription(6).unwrap().restores.unwrap().number, 2);
    // What a person asks for takes up nothing.
    script.say(r#"{"type":"subscribe","collection":"b","uid":"two"}"#);
    assert_eq!(script.shot().subscription(7).unwrap().restores, None);
}
