//! One row of the log: its columns, and how each is written.

use egui::text::{LayoutJob, TextWrapping};
use egui::{Align2, Color32, FontId, Pos2, Rangef, Rect, Ui, pos2, vec2};
use lucide_icons::Icon;

use crate::capture::event::Direction;
use crate::capture::row::{Level, Row};
use crate::ui::control::{level_colour, paint_icon};
use crate::ui::figures;
use crate::ui::row_tint::spoken_tint;
use crate::ui::theme::{self, Tokens, tokens};

/// Where each column lies; an empty range is a column that this width has no room for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Columns {
    number: Rangef,
    time: Rangef,
    delta: Rangef,
    arrow: Rangef,
    kind: Rangef,
    uid: Rangef,
    summary: Rangef,
    size: Rangef,
    reply: Rangef,
}

const GAP: f32 = 7.0;

impl Columns {
    /// Shares out `width` points from `left`; `highest` is the largest number that must fit.
    #[must_use]
    pub fn new(left: f32, width: f32, highest: u64) -> Self {
        let digits = f32::from(u8::try_from(figures::count(highest).chars().count()).unwrap_or(20));
        let number = (digits * 7.0).max(28.0);
        let wide = width > 620.0;
        let middling = width > 480.0;
        let mut at = left + 10.0;
        let mut take = |width: f32| {
            let range = Rangef::new(at, at + width);
            at += if width > 0.0 { width + GAP } else { 0.0 };
            range
        };
        let number = take(number);
        let time = take(86.0);
        let delta = take(if wide { 46.0 } else { 0.0 });
        let arrow = take(14.0);
        let kind = take(68.0);
        let uid = take(if middling { 90.0 } else { 0.0 });
        let mut right = left + width - 12.0;
        let mut take_right = |width: f32| {
            let range = Rangef::new(right - width, right);
            right -= if width > 0.0 { width + GAP } else { 0.0 };
            range
        };
        let reply = take_right(if wide { 46.0 } else { 0.0 });
        let size = take_right(if middling { 46.0 } else { 0.0 });
        let summary = Rangef::new(at, right.max(at));
        Self { number, time, delta, arrow, kind, uid, summary, size, reply }
    }

    /// The words above the columns.
    pub fn header_ui(&self, ui: &Ui, rect: Rect) {
        let t = tokens(ui);
        let left = [(self.time, "time"), (self.kind, "kind"), (self.uid, "uid"), (self.summary, "summary")];
        for (range, name) in left {
            if range.span() > 0.0 {
                let at = pos2(range.min, rect.center().y);
                ui.painter().text(at, Align2::LEFT_CENTER, name, theme::small(), t.faint);
            }
        }
        for (range, name) in
            [(self.number, "#"), (self.delta, "Δ"), (self.size, "size"), (self.reply, "reply")]
        {
            if range.span() > 0.0 {
                let at = pos2(range.max, rect.center().y);
                ui.painter().text(at, Align2::RIGHT_CENTER, name, theme::small(), t.faint);
            }
        }
    }
}

/// Paints `row` into `rect`; `offset_s` is the zone's distance from UTC.
pub fn row_ui(ui: &Ui, rect: Rect, columns: &Columns, row: &Row, offset_s: i32) {
    let t = tokens(ui);
    let y = rect.center().y;
    let quiet = row.level == Level::Dim;
    right(ui, columns.number, y, &figures::count(row.seq), t.faint);
    left(ui, columns.time, y, &figures::clock(row.time_us, offset_s), t.dim);
    let delta = row.delta_us.map_or_else(|| "–".to_owned(), figures::span);
    right(ui, columns.delta, y, &delta, t.faint);
    let (icon, colour) = sign(t, row);
    paint_icon(ui, pos2(columns.arrow.center(), y), icon, 12.0, colour);
    elided(ui, columns.kind, y, &row.kind, level_colour(t, row.level));
    if !row.uid.is_empty() && columns.uid.span() > 0.0 {
        let chip = Rect::from_center_size(pos2(columns.uid.min + 4.0, y), vec2(8.0, 8.0));
        ui.painter().rect_filled(chip, 2.0, theme::uid_colour(row.uid_colour));
        let rest = Rangef::new(columns.uid.min + 14.0, columns.uid.max);
        elided(ui, rest, y, &row.uid, if quiet { t.dim } else { t.text });
    }
    let mut from = columns.summary.min;
    for (shown, icon) in [(row.held, Icon::Clock), (row.automatic, Icon::Bot), (row.masked, Icon::KeyRound)] {
        if shown {
            paint_icon(ui, pos2(from + 6.0, y), icon, 12.0, t.faint);
            from += 18.0;
        }
    }
    let colour = match row.level {
        Level::Normal | Level::Good => t.text,
        Level::Dim => t.dim,
        Level::Warning | Level::Error => level_colour(t, row.level),
    };
    elided(ui, Rangef::new(from, columns.summary.max), y, &row.summary, colour);
    if let Some(size) = row.size {
        right(ui, columns.size, y, &figures::bytes(size), t.dim);
    }
    if let Some(round_trip) = row.round_trip_us {
        right(ui, columns.reply, y, &figures::span(round_trip), t.faint);
    }
}

/// A row that isn't prepared yet: its number and grey bars.
pub fn skeleton_ui(ui: &Ui, rect: Rect, columns: &Columns, number: u64) {
    let t = tokens(ui);
    right(ui, columns.number, rect.center().y, &figures::count(number), t.faint);
    for range in [columns.time, columns.kind, columns.summary] {
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
    let marks = [(row.automatic, " automatic"), (row.masked, " masked"), (row.held, " held")];
    let marks: String = marks.iter().filter(|(on, _)| *on).map(|(_, word)| *word).collect();
    let tint = spoken_tint(row);
    format!("row #{} {}{direction}{uid}{marks} {}{tint}", row.seq, row.kind, row.summary)
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
pub fn elided_in(ui: &Ui, at: Pos2, width: f32, (text, font): (&str, FontId), colour: Color32) {
    if width <= 8.0 {
        return;
    }
    // No row is wider than this many letters, and laying out a megabyte to cut it off would stall the frame.
    let cut = text.char_indices().nth(600).map_or(text.len(), |(index, _)| index);
    let mut job = LayoutJob::simple_singleline(text.get(..cut).unwrap_or_default().to_owned(), font, colour);
    job.wrap =
        TextWrapping { max_width: width, max_rows: 1, break_anywhere: true, overflow_character: Some('…') };
    let galley = ui.painter().layout_job(job);
    ui.painter().galley(pos2(at.x, at.y - galley.size().y / 2.0), galley, colour);
}
