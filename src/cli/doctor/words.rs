//! What was seen, as one line each. Texts of the server are escaped where they are printed.

use super::step::State;
use crate::cli::args::SubscribeTo;
use crate::directus::{ErrorCode, EventName, TokenKind};
use crate::session::causes::validity;
use crate::session::{
    Card, Heartbeat, LastClose, Login, Me, RequestKind, RoundTrips, Snapshot, Subscription,
    SubscriptionState, Tls,
};

/// A time: `0.9 ms`, `22 ms`, `1.1 s`.
pub(super) fn span(us: u64) -> String {
    match us {
        0..10_000 => format!("{}.{} ms", us / 1000, us % 1000 / 100),
        10_000..1_000_000 => format!("{} ms", us / 1000),
        1_000_000..120_000_000 => format!("{}.{} s", us / 1_000_000, us % 1_000_000 / 100_000),
        _ => format!("{} min", us / 60_000_000),
    }
}

/// The TLS layer.
pub(super) fn tls(tls: &Tls, snapshot: &Snapshot) -> (State, String) {
    let mut words = tls.protocol.clone();
    let mut state = State::Ok;
    if let Some(own) = tls.certificates.first() {
        let validity = validity(own, snapshot.last.time_us);
        words = format!("{words}, certificate {}", validity.words());
        if validity.is_worrying() {
            state = State::Warning;
        }
    }
    if snapshot.unverified {
        state = State::Warning;
        words = format!("{words}, not verified (--insecure)");
    }
    if !tls.accepted.is_empty() {
        words = format!("{words}: {}", tls.accepted);
    }
    (state, words)
}

/// The way to the open socket.
pub(super) fn way(snapshot: &Snapshot) -> String {
    let waterfall = &snapshot.waterfall;
    let steps = [
        ("DNS", waterfall.resolve_us),
        ("TCP", waterfall.connect_us),
        ("proxy", waterfall.tunnel_us),
        ("TLS", waterfall.tls_us),
        ("upgrade", waterfall.upgrade_us),
    ];
    let steps = steps.into_iter().filter_map(|(name, us)| Some(format!("{} {name}", span(us?))));
    let steps: Vec<String> = steps.collect();
    let after = waterfall.open_us.map(|us| format!(" after {}", span(us))).unwrap_or_default();
    if steps.is_empty() { format!("open{after}") } else { format!("open{after}: {}", steps.join(", ")) }
}

/// As whom the server treats us. `wanted`: a credential was given.
pub(super) fn login(snapshot: &Snapshot, wanted: bool) -> (State, String) {
    let mode = snapshot.mode.word();
    if !wanted || snapshot.login == Login::Unneeded {
        return (State::Ok, format!("not logged in: acting as the public role (mode {mode})"));
    }
    let who = match snapshot.identity.current.as_deref() {
        Some(card) => identity(card, snapshot),
        None => snapshot.credential.to_string(),
    };
    (State::Ok, format!("{}: {who} (mode {mode})", snapshot.login.words()))
}

/// Who that is, and for how long.
fn identity(card: &Card, snapshot: &Snapshot) -> String {
    let claim = &card.claim;
    let now_us = snapshot.last.elapsed_us;
    let me = snapshot.identity.who();
    let name = me.and_then(Me::name);
    let mut words = vec![name.unwrap_or_else(|| card.who().to_owned())];
    words.extend(me.and_then(|me| me.email.clone()).filter(|email| words.first() != Some(email)));
    let role = me.and_then(|me| me.role_name.as_ref()).or(claim.role.as_ref());
    words.extend(role.map(|role| format!("role {role}")));
    if me.and_then(|me| me.admin_access).or(claim.admin_access) == Some(true) {
        words.push("administrator".to_owned());
    }
    words.push(match (claim.token, card.expires_us) {
        (TokenKind::Static, None) => "does not expire".to_owned(),
        (_, Some(at_us)) => format!("expires in {}", span(at_us.saturating_sub(now_us))),
        (_, None) => "expiry unknown".to_owned(),
    });
    words.join(", ")
}

/// The round trips.
pub(super) fn trips(trips: &RoundTrips) -> String {
    let word = |us: Option<u64>| us.map_or_else(|| "unknown".to_owned(), span);
    format!(
        "{} pings, half of them within {}, 95 % within {}",
        trips.count,
        word(trips.p50_us),
        word(trips.p95_us)
    )
}

/// A subscription, and how long its answer took.
pub(super) fn subscription(to: &SubscribeTo, found: Option<&Subscription>) -> (State, String, Option<u64>) {
    let name = name(to);
    let Some(found) = found else {
        return (State::Failed, format!("{name}: could not be sent"), None);
    };
    match &found.state {
        SubscriptionState::Refused { code, code_text, message, guessed } => {
            let guess = if *guessed { " (told without a uid: this subscription is a guess)" } else { "" };
            let meaning = code.meaning();
            let next = next_step(*code);
            let sentence = format!("{name}: refused with {code_text}: {message} {meaning}{next}{guess}");
            (State::Failed, sentence, None)
        }
        _ if found.init_seq.is_some() => {
            let rows = found.init_rows;
            let noun = if rows == 1 { "row" } else { "rows" };
            (State::Ok, format!("{name}: accepted with {rows} {noun}"), found.init_after_us)
        }
        _ => {
            let why = RequestKind::Subscribe.why_silent();
            (State::Failed, format!("{name}: not answered. {why}"), None)
        }
    }
}

/// What to do about a refusal, after a blank; empty where its meaning says it.
const fn next_step(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::Forbidden => {
            " Compare the spelling, and give a policy of this user (or of the public role) read permission for the collection."
        }
        ErrorCode::InvalidCollection => " Compare the spelling with the data model.",
        _ => "",
    }
}

/// What was asked for.
pub(super) fn name(to: &SubscribeTo) -> String {
    match event(to) {
        Some(event) => format!("{} ({event})", to.collection),
        None => to.collection.clone(),
    }
}

/// The event asked for.
pub(super) const fn event(to: &SubscribeTo) -> Option<&'static str> {
    match to.event {
        EventName::Create => Some("create"),
        EventName::Update => Some("update"),
        EventName::Delete => Some("delete"),
        _ => None,
    }
}

/// The heartbeat, after two pings.
pub(super) fn heartbeat(heartbeat: &Heartbeat) -> (State, String) {
    let period = span(heartbeat.expected_period_us());
    if heartbeat.missed > 0 {
        return (
            State::Warning,
            format!("a ping every {period}, {} of them without an answer", heartbeat.missed),
        );
    }
    (State::Ok, format!("a ping every {period}, and the connection outlived one that was answered"))
}

/// How it ended after we asked to close.
pub(super) fn close(close: &LastClose) -> (State, String) {
    match close.code {
        Some(1006) => (
            State::Warning,
            "the server did not answer the Close frame; the connection was dropped".to_owned(),
        ),
        Some(1005) => (State::Ok, "closed politely, without a code".to_owned()),
        Some(code) => (State::Ok, format!("closed politely with code {code}")),
        None => (State::Ok, "closed; this transport tells no code".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_short() {
        let words: Vec<String> = [0, 950, 9_999, 10_000, 999_999, 1_250_000, 600_000_000].map(span).into();
        assert_eq!(words, ["0.0 ms", "0.9 ms", "9.9 ms", "10 ms", "999 ms", "1.2 s", "10 min"]);
    }
}
