//! The page about the filter language.

use egui::{RichText, ScrollArea, Ui};

use crate::capture::filter::HELP;
use crate::ui::control::{dialog_ui, title_ui};
use crate::ui::theme::{self, tokens};

/// Paints the page; a click on an example puts it into `text`. Whether it stays open.
pub fn filter_help_ui(ui: &Ui, text: &mut String) -> bool {
    let mut taken = false;
    let closes = dialog_ui(ui, "Filter help", 760.0, |ui| {
        title_ui(ui, "Filter", "Which rows the log shows. It always looks at the whole message");
        ui.add_space(8.0);
        let height = (ui.ctx().content_rect().height() - 190.0).max(200.0);
        ScrollArea::vertical().max_height(height).min_scrolled_height(height).show(ui, |ui| {
            for entry in HELP {
                let t = tokens(ui);
                ui.horizontal(|ui| {
                    ui.label(RichText::new(entry.syntax).font(theme::mono()).color(t.json_key));
                    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                        ui.add_space(12.0);
                        let example = RichText::new(entry.example).font(theme::mono()).color(t.accent);
                        if ui.link(example).on_hover_text("Put it into the filter box").clicked() {
                            entry.example.clone_into(text);
                            taken = true;
                        }
                    });
                });
                ui.add(egui::Label::new(RichText::new(entry.means).color(t.dim)).wrap());
                ui.add_space(6.0);
            }
        });
    });
    !closes && !taken
}
