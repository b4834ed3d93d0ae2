//! What a restored subscription missed: a line in its card and in the detail of its `init`.

use std::sync::Arc;

use egui::{CollapsingHeader, Label, RichText, Ui};

use crate::directus::shown;
use crate::session::table::{Difference, Differing, GapOutcome, GapReport};
use crate::ui::action::Action;
use crate::ui::control::hint_ui;
use crate::ui::figures::count;
use crate::ui::theme::tokens;

/// The report on a subscription, by its number.
#[must_use]
pub fn gap_of(gaps: &[Arc<GapReport>], subscription: u32) -> Option<&GapReport> {
    gaps.iter().rev().find(|gap| gap.subscription == subscription).map(AsRef::as_ref)
}

/// The report that an `init` proves, by its sequence number.
#[must_use]
pub fn gap_at(gaps: &[Arc<GapReport>], init_seq: u64) -> Option<&GapReport> {
    gaps.iter().rev().find(|gap| gap.init_seq == init_seq).map(AsRef::as_ref)
}

/// Paints the report: a sentence, and on demand the rows and what can't be known.
pub fn gap_ui(ui: &mut Ui, gap: &GapReport, actions: &mut Vec<Action>) {
    let t = tokens(ui);
    let colour = match &gap.outcome {
        GapOutcome::Compared(differences, _) if differences.total() == 0 => t.good,
        GapOutcome::Compared(..) | GapOutcome::Unknown(_) => t.warning,
    };
    let sentence = format!("While away: {}", lower(&gap.sentence()));
    let title = RichText::new(sentence).size(11.5).color(colour);
    CollapsingHeader::new(title).id_salt(("gap", gap.init_seq)).show(ui, |ui| {
        if let GapOutcome::Compared(differences, _) = &gap.outcome {
            rows_ui(ui, "created", &differences.created, gap.init_seq, actions);
            rows_ui(ui, "updated", &differences.updated, gap.init_seq, actions);
            rows_ui(ui, "deleted", &differences.deleted, gap.init_seq, actions);
        }
        for reservation in gap.reservations() {
            hint_ui(ui, &reservation);
        }
        ui.horizontal_wrapped(|ui| {
            link_ui(ui, &format!("cut at #{}", count(gap.cut_seq)), gap.cut_seq, actions);
            link_ui(ui, &format!("new init #{}", count(gap.init_seq)), gap.init_seq, actions);
        });
    });
}

/// The sentence as it goes on after a colon.
fn lower(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

fn rows_ui(ui: &mut Ui, word: &str, rows: &Differing, init_seq: u64, actions: &mut Vec<Action>) {
    if rows.count == 0 {
        return;
    }
    let t = tokens(ui);
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(word).size(11.5).color(t.dim));
        for row in &rows.named {
            row_ui(ui, row, init_seq, actions);
        }
        let others = rows.count.saturating_sub(rows.named.len() as u64);
        if others > 0 {
            ui.label(RichText::new(format!("and {} more", count(others))).size(11.5).color(t.dim));
        }
    });
}

/// A row by its key: what the log last said of it before, or for a new one the `init`.
fn row_ui(ui: &mut Ui, row: &Difference, init_seq: u64, actions: &mut Vec<Action>) {
    let t = tokens(ui);
    let seq = row.before_seq.unwrap_or(init_seq);
    let mut tip = match row.before_seq {
        Some(seq) => format!("The log said of it last in #{}", count(seq)),
        None => "It stands in the new init for the first time".to_owned(),
    };
    if !row.fields.is_empty() {
        let fields: Vec<_> = row.fields.iter().map(|field| shown(field)).collect();
        tip.push_str(&format!("; changed are {}", fields.join(", ")));
    }
    let key = RichText::new(shown(&row.key)).size(11.5).color(t.accent);
    if ui.link(key).on_hover_text(tip).clicked() {
        actions.push(Action::GoTo(seq));
    }
}

fn link_ui(ui: &mut Ui, text: &str, seq: u64, actions: &mut Vec<Action>) {
    let t = tokens(ui);
    let link = ui.link(RichText::new(text).size(11.0).color(t.accent));
    if link.on_hover_text("Select that row").clicked() {
        actions.push(Action::GoTo(seq));
    }
}

/// One line for where there is no room for more.
pub fn gap_line_ui(ui: &mut Ui, gap: &GapReport) {
    let words =
        RichText::new(format!("After a reconnect: {}", lower(&gap.sentence()))).color(tokens(ui).warning);
    ui.add(Label::new(words).wrap()).on_hover_text(gap.reservations().join("\n"));
}
