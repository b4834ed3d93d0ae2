//! `TableSnapshot`: the rows of a moment, shared with the table that goes on.

use std::sync::Arc;

use super::keys::KeyField;
use super::note::TableNotes;
use super::pages::{PAGE_ROWS, Page};
use super::query::TableQuery;
use super::row::LiveRow;

/// What was applied to a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TableCounts {
    /// Rows created.
    pub created: u64,
    /// Rows updated.
    pub updated: u64,
    /// Rows deleted.
    pub deleted: u64,
    /// Deletes of rows that the query does not cover: every subscriber of the collection is told the keys (reference
    /// 5.4).
    pub strange_deletes: u64,
}

/// The `init` a table was loaded from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// Its sequence number.
    pub seq: u64,
    /// When it came, in elapsed microseconds.
    pub at_us: u64,
    /// Rows in it; `None` where it brought no `data`.
    pub rows: Option<u64>,
}

/// The rows of a moment. Cloning shares them.
#[derive(Clone, Debug, Default)]
pub struct TableSnapshot {
    pub(super) pages: Arc<[Arc<Page>]>,
    /// What the subscription asks for.
    pub query: Arc<TableQuery>,
    /// Which field is the key.
    pub key: KeyField,
    /// The fields met in rows, in order.
    pub columns: Arc<Vec<Arc<str>>>,
    /// What contradicted the rows.
    pub notes: Arc<TableNotes>,
    /// What was applied.
    pub counts: TableCounts,
    /// The `init`; `None` before it came.
    pub loaded: Option<Loaded>,
    /// Rows, those that are deleted and still shown included.
    pub len: usize,
    /// Deleted rows that are still shown.
    pub ghosts: usize,
    /// Rows beyond what a table holds.
    pub left_out: u64,
    /// Bytes of the rows' text.
    pub bytes: usize,
    /// Grows when slots are given anew: a list of slots made of another generation is void.
    pub generation: u64,
    /// Sequence number of the last event applied.
    pub last_seq: u64,
}

impl TableSnapshot {
    /// The row in a slot.
    #[must_use]
    pub fn get(&self, slot: usize) -> Option<&LiveRow> {
        self.pages.get(slot / PAGE_ROWS)?.rows.get(slot % PAGE_ROWS)?.as_ref()
    }

    /// Slots and rows from row number `position` on, counted from 0 without free slots.
    pub fn rows_from(&self, position: usize) -> impl Iterator<Item = (usize, &LiveRow)> {
        let mut passed = 0;
        let first = self.pages.iter().take_while(|page| {
            let is_before = passed + page.taken <= position;
            passed += if is_before { page.taken } else { 0 };
            is_before
        });
        let first = first.count();
        let pages = self.pages.iter().enumerate().skip(first);
        let rows = pages.flat_map(|(number, page)| {
            page.rows.iter().enumerate().map(move |(place, row)| (number * PAGE_ROWS + place, row))
        });
        rows.filter_map(|(slot, row)| Some((slot, row.as_ref()?))).skip(position - passed)
    }

    /// Slots and rows in the order in which they came.
    pub fn rows(&self) -> impl Iterator<Item = (usize, &LiveRow)> {
        self.rows_from(0)
    }
}
