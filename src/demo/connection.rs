//! What the server knows about one socket.

use std::time::Instant;

use tokio::sync::mpsc::UnboundedSender;

use crate::demo::options::RateLimit;
use crate::demo::permission::Identity;

/// What a socket is told to do, in order.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Order {
    /// Send a text frame.
    Text(String),
    /// Send a Close frame with this payload (code and reason; empty for none) and end.
    Close(Vec<u8>),
    /// Cut the connection without a Close frame.
    Cut,
}

/// How far a connection has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Phase {
    /// The one message of the handshake has not come.
    Waiting,
    /// It came and is being judged; whatever else comes now is lost (reference 2.3).
    Checking,
    /// Registered: counted, pinged, listened to.
    Open,
}

/// One socket.
#[derive(Debug)]
pub(super) struct Connection {
    /// How far it has come.
    pub phase: Phase,
    /// Whom it acts for.
    pub identity: Identity,
    /// Counts logins, so that the timers of an earlier one are known to be stale.
    pub generation: u64,
    /// Where its orders go.
    pub orders: UnboundedSender<Order>,
    window: Option<(Instant, u32)>,
}

impl Connection {
    /// A new socket.
    pub(super) fn new(phase: Phase, identity: Identity, orders: UnboundedSender<Order>) -> Self {
        Self { phase, identity, generation: 0, orders, window: None }
    }

    /// Counts a message; the milliseconds to wait if there were too many.
    pub(super) fn exceeds(&mut self, limit: Option<RateLimit>, now: Instant) -> Option<u128> {
        let limit = limit?;
        let (start, used) = match self.window {
            Some((start, used)) if now.duration_since(start) < limit.duration => (start, used),
            _ => (now, 0),
        };
        self.window = Some((start, used.saturating_add(1)));
        let left = limit.duration.saturating_sub(now.duration_since(start));
        (used >= limit.points).then_some(left.as_millis())
    }
}
