//! `Toasts`: short messages at the lower right edge. They go by themselves, errors excepted.

use egui::{Align2, Area, Id, RichText, vec2};
use lucide_icons::Icon;

use crate::capture::row::Level;
use crate::ui::button::Button;
use crate::ui::control::{icon_ui, level_colour};
use crate::ui::theme::{self, tokens};

/// The messages on screen, the latest last.
#[derive(Clone, Debug, Default)]
pub struct Toasts {
    shown: Vec<Toast>,
    count: u64,
}

#[derive(Clone, Debug)]
struct Toast {
    number: u64,
    level: Level,
    sentence: String,
    /// egui's time at which it goes; set when it is first painted.
    until: Option<f64>,
}

/// How long a message stays that needs no action, seconds.
const STAYS_S: f64 = 6.0;
/// More at once would cover the window; the older ones go.
const MOST: usize = 4;
const WIDTH: f32 = 340.0;

impl Toasts {
    /// Shows a sentence. An error stays until it is closed.
    pub fn say(&mut self, level: Level, sentence: &str) {
        self.count += 1;
        self.shown.push(Toast { number: self.count, level, sentence: sentence.to_owned(), until: None });
        let surplus = self.shown.len().saturating_sub(MOST);
        self.shown.drain(..surplus);
    }

    /// Paints them over everything.
    pub fn show(&mut self, ctx: &egui::Context) {
        let now = ctx.time();
        // Above the foot of the compose box: Send must stay in reach.
        let mut above = theme::STATUS_BAR_HEIGHT + 54.0;
        self.shown.retain_mut(|toast| {
            let until = *toast.until.get_or_insert(now + STAYS_S);
            let stays = toast.level == Level::Error || now < until;
            if !stays {
                return false;
            }
            if toast.level != Level::Error {
                ctx.request_repaint_after(std::time::Duration::from_secs_f64((until - now).max(0.0)));
            }
            let area = Area::new(Id::unique(("toast", toast.number))).order(egui::Order::Tooltip);
            let area = area.anchor(Align2::RIGHT_BOTTOM, vec2(-12.0, -above));
            let shown = area.show(ctx, |ui| toast.show(ui));
            above += shown.response.rect.height() + 8.0;
            !shown.inner
        });
    }
}

impl Toast {
    /// Paints it. Whether it was closed.
    fn show(&self, ui: &mut egui::Ui) -> bool {
        let t = tokens(ui);
        let colour = level_colour(t, self.level);
        let icon = match self.level {
            Level::Normal | Level::Dim => Icon::Info,
            Level::Good => Icon::CircleCheck,
            Level::Warning => Icon::TriangleAlert,
            Level::Error => Icon::CircleX,
        };
        let frame =
            egui::Frame::popup(ui.style()).fill(t.raised).inner_margin(egui::Margin::symmetric(12, 8));
        let inner = frame.show(ui, |ui| {
            ui.set_width(WIDTH);
            ui.horizontal_top(|ui| {
                icon_ui(ui, icon, 14.0, colour);
                ui.allocate_ui(vec2(WIDTH - 60.0, 0.0), |ui| {
                    ui.add(egui::Label::new(RichText::new(&self.sentence).color(t.text)).wrap());
                });
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Min), |ui| {
                    Button::icon(Icon::X, "Dismiss").small().show(ui).clicked()
                })
                .inner
            })
            .inner
        });
        inner.inner
    }
}

#[cfg(test)]
mod tests {
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::*;

    #[test]
    fn errors_stay_until_dismissed_and_the_rest_goes() {
        let mut toasts = Toasts::default();
        toasts.say(Level::Good, "Saved");
        toasts.say(Level::Error, "The disk is full");
        let mut harness = Harness::builder()
            .with_step_dt(0.25)
            .with_context_setup(theme::install)
            .build_ui_state(|ui, toasts: &mut Toasts| toasts.show(ui.ctx()), toasts);
        harness.get_by_label("Saved");
        harness.run_steps(30);
        assert!(harness.query_by_label("Saved").is_none());
        harness.get_by_label("The disk is full");
        harness.get_by_label("Dismiss").click();
        harness.run_steps(2);
        assert!(harness.query_by_label("The disk is full").is_none());
    }
}
