//! 1 to 14: the upgrade and the first message.

use std::time::Duration;

use serde_json::json;

use crate::conformance::case::{
    Backend, Case, Setup, Step, Upgrade, auth, connect, enter, error, expect, handshake_failed, init, send,
    subscribe, upgrade,
};
use crate::lab::seed::{ADMIN, USER};

pub fn cases() -> Vec<Case> {
    [handshake(), failures(), upgrades(), refusals()].into_iter().flatten().collect()
}

fn handshake() -> Vec<Case> {
    let ok = |uid| expect(json!({"type": "auth", "status": "ok", "uid": uid}));
    let with_uid = |uid| send(json!({"type": "auth", "access_token": ADMIN, "uid": uid}));
    let login = json!({"type": "auth", "email": "user@example.com", "password": "user-pass-1"});
    vec![
        Case::new(1, "static token", [connect(), with_uid(json!("a1")), ok(json!("a1"))]),
        Case::new(2, "a numeric uid comes back as a number", [connect(), with_uid(json!(7)), ok(json!(7))]),
        Case::new(
            3,
            "e-mail and password",
            [
                connect(),
                send(login),
                expect(json!({"type": "auth", "status": "ok", "refresh_token": "*"})),
                Step::Waited(Duration::from_millis(500)),
            ],
        ),
    ]
}

fn failures() -> Vec<Case> {
    let [failed, ended] = handshake_failed();
    let fails = |number, name, first: Step| {
        Case::new(number, name, [connect(), first, failed.clone(), ended.clone()])
    };
    vec![
        fails(4, "wrong token", send(json!({"type": "auth", "access_token": "wrong", "uid": "z"}))),
        fails(4, "wrong password", {
            send(json!({"type": "auth", "email": "user@example.com", "password": "no", "uid": "z"}))
        }),
        fails(4, "no credentials", send(json!({"type": "auth", "uid": "z"}))),
        fails(4, "not JSON", Step::SendText("not json")),
        fails(5, "the first message is no auth", send(json!({"type": "ping"}))),
        Case::new(6, "no message in time", [connect(), failed.clone(), ended.clone()]),
        Case::new(
            7,
            "a subscribe sent with the auth is lost",
            [
                connect(),
                Step::Burst(vec![auth(ADMIN), subscribe("lost", "c7")]),
                expect(json!({"type": "auth", "status": "ok"})),
                Step::Quiet,
                // Were the first only late, it would come before this one.
                send(subscribe("kept", "c7")),
                expect(json!({"type": "subscription", "event": "init", "data": [], "uid": "kept"})),
            ],
        ),
    ]
}

fn upgrades() -> Vec<Case> {
    let with_token = Step::Connect(upgrade(&format!("/websocket?access_token={ADMIN}")));
    let refused = |target: &str| Step::Refused(upgrade(target), 401, None);
    let header = ("Authorization", format!("Bearer {ADMIN}"));
    let [failed, ended] = handshake_failed();
    vec![
        Case::new(8, "no token where one is required", [refused("/websocket")]).with(Setup::Strict),
        Case::new(
            8,
            "a bad, an empty and a good token where one is required",
            [
                refused("/websocket?access_token=bad"),
                refused("/websocket?access_token="),
                with_token.clone(),
                Step::Quiet,
            ],
        )
        .with(Setup::Strict),
        Case::new(8, "a bad token in the query", [refused("/websocket?access_token=bad")]),
        Case::new(8, "a bad token in the query of a public socket", [refused("/websocket?access_token=bad")])
            .with(Setup::Public),
        Case::new(
            8,
            "two tokens in the query",
            [refused(&format!("/websocket?access_token={ADMIN}&access_token={ADMIN}"))],
        ),
        Case::new(
            9,
            "a good token in the query needs no auth message",
            [
                with_token,
                send(json!({"type": "ping", "uid": 1})),
                expect(json!({"type": "pong", "uid": 1})),
                send(json!({"type": "subscribe", "collection": "secrets", "event": "create", "uid": "s"})),
                init("s"),
            ],
        ),
        Case::new(10, "a slash too much is never answered", [Step::Unanswered(upgrade("/websocket/"))]),
        Case::new(
            14,
            "an Authorization header does not authenticate",
            [
                Step::Connect(Upgrade { target: "/websocket".into(), headers: vec![header] }),
                send(json!({"type": "ping"})),
                failed,
                ended,
            ],
        ),
    ]
}

fn refusals() -> Vec<Case> {
    let not_found = json!({"errors": [{
        "message": "Route /websocket doesn't exist.",
        "extensions": {"path": "/websocket", "code": "ROUTE_NOT_FOUND"},
    }]});
    let origin =
        |value: &str| Upgrade { target: "/websocket".into(), headers: vec![("Origin", value.to_owned())] };
    let third = Step::Refused(upgrade(&format!("/websocket?access_token={USER}")), 403, None);
    vec![
        Case::new(11, "sockets switched off", [Step::Refused(upgrade("/websocket"), 404, Some(not_found))])
            .with(Setup::Off)
            .real("the demo is nothing without its socket"),
        Case::new(12, "a foreign Origin", [Step::Refused(origin("https://evil.example"), 403, None)])
            .newer("before 12.1 every Origin passed"),
        Case::new(12, "Origin null", [Step::Refused(origin("null"), 403, None)])
            .newer("before 12.1 every Origin passed"),
        Case::new(12, "a foreign Origin passes", [Step::Connect(origin("https://evil.example"))])
            .only(&[Backend::Directus11], "since 12.1 it is refused"),
        Case::new(
            13,
            "a connection too many",
            enter(USER).into_iter().chain(enter(USER)).chain([third, Step::On(0), Step::Quiet]),
        )
        .with(Setup::Limited),
        Case::new(
            14,
            "an empty token in the query counts as none",
            [
                Step::Connect(upgrade("/websocket?access_token=")),
                send(auth("wrong")),
                expect(error("auth", "AUTH_FAILED", "Authentication handshake failed.", None)),
            ],
        ),
    ]
}
