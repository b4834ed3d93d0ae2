//! Files the user works with: captures to open and save, profiles to exchange.

use std::path::{Path, PathBuf};

use super::app::App;
use super::job::Job;
use super::notice::Notice;
use super::place::Place;
use super::tab::Tab;
use super::zone::Zones;
use crate::capture::{Lease, Store};
use crate::engine;
use crate::settings::{self, Profile};
use crate::ui::model::Recent;

/// How many captures the first screen offers.
const RECENTS: usize = 12;

/// What a finished file job brings.
enum Outcome {
    /// A capture was chosen.
    Open(PathBuf),
    /// Something was written or read: tell.
    Said(Notice),
    /// Profiles were read from a file.
    Profiles(Vec<Profile>, Vec<String>),
    /// The user changed their mind.
    Nothing,
}

/// Captures on the disk, and what is under way.
pub struct Files {
    store: Result<Store, String>,
    /// Captures for the first screen, newest first.
    pub(super) recents: Vec<Recent>,
    recent_paths: Vec<PathBuf>,
    /// Bytes of all captures.
    pub(super) all_bytes: u64,
    /// Something that stays wrong until the user acts.
    pub(super) banner: Option<String>,
    /// Times as the user reads them.
    pub(super) zone: Zones,
    jobs: Vec<Job<Outcome>>,
}

impl Files {
    /// Looks into the data folder.
    pub fn open(place: &Place) -> Self {
        let folder = place.captures();
        let store = Store::open(&folder).map_err(|error| {
            format!("The data folder {} can't be used: {error}. Captures can't be kept.", folder.display())
        });
        let mut files = Self {
            banner: store.as_ref().err().cloned(),
            store,
            recents: Vec::new(),
            recent_paths: Vec::new(),
            all_bytes: 0,
            zone: Zones::system(),
            jobs: Vec::new(),
        };
        files.refresh();
        files
    }

    /// Reads the list of captures anew.
    pub(super) fn refresh(&mut self) {
        let list = self.store.as_ref().ok().and_then(|store| store.list().ok()).unwrap_or_default();
        self.all_bytes = list.iter().map(|capture| capture.size).sum();
        self.recents.clear();
        self.recent_paths.clear();
        for capture in list.into_iter().take(RECENTS) {
            let name = capture.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let when = self.zone.day_and_minute(capture.modified_s);
            self.recents.push(Recent { name, when, bytes: capture.size });
            self.recent_paths.push(capture.path);
        }
    }

    /// A name for a new capture.
    pub(super) fn reserve(&self, host: &str, now_us: i64) -> Result<Lease, String> {
        let store = self.store.as_ref().map_err(Clone::clone)?;
        store
            .reserve(host, now_us)
            .map_err(|error| format!("No capture file can be made in {}: {error}.", store.folder().display()))
    }
}

impl App {
    /// Keeps the captures within their limit, oldest first, and says what it removed.
    pub(super) fn prune(&mut self) {
        let limit = self.memory.settings().preferences.capture_limit_bytes;
        let pruned = self.files.store.as_ref().ok().map(|store| store.prune(limit));
        match pruned {
            Some(Ok(pruned)) if !pruned.removed.is_empty() => {
                let count = pruned.removed.len();
                self.say(Notice::info(format!(
                    "{count} of the oldest captures were removed to stay within the limit of {:.1} GB. Change the limit in the settings.",
                    gigabytes(limit)
                )));
            }
            Some(Err(error)) => self.say(Notice::error(format!("The captures can't be listed: {error}."))),
            _ => {}
        }
        self.files.refresh();
    }

    /// Opens a capture in place of what is on the screen.
    pub(super) fn open_capture(&mut self, path: &Path) {
        match engine::open(path, &self.wake) {
            Ok(capture) => {
                let fold = self.memory.settings().preferences.fold_heartbeats;
                self.tab = Some(Tab::new(capture, None, fold));
                self.shell.start_session(false);
            }
            Err(error) => self.say(Notice::error(error.to_string())),
        }
    }

    pub(super) fn open_recent(&mut self, place: usize) {
        if let Some(path) = self.files.recent_paths.get(place).cloned() {
            self.open_capture(&path);
        }
    }

    /// Asks for a capture with the system's dialog.
    pub(super) fn pick_capture(&mut self) {
        let mut dialog = rfd::AsyncFileDialog::new().add_filter("Captures", &["ndjson", "jsonl"]);
        if let Ok(store) = &self.files.store {
            dialog = dialog.set_directory(store.folder());
        }
        let asked = dialog.pick_file();
        self.job("open", move || pollster::block_on(asked).map_or(Outcome::Nothing, |file| Outcome::Open(file.path().to_owned())));
    }

    /// Asks where to, and copies the capture there as far as it is written.
    pub(super) fn save_capture(&mut self) {
        let Some(tab) = &self.tab else {
            self.say(Notice::info("There is no capture to save yet."));
            return;
        };
        let (reader, name) = (tab.capture.reader(), tab.capture.file().path.clone());
        let name = name.and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned()));
        let asked = rfd::AsyncFileDialog::new().set_file_name(name.unwrap_or_else(|| "session.ndjson".to_owned())).save_file();
        self.job("save", move || {
            let Some(file) = pollster::block_on(asked) else { return Outcome::Nothing };
            let path = file.path();
            Outcome::Said(match super::copy::copy(&reader, path) {
                Ok(bytes) => Notice::done(format!("{bytes} bytes were saved to {}.", path.display())),
                Err(error) => Notice::error(format!("{} can't be written: {error}. The capture itself is safe.", path.display())),
            })
        });
    }

    pub(super) fn show_captures(&mut self, ctx: &egui::Context) {
        match &self.files.store {
            Ok(store) => ctx.open_url(egui::OpenUrl::new_tab(format!("file://{}", store.folder().display()))),
            Err(sentence) => {
                let notice = Notice::error(sentence.clone());
                self.say(notice);
            }
        }
    }

    /// Asks where to, and writes all profiles there; secrets are never among them.
    pub(super) fn export_profiles(&mut self) {
        let text = settings::export_ron(&self.memory.settings().profiles);
        let asked = rfd::AsyncFileDialog::new().set_file_name("harewire-profiles.ron").save_file();
        self.job("export", move || {
            let Some(file) = pollster::block_on(asked) else { return Outcome::Nothing };
            let path = file.path();
            Outcome::Said(match text.map_err(|error| error.to_string()).and_then(|text| super::copy::write(path, &text).map_err(|error| error.to_string())) {
                Ok(()) => Notice::done(format!("The profiles were written to {}, without tokens.", path.display())),
                Err(error) => Notice::error(format!("{} can't be written: {error}.", path.display())),
            })
        });
    }

    /// Asks for a file and reads profiles from it.
    pub(super) fn import_profiles(&mut self) {
        let asked = rfd::AsyncFileDialog::new().add_filter("Profiles", &["ron"]).pick_file();
        self.job("import", move || {
            let Some(file) = pollster::block_on(asked) else { return Outcome::Nothing };
            read_profiles(file.path())
        });
    }

    fn job(&mut self, name: &str, work: impl FnOnce() -> Outcome + Send + 'static) {
        let wake = self.wake.clone();
        self.files.jobs.push(Job::start(name, move || wake.ring(), work));
    }

    /// Picks up the jobs that are done.
    pub(super) fn poll_files(&mut self) {
        for job in std::mem::take(&mut self.files.jobs) {
            match job.take() {
                Err(running) => self.files.jobs.push(running),
                Ok(Err(cancelled)) => self.say(Notice::error(cancelled.to_string())),
                Ok(Ok(outcome)) => self.finish_job(outcome),
            }
        }
    }

    fn finish_job(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Nothing => {}
            Outcome::Open(path) => self.open_capture(&path),
            Outcome::Said(notice) => self.say(notice),
            Outcome::Profiles(profiles, notes) => {
                let count = profiles.len();
                for profile in profiles {
                    self.memory.change().add(profile);
                }
                self.say(Notice::done(format!("{count} profiles were added. Tokens are never exported: enter them again.")));
                for note in notes {
                    self.say(Notice::info(note));
                }
            }
        }
    }
}

fn read_profiles(path: &Path) -> Outcome {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => return Outcome::Said(Notice::error(format!("{} can't be read: {error}.", path.display()))),
    };
    match settings::import_ron(&text) {
        Ok(import) => Outcome::Profiles(import.profiles, import.notes),
        Err(error) => Outcome::Said(Notice::error(error.to_string())),
    }
}

#[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
fn gigabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e9
}
