//! The bar at the lower edge: where events go, how many, how fast, and that none was lost.

use egui::{Layout, RichText, Ui, vec2};

use crate::capture::row::Level;
use crate::ui::control::{dot_ui, level_colour};
use crate::ui::figures::{bytes, counted, rate};
use crate::ui::model::{Model, Source};
use crate::ui::theme::tokens;

/// Paints the bar.
pub fn status_bar_ui(ui: &mut Ui, model: &Model<'_>) {
    let t = tokens(ui);
    let size = vec2(ui.available_width(), ui.available_height());
    ui.allocate_ui_with_layout(size, Layout::left_to_right(egui::Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = 7.0;
        ui.add_space(4.0);
        if model.source == Source::Nothing {
            let version = concat!("Harewire ", env!("CARGO_PKG_VERSION"));
            ui.label(RichText::new(version).size(11.5).color(t.dim));
            return;
        }
        let recording = &model.recording;
        let word = |ui: &mut Ui, text: String, level: Level| {
            let colour = if level == Level::Normal { t.dim } else { level_colour(t, level) };
            let response = ui.label(RichText::new(text).size(11.5).color(colour));
            ui.add_space(11.0);
            response
        };
        let written = match model.source {
            Source::Recording(_) => {
                dot_ui(ui, t.incoming);
                format!("{} {}", if recording.tailing { "tailing" } else { "reading" }, recording.file)
            }
            _ if recording.on => {
                dot_ui(ui, t.error);
                format!("recording to {}", recording.file)
            }
            Source::Live(_) | Source::Nothing => {
                dot_ui(ui, t.faint);
                "not recorded: gone when closed".to_owned()
            }
        };
        let response = word(ui, written, Level::Normal);
        if !recording.path.is_empty() {
            response.on_hover_text(recording.path);
        }
        // What is in the file, whatever a filter or a fold leaves out of the log.
        let events = model.log.filter.of.max(model.log.rows + model.log.folded);
        word(ui, counted(events, "event"), Level::Normal);
        word(ui, bytes(recording.bytes), Level::Normal);
        if let Source::Live(_) = model.source {
            let now = model.snapshot.at(model.now_us).ten_seconds;
            word(
                ui,
                format!("↓ {} /s  ↑ {} /s", rate(now.in_messages), rate(now.out_messages)),
                Level::Normal,
            );
            if recording.lost == 0 {
                word(ui, "nothing lost".to_owned(), Level::Good);
            } else {
                word(ui, format!("{} lost", counted(recording.lost, "event")), Level::Error);
            }
        }
        ui.with_layout(Layout::right_to_left(egui::Align::Center), |ui| {
            ui.add_space(4.0);
            let zone = if model.settings.preferences.utc { "UTC" } else { "local time" };
            ui.label(RichText::new(zone).size(11.5).color(t.dim));
        });
    });
}
