//! The gate between `ewebsock`'s thread and the net thread, narrow so that back-pressure passes it.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use ewebsock::{WsEvent, WsMessage};

/// Bytes that may wait here. One message more is let in, or a huge one could never pass.
const ROOM: usize = 1 << 20;

#[derive(Default)]
struct Queue {
    events: VecDeque<WsEvent>,
    bytes: usize,
    abandoned: bool,
    waker: Option<Waker>,
}

/// A queue that blocks whoever puts, and never whoever takes.
#[derive(Default)]
pub(super) struct Gate {
    queue: Mutex<Queue>,
    room: Condvar,
}

impl Gate {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts an event in, waiting for room; false if nobody will take it.
    pub(super) fn put(&self, event: WsEvent) -> bool {
        let full = |queue: &mut Queue| queue.bytes >= ROOM && !queue.abandoned;
        let mut queue = self.room.wait_while(self.queue(), full).unwrap_or_else(PoisonError::into_inner);
        if queue.abandoned {
            return false;
        }
        queue.bytes += weight(&event);
        queue.events.push_back(event);
        if let Some(waker) = queue.waker.take() {
            drop(queue);
            waker.wake();
        }
        true
    }

    /// Takes what is there, up to about `limit` bytes; `waker` is called when more comes.
    pub(super) fn take(&self, limit: usize, waker: &Waker) -> Vec<WsEvent> {
        let mut queue = self.queue();
        let mut taken = Vec::new();
        let mut bytes = 0;
        while bytes < limit
            && let Some(event) = queue.events.pop_front()
        {
            bytes += weight(&event);
            taken.push(event);
        }
        queue.bytes -= bytes;
        queue.waker = Some(waker.clone());
        drop(queue);
        self.room.notify_one();
        taken
    }

    pub(super) fn is_empty(&self) -> bool {
        self.queue().events.is_empty()
    }

    /// Nobody takes any more.
    pub(super) fn abandon(&self) {
        self.queue().abandoned = true;
        self.room.notify_all();
    }
}

fn weight(event: &WsEvent) -> usize {
    /// What an event takes beside its bytes.
    const EVENT: usize = 64;
    EVENT
        + match event {
            WsEvent::Message(WsMessage::Text(text) | WsMessage::Unknown(text)) => text.len(),
            WsEvent::Message(WsMessage::Binary(data) | WsMessage::Ping(data) | WsMessage::Pong(data)) => {
                data.len()
            }
            WsEvent::Opened | WsEvent::Error(_) | WsEvent::Closed => 0,
        }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::task::Waker;

    use ewebsock::{WsEvent, WsMessage};

    use super::{Gate, ROOM};

    fn message(bytes: usize) -> WsEvent {
        WsEvent::Message(WsMessage::Binary(vec![0; bytes]))
    }

    #[test]
    fn whoever_puts_waits_until_something_is_taken() {
        let gate = Arc::new(Gate::default());
        assert!(gate.put(message(ROOM)));
        let other = Arc::clone(&gate);
        let putter = std::thread::spawn(move || other.put(message(1)));
        // Whether the other thread has come to its wait yet or not: it gets through after this.
        assert!(!gate.take(ROOM, Waker::noop()).is_empty());
        assert!(putter.join().unwrap());
        assert_eq!(gate.take(ROOM, Waker::noop()).len(), 1);
        assert!(gate.is_empty());
    }

    #[test]
    fn an_abandoned_gate_lets_go() {
        let gate = Arc::new(Gate::default());
        assert!(gate.put(message(ROOM)));
        let other = Arc::clone(&gate);
        let putter = std::thread::spawn(move || other.put(message(1)));
        gate.abandon();
        assert!(!putter.join().unwrap());
    }
}
