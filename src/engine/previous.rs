//! `Previous`: the search for the event before that an event can be compared with.

use crate::capture::json_tree::{JsonTree, NODE_LIMIT};
use crate::capture::study::{Against, row_of};
use crate::capture::{Direction, IndexView, Kind, Payload, Reader, Record, What};
use crate::directus::{EventName, MessageType};

/// Events passed and lines read in one slice: a few milliseconds.
const PASSED_IN_SLICE: u64 = 65_536;
const READ_IN_SLICE: u64 = 128;
/// Lines read before the user is asked whether to go on; each time four times as many.
const READ_AT_FIRST: u64 = 20_000;

/// A search that goes backwards in slices.
pub(super) struct Previous {
    subject: Record,
    /// Which row must be in it; `None` for any event of the subscription.
    item: Option<String>,
    /// The event looked at next.
    next: u64,
    passed: u64,
    read: u64,
}

/// Where a search stands after a slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stand {
    /// Not at an end.
    Going {
        /// Events passed.
        passed: u64,
    },
    /// This one.
    Found(u64),
    /// None so far.
    Missing {
        /// Events passed.
        passed: u64,
        /// There are older ones.
        more: bool,
    },
}

impl Previous {
    /// A search from event `seq` with its record; `item` is the only row it is about, or why there is none.
    pub(super) fn new(
        (seq, subject): (u64, Record),
        against: Against,
        item: Result<String, String>,
    ) -> Result<Self, String> {
        let item = match against {
            Against::PreviousOfItem if subject.collection == 0 && subject.subscription == 0 => {
                return Err("The collection of this event is not known, so its items can't be told. Compare it with an event of your choice.".to_owned());
            }
            Against::PreviousOfItem => Some(item?),
            Against::PreviousOfSubscription if subject.subscription == 0 => {
                return Err(
                    "This event belongs to no subscription. Compare it with an event of your choice."
                        .to_owned(),
                );
            }
            Against::PreviousOfSubscription | Against::Event(_) => None,
        };
        Ok(Self { subject, item, next: seq.saturating_sub(1), passed: 0, read: 0 })
    }

    /// The item looked for.
    pub(super) fn item(&self) -> Option<&str> {
        self.item.as_deref()
    }

    /// Goes on for a slice. `patience` says how often the user wished to go on.
    pub(super) fn slice(&mut self, reader: &mut Reader, patience: u32) -> Stand {
        let view = reader.view();
        let limit = READ_AT_FIRST.saturating_mul(4_u64.saturating_pow(patience));
        let (passed, read) = (self.passed + PASSED_IN_SLICE, self.read + READ_IN_SLICE);
        while self.passed < passed && self.read < read {
            if self.next == 0 || self.read >= limit {
                return Stand::Missing { passed: self.passed, more: self.next > 0 };
            }
            let seq = self.next;
            self.next -= 1;
            self.passed += 1;
            if self.fits(reader, &view, seq) {
                return Stand::Found(seq);
            }
        }
        Stand::Going { passed: self.passed }
    }

    fn fits(&mut self, reader: &mut Reader, view: &IndexView, seq: u64) -> bool {
        let Some(record) = view.get(seq).filter(|record| self.may_fit(record)) else { return false };
        let Some(item) = &self.item else { return true };
        self.read += 1;
        // A key of letters and digits stands in the line as it reads: most lines need no parsing.
        let is_plain = item.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let Ok(line) = reader.line(record) else { return false };
        if is_plain && memchr::memmem::find(&line, item.as_bytes()).is_none() {
            return false;
        }
        let Ok(event) = reader.event(seq) else { return false };
        let What::Message(message) = event.what else { return false };
        let Payload::Text(text) = &message.payload else { return false };
        let text = text.as_str();
        JsonTree::parse(text, NODE_LIMIT).is_ok_and(|tree| row_of(text, &tree, item).is_some())
    }

    fn may_fit(&self, record: &Record) -> bool {
        let carries_rows = match record.kind {
            Kind::Message(MessageType::Subscription) => record.event != EventName::Unsubscribe,
            Kind::Message(MessageType::Items) => self.item.is_some(),
            _ => false,
        };
        let same_subscription =
            self.subject.subscription != 0 && record.subscription == self.subject.subscription;
        let same_collection = self.subject.collection != 0 && record.collection == self.subject.collection;
        let related =
            if self.item.is_some() { same_collection || same_subscription } else { same_subscription };
        carries_rows && related && record.flags.direction() == Some(Direction::In)
    }
}
