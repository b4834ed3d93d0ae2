//! `DiffView`: what differs between two messages, as a tree of changes.

use std::collections::BTreeSet;

use egui::accesskit::Role;
use egui::{RichText, Sense, Ui, WidgetInfo, vec2};
use lucide_icons::Icon;

use crate::capture::json_diff::{Change, ChangeKind, Totals};
use crate::capture::row::Level;
use crate::capture::study::{Against, Compared, Comparison, Outcome};
use crate::directus::shown;
use crate::ui::action::Action;
use crate::ui::button::Button;
use crate::ui::control::{choice_ui, field_ui, hint_ui, notice_ui};
use crate::ui::diff_line::{LineUi, Part};
use crate::ui::figures::{count, counted};
use crate::ui::log_scroll::Extent;
use crate::ui::scroller::Scroller;
use crate::ui::theme::{self, tokens};

const LINE_HEIGHT: f32 = 19.5;
/// Two values that are longer together stand on two lines.
const SIDE_BY_SIDE: usize = 40;

/// What the user chose to compare with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Choice {
    #[default]
    Item,
    Subscription,
    Marked,
    Number,
}

/// What is compared with, what is folded, where the list stands.
#[derive(Clone, Debug, Default)]
pub struct DiffView {
    choice: Choice,
    number: String,
    /// How often the user went on looking, and for which event.
    patience: (u64, u32),
    subject: Option<(u64, u64)>,
    toggled: BTreeSet<u32>,
    lines: Vec<Line>,
    scroller: Scroller,
}

/// A line of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Line {
    /// Index of its change.
    change: u32,
    part: Part,
}

impl DiffView {
    /// What to compare the event `seq` with; `None` while nothing is chosen that exists.
    #[must_use]
    pub fn against(&self, marked: Option<u64>) -> Option<Against> {
        match self.choice {
            Choice::Item => Some(Against::PreviousOfItem),
            Choice::Subscription => Some(Against::PreviousOfSubscription),
            Choice::Marked => marked.map(Against::Event),
            Choice::Number => {
                let digits: String = self.number.chars().filter(char::is_ascii_digit).collect();
                digits.parse().ok().map(Against::Event)
            }
        }
    }

    /// How often the user went on looking for the event to compare `seq` with.
    #[must_use]
    pub fn patience(&self, seq: u64) -> u32 {
        if self.patience.0 == seq { self.patience.1 } else { 0 }
    }

    /// Paints the comparison of the event `seq` into all the room there is.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        seq: u64,
        (comparison, marked): (Option<&Comparison>, Option<u64>),
        actions: &mut Vec<Action>,
    ) {
        egui::Frame::new().inner_margin(egui::Margin::symmetric(14, 8)).show(ui, |ui| {
            self.choice_ui(ui, marked);
            let against = self.against(marked);
            let comparison = comparison.filter(|comparison| Some(comparison.against) == against);
            match comparison.map(|comparison| &comparison.outcome) {
                None => {}
                Some(Outcome::Looking { passed }) => {
                    hint_ui(ui, &format!("Looking… {} passed", counted(*passed, "event")));
                }
                Some(Outcome::Missing { passed, more, .. }) => self.missing_ui(ui, seq, (*passed, *more)),
                Some(Outcome::Unfit(sentence)) => notice_ui(ui, Level::Warning, sentence),
                Some(Outcome::Found(compared)) => heading_ui(ui, seq, compared, actions),
            }
        });
        let against = self.against(marked);
        if let Some(Comparison { outcome: Outcome::Found(compared), .. }) =
            comparison.filter(|comparison| Some(comparison.against) == against)
        {
            self.list_ui(ui, seq, compared, actions);
        }
    }

    fn choice_ui(&mut self, ui: &mut Ui, marked: Option<u64>) {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = vec2(8.0, 6.0);
            choice_ui(
                ui,
                &mut self.choice,
                &[
                    (Choice::Item, "Same item"),
                    (Choice::Subscription, "Subscription"),
                    (Choice::Marked, "Marked row"),
                    (Choice::Number, "Number"),
                ],
            );
            if self.choice == Choice::Number {
                let size = vec2(110.0, theme::CONTROL_HEIGHT);
                ui.allocate_ui(size, |ui| {
                    field_ui(ui, "Number of the event to compare with", &mut self.number, "#", theme::mono());
                });
            }
        });
        match self.choice {
            Choice::Item => hint_ui(ui, "Against the event before about the same item"),
            Choice::Subscription => hint_ui(ui, "Against the event before of the same subscription"),
            Choice::Marked if marked.is_none() => {
                hint_ui(ui, "No row is marked. Mark one in the log, then select another")
            }
            Choice::Marked => hint_ui(ui, "Against the marked row"),
            Choice::Number => hint_ui(ui, "Against the event with this number"),
        };
    }

    fn missing_ui(&mut self, ui: &mut Ui, seq: u64, (passed, more): (u64, bool)) {
        if !more {
            hint_ui(ui, &format!("None: looked at all {} before", counted(passed, "event")));
            return;
        }
        hint_ui(ui, &format!("None so far: looked at {} before", counted(passed, "event")));
        if Button::new("Look further").with_icon(Icon::Search).show(ui).clicked() {
            self.patience = (seq, self.patience(seq) + 1);
        }
    }

    fn list_ui(&mut self, ui: &mut Ui, seq: u64, compared: &Compared, actions: &mut Vec<Action>) {
        if self.subject != Some((seq, compared.old_seq)) || self.lines.is_empty() {
            self.subject = Some((seq, compared.old_seq));
            self.toggled.clear();
            self.scroller = Scroller::default();
            self.unfold(compared);
        }
        let rect = ui.available_rect_before_wrap();
        ui.allocate_rect(rect, Sense::hover());
        let list = ui.interact(rect, ui.make_persistent_id("changes"), Sense::hover());
        list.widget_info(|| WidgetInfo::labeled(Role::Tree, true, "Changes"));
        let rows = u64::try_from(self.lines.len()).unwrap_or(u64::MAX);
        let extent = Extent { rows, height: rect.height(), row_height: LINE_HEIGHT };
        let mut scroller = std::mem::take(&mut self.scroller);
        let mut toggle = None;
        scroller.show(ui, &list, extent, |ui, rect, row| {
            let line = usize::try_from(row).ok().and_then(|row| self.lines.get(row)).copied();
            let Some((line, change)) = line.and_then(|line| Some((line, at(compared, line.change)?))) else {
                return;
            };
            let folded = !self.is_open(line.change, change);
            let painted = LineUi { compared, change, part: line.part, folded };
            let id = list.id.with((line.change, line.part == Part::New));
            if painted.show(ui, rect, id, actions).clicked() && is_foldable(change) {
                toggle = Some(line.change);
            }
        });
        self.scroller = scroller;
        if let Some(index) = toggle {
            if !self.toggled.remove(&index) {
                self.toggled.insert(index);
            }
            self.unfold(compared);
        }
    }

    /// Runs of equal values begin folded, containers with changes open.
    fn is_open(&self, index: u32, change: &Change) -> bool {
        (change.kind == ChangeKind::Inside) != self.toggled.contains(&index)
    }

    fn unfold(&mut self, compared: &Compared) {
        self.lines.clear();
        let mut index = 0;
        while let Some(change) = at(compared, index) {
            let line = |part| Line { change: index, part };
            let painted = LineUi { compared, change, part: Part::Both, folded: false };
            if change.kind == ChangeKind::Changed && painted.length() > SIDE_BY_SIDE {
                self.lines.extend([line(Part::Old), line(Part::New)]);
            } else {
                self.lines.push(line(Part::Both));
            }
            index = if is_foldable(change) && self.is_open(index, change) { index + 1 } else { change.after };
        }
    }
}

fn at(compared: &Compared, index: u32) -> Option<&Change> {
    compared.diff.changes.get(usize::try_from(index).ok()?)
}

fn is_foldable(change: &Change) -> bool {
    matches!(change.kind, ChangeKind::Inside | ChangeKind::Run)
}

fn heading_ui(ui: &mut Ui, seq: u64, compared: &Compared, actions: &mut Vec<Action>) {
    let t = tokens(ui);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(4.0, 2.0);
        let old = RichText::new(format!("#{}", count(compared.old_seq))).color(t.accent);
        if ui.link(old).on_hover_text("Select that row").clicked() {
            actions.push(Action::GoTo(compared.old_seq));
        }
        let what = match &compared.item {
            Some(item) => format!("→ #{} · item {}", count(seq), shown(item)),
            None => format!("→ #{} · whole messages", count(seq)),
        };
        ui.label(what);
        ui.label(RichText::new(format!("· {}", in_words(compared.diff.totals))).color(t.dim));
    });
}

/// The totals in words.
fn in_words(totals: Totals) -> String {
    let parts = [
        (totals.changed, "changed"),
        (totals.added, "added"),
        (totals.removed, "removed"),
        (totals.moved, "moved"),
        (totals.respelled, "spelled another way"),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| format!("{} {word}", count(u64::from(number))))
        .collect();
    if parts.is_empty() { "nothing differs".to_owned() } else { parts.join(", ") }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::*;
    use crate::capture::json_tree::{JsonTree, NODE_LIMIT};
    use crate::capture::row::{Detail, Row, Tree};

    fn detail(seq: u64, text: &str) -> Detail {
        let tree = Tree::Json(Arc::new(JsonTree::parse(text, NODE_LIMIT).unwrap()));
        Detail { row: Row { seq, ..Row::default() }, text: text.into(), tree, ..Detail::default() }
    }

    fn found(old: &str, new: &str) -> Outcome {
        let compared = Compared::of(&detail(3, old), &detail(9, new), Some("7")).unwrap();
        Outcome::Found(Box::new(compared))
    }

    fn harness(outcome: Outcome) -> Harness<'static, (DiffView, Vec<Action>)> {
        let comparison = Comparison { against: Against::PreviousOfItem, outcome };
        let mut harness = Harness::builder()
            .with_size(vec2(520.0, 400.0))
            .with_context_setup(theme::install)
            .build_ui_state(
                move |ui, (view, actions): &mut (DiffView, Vec<Action>)| {
                    view.show(ui, 9, (Some(&comparison), None), actions);
                },
                Default::default(),
            );
        harness.run();
        harness
    }

    #[test]
    fn changes_are_listed_and_the_rest_is_folded() {
        let mut harness = harness(found(
            r#"{"data":[{"id":7,"status":"draft","total":1.0,"tags":["a"],"gone":0}]}"#,
            r#"{"data":[{"id":7,"status":"open","total":1,"tags":["a","b"]}]}"#,
        ));
        harness.get_by_label("→ #9 · item 7");
        harness.get_by_label("· 1 changed, 1 added, 1 removed, 1 spelled another way");
        harness.get_by_label("changed status: \"draft\" → \"open\"");
        harness.get_by_label("spelled another way total: 1.0 → 1  same number");
        harness.get_by_label("tags: […] 1 change");
        harness.get_by_label("added [1]: \"b\"");
        harness.get_by_label("removed gone: 0");
        assert!(harness.query_by_label("same id: 7").is_none());
        harness.get_all_by_label("1 unchanged").next().unwrap().click();
        harness.run();
        harness.get_by_label("same id: 7");
        harness.get_by_label("#3").click();
        harness.run();
        assert_eq!(harness.state().1, [Action::GoTo(3)]);
    }

    #[test]
    fn long_values_stand_on_two_lines_from_where_they_part() {
        let text = |word: &str| format!(r#"{{"data":{{"id":7,"note":"{}ö {word}"}}}}"#, "same ".repeat(100));
        let harness = harness(found(&text("hare"), &text("wire")));
        harness.get_by_label("changed note: …me same same ö hare\"");
        harness.get_by_label("→ …me same same ö wire\"");
    }

    #[test]
    fn a_value_of_either_side_can_be_copied() {
        let mut harness = harness(found(r#"{"data":{"id":7,"a":1}}"#, r#"{"data":{"id":7,"a":2}}"#));
        for (words, copied) in [("Copy old value", "1"), ("Copy new value", "2"), ("Copy path", "$.data.a")] {
            harness.get_by_label("changed a: 1 → 2").click_secondary();
            harness.run();
            harness.get_by_label(words).click();
            harness.run();
            assert_eq!(harness.state_mut().1.pop(), Some(Action::Copy(copied.to_owned())));
        }
    }

    #[test]
    fn a_search_without_a_find_can_go_on() {
        let mut harness = harness(Outcome::Missing { passed: 200_000, more: true, patience: 0 });
        harness.get_by_label_contains("None so far: looked at 200\u{a0}000 events");
        harness.get_by_label("Look further").click();
        harness.run();
        assert_eq!((harness.state().0.patience(9), harness.state().0.patience(8)), (1, 0));
    }

    #[test]
    fn one_compares_with_a_number_or_the_marked_row() {
        let mut harness = harness(Outcome::Looking { passed: 1 });
        harness.get_by_label("Number").click();
        harness.run();
        assert_eq!(harness.state().0.against(None), None);
        harness.get_by_label("Number of the event to compare with").focus();
        harness.run();
        harness.get_by_label("Number of the event to compare with").type_text("#12");
        harness.run();
        assert_eq!(harness.state().0.against(None), Some(Against::Event(12)));
        harness.get_by_label("Marked row").click();
        harness.run();
        harness.get_by_label_contains("No row is marked");
        assert_eq!(harness.state().0.against(Some(4)), Some(Against::Event(4)));
    }
}
