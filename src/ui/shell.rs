//! `Shell`: the whole window: bars, panels, screens, and where commands go.

use egui::{CentralPanel, Frame, Panel, Ui};

use crate::capture::row::Level;
use crate::capture::study::CopyForm;
use crate::session::Phase;
use crate::settings::{Environment, Layout, Profile, Theme};
use crate::ui::action::{Action, CapturesAction, FilterChange, Misbehaviour};
use crate::ui::captures_view::CapturesView;
use crate::ui::close_dialog::CloseDialog;
use crate::ui::command::Command;
use crate::ui::compose::{Compose, can_send};
use crate::ui::connect_form::ConnectForm;
use crate::ui::copy_menu::copy_part;
use crate::ui::detail::{Circumstances, DetailRequest, DetailView, Subject};
use crate::ui::export_view::{ExportRequest, ExportView};
use crate::ui::gap_report::gap_at;
use crate::ui::jobs_view::jobs_ui;
use crate::ui::log_view::LogView;
use crate::ui::middle::Middle;
use crate::ui::model::{Model, Source};
use crate::ui::opening_bar::opening_ui;
use crate::ui::page::Page;
use crate::ui::palette::{Choice, Palette};
use crate::ui::path_prompt::{Errand, PathPrompt};
use crate::ui::reach_strip::unverified_strip_ui;
use crate::ui::server_view::{ServerCommand, server_action};
use crate::ui::shell_parts::{banner_ui, keep_layout};
use crate::ui::status_bar::status_bar_ui;
use crate::ui::status_panel::status_panel_ui;
use crate::ui::theme::{self, tokens};
use crate::ui::toasts::Toasts;
use crate::ui::top_bar::top_bar_ui;

/// The state of all views.
#[derive(Default)]
pub struct Shell {
    views: SessionViews,
    connect: ConnectForm,
    palette: Palette,
    prompt: PathPrompt,
    export: ExportView,
    page: Page,
    toasts: Toasts,
    captures: CapturesView,
    close: CloseDialog,
    /// The connect form is shown over a session that stands.
    on_form: bool,
}

/// The views of one tab.
#[derive(Debug, Default)]
pub struct SessionViews {
    log: LogView,
    detail: DetailView,
    compose: Compose,
    middle: Middle,
}

impl Shell {
    /// Selects the row at `position` and brings it into sight, as after a search.
    pub fn reveal(&mut self, position: u64) {
        self.views.log.list.reveal(position);
        self.on_form = false;
    }

    /// The rows of the log changed their places; see `LogList::rebase`.
    pub fn rebase(&mut self, moved: &dyn Fn(u64) -> u64, hidden: (u64, u64)) {
        self.views.log.list.rebase(moved, hidden);
    }

    /// Brings the last row of `rows` into sight and follows, or the first.
    pub fn show_log_edge(&mut self, last: bool, rows: u64) {
        self.views.log.list.follow(last, rows);
        if !last {
            self.views.log.list.to_start();
        }
    }

    /// Selects the row at `position`, or none.
    pub fn select(&mut self, position: Option<u64>) {
        self.views.log.list.mark_selected(position);
    }

    /// Brings the selected row into sight unless the log follows.
    pub fn keep_selected_in_sight(&mut self) {
        self.views.log.list.keep_selected_in_sight();
    }

    /// The position of the selected row, as the list has it.
    #[must_use]
    pub fn selected(&self) -> Option<u64> {
        self.views.log.list.selected()
    }

    /// A new tab is shown, with views of its own; `follow` as the preferences say. Returns those of the one before.
    pub fn start_session(&mut self, follow: bool) -> SessionViews {
        let before = std::mem::take(&mut self.views);
        self.views.log.list.reset(follow);
        self.show_session();
        before
    }

    /// Another tab is shown: puts its views in and takes those of the one before.
    pub fn swap_views(&mut self, views: &mut SessionViews) {
        std::mem::swap(&mut self.views, views);
    }

    /// Whether this page stands over the window.
    #[must_use]
    pub fn shows(&self, page: Page) -> bool {
        self.page == page
    }

    /// Nothing stands before the session.
    pub fn show_session(&mut self) {
        self.on_form = false;
        self.captures.close();
    }

    /// Shows a sentence that goes by itself, or stays if it is an error.
    pub fn say(&mut self, level: Level, sentence: &str) {
        self.toasts.say(level, sentence);
    }

    /// The live rows of a subscription were opened: shows them.
    pub fn show_table(&mut self) {
        self.views.middle.show_table();
    }

    /// Puts a text into the compose box.
    pub fn edit(&mut self, text: String) {
        self.views.compose.edit(text);
        self.on_form = false;
    }

    /// Asks for a file.
    pub fn ask_path(&mut self, errand: Errand, path: String) {
        self.prompt.open(errand, path);
    }

    /// Puts in the path that the system's dialog brought.
    pub fn fill_path(&mut self, path: String) {
        if self.export.is_open() {
            self.export.fill(path);
        } else {
            self.prompt.fill(path);
        }
    }

    /// Asks what to export, how, and where to.
    pub fn ask_export(&mut self, path: String) {
        self.export.open(path);
    }

    /// Asks whether an export may replace a file that is there.
    pub fn ask_to_replace(&mut self, request: &ExportRequest) {
        self.export.ask_to_replace(request);
    }

    /// Tells the connect form under which identity its profile was stored, so that it isn't stored again as a new one.
    pub fn adopt_profile(&mut self, stored: Profile) {
        self.connect.adopt(stored);
    }

    /// Fills in the connect form from what was found in a `.env` file.
    pub fn fill_connect_form(&mut self, found: &Environment) {
        self.connect.fill(found);
    }

    /// Paints the window and collects what the user wants.
    pub fn show(&mut self, ui: &mut Ui, model: &Model<'_>, actions: &mut Vec<Action>) {
        // Behind a dialog nothing must happen unseen.
        let in_dialog = ui.memory(|memory| memory.top_modal_layer().is_some());
        if !in_dialog && let Some(command) = Command::pressed(ui.ctx()) {
            self.perform(command, model, actions);
        }
        let on_captures = self.captures.is_open();
        let on_form = !on_captures && (self.on_form || model.source == Source::Nothing);
        let t = tokens(ui);
        let bar = Frame::new().fill(t.bar).inner_margin(egui::Margin::symmetric(8, 0));
        let top = Panel::top("top bar").exact_size(theme::TOP_BAR_HEIGHT).frame(bar);
        let chosen = top.show(ui, |ui| top_bar_ui(ui, model, on_form, actions)).inner;
        if let Some(command) = chosen {
            self.perform(command, model, actions);
        }
        let bottom = Panel::bottom("status bar").exact_size(theme::STATUS_BAR_HEIGHT).frame(bar);
        bottom.show(ui, |ui| status_bar_ui(ui, model));
        jobs_ui(ui, model.jobs, actions);
        if on_captures {
            let centre = CentralPanel::default().frame(Frame::new().fill(t.ground));
            centre.show(ui, |ui| self.captures.show(ui, model, actions));
        } else if on_form {
            let frame = Frame::new().fill(t.ground).inner_margin(egui::Margin::symmetric(8, 0));
            if CentralPanel::default().frame(frame).show(ui, |ui| self.connect.show(ui, model, actions)).inner
            {
                self.on_form = false;
            }
            if actions.contains(&Action::Captures(CapturesAction::Look)) {
                self.captures.open();
            }
        } else {
            self.session_ui(ui, model, actions);
        }
        let filters = model.settings.filters.iter().filter(|_| model.source != Source::Nothing);
        match self.palette.show(ui, filters) {
            Some(Choice::Command(command)) => self.perform(command, model, actions),
            Some(Choice::Filter(text)) => actions.push(Action::Filter(FilterChange::Set(text))),
            None => {}
        }
        self.close.show(ui, &*model.snapshot.transport == "portable", actions);
        self.prompt.show(ui, actions);
        self.export.show(ui, model.scopes, actions);
        let stays = self.page.show(ui, model, actions);
        if !stays {
            self.page = Page::None;
        }
        self.toasts.show(ui.ctx());
    }

    fn session_ui(&mut self, ui: &mut Ui, model: &Model<'_>, actions: &mut Vec<Action>) {
        let t = tokens(ui);
        banner_ui(ui, model);
        unverified_strip_ui(ui, model.snapshot);
        opening_ui(ui, model.recording.opening, actions);
        let mut layout = model.settings.layout;
        let panel = Frame::new().fill(t.panel);
        let width = ui.available_width();
        let mut wanted = None;
        if layout.show_status {
            let left = Panel::left("status panel")
                .default_size(layout.status_width.min(width * 0.26))
                .size_range(200.0..=width * 0.35);
            let frame = panel.inner_margin(theme::PANEL_MARGIN);
            let shown = left.frame(frame).show(ui, |ui| status_panel_ui(ui, model, &mut wanted, actions));
            layout.status_width = shown.response.rect.width();
        }
        if let Some(command) = wanted {
            self.perform(command, model, actions);
        }
        // A narrow window keeps its room for the log until there is something to show beside it.
        if layout.show_detail && (width > 1100.0 || model.detail.is_some()) {
            let right = Panel::right("detail panel")
                .default_size(layout.detail_width.min(width * 0.28))
                .size_range(240.0..=width * 0.5);
            let shown = right.frame(panel).show(ui, |ui| {
                let can_send = can_send(model.snapshot) && matches!(model.source, Source::Live(_));
                let card = model.detail.and_then(|detail| model.snapshot.card_of(detail.row.seq));
                let card = card.map(AsRef::as_ref);
                let gap = model.detail.and_then(|detail| gap_at(model.gaps, detail.row.seq));
                let Model { detail, study, wish, .. } = *model;
                let subject = Subject { detail, study, wish, card, gap };
                let (offset_s, marked) = (model.log.offset_s, model.log.marked);
                self.views.detail.show(ui, subject, Circumstances { offset_s, can_send, marked }, actions)
            });
            layout.detail_width = shown.response.rect.width();
            if let Some(DetailRequest::Edit(text)) = shown.inner {
                self.views.compose.edit(text);
            }
        }
        if layout.show_compose && matches!(model.source, Source::Live(_)) {
            let height = ui.available_height();
            let below = Panel::bottom("compose box").resizable(true).default_size(layout.compose_height);
            let below = below.size_range(130.0..=(height * 0.6).max(131.0));
            let shown = below.frame(panel).show(ui, |ui| {
                self.views.compose.show(ui, model.snapshot, &model.settings.history, actions);
            });
            layout.compose_height = shown.response.rect.height();
        }
        let centre = CentralPanel::default().frame(Frame::new().fill(t.ground));
        let SessionViews { middle, log, .. } = &mut self.views;
        let chosen = centre.show(ui, |ui| middle.show(ui, log, model, actions)).inner;
        if let Some(command) = chosen {
            self.perform(command, model, actions);
        }
        keep_layout(ui, model, layout, actions);
    }

    /// Opens the search inside the selected message, and the panel it stands in.
    fn find_in_message(&mut self, model: &Model<'_>, actions: &mut Vec<Action>) {
        let layout = model.settings.layout;
        if !layout.show_detail {
            actions.push(Action::SetLayout(Layout { show_detail: true, ..layout }));
        }
        self.views.detail.find();
    }

    /// Does what a command says, or asks the app to.
    pub fn perform(&mut self, command: Command, model: &Model<'_>, actions: &mut Vec<Action>) {
        let settings = model.settings;
        if self.views.log.perform(command, &model.log, actions)
            || self.views.compose.perform(command, model.snapshot, &settings.history, actions)
        {
            return;
        }
        match command {
            Command::Palette => self.palette.open(),
            Command::FindInMessage => self.find_in_message(model, actions),
            Command::Connection => {
                self.on_form = self.captures.is_open() || !self.on_form;
                self.captures.close();
            }
            Command::Captures if self.captures.is_open() => self.captures.close(),
            Command::Captures => {
                self.captures.open();
                actions.push(Action::Captures(CapturesAction::Look));
            }
            Command::Table => actions.extend(self.views.middle.toggle(model)),
            Command::CloseWith
                if model.snapshot.phase.is_open() && matches!(model.source, Source::Live(_)) =>
            {
                self.close.open();
            }
            Command::Server(ServerCommand::Show) => self.page = Page::Server,
            Command::HeartbeatLab => self.page = Page::Lab,
            Command::Settings => self.page = Page::Settings,
            Command::Help => self.page = Page::Help,
            Command::EditAndResend => {
                if let Some(detail) = model.detail.filter(|detail| detail.is_sendable()) {
                    self.views.compose.edit(detail.text.to_string());
                }
            }
            command => actions.extend(action_of(command, model)),
        }
    }
}

/// The action of a command that no view does by itself.
fn action_of(command: Command, model: &Model<'_>) -> Option<Action> {
    let (layout, preferences) = (model.settings.layout, model.settings.preferences);
    let is_live = matches!(model.source, Source::Live(_));
    let set = |preferences| Some(Action::SetPreferences(Box::new(preferences)));
    let set_layout = |layout| Some(Action::SetLayout(layout));
    match command {
        Command::Tabs(command) => Some(Action::Tabs(command.action())),
        Command::Server(command) => server_action(command, model),
        Command::Reconnect => is_live.then_some(Action::Reconnect),
        Command::Disconnect => is_live.then_some(Action::Disconnect),
        Command::Abort => is_live.then_some(Action::Abort),
        Command::RetryNow => is_live.then_some(Action::RetryNow),
        Command::MeasureNow => on_live_phase(model, Action::MeasureNow),
        Command::Reauthenticate => on_live_phase(model, Action::Reauthenticate).filter(|_| is_live),
        Command::StartDemo => Some(Action::StartDemo),
        Command::DemoDrop => Some(Action::Misbehave(Misbehaviour::Drop)),
        Command::DemoSilence => Some(Action::Misbehave(Misbehaviour::Silence)),
        Command::DemoExpire => Some(Action::Misbehave(Misbehaviour::ExpireToken)),
        Command::Resend => model
            .detail
            .filter(|detail| is_live && detail.is_sendable())
            .map(|detail| Action::Resend { seq: detail.row.seq, text: detail.text.to_string() }),
        Command::CopyText => model.detail.map(|detail| copy_part(&detail.text, CopyForm::Exact)),
        Command::OpenCapture => Some(Action::OpenCapture),
        Command::SaveCapture => Some(Action::SaveCapture),
        Command::Export => (model.scopes.all > 0).then_some(Action::AskExport),
        Command::ImportHar => Some(Action::ImportHar),
        Command::MergeCapture => (model.source != Source::Nothing).then_some(Action::MergeCapture),
        Command::ShowCaptures => Some(Action::ShowCaptures),
        Command::StatusPanel => set_layout(Layout { show_status: !layout.show_status, ..layout }),
        Command::DetailPanel => set_layout(Layout { show_detail: !layout.show_detail, ..layout }),
        Command::ComposePanel => {
            Some(Action::SetLayout(Layout { show_compose: !layout.show_compose, ..layout }))
        }
        Command::NextTheme => {
            let theme = match preferences.theme {
                Theme::System => Theme::Dark,
                Theme::Dark => Theme::Light,
                Theme::Light => Theme::System,
            };
            set(crate::settings::Preferences { theme, ..preferences })
        }
        Command::ZoomIn => {
            set(crate::settings::Preferences { zoom: (preferences.zoom + 0.1).min(3.0), ..preferences })
        }
        Command::ZoomOut => {
            set(crate::settings::Preferences { zoom: (preferences.zoom - 0.1).max(0.5), ..preferences })
        }
        Command::ZoomReset => set(crate::settings::Preferences { zoom: 1.0, ..preferences }),
        Command::Quit => Some(Action::Quit),
        // Done by the views, before this is asked.
        Command::Palette
        | Command::Connection
        | Command::Captures
        | Command::CloseWith
        | Command::Subscribe
        | Command::Send
        | Command::Format
        | Command::HistoryBack
        | Command::HistoryForward
        | Command::Compose
        | Command::EditAndResend
        | Command::Follow
        | Command::Pause
        | Command::ClearLog
        | Command::UndoClear
        | Command::FocusFilter
        | Command::ClearFilter
        | Command::SaveFilter
        | Command::SavedFilters
        | Command::FilterHelp
        | Command::Find
        | Command::FindNext
        | Command::FindPrevious
        | Command::FindInMessage
        | Command::Rows(_)
        | Command::HeartbeatLab
        | Command::Settings
        | Command::Table
        | Command::Help => None,
    }
}

/// An action for a connection on which messages flow.
fn on_live_phase(model: &Model<'_>, action: Action) -> Option<Action> {
    (model.snapshot.phase == Phase::Live).then_some(action)
}
