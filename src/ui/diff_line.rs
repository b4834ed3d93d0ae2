//! `LineUi`: one change of a comparison, as a line.

use egui::accesskit::Role;
use egui::text::LayoutJob;
use egui::{Color32, Rect, Response, Sense, TextFormat, Ui, WidgetInfo, pos2, vec2};
use lucide_icons::Icon;

use crate::capture::json_diff::{Change, ChangeKind};
use crate::capture::json_path::{name, path_of};
use crate::capture::json_tree::{JsonTree, slice};
use crate::capture::study::Compared;
use crate::directus::shown;
use crate::ui::action::Action;
use crate::ui::control::paint_icon;
use crate::ui::figures::{count, counted};
use crate::ui::theme::{self, Tokens, tokens};

const INDENT: f32 = 14.0;
const DEEPEST_INDENT: u32 = 24;
/// Longer values are cut on screen; Copy takes all.
const SHOWN_BYTES: usize = 200;
/// Where two texts begin alike for more bytes, they are shown from shortly before they part.
const ALIKE: usize = 32;
/// Bytes looked at to find where they part.
const SEARCHED: usize = 65_536;

/// Which side of a change a line shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Both sides, or the only one there is.
    Both,
    /// The old side, in red.
    Old,
    /// The new side under it, in green.
    New,
}

/// A line about a change.
pub struct LineUi<'a> {
    /// Both sides.
    pub compared: &'a Compared,
    /// What it is about.
    pub change: &'a Change,
    /// Which side of it.
    pub part: Part,
    /// What is inside is not listed.
    pub folded: bool,
}

impl<'a> LineUi<'a> {
    /// Paints it into `rect`.
    pub fn show(&self, ui: &mut Ui, rect: Rect, id: egui::Id, actions: &mut Vec<Action>) -> Response {
        let t = tokens(ui);
        let response = ui.interact(rect, id, Sense::CLICK);
        let job = self.job(t);
        let (sign, colour) = self.sign(t);
        let sign = if self.part == Part::New { "" } else { sign };
        let said = if sign.is_empty() { job.text.clone() } else { format!("{sign} {}", job.text) };
        response.widget_info(|| WidgetInfo::labeled(Role::TreeItem, true, &said));
        let ground = match (self.change.kind, self.part) {
            (ChangeKind::Added, _) | (_, Part::New) => t.good_ground,
            (ChangeKind::Removed, _) | (_, Part::Old) => t.error_ground,
            (ChangeKind::Changed, Part::Both) => t.warning_ground,
            (
                ChangeKind::Same
                | ChangeKind::Run
                | ChangeKind::Moved
                | ChangeKind::Respelled
                | ChangeKind::Inside,
                Part::Both,
            ) => Color32::TRANSPARENT,
        };
        let ground = if response.hovered() || response.has_focus() { t.raised } else { ground };
        ui.painter().rect_filled(rect.shrink2(vec2(4.0, 0.5)), 4.0, ground);
        let depth = u8::try_from(self.change.depth.min(DEEPEST_INDENT)).unwrap_or(0);
        let left = rect.left() + 22.0 + INDENT * f32::from(depth);
        let icon = match self.change.kind {
            ChangeKind::Inside | ChangeKind::Run => {
                Some(if self.folded { Icon::ChevronRight } else { Icon::ChevronDown })
            }
            ChangeKind::Added => Some(Icon::Plus),
            ChangeKind::Removed => Some(Icon::Minus),
            ChangeKind::Changed => Some(Icon::Pencil),
            ChangeKind::Moved => Some(Icon::ArrowUpDown),
            ChangeKind::Respelled => Some(Icon::Equal),
            ChangeKind::Same => None,
        };
        if let Some(icon) = icon.filter(|_| self.part != Part::New) {
            paint_icon(ui, pos2(left - 9.0, rect.center().y), icon, 11.0, colour);
        }
        let galley = ui.painter().layout_job(job);
        ui.painter().galley(pos2(left, rect.center().y - galley.size().y / 2.0), galley, t.text);
        self.menu(&response, actions);
        response
    }

    /// The kind in a word, for whoever does not see the colour, and its colour.
    fn sign(&self, t: &Tokens) -> (&'static str, Color32) {
        match self.change.kind {
            ChangeKind::Same => ("same", t.faint),
            ChangeKind::Run | ChangeKind::Inside => ("", t.faint),
            ChangeKind::Moved => ("moved", t.accent),
            ChangeKind::Respelled => ("spelled another way", t.dim),
            ChangeKind::Changed => ("changed", t.warning),
            ChangeKind::Added => ("added", t.good),
            ChangeKind::Removed => ("removed", t.error),
        }
    }

    fn old_side(&self) -> Option<(&'a str, &'a JsonTree, usize)> {
        let node = usize::try_from(self.change.old?).ok()?;
        Some((&self.compared.old.0, &self.compared.old.1, node))
    }

    fn new_side(&self) -> Option<(&'a str, &'a JsonTree, usize)> {
        let node = usize::try_from(self.change.new?).ok()?;
        Some((&self.compared.new.0, &self.compared.new.1, node))
    }

    /// Bytes of both values and the key.
    #[must_use]
    pub fn length(&self) -> usize {
        let length = |part: Option<(&str, &JsonTree, usize)>| part.map_or(0, |part| value(part).len());
        length(self.old_side()) + length(self.new_side()) + self.key().len()
    }

    fn key(&self) -> &'a str {
        self.new_side()
            .or(self.old_side())
            .map_or("", |(text, tree, node)| tree.nodes().get(node).map_or("", |node| slice(text, &node.key)))
    }

    /// Both values as far as they are shown: cut, and from shortly before they part.
    fn values(&self) -> (String, String) {
        let (old, new) = (self.old_side().map_or("", value), self.new_side().map_or("", value));
        if self.part == Part::Both {
            return (cut(old, 0), cut(new, 0));
        }
        // This runs in each frame, so not over megabytes.
        let both = old.bytes().zip(new.bytes()).take(SEARCHED);
        let alike = both.take_while(|(old, new)| old == new).count();
        let start = if alike > ALIKE { alike - ALIKE / 2 } else { 0 };
        (cut(old, start), cut(new, start))
    }

    fn menu(&self, response: &Response, actions: &mut Vec<Action>) {
        if self.change.kind == ChangeKind::Run {
            return;
        }
        response.context_menu(|ui| {
            let parts = [("Copy old value", self.old_side()), ("Copy new value", self.new_side())];
            for (words, part) in parts {
                let Some(part) = part else { continue };
                if ui.button(words).clicked() {
                    actions.push(Action::Copy(value(part).to_owned()));
                    ui.close();
                }
            }
            if let Some((text, tree, node)) = self.new_side().or(self.old_side())
                && ui.button("Copy path").clicked()
            {
                actions.push(Action::Copy(path_of(text, tree, node)));
                ui.close();
            }
        });
    }

    fn job(&self, t: &Tokens) -> LayoutJob {
        let mut job = LayoutJob::default();
        job.wrap.max_rows = 1;
        job.break_on_newline = false;
        let mut add = |text: &str, colour: Color32| {
            job.append(text, 0.0, TextFormat::simple(theme::mono(), colour));
        };
        let change = self.change;
        if change.kind == ChangeKind::Run {
            add(&format!("{} unchanged", count(u64::from(change.count))), t.faint);
            return job;
        }
        let key = self.key();
        let (old, new) = self.values();
        if self.part == Part::New {
            add(&format!("→ {new}"), t.good);
            return job;
        }
        let place = change.new_place.or(change.old_place);
        match (place, change.depth) {
            (Some(place), 1..) => add(&format!("[{place}]"), t.dim),
            (None, 1..) if !key.is_empty() => add(&shown(&name(key)), t.json_key),
            _ => {}
        }
        if change.moved
            && let Some(from) = change.old_place
        {
            add(&format!(" from [{from}]"), t.accent);
        }
        let separator = if job.text.is_empty() { "" } else { ": " };
        let mut add = |text: &str, colour: Color32| {
            job.append(text, 0.0, TextFormat::simple(theme::mono(), colour));
        };
        add(separator, t.text);
        match change.kind {
            ChangeKind::Inside => {
                let brackets = if new.starts_with('[') { "[…]" } else { "{…}" };
                add(&format!("{brackets} {}", counted(u64::from(change.count), "change")), t.dim);
            }
            ChangeKind::Changed if self.part == Part::Old => add(&old, t.error),
            ChangeKind::Changed => {
                add(&old, t.error);
                add(" → ", t.dim);
                add(&new, t.good);
            }
            ChangeKind::Respelled => {
                add(&format!("{old} → {new}"), t.dim);
                add(if new.starts_with('"') { "  same text" } else { "  same number" }, t.faint);
            }
            ChangeKind::Added => add(&new, t.good),
            ChangeKind::Removed => add(&old, t.error),
            ChangeKind::Moved | ChangeKind::Same | ChangeKind::Run => add(&new, t.dim),
        }
        job
    }
}

fn value<'a>((text, tree, node): (&'a str, &'a JsonTree, usize)) -> &'a str {
    tree.nodes().get(node).map_or("", |node| slice(text, &node.value))
}

/// A part of a value from `start` on.
fn cut(value: &str, start: usize) -> String {
    let floor =
        |at: usize| (0..=at.min(value.len())).rev().find(|&at| value.is_char_boundary(at)).unwrap_or(0);
    let start = floor(start);
    let end = floor(start + SHOWN_BYTES);
    let shown = shown(value.get(start..end).unwrap_or_default());
    format!("{}{shown}{}", if start > 0 { "…" } else { "" }, if end < value.len() { "…" } else { "" })
}
