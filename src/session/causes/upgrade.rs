//! An upgrade that got no answer, or none of HTTP (reference 1.3); answers with a status are in `upgrade_status`.

use super::case::Case;
use super::kind::CauseKind as Kind;
use super::words::span;
use super::{Cause, Rule, Situation, Weight, closing, upgrade_status};

/// Other than this, the path was chosen by somebody.
const DEFAULT_PATH: &str = "/websocket";
const PATHS: [&str; 3] = [DEFAULT_PATH, "/websocket/logs", "/graphql"];

pub(super) fn situation(case: &Case<'_>, words: &str) -> Situation {
    if let Some(status) = case.shown.handshake.status.filter(|status| *status != 101) {
        return upgrade_status::situation(case, status, words);
    }
    // Who hangs up at once is another one than who keeps silent to the end of our time limit.
    let waits =
        case.trail.request.is_some() && words.contains("never answered") || words.contains("did not open");
    if waits && case.is_directus() {
        let rules: &[Rule] = &[wrong_path, hangs, strips];
        return Situation::new("No answer to the upgrade", Weight::Failure, words).ask(case, rules);
    }
    let rules: &[Rule] = &[wants_tls, was_up, closing::as_reported];
    Situation::new("No WebSocket", Weight::Failure, words).ask(case, rules)
}

/// Case 10: nobody answers a path that is no endpoint.
fn wrong_path(case: &Case<'_>) -> Option<Cause> {
    let path = case.path();
    let sentence = format!(
        "The path {path} is not the server's WebSocket endpoint: Directus leaves such a request without any answer. Paths are compared exactly."
    );
    let cause = if case.opened_before().is_some() {
        Cause::possible(Kind::WrongPath, sentence)
    } else if path.len() > 1 && path.ends_with('/') || !PATHS.iter().any(|known| path.ends_with(known)) {
        let why = if path.ends_with('/') {
            "It ends with a slash, which counts.".to_owned()
        } else {
            format!("The default is {DEFAULT_PATH}.")
        };
        Cause::likely(Kind::WrongPath, sentence).seen(case.trail.request.map(|spot| spot.seq), why)
    } else {
        Cause::likely(Kind::WrongPath, sentence)
    };
    Some(
        cause
            .seen(
                case.trail.connected.map(|spot| spot.seq),
                "The TCP connection stood, so host and port are right.",
            )
            .seen_if(case.trail.request.map(|spot| {
                (spot.seq, format!("{} passed without one byte of an answer.", span(case.since(spot))))
            }))
            .next("Correct the path in the URL: it must equal the server's setting.")
            .code(format!("WEBSOCKETS_REST_PATH={DEFAULT_PATH}")),
    )
}

fn hangs(case: &Case<'_>) -> Option<Cause> {
    let sentence =
        "The server hangs or is overloaded: it takes connections, but does not get to answer them.";
    Some(match case.opened_before() {
        Some((_, open)) => Cause::likely(Kind::ServerHangs, sentence)
            .seen(open.seq, "The same path did open here.")
            .next("Look at the load of the server and at its log."),
        None => Cause::possible(Kind::ServerHangs, sentence)
            .next("See whether the server answers over HTTP.")
            .code("curl -m 5 \"$DIRECTUS_URL/server/ping\""),
    })
}

fn strips(case: &Case<'_>) -> Option<Cause> {
    if case.opened_before().is_some() {
        return None;
    }
    Some(
        Cause::possible(Kind::ProxyStrips, "A proxy in between takes the request and does not pass it on as a WebSocket.")
            .next("Let the proxy pass the upgrade on.")
            .code("proxy_http_version 1.1;\nproxy_set_header Upgrade $http_upgrade;\nproxy_set_header Connection \"upgrade\";"),
    )
}

/// The server hung up on a request without TLS.
fn wants_tls(case: &Case<'_>) -> Option<Cause> {
    let hung_up = case.error.is_some_and(|error| {
        error.message.contains("instead of answering") || error.message.contains("in TLS")
    });
    let sure = case.error.is_some_and(|error| error.message.contains("in TLS"));
    if case.is_tls() || !hung_up {
        return None;
    }
    let sentence = "The port expects TLS, and the request came without it.";
    let cause = if sure {
        Cause::certain(Kind::WantsTls, sentence)
    } else {
        Cause::possible(Kind::WantsTls, sentence)
    };
    Some(cause.next("Use wss:// in the URL.").code(format!("wss://{}{}", case.authority(), case.path())))
}

fn was_up(case: &Case<'_>) -> Option<Cause> {
    let (past, open) = case.opened_before()?;
    Some(
        Cause::likely(Kind::ServerEnded, "The server is restarting: it answered before.")
            .seen(open.seq, "A connection to it opened here.")
            .seen(past.end.seq, format!("It ended {} ago.", span(case.since(past.end))))
            .next("Wait for it with automatic reconnect on, and look at its log."),
    )
}
