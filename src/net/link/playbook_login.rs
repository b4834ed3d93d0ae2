//! Logins by every kind of credential, and their renewal, as conversations.

use std::sync::{Arc, Mutex};

use crate::capture::event::{Event, Fact, IdentityClaim, What};
use crate::directus::{AuthMode, Credentials, SESSION_COOKIE, Secret, TokenKind, TokenPlace};
use crate::net::command::{Command, ConnectSpec, Keeper, Protocol, Switches, TransportKind};
use crate::net::link::playbook::{AUTH_FAILED, INIT, SECOND, SUBSCRIBE, Scene, connect, spec};

const REFRESH: &str = "planted-refresh-1";
const EXPIRED: &str =
    r#"{"type":"auth","status":"error","error":{"code":"TOKEN_EXPIRED","message":"Token expired."}}"#;
const RENEWAL_FAILED: &str = r#"{"type":"auth","status":"error","error":{"code":"AUTH_FAILED","message":"Authentication failed."},"uid":"harewire-auth-1"}"#;

fn password() -> Credentials {
    let password = Secret::new("planted-password");
    Credentials::Password { email: "ann@example.com".into(), password, otp: None, in_band: true }
}

fn refresh() -> Credentials {
    Credentials::RefreshToken { token: Secret::new(REFRESH), in_band: true }
}

fn cookie() -> Credentials {
    Credentials::SessionCookie { name: SESSION_COOKIE.into(), value: Secret::new(web_token(60)) }
}

/// A web token of the scene's beginning, whose wall clock stands at 0.
fn web_token(life_s: u64) -> String {
    use base64::Engine as _;
    let payload = format!(r#"{{"id":"u-1","role":"r-1","admin_access":false,"iat":0,"exp":{life_s}}}"#);
    format!("e30.{}.sig", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(payload))
}

fn with(credentials: Credentials, mode: AuthMode) -> ConnectSpec {
    ConnectSpec { credentials, ..spec(mode, None) }
}

fn ok(refresh_token: &str, uid: &str) -> String {
    format!(r#"{{"type":"auth","status":"ok","refresh_token":"{refresh_token}"{uid}}}"#)
}

fn claims(scene: &Scene) -> Vec<IdentityClaim> {
    let claim = |event: &Event| match &event.what {
        What::Fact(fact) => match &**fact {
            Fact::Identity(claim) => Some(claim.clone()),
            _ => None,
        },
        What::Message(_) => None,
    };
    scene.log.iter().filter_map(claim).collect()
}

fn orders(words: &[String]) -> Vec<&str> {
    words.iter().map(String::as_str).filter(|word| word.starts_with('>')).collect()
}

#[test]
fn every_kind_logs_in_on_the_way_its_mode_allows() {
    let by_password = r#"> {"type":"auth","email":"ann@example.com","password":"planted-password"}"#;
    let by_refresh = r#"> {"type":"auth","refresh_token":"planted-refresh-1"}"#;
    for mode in [AuthMode::Handshake, AuthMode::Public] {
        for (credentials, message) in [(password(), by_password), (refresh(), by_refresh)] {
            let mut scene = Scene::new();
            let dialled = connect(&mut scene, with(credentials, mode));
            assert_eq!(orders(&dialled), ["> dial"]);
            assert_eq!(orders(&scene.open()), [message], "{mode}");
            assert_eq!(scene.send("x"), ["held x"]);
            assert_eq!(orders(&scene.hear(&ok("planted-refresh-2", ""))), ["> x"]);
        }
    }
    for mode in [AuthMode::Handshake, AuthMode::Public, AuthMode::Strict] {
        let mut at_upgrade = vec![with(cookie(), mode)];
        let mut in_query = with(Credentials::StaticToken(Secret::new("planted-token")), mode);
        in_query.token_place = TokenPlace::Query;
        at_upgrade.push(in_query);
        for spec in at_upgrade {
            let mut scene = Scene::new();
            connect(&mut scene, spec);
            assert_eq!(claims(&scene).len(), 1, "{mode}: told before the upgrade");
            assert_eq!(scene.open(), ["open"], "{mode}: no message");
            assert_eq!(scene.send("x"), ["out x", "> x"]);
        }
    }
}

#[test]
fn the_query_goes_with_the_upgrade() {
    let mut spec = with(Credentials::StaticToken(Secret::new("t")), AuthMode::Public);
    assert_eq!(spec.wire_url().query(), None);
    spec.token_place = TokenPlace::Query;
    assert_eq!(spec.wire_url().query(), Some("access_token=t"));
}

#[test]
fn what_cannot_work_is_told_and_not_dialled() {
    let otp = Credentials::Password {
        email: "ann@example.com".into(),
        password: Secret::new("planted-password"),
        otp: Some(Secret::new("123456")),
        in_band: true,
    };
    let mut portable = with(cookie(), AuthMode::Handshake);
    portable.transport = TransportKind::Portable;
    let mut in_query = with(refresh(), AuthMode::Handshake);
    in_query.token_place = TokenPlace::Query;
    let strict = AuthMode::Strict;
    for spec in [
        with(otp, AuthMode::Handshake),
        with(password(), strict),
        with(refresh(), strict),
        portable,
        in_query,
    ] {
        let mut scene = Scene::new();
        assert_eq!(connect(&mut scene, spec), ["error Login"]);
        assert!(scene.link.is_idle());
    }
    let mut raw = with(password(), AuthMode::Strict);
    raw.protocol = Protocol::Raw;
    assert_eq!(orders(&connect(&mut Scene::new(), raw)), ["> dial"], "raw sends nothing of it");
}

#[test]
fn a_web_token_tells_who_and_for_how_long() {
    let mut scene =
        Scene::live(with(Credentials::StaticToken(Secret::new(web_token(900))), AuthMode::Handshake));
    let [claim] = claims(&scene).try_into().unwrap();
    assert_eq!((claim.token, claim.user.as_deref()), (TokenKind::Access, Some("u-1")));
    assert_eq!((claim.expires_after_ms, claim.renews_after_ms), (Some(900_000), None));
    assert_eq!(scene.link.deadline(), None, "nothing renews a pasted token");
    let again = scene.command(Command::Reauthenticate);
    assert!(orders(&again)[0].ends_with(r#","uid":"harewire-auth-1"}"#), "but by hand it may: {again:?}");
    let recorded = format!("{:?}", scene.log);
    assert!(!recorded.contains(&web_token(900)) && recorded.contains("u-1"));
}

#[test]
fn a_login_on_the_socket_is_renewed_when_it_expires_and_then_before() {
    let mut scene = Scene::new();
    connect(&mut scene, with(password(), AuthMode::Handshake));
    scene.open();
    scene.hear(&ok("planted-refresh-2", ""));
    scene.send(SUBSCRIBE);
    scene.hear(INIT);
    assert_eq!(scene.link.deadline(), None, "how long it lives is not known");
    scene.now_us = 60 * SECOND;
    let told = scene.hear(EXPIRED);
    let renewed = r#"> {"type":"auth","refresh_token":"planted-refresh-2","uid":"harewire-auth-1"}"#;
    assert_eq!(orders(&told), [renewed]);
    assert!(told.contains(&"error Login".to_owned()), "{told:?}");
    assert!(orders(&scene.hear(&ok("planted-refresh-3", r#","uid":"harewire-auth-1""#))).is_empty());
    assert_eq!(scene.link.deadline(), Some((60 + 54) * SECOND), "before the end this time");
    let renewed = r#"> {"type":"auth","refresh_token":"planted-refresh-3","uid":"harewire-auth-2"}"#;
    assert_eq!(orders(&scene.wait()), [renewed], "each refresh token once");
    scene.hear(&ok("planted-refresh-4", ""));
    let recorded = format!("{:?}", scene.log);
    assert!(!recorded.contains("planted"), "{recorded}");
    assert_eq!(recorded.matches("\"subscribe\"").count() + recorded.matches(r#"\"subscribe\""#).count(), 1);
}

#[test]
fn the_switch_stops_renewing_and_starts_it_again() {
    let mut scene = Scene::new();
    let mut spec = with(refresh(), AuthMode::Handshake);
    spec.switches.reauth = false;
    let on = Switches { reauth: true, ..spec.switches };
    connect(&mut scene, spec);
    scene.open();
    scene.hear(&ok("planted-refresh-2", ""));
    scene.now_us = 60 * SECOND;
    assert!(orders(&scene.hear(EXPIRED)).is_empty());
    assert_eq!(scene.link.deadline(), None);
    assert_eq!(scene.command(Command::Switches(on)), ["switched reauth true"]);
    assert_eq!(orders(&scene.wait()).len(), 1, "within the server's ten seconds it still helps");
}

#[test]
fn a_new_refresh_token_is_kept_before_anything_else_and_used_from_then_on() {
    let kept = Arc::new(Mutex::new(Vec::new()));
    let keeper = {
        let kept = Arc::clone(&kept);
        Keeper::new(move |secret| kept.lock().unwrap().push(secret.expose().to_owned()))
    };
    let mut scene = Scene::new();
    connect(&mut scene, ConnectSpec { keeper: Some(keeper), ..with(refresh(), AuthMode::Handshake) });
    scene.open();
    scene.send("x");
    assert_eq!(orders(&scene.hear(&ok("planted-refresh-2", ""))), ["> keep", "> x"]);
    assert_eq!(*kept.lock().unwrap(), Vec::<String>::new(), "the worker calls it, not the machine");
    scene.closed(1006);
    scene.wait();
    let again = r#"> {"type":"auth","refresh_token":"planted-refresh-2"}"#;
    assert_eq!(orders(&scene.open()), [again], "the first one is dead");
}

#[test]
fn a_refused_renewal_is_told_and_not_repeated() {
    let mut scene = Scene::new();
    connect(&mut scene, with(refresh(), AuthMode::Handshake));
    scene.open();
    scene.hear(&ok("planted-refresh-2", ""));
    assert_eq!(orders(&scene.command(Command::Reauthenticate)).len(), 1);
    assert!(scene.command(Command::Reauthenticate).is_empty(), "one is on its way");
    assert_eq!(scene.hear(RENEWAL_FAILED).last().map(String::as_str), Some("error Login"));
    assert_eq!(scene.closed(1005), ["close 1005 Server", "gave up"]);
    let mut scene = Scene::new();
    connect(&mut scene, with(password(), AuthMode::Handshake));
    scene.open();
    scene.hear(&ok("planted-refresh-2", ""));
    scene.command(Command::Reauthenticate);
    scene.hear(RENEWAL_FAILED);
    assert_eq!(scene.closed(1005), ["close 1005 Server", "retry 2"], "the password is still good");
    scene.wait();
    assert!(orders(&scene.open())[0].contains("planted-password"));
    scene.hear(AUTH_FAILED);
    assert_eq!(scene.closed(1005), ["close 1005 Server", "gave up"], "and if not, that is the end");
}

#[test]
fn a_refused_renewal_in_public_mode_goes_on_without_a_loop() {
    let mut scene = Scene::new();
    connect(&mut scene, with(refresh(), AuthMode::Public));
    scene.open();
    scene.hear(&ok("planted-refresh-2", ""));
    scene.command(Command::Reauthenticate);
    scene.hear(RENEWAL_FAILED);
    assert_eq!(scene.link.deadline(), None);
    assert_eq!(scene.command(Command::Reauthenticate), ["error Login"], "there is nothing to log in with");
    assert_eq!(scene.send("x"), ["out x", "> x"]);
}

#[test]
fn a_login_typed_by_hand_is_shown_and_left_to_its_author() {
    let mut scene = Scene::live(spec(AuthMode::Handshake, Some("planted-token")));
    scene.send(r#"{"type":"auth","email":"bob@example.com","password":"planted-password","uid":"b"}"#);
    scene.hear(&ok("planted-refresh-9", r#","uid":"b""#));
    let claim = claims(&scene).pop().unwrap();
    assert_eq!(
        (claim.credential.as_str(), claim.email.as_deref()),
        ("typed by hand", Some("bob@example.com"))
    );
    assert!(orders(&scene.hear(EXPIRED)).is_empty(), "it is not renewed");
    scene.send(r#"{"type":"auth","uid":"x"}"#);
    assert_eq!(claims(&scene).len(), 2, "a message without a credential is swallowed (case 49)");
    assert!(!format!("{:?}", scene.log).contains("planted-refresh"));
}

#[test]
fn silence_after_a_renewal_is_told_and_lets_another_one_through() {
    let mut scene = Scene::new();
    connect(&mut scene, with(refresh(), AuthMode::Handshake));
    scene.open();
    scene.hear(&ok("planted-refresh-2", ""));
    scene.command(Command::Reauthenticate);
    assert_eq!(scene.wait(), ["error Login"]);
    assert_eq!(scene.link.deadline(), None);
    assert_eq!(orders(&scene.command(Command::Reauthenticate)).len(), 1);
}
