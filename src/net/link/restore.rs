//! Sending the subscriptions again after a reconnect, each exactly once.
//!
//! Directus removes a subscription of the same uid before an asynchronous step and adds the new one behind it (reference
//! 5.6). So a message of the user about a uid that we have just sent again ourselves would double the subscription, or
//! end nothing. It waits for the answer to ours, and what comes behind it waits too, to keep the order.

use crate::capture::event::Stamp;
use crate::directus::{MessageType, classify};
use crate::net::command::Outgoing;
use crate::net::link::{Link, Outputs};

/// The server answers a subscribe at once, or never (reference 4.3).
const PATIENCE_US: u64 = 5_000_000;
const WAITS: &str = "waits until the subscriptions are restored";

impl Link {
    /// The remembered subscriptions, each in its order, but for those that a held message replaces or ends.
    pub(super) fn restore(&mut self, now: Stamp, out: &mut Outputs) {
        if !self.switches.resubscribe {
            self.replay.clear();
            return;
        }
        for message in &self.held {
            if let Outgoing::Text(text) = message {
                self.replay.make_room(text, &classify(text));
            }
        }
        for text in self.replay.again() {
            self.write_text(text, true, now, out);
        }
    }

    /// Whether a message must wait for the answers to what we sent again.
    pub(super) fn must_wait(&self, message: &Outgoing) -> bool {
        if !self.held.is_empty() {
            return true;
        }
        let Outgoing::Text(text) = message else { return false };
        self.replay.is_restoring() && {
            let class = classify(text);
            matches!(class.kind, MessageType::Subscribe | MessageType::Unsubscribe)
                && self.replay.is_awaited(class.uid(text).as_deref(), class.kind)
        }
    }

    pub(super) fn wait_for_restore(&mut self, message: Outgoing, now: Stamp, out: &mut Outputs) {
        self.hold(message, WAITS.to_owned(), now, out);
        self.patience_until.get_or_insert(now.elapsed_us + PATIENCE_US);
    }

    /// Everything is restored, or the server keeps silent for too long.
    pub(super) fn release_held(&mut self, now: Stamp, out: &mut Outputs) {
        self.patience_until = None;
        for message in std::mem::take(&mut self.held) {
            self.write(message, false, now, out);
        }
    }
}
