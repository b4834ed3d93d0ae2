//! `Notice`: something to tell the user once, and the corner where such things are told.
//!
//! The corner is ours: egui-notify paints signs our fonts don't have, and says nothing to a screen reader.

use std::time::Duration;

use egui::accesskit::Live;
use egui::{Align2, Area, Context, Id, Label, Order, Ui, vec2};
use lucide_icons::Icon;

use crate::capture::row::Level;
use crate::ui::button::{Button, Look};
use crate::ui::control::{card_ui, level_colour};
use crate::ui::theme::tokens;

/// How long good news stay, seconds.
const SHORT_S: f64 = 6.0;
/// How long a failure stays unless it is clicked away, seconds.
const LONG_S: f64 = 30.0;

/// How loud a notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// It worked.
    Done,
    /// Worth knowing.
    Info,
    /// It failed.
    Error,
}

/// A sentence and how loud it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// How loud.
    pub tone: Tone,
    /// What to say.
    pub sentence: String,
}

impl Notice {
    /// It worked.
    pub fn done(sentence: impl Into<String>) -> Self {
        Self { tone: Tone::Done, sentence: sentence.into() }
    }

    /// Worth knowing.
    pub fn info(sentence: impl Into<String>) -> Self {
        Self { tone: Tone::Info, sentence: sentence.into() }
    }

    /// It failed.
    pub fn error(sentence: impl Into<String>) -> Self {
        Self { tone: Tone::Error, sentence: sentence.into() }
    }
}

/// The notices on the screen, the oldest on top.
#[derive(Default)]
pub struct Corner {
    /// Told since the last frame.
    new: Vec<Notice>,
    /// With the time at which each goes.
    shown: Vec<(f64, Notice)>,
}

impl Corner {
    /// Puts a notice up.
    pub fn tell(&mut self, notice: Notice) {
        self.new.push(notice);
    }

    /// Paints them, and has the window painted again when the next one goes.
    pub fn show(&mut self, ctx: &Context) {
        let now = ctx.input(|input| input.time);
        self.shown.extend(self.new.drain(..).map(|notice| (now + stays_s(notice.tone), notice)));
        self.shown.retain(|(until, _)| *until > now);
        let Some(next) = self.shown.iter().map(|(until, _)| *until).reduce(f64::min) else { return };
        let mut dismissed = None;
        let corner = Area::new(Id::unique("notices")).order(Order::Foreground);
        corner.anchor(Align2::RIGHT_BOTTOM, vec2(-12.0, -38.0)).show(ctx, |ui| {
            ui.set_max_width(420.0);
            for (place, (_, notice)) in self.shown.iter().enumerate() {
                if notice_ui(ui, notice) {
                    dismissed = Some(place);
                }
            }
        });
        if let Some(place) = dismissed {
            self.shown.remove(place);
        }
        ctx.request_repaint_after(Duration::from_secs_f64((next - now).max(0.1)));
    }
}

/// Paints one notice; whether it was dismissed.
fn notice_ui(ui: &mut Ui, notice: &Notice) -> bool {
    let level = match notice.tone {
        Tone::Done => Level::Good,
        Tone::Info => Level::Normal,
        Tone::Error => Level::Error,
    };
    let edge = level_colour(tokens(ui), level);
    card_ui(ui, Some(edge), |ui| {
        ui.horizontal_top(|ui| {
            let label = ui.scope(|ui| {
                ui.set_max_width(370.0);
                ui.add(Label::new(&notice.sentence).wrap())
            });
            // A screen reader says it without being asked.
            ui.ctx().accesskit_node_builder(label.inner.id, |node| node.set_live(Live::Polite));
            Button::icon(Icon::X, "Dismiss notice").look(Look::Quiet).show(ui).clicked()
        })
        .inner
    })
}

fn stays_s(tone: Tone) -> f64 {
    match tone {
        Tone::Done | Tone::Info => SHORT_S,
        Tone::Error => LONG_S,
    }
}
