//! `Captures`: the captures of the data folder, as the window knows them. The folder is read and changed on another
//! thread; what it tells is picked up before a frame.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crossbeam_channel::{Receiver, TryRecvError};

use super::app::App;
use super::captures_work::{Errand, Known, News, Work};
use super::notice::Notice;
use super::zone::Zones;
use crate::capture::{Aside, Store};
use crate::engine::Wake;
use crate::ui::action::CapturesAction;
use crate::ui::capture_list::{CaptureList, CaptureRow};
use crate::ui::model::Recent;

/// How many captures the first screen offers.
const RECENTS: usize = 12;

/// The captures of the data folder, and what is under way with them.
#[derive(Default)]
pub struct Captures {
    /// What the list shows.
    pub list: Arc<CaptureList>,
    /// Captures for the first screen, newest first.
    pub recents: Vec<Recent>,
    recent_paths: Vec<PathBuf>,
    known: Arc<Known>,
    /// What a thread tells that is at work.
    news: Option<Receiver<News>>,
    /// What is to be done when it is ready, if only listing anew.
    errands: Vec<Errand>,
    is_due: bool,
    /// First and last lines are wanted: the list was opened once.
    wants_outlines: bool,
    /// The capture deleted last.
    aside: Option<Aside>,
}

impl Captures {
    /// Wants something done, and the list read anew after it.
    pub fn ask(&mut self, errand: Errand) {
        self.errands.push(errand);
        self.is_due = true;
    }

    /// Wants the list read anew.
    pub fn look(&mut self) {
        self.is_due = true;
    }

    /// The path of a capture on the first screen.
    pub fn recent(&self, place: usize) -> Option<&Path> {
        self.recent_paths.get(place).map(PathBuf::as_path)
    }

    /// Deletes for good what could be brought back until now. For the end of the program: it waits for the disk.
    pub fn delete_aside(&mut self) {
        if let Some(aside) = self.aside.take() {
            // What can't be deleted now is swept at the next start.
            let _left = aside.delete();
        }
    }

    /// Starts a thread if something is due and none is at work.
    fn start(&mut self, store: &Store, zone: &Zones, utc: bool, wake: &Wake) {
        if !self.is_due || self.news.is_some() {
            return;
        }
        let (sender, news) = crossbeam_channel::unbounded();
        let work = Work {
            store: store.clone(),
            zone: zone.clone(),
            utc,
            errands: std::mem::take(&mut self.errands),
            outlines: self.wants_outlines,
            known: Arc::clone(&self.known),
            news: sender,
            wake: wake.clone(),
        };
        self.is_due = false;
        // Where the system gives no thread the sender is gone with the work, and `poll` says so.
        let _thread = std::thread::Builder::new().name("captures".into()).spawn(move || work.run());
        self.news = Some(news);
        self.change(|list| list.is_running = true);
    }

    fn change(&mut self, change: impl FnOnce(&mut CaptureList)) {
        let list = Arc::make_mut(&mut self.list);
        change(list);
        list.revision += 1;
    }

    /// Picks up what the thread tells. Returns what to say.
    fn poll(&mut self) -> Vec<Notice> {
        let mut notices = Vec::new();
        let Some(news) = self.news.take() else { return notices };
        loop {
            match news.try_recv() {
                Ok(news) => notices.extend(self.hear(news)),
                Err(TryRecvError::Empty) => {
                    self.news = Some(news);
                    return notices;
                }
                Err(TryRecvError::Disconnected) => {
                    self.change(|list| list.is_running = false);
                    return notices;
                }
            }
        }
    }

    fn hear(&mut self, news: News) -> Option<Notice> {
        match news {
            News::Say(notice) => return Some(notice),
            News::Trouble(sentence) => self.change(|list| list.trouble = Some(sentence)),
            News::Aside(aside) => {
                let name = aside.path().file_name().unwrap_or_default().to_string_lossy().into_owned();
                if let Some(older) = self.aside.replace(aside) {
                    self.ask(Errand::Delete(older));
                }
                self.change(|list| list.deleted = Some(name));
            }
            News::Listed(rows) => {
                self.show_recents(&rows);
                self.change(|list| {
                    list.total_bytes = rows.iter().map(|row| row.bytes).sum();
                    list.rows = rows;
                    list.trouble = None;
                });
            }
            News::Outlined(from, rows) => {
                let known = Arc::make_mut(&mut self.known);
                for row in &rows {
                    if let Some(outline) = &row.outline {
                        known.insert(row.path.clone(), (row.bytes, row.modified_s, outline.clone()));
                    }
                }
                self.change(|list| {
                    for (old, new) in list.rows.iter_mut().skip(from).zip(rows) {
                        *old = new;
                    }
                });
            }
        }
        None
    }

    fn show_recents(&mut self, rows: &[CaptureRow]) {
        let rows = rows.iter().take(RECENTS);
        self.recent_paths = rows.clone().map(|row| row.path.clone()).collect();
        self.recents = rows
            .map(|row| Recent { name: row.name.clone(), when: row.when.clone(), bytes: row.bytes })
            .collect();
    }
}

impl App {
    /// Keeps the captures within their limit, oldest first, and says what it removed.
    pub(super) fn prune(&mut self) {
        let limit = self.memory.settings().preferences.capture_limit_bytes;
        let open = self.open_paths();
        self.files.captures.ask(Errand::Prune(limit, open));
    }

    /// Files of all tabs.
    fn open_paths(&self) -> Vec<PathBuf> {
        let on_screen = self.tab.as_ref().and_then(|tab| tab.capture.file().path.clone());
        on_screen.into_iter().chain(self.beside.paths()).collect()
    }

    /// Picks up what was done with the captures, and has done what is due.
    pub(super) fn poll_captures(&mut self) {
        for notice in self.files.captures.poll() {
            self.say(notice);
        }
        let utc = self.memory.settings().preferences.utc;
        let files = &mut self.files;
        if let Ok(store) = &files.store {
            files.captures.start(store, &files.zone, utc, &self.wake);
        }
    }

    /// Does what the list of captures asks for.
    pub(super) fn perform_on_captures(&mut self, ctx: &egui::Context, action: CapturesAction) {
        match action {
            CapturesAction::Look => {
                self.files.captures.wants_outlines = true;
                self.files.captures.look();
            }
            CapturesAction::Open(path) => self.open_capture(&path),
            CapturesAction::Pin(path, on) => self.files.captures.ask(Errand::Pin(path, on)),
            CapturesAction::Delete(path) => {
                if self.let_go(&path) {
                    self.say(Notice::info(
                        "This capture was kept for Reopen closed tab until now. Delete it once more.",
                    ));
                } else if self.open_paths().contains(&path) {
                    self.say(Notice::info(
                        "This capture is open in a tab. Close the tab first, then delete it.",
                    ));
                } else {
                    self.files.captures.ask(Errand::SetAside(path));
                }
            }
            CapturesAction::UndoDelete => {
                if let Some(aside) = self.files.captures.aside.take() {
                    self.files.captures.change(|list| list.deleted = None);
                    self.files.captures.ask(Errand::PutBack(aside));
                }
            }
            CapturesAction::ShowFolder(path) => {
                self.show_folder(ctx, path.parent().unwrap_or(Path::new("")));
            }
        }
        // The frame after next would do it, but nothing may ask for one.
        self.poll_captures();
    }

    /// Opens a folder in the system's file manager.
    pub(super) fn show_folder(&mut self, ctx: &egui::Context, folder: &Path) {
        match url::Url::from_directory_path(folder) {
            Ok(url) => ctx.open_url(egui::OpenUrl::new_tab(url)),
            Err(()) => self.say(Notice::error(format!(
                "{} can't be shown: its path is not absolute.",
                folder.display()
            ))),
        }
    }
}
