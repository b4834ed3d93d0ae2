//! `Pages`: rows by slot, in pages that snapshots share.

use std::sync::Arc;

use super::row::LiveRow;

/// Rows in a page. A write copies at most one page that a snapshot holds.
pub(super) const PAGE_ROWS: usize = 64;
/// Free slots below which it is not worth to put rows closer together.
const LOOSE: usize = 1024;

/// Up to 64 rows.
#[derive(Clone, Debug, Default)]
pub(super) struct Page {
    pub(super) rows: Vec<Option<LiveRow>>,
    pub(super) taken: usize,
}

/// Rows by slot, in the order in which they came. Slots of rows that went stay free until [`Pages::close_up`].
#[derive(Clone, Debug, Default)]
pub(super) struct Pages {
    pages: Vec<Arc<Page>>,
    slots: usize,
    taken: usize,
}

impl Pages {
    pub(super) fn len(&self) -> usize {
        self.taken
    }

    /// Adds a row behind all others. Returns its slot.
    pub(super) fn push(&mut self, row: LiveRow) -> usize {
        let slot = self.slots;
        if slot / PAGE_ROWS == self.pages.len() {
            self.pages.push(Arc::default());
        }
        if let Some(page) = self.pages.last_mut() {
            let page = Arc::make_mut(page);
            page.rows.push(Some(row));
            page.taken += 1;
        }
        self.slots += 1;
        self.taken += 1;
        slot
    }

    pub(super) fn get(&self, slot: usize) -> Option<&LiveRow> {
        self.pages.get(slot / PAGE_ROWS)?.rows.get(slot % PAGE_ROWS)?.as_ref()
    }

    pub(super) fn edit(&mut self, slot: usize) -> Option<&mut LiveRow> {
        Arc::make_mut(self.pages.get_mut(slot / PAGE_ROWS)?).rows.get_mut(slot % PAGE_ROWS)?.as_mut()
    }

    pub(super) fn remove(&mut self, slot: usize) -> Option<LiveRow> {
        let page = Arc::make_mut(self.pages.get_mut(slot / PAGE_ROWS)?);
        let row = page.rows.get_mut(slot % PAGE_ROWS)?.take()?;
        page.taken -= 1;
        self.taken -= 1;
        Some(row)
    }

    /// Slots and rows in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &LiveRow)> {
        let rows = self.pages.iter().flat_map(|page| &page.rows).enumerate();
        rows.filter_map(|(slot, row)| Some((slot, row.as_ref()?)))
    }

    /// Whether more slots are free than taken, so that the rows should be put together.
    pub(super) fn is_loose(&self) -> bool {
        let free = self.slots - self.taken;
        free > LOOSE && free > self.taken
    }

    /// The rows without free slots between them: every row gets another slot.
    pub(super) fn close_up(&mut self) {
        let mut closed = Self::default();
        for (_, row) in self.iter() {
            closed.push(row.clone());
        }
        *self = closed;
    }

    /// The pages as they are now, shared.
    pub(super) fn shared(&self) -> Arc<[Arc<Page>]> {
        self.pages.iter().map(Arc::clone).collect()
    }
}
