//! `Class`: what one shallow look at a frame tells.

use std::borrow::Cow;
use std::ops::Range;

use crate::directus::escape::unescape;
use crate::directus::scan::{Passed, Scanner};
use crate::directus::uid::json_key;
use crate::directus::{ErrorCode, EventName, MessageType, Span, Status};

/// The facts about a frame that everything later relies on: index, filters, joins, colours.
///
/// Made once for each frame, on the thread that received it. It belongs to one text: mask first,
/// classify the masked text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Class {
    /// By its `type`.
    pub kind: MessageType,
    /// `event` of a subscription, an acknowledgement or a subscribe; `action` of an items request.
    pub event: EventName,
    /// `status` of a reply.
    pub status: Status,
    /// `error.code`, or for collaboration `code` (reference 6.1, 7.4).
    pub code: ErrorCode,
    /// Top-level elements of `data`: the length of an array, 1 for anything else, 0 if absent or null.
    pub items: u32,
    /// Where the uid lies; for GraphQL frames the `id`.
    uid: Span,
}

impl Class {
    /// The class of a message of which nothing but the kind is known.
    #[must_use]
    pub fn of(kind: MessageType) -> Self {
        Self { kind, ..Self::default() }
    }

    /// The class of every binary message.
    #[must_use]
    pub fn binary() -> Self {
        Self::of(MessageType::Binary)
    }

    /// The uid in the form that compares equal whether text or number (reference 5.2). `text` must be the
    /// text that was classified.
    #[must_use]
    pub fn uid<'t>(&self, text: &'t str) -> Option<Cow<'t, str>> {
        self.uid.of(text).map(json_key)
    }

    /// Whether the message is an error reply of any shape.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.status == Status::Error || self.code != ErrorCode::None
    }
}

/// Classifies a text message. Total: any text has a class, and text that is not JSON is `NotJson`.
#[must_use]
pub fn classify(text: &str) -> Class {
    let read = || -> Option<Class> {
        let mut scanner = Scanner::new(text);
        let class = if scanner.open(b'{') {
            let mut found = Found::default();
            found.read(text, &mut scanner)?;
            found.class(text)
        } else {
            scanner.pass()?;
            Class::default()
        };
        scanner.ended().then_some(class)
    };
    read().unwrap_or(Class::of(MessageType::NotJson))
}

/// Where the keys that matter have their values. As in JavaScript, of a repeated key the last counts.
#[derive(Default)]
struct Found {
    kind: Option<Range<usize>>,
    event: Option<Range<usize>>,
    action: Option<Range<usize>>,
    status: Option<Range<usize>>,
    error: Option<Range<usize>>,
    code: Option<Range<usize>>,
    uid: Option<Range<usize>>,
    id: Option<Range<usize>>,
    data: Option<Range<usize>>,
    /// Of `data`.
    elements: u32,
    payload: bool,
}

impl Found {
    fn read(&mut self, text: &str, scanner: &mut Scanner<'_>) -> Option<()> {
        let mut first = true;
        while let Some(key) = scanner.member(first)? {
            first = false;
            let value = scanner.pass()?;
            let raw = text.get(key.start + 1..key.end - 1)?;
            if !self.note(raw, &value) && raw.contains('\\') {
                self.note(&unescape(raw), &value);
            }
        }
        Some(())
    }

    /// Keeps the value of a key that matters; whether it does.
    #[inline]
    fn note(&mut self, key: &str, value: &Passed) -> bool {
        let slot = match key {
            "type" => &mut self.kind,
            "event" => &mut self.event,
            "action" => &mut self.action,
            "status" => &mut self.status,
            "error" => &mut self.error,
            "code" => &mut self.code,
            "uid" => &mut self.uid,
            "id" => &mut self.id,
            "data" => {
                self.elements = value.children;
                &mut self.data
            }
            "payload" => {
                self.payload = true;
                return true;
            }
            _ => return false,
        };
        *slot = Some(value.range.clone());
        true
    }

    fn class(&self, text: &str) -> Class {
        let kind = self.kind(text);
        let event = match kind {
            MessageType::Items => word(text, self.action.as_ref()),
            MessageType::Subscription | MessageType::Subscribe | MessageType::Logs => {
                word(text, self.event.as_ref())
            }
            // Its `update` changes a draft, not a row: it must not answer a filter for updates.
            MessageType::Collab => self.action.as_ref().map(|_| Cow::Borrowed(EventName::Other.name())),
            _ => None,
        };
        let code = match kind {
            MessageType::Collab => word(text, self.code.as_ref()),
            _ => self.error.clone().and_then(|error| error_code(text, error)),
        };
        let uid = if kind == MessageType::GraphQl { &self.id } else { &self.uid };
        Class {
            kind,
            event: event.map_or(EventName::None, |event| EventName::from_wire(&event)),
            status: word(text, self.status.as_ref())
                .map_or(Status::None, |status| Status::from_wire(&status)),
            code: code.map_or(ErrorCode::None, |code| ErrorCode::from_wire(&code)),
            items: self.data.as_ref().map_or(0, |data| count(text, data.start, self.elements)),
            uid: uid.as_ref().filter(|range| names(text, range.start)).cloned().map_or(Span::NONE, Span::new),
        }
    }

    fn kind(&self, text: &str) -> MessageType {
        let Some(word) = word(text, self.kind.as_ref()) else {
            return MessageType::Other;
        };
        match MessageType::from_wire(&word) {
            // The same words mean something else on a GraphQL socket; the envelope tells.
            MessageType::Subscribe | MessageType::Error if self.payload && self.id.is_some() => {
                MessageType::GraphQl
            }
            kind => kind,
        }
    }
}

/// The text of a value, if it is a string.
fn word<'t>(text: &'t str, range: Option<&Range<usize>>) -> Option<Cow<'t, str>> {
    let inside = text.get(range?.clone())?.strip_prefix('"')?.strip_suffix('"')?;
    Some(unescape(inside))
}

/// Whether the value that starts here can be a uid: a string or a number.
fn names(text: &str, start: usize) -> bool {
    text.as_bytes().get(start).is_some_and(|byte| matches!(byte, b'"' | b'-' | b'0'..=b'9'))
}

fn count(text: &str, start: usize, elements: u32) -> u32 {
    match text.as_bytes().get(start) {
        Some(b'[') => elements,
        Some(b'n') | None => 0,
        Some(_) => 1,
    }
}

fn error_code(text: &str, error: Range<usize>) -> Option<Cow<'_, str>> {
    let mut scanner = Scanner::at(text, error.start);
    if !scanner.open(b'{') {
        return None;
    }
    let mut code = None;
    let mut first = true;
    while let Some(key) = scanner.member(first)? {
        first = false;
        let value = scanner.pass()?;
        if unescape(text.get(key.start + 1..key.end - 1)?) == "code" {
            code = Some(value.range);
        }
    }
    word(text, code.as_ref())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use crate::directus::{Class, ErrorCode, EventName, MessageType, Status, classify};

    #[test]
    fn a_class_stays_small() {
        assert!(size_of::<Class>() <= 16);
    }

    #[test]
    fn reads_a_subscription_event() {
        let text =
            r#"{"type":"subscription","event":"create","data":[{"id":1},{"id":2}],"uid":"messages-1"}"#;
        let class = classify(text);
        assert_eq!(class.kind, MessageType::Subscription);
        assert_eq!(class.event, EventName::Create);
        assert_eq!(class.items, 2);
        assert_eq!(class.uid(text).as_deref(), Some("messages-1"));
        assert!(!class.is_error());
    }

    #[test]
    fn reads_errors_of_both_shapes() {
        let text = r#"{"type":"items","status":"error","error":{"message":"no","code":"FORBIDDEN"},"uid":7}"#;
        let class = classify(text);
        assert_eq!(
            (class.kind, class.status, class.code),
            (MessageType::Items, Status::Error, ErrorCode::Forbidden)
        );
        assert_eq!(class.uid(text).as_deref(), Some("7"));
        let collab =
            classify(r#"{"action":"error","type":"collab","code":"SERVICE_UNAVAILABLE","message":"off"}"#);
        assert_eq!((collab.kind, collab.code), (MessageType::Collab, ErrorCode::ServiceUnavailable));
        assert!(collab.is_error());
    }

    #[test]
    fn tells_graphql_by_its_envelope() {
        for (text, kind) in [
            (r#"{"type":"connection_init","payload":{"access_token":"x"}}"#, MessageType::GraphQl),
            (
                r#"{"id":"1","type":"subscribe","payload":{"query":"subscription { a }"}}"#,
                MessageType::GraphQl,
            ),
            (r#"{"id":"1","type":"error","payload":[]}"#, MessageType::GraphQl),
            (r#"{"type":"error","status":"error","error":{"code":"INVALID_PAYLOAD"}}"#, MessageType::Error),
            (r#"{"type":"subscribe","collection":"messages"}"#, MessageType::Subscribe),
            (r#"{"type":"graphql"}"#, MessageType::Other),
        ] {
            assert_eq!(classify(text).kind, kind, "{text}");
        }
        let next = r#"{"id":"all","type":"next","payload":{}}"#;
        assert_eq!(classify(next).uid(next).as_deref(), Some("all"));
    }

    #[test]
    fn odd_texts_have_a_class() {
        for (text, kind) in [
            ("", MessageType::NotJson),
            ("not json", MessageType::NotJson),
            ("{\"type\":\"ping\"", MessageType::NotJson),
            ("{\"type\":\"ping\"} x", MessageType::NotJson),
            ("[]", MessageType::Other),
            ("5", MessageType::Other),
            ("{}", MessageType::Other),
            ("{\"type\":5}", MessageType::Other),
            ("{\"type\":\"notification\"}", MessageType::Other),
            (" {\"\\u0074ype\" : \"p\\u0069ng\"}\n", MessageType::Ping),
            ("{\"type\":\"pong\",\"type\":\"ping\"}", MessageType::Ping),
        ] {
            assert_eq!(classify(text).kind, kind, "{text}");
        }
        let text = "{\"type\":\"ping\",\"uid\":\"\\ud800\"}";
        assert_eq!(classify(text).uid(text).as_deref(), Some("\u{fffd}"));
        let unfit = "{\"type\":\"subscribe\",\"uid\":{\"a\":1}}";
        assert_eq!(classify(unfit).uid(unfit), None);
    }

    #[test]
    fn depth_does_not_matter() {
        let text = format!(r#"{{"type":"items","data":{}1{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
        assert_eq!(classify(&text).items, 1);
        assert_eq!(classify(&"[".repeat(1_000_000)).kind, MessageType::NotJson);
    }

    /// The same facts, read slowly by `serde_json`.
    fn oracle(text: &str) -> Option<(MessageType, EventName, Status, ErrorCode, u32)> {
        let value: Value = serde_json::from_str(text).ok()?;
        let word = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        let envelope = value.get("id").is_some() && value.get("payload").is_some();
        let kind = match MessageType::from_wire(&word(&value, "type").unwrap_or_default()) {
            MessageType::Subscribe | MessageType::Error if envelope => MessageType::GraphQl,
            kind => kind,
        };
        let event = match kind {
            MessageType::Items => word(&value, "action"),
            MessageType::Subscription | MessageType::Subscribe | MessageType::Logs => word(&value, "event"),
            MessageType::Collab => value.get("action").map(|_| "other".to_owned()),
            _ => None,
        };
        let code = match kind {
            MessageType::Collab => word(&value, "code"),
            _ => value.get("error").and_then(|error| word(error, "code")),
        };
        let items = match value.get("data") {
            None | Some(Value::Null) => 0,
            Some(Value::Array(rows)) => rows.len(),
            Some(_) => 1,
        };
        Some((
            kind,
            event.map_or(EventName::None, |event| EventName::from_wire(&event)),
            word(&value, "status").map_or(Status::None, |status| Status::from_wire(&status)),
            code.map_or(ErrorCode::None, |code| ErrorCode::from_wire(&code)),
            u32::try_from(items).unwrap(),
        ))
    }

    fn json() -> impl Strategy<Value = String> {
        let scalar = prop_oneof![
            Just("null".to_owned()),
            Just("true".to_owned()),
            any::<i64>().prop_map(|number| number.to_string()),
            "[a-z\"\\\\\n😀]{0,6}".prop_map(|text| Value::from(text).to_string()),
            proptest::sample::select(vec![
                "subscription",
                "items",
                "subscribe",
                "error",
                "collab",
                "next",
                "create",
                "ok",
                "FORBIDDEN",
                "auth",
            ])
            .prop_map(|word| format!("\"{word}\"")),
        ];
        let key = proptest::sample::select(vec![
            "type",
            "event",
            "action",
            "status",
            "error",
            "code",
            "uid",
            "id",
            "data",
            "payload",
            "x",
            "\\u0074ype",
        ]);
        scalar.prop_recursive(3, 24, 6, move |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4)
                    .prop_map(|all| format!("[{}]", all.join(" , "))),
                proptest::collection::vec((key.clone(), inner), 0..8).prop_map(|all| {
                    let members: Vec<_> =
                        all.iter().map(|(key, value)| format!("\"{key}\": {value}")).collect();
                    format!("{{{}}}", members.join(","))
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_text_has_a_class(text in ".*") {
            let class = classify(&text);
            let _ = class.uid(&text);
        }

        #[test]
        fn agrees_with_serde_json(text in json(), cut in 0usize..200) {
            for text in [text.as_str(), text.get(..cut).unwrap_or_default()] {
                let class = classify(text);
                match oracle(text) {
                    None => prop_assert_eq!(class.kind, MessageType::NotJson),
                    Some(expected) => {
                        prop_assert_eq!((class.kind, class.event, class.status, class.code, class.items), expected);
                    }
                }
            }
        }
    }
}
