//! The hands on the rows: marks, pins, notes, columns, going to places.

use super::app::App;
use super::copy_rows;
use super::going::{self, Arrival};
use super::notice::Notice;
use super::tab::Tab;
use crate::capture::column_path::ColumnPath;
use crate::capture::{NoteChange, Spans};
use crate::settings::TimeColumn;
use crate::ui::figures::count;
use crate::ui::rows_action::{CopyForm, RowsAction};
use crate::ui::shell::Shell;
use crate::ui::target::Target;

/// Rows pinned at once: each is a line of the capture.
const MOST_PINS: usize = 1_000;

impl App {
    /// Does what the hands on the rows want.
    pub(super) fn perform_on_rows(&mut self, action: RowsAction) {
        match action {
            RowsAction::Select(places) => {
                if let Some(tab) = &mut self.tab {
                    tab.select(&places);
                }
            }
            RowsAction::ToggleMark => {
                let mark = self.tab.as_ref().map(|tab| tab.selected.filter(|seq| tab.marked != Some(*seq)));
                self.mark(mark.flatten());
            }
            RowsAction::TogglePin => self.toggle_pin(),
            RowsAction::WriteNote { about, text } => {
                self.note(NoteChange { about, pin: None, text: Some(text) });
            }
            RowsAction::GoToPin { backwards } => self.go_to_pin(backwards),
            RowsAction::GoToPartner => self.go_to_partner(),
            RowsAction::GoTo(target) => self.go_to_target(target),
            RowsAction::Copy(form) => self.copy_rows(form),
            RowsAction::SetTime(time) => self.memory.change().preferences.time = time,
            RowsAction::SetColumns(columns) => self.memory.change().columns = *columns,
        }
    }

    /// Lets times refer to an event, and shows them so; without one, the clock again.
    pub(super) fn mark(&mut self, seq: Option<u64>) {
        let Some(tab) = &mut self.tab else { return };
        if tab.marked == seq {
            return;
        }
        tab.marked = seq;
        tab.want();
        let time = self.memory.settings().preferences.time;
        let wanted = match (seq, time) {
            (Some(_), _) => TimeColumn::SinceMark,
            (None, TimeColumn::SinceMark) => TimeColumn::Clock,
            (None, other) => other,
        };
        if wanted != time {
            self.memory.change().preferences.time = wanted;
        }
    }

    /// Adds a column for a JSON path.
    pub(super) fn add_column(&mut self, path: &str) {
        let notice = match ColumnPath::parse(path) {
            Err(error) => Some(Notice::error(format!("No column was added. {error}."))),
            Ok(path) if !self.memory.change().columns.add_path(path.text()) => Some(Notice::error(
                "No column was added: there are as many as there may be. Remove one under Columns.",
            )),
            Ok(_) => None,
        };
        if let Some(notice) = notice {
            self.say(notice);
        }
    }

    /// Gives the tab the columns of the settings, parsed; a path that isn't one shows nothing.
    pub(super) fn bring_columns(&mut self) {
        let Some(tab) = &mut self.tab else { return };
        let paths = &self.memory.settings().columns.paths;
        let same = paths.len() == tab.columns.len()
            && paths.iter().zip(tab.columns.iter()).all(|(path, known)| path.path == known.text());
        if !same {
            tab.columns = paths.iter().filter_map(|path| ColumnPath::parse(&path.path).ok()).collect();
        }
    }

    fn toggle_pin(&mut self) {
        let Some(tab) = &self.tab else { return };
        let rows: Vec<u64> = tab.selected_events().take(MOST_PINS + 1).collect();
        if rows.len() > MOST_PINS {
            self.say(Notice::error(format!(
                "Nothing was pinned: at most {} rows can be pinned at once. Select fewer.",
                count(MOST_PINS as u64)
            )));
            return;
        }
        let notes = tab.capture.notes();
        let pin = !rows.iter().all(|seq| notes.is_pinned(*seq));
        for about in rows {
            if notes.is_pinned(about) != pin {
                self.note(NoteChange { about, pin: Some(pin), text: None });
            }
        }
    }

    fn note(&mut self, change: NoteChange) {
        let Some(tab) = &mut self.tab else { return };
        if let Err(error) = tab.capture.note(change) {
            self.say(Notice::error(format!("The note was not written. {error}")));
        }
    }

    fn go_to_pin(&mut self, backwards: bool) {
        let Some(tab) = &self.tab else { return };
        let from = tab.selected.unwrap_or(if backwards { u64::MAX } else { 0 });
        match tab.capture.notes().next(from, backwards) {
            Some(seq) => self.go_to_event(seq),
            None => self.say(Notice::info("Nothing is pinned in this capture yet. P pins the selected row.")),
        }
    }

    fn go_to_partner(&mut self) {
        let Some(tab) = &self.tab else { return };
        let record = tab.selected.and_then(|seq| tab.capture.view().get(seq));
        match record.map(|record| u64::from(record.partner)) {
            Some(seq) if seq != 0 => self.go_to_event(seq),
            _ => self.say(Notice::info("The selected row has no request and no answer in this capture.")),
        }
    }

    /// Selects an event and brings it into sight; where its row isn't shown, the next one, and says so.
    pub(super) fn go_to_event(&mut self, seq: u64) {
        let read =
            self.tab.as_ref().filter(|tab| tab.order.end().is_some()).map(|tab| tab.capture.view().len());
        if read.is_some_and(|read| seq <= read) {
            self.show_end(false);
        }
        let Some(tab) = &self.tab else { return };
        match going::to_event(tab, seq) {
            Ok(arrival) => self.arrive(arrival),
            Err(sentence) => self.say(Notice::error(sentence)),
        }
    }

    fn go_to_target(&mut self, target: Target) {
        let Some(tab) = &self.tab else { return };
        let offset_s =
            self.files.zone.offset_s(tab.capture.now().time_us, self.memory.settings().preferences.utc);
        match going::to_target(tab, target, offset_s) {
            Ok(arrival) => self.arrive(arrival),
            Err(sentence) => self.say(Notice::error(sentence)),
        }
    }

    fn arrive(&mut self, arrival: Arrival) {
        let Some(tab) = &mut self.tab else { return };
        tab.select_one(arrival.place);
        tab.want();
        self.shell.reveal(arrival.place);
        if let Some(sentence) = arrival.remark {
            self.say(Notice::info(sentence));
        }
    }

    fn copy_rows(&mut self, form: CopyForm) {
        let Some(tab) = &self.tab else { return };
        let rows: Vec<u64> = tab.selected_events().take(copy_rows::MOST_ROWS + 1).collect();
        if rows.len() > copy_rows::MOST_ROWS {
            self.say(Notice::error(format!(
                "Nothing was copied: at most {} rows fit the clipboard. Select fewer, or export them to a file.",
                count(copy_rows::MOST_ROWS as u64)
            )));
            return;
        }
        if !rows.is_empty() {
            let reader = tab.capture.reader();
            self.copy_job(move || copy_rows::written(reader, &rows, form));
        }
    }
}

impl Tab {
    /// The event at `place` is the only one selected.
    pub(super) fn select_one(&mut self, place: u64) {
        let seq = self.order.seq(place);
        self.selected = Some(seq);
        self.selection = Spans::one(seq);
    }

    /// Keeps the selection of the list on the selected event when other rows are shown around it: it is a place there
    /// and an event here. Several rows become the one at the cursor, for those between them are others now.
    pub(super) fn hold_selection(&mut self, shell: &mut Shell) {
        let Some(seq) = self.selected else { return };
        let stands = shell.selected().is_some_and(|place| self.order.seq(place) == seq);
        if stands {
            return;
        }
        let place = self.order.shows(seq).then(|| self.order.place(seq));
        self.selection = Spans::one(seq);
        shell.select(place);
    }

    /// Nothing is selected any more.
    pub(super) fn select_nothing(&mut self) {
        self.selected = None;
        self.selection = Spans::default();
    }

    /// The events at these places are selected.
    fn select(&mut self, places: &Spans) {
        let mut events = Spans::default();
        for range in places.ranges() {
            let last = self.order.seq(range.end.saturating_sub(1));
            events.add(self.order.seq(range.start)..last.saturating_add(1));
        }
        self.selection = events;
    }

    /// The selected events that are shown, in order. Costs what is taken from it, however many are selected.
    pub(super) fn selected_events(&self) -> impl Iterator<Item = u64> + '_ {
        let shown = self.order.len();
        self.selection.ranges().iter().flat_map(move |range| {
            let places = self.order.place(range.start)..self.order.place(range.end).min(shown);
            places.map(|place| self.order.seq(place))
        })
    }
}
