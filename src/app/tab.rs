//! `Tab`: one capture in the window, and how it is looked at.

use std::ops::Range;
use std::sync::Arc;

use super::filtering::Filtering;
use super::order::{Moved, Order};
use super::saved::Colours;
use super::search::{Finder, Found, Shown};
use crate::capture::Spans;
use crate::capture::column_path::ColumnPath;
use crate::capture::study::StudyWish;
use crate::engine::{Capture, LiveTable, Wish};
use crate::settings::Profile;
use crate::ui::log_model::Search;

/// One capture and the state of looking at it.
pub struct Tab {
    /// The capture.
    pub capture: Capture,
    /// What it is connected with; `None` for a reopened capture.
    pub profile: Option<Profile>,
    /// Which events are shown where.
    pub order: Order,
    /// The filter that says so.
    pub filtering: Filtering,
    /// What colours rows.
    pub colours: Colours,
    /// The search.
    pub finder: Finder,
    /// Places asked for by the log.
    pub wanted: Range<u64>,
    /// The selected event.
    pub selected: Option<u64>,
    /// What the detail pane wants prepared.
    pub study_wish: StudyWish,
    /// Every selected event, as ranges of sequence numbers; those not shown now do not count.
    pub selection: Spans,
    /// The live rows of the subscription opened.
    pub table: Option<LiveTable>,
    /// Columns of JSON paths.
    pub columns: Arc<[ColumnPath]>,
    /// The event that times and differences refer to.
    pub marked: Option<u64>,
    /// The last event hidden by Clear.
    pub hidden_to: u64,
    /// What Clear hid before, for undo.
    pub hidden_before: Option<u64>,
    /// Show the end of the file as soon as it is known.
    pub wants_end: bool,
    /// Its file was replaced and is being opened anew.
    pub is_stale: bool,
}

/// What was done before a frame.
pub struct Prepared {
    /// There is more to count in the next frame.
    pub more: bool,
    /// What the search found just now.
    pub found: Option<Found>,
    /// The rows changed their places: the way from the old ones, and how many Clear hid then.
    pub moved: Option<(Moved, u64)>,
    /// Because of another filter, not because older finds came in.
    pub is_new_filter: bool,
}

impl Tab {
    /// A tab on a capture.
    pub fn new(capture: Capture, profile: Option<Profile>, fold: bool) -> Self {
        let mut order = Order::default();
        order.set_fold(fold);
        Self {
            capture,
            profile,
            order,
            filtering: Filtering::default(),
            colours: Colours::default(),
            finder: Finder::default(),
            wanted: 0..0,
            selected: None,
            selection: Spans::default(),
            table: None,
            columns: Arc::default(),
            marked: None,
            study_wish: StudyWish::default(),
            hidden_to: 0,
            hidden_before: None,
            wants_end: false,
            is_stale: false,
        }
    }

    /// Does what is due before a frame: counts new rows, picks up filter and search, asks the row worker.
    pub fn prepare(&mut self) -> Prepared {
        // Before the index is looked at: what was read to its end by then is in the view, too.
        let is_whole = self.capture.file().opening.is_none();
        let view = self.capture.view();
        let more = self.order.advance(&view);
        let hidden = self.hidden();
        let is_new_filter = self.filtering.prepare();
        let moved = self.order.set_found(self.filtering.found());
        let found = self.finder.poll();
        if let Some(found) = found {
            self.selected = Some(found.seq);
        }
        let is_read = !more && is_whole;
        let is_elsewhere = found.is_some_and(|found| !self.order.shows(found.seq));
        let moved = moved.or_else(|| {
            if is_read || is_elsewhere {
                self.leave_end()
            } else if self.wants_end {
                let moved = self.show_end();
                self.wants_end = moved.is_none();
                moved
            } else {
                None
            }
        });
        self.want();
        Prepared { more, found, moved: moved.map(|moved| (moved, hidden)), is_new_filter }
    }

    /// Rows at the start that Clear hides.
    pub fn hidden(&self) -> u64 {
        self.order.place(self.hidden_to + 1).min(self.order.len())
    }

    /// Asks the row worker for what is wanted now.
    pub fn want(&mut self) {
        let len = self.order.len();
        let (start, end) = (self.wanted.start.min(len), self.wanted.end.min(len));
        let rows = (start..end).map(|place| self.order.seq(place)).collect();
        // Rows on the screen change when an answer comes, which comes with events, or a note. The snapshot follows the
        // events, and names the subscriptions that colours ask for.
        let news = self.capture.view().len().saturating_add(self.capture.snapshot().last_seq);
        let revision = news.saturating_add(self.capture.notes_revision());
        self.capture.want(Wish {
            rows,
            before: start.checked_sub(1).map(|place| self.order.seq(place)),
            selected: self.selected,
            marked: self.marked,
            columns: Arc::clone(&self.columns),
            revision,
        });
    }

    /// Hides what is there now.
    pub fn clear(&mut self) {
        self.hidden_before = Some(self.hidden_to);
        let last_known = self.order.end().map_or(0, |end| end.first_seq() + end.count() - 1);
        self.hidden_to = self.capture.view().len().max(last_known);
    }

    /// Shows the end of a file that is being read, if it is known before its turn.
    pub fn show_end(&mut self) -> Option<Moved> {
        self.order.set_end(Some(self.capture.preview()?), 0)
    }

    /// Shows what was read so far, after the end alone was shown.
    pub fn leave_end(&mut self) -> Option<Moved> {
        let end = Arc::clone(self.order.end()?);
        // The numbers in a file may jump in the part that was not read when its end was shown.
        let record = end.get(end.first_seq());
        let true_first = record.and_then(|record| self.capture.view().seq_at(record.offset));
        let shift = true_first.map_or(0, |first| end.first_seq().saturating_sub(first));
        for seq in [&mut self.selected, &mut self.marked].into_iter().flatten() {
            if end.get(*seq).is_some() {
                *seq = seq.saturating_sub(shift);
            }
        }
        self.order.set_end(None, shift)
    }

    /// Shows what the last Clear hid.
    pub fn undo_clear(&mut self) {
        self.hidden_to = self.hidden_before.take().unwrap_or(0);
    }

    /// Whether a socket is open or on its way.
    pub fn is_busy(&self) -> bool {
        let phase = self.capture.snapshot().phase;
        phase.is_open() || phase.is_connecting() || phase == crate::session::Phase::WaitingToRetry
    }

    /// Whether a text on the screen counts seconds.
    pub fn counts_seconds(&self) -> bool {
        // A file that another program writes is looked at as it goes, too.
        (self.profile.is_some() || self.capture.file().live) && self.is_busy()
    }

    /// What the capture is called: its profile, else its server or its file.
    pub fn name(&self) -> String {
        if let Some(profile) = &self.profile {
            return profile.name.clone();
        }
        let file = self.capture.file();
        let name = file.path.as_ref().and_then(|path| path.file_name());
        name.map_or_else(|| file.server.clone(), |name| name.to_string_lossy().into_owned())
    }

    /// The events that are shown, for a search on another thread.
    pub fn shown(&self, fold: bool) -> Shown {
        match self.order.found() {
            Some(found) => Shown::Fitting(Arc::clone(found)),
            None if fold => Shown::Folded,
            None => Shown::All,
        }
    }

    /// The search, as the log shows it.
    pub fn search(&self) -> Search {
        if self.finder.is_running() {
            return Search::Running;
        }
        match self.finder.outcome() {
            None => Search::Idle,
            Some(Ok(Some(found))) => Search::Found {
                position: self.order.place(found.seq),
                searched: found.searched,
                wrapped: found.wrapped,
            },
            Some(Ok(None) | Err(_)) => Search::NotFound,
        }
    }
}
