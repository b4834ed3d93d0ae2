//! The dialogs of the log: go to, note, pins and notes, columns.

use egui::{Key, RichText, ScrollArea, Ui};
use lucide_icons::Icon;

use crate::capture::Notes;
use crate::capture::column_path::ColumnPath;
use crate::capture::row::Level;
use crate::directus::shown;
use crate::settings::{Column, Columns};
use crate::ui::action::Action;
use crate::ui::button::{Button, Look};
use crate::ui::control::{dialog_ui, field_ui, hint_ui, notice_ui, section_ui, switch_ui, title_ui};
use crate::ui::figures;
use crate::ui::log_model::LogModel;
use crate::ui::rows_action::RowsAction;
use crate::ui::target::Target;
use crate::ui::theme;

/// Most letters of a note.
const NOTE_LIMIT: usize = 2_000;

/// Which dialog is open, and what is typed in it.
#[derive(Clone, Debug, Default)]
pub struct RowDialogs {
    open: Open,
    typed: String,
    focus: bool,
    trouble: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Open {
    #[default]
    Nothing,
    GoTo,
    Note(u64),
    Pins,
    Columns,
}

/// What a dialog came to in this frame.
enum End {
    Stays,
    Closes,
}

impl RowDialogs {
    fn open(&mut self, open: Open, typed: String) {
        *self = Self { open, typed, focus: true, trouble: String::new() };
    }

    /// Asks where to go.
    pub fn go_to(&mut self) {
        self.open(Open::GoTo, String::new());
    }

    /// Asks for a note about the selected row; does nothing where none is selected.
    pub fn note(&mut self, log: &LogModel<'_>) {
        if let Some(about) = log.selected {
            let note = log.notes.and_then(|notes| notes.get(about));
            self.open(Open::Note(about), note.map(|note| note.text.clone()).unwrap_or_default());
        }
    }

    /// Lists pins and notes.
    pub fn pins(&mut self) {
        self.open(Open::Pins, String::new());
    }

    /// Shows the columns to choose from.
    pub fn columns(&mut self) {
        self.open(Open::Columns, String::new());
    }

    /// Paints the dialog that is open.
    pub fn show(&mut self, ui: &Ui, log: &LogModel<'_>, actions: &mut Vec<Action>) {
        let mut end = End::Stays;
        let closed = match self.open {
            Open::Nothing => return,
            Open::GoTo => dialog_ui(ui, "go to", 420.0, |ui| end = self.go_to_ui(ui, actions)),
            Open::Note(about) => dialog_ui(ui, "note", 460.0, |ui| end = self.note_ui(ui, about, actions)),
            Open::Pins => dialog_ui(ui, "pins", 460.0, |ui| end = pins_ui(ui, log, actions)),
            Open::Columns => dialog_ui(ui, "columns", 440.0, |ui| end = self.columns_ui(ui, log, actions)),
        };
        if closed || matches!(end, End::Closes) {
            self.open = Open::Nothing;
        }
    }

    /// The one field of a dialog. Whether Enter was pressed in it.
    fn field(&mut self, ui: &mut Ui, name: &str, hint: &str) -> bool {
        let field = field_ui(ui, name, &mut self.typed, hint, theme::mono());
        if std::mem::take(&mut self.focus) {
            field.request_focus();
        }
        if field.changed() {
            self.trouble.clear();
        }
        if !self.trouble.is_empty() {
            notice_ui(ui, Level::Error, &self.trouble);
        }
        field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter))
    }

    fn go_to_ui(&mut self, ui: &mut Ui, actions: &mut Vec<Action>) -> End {
        title_ui(
            ui,
            "Go to",
            "A row 12345, a time 14:03:05, -5m before the newest, +30s after the first, 50%",
        );
        let entered = self.field(ui, "Place", "12345");
        if !buttons_ui(ui, "Go", entered) {
            return End::Stays;
        }
        match Target::parse(&self.typed) {
            Ok(target) => {
                actions.push(Action::Rows(RowsAction::GoTo(target)));
                End::Closes
            }
            Err(sentence) => {
                self.trouble = sentence;
                self.focus = true;
                End::Stays
            }
        }
    }

    fn note_ui(&mut self, ui: &mut Ui, about: u64, actions: &mut Vec<Action>) -> End {
        let title = format!("Note on #{}", figures::count(about));
        title_ui(ui, &title, "It travels with the capture; leave it empty to remove it");
        let entered = self.field(ui, "Note", "what is worth remembering");
        if !buttons_ui(ui, "Keep", entered) {
            return End::Stays;
        }
        let text: String = self.typed.trim().chars().take(NOTE_LIMIT).collect();
        actions.push(Action::Rows(RowsAction::WriteNote { about, text }));
        End::Closes
    }

    fn columns_ui(&mut self, ui: &mut Ui, log: &LogModel<'_>, actions: &mut Vec<Action>) -> End {
        title_ui(ui, "Columns", "Drag the line beside a column's name to change its width");
        let before = log.columns.cloned().unwrap_or_default();
        let mut columns = before.clone();
        for column in Column::ALL {
            switch_ui(ui, &mut columns.look_mut(column).shown, column.words(), "");
        }
        ui.add_space(theme::GAP);
        section_ui(ui, "From the message", |_| {});
        columns.paths.retain(|path| {
            ui.horizontal(|ui| {
                let name = format!("Remove column {}", path.path);
                let remove = Button::icon(Icon::Trash2, &name).show(ui).clicked();
                ui.label(RichText::new(&path.path).font(theme::mono()));
                !remove
            })
            .inner
        });
        hint_ui(ui, "A JSON path without $, such as data[0].status");
        let entered = self.field(ui, "JSON path", "data[0].status");
        let add = Button::new("Add column").with_icon(Icon::Plus).show(ui).clicked();
        if add || entered {
            self.focus = true;
            match path_added(&mut columns, &self.typed) {
                Ok(()) => self.typed.clear(),
                Err(sentence) => self.trouble = sentence,
            }
        }
        let mut end = End::Stays;
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if Button::new("Close").show(ui).clicked() {
                end = End::Closes;
            }
            if Button::new("As at first").look(Look::Quiet).show(ui).clicked() {
                columns = Columns::default();
            }
        });
        if columns != before {
            actions.push(Action::Rows(RowsAction::SetColumns(Box::new(columns))));
        }
        end
    }
}

/// Adds the path that was typed.
fn path_added(columns: &mut Columns, typed: &str) -> Result<(), String> {
    let path = ColumnPath::parse(typed).map_err(|error| error.to_string())?;
    if columns.add_path(path.text()) {
        Ok(())
    } else {
        Err("There are as many columns as there may be; remove one first".to_owned())
    }
}

/// The buttons of a dialog with one field. Whether to do it.
fn buttons_ui(ui: &mut Ui, verb: &str, entered: bool) -> bool {
    ui.add_space(theme::GAP);
    let mut go = entered;
    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
        go |= Button::new(verb).look(Look::Primary).show(ui).clicked();
        if Button::new("Cancel").look(Look::Quiet).show(ui).clicked() {
            ui.close();
        }
    });
    go
}

fn pins_ui(ui: &mut Ui, log: &LogModel<'_>, actions: &mut Vec<Action>) -> End {
    title_ui(ui, "Pins and notes", "P pins the selected rows, N writes a note, F2 goes to the next");
    let mut end = End::Stays;
    let notes = log.notes.filter(|notes| !notes.is_empty());
    if notes.is_none() {
        hint_ui(ui, "Nothing is pinned in this capture yet");
    }
    let count = notes.map_or(0, Notes::len);
    ScrollArea::vertical().max_height(360.0).show_rows(ui, theme::CONTROL_HEIGHT, count, |ui, range| {
        let all = notes.iter().flat_map(|notes| notes.iter());
        for (seq, note) in all.skip(range.start).take(range.len()) {
            let pin = if note.pinned { "pinned" } else { "note" };
            let text = shown(&note.text);
            let words = format!("#{} · {pin} {text}", figures::count(seq));
            let icon = if note.pinned { Icon::Pin } else { Icon::StickyNote };
            if Button::new(words.trim_end()).with_icon(icon).look(Look::Quiet).show(ui).clicked() {
                actions.push(Action::GoTo(seq));
                end = End::Closes;
            }
        }
    });
    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
        if Button::new("Close").show(ui).clicked() {
            end = End::Closes;
        }
    });
    end
}
