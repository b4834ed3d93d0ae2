//! What is to happen when.

use std::collections::BTreeMap;
use std::time::Instant;

/// Things to do, by their time; those of one time in the order they were noted.
#[derive(Debug)]
pub(super) struct Agenda<T> {
    entries: BTreeMap<(Instant, u64), T>,
    noted: u64,
}

impl<T> Agenda<T> {
    /// Nothing to do.
    pub(super) fn new() -> Self {
        Self { entries: BTreeMap::new(), noted: 0 }
    }

    /// Notes a thing to do.
    pub(super) fn note(&mut self, due: Instant, what: T) {
        self.noted += 1;
        self.entries.insert((due, self.noted), what);
    }

    /// When to look next.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.entries.keys().next().map(|(due, _)| *due)
    }

    /// Takes the next thing whose time has come.
    pub(super) fn take_due(&mut self, now: Instant) -> Option<T> {
        let first = self.entries.first_entry()?;
        (first.key().0 <= now).then(|| first.remove())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn things_come_by_time_and_then_by_order() {
        let start = Instant::now();
        let later = start + Duration::from_secs(1);
        let mut agenda = Agenda::new();
        agenda.note(later, "third");
        agenda.note(start, "first");
        agenda.note(start, "second");
        assert_eq!(agenda.next_due(), Some(start));
        assert_eq!(agenda.take_due(start), Some("first"));
        assert_eq!(agenda.take_due(start), Some("second"));
        assert_eq!(agenda.take_due(start), None);
        assert_eq!(agenda.take_due(later), Some("third"));
        assert_eq!(agenda.next_due(), None);
    }
}
