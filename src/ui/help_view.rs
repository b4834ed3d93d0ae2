//! The help page: every command with its keys, made from the registry.

use egui::{RichText, ScrollArea, Ui, vec2};

use crate::ui::button::Button;
use crate::ui::command::{Group, all, keys};
use crate::ui::control::{dialog_ui, section_ui, title_ui};
use crate::ui::theme::{self, tokens};

/// Keys that belong to a view rather than to a command.
const IN_LISTS: [(&str, &str); 5] = [
    ("↑ ↓ or j k", "Select the row above or below"),
    ("Page up, page down", "A page of rows"),
    ("Home, End", "The oldest row; the newest, and follow"),
    ("← →", "Fold and unfold in the tree"),
    ("Esc", "Close what is open, or clear the selection"),
];

/// Paints the page over the window. False once it was closed.
pub fn help_ui(ui: &Ui) -> bool {
    let closed = dialog_ui(ui, "help", 580.0, |ui| {
        title_ui(ui, "Help", "Everything can be done by keyboard; Ctrl+K finds any command by its name");
        let height = (ui.ctx().content_rect().height() - 200.0).clamp(200.0, 560.0);
        ScrollArea::vertical().max_height(height).show(ui, |ui| {
            for group in Group::ALL {
                section_ui(ui, group.name(), |_| {});
                for entry in all().filter(|entry| entry.group == group) {
                    line_ui(ui, entry.label, entry.tip, &keys(&entry));
                }
                ui.add_space(theme::GAP);
            }
            section_ui(ui, "In lists", |_| {});
            for (keys, tip) in IN_LISTS {
                line_ui(ui, tip, "", keys);
            }
        });
        ui.add_space(theme::GAP);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if Button::new("Close").show(ui).clicked() {
                ui.close();
            }
        });
    });
    !closed
}

fn line_ui(ui: &mut Ui, label: &str, tip: &str, keys: &str) {
    let t = tokens(ui);
    ui.horizontal(|ui| {
        ui.allocate_ui(vec2(150.0, 18.0), |ui| {
            ui.set_min_width(if tip.is_empty() { 0.0 } else { 150.0 });
            ui.label(RichText::new(label).font(theme::medium(theme::BODY)));
        });
        ui.label(RichText::new(tip).color(t.dim));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.add_space(theme::GAP);
            ui.label(RichText::new(keys).font(theme::small()).color(t.faint));
        });
    });
}
