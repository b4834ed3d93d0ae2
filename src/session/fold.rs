//! `Session`: the fold.

use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use crate::capture::event::{Direction, Event, Message, Stamp, What};
use crate::directus::ErrorCode;

use super::beside::BesideFolds;
use super::board::{Board, Owner};
use super::cards::Cards;
use super::causes::Trail;
use super::counters::Counters;
use super::heartbeat::Heartbeat;
use super::login::Login;
use super::phase::Phase;
use super::rate_history::RateHistory;
use super::rates::Rates;
use super::requests::{Answered, Requests};
use super::round_trips::Stopwatch;
use super::snapshot::Snapshot;
use super::warning::{Warning, WarningKind, Warnings};

/// Collections that get a number; a capture with more shows the rest without.
const COLLECTIONS_KEPT: usize = 4096;
/// Held messages told apart; more are only counted.
const HELD_KEPT: usize = 4096;

/// What an event belongs to, for its index record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Joined {
    /// Number of the subscription it belongs to, from 1; 0 for none.
    pub subscription: u32,
    /// Sequence number of the request it answers; 0 for none.
    pub answers: u32,
    /// Number of its collection in [`Snapshot::collections`], from 1; 0 for none. An `items` reply names no collection,
    /// so this is that of its request.
    pub collection: u32,
    /// `answers` is a guess by type and age, since the message carries no uid (reference 6.3).
    pub guessed: bool,
}

impl Joined {
    pub(super) fn owned(owner: Option<Owner>) -> Self {
        let owner = owner.unwrap_or_default();
        Self { subscription: owner.number, collection: owner.collection_number, ..Self::default() }
    }

    pub(super) fn answering(answered: Option<&Answered>) -> Self {
        let Some(Answered { request, guessed }) = answered else { return Self::default() };
        Self {
            subscription: request.subscription,
            answers: u32::try_from(request.seq).unwrap_or_default(),
            collection: request.collection_number,
            guessed: *guessed,
        }
    }
}

/// Where and when the event being folded happened.
#[derive(Clone, Copy, Debug)]
pub(super) struct At {
    pub(super) seq: u64,
    pub(super) stamp: Stamp,
    pub(super) connection: u32,
    pub(super) automatic: bool,
}

impl At {
    pub(super) const fn us(&self) -> u64 {
        self.stamp.elapsed_us
    }
}

/// The state of a capture, computed from its events and nothing else.
#[derive(Debug, Default)]
pub struct Session {
    /// What is shown. Its lists and figures are brought up to date by [`Session::snapshot`].
    pub(super) shown: Snapshot,
    pub(super) board: Board,
    pub(super) requests: Requests,
    pub(super) stopwatch: Stopwatch,
    pub(super) warnings: Warnings,
    pub(super) trail: Trail,
    pub(super) cards: Cards,
    /// Earlier connections that go on.
    beside: BesideFolds,
    /// What was counted before the current connection.
    counted_before: Counters,
    rates: Rates,
    rate_history: RateHistory,
    rates_changed: bool,
    /// Fingerprints of the held messages, oldest first.
    held: VecDeque<u64>,
    /// Held messages beyond those.
    held_uncounted: u32,
    /// When the current attempt began, in elapsed microseconds.
    pub(super) connect_began_us: u64,
    collections: Vec<Arc<str>>,
    collection_numbers: HashMap<Arc<str>, u32>,
    collections_changed: bool,
}

impl Session {
    /// A session before its first event.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A session that stands so already, to fold what comes.
    pub(super) fn standing(shown: Snapshot) -> Self {
        Self { shown, ..Self::default() }
    }

    /// Folds one event. `seq` is the number the journal gave it.
    pub fn apply(&mut self, seq: u64, event: &Event) -> Joined {
        let at = At { seq, stamp: event.stamp, connection: event.connection, automatic: event.automatic };
        self.shown.last_seq = seq;
        self.shown.last = event.stamp;
        if event.connection > self.shown.connection {
            if self.beside.leave(&self.shown, &self.counted_before) {
                // Where the later one stands is said by its own events only.
                self.shown.url = Arc::default();
                self.log_in(at, Login::None);
                self.enter(at, Phase::Idle);
            }
            self.counted_before = self.shown.counters;
            self.begin_connection(at);
            self.trail.begin(at);
        }
        // In a capture merged of two, an earlier connection may go on beside a later one. The state is the later one's, so
        // the earlier one's messages are counted and belong to nobody here: its uids may mean something else. What became of
        // it is told beside.
        if event.connection != 0 && event.connection < self.shown.connection {
            if let What::Message(message) = &event.what {
                self.count(at, message);
            }
            self.beside.apply(seq, event);
            return Joined::default();
        }
        self.trail.note(at, &event.what);
        match &event.what {
            What::Message(message) => {
                self.count(at, message);
                match message.direction {
                    Direction::In => self.received(at, message),
                    Direction::Out => self.sent(at, message),
                }
            }
            What::Fact(fact) => {
                self.fact(at, fact);
                Joined::default()
            }
        }
    }

    fn count(&mut self, at: At, message: &Message) {
        let counters = &mut self.shown.counters;
        match message.direction {
            Direction::In => {
                counters.in_messages += 1;
                counters.in_bytes = counters.in_bytes.saturating_add(message.size);
                counters.in_kinds.add(message.class.kind);
                self.end_silence(at);
                self.rates.received(at.us(), message.size);
                self.rate_history.received(at.us());
            }
            Direction::Out => {
                counters.out_messages += 1;
                counters.out_bytes = counters.out_bytes.saturating_add(message.size);
                counters.out_kinds.add(message.class.kind);
                counters.automatic += u64::from(at.automatic);
                self.rates.sent(at.us(), message.size);
                self.rate_history.sent(at.us());
            }
        }
        self.rates_changed = true;
    }

    fn end_silence(&mut self, at: At) {
        if let Some(since) = self.shown.last_in_us.or(self.shown.opened_us) {
            let silence = at.us().saturating_sub(since);
            self.shown.longest_silence_us = self.shown.longest_silence_us.max(silence);
        }
        self.shown.last_in_us = Some(at.us());
    }

    /// What is shown now. Lists that didn't change since the last call are shared with it.
    pub fn snapshot(&mut self) -> Snapshot {
        if let Some(subscriptions) = self.board.fresh() {
            self.shown.subscriptions = subscriptions;
        }
        self.shown.counters.subscriptions_forgotten = self.board.forgotten();
        if let Some(beside) = self.beside.fresh() {
            self.shown.beside = beside;
        }
        if let Some(pending) = self.requests.fresh() {
            self.shown.pending = pending;
        }
        if let Some(round_trips) = self.stopwatch.fresh() {
            self.shown.round_trips = round_trips;
        }
        if let Some(warnings) = self.warnings.fresh() {
            self.shown.warnings = warnings;
        }
        if let Some(cards) = self.cards.fresh() {
            self.shown.cards = cards;
        }
        if std::mem::take(&mut self.rates_changed) {
            self.shown.rates = Arc::new(self.rates.clone());
            self.shown.rate_history = Arc::new(self.rate_history);
        }
        if std::mem::take(&mut self.collections_changed) {
            self.shown.collections = self.collections.iter().map(Arc::clone).collect();
        }
        self.shown.held = self.held_now();
        self.shown.clone()
    }

    /// How many messages wait for the login.
    pub(super) fn held_now(&self) -> u32 {
        u32::try_from(self.held.len()).unwrap_or(u32::MAX).saturating_add(self.held_uncounted)
    }

    /// What has been counted, without bringing the lists up to date.
    #[must_use]
    pub const fn counters(&self) -> &Counters {
        &self.shown.counters
    }

    pub(super) fn enter(&mut self, at: At, phase: Phase) {
        if self.shown.phase != phase {
            self.shown.phase = phase;
            self.shown.since_us = at.us();
        }
    }

    pub(super) fn log_in(&mut self, at: At, login: Login) {
        if self.shown.login != login {
            self.shown.login = login;
            self.shown.login_since_us = at.us();
        }
    }

    pub(super) fn warn(&mut self, at: At, kind: WarningKind, text: &str) {
        self.warnings.push(Warning { seq: at.seq, connection: at.connection, kind, text: Arc::from(text) });
    }

    /// A new connection: whatever the old one still owed never comes.
    fn begin_connection(&mut self, at: At) {
        self.shown.connection = at.connection;
        self.end_connection(at);
        self.shown.heartbeat = Heartbeat::default();
        self.shown.counters.unanswered += self.requests.clear();
        self.shown.last_in_us = None;
        self.shown.longest_silence_us = 0;
        self.shown.restore = None;
    }

    pub(super) fn end_connection(&mut self, at: At) {
        self.board.orphan(at.seq, at.us());
        self.shown.opened_us = None;
    }

    /// The shared name of a collection and its number, 0 if there are too many.
    pub(super) fn collection(&mut self, name: &str) -> (Arc<str>, u32) {
        if name.is_empty() {
            return (Arc::default(), 0);
        }
        if let Some((name, number)) = self.collection_numbers.get_key_value(name) {
            return (Arc::clone(name), *number);
        }
        let name: Arc<str> = Arc::from(name);
        if self.collections.len() >= COLLECTIONS_KEPT {
            return (name, 0);
        }
        self.collections.push(Arc::clone(&name));
        let number = u32::try_from(self.collections.len()).unwrap_or_default();
        self.collection_numbers.insert(Arc::clone(&name), number);
        self.collections_changed = true;
        (name, number)
    }

    /// The name behind a number, empty for 0.
    pub(super) fn collection_name(&self, number: u32) -> Arc<str> {
        let place = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
        place.and_then(|place| self.collections.get(place)).map(Arc::clone).unwrap_or_default()
    }

    pub(super) fn hold(&mut self, text: &str) {
        if self.held.len() < HELD_KEPT {
            self.held.push_back(fingerprint(text));
        } else {
            self.held_uncounted = self.held_uncounted.saturating_add(1);
        }
    }

    /// A message that may have been held was sent, or never will be.
    pub(super) fn release(&mut self, text: &str) {
        if self.held.is_empty() {
            return;
        }
        let mark = fingerprint(text);
        if let Some(place) = self.held.iter().position(|held| *held == mark) {
            self.held.remove(place);
        } else {
            self.held_uncounted = self.held_uncounted.saturating_sub(1);
        }
    }

    /// The error that a close most likely follows from.
    pub(super) fn close_error(&self) -> Option<super::problem::Refusal> {
        let refusal = self.shown.last_refusal.as_deref()?;
        let here = refusal.connection == self.shown.connection && refusal.code != ErrorCode::None;
        here.then(|| refusal.clone())
    }
}

fn fingerprint(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
