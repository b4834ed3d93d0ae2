//! What a link hands to its socket and what it records: every event passes the door here.

use bytes::Bytes;

use crate::capture::event::{Direction, Event, Fact, Message, Payload, Stamp, Text, What};
use crate::directus::{Class, MessageType, classify};
use crate::net::command::Outgoing;
use crate::net::failure::Failure;
use crate::net::link::{Link, Order, Outputs};

/// A message as it may be recorded.
pub(super) struct Shown {
    pub(super) payload: Payload,
    /// On the wire.
    pub(super) size: usize,
    pub(super) class: Class,
    pub(super) masked: bool,
}

impl Shown {
    pub(super) fn binary(bytes: Bytes, size: usize) -> Self {
        Self { payload: Payload::Binary(bytes), size, class: Class::binary(), masked: false }
    }
}

impl Link {
    /// Hands a message to the socket and records it.
    pub(super) fn write(&mut self, message: Outgoing, automatic: bool, now: Stamp, out: &mut Outputs) {
        match message {
            Outgoing::Text(text) => self.write_text(text, automatic, now, out),
            Outgoing::Binary(bytes) => {
                let size = bytes.len();
                let masked = self.door.outgoing_binary(&bytes);
                out.orders.push(Order::Binary(bytes.clone()));
                let mut shown = Shown::binary(bytes, size);
                if let Some(bytes) = masked {
                    shown.payload = Payload::Binary(bytes);
                    shown.masked = true;
                }
                self.push_message(Direction::Out, shown, now, out);
            }
        }
    }

    pub(super) fn write_text(&mut self, text: String, automatic: bool, now: Stamp, out: &mut Outputs) {
        let class = classify(&text);
        let size = text.len();
        if class.kind == MessageType::Auth && self.directus() {
            self.present(&text, automatic, now, out);
        }
        let passed = self.door.outgoing(&text, class);
        if self.directus() && !automatic {
            self.replay.sent(&text, &class);
        }
        // A login doesn't count as life (reference 3).
        if class.kind != MessageType::Auth {
            self.pulse.life_shown();
        }
        out.orders.push(Order::Text(Text::from(text)));
        let shown =
            Shown { payload: Payload::Text(passed.text), size, class: passed.class, masked: passed.masked };
        self.push_message(Direction::Out, shown, now, out);
        if automatic && let Some(event) = out.events.last_mut() {
            event.automatic = true;
        }
    }

    pub(super) fn push_message(&self, direction: Direction, shown: Shown, now: Stamp, out: &mut Outputs) {
        let size = u64::try_from(shown.size).unwrap_or(u64::MAX);
        let message = Message { direction, payload: shown.payload, size, class: shown.class };
        out.events.push(Event {
            stamp: now,
            connection: self.connection,
            automatic: false,
            masked: shown.masked,
            what: What::Message(message),
        });
    }

    pub(super) fn tell(&self, failure: &Failure, now: Stamp, out: &mut Outputs) {
        let told = failure.sentences();
        let error = Fact::Error {
            stage: failure.stage(),
            message: told.message,
            cause: told.cause,
            advice: told.advice,
        };
        self.record(error, now, out);
    }

    pub(super) fn record(&self, fact: Fact, now: Stamp, out: &mut Outputs) {
        self.push_fact(fact, false, now, out);
    }

    pub(super) fn record_automatic(&self, fact: Fact, now: Stamp, out: &mut Outputs) {
        self.push_fact(fact, true, now, out);
    }

    pub(super) fn push_fact(&self, mut fact: Fact, automatic: bool, now: Stamp, out: &mut Outputs) {
        let masked = self.door.fact(&mut fact);
        let what = What::Fact(Box::new(fact));
        out.events.push(Event { stamp: now, connection: self.connection, automatic, masked, what });
    }
}
