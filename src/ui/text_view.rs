//! `TextView`: the text of a message in lines, coloured if it is JSON, folding, whatever its size.
//!
//! The lines were broken by the engine; a frame takes only those in sight. Text in sight can be selected with the
//! pointer; whole lines, also those out of sight and without the escapes of the screen, by their numbers.

use std::collections::BTreeSet;
use std::ops::Range;

use egui::accesskit::Role;
use egui::text::LayoutJob;
use egui::{Color32, Label, Rect, Response, Sense, TextFormat, Ui, UiBuilder, WidgetInfo, pos2};
use lucide_icons::Icon;

use crate::capture::sheet::{Form, Hits, Sheet};
use crate::capture::study::CopyForm;
use crate::directus::shown;
use crate::ui::action::Action;
use crate::ui::control::paint_icon;
use crate::ui::copy_menu::copy_part;
use crate::ui::fold_map::FoldMap;
use crate::ui::json_highlight::{Token, tokens_of};
use crate::ui::log_scroll::Extent;
use crate::ui::measure::fitting;
use crate::ui::scroller::{SCROLLBAR_WIDTH, Scroller};
use crate::ui::theme::{self, Tokens, tokens};

const LINE_HEIGHT: f32 = 18.0;
/// Room for the number of a line and for the sign that folds it.
const NUMBERS: f32 = 40.0;
const SIGNS: f32 = 16.0;
/// Bytes a line may have at least and at most, however wide the panel is.
const COLUMNS: std::ops::RangeInclusive<u32> = 24..=400;

/// What is folded and picked, where the text stands.
#[derive(Clone, Debug, Default)]
pub struct TextView {
    subject: Option<(u64, Form, u32)>,
    /// Offsets of the brackets that are folded.
    folded: BTreeSet<u32>,
    map: FoldMap,
    /// The lines picked, from where to where.
    picked: Option<(usize, usize)>,
    scroller: Scroller,
    reveal: Option<u32>,
}

/// The hits of a search, and which of them one stands at.
#[derive(Clone, Copy, Debug)]
pub struct Marks<'a> {
    /// All of them.
    pub hits: &'a Hits,
    /// The one stood at, from 0.
    pub current: usize,
}

fn to_usize(value: u32) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}

/// Bytes of a line that fit into a view `width` points wide.
#[must_use]
pub fn columns_in(ui: &Ui, width: f32) -> u32 {
    let advance = ui.fonts_mut(|fonts| fonts.glyph_width(&theme::mono(), '0'));
    let room = fitting(width - NUMBERS - SIGNS - SCROLLBAR_WIDTH - 6.0, advance.max(1.0));
    u32::try_from(room).unwrap_or(u32::MAX).clamp(*COLUMNS.start(), *COLUMNS.end())
}

impl TextView {
    /// Brings the byte at `offset` into sight with the next frame, unfolding what hides it.
    pub fn reveal(&mut self, offset: u32) {
        self.reveal = Some(offset);
    }

    /// Paints the text of the event `seq` into all the room there is.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        seq: u64,
        (sheet, marks): (&Sheet, Option<Marks<'_>>),
        actions: &mut Vec<Action>,
    ) {
        self.attend(seq, sheet);
        let rect = ui.available_rect_before_wrap();
        ui.allocate_rect(rect, Sense::hover());
        let rect = rect.with_min_y(rect.top() + 8.0);
        let id = ui.make_persistent_id("message text");
        let list = ui.interact(rect, id, Sense::hover());
        let name = match sheet.form {
            Form::Exact => "Exact text",
            Form::Formatted => "Formatted text",
        };
        list.widget_info(|| WidgetInfo::labeled(Role::Document, true, name));
        let revealed = self.reveal.take().map(to_usize);
        if let Some(offset) = revealed {
            self.unfold_around(offset, sheet);
        }
        let rows = u64::try_from(self.map.rows(sheet.lines.len())).unwrap_or(u64::MAX);
        let extent = Extent { rows, height: rect.height(), row_height: LINE_HEIGHT };
        if let Some(offset) = revealed {
            let row = u64::try_from(self.map.row(sheet.lines.at(offset))).unwrap_or(0);
            self.scroller.anchor = self.scroller.anchor.centred(row, extent);
        }
        let mut scroller = std::mem::take(&mut self.scroller);
        let mut wish = None;
        scroller.show(ui, &list, extent, |ui, rect, row| {
            let line = self.map.line(usize::try_from(row).unwrap_or(usize::MAX));
            let painted = self.line_ui(ui, (rect, line), (sheet, marks), actions);
            wish = wish.take().or(painted);
        });
        self.scroller = scroller;
        match wish {
            Some(LineWish::Toggle(open)) => self.toggle(open, sheet),
            Some(LineWish::Pick { line, extend }) => {
                let anchor = self.picked.filter(|_| extend).map_or(line, |(anchor, _)| anchor);
                self.picked = Some((anchor, line));
            }
            None => {}
        }
    }

    /// Begins anew with another text; with other lines of the same text the folds stay.
    fn attend(&mut self, seq: u64, sheet: &Sheet) {
        let subject = (seq, sheet.form, sheet.columns);
        if self.subject == Some(subject) {
            return;
        }
        let is_same_text = self.subject.is_some_and(|(old, form, _)| (old, form) == (seq, sheet.form));
        if is_same_text {
            self.picked = None;
            self.remap(sheet);
        } else {
            *self = Self { reveal: self.reveal, ..Self::default() };
        }
        self.subject = Some(subject);
    }

    fn remap(&mut self, sheet: &Sheet) {
        let stretches = self.folded.iter().filter_map(|&open| {
            let (open, close) = sheet.folds.pair(open)?;
            Some((sheet.lines.at(to_usize(open)) + 1, sheet.lines.at(to_usize(close)) + 1))
        });
        self.map = FoldMap::new(stretches);
    }

    fn toggle(&mut self, open: u32, sheet: &Sheet) {
        if !self.folded.remove(&open) {
            self.folded.insert(open);
        }
        self.remap(sheet);
    }

    fn unfold_around(&mut self, offset: usize, sheet: &Sheet) {
        let before = self.folded.len();
        for (open, _) in sheet.folds.around(u32::try_from(offset).unwrap_or(u32::MAX)) {
            self.folded.remove(&open);
        }
        if self.folded.len() != before {
            self.remap(sheet);
        }
    }

    fn line_ui(
        &self,
        ui: &mut Ui,
        (rect, line): (Rect, usize),
        (sheet, marks): (&Sheet, Option<Marks<'_>>),
        actions: &mut Vec<Action>,
    ) -> Option<LineWish> {
        let t = tokens(ui);
        let picked = self.picked.is_some_and(|picked| lines_of(picked).contains(&line));
        if picked {
            ui.painter().rect_filled(rect, 0.0, t.accent_ground);
        }
        let id = ui.make_persistent_id(("line", line));
        let numbers = rect.with_max_x(rect.left() + NUMBERS);
        let number = ui.interact(numbers, id.with("number"), Sense::CLICK);
        number.widget_info(|| WidgetInfo::selected(Role::Button, true, picked, format!("Line {}", line + 1)));
        let text = format!("{}", line + 1);
        let colour = if picked || number.hovered() { t.dim } else { t.faint };
        let galley = ui.painter().layout_no_wrap(text, theme::small(), colour);
        let at = pos2(numbers.right() - 4.0 - galley.size().x, rect.center().y - galley.size().y / 2.0);
        ui.painter().galley(at, galley, colour);
        let mut wish = number
            .clicked()
            .then(|| LineWish::Pick { line, extend: ui.input(|input| input.modifiers.shift) });
        let range = sheet.lines.range(line, sheet.text.len());
        let fold = sheet.folds.opening_in(&range);
        let is_folded = fold.is_some_and(|(open, _)| self.folded.contains(&open));
        if let Some((open, _)) = fold {
            let signs = Rect::from_min_size(numbers.right_top(), egui::vec2(SIGNS, rect.height()));
            let sign = ui.interact(signs, id.with("fold"), Sense::CLICK);
            let name = if is_folded { "Unfold line" } else { "Fold line" };
            sign.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("{name} {}", line + 1)));
            let icon = if is_folded { Icon::ChevronRight } else { Icon::ChevronDown };
            let colour = if sign.hovered() || sign.has_focus() { t.text } else { t.faint };
            paint_icon(ui, signs.center(), icon, 11.0, colour);
            if sign.clicked() {
                wish = Some(LineWish::Toggle(open));
            }
        }
        let mut job = line_job(sheet, line, marks, t);
        if let Some((_, close)) = fold.filter(|_| is_folded) {
            let end = sheet.line(sheet.lines.at(to_usize(close)));
            let faint = TextFormat::simple(theme::mono(), t.faint);
            job.append(&format!(" … {}", shown(end.trim_start())), 0.0, faint);
        }
        let area = rect.with_min_x(numbers.right() + SIGNS + 2.0);
        let mut child = ui.new_child(UiBuilder::new().max_rect(area).id_salt(line));
        let label = child.add(Label::new(job).extend().selectable(true));
        for response in [&number, &label] {
            self.menu(response, line, sheet, actions);
        }
        wish
    }

    fn menu(&self, response: &Response, line: usize, sheet: &Sheet, actions: &mut Vec<Action>) {
        response.context_menu(|ui| {
            let lines =
                self.picked.map(lines_of).filter(|lines| lines.contains(&line)).unwrap_or(line..line + 1);
            let name = if lines.len() == 1 {
                format!("Copy line {}", line + 1)
            } else {
                format!("Copy lines {} to {}", lines.start + 1, lines.end)
            };
            if ui.button(name).clicked() {
                let start = sheet.lines.range(lines.start, sheet.text.len()).start;
                let end = sheet.lines.range(lines.end.saturating_sub(1), sheet.text.len()).end;
                actions.push(copy_lines(sheet, start..end));
                ui.close();
            }
            if ui.button("Copy all").clicked() {
                actions.push(copy_lines(sheet, 0..sheet.text.len()));
                ui.close();
            }
        });
    }
}

/// What a click on a line asks for.
enum LineWish {
    Toggle(u32),
    Pick { line: usize, extend: bool },
}

fn copy_lines(sheet: &Sheet, bytes: Range<usize>) -> Action {
    let place = |byte: usize| u32::try_from(byte).unwrap_or(u32::MAX);
    let form = CopyForm::Part(sheet.form, place(bytes.start), place(bytes.end));
    copy_part(sheet.text.get(bytes).unwrap_or_default(), form)
}

fn lines_of((anchor, head): (usize, usize)) -> Range<usize> {
    anchor.min(head)..anchor.max(head) + 1
}

/// A line in colours, what was found in it on a ground of its own, and what would deceive escaped.
fn line_job(sheet: &Sheet, line: usize, marks: Option<Marks<'_>>, t: &Tokens) -> LayoutJob {
    let text = sheet.line(line);
    let start = sheet.lines.range(line, sheet.text.len()).start;
    let range = start..start + text.len();
    let marks = marks.filter(|marks| marks.hits.form == sheet.form);
    let found: Vec<(Range<usize>, bool)> = marks.map_or_else(Vec::new, |marks| {
        let inside = |span: &Range<usize>| {
            span.start.saturating_sub(start).min(text.len())..span.end.saturating_sub(start).min(text.len())
        };
        marks.hits.within(&range).map(|(number, span)| (inside(&span), number == marks.current)).collect()
    });
    let mut job = LayoutJob { break_on_newline: false, ..LayoutJob::default() };
    for (piece, token) in tokens_of(text, sheet.lines.begins_in_string(line)) {
        push_marked(&mut job, text, (piece, token), &found, t);
    }
    job
}

/// Adds a piece of one colour, cut where hits begin and end.
pub fn push_marked(
    job: &mut LayoutJob,
    text: &str,
    (piece, token): (Range<usize>, Token),
    found: &[(Range<usize>, bool)],
    t: &Tokens,
) {
    let mut at = piece.start;
    while at < piece.end {
        let hit = found.iter().find(|(span, _)| span.end > at && span.start < piece.end);
        let (end, ground) = match hit {
            Some((span, current)) if span.start <= at => {
                (span.end.min(piece.end), if *current { t.primary } else { t.warning_ground })
            }
            Some((span, _)) => (span.start, Color32::TRANSPARENT),
            None => (piece.end, Color32::TRANSPARENT),
        };
        let colour = if ground == t.primary { t.on_primary } else { token.colour(t) };
        let format = TextFormat { background: ground, ..TextFormat::simple(theme::mono(), colour) };
        job.append(&shown(text.get(at..end).unwrap_or_default()), 0.0, format);
        at = end.max(at + 1);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use egui::vec2;
    use egui_kittest::Harness;
    use egui_kittest::kittest::{NodeT as _, Queryable as _};

    use super::*;

    struct State {
        view: TextView,
        sheet: Sheet,
        hits: Hits,
        current: usize,
        actions: Vec<Action>,
    }

    fn harness(text: &str, form: Form, wanted: &str) -> Harness<'static, State> {
        let sheet = Sheet::new(&Arc::from(text), form, 60);
        let hits = Hits::of(&sheet.text, wanted, form);
        let state = State { view: TextView::default(), sheet, hits, current: 0, actions: Vec::new() };
        let mut harness = Harness::builder()
            .with_size(vec2(520.0, 220.0))
            .with_context_setup(theme::install)
            .build_ui_state(
                |ui, state: &mut State| {
                    let marks = Marks { hits: &state.hits, current: state.current };
                    state.view.show(ui, 1, (&state.sheet, Some(marks)), &mut state.actions);
                },
                state,
            );
        harness.run();
        harness
    }

    fn nested() -> String {
        let rows: Vec<String> =
            (0..40).map(|row| format!(r#"{{"id":{row},"text":"{}"}}"#, "x".repeat(70))).collect();
        format!(r#"{{"type":"subscription","data":[{}],"uid":"last"}}"#, rows.join(","))
    }

    #[test]
    fn escapes_what_would_change_how_the_window_reads() {
        let harness = harness("\"a\u{202e}b\"", Form::Exact, "");
        assert!(harness.query_all_by_label_contains("\u{202e}").next().is_none());
        harness.get_by_label_contains("202e");
    }

    #[test]
    fn a_container_folds_into_its_line() {
        let mut harness = harness(&nested(), Form::Formatted, "");
        harness.get_by_label("Fold line 3").click();
        harness.run();
        harness.get_by_label("  \"data\": [ … ],");
        harness.get_by_label("  \"uid\": \"last\"");
        harness.get_by_label("Unfold line 3").click();
        harness.run();
        assert!(harness.query_by_label("  \"uid\": \"last\"").is_none());
    }

    #[test]
    fn a_hit_is_unfolded_and_brought_into_sight() {
        let mut harness = harness(&nested(), Form::Formatted, "\"id\": 37");
        harness.get_by_label("Fold line 3").click();
        harness.run();
        let at = harness.state().hits.spans[0].start;
        harness.state_mut().view.reveal(at);
        harness.run();
        harness.get_by_label_contains("\"id\": 37");
    }

    #[test]
    fn lines_are_picked_by_their_numbers_and_copied_as_they_are() {
        let mut harness = harness("[1,\n2,\n3,\u{200b}\n4]", Form::Exact, "");
        harness.get_by_label("Line 2").click();
        harness.run();
        harness.get_by_label("Line 3").click_modifiers(egui::Modifiers::SHIFT);
        harness.run();
        harness.get_by_label("Line 2").click_secondary();
        harness.run();
        harness.get_by_label("Copy lines 2 to 3").click();
        harness.run();
        assert_eq!(harness.state().actions, [Action::Copy("2,\n3,\u{200b}\n".to_owned())]);
    }

    /// What a frame lays out depends on what is in sight, not on how long the message is.
    #[test]
    fn fifty_megabytes_cost_what_is_in_sight() {
        let text = format!("[{}\"\"]", "\"some text, and more\",".repeat(2_500_000));
        assert!(text.len() > 50_000_000);
        for form in [Form::Exact, Form::Formatted] {
            let harness = harness(&text, form, "more");
            assert_eq!(harness.state().hits.spans.len(), crate::capture::sheet::HIT_LIMIT);
            let said = |node: egui_kittest::Node<'_>| {
                let node = node.accesskit_node();
                node.label().or(node.value())
            };
            let labels: Vec<String> = harness.root().children_recursive().filter_map(said).collect();
            let bytes: usize = labels.iter().map(String::len).sum();
            assert!((100..8_000).contains(&bytes) && labels.len() < 60, "{bytes} bytes in {}", labels.len());
        }
    }

    #[test]
    fn hits_cut_a_piece_and_nothing_is_lost() {
        let sheet = Sheet::new(&Arc::from(r#"{"abc":"abcabc"}"#), Form::Exact, 60);
        let hits = Hits::of(&sheet.text, "bc", Form::Exact);
        let job = line_job(&sheet, 0, Some(Marks { hits: &hits, current: 1 }), &theme::DARK);
        assert_eq!(job.text, &*sheet.text);
        let grounds: Vec<Color32> = job.sections.iter().map(|section| section.format.background).collect();
        let is = |colour| grounds.iter().filter(|ground| **ground == colour).count();
        assert_eq!((is(theme::DARK.primary), is(theme::DARK.warning_ground)), (1, 2));
    }
}
