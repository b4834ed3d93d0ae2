//! `Link`: how a connection behaves, decided without a socket, a clock or a runtime.
//!
//! Commands, socket events and the time go in; events to record, orders to a socket and a deadline come
//! out. Every rule of the protocol that Harewire follows by itself is here, and each is tested as a
//! conversation (`playbook`).

mod ending;
mod hearing;
mod http;
mod http_login;
mod login;
mod order;
mod pulse;
mod record;
mod renewal;
mod replay;
mod restore;
mod retry;
mod standing;
mod switch;

#[cfg(test)]
mod cuts;
#[cfg(test)]
mod http_cases;
#[cfg(test)]
mod http_login_cases;
#[cfg(test)]
mod playbook;
#[cfg(test)]
mod playbook_login;

pub use order::Order;

use std::collections::VecDeque;
use std::sync::Arc;

use crate::capture::event::{Event, Fact, Stamp};
use crate::directus::Credentials;
use crate::net::command::{Command, ConnectSpec, Outgoing, Protocol, Switches};
use crate::net::failure::{Failure, OpenFailure};
use crate::net::link::http::{Asked, Asker};
use crate::net::link::http_login::{HttpLogin, Purpose};
use crate::net::link::pulse::{Beat, Pulse};
use crate::net::link::replay::Replay;
use crate::net::link::retry::{Retry, Verdict};
use crate::net::link::standing::Standing;
use crate::net::mask::Door;
use crate::net::socket::SocketEvent;

/// What came out of an input.
#[derive(Debug, Default)]
pub struct Outputs {
    /// To be recorded, in this order.
    pub events: Vec<Event>,
    /// To be done, in this order.
    pub orders: Vec<Order>,
}

/// Where a link stands.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Phase {
    /// No connection, and none coming by itself.
    Idle,
    /// On the way to an open WebSocket.
    Dialing,
    /// Open, in handshake mode without a credential: the server waits for the user's own `auth`.
    Greeting,
    /// An `auth` is under way; other messages wait.
    Authenticating {
        /// When its silence is worth a word; `None` once said.
        silent_at: Option<u64>,
        /// The user sent it, not Harewire.
        by_hand: bool,
    },
    /// Messages flow.
    Live,
    /// Our Close frame is out.
    Closing {
        /// When to stop waiting for the server's.
        drop_at: u64,
    },
    /// The next attempt comes by itself.
    Waiting {
        /// When.
        due_at: u64,
    },
}

/// One connection and its reconnects: the machine behind one tab.
#[derive(Debug)]
pub struct Link {
    door: Door,
    phase: Phase,
    spec: Option<Arc<ConnectSpec>>,
    /// To connect to once the present connection has closed.
    next: Option<Arc<ConnectSpec>>,
    switches: Switches,
    connection: u32,
    held: VecDeque<Outgoing>,
    replay: Replay,
    retry: Retry,
    pulse: Pulse,
    standing: Standing,
    /// What the failure that is ending this connection calls for.
    verdict: Option<Verdict>,
    /// Logins over HTTP.
    http_login: HttpLogin,
    /// What the server says to its user is asked when there is a token: that of a login over HTTP comes later.
    examine_later: bool,
    /// By how much the server's clock is ahead of ours, milliseconds.
    clock_offset_ms: Option<i64>,
    /// HTTP exchanges under way.
    asked: Asked,
    /// A connection broke while reconnecting was switched off: what its end called for.
    lost: Option<Verdict>,
    /// When messages that wait for restored subscriptions go out all the same.
    patience_until: Option<u64>,
}

impl Link {
    /// A link that stands idle. `seed` decides its waiting times.
    #[must_use]
    pub fn new(door: Door, seed: u64) -> Self {
        Self {
            door,
            phase: Phase::Idle,
            spec: None,
            next: None,
            switches: Switches::default(),
            connection: 0,
            held: VecDeque::new(),
            replay: Replay::default(),
            retry: Retry::new(seed),
            pulse: Pulse::new(),
            standing: Standing::default(),
            verdict: None,
            http_login: HttpLogin::default(),
            examine_later: false,
            clock_offset_ms: None,
            asked: Asked::default(),
            lost: None,
            patience_until: None,
        }
    }

    /// Takes a command.
    pub fn command(&mut self, command: Command, now: Stamp, out: &mut Outputs) {
        match command {
            Command::Connect(spec) => self.connect(Arc::new(*spec), now, out),
            Command::Send(message) => self.send(message, now, out),
            Command::Close { code, reason } => self.close(code, reason, now, out),
            Command::Abort => self.abort(now, out),
            Command::Measure => self.measure(now, out),
            Command::Reauthenticate => self.reauthenticate(now, out),
            Command::RetryNow => self.retry_now(now, out),
            Command::StopRetrying => {
                self.stop_waiting("Automatic reconnecting was stopped by hand.", now, out);
            }
            Command::Switches(switches) => self.switch(switches, now, out),
            Command::Prepare(spec) => self.prepare(*spec),
            Command::Examine => self.examine(now, out),
            Command::Http(request, reply) => self.ask(*request, Asker::Outside(reply), now, out),
        }
    }

    /// Takes what the socket reports.
    pub fn socket(&mut self, event: SocketEvent, now: Stamp, out: &mut Outputs) {
        match event {
            SocketEvent::Text(text) => self.heard(text, now, out),
            SocketEvent::Binary(bytes) => self.heard_binary(bytes, now, out),
            SocketEvent::Open { subprotocol } => self.opened(subprotocol, now, out),
            SocketEvent::Control { kind, data } => self.control(kind, &data, now, out),
            SocketEvent::Failed(failure) => self.failed(&failure, now, out),
            SocketEvent::Close { code, reason, by } => {
                self.record(Fact::Close { code, reason, by }, now, out);
                self.ended(code, now, out);
            }
            SocketEvent::Resolved { host, addresses, took_us } => {
                self.record(Fact::Resolved { host, addresses, took_us }, now, out);
            }
            SocketEvent::Connected { address, via, took_us } => {
                self.record(Fact::Connected { address, via, took_us }, now, out);
            }
            SocketEvent::Presented { certificates } => {
                self.record(Fact::Presented { certificates }, now, out);
            }
            SocketEvent::Tunnelled { proxy, target, took_us } => {
                self.record(Fact::Tunnelled { proxy, target, took_us }, now, out);
            }
            SocketEvent::Secured { protocol, cipher, certificates, accepted, took_us } => {
                self.record(Fact::Secured { protocol, cipher, certificates, accepted, took_us }, now, out);
            }
            SocketEvent::Request { target, headers } => {
                self.record(Fact::Request { method: "GET".to_owned(), target, headers }, now, out);
            }
            SocketEvent::Response { status, reason, headers, body, took_us } => {
                self.record(Fact::Response { status, reason, headers, body, took_us }, now, out);
            }
        }
    }

    /// Does what is due.
    pub fn tick(&mut self, now: Stamp, out: &mut Outputs) {
        match self.phase {
            Phase::Authenticating { silent_at: Some(at), .. } if at <= now.elapsed_us => {
                self.login_silent(now, out);
            }
            Phase::Closing { drop_at } if drop_at <= now.elapsed_us => self.close_unanswered(now, out),
            Phase::Waiting { due_at } if due_at <= now.elapsed_us => self.dial(now, out),
            Phase::Live if self.patience_until.is_some_and(|at| at <= now.elapsed_us) => {
                self.release_held(now, out);
            }
            _ => {}
        }
        self.renew_if_due(now, out);
        while let Some(beat) = self.pulse.beat(self.switches, now.elapsed_us) {
            let text = match beat {
                Beat::Measure(uid) => ping(&uid),
                Beat::Pong => PONG.to_owned(),
            };
            self.write_text(text, true, now, out);
        }
    }

    /// When `tick` is due next, in `elapsed_us`.
    #[must_use]
    pub fn deadline(&self) -> Option<u64> {
        let own = match self.phase {
            Phase::Authenticating { silent_at, .. } => silent_at,
            Phase::Closing { drop_at } => Some(drop_at),
            Phase::Waiting { due_at } => Some(due_at),
            Phase::Live => self.patience_until,
            Phase::Idle | Phase::Dialing | Phase::Greeting => None,
        };
        own.into_iter().chain(self.pulse.deadline(self.switches)).chain(self.renewal_deadline()).min()
    }

    /// An order to send could not be carried out.
    pub fn send_failed(&mut self, failure: &Failure, now: Stamp, out: &mut Outputs) {
        self.tell(failure, now, out);
    }

    /// The wall clock moved by this much against the monotonic one, microseconds.
    pub fn clock_jumped(&mut self, drift_us: i64, now: Stamp, out: &mut Outputs) {
        self.standing.clock_jumped(drift_us);
        self.http_login.clock_jumped(drift_us);
        // The machine slept, or its clock was set: then the offset is another one. The next answer tells.
        self.clock_offset_ms = None;
        self.record(Fact::Clock { drift_us }, now, out);
    }

    /// Reading stops because the journal can't keep up, or goes on.
    pub const fn paused(&mut self, paused: bool, now: Stamp) {
        self.pulse.paused(paused, now.elapsed_us);
    }

    /// Ends everything politely because nobody wants this link any more.
    pub fn finish(&mut self, now: Stamp, out: &mut Outputs) {
        self.http_login.disconnected();
        self.give_up_asking(now, out);
        self.next = None;
        if matches!(self.phase, Phase::Waiting { .. }) {
            self.phase = Phase::Idle;
        } else {
            self.close(1000, String::new(), now, out);
        }
    }

    /// Whether there is neither a connection nor one coming.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.phase == Phase::Idle
    }

    fn directus(&self) -> bool {
        self.spec.as_ref().is_some_and(|spec| spec.protocol == Protocol::Directus)
    }

    fn connect(&mut self, spec: Arc<ConnectSpec>, now: Stamp, out: &mut Outputs) {
        match self.phase {
            Phase::Idle => self.begin(spec, now, out),
            Phase::Waiting { .. } => {
                self.phase = Phase::Idle;
                self.begin(spec, now, out);
            }
            Phase::Dialing => {
                self.abort(now, out);
                self.begin(spec, now, out);
            }
            Phase::Greeting | Phase::Authenticating { .. } | Phase::Live => {
                self.close(1000, String::new(), now, out);
                self.next = Some(spec);
            }
            Phase::Closing { .. } => self.next = Some(spec),
        }
    }

    /// Starts on a spec of the user: nothing of earlier connections is kept.
    fn begin(&mut self, spec: Arc<ConnectSpec>, now: Stamp, out: &mut Outputs) {
        self.learn(&spec);
        if let Some(failure) = renewal::unworkable(&spec) {
            self.tell(&failure.into(), now, out);
            return;
        }
        self.standing.begin(match &spec.credentials {
            Credentials::RefreshToken { token, .. } => Some(token.clone()),
            Credentials::None
            | Credentials::StaticToken(_)
            | Credentials::Password { .. }
            | Credentials::SessionCookie { .. } => None,
        });
        self.http_login.begin();
        if self.spec.as_ref().is_some_and(|old| old.endpoint.http_base() != spec.endpoint.http_base()) {
            self.clock_offset_ms = None;
        }
        let switches = spec.switches;
        self.replay.clear();
        self.retry.begin(spec.pacing);
        self.spec = Some(spec);
        self.dial(now, out);
        self.note_switches(switches, now, out);
    }

    fn dial(&mut self, now: Stamp, out: &mut Outputs) {
        let Some(spec) = self.spec.clone() else { return };
        self.connection = self.connection.saturating_add(1);
        self.phase = Phase::Dialing;
        self.verdict = None;
        self.lost = None;
        let login_first = self.must_log_in_first(&spec, now);
        let connect = Fact::Connect {
            url: spec.endpoint.websocket_url().to_string(),
            transport: spec.transport.name().to_owned(),
            mode: spec.mode_name(),
            credential: spec.credential_name().to_owned(),
            attempt: self.retry.attempt(),
            unverified: spec.reach.trust.accept_invalid && spec.endpoint.is_tls(),
            login_first,
        };
        self.record(connect, now, out);
        if login_first {
            self.log_in_over_http(Purpose::Dial, now, out);
        } else {
            self.dial_socket(now, out);
        }
    }

    fn dial_socket(&mut self, now: Stamp, out: &mut Outputs) {
        let Some(spec) = self.spec.clone() else { return };
        self.present_at_upgrade(&spec, now, out);
        out.orders.push(Order::Dial(spec));
    }

    fn send(&mut self, message: Outgoing, now: Stamp, out: &mut Outputs) {
        match self.phase {
            Phase::Live if self.must_wait(&message) => self.wait_for_restore(message, now, out),
            Phase::Live => self.write(message, false, now, out),
            Phase::Greeting => self.greet(message, now, out),
            Phase::Dialing | Phase::Authenticating { .. } => self.hold(message, String::new(), now, out),
            Phase::Idle | Phase::Closing { .. } | Phase::Waiting { .. } => {
                let told = OpenFailure::NotConnected;
                let reason = told.sentences().message;
                self.record(Fact::Unsent { data: in_words(&message), reason }, now, out);
                self.tell(&told.into(), now, out);
            }
        }
    }

    fn measure(&mut self, now: Stamp, out: &mut Outputs) {
        if self.phase == Phase::Live && self.directus() {
            let text = ping(&self.pulse.next_uid());
            self.write_text(text, true, now, out);
        } else {
            self.tell(&OpenFailure::NotConnected.into(), now, out);
        }
    }

    fn failed(&mut self, failure: &Failure, now: Stamp, out: &mut Outputs) {
        self.tell(failure, now, out);
        let verdict = Verdict::of_remedy(failure.remedy());
        // What the upgrade refused may be a token that served an earlier connection.
        let again = match verdict {
            Verdict::Stop(_) if matches!(failure, Failure::Upgrade(_)) => self.access_refused(),
            _ => None,
        };
        self.verdict = Some(again.unwrap_or(verdict));
    }
}

const PONG: &str = r#"{"type":"pong"}"#;

fn ping(uid: &str) -> String {
    format!(r#"{{"type":"ping","uid":"{uid}"}}"#)
}

/// A message as the text of a fact.
fn in_words(message: &Outgoing) -> String {
    match message {
        Outgoing::Text(text) => text.clone(),
        Outgoing::Binary(bytes) => format!("[binary, {} bytes]", bytes.len()),
    }
}
