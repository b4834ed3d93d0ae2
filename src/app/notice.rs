//! `Notice`: something to tell the user once, and the corner where such things are told.

use std::time::Duration;

use egui::accesskit::{Live, Role};
use egui_notify::{Anchor, Toast, Toasts};

/// How long good news stay.
const SHORT: Duration = Duration::from_secs(6);
/// How long a failure stays, unless it is clicked away.
const LONG: Duration = Duration::from_secs(30);

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

/// The notices on the screen.
pub struct Corner {
    toasts: Toasts,
    /// The same for screen readers, since the toasts are only painted: sentence, tone, when it ends by egui's time.
    spoken: Vec<(Notice, Option<f64>)>,
}

impl Default for Corner {
    fn default() -> Self {
        let toasts = Toasts::new().with_anchor(Anchor::BottomRight).with_margin(egui::vec2(12.0, 40.0));
        Self { toasts, spoken: Vec::new() }
    }
}

impl Corner {
    /// Puts a notice up.
    pub fn tell(&mut self, notice: Notice) {
        let mut toast = match notice.tone {
            Tone::Done => Toast::success(notice.sentence.clone()),
            Tone::Info => Toast::info(notice.sentence.clone()),
            Tone::Error => Toast::error(notice.sentence.clone()),
        };
        // A progress bar would have the window painted all the while.
        toast.duration(stays(notice.tone)).width(420.0).closable(true).show_progress_bar(false);
        self.toasts.add(toast);
        self.spoken.push((notice, None));
    }

    /// Paints them.
    pub fn show(&mut self, ctx: &egui::Context) {
        if !self.toasts.is_empty() {
            self.toasts.show(ctx);
        }
        let now = ctx.input(|input| input.time);
        for (notice, until) in &mut self.spoken {
            until.get_or_insert(now + stays(notice.tone).as_secs_f64());
        }
        self.spoken.retain(|(_, until)| until.is_none_or(|until| now < until));
        for (place, (notice, _)) in self.spoken.iter().enumerate() {
            ctx.accesskit_node_builder(egui::Id::unique(("notice", place)), |node| {
                let error = notice.tone == Tone::Error;
                node.set_role(if error { Role::Alert } else { Role::Status });
                node.set_live(if error { Live::Assertive } else { Live::Polite });
                node.set_label(notice.sentence.as_str());
            });
        }
    }
}

fn stays(tone: Tone) -> Duration {
    if tone == Tone::Error { LONG } else { SHORT }
}
