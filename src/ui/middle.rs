//! `Middle`: the switch between the log and the live rows of a subscription.

use egui::{Layout, Ui, vec2};

use crate::directus::shown;
use crate::session::table::ShownTable;
use crate::session::{Phase, Snapshot};
use crate::ui::action::Action;
use crate::ui::command::Command;
use crate::ui::control::tabs_ui;
use crate::ui::log_view::LogView;
use crate::ui::model::{Model, Source};
use crate::ui::table_action::TableAction;
use crate::ui::table_view::TableView;
use crate::ui::theme;

/// Which of the two is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Side {
    /// The log.
    #[default]
    Log,
    /// The table.
    Table,
}

/// The switch and the table behind it.
#[derive(Clone, Debug, Default)]
pub struct Middle {
    side: Side,
    table: TableView,
}

impl Middle {
    /// Another table is shown from now on, as soon as it is there.
    pub fn show_table(&mut self) {
        *self = Self { side: Side::Table, table: TableView::default() };
    }

    /// Paints the live rows where a table is opened and chosen. Whether it did; else it is the log's turn.
    fn table_ui(&mut self, ui: &mut Ui, model: &Model<'_>, actions: &mut Vec<Action>) -> bool {
        let Some(table) = model.table else { return false };
        self.switch_ui(ui, model.snapshot, table);
        if self.side == Side::Table {
            self.table.show(ui, table, model.now_us, actions);
        }
        self.side == Side::Table
    }

    /// Paints the live rows or the log. Returns the command chosen in it.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        log: &mut LogView,
        model: &Model<'_>,
        actions: &mut Vec<Action>,
    ) -> Option<Command> {
        if self.table_ui(ui, model, actions) {
            return None;
        }
        log.show(ui, &model.log, waiting(model), actions)
    }

    fn switch_ui(&mut self, ui: &mut Ui, snapshot: &Snapshot, table: &ShownTable) {
        let size = vec2(ui.available_width(), theme::CONTROL_HEIGHT);
        let subscription = snapshot.subscription(table.subscription);
        let name = subscription.map_or("", |subscription| &*subscription.request.collection);
        let rows = if name.is_empty() { "Table".to_owned() } else { format!("Table {}", shown(name)) };
        ui.allocate_ui_with_layout(size, Layout::left_to_right(egui::Align::Center), |ui| {
            ui.add_space(14.0);
            if let Some(chosen) = tabs_ui(ui, self.side, &[(Side::Log, "Log"), (Side::Table, &rows)]) {
                self.side = chosen;
            }
        });
    }

    /// What the command does: shows the other one, or opens the rows of the newest subscription.
    pub fn toggle(&mut self, model: &Model<'_>) -> Option<Action> {
        if model.table.is_some() {
            self.side = if self.side == Side::Log { Side::Table } else { Side::Log };
            return None;
        }
        let subscriptions = &model.snapshot.subscriptions;
        let newest = subscriptions.iter().rev().find(|subscription| subscription.init_seq.is_some())?;
        Some(Action::Table(TableAction::Open(newest.number)))
    }
}

/// What an empty log says.
fn waiting(model: &Model<'_>) -> &'static str {
    match (model.source, model.snapshot.phase) {
        (Source::Recording(_), _) => "This capture holds no events",
        (_, Phase::Idle | Phase::Closed) => "Connect, and everything that crosses the wire appears here",
        _ if model.log.hidden > 0 => "What comes from now on appears here",
        _ => "Everything that crosses the wire appears here",
    }
}
