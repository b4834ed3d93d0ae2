//! `Anchor`: where a list of any length stands, exact to the pixel.
//!
//! A scroll offset in points loses whole rows in `f32` near a million rows; a row number and a rest smaller than a row
//! do not. Only the thumb of the scrollbar, which is coarser than a row anyway, is computed from proportions.

use std::ops::Range;

use crate::ui::measure::{fitting, floored, points, proportion, rounded};

/// What is scrolled: how many rows, and how high the opening is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extent {
    /// Rows there are.
    pub rows: u64,
    /// Height of the opening, points.
    pub height: f32,
    /// Height of a row, points.
    pub row_height: f32,
}

/// The first row in sight and how much of it is above the upper edge.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Anchor {
    /// The row, from 0.
    pub row: u64,
    /// Points of it hidden above, less than a row's height.
    pub offset: f32,
}

/// The shortest thumb that can still be grabbed, points.
const MIN_THUMB: f32 = 28.0;

impl Extent {
    /// Where the list stands when its last row is at the lower edge.
    #[must_use]
    pub fn end(self) -> Anchor {
        let whole = fitting(self.height, self.row_height);
        if self.rows <= whole {
            return Anchor::default();
        }
        let rest = self.height - whole as f32 * self.row_height;
        if rest <= 0.0 {
            return Anchor { row: self.rows - whole, offset: 0.0 };
        }
        Anchor { row: self.rows - whole - 1, offset: self.row_height - rest }
    }

    /// Whole rows that fit, at least one: how far a page jumps.
    #[must_use]
    pub fn page(self) -> u64 {
        fitting(self.height, self.row_height).saturating_sub(1).max(1)
    }

    /// The thumb for `anchor` as start and length in points, on a track as long as the opening; `None` if all fits.
    #[must_use]
    pub fn thumb(self, anchor: Anchor) -> Option<(f32, f32)> {
        let travel = self.travel();
        if travel <= 0.0 {
            return None;
        }
        let all = proportion(self.rows) * f64::from(self.row_height);
        let length =
            points(f64::from(self.height) * f64::from(self.height) / all).max(MIN_THUMB).min(self.height);
        let done = (proportion(anchor.row) + f64::from(anchor.offset / self.row_height)) / travel;
        Some((points(done * f64::from(self.height - length)), length))
    }

    /// The anchor for a thumb dragged to start at `start` points.
    #[must_use]
    pub fn at_thumb(self, start: f32, length: f32) -> Anchor {
        let room = f64::from((self.height - length).max(1.0));
        let rows = (f64::from(start) / room).clamp(0.0, 1.0) * self.travel();
        let row = u64::try_from(rounded(rows)).unwrap_or(0);
        Anchor { row, offset: 0.0 }.held(self)
    }

    /// Rows that can pass the upper edge.
    fn travel(self) -> f64 {
        proportion(self.rows) - f64::from(self.height / self.row_height)
    }
}

impl Anchor {
    /// Moved by `distance` points; positive is towards the end.
    #[must_use]
    pub fn moved(self, distance: f32, extent: Extent) -> Self {
        let from_row = f64::from(self.offset) + f64::from(distance);
        let height = f64::from(extent.row_height);
        let rows = floored(from_row / height);
        let row = self.row.saturating_add_signed(rows);
        // Before the first row there is nothing: the rest counts only if the rows could be taken.
        let could = i128::from(self.row) + i128::from(rows) >= 0;
        let offset = if could { points(from_row - rows as f64 * height) } else { 0.0 };
        Self { row, offset }.held(extent)
    }

    /// Kept inside the list.
    #[must_use]
    pub fn held(self, extent: Extent) -> Self {
        let end = extent.end();
        if (self.row, self.offset) >= (end.row, end.offset) { end } else { self }
    }

    /// Whether the last row is in full sight.
    #[must_use]
    pub fn is_at_end(self, extent: Extent) -> bool {
        self.held(extent) == extent.end()
    }

    /// Moved as little as possible so that `row` is in full sight.
    #[must_use]
    pub fn showing(self, row: u64, extent: Extent) -> Self {
        if row < self.row || (row == self.row && self.offset > 0.0) {
            return Self { row, offset: 0.0 }.held(extent);
        }
        // Where the list would stand if it ended with this row.
        let lowest = Extent { rows: row + 1, ..extent }.end();
        if (self.row, self.offset) < (lowest.row, lowest.offset) { lowest.held(extent) } else { self }
    }

    /// Moved so that `row` stands a third below the upper edge, if it isn't in sight already.
    #[must_use]
    pub fn centred(self, row: u64, extent: Extent) -> Self {
        if self.showing(row, extent) == self {
            return self;
        }
        Self { row: row.saturating_sub(extent.page() / 3), offset: 0.0 }.held(extent)
    }

    /// Rows of which at least a part is in sight.
    #[must_use]
    pub fn in_sight(self, extent: Extent) -> Range<u64> {
        let rows = fitting(extent.height + self.offset, extent.row_height).saturating_add(1);
        self.row..self.row.saturating_add(rows).min(extent.rows).max(self.row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extent(rows: u64) -> Extent {
        Extent { rows, height: 250.0, row_height: 24.0 }
    }

    #[test]
    fn is_exact_at_any_length() {
        for rows in [11, 1_000, 10_000_000, 1 << 40, u64::MAX / 2] {
            let extent = extent(rows);
            let end = extent.end();
            assert_eq!(end, Anchor { row: rows - 11, offset: 14.0 });
            let up = end.moved(-1.0, extent);
            assert_eq!(up, Anchor { row: rows - 11, offset: 13.0 });
            assert_eq!(up.moved(1.0, extent), end);
            assert_eq!(
                end.moved(-24.0 * 5.0, extent).row,
                rows.saturating_sub(16).max(rows - 11 - 5.min(rows - 11))
            );
            assert_eq!(end.in_sight(extent).end, rows);
        }
    }

    #[test]
    fn short_lists_stay_at_the_top() {
        let extent = extent(3);
        assert_eq!(extent.end(), Anchor::default());
        assert_eq!(extent.thumb(Anchor::default()), None);
        assert_eq!(Anchor::default().moved(500.0, extent), Anchor::default());
        assert_eq!(Anchor::default().in_sight(extent), 0..3);
        assert!(Anchor::default().is_at_end(extent));
    }

    #[test]
    fn stops_at_both_ends() {
        let extent = extent(100);
        assert_eq!(Anchor { row: 2, offset: 3.0 }.moved(-1e9, extent), Anchor::default());
        assert_eq!(Anchor::default().moved(1e9, extent), extent.end());
    }

    #[test]
    fn the_thumb_returns_where_it_was() {
        for rows in [100, 10_000_000] {
            let extent = extent(rows);
            for row in [0, rows / 3, rows - 11] {
                let anchor = Anchor { row, offset: 0.0 }.held(extent);
                let (start, length) = extent.thumb(anchor).unwrap();
                let back = extent.at_thumb(start, length);
                assert!(back.row.abs_diff(row) <= 1 + rows / 1_000_000, "{row} of {rows}: {back:?}");
                assert!(start + length <= extent.height + 0.01);
            }
            assert_eq!(extent.at_thumb(1e6, 28.0), extent.end());
        }
    }

    #[test]
    fn shows_a_row_with_the_least_move() {
        let extent = extent(100);
        let at = Anchor { row: 50, offset: 5.0 };
        assert_eq!(at.showing(55, extent), at);
        assert_eq!(at.showing(50, extent), Anchor { row: 50, offset: 0.0 });
        assert_eq!(at.showing(10, extent), Anchor { row: 10, offset: 0.0 });
        assert_eq!(at.showing(70, extent), Anchor { row: 60, offset: 14.0 });
        assert_eq!(at.centred(90, extent).row, 87);
    }

    proptest::proptest! {
        #[test]
        fn moving_there_and_back_is_nothing(rows in 100_u64..1 << 50, row in 20_u64..80, by in -200.0_f32..200.0) {
            let extent = extent(rows + 200);
            let at = Anchor { row: row + rows / 2, offset: 7.0 };
            let back = at.moved(by, extent).moved(-by, extent);
            let drift = (back.row as f64 - at.row as f64) * 24.0 + f64::from(back.offset - at.offset);
            proptest::prop_assert!(drift.abs() < 0.01, "{drift}");
            proptest::prop_assert!(back.offset < 24.0);
        }
    }
}
