//! The way from an open socket to a live connection (reference 2).

use crate::capture::event::{Fact, Stamp};
use crate::directus::{AuthMode, Class, ErrorCode, MessageType, Status, classify};
use crate::net::command::{Outgoing, Protocol};
use crate::net::failure::LoginFailure;
use crate::net::link::retry::Verdict;
use crate::net::link::{Link, Outputs, Phase, in_words};

/// Directus answers a login at once, an e-mail login after half a second (reference 1.2), and gives up
/// waiting for one after 10 s. Past this, no answer will come.
pub(super) const SILENT_US: u64 = 15_000_000;

impl Link {
    pub(super) fn opened(&mut self, subprotocol: String, now: Stamp, out: &mut Outputs) {
        let Some(spec) = self.spec.clone() else { return };
        self.record(Fact::Open { url: spec.endpoint.websocket_url().to_string(), subprotocol }, now, out);
        if spec.protocol == Protocol::Raw || spec.asks_at_upgrade() {
            self.standing.accepted(now.elapsed_us);
            self.go_live(now, out);
            return;
        }
        match (spec.mode, self.login_message(&spec, None)) {
            (AuthMode::Strict, _) | (AuthMode::Public, None) => self.go_live(now, out),
            (AuthMode::Handshake | AuthMode::Public, Some(message)) => {
                self.phase =
                    Phase::Authenticating { silent_at: Some(now.elapsed_us + SILENT_US), by_hand: false };
                self.write_text(message, true, now, out);
            }
            (AuthMode::Handshake, None) => {
                self.phase = Phase::Greeting;
                for message in std::mem::take(&mut self.held) {
                    self.send(message, now, out);
                }
            }
        }
    }

    /// Holds a message back: what is sent before the `ok` is lost on the server (reference 2.3). `reason` is empty where
    /// it waits for that.
    pub(super) fn hold(&mut self, message: Outgoing, reason: String, now: Stamp, out: &mut Outputs) {
        self.record(Fact::Held { reason, data: in_words(&message) }, now, out);
        self.held.push_back(message);
    }

    /// A message of the user while the server waits for a login of his own: an `auth` starts it, anything
    /// else is an experiment and goes out as it is.
    pub(super) fn greet(&mut self, message: Outgoing, now: Stamp, out: &mut Outputs) {
        if matches!(&message, Outgoing::Text(text) if classify(text).kind == MessageType::Auth) {
            self.phase = Phase::Authenticating { silent_at: Some(now.elapsed_us + SILENT_US), by_hand: true };
        }
        self.write(message, false, now, out);
    }

    /// Whether an automatic message does no harm now.
    pub(super) fn may_talk(&self) -> bool {
        match self.phase {
            Phase::Live => true,
            // In public mode the connection counts as registered from the start.
            Phase::Authenticating { .. } => {
                self.spec.as_ref().is_some_and(|spec| spec.mode == AuthMode::Public)
            }
            Phase::Idle
            | Phase::Dialing
            | Phase::Greeting
            | Phase::Closing { .. }
            | Phase::Waiting { .. } => false,
        }
    }

    pub(super) fn auth_heard(&mut self, class: &Class, now: Stamp, out: &mut Outputs) {
        match (&self.phase, class.status) {
            (Phase::Authenticating { .. } | Phase::Greeting, Status::Ok) => {
                self.standing.accepted(now.elapsed_us);
                self.go_live(now, out);
            }
            (Phase::Live, Status::Ok) => {
                self.standing.accepted(now.elapsed_us);
            }
            (Phase::Authenticating { by_hand, .. }, Status::Error) => {
                let failure = if *by_hand { LoginFailure::MessageRefused } else { self.refusal_of_kind() };
                self.login_refused(failure, now, out);
            }
            (Phase::Greeting, Status::Error) => self.login_refused(LoginFailure::NothingSent, now, out),
            (Phase::Live | Phase::Closing { .. }, Status::Error) => match class.code {
                ErrorCode::TokenExpired => self.token_expired(now, out),
                ErrorCode::AuthTimeout => self.tell(&LoginFailure::AuthTimeout.into(), now, out),
                _ => self.relogin_refused(now, out),
            },
            _ => {}
        }
    }

    fn login_refused(&mut self, failure: LoginFailure, now: Stamp, out: &mut Outputs) {
        self.standing.refused();
        if self.spec.as_ref().is_some_and(|spec| spec.mode == AuthMode::Public) {
            // The server keeps the connection, as public (reference 2.1). What was held was meant for the
            // identity that did not come about.
            self.tell(&LoginFailure::RefusedInPublic.into(), now, out);
            self.unsend_held("The login was refused, and it was meant to be sent logged in.", now, out);
            self.go_live(now, out);
            return;
        }
        self.tell(&failure.into(), now, out);
        self.verdict = Some(self.access_refused().unwrap_or_else(|| {
            Verdict::Stop("The server refused the login; the credential must be changed first.".to_owned())
        }));
    }

    pub(super) fn login_silent(&mut self, now: Stamp, out: &mut Outputs) {
        if let Phase::Authenticating { silent_at, .. } = &mut self.phase {
            *silent_at = None;
        }
        self.tell(&LoginFailure::Silent { after_ms: u128::from(SILENT_US / 1000) }.into(), now, out);
    }

    /// Messages flow from here on: the remembered subscriptions first, then what was held, each in order.
    fn go_live(&mut self, now: Stamp, out: &mut Outputs) {
        self.phase = Phase::Live;
        self.retry.live(now.elapsed_us);
        if self.directus() {
            self.pulse.start(now.elapsed_us);
            self.restore(now, out);
        }
        self.release_held(now, out);
    }

    pub(super) fn unsend_held(&mut self, reason: &str, now: Stamp, out: &mut Outputs) {
        for message in std::mem::take(&mut self.held) {
            self.record(Fact::Unsent { data: in_words(&message), reason: reason.to_owned() }, now, out);
        }
    }
}
