//! Small parts of the window: the banner, and what the app is told of moved panels.

use egui::{CursorIcon, Frame, Panel, RichText, Ui};
use lucide_icons::Icon;

use crate::settings::Layout;
use crate::ui::action::Action;
use crate::ui::control::icon_ui;
use crate::ui::model::Model;
use crate::ui::theme::tokens;

/// Says what stays wrong until the user acts.
pub fn banner_ui(ui: &mut Ui, model: &Model<'_>) {
    let Some(banner) = model.banner else { return };
    let t = tokens(ui);
    let frame = Frame::new().fill(t.warning_ground).inner_margin(egui::Margin::symmetric(12, 6));
    Panel::top("banner").frame(frame).show(ui, |ui| {
        ui.horizontal(|ui| {
            icon_ui(ui, Icon::TriangleAlert, 14.0, t.warning);
            ui.add(egui::Label::new(RichText::new(banner).color(t.warning)).wrap());
        });
    });
}

/// Tells the app of moved panels, once they stand still.
pub fn keep_layout(ui: &Ui, model: &Model<'_>, layout: Layout, actions: &mut Vec<Action>) {
    let before = model.settings.layout;
    let moved = |one: f32, other: f32| (one - other).abs() > 1.0;
    let changed = moved(layout.status_width, before.status_width)
        || moved(layout.detail_width, before.detail_width)
        || moved(layout.compose_height, before.compose_height);
    // Only what the hand moved: a narrow window must not shrink the panels of the wide one for ever.
    let cursor = ui.output(|output| output.cursor_icon);
    let resizing = [
        CursorIcon::ResizeHorizontal,
        CursorIcon::ResizeVertical,
        CursorIcon::ResizeEast,
        CursorIcon::ResizeWest,
        CursorIcon::ResizeNorth,
        CursorIcon::ResizeSouth,
        CursorIcon::ResizeColumn,
        CursorIcon::ResizeRow,
    ];
    if changed && resizing.contains(&cursor) && ui.input(|input| input.pointer.any_released()) {
        actions.push(Action::SetLayout(layout));
    }
}
