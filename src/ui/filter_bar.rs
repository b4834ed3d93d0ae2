//! `FilterBar`: the box that says which rows are shown.

use egui::text::{CCursor, CCursorRange};
use egui::{
    Id, Key, Modifiers, Popup, PopupCloseBehavior, Rect, RectAlign, Response, RichText, TextEdit, Ui, pos2,
    vec2,
};
use lucide_icons::Icon;

use crate::capture::filter::{Completion, Filter, FilterError, Vocabulary, complete};
use crate::ui::action::{Action, FilterChange};
use crate::ui::button::Button;
use crate::ui::figures::{count, counted};
use crate::ui::filter_help::filter_help_ui;
use crate::ui::filter_highlight;
use crate::ui::log_model::FilterState;
use crate::ui::theme::{self, tokens};

/// How long typing must rest before it takes effect, seconds.
const PAUSE: f64 = 0.15;
/// The box itself, so that a command finds it.
const BOX: &str = "filter box";
/// Options in sight at once.
const OPTIONS: usize = 12;

/// The text as typed, and what is wrong with it.
#[derive(Clone, Debug, Default)]
pub struct FilterBar {
    text: String,
    /// The filter in effect when last looked: one changed elsewhere comes into the box.
    applied: String,
    /// When it was last typed into; `None` when that took effect.
    typed_at: Option<f64>,
    error: Option<FilterError>,
    focus: bool,
    help: bool,
    /// Whether completions are open, and which one is chosen.
    completing: Option<Option<usize>>,
    /// Where they stood in the frame before: a press there must not close them before it is a click.
    options_at: Option<Rect>,
}

impl FilterBar {
    /// Puts the cursor into the box.
    pub fn focus(&mut self) {
        self.focus = true;
    }

    /// Opens the page about the language.
    pub fn open_help(&mut self) {
        self.help = true;
    }

    /// The text in the box, if it is a filter that leaves something out.
    #[must_use]
    pub fn expression(&self) -> Option<&str> {
        (self.error.is_none() && !self.text.trim().is_empty()).then_some(self.text.trim())
    }

    /// Paints the box into the width there is, with what can be put in, and its counts behind it.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        state: FilterState<'_>,
        words: &Vocabulary<'_>,
        actions: &mut Vec<Action>,
    ) {
        self.take_over(state.text);
        let field = self.box_ui(ui, words, actions);
        progress_ui(ui, field.rect, state);
        if let Some(error) = self.error.as_ref().filter(|_| self.typed_at.is_none()) {
            error_ui(&field, error);
        }
        if self.help && !filter_help_ui(ui, &mut self.text) {
            self.help = false;
            self.apply(actions);
            self.focus = true;
        }
    }

    /// A filter that was changed elsewhere, by a menu or a click on a row, comes into the box.
    fn take_over(&mut self, applied: &str) {
        if self.applied != applied {
            applied.clone_into(&mut self.applied);
            if Filter::parse(&self.text).map_or(true, |_| self.text.trim() != applied)
                && self.typed_at.is_none()
            {
                applied.clone_into(&mut self.text);
                self.error = None;
            }
        }
    }

    fn box_ui(&mut self, ui: &mut Ui, words: &Vocabulary<'_>, actions: &mut Vec<Action>) -> Response {
        let t = tokens(ui);
        let id = Id::unique(BOX);
        let had_focus = ui.memory(|memory| memory.has_focus(id));
        let completion = self.completion(ui, id, words);
        let mut accepted = None;
        if had_focus && self.completing.is_some() && !completion.options.is_empty() {
            accepted = self.keys(ui, completion.options.len());
        }
        let wrong = self.error.as_ref().filter(|_| self.typed_at.is_none()).map(|error| error.at.clone());
        let mut layouter = |ui: &Ui, text: &dyn egui::TextBuffer, _width: f32| {
            let job = filter_highlight::job(text.as_str(), wrong.as_ref(), t, &theme::mono());
            ui.fonts_mut(|fonts| fonts.layout_job(job))
        };
        let edit = TextEdit::singleline(&mut self.text)
            .id(id)
            .hint_text(
                RichText::new("Filter: text, uid:…, event:create, data[0].status = \"draft\"")
                    .color(t.faint)
                    .italics(),
            )
            .font(theme::mono())
            .margin(egui::Margin { left: 28, right: 9, top: 4, bottom: 4 })
            .desired_width(f32::INFINITY)
            .align(egui::Align2::LEFT_CENTER)
            // Tab takes the option that is offered; elsewhere it leads on as usual.
            .lock_focus(self.completing.is_some() && !completion.options.is_empty())
            .min_size(vec2(0.0, theme::CONTROL_HEIGHT))
            .layouter(&mut layouter);
        let field: Response = ui.add(edit).accessible_name("Filter");
        let at = egui::pos2(field.rect.left() + 15.0, field.rect.center().y);
        let colour = if self.applied.is_empty() { t.faint } else { t.accent };
        crate::ui::control::paint_icon(ui, at, Icon::Funnel, 13.0, colour);
        if std::mem::take(&mut self.focus) {
            field.request_focus();
        }
        if field.changed() {
            self.typed_at = Some(ui.input(|input| input.time));
            self.error = Filter::parse(&self.text).err();
            self.completing = Some(None);
        }
        let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        if entered {
            self.completing = None;
            self.apply(actions);
            field.request_focus();
        } else if field.lost_focus() && ui.input(|input| input.key_pressed(Key::Escape)) {
            // egui takes the focus away on Escape, before any widget is asked.
            if self.escape(actions) {
                field.request_focus();
            }
        }
        let in_options = self.points_at_options(ui);
        // Not `Response::has_focus`: that one is also gone while the pointer visits another window.
        if !ui.memory(|memory| memory.has_focus(id)) && !in_options {
            self.completing = None;
        }
        self.wait(ui, actions);
        if self.completing.is_some() {
            accepted = accepted.or(self.options_ui(&field, &completion));
        } else {
            self.options_at = None;
        }
        if let Some(option) = accepted {
            self.accept(ui, id, &completion, option);
        }
        field
    }

    /// What could stand at the cursor; nothing while completions are closed.
    fn completion(&self, ui: &Ui, id: Id, words: &Vocabulary<'_>) -> Completion {
        let none = Completion { replace: 0..0, options: Vec::new() };
        if self.completing.is_none() {
            return none;
        }
        let state = TextEdit::load_state(ui.ctx(), id);
        let Some(cursor) = state.and_then(|state| state.cursor.char_range()) else { return none };
        let byte = self.text.char_indices().nth(cursor.primary.index.0).map_or(self.text.len(), |(at, _)| at);
        let mut completion = complete(&self.text, byte, words);
        let typed = self.text.get(completion.replace.clone()).unwrap_or_default();
        // What stands there already is no offer.
        completion.options.retain(|option| option.insert != typed);
        completion.options.truncate(OPTIONS);
        completion
    }

    /// Keys while options are offered: which one was taken.
    fn keys(&mut self, ui: &Ui, options: usize) -> Option<usize> {
        let chosen = self.completing.flatten();
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        if pressed(Key::ArrowDown) {
            self.completing = Some(Some(chosen.map_or(0, |at| (at + 1) % options)));
        }
        if pressed(Key::ArrowUp) {
            self.completing = Some(Some(chosen.map_or(options - 1, |at| (at + options - 1) % options)));
        }
        if pressed(Key::Tab) {
            return Some(chosen.unwrap_or(0));
        }
        // Enter takes what was chosen by hand; else it means the filter as it stands.
        chosen.filter(|_| pressed(Key::Enter))
    }

    /// Closes the options, else empties the box, else leaves it. Whether the box keeps the focus.
    fn escape(&mut self, actions: &mut Vec<Action>) -> bool {
        if self.completing.take().is_some() {
            return true;
        }
        let had_text = !self.text.is_empty();
        self.text.clear();
        self.apply(actions);
        had_text
    }

    fn points_at_options(&self, ui: &Ui) -> bool {
        let pointer = ui.input(|input| input.pointer.interact_pos());
        self.options_at.zip(pointer).is_some_and(|(options, pointer)| options.contains(pointer))
    }

    /// Lets typing take effect once it rests.
    fn wait(&mut self, ui: &Ui, actions: &mut Vec<Action>) {
        let Some(typed_at) = self.typed_at else { return };
        let rest = typed_at + PAUSE - ui.input(|input| input.time);
        if rest <= 0.0 {
            self.apply(actions);
        } else {
            ui.ctx().request_repaint_after(std::time::Duration::from_secs_f64(rest));
        }
    }

    /// Lets the text take effect if it is a filter; else the last one stays.
    fn apply(&mut self, actions: &mut Vec<Action>) {
        self.typed_at = None;
        self.error = Filter::parse(&self.text).err();
        if self.error.is_some() || self.text.trim() == self.applied {
            return;
        }
        let text = self.text.trim().to_owned();
        text.clone_into(&mut self.applied);
        actions.push(Action::Filter(if text.is_empty() {
            FilterChange::Clear
        } else {
            FilterChange::Set(text)
        }));
    }

    /// The options beneath the box: which one was clicked.
    fn options_ui(&mut self, field: &Response, completion: &Completion) -> Option<usize> {
        self.options_at = None;
        if completion.options.is_empty() {
            return None;
        }
        let chosen = self.completing.flatten();
        let popup = Popup::from_response(field)
            .open(true)
            .align(RectAlign::BOTTOM_START)
            .accessible_name("What can stand here")
            .close_behavior(PopupCloseBehavior::IgnoreClicks)
            .gap(4.0)
            .width(340.0);
        let shown = popup.show(|ui| {
            let mut clicked = None;
            for (place, option) in completion.options.iter().enumerate() {
                let t = tokens(ui);
                let mut text = egui::text::LayoutJob::default();
                let format = |font, colour| egui::text::TextFormat::simple(font, colour);
                text.append(&option.label, 0.0, format(theme::mono(), t.text));
                text.append(&option.help, 10.0, format(theme::small(), t.dim));
                text.wrap = egui::text::TextWrapping::truncate_at_width(ui.available_width() - 12.0);
                let line = ui.selectable_label(chosen == Some(place), text);
                if line.clicked() {
                    clicked = Some(place);
                }
            }
            clicked
        });
        self.options_at = shown.as_ref().map(|shown| shown.response.rect);
        shown.and_then(|shown| shown.inner)
    }

    fn accept(&mut self, ui: &Ui, id: Id, completion: &Completion, option: usize) {
        let Some(option) = completion.options.get(option) else { return };
        if self.text.get(completion.replace.clone()).is_none() {
            return;
        }
        self.text.replace_range(completion.replace.clone(), &option.insert);
        let end = completion.replace.start + option.insert.len();
        let cursor = self.text.get(..end).map_or(0, |before| before.chars().count());
        let mut state = TextEdit::load_state(ui.ctx(), id).unwrap_or_default();
        state.cursor.set_char_range(Some(CCursorRange::one(CCursor::new(cursor))));
        TextEdit::store_state(ui.ctx(), id, state);
        self.typed_at = Some(ui.input(|input| input.time));
        self.error = Filter::parse(&self.text).err();
        // Behind `event:` its values are offered at once.
        self.completing = option.insert.ends_with(':').then_some(None);
        self.focus = true;
        ui.ctx().request_repaint();
    }
}

/// A line along the lower edge of the box, as long as what was looked at.
fn progress_ui(ui: &Ui, field: Rect, state: FilterState<'_>) {
    if !state.is_on() || !state.is_running() || state.of == 0 {
        return;
    }
    let share = state.looked as f32 / state.of as f32;
    let line = field.shrink2(vec2(f32::from(theme::RADIUS), 0.0));
    let line = Rect::from_min_max(pos2(line.left(), line.bottom() - 2.0), line.max);
    let done = line.with_max_x(line.left() + line.width() * share.clamp(0.0, 1.0));
    ui.painter().rect_filled(done, 1.0, tokens(ui).accent);
}

/// What is wrong, beneath the box.
fn error_ui(field: &Response, error: &FilterError) {
    let popup = Popup::from_response(field)
        .id(field.id.with("error"))
        .open(true)
        .align(RectAlign::BOTTOM_START)
        .accessible_name("What is wrong with the filter")
        .close_behavior(PopupCloseBehavior::IgnoreClicks)
        .interactable(false)
        .gap(4.0)
        .width(field.rect.width().clamp(200.0, 460.0));
    popup.show(|ui| {
        let t = tokens(ui);
        ui.add(egui::Label::new(RichText::new(&error.problem).color(t.error)).wrap());
        if !error.hint.is_empty() {
            ui.add(egui::Label::new(RichText::new(&error.hint).color(t.dim)).wrap());
        }
    });
}

/// How many rows fit, and how far was looked; beside it `Clear filter`, and a way to be content with what was found.
pub fn filter_counts_ui(ui: &mut Ui, state: FilterState<'_>, actions: &mut Vec<Action>) {
    if !state.is_on() {
        return;
    }
    let t = tokens(ui);
    if Button::icon(Icon::X, "Clear filter").small().show(ui).clicked() {
        actions.push(Action::Filter(FilterChange::Clear));
    }
    if state.is_running() {
        if Button::icon(Icon::CircleStop, "Stop looking").small().show(ui).clicked() {
            actions.push(Action::Filter(FilterChange::Halt(true)));
        }
    } else if state.is_halted && Button::icon(Icon::Play, "Look on").small().show(ui).clicked() {
        actions.push(Action::Filter(FilterChange::Halt(false)));
    }
    let words = if state.is_waiting {
        "looking…".to_owned()
    } else if state.is_running() {
        let percent = state.looked.saturating_mul(100) / state.of.max(1);
        format!("{} so far · {percent} % of {}", count(state.fitting), counted(state.of, "event"))
    } else if state.is_halted {
        format!(
            "{} in the newest {} of {}",
            count(state.fitting),
            count(state.looked),
            counted(state.of, "event")
        )
    } else {
        format!("{} of {}", count(state.fitting), counted(state.of, "event"))
    };
    let colour = if state.trouble.is_some() { t.warning } else { t.dim };
    let label = ui.add(egui::Label::new(RichText::new(words).color(colour)).truncate());
    if let Some(trouble) = state.trouble {
        label.on_hover_text(trouble);
    }
}

#[cfg(test)]
mod tests {
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::*;

    fn counts(state: FilterState<'static>) -> Harness<'static, Vec<Action>> {
        Harness::builder().with_size(vec2(600.0, 60.0)).with_context_setup(theme::install).build_ui_state(
            move |ui, actions: &mut Vec<Action>| {
                ui.horizontal(|ui| filter_counts_ui(ui, state, actions));
            },
            Vec::new(),
        )
    }

    #[test]
    fn the_search_is_left_and_taken_up_again() {
        let running =
            FilterState { text: "a", fitting: 12, looked: 300, of: 1_000, ..FilterState::default() };
        let mut harness = counts(running);
        harness.get_by_label("12 so far · 30 % of 1\u{a0}000 events");
        harness.get_by_label("Stop looking").click();
        harness.run();
        assert_eq!(*harness.state(), [Action::Filter(FilterChange::Halt(true))]);
        let mut harness = counts(FilterState { is_halted: true, ..running });
        harness.get_by_label("12 in the newest 300 of 1\u{a0}000 events");
        assert!(harness.query_by_label("Stop looking").is_none());
        harness.get_by_label("Look on").click();
        harness.run();
        assert_eq!(*harness.state(), [Action::Filter(FilterChange::Halt(false))]);
        let harness = counts(FilterState { looked: 1_000, ..running });
        assert!(harness.query_by_label("Stop looking").is_none(), "there is nothing left to look at");
    }
}
