//! `FindBar`: the search field above the log.

use egui::{Key, Modifiers, RichText, Ui, vec2};
use lucide_icons::Icon;

use crate::ui::action::{Action, SearchFor};
use crate::ui::button::Button;
use crate::ui::control::field_ui;
use crate::ui::figures::counted;
use crate::ui::log_model::Search;
use crate::ui::theme::{self, tokens};

/// What is looked for.
#[derive(Clone, Debug, Default)]
pub struct FindBar {
    open: bool,
    focus: bool,
    text: String,
}

impl FindBar {
    /// Shows the bar and puts the cursor into it.
    pub fn open(&mut self) {
        self.open = true;
        self.focus = true;
    }

    /// Whether it is shown.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// Looks for the next or previous row from `from`.
    pub fn search(&mut self, backwards: bool, from: Option<u64>, actions: &mut Vec<Action>) {
        if self.text.is_empty() {
            self.open();
        } else {
            actions.push(Action::Search(SearchFor { text: self.text.clone(), backwards, from }));
        }
    }

    /// Paints the bar if it is open.
    pub fn show(&mut self, ui: &mut Ui, search: Search, from: Option<u64>, actions: &mut Vec<Action>) {
        if !self.open {
            return;
        }
        let t = tokens(ui);
        ui.horizontal(|ui| {
            ui.set_min_height(theme::CONTROL_HEIGHT + 6.0);
            ui.add_space(10.0);
            let width = (ui.available_width() - 310.0).clamp(120.0, 420.0);
            let size = vec2(width, theme::CONTROL_HEIGHT);
            let field =
                ui.allocate_ui(size, |ui| field_ui(ui, "Find in log", &mut self.text, "Find", theme::mono()));
            let field = field.inner;
            if std::mem::take(&mut self.focus) {
                field.request_focus();
            }
            let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            let back = ui.input(|input| input.modifiers.shift);
            if Button::icon(Icon::ChevronUp, "Find previous").show(ui).clicked() || (entered && back) {
                self.search(true, from, actions);
            }
            if Button::icon(Icon::ChevronDown, "Find next").show(ui).clicked() || (entered && !back) {
                self.search(false, from, actions);
            }
            if entered {
                field.request_focus();
            }
            let (words, colour) = match search {
                Search::Idle => (String::new(), t.dim),
                Search::Running => ("searching…".to_owned(), t.dim),
                Search::NotFound => ("not found".to_owned(), t.warning),
                Search::Found { searched, wrapped: true, .. } => {
                    (format!("found past the end, {} read", counted(searched, "row")), t.dim)
                }
                Search::Found { searched, wrapped: false, .. } => {
                    (format!("found, {} read", counted(searched, "row")), t.dim)
                }
            };
            ui.add(egui::Label::new(RichText::new(words).color(colour)).truncate());
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                ui.add_space(8.0);
                let escaped =
                    field.has_focus() && ui.input_mut(|i| i.consume_key(Modifiers::NONE, Key::Escape));
                let escaped =
                    escaped || (field.lost_focus() && ui.input(|input| input.key_pressed(Key::Escape)));
                if Button::icon(Icon::X, "Close find").show(ui).clicked() || escaped {
                    self.open = false;
                    actions.push(Action::StopSearch);
                }
            });
        });
    }
}
