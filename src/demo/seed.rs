//! What is in the collections when the server starts.

use serde_json::{Value, json};

use crate::demo::account;
use crate::demo::fault::Fault;
use crate::demo::moment::{Moment, timestamp_text};
use crate::demo::schema::{self, USERS};
use crate::demo::store::Store;

/// The rows every lab server has. The conformance cases count on these keys, so they come first.
pub(super) fn lab_rows(store: &mut Store, moment: Moment) -> Result<(), Fault> {
    let editor = account::USERS.iter().find(|user| user.first_name == "Ed").map(|user| user.id);
    for user in account::USERS {
        put(
            store,
            USERS,
            json!({"id": user.id, "first_name": user.first_name, "email": user.email}),
            moment,
        )?;
    }
    let messages = [
        json!({"text": "Hello from the seed", "user": "seed", "author": editor}),
        json!({"text": "Second message", "user": "seed"}),
    ];
    for message in messages {
        put(store, "messages", message, moment)?;
    }
    for label in ["first", "seed"] {
        put(store, "message_tags", json!({"label": label, "message": 1}), moment)?;
    }
    put(store, "site_settings", json!({"title": "Lab", "maintenance": false}), moment)?;
    put(store, "announcements", json!({"title": "Open to everyone"}), moment)?;
    put(store, "secrets", json!({"value": "not for the limited user"}), moment)?;
    let pump = json!({
        "id": "cad099e6-895b-40a2-825d-3c06b4f00e0d", "name": "pump-1", "online": true,
        "big": "9007199254740993", "amount": "12.50", "ratio": 0.1, "meta": {"a": [1, 2]},
        "labels": ["x", "y"], "day": "2026-01-02", "at": "03:04:05", "seen": "2026-01-02T03:04:05",
        "stamp": "2026-01-02T03:04:05Z", "pin": "1234",
    });
    put(store, "devices", pump, moment)
}

/// A morning at a small bakery with a delivery van and three ovens: enough to make a first look worth it.
/// Each entry: minutes ago, who, what, and its tags.
const MESSAGES: &[(i64, &str, &str, &[&str])] = &[
    (240, "Nadia", "Good morning! First batch of sourdough is in the oven.", &["kitchen"]),
    (233, "Tomás", "Oven 2 is heating slower than yesterday, keep an eye on it", &["kitchen", "equipment"]),
    (225, "Priya", "Three wholesale orders came in overnight, sheet is updated", &["orders"]),
    (214, "Nadia", "Rye is short by two bags. Can somebody order?", &["stock"]),
    (209, "Priya", "On it, arrives at 9:30", &["stock"]),
    (196, "Jonas", "Van is loaded, leaving for the station kiosk now", &["delivery"]),
    (180, "Tomás", "Oven 2 back to normal, it was the door seal", &["equipment"]),
    (171, "Jonas", "Kiosk delivered ✔ 40 rolls, 12 croissants", &["delivery"]),
    (155, "Mei", "The card terminal at the counter asks for an update, may I?", &["shop"]),
    (154, "Priya", "Please wait until after the rush 🙏", &["shop"]),
    (140, "Nadia", "Croissants out. Best layers this week!", &["kitchen"]),
    (122, "Jonas", "Traffic on the ring road, school delivery 10 minutes late", &["delivery"]),
    (121, "Priya", "School is informed", &["delivery", "orders"]),
    (98, "Mei", "Customer asks whether the walnut bread contains sesame: it doesn't, right?", &["shop"]),
    (96, "Nadia", "Right, but same table. Say \"may contain traces\".", &["shop", "kitchen"]),
    (75, "Tomás", "Dishwasher filter cleaned", &["equipment"]),
    (52, "Priya", "Order for tomorrow: 120 pretzels for the town hall", &["orders"]),
    (31, "Mei", "Terminal updated, all good", &["shop"]),
    (18, "Jonas", "Back with an empty van", &["delivery"]),
    (6, "Nadia", "Dough for tomorrow is resting. Thanks everyone!", &["kitchen"]),
];

/// Pleasant rows for people who look around.
pub(super) fn pleasant_rows(store: &mut Store, moment: Moment) -> Result<(), Fault> {
    for (minutes, user, text, tags) in MESSAGES {
        let ago = jiff::SignedDuration::from_mins(*minutes);
        let created = moment.wall.checked_sub(ago).unwrap_or(moment.wall);
        let row = json!({"text": text, "user": user, "date_created": timestamp_text(created)});
        let key = put_key(store, "messages", row, moment)?;
        for label in *tags {
            put(store, "message_tags", json!({"label": label, "message": key}), moment)?;
        }
    }
    let devices = [
        ("oven-1", true, 219.5, json!({"room": "kitchen", "target": 220})),
        ("oven-2", true, 204.0, json!({"room": "kitchen", "target": 220})),
        ("oven-3", false, 21.3, json!({"room": "kitchen", "target": null})),
        ("van", true, 63.0, json!({"plate": "HW 37", "route": ["station", "school"]})),
        ("cold-room", true, 4.2, json!({"room": "cellar", "target": 4})),
    ];
    for (name, online, ratio, meta) in devices {
        let row =
            json!({"name": name, "online": online, "ratio": ratio, "meta": meta, "stamp": moment.text()});
        put(store, "devices", row, moment)?;
    }
    for title in ["Closed on Sunday", "New: walnut bread, Thursdays only"] {
        put(store, "announcements", json!({"title": title}), moment)?;
    }
    Ok(())
}

fn put(store: &mut Store, collection: &str, row: Value, moment: Moment) -> Result<(), Fault> {
    put_key(store, collection, row, moment).map(|_| ())
}

fn put_key(store: &mut Store, collection: &str, row: Value, moment: Moment) -> Result<Value, Fault> {
    let found = schema::collection(collection).ok_or_else(|| Fault::forbidden_collection(collection))?;
    let Value::Object(row) = row else { return Ok(Value::Null) };
    Ok(store.insert(found, &row, &moment.text())?.value())
}
