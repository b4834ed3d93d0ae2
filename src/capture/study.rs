//! `StudyWish` and `Study`: what the detail pane wants prepared of the selected event, and what was prepared.
//!
//! The pane tells what it shows; the engine's detail worker lays it out, searches it and compares it, however large
//! the message is, and publishes the result as a whole.

use std::sync::Arc;

use super::json_diff::{JsonDiff, Side};
use super::json_tree::{JsonTree, Node, NodeKind, slice};
use super::row::{Detail, Tree};
use super::sheet::{Form, Hits, Sheet};
use crate::directus::snippet::Language;

/// What to compare the selected event with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Against {
    /// The event before that carries the same item of the same collection.
    #[default]
    PreviousOfItem,
    /// The event before of the same subscription.
    PreviousOfSubscription,
    /// The event with this number.
    Event(u64),
}

/// What the detail pane wants prepared beside the detail itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StudyWish {
    /// The text as lines: how it is laid out, and the most bytes of a line.
    pub sheet: Option<(Form, u32)>,
    /// A text to look for in the message; empty for none.
    pub search: String,
    /// A comparison.
    pub against: Option<Against>,
    /// How often the user said to look further for the event to compare with.
    pub patience: u32,
}

/// What was prepared of the selected event. Parts that were not wished for, or are not ready, are missing.
#[derive(Clone, Debug, Default)]
pub struct Study {
    /// The event.
    pub seq: u64,
    /// Its text as lines.
    pub sheet: Option<Arc<Sheet>>,
    /// Where it holds the text looked for.
    pub hits: Option<Arc<Hits>>,
    /// What differs.
    pub comparison: Option<Arc<Comparison>>,
}

/// A comparison of the selected event with another.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// With which.
    pub against: Against,
    /// How it went.
    pub outcome: Outcome,
}

/// How a comparison went.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// Still looking for the other event.
    Looking {
        /// Events passed so far.
        passed: u64,
    },
    /// None was found among the events looked at.
    Missing {
        /// Events passed.
        passed: u64,
        /// There are older ones, if the user wants to go on.
        more: bool,
        /// How patient the user was.
        patience: u32,
    },
    /// These two can't be compared, and why, as a sentence.
    Unfit(String),
    /// Compared.
    Found(Box<Compared>),
}

/// Two values, and what differs.
#[derive(Clone, Debug)]
pub struct Compared {
    /// The number of the older event.
    pub old_seq: u64,
    /// The item both are about; `None` where whole messages were compared.
    pub item: Option<String>,
    /// The older text.
    pub old: (Arc<str>, Arc<JsonTree>),
    /// The selected text.
    pub new: (Arc<str>, Arc<JsonTree>),
    /// What differs.
    pub diff: JsonDiff,
}

impl Compared {
    /// Compares the messages of two events: the row of `item` where both have one, else the whole of each.
    ///
    /// # Errors
    /// A sentence, if one of them can't be compared.
    pub fn of(old: &Detail, new: &Detail, item: Option<&str>) -> Result<Self, String> {
        let (old_tree, new_tree) = (whole_tree(old)?, whole_tree(new)?);
        let row = |detail: &Detail, tree: &JsonTree| item.and_then(|item| row_of(&detail.text, tree, item));
        let rows = row(old, &old_tree).zip(row(new, &new_tree));
        let (old_node, new_node) = rows.unwrap_or((0, 0));
        let diff = JsonDiff::of(
            Side { text: &old.text, tree: &old_tree, node: old_node },
            Side { text: &new.text, tree: &new_tree, node: new_node },
        );
        Ok(Self {
            old_seq: old.row.seq,
            item: item.filter(|_| rows.is_some()).map(str::to_owned),
            old: (Arc::clone(&old.text), old_tree),
            new: (Arc::clone(&new.text), new_tree),
            diff,
        })
    }
}

fn whole_tree(detail: &Detail) -> Result<Arc<JsonTree>, String> {
    let seq = detail.row.seq;
    match &detail.tree {
        Tree::Json(tree) if tree.is_complete() => Ok(Arc::clone(tree)),
        Tree::Json(_) => Err(format!(
            "#{seq} holds more than {} values, too many to compare. Export both and compare the files.",
            super::json_tree::NODE_LIMIT
        )),
        Tree::NotJson(_) => Err(format!("#{seq} is no JSON, so there are no members to compare.")),
        Tree::None => Err(format!("#{seq} carries no message to compare. Choose another event.")),
    }
}

fn members(tree: &JsonTree, parent: usize) -> impl Iterator<Item = (usize, &Node)> {
    tree.children(parent).filter_map(|index| Some((index, tree.nodes().get(index)?)))
}

fn member(text: &str, tree: &JsonTree, parent: usize, key: &str) -> Option<usize> {
    let mut members = members(tree, parent);
    members.find(|(_, node)| super::json_path::name(slice(text, &node.key)) == key).map(|(index, _)| index)
}

/// The rows of a message: its `data`, or the elements of that.
fn rows(text: &str, tree: &JsonTree) -> Vec<usize> {
    let Some(data) = member(text, tree, 0, "data") else { return Vec::new() };
    match tree.nodes().get(data).map(|node| node.kind) {
        Some(NodeKind::Array) => tree.children(data).collect(),
        Some(NodeKind::Object | NodeKind::String | NodeKind::Number) => vec![data],
        Some(NodeKind::Bool | NodeKind::Null) | None => Vec::new(),
    }
}

/// The key of a row as it reads, whether text or number: its `id`, or itself where a delete carries keys only.
fn item_of(text: &str, tree: &JsonTree, row: usize) -> Option<String> {
    let node = tree.nodes().get(row)?;
    let node = match node.kind {
        NodeKind::Object => tree.nodes().get(member(text, tree, row, "id")?)?,
        NodeKind::String | NodeKind::Number => node,
        NodeKind::Array | NodeKind::Bool | NodeKind::Null => return None,
    };
    matches!(node.kind, NodeKind::String | NodeKind::Number)
        .then(|| super::json_path::name(slice(text, &node.value)))
}

/// The item that a message is about, if it is about exactly one.
///
/// # Errors
/// A sentence, if it is about none or several.
pub fn only_item(text: &str, tree: &JsonTree) -> Result<String, String> {
    let rows = rows(text, tree);
    match rows[..] {
        [] => Err("This message carries no row. Compare it with the previous one of its subscription, or with an event of your choice.".to_owned()),
        [row] => item_of(text, tree, row).ok_or_else(|| {
            "The row has no id among its fields, so its earlier states can't be told. Add the field to the subscription's query.".to_owned()
        }),
        _ => Err(format!(
            "This message carries {} rows. Choose an event about one of them, or compare with the previous one of the subscription.",
            rows.len()
        )),
    }
}

/// The row about this item.
#[must_use]
pub fn row_of(text: &str, tree: &JsonTree, item: &str) -> Option<usize> {
    rows(text, tree).into_iter().find(|&row| item_of(text, tree, row).as_deref() == Some(item))
}

/// A form in which the selected event can be copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyForm {
    /// The message as it is.
    Exact,
    /// The value of this node of its tree.
    Value(u32),
    /// These bytes of it, laid out so.
    Part(Form, u32, u32),
    /// The line of the capture file.
    Line,
    /// The message, indented.
    Formatted,
    /// The bytes of the payload, two digits each.
    Hex,
    /// A program that sends it.
    Code(Language),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::json_tree::NODE_LIMIT;
    use crate::capture::row::Row;

    fn detail(seq: u64, text: &str) -> Detail {
        let tree =
            JsonTree::parse(text, NODE_LIMIT).map_or_else(Tree::NotJson, |tree| Tree::Json(Arc::new(tree)));
        Detail { row: Row { seq, ..Row::default() }, text: text.into(), tree, ..Detail::default() }
    }

    fn item(text: &str) -> Result<String, String> {
        only_item(text, &JsonTree::parse(text, NODE_LIMIT).unwrap())
    }

    #[test]
    fn a_message_is_about_its_only_row() {
        assert_eq!(item(r#"{"data":[{"a":1,"id":7}]}"#), Ok("7".to_owned()));
        assert_eq!(item(r#"{"data":["a\u0062"]}"#), Ok("ab".to_owned()), "a delete carries keys");
        assert_eq!(item(r#"{"data":{"id":"x"}}"#), Ok("x".to_owned()), "as does an items reply");
        assert!(item(r#"{"data":[{"id":1},{"id":2}]}"#).unwrap_err().contains("2 rows"));
        assert!(item(r#"{"data":[{"a":1}]}"#).unwrap_err().contains("no id"));
        assert!(item(r#"{"type":"ping"}"#).unwrap_err().contains("no row"));
    }

    #[test]
    fn the_row_with_the_key_is_taken_out_of_many() {
        let old = detail(1, r#"{"event":"init","data":[{"id":1,"a":1},{"id":"2","a":1}]}"#);
        let new = detail(5, r#"{"event":"update","data":[{"id":2,"a":3}]}"#);
        let compared = Compared::of(&old, &new, Some("2")).unwrap();
        assert_eq!((compared.old_seq, compared.item.as_deref()), (1, Some("2")));
        assert_eq!(compared.diff.totals.changed, 2, "the text \"2\" became a number, and a changed");
        let whole = Compared::of(&old, &new, None).unwrap();
        assert_eq!(whole.item, None);
        assert!(whole.diff.totals.all() > 2);
    }

    #[test]
    fn what_can_not_be_compared_says_why() {
        let json = detail(1, "{}");
        let broken = detail(2, "{");
        let nothing = Detail::default();
        assert!(Compared::of(&json, &broken, None).unwrap_err().contains("#2 is no JSON"));
        assert!(Compared::of(&nothing, &json, None).unwrap_err().contains("no message"));
    }
}
