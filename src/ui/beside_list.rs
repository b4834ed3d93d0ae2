//! Connections that went on when a later one began: the status is of the later one, and these are listed.

use egui::{Label, RichText, Ui};

use crate::capture::row::Level;
use crate::session::{Beside, Phase, Snapshot};
use crate::ui::action::Action;
use crate::ui::control::{card_ui, chip_ui, hint_ui, section_ui};
use crate::ui::figures::{count, counted};
use crate::ui::status_panel::phase_level;
use crate::ui::theme::{self, tokens};

/// Paints the list, or nothing where there is one connection at a time.
pub fn beside_ui(ui: &mut Ui, snapshot: &Snapshot, actions: &mut Vec<Action>) {
    let beside = &snapshot.beside;
    if beside.list.is_empty() {
        return;
    }
    section_ui(ui, "Other connections", |_| {});
    let number = count(u64::from(snapshot.connection));
    hint_ui(ui, &format!("The status is that of connection {number}, begun last; these went on beside it"));
    for connection in beside.list.iter() {
        connection_ui(ui, connection, snapshot.open_end.is_some(), actions);
        ui.add_space(2.0);
    }
    if beside.forgotten > 0 {
        hint_ui(ui, &format!("{} more are counted only", count(u64::from(beside.forgotten))));
    }
    ui.add_space(theme::SECTION_GAP);
}

fn connection_ui(ui: &mut Ui, beside: &Beside, ends_open: bool, actions: &mut Vec<Action>) {
    let t = tokens(ui);
    let was_open = ends_open && beside.phase != Phase::Closed;
    let (words, level) = match beside.phase {
        Phase::Idle => ("beginning not recorded".to_owned(), Level::Dim),
        phase if was_open => (format!("was {}", phase.words().to_lowercase()), Level::Dim),
        phase => (phase.words().to_lowercase(), phase_level(phase)),
    };
    card_ui(ui, None, |ui| {
        ui.horizontal(|ui| {
            let name = format!("Connection {}", count(u64::from(beside.connection)));
            ui.add(Label::new(RichText::new(name).font(theme::strong(theme::BODY))).truncate());
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                chip_ui(ui, &words, level);
            });
        });
        if !beside.url.is_empty() {
            let url = RichText::new(&*beside.url).font(theme::mono()).color(t.dim);
            ui.add(Label::new(url).truncate()).on_hover_text(&*beside.url);
        }
        let figures =
            format!("{} in, {} out", counted(beside.in_messages, "message"), count(beside.out_messages));
        ui.label(RichText::new(figures).size(11.5).color(t.dim));
        if beside.last_seq > 0 {
            let words = RichText::new(format!("row #{}", count(beside.last_seq))).size(11.0).color(t.accent);
            if ui.link(words).on_hover_text("Select its last event").clicked() {
                actions.push(Action::GoTo(beside.last_seq));
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::*;
    use crate::session::Besides;

    fn harness(snapshot: Snapshot) -> Harness<'static, Vec<Action>> {
        Harness::builder().with_context_setup(theme::install).build_ui_state(
            move |ui, actions: &mut Vec<Action>| beside_ui(ui, &snapshot, actions),
            Vec::new(),
        )
    }

    fn two(open_end: Option<Phase>) -> Snapshot {
        let live = Beside {
            connection: 1,
            url: "wss://one/websocket".into(),
            phase: Phase::Live,
            in_messages: 12,
            out_messages: 3,
            last_seq: 40,
            ..Beside::default()
        };
        let closed = Beside { connection: 2, phase: Phase::Closed, ..Beside::default() };
        let beside = Besides { list: Arc::new([live, closed]), forgotten: 5 };
        Snapshot { connection: 3, beside, open_end, ..Snapshot::default() }
    }

    #[test]
    fn others_are_listed_with_their_phase_and_counts() {
        let mut harness = harness(two(None));
        harness.run();
        harness.get_by_label("The status is that of connection 3, begun last; these went on beside it");
        harness.get_by_label("OTHER CONNECTIONS");
        harness.get_by_label("live");
        harness.get_by_label("closed");
        harness.get_by_label("12 messages in, 3 out");
        harness.get_by_label("5 more are counted only");
        harness.get_by_label("row #40").click();
        harness.run();
        assert_eq!(*harness.state(), [Action::GoTo(40)]);
    }

    #[test]
    fn at_the_end_of_a_recording_none_is_live() {
        let mut harness = harness(two(Some(Phase::Live)));
        harness.run();
        harness.get_by_label("was live");
        assert!(harness.query_by_label("live").is_none());
    }

    #[test]
    fn one_connection_at_a_time_needs_no_list() {
        let mut harness = harness(Snapshot::default());
        harness.run();
        assert!(harness.query_by_label("OTHER CONNECTIONS").is_none());
    }
}
