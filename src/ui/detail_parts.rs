//! The still parts of the detail pane: the head, the facts, the lines between.

use egui::text::LayoutJob;
use egui::{Label, Layout, RichText, ScrollArea, Sense, TextFormat, Ui, vec2};

use crate::capture::row::{Detail, FactLine, Level, Row};
use crate::session::causes::CauseCard;
use crate::ui::action::Action;
use crate::ui::button::Button;
use crate::ui::cause_card::cause_card_ui;
use crate::ui::control::{chip_ui, fact_ui, hint_ui, section_ui};
use crate::ui::figures;
use crate::ui::theme::{self, tokens};

/// A line across the pane.
pub fn line_ui(ui: &mut Ui) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 1.0), Sense::hover());
    ui.painter().rect_filled(rect, 0.0, tokens(ui).line);
}

/// Contents with the margin of the pane.
pub fn margin<R>(ui: &mut Ui, contents: impl FnOnce(&mut Ui) -> R) -> R {
    egui::Frame::new().inner_margin(egui::Margin::symmetric(14, 8)).show(ui, contents).inner
}

/// What the event is, in two lines.
pub fn head_ui(ui: &mut Ui, detail: &Detail, offset_s: i32, actions: &mut Vec<Action>) {
    let t = tokens(ui);
    let row: &Row = &detail.row;
    margin(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        ui.spacing_mut().interact_size.y = 20.0;
        ui.horizontal(|ui| {
            let title = format!("#{} · {}", figures::count(row.seq), row.kind);
            ui.label(RichText::new(title).font(theme::strong(13.0)));
            for (shown, word) in [(row.held, "held"), (row.automatic, "automatic"), (row.masked, "masked")] {
                if shown {
                    chip_ui(ui, word, Level::Dim);
                }
            }
            if !row.uid.is_empty() {
                ui.with_layout(Layout::right_to_left(egui::Align::Center), |ui| {
                    ui.spacing_mut().item_spacing.x = 6.0;
                    ui.add(egui::Label::new(&row.uid).truncate());
                    let (rect, _) = ui.allocate_exact_size(vec2(8.0, 8.0), Sense::hover());
                    ui.painter().rect_filled(rect, 2.0, theme::uid_colour(row.uid_colour));
                });
            }
        });
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = vec2(4.0, 2.0);
            let mut words = Vec::new();
            words.extend(row.direction.map(|direction| direction.name().to_owned()));
            words.push(figures::exact_clock(row.time_us, offset_s));
            words.extend(row.size.map(figures::bytes));
            ui.label(RichText::new(words.join(" · ")).color(t.dim));
            if let Some(seq) = detail.answers {
                let after = row.round_trip_us.map_or_else(String::new, figures::span);
                link_ui(ui, &format!("· {after} after #{}", figures::count(seq)), seq, actions);
            }
            if let Some(seq) = detail.answered_by {
                link_ui(ui, &format!("· answered by #{}", figures::count(seq)), seq, actions);
            }
        });
    });
}

fn link_ui(ui: &mut Ui, text: &str, seq: u64, actions: &mut Vec<Action>) {
    let t = tokens(ui);
    if ui.link(RichText::new(text).color(t.accent)).on_hover_text("Select that row").clicked() {
        actions.push(Action::GoTo(seq));
    }
}

/// The facts, under the card of the end that this event is. The card says better what the event means.
pub fn explained_ui(ui: &mut Ui, detail: &Detail, card: Option<&CauseCard>, actions: &mut Vec<Action>) {
    let Some(card) = card else { return facts_ui(ui, detail, actions) };
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        margin(ui, |ui| {
            cause_card_ui(ui, card, actions);
            ui.add_space(theme::GAP);
            for fact in &detail.facts {
                fact_ui(ui, &fact.name, &fact.value);
            }
        });
    });
}

/// Facts beside the payload, and the headers of a handshake.
pub fn facts_ui(ui: &mut Ui, detail: &Detail, actions: &mut Vec<Action>) {
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        margin(ui, |ui| {
            for fact in &detail.facts {
                fact_ui(ui, &fact.name, &fact.value);
            }
            if detail.facts.is_empty() && detail.headers.is_empty() {
                hint_ui(ui, "Nothing beside the payload");
            }
            if !detail.headers.is_empty() {
                ui.add_space(theme::GAP);
                section_ui(ui, "Headers", |ui| {
                    if Button::new("Copy headers").small().show(ui).clicked() {
                        actions.push(Action::Copy(header_text(&detail.headers)));
                    }
                });
                for header in &detail.headers {
                    header_ui(ui, header);
                }
            }
            if !detail.headers.is_empty() && !detail.text.is_empty() {
                ui.add_space(theme::GAP);
                hint_ui(ui, "The body is under Tree and Text");
            }
            for sentence in &detail.meaning {
                ui.add_space(theme::GAP);
                hint_ui(ui, sentence);
            }
        });
    });
}

/// Names are longer than those of facts: name and value flow as one text.
fn header_ui(ui: &mut Ui, header: &FactLine) {
    let t = tokens(ui);
    let mut job = LayoutJob::default();
    job.append(&header.name, 0.0, TextFormat::simple(theme::mono(), t.json_key));
    job.append(": ", 0.0, TextFormat::simple(theme::mono(), t.dim));
    job.append(&header.value, 0.0, TextFormat::simple(theme::mono(), t.text));
    ui.add(Label::new(job).wrap().selectable(true));
}

fn header_text(headers: &[FactLine]) -> String {
    headers.iter().map(|header| format!("{}: {}\n", header.name, header.value)).collect()
}
