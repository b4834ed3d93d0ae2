//! The strip of tabs: one chip a capture, with its state and what came since it was looked at.

use egui::accesskit::Role;
use egui::{Align2, PointerButton, Rect, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};
use lucide_icons::Icon;

use crate::session::Phase;
use crate::ui::button::Button;
use crate::ui::figures::count;
use crate::ui::model::{Model, Source};
use crate::ui::status_panel::{phase_colour, phase_note};
use crate::ui::theme::{self, tokens};

/// What the strip shows of a tab.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TabView {
    /// What it is called.
    pub name: String,
    /// Where its connection stands.
    pub phase: Phase,
    /// It has a connection; else it is a recording.
    pub is_live: bool,
    /// Events since it was on the screen.
    pub unseen: u64,
    /// Its capture can't be written.
    pub in_trouble: bool,
}

/// What the user wants with a tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TabAction {
    /// Show the one at this place.
    Show(usize),
    /// Show the one to the right, from the last the first.
    Next,
    /// Show the one to the left, from the first the last.
    Previous,
    /// Close the one at this place, or the one on the screen.
    Close(Option<usize>),
    /// Bring back the one closed last.
    Reopen,
    /// Connect once more to the server of the one on the screen, in a new tab.
    Duplicate,
}

/// All tabs, as the strip shows them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tabs<'a> {
    /// From left to right.
    pub views: &'a [TabView],
    /// Which is on the screen.
    pub current: usize,
}

const HEIGHT: f32 = 28.0;
const NAME_WIDTH: f32 = 180.0;
const PAD: f32 = 12.0;

/// Paints the strip into at most `width` points.
pub fn tab_strip_ui(ui: &mut Ui, model: &Model<'_>, width: f32) -> Option<TabAction> {
    let mut wanted = None;
    let strip = ScrollArea::horizontal()
        .id_salt("tabs")
        .max_width(width)
        .scroll_bar_visibility(egui::scroll_area::ScrollBarVisibility::AlwaysHidden);
    strip.show(ui, |ui| {
        ui.horizontal_centered(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            for (place, view) in model.tabs.views.iter().enumerate() {
                let is_on = place == model.tabs.current;
                let note = if is_on { current_note(model) } else { other_note(view) };
                wanted = tab_ui(ui, view, is_on, &note, place).or(wanted);
            }
        });
    });
    wanted
}

/// What stands behind the name of the tab on the screen.
fn current_note(model: &Model<'_>) -> String {
    let snapshot = model.snapshot;
    match (model.source, snapshot.phase) {
        (Source::Recording(_), _) => "recording".to_owned(),
        (_, Phase::WaitingToRetry) => phase_note(snapshot, &snapshot.at(model.now_us)),
        (_, phase) => phase.words().to_lowercase(),
    }
}

/// What stands behind the name of another one.
fn other_note(view: &TabView) -> String {
    match (view.unseen, view.is_live) {
        (0, true) => view.phase.words().to_lowercase(),
        (0, false) => "recording".to_owned(),
        (unseen, _) => format!("{} new", count(unseen)),
    }
}

fn tab_ui(ui: &mut Ui, view: &TabView, is_on: bool, note: &str, place: usize) -> Option<TabAction> {
    let t = tokens(ui);
    let mut wanted = None;
    let name_colour = if is_on { t.text } else { t.dim };
    let mut layout = egui::text::LayoutJob::simple_singleline(view.name.clone(), theme::body(), name_colour);
    layout.wrap = egui::text::TextWrapping::truncate_at_width(NAME_WIDTH);
    let name = ui.painter().layout_job(layout);
    let note_colour = if view.unseen > 0 { t.accent } else { t.dim };
    let note_galley = ui.painter().layout_no_wrap(note.to_owned(), theme::body(), note_colour);
    let close = 22.0;
    let width = PAD + 8.0 + 7.0 + name.size().x + 7.0 + note_galley.size().x + 4.0 + close + 2.0;
    let (rect, response) = ui.allocate_exact_size(vec2(width, HEIGHT), Sense::click());
    response
        .widget_info(|| WidgetInfo::selected(Role::Tab, true, is_on, format!("Tab {} · {note}", view.name)));
    let ground = match (is_on, response.hovered() || response.has_focus()) {
        (true, _) => t.raised,
        (false, true) => t.card,
        (false, false) => egui::Color32::TRANSPARENT,
    };
    ui.painter().rect_filled(rect, theme::RADIUS, ground);
    let centre = rect.center().y;
    let colour = if view.in_trouble { t.warning } else { phase_colour(t, view.phase) };
    ui.painter().circle_filled(pos2(rect.left() + PAD + 4.0, centre), 4.0, colour);
    let mut at = rect.left() + PAD + 8.0 + 7.0;
    for galley in [name, note_galley] {
        let next = at + galley.size().x + 7.0;
        let place = Align2::LEFT_CENTER.anchor_size(pos2(at, centre), galley.size());
        ui.painter().galley(place.min, galley, t.text);
        at = next;
    }
    let button = Rect::from_center_size(pos2(rect.right() - close / 2.0 - 3.0, centre), vec2(close, close));
    let name = format!("Close tab {}", view.name);
    let closes = ui.scope_builder(egui::UiBuilder::new().max_rect(button), |ui| {
        Button::icon(Icon::X, &name).small().show(ui).clicked()
    });
    if closes.inner || response.clicked_by(PointerButton::Middle) {
        wanted = Some(TabAction::Close(Some(place)));
    } else if response.clicked() {
        wanted = Some(TabAction::Show(place));
    }
    wanted
}
