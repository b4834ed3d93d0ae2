//! 31 to 45: what a subscription says, and when it keeps silent.

use serde_json::{Value, json};

use crate::conformance::case::{
    Backend, Case, Step, enter, error, event, expect, forbidden, init, post_message, rest, send, subscribe,
    subscribe_to,
};
use crate::lab::seed::{ADMIN, EDITOR, USER};

pub fn cases() -> Vec<Case> {
    [confirmations(), permissions(), filters(), keys(), uids(), overtaking()].into_iter().flatten().collect()
}

/// A session of the administrator.
fn inside(steps: impl IntoIterator<Item = Step>) -> impl Iterator<Item = Step> {
    enter(ADMIN).into_iter().chain(steps)
}

fn started(uid: &str, data: Value) -> Step {
    expect(event("init", uid, data))
}

fn unsubscribed(uid: &Value) -> [Step; 2] {
    [
        send(json!({"type": "unsubscribe", "uid": uid})),
        expect(json!({"type": "subscription", "event": "unsubscribe", "uid": uid})),
    ]
}

fn remove(path: &str) -> Step {
    rest("DELETE", path, Value::Null, Value::Null)
}

fn change(path: &str, body: Value) -> Step {
    rest("PATCH", path, body, json!({"..": true}))
}

fn confirmations() -> Vec<Case> {
    let mut numbered = subscribe_to("create", "", "c33");
    numbered["uid"] = json!(42);
    let bogus = json!({"type": "subscribe", "collection": "messages", "event": "bogus", "uid": "b"});
    vec![
        Case::new(
            31,
            "without an event the init has the data",
            inside([
                post_message("here", "c31", "id"),
                send(subscribe("s", "c31")),
                started("s", json!([{"id": "$id", "text": "here"}])),
            ]),
        ),
        Case::new(
            32,
            "with an event it has none",
            inside([send(subscribe_to("create", "s", "c32")), init("s")]),
        ),
        Case::new(
            33,
            "a numeric uid becomes a text, and stays a number in the end",
            inside([
                send(numbered),
                init("42"),
                post_message("hello", "c33", "id"),
                expect(event("create", "42", json!([{"id": "$id", "text": "hello"}]))),
            ])
            .chain(unsubscribed(&json!(42))),
        ),
        Case::new(44, "an unknown uid is unsubscribed", inside(unsubscribed(&json!("unknown")))),
        Case::new(
            45,
            "a bad event is refused without the uid",
            inside([send(bogus), expect(error("subscribe", "INVALID_PAYLOAD", "~Validation error:", None))]),
        ),
    ]
}

/// The limited user and the collection `secrets`.
fn permissions() -> Vec<Case> {
    let secrets = |event: Option<&str>| {
        let mut message = json!({"type": "subscribe", "collection": "secrets", "uid": "s"});
        if let Some(event) = event {
            message["event"] = event.into();
        }
        send(message)
    };
    let create = |key: &str| {
        let row = json!({"data": {"id": format!("={key}"), "..": true}});
        rest("POST", "/items/secrets", json!({"value": "hidden"}), row)
    };
    let at_once = |uid| enter(USER).into_iter().chain([secrets(None), expect(forbidden("subscribe", uid))]);
    let later = |uid| {
        let refused = || expect(forbidden("subscribe", uid));
        let steps = [secrets(Some("create")), init("s"), create("a"), refused(), create("b"), refused()];
        enter(USER).into_iter().chain(steps)
    };
    let (newer, older) = ("before 12.4 the error has no uid", "since 12.4 the error has the uid");
    vec![
        Case::new(34, "a forbidden collection is refused", at_once(Some("s"))).newer(newer),
        Case::new(34, "a forbidden collection is refused, without uid", at_once(None)).older(older),
        Case::new(35, "with an event the refusal comes with each row", later(Some("s"))).newer(newer),
        Case::new(35, "with an event the refusal comes with each row, without uid", later(None)).older(older),
        Case::new(
            36,
            "deletes of a forbidden collection arrive",
            enter(USER).into_iter().chain([
                secrets(Some("delete")),
                init("s"),
                create("id"),
                remove("/items/secrets/$id"),
                expect(event("delete", "s", json!(["$id:text"]))),
            ]),
        ),
    ]
}

fn filters() -> Vec<Case> {
    vec![
        Case::new(
            37,
            "a row that leaves the filter says nothing",
            inside([
                send(subscribe("s", "c37")),
                started("s", json!([])),
                post_message("in", "c37", "id"),
                expect(event("create", "s", json!([{"id": "$id", "text": "in"}]))),
                change("/items/messages/$id", json!({"user": "elsewhere"})),
                Step::Quiet,
                change("/items/messages/$id", json!({"user": "c37", "text": "back"})),
                // An update, not a create: that is how a row enters a filter.
                expect(event("update", "s", json!([{"id": "$id", "text": "back"}]))),
            ]),
        ),
        Case::new(
            38,
            "the delete of an unrelated row arrives",
            inside([
                post_message("unrelated", "elsewhere", "id"),
                send(subscribe("s", "c38")),
                started("s", json!([])),
                remove("/items/messages/$id"),
                expect(event("delete", "s", json!(["$id:text"]))),
            ]),
        ),
        Case::new(
            40,
            "a batch update is one event a row",
            inside([
                post_message("old a", "c40", "a"),
                post_message("old b", "c40", "b"),
                send(subscribe_to("update", "s", "c40")),
                init("s"),
                change(
                    "/items/messages",
                    json!([{"id": "$a", "text": "new a"}, {"id": "$b", "text": "new b"}]),
                ),
                Step::ExpectAll(vec![
                    event("update", "s", json!([{"id": "$a", "text": "new a"}])),
                    event("update", "s", json!([{"id": "$b", "text": "new b"}])),
                ]),
                Step::Quiet,
            ]),
        ),
    ]
}

/// How the key of a row is written by who changes it.
fn keys() -> Vec<Case> {
    let by_number = json!({
        "type": "items", "action": "update", "collection": "messages", "id": "$id", "data": {"text": "two"},
        "query": {"fields": ["id"]}, "uid": "u",
    });
    let item = json!({
        "type": "subscribe", "collection": "messages", "item": "$id", "query": {"fields": ["text"]}, "uid": "s",
    });
    vec![
        Case::new(
            39,
            "a key in the path arrives as a text, one in the body as a number",
            inside([
                post_message("a", "c39", "a"),
                post_message("b", "c39", "b"),
                send(subscribe_to("delete", "s", "c39")),
                init("s"),
                remove("/items/messages/$a"),
                expect(event("delete", "s", json!(["$a:text"]))),
                rest("DELETE", "/items/messages", json!(["$b"]), Value::Null),
                expect(event("delete", "s", json!(["$b"]))),
            ]),
        ),
        Case::new(
            41,
            "an item subscription misses writes with a numeric key",
            inside([post_message("one", "c41", "id"), send(item), started("s", json!({"text": "one"}))])
                .chain(enter(EDITOR))
                .chain([
                    send(by_number),
                    expect(json!({"type": "items", "data": {"id": "$id", "..": true}, "uid": "u"})),
                    change("/items/messages", json!({"keys": ["$id"], "data": {"text": "three"}})),
                    Step::On(0),
                    Step::Quiet,
                    change("/items/messages/$id", json!({"text": "four"})),
                    expect(event("update", "s", json!({"text": "four"}))),
                ]),
        ),
    ]
}

fn uids() -> Vec<Case> {
    let both = vec![subscribe("s", "c43"), subscribe("s", "c43")];
    let seen = |key: &str, text: &str| event("create", "s", json!([{"id": format!("${key}"), "text": text}]));
    vec![
        Case::new(
            42,
            "the same uid again replaces the subscription",
            inside([
                send(subscribe_to("create", "s", "c42")),
                init("s"),
                send(subscribe_to("delete", "s", "c42")),
                init("s"),
                post_message("unheard", "c42", "id"),
                Step::Quiet,
                remove("/items/messages/$id"),
                expect(event("delete", "s", json!(["$id:text"]))),
            ]),
        ),
        Case::new(
            43,
            "the same uid twice in one burst gives two subscriptions",
            inside([
                Step::Burst(both),
                started("s", json!([])),
                started("s", json!([])),
                post_message("first", "c43", "a"),
                expect(seen("a", "first")),
                expect(seen("a", "first")),
            ])
            .chain(unsubscribed(&json!("s")))
            .chain([
                post_message("second", "c43", "b"),
                expect(seen("b", "second")),
                // Were the second still doubled, its twin would come before this one.
                post_message("third", "c43", "c"),
                expect(seen("c", "third")),
            ]),
        ),
        Case::new(
            43,
            "one of two identical subscriptions of the guide's kind",
            inside([
                Step::Burst(vec![subscribe_to("create", "s", "c43e"), subscribe_to("create", "s", "c43e")]),
                init("s"),
                init("s"),
                post_message("first", "c43e", "a"),
                expect(seen("a", "first")),
                post_message("second", "c43e", "b"),
                expect(seen("b", "second")),
            ]),
        )
        .only(
            &[Backend::Directus12, Backend::Directus11],
            "measured on the lab's servers; the demo need not copy it",
        ),
    ]
}

/// The server looks at a subscribe for a while, and at an unsubscribe at once.
fn overtaking() -> Vec<Case> {
    let ended = json!({"type": "subscription", "event": "unsubscribe", "uid": "s"});
    vec![Case::new(
        62,
        "an unsubscribe overtakes its subscribe, which lives on",
        inside([
            Step::Burst(vec![subscribe_to("create", "s", "c62"), json!({"type": "unsubscribe", "uid": "s"})]),
            expect(ended),
            init("s"),
            post_message("still here", "c62", "id"),
            expect(event("create", "s", json!([{"id": "$id", "text": "still here"}]))),
        ]),
    )]
}
