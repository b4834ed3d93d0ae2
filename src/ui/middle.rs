//! `Middle`: the switch between the log and the live rows of a subscription.

use egui::{Layout, Ui, vec2};

use crate::directus::shown;
use crate::session::Snapshot;
use crate::session::table::ShownTable;
use crate::ui::action::Action;
use crate::ui::control::tabs_ui;
use crate::ui::model::Model;
use crate::ui::table_action::TableAction;
use crate::ui::theme;

/// Which of the two is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Middle {
    /// The log.
    #[default]
    Log,
    /// The table.
    Table,
}

impl Middle {
    /// Shows the table from now on, as soon as there is one.
    pub fn show_table(&mut self) {
        *self = Self::Table;
    }

    /// Paints the switch above the list. Whether the table is to be shown.
    pub fn show(&mut self, ui: &mut Ui, snapshot: &Snapshot, table: &ShownTable) -> bool {
        let size = vec2(ui.available_width(), theme::CONTROL_HEIGHT);
        let subscription = snapshot.subscription(table.subscription);
        let name = subscription.map_or("", |subscription| &*subscription.request.collection);
        let rows = if name.is_empty() { "Table".to_owned() } else { format!("Table {}", shown(name)) };
        ui.allocate_ui_with_layout(size, Layout::left_to_right(egui::Align::Center), |ui| {
            ui.add_space(14.0);
            if let Some(chosen) = tabs_ui(ui, *self, &[(Self::Log, "Log"), (Self::Table, &rows)]) {
                *self = chosen;
            }
        });
        *self == Self::Table
    }

    /// What the command does: shows the other one, or opens the rows of the newest subscription.
    pub fn toggle(&mut self, model: &Model<'_>) -> Option<Action> {
        if model.table.is_some() {
            *self = if *self == Self::Log { Self::Table } else { Self::Log };
            return None;
        }
        let subscriptions = &model.snapshot.subscriptions;
        let newest = subscriptions.iter().rev().find(|subscription| subscription.init_seq.is_some())?;
        Some(Action::Table(TableAction::Open(newest.number)))
    }
}
