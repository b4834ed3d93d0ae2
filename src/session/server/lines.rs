//! What is known of a server as lines for a person, and as the text for a bug report.

use std::fmt::Write as _;

use super::{Offer, RateLimit, Source, Told};
use crate::session::Snapshot;

/// One thing about a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerLine {
    /// What it is about.
    pub name: &'static str,
    /// What is known; `unknown` where nothing is.
    pub value: String,
    /// From where, or why not.
    pub source: Source,
    /// Sequence number of the event that says so; 0 for none.
    pub seq: u64,
}

impl Snapshot {
    /// Everything known of the server, in a fixed order, what isn't known included.
    #[must_use]
    pub fn server_lines(&self) -> Vec<ServerLine> {
        let server = &*self.server;
        let mut lines = Lines { lines: Vec::new(), as_user: server.as_user };
        lines.told("project", server.project.as_ref(), Clone::clone);
        match (&server.version, &server.generation) {
            (None, Some(generation)) => lines.told("version", Some(generation), |words| (*words).to_owned()),
            (version, _) => lines.told("version", version.as_ref(), Clone::clone),
        }
        lines.told("licence", server.licence.as_ref(), Clone::clone);
        match &server.rest {
            // Whoever speaks on it knows that it is there; how else it could be used, it doesn't say.
            None if self.handshake.status == Some(101) => {
                lines.seen("REST socket", format!("open at {}", path_of(&self.handshake.target)));
            }
            rest => lines.told("REST socket", rest.as_ref(), offer),
        }
        lines.told("GraphQL socket", server.graphql.as_ref(), offer);
        lines.told("log stream", server.logs.as_ref(), |on| on_off(*on));
        match (&server.heartbeat_s, self.heartbeat.period_us) {
            (None, Some(us)) => lines.seen("heartbeat", format!("every {} s", (us + 500_000) / 1_000_000)),
            (told, _) => lines.told("heartbeat", told.as_ref(), |period| heartbeat(*period)),
        }
        lines.told("collaboration", server.collaboration.as_ref(), |on| on_off(*on));
        lines.told("rate limit", server.rate_limit.as_ref(), |limit| match limit {
            RateLimit::Off => "off".to_owned(),
            RateLimit::On { points, duration_s } => format!("{points} in {duration_s} s"),
        });
        lines.told("query limit", server.query_limit.as_ref(), |limit| {
            let most = if limit.max < 0 { "no maximum".to_owned() } else { format!("at most {}", limit.max) };
            format!("{} by default · {most}", limit.default)
        });
        lines.told("health", server.health.as_ref(), Clone::clone);
        lines.told("answers in", server.ping_us.as_ref(), |us| {
            format!("{}.{} ms", us / 1000, us % 1000 / 100)
        });
        lines.told("clock", server.clock_offset_ms.as_ref(), |ms| clock(*ms));
        lines.told("software", server.software.as_ref(), Clone::clone);
        lines.lines
    }

    /// The server in one line: `Directus 12.4.0 · handshake · heartbeat 30 s`. `None` while nothing is known.
    #[must_use]
    pub fn server_words(&self) -> Option<String> {
        let server = &*self.server;
        if server.asked == 0 {
            return None;
        }
        let mut words = vec![match (&server.version, &server.generation) {
            (Some(version), _) => format!("Directus {}", version.value),
            (None, Some(generation)) => {
                format!("Directus {}", generation.value.split(':').next().unwrap_or_default())
            }
            (None, None) if server.ping_us.is_some() => "Directus, version unknown".to_owned(),
            (None, None) => "Server unknown".to_owned(),
        }];
        match server.rest.as_ref().map(|rest| &rest.value) {
            Some(Offer::On { mode: Some(mode), .. }) => words.push(mode.name().to_owned()),
            Some(Offer::On { mode: None, .. }) | None => {}
            Some(Offer::Off) => words.push("sockets off".to_owned()),
        }
        if let Some(told) = &server.heartbeat_s {
            words.push(match told.value {
                Some(period) => format!("heartbeat {period} s"),
                None => "no heartbeat".to_owned(),
            });
        }
        Some(words.join(" · "))
    }

    /// What a bug report should say of the server and this connection. Holds no secret: all of it was masked before it
    /// was recorded.
    #[must_use]
    pub fn server_report(&self) -> String {
        let mut text = format!("Harewire {}\n", env!("CARGO_PKG_VERSION"));
        // Writing to a String cannot fail.
        let _ = writeln!(text, "URL: {}", self.url);
        let _ = writeln!(
            text,
            "mode: {} · credential: {} · transport: {}",
            self.mode.word(),
            self.credential,
            self.transport
        );
        let _ = writeln!(text, "phase: {}\n", self.phase.words());
        for line in self.server_lines() {
            let _ = writeln!(text, "{}: {} ({})", line.name, line.value, line.source.words());
        }
        for problem in &self.server.problems {
            let _ = writeln!(text, "problem: {}", problem.value);
        }
        for fault in self.server.faults() {
            let _ = writeln!(text, "known: {}", fault.sentence);
        }
        if let Some(card) = self.card.as_deref() {
            let _ = writeln!(text, "\n{}", card.to_text());
        } else if let Some(error) = self.last_error.as_deref() {
            let _ = writeln!(text, "last error: {} {}", error.message, error.cause);
        }
        text
    }
}

struct Lines {
    lines: Vec<ServerLine>,
    as_user: bool,
}

impl Lines {
    fn told<T>(&mut self, name: &'static str, told: Option<&Told<T>>, words: impl Fn(&T) -> String) {
        self.lines.push(match told {
            Some(told) => ServerLine { name, value: words(&told.value), source: told.source, seq: told.seq },
            None => {
                let source = if self.as_user { Source::NotTold } else { Source::NeedsToken };
                ServerLine { name, value: "unknown".to_owned(), source, seq: 0 }
            }
        });
    }

    fn seen(&mut self, name: &'static str, value: String) {
        self.lines.push(ServerLine { name, value, source: Source::Socket, seq: 0 });
    }
}

fn offer(offer: &Offer) -> String {
    match offer {
        Offer::Off => "off".to_owned(),
        Offer::On { mode: Some(mode), path } => format!("{mode} at {path}"),
        Offer::On { mode: None, path } => format!("unknown mode at {path}"),
    }
}

fn on_off(on: bool) -> String {
    if on { "on" } else { "off" }.to_owned()
}

fn heartbeat(period: Option<u64>) -> String {
    period.map_or_else(|| "off".to_owned(), |period| format!("every {period} s"))
}

/// The date of an answer is exact to a second, so less than that is agreement.
fn clock(offset_ms: i64) -> String {
    let ahead = if offset_ms > 0 { "ahead of" } else { "behind" };
    match offset_ms.unsigned_abs() {
        0..=1_500 => "agrees with this computer's".to_owned(),
        ms => format!("{}.{} s {ahead} this computer's", ms / 1000, ms % 1000 / 100),
    }
}

fn path_of(target: &str) -> &str {
    target.split('?').next().unwrap_or_default()
}
