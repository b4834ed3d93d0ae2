//! `Order`: which events the log shows, and where. Folding and filtering leave rows out, so places and numbers differ.

use std::ops::Range;
use std::sync::Arc;

use crate::capture::{Direction, IndexView, Kind, Preview, Record};
use crate::directus::MessageType;
use crate::engine::Found;

/// Records looked at in one frame: a millisecond or two of work.
const PER_FRAME: u64 = 200_000;

/// Which events the log shows, and where: all but folded heartbeats, or those that fit a filter. A place is counted
/// from 0.
#[derive(Clone, Debug, Default)]
pub struct Order {
    folded: Folded,
    /// What the filter found; heartbeats that fit it are shown like everything else.
    found: Option<Arc<Found>>,
    /// While a long file is read: its last events, shown in place of those read so far.
    end: Option<Arc<Preview>>,
}

impl Order {
    /// Folds heartbeats or shows them, from the beginning.
    pub fn set_fold(&mut self, fold: bool) {
        if self.folded.fold != fold {
            self.folded = Folded { fold, ..Folded::default() };
        }
    }

    /// Shows what a filter found, or everything again. Returns the way from the places of before, where they changed.
    pub fn set_found(&mut self, found: Option<Arc<Found>>) -> Option<Moved> {
        let same = match (&self.found, &found) {
            (None, None) => true,
            (Some(old), Some(new)) => Arc::ptr_eq(old, new),
            _ => false,
        };
        if same {
            return None;
        }
        let old = std::mem::replace(&mut self.found, found);
        // Finds that came at the end leave every place as it was.
        let grown = old.as_ref().zip(self.found.as_ref()).is_some_and(|(old, new)| new.continues(old));
        (!grown).then_some(Moved { found: old, end: self.end.as_ref().map(|end| end.first_seq()) })
    }

    /// Shows the last events of a file that is being read, or those read so far. `shift` is how much smaller the
    /// number of an event turned out to be than its line said. Returns the way from the places of before.
    pub fn set_end(&mut self, end: Option<Arc<Preview>>, shift: u64) -> Option<Moved> {
        let first = |end: &Option<Arc<Preview>>| end.as_ref().map(|end| end.first_seq());
        let (old, new) = (first(&self.end), first(&end));
        self.end = end;
        // A filter shows what it found, whatever else could be shown.
        (old != new && self.found.is_none())
            .then_some(Moved { found: None, end: old.map(|first| first.saturating_sub(shift)) })
    }

    /// The last events of a file that is being read, while they are shown in place of those read so far.
    #[must_use]
    pub fn end(&self) -> Option<&Arc<Preview>> {
        self.end.as_ref().filter(|_| self.found.is_none())
    }

    /// Looks at events that came since. Returns whether there are more to look at in the next frame.
    pub fn advance(&mut self, view: &IndexView) -> bool {
        self.folded.advance(view)
    }

    /// Rows shown.
    #[must_use]
    pub fn len(&self) -> u64 {
        match (&self.found, &self.end) {
            (Some(found), _) => found.len(),
            (None, Some(end)) => end.count(),
            (None, None) => self.folded.len(),
        }
    }

    /// Heartbeats left out.
    #[must_use]
    pub fn folded(&self) -> u64 {
        if self.found.is_some() || self.end.is_some() { 0 } else { self.folded.out.len() as u64 }
    }

    /// What the filter found, if there is one.
    #[must_use]
    pub const fn found(&self) -> Option<&Arc<Found>> {
        self.found.as_ref()
    }

    /// The event shown at `place`; past the end a number past the last one shown.
    #[must_use]
    pub fn seq(&self, place: u64) -> u64 {
        let end = self.end.as_ref().map(|end| end.first_seq());
        seq(&self.folded, self.found.as_deref(), end, place)
    }

    /// Where the event `seq` is shown; for one left out, where the next shown one stands.
    #[must_use]
    pub fn place(&self, seq: u64) -> u64 {
        match (&self.found, &self.end) {
            (Some(found), _) => found.place(seq),
            (None, Some(end)) => seq.saturating_sub(end.first_seq()).min(end.count()),
            (None, None) => self.folded.place(seq),
        }
    }

    /// Whether the event is among those shown.
    #[must_use]
    pub fn shows(&self, seq: u64) -> bool {
        let place = self.place(seq);
        place < self.len() && self.seq(place) == seq
    }

    /// Of events in order, the first that are shown one right behind the other: which of them, and where they begin.
    ///
    /// Rows that were prepared before the order changed need not stand side by side any more.
    #[must_use]
    pub fn run(&self, seqs: impl Iterator<Item = u64>) -> (Range<usize>, u64) {
        let mut run: Option<(Range<usize>, u64)> = None;
        for (at, seq) in seqs.enumerate() {
            let place = self.place(seq);
            let is_shown = place < self.len() && self.seq(place) == seq;
            match &mut run {
                None if is_shown => run = Some((at..at + 1, place)),
                None => {}
                Some((found, start)) if is_shown && place - *start == (at - found.start) as u64 => {
                    found.end = at + 1;
                }
                Some(_) => break,
            }
        }
        run.unwrap_or_default()
    }

    /// Where a row of before stands now: the same event, or the next shown one.
    #[must_use]
    pub fn moved(&self, from: &Moved, place: u64) -> u64 {
        self.place(seq(&self.folded, from.found.as_deref(), from.end, place)).min(self.len())
    }
}

/// The places of before a change; see [`Order::moved`].
#[derive(Debug)]
pub struct Moved {
    found: Option<Arc<Found>>,
    /// Number of the first event shown, where only the end of a file was.
    end: Option<u64>,
}

fn seq(folded: &Folded, found: Option<&Found>, end: Option<u64>, place: u64) -> u64 {
    let Some(found) = found else {
        return end.map_or_else(|| folded.seq(place), |first| first.saturating_add(place));
    };
    found.seq(place).unwrap_or_else(|| {
        let last = found.len().checked_sub(1).and_then(|last| found.seq(last)).unwrap_or(0);
        last.saturating_add(place.saturating_sub(found.len())).saturating_add(1)
    })
}

/// Numbers of the heartbeats left out, in order, as far as they were looked for.
#[derive(Clone, Debug, Default)]
struct Folded {
    fold: bool,
    looked: u64,
    out: Vec<u32>,
}

impl Folded {
    fn advance(&mut self, view: &IndexView) -> bool {
        if !self.fold {
            self.looked = view.len();
            return false;
        }
        let until = view.len().min(self.looked + PER_FRAME);
        for seq in self.looked + 1..=until {
            if let (Some(record), Ok(number)) = (view.get(seq), u32::try_from(seq))
                && is_heartbeat(&record, view)
            {
                self.out.push(number);
            }
        }
        self.looked = until;
        until < view.len()
    }

    fn len(&self) -> u64 {
        self.looked - self.out.len() as u64
    }

    fn seq(&self, place: u64) -> u64 {
        // Before the n-th event left out stand `out[n] - 1 - n` shown ones: a number that never falls with n.
        let before =
            |n: usize| u64::from(self.out.get(n).copied().unwrap_or(u32::MAX)).saturating_sub(1 + n as u64);
        let (mut low, mut high) = (0, self.out.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            if before(middle) <= place { low = middle + 1 } else { high = middle }
        }
        place + 1 + low as u64
    }

    fn place(&self, seq: u64) -> u64 {
        let out = self.out.partition_point(|&number| u64::from(number) < seq);
        (seq.saturating_sub(1)).saturating_sub(out as u64)
    }
}

/// The server's pings and everything Harewire says or gets because of them. What the user sent is never folded.
#[must_use]
pub fn is_heartbeat(record: &Record, view: &IndexView) -> bool {
    let Kind::Message(kind) = record.kind else { return false };
    match (kind, record.flags.direction()) {
        (MessageType::Ping, Some(Direction::In)) => true,
        (MessageType::Ping | MessageType::Pong, Some(Direction::Out)) => record.flags.automatic(),
        (MessageType::Pong, Some(Direction::In)) => {
            view.get(u64::from(record.partner)).is_some_and(|request| request.flags.automatic())
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::{Event, Header, Journal, Message, Stamp};

    use proptest::prelude::*;

    fn view(texts: &[&str]) -> IndexView {
        let mut journal = Journal::unnamed(&Header::new("", 0)).unwrap();
        for text in texts {
            journal.append(&Event::new(Stamp::default(), Message::text(Direction::In, *text)));
        }
        journal.commit().unwrap();
        journal.reader().view()
    }

    const PING: &str = r#"{"type":"ping"}"#;

    #[test]
    fn the_end_of_a_file_stands_in_for_what_is_read_until_that_holds_it() {
        let texts = [PING, "{}", PING, "{}", "{}", PING];
        let whole = view(&texts);
        let mut order = Order::default();
        order.set_fold(true);
        order.advance(&view(&texts[..2]));
        assert_eq!((order.len(), order.seq(0)), (1, 2));
        // Lines 4 to 6 said that they are 14 to 16: ten lines are missing in the part that was not read.
        let records = (4..=6).filter_map(|seq| whole.get(seq)).collect();
        let end = Arc::new(Preview::of(14, records));
        let entered = order.set_end(Some(Arc::clone(&end)), 0).unwrap();
        assert_eq!((order.len(), order.seq(0), order.place(15), order.folded()), (3, 14, 1, 0));
        assert_eq!(order.moved(&entered, 0), 0, "what was read stands before all of it");
        assert!(order.shows(16) && !order.shows(2) && !order.shows(17));
        assert!(order.set_end(Some(end), 0).is_none(), "nothing moves a second time");
        order.advance(&whole);
        let left = order.set_end(None, 10).unwrap();
        assert_eq!((order.len(), order.end().is_none()), (3, true));
        assert_eq!(order.moved(&left, 0), order.place(4));
        assert_eq!(order.moved(&left, 1), order.place(5));
        assert_eq!(order.moved(&left, 2), order.len(), "a folded heartbeat at the very end");
    }

    #[test]
    fn without_folding_every_event_has_its_place() {
        let mut order = Order::default();
        order.advance(&view(&[PING, "{}"]));
        assert_eq!((order.len(), order.seq(0), order.place(2)), (2, 1, 1));
    }

    proptest! {
        #[test]
        fn places_and_numbers_agree_with_a_plain_list(pings in proptest::collection::vec(any::<bool>(), 0..60)) {
            let texts: Vec<_> = pings.iter().map(|ping| if *ping { PING } else { "{}" }).collect();
            let mut order = Order::default();
            order.set_fold(true);
            prop_assert!(!order.advance(&view(&texts)));
            let shown: Vec<u64> = (1..).zip(&pings).filter(|(_, ping)| !**ping).map(|(seq, _)| seq).collect();
            prop_assert_eq!(order.len(), shown.len() as u64);
            prop_assert_eq!(order.folded(), (pings.len() - shown.len()) as u64);
            for (place, &seq) in shown.iter().enumerate() {
                prop_assert_eq!(order.seq(place as u64), seq);
                prop_assert_eq!(order.place(seq), place as u64);
            }
            for seq in 1..=pings.len() as u64 {
                prop_assert_eq!(order.place(seq), shown.iter().filter(|&&s| s < seq).count() as u64);
            }
        }
    }

    proptest! {
        #[test]
        fn a_filter_shows_what_fits_and_rows_keep_their_event(
            fitting in proptest::collection::btree_set(1..500_u32, 0..60),
            split in 0..60_usize,
            ask in 0..600_u64,
        ) {
            let fitting: Vec<u32> = fitting.into_iter().collect();
            let (older, newer) = fitting.split_at(split.min(fitting.len()));
            let mut order = Order::default();
            prop_assert!(order.set_found(Some(Arc::new(Found::made(7, &[], newer)))).is_some(), "another filter");
            let places: Vec<u64> = (0..order.len()).map(|place| order.seq(place)).collect();
            prop_assert_eq!(&places, &newer.iter().map(|seq| u64::from(*seq)).collect::<Vec<_>>());
            // Older finds come in front.
            let moved = order.set_found(Some(Arc::new(Found::made(7, older, newer))));
            prop_assert_eq!(moved.is_some(), !older.is_empty());
            if let Some(moved) = moved {
                for (place, seq) in places.into_iter().enumerate() {
                    prop_assert_eq!(order.seq(order.moved(&moved, place as u64)), seq);
                }
            }
            prop_assert_eq!(order.len(), fitting.len() as u64);
            prop_assert_eq!(order.place(ask), fitting.iter().filter(|seq| u64::from(**seq) < ask).count() as u64);
            prop_assert_eq!(order.shows(ask), fitting.contains(&u32::try_from(ask).unwrap()));
        }
    }

    proptest! {
        #[test]
        fn rows_of_another_order_are_shown_where_they_stand_or_not_at_all(
            fitting in proptest::collection::btree_set(1..60_u32, 0..40),
            prepared in proptest::collection::btree_set(1..60_u64, 0..40),
        ) {
            let fitting: Vec<u32> = fitting.into_iter().collect();
            let prepared: Vec<u64> = prepared.into_iter().collect();
            let mut order = Order::default();
            order.set_found(Some(Arc::new(Found::made(1, &[], &fitting))));
            let (run, start) = order.run(prepared.iter().copied());
            for (place, at) in (start..).zip(run.clone()) {
                prop_assert_eq!(order.seq(place), prepared[at]);
            }
            let is_shown = |seq: &u64| order.shows(*seq);
            prop_assert_eq!(run.is_empty(), !prepared.iter().any(is_shown));
            prop_assert!(!prepared[..run.start].iter().any(is_shown), "it begins with the first that is shown");
            if let (Some(next), false) = (prepared.get(run.end), run.is_empty()) {
                let goes_on = order.shows(*next) && order.place(*next) == start + run.len() as u64;
                prop_assert!(!goes_on, "it goes on as far as it can");
            }
        }
    }

    #[test]
    fn without_the_filter_every_row_is_back_where_it_was() {
        let mut order = Order::default();
        order.advance(&view(&["{}", "{}", "{}", "{}"]));
        order.set_found(Some(Arc::new(Found::made(1, &[2], &[4]))));
        let moved = order.set_found(None).unwrap();
        assert_eq!((order.moved(&moved, 0), order.moved(&moved, 1), order.len()), (1, 3, 4));
        assert!(order.set_found(None).is_none());
    }
}
