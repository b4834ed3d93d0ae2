//! `DetailView`: everything about the selected event, as a tree, as exact text, as facts.

use egui::{Layout, RichText, ScrollArea, Sense, Ui, vec2};
use lucide_icons::Icon;

use crate::capture::event::Direction;
use crate::capture::row::{Detail, Level, Row, Tree};
use crate::ui::action::Action;
use crate::ui::button::Button;
use crate::ui::control::{chip_ui, fact_ui, hint_ui, notice_ui, section_ui, tabs_ui};
use crate::ui::empty::empty_ui;
use crate::ui::figures;
use crate::ui::json_view::JsonView;
use crate::ui::text_view::TextView;
use crate::ui::theme::{self, tokens};

/// Which side of the event is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DetailTab {
    /// The payload as a tree.
    #[default]
    Tree,
    /// The payload as captured.
    Text,
    /// What is known beside the payload.
    Facts,
}

/// The chosen tab, and what each remembers.
#[derive(Clone, Debug, Default)]
pub struct DetailView {
    tab: DetailTab,
    tree: JsonView,
    text: TextView,
}

/// What the view needs to know beside the event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Circumstances {
    /// The zone's distance from UTC in seconds.
    pub offset_s: i32,
    /// There is a connection to send on.
    pub can_send: bool,
}

/// What the shell must do with the detail itself.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum DetailRequest {
    /// Put this text into the compose box.
    Edit(String),
}

impl DetailView {
    /// Paints `detail`, or what to do while nothing is selected.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        detail: Option<&Detail>,
        circumstances: Circumstances,
        actions: &mut Vec<Action>,
    ) -> Option<DetailRequest> {
        let height = theme::TOOL_BAR_HEIGHT;
        let tabs = [(DetailTab::Tree, "Tree"), (DetailTab::Text, "Text"), (DetailTab::Facts, "Facts")];
        ui.allocate_ui_with_layout(
            vec2(ui.available_width(), height),
            Layout::left_to_right(egui::Align::Center),
            |ui| {
                ui.add_space(14.0);
                if let Some(tab) = tabs_ui(ui, self.tab, &tabs) {
                    self.tab = tab;
                }
            },
        );
        line_ui(ui);
        let Some(detail) = detail else {
            empty_ui(
                ui,
                Icon::ListTree,
                "Nothing selected",
                "Click a row of the log, or press ↑ and ↓, to see what crossed the wire",
            );
            return None;
        };
        head_ui(ui, &detail.row, detail, circumstances.offset_s, actions);
        line_ui(ui);
        let request = self.foot_ui(ui, detail, circumstances.can_send, actions);
        match self.tab {
            DetailTab::Tree => self.tree_ui(ui, detail, actions),
            DetailTab::Text if detail.text.is_empty() => {
                empty_ui(ui, Icon::FileText, "No payload", "This event carries no message; see Facts");
            }
            DetailTab::Text => self.text.show(ui, detail.row.seq, &detail.text),
            DetailTab::Facts => facts_ui(ui, detail),
        }
        request
    }

    fn tree_ui(&mut self, ui: &mut Ui, detail: &Detail, actions: &mut Vec<Action>) {
        match &detail.tree {
            Tree::Json(tree) => {
                if !tree.is_complete() {
                    margin(ui, |ui| {
                        notice_ui(ui, Level::Warning, "Too large for a whole tree: the rest is in Text");
                    });
                }
                ui.add_space(6.0);
                self.tree.show(ui, detail.row.seq, (&detail.text, tree), actions);
            }
            Tree::NotJson(error) => {
                margin(ui, |ui| notice_ui(ui, Level::Warning, &format!("Not JSON: {error}")));
                self.text.show(ui, detail.row.seq, &detail.text);
            }
            Tree::None => facts_ui(ui, detail),
        }
    }

    /// What can be done with the event, at the lower edge; above it what the event means.
    fn foot_ui(
        &self,
        ui: &mut Ui,
        detail: &Detail,
        can_send: bool,
        actions: &mut Vec<Action>,
    ) -> Option<DetailRequest> {
        let mut request = None;
        let frame = egui::Frame::new().inner_margin(egui::Margin::symmetric(12, 8));
        egui::Panel::bottom("detail foot").frame(frame).show(ui, |ui| {
            if !detail.meaning.is_empty() && self.tab != DetailTab::Facts {
                section_ui(ui, "What this is", |_| {});
                for sentence in &detail.meaning {
                    hint_ui(ui, sentence);
                }
                ui.add_space(theme::GAP);
            }
            ui.horizontal_wrapped(|ui| {
                let has_text = !detail.text.is_empty();
                if Button::new("Copy text").with_icon(Icon::Copy).enabled(has_text).show(ui).clicked() {
                    actions.push(Action::Copy(detail.text.to_string()));
                }
                if detail.is_sendable() {
                    if Button::new("Resend").with_icon(Icon::RotateCcw).enabled(can_send).show(ui).clicked() {
                        actions.push(Action::Resend { seq: detail.row.seq, text: detail.text.to_string() });
                    }
                    if Button::new("Edit and resend").with_icon(Icon::Pencil).show(ui).clicked() {
                        request = Some(DetailRequest::Edit(detail.text.to_string()));
                    }
                }
            });
        });
        request
    }
}

fn line_ui(ui: &mut Ui) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 1.0), Sense::hover());
    ui.painter().rect_filled(rect, 0.0, tokens(ui).line);
}

fn margin<R>(ui: &mut Ui, contents: impl FnOnce(&mut Ui) -> R) -> R {
    egui::Frame::new().inner_margin(egui::Margin::symmetric(14, 8)).show(ui, contents).inner
}

fn head_ui(ui: &mut Ui, row: &Row, detail: &Detail, offset_s: i32, actions: &mut Vec<Action>) {
    let t = tokens(ui);
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
            match row.direction {
                Some(Direction::In) => words.push("in".to_owned()),
                Some(Direction::Out) => words.push("out".to_owned()),
                None => {}
            }
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

fn facts_ui(ui: &mut Ui, detail: &Detail) {
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        margin(ui, |ui| {
            for fact in &detail.facts {
                fact_ui(ui, &fact.name, &fact.value);
            }
            if detail.facts.is_empty() {
                hint_ui(ui, "Nothing beside the payload");
            }
            for sentence in &detail.meaning {
                ui.add_space(theme::GAP);
                hint_ui(ui, sentence);
            }
        });
    });
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::*;
    use crate::capture::json_tree::{JsonTree, NODE_LIMIT};
    use crate::capture::row::FactLine;

    #[derive(Default)]
    struct State {
        view: DetailView,
        actions: Vec<Action>,
        request: Option<DetailRequest>,
    }

    fn harness(detail: Detail) -> Harness<'static, State> {
        Harness::builder().with_size(vec2(420.0, 500.0)).with_context_setup(theme::install).build_ui_state(
            move |ui, state: &mut State| {
                let request = state.view.show(
                    ui,
                    Some(&detail),
                    Circumstances { offset_s: 0, can_send: true },
                    &mut state.actions,
                );
                state.request = request.or(state.request.take());
            },
            State::default(),
        )
    }

    fn sent() -> Detail {
        let text: Arc<str> = r#"{"type":"ping","uid":"p-1"}"#.into();
        let tree = Tree::Json(Arc::new(JsonTree::parse(&text, NODE_LIMIT).unwrap()));
        let row = Row {
            seq: 12,
            kind: "ping".into(),
            direction: Some(Direction::Out),
            size: Some(26),
            ..Row::default()
        };
        let facts = vec![FactLine::new("connection", "1")];
        Detail { row, text, tree, facts, answered_by: Some(13), ..Detail::default() }
    }

    #[test]
    fn a_sent_message_can_be_sent_again_or_edited() {
        let mut harness = harness(sent());
        harness.run();
        harness.get_by_label("#12 · ping");
        harness.get_by_label("Resend").click();
        harness.run();
        harness.get_by_label("Edit and resend").click();
        harness.run();
        harness.get_by_label_contains("answered by #13").click();
        harness.run();
        let state = harness.state();
        let text = r#"{"type":"ping","uid":"p-1"}"#.to_owned();
        assert_eq!(state.actions, [Action::Resend { seq: 12, text: text.clone() }, Action::GoTo(13)]);
        assert_eq!(state.request, Some(DetailRequest::Edit(text)));
    }

    #[test]
    fn what_came_in_can_be_copied_but_not_resent() {
        let mut detail = sent();
        detail.row.direction = Some(Direction::In);
        let mut harness = harness(detail);
        harness.run();
        assert!(harness.query_by_label("Resend").is_none());
        harness.get_by_label("Facts").click();
        harness.run();
        harness.get_by_label("1");
        harness.get_by_label("Copy text").click();
        harness.run();
        assert!(matches!(harness.state().actions[..], [Action::Copy(_)]));
    }
}
