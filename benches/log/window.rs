//! The whole window without a display: the real app, given input and frames by hand.

use std::time::{Duration, Instant};

use cpu_time::ThreadTime;
use crossbeam_channel::Receiver;
use eframe::App as _;
use egui::accesskit::{Node, Role, TreeUpdate};
use egui::{
    Event, FullOutput, Key, Modifiers, MouseWheelSource, MouseWheelUnit, PointerButton, Pos2, Rect,
    TouchPhase, pos2, vec2,
};
use harewire::app::{App, Launch, Place};
use harewire::capture::IndexView;

use crate::flood::{self, Flood, SUBSCRIPTIONS};

/// How long anything may take before the bench gives up.
const DEADLINE: Duration = Duration::from_secs(180);
/// The window's size in points.
const SIZE: egui::Vec2 = vec2(1440.0, 900.0);
/// Time between two frames, for animations.
const FRAME_S: f64 = 1.0 / 60.0;

/// What a frame took.
#[derive(Clone, Copy)]
pub struct Cost {
    /// Time this thread was on a processor.
    pub cpu: Duration,
    /// Time by the clock.
    pub wall: Duration,
}

/// A window.
pub struct Window {
    ctx: egui::Context,
    app: App,
    frame: eframe::Frame,
    /// Rings when the app asks to be painted.
    bell: Receiver<()>,
    frames: u32,
    /// CPU of the dearest frame since this was set to zero.
    pub worst: Duration,
    /// When the server sent its first event.
    began: Receiver<Instant>,
    /// Before what uses it is gone, it must stay.
    _folder: tempfile::TempDir,
}

impl Window {
    /// Opens a window whose files go to a folder of its own.
    pub fn open(launch: Launch) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let place = Place::at(folder.path());
        let ctx = egui::Context::default();
        let (ring, bell) = crossbeam_channel::bounded(1);
        ctx.set_request_repaint_callback(move |asked| {
            // The ticker that counts seconds is no news.
            if asked.delay.is_zero() {
                let _full = ring.try_send(());
            }
        });
        let creation = eframe::CreationContext::_new_kittest(ctx.clone());
        let app = App::create(&creation, &place, false, Vec::new(), launch).expect("an app");
        let frame = eframe::Frame::_new_kittest();
        Self {
            ctx,
            app,
            frame,
            bell,
            frames: 0,
            worst: Duration::ZERO,
            began: crossbeam_channel::never(),
            _folder: folder,
        }
    }

    /// Opens a window on a server, logs in, and subscribes by the keys a user presses, all but the last time.
    pub fn connected(flood: Flood) -> Self {
        let (address, began) = flood::start(flood);
        let mut window = Self::open(Launch::Target(format!("ws://{address}/websocket?access_token=bench")));
        window.began = began;
        window.until("the login", |tree| says(tree, |text| text == "Live"));
        for number in 1..SUBSCRIPTIONS {
            window.subscribe(number);
        }
        window.settle();
        window
    }

    /// Subscribes for the last time, which makes the server send its events, and waits for them.
    pub fn fill(&mut self, events: u64) {
        self.subscribe_last();
        self.until("all events", |tree| events_shown(tree) >= events);
        self.settle();
    }

    /// Subscribes for the last time, which makes the server send its events.
    pub fn subscribe_last(&mut self) {
        self.subscribe(SUBSCRIPTIONS);
    }

    /// Paints at most at 60 Hz until all `events` are counted, and tells how long after the first left the server.
    pub fn drain(&mut self, events: u64) -> Duration {
        self.subscribe_last();
        let deadline = Instant::now() + DEADLINE;
        while self.events() < events {
            assert!(Instant::now() < deadline, "only {} events came", self.events());
            let _news = self.bell.recv_timeout(Duration::from_secs_f64(FRAME_S));
            let (cost, _) = self.frame(Vec::new());
            std::thread::sleep(Duration::from_secs_f64(FRAME_S).saturating_sub(cost.wall));
        }
        self.began.recv().expect("the server began").elapsed()
    }

    /// The index as the window would see it now.
    pub fn view(&self) -> IndexView {
        self.app.view().expect("a session")
    }

    /// Subscription events counted so far.
    pub fn events(&self) -> u64 {
        let counted = self.app.snapshot().map(|snapshot| {
            snapshot.subscriptions.iter().map(|subscription| subscription.events.total()).sum()
        });
        counted.unwrap_or(0)
    }

    /// A frame: everything up to the triangles that a renderer would be given.
    pub fn frame(&mut self, events: Vec<Event>) -> (Cost, FullOutput) {
        self.frames += 1;
        let input = egui::RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, SIZE)),
            time: Some(f64::from(self.frames) * FRAME_S),
            focused: true,
            events,
            ..egui::RawInput::default()
        };
        let Self { ctx, app, frame, .. } = self;
        let (started, on_cpu) = (Instant::now(), ThreadTime::now());
        // As eframe does for a window that can be seen.
        let mut output = ctx.run_ui(input, |ui| {
            app.logic(ui.ctx(), frame);
            app.ui(ui, frame);
        });
        let shapes = std::mem::take(&mut output.shapes);
        let triangles = ctx.tessellate(shapes, output.pixels_per_point);
        let wall = started.elapsed();
        let cpu = on_cpu.elapsed();
        self.worst = self.worst.max(cpu);
        assert!(!triangles.is_empty(), "something was painted");
        // No renderer takes the textures.
        output.textures_delta.clear();
        (Cost { cpu, wall }, output)
    }

    /// What a screen reader would be told.
    fn tree(&mut self) -> TreeUpdate {
        self.ctx.enable_accesskit();
        let (_, output) = self.frame(Vec::new());
        self.ctx.disable_accesskit();
        output.platform_output.accesskit_update.expect("a tree")
    }

    /// Paints, as often as the app asks for it but at most at 60 Hz, until the window says what is wanted.
    pub fn until(&mut self, what: &str, wanted: impl Fn(&TreeUpdate) -> bool) -> TreeUpdate {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let tree = self.tree();
            if wanted(&tree) {
                return tree;
            }
            assert!(
                Instant::now() < deadline,
                "no sign of {what}; the window says {:?}",
                words(&tree).collect::<Vec<_>>()
            );
            for _ in 0..10 {
                let _news = self.bell.recv_timeout(Duration::from_secs_f64(FRAME_S));
                self.frame(Vec::new());
            }
        }
    }

    /// Paints until every row is there and nothing moves. Returns after how long the app wants its next frame.
    pub fn settle(&mut self) -> Duration {
        self.until("rows that are read", |tree| !says(tree, |text| text.ends_with("being read")));
        let deadline = Instant::now() + DEADLINE;
        loop {
            let (_, output) = self.frame(Vec::new());
            let delay = output
                .viewport_output
                .get(&egui::ViewportId::ROOT)
                .map_or(Duration::MAX, |root| root.repaint_delay);
            if delay > Duration::from_millis(500)
                && self.bell.recv_timeout(Duration::from_millis(100)).is_err()
            {
                return delay;
            }
            assert!(Instant::now() < deadline, "the window never comes to rest");
        }
    }

    fn subscribe(&mut self, number: u64) {
        let text = format!(
            r#"{{"type":"subscribe","collection":"messages","event":"create","uid":"messages-{number}"}}"#
        );
        self.press(Key::L);
        self.press(Key::A);
        self.frame(vec![Event::Paste(text)]);
        self.press(Key::Enter);
    }

    /// Opens the rows of the newest subscription that was answered.
    pub fn open_table(&mut self) {
        self.press(Key::T);
        self.until("the table", |tree| says(tree, |text| text == "Table messages"));
    }

    /// Paints until the table has so many rows, whatever else it still reads.
    pub fn settle_rows(&mut self, rows: u64, within: Duration) {
        self.until_table(within, |said| said.starts_with(&format!("{rows} rows")));
    }

    /// Paints until the table has so many rows and has read all events.
    pub fn settle_table(&mut self, rows: u64, within: Duration) {
        self.until_table(within, |said| {
            said.starts_with(&format!("{rows} rows")) && !said.contains("reading")
        });
    }

    fn until_table(&mut self, within: Duration, fits: impl Fn(&str) -> bool) {
        let deadline = Instant::now() + within;
        while !says(&self.tree(), |text| fits(&text.replace('\u{a0}', ""))) {
            assert!(Instant::now() < deadline, "the table has not the rows it should have");
            std::thread::sleep(Duration::from_secs_f64(FRAME_S));
        }
    }

    /// Clicks the widget whose name begins so; the shortest such name.
    pub fn click(&mut self, name: &str) {
        self.press_button(name);
    }

    /// The same; tells how long a text went into the clipboard with it.
    pub fn press_button(&mut self, name: &str) -> Option<usize> {
        let tree = self.until(name, |tree| named(tree, name).is_some());
        let at = named(&tree, name).expect("it was there").center();
        let button = |pressed| Event::PointerButton {
            pos: at,
            button: PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        };
        self.frame(vec![Event::PointerMoved(at)]);
        self.frame(vec![button(true)]);
        let (_, output) = self.frame(vec![button(false)]);
        self.frame(vec![Event::PointerGone]);
        output.platform_output.commands.into_iter().find_map(crate::large::text)
    }

    /// Text from the clipboard goes where the cursor is.
    pub fn paste(&mut self, text: &str) {
        self.frame(vec![Event::Paste(text.to_owned())]);
    }

    /// Selects all of the field the cursor is in.
    pub fn select_all(&mut self) {
        self.press(Key::A);
    }

    /// A key with Ctrl held.
    fn press(&mut self, key: Key) {
        let modifiers = Modifiers { ctrl: true, ..Modifiers::COMMAND };
        let event = |pressed| Event::Key { key, physical_key: None, pressed, repeat: false, modifiers };
        self.frame(vec![event(true)]);
        self.frame(vec![event(false)]);
    }

    /// Clicks into the middle of the log's scrollbar, and sees to it that the rows there came.
    pub fn scroll_to_middle(&mut self, events: u64) {
        let list = self.list();
        let at = pos2(list.right() - 6.0, list.center().y);
        let button = |pressed| Event::PointerButton {
            pos: at,
            button: PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        };
        self.frame(vec![Event::PointerMoved(at)]);
        self.frame(vec![button(true)]);
        self.frame(vec![button(false)]);
        self.frame(vec![Event::PointerGone]);
        self.settle();
        let middle = events / 2;
        let tree = self.tree();
        let there = rows(&tree).filter(|row| row.abs_diff(middle) < events / 10).count();
        assert!(
            there > 10,
            "the middle of {events} events is in sight, not {:?}",
            rows(&tree).collect::<Vec<_>>()
        );
    }

    /// Puts the pointer on the log, for the wheel.
    pub fn point_at_log(&mut self) {
        let at = self.list().center();
        self.frame(vec![Event::PointerMoved(at)]);
    }

    /// One frame in which the wheel turns by one row.
    pub fn wheel(&mut self, up: bool) -> Cost {
        let delta = vec2(0.0, if up { 24.0 } else { -24.0 });
        let wheel = Event::MouseWheel {
            unit: MouseWheelUnit::Point,
            delta,
            phase: TouchPhase::Move,
            source: MouseWheelSource::Unknown,
            modifiers: Modifiers::NONE,
        };
        self.frame(vec![wheel]).0
    }

    fn list(&mut self) -> Rect {
        let tree = self.tree();
        let list = tree.nodes.iter().map(|(_, node)| node).find(|node| node.role() == Role::ListBox);
        list.and_then(bounds).expect("the log")
    }
}

fn bounds(node: &Node) -> Option<Rect> {
    let bounds = node.bounds()?;
    let at = |x: f64, y: f64| {
        #[expect(clippy::cast_possible_truncation, reason = "points on a screen")]
        pos2(x as f32, y as f32)
    };
    Some(Rect::from_min_max(at(bounds.x0, bounds.y0), at(bounds.x1, bounds.y1)))
}

/// Where the widget is whose name begins so: “Text” is not “Text search”.
fn named(tree: &TreeUpdate, name: &str) -> Option<Rect> {
    let acts =
        |node: &&Node| node.supports_action(egui::accesskit::Action::Click) || node.role() == Role::TextInput;
    let nodes = tree.nodes.iter().map(|(_, node)| node).filter(acts);
    let fitting =
        nodes.filter_map(|node| Some((node.label().filter(|label| label.starts_with(name))?.len(), node)));
    bounds(fitting.min_by_key(|(length, _)| *length)?.1)
}

fn words(tree: &TreeUpdate) -> impl Iterator<Item = &str> {
    tree.nodes.iter().flat_map(|(_, node)| [node.label(), node.value()]).flatten()
}

/// Whether something on the screen reads so.
pub fn says(tree: &TreeUpdate, wanted: impl Fn(&str) -> bool) -> bool {
    words(tree).any(wanted)
}

/// The largest `1 000 012 events` on the screen: that of the log.
fn events_shown(tree: &TreeUpdate) -> u64 {
    let count = |text: &str| text.strip_suffix(" events")?.replace('\u{a0}', "").parse().ok();
    words(tree).filter_map(count).max().unwrap_or(0)
}

/// Numbers of the rows in sight.
fn rows(tree: &TreeUpdate) -> impl Iterator<Item = u64> {
    words(tree).filter_map(|text| text.strip_prefix("row #")?.split(' ').next()?.parse().ok())
}
