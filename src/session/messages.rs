//! How messages change the state: requests sent, answers and events received.

use std::sync::Arc;

use crate::capture::event::{Message, Payload};
use crate::directus::{Class, EventName, MessageType, Status, classify};

use super::fold::{At, Joined, Session};
use super::login::Login;
use super::outline::{Outline, shortened, word_of};
use super::phase::{Mode, Phase};
use super::requests::{Pending, RequestKind};
use super::restore::Restore;
use super::subscription::{Subscription, SubscriptionRequest, SubscriptionState};
use super::warning::WarningKind;

/// A text message with its class and normalised uid.
#[derive(Clone, Copy)]
pub(super) struct Seen<'t> {
    pub(super) text: &'t str,
    pub(super) class: Class,
    pub(super) uid: Option<&'t str>,
    pub(super) bytes: u64,
}

impl Session {
    pub(super) fn received(&mut self, at: At, message: &Message) -> Joined {
        let Payload::Text(text) = &message.payload else { return Joined::default() };
        if self.shown.mode == Mode::Raw {
            return Joined::default();
        }
        let text = text.as_str();
        let uid = message.class.uid(text);
        let seen = Seen { text, class: message.class, uid: uid.as_deref(), bytes: message.size };
        if seen.class.is_error() {
            self.shown.counters.errors += 1;
            return self.refused(at, seen);
        }
        self.note_proof_of_login(at, seen.class.kind);
        match seen.class.kind {
            MessageType::Subscription => self.subscription_message(at, seen),
            MessageType::Items => {
                Joined::answering(self.requests.answer(RequestKind::is_items, seen.uid).as_ref())
            }
            MessageType::Pong => self.pong(at, seen.uid),
            MessageType::Ping => {
                self.shown.heartbeat.ping(at.us());
                Joined::default()
            }
            MessageType::Auth if seen.class.status == Status::Ok => self.accepted(at, seen.uid),
            MessageType::Logs
                if matches!(seen.class.event, EventName::Subscribe | EventName::Unsubscribe) =>
            {
                // The acknowledgement never echoes a uid (reference 7.1).
                let answered = self
                    .requests
                    .refuse(|kind| matches!(kind, RequestKind::Logs | RequestKind::Unsubscribe), None);
                Joined::answering(answered.as_ref())
            }
            MessageType::GraphQl => {
                self.graphql(at, seen.text);
                Joined::default()
            }
            _ => Joined::default(),
        }
    }

    /// A cookie may have logged us in without any frame telling: the server answers nobody it hasn't let in.
    fn note_proof_of_login(&mut self, at: At, kind: MessageType) {
        let proof = matches!(
            kind,
            MessageType::Subscription | MessageType::Items | MessageType::Pong | MessageType::Logs
        );
        let awaited = self.shown.phase == Phase::Authenticating && self.shown.login == Login::Awaited;
        if proof && awaited && self.shown.mode == Mode::Handshake {
            self.log_in(at, Login::AtUpgrade);
            self.enter(at, Phase::Live);
        }
    }

    fn subscription_message(&mut self, at: At, seen: Seen<'_>) -> Joined {
        match seen.class.event {
            EventName::Init => self.init(at, seen),
            EventName::Unsubscribe => {
                let answered = self.requests.answer(|kind| kind == RequestKind::Unsubscribe, seen.uid);
                if self.board.is_early(seen.uid) {
                    self.warn(
                        at,
                        WarningKind::UnsubscribedTooEarly,
                        "An unsubscribe overtook its subscribe: the server had nothing to end yet, and the subscription lives on. Wait for its `init`, then unsubscribe again.",
                    );
                }
                let owner = self.board.end(seen.uid);
                let joined = Joined::answering(answered.as_ref());
                Joined { answers: joined.answers, guessed: joined.guessed, ..Joined::owned(owner) }
            }
            event => {
                self.shown.counters.events.add(event);
                let owner = self.board.event(seen.uid, event, seen.bytes, at.stamp);
                self.shown.counters.unattributed += u64::from(owner.is_none());
                Joined::owned(owner)
            }
        }
    }

    fn init(&mut self, at: At, seen: Seen<'_>) -> Joined {
        let Some(confirmed) = self.board.confirm(seen.uid, at.seq, at.stamp, seen.class.items) else {
            return Joined::default();
        };
        if !confirmed.replaced.is_empty() {
            self.warn(
                at,
                WarningKind::Replaced,
                "A later subscribe with the same uid replaced an earlier subscription. The server does so silently; give each its own uid to keep both.",
            );
        }
        self.restored(at, confirmed.owner.number, true);
        let answered = self.requests.take(confirmed.seq);
        if let Some(answered) = &answered {
            let took_us = at.us().saturating_sub(answered.request.sent_us);
            self.shown.waterfall.first_init_us.get_or_insert(took_us);
        }
        Joined {
            answers: Joined::answering(answered.as_ref()).answers,
            ..Joined::owned(Some(confirmed.owner))
        }
    }

    fn pong(&mut self, at: At, uid: Option<&str>) -> Joined {
        let answered = self.requests.answer(|kind| kind == RequestKind::Ping, uid);
        if let Some(answered) = &answered
            && uid.is_some()
        {
            let took_us = at.us().saturating_sub(answered.request.sent_us);
            self.stopwatch.add(took_us, answered.request.automatic);
        }
        Joined::answering(answered.as_ref())
    }

    fn accepted(&mut self, at: At, uid: Option<&str>) -> Joined {
        let answered = self.requests.answer(|kind| kind == RequestKind::Auth, uid);
        self.shown.identity.accepted(at.seq, at.us());
        self.log_in(at, Login::Accepted);
        self.shown.card = None;
        if self.shown.phase == Phase::Authenticating {
            // The server may have been slow, and said to have failed before.
            self.shown.waterfall.failed = None;
            let opened_us = self.shown.opened_us.unwrap_or(at.us());
            self.shown.waterfall.login_us = Some(at.us().saturating_sub(opened_us));
            if self.shown.mode == Mode::Handshake {
                self.lose_early_messages(at);
            }
            self.enter(at, Phase::Live);
        }
        Joined::answering(answered.as_ref())
    }

    /// What was sent between the `auth` and its ok is never read (reference 2.3).
    fn lose_early_messages(&mut self, at: At) {
        let lost = self.requests.lose_all_but_logins();
        for (_, subscription) in &lost {
            self.board.lose(*subscription);
        }
        if !lost.is_empty() {
            let text = format!(
                "{} sent before the login was confirmed, so the server never read it. Wait for the `auth` ok, then send again.",
                if lost.len() == 1 {
                    "A message was".to_owned()
                } else {
                    format!("{} messages were", lost.len())
                }
            );
            self.warn(at, WarningKind::SentTooEarly, &text);
        }
    }

    fn graphql(&mut self, at: At, text: &str) {
        let is_ack = Outline::read(text).kind.is_some_and(|kind| kind.get() == "\"connection_ack\"");
        if is_ack && self.shown.phase == Phase::Authenticating {
            self.log_in(at, Login::Accepted);
            self.enter(at, Phase::Live);
        }
    }

    /// We sent a subscription again after a reconnect.
    fn restoring(&mut self, at: At) {
        let lost_us = self.shown.lost_us;
        let restore = self.shown.restore.get_or_insert_with(|| Restore::begin(at.us(), lost_us));
        restore.sent += 1;
        restore.done_us = None;
    }

    /// The server answered one that we sent again.
    pub(super) fn restored(&mut self, at: At, number: u32, confirmed: bool) {
        let automatic = self.board.is_automatic(number);
        if let Some(restore) = self.shown.restore.as_mut().filter(|_| automatic) {
            restore.answered(confirmed, at.us());
        }
    }

    pub(super) fn sent(&mut self, at: At, message: &Message) -> Joined {
        let (text, class) = match &message.payload {
            Payload::Text(text) => {
                self.release(text.as_str());
                (text.as_str(), message.class)
            }
            // The server reads binary messages as text (reference 1.5).
            Payload::Binary(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => (text, classify(text)),
                Err(_) => return Joined::default(),
            },
        };
        if self.shown.mode == Mode::Raw {
            return Joined::default();
        }
        let uid = class.uid(text);
        let seen = Seen { text, class, uid: uid.as_deref(), bytes: message.size };
        let typed = !matches!(class.kind, MessageType::NotJson | MessageType::GraphQl);
        if class.kind == MessageType::NotJson
            || (typed && uid.is_none() && !Outline::read(text).is_readable())
        {
            return self.ask(at, seen, RequestKind::Unreadable, Joined::default());
        }
        // Any message with a type counts as life for the server, but a login does not (reference 3).
        if class.kind != MessageType::Auth {
            self.shown.heartbeat.life(at.us(), class.kind == MessageType::Pong);
        }
        match class.kind {
            MessageType::Subscribe => self.subscribe(at, seen),
            MessageType::Unsubscribe => {
                let about = Joined::owned(self.board.named(seen.uid));
                self.ask(at, seen, RequestKind::Unsubscribe, about)
            }
            MessageType::Items => self.ask_items(at, seen),
            MessageType::Auth => {
                if self.shown.login == Login::Awaited {
                    self.log_in(at, Login::Checking);
                }
                self.ask(at, seen, RequestKind::Auth, Joined::default())
            }
            MessageType::Ping => self.ask(at, seen, RequestKind::Ping, Joined::default()),
            MessageType::GraphQl if self.shown.login == Login::Awaited => {
                self.log_in(at, Login::Checking);
                Joined::default()
            }
            _ => Joined::default(),
        }
    }

    /// Remembers a request. Returns what its own record says: it belongs to something and answers nothing.
    fn ask(&mut self, at: At, seen: Seen<'_>, kind: RequestKind, about: Joined) -> Joined {
        let collection = self.collection_name(about.collection);
        self.shown.counters.requests_forgotten += self.requests.add(Pending {
            seq: at.seq,
            kind,
            uid: seen.uid.map(|uid| Arc::from(&*shortened(uid))),
            sent_us: at.us(),
            automatic: at.automatic,
            collection,
            collection_number: about.collection,
            subscription: about.subscription,
            lost: false,
        });
        about
    }

    fn ask_items(&mut self, at: At, seen: Seen<'_>) -> Joined {
        let name = Outline::read(seen.text).collection.map(word_of).unwrap_or_default();
        let (_, collection) = self.collection(&name);
        let kind = match seen.class.event {
            EventName::Create => RequestKind::Create,
            EventName::Read => RequestKind::Read,
            EventName::Update => RequestKind::Update,
            EventName::Delete => RequestKind::Delete,
            _ => RequestKind::Items,
        };
        self.ask(at, seen, kind, Joined { collection, ..Joined::default() })
    }

    fn subscribe(&mut self, at: At, seen: Seen<'_>) -> Joined {
        let outline = Outline::read(seen.text);
        if outline.collection.is_none() && outline.log_level.is_some() {
            return self.ask(at, seen, RequestKind::Logs, Joined::default());
        }
        let (collection, collection_number) =
            self.collection(&outline.collection.map(word_of).unwrap_or_default());
        let word = |raw: Option<&serde_json::value::RawValue>| raw.map(|raw| Arc::from(word_of(raw)));
        let number = self.board.next_number();
        let request = SubscriptionRequest {
            connection: at.connection,
            uid: seen.uid.map(Arc::from),
            seq: at.seq,
            sent: at.stamp,
            automatic: at.automatic,
            collection,
            collection_number,
            event: word(outline.event),
            item: word(outline.item),
            query: outline.query.map(|raw| Arc::from(&*shortened(raw.get()))),
        };
        let races = self.board.sent(Subscription {
            number,
            request: Arc::new(request),
            state: SubscriptionState::Sent,
            continues: None,
            init_seq: None,
            init_after_us: None,
            init_rows: 0,
            twin: false,
            events: super::counters::EventCounts::default(),
            bytes: 0,
            last_event: None,
            refused_events: 0,
            restores: None,
            init_us: None,
            cut: None,
            wanted: seen.class.event,
        });
        if at.automatic {
            self.restoring(at);
        }
        if races {
            self.warn(
                at,
                WarningKind::TwinSubscribe,
                "Two subscribes with the same uid are in flight at once. The server may keep both: then every event comes twice, and one unsubscribe leaves one of them. Wait for the `init` before subscribing again.",
            );
        }
        self.ask(
            at,
            seen,
            RequestKind::Subscribe,
            Joined { subscription: number, collection: collection_number, ..Joined::default() },
        )
    }
}
