//! `Uid`: the name a client gives to a request.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Number;

use crate::directus::escape::unescape;

/// A `uid`: text or number, chosen by the client and echoed by the server.
///
/// A number comes back as text from a subscribe and as a number from everything else (reference
/// 5.2), so compare by `key`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Uid {
    /// A text.
    Text(String),
    /// A number.
    Number(Number),
}

impl Uid {
    /// The form in which equal uids are equal: 42 and "42" are.
    #[must_use]
    pub fn key(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Number(number) => Cow::Owned(number_key(&number.to_string()).into_owned()),
        }
    }
}

impl fmt::Display for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.pad(text),
            Self::Number(number) => number.fmt(f),
        }
    }
}

impl From<&str> for Uid {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Uid {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Uid {
    fn from(number: u64) -> Self {
        Self::Number(number.into())
    }
}

/// The key of a uid given as JSON text: a string with its quotes, or a number.
pub(in crate::directus) fn json_key(json: &str) -> Cow<'_, str> {
    match json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inside) => unescape(inside),
        None => number_key(json),
    }
}

/// A JSON number as JavaScript prints it, because the server reads and prints it with JavaScript:
/// `1e2` comes back as `100`.
pub(in crate::directus) fn number_key(json: &str) -> Cow<'_, str> {
    let digits = json.strip_prefix('-').unwrap_or(json);
    // Up to 15 digits a double is exact.
    let exact = digits.len() <= 15 && digits.bytes().all(|byte| byte.is_ascii_digit());
    if exact && json != "-0" {
        return Cow::Borrowed(json);
    }
    let Ok(value) = json.parse::<f64>() else {
        return Cow::Borrowed(json);
    };
    let size = value.abs();
    Cow::Owned(if size == 0.0 {
        "0".to_owned()
    } else if size.is_infinite() {
        json.to_owned()
    } else if size >= 1e21 {
        format!("{value:e}").replace('e', "e+")
    } else if size < 1e-6 {
        format!("{value:e}")
    } else {
        value.to_string()
    })
}

#[cfg(test)]
mod tests {
    use crate::directus::Uid;
    use crate::directus::uid::json_key;

    #[test]
    fn a_number_and_its_text_have_one_key() {
        let number: Uid = serde_json::from_str("42").unwrap();
        let text: Uid = serde_json::from_str("\"42\"").unwrap();
        assert_ne!(number, text);
        assert_eq!(number.key(), text.key());
        assert_eq!(number.to_string(), "42");
        assert_eq!(serde_json::to_string(&[number, text]).unwrap(), r#"[42,"42"]"#);
    }

    #[test]
    fn keys_are_what_javascript_would_print() {
        for (json, key) in [
            ("42", "42"),
            ("-7", "-7"),
            ("-0", "0"),
            ("1.0", "1"),
            ("1e2", "100"),
            ("0.50", "0.5"),
            ("1e-7", "1e-7"),
            ("1e21", "1e+21"),
            ("12345678901234567890", "12345678901234567000"),
            ("\"a\\u0062\"", "ab"),
            ("\"\"", ""),
        ] {
            assert_eq!(json_key(json), key, "{json}");
        }
    }
}
