//! How facts change the state: everything that happens beside data messages.

use std::sync::Arc;

use crate::capture::event::{ClosedBy, Direction, Fact, Stage};

use super::causes::End;
use super::close::LastClose;
use super::fold::{At, Session};
use super::handshake::{FailedStep, Handshake, Step, Tls, Waterfall};
use super::login::Login;
use super::me::Me;
use super::phase::{Mode, Phase};
use super::problem::LastError;
use super::server::Server;
use super::snapshot::Retry;

impl Session {
    pub(super) fn fact(&mut self, at: At, fact: &Fact) {
        match fact {
            Fact::Connect { .. }
            | Fact::Resolved { .. }
            | Fact::Connected { .. }
            | Fact::Presented { .. }
            | Fact::Tunnelled { .. }
            | Fact::Secured { .. }
            | Fact::Request { .. }
            | Fact::Response { .. }
            | Fact::Open { .. } => self.connecting(at, fact),
            Fact::Held { data, .. } => self.hold(data),
            Fact::Unsent { data, .. } => {
                self.release(data);
                self.shown.counters.unsent += 1;
            }
            Fact::Control { opcode, direction, .. } => {
                if opcode == "close" && *direction == Direction::Out && self.shown.phase.is_open() {
                    self.enter(at, Phase::Closing);
                }
            }
            Fact::Close { code, reason, by } => self.closed(at, *code, reason, *by),
            Fact::Error { stage, message, cause, advice } => {
                self.failed(at, *stage, [message, cause, advice]);
            }
            Fact::Retry { attempt, delay_ms } => {
                let due_us = at.us().saturating_add(delay_ms.saturating_mul(1000));
                self.shown.retry = Some(Retry { attempt: *attempt, due_us, delay_ms: *delay_ms });
                self.enter(at, Phase::WaitingToRetry);
            }
            Fact::GaveUp { reason } => {
                self.shown.retry = None;
                self.shown.gave_up = Some(Arc::from(reason.as_str()));
                self.enter(at, Phase::Closed);
            }
            Fact::Switched { name, on } => self.shown.switches.set(name, *on),
            Fact::Http(exchange) => {
                self.shown.counters.exchanges += 1;
                self.shown.counters.failed_exchanges += u64::from(exchange.is_failure());
                if let Some(me) = Me::heard(self.shown.identity.me.as_deref(), at.seq, exchange) {
                    self.shown.identity.me = Some(Arc::new(me));
                }
                if let Some(server) = Server::heard(&self.shown.server, at.seq, at.stamp, exchange) {
                    self.shown.server = Arc::new(server);
                }
            }
            Fact::Clock { drift_us } => {
                self.shown.counters.clock_jumps += 1;
                self.shown.identity.clock_jumped(*drift_us);
            }
            Fact::Identity(claim) => self.shown.identity.shown(at.seq, at.us(), claim),
            Fact::Note { .. } | Fact::Unknown { .. } => {}
        }
    }

    /// The way from a connect to the open socket.
    fn connecting(&mut self, at: At, fact: &Fact) {
        let handshake = Arc::make_mut(&mut self.shown.handshake);
        let waterfall = &mut self.shown.waterfall;
        let next = match fact {
            Fact::Connect { .. } => return self.connect(at, fact),
            Fact::Open { subprotocol, .. } => {
                handshake.subprotocol.clone_from(subprotocol);
                return self.opened(at);
            }
            Fact::Resolved { host, addresses, took_us } => {
                handshake.host.clone_from(host);
                handshake.addresses.clone_from(addresses);
                waterfall.resolve_us = Some(*took_us);
                Phase::Connecting
            }
            Fact::Connected { address, via, took_us } => {
                handshake.address.clone_from(address);
                handshake.via.clone_from(via);
                waterfall.connect_us = Some(*took_us);
                match via.is_empty() {
                    // The tunnel is still a part of connecting.
                    false => Phase::Connecting,
                    true if self.shown.url.starts_with("wss:") => Phase::Tls,
                    true => Phase::Upgrading,
                }
            }
            Fact::Tunnelled { took_us, .. } => {
                waterfall.tunnel_us = Some(*took_us);
                if self.shown.url.starts_with("wss:") { Phase::Tls } else { Phase::Upgrading }
            }
            Fact::Presented { certificates } => {
                handshake.tls =
                    Some(Tls { seq: at.seq, certificates: certificates.clone(), ..Tls::default() });
                return;
            }
            Fact::Secured { protocol, cipher, certificates, accepted, took_us } => {
                handshake.tls = Some(Tls {
                    seq: at.seq,
                    protocol: protocol.clone(),
                    cipher: cipher.clone(),
                    certificates: certificates.clone(),
                    accepted: accepted.clone(),
                });
                waterfall.tls_us = Some(*took_us);
                Phase::Upgrading
            }
            Fact::Request { target, headers, .. } => {
                handshake.target.clone_from(target);
                handshake.request_headers.clone_from(headers);
                Phase::Upgrading
            }
            Fact::Response { status, reason, headers, body, took_us } => {
                handshake.status = Some(*status);
                handshake.status_reason.clone_from(reason);
                handshake.response_headers.clone_from(headers);
                handshake.body.clone_from(body);
                waterfall.upgrade_us = Some(*took_us);
                return;
            }
            _ => return,
        };
        if !self.shown.phase.is_open() {
            self.enter(at, next);
        }
    }

    fn connect(&mut self, at: At, fact: &Fact) {
        let Fact::Connect { url, transport, mode, credential, attempt, unverified, login_first } = fact
        else {
            return;
        };
        // Also where the number didn't rise: a second `connect` begins anew.
        self.end_connection(at);
        self.shown.identity = self.shown.identity.at_connect();
        if !self.shown.server.is_at(url) {
            self.shown.server = Arc::default();
        }
        self.shown.url = Arc::from(url.as_str());
        self.shown.transport = Arc::from(transport.as_str());
        self.shown.credential = Arc::from(credential.as_str());
        self.shown.mode = Mode::from_word(mode);
        self.shown.attempt = *attempt;
        self.shown.unverified = *unverified;
        self.shown.waterfall = Waterfall::default();
        self.shown.handshake = Arc::new(Handshake::default());
        self.shown.retry = None;
        self.shown.gave_up = None;
        self.shown.counters.connects += 1;
        self.log_in(at, Login::None);
        self.shown.phase = if *login_first { Phase::LoggingIn } else { Phase::Resolving };
        self.shown.since_us = at.us();
        self.connect_began_us = at.us();
    }

    /// The socket is open. Who must still log in is told by the mode, the credential and the URL (reference 1.3, 2.1).
    fn opened(&mut self, at: At) {
        self.shown.counters.opens += 1;
        self.shown.opened_us = Some(at.us());
        self.shown.waterfall.open_us = Some(at.us().saturating_sub(self.connect_began_us));
        self.shown.last_error = None;
        self.shown.card = None;
        // What was shown before the socket opened travelled with the upgrade; by the URL it shows in older captures.
        let by_url = has_token(&self.shown.handshake.target)
            || has_token(&self.shown.url)
            || self.shown.identity.is_presented();
        let anonymous = self.shown.credential.is_empty() || &*self.shown.credential == "none";
        let login = match self.shown.mode {
            Mode::Raw => Login::Unneeded,
            Mode::Strict => Login::AtUpgrade,
            Mode::Handshake | Mode::Public if by_url => Login::AtUpgrade,
            Mode::Public if anonymous => Login::Unneeded,
            Mode::Handshake | Mode::Public => Login::Awaited,
        };
        if login.is_good() {
            self.shown.identity.accepted(at.seq, at.us());
        }
        self.log_in(at, login);
        self.enter(at, if login.is_good() { Phase::Live } else { Phase::Authenticating });
    }

    fn failed(&mut self, at: At, stage: Stage, [message, cause, advice]: [&String; 3]) {
        self.shown.counters.errors += 1;
        self.shown.last_error = Some(Arc::new(LastError {
            seq: at.seq,
            stamp: at.stamp,
            connection: at.connection,
            stage,
            message: Arc::from(message.as_str()),
            cause: Arc::from(cause.as_str()),
            advice: Arc::from(advice.as_str()),
        }));
        if is_of_connection(stage) {
            self.stopped_at(at, stage);
            self.explain(at, End::Failed);
        }
        let before_open =
            matches!(stage, Stage::Resolve | Stage::Tcp | Stage::Proxy | Stage::Tls | Stage::Upgrade);
        if before_open && self.shown.phase.is_connecting() {
            self.enter(at, Phase::Closed);
        }
    }

    fn closed(&mut self, at: At, code: Option<u16>, reason: &str, by: ClosedBy) {
        if self.shown.phase == Phase::Authenticating {
            self.stopped_at(at, Stage::Login);
        }
        self.explain(at, End::Closed { code, reason, by });
        if self.shown.opened_us.is_none() {
            // An attempt that never got through also ends with a close. Its cause is the error before it.
            self.end_connection(at);
            self.log_in(at, Login::None);
            self.enter(at, Phase::Closed);
            return;
        }
        let was_live = match self.shown.phase {
            Phase::Live => true,
            // Our Close frame may have gone out before the login was confirmed.
            Phase::Closing => {
                !matches!(self.shown.login, Login::None | Login::Awaited | Login::Checking | Login::Refused)
            }
            _ => false,
        };
        self.shown.counters.closes += 1;
        if was_live {
            self.shown.lost_us = Some(at.us());
        }
        self.shown.last_close = Some(Arc::new(LastClose {
            seq: at.seq,
            stamp: at.stamp,
            connection: at.connection,
            code,
            reason: reason.to_owned(),
            by,
            after: self.close_error(),
            ping_unanswered: self.shown.heartbeat.closes_at_us().is_some(),
            was_live,
        }));
        self.end_connection(at);
        self.log_in(at, Login::None);
        self.enter(at, Phase::Closed);
    }
}

impl Session {
    /// Marks the step at which a connect stopped.
    fn stopped_at(&mut self, at: At, stage: Stage) {
        let step = match stage {
            Stage::Resolve => Step::Resolve,
            Stage::Tcp => Step::Connect,
            Stage::Proxy => Step::Tunnel,
            Stage::Tls => Step::Tls,
            Stage::Upgrade => Step::Upgrade,
            Stage::Login if self.shown.phase == Phase::Authenticating => Step::Login,
            Stage::Login | Stage::Socket | Stage::Http | Stage::Send | Stage::Capture => return,
        };
        let after_us = self.trail.since_step(stage, at.us());
        self.shown.waterfall.failed.get_or_insert(FailedStep { step, after_us });
    }
}

/// Whether a failure there says something of the connection itself.
pub(super) const fn is_of_connection(stage: Stage) -> bool {
    !matches!(stage, Stage::Send | Stage::Capture | Stage::Http)
}

/// Whether a URL or request target carries a token; an empty one counts as absent (reference 1.3).
fn has_token(target: &str) -> bool {
    let Some((_, query)) = target.split_once('?') else { return false };
    query.split('&').filter_map(|pair| pair.strip_prefix("access_token=")).any(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::has_token;

    #[test]
    fn an_empty_token_is_none() {
        assert!(has_token("/websocket?access_token=[masked 1]"));
        assert!(has_token("/websocket?a=b&access_token=x"));
        assert!(!has_token("/websocket?access_token="));
        assert!(!has_token("/websocket?my_access_token=x"));
        assert!(!has_token("/access_token=x"));
    }
}
