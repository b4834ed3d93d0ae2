//! `TableHead`: the columns of a live table: which, how wide, and by which of them it is sorted.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use egui::accesskit::Role;
use egui::{CursorIcon, Popup, Rangef, Rect, Response, ScrollArea, Sense, Ui, WidgetInfo, pos2};
use lucide_icons::Icon;

use crate::directus::shown;
use crate::session::table::{TableSnapshot, TableWish};
use crate::ui::button::Button;
use crate::ui::control::paint_icon;
use crate::ui::log_row::elided_in;
use crate::ui::theme::{self, tokens};

/// Widths of columns, points.
const NARROW: f32 = 84.0;
const WIDE: f32 = 150.0;
const LEAST: f32 = 36.0;
/// The strip at the edge of a column by which its width is dragged.
const HANDLE: f32 = 6.0;

/// A column as it stands in this frame.
#[derive(Clone, Debug)]
pub struct Place {
    /// The field.
    pub field: Arc<str>,
    /// Where, in points of the window; may be out of sight.
    pub range: Rangef,
}

/// Which columns are shown, and how wide.
#[derive(Clone, Debug, Default)]
pub struct TableHead {
    widths: HashMap<Arc<str>, f32>,
    hidden: BTreeSet<Arc<str>>,
}

impl TableHead {
    /// The columns shown, the key first, from `left` on.
    #[must_use]
    pub fn places(&self, rows: &TableSnapshot, left: f32) -> Vec<Place> {
        let key = rows.key.name();
        let is_key = |field: &&Arc<str>| Some(*field) == key;
        let others = rows.columns.iter().filter(|field| !is_key(field));
        let all = rows.columns.iter().filter(is_key).chain(others);
        let mut from = left;
        let place = |field: &Arc<str>| {
            let width =
                self.widths.get(field).copied().unwrap_or(if Some(field) == key { NARROW } else { WIDE });
            let range = Rangef::new(from, from + width);
            from = range.max;
            Place { field: Arc::clone(field), range }
        };
        all.filter(|field| !self.hidden.contains(*field)).map(place).collect()
    }

    /// Takes a column out of sight.
    pub fn hide(&mut self, field: &Arc<str>) {
        self.hidden.insert(Arc::clone(field));
    }

    /// Paints the names of the columns; a click sorts, an edge drags.
    pub fn show(&mut self, ui: &Ui, rect: Rect, places: &[Place], wish: &mut TableWish) {
        let t = tokens(ui);
        ui.painter().rect_filled(rect, 0.0, t.ground);
        let ui_id = ui.scope_id().with("table head");
        for place in places.iter().filter(|place| rect.x_range().intersects(place.range)) {
            let cell = Rect::from_x_y_ranges(place.range, rect.y_range()).intersect(rect);
            let name = shown(&place.field);
            let button = cell.with_max_x((cell.right() - HANDLE).max(cell.left()));
            let response = ui.interact(button, ui_id.with(&*place.field), Sense::CLICK);
            let sorted = wish.sort.as_ref().filter(|(field, _)| *field == place.field).map(|(_, down)| *down);
            response.widget_info(|| {
                let order = match sorted {
                    None => "",
                    Some(false) => ", sorted upwards",
                    Some(true) => ", sorted downwards",
                };
                WidgetInfo::labeled(Role::Button, true, format!("Column {name}{order}"))
            });
            let colour = if response.hovered() || sorted.is_some() { t.text } else { t.faint };
            let at = pos2(place.range.min + 8.0, rect.center().y);
            let room = place.range.span() - if sorted.is_some() { 28.0 } else { 14.0 };
            let painter_ui = clipped(ui, rect);
            elided_in(&painter_ui, at, room, (&name, theme::small()), colour);
            if let Some(down) = sorted {
                let icon = if down { Icon::ArrowDown } else { Icon::ArrowUp };
                paint_icon(&painter_ui, pos2(place.range.max - 14.0, at.y), icon, 10.0, t.accent);
            }
            if response
                .on_hover_text("Sort by this column; again for the other way, and once more for none")
                .clicked()
            {
                wish.sort = match sorted {
                    None => Some((Arc::clone(&place.field), false)),
                    Some(false) => Some((Arc::clone(&place.field), true)),
                    Some(true) => None,
                };
            }
            self.handle_ui(ui, rect, place);
        }
        ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, egui::Stroke::new(1.0, t.line));
    }

    fn handle_ui(&mut self, ui: &Ui, rect: Rect, place: &Place) {
        let edge = place.range.max;
        let handle = Rect::from_x_y_ranges(Rangef::new(edge - HANDLE, edge), rect.y_range()).intersect(rect);
        let id = ui.scope_id().with(("table width", &*place.field));
        let response = ui.interact(handle, id, Sense::drag() - Sense::FOCUSABLE);
        if response.hovered() || response.dragged() {
            ui.ctx().set_cursor_icon(CursorIcon::ResizeHorizontal);
            ui.painter().vline(edge - 0.5, rect.y_range(), egui::Stroke::new(1.0, tokens(ui).strong_line));
        }
        if response.dragged() {
            let width = (place.range.span() + response.drag_delta().x).max(LEAST);
            self.widths.insert(Arc::clone(&place.field), width);
        }
    }

    /// The button and the list of columns to show.
    pub fn menu_ui(&mut self, ui: &mut Ui, rows: &TableSnapshot) -> Response {
        let button = Button::icon(Icon::Columns3, "Columns").show(ui).on_hover_text("Choose columns");
        let popup = Popup::menu(&button).close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside);
        popup.show(|ui| {
            ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
                for field in rows.columns.iter() {
                    let mut on = !self.hidden.contains(field);
                    if ui.checkbox(&mut on, shown(field)).changed() {
                        if on {
                            self.hidden.remove(field)
                        } else {
                            self.hidden.insert(Arc::clone(field))
                        };
                    }
                }
            });
        });
        button
    }
}

/// The same place with a painter that stays inside `rect`.
fn clipped(ui: &Ui, rect: Rect) -> Ui {
    let mut child = Ui::new(
        ui.ctx().clone(),
        ui.scope_id().with("clipped"),
        egui::UiBuilder::new().max_rect(rect).layer_id(ui.layer_id()).style(ui.style().clone()),
    );
    child.set_clip_rect(rect.intersect(ui.clip_rect()));
    child
}
