//! `Places`: where each column of the log lies.

use egui::Rangef;

use crate::settings::{Column, Columns};
use crate::ui::figures;

const GAP: f32 = 7.0;
/// The summary keeps at least this, before the columns of JSON paths get theirs.
const LEAST_SUMMARY: f32 = 120.0;

/// Where each column lies; an empty range is a column that is hidden or that this width has no room for.
#[derive(Clone, Debug, PartialEq)]
pub struct Places {
    /// The sequence number.
    pub number: Rangef,
    /// The direction.
    pub arrow: Rangef,
    /// The summary.
    pub summary: Rangef,
    /// The columns of JSON paths, in order.
    pub paths: Vec<Rangef>,
    named: [Rangef; Column::ALL.len()],
}

/// Hands out ranges from one side.
struct Row {
    at: f32,
    from_left: bool,
}

impl Row {
    fn take(&mut self, width: f32) -> Rangef {
        if width <= 0.0 {
            return Rangef::new(self.at, self.at);
        }
        let sign = if self.from_left { 1.0 } else { -1.0 };
        let other = self.at + sign * width;
        let range = Rangef::new(self.at.min(other), self.at.max(other));
        self.at = other + sign * GAP;
        range
    }
}

impl Places {
    /// Shares out `width` points from `left`; `highest` is the largest number that must fit.
    #[must_use]
    pub fn new(left: f32, width: f32, highest: u64, columns: &Columns) -> Self {
        let digits = f32::from(u8::try_from(figures::count(highest).chars().count()).unwrap_or(20));
        let room = |column: Column| match column {
            Column::Time | Column::Kind => true,
            Column::Delta | Column::Reply => width > 620.0,
            Column::Uid | Column::Size => width > 480.0,
        };
        let wide = |column: Column| {
            let look = columns.look(column);
            if look.shown && room(column) { look.width } else { 0.0 }
        };
        let mut row = Row { at: left + 10.0, from_left: true };
        let number = row.take((digits * 7.0).max(28.0));
        let (time, delta) = (row.take(wide(Column::Time)), row.take(wide(Column::Delta)));
        let arrow = row.take(14.0);
        let (kind, uid) = (row.take(wide(Column::Kind)), row.take(wide(Column::Uid)));
        let mut back = Row { at: left + width - 12.0, from_left: false };
        let reply = back.take(wide(Column::Reply));
        let size = back.take(wide(Column::Size));
        let mut paths: Vec<Rangef> = columns.paths.iter().map(|_| Rangef::new(back.at, back.at)).collect();
        // From the right, so that the first one lies leftmost; where the room ends, the first ones stay away.
        for (place, column) in paths.iter_mut().zip(&columns.paths).rev() {
            if back.at - column.width - GAP - row.at < LEAST_SUMMARY {
                break;
            }
            *place = back.take(column.width);
        }
        let summary = Rangef::new(row.at, back.at.max(row.at));
        Self { number, arrow, summary, paths, named: [time, delta, kind, uid, size, reply] }
    }

    /// Where `column` lies.
    #[must_use]
    pub fn of(&self, column: Column) -> Rangef {
        let [time, delta, kind, uid, size, reply] = self.named;
        match column {
            Column::Time => time,
            Column::Delta => delta,
            Column::Kind => kind,
            Column::Uid => uid,
            Column::Size => size,
            Column::Reply => reply,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ordered(places: &Places) -> bool {
        let left = [Column::Time, Column::Delta].map(|column| places.of(column));
        let middle = [Column::Kind, Column::Uid].map(|column| places.of(column));
        let right = [Column::Size, Column::Reply].map(|column| places.of(column));
        let all: Vec<Rangef> = std::iter::once(places.number)
            .chain(left)
            .chain([places.arrow])
            .chain(middle)
            .chain([places.summary])
            .chain(places.paths.iter().copied())
            .chain(right)
            .filter(|range| range.span() > 0.0)
            .collect();
        all.windows(2).all(|pair| pair[0].max <= pair[1].min)
    }

    #[test]
    fn columns_never_overlap_and_paths_stand_before_the_size() {
        let mut columns = Columns::default();
        for path in ["a", "b", "c"] {
            assert!(columns.add_path(path));
        }
        for width in [300.0, 500.0, 640.0, 800.0, 1400.0] {
            let places = Places::new(7.0, width, 10_000_000, &columns);
            assert!(ordered(&places), "{width}: {places:?}");
        }
        let places = Places::new(0.0, 1400.0, 1, &columns);
        assert!(places.paths.iter().all(|range| range.span() > 100.0));
    }

    #[test]
    fn a_hidden_column_leaves_its_room_to_the_summary() {
        let mut columns = Columns::default();
        let before = Places::new(0.0, 900.0, 1, &columns).summary.span();
        columns.uid.shown = false;
        columns.reply.shown = false;
        let places = Places::new(0.0, 900.0, 1, &columns);
        assert!(places.summary.span() > before + 130.0);
        assert!(places.of(Column::Uid).span() <= 0.0);
    }
}
