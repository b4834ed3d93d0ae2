//! Which fields differ between two texts of a row.

use std::sync::Arc;

use crate::directus::rows;

use super::row::CellChange;

/// Bytes of an old value that are kept; the log has the whole.
const OLD_BYTES: usize = 256;
/// Changed fields kept with a row.
const CHANGES: usize = 64;
/// Members of a row that are compared; a wider row is compared by its first ones.
const MEMBERS: usize = 500;

/// The fields that differ, with the old values: values compare by their text, so a field whose JSON is written
/// differently counts as changed, and the order of fields counts for nothing.
#[must_use]
pub fn cell_changes(old: &str, new: &str, seq: u64, at_us: u64) -> Vec<CellChange> {
    let mut found = Vec::new();
    if old == new {
        return found;
    }
    let before: Vec<_> = rows::members(old).take(MEMBERS).collect();
    let mut matched = 0;
    let change = |field: &str, old: Option<&str>| CellChange {
        field: Arc::from(field),
        old: old.map(|old| Arc::from(shortened(old))),
        seq,
        at_us,
    };
    for (place, (name, value)) in rows::members(new).take(MEMBERS).enumerate() {
        // The server writes the fields of a row in one order: the same place nearly always has the same field.
        let same = before.get(place).filter(|(old, _)| *old == name);
        match same.or_else(|| before.iter().find(|(old, _)| *old == name)) {
            Some((_, old)) => {
                matched += 1;
                if *old != value {
                    found.push(change(&name, Some(old)));
                }
            }
            None => found.push(change(&name, None)),
        }
    }
    if matched < before.len() {
        let now: Vec<_> = rows::members(new).take(MEMBERS).collect();
        let gone = before.iter().filter(|(name, _)| !now.iter().any(|(new, _)| new == name));
        found.extend(gone.map(|(name, old)| change(name, Some(old))));
    }
    found
}

/// Changes of a row so far, with newer ones in their place.
pub(super) fn merged(old: Option<&[CellChange]>, new: &[CellChange]) -> Option<Arc<[CellChange]>> {
    let kept = old.unwrap_or_default().iter().filter(|old| !new.iter().any(|new| new.field == old.field));
    let all: Arc<[CellChange]> = new.iter().chain(kept).take(CHANGES).cloned().collect();
    (!all.is_empty()).then_some(all)
}

fn shortened(text: &str) -> &str {
    if text.len() <= OLD_BYTES {
        return text;
    }
    text.get(..text.floor_char_boundary(OLD_BYTES)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(old: &str, new: &str) -> Vec<(String, Option<String>)> {
        let one = |change: CellChange| (change.field.to_string(), change.old.map(|old| old.to_string()));
        cell_changes(old, new, 1, 1).into_iter().map(one).collect()
    }

    #[test]
    fn fields_are_compared_by_name_whatever_their_order() {
        assert!(changed(r#"{"a":1,"b":2}"#, r#"{"b":2,"a":1}"#).is_empty());
        assert_eq!(changed(r#"{"a":1,"b":2}"#, r#"{"a":1,"b":3}"#), [("b".into(), Some("2".into()))]);
        assert_eq!(
            changed(r#"{"a":1,"b":2}"#, r#"{"a":1,"c":2}"#),
            [("c".into(), None), ("b".into(), Some("2".into()))]
        );
    }

    #[test]
    fn the_newest_change_of_a_field_counts() {
        let first = merged(None, &cell_changes(r#"{"a":1,"b":1}"#, r#"{"a":2,"b":2}"#, 5, 50));
        let both = merged(first.as_deref(), &cell_changes(r#"{"a":2,"b":2}"#, r#"{"a":3,"b":2}"#, 6, 60));
        let seqs: Vec<_> =
            both.unwrap().iter().map(|change| (change.field.to_string(), change.seq)).collect();
        assert_eq!(seqs, [("a".into(), 6), ("b".into(), 5)]);
    }
}
