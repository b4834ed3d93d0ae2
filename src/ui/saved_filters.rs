//! `SavedFilters`: filters with a name: the menu beside the filter box, and the dialogs to save and to change them.

use egui::accesskit::Role;
use egui::{Key, Popup, Rect, Response, RichText, ScrollArea, Sense, Stroke, Ui, WidgetInfo, vec2};
use lucide_icons::Icon;

use crate::capture::filter::Filter;
use crate::capture::row::Level;
use crate::settings::{Filters, SavedFilter};
use crate::ui::action::{Action, FilterChange};
use crate::ui::button::{Button, Look};
use crate::ui::command::{Command, keys};
use crate::ui::control::{dialog_ui, field_ui, hint_ui, notice_ui, paint_icon, title_ui};
use crate::ui::log_model::LogModel;
use crate::ui::log_row::elided_in;
use crate::ui::saved_action::SavedAction;
use crate::ui::theme::{self, FILTER_COLOURS, tokens};

/// Width of the menu, points.
const MENU_WIDTH: f32 = 270.0;

/// Which dialog is open, and what is typed in it.
#[derive(Clone, Debug, Default)]
pub struct SavedFilters {
    open: Open,
    /// The filter to save, as typed so far.
    draft: SavedFilter,
    /// Which one gets another name, and what was typed for it.
    renamed: Option<(usize, String)>,
    focus: bool,
    trouble: String,
    checked: Checked,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Open {
    #[default]
    Nothing,
    Save,
    List,
}

/// What is wrong with the filters of a list, found out once: reading a filter compiles its patterns.
#[derive(Clone, Debug, Default)]
struct Checked {
    of: Filters,
    problems: Vec<Option<String>>,
}

impl Checked {
    fn check(&mut self, filters: &Filters) {
        if self.of != *filters || self.problems.is_empty() {
            self.of = filters.clone();
            let problem = |filter: &SavedFilter| Filter::parse(&filter.text).err().map(|error| error.problem);
            self.problems = filters.iter().map(problem).collect();
        }
    }
}

impl SavedFilters {
    /// Asks under which name the filter `text` is to be saved.
    pub fn save(&mut self, text: &str) {
        let draft = SavedFilter { text: text.to_owned(), ..SavedFilter::default() };
        *self = Self { open: Open::Save, draft, focus: true, ..Self::default() };
    }

    /// Shows the list of saved filters.
    pub fn list(&mut self) {
        *self = Self { open: Open::List, ..Self::default() };
    }

    /// The button beside the filter box with its menu. Returns the command chosen.
    pub fn menu_ui(ui: &mut Ui, log: &LogModel<'_>, actions: &mut Vec<Action>) -> Option<Command> {
        let colours = log.saved.is_some_and(|saved| saved.iter().any(|filter| filter.colours().is_some()));
        let look = if colours { Look::On } else { Look::Plain };
        let button = Button::icon(Icon::Bookmark, "Saved filters").look(look).show(ui);
        let menu = Popup::menu(&button).show(|ui| {
            ui.set_min_width(MENU_WIDTH);
            ui.set_max_width(MENU_WIDTH);
            let mut chosen = None;
            for command in [Command::SaveFilter, Command::SavedFilters] {
                let Some(entry) = command.entry() else { continue };
                let (item, keys) = (egui::Button::new(entry.label), keys(&entry));
                let item = if keys.is_empty() { item } else { item.shortcut_text(keys) };
                if ui.add(item).on_hover_text(entry.tip).clicked() {
                    chosen = Some(command);
                }
            }
            if let Some(saved) = log.saved.filter(|saved| !saved.is_empty()) {
                ui.separator();
                ScrollArea::vertical().max_height(420.0).show(ui, |ui| {
                    for filter in saved.iter() {
                        menu_line_ui(ui, filter, log.filter.is_on(), actions);
                    }
                });
            }
            chosen
        });
        menu.and_then(|menu| menu.inner)
    }

    /// Paints the dialog that is open.
    pub fn show(&mut self, ui: &Ui, log: &LogModel<'_>, actions: &mut Vec<Action>) {
        let none = Filters::default();
        let saved = log.saved.unwrap_or(&none);
        let mut done = false;
        let closed = match self.open {
            Open::Nothing => return,
            Open::Save => dialog_ui(ui, "save filter", 480.0, |ui| done = self.save_ui(ui, saved, actions)),
            Open::List => dialog_ui(ui, "saved filters", 700.0, |ui| {
                self.checked.check(saved);
                done = self.list_ui(ui, saved, log, actions);
            }),
        };
        if closed || done {
            self.open = Open::Nothing;
        }
    }

    /// Whether the dialog is done.
    fn save_ui(&mut self, ui: &mut Ui, saved: &Filters, actions: &mut Vec<Action>) -> bool {
        title_ui(ui, "Save filter", "Saved filters are kept with the settings, for every server");
        let field = field_ui(ui, "Name", &mut self.draft.name, "what it is for", theme::body());
        if std::mem::take(&mut self.focus) {
            field.request_focus();
        }
        let enter =
            |field: &Response| field.lost_focus() && field.ctx.input(|input| input.key_pressed(Key::Enter));
        let mut go = enter(&field);
        ui.add_space(theme::GAP);
        let text = field_ui(ui, "Filter to save", &mut self.draft.text, "type:subscription", theme::mono());
        go |= enter(&text);
        if field.changed() || text.changed() {
            self.trouble.clear();
        }
        ui.add_space(theme::GAP);
        ui.horizontal(|ui| {
            hint_ui(ui, "Colour rows that fit");
            if let Some((colour, on)) = swatches_ui(ui, &self.draft, "them") {
                (self.draft.colour, self.draft.on) = (Some(colour), on);
            }
        });
        if !self.trouble.is_empty() {
            notice_ui(ui, Level::Error, &self.trouble);
        } else if let Some((_, known)) = saved.named(&self.draft.name) {
            notice_ui(ui, Level::Warning, &format!("This replaces the saved filter “{}”", known.name));
        }
        ui.add_space(theme::GAP);
        let mut cancel = false;
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            go |= Button::new("Save").look(Look::Primary).show(ui).clicked();
            cancel = Button::new("Cancel").look(Look::Quiet).show(ui).clicked();
        });
        if !go {
            return cancel;
        }
        match kept(saved, &self.draft) {
            Ok(()) => actions.push(Action::Saved(SavedAction::Save(self.draft.clone()))),
            Err(sentence) => {
                self.trouble = sentence;
                self.focus = true;
            }
        }
        self.trouble.is_empty()
    }

    /// Whether the dialog is done.
    fn list_ui(
        &mut self,
        ui: &mut Ui,
        saved: &Filters,
        log: &LogModel<'_>,
        actions: &mut Vec<Action>,
    ) -> bool {
        title_ui(
            ui,
            "Saved filters",
            "A colour marks the rows that fit and hides none; where several fit, the first gives it",
        );
        let mut done = false;
        if saved.is_empty() {
            hint_ui(ui, "None yet. Write a filter above the log, then save it");
        }
        ScrollArea::vertical().max_height(420.0).auto_shrink([false, true]).show(ui, |ui| {
            for (place, filter) in saved.iter().enumerate() {
                ui.push_id(place, |ui| done |= self.line_ui(ui, (place, filter), log, actions));
                ui.add_space(theme::GAP);
            }
        });
        if let Some(name) = log.removed_filter {
            ui.horizontal(|ui| {
                hint_ui(ui, &format!("“{name}” was removed"));
                if ui.link(RichText::new("Undo").color(tokens(ui).accent)).clicked() {
                    actions.push(Action::Saved(SavedAction::UndoRemove));
                }
            });
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            done |= Button::new("Close").show(ui).clicked();
        });
        done
    }

    /// One filter of the list. Whether the dialog is done.
    fn line_ui(
        &mut self,
        ui: &mut Ui,
        (place, filter): (usize, &SavedFilter),
        log: &LogModel<'_>,
        actions: &mut Vec<Action>,
    ) -> bool {
        let t = tokens(ui);
        let mut used = None;
        ui.allocate_ui_with_layout(
            vec2(ui.available_width(), theme::CONTROL_HEIGHT),
            egui::Layout::right_to_left(egui::Align::Center),
            |ui| {
                ui.spacing_mut().item_spacing.x = 2.0;
                used = self.tools_ui(ui, (place, filter), log.filter.is_on(), actions);
                ui.add_space(theme::GAP);
                if let Some((colour, on)) = swatches_ui(ui, filter, &filter.name) {
                    let paint = SavedAction::Paint { place, colour: Some(colour), on };
                    actions.push(Action::Saved(paint));
                }
                ui.add_space(theme::GAP);
                ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                    self.name_ui(ui, place, filter, actions);
                });
            },
        );
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 16.0), Sense::hover());
        elided_in(ui, rect.left_center(), rect.width(), (&filter.text, theme::mono()), t.dim);
        if let Some(Some(problem)) = self.checked.problems.get(place) {
            notice_ui(ui, Level::Error, problem);
        }
        if let Some(change) = used {
            actions.push(Action::Filter(change));
            return true;
        }
        false
    }

    /// What can be done with a filter, from the right: how it is to be used, if it is.
    fn tools_ui(
        &mut self,
        ui: &mut Ui,
        (place, filter): (usize, &SavedFilter),
        filtered: bool,
        actions: &mut Vec<Action>,
    ) -> Option<FilterChange> {
        let tool = |ui: &mut Ui, icon: Icon, verb: &str, enabled: bool| {
            let name = format!("{verb} {}", filter.name);
            Button::icon(icon, &name).enabled(enabled).show(ui).clicked()
        };
        if tool(ui, Icon::Trash2, "Remove", true) {
            actions.push(Action::Saved(SavedAction::Remove(place)));
        }
        if tool(ui, Icon::ArrowUp, "Move up", place > 0) {
            actions.push(Action::Saved(SavedAction::Raise(place)));
        }
        if tool(ui, Icon::Pencil, "Rename", true) {
            self.renamed = Some((place, filter.name.clone()));
            self.focus = true;
        }
        if tool(ui, Icon::FunnelX, "Leave out", true) {
            return Some(FilterChange::Add(format!("not {}", in_brackets(&filter.text))));
        }
        if tool(ui, Icon::FunnelPlus, "Add", filtered) {
            return Some(FilterChange::Add(in_brackets(&filter.text)));
        }
        tool(ui, Icon::Funnel, "Use", true).then(|| FilterChange::Set(filter.text.clone()))
    }

    /// The name, or the field for another one.
    fn name_ui(&mut self, ui: &mut Ui, place: usize, filter: &SavedFilter, actions: &mut Vec<Action>) {
        let t = tokens(ui);
        let Some((_, typed)) = self.renamed.as_mut().filter(|(which, _)| *which == place) else {
            let name = RichText::new(&filter.name).font(theme::strong(theme::BODY)).color(t.text);
            ui.add(egui::Label::new(name).truncate());
            return;
        };
        let field = field_ui(ui, "New name", typed, "what it is for", theme::body());
        if std::mem::take(&mut self.focus) {
            field.request_focus();
        } else if field.lost_focus() {
            let typed = std::mem::take(typed);
            self.renamed = None;
            let escaped = ui.input(|input| input.key_pressed(Key::Escape));
            if !escaped && typed.trim() != filter.name {
                actions.push(Action::Saved(SavedAction::Rename { name: filter.name.clone(), to: typed }));
            }
        }
    }
}

/// Whether a filter can be saved, else why not.
fn kept(saved: &Filters, draft: &SavedFilter) -> Result<(), String> {
    Filter::parse(&draft.text).map_err(|error| error.to_string())?;
    saved.clone().save(draft.clone()).map_err(|trouble| trouble.to_string())
}

/// A filter as one term beside others.
fn in_brackets(text: &str) -> String {
    if text.contains(char::is_whitespace) { format!("({text})") } else { text.to_owned() }
}

/// A filter of the menu: a click uses it, the sign at its right adds it.
fn menu_line_ui(ui: &mut Ui, filter: &SavedFilter, filtered: bool, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(10.0, theme::CONTROL_HEIGHT), Sense::hover());
        if let Some(colour) = filter.colours() {
            ui.painter().circle_filled(rect.center(), 4.0, theme::filter_colour(colour).0);
        }
        let room = ui.available_width() - 34.0;
        ui.scope(|ui| {
            ui.set_max_width(room);
            // What grows at the right keeps the name at the left.
            let item = egui::Button::new((filter.name.as_str(), egui::Atom::grow()));
            let item = item.truncate().min_size(vec2(room, 0.0));
            if ui.add(item).on_hover_text(&filter.text).clicked() {
                actions.push(Action::Filter(FilterChange::Set(filter.text.clone())));
                ui.close();
            }
        });
        let name = format!("Add {} to the filter", filter.name);
        if Button::icon(Icon::FunnelPlus, &name).small().enabled(filtered).show(ui).clicked() {
            actions.push(Action::Filter(FilterChange::Add(in_brackets(&filter.text))));
            ui.close();
        }
    });
}

/// The colours to choose from. Which was clicked, and whether it is to be on: a click on the one that is on ends it.
fn swatches_ui(ui: &mut Ui, filter: &SavedFilter, whose: &str) -> Option<(u8, bool)> {
    let chosen = filter.colours();
    let mut clicked = None;
    ui.allocate_ui_with_layout(
        vec2(FILTER_COLOURS.len() as f32 * 20.0, theme::CONTROL_HEIGHT),
        egui::Layout::left_to_right(egui::Align::Center),
        |ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            for (number, (colour, name)) in (0..).zip(FILTER_COLOURS) {
                let on = chosen == Some(number);
                let (rect, response) = ui.allocate_exact_size(vec2(18.0, 20.0), Sense::click());
                let words = format!("Colour {whose} {name}");
                response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, on, &words));
                swatch_ui(ui, rect, &response, (colour, on));
                if response.on_hover_text(words).clicked() {
                    clicked = Some((number, !on));
                }
            }
        },
    );
    clicked
}

fn swatch_ui(ui: &Ui, rect: Rect, response: &Response, (colour, on): (egui::Color32, bool)) {
    let t = tokens(ui);
    let radius = if on { 8.0 } else { 5.5 };
    ui.painter().circle_filled(rect.center(), radius, colour);
    if on {
        // Not by size alone: the one that is on has a tick.
        paint_icon(ui, rect.center(), Icon::Check, 11.0, theme::DARK.ground);
    }
    if response.hovered() || response.has_focus() {
        ui.painter().circle_stroke(rect.center(), radius + 1.0, Stroke::new(1.0, t.accent));
    }
}
