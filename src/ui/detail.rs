//! `DetailView`: everything about the selected event, as a tree, as text, as bytes, as differences, as facts.

use egui::{Layout, Ui, vec2};
use lucide_icons::Icon;

use crate::capture::row::{Detail, Level, Tree};
use crate::capture::sheet::{Form, Sheet};
use crate::capture::study::{CopyForm, Study, StudyWish};
use crate::session::causes::CauseCard;
use crate::session::table::GapReport;
use crate::ui::action::Action;
use crate::ui::button::{Button, Look};
use crate::ui::command::Command;
use crate::ui::control::{choice_ui, hint_ui, notice_ui, section_ui, tabs_ui};
use crate::ui::copy_menu::{copy_menu_ui, copy_part};
use crate::ui::detail_parts::{explained_ui, facts_ui, head_ui, line_ui, margin};
use crate::ui::diff_view::DiffView;
use crate::ui::empty::empty_ui;
use crate::ui::gap_report::gap_line_ui;
use crate::ui::hex_view::HexView;
use crate::ui::json_view::JsonView;
use crate::ui::message_search::MessageSearch;
use crate::ui::text_view::{TextView, columns_in};
use crate::ui::theme;

/// Which side of the event is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DetailTab {
    /// The payload as a tree.
    #[default]
    Tree,
    /// The payload as text.
    Text,
    /// The payload as bytes.
    Hex,
    /// What differs from another event.
    Diff,
    /// What is known beside the payload.
    Facts,
}

const TABS: [(DetailTab, &str); 5] = [
    (DetailTab::Tree, "Tree"),
    (DetailTab::Text, "Text"),
    (DetailTab::Hex, "Hex"),
    (DetailTab::Diff, "Diff"),
    (DetailTab::Facts, "Facts"),
];

/// The chosen tab, and what each remembers.
#[derive(Clone, Debug, Default)]
pub struct DetailView {
    tab: DetailTab,
    form: Form,
    tree: JsonView,
    text: TextView,
    hex: HexView,
    diff: DiffView,
    search: MessageSearch,
}

/// What the view shows: the event, and what was prepared of it.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The selected event, once it is prepared.
    pub detail: Option<&'a Detail>,
    /// What was prepared of it, or of the one before.
    pub study: &'a Study,
    /// What was asked for last.
    pub wish: &'a StudyWish,
    /// Why the connection ended with the selected event, if it did.
    pub card: Option<&'a CauseCard>,
    /// What a subscription missed before it was restored, if this event is its `init`.
    pub gap: Option<&'a GapReport>,
}

/// What the view needs to know beside the event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Circumstances {
    /// The zone's distance from UTC in seconds.
    pub offset_s: i32,
    /// There is a connection to send on.
    pub can_send: bool,
    /// The marked event.
    pub marked: Option<u64>,
}

/// What the shell must do with the detail itself.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum DetailRequest {
    /// Put this text into the compose box.
    Edit(String),
}

impl DetailView {
    /// Opens the search inside the message.
    pub fn find(&mut self) {
        if !matches!(self.tab, DetailTab::Tree | DetailTab::Text) {
            self.tab = DetailTab::Text;
        }
        self.search.open();
    }

    /// Paints the event, or what to do while nothing is selected.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        subject: Subject<'_>,
        circumstances: Circumstances,
        actions: &mut Vec<Action>,
    ) -> Option<DetailRequest> {
        self.tabs_ui(ui);
        line_ui(ui);
        let Some(detail) = subject.detail else {
            empty_ui(
                ui,
                Icon::ListTree,
                "Nothing selected",
                "Click a row of the log, or press ↑ and ↓, to see what crossed the wire",
            );
            return None;
        };
        let wish = self.wish(ui, detail, circumstances.marked);
        if wish != *subject.wish {
            actions.push(Action::Study(wish));
        }
        let nothing = Study::default();
        // What was prepared of another event must not be shown as this one's.
        let study = if subject.study.seq == detail.row.seq { subject.study } else { &nothing };
        head_ui(ui, detail, circumstances.offset_s, actions);
        if let Some(gap) = subject.gap {
            margin(ui, |ui| gap_line_ui(ui, gap));
        }
        line_ui(ui);
        let request = self.foot_ui(ui, (detail, subject.card), circumstances.can_send, actions);
        if matches!(self.tab, DetailTab::Tree | DetailTab::Text) {
            let hit = self.search.show(ui, detail.row.seq, study.hits.as_deref());
            if let Some(hit) = hit {
                self.tree.reveal(hit.start);
                self.text.reveal(hit.start);
            }
        }
        match self.tab {
            DetailTab::Tree if subject.card.is_some() => explained_ui(ui, detail, subject.card, actions),
            DetailTab::Tree => self.tree_ui(ui, detail, study, actions),
            DetailTab::Text => self.text_tab_ui(ui, detail, study, actions),
            DetailTab::Hex if detail.bytes().is_empty() => no_payload_ui(ui),
            DetailTab::Hex => self.hex.show(ui, detail.row.seq, detail.bytes(), actions),
            DetailTab::Diff => {
                let compared = (study.comparison.as_deref(), circumstances.marked);
                self.diff.show(ui, detail.row.seq, compared, actions);
            }
            DetailTab::Facts => explained_ui(ui, detail, subject.card, actions),
        }
        request
    }

    fn tabs_ui(&mut self, ui: &mut Ui) {
        let size = vec2(ui.available_width(), theme::TOOL_BAR_HEIGHT);
        ui.allocate_ui_with_layout(size, Layout::left_to_right(egui::Align::Center), |ui| {
            ui.add_space(14.0);
            if let Some(tab) = tabs_ui(ui, self.tab, &TABS) {
                self.tab = tab;
            }
            ui.with_layout(Layout::right_to_left(egui::Align::Center), |ui| {
                ui.add_space(8.0);
                let button = Button::icon(Icon::TextSearch, "Find in message").look(Look::Quiet);
                if button.show(ui).on_hover_text(Command::FindInMessage.tip()).clicked() {
                    self.find();
                }
            });
        });
    }

    /// What must be prepared for what is shown.
    fn wish(&self, ui: &Ui, detail: &Detail, marked: Option<u64>) -> StudyWish {
        let columns = columns_in(ui, ui.available_width());
        let is_json = matches!(detail.tree, Tree::Json(_));
        let sheet = match self.tab {
            DetailTab::Text if is_json => Some((self.form, columns)),
            DetailTab::Text => Some((Form::Exact, columns)),
            // What is no JSON is shown as text there.
            DetailTab::Tree if !is_json => Some((Form::Exact, columns)),
            DetailTab::Tree | DetailTab::Hex | DetailTab::Diff | DetailTab::Facts => None,
        };
        let searches = matches!(self.tab, DetailTab::Tree | DetailTab::Text);
        let compares = self.tab == DetailTab::Diff;
        StudyWish {
            sheet,
            search: if searches { self.search.wanted().to_owned() } else { String::new() },
            against: self.diff.against(marked).filter(|_| compares),
            patience: self.diff.patience(detail.row.seq),
        }
    }

    fn tree_ui(&mut self, ui: &mut Ui, detail: &Detail, study: &Study, actions: &mut Vec<Action>) {
        match &detail.tree {
            Tree::Json(tree) => {
                if !tree.is_complete() {
                    margin(ui, |ui| {
                        notice_ui(ui, Level::Warning, "Too large for a whole tree: the rest is in Text");
                    });
                }
                ui.add_space(6.0);
                let marks = self.search.marks(study.hits.as_deref());
                self.tree.show(ui, detail.row.seq, (&detail.text, tree, marks), actions);
            }
            Tree::NotJson(error) => {
                margin(ui, |ui| notice_ui(ui, Level::Warning, &format!("Not JSON: {error}")));
                self.sheet_ui(ui, study.sheet.as_deref(), study, actions);
            }
            Tree::None if detail.binary => {
                margin(ui, |ui| hint_ui(ui, "Binary: its bytes are under Hex, its base64 under Text"));
                facts_ui(ui, detail, actions);
            }
            Tree::None => facts_ui(ui, detail, actions),
        }
    }

    fn text_tab_ui(&mut self, ui: &mut Ui, detail: &Detail, study: &Study, actions: &mut Vec<Action>) {
        if detail.text.is_empty() {
            return no_payload_ui(ui);
        }
        let mut form = Form::Exact;
        if matches!(detail.tree, Tree::Json(_)) {
            margin(ui, |ui| {
                choice_ui(ui, &mut self.form, &[(Form::Exact, "Exact"), (Form::Formatted, "Formatted")]);
            });
            form = self.form;
        } else if detail.binary {
            margin(ui, |ui| hint_ui(ui, "Binary: this is its base64"));
        }
        let sheet = study.sheet.as_deref().filter(|sheet| sheet.form == form);
        if sheet.is_some_and(|sheet| sheet.unformatted) {
            margin(ui, |ui| {
                notice_ui(ui, Level::Warning, "Nested too deeply to be indented: this is the exact text");
            });
        }
        self.sheet_ui(ui, sheet, study, actions);
    }

    fn sheet_ui(&mut self, ui: &mut Ui, sheet: Option<&Sheet>, study: &Study, actions: &mut Vec<Action>) {
        let Some(sheet) = sheet else {
            margin(ui, |ui| hint_ui(ui, "Being laid out…"));
            return;
        };
        let marks = self.search.marks(study.hits.as_deref());
        self.text.show(ui, study.seq, (sheet, marks), actions);
    }

    /// What can be done with the event, at the lower edge; above it what the event means.
    fn foot_ui(
        &self,
        ui: &mut Ui,
        (detail, card): (&Detail, Option<&CauseCard>),
        can_send: bool,
        actions: &mut Vec<Action>,
    ) -> Option<DetailRequest> {
        let mut request = None;
        let frame = egui::Frame::new().inner_margin(egui::Margin::symmetric(12, 8));
        egui::Panel::bottom("detail foot").frame(frame).show(ui, |ui| {
            if !detail.meaning.is_empty() && card.is_none() && self.tab != DetailTab::Facts {
                section_ui(ui, "What this is", |_| {});
                for sentence in &detail.meaning {
                    hint_ui(ui, sentence);
                }
                ui.add_space(theme::GAP);
            }
            ui.horizontal_wrapped(|ui| {
                let has_text = !detail.text.is_empty();
                if Button::new("Copy text").with_icon(Icon::Copy).enabled(has_text).show(ui).clicked() {
                    actions.push(copy_part(&detail.text, CopyForm::Exact));
                }
                copy_menu_ui(ui, detail, self.tree.chosen(detail.row.seq), actions);
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

fn no_payload_ui(ui: &mut Ui) {
    empty_ui(ui, Icon::FileText, "No payload", "This event carries no message; see Facts");
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::*;
    use crate::capture::event::Direction;
    use crate::capture::json_tree::{JsonTree, NODE_LIMIT};
    use crate::capture::row::{FactLine, Row};
    use crate::capture::sheet::Hits;
    use crate::directus::snippet::Language;

    #[derive(Default)]
    struct State {
        view: DetailView,
        actions: Vec<Action>,
        request: Option<DetailRequest>,
        study: Study,
        wish: StudyWish,
    }

    impl State {
        /// What the engine does, but at once.
        fn prepare(&mut self, detail: &Detail) {
            for action in &self.actions {
                if let Action::Study(wish) = action {
                    self.wish = wish.clone();
                }
            }
            self.actions.retain(|action| !matches!(action, Action::Study(_)));
            let sheet =
                self.wish.sheet.map(|(form, columns)| Arc::new(Sheet::new(&detail.text, form, columns)));
            let form = sheet.as_ref().map_or(Form::Exact, |sheet| sheet.form);
            let text = sheet.as_ref().map_or(&detail.text, |sheet| &sheet.text);
            let hits = Hits::of(text, &self.wish.search, form);
            let hits = (!hits.wanted.is_empty()).then(|| Arc::new(hits));
            self.study = Study { seq: detail.row.seq, sheet, hits, comparison: None };
        }
    }

    fn harness(detail: Detail) -> Harness<'static, State> {
        Harness::builder().with_size(vec2(420.0, 500.0)).with_context_setup(theme::install).build_ui_state(
            move |ui, state: &mut State| {
                state.prepare(&detail);
                let State { view, actions, study, wish, .. } = state;
                let subject = Subject { detail: Some(&detail), study, wish, card: None, gap: None };
                let circumstances = Circumstances { can_send: true, ..Circumstances::default() };
                let request = view.show(ui, subject, circumstances, actions);
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

    #[test]
    fn the_text_is_shown_exactly_or_formatted() {
        let mut detail = sent();
        let text: Arc<str> = format!(r#"{{"type":"ping","uid":"{}"}}"#, "x".repeat(80)).into();
        detail.tree = Tree::Json(Arc::new(JsonTree::parse(&text, NODE_LIMIT).unwrap()));
        detail.text = text;
        let mut harness = harness(detail);
        harness.run();
        harness.get_by_label("Text").click();
        harness.run();
        harness.get_by_label_contains(r#"{"type":"ping","#);
        harness.get_by_label("Formatted").click();
        harness.run();
        harness.get_by_label(r#"  "type": "ping","#);
        harness.get_by_label("Hex").click();
        harness.run();
        harness.get_by_label_contains("7b 22 74 79");
    }

    #[test]
    fn a_search_counts_and_steps_through_its_hits() {
        let mut harness = harness(sent());
        harness.run();
        harness.get_by_label("Find in message").click();
        harness.run();
        harness.get_by_role(egui::accesskit::Role::TextInput).type_text("p");
        harness.run();
        harness.get_by_label("1 of 3");
        harness.get_by_label("Next hit").click();
        harness.run();
        harness.get_by_label("2 of 3");
        for _ in 0..2 {
            harness.get_by_label("Previous hit").click();
            harness.run();
        }
        harness.get_by_label("3 of 3");
        harness.get_by_role(egui::accesskit::Role::TextInput).focus();
        harness.run();
        harness.get_by_role(egui::accesskit::Role::TextInput).type_text("q");
        harness.run();
        harness.get_by_label("not found");
        harness.get_by_label("Close find in message").click();
        harness.run();
        assert!(harness.query_by_label("not found").is_none());
        assert_eq!(harness.state().wish.search, "");
    }

    #[test]
    fn every_form_can_be_copied() {
        let mut harness = harness(sent());
        harness.run();
        harness.get_by_label("type: \"ping\"").click();
        harness.run();
        let mut copied = Vec::new();
        for name in [
            "Exact text",
            "Formatted JSON",
            "Value of the chosen line",
            "Path of the chosen line",
            "Hex",
            "Line of the capture",
            "websocat",
        ] {
            harness.get_by_label("Copy as…").click();
            harness.run();
            let mut items: Vec<_> = harness.get_all_by_label(name).collect();
            items.pop().unwrap().click();
            harness.run();
            copied.push(harness.state_mut().actions.pop().unwrap());
        }
        assert_eq!(
            copied,
            [
                Action::Copy(sent().text.to_string()),
                Action::CopyAs(CopyForm::Formatted),
                Action::Copy("\"ping\"".to_owned()),
                Action::Copy("$.type".to_owned()),
                Action::CopyAs(CopyForm::Hex),
                Action::CopyAs(CopyForm::Line),
                Action::CopyAs(CopyForm::Code(Language::Websocat)),
            ]
        );
    }

    #[test]
    fn headers_are_listed_and_copied() {
        let headers = vec![
            FactLine::new("sec-websocket-extensions", "permessage-deflate"),
            FactLine::new("set-cookie", "[masked 1]"),
        ];
        let mut harness = harness(Detail { headers, ..Detail::default() });
        harness.run();
        harness.get_by_label("sec-websocket-extensions: permessage-deflate");
        harness.get_by_label("Copy headers").click();
        harness.run();
        let text = "sec-websocket-extensions: permessage-deflate\nset-cookie: [masked 1]\n";
        assert_eq!(harness.state().actions, [Action::Copy(text.to_owned())]);
    }

    #[test]
    fn the_diff_asks_for_what_it_shows() {
        let mut harness = harness(sent());
        harness.run();
        assert_eq!(harness.state().wish.against, None);
        harness.get_by_label("Diff").click();
        harness.run();
        let item = crate::capture::study::Against::PreviousOfItem;
        assert_eq!(harness.state().wish.against, Some(item));
        assert_eq!(harness.state().wish.sheet, None, "nothing is laid out that nobody sees");
    }
}
