//! A small session as capture lines.

use std::sync::Arc;

use crate::capture::filter::{Filter, Matcher, Names, Verdict};
use crate::capture::{
    Direction, Event, Fact, Header, IndexView, Join, Journal, Message, Reader, Stamp, What,
};

/// Noon on the 24th of November 2026, UTC.
pub(super) const NOON_US: i64 = 1_795_521_600_000_000;

/// Events that were appended, with their joins.
pub(super) struct Scene {
    journal: Journal,
    time_us: i64,
    names: Arc<Names>,
}

impl Scene {
    pub(super) fn new() -> Self {
        let journal = Journal::unnamed(&Header::new("", 0)).unwrap();
        Self { journal, time_us: NOON_US, names: Arc::default() }
    }

    pub(super) fn set_names(&mut self, names: Names) {
        self.names = Arc::new(names);
    }

    /// Appends what happened a second after the last.
    pub(super) fn add(&mut self, what: What, join: Join, automatic: bool) -> u64 {
        self.time_us += 1_000_000;
        let stamp = Stamp { time_us: self.time_us, elapsed_us: 1 };
        let seq = self.journal.append(&Event { stamp, connection: 1, automatic, masked: false, what });
        self.journal.join(seq, join);
        self.journal.commit().unwrap();
        seq
    }

    pub(super) fn hear(&mut self, text: &str) -> u64 {
        self.add(message(Direction::In, text), Join::default(), false)
    }

    pub(super) fn say(&mut self, text: &str) -> u64 {
        self.add(message(Direction::Out, text), Join::default(), false)
    }

    pub(super) fn fact(&mut self, fact: Fact) -> u64 {
        self.add(What::Fact(Box::new(fact)), Join::default(), true)
    }

    pub(super) fn reader(&self) -> Reader {
        self.journal.reader()
    }

    pub(super) fn names(&self) -> Arc<Names> {
        Arc::clone(&self.names)
    }

    /// The events that fit, and that they fit by record and by line alike.
    pub(super) fn fitting(&self, filter: &Filter) -> Vec<u64> {
        let mut matcher = filter.bind(self.names());
        let mut reader = self.reader();
        let view = reader.view();
        (1..=view.len()).filter(|seq| fits(&mut matcher, &mut reader, &view, *seq, filter)).collect()
    }
}

fn fits(matcher: &mut Matcher, reader: &mut Reader, view: &IndexView, seq: u64, filter: &Filter) -> bool {
    let record = view.get(seq).unwrap();
    let line = reader.line(record).unwrap();
    let by_line = matcher.line(seq, &record, view, &line);
    match matcher.record(seq, &record, view) {
        Verdict::Read => assert!(!filter.is_indexed(), "{}", filter.text()),
        verdict => assert_eq!(verdict == Verdict::Yes, by_line, "{} on {seq}", filter.text()),
    }
    by_line
}

pub(super) fn message(direction: Direction, text: &str) -> What {
    What::Message(Message::text(direction, text))
}
