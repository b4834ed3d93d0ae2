//! One row of the log: its columns, and how each is written.

use egui::text::{LayoutJob, TextWrapping};
use egui::{Align2, Color32, FontId, Pos2, Rangef, Rect, Ui, pos2, vec2};
use lucide_icons::Icon;

use crate::capture::event::Direction;
use crate::capture::row::{Level, Row};
use crate::settings::{Column, TimeColumn};
use crate::ui::control::{level_colour, paint_icon};
use crate::ui::figures;
use crate::ui::log_columns::Places;
use crate::ui::log_model::LogModel;
use crate::ui::row_tint::spoken_tint;
use crate::ui::theme::{self, Tokens, tokens};

/// Paints `row` into `rect`.
pub fn row_ui(ui: &Ui, rect: Rect, columns: &Places, row: &Row, log: &LogModel<'_>) {
    let t = tokens(ui);
    let y = rect.center().y;
    let quiet = row.level == Level::Dim;
    right(ui, columns.number, y, &figures::count(row.seq), t.faint);
    left(ui, columns.of(Column::Time), y, &time(row, log), t.dim);
    let delta = row.delta_us.map_or_else(|| "–".to_owned(), figures::span);
    right(ui, columns.of(Column::Delta), y, &delta, t.faint);
    let (icon, colour) = sign(t, row);
    paint_icon(ui, pos2(columns.arrow.center(), y), icon, 12.0, colour);
    elided(ui, columns.of(Column::Kind), y, &row.kind, level_colour(t, row.level));
    uid_ui(ui, columns.of(Column::Uid), y, row);
    let marked = log.marked == Some(row.seq);
    summary_ui(ui, columns.summary, y, row, marked);
    for (range, value) in columns.paths.iter().zip(&row.extra) {
        elided(ui, *range, y, value, if quiet { t.dim } else { t.text });
    }
    if let Some(size) = row.size {
        right(ui, columns.of(Column::Size), y, &figures::bytes(size), t.dim);
    }
    if let Some(round_trip) = row.round_trip_us {
        right(ui, columns.of(Column::Reply), y, &figures::span(round_trip), t.faint);
    }
}

/// What the time column says of a row.
fn time(row: &Row, log: &LogModel<'_>) -> String {
    match (log.time, log.mark) {
        (TimeColumn::Clock, _) => figures::clock(row.time_us, log.offset_s),
        (TimeColumn::SinceStart, _) => figures::stopwatch(row.stamp().since(log.start)),
        (TimeColumn::SinceMark, Some(mark)) => figures::stopwatch(row.stamp().since(mark)),
        (TimeColumn::SinceMark, None) => "–".to_owned(),
    }
}

fn uid_ui(ui: &Ui, range: Rangef, y: f32, row: &Row) {
    if row.uid.is_empty() || range.span() <= 0.0 {
        return;
    }
    let t = tokens(ui);
    let chip = Rect::from_center_size(pos2(range.min + 4.0, y), vec2(8.0, 8.0));
    ui.painter().rect_filled(chip, 2.0, theme::uid_colour(row.uid_colour));
    let colour = if row.level == Level::Dim { t.dim } else { t.text };
    elided(ui, Rangef::new(range.min + 14.0, range.max), y, &row.uid, colour);
}

/// Signs, the summary, and what a person wrote about the row.
fn summary_ui(ui: &Ui, range: Rangef, y: f32, row: &Row, marked: bool) {
    let t = tokens(ui);
    let mut from = range.min;
    let signs = [
        (marked, Icon::Flag, t.accent),
        (row.pinned, Icon::Pin, t.accent),
        (row.held, Icon::Clock, t.faint),
        (row.automatic, Icon::Bot, t.faint),
        (row.masked, Icon::KeyRound, t.faint),
    ];
    for (_, icon, colour) in signs.into_iter().filter(|(shown, ..)| *shown) {
        paint_icon(ui, pos2(from + 6.0, y), icon, 12.0, colour);
        from += 18.0;
    }
    let colour = match row.level {
        Level::Normal | Level::Good => t.text,
        Level::Dim => t.dim,
        Level::Warning | Level::Error => level_colour(t, row.level),
    };
    let room = range.max - from;
    // A note gets at least a third of the room: it was written to be seen.
    let share = if row.note.is_empty() { room } else { room * 0.66 };
    let width = elided_in(ui, pos2(from, y), share, (&row.summary, theme::mono()), colour);
    if !row.note.is_empty() && room > 60.0 {
        let at = from + width + 12.0;
        paint_icon(ui, pos2(at + 5.0, y), Icon::StickyNote, 11.0, t.accent);
        elided(ui, Rangef::new(at + 14.0, range.max), y, &row.note, t.accent);
    }
}

/// A row that isn't prepared yet: its number and grey bars.
pub fn skeleton_ui(ui: &Ui, rect: Rect, columns: &Places, number: u64) {
    let t = tokens(ui);
    right(ui, columns.number, rect.center().y, &figures::count(number), t.faint);
    for range in [columns.of(Column::Time), columns.of(Column::Kind), columns.summary] {
        let bar = Rangef::new(range.min, range.min + range.span().min(180.0) * 0.7);
        let bar = Rect::from_x_y_ranges(bar, Rangef::point(rect.center().y).expand(3.0));
        ui.painter().rect_filled(bar, 3.0, t.raised);
    }
}

/// What a screen reader says of a row: `row #12 create in orders-2 …`.
#[must_use]
pub fn spoken(row: &Row) -> String {
    let direction = match row.direction {
        Some(Direction::In) => " in",
        Some(Direction::Out) => " out",
        None => "",
    };
    let uid = if row.uid.is_empty() { String::new() } else { format!(" uid {}", row.uid) };
    let marks = [
        (row.automatic, " automatic"),
        (row.masked, " masked"),
        (row.held, " held"),
        (row.pinned, " pinned"),
    ];
    let marks: String = marks.iter().filter(|(on, _)| *on).map(|(_, word)| *word).collect();
    let note = if row.note.is_empty() { String::new() } else { format!(" note: {}", row.note) };
    let extra: String =
        row.extra.iter().filter(|value| !value.is_empty()).map(|value| format!(" · {value}")).collect();
    let tint = spoken_tint(row);
    format!("row #{} {}{direction}{uid}{marks} {}{extra}{tint}{note}", row.seq, row.kind, row.summary)
}

fn sign(t: &Tokens, row: &Row) -> (Icon, Color32) {
    match (row.direction, row.level) {
        (Some(Direction::In), Level::Dim) => (Icon::ArrowDown, t.faint),
        (Some(Direction::Out), Level::Dim) => (Icon::ArrowUp, t.faint),
        (Some(Direction::In), _) => (Icon::ArrowDown, t.incoming),
        (Some(Direction::Out), _) => (Icon::ArrowUp, t.outgoing),
        (None, Level::Error) => (Icon::X, t.error),
        (None, Level::Warning) => (Icon::TriangleAlert, t.warning),
        (None, Level::Good) => (Icon::Circle, t.good),
        (None, Level::Normal | Level::Dim) => (Icon::Info, t.faint),
    }
}

fn left(ui: &Ui, range: Rangef, y: f32, text: &str, colour: Color32) {
    if range.span() > 0.0 {
        ui.painter().text(pos2(range.min, y), Align2::LEFT_CENTER, text, theme::mono(), colour);
    }
}

fn right(ui: &Ui, range: Rangef, y: f32, text: &str, colour: Color32) {
    if range.span() > 0.0 {
        ui.painter().text(pos2(range.max, y), Align2::RIGHT_CENTER, text, theme::mono(), colour);
    }
}

fn elided(ui: &Ui, range: Rangef, y: f32, text: &str, colour: Color32) {
    elided_in(ui, pos2(range.min, y), range.span(), (text, theme::mono()), colour);
}

/// One line of text around the height of `at`, cut with `…` where it would be wider than `width`.
/// Returns how wide it became.
pub fn elided_in(ui: &Ui, at: Pos2, width: f32, (text, font): (&str, FontId), colour: Color32) -> f32 {
    if width <= 8.0 {
        return 0.0;
    }
    // No row is wider than this many letters, and laying out a megabyte to cut it off would stall the frame.
    let cut = text.char_indices().nth(600).map_or(text.len(), |(index, _)| index);
    let mut job = LayoutJob::simple_singleline(text.get(..cut).unwrap_or_default().to_owned(), font, colour);
    job.wrap =
        TextWrapping { max_width: width, max_rows: 1, break_anywhere: true, overflow_character: Some('…') };
    let galley = ui.painter().layout_job(job);
    let wide = galley.size().x;
    ui.painter().galley(pos2(at.x, at.y - galley.size().y / 2.0), galley, colour);
    wide
}
