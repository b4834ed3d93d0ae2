//! `LogList`: the rows of the log, exact at any length; a frame costs what is in sight and nothing more.

use egui::accesskit::Role;
use egui::{Align2, EventFilter, Popup, Rect, Response, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::capture::Spans;
use crate::ui::action::Action;
use crate::ui::command::Command;
use crate::ui::figures;
use crate::ui::log_columns::Places;
use crate::ui::log_head::LogHead;
use crate::ui::log_model::LogModel;
use crate::ui::log_row::{row_ui, skeleton_ui, spoken};
use crate::ui::log_scroll::Extent;
use crate::ui::measure::fitting;
use crate::ui::row_menu::RowMenu;
use crate::ui::row_tint::{tint_tip, tint_ui};
use crate::ui::rows_action::RowsAction;
use crate::ui::scroller::{SCROLLBAR_WIDTH, Scroller};
use crate::ui::selection::Selection;
use crate::ui::theme::{self, tokens};

mod hands;
mod moves;

/// What the list remembers: where it stands, what is selected.
#[derive(Clone, Debug, Default)]
pub struct LogList {
    scroller: Scroller,
    /// Whether new rows pull the list along; off from the first scroll upwards.
    loose: bool,
    /// Rows there were when the last one was in sight.
    seen: Option<u64>,
    /// The recording was still being read in the frame before.
    was_opening: bool,
    /// Rows shown while paused.
    frozen: Option<u64>,
    selection: Selection,
    head: LogHead,
    menu: RowMenu,
    /// The menu is to open with this frame, by key.
    wants_menu: bool,
    /// The list has the keyboard.
    focused: bool,
    asked: std::ops::Range<u64>,
    reveal: Option<u64>,
}

/// What of the list is open to the eye in this frame.
struct Opening<'a> {
    list: &'a Response,
    log: &'a LogModel<'a>,
    columns: Places,
    extent: Extent,
    hidden: u64,
}

const HEADER_HEIGHT: f32 = 24.0;

impl LogList {
    /// Whether the list follows the newest row.
    #[must_use]
    pub fn is_following(&self) -> bool {
        !self.loose && self.frozen.is_none()
    }

    /// Whether new rows are kept out of sight.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.frozen.is_some()
    }

    /// The selected position.
    #[must_use]
    pub fn selected(&self) -> Option<u64> {
        self.selection.cursor()
    }

    /// Whether more than one row is selected.
    #[must_use]
    pub fn has_several(&self) -> bool {
        self.selection.is_several()
    }

    /// Selects every row shown.
    pub fn select_all(&mut self, log: &LogModel<'_>, actions: &mut Vec<Action>) {
        let rows = self.frozen.unwrap_or(log.rows).min(log.rows);
        self.selection.all(log.hidden.min(rows)..rows);
        self.tell(actions);
    }

    /// Opens the menu of the selected row, at its place.
    pub fn open_menu(&mut self) {
        self.wants_menu = self.selected().is_some();
    }

    /// Rows that came since the last one was in sight.
    #[must_use]
    pub fn new_rows(&self, rows: u64) -> u64 {
        rows.saturating_sub(self.seen.unwrap_or(rows))
    }

    /// Tells the app what is selected now.
    fn tell(&self, actions: &mut Vec<Action>) {
        actions.push(Action::Select(self.selected()));
        // A toggle can leave the cursor on a row that is not selected.
        let is_plain = self.selected().is_some_and(|cursor| *self.selection.spans() == Spans::one(cursor));
        if !is_plain && !self.selection.spans().is_empty() {
            actions.push(Action::Rows(RowsAction::Select(self.selection.spans().clone())));
        }
    }

    /// Follows the newest row from now on, or stays where it is.
    pub fn follow(&mut self, on: bool, rows: u64) {
        self.loose = !on;
        self.seen = Some(rows);
        if on {
            self.frozen = None;
        }
    }

    /// Keeps new rows out of sight, or lets them in.
    pub fn pause(&mut self, on: bool, rows: u64) {
        self.frozen = on.then_some(rows);
        self.seen = Some(rows);
    }

    /// Selects `position` and brings it into sight with the next frame.
    pub fn reveal(&mut self, position: u64) {
        self.selection.only(position);
        self.reveal = Some(position);
        self.loose = true;
        if self.frozen.is_some_and(|rows| position >= rows) {
            self.frozen = None;
        }
    }

    /// Forgets selection and place, for another capture; follows its newest row or stands at its first.
    pub fn reset(&mut self, follow: bool) {
        *self = Self { loose: !follow, ..Self::default() };
    }

    /// Paints the list into all the room there is. Returns the command chosen in the menu of a row.
    pub fn show(&mut self, ui: &mut Ui, log: &LogModel<'_>, actions: &mut Vec<Action>) -> Option<Command> {
        let rect = ui.available_rect_before_wrap();
        ui.allocate_rect(rect, Sense::hover());
        let (header, body) = rect.split_top_bottom_at_y(rect.top() + HEADER_HEIGHT);
        let shown = self.frozen.unwrap_or(log.rows).min(log.rows);
        let hidden = log.hidden.min(shown);
        let extent = Extent { rows: shown - hidden, height: body.height(), row_height: theme::ROW_HEIGHT };

        let id = ui.make_persistent_id("log list");
        let list = ui.interact(body, id, Sense::click());
        list.widget_info(|| WidgetInfo::labeled(Role::ListBox, true, "Event log"));
        // The last row may not be prepared, and under a filter its number is no count of rows.
        let highest = log.row(shown.saturating_sub(1)).map_or(shown, |row| row.seq).max(log.filter.of);
        let looks = self.head.columns(log);
        let columns = Places::new(rect.left(), rect.width() - SCROLLBAR_WIDTH, highest, &looks);
        let opening = Opening { list: &list, log, columns, extent, hidden };
        self.place(ui, &opening, actions);

        self.head.show(ui, (header, &opening.columns), log, actions);
        let line = tokens(ui).line;
        ui.painter().hline(header.x_range(), header.bottom() - 0.5, Stroke::new(1.0, line));
        let mut child = ui.new_child(egui::UiBuilder::new().max_rect(body).id_salt("rows"));
        child.set_clip_rect(body.intersect(ui.clip_rect()));
        self.rows_ui(&mut child, &opening, actions);
        // After the rows, whose stripes reach under it; a drag moves them in the next frame.
        let bar = Rect::from_min_max(pos2(body.right() - SCROLLBAR_WIDTH, body.top()), body.max);
        if self.scroller.bar_ui(ui, id, bar, extent) {
            self.loose = !self.scroller.anchor.is_at_end(extent);
        }
        self.mark_seen(log, extent);
        self.pill_ui(ui, body, log.rows);
        self.ask(log, extent, hidden, actions);
        self.menu_ui(ui, &opening, actions)
    }

    /// The menu of the row at the cursor.
    fn menu_ui(&mut self, ui: &Ui, opening: &Opening<'_>, actions: &mut Vec<Action>) -> Option<Command> {
        let position = self.selected()?;
        if std::mem::take(&mut self.wants_menu) {
            let row = position.saturating_sub(opening.hidden);
            let from_top = row.saturating_sub(self.scroller.anchor.row).min(opening.extent.page());
            let body = opening.list.rect;
            let y = body.top() + (from_top + 1) as f32 * theme::ROW_HEIGHT;
            self.menu.open_by_key(pos2(body.left() + 60.0, y));
        }
        let row = opening.log.row(position)?;
        let id = opening.list.id.with("row menu");
        self.menu.show(ui, id, (row, self.selection.is_several()), actions)
    }

    /// Rows count as seen while the last of them is in sight.
    fn mark_seen(&mut self, log: &LogModel<'_>, extent: Extent) {
        let rows = log.rows;
        // What a recording held before is not new, however long it takes to read it.
        if log.opening || self.was_opening {
            self.seen = Some(rows);
        }
        self.was_opening = log.opening;
        let at_end = self.scroller.anchor.in_sight(extent).end == extent.rows;
        if self.frozen.is_none() && at_end {
            self.seen = Some(rows);
        }
        self.seen.get_or_insert(rows);
    }

    /// Wheel, keys and following: where the list stands in this frame.
    fn place(&mut self, ui: &Ui, opening: &Opening<'_>, actions: &mut Vec<Action>) {
        let Opening { list, extent, hidden, .. } = *opening;
        if !self.loose {
            self.scroller.anchor = extent.end();
        }
        if self.scroller.wheel(ui, list, extent) {
            self.loose = !self.scroller.anchor.is_at_end(extent);
        }
        self.focused = list.has_focus();
        if self.focused {
            let filter = EventFilter { vertical_arrows: true, ..EventFilter::default() };
            ui.memory_mut(|memory| memory.set_focus_lock_filter(list.id, filter));
        }
        let nothing_focused = ui.memory(|memory| memory.focused().is_none());
        let in_dialog = ui.memory(|memory| memory.top_modal_layer().is_some());
        let may_take_keys = ui.is_enabled() && !in_dialog && !Popup::is_any_open(ui.ctx());
        if may_take_keys && (list.has_focus() || nothing_focused) {
            self.keys(ui, extent, hidden, actions);
        }
        if let Some(position) = self.reveal.take() {
            let row = position.saturating_sub(hidden).min(extent.rows.saturating_sub(1));
            self.scroller.anchor = self.scroller.anchor.centred(row, extent);
        }
    }

    fn rows_ui(&mut self, ui: &mut Ui, opening: &Opening<'_>, actions: &mut Vec<Action>) {
        let Opening { list, log, columns, extent, hidden } = opening;
        let t = tokens(ui);
        let body = ui.max_rect();
        let rows = Rect::from_min_max(body.min, pos2(body.right() - SCROLLBAR_WIDTH, body.bottom()));
        for (index, row) in self.scroller.anchor.in_sight(*extent).enumerate() {
            let position = row + hidden;
            let top = rows.top() + index as f32 * theme::ROW_HEIGHT - self.scroller.anchor.offset;
            let rect = Rect::from_min_size(pos2(rows.left(), top), vec2(rows.width(), theme::ROW_HEIGHT));
            let prepared = log.row(position);
            // Not focusable: the list is one stop for Tab, the arrows move inside it.
            let response = ui.interact(rect, list.id.with(position), Sense::CLICK);
            let is_selected = self.selection.contains(position);
            response.widget_info(|| {
                let name = prepared.map_or_else(|| format!("row at {position}, being read"), spoken);
                WidgetInfo::selected(Role::ListBoxOption, true, is_selected, name)
            });
            let fill = if is_selected {
                Some(t.accent_ground)
            } else if response.hovered() {
                Some(t.raised)
            } else {
                (position % 2 == 1).then_some(t.stripe)
            };
            if let Some(fill) = fill {
                ui.painter().rect_filled(rect.with_max_x(body.right()), 0.0, fill);
            }
            tint_ui(ui, rect.with_max_x(body.right()), prepared, is_selected);
            if self.selection.cursor() == Some(position) && list.has_focus() {
                let edge = Rect::from_min_size(rect.min, vec2(2.0, rect.height()));
                ui.painter().rect_filled(edge, 0.0, t.accent);
            }
            match prepared {
                Some(row) => row_ui(ui, rect, columns, row, log),
                None => skeleton_ui(ui, rect, columns, position + 1),
            }
            let note = prepared.map_or("", |row| row.note.as_str());
            let response = if note.is_empty() { response } else { response.on_hover_text(note) };
            let response = tint_tip(response, prepared);
            if response.clicked() || response.secondary_clicked() {
                list.request_focus();
                self.click(ui, &response, position, actions);
            }
        }
    }

    /// The way back to the newest row, with how many came meanwhile.
    fn pill_ui(&mut self, ui: &mut Ui, body: Rect, rows: u64) {
        let new = self.new_rows(rows);
        if self.is_following() || new == 0 {
            return;
        }
        let t = tokens(ui);
        let text = format!("↓ {} new", figures::count(new));
        let galley = ui.painter().layout_no_wrap(text.clone(), theme::medium(theme::BODY), t.on_primary);
        let size = galley.size() + vec2(24.0, 10.0);
        let rect = Align2::CENTER_BOTTOM.align_size_within_rect(size, body.shrink(10.0));
        let response = ui.interact(rect, ui.scope_id().with("new rows"), Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &text));
        ui.painter().rect_filled(rect, size.y / 2.0, t.primary);
        ui.painter().galley(rect.center() - galley.size() / 2.0, galley, t.on_primary);
        if response.on_hover_text("Show the newest row and follow").clicked() {
            self.follow(true, rows);
        }
    }

    /// Asks for the rows in sight and a page around them, when they changed or are not there yet.
    fn ask(&mut self, log: &LogModel<'_>, extent: Extent, hidden: u64, actions: &mut Vec<Action>) {
        let sight = self.scroller.anchor.in_sight(extent);
        let margin = fitting(extent.height, extent.row_height).max(1);
        let start = (sight.start + hidden).saturating_sub(margin).max(hidden);
        let end = (sight.end + hidden).saturating_add(margin).min(log.rows);
        let is_there = |row: u64| log.row(row + hidden).is_some();
        let missing = |row: u64| !is_there(row);
        let incomplete = !sight.is_empty() && (missing(sight.start) || missing(sight.end - 1));
        if end > start && (incomplete || self.asked != (start..end)) {
            self.asked = start..end;
            actions.push(Action::ShowRows(start..end));
        }
    }

    /// The row at the upper edge, counted from the first that is not hidden.
    #[must_use]
    pub fn first_in_sight(&self) -> u64 {
        self.scroller.anchor.row
    }
}
