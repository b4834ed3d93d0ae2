//! `Notice`: something to tell the user once, and the corner where such things are told.

use std::time::Duration;

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
pub struct Corner(Toasts);

impl Default for Corner {
    fn default() -> Self {
        Self(Toasts::new().with_anchor(Anchor::BottomRight).with_margin(egui::vec2(12.0, 40.0)))
    }
}

impl Corner {
    /// Puts a notice up.
    pub fn tell(&mut self, notice: Notice) {
        let mut toast = match notice.tone {
            Tone::Done => Toast::success(notice.sentence),
            Tone::Info => Toast::info(notice.sentence),
            Tone::Error => Toast::error(notice.sentence),
        };
        let stays = if notice.tone == Tone::Error { LONG } else { SHORT };
        // A progress bar would have the window painted all the while.
        toast.duration(stays).width(420.0).closable(true).show_progress_bar(false);
        self.0.add(toast);
    }

    /// Paints them.
    pub fn show(&mut self, ctx: &egui::Context) {
        if !self.0.is_empty() {
            self.0.show(ctx);
        }
    }
}
