//! `TableNote`: an event that contradicts the rows, or that can't be applied to them.

use std::collections::VecDeque;
use std::sync::Arc;

/// Notes kept; older ones make room and are only counted.
const KEPT: usize = 256;

/// What kind of contradiction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TableNoteKind {
    /// An update of a row that was never announced, although the table should be complete.
    UnknownUpdate,
    /// A delete of a row that was never announced, although the table should be complete.
    UnknownDelete,
    /// A delete of a row that was deleted before.
    DeletedTwice,
    /// A create of a row that is there.
    CreatedTwice,
    /// An update that changed nothing that the subscription shows.
    NothingChanged,
    /// A row in which the key can't be found.
    RowWithoutKey,
    /// Another `init` for the same subscription.
    SecondInit,
    /// `data` that is neither rows nor keys, or none where some is due.
    ForeignShape,
    /// A row too large to keep.
    HugeRow,
    /// A row beyond what a table holds.
    LeftOut,
    /// An event of a query with aggregates: it counts the event's own rows, not the table's.
    AggregateEvent,
    /// The key field turned out to be another one than assumed.
    KeyLearned,
}

impl TableNoteKind {
    /// Every kind, in the order of their counts.
    pub const ALL: [Self; 12] = [
        Self::UnknownUpdate,
        Self::UnknownDelete,
        Self::DeletedTwice,
        Self::CreatedTwice,
        Self::NothingChanged,
        Self::RowWithoutKey,
        Self::SecondInit,
        Self::ForeignShape,
        Self::HugeRow,
        Self::LeftOut,
        Self::AggregateEvent,
        Self::KeyLearned,
    ];

    /// What it means and what to look at, in a sentence or two.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::UnknownUpdate => {
                "An update of a row that neither the init nor a create announced. An event was missed, or the row was made where no event is raised (direct SQL, flows without events)."
            }
            Self::UnknownDelete => {
                "A delete of a row that neither the init nor a create announced. An event was missed, or the row was never readable with this token."
            }
            Self::DeletedTwice => {
                "A row was deleted that was deleted before. Look for two subscriptions with one uid: then every event comes twice."
            }
            Self::CreatedTwice => {
                "A row was created that is there already. Look for two subscriptions with one uid: then every event comes twice."
            }
            Self::NothingChanged => {
                "An update that changed nothing here. Either a field changed that the query does not ask for, or it was a batch update, which sends the old values: read the row again to be sure."
            }
            Self::RowWithoutKey => {
                "A row without its key field can't be told from others, so it was not applied. Add the primary key to the fields of the query."
            }
            Self::SecondInit => {
                "The subscription got another init. The table shows the rows of the last one."
            }
            Self::ForeignShape => {
                "The data of this event is neither rows nor keys. It was not applied; it stands in the log as it came."
            }
            Self::HugeRow => {
                "A row of more than 1 MiB is not kept in the table. It stands in the log as it came."
            }
            Self::LeftOut => "The table is full: further rows are only in the log.",
            Self::AggregateEvent => {
                "The query aggregates. An event of it counts the event's own rows, not the collection, so the table shows the init only."
            }
            Self::KeyLearned => {
                "A delete named rows by another field than was taken for the key; rows are matched by that field now."
            }
        }
    }
}

/// An event that contradicts the rows, or that can't be applied to them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableNote {
    /// Sequence number of the event.
    pub seq: u64,
    /// What kind.
    pub kind: TableNoteKind,
    /// Key of the row it is about, where there is one.
    pub key: Option<Arc<str>>,
}

/// The latest notes of a table, oldest first, and how many there were of each kind.
#[derive(Clone, Debug, Default)]
pub struct TableNotes {
    kept: VecDeque<TableNote>,
    counts: [u64; TableNoteKind::ALL.len()],
}

impl TableNotes {
    pub(super) fn push(&mut self, note: TableNote) {
        if let Some(count) = self.counts.get_mut(note.kind as usize) {
            *count += 1;
        }
        if self.kept.len() >= KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back(note);
    }

    /// The latest, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &TableNote> {
        self.kept.iter()
    }

    /// How many there were of a kind, also of those that made room.
    #[must_use]
    pub fn count(&self, kind: TableNoteKind) -> u64 {
        self.counts.get(kind as usize).copied().unwrap_or_default()
    }

    /// How many there were in all.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }
}
