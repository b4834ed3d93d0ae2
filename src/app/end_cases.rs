//! The end of a long file, shown while the rest is still being read. The thread that reads is held where it has found the
//! end, in the bell that it rings, so each step happens when the test says so.

use std::path::Path;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};

use super::tab::Tab;
use crate::capture::{Direction, Event, Header, Journal, Message, Payload, Stamp, Text, What};
use crate::directus::classify;
use crate::engine::{self, Wake};

/// Lines of ten kilobytes each: long enough to have an end that is known before its turn.
const LINES: u64 = 2_000;
/// How long anything may take before the test gives up.
const DEADLINE: Duration = Duration::from_secs(60);

/// Writes the capture without lines `missing` to `missing + 9`; the lines behind them keep their numbers.
fn write(path: &Path, missing: Option<usize>) {
    let mut journal = Journal::create(path, &Header::new("ws://one", 0)).unwrap();
    let filler = "y".repeat(10_000);
    for number in 1..=LINES {
        let text = format!(r#"{{"type":"pong","uid":"u{number}","filler":"{filler}"}}"#);
        let message = Message {
            direction: Direction::In,
            payload: Payload::Text(Text::from(text.as_str())),
            size: 1,
            class: classify(&text),
        };
        let what = What::Message(message);
        journal.append(&Event {
            stamp: Stamp::default(),
            connection: 1,
            automatic: false,
            masked: false,
            what,
        });
    }
    journal.commit().unwrap();
    if let Some(missing) = missing {
        let text = std::fs::read_to_string(path).unwrap();
        // The first line is the header, so line `missing` stands at its number.
        let kept = text.lines().enumerate().filter(|(at, _)| !(missing..missing + 10).contains(at));
        std::fs::write(path, kept.map(|(_, line)| format!("{line}\n")).collect::<String>()).unwrap();
    }
}

/// A tab on a file whose reader stands still after the first block and the end.
struct Held {
    tab: Tab,
    wake: Wake,
    news: Receiver<()>,
    gate: Sender<()>,
    _folder: tempfile::TempDir,
}

impl Held {
    fn open(missing: Option<usize>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("long.ndjson");
        write(&path, missing);
        let (reach, reached) = bounded(1);
        let (ring, news) = bounded(1);
        let (gate, open) = bounded::<()>(0);
        let wake = Wake::new(move || {
            let _full = ring.try_send(());
            if std::thread::current().name() == Some("opener") {
                let _again = reach.try_send(());
                // Nobody ever sends: it is open when the other side is gone.
                let _open = open.recv_timeout(DEADLINE);
            }
        });
        let capture = engine::open(&path, &wake).unwrap();
        reached.recv_timeout(DEADLINE).expect("the reader finds the end");
        Self { tab: Tab::new(capture, None, true), wake, news, gate, _folder: folder }
    }

    /// Lets the reader go on, and makes frames until the rows change their places.
    fn read_on(self) -> (Tab, super::order::Moved, tempfile::TempDir) {
        let Self { mut tab, wake, news, gate, _folder } = self;
        drop(gate);
        let began = std::time::Instant::now();
        loop {
            wake.heard();
            if let Some((moved, _)) = tab.prepare().moved {
                return (tab, moved, _folder);
            }
            assert!(began.elapsed() < DEADLINE, "the file is read to its end");
            let _quiet = news.recv_timeout(Duration::from_millis(50));
        }
    }
}

#[test]
fn the_end_is_entered_left_and_given_up_when_everything_is_read() {
    let mut held = Held::open(None);
    let tab = &mut held.tab;
    assert!(tab.prepare().moved.is_none() && tab.order.end().is_none(), "it begins at the beginning");
    let read = tab.capture.view().len();
    assert!(read > 0 && read < LINES / 2, "most is not read: {read}");
    assert_eq!((tab.order.len(), tab.order.seq(0)), (read, 1));

    let entered = tab.show_end().expect("the end is known");
    let count = tab.order.len();
    assert_eq!((tab.order.seq(count - 1), tab.order.place(LINES)), (LINES, count - 1));
    assert_eq!(tab.order.moved(&entered, 3), 0, "what was read stands before all of it");
    tab.select_one(count - 1);
    assert!(tab.prepare().moved.is_none() && tab.order.end().is_some(), "a frame changes nothing");

    let left = tab.leave_end().expect("back to what was read");
    assert_eq!((tab.order.len(), tab.order.moved(&left, count - 1)), (read, read));
    assert_eq!((tab.selected, tab.order.shows(LINES)), (Some(LINES), false), "selected, but not in sight");
    assert!(tab.prepare().moved.is_none() && tab.order.end().is_none(), "nobody asked for the end again");

    tab.show_end().expect("and in again");
    let (tab, moved, _folder) = held.read_on();
    assert!(tab.order.end().is_none() && tab.capture.file().opening.is_none(), "all is read");
    assert_eq!((tab.order.len(), tab.selected), (LINES, Some(LINES)));
    assert_eq!(tab.order.moved(&moved, count - 1), LINES - 1, "the last row is the last row");
    assert_eq!(tab.order.moved(&moved, 0), LINES - count);
    assert!(tab.capture.preview().is_none());
}

#[test]
fn who_wants_the_end_gets_it_as_soon_as_it_is_known() {
    let mut held = Held::open(None);
    held.tab.wants_end = true;
    let (_, hidden) = held.tab.prepare().moved.expect("the rows change");
    assert_eq!((hidden, held.tab.wants_end), (0, false));
    let last = held.tab.order.len() - 1;
    assert_eq!(held.tab.order.seq(last), LINES);
    held.tab.clear();
    assert_eq!(held.tab.hidden(), held.tab.order.len(), "what is cleared is all up to the end");
}

#[test]
fn a_row_of_the_end_stays_selected_when_its_number_turns_out_smaller() {
    let mut held = Held::open(Some(900));
    let tab = &mut held.tab;
    tab.show_end().expect("its last lines are sound");
    let count = tab.order.len();
    tab.select_one(count - 1);
    tab.marked = Some(tab.order.seq(0));
    assert_eq!(tab.selected, Some(LINES), "as its line says");
    let (tab, moved, _folder) = held.read_on();
    assert_eq!((tab.order.len(), tab.selected), (LINES - 10, Some(LINES - 10)));
    assert_eq!(tab.order.moved(&moved, count - 1), LINES - 11);
    assert_eq!(tab.marked, Some(LINES - 10 - count + 1));
}
