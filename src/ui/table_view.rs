//! `TableView`: the live rows of a subscription, as a table.

use std::sync::Arc;

use egui::accesskit::Role;
use egui::{Layout, Rangef, Rect, Response, RichText, Sense, Ui, WidgetInfo, pos2, vec2};
use lucide_icons::Icon;

use crate::directus::shown;
use crate::session::table::{LiveRow, ShownTable, TableNoteKind, TableWish};
use crate::ui::action::Action;
use crate::ui::button::{Button, Look};
use crate::ui::control::field_ui;
use crate::ui::empty::empty_ui;
use crate::ui::figures::{count, counted};
use crate::ui::log_scroll::Extent;
use crate::ui::scroller::{SCROLLBAR_WIDTH, Scroller};
use crate::ui::table_action::TableAction;
use crate::ui::table_cell::{cells_ui, ground_ui, spoken, tip, value_of};
use crate::ui::table_head::{Place, TableHead};
use crate::ui::theme::{self, tokens};

/// Height of the names of the columns, points.
const HEAD_HEIGHT: f32 = 26.0;
/// Height of the bar by which columns are brought into sight, points.
const SIDE_BAR: f32 = 10.0;

/// A cell that a menu is open on.
#[derive(Clone, Debug)]
struct Chosen {
    row: Arc<str>,
    seq: u64,
    field: Option<Arc<str>>,
    value: Option<String>,
}

/// The table and its small state.
#[derive(Clone, Debug, Default)]
pub struct TableView {
    scroller: Scroller,
    head: TableHead,
    wish: TableWish,
    /// Points by which the columns are moved to the left.
    aside: f32,
    /// Key of the selected row.
    selected: Option<Arc<str>>,
    menu: Option<Chosen>,
}

impl TableView {
    /// Paints the table into all the room there is.
    pub fn show(&mut self, ui: &mut Ui, table: &ShownTable, now_us: u64, actions: &mut Vec<Action>) {
        self.tools_ui(ui, table, actions);
        remarks_ui(ui, table);
        if self.wish != table.wish && table.rows.loaded.is_some() {
            actions.push(Action::Table(TableAction::Wish(self.wish.clone())));
        }
        if table.rows.len == 0 {
            let advice = match table.rows.loaded {
                None if table.looked < table.of => "The capture is being read",
                None => "The init has not come yet",
                Some(loaded) if loaded.rows.is_none() => {
                    "The subscription asks for one event only, so its init brings no rows; rows appear as events name them"
                }
                Some(_) => "No row fits the query of the subscription",
            };
            empty_ui(ui, Icon::Table2, "No rows", advice);
            return;
        }
        self.list_ui(ui, table, now_us, actions);
    }

    fn tools_ui(&mut self, ui: &mut Ui, table: &ShownTable, actions: &mut Vec<Action>) {
        let t = tokens(ui);
        let size = vec2(ui.available_width(), theme::TOOL_BAR_HEIGHT);
        ui.allocate_ui_with_layout(size, Layout::right_to_left(egui::Align::Center), |ui| {
            ui.add_space(10.0);
            if Button::icon(Icon::X, "Close table")
                .show(ui)
                .on_hover_text("Close the table; the log keeps its events")
                .clicked()
            {
                actions.push(Action::Table(TableAction::Close));
            }
            let export = Button::icon(Icon::Upload, "Export table as CSV").look(Look::Quiet).show(ui);
            if export.on_hover_text("Write the rows shown as CSV").clicked() {
                actions.push(Action::Table(TableAction::Export));
            }
            self.head.menu_ui(ui, &table.rows);
            ui.with_layout(Layout::left_to_right(egui::Align::Center), |ui| {
                ui.add_space(10.0);
                let width = (ui.available_width() * 0.4).clamp(100.0, 320.0);
                ui.allocate_ui_with_layout(
                    vec2(width, theme::CONTROL_HEIGHT),
                    Layout::left_to_right(egui::Align::Center),
                    |ui| field_ui(ui, "Filter rows", &mut self.wish.text, "text in a row", theme::body()),
                );
                let words = RichText::new(figures(table)).color(t.dim);
                ui.add(egui::Label::new(words).truncate());
            });
        });
    }

    fn list_ui(&mut self, ui: &mut Ui, table: &ShownTable, now_us: u64, actions: &mut Vec<Action>) {
        let rect = ui.available_rect_before_wrap();
        ui.allocate_rect(rect, Sense::hover());
        let (head, body) = rect.split_top_bottom_at_y(rect.top() + HEAD_HEIGHT);
        let wide = rect.width() - SCROLLBAR_WIDTH;
        let total = self.head.places(&table.rows, 0.0).last().map_or(0.0, |place| place.range.max);
        let body = if total > wide { body.with_max_y(body.bottom() - SIDE_BAR) } else { body };
        let id = ui.make_persistent_id("table rows");
        let list = ui.interact(body, id, Sense::click());
        list.widget_info(|| WidgetInfo::labeled(Role::ListBox, true, "Live rows"));
        self.move_aside(ui, &list, (total, wide), rect);
        let places = self.head.places(&table.rows, rect.left() - self.aside);
        self.head.show(ui, head.with_max_x(head.right() - SCROLLBAR_WIDTH), &places, &mut self.wish);
        let extent =
            Extent { rows: table.len() as u64, height: body.height(), row_height: theme::ROW_HEIGHT };
        self.scroller.wheel(ui, &list, extent);
        let sight = self.scroller.anchor.in_sight(extent);
        let first = usize::try_from(sight.start).unwrap_or(usize::MAX);
        let most = usize::try_from(sight.end - sight.start).unwrap_or_default();
        let rows = table.rows_from(first, most);
        let mut child = ui.new_child(egui::UiBuilder::new().max_rect(body).id_salt("table rows"));
        child.set_clip_rect(body.with_max_x(body.right() - SCROLLBAR_WIDTH).intersect(ui.clip_rect()));
        for (index, row) in rows.into_iter().enumerate() {
            let top = body.top() + index as f32 * theme::ROW_HEIGHT - self.scroller.anchor.offset;
            let line = Rect::from_min_size(pos2(rect.left(), top), vec2(wide, theme::ROW_HEIGHT));
            if (first + index) % 2 == 1 {
                child.painter().rect_filled(line, 0.0, tokens(ui).stripe);
            }
            let Some(row) = row else { continue };
            let response = child.interact(line, list.id.with(first + index), Sense::CLICK);
            self.row_ui(&child, (line, &response), (row, &places, now_us), actions);
        }
        let bar = Rect::from_min_max(pos2(body.right() - SCROLLBAR_WIDTH, body.top()), body.max);
        self.scroller.bar_ui(ui, id, bar, extent);
    }

    fn row_ui(
        &mut self,
        ui: &Ui,
        (line, response): (Rect, &Response),
        (row, places, now_us): (&LiveRow, &[Place], u64),
        actions: &mut Vec<Action>,
    ) {
        let t = tokens(ui);
        let is_selected = row.key.is_some() && self.selected == row.key;
        response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, is_selected, spoken(row)));
        ground_ui(ui, line, row, now_us);
        if is_selected {
            ui.painter().rect_filled(line, 0.0, t.accent_ground);
        } else if response.hovered() {
            ui.painter().rect_filled(line, 0.0, t.raised);
        }
        cells_ui(ui, line, row, places, now_us);
        let at = response.hover_pos().or_else(|| response.interact_pointer_pos());
        let field = at.and_then(|at| places.iter().find(|place| place.range.contains(at.x)));
        let field = field.map(|place| Arc::clone(&place.field));
        if response.clicked() || response.secondary_clicked() {
            self.selected.clone_from(&row.key);
            let value = field.as_deref().and_then(|field| value_of(row, field)).map(str::to_owned);
            self.menu =
                Some(Chosen { row: Arc::clone(&row.text), seq: row.seq, field: field.clone(), value });
        }
        if response.clicked() {
            actions.push(Action::GoTo(row.seq));
        }
        self.menu_ui(response, actions);
        if let Some(field) = field {
            let words = tip(row, &field, now_us);
            if !words.is_empty() {
                response.clone().on_hover_text(words);
            }
        }
    }

    fn menu_ui(&mut self, response: &Response, actions: &mut Vec<Action>) {
        response.context_menu(|ui| {
            let Some(chosen) = self.menu.clone() else { return };
            ui.set_min_width(170.0);
            if let Some(value) = &chosen.value
                && ui.button("Copy cell").clicked()
            {
                let text = serde_json::from_str::<String>(value).unwrap_or_else(|_| value.clone());
                actions.push(Action::Copy(text));
                ui.close();
            }
            if ui.button("Copy row as JSON").clicked() {
                actions.push(Action::Copy(chosen.row.to_string()));
                ui.close();
            }
            if ui.button("Show its last event").clicked() {
                actions.push(Action::GoTo(chosen.seq));
                ui.close();
            }
            if let Some(field) = &chosen.field
                && ui.button("Hide column").clicked()
            {
                self.head.hide(field);
                ui.close();
            }
        });
    }

    /// Brings columns into sight that don't fit, by the wheel or a bar below the rows.
    fn move_aside(&mut self, ui: &Ui, list: &Response, (total, wide): (f32, f32), rect: Rect) {
        let room = (total - wide).max(0.0);
        if list.contains_pointer() {
            self.aside -= ui.input(egui::InputState::smooth_scroll_delta).x;
        }
        if room > 0.0 {
            let bar = Rect::from_min_max(pos2(rect.left(), rect.bottom() - SIDE_BAR), rect.max);
            let bar = bar.with_max_x(rect.right() - SCROLLBAR_WIDTH);
            let sense = Sense::click_and_drag() - Sense::FOCUSABLE;
            let response = ui.interact(bar, list.id.with("aside"), sense);
            if response.dragged() {
                self.aside += response.drag_delta().x * total / wide;
            }
            self.aside = self.aside.clamp(0.0, room);
            let from = bar.left() + self.aside / total * wide;
            let thumb = Rect::from_x_y_ranges(Rangef::new(from, from + wide / total * wide), bar.y_range());
            let t = tokens(ui);
            let colour = if response.hovered() || response.dragged() { t.faint } else { t.strong_line };
            ui.painter().rect_filled(thumb.shrink2(vec2(1.0, 3.0)), 3.0, colour);
        }
        self.aside = self.aside.clamp(0.0, room);
    }
}

/// How many rows there are, and how many are shown.
fn figures(table: &ShownTable) -> String {
    let rows = table.rows.len.saturating_sub(table.rows.ghosts) as u64;
    let mut words = vec![counted(rows, "row")];
    if table.order.is_some() && table.len() < table.rows.len {
        words.push(format!("{} fit", count(table.len() as u64)));
    }
    if table.rows.ghosts > 0 {
        words.push(format!("{} just deleted", count(table.rows.ghosts as u64)));
    }
    if table.looked < table.of {
        words.push(format!("reading, {} of {} events", count(table.looked), count(table.of)));
    }
    words.join(" · ")
}

/// What a person must know of the rows before trusting them.
fn remarks_ui(ui: &mut Ui, table: &ShownTable) {
    let t = tokens(ui);
    let rows = &table.rows;
    let mut remarks: Vec<(String, String)> = Vec::new();
    remarks.extend(table.trouble.as_deref().map(|trouble| (trouble.to_owned(), String::new())));
    remarks.extend(rows.key.doubt().map(|doubt| (doubt, String::new())));
    if rows.left_out > 0 {
        remarks.push((format!("{} are only in the log", counted(rows.left_out, "more row")), String::new()));
    }
    let noted = rows.notes.total();
    if noted > 0 {
        let kinds = TableNoteKind::ALL.iter().filter(|kind| rows.notes.count(**kind) > 0);
        let said: Vec<_> =
            kinds.map(|kind| format!("{} × {}", count(rows.notes.count(*kind)), kind.sentence())).collect();
        let events = counted(noted, "event");
        remarks.push((format!("{events} at odds with the rows"), said.join("\n")));
    }
    if remarks.is_empty() {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        ui.add_space(14.0);
        for (words, tip) in remarks {
            let label = ui.label(RichText::new(shown(&words)).color(t.warning).size(11.5));
            if !tip.is_empty() {
                label.on_hover_text(tip);
            }
        }
    });
}
