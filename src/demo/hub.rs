//! The server without sockets and clocks: messages and the time go in, orders to sockets come out.

use std::collections::BTreeMap;
use std::time::Instant;

use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedSender;

use crate::demo::account::{Accounts, Credentials, Login};
use crate::demo::agenda::Agenda;
use crate::demo::connection::{Connection, Order, Phase};
use crate::demo::fault::{Fault, Told};
use crate::demo::heartbeat::Heartbeat;
use crate::demo::items::ItemsRequest;
use crate::demo::message::SubscribeRequest;
use crate::demo::moment::Moment;
use crate::demo::options::{Misbehaviour, Mode, Options};
use crate::demo::permission::{Identity, Role};
use crate::demo::random::Random;
use crate::demo::reply;
use crate::demo::seed;
use crate::demo::store::Store;
use crate::demo::subscription::Subscription;
use crate::demo::traffic::{Deed, Traffic};
use crate::demo::transaction::Transaction;

/// Something the server does later.
#[derive(Debug)]
pub(super) enum Task {
    /// No message came: the handshake failed.
    HandshakeTimeout(u64),
    /// The credentials of a message are judged.
    Authenticate { connection: u64, credentials: Box<Credentials>, uid: Option<Value> },
    /// The token of that login ends.
    Expire { connection: u64, generation: u64 },
    /// No new login came.
    AuthTimeout { connection: u64, generation: u64 },
    /// A subscription is looked at.
    Subscribe { connection: u64, request: Box<SubscribeRequest>, uid: Option<Value> },
    /// Its first rows are read, and it begins.
    Begin(Box<Subscription>),
    /// An `items` message is acted on.
    Items { connection: u64, request: Box<ItemsRequest>, uid: Option<Value> },
    /// A round of pings.
    Heartbeat,
    /// Another user does something.
    Traffic,
}

/// Everything the server knows.
pub(super) struct Hub {
    /// What it was asked to be.
    pub options: Options,
    /// Its rows.
    pub store: Store,
    /// Its logins.
    pub accounts: Accounts,
    /// Says nothing at all.
    pub silent: bool,
    /// The sockets, by their numbers.
    pub connections: BTreeMap<u64, Connection>,
    /// In the order they were made: that is the order they are told of a change in.
    pub subscriptions: Vec<Subscription>,
    /// What is to come.
    pub agenda: Agenda<Task>,
    /// Who owes a sign of life.
    pub heartbeat: Heartbeat,
    traffic: Traffic,
    opened: u64,
}

impl Hub {
    /// A fresh server with its rows.
    pub(super) fn new(options: Options, moment: Moment) -> Self {
        let mut store = Store::new(Random::from_system());
        // The rows are ours and their keys are free, so a refusal could only be a slip in `seed`; its test sees it.
        let mut seeded = seed::lab_rows(&mut store, moment);
        if options.seed {
            seeded = seeded.and_then(|()| seed::pleasant_rows(&mut store, moment));
        }
        debug_assert!(seeded.is_ok(), "{seeded:?}");
        let mut agenda = Agenda::new();
        if let Some(interval) = options.traffic {
            agenda.note(moment.after(interval), Task::Traffic);
        }
        Self {
            accounts: Accounts::new(options.token_ttl, Random::from_system()),
            options,
            store,
            silent: false,
            connections: BTreeMap::new(),
            subscriptions: Vec::new(),
            agenda,
            heartbeat: Heartbeat::default(),
            traffic: Traffic::default(),
            opened: 0,
        }
    }

    /// When [`Hub::tick`] wants to be called next.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.agenda.next_due()
    }

    /// Whether another client may come in: sockets still in the handshake do not count (reference 1.2).
    pub(super) fn is_full(&self) -> bool {
        let registered = self.connections.values().filter(|connection| connection.phase == Phase::Open);
        self.options.connection_limit.is_some_and(|limit| registered.count() >= limit)
    }

    /// A socket was opened, perhaps with a token in its URL. Gives its number.
    pub(super) fn open(
        &mut self,
        login: Option<&Login>,
        orders: UnboundedSender<Order>,
        moment: Moment,
    ) -> u64 {
        self.opened += 1;
        let number = self.opened;
        let connection = Connection::new(Phase::Waiting, Identity::PUBLIC, orders);
        self.connections.insert(number, connection);
        match login {
            Some(login) => self.register(number, login, moment),
            None if self.options.mode == Mode::Public => self.admit(number, moment),
            None => {
                let due = moment.after(self.options.auth_timeout);
                self.agenda.note(due, Task::HandshakeTimeout(number));
            }
        }
        number
    }

    /// A socket is gone; so are its subscriptions.
    pub(super) fn closed(&mut self, connection: u64) {
        self.connections.remove(&connection);
        self.subscriptions.retain(|subscription| subscription.connection != connection);
        self.heartbeat.heard(connection);
    }

    /// A text or binary message came; both are read as text (reference 1.5).
    pub(super) fn receive(&mut self, number: u64, text: &str, moment: Moment) {
        if self.silent {
            return;
        }
        let limit = self.options.rate_limit;
        let Some(connection) = self.connections.get_mut(&number) else { return };
        match connection.phase {
            Phase::Checking => {}
            Phase::Waiting => self.handshake(number, text, moment),
            Phase::Open => match connection.exceeds(limit, moment.instant) {
                Some(wait) => {
                    let words = format!("Too many messages, retry after {wait}ms.");
                    self.refuse(number, "server", &Told::new("REQUESTS_EXCEEDED", words), None);
                }
                None => self.message(number, text, moment),
            },
        }
    }

    /// Does what is due.
    pub(super) fn tick(&mut self, moment: Moment) {
        while let Some(task) = self.agenda.take_due(moment.instant) {
            match task {
                Task::HandshakeTimeout(number) => {
                    if self.phase(number) == Some(Phase::Waiting) {
                        self.fail_handshake(number);
                    }
                }
                Task::Authenticate { connection, credentials, uid } => {
                    self.authenticate(connection, &credentials, uid.as_ref(), moment);
                }
                Task::Expire { connection, generation } => self.expire(connection, generation, moment),
                Task::AuthTimeout { connection, generation } => self.auth_timeout(connection, generation),
                Task::Subscribe { connection, request, uid } => {
                    self.subscribe(connection, *request, uid, moment);
                }
                Task::Begin(subscription) => self.begin(*subscription),
                Task::Items { connection, request, uid } => {
                    self.items(connection, &request, uid.as_ref(), moment);
                }
                Task::Heartbeat => self.beat(moment),
                Task::Traffic => self.live(moment),
            }
        }
    }

    /// Misbehaves as told.
    pub(super) fn misbehave(&mut self, how: Misbehaviour, moment: Moment) {
        self.silent = how == Misbehaviour::GoSilent;
        match how {
            Misbehaviour::None => {}
            // Nobody could have answered a question that is not asked.
            Misbehaviour::GoSilent => drop(self.heartbeat.overdue()),
            Misbehaviour::DropNow => {
                for number in self.numbers() {
                    self.end(number, Order::Cut);
                }
            }
            Misbehaviour::ExpireTokens => {
                self.accounts.expire_all(moment.instant);
                for number in self.numbers() {
                    let connection = self.connections.get(&number);
                    if let Some(open) = connection.filter(|open| open.identity != Identity::PUBLIC) {
                        self.expire(number, open.generation, moment);
                    }
                }
            }
        }
    }

    /// Sends a text to every client, as an extension might (conformance case 59).
    pub(super) fn broadcast(&mut self, text: &str) {
        for number in self.registered() {
            self.send(number, text.to_owned());
        }
    }

    /// Runs writes with the rights of an identity, and tells the subscribers before the caller is answered.
    pub(super) fn write<T>(
        &mut self,
        identity: Identity,
        moment: Moment,
        work: impl FnOnce(&mut Transaction<'_>) -> T,
    ) -> T {
        let version = self.options.version;
        let mut transaction = Transaction::new(&mut self.store, identity, version, moment);
        let result = work(&mut transaction);
        let changes = transaction.changes;
        for change in &changes {
            self.tell(change);
        }
        result
    }

    fn numbers(&self) -> Vec<u64> {
        self.connections.keys().copied().collect()
    }

    fn registered(&self) -> Vec<u64> {
        let open = self.connections.iter().filter(|(_, connection)| connection.phase == Phase::Open);
        open.map(|(number, _)| *number).collect()
    }

    /// How far a connection has come.
    pub(super) fn phase(&self, number: u64) -> Option<Phase> {
        self.connections.get(&number).map(|connection| connection.phase)
    }

    /// Sends a text, unless the server has gone silent.
    pub(super) fn send(&self, number: u64, text: String) {
        if let Some(connection) = self.connections.get(&number).filter(|_| !self.silent) {
            // A socket that is just ending takes no more orders; `closed` follows.
            let _ = connection.orders.send(Order::Text(text));
        }
    }

    /// Sends an error with exactly that uid.
    pub(super) fn refuse(&self, number: u64, kind: &str, told: &Told, uid: Option<&Value>) {
        self.send(number, reply::error(kind, told, uid));
    }

    /// Sends the error of a request, with the uid where that version gives it.
    pub(super) fn fault(&self, number: u64, kind: &str, fault: &Fault, uid: Option<&Value>) {
        if let Some(text) = reply::fault(kind, fault, uid, self.options.version) {
            self.send(number, text);
        }
    }

    /// The deliberate close: no code, so clients report 1005 (reference 6.4).
    pub(super) fn close(&mut self, number: u64) {
        if !self.silent {
            self.end(number, Order::Close(Vec::new()));
        }
    }

    fn end(&mut self, number: u64, how: Order) {
        if let Some(connection) = self.connections.get(&number) {
            let _ = connection.orders.send(how);
        }
        self.closed(number);
    }

    /// Ends a round of pings and begins the next (reference 3).
    fn beat(&mut self, moment: Moment) {
        for number in self.heartbeat.overdue() {
            self.close(number);
        }
        let registered = self.registered();
        let Some(period) = self.options.heartbeat.filter(|_| !registered.is_empty()) else {
            self.heartbeat.running = false;
            return;
        };
        self.agenda.note(moment.after(period), Task::Heartbeat);
        if !self.silent {
            for number in &registered {
                self.send(*number, reply::ping());
            }
            self.heartbeat.ask(registered);
        }
    }

    /// The other user does the next thing.
    fn live(&mut self, moment: Moment) {
        let Some(interval) = self.options.traffic else { return };
        self.agenda.note(moment.after(interval), Task::Traffic);
        let editor = Identity { role: Role::Editor, user: None };
        let deed = self.traffic.next();
        // A row may have been removed by a client meanwhile; then nothing happens this time.
        match deed {
            Deed::Post { user, text } => {
                let row = json!({"text": text, "user": user});
                if let Ok(key) = self.write(editor, moment, |writer| writer.create("messages", Some(&row))) {
                    self.traffic.posted(key.value(), text);
                }
            }
            Deed::Edit { key, text } => {
                let row = json!({"text": text});
                let _ = self.write(editor, moment, |writer| writer.update("messages", &[key], &row));
            }
            Deed::Remove { key } => {
                let _ = self.write(editor, moment, |writer| writer.delete("messages", &[key]));
            }
        }
    }
}
