//! `ExportView`: asks what to export, in which format, and where to.

use std::path::PathBuf;

use egui::Ui;
use lucide_icons::Icon;

use crate::capture::export::Format;
use crate::capture::row::Level;
use crate::ui::action::Action;
use crate::ui::button::{Button, Look};
use crate::ui::control::{choice_ui, dialog_ui, field_ui, hint_ui, labelled_ui, notice_ui, title_ui};
use crate::ui::figures::counted;
use crate::ui::path_prompt::Errand;
use crate::ui::theme;

/// Which events are exported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// The whole capture.
    All,
    /// What the log shows: the filter and folding applied.
    #[default]
    Shown,
    /// What is selected.
    Selected,
}

/// How many events each scope holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scopes {
    /// In the capture.
    pub all: u64,
    /// Shown.
    pub shown: u64,
    /// Selected.
    pub selected: u64,
}

impl Scopes {
    /// How many events a scope holds.
    #[must_use]
    pub const fn of(&self, scope: Scope) -> u64 {
        match scope {
            Scope::All => self.all,
            Scope::Shown => self.shown,
            Scope::Selected => self.selected,
        }
    }
}

/// What to export, as asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportRequest {
    /// The format.
    pub format: Format,
    /// Which events.
    pub scope: Scope,
    /// Where to.
    pub path: PathBuf,
    /// A file that is there already may be replaced.
    pub replace: bool,
}

/// The dialog and what is chosen in it.
#[derive(Clone, Debug, Default)]
pub struct ExportView {
    open: bool,
    format: Format,
    scope: Scope,
    path: String,
    /// The path at which a file was found: it is replaced only when asked again.
    taken: Option<String>,
}

impl ExportView {
    /// Opens the dialog on a path to begin with. Choices stay as they were the last time.
    pub fn open(&mut self, path: String) {
        self.open = true;
        self.path = path;
        self.taken = None;
        self.mend_ending();
    }

    /// Whether it is on the screen.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.open
    }

    /// Puts in a path that the system's dialog brought, and which asked about a file that is there.
    pub fn fill(&mut self, path: String) {
        self.path = path;
    }

    /// A file is there already: asks again.
    pub fn ask_to_replace(&mut self, request: &ExportRequest) {
        self.open = true;
        self.format = request.format;
        self.scope = request.scope;
        self.path = request.path.display().to_string();
        self.taken = Some(self.path.clone());
    }

    /// The format chosen.
    #[must_use]
    pub const fn format(&self) -> Format {
        self.format
    }

    /// Lets the path end as the format does, if it ended as another.
    fn mend_ending(&mut self) {
        let stem = self.path.rsplit_once('.').filter(|(_, ending)| {
            Format::ALL.iter().any(|format| format.ending().eq_ignore_ascii_case(ending))
        });
        if let Some((stem, _)) = stem {
            self.path = format!("{stem}.{}", self.format.ending());
        }
    }

    /// Paints the dialog over the window while it is open.
    pub fn show(&mut self, ui: &Ui, scopes: Scopes, actions: &mut Vec<Action>) {
        if !self.open {
            return;
        }
        if scopes.of(self.scope) == 0 {
            self.scope = if scopes.shown > 0 { Scope::Shown } else { Scope::All };
        }
        let mut done = false;
        let closed = dialog_ui(ui, "export", 520.0, |ui| {
            title_ui(ui, "Export events", "Secrets stay masked in every format");
            self.choices_ui(ui, scopes);
            let taken = self.taken.as_ref() == Some(&self.path);
            let field = labelled_ui(ui, "Path", |ui| {
                field_ui(ui, "Path", &mut self.path, "path of the new file", theme::mono())
            });
            if taken {
                ui.add_space(theme::SMALL_GAP);
                notice_ui(
                    ui,
                    Level::Warning,
                    "A file with this name is there. Replace it, or choose another name",
                );
            }
            let ready = !self.path.trim().is_empty() && scopes.of(self.scope) > 0;
            let entered = field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
            ui.add_space(theme::GAP);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let verb = if taken { "Replace" } else { "Export" };
                let go = Button::new(verb).look(Look::Primary).enabled(ready).show(ui).clicked();
                if ready && (go || (entered && !taken)) {
                    done = true;
                    let path = PathBuf::from(self.path.trim());
                    let request =
                        ExportRequest { format: self.format, scope: self.scope, path, replace: taken };
                    actions.push(Action::Export(request));
                }
                if Button::new("Browse…").with_icon(Icon::FolderOpen).show(ui).clicked() {
                    actions.push(Action::Browse(Errand::Export(self.format)));
                }
                if Button::new("Cancel").look(Look::Quiet).show(ui).clicked() {
                    ui.close();
                }
            });
        });
        if done || closed {
            self.open = false;
        }
    }

    fn choices_ui(&mut self, ui: &mut Ui, scopes: Scopes) {
        let formats = Format::ALL.map(|format| (format, format.name()));
        let changed = labelled_ui(ui, "Format", |ui| choice_ui(ui, &mut self.format, &formats));
        hint_ui(ui, purpose(self.format));
        if changed {
            self.mend_ending();
        }
        ui.add_space(theme::SMALL_GAP);
        let named = [
            (Scope::Shown, format!("Shown, {}", counted(scopes.shown, "event"))),
            (Scope::Selected, format!("Selected, {}", counted(scopes.selected, "event"))),
            (Scope::All, format!("All, {}", counted(scopes.all, "event"))),
        ];
        let offered: Vec<(Scope, &str)> = named
            .iter()
            .filter(|(scope, _)| scopes.of(*scope) > 0)
            .map(|(scope, name)| (*scope, name.as_str()))
            .collect();
        labelled_ui(ui, "Events", |ui| choice_ui(ui, &mut self.scope, &offered));
        ui.add_space(theme::SMALL_GAP);
    }
}

/// What a format is good for.
const fn purpose(format: Format) -> &'static str {
    match format {
        Format::Ndjson => "A capture that Harewire opens again; jq and rg read it",
        Format::Har => {
            "For the network panel of Chrome and Edge; pings, closes and errors have no place in it"
        }
        Format::Csv => "For spreadsheets and databases, with the payload in the last column",
        Format::Markdown => "For an issue or a chat: a table of at most 1000 events and the first payloads",
    }
}

#[cfg(test)]
mod tests {
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::*;

    const SCOPES: Scopes = Scopes { all: 20, shown: 12, selected: 0 };

    type State = (ExportView, Vec<Action>);

    fn harness(view: ExportView) -> Harness<'static, State> {
        let mut harness = Harness::builder().with_context_setup(theme::install).build_ui_state(
            |ui, (view, actions): &mut State| view.show(ui, SCOPES, actions),
            (view, Vec::new()),
        );
        harness.run();
        harness
    }

    fn opened() -> ExportView {
        let mut view = ExportView::default();
        view.open("log.ndjson".to_owned());
        view
    }

    #[test]
    fn format_and_scope_are_chosen_by_name() {
        let mut harness = harness(opened());
        harness.get_by_label("CSV").click();
        harness.run();
        harness.get_by_label("All, 20 events").click();
        harness.run();
        assert!(harness.query_by_label_contains("Selected,").is_none(), "nothing is selected");
        harness.get_by_label("Export").click();
        harness.run();
        let path = PathBuf::from("log.csv");
        let request = ExportRequest { format: Format::Csv, scope: Scope::All, path, replace: false };
        assert_eq!(harness.state().1, [Action::Export(request)]);
        assert!(harness.query_by_label("Path").is_none(), "the dialog is closed");
    }

    #[test]
    fn a_file_that_is_there_is_replaced_only_when_asked() {
        let path = PathBuf::from("log.csv");
        let request = ExportRequest { format: Format::Csv, scope: Scope::Shown, path, replace: false };
        let mut view = ExportView::default();
        view.ask_to_replace(&request);
        let mut harness = harness(view);
        harness.get_by_label("Replace").click();
        harness.run();
        assert_eq!(harness.state().1, [Action::Export(ExportRequest { replace: true, ..request })]);
    }

    #[test]
    fn another_name_is_not_a_replacement() {
        let mut view = opened();
        let path = PathBuf::from("log.ndjson");
        view.ask_to_replace(&ExportRequest {
            format: Format::Ndjson,
            scope: Scope::All,
            path,
            replace: false,
        });
        view.fill("other.ndjson".to_owned());
        let mut harness = harness(view);
        assert!(harness.query_by_label("Replace").is_none());
        harness.get_by_label("Export").click();
        harness.run();
        assert!(matches!(harness.state().1.first(), Some(Action::Export(request)) if !request.replace));
    }
}
