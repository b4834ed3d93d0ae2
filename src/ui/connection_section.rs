//! The top of the status panel: the phase, the countdown to the next attempt, and how the subscriptions came back.

use egui::{RichText, Ui};
use lucide_icons::Icon;

use crate::capture::row::Level;
use crate::session::{Moment, Phase, Restore, Snapshot};
use crate::settings::{Folded, PanelSection};
use crate::ui::action::Action;
use crate::ui::button::Button;
use crate::ui::control::{dot_ui, level_colour, section_ui};
use crate::ui::figures::{counted, lasting, span};
use crate::ui::heartbeat_bar::part_bar_ui;
use crate::ui::measure::{points, proportion};
use crate::ui::reach_strip::reach_facts_ui;
use crate::ui::section::folding_ui;
use crate::ui::status_panel::{phase_colour, phase_note};
use crate::ui::theme::{self, tokens};
use crate::ui::waterfall::{tls_ui, waterfall_ui};

/// Paints it. It does not fold: this is what the panel is for.
pub fn connection_ui(ui: &mut Ui, snapshot: &Snapshot, moment: &Moment, actions: &mut Vec<Action>) {
    let t = tokens(ui);
    section_ui(ui, "Connection", |_| {});
    ui.horizontal(|ui| {
        let colour = if snapshot.acts_as_another() { t.warning } else { phase_colour(t, snapshot.phase) };
        dot_ui(ui, colour);
        ui.label(RichText::new(snapshot.phase_words()).font(theme::strong(theme::TITLE)));
        ui.label(RichText::new(phase_note(snapshot, moment)).color(t.dim));
    });
    if !snapshot.url.is_empty() {
        let url = RichText::new(&*snapshot.url).font(theme::mono()).color(t.dim);
        ui.add(egui::Label::new(url).truncate()).on_hover_text(&*snapshot.url);
    }
    reach_facts_ui(ui, snapshot);
    if snapshot.phase == Phase::WaitingToRetry {
        countdown_ui(ui, snapshot, moment, actions);
    }
    if let Some(restore) = snapshot.restore.filter(|_| snapshot.phase.is_open()) {
        let (words, level) = restored(&restore);
        let colour = if level == Level::Normal { t.dim } else { level_colour(t, level) };
        ui.add(egui::Label::new(RichText::new(words).color(colour)).wrap());
    }
    ui.add_space(theme::SECTION_GAP);
}

fn countdown_ui(ui: &mut Ui, snapshot: &Snapshot, moment: &Moment, actions: &mut Vec<Action>) {
    if let (Some(retry), Some(left_us)) = (snapshot.retry, moment.retry_in_us) {
        let whole_us = retry.delay_ms.saturating_mul(1000).max(1);
        let words = format!("Attempt {} in {}", retry.attempt, lasting(left_us.saturating_add(999_999)));
        part_bar_ui(ui, &words, points(proportion(left_us) / proportion(whole_us)), tokens(ui).warning);
        ui.label(RichText::new(words).color(tokens(ui).dim));
    }
    ui.horizontal(|ui| {
        if Button::new("Retry now").with_icon(Icon::RotateCcw).show(ui).clicked() {
            actions.push(Action::RetryNow);
        }
        if Button::new("Stop retrying").show(ui).clicked() {
            actions.push(Action::StopRetrying);
        }
    });
}

/// How the subscriptions came back: `Restored 3 of 3 subscriptions in 42 ms, after 4.2 s`.
fn restored(restore: &Restore) -> (String, Level) {
    let whole = counted(u64::from(restore.sent), "subscription");
    let Some(done_us) = restore.done_us else {
        return (format!("Restoring {whole}, {} confirmed", restore.confirmed), Level::Normal);
    };
    let took = span(done_us.saturating_sub(restore.began_us));
    let outage = if restore.outage_us > 0 {
        format!(", after {} without a connection", span(restore.outage_us))
    } else {
        String::new()
    };
    let words = format!("Restored {} of {whole} in {took}{outage}", restore.confirmed);
    if restore.refused > 0 {
        (format!("{words}; {} refused", restore.refused), Level::Warning)
    } else {
        (words, Level::Good)
    }
}

/// Where the time of connecting went.
pub fn steps_ui(ui: &mut Ui, snapshot: &Snapshot, folded: &mut Folded, actions: &mut Vec<Action>) {
    let took_us: u64 = snapshot.waterfall.steps().map(|(_, took)| took).sum();
    if took_us == 0 && snapshot.waterfall.failed.is_none() {
        return;
    }
    folding_ui(
        ui,
        PanelSection::Steps,
        folded,
        |_| {},
        |ui| {
            waterfall_ui(ui, &snapshot.waterfall);
            if let Some(tls) = &snapshot.handshake.tls {
                tls_ui(ui, tls, snapshot.last.time_us, actions);
            }
        },
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restore_is_told_as_it_goes_and_as_it_went() {
        let going = Restore { sent: 3, confirmed: 1, began_us: 1_000_000, ..Restore::default() };
        assert_eq!(restored(&going).0, "Restoring 3 subscriptions, 1 confirmed");
        let done = Restore { confirmed: 3, done_us: Some(1_042_000), outage_us: 4_200_000, ..going };
        assert_eq!(
            restored(&done),
            (
                "Restored 3 of 3 subscriptions in 42 ms, after 4.2 s without a connection".to_owned(),
                Level::Good
            )
        );
        let partly = Restore { confirmed: 2, refused: 1, ..done };
        assert!(restored(&partly).0.ends_with("; 1 refused") && restored(&partly).1 == Level::Warning);
    }
}
