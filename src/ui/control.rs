//! The few widgets the window is made of, each with an accessible name.

use egui::accesskit::Role;
use egui::{
    Align2, Color32, FontId, Rect, Response, RichText, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};
use lucide_icons::Icon;

use crate::capture::row::Level;
use crate::ui::theme::{self, Tokens, tokens};

/// An icon around `centre`.
pub fn paint_icon(ui: &Ui, centre: egui::Pos2, icon: Icon, size: f32, colour: Color32) {
    ui.painter().text(centre, Align2::CENTER_CENTER, icon.unicode(), theme::icon(size), colour);
}

/// An icon in the flow of a line; it says nothing, so it has no name.
pub fn icon_ui(ui: &mut Ui, icon: Icon, size: f32, colour: Color32) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(size + 2.0, size + 4.0), Sense::hover());
    paint_icon(ui, rect.center(), icon, size, colour);
    response
}

/// A small coloured disc.
pub fn dot_ui(ui: &mut Ui, colour: Color32) {
    let (rect, _) = ui.allocate_exact_size(vec2(8.0, 14.0), Sense::hover());
    ui.painter().circle_filled(rect.center(), 4.0, colour);
}

/// The colour of a level as text.
#[must_use]
pub fn level_colour(t: &Tokens, level: Level) -> Color32 {
    match level {
        Level::Normal => t.text,
        Level::Dim => t.faint,
        Level::Good => t.good,
        Level::Warning => t.warning,
        Level::Error => t.error,
    }
}

/// A word on a tinted ground.
pub fn chip_ui(ui: &mut Ui, text: &str, level: Level) -> Response {
    let t = tokens(ui);
    let (colour, ground) = match level {
        Level::Normal => (t.accent, t.accent_ground),
        Level::Dim => (t.dim, t.raised),
        Level::Good => (t.good, t.good_ground),
        Level::Warning => (t.warning, t.warning_ground),
        Level::Error => (t.error, t.error_ground),
    };
    let galley = ui.painter().layout_no_wrap(text.to_owned(), theme::medium(10.5), colour);
    let (rect, response) = ui.allocate_exact_size(vec2(galley.size().x + 14.0, 17.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
    ui.painter().rect_filled(rect, 8.5, ground);
    ui.painter().galley(rect.center() - galley.size() / 2.0, galley, colour);
    response
}

/// The small capitals above a section, with room for something at the right.
pub fn section_ui(ui: &mut Ui, title: &str, right: impl FnOnce(&mut Ui)) {
    let t = tokens(ui);
    ui.allocate_ui_with_layout(
        vec2(ui.available_width(), 20.0),
        egui::Layout::left_to_right(egui::Align::Center),
        |ui| {
            let text = RichText::new(title.to_uppercase()).font(theme::strong(theme::SMALL)).color(t.faint);
            ui.label(text.extra_letter_spacing(0.5));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), right);
        },
    );
    ui.add_space(2.0);
}

/// A name and its value on one line; long values wrap under themselves.
pub fn fact_ui(ui: &mut Ui, name: &str, value: &str) -> Response {
    fact_with(ui, name, RichText::new(value))
}

/// [`fact_ui`] with a value that has a colour of its own.
pub fn fact_with(ui: &mut Ui, name: &str, value: RichText) -> Response {
    let t = tokens(ui);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = GAP_AFTER_NAME;
        let name = ui.painter().layout_no_wrap(name.to_owned(), theme::body(), t.dim);
        let (rect, _) = ui.allocate_exact_size(vec2(NAME_WIDTH, name.size().y), Sense::hover());
        ui.painter().galley(rect.left_top(), name, t.dim);
        let label = egui::Label::new(value.font(theme::medium(theme::BODY))).wrap();
        ui.add(label)
    })
    .inner
}

const NAME_WIDTH: f32 = 72.0;
const GAP_AFTER_NAME: f32 = 8.0;

/// A sentence in the second voice.
pub fn hint_ui(ui: &mut Ui, text: &str) -> Response {
    let t = tokens(ui);
    ui.add(egui::Label::new(RichText::new(text).color(t.dim)).wrap())
}

/// A sentence that needs attention, with its icon.
pub fn notice_ui(ui: &mut Ui, level: Level, text: &str) {
    let t = tokens(ui);
    let icon = match level {
        Level::Normal | Level::Dim => Icon::Info,
        Level::Good => Icon::CircleCheck,
        Level::Warning => Icon::TriangleAlert,
        Level::Error => Icon::CircleX,
    };
    let colour = level_colour(t, level);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        icon_ui(ui, icon, 13.0, colour);
        ui.add(egui::Label::new(RichText::new(text).color(colour)).wrap());
    });
}

/// Tabs as words on a line, the chosen one underlined. Returns the one clicked.
pub fn tabs_ui<T: Copy + PartialEq>(ui: &mut Ui, chosen: T, tabs: &[(T, &str)]) -> Option<T> {
    let t = tokens(ui);
    let mut clicked = None;
    ui.spacing_mut().item_spacing.x = 18.0;
    for (tab, name) in tabs {
        let on = *tab == chosen;
        let galley = ui.painter().layout_no_wrap((*name).to_owned(), theme::body(), t.text);
        let size = vec2(galley.size().x + 2.0, ui.available_height());
        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
        response.widget_info(|| WidgetInfo::selected(Role::Tab, true, on, name));
        let colour = if on || response.hovered() || response.has_focus() { t.text } else { t.dim };
        ui.painter().galley_with_override_text_color(rect.center() - galley.size() / 2.0, galley, colour);
        if on {
            ui.painter().hline(rect.x_range(), rect.bottom() - 1.0, Stroke::new(2.0, t.accent));
        }
        if response.clicked() {
            clicked = Some(*tab);
        }
    }
    clicked
}

/// A framed single-line text field with a name.
pub fn field_ui(ui: &mut Ui, name: &str, text: &mut String, hint: &str, font: FontId) -> Response {
    let t = tokens(ui);
    let edit = egui::TextEdit::singleline(text)
        .id_salt(name)
        .hint_text(RichText::new(hint).color(t.faint).italics())
        .font(font)
        .margin(egui::Margin::symmetric(9, 4))
        .desired_width(f32::INFINITY)
        .align(egui::Align2::LEFT_CENTER)
        .min_size(vec2(0.0, theme::CONTROL_HEIGHT));
    let response: Response = ui.add(edit);
    response.accessible_name(name)
}

/// A card on a panel; `edge` is the coloured stroke at its left.
pub fn card_ui<R>(ui: &mut Ui, edge: Option<Color32>, contents: impl FnOnce(&mut Ui) -> R) -> R {
    let t = tokens(ui);
    let left = if edge.is_some() { 14 } else { 10 };
    let inner = egui::Frame::new()
        .fill(t.card)
        .stroke(Stroke::new(1.0, t.line))
        .corner_radius(theme::CARD_RADIUS)
        .inner_margin(egui::Margin { left, right: 10, top: 8, bottom: 8 })
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = 3.0;
            contents(ui)
        });
    if let Some(colour) = edge {
        let rect = inner.response.rect;
        let stroke = Rect::from_min_max(
            rect.left_top() + vec2(0.0, 8.0),
            pos2(rect.left() + 3.0, rect.bottom() - 8.0),
        );
        ui.painter().rect_filled(stroke, 2.0, colour);
    }
    inner.inner
}

/// The heading of a dialog, with a sentence under it.
pub fn title_ui(ui: &mut Ui, title: &str, sentence: &str) {
    ui.label(RichText::new(title).font(theme::strong(theme::TITLE)));
    hint_ui(ui, sentence);
    ui.add_space(theme::GAP);
}

/// A label above a control.
pub fn labelled_ui<R>(ui: &mut Ui, name: &str, control: impl FnOnce(&mut Ui) -> R) -> R {
    let t = tokens(ui);
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 3.0;
        // Painted, not a label: the control has the name already, and twice is once too often for a screen reader.
        let name = ui.painter().layout_no_wrap(name.to_owned(), theme::medium(11.5), t.dim);
        let (rect, _) = ui.allocate_exact_size(name.size(), Sense::hover());
        ui.painter().galley(rect.min, name, t.dim);
        let inner = control(ui);
        ui.add_space(4.0);
        inner
    })
    .inner
}

/// One of a few, side by side in one frame.
pub fn choice_ui<T: Copy + PartialEq>(ui: &mut Ui, chosen: &mut T, choices: &[(T, &str)]) -> bool {
    let t = tokens(ui);
    let mut changed = false;
    let frame =
        egui::Frame::new().fill(t.field).stroke(Stroke::new(1.0, t.line)).corner_radius(theme::RADIUS);
    frame.inner_margin(2).show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            for (choice, name) in choices {
                let on = *choice == *chosen;
                let galley = ui.painter().layout_no_wrap((*name).to_owned(), theme::body(), t.text);
                let (rect, response) =
                    ui.allocate_exact_size(vec2(galley.size().x + 18.0, 22.0), Sense::click());
                response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, on, name));
                let border = if response.has_focus() { t.accent } else { Color32::TRANSPARENT };
                let fill = if on { t.accent_ground } else { Color32::TRANSPARENT };
                ui.painter().rect(
                    rect,
                    theme::RADIUS - 1,
                    fill,
                    Stroke::new(1.0, border),
                    StrokeKind::Inside,
                );
                let colour = if on || response.hovered() { t.text } else { t.dim };
                ui.painter().galley_with_override_text_color(
                    rect.center() - galley.size() / 2.0,
                    galley,
                    colour,
                );
                if response.clicked() && !on {
                    *chosen = *choice;
                    changed = true;
                }
            }
        });
    });
    changed
}

/// A switch with words at its right and a sentence under them. Whether it changed.
pub fn switch_ui(ui: &mut Ui, on: &mut bool, name: &str, sentence: &str) -> bool {
    const WIDTH: f32 = 30.0;
    let t = tokens(ui);
    let words = ui.painter().layout_no_wrap(name.to_owned(), theme::body(), t.text);
    // The words are part of it: a click on them switches, too.
    let size = vec2(WIDTH + 8.0 + words.size().x, 20.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let changed = response.clicked();
    *on ^= changed;
    response.widget_info(|| WidgetInfo::selected(Role::Switch, ui.is_enabled(), *on, name));
    let fill = if *on { t.primary } else { t.raised };
    let border = if response.has_focus() || response.hovered() { t.accent } else { t.strong_line };
    let track = Rect::from_min_size(rect.min + vec2(0.0, 2.0), vec2(WIDTH, 16.0));
    ui.painter().rect(track, 8.0, fill, Stroke::new(1.0, border), StrokeKind::Inside);
    let x = if *on { track.right() - 8.0 } else { track.left() + 8.0 };
    ui.painter().circle_filled(pos2(x, track.center().y), 5.0, if *on { t.on_primary } else { t.dim });
    let at = pos2(rect.left() + WIDTH + 8.0, rect.center().y - words.size().y / 2.0);
    ui.painter().galley(at, words, t.text);
    if !sentence.is_empty() {
        ui.add_space(-theme::SMALL_GAP - 1.0);
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            ui.add_space(WIDTH + 8.0);
            ui.add(egui::Label::new(RichText::new(sentence).font(theme::small()).color(t.faint)).wrap());
        });
        ui.add_space(theme::SMALL_GAP);
    }
    changed
}

/// A dialog over the window, `width` points wide. Whether it should close.
pub fn dialog_ui(ui: &Ui, name: &str, width: f32, contents: impl FnOnce(&mut Ui)) -> bool {
    let t = tokens(ui);
    let frame = egui::Frame::window(ui.style()).inner_margin(egui::Margin::symmetric(20, 18));
    let modal = egui::Modal::new(egui::Id::unique(("dialog", name)))
        .frame(frame)
        .backdrop_color(Color32::from_black_alpha(if ui.visuals().dark_mode { 130 } else { 70 }));
    let shown = modal.show(ui.ctx(), |ui| {
        ui.set_width(width.min(ui.ctx().content_rect().width() - 80.0));
        ui.visuals_mut().override_text_color = Some(t.text);
        contents(ui);
    });
    shown.should_close()
}
