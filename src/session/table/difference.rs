//! `Difference`: what a new `init` shows that the rows before did not.

use std::sync::Arc;

/// Rows named for each kind of difference; the rest is counted.
const NAMED: usize = 50;

/// A row that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Its key.
    pub key: Arc<str>,
    /// Sequence number of the event that last said something of it before; `None` for a new row.
    pub before_seq: Option<u64>,
    /// The fields that differ.
    pub fields: Vec<Arc<str>>,
}

/// Rows that differ in one way: all counted, the first ones named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Differing {
    /// How many there are.
    pub count: u64,
    /// The first of them.
    pub named: Vec<Difference>,
}

impl Differing {
    fn push(&mut self, row: impl FnOnce() -> Difference) {
        self.count += 1;
        if self.named.len() < NAMED {
            self.named.push(row());
        }
    }
}

/// What a new `init` shows that the rows before did not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Differences {
    /// Rows that were not there before.
    pub created: Differing,
    /// Rows with other values.
    pub updated: Differing,
    /// Rows that are gone.
    pub deleted: Differing,
    /// Rows that are there in both and were too large to be compared.
    pub not_compared: u64,
}

impl Differences {
    pub(super) fn created(&mut self, key: &Arc<str>) {
        self.created.push(|| Difference { key: Arc::clone(key), before_seq: None, fields: Vec::new() });
    }

    pub(super) fn updated(&mut self, key: &Arc<str>, before_seq: u64, fields: Vec<Arc<str>>) {
        self.updated.push(|| Difference { key: Arc::clone(key), before_seq: Some(before_seq), fields });
    }

    pub(super) fn deleted(&mut self, key: &Arc<str>, before_seq: u64) {
        self.deleted.push(|| Difference {
            key: Arc::clone(key),
            before_seq: Some(before_seq),
            fields: Vec::new(),
        });
    }

    /// How many rows differ.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.created.count + self.updated.count + self.deleted.count
    }
}
