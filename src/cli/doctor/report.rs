//! `Report`: everything that was found, as the JSON of `--json`.

use std::path::Path;
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Value, json};

use super::exam::Exam;
use super::findings::warnings;
use super::step::{State, Step};
use super::words;
use crate::capture::event::Stamp;
use crate::capture::time;
use crate::cli::args::SubscribeTo;
use crate::cli::exit::Exit;
use crate::session::causes::{CauseCard, Weight};
use crate::session::{Me, Snapshot, Subscription, SubscriptionState};

/// Everything that was found.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    /// Version of this object. Keys are only ever added to it.
    harewire_doctor: u32,
    /// Version of the program.
    version: &'static str,
    /// When it began, RFC 3339, UTC.
    started: String,
    /// How long it took.
    took_us: u64,
    /// The socket's URL without secrets.
    url: String,
    transport: String,
    mode: &'static str,
    credential: String,
    /// `healthy`, `warnings` or `failed`.
    pub(super) verdict: &'static str,
    exit_code: u8,
    /// The same as a value.
    #[serde(skip)]
    pub(super) exit: Exit,
    /// What was tried, in order.
    pub(super) steps: Vec<Step>,
    /// Why something failed.
    pub(super) cards: Vec<Arc<CauseCard>>,
    /// What deserves attention.
    pub(super) warnings: Vec<String>,
    server: Value,
    way: Value,
    identity: Value,
    round_trips: Value,
    heartbeat: Value,
    subscriptions: Vec<Value>,
    /// Where the capture lies, if it was to be kept.
    pub(super) capture: Option<String>,
}

impl Report {
    /// What was found until now.
    pub(super) fn new(exam: &Exam, end: &Snapshot, capture: Option<&Path>, now: Stamp) -> Self {
        // Who we were and what stood is told of the open socket; at the end there is nothing of it.
        let open = exam.while_open().map(AsRef::as_ref);
        let cards: Vec<_> = end.cards.iter().filter(|card| card.weight != Weight::Calm).cloned().collect();
        let warnings = warnings(open.unwrap_or(end));
        let exit = exam.exit();
        let any = |state| exam.steps().iter().any(|step| step.state == state);
        let verdict = match (exit, any(State::Failed), warnings.is_empty() && !any(State::Warning)) {
            (Exit::Done, false, true) => "healthy",
            (Exit::Done, false, false) => "warnings",
            _ => "failed",
        };
        let elapsed_us = i64::try_from(now.elapsed_us).unwrap_or_default();
        Self {
            harewire_doctor: 1,
            version: env!("CARGO_PKG_VERSION"),
            started: time::rfc3339(now.time_us.saturating_sub(elapsed_us)),
            took_us: now.elapsed_us,
            url: end.url.to_string(),
            transport: end.transport.to_string(),
            mode: end.mode.word(),
            credential: end.credential.to_string(),
            verdict,
            exit_code: exit as u8,
            exit,
            steps: exam.steps().to_vec(),
            cards,
            warnings,
            server: server(end),
            way: way(end),
            identity: open.map_or(Value::Null, identity),
            round_trips: json!({
                "count": end.round_trips.count,
                "p50_us": end.round_trips.p50_us,
                "p95_us": end.round_trips.p95_us,
                "samples_us": end.round_trips.samples_us,
            }),
            heartbeat: open.map_or(Value::Null, |open| {
                json!({
                    "pings": open.heartbeat.pings,
                    "missed": open.heartbeat.missed,
                    "period_us": open.heartbeat.period_us,
                })
            }),
            subscriptions: exam.tried().map(|(to, found)| subscription(to, found)).collect(),
            capture: capture.map(|path| path.display().to_string()),
        }
    }

    /// As one JSON object, with a line end.
    pub(super) fn to_json(&self) -> String {
        // Texts and numbers only: this can't fail.
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }
}

fn server(end: &Snapshot) -> Value {
    let lines = end.server_lines();
    let facts: Vec<Value> = lines
        .iter()
        .map(|line| {
            let value = line.source.is_known().then_some(&line.value);
            json!({ "name": line.name, "value": value, "source": line.source.words() })
        })
        .collect();
    json!({
        "version": end.server.version.as_ref().map(|told| &told.value),
        "clock_offset_ms": end.server.clock_offset_ms.as_ref().map(|told| told.value),
        "facts": facts,
    })
}

fn way(end: &Snapshot) -> Value {
    let (handshake, waterfall) = (&end.handshake, &end.waterfall);
    let text = |text: &String| (!text.is_empty()).then(|| text.clone());
    let tls = handshake.tls.as_ref().map(|tls| {
        let own = tls.certificates.first();
        json!({
            "protocol": text(&tls.protocol),
            "cipher": text(&tls.cipher),
            "subject": own.and_then(|own| own.subject.clone()),
            "issuer": own.and_then(|own| own.issuer.clone()),
            "not_after": own.and_then(|own| own.not_after.clone()),
            "verified": !end.unverified,
        })
    });
    json!({
        "host": text(&handshake.host),
        "address": text(&handshake.address),
        "proxy": text(&handshake.via),
        "status": handshake.status,
        "tls": tls,
        "resolve_us": waterfall.resolve_us,
        "connect_us": waterfall.connect_us,
        "tunnel_us": waterfall.tunnel_us,
        "tls_us": waterfall.tls_us,
        "upgrade_us": waterfall.upgrade_us,
        "login_us": waterfall.login_us,
        "open_us": waterfall.open_us,
        "failed": waterfall.failed.map(|failed| json!({
            "step": failed.step.name(), "after_us": failed.after_us,
        })),
    })
}

fn identity(open: &Snapshot) -> Value {
    let card = open.identity.current.as_deref();
    let claim = card.map(|card| &card.claim);
    let now_us = open.last.elapsed_us;
    let me = open.identity.who();
    json!({
        "login": open.login.words(),
        "logged_in": open.login.is_good(),
        "token": claim.map(|claim| claim.token),
        "name": me.and_then(Me::name),
        "email": me.and_then(|me| me.email.clone()).or_else(|| claim?.email.clone()),
        "user": me.and_then(|me| me.id.clone()).or_else(|| claim?.user.clone()),
        "role": me.and_then(|me| me.role_name.clone()).or_else(|| claim?.role.clone()),
        "admin": me.and_then(|me| me.admin_access).or_else(|| claim?.admin_access),
        "expires_in_us": card.and_then(|card| card.expires_us).map(|at| at.saturating_sub(now_us)),
    })
}

fn subscription(to: &SubscribeTo, found: Option<&Subscription>) -> Value {
    let (code, message) = match found.map(|found| &found.state) {
        Some(SubscriptionState::Refused { code_text, message, .. }) => (Some(code_text), Some(message)),
        _ => (None, None),
    };
    json!({
        "collection": to.collection,
        "event": words::event(to),
        "state": found.map_or("not sent", |found| found.state.word()),
        "code": code.map(AsRef::<str>::as_ref),
        "message": message.map(AsRef::<str>::as_ref),
        "init_rows": found.filter(|found| found.init_seq.is_some()).map(|found| found.init_rows),
        "init_after_us": found.and_then(|found| found.init_after_us),
    })
}
