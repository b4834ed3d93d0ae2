//! How an `init` becomes the rows of a table, and how a later one is compared with them.

use std::collections::HashSet;
use std::sync::Arc;

use crate::directus::rows::{self, Brought};

use super::cells::cell_changes;
use super::difference::Differences;
use super::keys::KeyField;
use super::note::TableNoteKind;
use super::row::{LiveRow, RowState};
use super::snapshot::Loaded;
use super::state::{ROW_BYTES, Table, TableEvent};

impl Table {
    pub(super) fn load(&mut self, event: TableEvent<'_>) {
        let Some(rows) = self.loading(event) else { return };
        self.key = KeyField::of_rows(&self.query, &rows);
        for text in rows {
            match self.read(text) {
                Some(key) if self.slots.contains_key(&key) => {
                    self.note(event.seq, TableNoteKind::CreatedTwice, Some(&key));
                }
                None if self.key.name().is_some() => {
                    self.note(event.seq, TableNoteKind::RowWithoutKey, None);
                    self.put(event, None, text, RowState::Loaded);
                }
                key => self.put(event, key, text, RowState::Loaded),
            }
        }
        self.whole = self.left_out == 0 && self.loaded.is_some_and(|loaded| self.is_whole(loaded));
    }

    fn is_whole(&self, loaded: Loaded) -> bool {
        loaded.rows.is_some_and(|rows| self.query.is_whole(rows))
    }

    /// The rows of an `init`, and notes that it came. `None` if it brings none.
    fn loading<'t>(&mut self, event: TableEvent<'t>) -> Option<Vec<&'t str>> {
        let brought = rows::brought(event.text);
        let is_nothing = brought == Brought::Nothing;
        let rows: Vec<&str> = brought.values().iter().copied().filter(|row| row.starts_with('{')).collect();
        if rows.len() < brought.values().len() || (is_nothing && !self.query.one_event) {
            self.note(event.seq, TableNoteKind::ForeignShape, None);
        }
        let count = (!is_nothing).then_some(rows.len() as u64);
        self.loaded = Some(Loaded { seq: event.seq, at_us: event.at_us, rows: count });
        (!is_nothing).then_some(rows)
    }

    pub(super) fn reload(&mut self, event: TableEvent<'_>) -> Option<Differences> {
        let rows = self.loading(event)?;
        if self.key.name().is_none() && (self.pages.len() > 0 || !rows.is_empty()) {
            // Without a key nothing can be matched: the new rows take the place of the old ones.
            let had_rows = self.pages.len() > 0;
            self.clear();
            self.key = KeyField::of_rows(&self.query, &rows);
            for text in rows {
                let key = self.read(text);
                self.put(event, key, text, RowState::Loaded);
            }
            let all_new = (!had_rows && self.key.name().is_some()).then(|| self.all_created());
            return all_new;
        }
        let mut differences = Differences::default();
        let mut seen = HashSet::with_capacity(rows.len());
        for text in rows {
            let Some(key) = self.read(text) else {
                self.note(event.seq, TableNoteKind::RowWithoutKey, None);
                continue;
            };
            match self.alive(&key) {
                Some(slot) => self.compare(event, slot, text, &mut differences),
                None => {
                    differences.created(&key);
                    self.put(event, Some(Arc::clone(&key)), text, RowState::Created);
                }
            }
            seen.insert(key);
        }
        let is_gone = |(slot, row): (usize, &LiveRow)| {
            let key = row.key.as_ref().filter(|key| !seen.contains(*key))?;
            (row.state != RowState::Deleted).then(|| (slot, Arc::clone(key), row.seq))
        };
        let gone: Vec<_> = self.pages.iter().filter_map(is_gone).collect();
        for (slot, key, seq) in gone {
            differences.deleted(&key, seq);
            self.bury(event, slot);
        }
        self.whole = self.left_out == 0 && self.loaded.is_some_and(|loaded| self.is_whole(loaded));
        Some(differences)
    }

    fn all_created(&mut self) -> Differences {
        let mut differences = Differences::default();
        for (_, row) in self.pages.iter() {
            if let Some(key) = &row.key {
                differences.created(key);
            }
        }
        differences
    }

    fn compare(&mut self, event: TableEvent<'_>, slot: usize, text: &str, differences: &mut Differences) {
        let Some(row) = self.pages.get(slot) else { return };
        if row.withheld || text.len() > ROW_BYTES {
            differences.not_compared += 1;
        } else {
            let changes = cell_changes(&row.text, text, event.seq, event.at_us);
            if changes.is_empty() {
                return;
            }
            if let Some(key) = &row.key {
                let fields = changes.iter().map(|change| Arc::clone(&change.field)).collect();
                differences.updated(key, row.seq, fields);
            }
        }
        self.change(event, slot, text);
    }
}
