//! `Layout`: which panels are shown and how large they are.

use serde::{Deserialize, Serialize};

use super::folded::Folded;

/// Which panels are shown and how large they are, in points.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Layout {
    /// The status panel is shown.
    pub show_status: bool,
    /// The detail panel is shown.
    pub show_detail: bool,
    /// The compose box is shown.
    pub show_compose: bool,
    /// Width of the status panel.
    pub status_width: f32,
    /// Width of the detail panel.
    pub detail_width: f32,
    /// Height of the compose box.
    pub compose_height: f32,
    /// Sections of the status panel that are folded away.
    pub folded: Folded,
}

impl Default for Layout {
    fn default() -> Self {
        Self {
            show_status: true,
            show_detail: true,
            show_compose: true,
            status_width: 280.0,
            detail_width: 340.0,
            compose_height: 200.0,
            folded: Folded::default(),
        }
    }
}

impl Layout {
    /// Brings sizes into a range in which every panel can be seen and grabbed.
    pub(super) fn repair(&mut self) {
        let usual = Self::default();
        let fit = |size: f32, usual: f32| if size.is_finite() { size.clamp(80.0, 4000.0) } else { usual };
        self.status_width = fit(self.status_width, usual.status_width);
        self.detail_width = fit(self.detail_width, usual.detail_width);
        self.compose_height = fit(self.compose_height, usual.compose_height);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_panel_becomes_too_small_to_grab() {
        let mut layout =
            Layout { status_width: 0.0, detail_width: f32::NAN, compose_height: 1e9, ..Layout::default() };
        layout.repair();
        assert_eq!((layout.status_width, layout.detail_width, layout.compose_height), (80.0, 340.0, 4000.0));
    }
}
