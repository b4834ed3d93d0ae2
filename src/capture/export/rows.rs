//! `Rows`: which events are exported, in order, without a list of ten million numbers.

use std::fmt;
use std::sync::Arc;

/// Events by `seq`, rising, that can be gone through more than once.
#[derive(Clone)]
pub enum Rows {
    /// All up to this one.
    All(u64),
    /// These.
    Listed(Arc<[u64]>),
    /// As many as `len`, found by their place.
    Placed {
        /// How many.
        len: u64,
        /// The event at a place, counted from 0.
        seq: Arc<dyn Fn(u64) -> u64 + Send + Sync>,
    },
}

impl Rows {
    /// How many.
    #[must_use]
    pub fn len(&self) -> u64 {
        match self {
            Self::All(len) | Self::Placed { len, .. } => *len,
            Self::Listed(list) => list.len() as u64,
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The event at `place`, counted from 0; 0, which no event has, behind the end.
    #[must_use]
    pub fn seq(&self, place: u64) -> u64 {
        match self {
            _ if place >= self.len() => 0,
            Self::All(_) => place + 1,
            Self::Listed(list) => {
                usize::try_from(place).ok().and_then(|place| list.get(place).copied()).unwrap_or_default()
            }
            Self::Placed { seq, .. } => seq(place),
        }
    }

    /// Where an event stands among them; `None` if it is left out.
    #[must_use]
    pub fn place(&self, seq: u64) -> Option<u64> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.seq(middle) < seq { low = middle + 1 } else { high = middle }
        }
        (low < self.len() && self.seq(low) == seq).then_some(low)
    }
}

impl fmt::Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} rows", self.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_place_leads_to_its_event_and_back(seqs in proptest::collection::btree_set(1u64..60, 0..30)) {
            let list: Arc<[u64]> = seqs.iter().copied().collect();
            let copy = Arc::clone(&list);
            let placed = Rows::Placed {
                len: list.len() as u64,
                seq: Arc::new(move |place| copy[usize::try_from(place).unwrap()]),
            };
            for rows in [Rows::Listed(Arc::clone(&list)), placed] {
                prop_assert_eq!(rows.len(), list.len() as u64);
                prop_assert_eq!(rows.is_empty(), list.is_empty());
                prop_assert_eq!(rows.seq(rows.len()), 0);
                for seq in 0..70 {
                    prop_assert_eq!(rows.place(seq).is_some(), seqs.contains(&seq));
                }
                for place in 0..rows.len() {
                    prop_assert_eq!(rows.place(rows.seq(place)), Some(place));
                }
            }
        }
    }

    #[test]
    fn all_are_all() {
        let rows = Rows::All(3);
        assert_eq!((0..4).map(|place| rows.seq(place)).collect::<Vec<_>>(), [1, 2, 3, 0]);
        assert_eq!((rows.place(3), rows.place(4), rows.place(0)), (Some(2), None, None));
    }
}
