//! What an empty view says: what would be here, and how to get it.

use egui::{RichText, Ui};
use lucide_icons::Icon;

use crate::ui::control::icon_ui;
use crate::ui::theme::{self, tokens};

/// An icon, a title and a sentence in the middle of the room there is.
pub fn empty_ui(ui: &mut Ui, icon: Icon, title: &str, advice: &str) {
    let t = tokens(ui);
    let height = ui.available_height();
    ui.vertical_centered(|ui| {
        ui.set_max_width(ui.available_width().min(340.0));
        ui.add_space((height * 0.5 - 60.0).max(theme::GAP));
        icon_ui(ui, icon, 26.0, t.strong_line);
        ui.add_space(theme::SMALL_GAP);
        ui.label(RichText::new(title).font(theme::strong(13.0)).color(t.dim));
        ui.add(egui::Label::new(RichText::new(advice).color(t.faint)).wrap());
    });
}
