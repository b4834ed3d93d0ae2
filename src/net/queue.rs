//! `Queue`: how much waits to be sent, seen from both sides.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes of messages given to a link that haven't left for the socket.
#[derive(Clone, Debug, Default)]
pub(crate) struct Queue(Arc<AtomicU64>);

impl Queue {
    /// A message was given.
    pub(crate) fn add(&self, bytes: usize) {
        self.0.fetch_add(u64::try_from(bytes).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// So many bytes have left.
    pub(crate) fn left(&self, bytes: u64) {
        self.0.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// What waits now.
    pub(crate) fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
