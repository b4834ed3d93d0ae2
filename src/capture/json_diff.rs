//! `JsonDiff`: what differs between two JSON values, by meaning and not by text.
//!
//! Members of objects are matched by their key, elements of arrays by a key field if all have one, else by their longest
//! common subsequence. The order of members and blanks say nothing; the digits of numbers are compared as decimals of
//! any length. A change is only a pair of node numbers, so the exact text of both sides is always at hand.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::array_match::{Step, by_anchor, by_key, by_sequence};
use super::decimal::same_number;
use super::json_path::name;
use super::json_tree::{JsonTree, Node, NodeKind, slice};

/// How two values at one place relate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// Equal.
    Same,
    /// Several equal neighbours, listed inside.
    Run,
    /// Equal, but at another place of its array.
    Moved,
    /// One number or text in two spellings: `1.0` and `1`.
    Respelled,
    /// Another value.
    Changed,
    /// Only in the new one.
    Added,
    /// Only in the old one.
    Removed,
    /// A container with changes inside.
    Inside,
}

/// A line of the difference: a value of the old side, of the new side, or both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// How they relate.
    pub kind: ChangeKind,
    /// 0 for the values compared.
    pub depth: u32,
    /// The node of the old tree.
    pub old: Option<u32>,
    /// The node of the new tree.
    pub new: Option<u32>,
    /// Its place in the old array, from 0.
    pub old_place: Option<u32>,
    /// Its place in the new array, from 0.
    pub new_place: Option<u32>,
    /// Also stands at another place of its array than before.
    pub moved: bool,
    /// Of a run: its values, listed or not. Of a container: the changes inside, at any depth.
    pub count: u32,
    /// Index of the first change after this one and all inside it.
    pub after: u32,
}

/// How much differs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Values only in the new one.
    pub added: u32,
    /// Values only in the old one.
    pub removed: u32,
    /// Other values.
    pub changed: u32,
    /// Other spellings.
    pub respelled: u32,
    /// Other places.
    pub moved: u32,
}

impl Totals {
    /// All of them.
    #[must_use]
    pub fn all(&self) -> u32 {
        self.added + self.removed + self.changed + self.respelled + self.moved
    }
}

/// What differs, as a flat list, a container before what is inside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JsonDiff {
    /// The lines; the first is about the values compared.
    pub changes: Vec<Change>,
    /// How much differs.
    pub totals: Totals,
}

/// One of the two sides.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// The text.
    pub text: &'a str,
    /// Its tree.
    pub tree: &'a JsonTree,
    /// The node to compare.
    pub node: usize,
}

/// Deeper than this, values are compared by their text: the walk is recursive.
const DEEPEST: u32 = 128;
/// Equal values of a run that are listed.
const LISTED: u32 = 1_000;
/// Steps that longest common subsequences may take in one comparison, a second or so: they grow with the square of what is
/// compared. Arrays beyond that are matched by their equal elements.
const SEQUENCE_STEPS: u64 = 100_000_000;
/// Fields that may tell the elements of an array apart, in this order.
const KEYS: [&str; 5] = ["id", "uuid", "key", "code", "slug"];

impl JsonDiff {
    /// Compares two values.
    #[must_use]
    pub fn of(old: Side<'_>, new: Side<'_>) -> Self {
        let mut walk = Walk { old, new, out: Self::default(), run: None, steps: SEQUENCE_STEPS };
        walk.pair(Pair { old: old.node, new: new.node, places: None, moved: false }, 0);
        walk.out
    }
}

fn to_u32(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

#[derive(Clone, Copy)]
struct Pair {
    old: usize,
    new: usize,
    places: Option<(usize, usize)>,
    moved: bool,
}

struct Walk<'a> {
    old: Side<'a>,
    new: Side<'a>,
    out: JsonDiff,
    /// The run that the next equal value belongs to.
    run: Option<usize>,
    /// Steps that are left for longest common subsequences.
    steps: u64,
}

impl<'a> Walk<'a> {
    fn old_text(&self, node: usize) -> &'a str {
        value_of(self.old, node)
    }

    fn new_text(&self, node: usize) -> &'a str {
        value_of(self.new, node)
    }

    /// Compares two values and lists the result.
    fn pair(&mut self, pair: Pair, depth: u32) {
        let (old, new) = (self.old_text(pair.old), self.new_text(pair.new));
        let kinds = (kind_of(self.old, pair.old), kind_of(self.new, pair.new));
        let kind = match kinds {
            _ if old == new => ChangeKind::Same,
            (NodeKind::Object, NodeKind::Object) | (NodeKind::Array, NodeKind::Array) if depth < DEEPEST => {
                return self.containers(pair, depth);
            }
            (NodeKind::Number, NodeKind::Number) if same_number(old, new) => ChangeKind::Respelled,
            (NodeKind::String, NodeKind::String) if same_text(old, new) => ChangeKind::Respelled,
            _ => ChangeKind::Changed,
        };
        self.push(kind, pair, depth);
    }

    fn containers(&mut self, pair: Pair, depth: u32) {
        let before = (self.out.changes.len(), self.out.totals, self.run.take());
        self.push(ChangeKind::Inside, pair, depth);
        if kind_of(self.new, pair.new) == NodeKind::Object {
            self.members(pair, depth + 1);
        } else {
            self.elements(pair, depth + 1);
        }
        self.end_run();
        let inside = self.out.totals.all() - before.1.all();
        if inside == 0 {
            // Only blanks or the order of members differ.
            self.out.changes.truncate(before.0);
            self.run = before.2;
            self.push(ChangeKind::Same, pair, depth);
            return;
        }
        // The run before was over when this began.
        self.close_run(before.2, before.0);
        if pair.moved {
            self.out.totals.moved += 1;
        }
        let after = to_u32(self.out.changes.len());
        if let Some(change) = self.out.changes.get_mut(before.0) {
            change.count = inside;
            change.after = after;
        }
    }

    fn members(&mut self, pair: Pair, depth: u32) {
        let mut olds: HashMap<String, VecDeque<usize>> = HashMap::new();
        for child in self.old.tree.children(pair.old) {
            olds.entry(key_of(self.old, child)).or_default().push_back(child);
        }
        for child in self.new.tree.children(pair.new) {
            // A key that stands twice is matched one by one: JavaScript would see the last, we show all.
            match olds.get_mut(&key_of(self.new, child)).and_then(VecDeque::pop_front) {
                Some(old) => self.pair(Pair { old, new: child, places: None, moved: false }, depth),
                None => self.add(child, None, depth),
            }
        }
        let mut rest: Vec<usize> = olds.into_values().flatten().collect();
        rest.sort_unstable();
        for old in rest {
            self.remove(old, None, depth);
        }
    }

    fn elements(&mut self, pair: Pair, depth: u32) {
        let olds: Vec<usize> = self.old.tree.children(pair.old).collect();
        let news: Vec<usize> = self.new.tree.children(pair.new).collect();
        let steps = match self.keys(&olds, &news) {
            Some((old_keys, new_keys)) => by_key(&old_keys, &new_keys),
            None => self.by_sequence(&olds, &news),
        };
        for step in steps {
            match step {
                Step::Pair { old, new, moved } => {
                    let (Some(&old_node), Some(&new_node)) = (olds.get(old), news.get(new)) else { continue };
                    let places = Some((old, new));
                    self.pair(Pair { old: old_node, new: new_node, places, moved }, depth);
                }
                Step::Remove(old) => {
                    let Some(&node) = olds.get(old) else { continue };
                    self.remove(node, Some(old), depth);
                }
                Step::Add(new) => {
                    let Some(&node) = news.get(new) else { continue };
                    self.add(node, Some(new), depth);
                }
            }
        }
    }

    /// The values of the field that tells all elements of both arrays apart, if there is one.
    fn keys(&self, olds: &[usize], news: &[usize]) -> Option<(Vec<String>, Vec<String>)> {
        if olds.is_empty() && news.is_empty() {
            return None;
        }
        KEYS.iter().find_map(|key| Some((distinct(self.old, olds, key)?, distinct(self.new, news, key)?)))
    }

    fn by_sequence(&mut self, olds: &[usize], news: &[usize]) -> Vec<Step> {
        let hash = |text: &str| {
            let mut hasher = DefaultHasher::new();
            text.hash(&mut hasher);
            hasher.finish()
        };
        let old: Vec<u64> = olds.iter().map(|&node| hash(self.old_text(node))).collect();
        let new: Vec<u64> = news.iter().map(|&node| hash(self.new_text(node))).collect();
        // Equal beginnings and endings cost nothing.
        let same = |(old, new): (&u64, &u64)| old == new;
        let begin = old.iter().zip(&new).take_while(|pair| same(*pair)).count();
        let rest = old.len().min(new.len()) - begin;
        let end = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|pair| same(*pair)).count();
        let differing = |list: &[u64]| u64::try_from(list.len() - begin - end).unwrap_or(u64::MAX);
        let most = differing(&old).saturating_add(differing(&new));
        match self.steps.checked_sub(most.saturating_mul(most)) {
            Some(left) => {
                self.steps = left;
                by_sequence(&old, &new)
            }
            None => by_anchor(&old, &new),
        }
    }

    fn add(&mut self, node: usize, place: Option<usize>, depth: u32) {
        let place = place.map(to_u32);
        self.list(Change { new: Some(to_u32(node)), new_place: place, ..blank(ChangeKind::Added, depth) });
        self.out.totals.added += 1;
    }

    fn remove(&mut self, node: usize, place: Option<usize>, depth: u32) {
        let place = place.map(to_u32);
        self.list(Change { old: Some(to_u32(node)), old_place: place, ..blank(ChangeKind::Removed, depth) });
        self.out.totals.removed += 1;
    }

    fn push(&mut self, kind: ChangeKind, pair: Pair, depth: u32) {
        let kind = if kind == ChangeKind::Same && pair.moved { ChangeKind::Moved } else { kind };
        let change = Change {
            old: Some(to_u32(pair.old)),
            new: Some(to_u32(pair.new)),
            old_place: pair.places.map(|(old, _)| to_u32(old)),
            new_place: pair.places.map(|(_, new)| to_u32(new)),
            moved: pair.moved,
            ..blank(kind, depth)
        };
        let totals = &mut self.out.totals;
        match kind {
            ChangeKind::Same if depth > 0 => return self.list_same(change),
            ChangeKind::Moved => totals.moved += 1,
            ChangeKind::Respelled => totals.respelled += 1,
            ChangeKind::Changed => totals.changed += 1,
            // A container counts what is inside; the rest never comes here.
            ChangeKind::Inside
            | ChangeKind::Same
            | ChangeKind::Run
            | ChangeKind::Added
            | ChangeKind::Removed => {}
        }
        if kind == ChangeKind::Inside {
            // It may turn out to be equal and then belongs to the run before it.
            self.out.changes.push(change);
        } else {
            if pair.moved && kind != ChangeKind::Moved {
                self.out.totals.moved += 1;
            }
            self.list(change);
        }
    }

    fn list(&mut self, change: Change) {
        self.end_run();
        self.out.changes.push(change);
        let after = to_u32(self.out.changes.len());
        if let Some(last) = self.out.changes.last_mut() {
            last.after = after;
        }
    }

    fn list_same(&mut self, change: Change) {
        let run = *self.run.get_or_insert_with(|| {
            self.out.changes.push(blank(ChangeKind::Run, change.depth));
            self.out.changes.len() - 1
        });
        let listed = self.out.changes.get_mut(run).map_or(0, |run| {
            run.count += 1;
            run.count
        });
        if listed <= LISTED {
            self.out.changes.push(change);
            let after = to_u32(self.out.changes.len());
            if let Some(last) = self.out.changes.last_mut() {
                last.after = after;
            }
        }
    }

    fn end_run(&mut self) {
        let run = self.run.take();
        self.close_run(run, self.out.changes.len());
    }

    fn close_run(&mut self, run: Option<usize>, after: usize) {
        if let Some(run) = run.and_then(|run| self.out.changes.get_mut(run)) {
            run.after = to_u32(after);
        }
    }
}

fn blank(kind: ChangeKind, depth: u32) -> Change {
    Change {
        kind,
        depth,
        old: None,
        new: None,
        old_place: None,
        new_place: None,
        moved: false,
        count: 0,
        after: 0,
    }
}

fn node_of(side: Side<'_>, node: usize) -> Option<&Node> {
    side.tree.nodes().get(node)
}

fn value_of(side: Side<'_>, node: usize) -> &str {
    side.tree.nodes().get(node).map_or("", |node| slice(side.text, &node.value))
}

fn kind_of(side: Side<'_>, node: usize) -> NodeKind {
    node_of(side, node).map_or(NodeKind::Null, |node| node.kind)
}

fn key_of(side: Side<'_>, node: usize) -> String {
    node_of(side, node).map_or_else(String::new, |node| name(slice(side.text, &node.key)))
}

/// What the members called `key` of all these objects say, if each has one, a text or a number, and no two the same.
fn distinct(side: Side<'_>, elements: &[usize], key: &str) -> Option<Vec<String>> {
    let mut seen = HashSet::with_capacity(elements.len());
    let mut values = Vec::with_capacity(elements.len());
    for &element in elements {
        if kind_of(side, element) != NodeKind::Object {
            return None;
        }
        let member = side.tree.children(element).find(|&member| key_of(side, member) == key)?;
        if !matches!(kind_of(side, member), NodeKind::String | NodeKind::Number) {
            return None;
        }
        let value = value_of(side, member).to_owned();
        if !seen.insert(value.clone()) {
            return None;
        }
        values.push(value);
    }
    Some(values)
}

/// Whether two JSON strings are the same text. A lone surrogate is not, since no text of ours can hold it.
fn same_text(old: &str, new: &str) -> bool {
    let (old, new) = (name(old), name(new));
    old == new && !old.contains(char::REPLACEMENT_CHARACTER)
}
