//! The bar that shows where the time of connecting went.

use egui::accesskit::Role;
use egui::{Rect, RichText, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::session::Waterfall;
use crate::ui::figures;
use crate::ui::measure::{points, proportion};
use crate::ui::theme::{self, tokens};

/// The steps of the current connect, as long as they took.
pub fn waterfall_ui(ui: &mut Ui, waterfall: &Waterfall) {
    let steps: Vec<(usize, &str, u64)> =
        waterfall.steps().enumerate().map(|(index, (name, took))| (index, name, took)).collect();
    let total: u64 = steps.iter().map(|(_, _, took)| *took).sum();
    if total == 0 {
        return;
    }
    let words: Vec<String> =
        steps.iter().map(|(_, name, took)| format!("{} {name}", figures::span(*took))).collect();
    let words = words.join(" · ");
    ui.add_space(3.0);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 6.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, format!("Connect took {words}")));
    let gaps = 1.0 * points(proportion(u64::try_from(steps.len()).unwrap_or(1))) - 1.0;
    let room = rect.width() - gaps;
    let mut left = rect.left();
    for (index, name, took) in &steps {
        // Even a step of microseconds is worth a line.
        let width = (points(proportion(*took) / proportion(total)) * room).max(2.0);
        let step = Rect::from_min_size(pos2(left, rect.top()), vec2(width, rect.height())).intersect(rect);
        let colour = theme::STEP_COLOURS.get(step_colour(name, *index)).copied();
        ui.painter().rect_filled(step, 1.5, colour.unwrap_or(tokens(ui).accent));
        left += width + 1.0;
    }
    let text = RichText::new(words).font(theme::small()).color(tokens(ui).faint);
    ui.add(egui::Label::new(text).wrap());
}

/// The same step keeps its colour, whichever others were reported.
fn step_colour(name: &str, index: usize) -> usize {
    match name.to_ascii_lowercase().as_str() {
        "dns" | "lookup" | "resolve" => 0,
        "tcp" | "connect" => 1,
        "tls" => 2,
        "upgrade" => 3,
        "login" | "proxy" => 4,
        _ => index % theme::STEP_COLOURS.len(),
    }
}
