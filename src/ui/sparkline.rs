//! Small charts without axes: one or two rows of figures as lines on a common scale.

use egui::accesskit::Role;
use egui::{Color32, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::ui::measure::{points, proportion};
use crate::ui::theme::tokens;

/// Height of a chart, points.
const HEIGHT: f32 = 34.0;

/// Paints `lines` from left to right over a base line; all begin at zero and share the highest value. `name` says what
/// they show, for those who don't see it.
pub fn sparkline_ui(ui: &mut Ui, name: &str, lines: &[(&[u64], Color32)]) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, name));
    let highest = lines.iter().flat_map(|(values, _)| values.iter().copied()).max().unwrap_or(1).max(1);
    let base = Stroke::new(1.0, tokens(ui).line);
    ui.painter().hline(rect.x_range(), rect.bottom() - 3.0, base);
    for (values, colour) in lines {
        let steps = u64::try_from(values.len()).unwrap_or(1).max(2) - 1;
        let step = rect.width() / points(proportion(steps));
        let at = |index: usize, value: u64| {
            let x = rect.left() + step * points(proportion(u64::try_from(index).unwrap_or(0)));
            let share = points(proportion(value) / proportion(highest));
            pos2(x, rect.bottom() - 3.0 - share * (rect.height() - 7.0))
        };
        let line: Vec<_> = values.iter().enumerate().map(|(index, value)| at(index, *value)).collect();
        match line[..] {
            [] => {}
            [only] => {
                ui.painter().circle_filled(only, 2.0, *colour);
            }
            _ => {
                ui.painter().line(line, Stroke::new(1.5, *colour));
            }
        }
    }
}
