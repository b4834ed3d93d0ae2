//! A connection that broke without a Close frame (reference 6.4, 1006), and what repeats over connections.

use crate::capture::event::{ClosedBy, Stage};
use crate::session::heartbeat::Answer;

use super::case::Case;
use super::kind::CauseKind as Kind;
use super::words::{seconds, span};
use super::{Cause, Rule, middle};

/// Silences shorter than this repeat by chance.
const SHORTEST_SILENCE_US: u64 = 4_000_000;
/// Lives shorter than this repeat by chance.
const SHORTEST_LIFE_US: u64 = 10_000_000;
/// A sleeping computer loses its connections.
const SLEPT_US: i64 = 5_000_000;
/// Time limits of idle connections that are common, and whose they are.
const COMMON: [(u64, &str); 7] = [
    (55, "the router of Heroku"),
    (60, "nginx (proxy_read_timeout), Apache and the AWS load balancer"),
    (100, "Cloudflare"),
    (240, "the load balancer of Azure"),
    (300, "many load balancers"),
    (350, "the network load balancer of AWS"),
    (600, "the firewall of Google Cloud"),
];

/// What ends a connection without a Close frame.
pub(super) const RULES: &[Rule] =
    &[idle_proxy, longest_life, common_limit, unanswered, reset, server_ended, network, too_big];

fn alike(one: u64, other: u64) -> bool {
    one.abs_diff(other) <= (one / 30).max(1_000_000)
}

/// The same silence before several ends in a row: a time limit for idle connections (reference 8.5, 4).
pub(super) fn idle_proxy(case: &Case<'_>) -> Option<Cause> {
    let silence = case.silence_us();
    if silence < SHORTEST_SILENCE_US || super::closing::missed_heartbeat(case).is_some() {
        return None;
    }
    let before: Vec<_> = case
        .past()
        .take_while(|past| past.open.is_none() || alike(past.silence_us, silence))
        .filter(|past| past.open.is_some() && past.by != ClosedBy::Client)
        .collect();
    if before.is_empty() {
        return None;
    }
    let n = seconds(silence);
    let mut cause = Cause::likely(
        Kind::IdleProxy,
        format!("A proxy or firewall cuts connections that are silent for about {n} s: the same silence came before {} ends in a row.", before.len() + 1),
    )
    .seen(case.at.seq, format!("This time {} passed without a message.", span(silence)));
    for past in before.iter().take(3) {
        cause = cause.seen(past.end.seq, format!("Before this end it was {}.", span(past.silence_us)));
    }
    Some(suggested(case, cause, n))
}

fn suggested(case: &Case<'_>, cause: Cause, n: u64) -> Cause {
    let half = (n / 2).max(1);
    let mut lines = vec![format!("WEBSOCKETS_HEARTBEAT_PERIOD={half}")];
    let name = middle::named(case).map(|(_, name)| name.to_ascii_lowercase()).unwrap_or_default();
    if name.contains("nginx") || name.is_empty() {
        lines.push("proxy_read_timeout 3600s;".to_owned());
    }
    cause
        .next("Let the server ping more often than that (switched on: WEBSOCKETS_HEARTBEAT_ENABLED=true), or give the proxy a longer limit.")
        .code(lines.join("\n"))
}

/// The same age at several ends in a row, whatever was said meanwhile.
pub(super) fn longest_life(case: &Case<'_>) -> Option<Cause> {
    let life = case.life_us();
    if life < SHORTEST_LIFE_US || alike(case.silence_us(), life) {
        return None;
    }
    let before: Vec<_> = case
        .past()
        .take_while(|past| past.open.is_none() || alike(past.life_us, life))
        .filter(|past| past.open.is_some() && past.by != ClosedBy::Client)
        .collect();
    if before.is_empty() || idle_proxy(case).is_some() {
        return None;
    }
    let mut cause = Cause::likely(
        Kind::LongestLife,
        format!(
            "Something ends connections at an age of about {}: the last {} ended at the same age, with traffic up to the end.",
            span(life),
            before.len() + 1
        ),
    );
    for past in before.iter().take(3) {
        cause = cause.seen(past.end.seq, format!("This one ended after {}.", span(past.life_us)));
    }
    Some(cause.next("Look for a time limit of requests in the load balancer or hosting platform; it holds for WebSockets as well there."))
}

/// One silence of a length that is known.
fn common_limit(case: &Case<'_>) -> Option<Cause> {
    if idle_proxy(case).is_some() {
        return None;
    }
    let silence = case.silence_us();
    let (limit, whose) = COMMON.iter().find(|(limit, _)| silence.abs_diff(limit * 1_000_000) <= 1_000_000)?;
    let cause = Cause::likely(
        Kind::IdleProxy,
        format!("A proxy cut it for being silent: {limit} s is the limit of {whose}."),
    )
    .seen(case.at.seq, format!("{} passed without a message either way.", span(silence)));
    Some(suggested(case, cause, *limit))
}

fn unanswered(case: &Case<'_>) -> Option<Cause> {
    let ping = case
        .trail
        .ping
        .filter(|_| case.shown.heartbeat.answer == Answer::Missing && case.trail.answered.is_none())?;
    Some(
        Cause::possible(Kind::MissedHeartbeat, "The server's last ping had no answer; a server that gives up on a client closes with a frame, though, which a proxy may have swallowed.")
            .seen(ping.seq, format!("The ping came {} before the end.", span(case.since(ping))))
            .next("Switch “Answer pings” on, or answer them in your own client.")
            .code(r#"if (message.type === "ping") socket.send('{"type":"pong"}')"#),
    )
}

/// The computer slept.
pub(super) fn slept(case: &Case<'_>) -> Option<Cause> {
    let (spot, drift_us) =
        case.trail.clock.filter(|(spot, drift)| *drift >= SLEPT_US && case.since(*spot) < 120_000_000)?;
    Some(
        Cause::likely(Kind::Slept, "This computer slept, and the connection did not survive it.")
            .seen(spot.seq, format!("Its clock ran ahead by {}.", span(drift_us.unsigned_abs())))
            .next("Nothing needs to be done: with automatic reconnect on, Harewire connects again."),
    )
}

fn reset(case: &Case<'_>) -> Option<Cause> {
    let error = case.error.filter(|error| error.stage == Stage::Socket)?;
    Some(Cause::likely(Kind::AsReported, &*error.cause).seen(error.seq, &*error.message).next(&*error.advice))
}

/// Case 51: a server that stops sends no Close frame.
fn server_ended(case: &Case<'_>) -> Option<Cause> {
    if !case.is_directus() {
        return None;
    }
    let mut cause = Cause::likely(
        Kind::ServerEnded,
        "The server process stopped, restarted or was killed: Directus ends its sockets without a Close frame then.",
    )
    .seen(case.at.seq, "No Close frame came (1006).");
    if let Some(heard) = case.trail.last_in {
        cause = cause.seen(
            heard.seq,
            format!("The last message of the server came {} before the end.", span(case.since(heard))),
        );
    }
    Some(cause.next("See whether the next attempt is refused, and look at the server's log at this time (out of memory, a deployment, an exception)."))
}

fn network(case: &Case<'_>) -> Option<Cause> {
    let mut cause = Cause::possible(
        Kind::NetworkCut,
        "A proxy, a firewall or the network in between dropped the connection.",
    );
    if let Some((seq, name)) = middle::named(case) {
        cause = cause.seen(seq, format!("The upgrade was answered through {name}."));
    }
    Some(cause.next("Look at the proxy's log at this time; if it happens again after the same time, that time is a limit."))
}

/// Proxies drop what is too big for them.
fn too_big(case: &Case<'_>) -> Option<Cause> {
    let sent =
        case.trail.biggest_out.filter(|sent| sent.bytes >= 1 << 20 && case.since(sent.spot) < 5_000_000)?;
    Some(
        Cause::possible(Kind::TooBig, "A message was too big for something in between.")
            .seen(
                sent.spot.seq,
                format!("{} MiB were sent {} before the end.", sent.bytes >> 20, span(case.since(sent.spot))),
            )
            .next("Send it in parts; Directus itself takes up to 100 MiB."),
    )
}
