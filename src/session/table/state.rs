//! `Table`: the rows of a subscription and what each event does to them.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use crate::directus::EventName;
use crate::directus::rows::{self, member, row_key};

use super::cells::{cell_changes, merged};
use super::difference::Differences;
use super::keys::{KeyField, field_with};
use super::note::{TableNote, TableNoteKind, TableNotes};
use super::pages::Pages;
use super::query::TableQuery;
use super::row::{LiveRow, RowState};
use super::snapshot::{Loaded, TableCounts, TableSnapshot};

/// Bytes of a row that is kept; a larger one is shown as such and stays in the log.
pub const ROW_BYTES: usize = 1 << 20;
/// Bytes of all rows that are kept, and rows.
const TEXT_BYTES: usize = 256 << 20;
const ROWS: usize = 1_000_000;
/// Deleted rows that are still shown, and for how long.
const GHOSTS: usize = 1000;
const GHOST_US: u64 = 60_000_000;
/// Fields that become columns.
const COLUMNS: usize = 500;

/// A message of the subscription.
#[derive(Clone, Copy, Debug)]
pub struct TableEvent<'t> {
    /// Its sequence number.
    pub seq: u64,
    /// When it came, in elapsed microseconds.
    pub at_us: u64,
    /// init, create, update or delete.
    pub event: EventName,
    /// Its text.
    pub text: &'t str,
}

/// The rows of a subscription. Bounded: one million rows, 256 MiB of text, 1 MiB a row; what is beyond is counted.
#[derive(Debug, Default)]
pub struct Table {
    pub(super) query: Arc<TableQuery>,
    pub(super) key: KeyField,
    pub(super) pages: Pages,
    /// Where the row with a key is; deleted ones that are still shown, too.
    pub(super) slots: HashMap<Arc<str>, usize>,
    /// Deleted rows that are still shown, and since when.
    ghosts: VecDeque<(usize, u64)>,
    columns: Arc<Vec<Arc<str>>>,
    pub(super) notes: Arc<TableNotes>,
    counts: TableCounts,
    pub(super) loaded: Option<Loaded>,
    /// The rows are all those of the collection.
    pub(super) whole: bool,
    pub(super) left_out: u64,
    bytes: usize,
    generation: u64,
    last_seq: u64,
}

impl Table {
    /// A table before its `init`.
    #[must_use]
    pub fn new(query: TableQuery) -> Self {
        Self { query: Arc::new(query), ..Self::default() }
    }

    /// Applies a message. One that can't be applied leaves the rows as they are and is noted.
    pub fn apply(&mut self, event: TableEvent<'_>) {
        self.last_seq = event.seq;
        self.expire(event.at_us);
        match event.event {
            EventName::Init if self.loaded.is_some() => {
                self.note(event.seq, TableNoteKind::SecondInit, None);
                let _differences = self.reload(event);
            }
            EventName::Init => self.load(event),
            EventName::Create | EventName::Update if self.query.aggregates => {
                self.note(event.seq, TableNoteKind::AggregateEvent, None);
            }
            EventName::Create | EventName::Update => self.upsert(event),
            EventName::Delete => self.delete(event),
            _ => {}
        }
    }

    /// Takes the `init` of the subscription that took this one's place after a reconnect: what it shows that the rows
    /// before did not is what happened meanwhile. `None` if rows can't be matched, because they have no key.
    pub fn restore(&mut self, event: TableEvent<'_>) -> Option<Differences> {
        self.last_seq = event.seq;
        self.expire(event.at_us);
        if self.loaded.is_some() {
            return self.reload(event);
        }
        self.load(event);
        None
    }

    /// Forgets rows that were deleted long ago; `now_us` in elapsed microseconds. Whether there were any.
    pub fn expire(&mut self, now_us: u64) -> bool {
        let before = self.ghosts.len();
        while let Some(&(slot, since_us)) = self.ghosts.front()
            && (now_us.saturating_sub(since_us) > GHOST_US || self.ghosts.len() > GHOSTS)
        {
            self.ghosts.pop_front();
            self.forget_ghost(slot, since_us);
        }
        if self.pages.is_loose() {
            self.close_up();
        }
        self.ghosts.len() < before
    }

    /// The rows as they are now, shared.
    #[must_use]
    pub fn snapshot(&self) -> TableSnapshot {
        TableSnapshot {
            pages: self.pages.shared(),
            query: Arc::clone(&self.query),
            key: self.key.clone(),
            columns: Arc::clone(&self.columns),
            notes: Arc::clone(&self.notes),
            counts: self.counts,
            loaded: self.loaded,
            len: self.pages.len(),
            ghosts: self.ghosts.len(),
            left_out: self.left_out,
            bytes: self.bytes,
            generation: self.generation,
            last_seq: self.last_seq,
        }
    }

    /// The `init`, once it came.
    #[must_use]
    pub const fn loaded(&self) -> Option<Loaded> {
        self.loaded
    }

    pub(super) const fn key_is_guessed(&self) -> bool {
        matches!(self.key, KeyField::Guessed(_))
    }

    /// What the subscription asks for.
    #[must_use]
    pub fn query(&self) -> &TableQuery {
        &self.query
    }

    pub(super) fn note(&mut self, seq: u64, kind: TableNoteKind, key: Option<&Arc<str>>) {
        Arc::make_mut(&mut self.notes).push(TableNote { seq, kind, key: key.map(Arc::clone) });
    }

    pub(super) fn clear(&mut self) {
        self.pages = Pages::default();
        self.slots.clear();
        self.ghosts.clear();
        self.bytes = 0;
        self.left_out = 0;
        self.generation += 1;
    }

    fn upsert(&mut self, event: TableEvent<'_>) {
        let brought = rows::brought(event.text);
        if brought.values().is_empty() {
            self.note(event.seq, TableNoteKind::ForeignShape, None);
        }
        if self.key == KeyField::Unknown {
            let objects: Vec<&str> =
                brought.values().iter().copied().filter(|row| row.starts_with('{')).collect();
            self.key = KeyField::of_rows(&self.query, &objects);
        }
        for text in brought.values() {
            if !text.starts_with('{') {
                self.note(event.seq, TableNoteKind::ForeignShape, None);
                continue;
            }
            let key = self.read(text).or_else(|| self.query.item.clone());
            let only = (self.query.singleton && key.is_none())
                .then(|| self.pages.iter().next().map(|(slot, _)| slot));
            match (key, only.flatten()) {
                (Some(key), _) => self.upsert_row(event, &key, text),
                (None, Some(slot)) => self.change(event, slot, text),
                (None, None) => self.note(event.seq, TableNoteKind::RowWithoutKey, None),
            }
        }
    }

    fn upsert_row(&mut self, event: TableEvent<'_>, key: &Arc<str>, text: &str) {
        let is_create = event.event == EventName::Create;
        if let Some(slot) = self.alive(key) {
            if is_create {
                self.note(event.seq, TableNoteKind::CreatedTwice, Some(key));
            }
            self.change(event, slot, text);
            return;
        }
        if !is_create && self.whole {
            self.note(event.seq, TableNoteKind::UnknownUpdate, Some(key));
        }
        let state = if is_create { RowState::Created } else { RowState::Updated };
        self.counts.created += u64::from(is_create);
        self.counts.updated += u64::from(!is_create);
        self.put(event, Some(Arc::clone(key)), text, state);
    }

    fn delete(&mut self, event: TableEvent<'_>) {
        let brought = rows::brought(event.text);
        if brought.values().is_empty() {
            self.note(event.seq, TableNoteKind::ForeignShape, None);
        }
        for value in brought.values() {
            // Some system collections send an object (reference 5.5).
            let named = self.key.name().and_then(|name| member(value, name));
            let Some(key) = named.or(Some(value)).and_then(row_key) else {
                self.note(event.seq, TableNoteKind::ForeignShape, None);
                continue;
            };
            self.delete_key(event, &Arc::from(&*key));
        }
    }

    fn delete_key(&mut self, event: TableEvent<'_>, key: &Arc<str>) {
        if !self.slots.contains_key(key) && self.key.may_be_wrong() && !self.query.aggregates {
            self.learn(event, key);
        }
        match self.slots.get(key).copied() {
            Some(slot) if self.alive(key).is_some() => {
                self.counts.deleted += 1;
                self.bury(event, slot);
            }
            Some(_) => self.note(event.seq, TableNoteKind::DeletedTwice, Some(key)),
            None if self.whole => self.note(event.seq, TableNoteKind::UnknownDelete, Some(key)),
            None => self.counts.strange_deletes += 1,
        }
    }

    /// A delete names a row that no row is by the field taken for the key: maybe it is by another one.
    fn learn(&mut self, event: TableEvent<'_>, key: &Arc<str>) {
        let texts = self.pages.iter().map(|(_, row)| &*row.text);
        let Some(field) = field_with(key, texts) else { return };
        self.note(event.seq, TableNoteKind::KeyLearned, Some(key));
        self.key = KeyField::Learned(field);
        let keys: Vec<_> = self.pages.iter().map(|(slot, row)| (slot, self.key_in(&row.text))).collect();
        self.slots.clear();
        for (slot, key) in keys {
            if let Some(key) = &key {
                self.slots.insert(Arc::clone(key), slot);
            }
            if let Some(row) = self.pages.edit(slot) {
                row.key = key;
            }
        }
    }

    fn key_in(&self, row: &str) -> Option<Arc<str>> {
        member(row, self.key.name()?).and_then(row_key).map(|key| Arc::from(&*key))
    }

    /// The slot of a row that is not deleted.
    pub(super) fn alive(&self, key: &str) -> Option<usize> {
        let slot = *self.slots.get(key)?;
        self.pages.get(slot).is_some_and(|row| row.state != RowState::Deleted).then_some(slot)
    }

    /// Takes the key out of a row and learns its columns, in one pass.
    pub(super) fn read(&mut self, text: &str) -> Option<Arc<str>> {
        let mut key = None;
        for (place, (name, value)) in rows::members(text).enumerate().take(COLUMNS) {
            if self.key.name().is_some_and(|key| **key == *name) {
                key = row_key(value);
            }
            let is_known = self.columns.get(place).is_some_and(|column| **column == *name)
                || self.columns.iter().any(|column| **column == *name);
            if !is_known && self.columns.len() < COLUMNS {
                Arc::make_mut(&mut self.columns).push(Arc::from(&*name));
            }
        }
        key.map(|key| Arc::from(&*key))
    }

    /// The text to keep, and whether it is withheld.
    fn kept(&mut self, event: TableEvent<'_>, key: Option<&Arc<str>>, text: &str) -> (Arc<str>, bool) {
        if text.len() > ROW_BYTES {
            self.note(event.seq, TableNoteKind::HugeRow, key);
            return (Arc::default(), true);
        }
        if self.bytes + text.len() > TEXT_BYTES {
            self.note(event.seq, TableNoteKind::LeftOut, key);
            return (Arc::default(), true);
        }
        self.bytes += text.len();
        (Arc::from(text), false)
    }

    pub(super) fn put(&mut self, event: TableEvent<'_>, key: Option<Arc<str>>, text: &str, state: RowState) {
        if let Some(&slot) = key.as_ref().and_then(|key| self.slots.get(key)) {
            // A deleted row with this key is still shown: the new one takes its place.
            self.remove(slot);
        }
        if self.pages.len() >= ROWS {
            self.left_out += 1;
            self.note(event.seq, TableNoteKind::LeftOut, key.as_ref());
            return;
        }
        let (text, withheld) = self.kept(event, key.as_ref(), text);
        let row = LiveRow {
            key: key.clone(),
            text,
            withheld,
            seq: event.seq,
            at_us: event.at_us,
            state,
            changes: None,
        };
        let slot = self.pages.push(row);
        if let Some(key) = key {
            self.slots.insert(key, slot);
        }
    }

    /// Gives a row its new text.
    pub(super) fn change(&mut self, event: TableEvent<'_>, slot: usize, text: &str) {
        let Some(row) = self.pages.get(slot) else { return };
        let (old, key, was_withheld) = (Arc::clone(&row.text), row.key.clone(), row.withheld);
        let changes = cell_changes(&old, text, event.seq, event.at_us);
        let is_update = event.event == EventName::Update;
        if changes.is_empty() && !was_withheld && is_update {
            self.note(event.seq, TableNoteKind::NothingChanged, key.as_ref());
        }
        self.counts.updated += u64::from(is_update);
        self.bytes -= old.len();
        let (text, withheld) = self.kept(event, key.as_ref(), text);
        let Some(row) = self.pages.edit(slot) else { return };
        (row.seq, row.at_us, row.text, row.withheld) = (event.seq, event.at_us, text, withheld);
        if row.state == RowState::Loaded && !changes.is_empty() {
            row.state = RowState::Updated;
        }
        // Of a row that was not kept every field would seem new.
        if !was_withheld && !withheld && !changes.is_empty() {
            row.changes = merged(row.changes.as_deref(), &changes);
        }
    }

    /// A row is gone, and shown for a while longer.
    pub(super) fn bury(&mut self, event: TableEvent<'_>, slot: usize) {
        if let Some(row) = self.pages.edit(slot) {
            (row.state, row.seq, row.at_us) = (RowState::Deleted, event.seq, event.at_us);
            self.ghosts.push_back((slot, event.at_us));
        }
        if self.ghosts.len() > GHOSTS
            && let Some((slot, since_us)) = self.ghosts.pop_front()
        {
            self.forget_ghost(slot, since_us);
        }
    }

    fn forget_ghost(&mut self, slot: usize, since_us: u64) {
        let is_it = |row: &LiveRow| row.state == RowState::Deleted && row.at_us == since_us;
        if self.pages.get(slot).is_some_and(is_it) {
            self.remove(slot);
        }
    }

    fn remove(&mut self, slot: usize) {
        let Some(row) = self.pages.remove(slot) else { return };
        self.bytes -= row.text.len();
        if row.state == RowState::Deleted {
            self.ghosts.retain(|(ghost, _)| *ghost != slot);
        }
        if let Some(key) = row.key.filter(|key| self.slots.get(key) == Some(&slot)) {
            self.slots.remove(&key);
        }
    }

    fn close_up(&mut self) {
        self.pages.close_up();
        self.generation += 1;
        self.slots.clear();
        self.ghosts.clear();
        for (slot, row) in self.pages.iter() {
            if let Some(key) = &row.key {
                self.slots.insert(Arc::clone(key), slot);
            }
            if row.state == RowState::Deleted {
                self.ghosts.push_back((slot, row.at_us));
            }
        }
        self.ghosts.make_contiguous().sort_by_key(|(_, at_us)| *at_us);
    }
}
