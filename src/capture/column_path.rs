//! `ColumnPath`: what a column of the log shows of each message, by a JSON path.

use serde_json::Value;
use serde_json_path::JsonPath;

use super::json_query::json_query;
use crate::directus::shown;

/// Longest payload that is parsed for a column, bytes: a larger one would keep the rows of the screen waiting.
pub const COLUMN_LIMIT: usize = 4 * 1024 * 1024;
/// Characters of a value that are kept.
const WIDTH: usize = 120;
/// Values shown where a path finds several.
const SEVERAL: usize = 8;

/// A JSON path as RFC 9535 has it, without the `$` in front: `data[0].status`.
#[derive(Clone, Debug)]
pub struct ColumnPath {
    text: String,
    path: JsonPath,
}

/// Why a text is no path. Prints as a sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// Nothing was typed.
    #[error("Type a path such as data[0].status")]
    Empty,
    /// The parser refused it.
    #[error("This is no JSON path at character {at}: {problem}")]
    Syntax {
        /// Which character, from 1.
        at: usize,
        /// What is wrong there.
        problem: String,
    },
}

impl PartialEq for ColumnPath {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for ColumnPath {}

impl ColumnPath {
    /// Reads a path; a `$` in front is allowed.
    ///
    /// # Errors
    /// Where and why the text is no path.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        let text = text.trim();
        let bare = text.strip_prefix('$').unwrap_or(text);
        if bare.is_empty() {
            return Err(PathError::Empty);
        }
        match json_query(text) {
            Ok(path) => Ok(Self { text: bare.trim_start_matches('.').to_owned(), path }),
            Err((byte, problem)) => {
                let before = text.get(..byte).unwrap_or(text).chars().count();
                Err(PathError::Syntax { at: before + 1, problem })
            }
        }
    }

    /// The path as the user reads it, without `$`.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What it finds in a parsed payload, safe to show; empty for nothing.
    #[must_use]
    pub fn value(&self, payload: &Value) -> String {
        let found = self.path.query(payload).all();
        let mut line = String::new();
        for (number, value) in found.iter().enumerate() {
            if number == SEVERAL {
                line.push_str(", …");
                break;
            }
            if number > 0 {
                line.push_str(", ");
            }
            match value {
                Value::String(text) => line.push_str(text),
                other => line.push_str(&other.to_string()),
            }
        }
        if let Some((end, _)) = line.char_indices().nth(WIDTH) {
            line.truncate(end);
            line.push('…');
        }
        shown(&line).into_owned()
    }
}

/// What each of `paths` finds in a payload: one text a path.
#[must_use]
pub fn values(paths: &[ColumnPath], payload: &str) -> Vec<String> {
    if paths.is_empty() {
        return Vec::new();
    }
    if payload.len() > COLUMN_LIMIT {
        return vec!["too large".to_owned(); paths.len()];
    }
    match serde_json::from_str::<Value>(payload) {
        Ok(value) => paths.iter().map(|path| path.value(&value)).collect(),
        Err(_) => vec![String::new(); paths.len()],
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FRAME: &str = r#"{"type":"subscription","data":[{"id":1,"status":"draft","n":1.50},{"id":2,"status":"o\u202ek"}],"uid":7}"#;

    fn found(path: &str) -> String {
        values(&[ColumnPath::parse(path).unwrap()], FRAME).remove(0)
    }

    #[test]
    fn a_path_finds_what_the_standard_says() {
        for (path, text) in [
            ("data[0].status", "draft"),
            ("$.data[0].status", "draft"),
            ("data[-1].id", "2"),
            ("data[*].id", "1, 2"),
            ("data.*.id", "1, 2"),
            ("uid", "7"),
            ("..id", "1, 2"),
            ("['type']", "subscription"),
            ("data[1].status", "o\\u{202e}k"),
            ("nothing.here", ""),
        ] {
            assert_eq!(found(path), text, "{path}");
        }
    }

    #[test]
    fn a_wrong_path_says_where() {
        assert_eq!(ColumnPath::parse(" $ ").unwrap_err(), PathError::Empty);
        for (text, at) in [("data[", 5), ("data[0]x", 8), ("$.data[0]x", 10), ("ünï[0]x", 7)] {
            let PathError::Syntax { at: found, .. } = ColumnPath::parse(text).unwrap_err() else { panic!() };
            assert_eq!(found, at, "{text}");
        }
    }

    #[test]
    fn a_payload_that_is_no_json_or_too_large_is_told_apart() {
        let paths = [ColumnPath::parse("a").unwrap(), ColumnPath::parse("b").unwrap()];
        assert_eq!(values(&paths, "nope"), ["", ""]);
        let large = format!(r#"{{"a":"{}"}}"#, "x".repeat(COLUMN_LIMIT));
        assert_eq!(values(&paths, &large), ["too large", "too large"]);
        let long = format!(r#"{{"a":"{}"}}"#, "ü".repeat(500));
        assert_eq!(values(&paths, &long)[0].chars().count(), WIDTH + 1);
    }

    proptest! {
        #[test]
        fn any_text_is_a_path_or_refused(text in ".{0,30}") {
            if let Ok(path) = ColumnPath::parse(&text) {
                let again = ColumnPath::parse(path.text());
                prop_assert!(again.is_ok(), "{} became {}", text, path.text());
            }
        }
    }
}
