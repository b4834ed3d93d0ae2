//! The HTTP side.

use std::time::Duration;

use harewire::demo::Options;
use serde_json::{Value, json};

use super::client::{Client, http};
use super::{ADMIN, EDITOR, USER, start};

#[tokio::test]
async fn a_debugger_finds_its_way() {
    // tests/transcripts/12.4.0/rest-discovery.ndjson
    let (server, address) = start(Options::default());
    assert_eq!(server.url(), format!("http://{address}"));
    assert_eq!(http(address, "GET /server/ping", "bad token", "").await, (200, "pong".into()));
    let (_, info) = http(address, "GET /server/info", "", "").await;
    assert_eq!((info["data"].get("websocket"), info["data"].get("version")), (None, None));
    let (_, info) = http(address, "GET /server/info", USER, "").await;
    assert_eq!(
        info["data"]["websocket"]["rest"],
        json!({"authentication": "handshake", "path": "/websocket"})
    );
    assert_eq!(info["data"]["version"], "12.4.0");
    let (status, bad) = http(address, "GET /server/info", "bad", "").await;
    assert_eq!(
        (status, bad.to_string().as_str()),
        (
            401,
            r#"{"errors":[{"message":"Invalid user credentials.","extensions":{"code":"INVALID_CREDENTIALS"}}]}"#
        )
    );
    assert_eq!(http(address, "GET /users/me", "", "").await.0, 401);
    let (_, me) = http(address, "GET /users/me", USER, "").await;
    assert_eq!(me, json!({"data": {"id": "5b6a37eb-8653-4ebe-a37b-8510a1ecb787"}}));
    let (_, me) = http(address, "GET /users/me?fields=first_name,role.name", ADMIN, "").await;
    assert_eq!(me, json!({"data": {"first_name": "Admin", "role": {"name": "Administrator"}}}));
    assert_eq!(http(address, "GET /permissions/me", "", "").await.0, 403);
    let (_, permissions) = http(address, "GET /permissions/me", USER, "").await;
    let full = json!({"access": "full", "fields": ["*"]});
    let none = json!({"access": "none"});
    let expected = json!({"create": full, "read": full, "update": none, "delete": none, "share": none});
    assert_eq!(permissions["data"], json!({"messages": expected}));
    // 11: the socket's path without an upgrade.
    let (status, missing) = http(address, "GET /websocket", "", "").await;
    assert_eq!(
        (status, missing.to_string().as_str()),
        (
            404,
            r#"{"errors":[{"message":"Route /websocket doesn't exist.","extensions":{"path":"/websocket","code":"ROUTE_NOT_FOUND"}}]}"#
        )
    );
}

#[tokio::test]
async fn logins_and_refreshes_give_tokens_that_work() {
    let options = Options { login_stall: Duration::ZERO, ..Options::default() };
    let (_server, address) = start(options);
    let credentials = r#"{"email":"editor@example.com","password":"editor-pass-1"}"#;
    let (status, login) = http(address, "POST /auth/login", "", credentials).await;
    assert_eq!((status, &login["data"]["expires"]), (200, &json!(900_000)));
    let refresh = json!({"refresh_token": login["data"]["refresh_token"], "mode": "json"}).to_string();
    let (_, second) = http(address, "POST /auth/refresh", "", &refresh).await;
    let token = second["data"]["access_token"].as_str().unwrap();
    Client::login(address, token).await.is_quiet().await;
    assert_eq!(http(address, "POST /auth/refresh", "", &refresh).await.0, 401);
    assert_eq!(http(address, "POST /auth/refresh", "", "{}").await.0, 400);
    let wrong = r#"{"email":"editor@example.com","password":"no"}"#;
    assert_eq!(http(address, "POST /auth/login", "", wrong).await.0, 401);
}

#[tokio::test]
async fn items_are_read_and_written() {
    let (_server, address) = start(Options::default());
    let list = "GET /items/messages?fields=id,author.first_name&sort=-id&filter[id][_lt]=3&limit=1&meta=*";
    let (_, rows) = http(address, list, ADMIN, "").await;
    assert_eq!(
        rows,
        json!({"meta": {"total_count": 2, "filter_count": 2}, "data": [{"id": 2, "author": null}]})
    );
    let (_, one) = http(address, "GET /items/messages/1?fields=author.first_name", ADMIN, "").await;
    assert_eq!(one["data"], json!({"author": {"first_name": "Ed"}}));
    let (_, made) = http(address, "POST /items/messages?fields=id,text", EDITOR, r#"{"text":"x"}"#).await;
    assert_eq!(made["data"], json!({"id": 3, "text": "x"}));
    let batch = r#"[{"id":1,"text":"one"},{"id":3,"text":"three"}]"#;
    let (_, rows) = http(address, "PATCH /items/messages?fields=text", EDITOR, batch).await;
    assert_eq!(rows["data"], json!([{"text": "one"}, {"text": "three"}]));
    let by_query = r#"{"query":{"filter":{"id":{"_gte":2}}}}"#;
    assert_eq!(http(address, "DELETE /items/messages", EDITOR, by_query).await, (204, "".into()));
    let (_, rows) = http(address, "GET /items/messages?fields[]=id", ADMIN, "").await;
    assert_eq!(rows["data"], json!([{"id": 1}]));
}

#[tokio::test]
async fn refusals_say_why() {
    let (_server, address) = start(Options::default());
    for (call, token, body, status, code) in [
        ("GET /items/messages", "", "", 403, "FORBIDDEN"),
        ("GET /items/nope", ADMIN, "", 403, "FORBIDDEN"),
        ("GET /items/directus_users", ADMIN, "", 403, "FORBIDDEN"),
        ("DELETE /items/messages/1", USER, "", 403, "FORBIDDEN"),
        ("GET /items/messages/99", USER, "", 403, "FORBIDDEN"),
        ("GET /items/messages?limit=-5", USER, "", 400, "INVALID_QUERY"),
        ("POST /items/devices", EDITOR, r#"{"online":true}"#, 400, "FAILED_VALIDATION"),
        ("POST /items/messages", EDITOR, r#"{"id":1}"#, 400, "RECORD_NOT_UNIQUE"),
        ("POST /items/messages", EDITOR, "{broken", 400, "INVALID_PAYLOAD"),
        ("GET /server/info?access_token=x", ADMIN, "", 400, "INVALID_PAYLOAD"),
        ("PUT /items/messages", ADMIN, "", 404, "ROUTE_NOT_FOUND"),
    ] {
        let (answered, refusal) = http(address, call, token, body).await;
        let words = (answered, refusal["errors"][0]["extensions"]["code"].as_str().unwrap_or_default());
        assert_eq!(words, (status, code), "{call} {refusal}");
    }
}

/// 25, 26: what the socket does not tell, HTTP does.
#[tokio::test]
async fn a_missing_field_is_never_answered_on_the_socket() {
    let (_server, address) = start(Options::default());
    let mut client = Client::login(address, EDITOR).await;
    client
        .send(r#"{"type":"items","action":"create","collection":"devices","data":{"online":true},"uid":1}"#)
        .await;
    client
        .send(r#"{"type":"items","action":"read","collection":"messages","query":"sort=-id","uid":2}"#)
        .await;
    let read = client.ask(r#"{"type":"items","action":"read","collection":"messages","id":1,"uid":3}"#).await;
    assert_eq!(read["uid"], Value::from(3));
}

/// A write that fails half-way leaves nothing behind, tells nobody, and gives its number back.
#[tokio::test]
async fn a_write_happens_whole_or_not_at_all() {
    let (_server, address) = start(Options::default());
    let mut client = Client::login(address, ADMIN).await;
    client.ask(r#"{"type":"subscribe","collection":"messages","event":"create","uid":"s"}"#).await;
    for (body, token) in [
        (r#"{"text":"no right to tags","tags":[{"label":"x"}]}"#, USER),
        (r#"[{"text":"fine"},{"id":1,"text":"taken"}]"#, EDITOR),
    ] {
        assert!(http(address, "POST /items/messages", token, body).await.0 >= 400);
    }
    client.is_quiet().await;
    let (_, made) = http(address, "POST /items/messages?fields=id", EDITOR, "{}").await;
    assert_eq!(made["data"]["id"], 3);
}

/// Users whose rows are checked may not name rows that are not there; administrators may.
#[tokio::test]
async fn unknown_keys_are_refused_to_users_only() {
    let (_server, address) = start(Options::default());
    for (call, body) in [
        ("DELETE /items/messages", "[1,99]"),
        ("PATCH /items/messages", r#"{"keys":[1,99],"data":{"user":"x"}}"#),
    ] {
        assert_eq!(http(address, call, EDITOR, body).await.0, 403, "{call}");
    }
    let (_, one) = http(address, "GET /items/messages/1?fields=user", EDITOR, "").await;
    assert_eq!(one["data"]["user"], "seed");
    assert_eq!(http(address, "DELETE /items/messages", ADMIN, "[1,99]").await.0, 204);
}
