//! The conformance cases of the protocol reference (section 12) about requests, as far as the session has a say.

use crate::directus::ErrorCode;
use crate::session::heartbeat::Answer;
use crate::session::requests::RequestKind;
use crate::session::script::Script;
use crate::session::warning::WarningKind;

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
    assert_eq!(script.warnings(), [WarningKind::MayBeWritten]);
}
