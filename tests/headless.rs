//! The whole app without a window system: the same `App` that eframe runs, in egui's test harness, read and driven by
//! what a screen reader would say. It needs no display, so it can play many more stories than the real window.

use std::collections::HashMap;
use std::fs::File;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crossbeam_channel::Receiver;
use egui::accesskit::Role;
use egui::{Key, Modifiers, OutputCommand};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use egui_kittest::{Harness, Node};
use harewire::app::{App, Launch, Place};
use keyring_core::api::CredentialStore;

/// How long anything may take before a test gives up.
const DEADLINE: Duration = Duration::from_secs(30);
/// How long to wait for news before the screen is looked at anyway.
const TICK: Duration = Duration::from_millis(20);

/// eframe's storage as the app sees it, kept by the test.
#[derive(Clone, Debug, Default)]
pub struct Shelf(Arc<Mutex<HashMap<String, String>>>);

impl Shelf {
    /// Everything stored, as one text.
    pub fn text(&self) -> String {
        format!("{:?}", self.0.lock().unwrap())
    }
}

impl eframe::Storage for Shelf {
    fn get_string(&self, key: &str) -> Option<String> {
        self.0.lock().unwrap().get(key).cloned()
    }

    fn set_string(&mut self, key: &str, value: String) {
        self.0.lock().unwrap().insert(key.to_owned(), value);
    }

    fn remove_string(&mut self, key: &str) {
        self.0.lock().unwrap().remove(key);
    }

    fn flush(&mut self) {}
}

/// What an app keeps when it is closed: its folder and its settings.
#[derive(Clone)]
pub struct Home {
    folder: Arc<tempfile::TempDir>,
    pub shelf: Shelf,
    keyring: Option<Arc<CredentialStore>>,
}

impl Home {
    pub fn new() -> Self {
        Self { folder: Arc::new(tempfile::tempdir().unwrap()), shelf: Shelf::default(), keyring: None }
    }

    /// A home with a keyring in memory, which is there again at the next start.
    pub fn with_keyring(store: Arc<CredentialStore>) -> Self {
        Self { keyring: Some(store), ..Self::new() }
    }

    pub fn place(&self) -> Place {
        let place = Place::at(self.folder.path());
        match &self.keyring {
            Some(store) => place.with_keyring(Arc::clone(store)),
            None => place,
        }
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// The captures in the data folder, oldest first.
    pub fn captures(&self) -> Vec<PathBuf> {
        let Ok(folder) = std::fs::read_dir(self.place().captures()) else { return Vec::new() };
        let files = folder.map(|entry| entry.unwrap().path());
        let mut files: Vec<_> =
            files.filter(|path| path.extension().is_some_and(|end| end == "ndjson")).collect();
        files.sort();
        files
    }

    /// The text of the only capture.
    pub fn capture(&self) -> String {
        let captures = self.captures();
        assert_eq!(captures.len(), 1, "one session is one file: {captures:?}");
        std::fs::read_to_string(&captures[0]).unwrap()
    }
}

/// A file as the window system drops it.
#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &std::path::Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

/// A running app.
pub struct Desk {
    harness: Harness<'static, App>,
    news: Receiver<()>,
    home: Home,
    /// Texts put into the clipboard so far.
    copied: Vec<String>,
    _lock: Option<File>,
}

impl Desk {
    /// A first start.
    pub fn open() -> Self {
        Self::open_in(&Home::new(), Launch::Plain)
    }

    /// A start in a home that may have been used before.
    pub fn open_in(home: &Home, launch: Launch) -> Self {
        let start = home.place().start(7_000_000).unwrap();
        let stores = start.lock.is_some();
        let place = home.place();
        // A creation context wants a storage that outlives the harness; a test process is short.
        let storage: &'static Shelf = Box::leak(Box::new(home.shelf.clone()));
        let (sender, news) = crossbeam_channel::bounded(1);
        let harness =
            Harness::builder().with_size((1440.0, 900.0)).with_step_dt(1.0 / 30.0).build_eframe(|creation| {
                creation.storage = Some(storage);
                App::create(creation, &place, stores, start.notes, launch).expect("the app starts")
            });
        harness.ctx.set_request_repaint_callback(move |_| {
            // A full channel already holds the news.
            let _full = sender.try_send(());
        });
        Self { harness, news, home: home.clone(), copied: Vec::new(), _lock: start.lock }
    }

    /// As tall a window as the longest form: what lies below the edge can't be clicked.
    pub fn tall(&mut self) {
        self.harness.set_size(egui::vec2(1440.0, 2400.0));
        self.step();
    }

    /// Paints a frame for each event that waits, or one.
    pub fn step(&mut self) {
        self.harness.step();
        for command in &self.harness.output().platform_output.commands {
            if let OutputCommand::CopyText(text) = command {
                self.copied.push(text.clone());
            }
        }
    }

    /// Texts put into the clipboard.
    pub fn copied(&self) -> &[String] {
        &self.copied
    }

    /// Everything the screen says: names and values.
    pub fn said(&self) -> Vec<String> {
        let mut said = Vec::new();
        for node in self.harness.root().children_recursive() {
            let node = node.accesskit_node();
            said.extend(node.label());
            said.extend(node.value());
        }
        said.retain(|text| !text.is_empty());
        said
    }

    /// The names of the rows in sight, from above.
    pub fn rows(&self) -> Vec<String> {
        // A link to a row says its number only.
        let is_row = |said: &String| said.starts_with("row #") && said.split(' ').count() > 2;
        self.said().into_iter().filter(is_row).collect()
    }

    /// Waits, frame by frame, until `wanted` finds something. The app asks for a frame when it has news.
    pub fn until<T>(&mut self, what: &str, mut wanted: impl FnMut(&Self) -> Option<T>) -> T {
        let deadline = Instant::now() + DEADLINE;
        loop {
            self.step();
            if let Some(found) = wanted(self) {
                return found;
            }
            assert!(
                Instant::now() < deadline,
                "waited in vain for {what}; the app says:\n{}",
                self.said().join("\n")
            );
            let _quiet = self.news.recv_timeout(TICK);
        }
    }

    /// Waits until something on the screen says `text`, and returns all of what that says.
    pub fn see(&mut self, text: &str) -> String {
        self.until(text, |desk| desk.said().into_iter().find(|said| said.contains(text)))
    }

    /// Waits for a row that holds all of `texts`.
    pub fn see_row(&mut self, texts: &[&str]) -> String {
        self.until(&format!("a row with {texts:?}"), |desk| {
            desk.rows().into_iter().find(|row| texts.iter().all(|text| row.contains(text)))
        })
    }

    /// Whether something on the screen says `text` now.
    pub fn says(&self, text: &str) -> bool {
        self.said().iter().any(|said| said.contains(text))
    }

    /// How many rows in sight hold `text`.
    pub fn count_rows(&self, text: &str) -> usize {
        self.rows().iter().filter(|row| row.contains(text)).count()
    }

    /// Waits for an enabled widget of this role whose name begins with `name`, and clicks it.
    pub fn click(&mut self, role: Role, name: &str) {
        // A hand scrolls first: what lies below the edge of its panel hears no click.
        self.until(&format!("{role:?} “{name}”"), |desk| {
            desk.find(role, name).map(|node| node.scroll_to_me())
        });
        self.step();
        self.until(&format!("{role:?} “{name}”"), |desk| desk.find(role, name).map(|node| node.click()));
        self.step();
    }

    pub fn press(&mut self, button: &str) {
        self.click(Role::Button, button);
    }

    /// Clicks the row that holds all of `texts` and waits for its detail.
    pub fn select(&mut self, texts: &[&str]) {
        let row = self.see_row(texts);
        let number = row.trim_start_matches("row #").split(' ').next().unwrap().to_owned();
        self.click(Role::ListBoxOption, &row);
        self.until(&format!("the detail of {row}"), |desk| {
            desk.said().iter().any(|said| said.starts_with(&format!("#{number} · "))).then_some(())
        });
    }

    /// Clicks into a text field, selects what is in it, and types over it.
    pub fn fill(&mut self, role: Role, name: &str, text: &str) {
        self.click(role, name);
        self.keys(Modifiers::COMMAND, Key::A);
        self.until(name, |desk| desk.find(role, name).map(|node| node.type_text(text)));
        self.step();
    }

    /// The text in a field.
    pub fn value(&self, role: Role, name: &str) -> String {
        self.find(role, name).and_then(|node| node.accesskit_node().value()).unwrap_or_default()
    }

    pub fn keys(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.step();
    }

    /// Ctrl+C, as a window system says it: one event, so that no frame in between can take the copied text away.
    pub fn copy(&mut self) {
        self.harness.event(egui::Event::Copy);
        self.step();
    }

    /// Fills the compose box and sends with the keyboard.
    pub fn send(&mut self, message: &str) {
        self.fill(Role::MultilineTextInput, "Message", message);
        self.keys(Modifiers::COMMAND, Key::Enter);
    }

    /// Fills the connect form and connects.
    pub fn connect(&mut self, url: &str, token: &str) {
        self.fill(Role::TextInput, "Server", url);
        if !token.is_empty() {
            self.fill(Role::PasswordInput, "Token", token);
        }
        self.press("Connect");
    }

    /// Connects to a server in handshake mode and waits for the login.
    pub fn log_in(&mut self, url: &str, token: &str) {
        self.connect(url, token);
        self.see("logged in");
    }

    /// Ctrl+V with this in the clipboard.
    pub fn paste(&mut self, text: &str) {
        self.harness.event(egui::Event::Paste(text.to_owned()));
        self.step();
    }

    /// Drops a file on the window.
    pub fn drop_file(&mut self, path: &std::path::Path) {
        self.harness.input_mut().dropped_files.push(Arc::new(Dropped(path.to_owned())));
        self.step();
    }

    /// Closes the app as eframe does: settings are stored, then it ends. Gives back what stays.
    pub fn quit(mut self) -> Home {
        let mut shelf = self.home.shelf.clone();
        eframe::App::save(self.harness.state_mut(), &mut shelf);
        eframe::App::on_exit(self.harness.state_mut());
        self.home.clone()
    }

    fn find(&self, role: Role, name: &str) -> Option<Node<'_>> {
        let nodes = self.harness.query_all_by_role(role);
        let named = |node: &Node<'_>| {
            let node = node.accesskit_node();
            let label = node.label().filter(|_| !node.is_disabled());
            label.filter(|label| label.starts_with(name)).map(|label| label.len())
        };
        // The shortest name that begins so: “Connect” is not “Connection”.
        nodes
            .into_iter()
            .filter_map(|node| Some((named(&node)?, node)))
            .min_by_key(|(length, _)| *length)
            .map(|(_, node)| node)
    }
}
