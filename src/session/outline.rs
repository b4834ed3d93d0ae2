//! `Outline`: the few keys of a message that the fold needs beyond its class. Read for requests and errors only, never
//! for a flood of events.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Longest query or message text that the state keeps; the capture has the whole.
const KEPT_BYTES: usize = 4096;

/// Keys of a message as written. Of a repeated key the last counts, as it does for the server.
#[derive(Debug, Default)]
pub(super) struct Outline<'t> {
    pub(super) kind: Option<&'t RawValue>,
    pub(super) uid: Option<&'t RawValue>,
    pub(super) collection: Option<&'t RawValue>,
    pub(super) event: Option<&'t RawValue>,
    pub(super) action: Option<&'t RawValue>,
    pub(super) item: Option<&'t RawValue>,
    pub(super) query: Option<&'t RawValue>,
    pub(super) payload: Option<&'t RawValue>,
    pub(super) log_level: Option<&'t RawValue>,
    pub(super) error: Option<&'t RawValue>,
    pub(super) code: Option<&'t RawValue>,
    pub(super) message: Option<&'t RawValue>,
}

impl<'t> Outline<'t> {
    /// Reads the keys; empty if the text is no JSON object.
    pub(super) fn read(text: &'t str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }

    /// Whether the server takes it for a message: an object with a string `type`, and a `uid` that is a string or a
    /// number if there is one (reference 6.2).
    pub(super) fn is_readable(&self) -> bool {
        let begins = |raw: &RawValue, with: &[char]| raw.get().starts_with(with);
        let has_type = self.kind.is_some_and(|kind| begins(kind, &['"']));
        has_type
            && self
                .uid
                .is_none_or(|uid| begins(uid, &['"', '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']))
    }

    /// Code and message of an error, in the usual shape (reference 6.1) and in that of collaboration (reference 7.4).
    pub(super) fn error_words(&self) -> (String, String) {
        let inner = self.error.map(|raw| Outline::read(raw.get())).unwrap_or_default();
        let word = |first: Option<&RawValue>, second: Option<&RawValue>| {
            first.or(second).map(word_of).unwrap_or_default()
        };
        (word(inner.code, self.code), word(inner.message, self.message))
    }
}

/// The text of a JSON string, or the source of anything else; shortened where it is very long.
pub(super) fn word_of(raw: &RawValue) -> String {
    let source = raw.get();
    if source.len() > 2 * KEPT_BYTES {
        return shortened(source).into_owned();
    }
    serde_json::from_str::<String>(source).unwrap_or_else(|_| shortened(source).into_owned())
}

/// The text, or its beginning with an ellipsis.
pub(super) fn shortened(text: &str) -> Cow<'_, str> {
    if text.len() <= KEPT_BYTES {
        return Cow::Borrowed(text);
    }
    let mut end = KEPT_BYTES;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    Cow::Owned(format!("{}…", &text[..end]))
}

impl<'de: 't, 't> Deserialize<'de> for Outline<'t> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Keys).map(|outline: Outline<'de>| outline)
    }
}

struct Keys;

impl<'de> Visitor<'de> for Keys {
    type Value = Outline<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a message, which is a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut outline = Outline::default();
        while let Some(key) = map.next_key::<String>()? {
            let place = match key.as_str() {
                "type" => &mut outline.kind,
                "uid" => &mut outline.uid,
                "collection" => &mut outline.collection,
                "event" => &mut outline.event,
                "action" => &mut outline.action,
                "item" => &mut outline.item,
                "query" => &mut outline.query,
                "payload" => &mut outline.payload,
                "log_level" => &mut outline.log_level,
                "error" => &mut outline.error,
                "code" => &mut outline.code,
                "message" => &mut outline.message,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            *place = Some(map.next_value()?);
        }
        Ok(outline)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_a_repeated_key_counts() {
        let outline = Outline::read(r#"{"collection":"a","collection":"b"}"#);
        assert_eq!(outline.collection.map(word_of).as_deref(), Some("b"));
    }

    #[test]
    fn both_error_shapes_are_read() {
        let usual = r#"{"type":"items","status":"error","error":{"code":"FORBIDDEN","message":"No."}}"#;
        let collab = r#"{"action":"error","type":"collab","code":"SERVICE_UNAVAILABLE","message":"Off."}"#;
        assert_eq!(Outline::read(usual).error_words(), ("FORBIDDEN".into(), "No.".into()));
        assert_eq!(Outline::read(collab).error_words(), ("SERVICE_UNAVAILABLE".into(), "Off.".into()));
    }

    #[test]
    fn what_is_no_object_has_no_keys() {
        for text in ["", "[1]", "7", "{\"type\":", "nonsense", "{\"type\":\"\\ud800\"}"] {
            assert!(Outline::read(text).collection.is_none());
        }
    }

    #[test]
    fn what_the_server_can_read_has_a_type_and_a_plain_uid() {
        for (text, readable) in [
            (r#"{"type":"ping"}"#, true),
            (r#"{"type":"ping","uid":-1}"#, true),
            (r#"{"type":"ping","uid":"1"}"#, true),
            (r#"{"type":"ping","uid":null}"#, false),
            (r#"{"type":"ping","uid":{"a":1}}"#, false),
            (r#"{"type":5}"#, false),
            ("{}", false),
            ("[]", false),
        ] {
            assert_eq!(Outline::read(text).is_readable(), readable, "{text}");
        }
    }

    #[test]
    fn a_long_text_is_cut_at_a_character() {
        let text = "é".repeat(KEPT_BYTES);
        let cut = shortened(&text);
        assert!(cut.len() <= KEPT_BYTES + '…'.len_utf8() && cut.ends_with('…'));
    }
}
