//! The heartbeat as a clock: how much of the server's period has passed since its last ping.

use egui::accesskit::Role;
use egui::{Color32, Rect, Sense, Ui, WidgetInfo, vec2};

use crate::ui::figures::lasting;
use crate::ui::measure::{points, proportion};
use crate::ui::theme::tokens;

const HEIGHT: f32 = 6.0;

/// Paints `passed_us` of `period_us` in `colour`.
pub fn heartbeat_bar_ui(ui: &mut Ui, passed_us: u64, period_us: u64, colour: Color32) {
    let name = format!("{} of {} since the last ping", lasting(passed_us), lasting(period_us));
    part_bar_ui(ui, &name, points(proportion(passed_us) / proportion(period_us.max(1))), colour);
}

/// Paints a part of a whole, between 0 and 1.
pub fn part_bar_ui(ui: &mut Ui, name: &str, part: f32, colour: Color32) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT + 4.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::ProgressIndicator, true, name));
    let whole = Rect::from_center_size(rect.center(), vec2(rect.width(), HEIGHT));
    ui.painter().rect_filled(whole, HEIGHT / 2.0, tokens(ui).raised);
    let width = whole.width() * part.clamp(0.0, 1.0);
    let filled = Rect::from_min_size(whole.min, vec2(width.max(HEIGHT), HEIGHT));
    ui.painter().rect_filled(filled, HEIGHT / 2.0, colour);
}
