//! A login that gets no answer at all (reference 8.5).

use super::case::Case;
use super::kind::CauseKind as Kind;
use super::words::{counted, span};
use super::{Cause, Situation, Weight};

/// `auth` was sent, and nothing comes back.
pub(super) fn silent(case: &Case<'_>) -> Situation {
    let after =
        case.trail.attempt.as_ref().map_or_else(|| case.life_us(), |attempt| case.since(attempt.spot));
    let held = match usize::try_from(case.shown.held).unwrap_or(usize::MAX) {
        0 => String::new(),
        number => format!("; {} held back until it does", counted(number, "message")),
    };
    let words = format!("The server has not answered the login for {}{held}.", span(after));
    Situation::new("No answer to the login", Weight::Warning, words)
        .ask(case, &[limited_login, broken_version, not_directus])
}

/// The rate limiter drops logins as well (reference 6.2).
pub(super) fn limited_login(case: &Case<'_>) -> Option<Cause> {
    let (spot, _) = case.trail.limited?;
    Some(
        Cause::likely(
            Kind::LoginDropped,
            "The server's rate limit dropped the login: it answers only that there were too many messages.",
        )
        .seen(spot.seq, "REQUESTS_EXCEEDED came here.")
        .next("Send the login again later, or raise the limit for sockets (since 12.3).")
        .code("RATE_LIMITER_WEBSOCKETS_POINTS=200"),
    )
}

fn broken_version(case: &Case<'_>) -> Option<Cause> {
    let attempt = case.trail.attempt.as_ref()?;
    let sentence = "Directus 11.1.0 never confirms a login: a known fault of that version.";
    Some(
        Cause::possible(Kind::BrokenVersion, sentence)
            .seen(attempt.spot.seq, "The login was sent here.")
            .seen(
                case.trail.ping.map(|ping| ping.seq),
                if case.trail.ping.is_some() {
                    "The server's own pings do come, so it is Directus and it is alive."
                } else {
                    "Nothing at all has come since."
                },
            )
            .next("Update the server."),
    )
}

fn not_directus(case: &Case<'_>) -> Option<Cause> {
    if case.trail.ping.is_some() {
        return None;
    }
    Some(
        Cause::possible(
            Kind::NotDirectus,
            "Another WebSocket service answers at this address, or a proxy holds the messages back.",
        )
        .seen(case.trail.response.map(|spot| spot.seq), format!("The path asked for was {}.", case.path()))
        .next("Check host and path of the URL; a proxy must not buffer WebSocket frames.")
        .code("WEBSOCKETS_REST_PATH=/websocket"),
    )
}
