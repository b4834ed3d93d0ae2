//! `Order`: which events the log shows, and where. Folding heartbeats leaves rows out, so places and numbers differ.

use crate::capture::{Direction, IndexView, Kind, Record};
use crate::directus::MessageType;

/// Records looked at in one frame: a millisecond or two of work.
const PER_FRAME: u64 = 200_000;

/// Numbers of the events left out, in order, as far as they were looked for. A place is counted from 0.
#[derive(Clone, Debug, Default)]
pub struct Order {
    fold: bool,
    looked: u64,
    out: Vec<u32>,
}

impl Order {
    /// Folds heartbeats or shows them, from the beginning.
    pub fn set_fold(&mut self, fold: bool) {
        if self.fold != fold {
            *self = Self { fold, ..Self::default() };
        }
    }

    /// Looks at events that came since. Returns whether there are more to look at in the next frame.
    pub fn advance(&mut self, view: &IndexView) -> bool {
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

    /// Rows shown.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.looked - self.out.len() as u64
    }

    /// Rows left out.
    #[must_use]
    pub fn folded(&self) -> u64 {
        self.out.len() as u64
    }

    /// The event shown at `place`.
    #[must_use]
    pub fn seq(&self, place: u64) -> u64 {
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

    /// Where the event `seq` is shown; for one left out, where the next shown one stands.
    #[must_use]
    pub fn place(&self, seq: u64) -> u64 {
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
    use crate::capture::{Event, Header, Journal, Message, Payload, Stamp, Text, What};
    use crate::directus::classify;
    use proptest::prelude::*;

    fn view(texts: &[&str]) -> IndexView {
        let mut journal = Journal::unnamed(&Header::new("", 0)).unwrap();
        for text in texts {
            let message = Message {
                direction: Direction::In,
                payload: Payload::Text(Text::from(*text)),
                size: 0,
                class: classify(text),
            };
            let what = What::Message(message);
            journal.append(&Event {
                stamp: Stamp::default(),
                connection: 1,
                automatic: false,
                masked: false,
                what,
            });
        }
        journal.commit().unwrap();
        journal.reader().view()
    }

    const PING: &str = r#"{"type":"ping"}"#;

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
}
