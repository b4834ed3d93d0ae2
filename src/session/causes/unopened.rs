//! A connect that never came to an open socket (reference 1.3).

use crate::capture::event::{ClosedBy, Stage};

use super::case::Case;
use super::kind::CauseKind as Kind;
use super::words::span;
use super::{Cause, Rule, Situation, Weight, closing, tls, upgrade};

pub(super) fn situation(case: &Case<'_>) -> Situation {
    let Some(error) = case.error else { return silently(case) };
    let words = &*error.message;
    match error.stage {
        Stage::Resolve => {
            let rules: &[Rule] = &[found_before, private_name, closing::as_reported];
            Situation::new("Host not found", Weight::Failure, words).ask(case, rules)
        }
        Stage::Tcp => {
            let rules: &[Rule] = &[was_up, wrong_family, closing::as_reported];
            Situation::new("No connection", Weight::Failure, words).ask(case, rules)
        }
        Stage::Proxy => Situation::new("The proxy did not let it through", Weight::Failure, words)
            .ask(case, &[closing::as_reported]),
        Stage::Tls => Situation::new("TLS failed", Weight::Failure, words)
            .ask(case, tls::RULES)
            .or_ask(case, &[closing::as_reported]),
        Stage::Upgrade => upgrade::situation(case, words),
        Stage::Login => {
            Situation::new("Login failed", Weight::Failure, words).ask(case, &[closing::as_reported])
        }
        Stage::Socket | Stage::Http | Stage::Send | Stage::Capture => {
            Situation::new("No connection", Weight::Failure, words).ask(case, &[closing::as_reported])
        }
    }
}

/// It ended without a failure being told.
fn silently(case: &Case<'_>) -> Situation {
    if case.by() == Some(ClosedBy::Client) {
        let cause: Rule = |_| Some(Cause::certain(Kind::ClosedHere, "The attempt was stopped from here."));
        return Situation::new(
            "Attempt stopped",
            Weight::Calm,
            "The connect was given up before the WebSocket opened.",
        )
        .ask(case, &[cause]);
    }
    let cause: Rule = |_| Some(Cause::possible(Kind::Unexplained, "Nothing was recorded that explains it."));
    Situation::new("No connection", Weight::Failure, "The connect ended before the WebSocket opened.")
        .ask(case, &[cause])
}

/// The same host was found earlier in this capture, so its name is right.
fn found_before(case: &Case<'_>) -> Option<Cause> {
    let (past, open) = case.opened_before()?;
    Some(
        Cause::likely(Kind::NetworkGone, "The name is right, since it was found before: this machine has lost its network, or its name server.")
            .seen(open.seq, format!("The same host was connected to {} ago.", span(case.since(past.end))))
            .next("Check the network connection or the VPN."),
    )
}

fn private_name(case: &Case<'_>) -> Option<Cause> {
    let host = case.host();
    let private =
        [".local", ".internal", ".lan", ".intranet", ".corp", ".home"].iter().any(|end| host.ends_with(end))
            || !host.contains('.');
    private.then(|| {
        Cause::likely(Kind::PrivateName, format!("{host} is a name of a private network or of a container: it is known only inside."))
            .next("Join that network (VPN), or use the name or address by which the server is known here. A container's port must be published.")
            .code("docker run -p 8055:8055 …")
    })
}

/// It answered earlier in this capture.
fn was_up(case: &Case<'_>) -> Option<Cause> {
    let (past, open) = case.opened_before()?;
    Some(
        Cause::likely(
            Kind::ServerEnded,
            "The server was up before, so it was stopped, is restarting, or has crashed.",
        )
        .seen(open.seq, "A connection to it opened here.")
        .seen(past.end.seq, format!("It ended {} ago.", span(case.since(past.end))))
        .next("Wait for it with automatic reconnect on, and look at its log."),
    )
}

/// `localhost` is two addresses.
fn wrong_family(case: &Case<'_>) -> Option<Cause> {
    let host = case.host();
    if host != "localhost" && host != "127.0.0.1" && host != "::1" {
        return None;
    }
    Some(
        Cause::possible(Kind::OtherAddress, "The server listens on another address of this machine, or in a container or virtual machine whose port is not published.")
            .seen_if(case.trail.resolved.map(|spot| (spot.seq, format!("Tried: {}", case.shown.handshake.addresses.join(", ")))))
            .next("Let it listen on all addresses.")
            .code("HOST=0.0.0.0\nPORT=8055"),
    )
}
