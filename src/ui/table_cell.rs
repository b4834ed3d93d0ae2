//! How a row of a live table is painted: its cells, and what changed in them.

use std::borrow::Cow;
use std::time::Duration;

use egui::{Color32, Rect, Stroke, Ui, pos2};

use crate::directus::rows::{members, row_key};
use crate::directus::shown;
use crate::session::table::{CellChange, LiveRow, RowState};
use crate::ui::figures;
use crate::ui::log_row::elided_in;
use crate::ui::table_head::Place;
use crate::ui::theme::{self, tokens};

/// How long a change shines, microseconds.
const FLASH_US: u64 = 1_500_000;
/// Letters of a value that are looked at.
const LETTERS: usize = 600;
/// A row with more text is not taken apart in every frame.
const LONG_ROW: usize = 64 * 1024;

/// The value of a cell as it is shown; texts without their quotes.
#[must_use]
pub fn cell_text(value: &str) -> Cow<'_, str> {
    let cut = value.floor_char_boundary(LETTERS);
    let Some(inside) = value.get(..cut).and_then(|text| text.strip_prefix('"')) else {
        return shown(value.get(..cut).unwrap_or_default());
    };
    let inside = if cut == value.len() { inside.strip_suffix('"').unwrap_or(inside) } else { inside };
    let text = row_key(&format!("\"{inside}\"")).unwrap_or_default().into_owned();
    Cow::Owned(shown(&text).into_owned())
}

/// The value of a field as it stands in a row.
#[must_use]
pub fn value_of<'t>(row: &'t LiveRow, field: &str) -> Option<&'t str> {
    members(&row.text).find(|(name, _)| name == field).map(|(_, value)| value)
}

/// Paints the ground of a row by what became of it, and asks for a frame when a flash ends.
pub fn ground_ui(ui: &Ui, rect: Rect, row: &LiveRow, now_us: u64) {
    let t = tokens(ui);
    let colour = match row.state {
        RowState::Created => t.good_ground,
        RowState::Deleted => t.error_ground,
        RowState::Loaded | RowState::Updated => return,
    };
    if shines(ui, row.at_us, now_us) && (row.state == RowState::Deleted || row.changes.is_none()) {
        ui.painter().rect_filled(rect, 0.0, colour);
    }
}

/// Whether something that happened then still shines; then the window is painted again when it ends.
fn shines(ui: &Ui, at_us: u64, now_us: u64) -> bool {
    let age = now_us.saturating_sub(at_us);
    if age >= FLASH_US {
        return false;
    }
    ui.ctx().request_repaint_after(Duration::from_micros(FLASH_US - age));
    true
}

/// Paints the cells of a row into their places.
pub fn cells_ui(ui: &Ui, rect: Rect, row: &LiveRow, places: &[Place], now_us: u64) {
    let t = tokens(ui);
    let is_gone = row.state == RowState::Deleted;
    if row.withheld || row.text.len() > LONG_ROW {
        let key = row.key.as_deref().unwrap_or("a row");
        let words = format!("{}: too long for the table, select it to read event #{}", shown(key), row.seq);
        elided_in(
            ui,
            pos2(rect.left() + 8.0, rect.center().y),
            rect.width() - 16.0,
            (&words, theme::body()),
            t.dim,
        );
        return;
    }
    let in_sight = |place: &&Place| rect.x_range().intersects(place.range);
    let fields: Vec<_> = members(&row.text).collect();
    for (number, place) in places.iter().enumerate().filter(|(_, place)| in_sight(place)) {
        let same = fields.get(number).filter(|(name, _)| *name == *place.field);
        let found = same.or_else(|| fields.iter().find(|(name, _)| *name == *place.field));
        let cell = Rect::from_x_y_ranges(place.range, rect.y_range());
        if let Some(change) = row.change(&place.field) {
            mark_ui(ui, cell, change, now_us);
        }
        let Some((_, value)) = found else { continue };
        let colour = if is_gone { t.faint } else { colour_of(ui, value) };
        let at = pos2(place.range.min + 8.0, rect.center().y);
        elided_in(ui, at, place.range.span() - 14.0, (&cell_text(value), theme::body()), colour);
    }
    if is_gone {
        ui.painter().hline(rect.x_range(), rect.center().y, Stroke::new(1.0, t.faint));
    }
}

/// A change shines, and leaves a corner behind.
fn mark_ui(ui: &Ui, cell: Rect, change: &CellChange, now_us: u64) {
    let t = tokens(ui);
    if shines(ui, change.at_us, now_us) {
        ui.painter().rect_filled(cell.shrink(1.0), 2.0, t.warning_ground);
    }
    let corner = cell.left_top() + egui::vec2(2.0, 2.0);
    ui.painter().rect_filled(Rect::from_min_size(corner, egui::vec2(4.0, 4.0)), 1.0, t.warning);
}

fn colour_of(ui: &Ui, value: &str) -> Color32 {
    let t = tokens(ui);
    match value.as_bytes().first() {
        Some(b'"') => t.text,
        Some(b'{' | b'[') => t.dim,
        Some(b't' | b'f') => t.json_word,
        Some(b'n') | None => t.faint,
        Some(_) => t.json_number,
    }
}

/// What a pointer on a cell is told: the whole value and what it was before.
#[must_use]
pub fn tip(row: &LiveRow, field: &str, now_us: u64) -> String {
    let mut words = Vec::new();
    if let Some(value) = value_of(row, field) {
        words.push(cell_text(value).into_owned());
    }
    if let Some(change) = row.change(field) {
        let old = change.old.as_deref().map_or(Cow::Borrowed("not there"), cell_text);
        let when = figures::ago(now_us.saturating_sub(change.at_us));
        words.push(format!("before: {old} · changed {when} by #{}", figures::count(change.seq)));
    }
    if row.state == RowState::Deleted {
        words.push(format!("deleted by #{}", figures::count(row.seq)));
    }
    words.join("\n")
}

/// What a screen reader says of a row.
#[must_use]
pub fn spoken(row: &LiveRow) -> String {
    let key = row.key.as_deref().unwrap_or("without key");
    format!("table row {} {}", shown(key), row.state.word())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_shown_as_they_read() {
        assert_eq!(cell_text(r#""a\u0041\"b""#), r#"aA"b"#);
        assert_eq!(cell_text("12.50"), "12.50");
        assert_eq!(cell_text("null"), "null");
        let long = format!("\"{}\"", "ä".repeat(1000));
        assert!(cell_text(&long).chars().all(|letter| letter == 'ä'));
        let cut = format!("\"{}\\\"\"", "x".repeat(LETTERS - 2));
        assert!(cell_text(&cut).starts_with('x'), "cut in the middle of an escape");
    }
}
