//! One line of the list of captures: its columns, and how each is written.

use egui::accesskit::Role;
use egui::{Align2, Rangef, Rect, Response, Sense, Ui, WidgetInfo, pos2};
use lucide_icons::Icon;

use crate::capture::{Outline, Sort};
use crate::ui::capture_list::CaptureRow;
use crate::ui::control::paint_icon;
use crate::ui::figures::{bytes, count, lasting};
use crate::ui::log_row::elided_in;
use crate::ui::scroller::SCROLLBAR_WIDTH;
use crate::ui::theme::{self, tokens};

/// What the list is sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Column {
    /// When it was begun.
    #[default]
    Begun,
    /// What it was made of.
    Server,
    /// From its beginning to its last event.
    Duration,
    /// How many events it holds.
    Events,
    /// Its bytes.
    Size,
}

impl Column {
    /// All, from the left, with their names.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::Begun, "begun"),
        (Self::Server, "server"),
        (Self::Duration, "duration"),
        (Self::Events, "events"),
        (Self::Size, "size"),
    ];

    /// Whether its words stand at the left edge.
    #[must_use]
    pub const fn is_left(self) -> bool {
        matches!(self, Self::Begun | Self::Server)
    }
}

const GAP: f32 = 14.0;

/// Where each column lies.
pub struct Columns(pub [(Column, Rangef); 5]);

impl Columns {
    /// Shares out the width of `rect`.
    #[must_use]
    pub fn new(rect: Rect) -> Self {
        let right = rect.right() - SCROLLBAR_WIDTH - 14.0;
        let mut ends = [0.0; 3];
        let mut at = right;
        for (end, width) in ends.iter_mut().rev().zip([70.0, 84.0, 100.0]) {
            *end = at;
            at -= width + GAP;
        }
        let left = rect.left() + 14.0;
        let begun = Rangef::new(left, left + 120.0);
        let server = Rangef::new(begun.max + GAP, at.max(begun.max + GAP));
        let number = |end: f32, width: f32| Rangef::new(end - width, end);
        Self([
            (Column::Begun, begun),
            (Column::Server, server),
            (Column::Duration, number(ends[0], 100.0)),
            (Column::Events, number(ends[1], 84.0)),
            (Column::Size, number(ends[2], 70.0)),
        ])
    }
}

/// What stands where a server has no name.
fn what(row: &CaptureRow) -> &str {
    match row.outline.as_ref().map(|outline| outline.sort) {
        None => "…",
        Some(Sort::Capture) if row.server().is_empty() => "no server named",
        Some(Sort::Capture) => row.server(),
        Some(Sort::Foreign) => "not one of our captures",
        Some(Sort::Empty) => "empty",
        Some(Sort::Unreadable) => "can't be read",
    }
}

/// What a screen reader says of a capture, and the same words for the columns.
fn words(row: &CaptureRow) -> [String; 5] {
    let outline = row.outline.as_ref();
    let lasted = outline.and_then(Outline::lasted_us).map_or_else(String::new, lasting);
    let events = outline.and_then(|outline| outline.events).map_or_else(String::new, count);
    [row.when.clone(), what(row).to_owned(), lasted, events, bytes(row.bytes)]
}

/// Paints a capture into `rect`, under this id.
pub fn capture_ui(
    ui: &Ui,
    rect: Rect,
    (row, columns): (&CaptureRow, &Columns),
    (is_selected, id): (bool, egui::Id),
) -> Response {
    let t = tokens(ui);
    let response = ui.interact(rect, id, Sense::CLICK);
    let words = words(row);
    response.widget_info(|| {
        let [when, what, lasted, events, size] = &words;
        let marks = [(row.pinned, " pinned"), (row.in_use, " being written")];
        let marks: String = marks.iter().filter(|(on, _)| *on).map(|(_, word)| *word).collect();
        let name = format!("Capture {} {what} {when}{marks} {lasted} {events} events {size}", row.name);
        WidgetInfo::selected(Role::ListBoxOption, true, is_selected, name)
    });
    if is_selected || response.hovered() {
        let fill = if is_selected { t.accent_ground } else { t.raised };
        ui.painter().rect_filled(rect, 0.0, fill);
    }
    for ((column, range), text) in columns.0.iter().zip(&words) {
        let colour = if *column == Column::Server { t.text } else { t.dim };
        if *column == Column::Server {
            let mut right = range.max;
            for (shown, icon, colour) in
                [(row.pinned, Icon::Pin, t.accent), (row.in_use, Icon::Radio, t.good)]
            {
                if shown {
                    right -= 18.0;
                    paint_icon(ui, pos2(right + 9.0, rect.center().y), icon, 12.0, colour);
                }
            }
            let room = right - range.min - 6.0;
            elided_in(ui, pos2(range.min, rect.top() + 11.0), room, (text, theme::body()), colour);
            elided_in(ui, pos2(range.min, rect.top() + 24.0), room, (&row.name, theme::small()), t.faint);
        } else if column.is_left() {
            let at = pos2(range.min, rect.center().y);
            ui.painter().text(at, Align2::LEFT_CENTER, text, theme::mono(), colour);
        } else {
            let at = pos2(range.max, rect.center().y);
            ui.painter().text(at, Align2::RIGHT_CENTER, text, theme::mono(), colour);
        }
    }
    response.on_hover_ui(|ui| {
        ui.label(row.path.display().to_string());
        for (on, words) in [
            (row.pinned, "Pinned: kept from the limit"),
            (row.in_use, "Being written by a window or a recorder"),
        ] {
            if on {
                ui.label(words);
            }
        }
    })
}
