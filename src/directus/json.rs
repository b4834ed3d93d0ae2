//! `Json`: a value kept as the text it was.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};

use crate::directus::escape::unescape;
use crate::directus::scan::is_json;

/// A JSON value as text: every digit and the order of keys stay as they were. Read and written through
/// `serde_json` only. `Debug` shows its size, because any value may hold a secret.
#[derive(Clone)]
pub struct Json(Box<RawValue>);

impl Json {
    /// Takes a text that is one JSON value; `None` if it isn't.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        is_json(text).then(|| serde_json::from_str(text.trim()).ok()).flatten().map(Self)
    }

    /// The JSON form of a value; `None` where there is none, such as a map with keys that are no text.
    #[must_use]
    pub fn of(value: &impl Serialize) -> Option<Self> {
        to_raw_value(value).ok().map(Self)
    }

    /// The text, without space around it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.get()
    }

    /// Whether it is an object.
    #[must_use]
    pub fn is_object(&self) -> bool {
        self.as_str().starts_with('{')
    }

    /// Whether it is an array.
    #[must_use]
    pub fn is_array(&self) -> bool {
        self.as_str().starts_with('[')
    }

    /// Whether it is `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.as_str() == "null"
    }

    /// What it says, if it is a string.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        let inside = self.as_str().strip_prefix('"')?.strip_suffix('"')?;
        Some(unescape(inside).into_owned())
    }

    /// Its elements, if it is an array.
    #[must_use]
    pub fn elements(&self) -> Option<Vec<Self>> {
        serde_json::from_str(self.as_str()).ok()
    }
}

impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Json {}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Json({} B)", self.as_str().len())
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(deserializer).map(Self).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use crate::directus::Json;

    #[test]
    fn keeps_digits_order_and_depth() {
        for text in [
            "123456789012345678901234567890.000",
            "{\"b\":1,\"a\":1e400}",
            "\"\\ud800\"",
            &format!("{}{}", "[".repeat(10_000), "]".repeat(10_000)),
        ] {
            assert_eq!(Json::parse(text).unwrap().as_str(), text);
        }
        assert!(Json::parse("{").is_none());
        assert!(Json::parse("").is_none());
    }

    #[test]
    fn debug_shows_no_content() {
        assert_eq!(format!("{:?}", Json::parse("\"hunter2\"")), "Some(Json(9 B))");
    }
}
