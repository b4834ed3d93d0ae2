//! Messages to a client, with their keys in the order of the real server.

use serde_json::{Map, Value, json};

use crate::demo::fault::{Fault, Told};
use crate::demo::items::Outcome;
use crate::demo::options::Version;

/// An object of those keys, in that order, without copying what they hold.
pub(super) fn object<const N: usize>(keys: [(&str, Value); N]) -> Value {
    Value::Object(keys.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

/// Ends a message with the uid, if there is one.
fn with_uid(mut message: Value, uid: Option<&Value>) -> String {
    if let (Value::Object(keys), Some(uid)) = (&mut message, uid) {
        keys.insert("uid".to_owned(), uid.clone());
    }
    message.to_string()
}

/// The heartbeat's question.
pub(super) fn ping() -> String {
    json!({"type": "ping"}).to_string()
}

/// The answer to a client's `ping`.
pub(super) fn pong(uid: Option<&Value>) -> String {
    with_uid(json!({"type": "pong"}), uid)
}

/// A login that worked.
pub(super) fn authenticated(uid: Option<&Value>, refresh_token: Option<&str>) -> String {
    let mut message = Map::new();
    message.insert("type".to_owned(), "auth".into());
    message.insert("status".to_owned(), "ok".into());
    if let Some(uid) = uid {
        message.insert("uid".to_owned(), uid.clone());
    }
    if let Some(token) = refresh_token {
        message.insert("refresh_token".to_owned(), token.into());
    }
    Value::Object(message).to_string()
}

/// An error with exactly that uid.
pub(super) fn error(kind: &str, told: &Told, uid: Option<&Value>) -> String {
    let error = json!({"code": told.code, "message": told.message});
    with_uid(json!({"type": kind, "status": "error", "error": error}), uid)
}

/// The error of a request, with the uid where that version gives it; `None` for those never told.
pub(super) fn fault(kind: &str, fault: &Fault, uid: Option<&Value>, version: Version) -> Option<String> {
    match fault {
        Fault::Untold(_) => None,
        Fault::Told(told) => {
            let echoed = version == Version::V12_4 || told.early;
            Some(error(kind, told, uid.filter(|_| echoed)))
        }
    }
}

/// The reply to an `items` message.
pub(super) fn items(outcome: Outcome, uid: Option<&Value>) -> String {
    with_uid(filled(object([("type", "items".into()), ("data", outcome.data)]), outcome.meta), uid)
}

/// A frame of a subscription.
pub(super) fn subscription(
    event: &str,
    data: Option<Value>,
    meta: Option<Value>,
    uid: Option<&Value>,
) -> String {
    let mut message = json!({"type": "subscription", "event": event});
    if let (Value::Object(keys), Some(data)) = (&mut message, data) {
        keys.insert("data".to_owned(), data);
    }
    with_uid(filled(message, meta), uid)
}

fn filled(mut message: Value, meta: Option<Value>) -> Value {
    if let (Value::Object(keys), Some(meta)) = (&mut message, meta) {
        keys.insert("meta".to_owned(), meta);
    }
    message
}
