//! Who a connection acts for: the handshake, later logins, and their end (reference 2).

use std::time::Duration;

use serde_json::Value;

use crate::demo::account::{Credentials, Login};
use crate::demo::connection::Phase;
use crate::demo::fault::Told;
use crate::demo::hub::{Hub, Task};
use crate::demo::message::Message;
use crate::demo::moment::Moment;
use crate::demo::options::{Mode, Version};
use crate::demo::permission::{Identity, Role};
use crate::demo::reply;

impl Hub {
    /// Judges the one message a handshake reads.
    pub(super) fn handshake(&mut self, number: u64, text: &str, moment: Moment) {
        let message = Message::parse(text).ok().filter(|message| message.kind == "auth");
        let credentials = message.as_ref().and_then(Message::credentials);
        let (Some(message), Some(credentials)) = (message, credentials) else {
            return self.fail_handshake(number);
        };
        if let Some(connection) = self.connections.get_mut(&number) {
            connection.phase = Phase::Checking;
        }
        self.judge_later(number, credentials, message.uid, moment);
    }

    /// Every failure of a handshake looks the same (reference 2.3).
    pub(super) fn fail_handshake(&mut self, number: u64) {
        self.refuse(number, "auth", &Told::new("AUTH_FAILED", "Authentication handshake failed."), None);
        self.close(number);
    }

    /// Judges credentials after the time that takes.
    pub(super) fn judge_later(
        &mut self,
        connection: u64,
        credentials: Credentials,
        uid: Option<Value>,
        moment: Moment,
    ) {
        let stall = if credentials.password.is_some() { self.options.login_stall } else { Duration::ZERO };
        let due = moment.after(self.options.latency.max(stall));
        self.agenda.note(due, Task::Authenticate { connection, credentials: Box::new(credentials), uid });
    }

    /// Judges credentials, in a handshake or later (reference 2.4).
    pub(super) fn authenticate(
        &mut self,
        number: u64,
        credentials: &Credentials,
        uid: Option<&Value>,
        moment: Moment,
    ) {
        let Some(phase) = self.phase(number) else { return };
        match (self.accounts.authenticate(credentials, moment), phase) {
            (Ok(login), _) => {
                self.send(number, reply::authenticated(uid, login.refresh_token.as_deref()));
                self.register(number, &login, moment);
            }
            (Err(_), Phase::Waiting | Phase::Checking) => self.fail_handshake(number),
            (Err(_), Phase::Open) => {
                if let Some(connection) = self.connections.get_mut(&number) {
                    connection.identity = Identity::PUBLIC;
                    connection.generation += 1;
                }
                self.refuse(number, "auth", &Told::new("AUTH_FAILED", "Authentication failed."), uid);
                if self.options.mode != Mode::Public {
                    self.close(number);
                }
            }
        }
    }

    /// From now on the connection acts for the login.
    pub(super) fn register(&mut self, number: u64, login: &Login, moment: Moment) {
        let Some(connection) = self.connections.get_mut(&number) else { return };
        connection.identity = login.identity;
        connection.generation += 1;
        let generation = connection.generation;
        if let Some(expires) = login.expires {
            self.agenda.note(expires, Task::Expire { connection: number, generation });
        }
        self.admit(number, moment);
    }

    /// Registers a connection: from now on it is counted, pinged and listened to.
    pub(super) fn admit(&mut self, number: u64, moment: Moment) {
        if let Some(connection) = self.connections.get_mut(&number) {
            connection.phase = Phase::Open;
        }
        if let Some(period) = self.options.heartbeat.filter(|_| !self.heartbeat.running) {
            self.heartbeat.running = true;
            self.agenda.note(moment.after(period), Task::Heartbeat);
        }
    }

    /// The token of that login ended (reference 2.5).
    pub(super) fn expire(&mut self, number: u64, generation: u64, moment: Moment) {
        let version = self.options.version;
        let current = self.connections.get_mut(&number);
        let Some(connection) = current.filter(|connection| connection.generation == generation) else {
            return;
        };
        connection.identity = match version {
            Version::V12_4 => Identity::PUBLIC,
            Version::V11_17 => Identity { role: Role::Unchecked, user: None },
        };
        // The token's own end, if it was cut short, must not be told again.
        connection.generation += 1;
        let generation = connection.generation;
        self.refuse(number, "auth", &Told::new("TOKEN_EXPIRED", "Token expired."), None);
        let due = moment.after(self.options.auth_timeout);
        self.agenda.note(due, Task::AuthTimeout { connection: number, generation });
    }

    /// No new login came after the end of that one.
    pub(super) fn auth_timeout(&mut self, number: u64, generation: u64) {
        let current = self.connections.get(&number);
        if current.is_some_and(|connection| connection.generation == generation) {
            self.refuse(number, "auth", &Told::new("AUTH_TIMEOUT", "Authentication timed out."), None);
            if self.options.mode != Mode::Public {
                self.close(number);
            }
        }
    }
}
