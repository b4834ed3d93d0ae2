//! What is said above the log while a long recording is read: how far, and that its end can be seen already.

use egui::{Frame, Panel, RichText, Sense, Ui, vec2};

use crate::ui::action::Action;
use crate::ui::figures::counted;
use crate::ui::measure::points;
use crate::ui::model::Opening;
use crate::ui::theme::{self, tokens};

/// A file shorter than this is read before a bar could be understood.
const SHORT: u64 = 8_000_000;
const BAR: egui::Vec2 = vec2(120.0, 4.0);

/// Paints the bar at the upper edge, if there is something to say.
pub fn opening_ui(ui: &mut Ui, opening: Option<Opening>, actions: &mut Vec<Action>) {
    let Some(opening) = opening.filter(|opening| opening.of_bytes > SHORT) else { return };
    let t = tokens(ui);
    let frame = Frame::new().fill(t.bar).inner_margin(egui::Margin::symmetric(14, 5));
    Panel::top("opening").frame(frame).show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = theme::GAP;
            let part = (opening.read_bytes as f64 / opening.of_bytes.max(1) as f64).clamp(0.0, 1.0);
            let (rect, _) = ui.allocate_exact_size(BAR, Sense::hover());
            ui.painter().rect_filled(rect, 2.0, t.raised);
            let done = rect.with_max_x(egui::lerp(rect.x_range(), points(part)));
            ui.painter().rect_filled(done, 2.0, t.accent);
            let so_far = counted(opening.events, "event");
            ui.label(RichText::new(format!("Reading {:.0} % · {so_far} so far", part * 100.0)).color(t.dim));
            let Some(count) = opening.end else { return };
            let last = counted(count, "event");
            let (words, choice) = if opening.shows_end {
                ui.label(RichText::new(format!("· showing the last {last}")).color(t.text));
                ("Go to the start".to_owned(), false)
            } else {
                (format!("Show the last {last}"), true)
            };
            if ui.link(RichText::new(words).color(t.accent)).clicked() {
                actions.push(Action::ShowEnd(choice));
            }
        });
    });
}
