//! `Palette`: any command by its name.

use egui::accesskit::Role;
use egui::{Align2, Key, Modal, Modifiers, Sense, Ui, WidgetInfo, vec2};

use crate::ui::command::{Command, Entry, all, keys};
use crate::ui::control::{field_ui, hint_ui, paint_icon};
use crate::ui::fit::fit;
use crate::ui::theme::{self, tokens};

/// What is typed and which hit is chosen.
#[derive(Clone, Debug, Default)]
pub struct Palette {
    open: bool,
    focus: bool,
    typed: String,
    chosen: usize,
}

const SHOWN: usize = 10;
const LINE: f32 = 30.0;

impl Palette {
    /// Opens it, empty.
    pub fn open(&mut self) {
        *self = Self { open: true, focus: true, ..Self::default() };
    }

    /// Whether it is open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// Paints it over the window while it is open. Returns the command chosen.
    pub fn show(&mut self, ui: &Ui) -> Option<Command> {
        if !self.open {
            return None;
        }
        let mut picked = None;
        let area = egui::Modal::default_area(egui::Id::unique("palette"))
            .anchor(Align2::CENTER_TOP, vec2(0.0, 80.0));
        let frame = egui::Frame::window(ui.style()).inner_margin(10);
        let modal = Modal::new(egui::Id::unique("palette")).area(area).frame(frame).show(ui.ctx(), |ui| {
            ui.set_width(460.0);
            let field = field_ui(ui, "Command", &mut self.typed, "Type a command", theme::body());
            if std::mem::take(&mut self.focus) {
                field.request_focus();
            }
            if field.changed() {
                self.chosen = 0;
            }
            ui.add_space(theme::SMALL_GAP);
            let hits = hits(&self.typed);
            let last = hits.len().saturating_sub(1);
            let (down, up, enter) = ui.input_mut(|input| {
                let mut pressed = |key| input.consume_key(Modifiers::NONE, key);
                (pressed(Key::ArrowDown), pressed(Key::ArrowUp), pressed(Key::Enter))
            });
            self.chosen = if down { (self.chosen + 1).min(last) } else { self.chosen };
            self.chosen = if up { self.chosen.saturating_sub(1) } else { self.chosen }.min(last);
            for (index, entry) in hits.iter().enumerate() {
                if hit_ui(ui, entry, index == self.chosen) || (enter && index == self.chosen) {
                    picked = Some(entry.command);
                }
            }
            if hits.is_empty() {
                hint_ui(ui, "No command has these letters in this order");
            }
        });
        if picked.is_some() || modal.should_close() {
            self.open = false;
        }
        picked
    }
}

fn hits(typed: &str) -> Vec<Entry> {
    let commands = all().filter(|entry| entry.command != Command::Palette);
    let mut hits: Vec<(i32, Entry)> = commands
        .filter_map(|entry| {
            // The name counts more than the explanation.
            let name = fit(typed, entry.label).map(|score| score + 20);
            Some((name.or_else(|| fit(typed, entry.tip).filter(|score| *score > 0))?, entry))
        })
        .collect();
    hits.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    hits.into_iter().map(|(_, entry)| entry).take(SHOWN).collect()
}

fn hit_ui(ui: &mut Ui, entry: &Entry, chosen: bool) -> bool {
    let t = tokens(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), LINE), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::MenuItem, true, chosen, entry.label));
    if chosen || response.hovered() {
        ui.painter().rect_filled(rect, theme::RADIUS, if chosen { t.accent_ground } else { t.raised });
    }
    paint_icon(ui, rect.left_center() + vec2(16.0, 0.0), entry.icon, 14.0, t.dim);
    let name = ui.painter().text(
        rect.left_center() + vec2(34.0, 0.0),
        Align2::LEFT_CENTER,
        entry.label,
        theme::medium(theme::BODY),
        t.text,
    );
    let keys = keys(entry);
    let at = rect.right_center() - vec2(10.0, 0.0);
    let right = ui.painter().text(at, Align2::RIGHT_CENTER, keys, theme::small(), t.faint);
    let room = right.left() - name.right() - 24.0;
    let at = egui::pos2(name.right() + 12.0, rect.center().y);
    crate::ui::log_row::elided_in(ui, at, room, (entry.tip, theme::small()), t.faint);
    response.clicked()
}
