//! `Server`: what is known of a server, each thing with where it is known from (reference 9).

mod faults;
mod info;
mod lines;

#[cfg(test)]
mod cases;

use std::sync::Arc;

use crate::capture::event::Stamp;
use crate::capture::http_exchange::HttpExchange;
use crate::capture::time;
use crate::directus::Version;

pub use faults::{FAULTS, Fault};
pub use info::{Offer, QueryLimit, RateLimit};
pub use lines::ServerLine;

use info::Info;

/// Where something is known from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// `/server/ping`.
    Ping,
    /// `/server/info`, asked as nobody.
    Info,
    /// `/server/info`, asked as a user.
    InfoAsUser,
    /// `/server/health`.
    Health,
    /// Headers of an answer.
    Headers,
    /// The socket itself: its upgrade, its pings.
    Socket,
    /// Concluded from how the server answers harmless requests.
    Inferred,
    /// Not known: told to users only, and nobody asked as one.
    NeedsToken,
    /// Not known: told to administrators only, or not by this version.
    NotTold,
}

impl Source {
    /// In words, for the end of a line.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Ping => "/server/ping",
            Self::Info => "/server/info",
            Self::InfoAsUser => "/server/info as this user",
            Self::Health => "/server/health",
            Self::Headers => "headers of its answers",
            Self::Socket => "seen on the socket",
            Self::Inferred => "concluded from its answers",
            Self::NeedsToken => "told to users only",
            Self::NotTold => "not told",
        }
    }

    /// Whether there is a value.
    #[must_use]
    pub const fn is_known(self) -> bool {
        !matches!(self, Self::NeedsToken | Self::NotTold)
    }
}

/// A value, and which event says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told<T> {
    /// What.
    pub value: T,
    /// By what.
    pub source: Source,
    /// Sequence number of the event.
    pub seq: u64,
}

/// What is known of a server. A fold over the `http` events; what the socket shows is added by
/// [`crate::session::Snapshot::server_lines`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Server {
    /// Host and port it was asked at; what another one says is not about this one.
    pub authority: String,
    /// Exchanges that were about the server itself.
    pub asked: u32,
    /// Whether one of them was asked as a user and answered.
    pub as_user: bool,
    /// It answers, and how long that took, microseconds.
    pub ping_us: Option<Told<u64>>,
    /// Name of the project.
    pub project: Option<Told<String>>,
    /// Version as it is written.
    pub version: Option<Told<String>>,
    /// Where the version isn't told: the part of it that can be concluded.
    pub generation: Option<Told<&'static str>>,
    /// What is said about a licence.
    pub licence: Option<Told<String>>,
    /// The socket of this program.
    pub rest: Option<Told<Offer>>,
    /// The socket for GraphQL subscriptions.
    pub graphql: Option<Told<Offer>>,
    /// The socket that streams the server's log.
    pub logs: Option<Told<bool>>,
    /// Seconds between two pings; `None` in it where they are off.
    pub heartbeat_s: Option<Told<Option<u64>>>,
    /// Collaborative editing.
    pub collaboration: Option<Told<bool>>,
    /// The limit of requests.
    pub rate_limit: Option<Told<RateLimit>>,
    /// The limit of rows.
    pub query_limit: Option<Told<QueryLimit>>,
    /// What `/server/health` says.
    pub health: Option<Told<String>>,
    /// Milliseconds by which the server's clock is ahead of ours; exact to about a second.
    pub clock_offset_ms: Option<Told<i64>>,
    /// `X-Powered-By`, and what stands before it.
    pub software: Option<Told<String>>,
    /// What went wrong with asking, the last one for each path.
    pub problems: Vec<Told<Arc<str>>>,
}

impl Server {
    /// The version in numbers.
    #[must_use]
    pub fn number(&self) -> Option<Version> {
        self.version.as_ref().and_then(|version| Version::parse(&version.value))
    }

    /// What its version is known for, the gravest first. Nothing where the version isn't known.
    pub fn faults(&self) -> impl Iterator<Item = &'static Fault> {
        let version = self.number();
        FAULTS.iter().filter(move |fault| version.is_some_and(|version| fault.is_in(version)))
    }

    /// Whether this is about the server behind a URL.
    pub(super) fn is_at(&self, url: &str) -> bool {
        self.authority == authority(url)
    }

    /// What is known after an exchange; `None` if it says nothing about the server.
    pub(super) fn heard(before: &Self, seq: u64, stamp: Stamp, exchange: &HttpExchange) -> Option<Self> {
        let path = exchange.target().split('?').next().unwrap_or_default();
        let asked = Question::of(path);
        let mut server = if before.is_at(&exchange.url) {
            before.clone()
        } else {
            Self { authority: authority(&exchange.url).to_owned(), ..Self::default() }
        };
        server.read_headers(seq, stamp, exchange);
        if let Some(question) = asked {
            server.asked = server.asked.saturating_add(1);
            server.problems.retain(|problem| problem.source != question.source());
            if let Some(problem) = question.problem(exchange) {
                server.problems.push(Told { value: problem.into(), source: question.source(), seq });
            } else {
                server.read(question, seq, exchange);
            }
        }
        (server != *before).then_some(server)
    }

    fn read_headers(&mut self, seq: u64, stamp: Stamp, exchange: &HttpExchange) {
        let told = |value| Told { value, source: Source::Headers, seq };
        if let Some(date) = exchange.header("date").and_then(time::http_date) {
            let since =
                exchange.timings.body_us.unwrap_or(0) + exchange.timings.first_byte_us.unwrap_or(0) / 2;
            let then = stamp.time_us.saturating_sub(i64::try_from(since).unwrap_or(0));
            // The date leaves out the fraction of its second: half of one is the best guess.
            self.clock_offset_ms = Some(told(date.saturating_add(500_000).saturating_sub(then) / 1000));
        }
        let words = ["x-powered-by", "server", "via"].into_iter().filter_map(|name| exchange.header(name));
        let words: Vec<&str> = words.collect();
        if !words.is_empty() {
            self.software = Some(Told { value: words.join(" · "), source: Source::Headers, seq });
        }
    }

    fn read(&mut self, question: Question, seq: u64, exchange: &HttpExchange) {
        match question {
            Question::Ping => {
                let took_us = exchange.timings.first_byte_us.unwrap_or(exchange.took_us);
                self.ping_us = Some(Told { value: took_us, source: Source::Ping, seq });
            }
            Question::Health => self.read_health(seq, exchange),
            Question::Info => {
                if let Some(info) = Info::read(&exchange.body) {
                    self.read_info(info, seq, is_as_user(exchange));
                }
            }
        }
    }

    fn read_info(&mut self, info: Info, seq: u64, as_user: bool) {
        /// A value that is told replaces an older one; one that isn't leaves it.
        fn keep<T>(place: &mut Option<Told<T>>, value: Option<T>, (source, seq): (Source, u64)) {
            if let Some(value) = value {
                *place = Some(Told { value, source, seq });
            }
        }
        // Of what is told to users only, the rest of the answer shows whether we were one.
        let as_user = as_user && info.version.is_some();
        self.as_user |= as_user;
        let from = (if as_user { Source::InfoAsUser } else { Source::Info }, seq);
        let generation = if info.has_licence {
            "12 or later: it speaks of a licence"
        } else {
            "before 12: no word of a licence"
        };
        keep(&mut self.generation, Some(generation), (Source::Inferred, seq));
        keep(&mut self.project, info.project, from);
        keep(&mut self.version, info.version, from);
        keep(&mut self.licence, info.licence, from);
        keep(&mut self.rest, info.rest, from);
        keep(&mut self.graphql, info.graphql, from);
        keep(&mut self.logs, info.logs, from);
        keep(&mut self.heartbeat_s, info.heartbeat_s, from);
        keep(&mut self.collaboration, info.collaboration, from);
        keep(&mut self.rate_limit, info.rate_limit, from);
        keep(&mut self.query_limit, info.query_limit, from);
    }

    fn read_health(&mut self, seq: u64, exchange: &HttpExchange) {
        let body: Option<serde_json::Value> = serde_json::from_str(&exchange.body).ok();
        let status = body.as_ref().and_then(|body| body.get("status")).and_then(serde_json::Value::as_str);
        let value = match (exchange.status, status) {
            (Some(403), _) => return,
            (_, Some(status)) => status.to_owned(),
            (Some(status), None) => format!("HTTP {status}"),
            (None, None) => return,
        };
        self.health = Some(Told { value, source: Source::Health, seq });
    }
}

/// What an exchange was about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Question {
    Ping,
    Info,
    Health,
}

impl Question {
    fn of(path: &str) -> Option<Self> {
        let is = |end: &str| path.trim_end_matches('/').ends_with(end);
        if is("/server/ping") {
            Some(Self::Ping)
        } else if is("/server/info") {
            Some(Self::Info)
        } else if is("/server/health") {
            Some(Self::Health)
        } else {
            None
        }
    }

    const fn source(self) -> Source {
        match self {
            Self::Ping => Source::Ping,
            Self::Info => Source::Info,
            Self::Health => Source::Health,
        }
    }

    /// Why the answer says nothing about the server, as sentences.
    fn problem(self, exchange: &HttpExchange) -> Option<String> {
        let path = exchange.target().split('?').next().unwrap_or_default();
        if let Some(error) = &exchange.error {
            return Some(format!("{path}: {} {}", error.message, error.advice));
        }
        let status = exchange.status?;
        let is_page = exchange.header("content-type").is_some_and(|kind| kind.contains("html"))
            && exchange.body.trim_start().starts_with('<');
        let says = match status {
            // Users without the permission get 403 of a healthy server (reference 9).
            200..=299 | 403 | 503 if self == Self::Health && !is_page => return None,
            200..=299 if self == Self::Ping && exchange.body.trim() == "pong" => return None,
            200..=299 if self == Self::Info && Info::read(&exchange.body).is_some() => return None,
            401 => {
                "The server refuses the token (401): it is wrong, expired, or of another server.".to_owned()
            }
            429 => "The server limits its rate (429). Ask again later.".to_owned(),
            300..=399 => {
                let to = exchange.header("location").unwrap_or("nowhere");
                format!(
                    "It redirects to {to}, which Harewire doesn't follow. Use that address if it is the server."
                )
            }
            404 => {
                "Nothing is there (404): this is not the root of a Directus, or a proxy doesn't pass it on."
                    .to_owned()
            }
            _ if is_page => format!(
                "A web page came ({status}) instead of an answer of Directus: a proxy or another server answers here."
            ),
            200..=299 => "The answer is not one of Directus. Check host and path of the URL.".to_owned(),
            status => format!("The server answers {status}. Look at its log."),
        };
        Some(format!("{path}: {says}"))
    }
}

/// Host and port of a URL.
fn authority(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

/// Whether a request said who asks. The values are masked, their places are not.
fn is_as_user(exchange: &HttpExchange) -> bool {
    let in_header = exchange
        .request_headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("authorization") || name.eq_ignore_ascii_case("cookie"));
    in_header || exchange.url.contains("access_token=")
}
