//! Who a connection is, for how long, and what a renewal leaves standing.

use crate::capture::event::{ClosedBy, Fact, IdentityClaim};
use crate::directus::TokenKind;
use crate::session::login::Login;
use crate::session::phase::Phase;
use crate::session::script::{Script, connect};

const OK: &str = r#"{"type":"auth","status":"ok"}"#;
const AUTH: &str = r#"{"type":"auth","access_token":"[masked 1]"}"#;
const EXPIRED: &str =
    r#"{"type":"auth","status":"error","error":{"code":"TOKEN_EXPIRED","message":"Token expired."}}"#;
const FAILED: &str =
    r#"{"type":"auth","status":"error","error":{"code":"AUTH_FAILED","message":"Authentication failed."}}"#;

fn claim(user: &str, expires_after_ms: Option<u64>) -> IdentityClaim {
    IdentityClaim {
        credential: "refresh token".into(),
        token: TokenKind::Access,
        user: Some(user.into()),
        expires_after_ms,
        renews_after_ms: expires_after_ms.map(|ms| ms / 2),
        renewable: true,
        ..IdentityClaim::default()
    }
}

fn log_in(script: &mut Script, claim: IdentityClaim) {
    script.fact(Fact::Identity(claim));
    script.say(AUTH);
    script.hear(OK);
}

#[test]
fn a_claim_counts_once_the_server_says_ok() {
    let mut script = Script::open("handshake", "refresh token");
    script.fact(Fact::Identity(claim("u-1", Some(8_000))));
    let shown_us = script.shot().last.elapsed_us;
    script.say(AUTH);
    assert_eq!(script.shot().identity.current, None, "shown, not accepted");
    script.hear(OK);
    let shot = script.shot();
    let card = shot.identity.current.clone().unwrap();
    assert_eq!((card.who(), card.lasting()), ("u-1", "expires"));
    let moment = shot.at(shown_us + 1_000_000);
    assert_eq!((moment.expires_in_us, moment.renews_in_us), (Some(7_000_000), Some(3_000_000)));
    script.fact(Fact::Clock { drift_us: 2_000_000 });
    assert_eq!(script.shot().at(shown_us + 1_000_000).expires_in_us, Some(5_000_000), "it slept");
    script.fact(Fact::Switched { name: "reauth".into(), on: false });
    assert_eq!(script.shot().at(shown_us).renews_in_us, None);
}

#[test]
fn a_credential_of_the_upgrade_needs_no_message_in_any_mode() {
    for mode in ["handshake", "public", "strict"] {
        let mut script = Script::silent();
        script.fact(connect(mode, "session cookie", "ws://cms.example.com/websocket"));
        script.fact(Fact::Identity(claim("u-1", None)));
        script.fact(Fact::Open { url: String::new(), subprotocol: String::new() });
        let shot = script.shot();
        assert_eq!((shot.phase, shot.login), (Phase::Live, Login::AtUpgrade), "{mode}");
        assert_eq!(shot.identity.current.unwrap().who(), "u-1");
    }
}

#[test]
fn a_renewal_keeps_the_subscriptions_and_an_event_proves_it() {
    let mut script = Script::open("handshake", "refresh token");
    log_in(&mut script, claim("u-1", Some(8_000)));
    assert_eq!((script.shot().identity.renewals, script.shot().survival()), (0, None));
    for uid in ["a", "b"] {
        script.say(&format!(r#"{{"type":"subscribe","collection":"messages","uid":"{uid}"}}"#));
        script.hear(&format!(r#"{{"type":"subscription","event":"init","data":[],"uid":"{uid}"}}"#));
    }
    script.hear(EXPIRED);
    let shot = script.shot();
    assert_eq!((shot.login, shot.at(shot.last.elapsed_us).expires_in_us), (Login::Expired, Some(0)));
    log_in(&mut script, claim("u-1", Some(8_000)));
    let shot = script.shot();
    assert_eq!((shot.login, shot.identity.expired_us), (Login::Accepted, None));
    assert_eq!((shot.identity.renewals, shot.identity.renewal.unwrap().same_user), (1, Some(true)));
    assert_eq!(shot.survival().map(|survival| (survival.kept, survival.proven)), Some((2, 0)));
    script.hear(r#"{"type":"subscription","event":"create","data":[{"id":1}],"uid":"a"}"#);
    assert_eq!(script.shot().survival().map(|survival| (survival.kept, survival.proven)), Some((2, 1)));
    log_in(&mut script, claim("u-2", None));
    assert_eq!(script.shot().identity.renewal.unwrap().same_user, Some(false), "someone else now");
}

#[test]
fn a_refused_login_leaves_nobody() {
    let mut script = Script::open("public", "refresh token");
    log_in(&mut script, claim("u-1", Some(8_000)));
    script.fact(Fact::Identity(claim("u-2", None)));
    script.say(AUTH);
    script.hear(FAILED);
    let shot = script.shot();
    assert_eq!((shot.phase, shot.login, shot.identity.current), (Phase::Live, Login::FellToPublic, None));
    script.close(1005, ClosedBy::Server);
    script.connection += 1;
    script.fact(connect("handshake", "none", "ws://cms.example.com/websocket"));
    assert_eq!(script.shot().identity.renewals, 0, "another connection, another story");
}

#[test]
fn an_older_capture_without_claims_still_logs_in() {
    let mut script = Script::open("handshake", "static token");
    script.say(AUTH);
    script.hear(OK);
    let shot = script.shot();
    assert_eq!((shot.login, shot.identity.current), (Login::Accepted, None));
}
