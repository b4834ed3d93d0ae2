//! What the fold noticed, and what it counted.

use egui::Ui;
use lucide_icons::Icon;

use crate::capture::row::Level;
use crate::session::Snapshot;
use crate::settings::{Folded, PanelSection};
use crate::ui::action::Action;
use crate::ui::cause_card::row_link_ui;
use crate::ui::control::{chip_ui, fact_ui, icon_ui};
use crate::ui::figures::{bytes, count, counted};
use crate::ui::section::folding_ui;
use crate::ui::theme::tokens;

/// Paints the latest warnings, the last first.
pub fn warnings_ui(ui: &mut Ui, snapshot: &Snapshot, folded: &mut Folded, actions: &mut Vec<Action>) {
    if snapshot.warnings.is_empty() {
        return;
    }
    let number = snapshot.warnings.len().to_string();
    let right = |ui: &mut Ui| {
        chip_ui(ui, &number, Level::Warning);
    };
    folding_ui(ui, PanelSection::Noticed, folded, right, |ui| noticed_ui(ui, snapshot, actions));
}

fn noticed_ui(ui: &mut Ui, snapshot: &Snapshot, actions: &mut Vec<Action>) {
    for warning in snapshot.warnings.iter().rev().take(6) {
        let line = egui::Stroke::new(1.0, tokens(ui).line);
        ui.painter().hline(ui.max_rect().x_range(), ui.cursor().top(), line);
        ui.add_space(5.0);
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            icon_ui(ui, Icon::TriangleAlert, 13.0, tokens(ui).warning);
            ui.vertical(|ui| {
                ui.add(egui::Label::new(&*warning.text).wrap());
                row_link_ui(ui, warning.seq, actions);
            });
        });
        ui.add_space(3.0);
    }
}

/// Paints what was counted since the capture began.
pub fn traffic_ui(ui: &mut Ui, snapshot: &Snapshot, folded: &mut Folded) {
    let counters = &snapshot.counters;
    if counters.connects == 0 {
        return;
    }
    folding_ui(
        ui,
        PanelSection::Traffic,
        folded,
        |_| {},
        |ui| {
            let line =
                |messages: u64, size: u64| format!("{} · {}", counted(messages, "message"), bytes(size));
            fact_ui(ui, "received", &line(counters.in_messages, counters.in_bytes));
            fact_ui(ui, "sent", &line(counters.out_messages, counters.out_bytes));
            let events = counters.events;
            if events.total() > 0 {
                let words =
                    format!("{} create · {} update · {} delete", events.create, events.update, events.delete);
                fact_ui(ui, "events", &words);
            }
            fact_ui(ui, "errors", &count(counters.errors));
            let connects = format!("{}, {} opened", count(counters.connects), count(counters.opens));
            fact_ui(ui, "connects", &connects);
        },
    );
}
