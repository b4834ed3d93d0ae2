//! Conditions on a JSON path (RFC 9535 without the leading `$`), such as `data[0].status = "draft"`.

use std::cmp::Ordering;

use memchr::memmem::{self, Finder};
use serde_json::{Number, Value};
use serde_json_path::JsonPath;

use super::ast::Comparison;
use super::text::{Needle, Pattern};
use crate::capture::json_query::json_query;

/// A path and what is asked of the nodes it finds: one that satisfies is enough.
#[derive(Clone, Debug)]
pub(super) struct PathTerm {
    pub(super) text: String,
    query: JsonPath,
    pub(super) test: Test,
    /// What must stand in the escaped payload for a node to be found, unless the message itself uses escapes.
    needed: Vec<Finder<'static>>,
}

impl PartialEq for PathTerm {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text && self.test == other.test
    }
}

/// What is asked of a node.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Test {
    /// Nothing: it is there.
    Exists,
    /// It compares so to a value.
    Compares(Comparison, Value),
    /// It is a text that holds this one, smart-case, or an array with such an element.
    Contains(Needle, Value),
    /// It is a text that this expression matches.
    Matches(Pattern),
}

/// A path as far as it was read.
pub(super) struct Scanned {
    /// Bytes it takes.
    pub(super) length: usize,
    /// Names of members without which it finds nothing.
    pub(super) names: Vec<String>,
    /// `..` in it.
    pub(super) descents: usize,
}

/// Reads a path at the beginning of `text`. `None` where there is none.
pub(super) fn scan(text: &str) -> Option<Scanned> {
    let mut scanned = Scanned { length: 0, names: Vec::new(), descents: 0 };
    let mut rest = text.strip_prefix('$').unwrap_or(text);
    let mut first = rest.len() == text.len();
    loop {
        let (behind, name) = if rest.starts_with('[') {
            bracket(rest, &mut scanned)?
        } else if let Some(descent) = rest.strip_prefix("..") {
            scanned.descents += 1;
            if descent.starts_with('[') { bracket(descent, &mut scanned)? } else { member(descent)? }
        } else if let Some(child) = rest.strip_prefix('.') {
            member(child)?
        } else if first {
            member(rest)?
        } else {
            break;
        };
        first = false;
        scanned.names.extend(name);
        rest = behind;
    }
    scanned.length = text.len() - rest.len();
    Some(scanned)
}

/// What follows a step of a path, and the name without which the step leads nowhere.
type Step<'t> = (&'t str, Option<String>);

fn member(text: &str) -> Option<Step<'_>> {
    if let Some(rest) = text.strip_prefix('*') {
        return Some((rest, None));
    }
    let starts = |letter: char| letter.is_ascii_alphabetic() || letter == '_' || !letter.is_ascii();
    if !text.starts_with(starts) {
        return None;
    }
    let end = text.find(|letter: char| !starts(letter) && !letter.is_ascii_digit()).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    Some((rest, Some(name.to_owned())))
}

/// Passes over `[…]`, whatever it holds: the path's own reader judges that.
fn bracket<'t>(text: &'t str, scanned: &mut Scanned) -> Option<Step<'t>> {
    let mut open = 0_usize;
    let mut quote = None;
    let mut escaped = false;
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(mark), _) if mark == letter => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(letter),
            (None, '[' | '(') => open += 1,
            (None, ']' | ')') => {
                open = open.saturating_sub(1);
                if open == 0 {
                    let (inside, rest) = (text.get(1..at)?, text.get(at + 1..)?);
                    scanned.descents += inside.matches("..").count();
                    return Some((rest, only_name(inside)));
                }
            }
            (None, _) => {}
        }
        // The path's reader recurses, and a filter is typed by hand.
        if open > 16 {
            return None;
        }
    }
    None
}

fn only_name(inside: &str) -> Option<String> {
    let trimmed = inside.trim();
    let name = [('"', '"'), ('\'', '\'')]
        .iter()
        .find_map(|(open, close)| trimmed.strip_prefix(*open)?.strip_suffix(*close))?;
    (!name.contains(['"', '\'', '\\'])).then(|| name.to_owned())
}

impl PathTerm {
    /// A condition on the path `text`, which was scanned as `scanned`.
    ///
    /// # Errors
    /// Why the path can't be read, and the byte of `text` at which.
    pub(super) fn new(text: &str, scanned: &Scanned, test: Test) -> Result<Self, (usize, String)> {
        let query = json_query(text)?;
        let mut needed: Vec<String> = scanned.names.clone();
        if let Test::Compares(Comparison::Equal, Value::String(value)) = &test {
            needed.push(value.clone());
        }
        let needed = needed.iter().filter_map(|word| quoted_twice(word)).collect();
        Ok(Self { text: text.to_owned(), query, test, needed })
    }

    /// Whether the payload, as it is escaped in the file, may satisfy it: cheap, and never wrong about `false`.
    pub(super) fn is_possible(&self, inside: &[u8]) -> bool {
        self.needed.iter().all(|needed| needed.find(inside).is_some())
            // A message with escapes of its own may spell a name in another way.
            || memmem::find(inside, br"\\").is_some()
    }

    /// Whether a node that the path finds satisfies.
    pub(super) fn is_true(&self, document: &Value) -> bool {
        self.query.query(document).iter().any(|node| self.test.accepts(node))
    }
}

/// A text as a JSON string inside a JSON string; `None` if that could be written in several ways.
fn quoted_twice(word: &str) -> Option<Finder<'static>> {
    let plain = |letter: char| !letter.is_control() && !matches!(letter, '"' | '\\');
    word.chars().all(plain).then(|| Finder::new(&format!("\\\"{word}\\\"")).into_owned())
}

impl Test {
    fn accepts(&self, node: &Value) -> bool {
        match self {
            Self::Exists => true,
            Self::Compares(Comparison::Unequal, value) => compare(node, value) != Some(Ordering::Equal),
            Self::Compares(comparison, value) => {
                compare(node, value).is_some_and(|order| comparison.holds(order))
            }
            Self::Contains(needle, value) => match node {
                Value::String(text) => needle.is_in(text.as_bytes()),
                Value::Array(elements) => {
                    elements.iter().any(|element| compare(element, value) == Some(Ordering::Equal))
                }
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
            },
            Self::Matches(pattern) => node.as_str().is_some_and(|text| pattern.is_in(text.as_bytes())),
        }
    }
}

/// How a node compares to a value; `None` for different sorts. `true` and `null` are only equal or not.
fn compare(node: &Value, value: &Value) -> Option<Ordering> {
    match (node, value) {
        (Value::Number(left), Value::Number(right)) => compare_numbers(left, right),
        (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
        (left, right) => (left == right).then_some(Ordering::Equal),
    }
}

fn compare_numbers(left: &Number, right: &Number) -> Option<Ordering> {
    match (left.as_i128(), right.as_i128()) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        // One of them is a fraction, or too large to be told apart from its neighbours anyway.
        _ => left.as_f64()?.partial_cmp(&right.as_f64()?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn term(path: &str, test: Test) -> PathTerm {
        let scanned = scan(path).unwrap();
        assert_eq!(scanned.length, path.len(), "{path}");
        PathTerm::new(path, &scanned, test).unwrap()
    }

    #[test]
    fn paths_end_where_they_end() {
        for (text, path) in [
            ("data[0].status = 1", "data[0].status"),
            ("data.*.price>10", "data.*.price"),
            ("data..id = 1", "data..id"),
            ("$.a[?(@.b == ']')].c)", "$.a[?(@.b == ']')].c"),
            ("['a b'].c x", "['a b'].c"),
            ("*.x", "*.x"),
            ("..x", "..x"),
            ("ünï=1", "ünï"),
            ("a-b", "a"),
            ("$ = 1", "$"),
        ] {
            assert_eq!(&text[..scan(text).unwrap().length], path, "{text}");
        }
        for text in ["5", "data[0", "-x", "a.", "", "\"a\""] {
            assert!(scan(text).is_none(), "{text}");
        }
        assert!(scan(&format!("a{}", "[".repeat(10_000))).is_none());
    }

    #[test]
    fn one_node_is_enough() {
        let document = json!({"data": [{"id": 1, "price": 5.5}, {"id": 2, "price": 20}], "tags": ["a", 7]});
        let compares = |path: &str, comparison, value: Value| {
            term(path, Test::Compares(comparison, value)).is_true(&document)
        };
        assert!(compares("data.*.price", Comparison::Greater, json!(10)));
        assert!(!compares("data.*.price", Comparison::Greater, json!(20)));
        assert!(compares("data..id", Comparison::Equal, json!(2.0)));
        assert!(compares("data.*.id", Comparison::Unequal, json!(2)));
        assert!(!compares("absent", Comparison::Unequal, json!(2)));
        assert!(compares("data[0].id", Comparison::Unequal, json!("1")));
        assert!(term("['tags']", Test::Contains(Needle::new("7").unwrap(), json!(7))).is_true(&document));
        assert!(term("data[?@.id == 2].price", Test::Exists).is_true(&document));
    }

    #[test]
    fn large_numbers_stay_apart() {
        let number = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        let (less, more) = (number("18446744073709551614"), number("18446744073709551615"));
        assert_eq!(compare(&less, &more), Some(Ordering::Less));
        assert_eq!(compare(&number("1.5"), &number("1")), Some(Ordering::Greater));
    }

    #[test]
    fn the_way_a_message_spells_a_name_does_not_matter() {
        let term = term("data.status", Test::Compares(Comparison::Equal, json!("draft")));
        let inside = |payload: &str| {
            let quoted = serde_json::to_string(payload).unwrap();
            quoted[1..quoted.len() - 1].to_owned()
        };
        assert!(term.is_possible(inside(r#"{"data":{"status":"draft"}}"#).as_bytes()));
        assert!(term.is_possible(inside(r#"{"data":{"st\u0061tus":"draft"}}"#).as_bytes()));
        assert!(!term.is_possible(inside(r#"{"data":{"status":"public"}}"#).as_bytes()));
    }
}
