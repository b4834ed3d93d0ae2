//! `CapturesView`: the list of past sessions: find one, open it, pin it, delete it.

use egui::accesskit::Role;
use egui::{
    Align2, EventFilter, Key, Layout, Modifiers, Rect, Response, RichText, Sense, Stroke, Ui, WidgetInfo,
    pos2, vec2,
};
use lucide_icons::Icon;

use crate::ui::action::{Action, CapturesAction};
use crate::ui::button::{Button, Look};
use crate::ui::capture_list::{CaptureList, CaptureRow};
use crate::ui::capture_row::{Column, Columns, capture_ui};
use crate::ui::command::Command;
use crate::ui::control::{field_ui, notice_ui};
use crate::ui::empty::empty_ui;
use crate::ui::figures::{bytes, count, counted};
use crate::ui::log_scroll::Extent;
use crate::ui::model::Model;
use crate::ui::scroller::Scroller;
use crate::ui::theme::{self, tokens};

/// What was shown when the order was last made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Shown {
    revision: u64,
    search: String,
    column: Column,
    is_ascending: bool,
}

/// The list and what is chosen in it.
#[derive(Clone, Debug, Default)]
pub struct CapturesView {
    is_open: bool,
    focus: bool,
    wanted: Shown,
    made_for: Option<Shown>,
    /// Places in `CaptureList::rows`, as shown.
    order: Vec<usize>,
    selected: Option<std::path::PathBuf>,
    scroller: Scroller,
}

const ROW_HEIGHT: f32 = 34.0;
const HEADER_HEIGHT: f32 = 24.0;

impl CapturesView {
    /// Whether it is shown.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.is_open
    }

    /// Shows it.
    pub const fn open(&mut self) {
        self.is_open = true;
        self.focus = true;
    }

    /// Hides it.
    pub const fn close(&mut self) {
        self.is_open = false;
    }

    /// Paints the list into all the room there is.
    pub fn show(&mut self, ui: &mut Ui, model: &Model<'_>, actions: &mut Vec<Action>) {
        let list = model.captures;
        self.wanted.revision = list.revision;
        if self.made_for.as_ref() != Some(&self.wanted) {
            self.order = ordered(list, &self.wanted);
            self.made_for = Some(self.wanted.clone());
        }
        self.tools_ui(ui, model, actions);
        if let Some(trouble) = &list.trouble {
            ui.horizontal(|ui| {
                ui.add_space(14.0);
                notice_ui(ui, crate::capture::row::Level::Error, trouble);
            });
        }
        self.chosen_ui(ui, model, actions);
        let rect = ui.available_rect_before_wrap();
        ui.allocate_rect(rect, Sense::hover());
        let (header, body) = rect.split_top_bottom_at_y(rect.top() + HEADER_HEIGHT);
        let columns = Columns::new(rect);
        self.header_ui(ui, header, &columns);
        if self.order.is_empty() {
            let mut room = ui.new_child(egui::UiBuilder::new().max_rect(body));
            let (title, advice) = match (list.rows.is_empty(), list.is_running) {
                (true, true) => ("Looking…", "The data folder is being read"),
                (true, false) => ("No captures yet", "Sessions you record appear here"),
                (false, _) => ("None found", "No server or file name holds what is searched for"),
            };
            empty_ui(&mut room, Icon::Library, title, advice);
        }
        self.list_ui(ui, body, (list, &columns), actions);
        if ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape)) {
            self.close();
        }
    }

    fn tools_ui(&mut self, ui: &mut Ui, model: &Model<'_>, actions: &mut Vec<Action>) {
        let t = tokens(ui);
        let list = model.captures;
        let size = vec2(ui.available_width(), theme::TOOL_BAR_HEIGHT);
        ui.allocate_ui_with_layout(size, Layout::right_to_left(egui::Align::Center), |ui| {
            ui.add_space(10.0);
            ui.spacing_mut().item_spacing.x = 6.0;
            if Button::icon(Icon::X, "Close captures").show(ui).clicked() {
                self.close();
            }
            if Button::icon(Icon::RotateCcw, "Look again").show(ui).clicked() {
                actions.push(Action::Captures(CapturesAction::Look));
            }
            let folder = Button::icon(Icon::HardDrive, "Show folder").show(ui);
            if folder.on_hover_text(Command::ShowCaptures.tip()).clicked() {
                actions.push(Action::ShowCaptures);
            }
            let open = Button::new("Open file…").with_icon(Icon::FolderOpen).show(ui);
            if open.on_hover_text(Command::OpenCapture.tip()).clicked() {
                actions.push(Action::OpenCapture);
            }
            let down = Layout::left_to_right(egui::Align::Center);
            ui.allocate_ui_with_layout(vec2(220.0_f32.min(ui.available_width() * 0.4), 26.0), down, |ui| {
                let search = &mut self.wanted.search;
                let field = field_ui(ui, "Search captures", search, "server or file name", theme::body());
                if std::mem::take(&mut self.focus) {
                    field.request_focus();
                }
            });
            ui.with_layout(Layout::left_to_right(egui::Align::Center), |ui| {
                ui.add_space(14.0);
                ui.label(RichText::new("Captures").font(theme::strong(13.0)));
                let limit = model.settings.preferences.capture_limit_bytes;
                let all = u64::try_from(list.rows.len()).unwrap_or(0);
                let mut words =
                    format!("{} · {} of {}", counted(all, "capture"), bytes(list.total_bytes), bytes(limit));
                if self.order.len() < list.rows.len() {
                    words = format!("{} of {words}", count(u64::try_from(self.order.len()).unwrap_or(0)));
                }
                if list.is_running {
                    words.push_str(" · looking…");
                }
                ui.add(egui::Label::new(RichText::new(words).color(t.dim)).truncate());
            });
        });
    }

    /// What can be done with the selected capture, and what can be undone.
    fn chosen_ui(&mut self, ui: &mut Ui, model: &Model<'_>, actions: &mut Vec<Action>) {
        let t = tokens(ui);
        let chosen = self.chosen(model.captures).map(|(_, row)| row);
        ui.horizontal(|ui| {
            ui.add_space(14.0);
            ui.spacing_mut().item_spacing.x = 6.0;
            let some = chosen.is_some();
            let mut asked = None;
            let is_open = chosen.is_some_and(|row| row.path.to_string_lossy() == model.recording.path);
            let free = chosen.is_some_and(|row| !row.in_use && !row.pinned) && !is_open;
            let pinned = chosen.is_some_and(|row| row.pinned);
            let (pin, icon) = if pinned { ("Unpin", Icon::PinOff) } else { ("Pin", Icon::Pin) };
            if Button::new("Open").with_icon(Icon::FolderOpen).enabled(some).show(ui).clicked() {
                asked = chosen.map(|row| CapturesAction::Open(row.path.clone()));
            }
            let button = Button::new(pin).with_icon(icon).enabled(some).show(ui);
            if button.on_hover_text("A pinned capture is never removed to stay within the limit").clicked() {
                asked = chosen.map(|row| CapturesAction::Pin(row.path.clone(), !row.pinned));
            }
            if Button::new("Show in folder").with_icon(Icon::HardDrive).enabled(some).show(ui).clicked() {
                asked = chosen.map(|row| CapturesAction::ShowFolder(row.path.clone()));
            }
            if Button::new("Copy path").with_icon(Icon::Copy).enabled(some).show(ui).clicked() {
                actions.extend(chosen.map(|row| Action::Copy(row.path.display().to_string())));
            }
            let delete =
                Button::new("Delete").with_icon(Icon::Trash2).look(Look::Danger).enabled(free).show(ui);
            if delete.clicked() {
                asked = chosen.map(|row| CapturesAction::Delete(row.path.clone()));
            }
            if some && !free {
                delete.on_disabled_hover_text("It is open, being written, or pinned");
            }
            if let Some(name) = &model.captures.deleted {
                ui.label(RichText::new(format!("{name} was deleted")).color(t.dim));
                let undo = ui.link(RichText::new("Undo").color(t.accent));
                if undo.on_hover_text("Until another is deleted or the window is closed").clicked() {
                    asked = Some(CapturesAction::UndoDelete);
                }
            }
            actions.extend(asked.map(Action::Captures));
        });
        ui.add_space(theme::SMALL_GAP);
    }

    /// The selected capture and its place, if it is among those shown.
    fn chosen<'l>(&self, list: &'l CaptureList) -> Option<(usize, &'l CaptureRow)> {
        let selected = self.selected.as_ref()?;
        let rows = self.order.iter().map(|place| list.rows.get(*place));
        rows.enumerate().find_map(|(place, row)| Some((place, row.filter(|row| row.path == *selected)?)))
    }

    fn header_ui(&mut self, ui: &Ui, rect: Rect, columns: &Columns) {
        let t = tokens(ui);
        for ((column, range), (_, name)) in columns.0.iter().zip(Column::ALL) {
            let on = self.wanted.column == *column;
            let area = Rect::from_x_y_ranges(*range, rect.y_range());
            let response = ui.interact(area, ui.scope_id().with(("sort", name)), Sense::click());
            response.widget_info(|| WidgetInfo::selected(Role::Button, true, on, format!("Sort by {name}")));
            let colour = if on || response.hovered() || response.has_focus() { t.text } else { t.faint };
            let arrow = match (on, self.wanted.is_ascending) {
                (false, _) => "",
                (true, true) => " ↑",
                (true, false) => " ↓",
            };
            let (at, align) = if column.is_left() {
                (pos2(range.min, rect.center().y), Align2::LEFT_CENTER)
            } else {
                (pos2(range.max, rect.center().y), Align2::RIGHT_CENTER)
            };
            ui.painter().text(at, align, format!("{name}{arrow}"), theme::small(), colour);
            if response.clicked() {
                self.wanted.is_ascending =
                    if on { !self.wanted.is_ascending } else { *column == Column::Server };
                self.wanted.column = *column;
            }
        }
        ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, t.line));
    }

    fn list_ui(
        &mut self,
        ui: &mut Ui,
        body: Rect,
        (list, columns): (&CaptureList, &Columns),
        actions: &mut Vec<Action>,
    ) {
        let rows = u64::try_from(self.order.len()).unwrap_or(0);
        let extent = Extent { rows, height: body.height(), row_height: ROW_HEIGHT };
        let response = ui.interact(body, ui.scope_id().with("captures"), Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::ListBox, true, "List of captures"));
        self.keys(ui, &response, (list, extent), actions);
        let mut scroller = self.scroller.clone();
        scroller.show(ui, &response, extent, |ui, rect, number| {
            let place = usize::try_from(number).ok().and_then(|number| self.order.get(number));
            let Some(row) = place.and_then(|place| list.rows.get(*place)) else { return };
            let is_selected = self.selected.as_ref() == Some(&row.path);
            let clicked = capture_ui(ui, rect, (row, columns), (is_selected, response.id.with(number)));
            if clicked.clicked() {
                response.request_focus();
                self.selected = Some(row.path.clone());
            }
            if clicked.double_clicked() {
                actions.push(Action::Captures(CapturesAction::Open(row.path.clone())));
            }
        });
        self.scroller = scroller;
    }

    fn keys(
        &mut self,
        ui: &Ui,
        response: &Response,
        (list, extent): (&CaptureList, Extent),
        actions: &mut Vec<Action>,
    ) {
        if response.has_focus() {
            let filter = EventFilter { vertical_arrows: true, ..EventFilter::default() };
            ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
        }
        let nothing_focused = ui.memory(|memory| memory.focused().is_none());
        let in_dialog = ui.memory(|memory| memory.top_modal_layer().is_some());
        if in_dialog || !(response.has_focus() || nothing_focused) {
            return;
        }
        let Some(last) = self.order.len().checked_sub(1) else { return };
        let chosen = self.chosen(list);
        let page = usize::try_from(extent.page()).unwrap_or(1);
        let down = |by: usize| chosen.map_or(0, |(place, _)| place.saturating_add(by).min(last));
        let up = |by: usize| chosen.map_or(last, |(place, _)| place.saturating_sub(by));
        let targets = [
            (Key::ArrowDown, down(1)),
            (Key::ArrowUp, up(1)),
            (Key::PageDown, down(page)),
            (Key::PageUp, up(page)),
            (Key::Home, 0),
            (Key::End, last),
        ];
        let pressed = |key: Key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        if let Some((_, place)) = targets.into_iter().find(|(key, _)| pressed(*key)) {
            let row = self.order.get(place).and_then(|place| list.rows.get(*place));
            self.selected = row.map(|row| row.path.clone());
            let number = u64::try_from(place).unwrap_or(0);
            self.scroller.anchor = self.scroller.anchor.showing(number, extent);
        }
        let Some((_, row)) = chosen else { return };
        if pressed(Key::Enter) {
            actions.push(Action::Captures(CapturesAction::Open(row.path.clone())));
        }
        if !row.in_use && !row.pinned && pressed(Key::Delete) {
            actions.push(Action::Captures(CapturesAction::Delete(row.path.clone())));
        }
    }
}

/// Places of the rows that hold what is searched for, sorted.
fn ordered(list: &CaptureList, wanted: &Shown) -> Vec<usize> {
    let search = wanted.search.trim().to_lowercase();
    let holds = |row: &CaptureRow| {
        search.is_empty()
            || row.server().to_lowercase().contains(&search)
            || row.name.to_lowercase().contains(&search)
    };
    let mut order: Vec<(usize, &CaptureRow)> =
        list.rows.iter().enumerate().filter(|(_, row)| holds(row)).collect();
    let outline = |row: &CaptureRow| row.outline.clone().unwrap_or_default();
    match wanted.column {
        Column::Begun => order.sort_by_key(|(_, row)| row.when_us),
        Column::Server => order.sort_by_key(|(_, row)| (row.server().to_lowercase(), row.when_us)),
        Column::Duration => order.sort_by_key(|(_, row)| (outline(row).lasted_us(), row.when_us)),
        Column::Events => order.sort_by_key(|(_, row)| (outline(row).events, row.when_us)),
        Column::Size => order.sort_by_key(|(_, row)| (row.bytes, row.when_us)),
    }
    if !wanted.is_ascending {
        order.reverse();
    }
    order.into_iter().map(|(place, _)| place).collect()
}

#[cfg(test)]
mod tests {
    use egui_kittest::Harness;
    use egui_kittest::kittest::{NodeT as _, Queryable as _};

    use super::*;
    use crate::capture::{Outline, Sort};
    use crate::ui::model::Opening;
    use crate::ui::scene::Scene;

    /// As many captures as asked for, the last the newest and the smallest.
    fn captures(many: u64) -> CaptureList {
        let row = |number: u64| {
            let begun = i64::try_from(number).unwrap() * 60_000_000;
            let outline = Outline {
                sort: if number == 2 { Sort::Foreign } else { Sort::Capture },
                format: 1,
                server: if number == 2 {
                    String::new()
                } else {
                    format!("wss://cms-{}.example.com/websocket", number % 7)
                },
                started_us: Some(begun),
                ended_us: Some(begun + 3_723_000_000),
                events: (number != 2).then_some(1000 * (many - number)),
            };
            CaptureRow {
                path: format!("captures/{number}.ndjson").into(),
                name: format!("{number}.ndjson"),
                when: format!("2026-11-24 {:02}:{:02}", number / 60 % 24, number % 60),
                when_us: begun,
                bytes: 412_000 * (many - number),
                pinned: number == 3,
                in_use: number + 1 == many,
                outline: Some(outline),
                ..CaptureRow::default()
            }
        };
        let rows: Vec<CaptureRow> = (0..many).rev().map(row).collect();
        let total_bytes = rows.iter().map(|row| row.bytes).sum();
        CaptureList { rows, total_bytes, revision: 1, ..CaptureList::default() }
    }

    fn harness(list: CaptureList) -> Harness<'static, Scene> {
        let mut harness = Scene { captures: list, ..Scene::live() }.harness(true, (1440.0, 900.0));
        harness.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::O);
        harness.run();
        harness
    }

    fn names(harness: &Harness<'_, Scene>) -> Vec<String> {
        let rows = harness.query_all_by_role(Role::ListBoxOption);
        let names = rows.into_iter().filter_map(|row| row.accesskit_node().label());
        names.filter_map(|name| Some(name.strip_prefix("Capture ")?.split(' ').next()?.to_owned())).collect()
    }

    #[test]
    fn looks_captures_dark() {
        let mut harness = harness(CaptureList { deleted: Some("old.ndjson".to_owned()), ..captures(12) });
        harness.key_press(Key::Tab);
        harness.get_by_label_contains("Capture 9.ndjson").click();
        harness.run();
        let options = egui_kittest::SnapshotOptions::new().threshold(2.0).max_failed_pixels(400);
        harness.snapshot_options("captures_dark", &options);
    }

    #[test]
    fn ten_thousand_captures_cost_what_is_in_sight() {
        let mut harness = harness(captures(10_000));
        assert!(names(&harness).len() < 40, "only what is in sight");
        harness.get_by_label("Sort by size").click();
        harness.run();
        assert_eq!(names(&harness)[0], "0.ndjson", "the largest first");
        harness.get_by_label_contains("Capture 0.ndjson").click();
        harness.run();
        harness.key_press(Key::End);
        harness.run();
        assert_eq!(names(&harness).last().map(String::as_str), Some("9999.ndjson"));
        harness.key_press(Key::Enter);
        harness.run();
        let wishes = harness.state().wishes();
        let open = CapturesAction::Open("captures/9999.ndjson".into());
        assert_eq!(wishes, [Action::Captures(CapturesAction::Look), Action::Captures(open)]);
    }

    #[test]
    fn search_looks_at_servers_and_names() {
        let mut harness = harness(captures(30));
        harness.get_by_label("Search captures").type_text("CMS-3.");
        harness.run();
        assert_eq!(names(&harness), ["24.ndjson", "17.ndjson", "10.ndjson", "3.ndjson"]);
        harness.get_by_label_contains("4 of 30 captures");
    }

    #[test]
    fn a_capture_that_is_written_or_pinned_can_not_be_deleted() {
        let mut harness = harness(captures(5));
        for (name, ask) in
            [("Capture 4.ndjson", false), ("Capture 3.ndjson", false), ("Capture 1.ndjson", true)]
        {
            harness.get_by_label_contains(name).click();
            harness.run();
            assert_eq!(!harness.get_by_label("Delete").accesskit_node().is_disabled(), ask, "{name}");
            harness.state_mut().actions.clear();
            harness.key_press(Key::Delete);
            harness.run();
            assert_eq!(harness.state().wishes().len(), usize::from(ask), "{name}");
        }
    }

    #[test]
    fn while_a_long_file_is_read_its_end_is_one_click_away() {
        let opening = Opening {
            read_bytes: 1_520_000_000,
            of_bytes: 4_000_000_000,
            events: 3_812_004,
            end: Some(9_812),
            shows_end: false,
        };
        let scene = |shows_end| Scene {
            opening: Some(Opening { shows_end, ..opening }),
            replay: true,
            ..Scene::live()
        };
        let mut harness = scene(false).harness(true, (1440.0, 900.0));
        harness.get_by_label("Reading 38 % · 3\u{a0}812\u{a0}004 events so far");
        harness.get_by_label("Show the last 9\u{a0}812 events").click();
        harness.run();
        assert_eq!(harness.state().wishes(), [Action::ShowEnd(true)]);
        let mut harness = scene(true).harness(true, (1440.0, 900.0));
        harness.get_by_label("· showing the last 9\u{a0}812 events");
        harness.get_by_label("Go to the start").click();
        harness.run();
        assert_eq!(harness.state().wishes(), [Action::ShowEnd(false)]);
    }
}
