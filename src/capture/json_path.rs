//! Where a node stands, as an RFC 9535 path: `$.data[0].status`.

use std::fmt::Write as _;

use super::json_tree::{JsonTree, NodeKind};
use crate::directus::Json;

/// The path from the root to the node `index`, in the short form where the names allow it. A name that stands twice in
/// its object gives the path that finds both: RFC 9535 has no other.
#[must_use]
pub fn path_of(text: &str, tree: &JsonTree, index: usize) -> String {
    let mut path = "$".to_owned();
    let ancestry = tree.ancestry(index);
    for pair in ancestry.windows(2) {
        let &[parent, child] = pair else { continue };
        let Some(node) = tree.nodes().get(child) else { break };
        if tree.nodes().get(parent).is_some_and(|parent| parent.kind == NodeKind::Array) {
            // Writing to a String cannot fail.
            let _ = write!(path, "[{}]", tree.place(parent, child));
        } else {
            push_name(&mut path, &name(super::json_tree::slice(text, &node.key)));
        }
    }
    path
}

/// A key as it reads, without its quotes and escapes.
#[must_use]
pub fn name(key: &str) -> String {
    if !key.contains('\\') {
        return key.trim_matches('"').to_owned();
    }
    Json::parse(key).and_then(|json| json.text()).unwrap_or_default()
}

fn push_name(path: &mut String, name: &str) {
    let starts = |letter: char| letter == '_' || letter.is_ascii_alphabetic() || !letter.is_ascii();
    let goes_on = |letter: char| starts(letter) || letter.is_ascii_digit();
    if name.starts_with(starts) && name.chars().all(goes_on) {
        path.push('.');
        path.push_str(name);
        return;
    }
    path.push_str("['");
    for letter in name.chars() {
        match letter {
            '\'' => path.push_str("\\'"),
            '\\' => path.push_str("\\\\"),
            '\n' => path.push_str("\\n"),
            '\r' => path.push_str("\\r"),
            '\t' => path.push_str("\\t"),
            control if control < ' ' => {
                let _ = write!(path, "\\u{:04x}", u32::from(control));
            }
            other => path.push(other),
        }
    }
    path.push_str("']");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::json_tree::{NODE_LIMIT, slice};

    #[test]
    fn short_names_have_short_paths() {
        let text = r#"{"data":[1,{"a b":{"c'\\":true,"":0,"ä":1,"9":2,"x\n":3}}]}"#;
        let tree = JsonTree::parse(text, NODE_LIMIT).unwrap();
        let paths: Vec<_> = (0..tree.nodes().len()).map(|index| path_of(text, &tree, index)).collect();
        assert_eq!(
            paths,
            [
                "$",
                "$.data",
                "$.data[0]",
                "$.data[1]",
                "$.data[1]['a b']",
                r"$.data[1]['a b']['c\'\\']",
                "$.data[1]['a b']['']",
                "$.data[1]['a b'].ä",
                "$.data[1]['a b']['9']",
                r"$.data[1]['a b']['x\n']",
            ]
        );
    }

    fn json() -> impl proptest::strategy::Strategy<Value = serde_json::Value> {
        use proptest::prelude::*;
        let leaf = prop_oneof![Just(serde_json::Value::Null), any::<u16>().prop_map(Into::into)];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
                proptest::collection::btree_map("[a-c'\\\\\"\n .é\u{1}]{0,3}", inner, 0..4)
                    .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest::proptest! {
        /// What another implementation of RFC 9535 finds by the path is the node.
        #[test]
        fn the_path_finds_the_node(value in json()) {
            let text = value.to_string();
            let tree = JsonTree::parse(&text, NODE_LIMIT).unwrap();
            for (index, node) in tree.nodes().iter().enumerate() {
                let path = path_of(&text, &tree, index);
                let query = serde_json_path::JsonPath::parse(&path).unwrap();
                let found = query.query(&value).exactly_one().unwrap();
                proptest::prop_assert_eq!(&found.to_string(), slice(&text, &node.value), "{}", path);
            }
        }
    }
}
