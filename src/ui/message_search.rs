//! `MessageSearch`: the field that looks for a text inside the selected message.

use std::ops::Range;

use egui::{Key, Modifiers, RichText, Ui, vec2};
use lucide_icons::Icon;

use crate::capture::sheet::{Form, HIT_LIMIT, Hits};
use crate::ui::button::Button;
use crate::ui::control::field_ui;
use crate::ui::figures::count;
use crate::ui::text_view::Marks;
use crate::ui::theme::{self, tokens};

/// What is looked for, and at which hit one stands.
#[derive(Clone, Debug, Default)]
pub struct MessageSearch {
    open: bool,
    focus: bool,
    text: String,
    current: usize,
    /// The search whose first hit was brought into sight.
    seen: Option<(u64, String, Form)>,
}

impl MessageSearch {
    /// Shows the field and puts the cursor into it.
    pub fn open(&mut self) {
        self.open = true;
        self.focus = true;
    }

    /// What to look for; empty for nothing.
    #[must_use]
    pub fn wanted(&self) -> &str {
        if self.open { &self.text } else { "" }
    }

    /// The hits and where one stands, if they are of what is looked for now.
    #[must_use]
    pub fn marks<'a>(&self, hits: Option<&'a Hits>) -> Option<Marks<'a>> {
        let hits = hits.filter(|hits| self.open && hits.wanted == self.text)?;
        Some(Marks { hits, current: self.current })
    }

    /// Paints the field if it is open. Returns the hit to bring into sight, if that has changed.
    pub fn show(&mut self, ui: &mut Ui, seq: u64, hits: Option<&Hits>) -> Option<Range<u32>> {
        if !self.open {
            return None;
        }
        let t = tokens(ui);
        let hits = hits.filter(|hits| hits.wanted == self.text && !self.text.is_empty());
        let found = hits.map_or(0, |hits| hits.spans.len());
        let mut reveal = self.attend(seq, hits);
        ui.horizontal(|ui| {
            ui.set_min_height(theme::CONTROL_HEIGHT + 6.0);
            ui.add_space(10.0);
            let width = (ui.available_width() - 180.0).clamp(100.0, 320.0);
            let size = vec2(width, theme::CONTROL_HEIGHT);
            let field = ui
                .allocate_ui(size, |ui| {
                    field_ui(ui, "Find in message", &mut self.text, "Find in message", theme::mono())
                })
                .inner;
            if std::mem::take(&mut self.focus) {
                field.request_focus();
            }
            let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            let back = ui.input(|input| input.modifiers.shift);
            let before = Button::icon(Icon::ChevronUp, "Previous hit").enabled(found > 0).show(ui).clicked();
            let after = Button::icon(Icon::ChevronDown, "Next hit").enabled(found > 0).show(ui).clicked();
            if found > 0 && (before || after || entered) {
                let backwards = before || (entered && back);
                let step = if backwards { found - 1 } else { 1 };
                self.current = (self.current + step) % found;
                reveal = true;
            }
            if entered {
                field.request_focus();
            }
            let (words, colour) = match hits {
                None => (String::new(), t.dim),
                Some(hits) if hits.spans.is_empty() => ("not found".to_owned(), t.warning),
                Some(hits) => {
                    let all = count(u64::try_from(found).unwrap_or(u64::MAX));
                    let here = count(u64::try_from(self.current + 1).unwrap_or(u64::MAX));
                    (format!("{here} of {all}{}", if hits.more { "+" } else { "" }), t.dim)
                }
            };
            let label = ui.add(egui::Label::new(RichText::new(words).color(colour)).truncate());
            if hits.is_some_and(|hits| hits.more) {
                let limit = count(u64::try_from(HIT_LIMIT).unwrap_or(u64::MAX));
                label.on_hover_text(format!("Only the first {limit} are kept"));
            }
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                ui.add_space(8.0);
                let escaped = field.has_focus()
                    && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
                let escaped =
                    escaped || (field.lost_focus() && ui.input(|input| input.key_pressed(Key::Escape)));
                if Button::icon(Icon::X, "Close find in message").show(ui).clicked() || escaped {
                    self.open = false;
                    self.seen = None;
                }
            });
        });
        let hit = hits.and_then(|hits| hits.spans.get(self.current)).cloned();
        hit.filter(|_| reveal)
    }

    /// Begins at the first hit of a new search. Whether there is one.
    fn attend(&mut self, seq: u64, hits: Option<&Hits>) -> bool {
        let Some(hits) = hits else { return false };
        let search = (seq, hits.wanted.clone(), hits.form);
        if self.seen.as_ref() == Some(&search) {
            return false;
        }
        self.seen = Some(search);
        self.current = 0;
        !hits.spans.is_empty()
    }
}
