//! `Button`: an icon, words, or both, painted as the theme says.

use egui::accesskit::Role;
use egui::{Color32, Rect, Response, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};
use lucide_icons::Icon;

use crate::ui::control::paint_icon;
use crate::ui::theme::{self, tokens};

/// How a button looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Look {
    /// With a border.
    #[default]
    Plain,
    /// The one main action of a view.
    Primary,
    /// Without a border until the pointer is on it.
    Quiet,
    /// A switch that is on.
    On,
    /// Takes something away.
    Danger,
}

/// A button: an icon, words, or both; a shortcut in faint letters.
#[derive(Clone, Copy, Debug)]
pub struct Button<'t> {
    name: &'t str,
    text: &'t str,
    icon: Option<Icon>,
    shortcut: &'t str,
    look: Look,
    enabled: bool,
    small: bool,
}

impl<'t> Button<'t> {
    /// With words.
    #[must_use]
    pub fn new(text: &'t str) -> Self {
        Self { name: text, text, icon: None, shortcut: "", look: Look::Plain, enabled: true, small: false }
    }

    /// With an icon alone; `name` is its tooltip and its accessible name.
    #[must_use]
    pub fn icon(icon: Icon, name: &'t str) -> Self {
        Self {
            name,
            text: "",
            icon: Some(icon),
            shortcut: "",
            look: Look::Quiet,
            enabled: true,
            small: false,
        }
    }

    /// An icon before the words.
    #[must_use]
    pub fn with_icon(self, icon: Icon) -> Self {
        Self { icon: Some(icon), ..self }
    }

    /// Its look.
    #[must_use]
    pub fn look(self, look: Look) -> Self {
        Self { look, ..self }
    }

    /// A shortcut shown after the words.
    #[must_use]
    pub fn shortcut(self, shortcut: &'t str) -> Self {
        Self { shortcut, ..self }
    }

    /// As high as a heading.
    #[must_use]
    pub fn small(self) -> Self {
        Self { small: true, ..self }
    }

    /// Whether it can be pressed.
    #[must_use]
    pub fn enabled(self, enabled: bool) -> Self {
        Self { enabled, ..self }
    }

    /// Paints it.
    pub fn show(self, ui: &mut Ui) -> Response {
        ui.add_enabled_ui(self.enabled, |ui| self.paint(ui)).inner
    }

    fn paint(self, ui: &mut Ui) -> Response {
        let t = tokens(ui);
        let font = if self.look == Look::Primary { theme::strong(theme::BODY) } else { theme::body() };
        let text_colour = match (self.enabled, self.look) {
            (false, _) => t.faint,
            (_, Look::Primary) => t.on_primary,
            (_, Look::Danger) => t.error,
            (_, Look::Plain | Look::On) => t.text,
            (_, Look::Quiet) => t.dim,
        };
        let text = ui.painter().layout_no_wrap(self.text.to_owned(), font, text_colour);
        let shortcut_colour = if self.look == Look::Primary { text_colour } else { t.faint };
        let shortcut = ui.painter().layout_no_wrap(self.shortcut.to_owned(), theme::small(), shortcut_colour);
        let mut width = 0.0;
        let mut parts: Vec<f32> = Vec::new();
        for part in [if self.icon.is_some() { 15.0 } else { 0.0 }, text.size().x, shortcut.size().x] {
            parts.push(width);
            width += if part > 0.0 { part + 6.0 } else { 0.0 };
        }
        let padding = if self.text.is_empty() { 5.5 } else { 10.0 };
        let (padding, height) =
            if self.small { (padding - 3.0, 20.0) } else { (padding, theme::CONTROL_HEIGHT) };
        let size = vec2((width - 6.0).max(0.0) + 2.0 * padding, height);
        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, self.enabled, self.name));
        if ui.is_rect_visible(rect) {
            paint_ground(ui, &response, rect, self.look);
            let at = |part: usize| rect.left() + padding + parts.get(part).copied().unwrap_or(0.0);
            if let Some(icon) = self.icon {
                let colour =
                    if self.look == Look::Quiet && response.hovered() { t.text } else { text_colour };
                paint_icon(ui, pos2(at(0) + 7.5, rect.center().y), icon, 14.0, colour);
            }
            ui.painter().galley(pos2(at(1), rect.center().y - text.size().y / 2.0), text, text_colour);
            let y = rect.center().y - shortcut.size().y / 2.0;
            ui.painter().galley(pos2(at(2), y), shortcut, shortcut_colour);
        }
        if self.text.is_empty() { response.on_hover_text(self.name) } else { response }
    }
}

fn paint_ground(ui: &Ui, response: &Response, rect: Rect, look: Look) {
    let t = tokens(ui);
    let lit = response.hovered() || response.has_focus();
    let (fill, border) = match look {
        Look::Plain | Look::Danger => (t.raised, if lit { t.strong_line } else { t.line }),
        Look::Primary if response.enabled() => (t.primary, if lit { t.text } else { t.primary }),
        Look::Primary => (t.raised, t.line),
        Look::Quiet if lit => (t.raised, t.line),
        Look::Quiet => (Color32::TRANSPARENT, Color32::TRANSPARENT),
        Look::On => (t.accent_ground, if lit { t.accent } else { t.accent.gamma_multiply(0.5) }),
    };
    let border = if response.has_focus() { t.accent } else { border };
    ui.painter().rect(rect, theme::RADIUS, fill, Stroke::new(1.0, border), StrokeKind::Inside);
}
