//! What a message of an authenticated client does, and whom a change concerns (reference 4 and 5).

use serde_json::Value;

use crate::demo::fault::Fault;
use crate::demo::hub::{Hub, Task};
use crate::demo::items::{self, ItemsRequest};
use crate::demo::message::{Message, SubscribeRequest, plain_text};
use crate::demo::moment::Moment;
use crate::demo::permission::Identity;
use crate::demo::query::Query;
use crate::demo::reader::Reader;
use crate::demo::reply;
use crate::demo::schema;
use crate::demo::subscription::Subscription;
use crate::demo::transaction::Change;

impl Hub {
    /// Handles a message of a registered client.
    pub(super) fn message(&mut self, number: u64, text: &str, moment: Moment) {
        let message = match Message::parse(text) {
            Ok(message) => message,
            Err(fault) => return self.fault(number, "server", &fault, None),
        };
        let uid = message.uid.clone();
        if message.kind == "auth" {
            // Without credentials it is swallowed, and it is no sign of life (reference 2.4, 3).
            if let Some(credentials) = message.credentials() {
                self.judge_later(number, credentials, uid, moment);
            }
            return;
        }
        self.heartbeat.heard(number);
        let due = moment.after(self.options.latency);
        match message.kind.as_str() {
            "ping" if self.options.heartbeat.is_some() => self.send(number, reply::pong(uid.as_ref())),
            "subscribe" => match message.subscribe() {
                Ok(request) => {
                    let request = Box::new(request);
                    self.agenda.note(due, Task::Subscribe { connection: number, request, uid });
                }
                // Errors of the shape carry no uid in any version (reference 6.3).
                Err(fault) => self.fault(number, "subscribe", &fault, None),
            },
            "unsubscribe" => {
                self.unsubscribe(number, uid.as_ref());
                self.send(number, reply::subscription("unsubscribe", None, None, uid.as_ref()));
            }
            "items" => match message.items() {
                Ok(request) => {
                    let request = Box::new(request);
                    self.agenda.note(due, Task::Items { connection: number, request, uid });
                }
                Err(fault) => self.fault(number, "items", &fault, uid.as_ref()),
            },
            _ => {}
        }
    }

    /// Drops one subscription of that uid, or all without one. Two may bear the same uid: one stays (5.6).
    fn unsubscribe(&mut self, number: u64, uid: Option<&Value>) {
        let Some(uid) = uid.map(|uid| Value::from(plain_text(uid))) else {
            return self.subscriptions.retain(|subscription| subscription.connection != number);
        };
        let found = self.subscriptions.iter().position(|subscription| {
            subscription.connection == number && subscription.uid.as_ref() == Some(&uid)
        });
        if let Some(found) = found {
            self.subscriptions.remove(found);
        }
    }

    /// Looks at a subscription, and makes way for it.
    pub(super) fn subscribe(
        &mut self,
        number: u64,
        request: SubscribeRequest,
        uid: Option<Value>,
        moment: Moment,
    ) {
        let Some(connection) = self.connections.get(&number) else { return };
        let subscription = match self.judged(number, request, connection.identity, moment) {
            Ok(subscription) => {
                let uid = uid.map(|uid| Value::from(plain_text(&uid)));
                Subscription { uid, ..subscription }
            }
            Err(fault) => return self.fault(number, "subscribe", &fault, uid.as_ref()),
        };
        if subscription.uid.is_some() {
            self.unsubscribe(number, subscription.uid.as_ref());
        }
        if subscription.event.is_some() {
            self.begin(subscription);
        } else {
            // Between giving up the old one and making the new one rows are read. A second message of the same
            // uid in between finds nothing to replace, and both live (reference 5.6).
            self.agenda.note(moment.after(self.options.latency), Task::Begin(Box::new(subscription)));
        }
    }

    fn judged(
        &self,
        connection: u64,
        request: SubscribeRequest,
        identity: Identity,
        moment: Moment,
    ) -> Result<Subscription, Fault> {
        let name = request.collection.as_str();
        if name == "directus_extensions" {
            return Err(Fault::invalid_payload("\"directus_extensions\" is currently not supported."));
        }
        let version = self.options.version;
        let collection = schema::collection(name).ok_or_else(|| Fault::unknown_collection(name, version))?;
        let query = Query::parse(request.query.as_ref(), identity, moment)?;
        Ok(Subscription {
            connection,
            collection,
            event: request.event,
            item: request.item,
            query,
            uid: None,
        })
    }

    /// Answers a subscription with its first frame; from then on it is told of changes.
    pub(super) fn begin(&mut self, subscription: Subscription) {
        let number = subscription.connection;
        let Some(reader) = self.reader(number) else { return };
        match subscription.init(reader) {
            Ok(text) => {
                self.send(number, text);
                self.subscriptions.push(subscription);
            }
            Err(fault) => self.fault(number, "subscribe", &fault, subscription.uid.as_ref()),
        }
    }

    /// Reads with the rights a connection has now (reference 5.4).
    fn reader(&self, number: u64) -> Option<Reader<'_>> {
        let role = self.connections.get(&number)?.identity.role;
        Some(Reader { store: &self.store, role, version: self.options.version })
    }

    /// Tells everyone concerned of a change.
    pub(super) fn tell(&self, change: &Change) {
        for subscription in &self.subscriptions {
            let number = subscription.connection;
            let Some(reader) = self.reader(number) else { continue };
            match subscription.frame(change, reader) {
                Ok(Some(text)) => self.send(number, text),
                Ok(None) => {}
                Err(fault) => self.fault(number, "subscribe", &fault, subscription.uid.as_ref()),
            }
        }
    }

    /// Acts on an `items` message and answers it.
    pub(super) fn items(&mut self, number: u64, request: &ItemsRequest, uid: Option<&Value>, moment: Moment) {
        let Some(connection) = self.connections.get(&number) else { return };
        let identity = connection.identity;
        match self.write(identity, moment, |transaction| items::perform(transaction, request)) {
            Ok(outcome) => self.send(number, reply::items(outcome, uid)),
            Err(fault) => self.fault(number, "items", &fault, uid),
        }
    }
}
