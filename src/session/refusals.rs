//! How error messages of the server change the state (reference 6).

use std::sync::Arc;

use crate::directus::{ErrorCode, MessageType};

use super::board;
use super::fold::{At, Joined, Session};
use super::login::Login;
use super::messages::Seen;
use super::outline::{Outline, shortened};
use super::phase::{Mode, Phase};
use super::problem::Refusal;
use super::requests::{Answered, RequestKind};
use super::warning::WarningKind;

/// Code and message of an error as written.
struct Words {
    code: Arc<str>,
    message: Arc<str>,
}

impl Session {
    pub(super) fn refused(&mut self, at: At, seen: Seen<'_>) -> Joined {
        let (code, message) = Outline::read(seen.text).error_words();
        let words = Words { code: Arc::from(&*shortened(&code)), message: Arc::from(&*shortened(&message)) };
        let joined = match seen.class.kind {
            MessageType::Auth => self.login_refused(at, seen),
            MessageType::Subscribe => self.subscribe_refused(at, seen, &words),
            MessageType::Items => self.items_refused(at, seen),
            MessageType::Logs => {
                Joined::answering(self.requests.refuse(|kind| kind == RequestKind::Logs, None).as_ref())
            }
            MessageType::Server if seen.class.code == ErrorCode::RequestsExceeded => {
                let text = format!(
                    "The server dropped a message because of its rate limit: {} Send it again later.",
                    words.message
                );
                self.warn(at, WarningKind::RateLimited, &text);
                Joined::default()
            }
            MessageType::Server => Joined::answering(
                self.requests.refuse(|kind| kind == RequestKind::Unreadable, seen.uid).as_ref(),
            ),
            _ => Joined::default(),
        };
        self.shown.last_refusal = Some(Arc::new(Refusal {
            seq: at.seq,
            stamp: at.stamp,
            connection: at.connection,
            kind: seen.class.kind,
            code: seen.class.code,
            code_text: words.code,
            message: words.message,
            answers: u64::from(joined.answers),
            guessed: joined.guessed,
        }));
        joined
    }

    fn login_refused(&mut self, at: At, seen: Seen<'_>) -> Joined {
        match seen.class.code {
            ErrorCode::TokenExpired => {
                self.log_in(at, Login::Expired);
                self.shown.identity.expired(at.us());
                self.warn(
                    at,
                    WarningKind::TokenExpired,
                    "The token ran out. Servers from 12.1 on treat the connection as public now, older ones check no permissions at all until it ends: update such a server. Send a new `auth` within the server's time limit (10 s by default); the subscriptions continue then.",
                );
                Joined::default()
            }
            ErrorCode::AuthTimeout => {
                self.fall(at, Login::TimedOut);
                Joined::default()
            }
            _ => {
                let answered = self.failed_login(seen.uid);
                self.shown.identity.refused();
                self.fall(at, Login::Refused);
                Joined::answering(answered.as_ref())
            }
        }
    }

    /// The request that a failed login answers. During the handshake the server reads one message only and names no uid
    /// (reference 2.3): whatever was sent first.
    fn failed_login(&mut self, uid: Option<&str>) -> Option<Answered> {
        if self.shown.phase == Phase::Authenticating && self.shown.mode == Mode::Handshake {
            return self
                .requests
                .take_first()
                .map(|request| Answered { guessed: request.kind != RequestKind::Auth, request });
        }
        self.requests.refuse(|kind| kind == RequestKind::Auth, uid)
    }

    /// A login is lost: in public mode the connection goes on as public, else the server closes it (reference 2.1).
    fn fall(&mut self, at: At, login: Login) {
        if self.shown.mode != Mode::Public {
            self.log_in(at, login);
            return;
        }
        self.log_in(at, Login::FellToPublic);
        self.warn(at, WarningKind::FellToPublic, "The connection stays open and acts as the public role now. Send a good `auth` to be someone again.");
        if self.shown.phase == Phase::Authenticating {
            self.enter(at, Phase::Live);
        }
    }

    fn subscribe_refused(&mut self, at: At, seen: Seen<'_>, words: &Words) -> Joined {
        let answered = self.requests.refuse(|kind| kind == RequestKind::Subscribe, seen.uid);
        if let Some(answered) = &answered {
            let state = board::refused(seen.class.code, &words.code, &words.message, answered.guessed);
            self.board.refuse(answered.request.subscription, state);
            self.restored(at, answered.request.subscription, false);
            if answered.request.automatic {
                let text = format!(
                    "The subscription to “{}” could not be restored after the reconnect: {} {} It was accepted before, so the permissions or the identity have changed.",
                    answered.request.collection, words.code, words.message
                );
                self.warn(at, WarningKind::RestoreRefused, &text);
            }
            return Joined::answering(Some(answered));
        }
        // The subscription was accepted, an event could not be delivered (reference 5.7).
        let Some((owner, is_first)) = self.board.event_refused(seen.uid, at.stamp) else {
            return Joined::default();
        };
        if is_first {
            let text =
                format!("The server accepted a subscription but can't deliver its events: {}", words.message);
            self.warn(at, WarningKind::EventRefused, &text);
        }
        Joined::owned(Some(owner))
    }

    fn items_refused(&mut self, at: At, seen: Seen<'_>) -> Joined {
        let answered = self.requests.refuse(RequestKind::is_items, seen.uid);
        let created = answered.as_ref().is_some_and(|answered| answered.request.kind == RequestKind::Create);
        if created && seen.class.code == ErrorCode::Forbidden {
            self.warn(
                at,
                WarningKind::MayBeWritten,
                "FORBIDDEN on a create may mean that the row was written and only reading it back is forbidden. Look for the row before you send it again.",
            );
        }
        Joined::answering(answered.as_ref())
    }
}
