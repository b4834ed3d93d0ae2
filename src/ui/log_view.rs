//! `LogView`: the log with its tools: counts, find, clear, pause, follow.

use egui::{Layout, RichText, Ui, vec2};
use lucide_icons::Icon;

use crate::ui::action::Action;
use crate::ui::button::{Button, Look};
use crate::ui::command::Command;
use crate::ui::empty::empty_ui;
use crate::ui::figures::{count, counted};
use crate::ui::find_bar::FindBar;
use crate::ui::log_list::LogList;
use crate::ui::log_model::LogModel;
use crate::ui::row_command::RowCommand;
use crate::ui::row_dialogs::RowDialogs;
use crate::ui::rows_action::{CopyForm, RowsAction};
use crate::ui::theme::{self, tokens};

/// The list and its find bar.
#[derive(Clone, Debug, Default)]
pub struct LogView {
    /// The rows.
    pub list: LogList,
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
        self.find.show(ui, log.search, self.list.selected(), actions);
        if log.hidden > 0 {
            hidden_ui(ui, log.hidden, actions);
        }
        self.dialogs.show(ui, log, actions);
        if log.rows == log.hidden {
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
            let narrow = ui.available_width() < 420.0;
            let mut tool = |ui: &mut Ui, of: Command, icon: Icon, text: &str, on: bool| {
                let look = if on { Look::On } else { Look::Plain };
                let button =
                    if narrow { Button::icon(icon, text) } else { Button::new(text).with_icon(icon) };
                if button.look(look).show(ui).on_hover_text(of.tip()).clicked() {
                    command = Some(of);
                }
            };
            tool(ui, Command::Follow, Icon::ArrowDownToLine, "Follow", self.list.is_following());
            let paused = self.list.is_paused();
            let (icon, text) = if paused { (Icon::Play, "Resume") } else { (Icon::Pause, "Pause") };
            tool(ui, Command::Pause, icon, text, paused);
            if log.notes.is_some_and(|notes| !notes.is_empty()) {
                tool(ui, Command::Rows(RowCommand::Pins), Icon::Pin, "Pins", false);
            }
            tool(ui, Command::ClearLog, Icon::Eraser, "Clear", false);
            tool(ui, Command::Find, Icon::Search, "Find", self.find.is_open());
            ui.with_layout(Layout::left_to_right(egui::Align::Center), |ui| {
                ui.add_space(14.0);
                ui.label(RichText::new("Log").font(theme::strong(13.0)));
                let mut words = if log.hidden > 0 {
                    format!("{} of {} shown", count(log.rows - log.hidden), counted(log.rows, "event"))
                } else {
                    counted(log.rows, "event")
                };
                if log.folded > 0 {
                    words.push_str(&format!(" · {} folded", counted(log.folded, "heartbeat")));
                }
                let new = self.list.new_rows(log.rows);
                if paused && new > 0 {
                    words.push_str(&format!(" · paused, {} new", count(new)));
                }
                ui.add(egui::Label::new(RichText::new(words).color(t.dim)).truncate());
            });
        });
        if let Some(command) = command {
            self.perform(command, log, actions);
        }
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
