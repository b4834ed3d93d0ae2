//! Real conversations of two server versions, folded, and what the session says of each in the end.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use base64::Engine as _;
use serde_json::Value;

use crate::capture::event::{ClosedBy, Direction, Fact, Stage};

use super::script::{Script, binary, message};
use super::snapshot::Snapshot;

/// Every scenario of a version but `rest-discovery`, which has no socket. The list is written out because this floor
/// reads no folders, not even in its tests.
macro_rules! scenarios {
    ($version:literal) => {
        scenarios!($version:
            "auth-access-token-jwt"
            "auth-bad-jwt"
            "auth-bad-password"
            "auth-bad-token"
            "auth-email-password"
            "auth-first-message-invalid-json"
            "auth-first-message-not-auth"
            "auth-header-ignored"
            "auth-missing-credentials"
            "auth-query-param-in-handshake-mode"
            "auth-static-token-ok"
            "auth-timeout"
            "close-codes"
            "connection-limit"
            "graphql-auth-errors"
            "graphql-ok"
            "graphql-public"
            "graphql-strict"
            "heartbeat"
            "heartbeat-before-auth"
            "heartbeat-protocol-pong"
            "invalid-messages"
            "items-crud"
            "items-errors"
            "items-singleton"
            "items-types"
            "logs-endpoint"
            "ping-pong"
            "public-mode"
            "public-query-param"
            "rate-limit"
            "reauth-on-open-connection"
            "sdk-guide-flow"
            "server-shutdown-sigkill"
            "server-shutdown-sigterm"
            "strict-jwt"
            "strict-mode"
            "subscribe-all-events"
            "subscribe-forbidden"
            "subscribe-item-integer-key"
            "subscribe-item-uuid"
            "subscribe-one-event-each"
            "subscribe-query"
            "subscribe-relations"
            "subscribe-singleton"
            "subscribe-uids"
            "token-expiry-no-reauth"
            "token-expiry-reauth"
            "token-expiry-reauth-early"
            "upgrade-wrong-path"
        )
    };
    ($version:literal: $($name:literal)*) => {
        &[$(($name, include_str!(concat!("../../tests/transcripts/", $version, "/", $name, ".ndjson")))),*]
    };
}

/// Which mode a scenario's server ran in, told by its name.
fn mode(scenario: &str) -> (&'static str, &'static str) {
    if scenario.contains("strict") || scenario.starts_with("logs-") {
        ("strict", "static token")
    } else if scenario.contains("public") {
        ("public", "none")
    } else {
        ("handshake", "static token")
    }
}

fn step(script: &mut Script, scenario: &str, line: &Value) {
    let data = &line["data"];
    let word = |key: &str| data[key].as_str().unwrap_or_default();
    let (mode, credential) = mode(scenario);
    match line["dir"].as_str().unwrap() {
        "open" => {
            script.connect(mode, credential, word("url"));
        }
        "error" => {
            script.connection += 1;
            script.fact(super::script::connect(mode, credential, word("url")));
            let message = format!("HTTP {}", data["httpStatus"]);
            script.fact(Fact::Error {
                stage: Stage::Upgrade,
                message,
                cause: String::new(),
                advice: String::new(),
            });
        }
        "close" => {
            let code = data["code"].as_u64().and_then(|code| u16::try_from(code).ok());
            let by = match code {
                // The transcripts don't tell who began: these are the closes of the recording client.
                Some(1000 | 4000) => ClosedBy::Client,
                Some(1005) if scenario.starts_with("sdk-") => ClosedBy::Client,
                Some(1006) => ClosedBy::Network,
                _ => ClosedBy::Server,
            };
            script.fact(Fact::Close { code, reason: word("reason").to_owned(), by });
        }
        direction @ ("in" | "out") => {
            let direction = if direction == "in" { Direction::In } else { Direction::Out };
            match (data.as_str(), data["base64"].as_str()) {
                (Some(text), _) => {
                    script.fold(message(direction, text), false);
                }
                (None, Some(encoded)) => {
                    let bytes = base64::engine::general_purpose::STANDARD.decode(encoded).unwrap();
                    script.fold(binary(direction, bytes), false);
                }
                (None, None) => {}
            }
        }
        _ => {}
    }
}

/// The last thing the session says, in lines a person can check against the transcript.
fn describe(out: &mut String, shot: &Snapshot) {
    let counters = &shot.counters;
    let events = counters.events;
    writeln!(
        out,
        "  {} in, {} out, {} errors, events {}+{}+{}, {} unattributed, {} unanswered, {} round trips, {} pings",
        counters.in_messages,
        counters.out_messages,
        counters.errors,
        events.create,
        events.update,
        events.delete,
        counters.unattributed,
        counters.unanswered,
        shot.round_trips.count,
        shot.heartbeat.pings
    )
    .unwrap();
    for subscription in &*shot.subscriptions {
        let request = &subscription.request;
        let uid = request.uid.as_deref().unwrap_or("-");
        let event = request.event.as_deref().unwrap_or("all");
        let events = subscription.events;
        write!(
            out,
            "  {} {} {event} uid {uid}: {}",
            subscription.number,
            request.collection,
            subscription.state.word()
        )
        .unwrap();
        writeln!(
            out,
            ", events {}+{}+{}, refused {}",
            events.create, events.update, events.delete, subscription.refused_events
        )
        .unwrap();
    }
    for pending in &*shot.pending {
        let uid = pending.uid.as_deref().unwrap_or("-");
        writeln!(
            out,
            "  no answer: {:?} {} uid {uid}{}",
            pending.kind,
            pending.collection,
            if pending.lost { ", lost" } else { "" }
        )
        .unwrap();
    }
    for warning in &*shot.warnings {
        writeln!(out, "  warning: {:?}", warning.kind).unwrap();
    }
    if let Some(error) = &shot.last_error {
        writeln!(out, "  failed: {}", error.message).unwrap();
    }
    if let Some(close) = &shot.last_close {
        writeln!(out, "  closed {:?} {:?}", close.code.unwrap_or_default(), close.by).unwrap();
    }
}

/// The card, as far as it is not words.
fn describe_card(out: &mut String, shot: &Snapshot) {
    let Some(card) = &shot.card else { return };
    writeln!(out, "  {}", card.title).unwrap();
    for cause in &card.causes {
        writeln!(out, "    {:?}, {}, {} seen", cause.kind, cause.certainty.word(), cause.evidence.len())
            .unwrap();
    }
}

/// Folds every connection of every scenario of a version.
fn replay(scenarios: &[(&str, &str)]) -> String {
    let mut out = String::new();
    for (scenario, lines) in scenarios {
        let mut scripts: BTreeMap<String, (Script, Vec<String>)> = BTreeMap::new();
        for line in lines.lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            let Some(connection) = line["conn"].as_str() else { continue };
            let (script, path) =
                scripts.entry(connection.to_owned()).or_insert_with(|| (Script::silent(), Vec::new()));
            script.elapsed_us = line["t"].as_u64().unwrap() * 1000;
            step(script, scenario, &line);
            let shot = script.shot();
            let now = format!("{}/{:?}", shot.phase.words(), shot.login);
            if path.last() != Some(&now) {
                path.push(now);
            }
        }
        for (connection, (mut script, path)) in scripts {
            writeln!(out, "{scenario} {connection}\n  {}", path.join(" > ")).unwrap();
            describe(&mut out, &script.shot());
            describe_card(&mut out, &script.shot());
        }
    }
    out
}

#[test]
fn what_the_session_says_of_directus_12_4_0() {
    insta::assert_snapshot!(replay(scenarios!("12.4.0")));
}

#[test]
fn what_the_session_says_of_directus_11_17_4() {
    insta::assert_snapshot!(replay(scenarios!("11.17.4")));
}
