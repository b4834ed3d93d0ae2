//! Logins over HTTP, as conversations.

use bytes::Bytes;

use crate::capture::event::{Event, Fact, IdentityClaim, What};
use crate::capture::http_exchange::HttpTimings;
use crate::directus::{AuthMode, Credentials, Secret, TokenKind, TokenPlace};
use crate::net::command::{Command, ConnectSpec, Keeper};
use crate::net::failure::HttpFailure;
use crate::net::http::{HttpAnswer, HttpReport, SentHeaders};
use crate::net::link::playbook::{AUTH_FAILED, AUTH_OK, SECOND, Scene, connect, spec};

const LOGIN: &str = "> http 1 POST /auth/login";
const WRONG: &str = r#"{"errors":[{"message":"m","extensions":{"code":"INVALID_CREDENTIALS"}}]}"#;
const WRONG_CODE: &str = r#"{"errors":[{"message":"m","extensions":{"code":"INVALID_OTP"}}]}"#;

fn password(otp: Option<&str>) -> Credentials {
    Credentials::Password {
        email: "ann@example.com".into(),
        password: Secret::new("planted-password"),
        otp: otp.map(Secret::new),
        in_band: false,
    }
}

fn refresh() -> Credentials {
    Credentials::RefreshToken { token: Secret::new("planted-refresh-0"), in_band: false }
}

fn with(credentials: Credentials, mode: AuthMode) -> ConnectSpec {
    let keeper = Some(Keeper::new(|_| {}));
    ConnectSpec { credentials, keeper, ..spec(mode, None) }
}

fn access(number: u32) -> String {
    use base64::Engine as _;
    let payload = format!(r#"{{"id":"u-{number}","iat":0,"exp":900}}"#);
    format!("e30.{}.planted", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(payload))
}

/// What a server answers with its `number`th pair of tokens, which lives 15 minutes.
fn tokens(number: u32) -> (u16, String) {
    let body = format!(
        r#"{{"data":{{"expires":900000,"refresh_token":"planted-refresh-{number}","access_token":"{}"}}}}"#,
        access(number)
    );
    (200, body)
}

fn report(status: u16, body: &str) -> HttpReport {
    let answer = HttpAnswer {
        status,
        reason: String::new(),
        headers: vec![("content-type".to_owned(), "text/html; charset=utf-8".to_owned())],
        body: Bytes::copy_from_slice(body.as_bytes()),
        timings: HttpTimings::default(),
    };
    HttpReport {
        address: String::new(),
        sent: SentHeaders(Vec::new()),
        timings: HttpTimings::default(),
        took_us: 5,
        answer: Some(answer),
        failure: None,
    }
}

/// The orders, and what is told beside the exchange itself.
fn answered(scene: &mut Scene, id: u64, (status, body): (u16, String)) -> Vec<String> {
    told(scene, id, report(status, &body))
}

fn told(scene: &mut Scene, id: u64, report: HttpReport) -> Vec<String> {
    let mut words = scene.told(|link, now, out| link.exchanged(id, report, now, out));
    words.retain(|word| !word.starts_with("Http(") && !word.starts_with("out "));
    words
}

fn auth(number: u32, uid: Option<&str>) -> String {
    let uid = uid.map(|uid| format!(r#","uid":"{uid}""#)).unwrap_or_default();
    format!(r#"> {{"type":"auth","access_token":"{}"{uid}}}"#, access(number))
}

fn last_claim(scene: &Scene) -> IdentityClaim {
    let claim = |event: &Event| match &event.what {
        What::Fact(fact) => match &**fact {
            Fact::Identity(claim) => Some(claim.clone()),
            _ => None,
        },
        What::Message(_) => None,
    };
    scene.log.iter().rev().find_map(claim).unwrap()
}

fn advice(scene: &Scene) -> String {
    let message = |event: &Event| match &event.what {
        What::Fact(fact) => match &**fact {
            Fact::Error { message, .. } => Some(message.clone()),
            _ => None,
        },
        What::Message(_) => None,
    };
    scene.log.iter().rev().find_map(message).unwrap_or_default()
}

#[test]
fn a_password_becomes_a_token_before_the_socket_is_dialled() {
    for mode in [AuthMode::Handshake, AuthMode::Public, AuthMode::Strict] {
        let mut scene = Scene::new();
        let dialled = connect(&mut scene, with(password(None), mode));
        assert_eq!(dialled, [format!("connect {mode} 1"), LOGIN.to_owned()]);
        assert_eq!(scene.send("early"), ["held early"]);
        assert_eq!(answered(&mut scene, 1, tokens(1)), ["> dial"], "{mode}: no keeper for a session's token");
        let opened = scene.open();
        let message = mode != AuthMode::Strict;
        assert_eq!(opened.last() == Some(&auth(1, None)), message, "{opened:?}");
        if message {
            scene.hear(AUTH_OK);
        }
        assert_eq!(scene.send("x").last().map(String::as_str), Some("> x"));
        let claim = last_claim(&scene);
        assert_eq!((claim.token, claim.email.as_deref()), (TokenKind::Access, Some("ann@example.com")));
        assert_eq!((claim.credential.as_str(), claim.renewable), ("e-mail and password", true));
        assert_eq!((claim.expires_after_ms, claim.renews_after_ms), (Some(900_000), Some(810_000)));
        let recorded = format!("{:?}", scene.log);
        assert!(!recorded.contains("planted") && recorded.contains("/auth/login"), "{recorded}");
    }
}

#[test]
fn the_token_goes_where_the_profile_says() {
    let mut scene = Scene::new();
    let mut in_query = with(refresh(), AuthMode::Handshake);
    in_query.token_place = TokenPlace::Query;
    connect(&mut scene, in_query.clone());
    assert_eq!(answered(&mut scene, 1, tokens(1)), ["> keep", "> dial"], "kept before anything else");
    assert_eq!(scene.open(), ["open"], "no message");
    in_query.access = Some(Secret::new(access(1)));
    assert_eq!(in_query.wire_url().query(), Some(&*format!("access_token={}", access(1))));
}

#[test]
fn it_is_renewed_over_http_and_shown_on_the_open_socket() {
    let mut scene = Scene::new();
    connect(&mut scene, with(refresh(), AuthMode::Handshake));
    answered(&mut scene, 1, tokens(1));
    scene.open();
    scene.hear(AUTH_OK);
    for round in 1..4_u32 {
        let renewed = scene.wait();
        assert_eq!(renewed, [format!("> http {} POST /auth/refresh", round + 1)]);
        let shown = answered(&mut scene, u64::from(round) + 1, tokens(round + 1));
        assert_eq!(shown, ["> keep".to_owned(), auth(round + 1, Some(&format!("harewire-auth-{round}")))]);
        scene.hear(&format!(r#"{{"type":"auth","status":"ok","uid":"harewire-auth-{round}"}}"#));
        assert_eq!(last_claim(&scene).user, Some(format!("u-{}", round + 1)));
        // The scene's wall clock stands still, so each token has its whole life before it.
        assert_eq!(scene.link.deadline(), Some(u64::from(round + 1) * 810 * SECOND));
    }
    assert!(!format!("{:?}", scene.log).contains("planted"));
}

#[test]
fn a_reconnect_shows_a_good_token_again_and_renews_one_that_is_nearly_over() {
    let mut scene = Scene::new();
    connect(&mut scene, with(refresh(), AuthMode::Handshake));
    answered(&mut scene, 1, tokens(1));
    scene.open();
    scene.hear(AUTH_OK);
    scene.closed(1006);
    assert_eq!(scene.wait(), ["connect handshake 2", "> dial"], "no refresh token is used up for nothing");
    assert_eq!(scene.open().last(), Some(&auth(1, None)));
    scene.hear(AUTH_OK);
    scene.closed(1006);
    scene.now_us = 850 * SECOND;
    let dialled = scene.told(|link, now, out| link.tick(now, out));
    assert_eq!(dialled.last().map(String::as_str), Some("> http 2 POST /auth/refresh"), "{dialled:?}");
    assert_eq!(answered(&mut scene, 2, tokens(2)), ["> keep", "> dial"]);
    assert_eq!(scene.open().last(), Some(&auth(2, None)));
}

#[test]
fn a_token_that_died_meanwhile_is_replaced_once() {
    let mut scene = Scene::new();
    connect(&mut scene, with(refresh(), AuthMode::Handshake));
    answered(&mut scene, 1, tokens(1));
    scene.open();
    scene.hear(AUTH_OK);
    scene.closed(1006);
    scene.wait();
    scene.open();
    scene.hear(AUTH_FAILED);
    assert_eq!(scene.closed(1005).last().map(String::as_str), Some("retry 3"), "it was good before");
    assert_eq!(scene.wait().last().map(String::as_str), Some("> http 2 POST /auth/refresh"));
    answered(&mut scene, 2, tokens(2));
    scene.open();
    scene.hear(AUTH_FAILED);
    assert_eq!(scene.closed(1005).last().map(String::as_str), Some("gave up"), "a fresh one is no better");
    assert!(advice(&scene).contains("its own login over HTTP"), "{}", advice(&scene));
}

#[test]
fn refusals_are_told_and_only_those_that_heal_are_tried_again() {
    let page = "<html>Sign in</html>";
    for (credentials, status, body, words, again) in [
        (password(None), 401, WRONG, "refused e-mail and password", false),
        (password(None), 401, WRONG_CODE, "wants a one-time password", false),
        (password(Some("111111")), 401, WRONG_CODE, "refused the one-time password", false),
        (refresh(), 401, WRONG, "refused the refresh token", false),
        (password(None), 429, WRONG, "too many requests", true),
        (password(None), 502, page, "failed on the server (502)", true),
        (password(None), 200, page, "not Directus (200, text/html)", true),
        (password(None), 404, page, "not Directus (404, text/html)", true),
        (
            password(None),
            403,
            &WRONG.replace("INVALID_CREDENTIALS", "INVALID_PROVIDER"),
            "403 INVALID_PROVIDER",
            false,
        ),
    ] {
        let mut scene = Scene::new();
        connect(&mut scene, with(credentials, AuthMode::Handshake));
        let end = if again { "retry 2" } else { "gave up" };
        let told = answered(&mut scene, 1, (status, body.to_owned()));
        assert_eq!(told, ["error Login", "close 1006 Network", end], "{words}");
        assert!(advice(&scene).contains(words), "{} · {words}", advice(&scene));
    }
    let mut scene = Scene::new();
    connect(&mut scene, with(password(None), AuthMode::Strict));
    let silent = HttpReport { answer: None, failure: Some(HttpFailure::HungUp.into()), ..report(0, "") };
    assert_eq!(told(&mut scene, 1, silent), ["error Login", "close 1006 Network", "retry 2"]);
}

#[test]
fn a_session_that_is_over_falls_back_to_the_password_but_never_to_a_spent_code() {
    for (otp, again) in [(None, true), (Some("111111"), false)] {
        let mut scene = Scene::new();
        connect(&mut scene, with(password(otp), AuthMode::Handshake));
        answered(&mut scene, 1, tokens(1));
        scene.open();
        scene.hear(AUTH_OK);
        scene.wait();
        let told = answered(&mut scene, 2, (401, WRONG.to_owned()));
        if again {
            assert_eq!(told, ["> http 3 POST /auth/login"]);
            assert_eq!(answered(&mut scene, 3, tokens(3)), [auth(3, Some("harewire-auth-1"))]);
        } else {
            assert_eq!(told, ["error Login"]);
            assert_eq!(scene.link.deadline(), None, "no loop");
            assert_eq!(scene.command(Command::Reauthenticate), ["error Login"]);
            assert!(advice(&scene).contains("used up"), "{}", advice(&scene));
        }
    }
}

#[test]
fn a_login_given_up_still_keeps_what_it_brings() {
    let mut scene = Scene::new();
    connect(&mut scene, with(refresh(), AuthMode::Handshake));
    scene.command(Command::Abort);
    assert_eq!(answered(&mut scene, 1, tokens(1)), ["> keep"], "and nothing is dialled");
    assert!(scene.link.is_idle());
    assert_eq!(scene.command(Command::RetryNow), ["connect handshake 1", "> dial"]);

    // The user goes on to another server: the answer changes nothing there.
    let mut scene = Scene::new();
    connect(&mut scene, with(refresh(), AuthMode::Handshake));
    connect(&mut scene, with(password(None), AuthMode::Handshake));
    assert_eq!(answered(&mut scene, 1, tokens(1)), ["> keep"]);
    assert_eq!(answered(&mut scene, 2, tokens(2)), ["> dial"]);
    assert_eq!(scene.open().last(), Some(&auth(2, None)));
}

#[test]
fn a_token_ends_by_the_clock_of_its_server() {
    let mut scene = Scene::new();
    connect(&mut scene, with(refresh(), AuthMode::Handshake));
    let (status, body) = tokens(1);
    let mut late = report(status, &body);
    // The scene's own clock stands at 1970-01-01T00:00:00.
    let date = ("date".to_owned(), "Thu, 01 Jan 1970 00:05:00 GMT".to_owned());
    late.answer.as_mut().unwrap().headers.push(date);
    told(&mut scene, 1, late);
    scene.open();
    let claim = last_claim(&scene);
    assert_eq!(claim.clock_offset_ms, Some(300_500), "the server is five minutes ahead");
    assert_eq!(claim.expires_after_ms, Some(900_000 - 300_500));
}
