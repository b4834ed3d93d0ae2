//! From a place that a person named to a row of the log. A handful of records is looked at, however long the log is.

use std::ops::Range;

use super::order::Order;
use super::tab::Tab;
use crate::capture::IndexView;
use crate::engine::Capture;
use crate::ui::figures::{clock, count};
use crate::ui::target::Target;

/// Microseconds of a day.
const DAY_US: i64 = 86_400_000_000;

/// Where one comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// The place in the log.
    pub place: u64,
    /// What is not as it was asked for.
    pub remark: Option<String>,
}

/// The rows that can be gone to, and when they happened.
struct Rows<'t> {
    order: &'t Order,
    capture: &'t Capture,
    view: IndexView,
    /// The first place that Clear doesn't hide.
    first: u64,
    len: u64,
    /// The clock of the machine was set, or it slept: times need not rise.
    jumped: bool,
}

impl<'t> Rows<'t> {
    fn of(tab: &'t Tab) -> Result<Self, String> {
        let (view, len) = (tab.capture.view(), tab.order.len());
        let first = tab.hidden();
        if first >= len {
            return Err("There is no row to go to: the log shows none.".to_owned());
        }
        let jumped = tab.capture.snapshot().counters.clock_jumps > 0;
        Ok(Self { order: &tab.order, capture: &tab.capture, view, first, len, jumped })
    }

    fn time(&self, place: u64) -> i64 {
        let record = self.capture.record(&self.view, self.order.seq(place));
        record.map_or(i64::MAX, |record| record.time_us)
    }

    fn arrive_at(&self, time_us: i64, offset_s: i32) -> Arrival {
        let about = "The clock of this machine was set during the capture, so this is about the place.";
        let place = first_at(self.first..self.len, time_us, |place| self.time(place));
        let remark = if place == self.len {
            Some(format!("The log ends before {}; this is its last row.", clock(time_us, offset_s)))
        } else {
            self.jumped.then(|| about.to_owned())
        };
        Arrival { place: place.min(self.len - 1), remark }
    }
}

/// The first of `places` at or after a moment, by halving; their end where there is none. Where times fall on the way,
/// the place before the one found is still an earlier moment, but it need not be the first such place.
fn first_at(places: Range<u64>, time_us: i64, time: impl Fn(u64) -> i64) -> u64 {
    let (mut low, mut high) = (places.start, places.end);
    while low < high {
        let middle = low + (high - low) / 2;
        if time(middle) < time_us { low = middle + 1 } else { high = middle }
    }
    low
}

/// The row of an event, or the next one shown.
pub fn to_event(tab: &Tab, seq: u64) -> Result<Arrival, String> {
    let rows = Rows::of(tab)?;
    let end = tab.order.end().map_or(0, |end| end.first_seq() + end.count() - 1);
    let last = rows.view.len().max(end);
    if seq == 0 || seq > last {
        return Err(format!("There is no row {}: the last one is {}.", count(seq), count(last)));
    }
    let place = tab.order.place(seq).clamp(rows.first, rows.len - 1);
    let shown = tab.order.seq(place);
    let remark = (shown != seq).then(|| {
        format!(
            "Row {} is not shown now: it is folded, filtered or cleared away. This is row {}.",
            count(seq),
            count(shown)
        )
    });
    Ok(Arrival { place, remark })
}

/// The row a person named. `offset_s` is the zone's distance from UTC.
pub fn to_target(tab: &Tab, target: Target, offset_s: i32) -> Result<Arrival, String> {
    let rows = Rows::of(tab)?;
    let span = |us: u64| i64::try_from(us).unwrap_or(i64::MAX);
    let (first, last) = (rows.time(rows.first), rows.time(rows.len - 1));
    match target {
        Target::Row(seq) => to_event(tab, seq),
        Target::BeforeEnd(us) => Ok(rows.arrive_at(last.saturating_sub(span(us)), offset_s)),
        Target::AfterStart(us) => Ok(rows.arrive_at(first.saturating_add(span(us)), offset_s)),
        Target::Share(thousandths) => {
            let last = rows.len - 1 - rows.first;
            // 128 bits: a thousand times the rows of any capture fits.
            let place = u128::from(last) * u128::from(thousandths.min(1000)) / 1000;
            let place = rows.first + u64::try_from(place).unwrap_or(last);
            Ok(Arrival { place, remark: None })
        }
        Target::TimeOfDay(us) => {
            let selected = tab
                .selected
                .and_then(|seq| rows.capture.record(&rows.view, seq))
                .map(|record| record.time_us);
            let local = |time: i64| time.saturating_add(i64::from(offset_s) * 1_000_000);
            let on_day_of = |time: i64| {
                let midnight = local(time).div_euclid(DAY_US).saturating_mul(DAY_US);
                midnight.saturating_add(span(us)).saturating_sub(i64::from(offset_s) * 1_000_000)
            };
            // The day of the selected row; where that lies outside the log, the day of its end and then of its start.
            let mut days = selected.into_iter().chain([last, first]).map(on_day_of);
            let inside = days.find(|time| (first..=last).contains(time));
            Ok(rows.arrive_at(inside.unwrap_or_else(|| on_day_of(first)), offset_s))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_moment_among_ten_million_rows_costs_a_few_looks() {
        let looks = Cell::new(0);
        let time = |place: u64| {
            looks.set(looks.get() + 1);
            i64::try_from(place / 3).unwrap() * 250
        };
        assert_eq!(first_at(0..10_000_000, 1_000_000, time), 12_000);
        assert_eq!(first_at(0..10_000_000, 1_000_001, time), 12_003);
        assert_eq!(first_at(0..10_000_000, i64::MAX, time), 10_000_000);
        assert!(looks.get() < 90, "{}", looks.get());
    }

    proptest! {
        #[test]
        fn where_times_rise_it_is_the_first_and_else_a_place_where_they_pass(mut times in proptest::collection::vec(-50i64..50, 0..60), moment in -60i64..60, from in 0u64..20) {
            let len = times.len() as u64;
            let from = from.min(len);
            let at = |times: &[i64]| first_at(from..len, moment, |place| times[usize::try_from(place).unwrap()]);
            let found = at(&times);
            prop_assert!((from..=len).contains(&found));
            prop_assert!(found == len || times[usize::try_from(found).unwrap()] >= moment);
            prop_assert!(found == from || times[usize::try_from(found).unwrap() - 1] < moment);
            times.sort_unstable();
            let first = (from..len).find(|place| times[usize::try_from(*place).unwrap()] >= moment);
            prop_assert_eq!(at(&times), first.unwrap_or(len));
        }
    }
}
