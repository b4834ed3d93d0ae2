//! What the log view reads.

use crate::capture::filter::Vocabulary;
use crate::capture::row::Row;
use crate::capture::{Notes, Stamp};
use crate::settings::Filters;
use crate::settings::{Columns, TimeColumn};

/// The shown log. A *position* is a row's place in it, from 0, whatever its sequence number.
#[derive(Clone, Copy, Debug, Default)]
pub struct LogModel<'a> {
    /// Rows there are, the hidden ones included.
    pub rows: u64,
    /// Rows at the start that Clear hides; they are still in the file.
    pub hidden: u64,
    /// Heartbeat rows that are folded away; they are in the file.
    pub folded: u64,
    /// Position of the first row of `window`.
    pub window_start: u64,
    /// Rows that are prepared: those last asked for by `Action::ShowRows`, or some of them.
    pub window: &'a [Row],
    /// The zone's distance from UTC in seconds; 0 to show UTC.
    pub offset_s: i32,
    /// The selected event, by its sequence number.
    pub selected: Option<u64>,
    /// The event that times and differences refer to, by its sequence number.
    pub marked: Option<u64>,
    /// When it happened, once that is read.
    pub mark: Option<Stamp>,
    /// When the capture began: where `elapsed_us` is 0.
    pub start: Stamp,
    /// What the time column shows.
    pub time: TimeColumn,
    /// Which columns are shown; the usual ones if absent.
    pub columns: Option<&'a Columns>,
    /// Pins and notes.
    pub notes: Option<&'a Notes>,
    /// The recording is still being read.
    pub opening: bool,
    /// How the last search went.
    pub search: Search,
    /// How the filter goes.
    pub filter: FilterState<'a>,
    /// Filters with a name.
    pub saved: Option<&'a Filters>,
    /// The name of the saved filter that can be put back.
    pub removed_filter: Option<&'a str>,
    /// Names of the session, for writing a filter.
    pub words: Vocabulary<'a>,
}

impl LogModel<'_> {
    /// The row at `position`, if it is prepared.
    #[must_use]
    pub fn row(&self, position: u64) -> Option<&Row> {
        let index = position.checked_sub(self.window_start)?;
        self.window.get(usize::try_from(index).ok()?)
    }
}

/// How a search goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Search {
    /// None was asked for.
    #[default]
    Idle,
    /// Still reading.
    Running,
    /// Found at this position.
    Found {
        /// The row.
        position: u64,
        /// Rows read until then, from the start of the search.
        searched: u64,
        /// The search came past the end and went on from the other side.
        wrapped: bool,
    },
    /// No row holds it.
    NotFound,
}

/// How a filter goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FilterState<'a> {
    /// The filter asked for last; empty for none.
    pub text: &'a str,
    /// Rows that fit, as far as was looked.
    pub fitting: u64,
    /// Events looked at.
    pub looked: u64,
    /// Events there are.
    pub of: u64,
    /// A filter was asked for that has nothing to show yet: the rows are those of the one before.
    pub is_waiting: bool,
    /// Older events are not looked at, because the user said that these finds are enough.
    pub is_halted: bool,
    /// What could not be looked at, as a sentence.
    pub trouble: Option<&'a str>,
}

impl FilterState<'_> {
    /// Whether rows are left out.
    #[must_use]
    pub const fn is_on(&self) -> bool {
        !self.text.is_empty()
    }

    /// Whether there is more to look at.
    #[must_use]
    pub const fn is_running(&self) -> bool {
        self.is_waiting || (self.looked < self.of && !self.is_halted)
    }
}
