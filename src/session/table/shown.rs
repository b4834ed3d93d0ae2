//! `ShownTable`: the rows of a moment and how they are to be shown.

use std::sync::Arc;

use super::order::TableWish;
use super::snapshot::TableSnapshot;

/// The rows of a moment and how they are to be shown.
#[derive(Clone, Debug, Default)]
pub struct ShownTable {
    /// The rows.
    pub rows: TableSnapshot,
    /// Slots of the rows that fit the wish, in order; `None` for all rows in the order in which they came.
    pub order: Option<Arc<[u32]>>,
    /// The wish that the order fulfils.
    pub wish: TableWish,
    /// Number of the subscription whose events come now: another one after a reconnect.
    pub subscription: u32,
    /// Events of the capture looked at.
    pub looked: u64,
    /// Events of the capture.
    pub of: u64,
    /// Why rows may be missing, as a sentence.
    pub trouble: Option<Arc<str>>,
}

impl ShownTable {
    /// How many rows are shown.
    #[must_use]
    pub fn len(&self) -> usize {
        self.order.as_ref().map_or(self.rows.len, |order| order.len())
    }

    /// Whether none is shown.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// At most `most` rows from place `first` on. A row that went since its order was made is `None`.
    #[must_use]
    pub fn rows_from(&self, first: usize, most: usize) -> Vec<Option<&super::row::LiveRow>> {
        match &self.order {
            None => self.rows.rows_from(first).take(most).map(|(_, row)| Some(row)).collect(),
            Some(order) => {
                let slots = order.iter().skip(first).take(most);
                slots.map(|slot| self.rows.get(usize::try_from(*slot).ok()?)).collect()
            }
        }
    }
}
