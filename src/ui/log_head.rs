//! The line above the rows: names of the columns, how the time is shown, widths by dragging.

use egui::accesskit::Role;
use egui::{Align2, CursorIcon, Rangef, Rect, Sense, Stroke, Ui, WidgetInfo, pos2};

use crate::settings::{Column, Columns, TimeColumn};
use crate::ui::action::Action;
use crate::ui::log_columns::Places;
use crate::ui::log_model::LogModel;
use crate::ui::log_row::elided_in;
use crate::ui::rows_action::RowsAction;
use crate::ui::theme::{self, tokens};

/// Width of the strip by which a column is dragged, points.
const HANDLE: f32 = 7.0;

/// Columns whose width is being dragged; shown instead of the stored ones until the hand lets go.
#[derive(Clone, Debug, Default)]
pub struct LogHead {
    dragged: Option<Columns>,
}

/// What can be dragged.
#[derive(Clone, Copy)]
enum Edge {
    Named(Column),
    Path(usize),
}

impl LogHead {
    /// The columns as they are shown in this frame.
    #[must_use]
    pub fn columns(&self, log: &LogModel<'_>) -> Columns {
        self.dragged.clone().or_else(|| log.columns.cloned()).unwrap_or_default()
    }

    /// Paints the names into `rect` and takes clicks and drags.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        (rect, places): (Rect, &Places),
        log: &LogModel<'_>,
        actions: &mut Vec<Action>,
    ) {
        let t = tokens(ui);
        let y = rect.center().y;
        let mut columns = self.columns(log);
        menu_ui(ui, rect, &columns, actions);
        let number = pos2(places.number.max, y);
        ui.painter().text(number, Align2::RIGHT_CENTER, "#", theme::small(), t.faint);
        let summary = pos2(places.summary.min, y);
        ui.painter().text(summary, Align2::LEFT_CENTER, "summary", theme::small(), t.faint);
        let mut let_go = false;
        for column in Column::ALL {
            let range = places.of(column);
            if range.span() <= 0.0 {
                continue;
            }
            let is_right = matches!(column, Column::Delta | Column::Size | Column::Reply);
            let (at, align) = if is_right {
                (pos2(range.max, y), Align2::RIGHT_CENTER)
            } else {
                (pos2(range.min, y), Align2::LEFT_CENTER)
            };
            if column == Column::Time {
                time_ui(ui, Rect::from_x_y_ranges(range, rect.y_range()), log.time, actions);
            } else {
                ui.painter().text(at, align, column.name(), theme::small(), t.faint);
            }
            let_go |= handle_ui(ui, rect, range, Edge::Named(column), &mut columns);
        }
        for (index, range) in places.paths.iter().enumerate().filter(|(_, range)| range.span() > 0.0) {
            let name = columns.paths.get(index).map(|path| path.path.clone()).unwrap_or_default();
            elided_in(ui, pos2(range.min, y), range.span(), (&name, theme::small()), t.accent);
            let_go |= handle_ui(ui, rect, *range, Edge::Path(index), &mut columns);
        }
        let stored = log.columns.cloned().unwrap_or_default();
        if let_go {
            actions.push(Action::Rows(RowsAction::SetColumns(Box::new(columns))));
            self.dragged = None;
        } else {
            self.dragged = (columns != stored).then_some(columns);
        }
    }
}

/// The head of the time column: a click shows time in the next way.
fn time_ui(ui: &Ui, rect: Rect, time: TimeColumn, actions: &mut Vec<Action>) {
    let t = tokens(ui);
    let (name, tip) = match time {
        TimeColumn::Clock => ("time", "Time of day"),
        TimeColumn::SinceStart => ("since start", "Time since the capture began"),
        TimeColumn::SinceMark => ("since mark", "Time since the marked row; M marks the selected one"),
    };
    let rect = rect.with_max_x(rect.right() - HANDLE);
    let response = ui.interact(rect, ui.scope_id().with("time column"), Sense::CLICK);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Time column: {name}")));
    let colour = if response.hovered() { t.text } else { t.faint };
    ui.painter().text(rect.left_center(), Align2::LEFT_CENTER, name, theme::small(), colour);
    if response.on_hover_text(format!("{tip}; click for another (T)")).clicked() {
        actions.push(Action::Rows(RowsAction::SetTime(time.next())));
    }
}

/// The strip beside a column by which its width is dragged. Whether the hand let it go.
fn handle_ui(ui: &Ui, head: Rect, range: Rangef, edge: Edge, columns: &mut Columns) -> bool {
    // A column on the left side grows to the right, one on the right side to the left: the summary gives way.
    let (grows_right, id) = match edge {
        Edge::Named(column @ (Column::Time | Column::Delta | Column::Kind | Column::Uid)) => {
            (true, ui.scope_id().with(("width", column.name())))
        }
        Edge::Named(column @ (Column::Size | Column::Reply)) => {
            (false, ui.scope_id().with(("width", column.name())))
        }
        Edge::Path(index) => (false, ui.scope_id().with(("width of path", index))),
    };
    let x = if grows_right { range.max + HANDLE / 2.0 } else { range.min - HANDLE / 2.0 };
    let strip = Rect::from_x_y_ranges(Rangef::point(x).expand(HANDLE / 2.0), head.y_range());
    let response = ui.interact(strip, id, Sense::DRAG);
    let name = match edge {
        Edge::Named(column) => column.words(),
        Edge::Path(index) => columns.paths.get(index).map_or("", |path| path.path.as_str()),
    };
    response.widget_info(|| WidgetInfo::labeled(Role::Splitter, true, format!("Width of {name}")));
    if response.hovered() || response.dragged() {
        ui.set_cursor_icon(CursorIcon::ResizeColumn);
        ui.painter().vline(x, head.y_range().shrink(4.0), Stroke::new(1.0, tokens(ui).strong_line));
    }
    let by = response.drag_delta().x * if grows_right { 1.0 } else { -1.0 };
    let width = match edge {
        Edge::Named(column) => Some(&mut columns.look_mut(column).width),
        Edge::Path(index) => columns.paths.get_mut(index).map(|path| &mut path.width),
    };
    if let Some(width) = width.filter(|_| by != 0.0) {
        *width = Columns::fitting(*width + by);
    }
    response.drag_stopped()
}

/// What a right click on the heads brings: which columns are shown.
fn menu_ui(ui: &Ui, rect: Rect, columns: &Columns, actions: &mut Vec<Action>) {
    let response = ui.interact(rect, ui.scope_id().with("column heads"), Sense::CLICK);
    response.widget_info(|| WidgetInfo::labeled(Role::RowHeader, true, "Columns"));
    response.context_menu(|ui| {
        ui.set_min_width(180.0);
        for column in Column::ALL {
            let mut shown = columns.look(column).shown;
            if ui.checkbox(&mut shown, column.words()).changed() {
                let mut changed = columns.clone();
                changed.look_mut(column).shown = shown;
                actions.push(Action::Rows(RowsAction::SetColumns(Box::new(changed))));
            }
        }
        for (index, path) in columns.paths.iter().enumerate() {
            if ui.button(format!("Remove {}", path.path)).clicked() {
                let mut changed = columns.clone();
                changed.paths.remove(index);
                actions.push(Action::Rows(RowsAction::SetColumns(Box::new(changed))));
            }
        }
    });
}
