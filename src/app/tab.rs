//! `Tab`: one capture in the window, and how it is looked at.

use std::ops::Range;

use super::order::Order;
use super::search::{Finder, Found};
use crate::capture::study::Wish;
use crate::engine::Capture;
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
    /// The search.
    pub finder: Finder,
    /// Places asked for by the log.
    pub wanted: Range<u64>,
    /// The selected event.
    pub selected: Option<u64>,
    /// What the detail pane wants prepared.
    pub wish: Wish,
    /// The event that times and differences refer to.
    pub marked: Option<u64>,
    /// The last event hidden by Clear.
    pub hidden_to: u64,
    /// What Clear hid before, for undo.
    pub hidden_before: Option<u64>,
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
            finder: Finder::default(),
            wanted: 0..0,
            selected: None,
            marked: None,
            wish: Wish::default(),
            hidden_to: 0,
            hidden_before: None,
        }
    }

    /// Does what is due before a frame: counts new rows, picks up the search, asks the row worker. Returns whether
    /// another frame is needed for the counting, and what the search found just now.
    pub fn prepare(&mut self) -> (bool, Option<Found>) {
        let view = self.capture.view();
        let more = self.order.advance(&view);
        let found = self.finder.poll();
        if let Some(found) = found {
            self.selected = Some(found.seq);
        }
        self.want();
        (more, found)
    }

    /// Asks the row worker for what is wanted now.
    pub fn want(&mut self) {
        let len = self.order.len();
        let (start, end) = (self.wanted.start.min(len), self.wanted.end.min(len));
        let rows = (start..end).map(|place| self.order.seq(place)).collect();
        // Rows on the screen change when an answer comes, and answers come with events.
        let revision = self.capture.view().len();
        self.capture.want(rows, self.selected, revision);
    }

    /// Hides what is there now.
    pub fn clear(&mut self) {
        self.hidden_before = Some(self.hidden_to);
        self.hidden_to = self.capture.view().len();
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
        self.profile.is_some() && self.is_busy()
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
