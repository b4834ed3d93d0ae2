//! What a filter must know of the session.

use std::sync::Arc;

use crate::capture::notes::{Note, Notes};

/// Names behind the numbers in records.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// In order of number.
    subscriptions: Vec<Subscription>,
    /// Number n lies at n − 1.
    collections: Vec<Arc<str>>,
    /// The time that times of day and spans refer to.
    pub(super) last_us: Option<i64>,
    notes: Arc<Notes>,
}

#[derive(Clone, Debug)]
struct Subscription {
    number: u32,
    uid: String,
    collection: String,
}

impl Names {
    /// Of subscriptions (number, uid, collection) and collections by number, counted from 1.
    #[must_use]
    pub fn new(subscriptions: Vec<(u32, String, String)>, collections: Vec<Arc<str>>) -> Self {
        let mut subscriptions: Vec<_> = subscriptions
            .into_iter()
            .map(|(number, uid, collection)| Subscription { number, uid, collection })
            .collect();
        subscriptions.sort_unstable_by_key(|subscription| subscription.number);
        Self { subscriptions, collections, ..Self::default() }
    }

    /// With the time of the event that `time:-5m` counts from and whose day `time:14:03` is of; without it, that is the
    /// last event when the filter begins.
    #[must_use]
    pub fn until(self, last_us: i64) -> Self {
        Self { last_us: Some(last_us), ..self }
    }

    /// With the pins and notes that `is:` asks for.
    #[must_use]
    pub fn noted(self, notes: Arc<Notes>) -> Self {
        Self { notes, ..self }
    }

    /// The events of which a person said something that fits, in order.
    pub(super) fn said(&self, pinned: bool, noted: bool) -> Vec<u64> {
        let fits = |(_, note): &(u64, &Note)| (pinned && note.pinned) || (noted && !note.text.is_empty());
        self.notes.iter().filter(fits).map(|(seq, _)| seq).collect()
    }

    /// The numbers of subscriptions known, and of those that fit.
    pub(super) fn subscriptions(&self, fits: impl Fn(&str, &str) -> bool) -> Known {
        let mut known = Known::default();
        for one in &self.subscriptions {
            known.set(one.number, fits(&one.uid, &one.collection));
        }
        known
    }

    /// The numbers of collections known, and of those that fit.
    pub(super) fn collections(&self, fits: impl Fn(&str) -> bool) -> Known {
        let mut known = Known::default();
        for (number, name) in (1..).zip(&self.collections) {
            known.set(number, fits(name));
        }
        known
    }
}

/// For each number whether it is known and fits, as two bits: a record costs one look.
#[derive(Clone, Debug, Default)]
pub(super) struct Known(Vec<u8>);

impl Known {
    const KNOWN: u8 = 1;
    const FITS: u8 = 2;
    /// Subscriptions are numbered one by one, so a number beyond this is nonsense and only costs memory.
    const MOST: usize = 1 << 26;

    fn set(&mut self, number: u32, fits: bool) {
        let Some(at) = usize::try_from(number).ok().filter(|at| *at < Self::MOST) else { return };
        if self.0.len() <= at {
            self.0.resize(at + 1, 0);
        }
        if let Some(slot) = self.0.get_mut(at) {
            *slot = if fits { Self::KNOWN | Self::FITS } else { Self::KNOWN };
        }
    }

    /// Whether the number fits; `None` if it is not known.
    #[inline]
    pub(super) fn fits(&self, number: u32) -> Option<bool> {
        let slot = *self.0.get(usize::try_from(number).ok()?)?;
        (slot & Self::KNOWN != 0).then_some(slot & Self::FITS != 0)
    }
}
