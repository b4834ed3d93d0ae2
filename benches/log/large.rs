//! Messages of 50 MB in the detail pane: opened, searched, compared, copied. What it takes, and what the worst frame of
//! the window takes meanwhile.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Instant;

use egui::OutputCommand;
use harewire::app::Launch;
use harewire::capture::{Direction, Event, Header, Journal, Message, Payload, Stamp, Text, What};
use harewire::directus::classify;

use crate::micros;
use crate::window::{Window, says};

/// Bytes of a message, about.
const SIZE: usize = 50_000_000;
/// Elements of its array. Without a key field they are matched by what they say, which is where a comparison of two
/// lists that share nothing is dearest.
const ELEMENTS: usize = 45_000;

/// Everything that can be done with large messages.
pub fn measure() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("large.ndjson");
    write(&path);
    println!(
        "Messages of {:.0} MB: how long it takes, and the worst frame of the window (must 100 ms to open, 16 ms to copy)",
        SIZE as f64 / 1e6
    );
    let mut window = Window::open(Launch::Target(path.display().to_string()));
    window.until("rows", |tree| says(tree, |text| text.starts_with("row #4 ")));
    window.settle();
    let opened = |number: usize| format!("#{number} · ");
    part(&mut window, "opened as a tree", |window| {
        window.click("row #2 ");
        window.until("the detail", |tree| says(tree, |text| text.starts_with(&opened(2))));
        window.settle();
    });
    part(&mut window, "laid out as text", |window| {
        window.click("Text");
        window.until("lines", |tree| says(tree, |text| text.starts_with("{\"type\"")));
    });
    part(&mut window, "formatted", |window| {
        window.click("Formatted");
        window.until("lines", |tree| says(tree, |text| text.contains("\"subscription\"")));
    });
    part(&mut window, "searched", |window| {
        window.click("Find in message");
        window.paste("last element");
        window.until("a hit", |tree| says(tree, |text| text.contains("1 of 1")));
    });
    window.click("Diff");
    window.click("Number");
    for (name, number, totals) in [
        ("compared, one element in a hundred differs", "1", "450 changed"),
        ("compared, all of them differ", "3", "45\u{a0}000 changed"),
    ] {
        part(&mut window, name, |window| {
            window.click("Number of the event");
            window.select_all();
            window.paste(number);
            window.until("a comparison", |tree| says(tree, |text| text.contains(totals)));
            window.settle();
        });
    }
    part(&mut window, "copied", |window| {
        let mut copied = window.press_button("Copy text");
        let began = Instant::now();
        while copied.is_none() {
            assert!(began.elapsed().as_secs() < 60, "the text comes");
            let (_, output) = window.frame(Vec::new());
            copied = output.platform_output.commands.into_iter().find_map(text);
        }
        assert!(copied.is_some_and(|bytes| bytes > SIZE / 2), "all of it");
    });
}

/// Bytes of a text for the clipboard.
pub fn text(command: OutputCommand) -> Option<usize> {
    match command {
        OutputCommand::CopyText(text) => Some(text.len()),
        _ => None,
    }
}

fn part(window: &mut Window, name: &str, work: impl FnOnce(&mut Window)) {
    window.worst = std::time::Duration::ZERO;
    let started = Instant::now();
    work(window);
    println!(
        "  {name:<44} {:>8.2} s  worst frame {:>8.0} µs",
        started.elapsed().as_secs_f64(),
        micros(window.worst)
    );
}

/// Messages 1 and 2 are much the same, 3 is another, 4 is small.
fn write(path: &Path) {
    let mut journal = Journal::create(path, &Header::new("ws://bench", 0)).expect("a capture");
    for (number, version) in [(1, 0), (2, 1), (3, 2)] {
        let text = message(version);
        journal.append(&event(&text, number));
        journal.commit().expect("a disk with room");
    }
    journal.append(&event(r#"{"type":"pong"}"#, 4));
    journal.commit().expect("a disk with room");
}

fn message(version: usize) -> String {
    let words = "the quick brown fox jumps over the lazy dog ".repeat(SIZE / ELEMENTS / 44);
    let mut text = String::with_capacity(SIZE + SIZE / 8);
    text.push_str(r#"{"type":"subscription","event":"update","uid":"large","data":["#);
    for element in 0..ELEMENTS {
        let other = match version {
            0 => 0,
            1 => usize::from(element % 100 == 0),
            _ => 7,
        };
        let ending = if element + 1 == ELEMENTS { "}" } else { "}," };
        let name = if element + 1 == ELEMENTS { "last element" } else { "element" };
        write!(text, r#"{{"name":"{name} {element}","state":{other},"text":"{words}"{ending}"#)
            .expect("memory");
    }
    text.push_str("]}");
    text
}

fn event(text: &str, elapsed_us: u64) -> Event {
    let what = What::Message(Message {
        direction: Direction::In,
        payload: Payload::Text(Text::from(text)),
        size: text.len() as u64,
        class: classify(text),
    });
    Event { stamp: Stamp { time_us: 0, elapsed_us }, connection: 1, automatic: false, masked: false, what }
}
