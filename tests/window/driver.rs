//! The real window under Xvfb, read and driven through its accessibility tree.
//!
//! The binary serves it on loopback when built with the feature `inspection` and told to by `EGUI_INSPECTION`.
//! Everything is found by what a screen reader would say, and clicked where it is painted.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use egui::accesskit::{Node, Role, TreeUpdate};
use egui::{
    Event, Key, Modifiers, MouseWheelSource, MouseWheelUnit, PointerButton, Pos2, TouchPhase, pos2, vec2,
};
use egui_inspection::protocol::{self, Request, Response};

use crate::lab::free_port;

/// Below this the status bar begins, in points of a window of 1440 × 900.
const LOWEST: f32 = 850.0;

/// How long anything may take before a test gives up.
const DEADLINE: Duration = Duration::from_secs(30);

/// A running window with a display and a home of its own.
pub struct Window {
    stream: TcpStream,
    program: Child,
    display: Child,
    home: tempfile::TempDir,
}

impl Window {
    /// Opens the window with `arguments`.
    pub fn open(arguments: &[&str]) -> Self {
        Self::open_in(tempfile::tempdir().unwrap(), arguments)
    }

    /// Opens the window in a home that was used before.
    pub fn open_in(home: tempfile::TempDir, arguments: &[&str]) -> Self {
        let (display, name) = start_display();
        let port = free_port();
        let program = Command::new(env!("CARGO_BIN_EXE_harewire"))
            .args(arguments)
            .env("DISPLAY", name)
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("DIRECTUS_TOKEN")
            .env_remove("DIRECTUS_URL")
            // The keyring of whoever runs the tests is none of their business.
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
            .env("EGUI_INSPECTION", format!("127.0.0.1:{port}"))
            .env("HOME", home.path())
            .env("XDG_DATA_HOME", home.path().join("data"))
            .env("TZ", "UTC")
            .stdin(Stdio::null())
            .spawn()
            .expect("the harewire binary");
        let mut window = Self { stream: connect(port), program, display, home };
        window.until("a painted window", |tree| tree.nodes.len() > 5);
        window
    }

    /// Where captures go in this window's home.
    pub fn captures(&self) -> PathBuf {
        self.home.path().join("data/harewire/captures")
    }

    /// Closes the window as its own Quit command does, and gives its home back.
    pub fn quit(mut self) -> tempfile::TempDir {
        self.keys(Modifiers::COMMAND, Key::Q);
        let deadline = Instant::now() + DEADLINE;
        while self.program.try_wait().unwrap().is_none() {
            assert!(Instant::now() < deadline, "the window does not close");
            std::thread::yield_now();
        }
        std::mem::replace(&mut self.home, tempfile::tempdir().unwrap())
    }

    fn ask(&mut self, request: &Request) -> Response {
        protocol::write_message(&mut self.stream, request).expect("the window listens");
        match protocol::read_message(&mut self.stream).expect("the window answers") {
            Response::Error { message } => panic!("the window refuses {request:?}: {message}"),
            response => response,
        }
    }

    /// The accessibility tree after a frame.
    pub fn tree(&mut self) -> TreeUpdate {
        match self.ask(&Request::GetTree) {
            Response::Tree { accesskit: Some(tree), .. } => tree,
            other => panic!("no tree but {other:?}"),
        }
    }

    /// Waits, frame by frame, until the tree is as wanted.
    pub fn until(&mut self, what: &str, wanted: impl Fn(&TreeUpdate) -> bool) -> TreeUpdate {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let tree = self.tree();
            if wanted(&tree) {
                return tree;
            }
            if Instant::now() > deadline {
                self.screenshot(Path::new("target/window-failure.png"));
                panic!("waited in vain for {what}; the window says:\n{}", said(&tree).join("\n"));
            }
        }
    }

    /// Waits until something on the screen says `text`.
    pub fn see(&mut self, text: &str) {
        self.until(text, |tree| said(tree).iter().any(|said| said.contains(text)));
    }

    /// Turns the wheel until a widget that lies below the edge of its panel is in sight; where it is then.
    fn scrolled(&mut self, mut at: Pos2, role: Role, label: &str) -> Pos2 {
        let deadline = Instant::now() + DEADLINE;
        while at.y > LOWEST {
            self.events(vec![
                Event::PointerMoved(pos2(at.x, LOWEST / 2.0)),
                Event::MouseWheel {
                    unit: MouseWheelUnit::Point,
                    delta: vec2(0.0, -200.0),
                    phase: TouchPhase::Move,
                    source: MouseWheelSource::Wheel,
                    modifiers: Modifiers::NONE,
                },
            ]);
            // Scrolling takes some frames.
            let mut before = None;
            loop {
                let tree = self.tree();
                let now = find(&tree, role, label).expect("it scrolls and stays");
                assert!(Instant::now() < deadline, "{role:?} “{label}” can't be scrolled into sight");
                if before.replace(now) == Some(now) && now != at {
                    at = now;
                    break;
                }
            }
        }
        at
    }

    /// Waits for a widget of this role whose name begins with `label`, and clicks its middle.
    pub fn click(&mut self, role: Role, label: &str) {
        let wanted = |tree: &TreeUpdate| find(tree, role, label).is_some();
        let tree = self.until(&format!("{role:?} “{label}”"), wanted);
        let found = find(&tree, role, label).expect("just found");
        let at = self.scrolled(found, role, label);
        self.events(vec![
            Event::PointerMoved(at),
            Event::PointerButton {
                pos: at,
                button: PointerButton::Primary,
                pressed: true,
                modifiers: Modifiers::NONE,
            },
            Event::PointerButton {
                pos: at,
                button: PointerButton::Primary,
                pressed: false,
                modifiers: Modifiers::NONE,
            },
        ]);
    }

    /// Clicks into a text field, selects what is in it, and types over it.
    pub fn fill(&mut self, role: Role, label: &str, text: &str) {
        self.click(role, label);
        self.keys(Modifiers::COMMAND, Key::A);
        self.events(vec![Event::Text(text.to_owned())]);
    }

    /// Presses and releases a key.
    pub fn keys(&mut self, modifiers: Modifiers, key: Key) {
        let press = |pressed| Event::Key { key, physical_key: None, pressed, repeat: false, modifiers };
        // Closing the window breaks the conversation: that is what Quit is for.
        let request = Request::ApplyEvents { events: vec![press(true), press(false)] };
        if protocol::write_message(&mut self.stream, &request).is_ok() {
            let _answer: std::io::Result<Response> = protocol::read_message(&mut self.stream);
        }
    }

    fn events(&mut self, events: Vec<Event>) {
        self.ask(&Request::ApplyEvents { events });
    }

    /// Saves what is painted.
    pub fn screenshot(&mut self, path: &Path) {
        let request = Request::GetScreenshot { pixels_per_point: None };
        if let Response::Screenshot(png) = self.ask(&request) {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, png.bytes).unwrap();
        }
    }

    /// Saves what is painted under `$HAREWIRE_SCREENSHOTS`, if that is set: for the eyes of a person.
    pub fn picture(&mut self, name: &str) {
        if let Some(folder) = std::env::var_os("HAREWIRE_SCREENSHOTS") {
            self.screenshot(&Path::new(&folder).join(format!("{name}.png")));
        }
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        for child in [&mut self.program, &mut self.display] {
            let _gone = child.kill();
            let _reaped = child.wait();
        }
    }
}

/// Everything the tree says: names and values.
pub fn said(tree: &TreeUpdate) -> Vec<String> {
    let words = |node: &Node| [node.label().map(str::to_owned), node.value().map(str::to_owned)];
    tree.nodes.iter().flat_map(|(_, node)| words(node)).flatten().filter(|text| !text.is_empty()).collect()
}

/// Where a widget is painted.
fn find(tree: &TreeUpdate, role: Role, label_start: &str) -> Option<Pos2> {
    let named = |node: &Node| {
        let label = node.label().filter(|_| node.role() == role && !node.is_disabled())?;
        label.starts_with(label_start).then_some(label.len())
    };
    // The shortest name that begins so: “Connect” is not “Connection”.
    let fitting = tree.nodes.iter().filter_map(|(_, node)| Some((named(node)?, node)));
    let bounds = fitting.min_by_key(|(length, _)| *length)?.1.bounds()?;
    #[expect(clippy::cast_possible_truncation, reason = "points on a screen")]
    Some(pos2(f64::midpoint(bounds.x0, bounds.x1) as f32, f64::midpoint(bounds.y0, bounds.y1) as f32))
}

/// A display nobody sees, and its name.
fn start_display() -> (Child, String) {
    let mut display = Command::new("Xvfb")
        .args(["-displayfd", "1", "-screen", "0", "1440x900x24", "-nolisten", "tcp"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("Xvfb is missing: run ./test.sh --install");
    let mut number = String::new();
    BufReader::new(display.stdout.take().unwrap()).read_line(&mut number).expect("Xvfb names its display");
    (display, format!(":{}", number.trim()))
}

fn connect(port: u16) -> TcpStream {
    let deadline = Instant::now() + DEADLINE;
    loop {
        if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) {
            stream.set_read_timeout(Some(DEADLINE)).unwrap();
            let mut handshake = [0; 8];
            stream.read_exact(&mut handshake).expect("a handshake");
            protocol::decode_handshake(handshake).expect("an inspection peer");
            return stream;
        }
        assert!(
            Instant::now() < deadline,
            "the window serves no inspection: build with --features inspection, and look above for why it did not start"
        );
        std::thread::yield_now();
    }
}
