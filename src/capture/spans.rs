//! `Spans`: a set of numbers as ranges, so that ten million selected rows cost sixteen bytes.

use std::ops::Range;

/// A set of numbers: sorted ranges that neither touch nor are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spans(Vec<Range<u64>>);

impl Spans {
    /// The numbers of one range.
    #[must_use]
    pub fn of(range: Range<u64>) -> Self {
        let mut spans = Self::default();
        spans.add(range);
        spans
    }

    /// One number.
    #[must_use]
    pub fn one(number: u64) -> Self {
        Self::of(number..number.saturating_add(1))
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many numbers are in it.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.iter().map(|range| range.end - range.start).sum()
    }

    /// Whether `number` is in it.
    #[must_use]
    pub fn contains(&self, number: u64) -> bool {
        let after = self.0.partition_point(|range| range.end <= number);
        self.0.get(after).is_some_and(|range| range.start <= number)
    }

    /// Its ranges, in order.
    #[must_use]
    pub fn ranges(&self) -> &[Range<u64>] {
        &self.0
    }

    /// Its numbers, in order.
    pub fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        self.0.iter().cloned().flatten()
    }

    /// The lowest number.
    #[must_use]
    pub fn first(&self) -> Option<u64> {
        self.0.first().map(|range| range.start)
    }

    /// Puts the numbers of `range` into it.
    pub fn add(&mut self, range: Range<u64>) {
        if range.is_empty() {
            return;
        }
        // A range that ends where the new one begins becomes part of it: hence `<` here and `<=` there.
        let from = self.0.partition_point(|known| known.end < range.start);
        let to = self.0.partition_point(|known| known.start <= range.end);
        let met = self.0.get(from..to).unwrap_or_default();
        let start = met.first().map_or(range.start, |known| known.start.min(range.start));
        let end = met.last().map_or(range.end, |known| known.end.max(range.end));
        self.0.splice(from..to, std::iter::once(start..end));
    }

    /// Takes the numbers of `range` out of it.
    pub fn remove(&mut self, range: Range<u64>) {
        if range.is_empty() {
            return;
        }
        let from = self.0.partition_point(|known| known.end <= range.start);
        let to = self.0.partition_point(|known| known.start < range.end);
        let met = self.0.get(from..to).unwrap_or_default();
        let left = met.first().map(|known| known.start..range.start).filter(|left| !left.is_empty());
        let right = met.last().map(|known| range.end..known.end).filter(|right| !right.is_empty());
        self.0.splice(from..to, left.into_iter().chain(right));
    }

    /// Puts `number` in, or takes it out if it is in.
    pub fn toggle(&mut self, number: u64) {
        let range = number..number.saturating_add(1);
        if self.contains(number) { self.remove(range) } else { self.add(range) }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[derive(Clone, Debug)]
    enum Change {
        Add(Range<u64>),
        Remove(Range<u64>),
        Toggle(u64),
    }

    fn change() -> impl Strategy<Value = Change> {
        let range = (0..40u64, 0..12u64).prop_map(|(start, length)| start..start + length);
        prop_oneof![
            range.clone().prop_map(Change::Add),
            range.prop_map(Change::Remove),
            (0..50u64).prop_map(Change::Toggle)
        ]
    }

    #[test]
    fn ten_million_rows_are_one_range() {
        let mut spans = Spans::of(0..10_000_000);
        assert_eq!((spans.count(), spans.ranges().len()), (10_000_000, 1));
        spans.toggle(5_000_000);
        assert_eq!((spans.count(), spans.ranges().len()), (9_999_999, 2));
        assert!(!spans.contains(5_000_000) && spans.contains(5_000_001));
    }

    proptest! {
        #[test]
        fn it_is_a_set(changes in proptest::collection::vec(change(), 0..40)) {
            let mut spans = Spans::default();
            let mut set = BTreeSet::new();
            for change in changes {
                match change {
                    Change::Add(range) => {
                        set.extend(range.clone());
                        spans.add(range);
                    }
                    Change::Remove(range) => {
                        set.retain(|number| !range.contains(number));
                        spans.remove(range);
                    }
                    Change::Toggle(number) => {
                        if !set.remove(&number) {
                            set.insert(number);
                        }
                        spans.toggle(number);
                    }
                }
                prop_assert_eq!(spans.iter().collect::<Vec<_>>(), set.iter().copied().collect::<Vec<_>>());
                prop_assert_eq!(spans.count(), set.len() as u64);
                prop_assert!((0..60).all(|number| spans.contains(number) == set.contains(&number)));
                prop_assert!(spans.ranges().windows(2).all(|pair| pair[0].end < pair[1].start));
                prop_assert!(spans.ranges().iter().all(|range| !range.is_empty()));
            }
        }
    }
}
