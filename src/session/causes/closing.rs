//! A connection that stood, and ended (reference 3, 6.4).

use crate::capture::event::{ClosedBy, Stage};
use crate::directus::close;
use crate::session::heartbeat::Answer;
use crate::session::phase::Phase;

use super::case::{Case, End};
use super::kind::CauseKind as Kind;
use super::words::{seconds, span};
use super::{Cause, Rule, Situation, Weight, codes, cut, middle};

/// The period of a default server (reference 1.2).
const DEFAULT_PERIOD_US: u64 = 30_000_000;

pub(super) fn situation(case: &Case<'_>) -> Situation {
    let End::Closed { code, reason, by } = case.end else { return failing(case) };
    if by == ClosedBy::Client {
        return by_us(case, code);
    }
    let life = life(case);
    if case.is_cut() {
        let words = format!("The connection broke without a Close frame{life}.");
        let rules: &[Rule] = &[cut::slept];
        return Situation::new("Connection lost", Weight::Warning, words)
            .ask(case, rules)
            .ask(case, cut::RULES);
    }
    let given = if reason.is_empty() { String::new() } else { format!(", saying “{reason}”") };
    if case.is_wordless_close() {
        let frame = match code {
            Some(1005) => "with a Close frame without a code",
            Some(_) => "normally (1000)",
            None => "(this transport does not tell the code)",
        };
        let words = format!("The server closed {frame}{given}{life}.");
        let title = if missed_heartbeat(case).is_some() { "Taken for dead" } else { "Closed by the server" };
        return Situation::new(title, Weight::Warning, words)
            .ask(case, DELIBERATE)
            .or_ask(case, &[unexplained, proxy_closed]);
    }
    let named = code.map_or_else(String::new, |code| match close::name(code) {
        "" => format!("with code {code}"),
        name => format!("with code {code} ({name})"),
    });
    let words = format!("The server closed {named}{given}{life}.");
    Situation::new("Closed by the server", Weight::Warning, words)
        .ask(case, codes::RULES)
        .or_ask(case, &[unexplained])
}

fn life(case: &Case<'_>) -> String {
    case.trail.open.map_or_else(String::new, |open| format!(" {} after it opened", span(case.since(open))))
}

/// Something failed on an open connection, and it has not ended.
fn failing(case: &Case<'_>) -> Situation {
    let words = case.error.map_or_else(String::new, |error| error.message.to_string());
    Situation::new("Trouble on the connection", Weight::Warning, words).ask(case, &[as_reported])
}

fn by_us(case: &Case<'_>, code: Option<u16>) -> Situation {
    let fault = case.error.filter(|error| error.stage == Stage::Socket);
    if let (Some(error), None) = (fault, &case.trail.own_close) {
        let words = format!("{} So Harewire closed the connection.", error.message);
        return Situation::new("Closed from here for a fault", Weight::Warning, words)
            .ask(case, &[as_reported]);
    }
    let words = match (&case.trail.own_close, code) {
        (Some(_), Some(1006)) => {
            "Harewire sent a Close frame and dropped the connection, as no answer came within a second."
        }
        (Some(_), _) => "Harewire sent a Close frame, and the connection ended.",
        (None, code) if code != Some(1006) => "The connection was closed from this side.",
        (None, _) => "Harewire dropped the connection without a Close frame.",
    };
    let held = case.shown.phase == Phase::Closing;
    let title = if held || case.trail.own_close.is_some() || code != Some(1006) {
        "Closed from here"
    } else {
        "Dropped from here"
    };
    Situation::new(title, Weight::Calm, words).ask(case, &[own_close])
}

fn own_close(case: &Case<'_>) -> Option<Cause> {
    let cause = Cause::certain(
        Kind::ClosedHere,
        "It was closed by hand, or because another connection was opened in its place.",
    );
    Some(match &case.trail.own_close {
        Some((spot, data)) if data.is_empty() => cause.seen(spot.seq, "Our Close frame, without a code."),
        Some((spot, data)) => cause.seen(spot.seq, format!("Our Close frame: {data}")),
        None => cause,
    })
}

/// The failure's own sentences, as `net` wrote them when it happened.
pub(super) fn as_reported(case: &Case<'_>) -> Option<Cause> {
    let error = case.error?;
    Some(
        Cause::likely(Kind::AsReported, &*error.cause)
            .seen(error.seq, "It failed here.")
            .next(&*error.advice),
    )
}

/// A server's deliberate closes.
const DELIBERATE: &[Rule] =
    &[missed_heartbeat, locked, collaboration, too_much, cut::idle_proxy, cut::longest_life];

/// Case 17: nothing that the heartbeat counts came in the period after the server's ping.
pub(super) fn missed_heartbeat(case: &Case<'_>) -> Option<Cause> {
    let ping = case.trail.ping.filter(|_| case.is_directus() && case.trail.answered.is_none())?;
    if case.shown.heartbeat.answer != Answer::Missing {
        return None;
    }
    let waited = case.since(ping);
    let measured = case.shown.heartbeat.period_us;
    let period = measured.unwrap_or(DEFAULT_PERIOD_US);
    let exact = waited.abs_diff(period) <= (period / 10).max(500_000);
    let sentence = "The server took this connection for dead: within one period after its ping it got no message that counts as life. It closes such connections without a word.";
    let mut cause = if exact && case.is_wordless_close() {
        Cause::certain(Kind::MissedHeartbeat, sentence)
    } else {
        Cause::likely(Kind::MissedHeartbeat, sentence)
    };
    cause = cause.seen(ping.seq, format!("The server's last ping, {} before the end.", span(waited)));
    cause = match measured {
        Some(period) => cause.seen(None, format!("Its pings came every {}.", span(period))),
        None => cause.seen(None, "It was the only ping, so the period is not known; the default is 30 s."),
    };
    cause = why_unanswered(case, cause);
    let doubled = seconds(period).saturating_mul(2);
    Some(
        cause
            .next("Switch “Answer pings” on, or answer in your own client. A slow client can be given a longer period.")
            .code(format!("if (message.type === \"ping\") socket.send('{{\"type\":\"pong\"}}')\nWEBSOCKETS_HEARTBEAT_PERIOD={doubled}")),
    )
}

fn why_unanswered(case: &Case<'_>, cause: Cause) -> Cause {
    let uncounted = case.trail.uncounted;
    let mut cause = match case.trail.pong_off {
        Some(off) => cause.seen(off.seq, "Answering pings was switched off here."),
        None if !case.shown.switches.auto_pong => cause.seen(None, "Answering pings is switched off."),
        None => cause.seen(None, "Nothing was sent after that ping."),
    };
    if uncounted.logins > 0 {
        cause = cause.seen(None, "A login was sent after it, but logins do not count as life.");
    }
    if uncounted.unreadable > 0 {
        cause = cause.seen(
            None,
            "Something was sent after it that the server can't read as a message, which does not count.",
        );
    }
    if uncounted.dropped > 0 {
        cause = cause.seen(None, "The rate limit dropped messages after it; dropped ones do not count.");
    }
    cause
}

fn locked(case: &Case<'_>) -> Option<Cause> {
    let locked = case.trail.locked?;
    Some(
        Cause::likely(
            Kind::LicenceLocked,
            "The licence of this server is locked; it refuses messages and new connections.",
        )
        .seen(locked.seq, "The server said so here.")
        .next("Look at the licence in the Directus settings."),
    )
}

/// Case 58: collaboration that is off ends the connection after 250 ms.
fn collaboration(case: &Case<'_>) -> Option<Cause> {
    let collab = case.trail.collab.filter(|spot| case.since(*spot) < 2_000_000)?;
    Some(
        Cause::likely(
            Kind::CollaborationOff,
            "Collaborative editing is switched off, and the server ends connections that ask for it.",
        )
        .seen(collab.seq, format!("A `collab` message was sent {} before the end.", span(case.since(collab))))
        .next("Switch it on in the project settings and on the server, or don't send such messages.")
        .code("WEBSOCKETS_COLLAB_ENABLED=true"),
    )
}

fn too_much(case: &Case<'_>) -> Option<Cause> {
    let (first, times) = case.trail.limited?;
    Some(
        Cause::possible(Kind::RateLimited, "The rate limit dropped messages; one of them may have been the sign of life the server waited for.")
            .seen(first.seq, format!("REQUESTS_EXCEEDED came {}, here first.", if times == 1 { "once".to_owned() } else { format!("{times} times") }))
            .next("Send less at once, or raise the limit for sockets (since 12.3).")
            .code("RATE_LIMITER_WEBSOCKETS_POINTS=200"),
    )
}

/// A close without a word that Directus had no known reason for.
pub(super) fn proxy_closed(case: &Case<'_>) -> Option<Cause> {
    if missed_heartbeat(case).is_some() {
        return None;
    }
    let middle = middle::named(case);
    let sentence = match &middle {
        Some((_, name)) => format!(
            "The proxy in between ({name}) ended it: it was reloaded, or the connection was too old for it."
        ),
        None => {
            "A proxy in between ended it: it was reloaded, or the connection was too old for it.".to_owned()
        }
    };
    let mut cause = Cause::possible(Kind::ProxyClosed, sentence);
    if let Some((seq, name)) = middle {
        cause = cause.seen(seq, format!("The upgrade was answered through {name}."));
    }
    Some(cause.next("Look at the proxy's log at this time."))
}

fn unexplained(case: &Case<'_>) -> Option<Cause> {
    let mut cause = Cause::possible(
        Kind::Unexplained,
        "Nothing that was seen explains it: no refusal, no expired token, no unanswered ping came before.",
    );
    if let Some(heard) = case.trail.last_in {
        cause = cause.seen(
            heard.seq,
            format!("The last message from the server came {} before the end.", span(case.since(heard))),
        );
    }
    if let Some(sent) = case.trail.last_out {
        cause = cause.seen(
            sent.spot.seq,
            format!("The last message from here was sent {} before the end.", span(case.since(sent.spot))),
        );
    }
    Some(cause.next("Look at the logs of the server and of the proxy at this time."))
}
