//! `Palette`: any command and any saved filter by its name.

use egui::accesskit::Role;
use egui::{Align2, Key, Modal, Modifiers, Sense, Ui, WidgetInfo, vec2};
use lucide_icons::Icon;

use crate::settings::SavedFilter;
use crate::ui::command::{Command, all, keys};
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

/// What was chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Do this.
    Command(Command),
    /// Show what fits this filter.
    Filter(String),
}

/// A line of the list.
struct Hit {
    choice: Choice,
    icon: Icon,
    label: String,
    tip: String,
    keys: String,
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

    /// Paints it over the window while it is open, with these saved filters beside the commands. Returns what was chosen.
    pub fn show<'f>(&mut self, ui: &Ui, filters: impl Iterator<Item = &'f SavedFilter>) -> Option<Choice> {
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
            let hits = hits(&self.typed, filters);
            let last = hits.len().saturating_sub(1);
            let (down, up, enter) = ui.input_mut(|input| {
                let mut pressed = |key| input.consume_key(Modifiers::NONE, key);
                (pressed(Key::ArrowDown), pressed(Key::ArrowUp), pressed(Key::Enter))
            });
            self.chosen = if down { (self.chosen + 1).min(last) } else { self.chosen };
            self.chosen = if up { self.chosen.saturating_sub(1) } else { self.chosen }.min(last);
            for (index, hit) in hits.iter().enumerate() {
                if hit_ui(ui, hit, index == self.chosen) || (enter && index == self.chosen) {
                    picked = Some(hit.choice.clone());
                }
            }
            if hits.is_empty() {
                hint_ui(ui, "No command and no saved filter has these letters in this order");
            }
        });
        if picked.is_some() || modal.should_close() {
            self.open = false;
        }
        picked
    }
}

fn hits<'f>(typed: &str, filters: impl Iterator<Item = &'f SavedFilter>) -> Vec<Hit> {
    let commands = all().filter(|entry| entry.command != Command::Palette).map(|entry| Hit {
        choice: Choice::Command(entry.command),
        icon: entry.icon,
        label: entry.label.to_owned(),
        tip: entry.tip.to_owned(),
        keys: keys(&entry),
    });
    let filters = filters.map(|filter| Hit {
        choice: Choice::Filter(filter.text.clone()),
        icon: Icon::Bookmark,
        label: format!("Filter: {}", filter.name),
        tip: filter.text.clone(),
        keys: String::new(),
    });
    let mut hits: Vec<(i32, Hit)> = commands
        .chain(filters)
        .filter_map(|hit| {
            // The name counts more than the explanation.
            let name = fit(typed, &hit.label).map(|score| score + 20);
            Some((name.or_else(|| fit(typed, &hit.tip).filter(|score| *score > 0))?, hit))
        })
        .collect();
    hits.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    hits.into_iter().map(|(_, hit)| hit).take(SHOWN).collect()
}

fn hit_ui(ui: &mut Ui, hit: &Hit, chosen: bool) -> bool {
    let t = tokens(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), LINE), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::MenuItem, true, chosen, &hit.label));
    if chosen || response.hovered() {
        ui.painter().rect_filled(rect, theme::RADIUS, if chosen { t.accent_ground } else { t.raised });
    }
    paint_icon(ui, rect.left_center() + vec2(16.0, 0.0), hit.icon, 14.0, t.dim);
    let name = ui.painter().text(
        rect.left_center() + vec2(34.0, 0.0),
        Align2::LEFT_CENTER,
        &hit.label,
        theme::medium(theme::BODY),
        t.text,
    );
    let at = rect.right_center() - vec2(10.0, 0.0);
    let right = ui.painter().text(at, Align2::RIGHT_CENTER, &hit.keys, theme::small(), t.faint);
    let room = right.left() - name.right() - 24.0;
    let at = egui::pos2(name.right() + 12.0, rect.center().y);
    crate::ui::log_row::elided_in(ui, at, room, (&hit.tip, theme::small()), t.faint);
    response.clicked()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn saved_filters_are_found_by_name_and_by_what_they_say() {
        let saved = [("drafts of mine", "status:draft"), ("slow", "rtt:>1s")].map(|(name, text)| {
            SavedFilter { name: name.to_owned(), text: text.to_owned(), ..SavedFilter::default() }
        });
        for (typed, wanted) in
            [("drafts", "status:draft"), ("filter slow", "rtt:>1s"), ("rtt:>1s", "rtt:>1s")]
        {
            let hits = hits(typed, saved.iter());
            assert_eq!(
                hits.first().map(|hit| &hit.choice),
                Some(&Choice::Filter(wanted.to_owned())),
                "{typed}"
            );
        }
        assert_eq!(hits("disconnect", saved.iter())[0].choice, Choice::Command(Command::Disconnect));
    }
}
