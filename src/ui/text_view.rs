//! `TextView`: the exact text of a payload, wrapped, coloured if it is JSON, whatever its size.

use egui::accesskit::Role;
use egui::{Label, Rect, Sense, Ui, UiBuilder, WidgetInfo};

use crate::directus::shown;
use crate::ui::json_highlight;
use crate::ui::log_scroll::Extent;
use crate::ui::measure::fitting;
use crate::ui::scroller::{SCROLLBAR_WIDTH, Scroller};
use crate::ui::theme::{self, tokens};

const LINE_HEIGHT: f32 = 18.0;
/// Longer texts are not coloured and not wrapped anew while the panel is dragged.
const LARGE: usize = 2_000_000;
/// Bytes a line of a large text.
const LARGE_COLUMNS: usize = 120;

/// Where the lines begin, where the text stands.
#[derive(Clone, Debug, Default)]
pub struct TextView {
    subject: Option<u64>,
    columns: usize,
    lines: Vec<Start>,
    scroller: Scroller,
}

/// Where a line begins, and whether that is inside a JSON string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Start {
    at: u32,
    in_string: bool,
}

fn to_usize(value: u32) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}

impl TextView {
    /// Paints the text of the event `subject` into all the room there is.
    pub fn show(&mut self, ui: &mut Ui, subject: u64, text: &str) {
        let rect = ui.available_rect_before_wrap();
        ui.allocate_rect(rect, Sense::hover());
        let rect = rect.with_min_y(rect.top() + 8.0);
        let id = ui.make_persistent_id("exact text");
        let list = ui.interact(rect, id, Sense::hover());
        list.widget_info(|| WidgetInfo::labeled(Role::Document, true, "Exact text"));
        self.wrap(ui, subject, text, rect.width() - SCROLLBAR_WIDTH - 28.0);
        let rows = u64::try_from(self.lines.len()).unwrap_or(u64::MAX);
        let extent = Extent { rows, height: rect.height(), row_height: LINE_HEIGHT };
        let mut scroller = std::mem::take(&mut self.scroller);
        scroller.show(ui, &list, extent, |ui, rect, row| self.line_ui(ui, rect, row, text));
        self.scroller = scroller;
    }

    fn line_ui(&self, ui: &mut Ui, rect: Rect, row: u64, text: &str) {
        let Ok(row) = usize::try_from(row) else { return };
        let Some(start) = self.lines.get(row) else { return };
        let end = self.lines.get(row + 1).map_or(text.len(), |next| to_usize(next.at));
        let line = text.get(to_usize(start.at)..end).unwrap_or_default();
        let line = shown(line.strip_suffix('\n').unwrap_or(line));
        let job = json_highlight::job(&line, start.in_string, tokens(ui), &theme::mono(), f32::INFINITY);
        let area = rect.with_min_x(rect.left() + 14.0);
        let mut child = ui.new_child(UiBuilder::new().max_rect(area).id_salt(row));
        child.add(Label::new(job).extend().selectable(true));
    }

    fn wrap(&mut self, ui: &Ui, subject: u64, text: &str, width: f32) {
        let advance = ui.fonts_mut(|fonts| fonts.glyph_width(&theme::mono(), '0'));
        let room = usize::try_from(fitting(width, advance.max(1.0))).unwrap_or(80).max(16);
        let columns = if text.len() > LARGE { LARGE_COLUMNS } else { room };
        if self.subject == Some(subject) && self.columns == columns {
            return;
        }
        if self.subject != Some(subject) {
            self.scroller = Scroller::default();
        }
        (self.subject, self.columns) = (Some(subject), columns);
        self.lines = starts(text, columns, text.len() <= LARGE);
    }
}

/// Where lines of at most `columns` bytes begin; text beyond ASCII wraps earlier, never inside a character.
fn starts(text: &str, columns: usize, lexed: bool) -> Vec<Start> {
    let bytes = text.as_bytes();
    let mut lines = vec![Start { at: 0, in_string: false }];
    let (mut begin, mut in_string) = (0, false);
    loop {
        let limit = (begin + columns).min(bytes.len());
        let rest = bytes.get(begin..limit).unwrap_or_default();
        let newline = memchr::memchr(b'\n', rest).map(|at| begin + at + 1);
        // Behind a comma in the last third it reads better than inside a word.
        let third = rest.len() - rest.len() / 3;
        let comma =
            memchr::memrchr(b',', rest.get(third..).unwrap_or_default()).map(|at| begin + third + at + 1);
        let boundary = || (begin + 1..=limit).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(limit);
        let wrapped = || comma.filter(|_| limit < bytes.len()).unwrap_or_else(boundary);
        // A character wider than a line would stop the walk: then the line takes it whole.
        let end = newline.unwrap_or_else(wrapped).max(begin + 1);
        let end = (end..bytes.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(bytes.len());
        if end >= bytes.len() {
            return lines;
        }
        if lexed {
            in_string = ends_in_string(bytes.get(begin..end).unwrap_or_default(), in_string);
        }
        lines.push(Start { at: u32::try_from(end).unwrap_or(u32::MAX), in_string });
        begin = end;
    }
}

fn ends_in_string(line: &[u8], mut in_string: bool) -> bool {
    let mut at = 0;
    while let Some(&byte) = line.get(at) {
        match byte {
            b'"' => in_string = !in_string,
            b'\\' if in_string => at += 1,
            _ => {}
        }
        at += 1;
    }
    in_string
}

#[cfg(test)]
mod tests {
    use egui::vec2;
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::*;

    #[test]
    fn lines_break_at_newlines_and_width_and_never_inside_a_character() {
        let text = "ab\ncdefgh\näöü";
        let lines: Vec<_> = starts(text, 4, true).iter().map(|start| to_usize(start.at)).collect();
        assert_eq!(lines, [0, 3, 7, 10, 14]);
        assert_eq!(starts("", 4, true).len(), 1);
        assert_eq!(starts("🦀🦀", 2, true).len(), 2);
    }

    #[test]
    fn knows_which_lines_begin_inside_a_string() {
        let lines = starts(r#"{"a": "x\"yz", "b":1}"#, 8, true);
        assert_eq!(lines.iter().map(|start| start.in_string).collect::<Vec<_>>(), [false, true, true]);
    }

    #[test]
    fn escapes_what_would_change_how_the_window_reads() {
        let mut view = TextView::default();
        let mut harness = Harness::builder()
            .with_size(vec2(400.0, 200.0))
            .with_context_setup(theme::install)
            .build_ui(move |ui| view.show(ui, 1, "\"a\u{202e}b\""));
        harness.run();
        assert!(harness.query_all_by_label_contains("\u{202e}").next().is_none());
        harness.get_by_label_contains("202e");
    }

    proptest::proptest! {
        #[test]
        fn the_lines_are_the_text(text in "(\\PC|\n){0,60}", columns in 1_usize..9) {
            let lines = starts(&text, columns, true);
            for pair in lines.windows(2) {
                proptest::prop_assert!(pair[0].at < pair[1].at);
                proptest::prop_assert!(text.is_char_boundary(to_usize(pair[1].at)));
            }
        }
    }
}
