//! `PathPrompt`: asks for a file by its path. The system's dialog is one button away, but it may be missing.

use std::path::PathBuf;

use egui::Ui;
use lucide_icons::Icon;

use crate::capture::export::Format;
use crate::ui::action::Action;
use crate::ui::button::{Button, Look};
use crate::ui::control::{dialog_ui, field_ui, title_ui};
use crate::ui::theme;

/// What a file is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errand {
    /// A capture to look at.
    OpenCapture,
    /// Where a copy of the capture goes.
    SaveCapture,
    /// Where an export in this format goes. Asked by the export dialog.
    Export(Format),
    /// Where the rows of the live table go.
    ExportTable,
    /// A HAR to make a capture of.
    ImportHar,
    /// A capture to merge with the present one.
    MergeCapture,
    /// Where the profiles are written.
    ExportProfiles,
    /// Where profiles are read from.
    ImportProfiles,
    /// A `.env` file to fill in the connect form from.
    ReadDotenv,
}

impl Errand {
    const fn title(self) -> (&'static str, &'static str) {
        match self {
            Self::OpenCapture => {
                ("Open capture", "A file recorded before; it can also be dropped on the window")
            }
            Self::SaveCapture => ("Save capture as", "A copy of this session as far as it is written"),
            Self::Export(_) => ("Export", "Secrets stay masked in every format"),
            Self::ExportTable => ("Export table", "The rows shown, as CSV"),
            Self::ImportHar => (
                "Import HAR",
                "Saved by Chrome or Edge with the developer tools open before the page connected; it can also be dropped on the window",
            ),
            Self::MergeCapture => (
                "Merge with another capture",
                "Makes a new capture of both, ordered by time; the two stay as they are",
            ),
            Self::ExportProfiles => ("Export profiles", "As RON, without tokens"),
            Self::ReadDotenv => (
                "Fill in from a .env file",
                "DIRECTUS_URL, DIRECTUS_TOKEN and their kin; it can also be dropped on the window, or pasted",
            ),
            Self::ImportProfiles => ("Import profiles", "From a RON file; the present ones stay"),
        }
    }

    const fn verb(self) -> &'static str {
        match self {
            Self::OpenCapture => "Open",
            Self::SaveCapture => "Save",
            Self::Export(_) | Self::ExportTable | Self::ExportProfiles => "Export",
            Self::ImportHar | Self::ImportProfiles => "Import",
            Self::MergeCapture => "Merge",
            Self::ReadDotenv => "Read",
        }
    }
}

/// The prompt and what is typed in it.
#[derive(Clone, Debug, Default)]
pub struct PathPrompt {
    errand: Option<Errand>,
    path: String,
    focus: bool,
}

impl PathPrompt {
    /// Opens the prompt with a path to begin with.
    pub fn open(&mut self, errand: Errand, path: String) {
        *self = Self { errand: Some(errand), path, focus: true };
    }

    /// Puts in a path that the system's dialog brought.
    pub fn fill(&mut self, path: String) {
        self.path = path;
    }

    /// Paints the prompt over the window while it is open.
    pub fn show(&mut self, ui: &Ui, actions: &mut Vec<Action>) {
        let Some(errand) = self.errand else { return };
        let mut done = None;
        let closed = dialog_ui(ui, "path prompt", 460.0, |ui| {
            let (title, sentence) = errand.title();
            title_ui(ui, title, sentence);
            let field = field_ui(ui, "Path", &mut self.path, "path of a file", theme::mono());
            if std::mem::take(&mut self.focus) {
                field.request_focus();
            }
            let ready = !self.path.trim().is_empty();
            let entered = field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
            ui.add_space(theme::GAP);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let go = Button::new(errand.verb()).look(Look::Primary).enabled(ready).show(ui).clicked();
                if ready && (go || entered) {
                    done = Some(PathBuf::from(self.path.trim()));
                }
                if Button::new("Browse…").with_icon(Icon::FolderOpen).show(ui).clicked() {
                    actions.push(Action::Browse(errand));
                }
                if Button::new("Cancel").look(Look::Quiet).show(ui).clicked() {
                    ui.close();
                }
            });
        });
        if let Some(path) = done {
            actions.push(Action::Run(errand, path));
            self.errand = None;
        } else if closed {
            self.errand = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::*;

    #[test]
    fn a_typed_path_is_enough() {
        let mut prompt = PathPrompt::default();
        prompt.open(Errand::OpenCapture, String::new());
        let mut harness = Harness::builder().with_context_setup(crate::ui::theme::install).build_ui_state(
            |ui, (prompt, actions): &mut (PathPrompt, Vec<Action>)| {
                prompt.show(ui, actions);
            },
            (prompt, Vec::new()),
        );
        harness.run();
        harness.get_by_label("Path").type_text(" a.ndjson ");
        harness.run();
        harness.get_by_label("Open").click();
        harness.run();
        assert_eq!(harness.state().1, [Action::Run(Errand::OpenCapture, PathBuf::from("a.ndjson"))]);
        assert!(harness.query_by_label("Path").is_none(), "the prompt is closed");
    }
}
