//! The query of a URL as the `query` of a message.

use serde_json::{Map, Value};

/// Puts `limit=2`, `fields[]=id`, `filter[id][_eq]=1` and the like together. The values stay text: the rules for
/// the string forms read them (reference 4.1).
pub(super) fn parse(query: &str) -> Value {
    let mut root = Value::Object(Map::new());
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        if name != "access_token" {
            let mut steps = name.split('[').map(|step| step.trim_end_matches(']'));
            if let Some(first) = steps.next() {
                let steps: Vec<&str> = std::iter::once(first).chain(steps).collect();
                put(&mut root, &steps, &value);
            }
        }
    }
    root
}

fn put(place: &mut Value, steps: &[&str], value: &str) {
    let Some((step, rest)) = steps.split_first() else {
        *place = Value::from(value);
        return;
    };
    if step.is_empty() || (step.parse::<usize>().is_ok() && !place.is_object()) {
        if !place.is_array() {
            *place = Value::Array(Vec::new());
        }
        if let Value::Array(items) = place {
            let mut item = Value::Null;
            put(&mut item, rest, value);
            items.push(item);
        }
        return;
    }
    if !place.is_object() {
        *place = Value::Object(Map::new());
    }
    if let Value::Object(keys) = place {
        put(keys.entry((*step).to_owned()).or_insert(Value::Null), rest, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn brackets_make_objects_and_lists() {
        let query =
            "access_token=t&limit=2&fields[]=id&fields[]=text&filter[user][_eq]=A%20b&filter[_or][0][id]=1";
        let parsed = json!({
            "limit": "2", "fields": ["id", "text"],
            "filter": {"user": {"_eq": "A b"}, "_or": [{"id": "1"}]},
        });
        assert_eq!(parse(query), parsed);
    }
}
