//! `JsonView`: a payload as a tree that folds, showing the exact text of every key and value.

use std::collections::BTreeSet;
use std::ops::Range;

use egui::accesskit::Role;
use egui::text::LayoutJob;
use egui::{
    Color32, EventFilter, Key, Modifiers, Rect, Response, Sense, TextFormat, Ui, WidgetInfo, pos2, vec2,
};
use lucide_icons::Icon;

use crate::capture::json_path::{name, path_of};
use crate::capture::json_tree::{JsonTree, Node, NodeKind, slice};
use crate::capture::sheet::Form;
use crate::capture::study::CopyForm;
use crate::ui::action::Action;
use crate::ui::control::paint_icon;
use crate::ui::copy_menu::copy_part;
use crate::ui::figures::counted;
use crate::ui::json_highlight::Token;
use crate::ui::log_scroll::{Anchor, Extent};
use crate::ui::scroller::Scroller;
use crate::ui::text_view::{Marks, push_marked};
use crate::ui::theme::{self, Tokens, tokens};

/// Height of a line, points.
const LINE_HEIGHT: f32 = 19.5;
/// Points a level is moved to the right.
const INDENT: f32 = 14.0;
/// Deeper levels stop moving right, or ten thousand of them would leave the window.
const DEEPEST_INDENT: u32 = 24;
/// Longer values are cut on screen; Copy takes all.
const SHOWN_BYTES: usize = 400;
/// Containers this deep, or with more members, start folded.
const OPEN_DEPTH: u32 = 6;
const OPEN_CHILDREN: u32 = 100;

/// Which lines are folded, where the tree stands.
#[derive(Clone, Debug, Default)]
pub struct JsonView {
    subject: Option<u64>,
    toggled: BTreeSet<u32>,
    lines: Vec<Line>,
    cursor: usize,
    /// The node that was clicked or reached by key.
    chosen: Option<u32>,
    scroller: Scroller,
    reveal: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Line {
    node: u32,
    closing: bool,
}

fn to_usize(value: u32) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}

impl JsonView {
    /// Brings the byte at `offset` of the text into sight with the next frame, unfolding what hides it.
    pub fn reveal(&mut self, offset: u32) {
        self.reveal = Some(offset);
    }

    /// The node that was clicked or reached by key, of the event `subject`.
    #[must_use]
    pub fn chosen(&self, subject: u64) -> Option<usize> {
        self.chosen.filter(|_| self.subject == Some(subject)).map(to_usize)
    }

    /// Paints the tree of the event `subject` into all the room there is.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        subject: u64,
        (text, tree, marks): (&str, &JsonTree, Option<Marks<'_>>),
        actions: &mut Vec<Action>,
    ) {
        let marks = marks.filter(|marks| marks.hits.form == Form::Exact);
        if self.subject != Some(subject) {
            *self = Self { subject: Some(subject), reveal: self.reveal, ..Self::default() };
            self.unfold(tree);
        }
        let rect = ui.available_rect_before_wrap();
        ui.allocate_rect(rect, Sense::hover());
        let id = ui.make_persistent_id("json tree");
        let list = ui.interact(rect, id, Sense::click());
        list.widget_info(|| WidgetInfo::labeled(Role::Tree, true, "JSON tree"));
        let rows = u64::try_from(self.lines.len()).unwrap_or(u64::MAX);
        let extent = Extent { rows, height: rect.height(), row_height: LINE_HEIGHT };
        if list.has_focus() {
            let filter =
                EventFilter { vertical_arrows: true, horizontal_arrows: true, ..EventFilter::default() };
            ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
            self.keys(ui, tree, extent);
        }
        let extent = self.bring_into_sight(tree, extent);
        let mut scroller = std::mem::take(&mut self.scroller);
        let mut toggle = None;
        scroller.show(ui, &list, extent, |ui, rect, row| {
            let Some(line) = usize::try_from(row).ok().and_then(|row| self.lines.get(row)).copied() else {
                return;
            };
            let Some(node) = tree.nodes().get(to_usize(line.node)) else { return };
            let is_cursor = list.has_focus() && usize::try_from(row).is_ok_and(|row| row == self.cursor);
            let is_chosen = self.chosen == Some(line.node) && !line.closing;
            let folded = !self.is_open(line.node, node);
            let painted = LineUi { text, tree, node, line, folded, is_cursor: is_cursor || is_chosen, marks };
            let response = painted.show(ui, rect, list.id, actions);
            if response.clicked() {
                list.request_focus();
                self.cursor = usize::try_from(row).unwrap_or(0);
                self.chosen = Some(line.node);
                toggle = node.kind.is_container().then_some(line.node);
            }
        });
        self.scroller = scroller;
        if let Some(node) = toggle {
            self.toggle(node, tree);
        }
    }

    /// Unfolds what hides the place to reveal, and scrolls there. Returns the extent of what is open then.
    fn bring_into_sight(&mut self, tree: &JsonTree, extent: Extent) -> Extent {
        let Some(offset) = self.reveal.take() else { return extent };
        let Some(found) = tree.node_at(to_usize(offset)) else { return extent };
        let ancestry = tree.ancestry(found);
        let above = ancestry.split_last().map_or(&[][..], |(_, above)| above);
        for &index in above {
            let (Ok(number), Some(node)) = (u32::try_from(index), tree.nodes().get(index)) else { continue };
            if !self.is_open(number, node) && !self.toggled.remove(&number) {
                self.toggled.insert(number);
            }
        }
        self.unfold(tree);
        let line = self.lines.iter().position(|line| to_usize(line.node) == found);
        self.cursor = line.unwrap_or(self.cursor);
        self.chosen = u32::try_from(found).ok();
        let rows = u64::try_from(self.lines.len()).unwrap_or(u64::MAX);
        let extent = Extent { rows, ..extent };
        let row = u64::try_from(self.cursor).unwrap_or(0);
        self.scroller.anchor = self.scroller.anchor.centred(row, extent);
        extent
    }

    fn is_open(&self, index: u32, node: &Node) -> bool {
        let by_default = node.depth < OPEN_DEPTH && (node.depth == 0 || node.children <= OPEN_CHILDREN);
        by_default != self.toggled.contains(&index)
    }

    fn toggle(&mut self, node: u32, tree: &JsonTree) {
        if !self.toggled.remove(&node) {
            self.toggled.insert(node);
        }
        self.unfold(tree);
    }

    /// Lists the lines of all that is open.
    fn unfold(&mut self, tree: &JsonTree) {
        self.lines.clear();
        let mut closing: Vec<(u32, u32)> = Vec::new();
        let mut index = 0;
        while let Some(node) = tree.nodes().get(to_usize(index)) {
            while let Some(&(open, _)) = closing.last().filter(|(_, after)| *after <= index) {
                self.lines.push(Line { node: open, closing: true });
                closing.pop();
            }
            self.lines.push(Line { node: index, closing: false });
            if node.kind.is_container() && node.children > 0 && self.is_open(index, node) {
                closing.push((index, node.after));
                index += 1;
            } else {
                index = node.after;
            }
        }
        let rest = closing.into_iter().rev().map(|(node, _)| Line { node, closing: true });
        self.lines.extend(rest);
        self.cursor = self.cursor.min(self.lines.len().saturating_sub(1));
    }

    fn keys(&mut self, ui: &Ui, tree: &JsonTree, extent: Extent) {
        let last = self.lines.len().saturating_sub(1);
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        let before = self.cursor;
        if pressed(Key::ArrowDown) {
            self.cursor = (self.cursor + 1).min(last);
        }
        if pressed(Key::ArrowUp) {
            self.cursor = self.cursor.saturating_sub(1);
        }
        let Some(line) = self.lines.get(self.cursor).copied() else { return };
        let Some(node) = tree.nodes().get(to_usize(line.node)) else { return };
        let open = self.is_open(line.node, node);
        if node.kind.is_container()
            && ((pressed(Key::ArrowRight) && !open) || (pressed(Key::ArrowLeft) && open))
        {
            self.toggle(line.node, tree);
        }
        if self.cursor != before {
            self.chosen = self.lines.get(self.cursor).map(|line| line.node);
            let row = u64::try_from(self.cursor).unwrap_or(0);
            self.scroller.anchor = Anchor::showing(self.scroller.anchor, row, extent);
        }
    }
}

struct LineUi<'a> {
    text: &'a str,
    tree: &'a JsonTree,
    node: &'a Node,
    line: Line,
    folded: bool,
    is_cursor: bool,
    marks: Option<Marks<'a>>,
}

impl LineUi<'_> {
    fn show(&self, ui: &mut Ui, rect: Rect, list: egui::Id, actions: &mut Vec<Action>) -> Response {
        let t = tokens(ui);
        let id = list.with((self.line.node, self.line.closing));
        let response = ui.interact(rect, id, Sense::CLICK);
        let depth = self.node.depth.min(DEEPEST_INDENT);
        let left = rect.left() + 20.0 + INDENT * f32::from(u8::try_from(depth).unwrap_or(0));
        let job = self.job(t);
        response.widget_info(|| WidgetInfo::labeled(Role::TreeItem, true, &job.text));
        if response.hovered() || self.is_cursor {
            ui.painter().rect_filled(rect.shrink2(vec2(4.0, 0.0)), 4.0, t.raised);
        }
        if self.node.kind.is_container() && self.node.children > 0 && !self.line.closing {
            let icon = if self.folded { Icon::ChevronRight } else { Icon::ChevronDown };
            paint_icon(ui, pos2(left - 9.0, rect.center().y), icon, 11.0, t.faint);
        }
        let galley = ui.painter().layout_job(job);
        ui.painter().galley(pos2(left, rect.center().y - galley.size().y / 2.0), galley, t.text);
        if !self.line.closing {
            self.menu(&response, actions);
        }
        response
    }

    fn menu(&self, response: &Response, actions: &mut Vec<Action>) {
        response.context_menu(|ui| {
            if ui.button("Copy value").clicked() {
                actions.push(copy_part(slice(self.text, &self.node.value), CopyForm::Value(self.line.node)));
                ui.close();
            }
            if self.node.key.end > 0 && ui.button("Copy key").clicked() {
                let key = slice(self.text, &self.node.key);
                actions.push(Action::Copy(name(key)));
                ui.close();
            }
            if ui.button("Copy path").clicked() {
                actions.push(Action::Copy(path_of(self.text, self.tree, to_usize(self.line.node))));
                ui.close();
            }
        });
    }

    fn job(&self, t: &Tokens) -> LayoutJob {
        let mut job = LayoutJob::default();
        job.wrap.max_rows = 1;
        job.break_on_newline = false;
        let add = |job: &mut LayoutJob, text: &str, colour: Color32| {
            job.append(text, 0.0, TextFormat::simple(theme::mono(), colour));
        };
        let (open, close, noun) = match self.node.kind {
            NodeKind::Object => ("{", "}", "key"),
            NodeKind::Array if self.has_rows() => ("[", "]", "row"),
            NodeKind::Array => ("[", "]", "value"),
            NodeKind::String | NodeKind::Number | NodeKind::Bool | NodeKind::Null => ("", "", ""),
        };
        if self.line.closing {
            add(&mut job, close, t.text);
            return job;
        }
        let key = &self.node.key;
        if key.end > key.start + 1 {
            self.push(&mut job, key.start + 1..key.end - 1, Token::Key, t);
            add(&mut job, ": ", t.text);
        }
        if !self.node.kind.is_container() {
            let token = match self.node.kind {
                NodeKind::String => Token::String,
                NodeKind::Number => Token::Number,
                NodeKind::Bool | NodeKind::Null | NodeKind::Object | NodeKind::Array => Token::Word,
            };
            self.push(&mut job, self.node.value.clone(), token, t);
            return job;
        }
        add(&mut job, open, t.text);
        if self.node.children == 0 {
            add(&mut job, close, t.text);
        } else {
            add(&mut job, &format!(" {} ", counted(u64::from(self.node.children), noun)), t.faint);
            if self.folded {
                add(&mut job, close, t.text);
            }
        }
        job
    }

    /// Adds a key or a value; a long one is cut, around the hit one stands at if it holds that.
    fn push(&self, job: &mut LayoutJob, span: Range<u32>, token: Token, t: &Tokens) {
        let whole = to_usize(span.start)..to_usize(span.end);
        let current = self.marks.and_then(|marks| marks.hits.spans.get(marks.current));
        let current = current.map(|hit| to_usize(hit.start)).filter(|at| whole.contains(at));
        let far = current.filter(|at| at - whole.start > SHOWN_BYTES * 3 / 4);
        let floor = |at: usize| (0..=at).rev().find(|&at| self.text.is_char_boundary(at)).unwrap_or(0);
        let start = far.map_or(whole.start, |at| floor(at - SHOWN_BYTES / 4).max(whole.start));
        let end = floor(whole.end.min(start + SHOWN_BYTES));
        let sight = start..end;
        let found: Vec<(Range<usize>, bool)> = self.marks.map_or_else(Vec::new, |marks| {
            let hits = marks.hits.within(&sight);
            hits.map(|(number, hit)| (hit, number == marks.current)).collect()
        });
        let faint = TextFormat::simple(theme::mono(), t.faint);
        if start > whole.start {
            job.append("…", 0.0, faint.clone());
        }
        push_marked(job, self.text, (start..end, token), &found, t);
        if end < whole.end {
            job.append("…", 0.0, faint);
        }
    }

    /// An array whose first element is an object, told from the text.
    fn has_rows(&self) -> bool {
        let inside = slice(self.text, &self.node.value).get(1..).unwrap_or_default();
        inside.trim_start().starts_with('{')
    }
}

#[cfg(test)]
mod tests {
    use egui_kittest::Harness;
    use egui_kittest::kittest::{NodeT as _, Queryable as _};

    use super::*;
    use crate::capture::json_tree::NODE_LIMIT;
    use crate::capture::sheet::Hits;

    fn harness(text: &'static str) -> Harness<'static, (JsonView, Vec<Action>)> {
        let tree = JsonTree::parse(text, NODE_LIMIT).unwrap();
        Harness::builder().with_size(vec2(400.0, 300.0)).with_context_setup(theme::install).build_ui_state(
            move |ui, (view, actions): &mut (JsonView, Vec<Action>)| {
                let hits = Hits::of(text, "needle", Form::Exact);
                view.show(ui, 1, (text, &tree, Some(Marks { hits: &hits, current: 0 })), actions);
            },
            Default::default(),
        )
    }

    #[test]
    fn shows_source_text_and_folds() {
        let mut harness =
            harness(r#"{"id": 1.10, "big": 12345678901234567890, "data": [{"a": null}], "id": 2}"#);
        harness.run();
        for line in
            ["{ 4 keys ", "id: 1.10", "big: 12345678901234567890", "data: [ 1 row ", "a: null", "id: 2"]
        {
            harness.get_by_label(line);
        }
        harness.get_by_label("data: [ 1 row ").click();
        harness.run();
        harness.get_by_label("data: [ 1 row ]");
        assert!(harness.query_by_label("a: null").is_none());
    }

    #[test]
    fn deep_and_wide_trees_cost_what_is_in_sight() {
        let deep: &'static str = Box::leak(("[".repeat(10_000) + &"]".repeat(10_000)).into_boxed_str());
        let mut harness = harness(deep);
        harness.run();
        let nodes = harness.root().children_recursive().count();
        assert!(nodes < 100, "{nodes}");
    }

    #[test]
    fn a_hit_unfolds_the_way_to_it_and_a_long_value_is_cut_around_it() {
        let rows: Vec<String> = (0..200).map(|row| format!(r#"{{"id":{row}}}"#)).collect();
        let text = format!(r#"{{"data":[{},["{}needle"]]}}"#, rows.join(","), "x".repeat(5_000));
        let at = u32::try_from(text.find("needle").unwrap()).unwrap();
        let mut harness = harness(Box::leak(text.into_boxed_str()));
        harness.run();
        assert!(harness.query_by_label_contains("needle").is_none());
        harness.state_mut().0.reveal(at);
        harness.run();
        let line = harness.get_by_label_contains("needle").accesskit_node().label().unwrap();
        assert!(line.len() < 500 && line.starts_with('…'), "{line}");
        assert_eq!(harness.state().0.chosen(1), Some(403));
        assert_eq!(harness.state().0.chosen(2), None);
    }

    #[test]
    fn the_path_of_a_line_can_be_copied() {
        let mut harness = harness(r#"{"data": [{"first name": null}]}"#);
        harness.run();
        harness.get_by_label("first name: null").click_secondary();
        harness.run();
        harness.get_by_label("Copy path").click();
        harness.run();
        assert_eq!(harness.state().1, [Action::Copy("$.data[0]['first name']".to_owned())]);
    }
}
