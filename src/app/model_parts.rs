//! From the app's state to the `Model` of one frame.

use std::ops::Range;
use std::sync::Arc;

use super::app::App;
use super::exchange::scopes;
use super::tab::Tab;
use super::vault::Key;
use crate::capture::Notes;
use crate::capture::filter::Vocabulary;
use crate::capture::row::Detail;
use crate::capture::study::{Study, StudyWish};
use crate::engine::{FileState, Found, Gaps, LiveTable, RowWindow};
use crate::session::Snapshot;
use crate::session::table::ShownTable;
use crate::settings::{Environment, Settings};
use crate::ui::capture_list::CaptureList;
use crate::ui::export_view::Scopes;
use crate::ui::jobs_view::JobView;
use crate::ui::lab_view::LabModel;
use crate::ui::log_model::{FilterState, LogModel};
use crate::ui::model::{Demo, Model, Opening, Recent, Recording, Source};
use crate::ui::tab_strip::{TabView, Tabs};
use crate::ui::vault_model::{KeyringState, VaultModel};

/// Uids offered while a filter is written: more would be no help.
const UIDS: usize = 100;

/// What a model borrows from, held for one frame.
pub struct ModelParts {
    now_us: u64,
    snapshot: Arc<Snapshot>,
    file: Arc<FileState>,
    window: Arc<RowWindow>,
    detail: Option<Arc<Detail>>,
    study: Arc<Study>,
    wish: StudyWish,
    notes: Arc<Notes>,
    table: Option<Arc<ShownTable>>,
    gaps: Gaps,
    log: LogModel<'static>,
    filter: String,
    removed_filter: Option<String>,
    is_waiting: bool,
    found: Option<Arc<Found>>,
    uids: Vec<Arc<str>>,
    /// Which rows of the window stand side by side, and where they begin.
    standing: Range<usize>,
    window_start: u64,
    source: Option<(bool, String)>,
    tabs: (Vec<TabView>, usize),
    file_name: String,
    file_path: String,
    banner: Option<String>,
    demo: Option<(String, bool)>,
    captures: Arc<CaptureList>,
    opening: Option<Opening>,
    removed_profile: Option<String>,
    known: Vec<Key>,
    kept: Vec<Key>,
    keyring: KeyringState,
    keyring_trouble: Option<String>,
    is_keyring_awaited: bool,
    environment: Option<Environment>,
    jobs: Vec<JobView>,
    lab: LabModel,
    scopes: Scopes,
}

impl ModelParts {
    /// Takes the immutable values of this moment.
    pub fn gather(app: &App) -> Self {
        let mut parts = Self {
            now_us: 0,
            snapshot: Arc::default(),
            file: Arc::default(),
            window: Arc::default(),
            detail: None,
            study: Arc::default(),
            wish: StudyWish::default(),
            notes: Arc::default(),
            table: None,
            gaps: Gaps::default(),
            log: LogModel::default(),
            filter: String::new(),
            removed_filter: app.memory.removed_filter().map(str::to_owned),
            is_waiting: false,
            found: None,
            uids: Vec::new(),
            standing: 0..0,
            window_start: 0,
            source: None,
            tabs: app.beside.strip(app.tab.as_ref()),
            file_name: String::new(),
            file_path: String::new(),
            banner: app.files.banner.clone(),
            demo: app.demo.as_ref().map(|demo| (demo.url().to_owned(), demo.is_silent())),
            captures: Arc::clone(&app.files.captures.list),
            opening: None,
            removed_profile: app.memory.removed_profile().map(str::to_owned),
            known: app.memory.vault.known(),
            kept: app.memory.vault.kept(),
            keyring: app.memory.vault.state(),
            keyring_trouble: app.memory.vault.trouble().map(str::to_owned),
            is_keyring_awaited: app.memory.vault.is_waiting(),
            environment: Some(&app.memory.environment).filter(|found| !found.is_empty()).cloned(),
            jobs: app.files.tasks.views(),
            lab: app.lab_model(),
            scopes: Scopes::default(),
        };
        let Some(tab) = &app.tab else { return parts };
        parts.scopes = scopes(tab);
        parts.now_us = tab.capture.now().elapsed_us;
        parts.snapshot = tab.capture.snapshot();
        parts.file = tab.capture.file();
        parts.window = tab.capture.rows();
        parts.detail = tab.capture.detail();
        parts.study = tab.capture.study();
        parts.wish = tab.study_wish.clone();
        (parts.standing, parts.window_start) = tab.order.run(parts.window.rows.iter().map(|row| row.seq));
        parts.log.rows = tab.order.len();
        parts.log.folded = tab.order.folded();
        parts.log.hidden = tab.hidden();
        parts.uids = uids(&parts.snapshot);
        parts.filter = tab.filtering.text().to_owned();
        parts.is_waiting = tab.filtering.is_waiting();
        parts.found = tab.order.found().cloned();
        parts.log.offset_s =
            app.files.zone.offset_s(tab.capture.now().time_us, app.memory.settings().preferences.utc);
        parts.log.opening = parts.file.opening.is_some();
        parts.log.marked = tab.marked;
        parts.log.selected = tab.selected;
        parts.log.time = app.memory.settings().preferences.time;
        parts.log.mark = parts.window.mark.filter(|_| tab.marked.is_some());
        parts.log.start.time_us = tab.capture.view().get(1).map_or(0, |record| record.time_us);
        parts.notes = tab.capture.notes();
        parts.table = tab.table.as_ref().map(LiveTable::shown);
        parts.gaps = tab.capture.gaps();
        parts.log.search = tab.search();
        parts.opening = opening(tab);
        parts.source = Some((tab.profile.is_some(), tab.name()));
        if let Some(path) = &parts.file.path {
            parts.file_name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            parts.file_path = path.display().to_string();
        }
        if let Some(trouble) = parts.file.trouble.as_ref().or(parts.file.notes_trouble.as_ref()) {
            parts.banner = Some(trouble.clone());
        } else if !parts.file.oddities.is_empty() {
            parts.banner = Some(parts.file.oddities.join(" "));
        }
        parts
    }

    fn filter_state(&self) -> FilterState<'_> {
        let found = self.found.as_deref();
        FilterState {
            text: &self.filter,
            fitting: found.map_or(0, Found::len),
            looked: found.map_or(0, Found::looked),
            of: found.map_or(0, Found::of),
            is_waiting: self.is_waiting,
            is_halted: found.is_some_and(Found::is_halted),
            trouble: found.and_then(Found::trouble),
        }
    }

    /// The model of this frame.
    pub fn model<'a>(&'a self, settings: &'a Settings, recents: &'a [Recent]) -> Model<'a> {
        Model {
            now_us: self.now_us,
            snapshot: &self.snapshot,
            log: LogModel {
                window: self.window.rows.get(self.standing.clone()).unwrap_or_default(),
                window_start: self.window_start,
                filter: self.filter_state(),
                saved: Some(&settings.filters),
                removed_filter: self.removed_filter.as_deref(),
                words: Vocabulary { collections: &self.snapshot.collections, uids: &self.uids },
                columns: Some(&settings.columns),
                notes: Some(&self.notes),
                ..self.log
            },
            detail: self.detail.as_deref(),
            study: &self.study,
            wish: &self.wish,
            table: self.table.as_deref(),
            gaps: &self.gaps,
            settings,
            source: match &self.source {
                None => Source::Nothing,
                Some((true, name)) => Source::Live(name),
                Some((false, name)) => Source::Recording(name),
            },
            tabs: Tabs { views: &self.tabs.0, current: self.tabs.1 },
            recording: Recording {
                on: self.file.path.is_some(),
                file: &self.file_name,
                path: &self.file_path,
                bytes: self.file.bytes,
                all_bytes: self.captures.total_bytes,
                lost: 0,
                opening: self.opening,
                tailing: self.file.live,
            },
            demo: self.demo.as_ref().map_or(Demo::Off, |(url, silent)| Demo::On { url, silent: *silent }),
            recents,
            captures: &self.captures,
            vault: VaultModel {
                known: &self.known,
                kept: &self.kept,
                keyring: self.keyring,
                trouble: self.keyring_trouble.as_deref(),
                is_waiting: self.is_keyring_awaited,
                environment: self.environment.as_ref(),
            },
            jobs: &self.jobs,
            lab: &self.lab,
            scopes: self.scopes,
            banner: self.banner.as_deref(),
            removed_profile: self.removed_profile.as_deref(),
        }
    }
}

/// How far a recording is read, while it is.
fn opening(tab: &Tab) -> Option<Opening> {
    let file = tab.capture.file();
    let of_bytes = file.opening?;
    Some(Opening {
        read_bytes: file.bytes,
        of_bytes,
        events: tab.capture.view().len(),
        end: tab.capture.preview().map(|preview| preview.count()),
        shows_end: tab.order.end().is_some(),
    })
}

/// Uids of the newest subscriptions, for writing a filter.
fn uids(snapshot: &Snapshot) -> Vec<Arc<str>> {
    let newest = snapshot.subscriptions.iter().rev().take(UIDS);
    newest.filter_map(|subscription| subscription.request.uid.clone()).collect()
}
