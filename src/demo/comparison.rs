//! How values compare, as a database compares them.

use std::cmp::Ordering;

use serde_json::Value;

/// The order of two values; `None` when one is null, which compares with nothing.
pub(super) fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    if left.is_null() || right.is_null() {
        return None;
    }
    if let (Some(left), Some(right)) = (number(left), number(right)) {
        return left.partial_cmp(&right);
    }
    let (left, right) = (text(left), text(right));
    if let (Ok(left), Ok(right)) = (left.parse::<jiff::Timestamp>(), right.parse::<jiff::Timestamp>()) {
        return Some(left.cmp(&right));
    }
    Some(left.cmp(&right))
}

/// The order of two values in a sorted result: null before all else.
pub(super) fn compare_sorted(left: &Value, right: &Value) -> Ordering {
    match (left.is_null(), right.is_null()) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => compare(left, right).unwrap_or(Ordering::Equal),
    }
}

/// The text of a value, as a database would cast it.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(flag) => String::from(if *flag { "1" } else { "0" }),
        other => other.to_string(),
    }
}

/// The number in a value. Booleans are 0 and 1, as in the lab's database.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::Bool(flag) => Some(f64::from(u8::from(*flag))),
        Value::String(text) if text == "true" => Some(1.0),
        Value::String(text) if text == "false" => Some(0.0),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}
