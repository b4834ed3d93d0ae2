//! Subscriptions: who is told what, in which shape.

use std::time::Duration;

use harewire::demo::{Options, Version};
use serde_json::json;

use super::client::{Client, http};
use super::{ADMIN, EDITOR, USER, start};

/// 31, 23, 29 and the shapes of reference 5.3, seen by another client.
#[tokio::test]
async fn all_events_arrive_in_their_shapes() {
    let (_server, address) = start(Options::default());
    let mut reader = Client::login(address, USER).await;
    let mut writer = Client::login(address, EDITOR).await;
    let query = r#""query":{"fields":["id","text"]}"#;
    let init =
        reader.ask(&format!(r#"{{"type":"subscribe","collection":"messages",{query},"uid":"s"}}"#)).await;
    assert_eq!(
        init.to_string(),
        r#"{"type":"subscription","event":"init","data":[{"id":1,"text":"Hello from the seed"},{"id":2,"text":"Second message"}],"uid":"s"}"#
    );
    for (sent, events) in [
        // 24: two events for an array of two.
        (
            r#""create","data":[{"text":"a"},{"text":"b"}]"#,
            vec![("create", json!([{"id": 3, "text": "a"}])), ("create", json!([{"id": 4, "text": "b"}]))],
        ),
        (r#""update","id":3,"data":{"text":"c"}"#, vec![("update", json!([{"id": 3, "text": "c"}]))]),
        (
            r#""update","ids":[3,4],"data":{"text":"d"}"#,
            vec![("update", json!([{"id": 3, "text": "d"}, {"id": 4, "text": "d"}]))],
        ),
        (r#""delete","id":3"#, vec![("delete", json!([3]))]),
        (r#""delete","ids":["4",2]"#, vec![("delete", json!(["4", 2]))]),
    ] {
        writer.ask(&format!(r#"{{"type":"items","collection":"messages","action":{sent}}}"#)).await;
        for (event, data) in events {
            let frame = json!({"type": "subscription", "event": event, "data": data, "uid": "s"});
            reader.expect(&frame.to_string()).await;
        }
    }
    reader.ask(r#"{"type":"unsubscribe","uid":"s"}"#).await;
    writer.ask(r#"{"type":"items","collection":"messages","action":"create","data":{}}"#).await;
    reader.is_quiet().await;
}

/// 37, 38, 39: a filter hides what leaves it, and no delete.
#[tokio::test]
async fn filters_hide_updates_but_no_deletes() {
    let (_server, address) = start(Options::default());
    let mut client = Client::login(address, ADMIN).await;
    let query = r#"{"fields":"id","filter":"{\"user\":{\"_eq\":\"vip\"}}","meta":"*"}"#;
    client
        .send(&format!(r#"{{"type":"subscribe","collection":"messages","query":{query},"uid":"s"}}"#))
        .await;
    client
        .expect(r#"{"type":"subscription","event":"init","data":[],"meta":{"total_count":2,"filter_count":0},"uid":"s"}"#)
        .await;
    http(address, "POST /items/messages", ADMIN, r#"{"user":"other"}"#).await;
    http(address, "PATCH /items/messages/2", ADMIN, r#"{"user":"vip"}"#).await;
    client
        .expect(r#"{"type":"subscription","event":"update","data":[{"id":2}],"meta":{"total_count":3,"filter_count":1},"uid":"s"}"#)
        .await;
    http(address, "PATCH /items/messages/2", ADMIN, r#"{"user":"gone"}"#).await;
    http(address, "DELETE /items/messages/1", ADMIN, "").await;
    client
        .expect(r#"{"type":"subscription","event":"delete","data":["1"],"meta":{"total_count":2,"filter_count":0},"uid":"s"}"#)
        .await;
    http(address, "DELETE /items/messages", ADMIN, "[3]").await;
    assert_eq!(client.json().await["data"], json!([3]));
}

/// 41: an item is named by a string.
#[tokio::test]
async fn an_item_is_told_only_of_writes_that_name_it_as_text() {
    let (_server, address) = start(Options::default());
    let mut client = Client::login(address, ADMIN).await;
    let request =
        r#"{"type":"subscribe","collection":"messages","item":1,"query":{"fields":["text"]},"uid":"i"}"#;
    assert_eq!(client.ask(request).await["data"], json!({"text": "Hello from the seed"}));
    http(address, "PATCH /items/messages", ADMIN, r#"{"keys":[1],"data":{"text":"by number"}}"#).await;
    client.is_quiet().await;
    http(address, "PATCH /items/messages/1", ADMIN, r#"{"text":"by text"}"#).await;
    client.expect(r#"{"type":"subscription","event":"update","data":{"text":"by text"},"uid":"i"}"#).await;
    http(address, "DELETE /items/messages/1", ADMIN, "").await;
    client.expect(r#"{"type":"subscription","event":"delete","data":"1","uid":"i"}"#).await;
    let missing = client.ask(r#"{"type":"subscribe","collection":"messages","item":99,"uid":"m"}"#).await;
    assert_eq!(missing["error"]["message"], "You don't have permission to access this.");
}

/// 33, 42, 44: numbers become text, a second one replaces the first, unknown ones are confirmed.
#[tokio::test]
async fn a_uid_belongs_to_the_last_subscription() {
    let (_server, address) = start(Options::default());
    let mut client = Client::login(address, ADMIN).await;
    for field in ["id", "text"] {
        let query = format!(r#"{{"fields":["{field}"],"limit":1}}"#);
        let request = format!(r#"{{"type":"subscribe","collection":"messages","query":{query},"uid":42}}"#);
        assert_eq!(client.ask(&request).await["uid"], "42");
    }
    http(address, "POST /items/messages", ADMIN, r#"{"text":"once"}"#).await;
    client.expect(r#"{"type":"subscription","event":"create","data":[{"text":"once"}],"uid":"42"}"#).await;
    client.send(r#"{"type":"unsubscribe","uid":"unknown"}"#).await;
    client.expect(r#"{"type":"subscription","event":"unsubscribe","uid":"unknown"}"#).await;
    client.send(r#"{"type":"unsubscribe","uid":42}"#).await;
    client.expect(r#"{"type":"subscription","event":"unsubscribe","uid":42}"#).await;
    http(address, "POST /items/messages", ADMIN, "{}").await;
    client.is_quiet().await;
}

/// 43: twice in one burst, and both live.
#[tokio::test]
async fn a_burst_of_one_uid_makes_two() {
    let options = Options { latency: Duration::from_millis(100), ..Options::default() };
    let (_server, address) = start(options);
    let mut client = Client::login(address, ADMIN).await;
    let request = r#"{"type":"subscribe","collection":"messages","query":{"fields":["id"]},"uid":"twin"}"#;
    client.burst(&[request, request]).await;
    for _ in 0..2 {
        assert_eq!(client.json().await["event"], "init");
    }
    http(address, "POST /items/messages", ADMIN, "{}").await;
    for _ in 0..2 {
        client.expect(r#"{"type":"subscription","event":"create","data":[{"id":3}],"uid":"twin"}"#).await;
    }
    client.ask(r#"{"type":"unsubscribe","uid":"twin"}"#).await;
    http(address, "POST /items/messages", ADMIN, "{}").await;
    client.expect(r#"{"type":"subscription","event":"create","data":[{"id":4}],"uid":"twin"}"#).await;
    client.is_quiet().await;
}

/// 34, 35, 36, 45: permissions at once, with each event, or never.
#[tokio::test]
async fn permissions_are_looked_at_when_rows_are() {
    let (_server, address) = start(Options::default());
    let mut client = Client::login(address, USER).await;
    let forbidden = json!({"code": "FORBIDDEN", "message": "You don't have permission to access collection \"secrets\" or it does not exist. Queried in root."});
    let told = |uid: &str| json!({"type": "subscribe", "status": "error", "error": forbidden, "uid": uid});
    assert_eq!(client.ask(r#"{"type":"subscribe","collection":"secrets","uid":"all"}"#).await, told("all"));
    for event in ["create", "delete"] {
        client
            .send(&format!(
                r#"{{"type":"subscribe","collection":"secrets","event":"{event}","uid":"{event}"}}"#
            ))
            .await;
        // 32: no data.
        client.expect(&format!(r#"{{"type":"subscription","event":"init","uid":"{event}"}}"#)).await;
    }
    http(address, "POST /items/secrets", ADMIN, r#"{"value":"x"}"#).await;
    assert_eq!(client.json().await, told("create"));
    http(address, "DELETE /items/secrets/1", ADMIN, "").await;
    client.expect(r#"{"type":"subscription","event":"delete","data":["1"],"uid":"delete"}"#).await;
    let bogus = client.ask(r#"{"type":"subscribe","collection":"messages","event":"bogus","uid":"b"}"#).await;
    assert_eq!((&bogus["error"]["code"], bogus.get("uid")), (&"INVALID_PAYLOAD".into(), None));
    // Fields behind a forbidden relation leave bare keys.
    client
        .ask(r#"{"type":"subscribe","collection":"messages","event":"create","query":{"fields":["tags.label"]},"uid":"f"}"#)
        .await;
    http(address, "POST /items/messages", ADMIN, "{}").await;
    client.expect(r#"{"type":"subscription","event":"create","data":[3],"uid":"f"}"#).await;
}

/// Errors of a query with an event come with the first event.
#[tokio::test]
async fn wrong_fields_are_noticed_late() {
    let (_server, address) = start(Options::default());
    let mut client = Client::login(address, ADMIN).await;
    for (uid, query) in [("filter", r#"{"filter":{"_bogus":1}}"#), ("field", r#"{"fields":["nope"]}"#)] {
        let request = format!(
            r#"{{"type":"subscribe","collection":"messages","event":"create","query":{query},"uid":"{uid}"}}"#
        );
        assert_eq!(client.ask(&request).await["event"], "init");
    }
    http(address, "POST /items/messages", ADMIN, "{}").await;
    let first = client.json().await;
    assert_eq!(first["error"]["message"], "Invalid query. Invalid filter key \"_bogus\" on \"messages\".");
    assert_eq!((&first["type"], &first["uid"]), (&"subscribe".into(), &"filter".into()));
    assert_eq!(client.json().await["error"]["code"], "FORBIDDEN");
    let limit =
        client.ask(r#"{"type":"subscribe","collection":"messages","query":{"limit":-5},"uid":"l"}"#).await;
    assert_eq!(limit["error"]["code"], "INVALID_QUERY");
}

/// Nested writes tell of the children first (`tests/transcripts/12.4.0/subscribe-relations.ndjson`).
#[tokio::test]
async fn children_come_before_their_parents() {
    let (_server, address) = start(Options::default());
    let mut client = Client::login(address, ADMIN).await;
    client.ask(r#"{"type":"subscribe","collection":"messages","query":{"fields":["id","tags.id","tags.label"]},"uid":"messages"}"#).await;
    client.ask(r#"{"type":"subscribe","collection":"message_tags","uid":"tags"}"#).await;
    http(address, "POST /items/messages", ADMIN, r#"{"tags":[{"label":"a"},{"label":"b"}]}"#).await;
    client.expect(r#"{"type":"subscription","event":"create","data":[{"id":3,"label":"a","message":3}],"uid":"tags"}"#).await;
    client.expect(r#"{"type":"subscription","event":"create","data":[{"id":4,"label":"b","message":3}],"uid":"tags"}"#).await;
    client.expect(r#"{"type":"subscription","event":"create","data":[{"id":3,"tags":[{"id":3,"label":"a"},{"id":4,"label":"b"}]}],"uid":"messages"}"#).await;
    http(address, "PATCH /items/messages/3", ADMIN, r#"{"tags":{"create":[],"update":[],"delete":[4]}}"#)
        .await;
    client.expect(r#"{"type":"subscription","event":"update","data":[{"id":4,"label":"b","message":null}],"uid":"tags"}"#).await;
    client.expect(r#"{"type":"subscription","event":"update","data":[{"id":3,"tags":[{"id":3,"label":"a"}]}],"uid":"messages"}"#).await;
}

/// Singletons are arrays here, objects in `items`.
#[tokio::test]
async fn a_singleton_is_subscribed_as_an_array() {
    let (_server, address) = start(Options::default());
    let mut client = Client::login(address, EDITOR).await;
    client.send(r#"{"type":"subscribe","collection":"site_settings","uid":"one"}"#).await;
    client.expect(r#"{"type":"subscription","event":"init","data":[{"id":1,"title":"Lab","maintenance":false}],"uid":"one"}"#).await;
    http(address, "PATCH /items/site_settings", ADMIN, r#"{"title":"New"}"#).await;
    client.expect(r#"{"type":"subscription","event":"update","data":[{"id":1,"title":"New","maintenance":false}],"uid":"one"}"#).await;
}

/// 22 and reference 6.3: the older server leaves the uid out, and calls unknown collections by another code.
#[tokio::test]
async fn version_eleven_forgets_the_uid() {
    for (version, uid, code) in
        [(Version::V12_4, Some("u"), "FORBIDDEN"), (Version::V11_17, None, "INVALID_COLLECTION")]
    {
        let (_server, address) = start(Options { version, ..Options::default() });
        let mut client = Client::login(address, USER).await;
        for request in [
            r#"{"type":"items","action":"read","collection":"messages","id":9999,"uid":"u"}"#,
            r#"{"type":"subscribe","collection":"secrets","uid":"u"}"#,
        ] {
            let refused = client.ask(request).await;
            assert_eq!(refused["error"]["code"], "FORBIDDEN");
            assert_eq!(refused.get("uid").and_then(|uid| uid.as_str()), uid, "{version:?} {request}");
        }
        let unknown = client.ask(r#"{"type":"items","action":"read","collection":"nope","uid":"u"}"#).await;
        assert_eq!((&unknown["error"]["code"], &unknown["uid"]), (&code.into(), &"u".into()));
    }
}

/// The server's own life reaches a subscriber.
#[tokio::test]
async fn traffic_is_seen() {
    let options = Options { traffic: Some(Duration::from_millis(20)), seed: true, ..Options::default() };
    let (_server, address) = start(options);
    let mut client = Client::login(address, harewire::demo::TOKEN).await;
    client.ask(r#"{"type":"subscribe","collection":"messages","uid":"s"}"#).await;
    let mut seen = std::collections::BTreeSet::new();
    while seen.len() < 3 {
        seen.insert(client.json().await["event"].as_str().unwrap().to_owned());
    }
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), ["create", "delete", "update"]);
}
