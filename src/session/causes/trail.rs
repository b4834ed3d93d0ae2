//! `Trail`: what of a connection speaks for a cause later, with the events that show it. Kept small: an event of a flood
//! changes one field.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::capture::event::{ClosedBy, Direction, Fact, Message, Payload, Stage, What};
use crate::directus::{ErrorCode, MessageType, Status, classify};
use crate::session::fold::At;
use crate::session::outline::Outline;

use super::http_login::HttpTry;
use super::token::Offer;

/// How many ended connections are remembered: repetition is evidence.
const PAST_KEPT: usize = 32;
/// How many accepted and spent secrets are remembered, each as `[masked n]`.
const SECRETS_KEPT: usize = 64;

/// An event: its number and when it happened, in elapsed microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) seq: u64,
    pub(super) us: u64,
}

impl Spot {
    const fn of(at: At) -> Self {
        Self { seq: at.seq, us: at.us() }
    }

    /// From this to a later time.
    pub(super) const fn until(self, us: u64) -> u64 {
        us.saturating_sub(self.us)
    }
}

/// A message we sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sent {
    pub(super) spot: Spot,
    pub(super) kind: MessageType,
    pub(super) bytes: u64,
}

/// A login we sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Attempt {
    pub(super) spot: Spot,
    pub(super) offer: Offer,
}

/// What we sent after the server's last ping that its heartbeat does not count (reference 3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Uncounted {
    pub(super) logins: u32,
    pub(super) unreadable: u32,
    /// Dropped by the rate limiter, as far as the server said so.
    pub(super) dropped: u32,
}

/// What is remembered of a connection that ended.
#[derive(Clone, Debug)]
pub(super) struct Past {
    pub(super) end: Spot,
    pub(super) url: Arc<str>,
    /// The `Origin` it was opened with.
    pub(super) origin: Option<String>,
    /// When it opened; `None` if it never did.
    pub(super) open: Option<Spot>,
    pub(super) by: ClosedBy,
    /// Without a message either way, before the end.
    pub(super) silence_us: u64,
    /// From open to end.
    pub(super) life_us: u64,
}

/// What of the current connection, and of those before it, speaks for a cause.
#[derive(Debug, Default)]
pub(in crate::session) struct Trail {
    pub(super) connect: Spot,
    pub(super) resolved: Option<Spot>,
    pub(super) connected: Option<Spot>,
    pub(super) tunnelled: Option<Spot>,
    pub(super) presented: Option<Spot>,
    pub(super) request: Option<Spot>,
    pub(super) response: Option<Spot>,
    pub(super) open: Option<Spot>,
    pub(super) first_out: Option<Sent>,
    pub(super) last_out: Option<Sent>,
    pub(super) biggest_out: Option<Sent>,
    pub(super) last_in: Option<Spot>,
    /// The credential last shown to the server: where, and when it runs out in elapsed microseconds, if that is known.
    pub(super) claim: Option<(Spot, Option<u64>)>,
    /// The latest login sent.
    pub(super) attempt: Option<Attempt>,
    /// The latest login over HTTP, unless it was good.
    pub(super) http_login: Option<HttpTry>,
    /// Logins sent after the token ran out that don't fit the schema.
    pub(super) swallowed: Option<Spot>,
    pub(super) accepted: Option<Spot>,
    pub(super) refused: Option<Spot>,
    pub(super) expired: Option<Spot>,
    pub(super) timed_out: Option<Spot>,
    pub(super) locked: Option<Spot>,
    pub(super) ping: Option<Spot>,
    pub(super) answered: Option<Spot>,
    pub(super) uncounted: Uncounted,
    /// The first refusal of the rate limiter, and how many there were.
    pub(super) limited: Option<(Spot, u32)>,
    pub(super) collab: Option<Spot>,
    pub(super) odd_bytes: Option<Spot>,
    /// Our Close frame: code and reason.
    pub(super) own_close: Option<(Spot, String)>,
    /// The clock moved: by how much.
    pub(super) clock: Option<(Spot, i64)>,

    /// Where the answering of pings was switched off, while it is. Holds over connections.
    pub(super) pong_off: Option<Spot>,
    pub(super) past: VecDeque<Past>,
    /// Secrets that a server accepted, as masked, and where.
    pub(super) good: VecDeque<(String, Spot)>,
    /// Refresh tokens that a server accepted: each works once (reference 2.2).
    pub(super) spent: VecDeque<(String, Spot)>,
}

impl Trail {
    /// Takes an event of the current connection, before it is folded.
    pub(in crate::session) fn note(&mut self, at: At, what: &What) {
        match what {
            What::Message(message) => match message.direction {
                Direction::In => self.heard(at, message),
                Direction::Out => self.said(at, message),
            },
            What::Fact(fact) => self.fact(at, fact),
        }
    }

    /// Begins a connection: what belongs to the last one goes, what is remembered over connections stays.
    pub(in crate::session) fn begin(&mut self, at: At) {
        *self = Self {
            connect: Spot::of(at),
            pong_off: self.pong_off,
            past: std::mem::take(&mut self.past),
            good: std::mem::take(&mut self.good),
            spent: std::mem::take(&mut self.spent),
            ..Self::default()
        };
    }

    fn fact(&mut self, at: At, fact: &Fact) {
        let spot = Spot::of(at);
        match fact {
            Fact::Connect { .. } => self.begin(at),
            Fact::Resolved { .. } => self.resolved = Some(spot),
            Fact::Connected { .. } => self.connected = Some(spot),
            Fact::Tunnelled { .. } => self.tunnelled = Some(spot),
            Fact::Presented { .. } | Fact::Secured { .. } => self.presented = Some(spot),
            Fact::Request { .. } => self.request = Some(spot),
            Fact::Response { .. } => self.response = Some(spot),
            Fact::Open { .. } => self.open = Some(spot),
            Fact::Control { direction: Direction::Out, opcode, data } if opcode == "close" => {
                self.own_close = Some((spot, data.clone()));
            }
            Fact::Identity(claim) => {
                let after_us = claim.expires_after_ms.filter(|_| !claim.estimated);
                let ends_us = after_us.map(|ms| at.us().saturating_add(ms.saturating_mul(1000)));
                self.claim = Some((spot, ends_us));
            }
            Fact::Http(exchange) => {
                let tried = HttpTry::read(spot, exchange);
                if let Some(spent) = tried.as_ref().and_then(HttpTry::spent) {
                    remember(&mut self.spent, spent, spot);
                }
                if let Some(tried) = tried {
                    self.http_login = (!tried.good).then_some(tried);
                }
            }
            Fact::Clock { drift_us } => self.clock = Some((spot, *drift_us)),
            Fact::Switched { name, on } if name == "auto_pong" => {
                self.pong_off = (!on).then_some(spot);
            }
            _ => {}
        }
    }

    fn heard(&mut self, at: At, message: &Message) {
        let spot = Spot::of(at);
        self.last_in = Some(spot);
        let class = &message.class;
        match (class.kind, class.code) {
            (MessageType::Ping, _) => {
                self.ping = Some(spot);
                self.answered = None;
                self.uncounted = Uncounted::default();
            }
            (MessageType::Auth, ErrorCode::None) if class.status == Status::Ok => self.welcomed(spot),
            (MessageType::Auth, ErrorCode::TokenExpired) => self.expired = Some(spot),
            (MessageType::Auth, ErrorCode::AuthTimeout) => self.timed_out = Some(spot),
            (MessageType::Auth, _) if class.is_error() => self.refused = Some(spot),
            (MessageType::License, _) if class.is_error() => self.locked = Some(spot),
            (MessageType::Server, ErrorCode::RequestsExceeded) => {
                let (first, times) = self.limited.unwrap_or((spot, 0));
                self.limited = Some((first, times.saturating_add(1)));
                self.uncounted.dropped = self.uncounted.dropped.saturating_add(1);
            }
            _ => {}
        }
    }

    fn welcomed(&mut self, spot: Spot) {
        self.accepted = Some(spot);
        (self.refused, self.expired, self.timed_out, self.swallowed) = (None, None, None, None);
        let Some(attempt) = &self.attempt else { return };
        match &attempt.offer {
            Offer::Token(masked) => remember(&mut self.good, masked, spot),
            Offer::Refresh(masked) => remember(&mut self.spent, masked, spot),
            _ => {}
        }
    }

    fn said(&mut self, at: At, message: &Message) {
        let spot = Spot::of(at);
        let (kind, text) = match &message.payload {
            Payload::Text(text) => (message.class.kind, text.as_str()),
            // The server reads binary messages as text (reference 1.5).
            Payload::Binary(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => (classify(text).kind, text),
                Err(_) => {
                    self.odd_bytes = Some(spot);
                    (MessageType::Binary, "")
                }
            },
        };
        let sent = Sent { spot, kind, bytes: message.size };
        self.first_out.get_or_insert(sent);
        self.last_out = Some(sent);
        if self.biggest_out.is_none_or(|biggest| biggest.bytes < sent.bytes) {
            self.biggest_out = Some(sent);
        }
        match kind {
            MessageType::Auth => {
                let offer = Offer::read(text);
                if self.expired.is_some() && !offer.fits() {
                    self.swallowed = Some(spot);
                }
                self.attempt = Some(Attempt { spot, offer });
                self.uncounted.logins = self.uncounted.logins.saturating_add(1);
            }
            MessageType::NotJson | MessageType::Binary => {
                self.uncounted.unreadable = self.uncounted.unreadable.saturating_add(1);
            }
            MessageType::Other if !Outline::read(text).is_readable() => {
                self.uncounted.unreadable = self.uncounted.unreadable.saturating_add(1);
            }
            other => {
                if other == MessageType::Collab {
                    self.collab = Some(spot);
                }
                if self.ping.is_some() {
                    self.answered.get_or_insert(spot);
                }
            }
        }
    }

    /// Remembers how the connection ended, once its card is made.
    pub(in crate::session) fn end(&mut self, at: At, url: &Arc<str>, origin: Option<String>, by: ClosedBy) {
        if self.past.len() >= PAST_KEPT {
            self.past.pop_front();
        }
        self.past.push_back(Past {
            end: Spot::of(at),
            url: Arc::clone(url),
            origin,
            open: self.open,
            by,
            silence_us: self.silence_us(at.us()),
            life_us: self.open.map_or(0, |open| open.until(at.us())),
        });
    }

    /// Whether the event with this number belongs to the current connect.
    pub(in crate::session) const fn owns(&self, seq: u64) -> bool {
        seq >= self.connect.seq
    }

    /// How long no message went either way before this time.
    pub(super) fn silence_us(&self, us: u64) -> u64 {
        let last = [self.open, self.last_in, self.last_out.map(|sent| sent.spot)];
        let last = last.into_iter().flatten().map(|spot| spot.us).max().unwrap_or(self.connect.us);
        us.saturating_sub(last)
    }

    /// Before which step a connect stopped, by the stage that failed.
    pub(in crate::session) fn since_step(&self, stage: Stage, us: u64) -> u64 {
        let begun = match stage {
            Stage::Resolve => Some(self.connect),
            Stage::Tcp => self.resolved,
            Stage::Proxy => self.connected,
            Stage::Tls => self.tunnelled.or(self.connected),
            _ => self.request.or(self.presented).or(self.tunnelled).or(self.connected),
        };
        begun.unwrap_or(self.connect).until(us)
    }
}

fn remember(list: &mut VecDeque<(String, Spot)>, masked: &str, spot: Spot) {
    // Only a mask may be remembered: anything else would be a secret that no rule of masking knows.
    if !masked.starts_with("[masked ") || list.iter().any(|(known, _)| known == masked) {
        return;
    }
    if list.len() >= SECRETS_KEPT {
        list.pop_front();
    }
    list.push_back((masked.to_owned(), spot));
}
