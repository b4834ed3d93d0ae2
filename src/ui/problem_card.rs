//! The card that says what went wrong.

use egui::{RichText, Ui};
use lucide_icons::Icon;

use crate::capture::event::ClosedBy;
use crate::capture::row::Level;
use crate::session::Snapshot;
use crate::ui::action::Action;
use crate::ui::control::{card_ui, hint_ui, icon_ui, level_colour};
use crate::ui::figures::count;
use crate::ui::theme::{self, tokens};

/// The card that says what went wrong: what happened, why, and what to do.
pub fn problem_ui(ui: &mut Ui, snapshot: &Snapshot, actions: &mut Vec<Action>) {
    let t = tokens(ui);
    if let Some(error) = snapshot.last_error.as_deref() {
        card_ui(ui, Some(t.error), |ui| {
            head_ui(ui, Icon::CircleX, &error.message, Level::Error);
            hint_ui(ui, &error.cause);
            ui.add(egui::Label::new(&*error.advice).wrap());
            row_link_ui(ui, error.seq, actions);
        });
        ui.add_space(theme::SECTION_GAP);
    } else if let Some(close) = snapshot.last_close.as_deref().filter(|_| !snapshot.phase.is_open()) {
        let level = if close.code == Some(1000) { Level::Dim } else { Level::Warning };
        card_ui(ui, Some(level_colour(t, level)), |ui| {
            let code = close.code.map_or_else(|| "code not reported".to_owned(), close_code);
            head_ui(ui, Icon::Unplug, &format!("Closed by {} · {code}", by(close.by)), level);
            hint_ui(ui, close.likely_cause());
            if !close.reason.is_empty() {
                let reason = crate::directus::shown(&close.reason);
                ui.add(egui::Label::new(format!("Reason given: {reason}")).wrap());
            }
            row_link_ui(ui, close.seq, actions);
        });
        ui.add_space(theme::SECTION_GAP);
    }
    if let Some(reason) = snapshot.gave_up.as_deref() {
        card_ui(ui, Some(t.warning), |ui| {
            head_ui(ui, Icon::CircleStop, "No further attempts", Level::Warning);
            hint_ui(ui, reason);
        });
        ui.add_space(theme::SECTION_GAP);
    }
}

fn close_code(code: u16) -> String {
    match code {
        1005 => "no code".to_owned(),
        1006 => "no Close frame".to_owned(),
        code => code.to_string(),
    }
}

fn by(by: ClosedBy) -> &'static str {
    match by {
        ClosedBy::Server => "the server",
        ClosedBy::Client => "us",
        ClosedBy::Network => "the network",
    }
}

fn head_ui(ui: &mut Ui, icon: Icon, words: &str, level: Level) {
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        icon_ui(ui, icon, 13.0, level_colour(tokens(ui), level));
        ui.add(egui::Label::new(RichText::new(words).font(theme::strong(theme::BODY))).wrap());
    });
}

/// A link that selects a row of the log.
pub fn row_link_ui(ui: &mut Ui, seq: u64, actions: &mut Vec<Action>) {
    let words = RichText::new(format!("Show row #{}", count(seq))).color(tokens(ui).accent);
    if ui.link(words).clicked() {
        actions.push(Action::GoTo(seq));
    }
}
