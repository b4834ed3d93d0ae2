//! `Filtering`: the filter of a tab, and the one that will take its place.

use std::sync::Arc;

use super::saved::zoned;
use crate::capture::filter::{Filter, FilterError};
use crate::engine::{Capture, Found, Sieve, Wake};
use crate::ui::action::FilterChange;

/// The filter of a tab. A new one takes over once it has something to show, so that the log never blinks.
#[derive(Default)]
pub struct Filtering {
    current: Option<Sieve>,
    next: Option<Sieve>,
    /// The filter went, and nobody has seen the log without it yet.
    went: bool,
    /// Times are meant in UTC.
    utc: bool,
    /// Which pins and notes the filter asked for last knows.
    notes_revision: u64,
    /// The next one is the same, run again: nothing is to be brought into sight.
    is_again: bool,
}

impl Filtering {
    /// The filter asked for last, as text; empty for none.
    #[must_use]
    pub fn text(&self) -> &str {
        self.next.as_ref().or(self.current.as_ref()).map_or("", |sieve| sieve.filter().text())
    }

    /// Changes the filter.
    ///
    /// # Errors
    /// The text is no filter: nothing changes.
    pub fn change(
        &mut self,
        change: &FilterChange,
        capture: &Capture,
        wake: &Wake,
    ) -> Result<(), FilterError> {
        let text = match change {
            FilterChange::Set(text) => text.trim().to_owned(),
            FilterChange::Add(term) => with(self.text(), term),
            FilterChange::Clear => String::new(),
            FilterChange::Halt(on) => {
                for sieve in self.next.iter().chain(&self.current) {
                    sieve.halt(*on);
                }
                return Ok(());
            }
        };
        let filter = Filter::parse(&text)?;
        self.notes_revision = capture.notes_revision();
        self.is_again = false;
        if filter.is_everything() {
            *self = Self { went: self.current.is_some(), utc: self.utc, ..Self::default() };
        } else if self.text() != text {
            self.next = Some(capture.sieve(&zoned(filter, self.utc), wake));
        }
        Ok(())
    }

    /// Times are meant in UTC from now on, or in the zone of the system: as the log shows them.
    pub fn mean_utc(&mut self, utc: bool, capture: &Capture, wake: &Wake) {
        if self.utc == utc {
            return;
        }
        self.utc = utc;
        // What was a filter stays one.
        if let Ok(filter) = Filter::parse(self.text())
            && !filter.is_everything()
        {
            self.next = Some(capture.sieve(&zoned(filter, utc), wake));
        }
    }

    /// Runs a filter that asks for pins or notes again where they have changed.
    pub fn mind_notes(&mut self, capture: &Capture, wake: &Wake) {
        let revision = capture.notes_revision();
        if self.notes_revision == revision {
            return;
        }
        self.notes_revision = revision;
        let asked = self.next.as_ref().or(self.current.as_ref()).map(|sieve| sieve.filter().clone());
        if let Some(filter) = asked.filter(Filter::needs_notes) {
            self.is_again = self.next.is_none();
            self.next = Some(capture.sieve(&filter, wake));
        }
    }

    /// Lets the next filter take over if it has something to show. Whether another filter, or none, is in effect now.
    pub fn prepare(&mut self) -> bool {
        let is_ready = self.next.as_ref().is_some_and(|next| {
            let found = next.found();
            !found.is_empty() || found.is_done() || found.is_halted() || found.trouble().is_some()
        });
        if is_ready {
            self.current = self.next.take();
        }
        std::mem::take(&mut self.went) || (is_ready && !std::mem::take(&mut self.is_again))
    }

    /// What the filter in effect found so far.
    #[must_use]
    pub fn found(&self) -> Option<Arc<Found>> {
        self.current.as_ref().map(Sieve::found)
    }

    /// Whether a filter was asked for that has nothing to show yet.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.next.is_some()
    }
}

/// A filter with a further term.
fn with(text: &str, term: &str) -> String {
    match (text.trim(), term.trim()) {
        ("", term) => term.to_owned(),
        (text, "") => text.to_owned(),
        // `or` binds weaker than a term that is put beside it; brackets that aren't needed do no harm.
        (text, term) if text.to_lowercase().split_whitespace().any(|word| word == "or") => {
            format!("({text}) {term}")
        }
        (text, term) => format!("{text} {term}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_further_term_narrows_the_whole_filter() {
        let cases = [
            ("", "uid:1", "uid:1"),
            ("a", "uid:1", "a uid:1"),
            ("a or b", "uid:1", "(a or b) uid:1"),
            ("a", " ", "a"),
        ];
        for (text, term, wanted) in cases {
            assert_eq!(with(text, term), wanted);
            assert!(Filter::parse(wanted).is_ok());
        }
    }
}
