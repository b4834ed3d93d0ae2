//! 46 to 49 and 52: who a connection is, and how that ends.

use serde_json::{Value, json};

use crate::conformance::case::{
    Case, Ending, Setup, Step, connect, enter, error, event, expect, forbidden, handshake_failed, init,
    post_message, rest, send, subscribe_to,
};
use crate::lab::seed::{ADMIN, USER};

pub fn cases() -> Vec<Case> {
    [expiry(), renewal(), changes(), second_factor()].into_iter().flatten().collect()
}

fn expired() -> Step {
    expect(error("auth", "TOKEN_EXPIRED", "Token expired.", None))
}

fn timed_out() -> [Step; 2] {
    [expect(error("auth", "AUTH_TIMEOUT", "Authentication timed out.", None)), Step::Ended(Ending::NoCode)]
}

fn read(collection: &str, uid: &str) -> Step {
    send(json!({
        "type": "items", "action": "read", "collection": collection, "uid": uid,
        "query": {"limit": 1, "fields": ["id"]},
    }))
}

fn one_row(uid: &str) -> Step {
    expect(json!({"type": "items", "data": [{"id": 1}], "uid": uid}))
}

fn expiry() -> Vec<Case> {
    let login = json!({"email": "user@example.com", "password": "user-pass-1"});
    let token = json!({"data": {"access_token": "=token", "..": true}});
    let log_in = [
        rest("POST", "/auth/login", login, token).anonymous(),
        connect(),
        send(json!({"type": "auth", "access_token": "$token"})),
        expect(json!({"type": "auth", "status": "ok"})),
        send(subscribe_to("create", "s", "c46")),
        init("s"),
        expired(),
    ];
    let as_public = [
        read("messages", "r"),
        expect(forbidden("items", Some("r"))),
        post_message("unseen", "c46", "id"),
        expect(forbidden("subscribe", Some("s"))),
    ];
    vec![
        Case::new(
            46,
            "an expired token: public for a while, then closed",
            log_in.clone().into_iter().chain(as_public).chain(timed_out()),
        )
        .with(Setup::Expiring)
        .newer("before 12.1 the expired connection acted with full rights, which is no fixture"),
        Case::new(46, "an expired token: closed after the timeout", log_in.into_iter().chain(timed_out()))
            .with(Setup::Expiring),
    ]
}

fn renewal() -> Vec<Case> {
    let login = json!({"type": "auth", "email": "user@example.com", "password": "user-pass-1", "uid": "l"});
    let renewed = |uid: &str, key: &str| {
        expect(json!({"type": "auth", "status": "ok", "uid": uid, "refresh_token": format!("={key}")}))
    };
    vec![
        Case::new(
            47,
            "a refresh token within the timeout: subscriptions go on",
            [
                connect(),
                send(login),
                renewed("l", "refresh"),
                send(subscribe_to("create", "s", "c47")),
                init("s"),
                expired(),
                send(json!({"type": "auth", "refresh_token": "$refresh", "uid": "n"})),
                renewed("n", "next"),
                post_message("after", "c47", "id"),
                expect(event("create", "s", json!([{"id": "$id", "text": "after"}]))),
                // Were the old timeout still running, it would end the connection before the new token expires.
                expired(),
            ],
        )
        .with(Setup::Expiring),
    ]
}

fn changes() -> Vec<Case> {
    let bad = || send(json!({"type": "auth", "access_token": "wrong", "uid": "bad"}));
    let failed = || expect(error("auth", "AUTH_FAILED", "Authentication failed.", Some("bad")));
    vec![
        Case::new(
            48,
            "a bad token on a live connection ends it",
            enter(ADMIN).into_iter().chain([bad(), failed(), Step::Ended(Ending::NoCode)]),
        ),
        Case::new(
            48,
            "a bad token on a public connection makes it public again",
            enter(USER).into_iter().chain([
                read("messages", "before"),
                one_row("before"),
                bad(),
                failed(),
                read("messages", "after"),
                expect(forbidden("items", Some("after"))),
                read("announcements", "open"),
                one_row("open"),
            ]),
        )
        .with(Setup::Public)
        .newer("before 12.1 it kept full rights, which is no fixture"),
        Case::new(
            49,
            "an auth without credentials is swallowed",
            enter(ADMIN).into_iter().chain([
                send(json!({"type": "auth", "uid": "x"})),
                Step::Quiet,
                read("secrets", "r"),
                one_row("r"),
            ]),
        ),
    ]
}

fn second_factor() -> Vec<Case> {
    let user = json!({
        "email": "tfa@example.com", "password": "tfa-pass-1", "tfa_secret": "JBSWY3DPEHPK3PXP", "status": "active",
    });
    let login = |otp: Value| {
        let mut message = json!({"type": "auth", "email": "tfa@example.com", "password": "tfa-pass-1"});
        if !otp.is_null() {
            message["otp"] = otp;
        }
        [connect(), send(message)].into_iter().chain(handshake_failed())
    };
    let made = rest("POST", "/users", user, json!({"data": {"id": "*", "..": true}}));
    vec![
        Case::new(
            52,
            "a user with a second factor can't log in over the socket",
            [made].into_iter().chain(login(Value::Null)).chain(login(json!("123456"))),
        )
        .real("the demo has no second factor"),
    ]
}
