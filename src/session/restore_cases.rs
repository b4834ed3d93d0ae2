//! What is said of subscriptions across reconnects.

use crate::capture::event::ClosedBy;
use crate::session::script::Script;
use crate::session::warning::WarningKind;

const A: &str = r#"{"type":"subscribe","collection":"messages","uid":"a"}"#;
const INIT_A: &str = r#"{"type":"subscription","event":"init","data":[],"uid":"a"}"#;
const BARE: &str = r#"{"type":"subscribe","collection":"messages"}"#;
const INIT_BARE: &str = r#"{"type":"subscription","event":"init","data":[]}"#;

/// The connection breaks, and another one is logged in a second later.
fn reconnect(script: &mut Script) {
    script.close(1006, ClosedBy::Network);
    script.elapsed_us += 1_000_000;
    script.connect("handshake", "static token", "wss://cms.example.com/websocket");
    script.say_again(r#"{"type":"auth","access_token":"[masked 1]"}"#);
    script.hear(r#"{"type":"auth","status":"ok"}"#);
}

#[test]
fn an_orphan_is_restored_by_the_confirmed_one_that_goes_on_from_it() {
    let mut script = Script::live();
    script.say(A);
    script.hear(INIT_A);
    reconnect(&mut script);
    assert_eq!((script.states(), script.shot().restore), (vec!["orphaned"], None));
    script.say_again(A);
    assert_eq!(script.states(), ["orphaned", "sent"]);
    let restore = script.shot().restore.unwrap();
    assert_eq!((restore.sent, restore.confirmed, restore.done_us), (1, 0, None));
    assert_eq!(restore.outage_us, 1_005_000);
    script.hear(INIT_A);
    assert_eq!(script.states(), ["restored", "confirmed"]);
    let shot = script.shot();
    assert_eq!(shot.subscriptions[1].continues, Some(1));
    assert_eq!(shot.restore.unwrap().done_us, Some(script.elapsed_us));
}

#[test]
fn a_restore_that_is_cut_short_is_gone_on_from_later() {
    let mut script = Script::live();
    script.say(A);
    script.hear(INIT_A);
    for _ in 0..3 {
        reconnect(&mut script);
        script.say_again(A);
    }
    assert_eq!(script.states(), ["orphaned", "orphaned", "orphaned", "sent"]);
    script.hear(INIT_A);
    assert_eq!(script.states(), ["restored", "restored", "restored", "confirmed"]);
}

#[test]
fn those_without_uid_are_matched_by_what_they_asked_for_and_each_once() {
    let mut script = Script::live();
    let other = r#"{"type":"subscribe","collection":"other"}"#;
    for text in [BARE, other, BARE] {
        script.say(text);
        script.hear(INIT_BARE);
    }
    reconnect(&mut script);
    for text in [BARE, other, BARE] {
        script.say_again(text);
    }
    let shot = script.shot();
    let continues: Vec<_> = shot.subscriptions.iter().filter_map(|one| one.continues).collect();
    assert_eq!(continues, [1, 2, 3]);
}

#[test]
fn a_refused_restore_is_said() {
    let mut script = Script::live();
    script.say(A);
    script.hear(INIT_A);
    reconnect(&mut script);
    script.say_again(A);
    script.hear(
        r#"{"type":"subscribe","status":"error","error":{"code":"FORBIDDEN","message":"No."},"uid":"a"}"#,
    );
    assert_eq!(script.states(), ["orphaned", "refused"]);
    assert_eq!(script.warnings(), [WarningKind::RestoreRefused]);
    let restore = script.shot().restore.unwrap();
    assert_eq!((restore.refused, restore.done_us), (1, Some(script.elapsed_us)));
}

#[test]
fn a_subscribe_by_hand_restores_nothing() {
    let mut script = Script::live();
    script.say(A);
    script.hear(INIT_A);
    reconnect(&mut script);
    script.say(A);
    script.hear(INIT_A);
    assert_eq!((script.states(), script.shot().restore), (vec!["orphaned", "confirmed"], None));
}

#[test]
fn the_longest_silence_includes_the_present_one() {
    let mut script = Script::live();
    script.elapsed_us += 7_000_000;
    script.hear(INIT_A);
    let shot = script.shot();
    let moment = shot.at(script.elapsed_us + 2_000_000);
    assert_eq!((moment.silence_us, moment.longest_silence_us), (Some(2_000_000), 7_001_000));
    assert_eq!(shot.at(script.elapsed_us + 9_000_000).longest_silence_us, 9_000_000);
}
