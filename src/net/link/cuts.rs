//! A server on paper, a network that breaks at any moment, and what must hold all the same: after each restore the server
//! has exactly the subscriptions the user made, each once, and the window says the same.

use std::collections::VecDeque;

use proptest::prelude::*;

use crate::capture::event::{ClosedBy, Direction, Event, Fact, Payload, Stamp, Text, What};
use crate::directus::{AuthMode, Class, Credentials, Endpoint, EventName, MessageType, Secret, classify};
use crate::net::command::{Command, ConnectSpec, Outgoing, Pacing};
use crate::net::failure::UpgradeFailure;
use crate::net::link::{Link, Order, Outputs};
use crate::net::mask::Door;
use crate::net::socket::SocketEvent;

/// What happens next.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// The user subscribes to a collection under a uid, or under none.
    Subscribe { uid: Option<u8>, collection: u8 },
    /// The user ends a subscription, or all.
    Unsubscribe { uid: Option<u8> },
    /// So many milliseconds pass.
    Wait(u16),
    /// The connection breaks.
    Cut,
    /// The next attempt fails before it is open.
    Refuse,
    /// Another user changes a row of every collection.
    Change,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => (prop::option::weighted(0.8, 0..5_u8), 0..4_u8)
            // Of two without uid nobody can tell which was refused, so none of those is.
            .prop_map(|(uid, collection)| Step::Subscribe {
                uid,
                collection: if uid.is_none() { collection % 3 } else { collection },
            }),
        2 => prop::option::weighted(0.85, 0..5_u8).prop_map(|uid| Step::Unsubscribe { uid }),
        6 => (0..60_u16).prop_map(Step::Wait),
        5 => Just(Step::Cut),
        1 => Just(Step::Refuse),
        2 => Just(Step::Change),
    ]
}

/// The server's side of one connection, as reference 5.6 says: removing is immediate, adding takes a while.
#[derive(Default)]
struct Server {
    open: bool,
    logged_in: bool,
    /// Uid and collection of each subscription.
    subscriptions: Vec<(Option<String>, String)>,
    /// Due times and what happens then.
    doing: Vec<(u64, Doing)>,
    /// Errors carry the uid (12.4) or not (before).
    names_uid: bool,
}

enum Doing {
    Answer(String),
    Add(Option<String>, String),
}

fn with_uid(message: &str, uid: Option<&str>) -> String {
    let uid = uid.map(|uid| format!(r#","uid":"{uid}""#)).unwrap_or_default();
    format!("{{{message}{uid}}}")
}

impl Server {
    fn receive(&mut self, text: &str, at: u64, delay: u64) {
        let class = classify(text);
        let uid = class.uid(text).map(std::borrow::Cow::into_owned);
        if !self.logged_in {
            assert_eq!(class.kind, MessageType::Auth, "sent before the login: {text}");
            self.doing.push((at + delay, Doing::Answer(r#"{"type":"auth","status":"ok"}"#.to_owned())));
            return;
        }
        match class.kind {
            MessageType::Subscribe => {
                if uid.is_some() {
                    self.subscriptions.retain(|(other, _)| *other != uid);
                }
                self.doing.push((at + delay, Doing::Add(uid, collection(text))));
            }
            MessageType::Unsubscribe => {
                self.subscriptions.retain(|(other, _)| uid.is_some() && *other != uid);
                let answer = with_uid(r#""type":"subscription","event":"unsubscribe""#, uid.as_deref());
                self.doing.push((at + 1, Doing::Answer(answer)));
            }
            _ => {}
        }
    }

    /// What it says up to now, in the order it is due.
    fn act(&mut self, now: u64) -> Vec<String> {
        self.doing.sort_by_key(|(at, _)| *at);
        let later = self.doing.iter().position(|(at, _)| *at > now).unwrap_or(self.doing.len());
        let due: Vec<_> = self.doing.drain(..later).collect();
        due.into_iter()
            .map(|(_, doing)| match doing {
                Doing::Answer(text) => {
                    self.logged_in |= text.contains("auth");
                    text
                }
                Doing::Add(uid, collection) if collection == FORBIDDEN => {
                    let error =
                        r#""type":"subscribe","status":"error","error":{"code":"FORBIDDEN","message":"No."}"#;
                    with_uid(error, uid.as_deref().filter(|_| self.names_uid))
                }
                Doing::Add(uid, collection) => {
                    let init = r#""type":"subscription","event":"init","data":[]"#;
                    let told = with_uid(init, uid.as_deref());
                    self.subscriptions.push((uid, collection));
                    told
                }
            })
            .collect()
    }
}

const FORBIDDEN: &str = "c3";

fn collection(text: &str) -> String {
    let json: serde_json::Value = serde_json::from_str(text).unwrap();
    json["collection"].as_str().unwrap().to_owned()
}

struct World {
    link: Link,
    server: Server,
    now_us: u64,
    /// Delays of the server, over and over.
    delays: Vec<u8>,
    next_delay: usize,
    dialing: bool,
    refuse: bool,
    names_uid: bool,
    log: Vec<Event>,
    cuts: usize,
    wire: VecDeque<String>,
}

impl World {
    fn new(seed: u64, delays: Vec<u8>, names_uid: bool) -> Self {
        let endpoint = Endpoint::parse("ws://cms.example/websocket").unwrap();
        let credentials = Credentials::StaticToken(Secret::new("t"));
        let mut spec = ConnectSpec::new(endpoint, AuthMode::Handshake, credentials);
        spec.switches.measure = false;
        spec.pacing = Pacing { first_ms: 4, longest_ms: 16 };
        let mut world = Self {
            link: Link::new(Door::new(), seed),
            server: Server::default(),
            now_us: 0,
            delays,
            next_delay: 0,
            dialing: false,
            refuse: false,
            names_uid,
            log: Vec::new(),
            cuts: 0,
            wire: VecDeque::new(),
        };
        world.command(Command::Connect(Box::new(spec)));
        world
    }

    fn put(&mut self, input: impl FnOnce(&mut Link, Stamp, &mut Outputs)) {
        let mut out = Outputs::default();
        let now = Stamp { time_us: 0, elapsed_us: self.now_us };
        input(&mut self.link, now, &mut out);
        self.log.extend(out.events);
        for order in out.orders {
            match order {
                Order::Dial(_) => self.dialing = true,
                Order::Text(text) => self.wire.push_back(text.as_str().to_owned()),
                Order::Binary(_) | Order::Close { .. } | Order::Drop | Order::Keep(..) | Order::Http(..) => {
                    panic!("not in this test")
                }
            }
        }
    }

    fn command(&mut self, command: Command) {
        self.put(|link, now, out| link.command(command, now, out));
    }

    fn socket(&mut self, event: SocketEvent) {
        self.put(|link, now, out| link.socket(event, now, out));
    }

    fn delay(&mut self) -> u64 {
        self.next_delay += 1;
        u64::from(self.delays[self.next_delay % self.delays.len()]) * 1000
    }

    /// A millisecond passes everywhere.
    fn pass(&mut self) {
        self.now_us += 1000;
        if std::mem::take(&mut self.dialing) {
            if std::mem::take(&mut self.refuse) {
                self.socket(SocketEvent::Failed(UpgradeFailure::HungUp.into()));
                self.socket(SocketEvent::broken());
            } else {
                self.server = Server { open: true, names_uid: self.names_uid, ..Server::default() };
                self.socket(SocketEvent::Open { subprotocol: String::new() });
            }
        }
        while let Some(text) = self.wire.pop_front() {
            if self.server.open {
                let delay = self.delay();
                self.server.receive(&text, self.now_us, delay);
            }
        }
        for text in self.server.act(self.now_us) {
            self.socket(SocketEvent::Text(Text::from(text)));
        }
        if self.link.deadline().is_some_and(|at| at <= self.now_us) {
            self.put(|link, now, out| link.tick(now, out));
        }
    }

    fn cut(&mut self) {
        if self.server.open {
            self.cuts += 1;
            self.server = Server::default();
            self.wire.clear();
            self.socket(SocketEvent::Close {
                code: Some(1006),
                reason: String::new(),
                by: ClosedBy::Network,
            });
        }
    }

    /// A change of one row in every collection: how often the link hears of each.
    fn change(&mut self) {
        for (uid, _) in self.server.subscriptions.clone() {
            let event = r#""type":"subscription","event":"update","data":[{"id":1}]"#;
            self.socket(SocketEvent::Text(Text::from(with_uid(event, uid.as_deref()))));
        }
    }

    fn send(&mut self, text: String) {
        self.command(Command::Send(Outgoing::Text(text)));
    }

    /// Whether what the user sent last about this uid, or about any, is still without an answer: doing the next thing
    /// then is an experiment of the user, whose outcome is the server's.
    fn is_busy(&self, uid: Option<&str>, all: bool) -> bool {
        let mut open: Vec<(Option<String>, bool)> = Vec::new();
        for event in &self.log {
            match &event.what {
                What::Message(message) => {
                    let (text, class) = words(&message.payload);
                    let about = class.uid(&text).map(std::borrow::Cow::into_owned);
                    let is_ours = matches!(class.kind, MessageType::Subscribe | MessageType::Unsubscribe);
                    let answers = matches!(class.event, EventName::Init | EventName::Unsubscribe);
                    if message.direction == Direction::Out {
                        if is_ours && !event.automatic {
                            open.push((about, text.contains(FORBIDDEN)));
                        }
                    } else if answers || is_ours {
                        // An error without uid is that of the oldest subscribe which must fail.
                        let meant = |(uid, fails): &(Option<String>, bool)| {
                            *uid == about || (is_ours && about.is_none() && *fails)
                        };
                        if let Some(place) = open.iter().position(meant) {
                            open.remove(place);
                        }
                    }
                }
                What::Fact(fact) => match &**fact {
                    Fact::Close { .. } => open.clear(),
                    Fact::Held { data, .. } => {
                        open.push((classify(data).uid(data).map(std::borrow::Cow::into_owned), false));
                    }
                    _ => {}
                },
            }
        }
        open.iter().any(|(open, _)| all || open.as_deref() == uid)
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Wait(milliseconds) => (0..milliseconds).for_each(|_| self.pass()),
            Step::Cut => self.cut(),
            Step::Refuse => self.refuse = true,
            Step::Change => self.change(),
            Step::Subscribe { uid, collection } => {
                let uid = uid.map(|uid| uid.to_string());
                if !self.is_busy(uid.as_deref(), false) {
                    let text = format!(r#""type":"subscribe","collection":"c{collection}""#);
                    self.send(with_uid(&text, uid.as_deref()));
                }
            }
            Step::Unsubscribe { uid } => {
                let uid = uid.map(|uid| uid.to_string());
                if !self.is_busy(uid.as_deref(), uid.is_none()) {
                    self.send(with_uid(r#""type":"unsubscribe""#, uid.as_deref()));
                }
            }
        }
    }

    /// What the user made, from what really left for the server by his hand.
    fn wanted(&self) -> Vec<(Option<String>, String)> {
        let mut wanted = Vec::new();
        for event in &self.log {
            let What::Message(message) = &event.what else { continue };
            if message.direction == Direction::In || event.automatic {
                continue;
            }
            let (text, class) = words(&message.payload);
            let uid = class.uid(&text).map(std::borrow::Cow::into_owned);
            match class.kind {
                MessageType::Subscribe => {
                    wanted.retain(|(other, _)| uid.is_none() || *other != uid);
                    wanted.push((uid, collection(&text)));
                }
                MessageType::Unsubscribe => wanted.retain(|(other, _)| uid.is_some() && *other != uid),
                _ => {}
            }
        }
        wanted.retain(|(_, collection)| collection != FORBIDDEN);
        wanted.sort();
        wanted
    }

    fn has(&self) -> Vec<(Option<String>, String)> {
        let mut has = self.server.subscriptions.clone();
        has.sort();
        has
    }
}

fn words(payload: &Payload) -> (String, Class) {
    let Payload::Text(text) = payload else { panic!("only texts here") };
    (text.as_str().to_owned(), classify(text.as_str()))
}

/// Steps until nothing more is to happen, and what holds then.
fn settle(world: &mut World) {
    world.refuse = false;
    for _ in 0..400 {
        world.pass();
    }
    assert!(world.server.logged_in, "it came back by itself");
    assert_eq!(world.has(), world.wanted(), "after {} cuts", world.cuts);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn no_cut_loses_doubles_or_leaves_a_subscription(
        seed: u64,
        delays in prop::collection::vec(0..25_u8, 1..16),
        names_uid: bool,
        rounds in prop::collection::vec(prop::collection::vec(step(), 1..24), 1..4),
    ) {
        let mut world = World::new(seed, delays, names_uid);
        (0..100).for_each(|_| world.pass());
        for round in rounds {
            for step in round {
                world.step(step);
            }
            settle(&mut world);
        }
    }
}

#[test]
fn a_thousand_cuts_in_one_life() {
    let mut world = World::new(7, vec![3, 11, 0, 19, 5, 7, 1], true);
    (0..50).for_each(|_| world.pass());
    for uid in 0..5 {
        world.step(Step::Subscribe { uid: Some(uid), collection: uid % 3 });
    }
    world.step(Step::Subscribe { uid: None, collection: 2 });
    let mut dice = 0x2545_f491_4f6c_dd1d_u64;
    while world.cuts < 1000 {
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        (0..dice % 60).for_each(|_| world.pass());
        world.cut();
    }
    settle(&mut world);
    assert_eq!(world.has().len(), 6);
    let before = world.log.len();
    world.change();
    assert_eq!(world.log.len() - before, 6, "each event once for each subscription");
}
