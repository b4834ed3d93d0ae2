//! `Notes`: pins and notes on the events of a capture, folded from its `note` lines.

use std::collections::BTreeMap;

use super::event::Fact;

/// What a person said of one event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Note {
    /// It is pinned.
    pub pinned: bool,
    /// The note, empty for none.
    pub text: String,
}

/// One change: the content of a `note` line. What is `None` stays as it was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NoteChange {
    /// `seq` of the event it is about.
    pub about: u64,
    /// Pinned or not from now on.
    pub pin: Option<bool>,
    /// The note from now on; empty removes it.
    pub text: Option<String>,
}

impl NoteChange {
    /// The change a `note` line carries; `None` for other facts.
    #[must_use]
    pub fn of(fact: &Fact) -> Option<Self> {
        let Fact::Note { about, pin, text } = fact else { return None };
        Some(Self { about: *about, pin: *pin, text: text.clone() })
    }

    /// The fact that is written for it.
    #[must_use]
    pub fn into_fact(self) -> Fact {
        Fact::Note { about: self.about, pin: self.pin, text: self.text }
    }
}

/// All pins and notes of a capture, by the `seq` of the event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes {
    by_seq: BTreeMap<u64, Note>,
}

impl Notes {
    /// Applies one change; the same change twice is the same as once.
    pub fn apply(&mut self, change: &NoteChange) {
        let note = self.by_seq.entry(change.about).or_default();
        note.pinned = change.pin.unwrap_or(note.pinned);
        if let Some(text) = &change.text {
            note.text.clone_from(text);
        }
        if *note == Note::default() {
            self.by_seq.remove(&change.about);
        }
    }

    /// What was said of the event `seq`.
    #[must_use]
    pub fn get(&self, seq: u64) -> Option<&Note> {
        self.by_seq.get(&seq)
    }

    /// Whether the event `seq` is pinned.
    #[must_use]
    pub fn is_pinned(&self, seq: u64) -> bool {
        self.get(seq).is_some_and(|note| note.pinned)
    }

    /// Whether nothing was said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_seq.is_empty()
    }

    /// How many events carry a pin or a note.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_seq.len()
    }

    /// Everything said, in the order of the events.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (u64, &Note)> {
        self.by_seq.iter().map(|(seq, note)| (*seq, note))
    }

    /// The next event after `seq` (or before it) with a pin or a note; over the end it begins anew.
    #[must_use]
    pub fn next(&self, seq: u64, backwards: bool) -> Option<u64> {
        if backwards {
            let before = self.by_seq.range(..seq).next_back();
            before.or_else(|| self.by_seq.last_key_value()).map(|(seq, _)| *seq)
        } else {
            let after = self.by_seq.range(seq.saturating_add(1)..).next();
            after.or_else(|| self.by_seq.first_key_value()).map(|(seq, _)| *seq)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pin(about: u64, pin: bool) -> NoteChange {
        NoteChange { about, pin: Some(pin), text: None }
    }

    fn text(about: u64, text: &str) -> NoteChange {
        NoteChange { about, pin: None, text: Some(text.to_owned()) }
    }

    #[test]
    fn pins_and_notes_are_separate_and_leave_nothing_behind() {
        let mut notes = Notes::default();
        for change in [pin(3, true), text(3, "why?"), text(9, "here"), pin(3, false)] {
            notes.apply(&change);
            notes.apply(&change);
        }
        assert_eq!(notes.get(3), Some(&Note { pinned: false, text: "why?".into() }));
        notes.apply(&text(3, ""));
        assert_eq!((notes.get(3), notes.len()), (None, 1));
    }

    #[test]
    fn the_next_one_goes_round() {
        let mut notes = Notes::default();
        assert_eq!(notes.next(0, false), None);
        [2, 5, 9].iter().for_each(|seq| notes.apply(&pin(*seq, true)));
        let found = [(0, false), (2, false), (9, false), (9, true), (2, true), (5, true)]
            .map(|(seq, backwards)| notes.next(seq, backwards).unwrap());
        assert_eq!(found, [2, 5, 2, 5, 9, 2]);
    }

    #[test]
    fn a_change_goes_into_a_line_and_back() {
        let change = NoteChange { about: 7, pin: Some(true), text: Some("a\nb".into()) };
        assert_eq!(NoteChange::of(&change.clone().into_fact()), Some(change));
    }
}
