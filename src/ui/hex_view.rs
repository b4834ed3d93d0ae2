//! `HexView`: the bytes of a payload: offset, sixteen bytes, and what they are in ASCII.

use std::fmt::Write as _;
use std::ops::Range;

use egui::accesskit::Role;
use egui::text::LayoutJob;
use egui::{Label, Rect, Sense, TextFormat, Ui, UiBuilder, WidgetInfo};

use crate::ui::action::Action;
use crate::ui::log_scroll::Extent;
use crate::ui::measure::fitting;
use crate::ui::scroller::{SCROLLBAR_WIDTH, Scroller};
use crate::ui::theme::{self, Tokens, tokens};

const LINE_HEIGHT: f32 = 18.0;
const MARGIN: f32 = 14.0;

/// Where the bytes stand, and which rows are picked.
#[derive(Clone, Debug, Default)]
pub struct HexView {
    subject: Option<u64>,
    picked: Option<(usize, usize)>,
    scroller: Scroller,
}

/// Bytes a row has where the panel is wide enough, else half of them.
const WIDE: usize = 16;

/// Characters of a row: offset, two blanks, three for each byte, a blank in the middle and one before the letters.
fn width_of(bytes: usize) -> usize {
    8 + 2 + bytes * 3 + bytes / 8 + bytes
}

impl HexView {
    /// Paints the bytes of the event `seq` into all the room there is.
    pub fn show(&mut self, ui: &mut Ui, seq: u64, bytes: &[u8], actions: &mut Vec<Action>) {
        let rect = ui.available_rect_before_wrap();
        ui.allocate_rect(rect, Sense::hover());
        let rect = rect.with_min_y(rect.top() + 8.0);
        let list = ui.interact(rect, ui.make_persistent_id("bytes"), Sense::hover());
        list.widget_info(|| WidgetInfo::labeled(Role::Document, true, "Bytes"));
        let advance = ui.fonts_mut(|fonts| fonts.glyph_width(&theme::mono(), '0')).max(1.0);
        let room = fitting(rect.width() - SCROLLBAR_WIDTH - MARGIN, advance);
        let fits = usize::try_from(room).is_ok_and(|room| room >= width_of(WIDE));
        let columns = if fits { WIDE } else { WIDE / 2 };
        if self.subject != Some(seq) {
            *self = Self { subject: Some(seq), ..Self::default() };
        }
        let rows = u64::try_from(bytes.len().div_ceil(columns)).unwrap_or(u64::MAX);
        let extent = Extent { rows, height: rect.height(), row_height: LINE_HEIGHT };
        let mut scroller = std::mem::take(&mut self.scroller);
        let mut picked = None;
        scroller.show(ui, &list, extent, |ui, rect, row| {
            let start = usize::try_from(row).unwrap_or(usize::MAX).saturating_mul(columns);
            let line = start..bytes.len().min(start.saturating_add(columns));
            picked = picked.or(self.line_ui(ui, (rect, line, columns), bytes, actions));
        });
        self.scroller = scroller;
        if let Some((start, extend)) = picked {
            let anchor = self.picked.filter(|_| extend).map_or(start, |(anchor, _)| anchor);
            self.picked = Some((anchor, start));
        }
    }

    fn line_ui(
        &self,
        ui: &mut Ui,
        (rect, line, columns): (Rect, Range<usize>, usize),
        bytes: &[u8],
        actions: &mut Vec<Action>,
    ) -> Option<(usize, bool)> {
        let t = tokens(ui);
        let chosen = self.picked.map(|(one, other)| one.min(other)..one.max(other) + columns);
        let is_picked = chosen.as_ref().is_some_and(|chosen| chosen.contains(&line.start));
        if is_picked {
            ui.painter().rect_filled(rect, 0.0, t.accent_ground);
        }
        let job = line_job(line.start, bytes.get(line.clone()).unwrap_or_default(), columns, t);
        let area = rect.with_min_x(rect.left() + MARGIN);
        let mut child = ui.new_child(UiBuilder::new().max_rect(area).id_salt(line.start));
        let label = child.add(Label::new(job).extend().selectable(false).sense(Sense::CLICK));
        label.context_menu(|ui| {
            let range = chosen.filter(|_| is_picked).unwrap_or_else(|| line.clone());
            let range = range.start..range.end.min(bytes.len());
            if ui.button(format!("Copy {} bytes as hex", range.len())).clicked() {
                actions.push(Action::Copy(digits(bytes.get(range).unwrap_or_default())));
                ui.close();
            }
        });
        label.clicked().then(|| (line.start, ui.input(|input| input.modifiers.shift)))
    }
}

/// Bytes as pairs of digits.
fn digits(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 3);
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(text, "{}{byte:02x}", if text.is_empty() { "" } else { " " });
    }
    text
}

fn line_job(offset: usize, bytes: &[u8], columns: usize, t: &Tokens) -> LayoutJob {
    let mut job = LayoutJob::default();
    let mut add = |text: &str, colour| job.append(text, 0.0, TextFormat::simple(theme::mono(), colour));
    add(&format!("{offset:08x}  "), t.faint);
    let mut text = String::new();
    for place in 0..columns {
        if place == 8 {
            text.push(' ');
        }
        match bytes.get(place) {
            Some(byte) => {
                let _ = write!(text, "{byte:02x} ");
            }
            None => text.push_str("   "),
        }
    }
    add(&text, t.text);
    let letter = |&byte: &u8| if byte.is_ascii_graphic() || byte == b' ' { char::from(byte) } else { '·' };
    add(&format!(" {}", bytes.iter().map(letter).collect::<String>()), t.dim);
    job
}

#[cfg(test)]
mod tests {
    use egui::vec2;
    use egui_kittest::Harness;
    use egui_kittest::kittest::{NodeT as _, Queryable as _};

    use super::*;

    fn harness(bytes: Vec<u8>, width: f32) -> Harness<'static, (HexView, Vec<Action>)> {
        let mut harness = Harness::builder()
            .with_size(vec2(width, 240.0))
            .with_context_setup(theme::install)
            .build_ui_state(
                move |ui, (view, actions): &mut (HexView, Vec<Action>)| view.show(ui, 1, &bytes, actions),
                Default::default(),
            );
        harness.run();
        harness
    }

    #[test]
    fn shows_offset_bytes_and_letters() {
        let wide = harness(b"Hello, \x00w\xc3\xb6rld!! and on".to_vec(), 900.0);
        wide.get_by_label("00000000  48 65 6c 6c 6f 2c 20 00  77 c3 b6 72 6c 64 21 21  Hello, ·w··rld!!");
        wide.get_by_label_contains("00000010  20 61 6e 64 20 6f 6e");
        let narrow = harness(b"Hello, \x00w".to_vec(), 360.0);
        narrow.get_by_label("00000000  48 65 6c 6c 6f 2c 20 00  Hello, ·");
    }

    #[test]
    fn rows_are_picked_and_copied_as_digits() {
        let mut harness = harness((0..=40).collect(), 360.0);
        harness.get_by_label_contains("00000008 ").click();
        harness.run();
        harness.get_by_label_contains("00000010 ").click_modifiers(egui::Modifiers::SHIFT);
        harness.run();
        harness.get_by_label_contains("00000008 ").click_secondary();
        harness.run();
        harness.get_by_label("Copy 16 bytes as hex").click();
        harness.run();
        let text = "08 09 0a 0b 0c 0d 0e 0f 10 11 12 13 14 15 16 17";
        assert_eq!(harness.state().1, [Action::Copy(text.to_owned())]);
    }

    #[test]
    fn a_large_payload_costs_what_is_in_sight() {
        let harness = harness(vec![7; 50_000_000], 900.0);
        let nodes = harness.root().children_recursive().count();
        assert!(nodes < 60, "{nodes}");
    }
}
