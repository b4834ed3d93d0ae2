//! The live rows of a subscription: its `init`, then every create, update and delete applied to it.
//!
//! [`Table`] is pure: events go in, and what can't be right becomes a [`TableNote`], never a wrong row. Rows keep the
//! text they came as, in pages that snapshots share, so that a table of 100,000 rows is shown without being copied.

#[cfg(test)]
mod cases;
mod cells;
mod difference;
mod gap;
mod keys;
mod loading;
mod note;
mod order;
mod pages;
#[cfg(test)]
mod property;
mod query;
mod row;
mod shown;
mod snapshot;
mod state;

pub use cells::cell_changes;
pub use difference::{Difference, Differences, Differing};
pub use gap::{GapCaveat, GapOutcome, GapReport, GapUnknown};
pub use keys::KeyField;
pub use note::{TableNote, TableNoteKind, TableNotes};
pub use order::TableWish;
pub use query::TableQuery;
pub use row::{CellChange, LiveRow, RowState};
pub use shown::ShownTable;
pub use snapshot::{Loaded, TableCounts, TableSnapshot};
pub use state::{ROW_BYTES, Table, TableEvent};
