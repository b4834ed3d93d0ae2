//! `Snapshot`: what the window shows of a connection, and `Moment`: what of it depends on the time of looking.

use std::sync::Arc;

use crate::capture::event::Stamp;

use super::beside::Besides;
use super::causes::CauseCard;
use super::close::LastClose;
use super::counters::Counters;
use super::handshake::{Handshake, Waterfall};
use super::heartbeat::Heartbeat;
use super::identity::Identity;
use super::login::Login;
use super::phase::{Mode, Phase};
use super::problem::{LastError, Refusal};
use super::rate_history::RateHistory;
use super::rates::{Rate, Rates};
use super::requests::Pending;
use super::restore::Restore;
use super::round_trips::RoundTrips;
use super::server::Server;
use super::subscription::Subscription;
use super::warning::Warning;

/// A request without an answer for this long is overdue.
const OVERDUE_US: u64 = 5_000_000;

/// The next automatic attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// Its number.
    pub attempt: u32,
    /// When it is due, in elapsed microseconds.
    pub due_us: u64,
    /// How long it waits in all, in milliseconds.
    pub delay_ms: u64,
}

/// Positions of the switches of automation; all are on until an event says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Switches {
    /// Server pings are answered.
    pub auto_pong: bool,
    /// A lost connection is tried again.
    pub reconnect: bool,
    /// Subscriptions are sent again after a reconnect.
    pub resubscribe: bool,
    /// Round trips are measured.
    pub measure: bool,
    /// The login is renewed before its token runs out.
    pub reauth: bool,
}

impl Default for Switches {
    fn default() -> Self {
        Self { auto_pong: true, reconnect: true, resubscribe: true, measure: true, reauth: true }
    }
}

impl Switches {
    pub(super) fn set(&mut self, name: &str, on: bool) {
        match name {
            "auto_pong" => self.auto_pong = on,
            "reconnect" => self.reconnect = on,
            "resubscribe" => self.resubscribe = on,
            "measure" => self.measure = on,
            "reauth" => self.reauth = on,
            // A switch of another version: nothing here shows it.
            _ => {}
        }
    }
}

/// What the window shows of a connection. Cheap to clone: the lists are shared.
///
/// Times are elapsed microseconds of the capture, so that a recording shows what the live view showed; [`Snapshot::at`]
/// turns them into ages and countdowns.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// Where the connection stands.
    pub phase: Phase,
    /// Since when.
    pub since_us: u64,
    /// When the WebSocket opened; `None` while it isn't open.
    pub opened_us: Option<u64>,
    /// WebSocket URL without secrets; empty before the first connect.
    pub url: Arc<str>,
    /// By which rules the login is judged.
    pub mode: Mode,
    /// Which credential is used, in words.
    pub credential: Arc<str>,
    /// `full` or `portable`.
    pub transport: Arc<str>,
    /// 1 for a first attempt, more for automatic retries.
    pub attempt: u32,
    /// The server's certificate is accepted whatever is wrong with it.
    pub unverified: bool,
    /// Number of the connect within the capture, 0 before the first.
    pub connection: u32,
    /// Earlier connections that went on when this one began, as in a capture merged of two.
    pub beside: Besides,
    /// The recording ends here without a close; this is where the connection stood. Then `phase` is `Closed`.
    pub open_end: Option<Phase>,
    /// As whom the server treats us.
    pub login: Login,
    /// Since when.
    pub login_since_us: u64,
    /// Which user that is, for how long, and what was renewed.
    pub identity: Identity,
    /// What has been counted.
    pub counters: Counters,
    /// Messages and bytes a second.
    pub rates: Arc<Rates>,
    /// Messages of each of the last sixty seconds.
    pub rate_history: Arc<RateHistory>,
    /// Round trips measured by ping.
    pub round_trips: Arc<RoundTrips>,
    /// The server's heartbeat.
    pub heartbeat: Heartbeat,
    /// Every subscription of the capture, in the order sent (but for old finished ones, see the counters).
    pub subscriptions: Arc<[Subscription]>,
    /// Requests of the current connection without an answer, oldest first.
    pub pending: Arc<[Pending]>,
    /// How far the subscriptions came back on the current connection; `None` where there was nothing to restore.
    pub restore: Option<Restore>,
    /// When the last connection that was live ended, in elapsed microseconds.
    pub lost_us: Option<u64>,
    /// The longest time on the current connection in which the server said nothing, but for the present one.
    pub longest_silence_us: u64,
    /// Messages that wait for the login, or for the restore.
    pub held: u32,
    /// How long each step of the current connect took.
    pub waterfall: Waterfall,
    /// What the current connect exchanged before the first message.
    pub handshake: Arc<Handshake>,
    /// How the last connection that had opened ended.
    pub last_close: Option<Arc<LastClose>>,
    /// Why the connection ended, failed, or goes on with a fault. Cleared by a connect or a login that gets through.
    pub card: Option<Arc<CauseCard>>,
    /// The card of each end of the capture, oldest first; of many, the latest.
    pub cards: Arc<[Arc<CauseCard>]>,
    /// The last failure of our own. Cleared by a connect that gets through.
    pub last_error: Option<Arc<LastError>>,
    /// The last error message of the server.
    pub last_refusal: Option<Arc<Refusal>>,
    /// The next automatic attempt.
    pub retry: Option<Retry>,
    /// Why there are no further automatic attempts.
    pub gave_up: Option<Arc<str>>,
    /// Positions of the switches.
    pub switches: Switches,
    /// What the fold noticed, oldest first.
    pub warnings: Arc<[Warning]>,
    /// Names of the collections met, by number: number n lies at n − 1.
    pub collections: Arc<[Arc<str>]>,
    /// What the server says of itself, over HTTP.
    pub server: Arc<Server>,
    /// When the last message came from the server.
    pub last_in_us: Option<u64>,
    /// Sequence number of the last event folded.
    pub last_seq: u64,
    /// Its stamp: the `now` of a recording.
    pub last: Stamp,
}

/// What depends on the time of looking. All spans in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moment {
    /// In the current phase.
    pub in_phase_us: u64,
    /// Since the WebSocket opened, while it is open.
    pub uptime_us: Option<u64>,
    /// Over the last second.
    pub second: Rate,
    /// Over the last ten seconds.
    pub ten_seconds: Rate,
    /// Since the last message of the server, while the WebSocket is open.
    pub silence_us: Option<u64>,
    /// Since the last ping of the server on this connection.
    pub since_ping_us: Option<u64>,
    /// Until the server closes for lack of life; 0 when overdue.
    pub closes_in_us: Option<u64>,
    /// Until the token runs out; 0 when it has.
    pub expires_in_us: Option<u64>,
    /// Until Harewire renews the login; 0 when overdue.
    pub renews_in_us: Option<u64>,
    /// Until the next ping of the server is due.
    pub next_ping_in_us: Option<u64>,
    /// For how long a ping of the server has been missing.
    pub ping_overdue_us: Option<u64>,
    /// The longest silence on this connection, the present one included.
    pub longest_silence_us: u64,
    /// Until the next automatic attempt; 0 when overdue.
    pub retry_in_us: Option<u64>,
    /// Requests without an answer for more than 5 s.
    pub overdue: u32,
    /// Age of the oldest request without an answer.
    pub oldest_pending_us: Option<u64>,
}

impl Snapshot {
    /// The numbers that depend on the time of looking: `now_us` elapsed microseconds after the capture began. In a
    /// recording, pass `self.last.elapsed_us`.
    #[must_use]
    pub fn at(&self, now_us: u64) -> Moment {
        let age = |since_us: u64| now_us.saturating_sub(since_us);
        let until = |due_us: u64| due_us.saturating_sub(now_us);
        let open = self.phase.is_open();
        let silence_us = self.last_in_us.or(self.opened_us).filter(|_| open).map(age);
        let overdue = self.pending.iter().filter(|pending| age(pending.sent_us) > OVERDUE_US).count();
        Moment {
            in_phase_us: age(self.since_us),
            uptime_us: self.opened_us.map(age),
            second: self.rates.over(1, now_us),
            ten_seconds: self.rates.over(10, now_us),
            silence_us,
            longest_silence_us: self.longest_silence_us.max(silence_us.unwrap_or_default()),
            since_ping_us: self.heartbeat.last_ping_us.filter(|_| open).map(age),
            closes_in_us: self.heartbeat.closes_at_us().filter(|_| open).map(until),
            expires_in_us: self.identity.expires_us().filter(|_| open).map(until),
            renews_in_us: self.identity.renews_us().filter(|_| open && self.switches.reauth).map(until),
            next_ping_in_us: self.heartbeat.next_ping_us().filter(|_| open).map(until),
            ping_overdue_us: self.heartbeat.overdue_us(now_us).filter(|_| open),
            retry_in_us: self.retry.map(|retry| until(retry.due_us)),
            overdue: u32::try_from(overdue).unwrap_or(u32::MAX),
            oldest_pending_us: self.pending.first().map(|pending| age(pending.sent_us)),
        }
    }

    /// The state of a recording that nobody writes any more: a connection that has no close in it is not live now, and the
    /// window must not count its seconds.
    #[must_use]
    pub fn at_the_end(mut self) -> Self {
        let was = self.phase;
        if was.is_open() || was.is_connecting() || was == Phase::WaitingToRetry {
            self.open_end = Some(was);
            self.phase = Phase::Closed;
            self.since_us = self.last.elapsed_us;
            self.opened_us = None;
            self.retry = None;
            // That is an earlier connection's, which is told only while nothing came after it.
            self.last_close = None;
        }
        self
    }

    /// Where the connection stands, for a label.
    #[must_use]
    pub const fn phase_words(&self) -> &'static str {
        match self.open_end {
            Some(_) => "Recording ends here",
            None => self.phase.words(),
        }
    }

    /// The name of the collection with this number ([`super::Joined::collection`]).
    #[must_use]
    pub fn collection(&self, number: u32) -> Option<&str> {
        let place = usize::try_from(number).ok()?.checked_sub(1)?;
        self.collections.get(place).map(AsRef::as_ref)
    }

    /// Whether messages flow, but not as the user we claim to be: the token ran out, or the login was refused.
    #[must_use]
    pub fn acts_as_another(&self) -> bool {
        self.phase == Phase::Live && !self.login.is_good()
    }

    /// The card that explains the event with this number.
    #[must_use]
    pub fn card_of(&self, seq: u64) -> Option<&Arc<CauseCard>> {
        // Of an error before a close, the card of the close is the later and better one.
        self.cards.iter().rev().find(|card| card.explains(seq))
    }

    /// The subscription with this number, unless it is one of the old finished ones that made room.
    #[must_use]
    pub fn subscription(&self, number: u32) -> Option<&Subscription> {
        let place =
            self.subscriptions.binary_search_by_key(&number, |subscription| subscription.number).ok()?;
        self.subscriptions.get(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_idle_snapshot_has_no_ages() {
        let moment = Snapshot::default().at(77);
        assert_eq!(
            (moment.uptime_us, moment.silence_us, moment.retry_in_us, moment.overdue),
            (None, None, None, 0)
        );
    }

    #[test]
    fn a_recording_without_a_close_ends_open() {
        let snapshot = |phase| Snapshot { phase, opened_us: Some(1), since_us: 1, ..Snapshot::default() };
        let ended = snapshot(Phase::Live).at_the_end();
        assert_eq!((ended.phase, ended.open_end, ended.opened_us), (Phase::Closed, Some(Phase::Live), None));
        assert_eq!((ended.phase_words(), ended.at(99).uptime_us), ("Recording ends here", None));
        for phase in [Phase::Closed, Phase::Idle] {
            let ended = snapshot(phase).at_the_end();
            assert_eq!((ended.phase, ended.open_end, ended.phase_words()), (phase, None, phase.words()));
        }
    }

    #[test]
    fn a_countdown_stops_at_zero() {
        let retry = Some(Retry { attempt: 2, due_us: 100, delay_ms: 1 });
        let snapshot = Snapshot { retry, ..Snapshot::default() };
        assert_eq!((snapshot.at(40).retry_in_us, snapshot.at(400).retry_in_us), (Some(60), Some(0)));
    }
}
