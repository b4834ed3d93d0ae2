//! Close codes that say something (reference 1.5, 6.4, 7.2).

use crate::directus::close;

use super::case::{Case, End};
use super::kind::CauseKind as Kind;
use super::words::span;
use super::{Cause, Rule, middle};

/// One of these knows a code other than 1000, 1005 and 1006.
pub(super) const RULES: &[Rule] =
    &[going_away, protocol, not_text, too_big, policy, gateway, graphql, foreign];

fn going_away(case: &Case<'_>) -> Option<Cause> {
    let code = case.code().filter(|code| matches!(code, 1001 | 1012))?;
    Some(
        Cause::likely(Kind::GoingAway, "A proxy or load balancer is being restarted or reloaded: Directus itself sends no frame when it stops.")
            .seen(case.at.seq, format!("Code {code}: {}", close::meaning(code)))
            .next("Connect again; with automatic reconnect on, Harewire does so for codes that heal."),
    )
}

fn protocol(case: &Case<'_>) -> Option<Cause> {
    case.code().filter(|code| *code == 1002)?;
    let mut cause = Cause::likely(
        Kind::ProtocolViolation,
        "The server got a frame that breaks the rules of WebSocket: something in between changes frames, or the client is faulty.",
    );
    if let Some(sent) = case.trail.last_out {
        cause = cause.seen(sent.spot.seq, "The last message that was sent.");
    }
    Some(cause.next("Connect without the proxy to tell which of them it is; switch compression of frames off in the proxy."))
}

fn not_text(case: &Case<'_>) -> Option<Cause> {
    case.code().filter(|code| *code == 1007)?;
    let sentence = "A message that was sent is not valid UTF-8; Directus reads binary messages as text, too.";
    let cause = match case.trail.odd_bytes {
        Some(odd) => Cause::certain(Kind::NotUtf8, sentence).seen(odd.seq, "These bytes are no UTF-8."),
        None => Cause::likely(Kind::NotUtf8, sentence),
    };
    Some(cause.next("Send text as UTF-8, and bytes as base64 inside JSON."))
}

fn too_big(case: &Case<'_>) -> Option<Cause> {
    case.code().filter(|code| *code == 1009)?;
    let sentence =
        "A message was over the limit of the server, which is 100 MiB in Directus, or of a proxy before it.";
    let mut cause = Cause::likely(Kind::TooBig, sentence);
    if let Some(sent) = case.trail.biggest_out {
        if sent.bytes > 100 << 20 {
            cause = Cause::certain(Kind::TooBig, sentence);
        }
        cause =
            cause.seen(sent.spot.seq, format!("The biggest message that was sent has {} bytes.", sent.bytes));
    }
    Some(cause.next("Send less at once: several messages, or files over HTTP."))
}

fn policy(case: &Case<'_>) -> Option<Cause> {
    case.code().filter(|code| matches!(code, 1003 | 1008 | 1010))?;
    let mut cause = Cause::likely(
        Kind::PolicyOfAnother,
        "Something between here and Directus refused by a rule of its own: Directus never closes with this code.",
    );
    if let Some((seq, name)) = middle::named(case) {
        cause = cause.seen(seq, format!("The upgrade was answered through {name}."));
    }
    Some(cause.next("Look at the rules and the log of the proxy or firewall in between."))
}

fn gateway(case: &Case<'_>) -> Option<Cause> {
    let code = case.code().filter(|code| matches!(code, 1011 | 1013 | 1014))?;
    Some(
        Cause::likely(
            Kind::GatewayFailed,
            "The server, or a gateway in front of it, failed or is overloaded.",
        )
        .seen(case.at.seq, format!("Code {code}: {}", close::meaning(code)))
        .next("Look at the logs of the server and the gateway at this time."),
    )
}

fn graphql(case: &Case<'_>) -> Option<Cause> {
    let code = case.code().filter(|code| (4400..=4500).contains(code))?;
    let sentence = match code {
        4408 => {
            "The GraphQL endpoint got no good `connection_init` within 3 s: none was sent, or its token was refused (it says the same for both)."
        }
        4406 => "The GraphQL endpoint wants the subprotocol graphql-transport-ws.",
        4400 => {
            "The GraphQL endpoint got a message that is not of its protocol; perhaps this is the wrong endpoint."
        }
        4401 => "A GraphQL subscription was sent before the connection was initialised.",
        4403 => "The GraphQL endpoint refused the credential in `connection_init`.",
        _ => "The GraphQL endpoint refused; the reason tells why.",
    };
    let step = match code {
        4406 => r#"new WebSocket(url, "graphql-transport-ws")"#,
        4408 | 4403 | 4401 => r#"{"type":"connection_init","payload":{"access_token":TOKEN}}"#,
        _ => "WEBSOCKETS_REST_PATH=/websocket",
    };
    Some(
        Cause::likely(Kind::GraphQlRefused, sentence)
            .seen(case.at.seq, format!("Code {code}, {} after the opening.", span(case.life_us())))
            .next("Correct the first messages, or use the path of the REST socket.")
            .code(step),
    )
}

/// A code nobody of the above uses.
fn foreign(case: &Case<'_>) -> Option<Cause> {
    let End::Closed { code: Some(code), reason, .. } = case.end else { return None };
    if matches!(code, 1001..=1003 | 1007..=1014) || (4400..=4500).contains(&code) {
        return None;
    }
    let mut cause = Cause::likely(
        Kind::ForeignCode,
        "Directus does not use this code: an extension, another service or a proxy chose it.",
    )
    .seen(case.at.seq, format!("Code {code}"));
    if !reason.is_empty() {
        cause = cause.seen(case.at.seq, format!("The reason given is “{reason}”."));
    }
    if let Some((seq, name)) = middle::named(case) {
        cause = cause.seen(seq, format!("The upgrade was answered through {name}."));
    }
    Some(cause.next("Look for the code in the documentation of the extension or the proxy."))
}
