//! `Scroller`: wheel and scrollbar of a list that stands by an [`Anchor`].

use egui::{Id, Rect, Response, Sense, Ui, pos2, vec2};

use crate::ui::log_scroll::{Anchor, Extent};
use crate::ui::theme::tokens;

/// Width the scrollbar takes at the right edge, points.
pub const SCROLLBAR_WIDTH: f32 = 12.0;

/// Where a list stands, and where its thumb is held.
#[derive(Clone, Debug, Default)]
pub struct Scroller {
    /// Where it stands.
    pub anchor: Anchor,
    grip: Option<f32>,
}

impl Scroller {
    /// Moves with the wheel while the pointer is on `list`. Whether it moved.
    pub fn wheel(&mut self, ui: &Ui, list: &Response, extent: Extent) -> bool {
        self.anchor = self.anchor.held(extent);
        if !list.contains_pointer() {
            return false;
        }
        let wheel = ui.input(egui::InputState::smooth_scroll_delta).y;
        self.anchor = self.anchor.moved(-wheel, extent);
        wheel != 0.0
    }

    /// Paints the scrollbar into `bar` and moves with its thumb. Whether it moved.
    pub fn bar_ui(&mut self, ui: &Ui, id: Id, bar: Rect, extent: Extent) -> bool {
        let Some((start, length)) = extent.thumb(self.anchor) else { return false };
        let response = ui.interact(bar, id.with("scrollbar"), Sense::click_and_drag() - Sense::FOCUSABLE);
        let held = response.interact_pointer_pos();
        if let Some(pointer) = held {
            let at = pointer.y - bar.top();
            // Held where it was grabbed; beside the thumb, its middle comes to the pointer.
            let on_thumb = (start..start + length).contains(&at);
            let grip = *self.grip.get_or_insert(if on_thumb { at - start } else { length / 2.0 });
            self.anchor = extent.at_thumb(at - grip, length);
        } else {
            self.grip = None;
        }
        let (start, length) = extent.thumb(self.anchor).unwrap_or((start, length));
        let t = tokens(ui);
        let lit = response.hovered() || held.is_some();
        let thumb = Rect::from_min_size(pos2(bar.left(), bar.top() + start), vec2(bar.width(), length));
        let thumb = thumb.shrink2(if lit { vec2(2.0, 1.0) } else { vec2(3.5, 1.0) });
        ui.painter().rect_filled(thumb, 4.0, if lit { t.faint } else { t.strong_line });
        held.is_some()
    }

    /// Paints the rows in sight into `rect`, each by `row_ui`, and the scrollbar at its right edge.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        list: &Response,
        extent: Extent,
        mut row_ui: impl FnMut(&mut Ui, Rect, u64),
    ) {
        let rect = list.rect;
        self.wheel(ui, list, extent);
        let bar = Rect::from_min_max(pos2(rect.right() - SCROLLBAR_WIDTH, rect.top()), rect.max);
        self.bar_ui(ui, list.id, bar, extent);
        let mut child = ui.new_child(egui::UiBuilder::new().max_rect(rect).id_salt("rows"));
        child.set_clip_rect(rect.with_max_x(bar.left()).intersect(ui.clip_rect()));
        for (index, row) in self.anchor.in_sight(extent).enumerate() {
            let top = rect.top() + index as f32 * extent.row_height - self.anchor.offset;
            let size = vec2(rect.width() - SCROLLBAR_WIDTH, extent.row_height);
            row_ui(&mut child, Rect::from_min_size(pos2(rect.left(), top), size), row);
        }
    }
}
