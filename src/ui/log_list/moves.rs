//! Other rows stand where these stood: what the list keeps of its place and selection.

use super::LogList;

impl LogList {
    /// The rows changed their places: `moved` tells where a row of before is now, or the next one that is left.
    /// `hidden` are the rows hidden at the start, before and now.
    pub fn rebase(&mut self, moved: &dyn Fn(u64) -> u64, hidden: (u64, u64)) {
        let count = |rows: u64| rows.checked_sub(1).map_or(0, |last| moved(last) + 1);
        let top = &mut self.scroller.anchor.row;
        *top = moved(*top + hidden.0).saturating_sub(hidden.1);
        self.selection.rebase(moved);
        self.reveal = self.reveal.map(moved);
        self.frozen = self.frozen.map(count);
        self.seen = self.seen.map(count);
        self.asked = 0..0;
    }

    /// Selects the row at `position`, or none, and leaves the list where it stands. Where the cursor is there already,
    /// the rows selected with it stay so.
    pub fn mark_selected(&mut self, position: Option<u64>) {
        match position {
            Some(position) if self.selected() == Some(position) => {}
            Some(position) => self.selection.only(position),
            None => self.selection.clear(),
        }
    }

    /// Brings the selected row into sight, unless the list follows the newest.
    pub fn keep_selected_in_sight(&mut self) {
        if !self.is_following() {
            self.reveal = self.selected();
        }
    }
}
