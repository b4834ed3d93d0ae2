//! The cause card: what happened, the best explanation with its evidence, what to do; further explanations folded.

use egui::{CollapsingHeader, Label, RichText, Ui};
use lucide_icons::Icon;

use crate::capture::event::Stage;
use crate::capture::row::Level;
use crate::directus::shown;
use crate::session::Snapshot;
use crate::session::causes::{Cause, CauseCard, Certainty, Evidence, Weight};
use crate::ui::action::Action;
use crate::ui::button::{Button, Look};
use crate::ui::control::{card_ui, chip_ui, hint_ui, icon_ui, level_colour};
use crate::ui::figures::count;
use crate::ui::theme::{self, tokens};

/// What is wrong with the connection, if anything is: its cause card, a message that could not be sent, why there are no
/// further attempts.
pub fn trouble_ui(ui: &mut Ui, snapshot: &Snapshot, actions: &mut Vec<Action>) {
    if let Some(card) = snapshot.card.as_deref() {
        cause_card_ui(ui, card, actions);
        ui.add_space(theme::SECTION_GAP);
    }
    let unsent = |stage| matches!(stage, Stage::Send | Stage::Capture | Stage::Http);
    if let Some(error) = snapshot.last_error.as_deref().filter(|error| unsent(error.stage)) {
        card_ui(ui, Some(tokens(ui).error), |ui| {
            head_ui(ui, &error.message, Level::Error);
            hint_ui(ui, &error.cause);
            ui.add(Label::new(&*error.advice).wrap());
            row_link_ui(ui, error.seq, actions);
        });
        ui.add_space(theme::SECTION_GAP);
    }
    if let Some(reason) = snapshot.gave_up.as_deref() {
        card_ui(ui, Some(tokens(ui).warning), |ui| {
            head_ui(ui, "No further attempts", Level::Warning);
            hint_ui(ui, &shown(reason));
        });
        ui.add_space(theme::SECTION_GAP);
    }
}

/// The card itself.
pub fn cause_card_ui(ui: &mut Ui, card: &CauseCard, actions: &mut Vec<Action>) {
    let level = match card.weight {
        Weight::Calm => Level::Dim,
        Weight::Warning => Level::Warning,
        Weight::Failure => Level::Error,
    };
    card_ui(ui, Some(level_colour(tokens(ui), level)), |ui| {
        head_ui(ui, &card.title, level);
        ui.add(Label::new(RichText::new(shown(&card.what_happened)).font(theme::medium(theme::BODY))).wrap());
        let (first, further) = card.causes.split_first().map_or((None, &[][..]), |(a, b)| (Some(a), b));
        if let Some(cause) = first {
            ui.add_space(4.0);
            cause_ui(ui, cause, actions);
        }
        if !further.is_empty() {
            ui.add_space(2.0);
            let words = format!("{} more cause{}", further.len(), if further.len() == 1 { "" } else { "s" });
            let words = RichText::new(words).color(tokens(ui).dim);
            CollapsingHeader::new(words).id_salt(("further causes", card.seq)).show_unindented(ui, |ui| {
                for cause in further {
                    cause_ui(ui, cause, actions);
                    ui.add_space(4.0);
                }
            });
        }
        ui.horizontal(|ui| {
            row_link_ui(ui, card.seq, actions);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let copy = Button::new("Copy as text").with_icon(Icon::Copy).look(Look::Quiet).small();
                if copy.show(ui).on_hover_text("The whole card, for a report or a colleague").clicked() {
                    actions.push(Action::Copy(card.to_text()));
                }
            });
        });
    });
}

fn cause_ui(ui: &mut Ui, cause: &Cause, actions: &mut Vec<Action>) {
    let t = tokens(ui);
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 3.0;
        let level = match cause.certainty {
            Certainty::Certain => Level::Normal,
            Certainty::Likely => Level::Warning,
            Certainty::Possible => Level::Dim,
        };
        let hint = match cause.certainty {
            Certainty::Certain => "What was seen leaves no other explanation that is known",
            Certainty::Likely => "Inferred: what was seen speaks for it",
            Certainty::Possible => "Inferred: nothing that was seen speaks against it",
        };
        chip_ui(ui, cause.certainty.word(), level).on_hover_text(hint);
        ui.add(Label::new(RichText::new(shown(&cause.sentence)).color(t.text)).wrap());
        for evidence in &cause.evidence {
            evidence_ui(ui, evidence, actions);
        }
        if !cause.next_step.sentence.is_empty() {
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = 4.0;
                icon_ui(ui, Icon::ArrowRight, 11.0, t.accent);
                ui.add(Label::new(&*shown(&cause.next_step.sentence)).wrap());
            });
        }
        code_ui(ui, &cause.next_step.code, actions);
    });
}

fn evidence_ui(ui: &mut Ui, evidence: &Evidence, actions: &mut Vec<Action>) {
    let t = tokens(ui);
    let words = RichText::new(format!("– {}", shown(&evidence.sentence))).size(11.5);
    let Some(seq) = evidence.seq else {
        ui.add(Label::new(words.color(t.dim)).wrap());
        return;
    };
    ui.horizontal_wrapped(|ui| {
        // A line of text, not of buttons.
        ui.spacing_mut().interact_size.y = 14.0;
        ui.spacing_mut().item_spacing = egui::vec2(4.0, 1.0);
        ui.add(Label::new(words.color(t.dim)).wrap());
        let row = RichText::new(format!("#{}", count(seq))).size(11.5).color(t.accent);
        if ui.link(row).on_hover_text("Select that row").clicked() {
            actions.push(Action::GoTo(seq));
        }
    });
}

/// The lines to change, each ready to copy.
fn code_ui(ui: &mut Ui, code: &str, actions: &mut Vec<Action>) {
    if code.is_empty() {
        return;
    }
    let t = tokens(ui);
    egui::Frame::new()
        .fill(t.field)
        .corner_radius(theme::RADIUS)
        .inner_margin(egui::Margin::symmetric(6, 3))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = 1.0;
            for line in code.lines() {
                ui.horizontal_top(|ui| {
                    ui.spacing_mut().item_spacing.x = 2.0;
                    let name = format!("Copy {line}");
                    if Button::icon(Icon::Copy, &name).small().show(ui).on_hover_text("Copy").clicked() {
                        actions.push(Action::Copy(line.to_owned()));
                    }
                    ui.add(
                        Label::new(RichText::new(&*shown(line)).font(theme::mono()).color(t.json_string))
                            .wrap(),
                    );
                });
            }
        });
}

fn head_ui(ui: &mut Ui, words: &str, level: Level) {
    let icon = match level {
        Level::Error => Icon::CircleX,
        Level::Warning => Icon::TriangleAlert,
        Level::Normal | Level::Dim | Level::Good => Icon::Unplug,
    };
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        icon_ui(ui, icon, 13.0, level_colour(tokens(ui), level));
        ui.add(Label::new(RichText::new(shown(words)).font(theme::strong(theme::BODY))).wrap());
    });
}

/// A link to a row of the log.
pub fn row_link_ui(ui: &mut Ui, seq: u64, actions: &mut Vec<Action>) {
    let words = RichText::new(format!("Show row #{}", count(seq))).color(tokens(ui).accent);
    if ui.link(words).clicked() {
        actions.push(Action::GoTo(seq));
    }
}

#[cfg(test)]
mod tests {
    use egui::vec2;
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::*;
    use crate::ui::cause_scenes;

    #[test]
    fn a_card_links_copies_and_unfolds() {
        let card = cause_scenes::wrong_token().card.unwrap();
        let seen = card.causes[0].evidence[0].seq.unwrap();
        let line = card.causes[0].next_step.code.clone();
        let second = card.causes[1].sentence.clone();
        let expected = card.to_text();
        let mut harness = Harness::builder()
            .with_size(vec2(320.0, 700.0))
            .with_context_setup(theme::install)
            .build_ui_state(
                move |ui, actions: &mut Vec<Action>| cause_card_ui(ui, &card, actions),
                Vec::new(),
            );
        harness.run();
        assert!(harness.query_by_label(&second).is_none(), "folded");
        harness.get_all_by_label(&format!("#{seen}")).next().unwrap().click();
        harness.run();
        harness.get_by_label(&format!("Copy {line}")).click();
        harness.run();
        harness.get_by_label("Copy as text").click();
        harness.run();
        harness.get_by_label_contains("more cause").click();
        harness.run();
        harness.get_by_label(&second);
        assert_eq!(*harness.state(), [Action::GoTo(seen), Action::Copy(line), Action::Copy(expected)]);
    }
}
