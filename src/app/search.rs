//! Looking for a text in the log, on a thread of its own.

use std::sync::Arc;

use super::job::Job;
use super::order;
use crate::capture::find::{Needle, Way};
use crate::capture::{IndexView, Reader};
use crate::engine::{self, Search, Wake};

/// What a search found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// The event.
    pub seq: u64,
    /// Events passed since the search began.
    pub searched: u64,
    /// It lies on the other side of where the search began.
    pub wrapped: bool,
}

/// A search and how it goes.
#[derive(Default)]
pub struct Finder {
    job: Option<(Job<Outcome>, Search)>,
    outcome: Option<Outcome>,
}

/// A hit, none, or a sentence about a file that can't be read.
type Outcome = Result<Option<Found>, String>;

/// What to look for, and where.
pub struct Quest {
    /// The text.
    pub needle: Needle,
    /// Where to begin, not included.
    pub from: u64,
    /// Which way.
    pub way: Way,
    /// Which events count.
    pub shown: Shown,
}

/// The events that the log shows: a search stops at no other.
pub enum Shown {
    /// Every one.
    All,
    /// All but heartbeats.
    Folded,
    /// Those that fit a filter.
    Fitting(Arc<engine::Found>),
}

impl Shown {
    /// From `from` (not included) to the end, and then from the other end up to it.
    fn from(self, from: u64, way: Way, view: &IndexView) -> Box<dyn Iterator<Item = u64>> {
        let view = view.clone();
        match self {
            Self::All => turn(from, view.len() + 1, way),
            Self::Folded => {
                Box::new(turn(from, view.len() + 1, way).filter(move |seq| !is_folded(&view, *seq)))
            }
            Self::Fitting(found) => {
                // Places from 1, so that 0 and the length plus one lie outside, as with numbers.
                let place = found.place(from) + u64::from(found.contains(from) || way == Way::Previous);
                let seqs = turn(place, found.len() + 1, way);
                Box::new(seqs.filter_map(move |place| found.seq(place.checked_sub(1)?)))
            }
        }
    }
}

/// The numbers from 1 below `end`, beginning behind `from` and ending with it.
fn turn(from: u64, end: u64, way: Way) -> Box<dyn Iterator<Item = u64>> {
    match way {
        Way::Next => Box::new((from + 1..end).chain(1..end.min(from + 1))),
        Way::Previous => Box::new((1..from.min(end)).rev().chain((from.max(1)..end).rev())),
    }
}

impl Finder {
    /// Begins a search; an older one is broken off.
    pub fn start(&mut self, mut reader: Reader, quest: Quest, wake: &Wake) {
        self.stop();
        let search = Search::default();
        let (wake, shared) = (wake.clone(), search.clone());
        let job = Job::start(
            "find",
            move || wake.ring(),
            move || {
                let view = reader.view();
                let Quest { needle, from, way, shown } = quest;
                let from = from.min(view.len() + 1);
                let found = shared.run(&mut reader, &needle, shown.from(from, way, &view))?;
                Ok(found.map(|seq| Found {
                    seq,
                    searched: distance(from, seq, way, view.len()),
                    wrapped: match way {
                        Way::Next => seq <= from,
                        Way::Previous => seq >= from,
                    },
                }))
            },
        );
        self.job = Some((job, search));
    }

    /// Breaks the search off and forgets what was found.
    pub fn stop(&mut self) {
        if let Some((_, search)) = self.job.take() {
            search.cancel();
        }
        self.outcome = None;
    }

    /// Picks up the result if it is there; the answer is what was found just now.
    pub fn poll(&mut self) -> Option<Found> {
        let (job, search) = self.job.take()?;
        match job.take() {
            Err(running) => {
                self.job = Some((running, search));
                None
            }
            Ok(result) => {
                let outcome = result.unwrap_or_else(|cancelled| Err(cancelled.to_string()));
                let found = outcome.as_ref().ok().copied().flatten();
                self.outcome = Some(outcome);
                found
            }
        }
    }

    /// Whether a search is under way.
    pub fn is_running(&self) -> bool {
        self.job.is_some()
    }

    /// How the last search ended.
    pub fn outcome(&self) -> Option<&Outcome> {
        self.outcome.as_ref()
    }
}

impl Drop for Finder {
    fn drop(&mut self) {
        self.stop();
    }
}

fn is_folded(view: &IndexView, seq: u64) -> bool {
    view.get(seq).is_some_and(|record| order::is_heartbeat(&record, view))
}

/// Events between the beginning and the hit, over the end if need be.
fn distance(from: u64, to: u64, way: Way, len: u64) -> u64 {
    let from = from.min(len);
    match way {
        Way::Next if to > from => to - from,
        Way::Next => len - from + to,
        Way::Previous if to < from => from - to,
        Way::Previous => from + len.saturating_sub(to),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(from: u64, end: u64, way: Way) -> Vec<u64> {
        turn(from, end, way).collect()
    }

    #[test]
    fn a_search_goes_round_once_and_ends_where_it_began() {
        assert_eq!(all(2, 5, Way::Next), [3, 4, 1, 2]);
        assert_eq!(all(0, 5, Way::Next), [1, 2, 3, 4]);
        assert_eq!(all(4, 5, Way::Next), [1, 2, 3, 4]);
        assert_eq!(all(2, 5, Way::Previous), [1, 4, 3, 2]);
        assert_eq!(all(5, 5, Way::Previous), [4, 3, 2, 1]);
        assert_eq!(all(0, 5, Way::Previous), [4, 3, 2, 1]);
        assert_eq!(all(0, 1, Way::Next), [0_u64; 0]);
    }

    use crate::capture::{Direction, Event, Header, Journal, Message, Stamp};

    fn event(text: &str) -> Event {
        Event::new(Stamp::default(), Message::text(Direction::In, text))
    }

    #[test]
    fn a_search_whose_only_hits_are_folded_ends() {
        for way in [Way::Next, Way::Previous] {
            for from in 0..=4 {
                let mut journal = Journal::unnamed(&Header::new("", 0)).unwrap();
                for text in ["{}", r#"{"type":"ping"}"#, "{}", r#"{"type":"other"}"#] {
                    journal.append(&event(text));
                }
                journal.commit().unwrap();
                let mut finder = Finder::default();
                let (bell, rung) = std::sync::mpsc::channel();
                let wake = Wake::new(move || {
                    let _ = bell.send(());
                });
                let needle = Needle::new("ping").unwrap();
                finder.start(journal.reader(), Quest { needle, from, way, shown: Shown::Folded }, &wake);
                rung.recv().unwrap();
                while finder.is_running() {
                    finder.poll();
                }
                assert_eq!(finder.outcome(), Some(&Ok(None)), "{way:?} from {from}");
            }
        }
    }
}
