//! Looking for a text in the log, on a thread of its own.

use super::job::Job;
use super::order;
use crate::capture::find::{Needle, Way};
use crate::capture::{IndexView, Reader};
use crate::engine::{Search, Wake};

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
    /// Heartbeats are folded: don't stop at one.
    pub fold: bool,
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
                let mut from = quest.from;
                let mut wrapped = false;
                loop {
                    let Some(seq) = shared.run(&mut reader, &quest.needle, from, quest.way)? else {
                        return Ok(None);
                    };
                    let over_the_end = match quest.way {
                        Way::Next => seq <= from,
                        Way::Previous => seq >= from,
                    };
                    // Twice over the end: every hit was seen, and each is folded.
                    if over_the_end && wrapped {
                        return Ok(None);
                    }
                    wrapped |= over_the_end;
                    if !quest.fold || !is_folded(&view, seq) {
                        return Ok(Some(Found {
                            seq,
                            searched: distance(quest.from, seq, quest.way, view.len()),
                            wrapped,
                        }));
                    }
                    if wrapped && passed(quest.way, seq, quest.from) {
                        return Ok(None);
                    }
                    from = seq;
                }
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

/// After wrapping, `seq` has come back to where the search began.
fn passed(way: Way, seq: u64, began: u64) -> bool {
    match way {
        Way::Next => seq >= began,
        Way::Previous => seq <= began,
    }
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
    use crate::capture::{Direction, Event, Header, Journal, Message, Payload, Stamp, Text, What};
    use crate::directus::classify;

    fn event(text: &str) -> Event {
        let what = What::Message(Message {
            direction: Direction::In,
            payload: Payload::Text(Text::from(text)),
            size: 1,
            class: classify(text),
        });
        Event { stamp: Stamp::default(), connection: 1, automatic: false, masked: false, what }
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
                finder.start(journal.reader(), Quest { needle, from, way, fold: true }, &wake);
                rung.recv().unwrap();
                while finder.is_running() {
                    finder.poll();
                }
                assert_eq!(finder.outcome(), Some(&Ok(None)), "{way:?} from {from}");
            }
        }
    }
}
