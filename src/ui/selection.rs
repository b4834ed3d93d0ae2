//! `Selection`: which rows are selected, by position: the cursor, what Shift extends from, and ranges.

use std::ops::Range;

use crate::capture::Spans;

/// The selected rows and the cursor among them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    spans: Spans,
    cursor: Option<u64>,
    anchor: u64,
}

impl Selection {
    /// The row whose detail is shown and from which the keys move.
    #[must_use]
    pub fn cursor(&self) -> Option<u64> {
        self.cursor
    }

    /// All selected positions.
    #[must_use]
    pub fn spans(&self) -> &Spans {
        &self.spans
    }

    /// Whether the row at `position` is selected.
    #[must_use]
    pub fn contains(&self, position: u64) -> bool {
        self.spans.contains(position)
    }

    /// Whether more than one row is selected.
    #[must_use]
    pub fn is_several(&self) -> bool {
        match self.spans.ranges() {
            [] => false,
            [range] => range.end - range.start > 1,
            _ => true,
        }
    }

    /// Selects one row.
    pub fn only(&mut self, position: u64) {
        *self = Self { spans: Spans::one(position), cursor: Some(position), anchor: position };
    }

    /// Selects from where the selection began to `position`, and nothing else.
    pub fn extend(&mut self, position: u64) {
        if self.cursor.is_none() {
            return self.only(position);
        }
        let (low, high) = (self.anchor.min(position), self.anchor.max(position));
        self.spans = Spans::of(low..high.saturating_add(1));
        self.cursor = Some(position);
    }

    /// Adds one row, or takes it out; Shift extends from it afterwards.
    pub fn toggle(&mut self, position: u64) {
        self.spans.toggle(position);
        self.anchor = position;
        self.cursor = self.spans.first().map(|_| position);
    }

    /// Selects these rows; the cursor stays if it is one of them, else it goes to the last.
    pub fn all(&mut self, positions: Range<u64>) {
        let Some(last) = positions.end.checked_sub(1).filter(|_| !positions.is_empty()) else {
            return self.clear();
        };
        self.cursor = self.cursor.filter(|cursor| positions.contains(cursor)).or(Some(last));
        self.anchor = positions.start;
        self.spans = Spans::of(positions);
    }

    /// Other rows stand where these stood: `moved` tells where one of before is now, or the next one that is left.
    pub fn rebase(&mut self, moved: &dyn Fn(u64) -> u64) {
        let mut spans = Spans::default();
        for range in self.spans.ranges() {
            spans.add(moved(range.start)..moved(range.end));
        }
        self.cursor = self.cursor.map(moved);
        self.anchor = moved(self.anchor);
        // Where every selected row is gone the cursor stands on the next one, and that is selected then.
        if let (true, Some(cursor)) = (spans.is_empty(), self.cursor) {
            return self.only(cursor);
        }
        self.spans = spans;
    }

    /// Selects nothing.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[derive(Clone, Debug)]
    enum Gesture {
        Only(u64),
        Extend(u64),
        Toggle(u64),
        All(u64),
        Clear,
    }

    fn gesture() -> impl Strategy<Value = Gesture> {
        prop_oneof![
            (0..30u64).prop_map(Gesture::Only),
            (0..30u64).prop_map(Gesture::Extend),
            (0..30u64).prop_map(Gesture::Toggle),
            (0..30u64).prop_map(Gesture::All),
            Just(Gesture::Clear)
        ]
    }

    #[test]
    fn shift_extends_from_where_it_began_in_both_directions() {
        let mut selection = Selection::default();
        selection.only(10);
        selection.extend(12);
        selection.extend(8);
        assert_eq!(selection.spans().iter().collect::<Vec<_>>(), [8, 9, 10]);
        assert_eq!(selection.cursor(), Some(8));
    }

    #[test]
    fn all_of_ten_million_is_one_range_and_keeps_the_cursor() {
        let mut selection = Selection::default();
        selection.only(7_000_000);
        selection.all(5..10_000_000);
        assert_eq!((selection.spans().ranges().len(), selection.spans().count()), (1, 9_999_995));
        assert_eq!(selection.cursor(), Some(7_000_000));
    }

    #[test]
    fn rows_that_move_stay_selected() {
        let mut selection = Selection::default();
        selection.only(4);
        selection.extend(6);
        // Three rows came in before them.
        selection.rebase(&|place| place + 3);
        assert_eq!(selection.spans(), &Spans::of(7..10));
        assert_eq!(selection.cursor(), Some(9));
        // All of them are left out now.
        selection.rebase(&|place| place.min(2));
        assert_eq!((selection.spans(), selection.cursor()), (&Spans::one(2), Some(2)));
    }

    proptest! {
        #[test]
        fn it_is_a_set_with_a_cursor(gestures in proptest::collection::vec(gesture(), 0..40)) {
            let mut selection = Selection::default();
            let (mut set, mut anchor) = (BTreeSet::new(), 0);
            for gesture in gestures {
                match gesture {
                    Gesture::Only(at) => {
                        (set, anchor) = (BTreeSet::from([at]), at);
                        selection.only(at);
                    }
                    Gesture::Extend(at) => {
                        anchor = if set.is_empty() { at } else { anchor };
                        set = (anchor.min(at)..=anchor.max(at)).collect();
                        selection.extend(at);
                    }
                    Gesture::Toggle(at) => {
                        if !set.remove(&at) {
                            set.insert(at);
                        }
                        anchor = at;
                        selection.toggle(at);
                    }
                    Gesture::All(rows) => {
                        (set, anchor) = ((0..rows).collect(), 0);
                        selection.all(0..rows);
                    }
                    Gesture::Clear => {
                        set.clear();
                        selection.clear();
                    }
                }
                prop_assert_eq!(selection.spans().iter().collect::<BTreeSet<_>>(), set.clone());
                prop_assert_eq!(selection.cursor().is_some(), !set.is_empty());
                prop_assert_eq!(selection.is_several(), set.len() > 1);
            }
        }
    }
}
