//! `Page`: what stands over the window.

use egui::Ui;

use crate::ui::action::Action;
use crate::ui::help_view::help_ui;
use crate::ui::lab_view::lab_ui;
use crate::ui::model::Model;
use crate::ui::server_view::server_ui;
use crate::ui::settings_view::settings_ui;

/// A page over the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Page {
    /// None.
    #[default]
    None,
    /// The preferences.
    Settings,
    /// Every command with its keys.
    Help,
    /// What is known of the server.
    Server,
    /// The heartbeat lab.
    Lab,
}

impl Page {
    /// Paints it. False once it was closed.
    pub fn show(self, ui: &Ui, model: &Model<'_>, actions: &mut Vec<Action>) -> bool {
        match self {
            Self::None => true,
            Self::Settings => settings_ui(ui, model, actions),
            Self::Help => help_ui(ui),
            Self::Server => server_ui(ui, model, actions),
            Self::Lab => lab_ui(ui, model, actions),
        }
    }
}
