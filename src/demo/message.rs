//! Messages from a client: their shape, and the words for what is wrong with it.

use serde_json::{Map, Value};

use crate::demo::account::Credentials;
use crate::demo::fault::Fault;
use crate::demo::items::ItemsRequest;
use crate::demo::permission::Action;

/// A message of any type.
#[derive(Clone, Debug)]
pub(super) struct Message {
    /// Its `type`.
    pub kind: String,
    /// Its `uid`, a string or a number.
    pub uid: Option<Value>,
    body: Map<String, Value>,
}

/// A `subscribe` whose shape is checked.
#[derive(Clone, Debug)]
pub(super) struct SubscribeRequest {
    /// Where.
    pub collection: String,
    /// Only this.
    pub event: Option<Action>,
    /// Only this row; the server makes a string of it (reference 5.4).
    pub item: Option<String>,
    /// How rows look, and which.
    pub query: Option<Value>,
}

impl Message {
    /// Reads a text.
    ///
    /// # Errors
    /// `INVALID_PAYLOAD`, told with the type `server`: no JSON, no string `type`, or a `uid` that is neither
    /// string nor number.
    pub(super) fn parse(text: &str) -> Result<Self, Fault> {
        let value: Value = serde_json::from_str(text)
            .map_err(|_| Fault::told("INVALID_PAYLOAD", "Unable to parse the incoming message."))?;
        let Value::Object(body) = value else {
            return Err(Fault::told(
                "INVALID_PAYLOAD",
                format!(
                    "Validation error: Invalid input: expected object, received {}",
                    type_name(Some(&value))
                ),
            ));
        };
        let uid = body.get("uid").cloned();
        let mut issues: Vec<String> =
            expected("string", &body, "type", Value::is_string).into_iter().collect();
        issues.extend(string_or_number(&body, "uid"));
        match body.get("type").and_then(Value::as_str) {
            Some(kind) if issues.is_empty() => Ok(Self { kind: kind.to_owned(), uid, body }),
            _ => Err(invalid(&issues.join("; "))),
        }
    }

    /// What an `auth` offers; `None` if it holds no complete set.
    pub(super) fn credentials(&self) -> Option<Credentials> {
        let text = |name: &str| self.body.get(name).and_then(Value::as_str).map(str::to_owned);
        let password = match (text("email").filter(|email| looks_like_email(email)), text("password")) {
            (Some(email), Some(password)) => Some((email, password)),
            _ => None,
        };
        let credentials = Credentials {
            access_token: text("access_token"),
            password,
            refresh_token: text("refresh_token"),
        };
        let empty = credentials.access_token.is_none()
            && credentials.password.is_none()
            && credentials.refresh_token.is_none();
        (!empty).then_some(credentials)
    }

    /// The message as a `subscribe`.
    pub(super) fn subscribe(&self) -> Result<SubscribeRequest, Fault> {
        let mut issues: Vec<String> =
            expected("string", &self.body, "collection", Value::is_string).into_iter().collect();
        let event = match self.body.get("event") {
            None => None,
            Some(value) => {
                let actions = [Action::Create, Action::Update, Action::Delete];
                let event = actions.into_iter().find(|action| value == action.name());
                if event.is_none() {
                    let words = actions.map(|action| literal(action.name(), "event"));
                    issues.push(words.join(" or "));
                }
                event
            }
        };
        issues.extend(string_or_number(&self.body, "item"));
        if self.body.contains_key("query") {
            issues.extend(expected("record", &self.body, "query", Value::is_object));
        }
        match self.body.get("collection").and_then(Value::as_str) {
            Some(collection) if issues.is_empty() => Ok(SubscribeRequest {
                collection: collection.to_owned(),
                event,
                item: self.body.get("item").map(plain_text),
                query: self.body.get("query").cloned(),
            }),
            _ => Err(invalid(&issues.join("; "))),
        }
    }

    /// The message as an `items` request.
    pub(super) fn items(&self) -> Result<ItemsRequest, Fault> {
        let given = self.body.get("action").and_then(Value::as_str);
        let mut alternatives = Vec::new();
        for action in Action::ALL {
            let mut issues: Vec<String> =
                expected("string", &self.body, "collection", Value::is_string).into_iter().collect();
            if given != Some(action.name()) {
                issues.push(literal(action.name(), "action"));
            }
            if action != Action::Create {
                issues.extend(self.key_issues());
            }
            if issues.is_empty() {
                let collection = self.body.get("collection").and_then(Value::as_str).unwrap_or_default();
                return Ok(ItemsRequest {
                    collection: collection.to_owned(),
                    action,
                    data: self.body.get("data").cloned(),
                    id: self.body.get("id").cloned(),
                    ids: self.body.get("ids").and_then(Value::as_array).cloned(),
                    query: self.body.get("query").cloned(),
                });
            }
            alternatives.push(issues.join("; "));
        }
        Err(invalid(&alternatives.join(" or ")))
    }

    fn key_issues(&self) -> Vec<String> {
        let mut issues = Vec::new();
        if self.body.contains_key("ids") {
            issues.extend(expected("array", &self.body, "ids", Value::is_array));
        }
        issues.extend(string_or_number(&self.body, "id"));
        issues
    }
}

/// A key or uid as JavaScript's `String()` gives it.
pub(super) fn plain_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn invalid(issues: &str) -> Fault {
    Fault::told("INVALID_PAYLOAD", format!("Validation error: {issues}"))
}

fn literal(word: &str, key: &str) -> String {
    format!("Invalid input: expected \"{word}\" at \"{key}\"")
}

fn expected(
    what: &str,
    body: &Map<String, Value>,
    key: &str,
    fits: impl Fn(&Value) -> bool,
) -> Option<String> {
    let value = body.get(key);
    if value.is_some_and(fits) {
        return None;
    }
    Some(format!("Invalid input: expected {what}, received {} at \"{key}\"", type_name(value)))
}

/// An optional key that holds a string or a number.
fn string_or_number(body: &Map<String, Value>, key: &str) -> Option<String> {
    let value = body.get(key)?;
    if value.is_string() || value.is_number() {
        return None;
    }
    let received = type_name(Some(value));
    Some(format!(
        "Invalid input: expected string, received {received} at \"{key}\" or Invalid input: expected number, received {received} at \"{key}\""
    ))
}

fn type_name(value: Option<&Value>) -> &'static str {
    match value {
        None => "undefined",
        Some(Value::Null) => "null",
        Some(Value::Bool(_)) => "boolean",
        Some(Value::Number(_)) => "number",
        Some(Value::String(_)) => "string",
        Some(Value::Array(_)) => "array",
        Some(Value::Object(_)) => "object",
    }
}

fn looks_like_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| {
        let (first, last) = host.rsplit_once('.').unwrap_or_default();
        !name.is_empty() && !first.is_empty() && last.len() > 1 && !text.contains(char::is_whitespace)
    })
}
