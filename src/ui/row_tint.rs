//! How a saved filter colours a row: a stripe, a faint ground, and its name for who sees no colours.

use egui::{Rect, Response, Ui, vec2};

use crate::capture::row::Row;
use crate::ui::theme;

/// Width of the stripe, points.
const STRIPE: f32 = 3.0;
/// How much of the colour the ground has.
const GROUND: f32 = 0.13;

/// Paints ground and stripe under a row; a selected one keeps the ground of the selection.
pub fn tint_ui(ui: &Ui, rect: Rect, row: Option<&Row>, is_selected: bool) {
    let Some(tint) = row.and_then(|row| row.tint.as_ref()) else { return };
    let (colour, _) = theme::filter_colour(tint.colour);
    if !is_selected {
        ui.painter().rect_filled(rect, 0.0, colour.gamma_multiply(GROUND));
    }
    let stripe = Rect::from_min_size(rect.min, vec2(STRIPE, rect.height()));
    ui.painter().rect_filled(stripe, 0.0, colour);
}

/// Which filter coloured the row, for its tooltip.
pub fn tint_tip(response: Response, row: Option<&Row>) -> Response {
    let Some(tint) = row.and_then(|row| row.tint.as_ref()) else { return response };
    let (_, colour) = theme::filter_colour(tint.colour);
    response.on_hover_text(format!("Coloured {colour} by the saved filter “{}”", tint.name))
}

/// Which filter coloured the row, for a screen reader: empty, or to be put behind the others' words.
#[must_use]
pub fn spoken_tint(row: &Row) -> String {
    row.tint.as_ref().map(|tint| format!(" coloured by {}", tint.name)).unwrap_or_default()
}
