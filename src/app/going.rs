//! From a place that a person named to a row of the log. A handful of records is looked at, however long the log is.

use super::order::Order;
use super::tab::Tab;
use crate::capture::IndexView;
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
        let first = tab.order.place(tab.hidden_to + 1).min(len);
        if first >= len {
            return Err("There is no row to go to: the log shows none.".to_owned());
        }
        let jumped = tab.capture.snapshot().counters.clock_jumps > 0;
        Ok(Self { order: &tab.order, view, first, len, jumped })
    }

    fn time(&self, place: u64) -> i64 {
        self.view.get(self.order.seq(place)).map_or(i64::MAX, |record| record.time_us)
    }

    /// The first place at or after a moment, by halving; `len` where there is none. Where times fall on the way the
    /// place found still has an earlier one before it, but it need not be the first such place.
    fn at(&self, time_us: i64) -> u64 {
        let (mut low, mut high) = (self.first, self.len);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.time(middle) < time_us { low = middle + 1 } else { high = middle }
        }
        low
    }

    fn arrive_at(&self, time_us: i64, offset_s: i32) -> Arrival {
        let about = "The clock of this machine was set during the capture, so this is about the place.";
        let place = self.at(time_us);
        let remark = if place == self.len {
            Some(format!("The log ends before {}; this is its last row.", clock(time_us, offset_s)))
        } else {
            self.jumped.then(|| about.to_owned())
        };
        Arrival { place: place.min(self.len - 1), remark }
    }
}

/// The row of an event, or the next one shown.
pub fn to_event(tab: &Tab, seq: u64) -> Result<Arrival, String> {
    let rows = Rows::of(tab)?;
    let last = rows.view.len();
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
            let selected = tab.selected.and_then(|seq| rows.view.get(seq)).map(|record| record.time_us);
            let local = |time: i64| time.saturating_add(i64::from(offset_s) * 1_000_000);
            let on_day_of = |time: i64| {
                let midnight = local(time).div_euclid(DAY_US).saturating_mul(DAY_US);
                midnight.saturating_add(span(us)).saturating_sub(i64::from(offset_s) * 1_000_000)
            };
            // The day of the selected row; where that lies outside the log, the day of its end and then of its start.
            let days = selected.into_iter().chain([last, first]).map(on_day_of);
            let inside = days.clone().find(|time| (first..=last).contains(time));
            Ok(rows.arrive_at(inside.or_else(|| days.last()).unwrap_or(last), offset_s))
        }
    }
}
