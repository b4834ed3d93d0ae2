//! The way from the net thread to the journal: batches of events within a budget of bytes.
//!
//! The budget is an async semaphore, so that the net thread waits for room without blocking its runtime; the
//! channel itself is unbounded, because whoever sends holds permits already.

use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvError, RecvTimeoutError, Sender, TryRecvError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::capture::event::{Event, Fact, What};
use crate::net::clock::Clock;

/// What an event costs beside its payload: its place in the batch, its line, its index record.
const EVENT_COST: u64 = 128;

/// Events in the order they happened. Its room in the budget is free again when it is dropped.
#[derive(Debug)]
pub struct Batch {
    /// At least one.
    pub events: Vec<Event>,
    _room: Option<OwnedSemaphorePermit>,
}

/// Bytes that may be under way between the net thread and the journal of one capture.
#[derive(Clone, Debug)]
pub struct Budget {
    bytes: u32,
    room: Arc<Semaphore>,
}

impl Budget {
    /// A budget of so many bytes; at least one byte, at most 4 GiB.
    #[must_use]
    pub fn new(bytes: usize) -> Self {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX).max(1);
        let permits = usize::try_from(bytes).unwrap_or(Semaphore::MAX_PERMITS).min(Semaphore::MAX_PERMITS);
        Self { bytes, room: Arc::new(Semaphore::new(permits)) }
    }

    /// The whole of it.
    #[must_use]
    pub const fn bytes(&self) -> u32 {
        self.bytes
    }

    /// What the events take of it. Never more than all, or one huge message could never pass.
    fn cost(&self, events: &[Event]) -> u32 {
        let bytes = events
            .iter()
            .fold(0_u64, |sum, event| sum.saturating_add(EVENT_COST).saturating_add(payload_bytes(event)));
        u32::try_from(bytes).unwrap_or(u32::MAX).min(self.bytes)
    }
}

fn payload_bytes(event: &Event) -> u64 {
    let length = match &event.what {
        // Its size on the wire: close to what is held, and known without looking at it.
        What::Message(message) => return message.size,
        What::Fact(fact) => match &**fact {
            Fact::Response { body, .. } => body.len(),
            Fact::Http(exchange) => exchange.request_body.len().saturating_add(exchange.body.len()),
            Fact::Held { data, .. } | Fact::Unsent { data, .. } | Fact::Control { data, .. } => data.len(),
            // The rest is as short as the words in it.
            _ => 0,
        },
    };
    u64::try_from(length).unwrap_or(u64::MAX / 2)
}

/// The sending side, given to `Net::open`.
#[derive(Debug)]
pub struct Sink {
    events: Sender<Batch>,
    budget: Budget,
    clock: Clock,
}

/// The receiving side, for the journal thread. It ends when the link is gone and everything was received.
#[derive(Debug)]
pub struct Batches {
    events: Receiver<Batch>,
    clock: Clock,
}

/// A pair for one capture, whose clock starts now.
#[must_use]
pub fn sink(budget_bytes: usize) -> (Sink, Batches) {
    let (sender, receiver) = crossbeam_channel::unbounded();
    let clock = Clock::start();
    let sink = Sink { events: sender, budget: Budget::new(budget_bytes), clock };
    (sink, Batches { events: receiver, clock })
}

impl Sink {
    /// The clock that stamps the events of this capture.
    #[must_use]
    pub const fn clock(&self) -> Clock {
        self.clock
    }

    /// Hands the events over if there is room right now; gives them back otherwise.
    pub(crate) fn offer(&self, events: Vec<Event>) -> Result<Delivered, Vec<Event>> {
        let cost = self.budget.cost(&events);
        match Arc::clone(&self.budget.room).try_acquire_many_owned(cost) {
            Ok(room) => Ok(self.deliver(events, Some(room))),
            Err(_) => Err(events),
        }
    }

    /// Waits until there is room for these events. Cancel-safe.
    pub(crate) async fn room(&self, events: &[Event]) -> Option<OwnedSemaphorePermit> {
        // The semaphore is never closed; if it were, events would go out without a permit rather than be lost.
        Arc::clone(&self.budget.room).acquire_many_owned(self.budget.cost(events)).await.ok()
    }

    /// Hands the events over.
    pub(crate) fn deliver(&self, events: Vec<Event>, room: Option<OwnedSemaphorePermit>) -> Delivered {
        match self.events.send(Batch { events, _room: room }) {
            Ok(()) => Delivered::Yes,
            Err(_) => Delivered::NobodyListens,
        }
    }
}

/// Whether a batch has a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delivered {
    /// It is in the channel.
    Yes,
    /// The journal is gone, and with it the reason for this link.
    NobodyListens,
}

impl Batches {
    /// Waits for the next batch.
    ///
    /// # Errors
    /// When the link is gone and everything was received.
    pub fn recv(&self) -> Result<Batch, RecvError> {
        self.events.recv()
    }

    /// The next batch, if there is one already.
    ///
    /// # Errors
    /// `Empty`, or `Disconnected` when the link is gone and everything was received.
    pub fn try_recv(&self) -> Result<Batch, TryRecvError> {
        self.events.try_recv()
    }

    /// Waits for the next batch, but not longer than this.
    ///
    /// # Errors
    /// `Timeout`, or `Disconnected` when the link is gone and everything was received.
    pub fn recv_timeout(&self, limit: Duration) -> Result<Batch, RecvTimeoutError> {
        self.events.recv_timeout(limit)
    }

    /// The channel itself, for `crossbeam_channel::select!`.
    #[must_use]
    pub const fn channel(&self) -> &Receiver<Batch> {
        &self.events
    }

    /// Wall clock at the beginning of the capture, microseconds since 1970-01-01 UTC: where `elapsed_us` is 0.
    #[must_use]
    pub const fn started_us(&self) -> i64 {
        self.clock.started_us()
    }

    /// The clock that stamps the events of this capture, for events from elsewhere.
    #[must_use]
    pub const fn clock(&self) -> Clock {
        self.clock
    }
}

#[cfg(test)]
mod tests {
    use super::{Delivered, sink};
    use crate::capture::event::{Event, Fact, Stamp};

    fn held(bytes: usize) -> Event {
        Event::new(Stamp::default(), Fact::Held { reason: String::new(), data: "x".repeat(bytes) })
    }

    #[test]
    fn a_full_budget_refuses_and_room_returns_with_the_batch() {
        let (sink, batches) = sink(1000);
        assert_eq!(sink.offer(vec![held(500)]).unwrap(), Delivered::Yes);
        let back = sink.offer(vec![held(500)]).unwrap_err();
        let batch = batches.try_recv().unwrap();
        assert!(sink.offer(back.clone()).is_err(), "received is not yet written");
        drop(batch);
        assert_eq!(sink.offer(back).unwrap(), Delivered::Yes);
    }

    #[test]
    fn what_is_larger_than_the_budget_passes_alone() {
        let (sink, batches) = sink(10);
        assert_eq!(sink.offer(vec![held(100_000)]).unwrap(), Delivered::Yes);
        assert!(sink.offer(vec![held(0)]).is_err());
        drop(batches.try_recv().unwrap());
        assert_eq!(sink.offer(vec![held(0)]).unwrap(), Delivered::Yes);
    }

    #[test]
    fn the_reader_sees_the_end_after_the_last_batch() {
        let (sink, batches) = sink(1000);
        sink.offer(vec![held(1)]).unwrap();
        drop(sink);
        assert_eq!(batches.recv().unwrap().events.len(), 1);
        assert!(batches.recv().is_err());
    }

    #[test]
    fn a_sink_without_a_reader_says_so() {
        let (sink, batches) = sink(1000);
        drop(batches);
        assert_eq!(sink.offer(vec![held(1)]).unwrap(), Delivered::NobodyListens);
    }
}
