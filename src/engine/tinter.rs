//! `Tinter`: which saved filter colours a row. It looks at rows in sight only, on the row worker's thread.

use std::collections::HashMap;
use std::sync::Arc;

use super::sieve::names;
use crate::capture::filter::{Filter, Matcher, Verdict};
use crate::capture::row::Tint;
use crate::capture::{IndexView, Notes, Reader, Record};
use crate::session::Snapshot;

/// Answers kept at most.
const KEPT: usize = 4096;

/// A filter, and what it gives to the rows that fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColourRule {
    /// Which rows.
    pub filter: Filter,
    /// What they get.
    pub tint: Tint,
}

/// The filters that colour rows; where several fit, the first counts.
pub type Colouring = Vec<ColourRule>;

/// Colours rows and remembers which got what.
#[derive(Default)]
pub(super) struct Tinter {
    rules: Arc<Colouring>,
    matchers: Vec<Matcher>,
    known: HashMap<u64, Option<Tint>>,
    /// How many subscriptions and collections the matchers know.
    named: (u32, usize),
    /// What the snapshot covers; events beyond it may belong to subscriptions that it doesn't name yet.
    covered: u64,
    /// The last event when the rules were made.
    last_us: Option<i64>,
    /// The pins and notes that the matchers know.
    notes: Arc<Notes>,
}

impl Tinter {
    /// Takes new rules and new names. Comes before the rows of one showing.
    pub(super) fn prepare(
        &mut self,
        rules: &Arc<Colouring>,
        (snapshot, notes): (&Snapshot, &Arc<Notes>),
        view: &IndexView,
    ) {
        let is_new = self.rules != *rules;
        if is_new {
            self.rules = Arc::clone(rules);
            self.last_us = view.get(view.len()).map(|record| record.time_us);
        }
        self.covered = snapshot.last_seq;
        let named = (snapshot.subscriptions.last().map_or(0, |last| last.number), snapshot.collections.len());
        let needs_names = self.rules.iter().any(|rule| rule.filter.needs_names());
        let has_notes = self.rules.iter().any(|rule| rule.filter.needs_notes());
        let is_noted = has_notes && !Arc::ptr_eq(&self.notes, notes);
        if is_new || is_noted || (needs_names && self.named != named) {
            self.named = named;
            self.notes = Arc::clone(notes);
            let names = names(snapshot).noted(Arc::clone(notes));
            let names = Arc::new(match self.last_us {
                Some(last_us) => names.until(last_us),
                None => names,
            });
            self.matchers = self.rules.iter().map(|rule| rule.filter.bind(Arc::clone(&names))).collect();
            self.known.clear();
        }
        if self.known.len() > KEPT {
            self.known.clear();
        }
    }

    /// What the event gets.
    pub(super) fn tint(
        &mut self,
        reader: &mut Reader,
        seq: u64,
        record: Record,
        view: &IndexView,
    ) -> Option<Tint> {
        if self.matchers.is_empty() {
            return None;
        }
        if let Some(known) = self.known.get(&seq) {
            return known.clone();
        }
        let mut line = None;
        let mut fits = |matcher: &mut Matcher| match matcher.record(seq, &record, view) {
            Verdict::Yes => true,
            Verdict::No => false,
            Verdict::Read => {
                // A line that can't be read says so in its row; it fits nothing.
                let line = line.get_or_insert_with(|| reader.line(record).ok());
                line.as_ref().is_some_and(|line| matcher.line(seq, &record, view, line))
            }
        };
        let first = self.matchers.iter_mut().position(&mut fits);
        let tint = first.and_then(|at| self.rules.get(at)).map(|rule| rule.tint.clone());
        if seq <= self.covered {
            self.known.insert(seq, tint.clone());
        }
        tint
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::{Direction, Event, Header, Journal, Message, Stamp};

    use crate::session::Session;

    fn rule(name: &str, text: &str, colour: u8) -> ColourRule {
        ColourRule { filter: Filter::parse(text).unwrap(), tint: Tint { name: name.into(), colour } }
    }

    /// A journal and its fold, as the recorder keeps them.
    struct Live {
        journal: Journal,
        session: Session,
    }

    impl Live {
        fn new() -> Self {
            let journal = Journal::unnamed(&Header::new("ws://x", 0)).unwrap();
            Self { journal, session: Session::new() }
        }

        fn message(&mut self, direction: Direction, text: &str) {
            let message = Message::text(direction, text);
            let event = Event::new(Stamp::default(), message);
            let seq = self.journal.append(&event);
            let joined = self.session.apply(seq, &event);
            self.journal.join(seq, crate::engine::recorder::join(joined));
            self.journal.commit().unwrap();
        }

        fn tints(&self, tinter: &mut Tinter, rules: &Arc<Colouring>, snapshot: &Snapshot) -> Vec<String> {
            let mut reader = self.journal.reader();
            let view = reader.view();
            tinter.prepare(rules, (snapshot, &Arc::default()), &view);
            (1..=view.len())
                .map(|seq| {
                    let tint = tinter.tint(&mut reader, seq, view.get(seq).unwrap(), &view);
                    tint.map_or_else(String::new, |tint| tint.name.to_string())
                })
                .collect()
        }
    }

    #[test]
    fn the_first_filter_that_fits_colours_a_row() {
        let mut live = Live::new();
        live.message(Direction::Out, r#"{"type":"ping","uid":"a"}"#);
        live.message(Direction::In, r#"{"type":"pong","uid":"a"}"#);
        live.message(Direction::In, r#"{"type":"ping"}"#);
        let snapshot = live.session.snapshot();
        let mut tinter = Tinter::default();
        let rules = Arc::new(vec![rule("first", "pong", 0), rule("all in", "direction:in", 1)]);
        assert_eq!(live.tints(&mut tinter, &rules, &snapshot), ["", "first", "all in"]);
        // Other rules are heeded, also for rows that were coloured before.
        let rules = Arc::new(vec![rule("out", "direction:out", 2)]);
        assert_eq!(live.tints(&mut tinter, &rules, &snapshot), ["out", "", ""]);
        assert_eq!(live.tints(&mut tinter, &Arc::default(), &snapshot), ["", "", ""]);
    }

    #[test]
    fn a_subscription_that_is_named_later_colours_its_events() {
        let mut live = Live::new();
        let rules = Arc::new(vec![rule("orders", "collection:orders", 0)]);
        let mut tinter = Tinter::default();
        let before = live.session.snapshot();
        live.message(Direction::Out, r#"{"type":"subscribe","collection":"orders","uid":"1"}"#);
        live.message(Direction::In, r#"{"type":"subscription","event":"init","data":[],"uid":"1"}"#);
        live.message(Direction::In, r#"{"type":"subscription","event":"create","data":[{}],"uid":"1"}"#);
        // The rows are there a moment before the snapshot that names the subscription.
        live.tints(&mut tinter, &rules, &before);
        let after = live.session.snapshot();
        assert_eq!(live.tints(&mut tinter, &rules, &after), ["orders", "orders", "orders"]);
    }
}
