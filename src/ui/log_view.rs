//! `LogView`: the log with its tools: counts, find, clear, pause, follow.

use egui::{Layout, RichText, Ui, vec2};
use lucide_icons::Icon;

use crate::ui::action::{Action, FilterChange};
use crate::ui::button::{Button, Look};
use crate::ui::command::Command;
use crate::ui::empty::empty_ui;
use crate::ui::figures::{count, counted};
use crate::ui::filter_bar::{FilterBar, filter_counts_ui};
use crate::ui::find_bar::FindBar;
use crate::ui::log_list::LogList;
use crate::ui::log_model::LogModel;
use crate::ui::row_command::RowCommand;
use crate::ui::row_dialogs::RowDialogs;
use crate::ui::rows_action::{CopyForm, RowsAction};
use crate::ui::saved_filters::SavedFilters;
use crate::ui::theme::{self, tokens};

/// The list and its find bar.
#[derive(Clone, Debug, Default)]
pub struct LogView {
    /// The rows.
    pub list: LogList,
    /// Which rows are shown.
    pub filter: FilterBar,
    /// Filters with a name.
    pub saved: SavedFilters,
    /// The search field.
    pub find: FindBar,
    /// Go to, note, pins and columns.
    pub dialogs: RowDialogs,
}

impl LogView {
    /// Paints the log; `waiting` says what is missing while there are no rows. Returns the command chosen in it.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        log: &LogModel<'_>,
        waiting: &str,
        actions: &mut Vec<Action>,
    ) -> Option<Command> {
        self.tools_ui(ui, log, actions);
        self.type_to_filter(ui);
        self.saved.show(ui, log, actions);
        self.find.show(ui, log.search, self.list.selected(), actions);
        if log.hidden > 0 {
            hidden_ui(ui, log.hidden, actions);
        }
        self.dialogs.show(ui, log, actions);
        if log.rows == log.hidden && log.filter.is_on() {
            nothing_fits_ui(ui, log);
            return None;
        } else if log.rows == log.hidden {
            empty_ui(ui, Icon::Activity, "No events yet", waiting);
            return None;
        }
        self.list.show(ui, log, actions)
    }

    /// Does what a user command says of the log. Whether it was one of the log's.
    pub fn perform(&mut self, command: Command, log: &LogModel<'_>, actions: &mut Vec<Action>) -> bool {
        match command {
            Command::Follow => self.list.follow(!self.list.is_following(), log.rows),
            Command::Pause => self.list.pause(!self.list.is_paused(), log.rows),
            Command::ClearLog => actions.push(Action::ClearLog),
            Command::UndoClear => actions.push(Action::UndoClear),
            Command::FocusFilter => self.filter.focus(),
            Command::ClearFilter => actions.push(Action::Filter(FilterChange::Clear)),
            Command::FilterHelp => self.filter.open_help(),
            Command::SaveFilter => self.saved.save(self.filter.expression().unwrap_or_default()),
            Command::SavedFilters => self.saved.list(),
            Command::Find => self.find.open(),
            Command::FindNext => self.find.search(false, self.list.selected(), actions),
            Command::FindPrevious => self.find.search(true, self.list.selected(), actions),
            Command::Rows(command) => self.perform_on_rows(command, log, actions),
            Command::CopyText if self.list.has_several() => {
                actions.push(Action::Rows(RowsAction::Copy(CopyForm::Text)));
            }
            _ => return false,
        }
        true
    }

    /// A slash, where no field takes it, begins a filter.
    fn type_to_filter(&mut self, ui: &Ui) {
        let idle = ui.memory(|memory| memory.focused().is_none() && memory.top_modal_layer().is_none());
        let slash = egui::Event::Text("/".to_owned());
        if idle && ui.is_enabled() && ui.input(|input| input.events.contains(&slash)) {
            self.filter.focus();
        }
    }

    fn perform_on_rows(&mut self, command: RowCommand, log: &LogModel<'_>, actions: &mut Vec<Action>) {
        let action = match command {
            RowCommand::GoTo => return self.dialogs.go_to(),
            RowCommand::Note => return self.dialogs.note(log),
            RowCommand::Pins => return self.dialogs.pins(),
            RowCommand::Columns => return self.dialogs.columns(),
            RowCommand::Menu => return self.list.open_menu(),
            RowCommand::SelectAll => return self.list.select_all(log, actions),
            RowCommand::Partner => RowsAction::GoToPartner,
            RowCommand::Mark => RowsAction::ToggleMark,
            RowCommand::Pin => RowsAction::TogglePin,
            RowCommand::NextPin => RowsAction::GoToPin { backwards: false },
            RowCommand::PreviousPin => RowsAction::GoToPin { backwards: true },
            RowCommand::CopyLines => RowsAction::Copy(CopyForm::Lines),
            RowCommand::CopyMarkdown => RowsAction::Copy(CopyForm::Markdown),
            RowCommand::Time => RowsAction::SetTime(log.time.next()),
        };
        actions.push(Action::Rows(action));
    }

    fn tools_ui(&mut self, ui: &mut Ui, log: &LogModel<'_>, actions: &mut Vec<Action>) {
        let t = tokens(ui);
        let size = vec2(ui.available_width(), theme::TOOL_BAR_HEIGHT);
        let mut command = None;
        ui.allocate_ui_with_layout(size, Layout::right_to_left(egui::Align::Center), |ui| {
            ui.add_space(10.0);
            let narrow = ui.available_width() < 620.0;
            let mut tool = |ui: &mut Ui, of: Command, icon: Icon, text: &str, look: Look, short: bool| {
                let button = if short { Button::icon(icon, text) } else { Button::new(text).with_icon(icon) };
                if button.look(look).show(ui).on_hover_text(of.tip()).clicked() {
                    command = Some(of);
                }
            };
            let lit = |on: bool| if on { Look::On } else { Look::Plain };
            let following = lit(self.list.is_following());
            tool(ui, Command::Follow, Icon::ArrowDownToLine, "Follow", following, narrow);
            let paused = self.list.is_paused();
            let (icon, text) = if paused { (Icon::Play, "Resume") } else { (Icon::Pause, "Pause") };
            tool(ui, Command::Pause, icon, text, lit(paused), narrow);
            if log.notes.is_some_and(|notes| !notes.is_empty()) {
                tool(ui, Command::Rows(RowCommand::Pins), Icon::Pin, "Pins", Look::Plain, true);
            }
            tool(ui, Command::ClearLog, Icon::Eraser, "Clear", Look::Plain, true);
            tool(ui, Command::Find, Icon::Search, "Find", lit(self.find.is_open()), true);
            tool(ui, Command::FilterHelp, Icon::CircleHelp, "Filter help", Look::Plain, true);
            command = SavedFilters::menu_ui(ui, log, actions).or(command);
            ui.with_layout(Layout::left_to_right(egui::Align::Center), |ui| {
                ui.add_space(10.0);
                let room = ui.available_width();
                let width = (room - COUNTS_WIDTH).max(room * 0.5).max(120.0);
                ui.allocate_ui_with_layout(
                    vec2(width, theme::CONTROL_HEIGHT),
                    Layout::left_to_right(egui::Align::Center),
                    |ui| self.filter.show(ui, log.filter, &log.words, actions),
                );
                if log.filter.is_on() {
                    filter_counts_ui(ui, log.filter, actions);
                } else {
                    ui.add(egui::Label::new(RichText::new(counts(log)).color(t.dim)).truncate());
                }
                let new = self.list.new_rows(log.rows);
                if paused && new > 0 {
                    let words = format!("paused, {} new", count(new));
                    ui.label(RichText::new(words).color(t.accent));
                }
            });
        });
        if let Some(command) = command {
            self.perform(command, log, actions);
        }
    }
}

/// Room for the counts beside the filter box, points.
const COUNTS_WIDTH: f32 = 190.0;

/// How many events there are, without a filter.
fn counts(log: &LogModel<'_>) -> String {
    let mut words = if log.hidden > 0 {
        format!("{} of {} shown", count(log.rows - log.hidden), counted(log.rows, "event"))
    } else {
        counted(log.rows, "event")
    };
    if log.folded > 0 {
        words.push_str(&format!(" · {} folded", counted(log.folded, "heartbeat")));
    }
    words
}

fn nothing_fits_ui(ui: &mut Ui, log: &LogModel<'_>) {
    if log.filter.is_running() {
        empty_ui(ui, Icon::Funnel, "Nothing so far", "The filter is still looking at older events");
    } else {
        empty_ui(
            ui,
            Icon::Funnel,
            "No event fits the filter",
            "Change it, or clear it with the × beside the counts; all events are in the file",
        );
    }
}

fn hidden_ui(ui: &mut Ui, hidden: u64, actions: &mut Vec<Action>) {
    let t = tokens(ui);
    ui.horizontal(|ui| {
        ui.add_space(14.0);
        let words = format!("↑ {} hidden by Clear", counted(hidden, "older row"));
        ui.label(RichText::new(words).color(t.faint));
        if ui.link(RichText::new("Undo").color(t.accent)).clicked() {
            actions.push(Action::UndoClear);
        }
    });
}
