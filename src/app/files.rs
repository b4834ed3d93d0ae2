//! Files the user works with: captures to open and save, profiles to exchange.

use std::path::{Path, PathBuf};

use super::app::App;
use super::captures::Captures;
use super::copy_rows::Written;
use super::exchange::is_har;
use super::job::Job;
use super::notice::Notice;
use super::place::Place;
use super::tab::Tab;
use super::tasks::Tasks;
use super::vault_work::read_dotenv;
use super::zone::Zones;
use crate::capture::{Lease, OpenError, Store};
use crate::engine::{self, Capture, EngineError};
use crate::settings::{self, Environment, Profile};
use crate::ui::export_view::{ExportRequest, Scope};
use crate::ui::figures::counted;
use crate::ui::path_prompt::Errand;

/// What a finished file job brings.
pub(super) enum Outcome {
    /// A file was chosen in the system's dialog.
    Chosen(PathBuf),
    /// Something was written or read: tell.
    Said(Notice),
    /// Rows were read for the clipboard.
    Copied(Result<Written, String>),
    /// Profiles were read from a file.
    Profiles(Vec<Profile>, Vec<String>),
    /// A `.env` file was read, or why not.
    Environment(Result<Environment, String>),
    /// A capture was opened, or why not.
    Opened(Box<Result<Capture, EngineError>>),
    /// The user changed their mind.
    Nothing,
}

/// Captures on the disk, and what is under way.
pub struct Files {
    pub(super) store: Result<Store, String>,
    /// The captures of the data folder.
    pub(super) captures: Captures,
    /// Something that stays wrong until the user acts.
    pub(super) banner: Option<String>,
    /// A text on its way into the clipboard.
    pub(super) clipboard: Option<String>,
    /// Times as the user reads them.
    pub(super) zone: Zones,
    jobs: Vec<Job<Outcome>>,
    /// Jobs that are shown with their progress.
    pub(super) tasks: Tasks,
}

impl Files {
    /// Looks into the data folder.
    pub fn open(place: &Place) -> Self {
        let folder = place.captures();
        let store = Store::open(&folder).map_err(|error| {
            format!("The data folder {} can't be used: {error}. Captures can't be kept.", folder.display())
        });
        Self {
            banner: store.as_ref().err().cloned(),
            store,
            captures: Captures::default(),
            clipboard: None,
            zone: Zones::system(),
            jobs: Vec::new(),
            tasks: Tasks::default(),
        }
    }

    /// The data folder, or a sentence about why there is none.
    pub(super) fn store(&self) -> Result<&Store, String> {
        self.store.as_ref().map_err(Clone::clone)
    }

    /// A name for a new capture.
    pub(super) fn reserve(&self, host: &str, now_us: i64) -> Result<Lease, String> {
        let store = self.store()?;
        store
            .reserve(host, now_us)
            .map_err(|error| format!("No capture file can be made in {}: {error}.", store.folder().display()))
    }
}

impl App {
    /// Opens a capture in a tab of its own, once another thread has made sure that it is one; one that is open is shown.
    /// A HAR becomes a capture first.
    pub(super) fn open_capture(&mut self, path: &Path) {
        if is_har(path) {
            return self.import_har(path.to_owned());
        }
        let is_open = |tab: &Tab| !tab.is_stale && tab.capture.file().path.as_deref() == Some(path);
        if self.switch_to_tab(is_open) || !self.has_room_for_tab() {
            return;
        }
        let (path, wake) = (path.to_owned(), self.wake.clone());
        self.job("open", move || Outcome::Opened(Box::new(engine::open(&path, &wake))));
    }

    fn show_opened(&mut self, opened: Result<Capture, EngineError>) {
        match opened {
            Ok(capture) => {
                let fold = self.memory.settings().preferences.fold_heartbeats;
                // What is still being written is looked at where it is written.
                let is_live = capture.file().live;
                let mut tab = Tab::new(capture, None, fold);
                tab.wants_end = is_live;
                // The same file under another content: the old one makes room.
                let path = tab.capture.file().path.clone();
                if self.switch_to_tab(|old| old.is_stale && old.capture.file().path == path) {
                    self.replace_tab(tab, is_live);
                } else {
                    self.show_tab(tab, is_live);
                }
            }
            // One with another ending.
            Err(EngineError::Open(OpenError::Har(path))) => self.import_har(path),
            Err(error) => self.say(Notice::error(error.to_string())),
        }
    }

    /// A file that was replaced or cut short is another capture: opens it anew, and says so.
    pub(super) fn reopen_replaced(&mut self) {
        let Some(tab) = &mut self.tab else { return };
        let file = tab.capture.file();
        let Some(path) = file.path.as_ref().filter(|_| file.replaced && !tab.is_stale) else { return };
        tab.is_stale = true;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        self.say(Notice::info(format!(
            "{name} was replaced or cut short by another program: it is opened anew."
        )));
        self.open_capture(&path.clone());
    }

    pub(super) fn open_recent(&mut self, place: usize) {
        if let Some(path) = self.files.captures.recent(place).map(Path::to_owned) {
            self.open_capture(&path);
        }
    }

    /// Opens the prompt for a path, with a good beginning.
    pub(super) fn ask_path(&mut self, errand: Errand) {
        let name = match errand {
            Errand::OpenCapture | Errand::MergeCapture => None,
            Errand::ImportHar | Errand::ReadDotenv => Some(String::new()),
            Errand::SaveCapture | Errand::Export(_) => {
                let file = self.tab.as_ref().map(|tab| tab.capture.file());
                let path = file
                    .and_then(|file| file.path.clone())
                    .unwrap_or_else(|| PathBuf::from("session.ndjson"));
                path.file_name().map(|name| name.to_string_lossy().into_owned())
            }
            Errand::ExportTable => Some("rows.csv".to_owned()),
            Errand::ExportProfiles | Errand::ImportProfiles => Some("harewire-profiles.ron".to_owned()),
        };
        let path = match (&name, &self.files.store) {
            (None, Ok(store)) => store.folder().join(""),
            (None, Err(_)) => PathBuf::new(),
            (Some(name), _) => {
                let home = directories::UserDirs::new().map(|folders| folders.home_dir().to_owned());
                home.unwrap_or_default().join(name)
            }
        };
        self.shell.ask_path(errand, path.display().to_string());
    }

    /// Asks with the system's dialog; the answer goes into the prompt.
    pub(super) fn browse(&mut self, errand: Errand) {
        let dialog = rfd::AsyncFileDialog::new();
        match errand {
            Errand::OpenCapture => {
                self.await_choice(dialog.add_filter("Captures", &["ndjson", "jsonl", "har"]).pick_file());
            }
            Errand::MergeCapture => {
                self.await_choice(dialog.add_filter("Captures", &["ndjson", "jsonl"]).pick_file());
            }
            Errand::ImportHar => self.await_choice(dialog.add_filter("HAR", &["har"]).pick_file()),
            Errand::Export(format) => {
                let name = format!("session.{}", format.ending());
                self.await_choice(dialog.set_file_name(name).save_file());
            }
            Errand::ImportProfiles => self.await_choice(dialog.add_filter("Profiles", &["ron"]).pick_file()),
            Errand::ExportTable => self.await_choice(dialog.set_file_name("rows.csv").save_file()),
            // Files without a name before the dot fit no filter.
            Errand::ReadDotenv => self.await_choice(dialog.pick_file()),
            Errand::SaveCapture => self.await_choice(dialog.set_file_name("session.ndjson").save_file()),
            Errand::ExportProfiles => {
                self.await_choice(dialog.set_file_name("harewire-profiles.ron").save_file());
            }
        }
    }

    fn await_choice(&mut self, asked: impl Future<Output = Option<rfd::FileHandle>> + Send + 'static) {
        self.job("dialog", move || {
            pollster::block_on(asked).map_or(Outcome::Nothing, |file| Outcome::Chosen(file.path().to_owned()))
        });
    }

    /// Does what the prompt was opened for.
    pub(super) fn run_errand(&mut self, errand: Errand, path: PathBuf) {
        match errand {
            Errand::OpenCapture => self.open_capture(&path),
            Errand::SaveCapture => self.save_capture(path),
            Errand::Export(format) => {
                self.export(ExportRequest { format, scope: Scope::default(), path, replace: false });
            }
            Errand::ExportTable => self.export_table(path),
            Errand::ImportHar => self.import_har(path),
            Errand::MergeCapture => self.merge_capture(path),
            Errand::ExportProfiles => self.export_profiles(path),
            Errand::ImportProfiles => self.job("import", move || read_profiles(&path)),
            Errand::ReadDotenv => self.job("dotenv", move || Outcome::Environment(read_dotenv(&path))),
        }
    }

    /// Copies the capture as far as it is written.
    fn save_capture(&mut self, path: PathBuf) {
        let Some(tab) = &self.tab else {
            self.say(Notice::info("There is no capture to save yet."));
            return;
        };
        let (reader, notes) = (tab.capture.reader(), tab.capture.loose_notes());
        self.job("save", move || {
            Outcome::Said(match super::copy::copy(&reader, &notes, &path) {
                Ok(bytes) => Notice::done(format!("{bytes} bytes were saved to {}.", path.display())),
                Err(error) => Notice::error(format!(
                    "{} can't be written: {error}. The capture itself is safe.",
                    path.display()
                )),
            })
        });
    }

    /// Writes all profiles; secrets are never among them.
    fn export_profiles(&mut self, path: PathBuf) {
        let text = settings::export_ron(&self.memory.settings().profiles);
        self.job("export", move || {
            let written = text
                .map_err(|error| error.to_string())
                .and_then(|text| super::copy::write(&path, &text).map_err(|error| error.to_string()));
            Outcome::Said(match written {
                Ok(()) => {
                    Notice::done(format!("The profiles were written to {}, without tokens.", path.display()))
                }
                Err(error) => Notice::error(format!("{} can't be written: {error}.", path.display())),
            })
        });
    }

    pub(super) fn show_captures(&mut self, ctx: &egui::Context) {
        match self.files.store.as_ref().map(|store| store.folder().to_owned()).map_err(Clone::clone) {
            Ok(folder) => self.show_folder(ctx, &folder),
            Err(sentence) => self.say(Notice::error(sentence)),
        }
    }

    /// Reads rows for the clipboard.
    pub(super) fn copy_job(&mut self, work: impl FnOnce() -> Result<Written, String> + Send + 'static) {
        self.job("copy rows", move || Outcome::Copied(work()));
    }

    pub(super) fn job(&mut self, name: &str, work: impl FnOnce() -> Outcome + Send + 'static) {
        let wake = self.wake.clone();
        self.files.jobs.push(Job::start(name, move || wake.ring(), work));
    }

    /// Picks up the jobs that are done.
    pub(super) fn poll_files(&mut self) {
        self.poll_tasks();
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
            Outcome::Opened(opened) => self.show_opened(*opened),
            Outcome::Chosen(path) => self.shell.fill_path(path.display().to_string()),
            Outcome::Said(notice) => self.say(notice),
            Outcome::Environment(found) => self.use_environment(found),
            Outcome::Copied(Err(sentence)) => self.say(Notice::error(sentence)),
            Outcome::Copied(Ok(written)) => {
                let told = match written.missing {
                    Some(missing) => Notice::error(missing),
                    None => Notice::done(format!("{} copied.", counted(written.rows as u64, "row"))),
                };
                self.files.clipboard = Some(written.text);
                self.say(told);
            }
            Outcome::Profiles(profiles, notes) => {
                let count = profiles.len();
                for profile in profiles {
                    self.memory.change().add(profile);
                }
                self.say(Notice::done(format!(
                    "{count} profiles were added. Tokens are never exported: enter them again."
                )));
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
        Err(error) => {
            return Outcome::Said(Notice::error(format!("{} can't be read: {error}.", path.display())));
        }
    };
    match settings::import_ron(&text) {
        Ok(import) => Outcome::Profiles(import.profiles, import.notes),
        Err(error) => Outcome::Said(Notice::error(error.to_string())),
    }
}
