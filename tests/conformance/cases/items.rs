//! 21 to 30: reading and writing over the socket.

use serde_json::{Value, json};

use crate::conformance::case::{
    Backend, Case, Step, enter, error, event, expect, forbidden, init, post_message, rest, send, subscribe_to,
};
use crate::lab::seed::ADMIN;

pub fn cases() -> Vec<Case> {
    [reads(), creates(), silent_writes(), changes()].into_iter().flatten().collect()
}

/// A session of the administrator.
fn inside(steps: impl IntoIterator<Item = Step>) -> impl Iterator<Item = Step> {
    enter(ADMIN).into_iter().chain(steps)
}

/// An `items` message on `messages`, with more keys.
fn items(action: &str, uid: &str, more: Value) -> Step {
    let mut message = json!({"type": "items", "action": action, "collection": "messages", "uid": uid});
    let Value::Object(more) = more else { panic!("more keys are an object: {more}") };
    message.as_object_mut().expect("an object").extend(more);
    send(message)
}

fn reply(data: Value, uid: &str) -> Value {
    let mut message = json!({"type": "items", "data": null, "uid": uid});
    message["data"] = data;
    message
}

fn reads() -> Vec<Case> {
    let page = json!({"query": {"limit": 2, "meta": "*", "sort": ["id"], "fields": ["id"]}});
    let answer = json!({
        "type": "items", "data": [{"id": 1}, {"id": 2}],
        "meta": {"total_count": "*", "filter_count": "*"}, "uid": "r",
    });
    let missing = || items("read", "m", json!({"id": 9999}));
    let system =
        send(json!({"type": "items", "action": "read", "collection": "directus_users", "uid": "sys"}));
    let refused = |message| expect(error("items", "INVALID_COLLECTION", message, Some("sys")));
    let (newer, older) = (
        "Cannot trigger an action on a system collection.",
        "The provided collection does not exists or is not accessible.",
    );
    vec![
        Case::new(21, "read with limit and meta", inside([items("read", "r", page), expect(answer.clone())])),
        Case::new(
            21,
            "the same query in its string forms",
            inside([
                items(
                    "read",
                    "r",
                    json!({"query": {"limit": "2", "meta": "*", "sort": "id", "fields": "id"}}),
                ),
                expect(answer),
            ]),
        ),
        Case::new(
            22,
            "an unknown id is forbidden",
            inside([missing(), expect(forbidden("items", Some("m")))]),
        )
        .newer("before 12.4 the error has no uid"),
        Case::new(
            22,
            "an unknown id is forbidden, without uid",
            inside([missing(), expect(forbidden("items", None))]),
        )
        .older("since 12.4 the error has the uid"),
        Case::new(30, "a system collection", inside([system.clone(), refused(newer)]))
            .newer("11.17 words it otherwise"),
        Case::new(30, "a system collection, in older words", inside([system, refused(older)]))
            .older("since 12.4 it is worded otherwise"),
    ]
}

fn creates() -> Vec<Case> {
    let row = json!({
        "id": "=id", "text": "ws", "user": "c23", "date_created": "*", "author": null, "tags": [],
    });
    let two = json!([{"text": "one", "user": "c24"}, {"text": "two", "user": "c24"}]);
    let fields = json!(["id", "text"]);
    vec![
        Case::new(
            23,
            "create one row",
            inside([
                send(subscribe_to("create", "s", "c23")),
                init("s"),
                items("create", "c", json!({"data": {"text": "ws", "user": "c23"}})),
                // The event of one's own write may overtake the reply.
                Step::ExpectAll(vec![
                    reply(row, "c"),
                    event("create", "s", json!([{"id": "*", "text": "ws"}])),
                ]),
            ]),
        ),
        Case::new(
            24,
            "create two rows: one reply, two events",
            inside([
                send(subscribe_to("create", "s", "c24")),
                init("s"),
                items("create", "c", json!({"data": two, "query": {"fields": fields}})),
                Step::ExpectAll(vec![
                    reply(json!([{"id": "*", "text": "one"}, {"id": "*", "text": "two"}]), "c"),
                    event("create", "s", json!([{"id": "*", "text": "one"}])),
                    event("create", "s", json!([{"id": "*", "text": "two"}])),
                ]),
                Step::Quiet,
            ]),
        ),
    ]
}

/// Writes whose failure, or whose success, the socket does not tell.
fn silent_writes() -> Vec<Case> {
    let rule = json!({"collection": "messages", "action": "create", "fields": ["*"]});
    let policy =
        |name: &str| json!({"name": name, "app_access": false, "admin_access": false, "permissions": [rule]});
    let policies = json!({"create": [{"policy": {"id": "$policy"}}], "update": [], "delete": []});
    let user = |name: &str| {
        json!({"email": format!("{name}@example.com"), "password": "writer-pass-1", "token": format!("{name}-token"),
            "status": "active", "role": "$role"})
    };
    let made = |key: &str| json!({"data": {"id": format!("={key}"), "..": true}});
    let write_only = |uid: Option<&str>| {
        [
            rest("POST", "/policies", policy("Writers"), made("policy")),
            rest("POST", "/roles", json!({"name": "Writers", "policies": policies}), made("role")),
            rest("POST", "/users", user("writer"), made("user")),
        ]
        .into_iter()
        .chain(enter("writer-token"))
        .chain([
            items("create", "w", json!({"data": {"text": "written", "user": "c26"}})),
            expect(forbidden("items", uid)),
            rest(
                "GET",
                "/items/messages?filter[user][_eq]=c26&fields=text",
                Value::Null,
                json!({"data": [{"text": "written"}]}),
            ),
        ])
        .collect::<Vec<_>>()
    };
    let required = json!({
        "type": "items", "action": "create", "collection": "devices", "data": {"online": true}, "uid": "lost",
    });
    vec![
        Case::new(
            25,
            "a missing required field is not answered",
            inside([
                send(required),
                items("create", "fence", json!({"data": {"user": "c25"}, "query": {"fields": ["user"]}})),
                expect(reply(json!({"user": "c25"}), "fence")),
                Step::Quiet,
            ]),
        ),
        Case::new(26, "create without read: written, and called forbidden", write_only(Some("w")))
            .only(&[Backend::Directus12], "the demo has no writer who can't read; before 12.4 no uid"),
        Case::new(26, "create without read: written, and called forbidden, without uid", write_only(None))
            .older("since 12.4 the error has the uid"),
    ]
}

fn changes() -> Vec<Case> {
    let whole = json!({
        "id": "$id", "text": "after", "user": "c27", "date_created": "*", "author": null, "tags": [],
    });
    let without_target = "Either 'ids', 'id' or 'query' is required for a DELETE request.";
    vec![
        Case::new(
            27,
            "update by id ignores the query",
            inside([
                post_message("before", "c27", "id"),
                items(
                    "update",
                    "u",
                    json!({"id": "$id", "data": {"text": "after"}, "query": {"fields": ["id"]}}),
                ),
                expect(reply(whole, "u")),
            ]),
        ),
        Case::new(
            28,
            "delete by id, by ids, by nothing",
            inside([
                post_message("a", "c28", "a"),
                post_message("b", "c28", "b"),
                post_message("c", "c28", "c"),
                items("delete", "one", json!({"id": "$a"})),
                expect(reply(json!("$a"), "one")),
                items("delete", "two", json!({"ids": ["$b", "$c"]})),
                expect(reply(json!(["$b", "$c"]), "two")),
                items("delete", "none", json!({})),
                expect(error("items", "INVALID_PAYLOAD", without_target, Some("none"))),
            ]),
        ),
        Case::new(
            29,
            "delete of an unknown id succeeds",
            inside([items("delete", "d", json!({"id": 999_999})), expect(reply(json!(999_999), "d"))]),
        ),
    ]
}
