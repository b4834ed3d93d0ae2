//! `LiveRow`: one row of a live table, as text.

use std::sync::Arc;

/// What became of a row since the table was loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowState {
    /// It came with the `init` and nothing was said of it since.
    Loaded,
    /// It appeared since.
    Created,
    /// It was changed since.
    Updated,
    /// It was deleted, and stays to be seen for a while.
    Deleted,
}

impl RowState {
    /// The state in one word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Loaded => "loaded",
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Deleted => "deleted",
        }
    }
}

/// The last change of one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellChange {
    /// Name of the field.
    pub field: Arc<str>,
    /// JSON of the value before, shortened where it is long; `None` where the row had no such field.
    pub old: Option<Arc<str>>,
    /// Sequence number of the event that changed it.
    pub seq: u64,
    /// When, in elapsed microseconds.
    pub at_us: u64,
}

/// One row of a live table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveRow {
    /// Its key in the form in which equal keys are equal; `None` where the rows have no key that is known.
    pub key: Option<Arc<str>>,
    /// The row as JSON, as it came; empty if it was too large to keep.
    pub text: Arc<str>,
    /// Its text was too large to keep: it stands in the log, in event number `seq`.
    pub withheld: bool,
    /// Sequence number of the event that last said something of it.
    pub seq: u64,
    /// When that was, in elapsed microseconds.
    pub at_us: u64,
    /// What became of it.
    pub state: RowState,
    /// The fields that changed since the table was loaded, the last change of each.
    pub changes: Option<Arc<[CellChange]>>,
}

impl LiveRow {
    /// The last change of a field.
    #[must_use]
    pub fn change(&self, field: &str) -> Option<&CellChange> {
        self.changes.as_deref()?.iter().find(|change| &*change.field == field)
    }
}
