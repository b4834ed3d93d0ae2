//! JSON with holes. In a pattern, a string is
//!
//! | written | matches |
//! |---|---|
//! | `"*"` | anything |
//! | `"=name"` | anything, and remembers it |
//! | `"~text"` | a string that begins so |
//! | `"$name"` | what was remembered; `"$name:text"` its text |
//!
//! and `"..": true` in an object allows other keys. Everything else must be equal, keys and lengths included:
//! that a key is absent is half of what the cases are about.

use std::collections::HashMap;

use serde_json::Value;

/// What `"=name"` remembered within one case.
#[derive(Debug, Default)]
pub struct Captures(HashMap<String, Value>);

impl Captures {
    /// The value with every `"$name"` filled in. Panics on a name that nothing captured: the case is wrong.
    pub fn fill(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => match text.strip_prefix('$') {
                Some(name) => match name.strip_suffix(":text") {
                    Some(name) => Value::String(self.text(name)),
                    None => self.get(name).clone(),
                },
                None => value.clone(),
            },
            Value::Array(items) => items.iter().map(|item| self.fill(item)).collect(),
            Value::Object(map) => map.iter().map(|(key, item)| (key.clone(), self.fill(item))).collect(),
            _ => value.clone(),
        }
    }

    /// A path or query with every `$name` filled in.
    pub fn fill_path(&self, path: &str) -> String {
        let mut filled = path.to_owned();
        for name in self.0.keys() {
            filled = filled.replace(&format!("${name}"), &self.text(name));
        }
        filled
    }

    /// Whether `value` fits; remembers only if it does.
    pub fn matches(&mut self, pattern: &Value, value: &Value) -> bool {
        let mut found = Vec::new();
        let fits = fits(&self.fill(pattern), value, &mut found);
        if fits {
            self.0.extend(found);
        }
        fits
    }

    fn get(&self, name: &str) -> &Value {
        self.0.get(name).unwrap_or_else(|| panic!("the case uses ${name} before anything captured it"))
    }

    fn text(&self, name: &str) -> String {
        match self.get(name) {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        }
    }
}

fn fits(pattern: &Value, value: &Value, found: &mut Vec<(String, Value)>) -> bool {
    match (pattern, value) {
        (Value::String(text), _) if text == "*" => true,
        (Value::String(text), _) if text.starts_with('=') => {
            found.push((text[1..].to_owned(), value.clone()));
            true
        }
        (Value::String(text), _) if text.starts_with('~') => {
            value.as_str().is_some_and(|value| value.starts_with(&text[1..]))
        }
        (Value::Array(patterns), Value::Array(values)) => {
            patterns.len() == values.len()
                && patterns.iter().zip(values).all(|(pattern, value)| fits(pattern, value, found))
        }
        (Value::Object(patterns), Value::Object(values)) => {
            let is_open = patterns.contains_key("..");
            patterns
                .iter()
                .filter(|(key, _)| *key != "..")
                .all(|(key, pattern)| values.get(key).is_some_and(|value| fits(pattern, value, found)))
                && (is_open || values.keys().all(|key| patterns.contains_key(key)))
        }
        _ => pattern == value,
    }
}

#[test]
fn patterns_are_exact_but_for_their_holes() {
    use serde_json::json;
    let mut captures = Captures::default();
    assert!(captures.matches(&json!({"id": "=id", "text": "~He"}), &json!({"id": 7, "text": "Hello"})));
    assert_eq!(captures.fill(&json!(["$id", "$id:text"])), json!([7, "7"]));
    assert_eq!(captures.fill_path("/items/messages/$id"), "/items/messages/7");
    for (pattern, value) in [
        (json!({"a": 1}), json!({"a": 1, "uid": "x"})),
        (json!({"a": 1, "uid": "*"}), json!({"a": 1})),
        (json!([1]), json!([1, 2])),
        (json!("7"), json!(7)),
        (json!("$id:text"), json!(7)),
        (json!("~He"), json!(1)),
        (json!({"a": "=b", "c": 1}), json!({"a": 1, "c": 2})),
    ] {
        assert!(!captures.matches(&pattern, &value), "{pattern} {value}");
    }
    assert!(captures.matches(&json!({"a": 1, "..": true}), &json!({"b": 2, "a": 1})));
    assert!(!captures.0.contains_key("b"), "a pattern that failed must not remember");
}
