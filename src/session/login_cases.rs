//! The conformance cases of the protocol reference (section 12) about logins, as far as the session has a say.

use crate::capture::event::ClosedBy;
use crate::directus::ErrorCode;
use crate::session::causes::CauseKind;
use crate::session::fold::Joined;
use crate::session::login::Login;
use crate::session::phase::Phase;
use crate::session::requests::RequestKind;
use crate::session::script::Script;
use crate::session::warning::WarningKind;

const HANDSHAKE_FAILED: &str = r#"{"type":"auth","status":"error","error":{"code":"AUTH_FAILED","message":"Authentication handshake failed."}}"#;

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
    assert_eq!(shot.card.unwrap().first().unwrap().kind, CauseKind::WrongToken);
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
fn case_46_an_expired_token_shows_between_expiry_and_close() {
    let mut script = Script::live();
    script.hear(
        r#"{"type":"auth","status":"error","error":{"code":"TOKEN_EXPIRED","message":"Token expired."}}"#,
    );
    assert_eq!((script.shot().phase, script.shot().login), (Phase::Live, Login::Expired));
    assert_eq!(script.warnings(), [WarningKind::TokenExpired]);
    script.hear(r#"{"type":"auth","status":"error","error":{"code":"AUTH_TIMEOUT","message":"Authentication timed out."}}"#);
    assert_eq!(script.shot().login, Login::TimedOut);
    script.close(1005, ClosedBy::Server);
    assert_eq!(script.shot().card.unwrap().first().unwrap().kind, CauseKind::NotRenewed);
}

#[test]
fn case_48_a_failed_new_login_ends_the_connection_but_in_public_mode_only_the_identity() {
    let failed = r#"{"type":"auth","status":"error","error":{"code":"AUTH_FAILED","message":"Authentication failed."},"uid":"bad"}"#;
    let mut script = Script::live();
    script.say(r#"{"type":"auth","access_token":"[masked 2]","uid":"bad"}"#);
    let asked = script.seq;
    assert_eq!(u64::from(script.hear(failed).answers), asked);
    script.close(1005, ClosedBy::Server);
    assert_eq!(script.shot().card.unwrap().title, "New login refused");

    let mut script = Script::open("public", "static token");
    script.say(r#"{"type":"auth","access_token":"[masked 1]","uid":"bad"}"#);
    script.hear(failed);
    assert_eq!((script.shot().phase, script.shot().login), (Phase::Live, Login::FellToPublic));
    assert_eq!(script.warnings(), [WarningKind::FellToPublic]);
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
