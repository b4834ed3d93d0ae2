//! `App`: the window's state, and the three moments eframe calls it.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use super::beside::Beside;
use super::demo_tab::DemoTab;
use super::files::Files;
use super::lab_work::LabRun;
use super::memory::Memory;
use super::model_parts::ModelParts;
use super::notice::Notice;
use super::retired::Retired;
use super::tab::Tab;
use super::vault_work::is_dotenv;
use crate::capture::IndexView;
use crate::engine::{Engine, Wake};
use crate::session::Snapshot;
use crate::settings::Theme;
use crate::ui::path_prompt::Errand;
use crate::ui::shell::Shell;

/// How often a visible text that counts seconds is painted again.
const TICK: Duration = Duration::from_secs(1);

/// The window. A new field needs an argument.
pub struct App {
    /// The views with their small state.
    pub(super) shell: Shell,
    /// The capture on the screen. Before `engine`: it must be dropped first.
    pub(super) tab: Option<Tab>,
    /// The other tabs. Before `engine`, too.
    pub(super) beside: Beside,
    /// Captures that were on it and aren't written to their end. Before `engine`, too.
    pub(super) retired: Retired,
    /// Captures on the disk, and jobs about them.
    pub(super) files: Files,
    /// Settings, and tokens until the window closes.
    pub(super) memory: Memory,
    /// The demo server, while it runs.
    pub(super) demo: Option<DemoTab>,
    /// The heartbeat lab, from its start until its page is closed.
    pub(super) lab: Option<LabRun>,
    /// Sentences not yet shown.
    pub(super) notices: Vec<Notice>,
    /// Rings when another thread has news.
    pub(super) wake: Wake,
    /// The net thread.
    pub(super) engine: Engine,
}

impl App {
    /// An app around parts that are ready.
    pub(super) fn new(engine: Engine, files: Files, memory: Memory, wake: Wake) -> Self {
        Self {
            shell: Shell::default(),
            tab: None,
            beside: Beside::default(),
            retired: Retired::default(),
            files,
            memory,
            demo: None,
            lab: None,
            notices: Vec::new(),
            wake,
            engine,
        }
    }

    /// The index of the capture on the screen, as a frame that begins now would see it. For benches.
    #[must_use]
    pub fn view(&self) -> Option<IndexView> {
        self.tab.as_ref().map(|tab| tab.capture.view())
    }

    /// What the capture on the screen means, as a frame that begins now would see it. For benches.
    #[must_use]
    pub fn snapshot(&self) -> Option<Arc<Snapshot>> {
        self.tab.as_ref().map(|tab| tab.capture.snapshot())
    }

    /// Says something to the user.
    pub(super) fn say(&mut self, notice: Notice) {
        self.notices.push(notice);
    }

    /// Takes what other threads have published. Runs before each frame, and alone while the window is hidden.
    fn take_news(&mut self, ctx: &egui::Context) {
        self.wake.heard();
        self.bring_columns();
        self.bring_colours();
        let fold = self.memory.settings().preferences.fold_heartbeats;
        let utc = self.memory.settings().preferences.utc;
        if let Some(tab) = &mut self.tab {
            tab.order.set_fold(fold);
            tab.filtering.mean_utc(utc, &tab.capture, &self.wake);
            tab.filtering.mind_notes(&tab.capture, &self.wake);
            let prepared = tab.prepare();
            if prepared.more {
                ctx.request_repaint();
            }
            if let Some((moved, hidden)) = &prepared.moved {
                self.shell.rebase(&|place| tab.order.moved(moved, place), (*hidden, tab.hidden()));
            }
            if let Some(found) = prepared.found {
                self.shell.reveal(tab.order.place(found.seq));
            }
            tab.hold_selection(&mut self.shell);
            if prepared.is_new_filter {
                self.shell.keep_selected_in_sight();
            }
            while let Some(copied) = tab.capture.take_copy() {
                match copied {
                    Ok(text) => ctx.copy_text(text),
                    Err(sentence) => self.notices.push(Notice::error(sentence)),
                }
            }
            if tab.counts_seconds() {
                ctx.request_repaint_after(TICK);
            }
        }
        self.reopen_replaced();
        self.poll_beside();
        for lost in self.retired.news() {
            self.say(Notice::error(lost));
        }
        self.poll_lab();
        self.poll_files();
        if let Some(patience) = self.take_vault_news() {
            ctx.request_repaint_after(patience);
        }
        self.poll_captures();
        self.apply_preferences(ctx);
    }

    fn frame_ui(&mut self, ui: &mut egui::Ui) {
        let mut actions = Vec::new();
        let parts = ModelParts::gather(self);
        let model = parts.model(self.memory.settings(), &self.files.captures.recents);
        self.shell.show(ui, &model, &mut actions);
        let ctx = ui.ctx().clone();
        for action in actions {
            self.perform(&ctx, action);
        }
        if let Some(text) = self.files.clipboard.take() {
            ctx.copy_text(text);
        }
        self.take_dropped_file(&ctx);
        for notice in self.notices.drain(..) {
            self.shell.say(notice.level, &notice.sentence);
        }
    }

    /// A capture dropped on the window is opened, a `.env` file fills in the connect form.
    fn take_dropped_file(&mut self, ctx: &egui::Context) {
        let dropped = ctx.input(|input| input.raw.dropped_files.clone());
        if let Some(file) = dropped.first() {
            if is_dotenv(file.path()) {
                self.run_errand(Errand::ReadDotenv, file.path().to_owned());
            } else {
                self.open_capture(file.path());
            }
        }
    }

    /// Brings theme and size to what the preferences say.
    fn apply_preferences(&self, ctx: &egui::Context) {
        let preferences = self.memory.settings().preferences;
        let theme = match preferences.theme {
            Theme::System => egui::ThemePreference::System,
            Theme::Dark => egui::ThemePreference::Dark,
            Theme::Light => egui::ThemePreference::Light,
        };
        if ctx.options(|options| options.theme_preference) != theme {
            ctx.set_theme(theme);
        }
        if (ctx.zoom_factor() - preferences.zoom).abs() > 0.01 {
            ctx.set_zoom_factor(preferences.zoom);
        }
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        self.take_news(ctx);
    }

    fn ui(&mut self, ui: &mut egui::Ui, frame: &mut eframe::Frame) {
        self.frame_ui(ui);
        // eframe waits for its last writing before it begins the next, so a panel's edge is written when it is let go.
        let held = ui.input(|input| input.pointer.any_down());
        if !held
            && self.memory.take_unsaved()
            && let Some(storage) = frame.storage_mut()
        {
            // Now and not in half a minute: a setting that is shown must survive a crash.
            self.memory.store(storage);
            storage.flush();
        }
    }

    fn save(&mut self, storage: &mut dyn eframe::Storage) {
        self.memory.store(storage);
    }

    fn on_exit(&mut self) {
        self.retire_all();
        // The window is gone: whoever started it from a terminal still learns what was lost.
        for lost in self.retired.finish() {
            let _nobody_listens = writeln!(std::io::stderr(), "{lost}");
        }
        self.memory.vault.finish();
        self.files.captures.delete_aside();
    }
}
