//! A section of the status panel that folds away and remembers it.

use egui::accesskit::Role;
use egui::{Layout, RichText, Sense, Ui, WidgetInfo, pos2, vec2};
use lucide_icons::Icon;

use crate::settings::{Folded, PanelSection};
use crate::ui::control::paint_icon;
use crate::ui::theme::{self, tokens};

impl PanelSection {
    /// What stands above it.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Steps => "Connect steps",
            Self::Identity => "Identity",
            Self::Heartbeat => "Heartbeat",
            Self::RoundTrip => "Round trip",
            Self::Rates => "Rates",
            Self::Subscriptions => "Subscriptions",
            Self::Noticed => "Noticed",
            Self::Automatic => "Automatic",
            Self::Traffic => "Traffic",
        }
    }
}

/// The heading of a section with a triangle that folds it, and room for something at the right. Its contents are painted
/// only while it is open.
pub fn folding_ui(
    ui: &mut Ui,
    section: PanelSection,
    folded: &mut Folded,
    right: impl FnOnce(&mut Ui),
    contents: impl FnOnce(&mut Ui),
) {
    const HEIGHT: f32 = 20.0;
    let t = tokens(ui);
    let is_open = !folded.is(section);
    ui.allocate_ui_with_layout(
        vec2(ui.available_width(), HEIGHT),
        Layout::left_to_right(egui::Align::Center),
        |ui| {
            let text = RichText::new(section.title().to_uppercase()).font(theme::strong(theme::SMALL));
            let galley = egui::WidgetText::from(text.extra_letter_spacing(0.5)).into_galley(
                ui,
                Some(egui::TextWrapMode::Extend),
                f32::INFINITY,
                egui::TextStyle::Body,
            );
            let size = vec2(galley.size().x + 16.0, HEIGHT);
            let (rect, response) = ui.allocate_exact_size(size, Sense::click());
            let name = format!("{} section", section.title());
            response.widget_info(|| WidgetInfo::selected(Role::DisclosureTriangle, true, is_open, &name));
            let active = response.hovered() || response.has_focus();
            let colour = if active { t.text } else { t.faint };
            let icon = if is_open { Icon::ChevronDown } else { Icon::ChevronRight };
            paint_icon(ui, pos2(rect.left() + 5.0, rect.center().y + 1.5), icon, 11.0, colour);
            let at = pos2(rect.left() + 14.0, rect.center().y - galley.size().y / 2.0);
            ui.painter().galley_with_override_text_color(at, galley, colour);
            if response.clicked() {
                folded.set(section, is_open);
            }
            ui.with_layout(Layout::right_to_left(egui::Align::Center), right);
        },
    );
    ui.add_space(2.0);
    if is_open {
        contents(ui);
        ui.add_space(theme::SECTION_GAP);
    } else {
        ui.add_space(theme::SMALL_GAP);
    }
}
