//! Cases and properties of `JsonDiff`.

use proptest::prelude::*;
use serde_json::Value;

use super::json_diff::{Change, ChangeKind, JsonDiff, Side};
use super::json_path::name;
use super::json_tree::{JsonTree, NODE_LIMIT, slice};

/// Both sides and what differs.
struct Compared {
    old: (String, JsonTree),
    new: (String, JsonTree),
    diff: JsonDiff,
}

fn compare(old: &str, new: &str) -> Compared {
    let tree = |text: &str| JsonTree::parse(text, NODE_LIMIT).unwrap();
    let (old, new) = ((old.to_owned(), tree(old)), (new.to_owned(), tree(new)));
    let diff = JsonDiff::of(
        Side { text: &old.0, tree: &old.1, node: 0 },
        Side { text: &new.0, tree: &new.1, node: 0 },
    );
    Compared { old, new, diff }
}

fn part((text, tree): &(String, JsonTree), node: u32) -> (&str, &str) {
    let node = &tree.nodes()[usize::try_from(node).unwrap()];
    (slice(text, &node.key), slice(text, &node.value))
}

impl Compared {
    fn line(&self, change: &Change) -> String {
        let old = change.old.map(|node| part(&self.old, node));
        let new = change.new.map(|node| part(&self.new, node));
        let label = new.or(old).map(|(key, _)| key.trim_matches('"')).unwrap_or_default();
        let place = |place: Option<u32>| place.map(|place| format!("[{place}]")).unwrap_or_default();
        let (old, new) = (old.map_or("", |(_, value)| value), new.map_or("", |(_, value)| value));
        let (from, to) = (place(change.old_place), place(change.new_place));
        let moved = if change.moved { format!(" {from} to {to}") } else { String::new() };
        let label = if label.is_empty() && to.is_empty() { from.clone() } else { format!("{label}{to}") };
        let indent = "  ".repeat(usize::try_from(change.depth).unwrap());
        match change.kind {
            ChangeKind::Same => format!("{indent}  {label}"),
            ChangeKind::Run => format!("{indent}= {}", change.count),
            ChangeKind::Moved => format!("{indent}> {from} to {to}"),
            ChangeKind::Respelled => format!("{indent}~ {label} {old} {new}{moved}"),
            ChangeKind::Changed => format!("{indent}! {label} {old} {new}{moved}"),
            ChangeKind::Added => format!("{indent}+ {label} {new}"),
            ChangeKind::Removed => format!("{indent}- {label} {old}"),
            ChangeKind::Inside => format!("{indent}@ {label} {}{moved}", change.count),
        }
    }

    fn lines(&self) -> Vec<String> {
        self.diff.changes.iter().map(|change| self.line(change).trim_end().to_owned()).collect()
    }

    /// The new value, made of the old one and what is said to differ.
    fn rebuilt(&self) -> Value {
        self.value(0).unwrap()
    }

    fn value(&self, at: usize) -> Option<Value> {
        let change = &self.diff.changes[at];
        let parse = |text: &str| serde_json::from_str(text).unwrap();
        match change.kind {
            ChangeKind::Removed | ChangeKind::Run => None,
            ChangeKind::Same | ChangeKind::Moved => Some(parse(part(&self.old, change.old?).1)),
            ChangeKind::Respelled | ChangeKind::Changed | ChangeKind::Added => {
                Some(parse(part(&self.new, change.new?).1))
            }
            ChangeKind::Inside => {
                let children = self.children(at);
                if part(&self.new, change.new?).1.starts_with('[') {
                    return Some(Value::Array(
                        children.into_iter().filter_map(|at| self.value(at)).collect(),
                    ));
                }
                let key = |at: usize| name(part(&self.new, self.diff.changes[at].new.unwrap()).0);
                let members = children.into_iter().filter_map(|at| Some((at, self.value(at)?)));
                Some(Value::Object(members.map(|(at, value)| (key(at), value)).collect()))
            }
        }
    }

    /// The changes directly inside, those of runs among them.
    fn children(&self, at: usize) -> Vec<usize> {
        let end = usize::try_from(self.diff.changes[at].after).unwrap();
        let mut children = Vec::new();
        let mut next = at + 1;
        while next < end {
            if self.diff.changes[next].kind == ChangeKind::Run {
                next += 1;
                continue;
            }
            children.push(next);
            next = usize::try_from(self.diff.changes[next].after).unwrap();
        }
        children
    }
}

#[test]
fn an_update_shows_what_changed_and_counts_the_rest() {
    let compared = compare(
        r#"{"id":4711,"status":"draft","total":90.00,"lines":[1,2],"gone":null,"same":{}}"#,
        r#"{"status":"open","id":4711,"total":90,"lines":[1,2,3],"same":{ },"new":true}"#,
    );
    assert_eq!(
        compared.lines(),
        [
            "@  5",
            "  ! status \"draft\" \"open\"",
            "  = 1",
            "    id",
            "  ~ total 90.00 90",
            "  @ lines 1",
            "    = 2",
            "      [0]",
            "      [1]",
            "    + [2] 3",
            "  = 1",
            "    same",
            "  + new true",
            "  - gone null",
        ]
    );
    let totals = compared.diff.totals;
    assert_eq!((totals.added, totals.removed, totals.changed, totals.respelled), (2, 1, 1, 1));
}

#[test]
fn rows_are_matched_by_their_key_wherever_they_stand() {
    let compared = compare(
        r#"[{"id":1,"a":1},{"id":2,"a":1},{"id":3,"a":1}]"#,
        r#"[{"id":3,"a":1},{"id":1,"a":2},{"id":4,"a":1}]"#,
    );
    assert_eq!(
        compared.lines(),
        [
            "@  4",
            "  > [2] to [0]",
            "  @ [1] 1",
            "    = 1",
            "      id",
            "    ! a 1 2",
            "  + [2] {\"id\":4,\"a\":1}",
            "  - [1] {\"id\":2,\"a\":1}",
        ]
    );
}

#[test]
fn spelling_is_no_change_of_value() {
    assert_eq!(compare(r#"["\u00e4"]"#, r#"["ä"]"#).lines(), ["@  1", r#"  ~ [0] "\u00e4" "ä""#]);
    assert_eq!(compare(r#"["\ud800"]"#, r#"["\udc00"]"#).diff.totals.changed, 1);
    assert_eq!(compare("[1, 2]", "[1,2]").lines(), [""], "blanks say nothing");
    assert_eq!(compare("1", "1").lines(), [""]);
    assert_eq!(compare("{}", "[]").diff.totals.changed, 1);
}

#[test]
fn keys_that_stand_twice_are_compared_one_by_one() {
    let compared = compare(r#"{"a":1,"a":2}"#, r#"{"a":1,"a":3}"#);
    assert_eq!(compared.lines()[3..], ["  ! a 2 3"]);
}

#[test]
fn depth_and_size_are_no_danger() {
    let deep = |inner: &str| "[".repeat(5_000) + inner + &"]".repeat(5_000);
    assert_eq!(compare(&deep("1"), &deep("2")).diff.totals.changed, 1);
    let wide = |add: usize| {
        let numbers: Vec<String> = (add..60_000 + add).map(|number| number.to_string()).collect();
        format!("[{}]", numbers.join(","))
    };
    let totals = compare(&wide(0), &wide(1)).diff.totals;
    assert_eq!((totals.added, totals.removed, totals.changed), (1, 1, 0), "long lists keep what they share");
    let totals = compare(&wide(0), &wide(100_000)).diff.totals;
    assert_eq!(
        (totals.changed, totals.all()),
        (60_000, 60_000),
        "what shares nothing is compared place by place"
    );
    let many = format!("[{}1]", "0,".repeat(5_000));
    let compared = compare(&many, &many.replace("1]", "2]"));
    assert_eq!(compared.diff.changes[1].count, 5_000);
    assert_eq!(compared.diff.changes.len(), 1_003, "a run lists only its beginning");
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0_u8..5).prop_map(Value::from),
        "[ab]{0,2}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::btree_map("(id|a|b|c\")", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn nothing_differs_from_itself(value in json()) {
        let compared = compare(&value.to_string(), &serde_json::to_string_pretty(&value).unwrap());
        prop_assert_eq!(compared.diff.totals.all(), 0);
        prop_assert_eq!(compared.diff.changes.len(), 1);
    }

    #[test]
    fn the_changes_make_the_new_of_the_old(old in json(), new in json()) {
        let compared = compare(&old.to_string(), &new.to_string());
        prop_assert_eq!(compared.rebuilt(), new.clone());
        prop_assert_eq!(compared.diff.totals.all() == 0, old == new);
    }

    #[test]
    fn every_change_knows_where_it_ends(old in json(), new in json()) {
        let changes = compare(&old.to_string(), &new.to_string()).diff.changes;
        for (at, change) in changes.iter().enumerate() {
            let after = usize::try_from(change.after).unwrap();
            prop_assert!(after > at && after <= changes.len());
            let is_container = matches!(change.kind, ChangeKind::Inside | ChangeKind::Run);
            prop_assert!(is_container || after == at + 1);
        }
    }
}
