//! Opening the window.

use std::path::Path;
use std::time::Instant;

use super::app::App;
use super::captures_work::Errand;
use super::files::Files;
use super::memory::Memory;
use super::notice::Notice;
use super::place::{Place, Start};
use super::vault_work::secret_for;
use crate::capture::time;
use crate::engine::{Engine, Wake};
use crate::settings::{Environment, KEY, Profile};
use crate::ui::action::ConnectRequest;
use crate::ui::theme;

/// What the window begins with.
#[derive(Clone, Debug, Default)]
pub enum Launch {
    /// The first screen, or the profile used last.
    #[default]
    Plain,
    /// The demo server.
    Demo,
    /// A capture file, or a server.
    Target(String),
}

/// Why no window could be opened.
#[derive(Debug, thiserror::Error)]
pub enum WindowError {
    /// The system names no place for data.
    #[error(
        "This system names no data folder for your user, so settings and captures have no place. Set HOME and try again."
    )]
    NoPlace,
    /// The data folder can't be used.
    #[error("The data folder can't be used: {0}. Check that you may write there.")]
    Folder(#[from] std::io::Error),
    /// The window system refused.
    #[error(
        "No window could be opened: {0}. Check that a display is there; `harewire record` works without one."
    )]
    Window(#[from] eframe::Error),
}

/// Opens the window and stays until it is closed.
///
/// # Errors
/// As [`WindowError`] says.
pub fn run(launch: Launch, place: Option<Place>) -> Result<(), WindowError> {
    let place = place.ok_or(WindowError::NoPlace)?;
    let Start { storage, notes, lock } = place.start(time::now_us())?;
    let stores = lock.is_some();
    // eframe stores window and widget state by itself: a second instance gets a copy to spoil.
    let spoil = tempfile::tempdir()?;
    let persistence_path = if stores { storage } else { copied(&storage, spoil.path())? };
    let options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default()
            .with_app_id("harewire")
            .with_title("Harewire")
            .with_inner_size([1440.0, 900.0])
            .with_min_inner_size([900.0, 600.0])
            .with_icon(icon()),
        persistence_path: Some(persistence_path),
        ..Default::default()
    };
    eframe::run_native(
        "harewire",
        options,
        Box::new(move |creation| Ok(Box::new(App::create(creation, &place, stores, notes, launch)?))),
    )?;
    drop(lock);
    Ok(())
}

fn copied(storage: &Path, folder: &Path) -> std::io::Result<std::path::PathBuf> {
    let copy = folder.join("app.ron");
    if storage.exists() {
        std::fs::copy(storage, &copy)?;
    }
    Ok(copy)
}

fn icon() -> egui::IconData {
    eframe::icon_data::from_png_bytes(include_bytes!("../../assets/icon.png")).unwrap_or_default()
}

impl App {
    /// An app for eframe: reads settings, starts the net thread, does what the command line asked.
    ///
    /// # Errors
    /// Where the net thread can't be started.
    pub fn create(
        creation: &eframe::CreationContext<'_>,
        place: &Place,
        stores: bool,
        notes: Vec<String>,
        launch: Launch,
    ) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        theme::install(&creation.egui_ctx);
        // The zoom commands are ours, so that what is shown is what is stored.
        creation.egui_ctx.options_mut(|options| options.zoom_with_keyboard = false);
        let stored = creation.storage.and_then(|storage| storage.get_string(KEY));
        let (mut memory, read_notes) = Memory::read(stored.as_deref(), stores);
        let ctx = creation.egui_ctx.clone();
        let wake = Wake::new(move || ctx.request_repaint());
        memory.environment = Environment::of_process(|name| std::env::var(name).ok());
        memory.vault.open_in(place.keyring(), stores, &wake, Instant::now());
        let mut app = Self::new(Engine::start()?, Files::open(place), memory, wake);
        for note in notes.into_iter().chain(read_notes) {
            app.say(Notice::info(note));
        }
        if stores {
            app.files.captures.ask(Errand::Sweep);
        }
        app.prune();
        app.launch(launch);
        Ok(app)
    }

    fn launch(&mut self, launch: Launch) {
        match launch {
            Launch::Plain => self.take_environment(),
            Launch::Demo => self.start_demo(),
            // A file that exists beats a URL.
            Launch::Target(target) if Path::new(&target).exists() => self.open_capture(Path::new(&target)),
            Launch::Target(url) => {
                let known =
                    self.memory.settings().profiles.iter().find(|profile| profile.url == url).cloned();
                let found = &self.memory.environment;
                let profile = known.unwrap_or_else(|| {
                    let mut profile = Profile { url: url.clone(), ..Profile::default() };
                    // The address that was named beats that of the variables.
                    if profile.endpoint().is_ok_and(|endpoint| found.fits(&endpoint)) {
                        let _asked_for_below = found.apply(&mut profile);
                        profile.url = url;
                    }
                    profile
                });
                let secret = secret_for(found, &profile);
                if secret.is_none() && found.secret().is_some() {
                    self.say(Notice::info(format!(
                        "The credential in {} was not used: it belongs to another server, or this profile logs in with something else.",
                        found.variables().join(", ")
                    )));
                }
                self.connect(ConnectRequest { profile, secret, otp: None });
            }
        }
    }
}
