//! The real net thread behind a network that breaks: after every restore the server has exactly the subscriptions the user
//! made, which shows in what it delivers: each event once for each of them, and none for those that were ended.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use harewire::capture::event::{Direction, Event, Fact, Payload, What};
use harewire::demo::{self, Options, Server};
use harewire::directus::{AuthMode, Credentials, Endpoint, MessageType, Secret, Status};
use harewire::net::{Batches, Command, ConnectSpec, LinkHandle, Net, Outgoing, Pacing, sink};
use harewire::session::{Phase, Session, Snapshot, SubscriptionState};

use crate::fault_proxy::{Fault, FaultProxy, Manner};
use crate::lab::{Directus, V12, rest, seed};

/// What should happen happens long before.
const PATIENCE: Duration = Duration::from_secs(60);

/// Events shown by a failure.
const LAST: usize = 12;

/// Marsaglia's xorshift: the same cuts in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % below
    }

    /// Up to the end of a restore, and in every manner.
    fn fault(&mut self) -> Fault {
        let hold = Duration::from_millis(self.roll(8));
        let manner = match self.roll(5) {
            0 => Manner::Reset,
            1 => Manner::Stall(hold),
            2 => Manner::HalfOpen(hold),
            _ => Manner::Drop,
        };
        let delay = Duration::from_millis(u64::from(self.roll(10) == 0));
        Fault { after: 1 + self.roll(3000), manner, delay }
    }
}

/// A client and what its window says.
struct Rig {
    // Dropped first, so that the net thread ends politely.
    link: LinkHandle,
    batches: Batches,
    session: Session,
    snapshot: Snapshot,
    seq: u64,
    /// For every marker the times it was heard of, by uid.
    heard: BTreeMap<String, BTreeMap<String, usize>>,
    markers: u64,
    gave_up: usize,
    /// Answers to pings of the test.
    pongs: usize,
    /// The last events, for a failure to show.
    last: VecDeque<Event>,
    _net: Net,
}

impl Rig {
    fn connect(proxy: &FaultProxy, token: &str) -> Self {
        let endpoint = Endpoint::parse(&format!("ws://{}/websocket", proxy.address())).unwrap();
        let credentials = Credentials::StaticToken(Secret::new(token));
        let mut spec = ConnectSpec::new(endpoint, AuthMode::Handshake, credentials);
        spec.pacing = Pacing { first_ms: 2, longest_ms: 4 };
        let net = Net::start().unwrap();
        let (sink, batches) = sink(1 << 22);
        let link = net.open(sink);
        link.send(Command::Connect(Box::new(spec)));
        Self {
            link,
            batches,
            session: Session::new(),
            snapshot: Snapshot::default(),
            seq: 0,
            heard: BTreeMap::new(),
            markers: 0,
            gave_up: 0,
            pongs: 0,
            last: VecDeque::new(),
            _net: net,
        }
    }

    fn send(&self, text: &str) {
        self.link.send(Command::Send(Outgoing::Text(text.to_owned())));
    }

    /// Takes what comes until the window says so.
    fn until(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !is_so(self) {
            let left = deadline.saturating_duration_since(Instant::now());
            let batch = self.batches.recv_timeout(left).unwrap_or_else(|end| {
                let states: Vec<_> = self.snapshot.subscriptions.iter().rev().take(12).collect();
                panic!(
                    "{what}: {end}; {:?} on connection {}; {:#?}; {states:#?}",
                    self.snapshot.phase, self.snapshot.connection, self.last
                )
            });
            for event in &batch.events {
                self.seq += 1;
                self.session.apply(self.seq, event);
                self.note(event);
                self.last.push_back(event.clone());
                if self.last.len() > LAST {
                    self.last.pop_front();
                }
            }
            self.snapshot = self.session.snapshot();
        }
    }

    fn note(&mut self, event: &Event) {
        match &event.what {
            // Three handshakes in a row that nobody answered look like a wrong path: a person tries again.
            What::Fact(fact) if matches!(**fact, Fact::GaveUp { .. }) => {
                self.gave_up += 1;
                self.link.send(Command::RetryNow);
            }
            What::Message(message) if message.direction == Direction::In => {
                let Payload::Text(text) = &message.payload else { return };
                self.pongs += usize::from(text.as_str().contains(r#""uid":"fence""#));
                let is_event =
                    message.class.kind == MessageType::Subscription && message.class.status == Status::None;
                if let Some(at) = text.as_str().find("marker-").filter(|_| is_event) {
                    let name: String =
                        text.as_str()[at..].chars().take_while(|letter| *letter != '"').collect();
                    // The init of a later restore holds the row too: only events count.
                    if text.as_str().contains(r#""event":"create""#) {
                        let uid = message.class.uid(text.as_str()).unwrap_or_default().into_owned();
                        *self.heard.entry(name).or_default().entry(uid).or_default() += 1;
                    }
                }
            }
            _ => {}
        }
    }

    /// Live, and the window shows exactly so many subscriptions, all accepted.
    fn is_restored(&self, count: usize) -> bool {
        let alive: Vec<_> = self.snapshot.subscriptions.iter().filter(|one| one.state.is_alive()).collect();
        self.snapshot.phase == Phase::Live
            && alive.len() == count
            && alive.iter().all(|one| one.state.is_accepted() && !one.twin)
    }

    /// Waits for a restored connection that answers. One that broke before the calm may look whole until its reset comes.
    fn rest(&mut self, count: usize) {
        loop {
            self.until("calm", |rig| rig.is_restored(count));
            let (connection, before) = (self.snapshot.connection, self.pongs);
            self.send(r#"{"type":"ping","uid":"fence"}"#);
            self.until("an answer", |rig| rig.pongs > before || rig.snapshot.connection > connection);
            if self.snapshot.connection == connection {
                return;
            }
        }
    }

    /// Creates a row, and a second one once everybody heard of the first: a doubled event of the first has come by then.
    fn prove(&mut self, address: &str, token: &str, uids: &[&str]) {
        self.markers += 1;
        let names = [format!("marker-{}-a", self.markers), format!("marker-{}-b", self.markers)];
        for name in &names {
            let body = serde_json::json!({"text": name, "user": "Ben"});
            let (status, answer) =
                rest(address, ("POST", "/items/messages"), Some(&body), Some(token)).unwrap();
            assert_eq!(status, 200, "{answer}");
            self.until(&format!("everyone hears of {name}"), |rig| {
                rig.heard.get(name).is_some_and(|heard| uids.iter().all(|uid| heard.contains_key(*uid)))
            });
        }
        let once: BTreeMap<String, usize> = uids.iter().map(|uid| ((*uid).to_owned(), 1)).collect();
        assert_eq!(self.heard.get(&names[0]), Some(&once), "each event once for each subscription");
    }
}

/// Their inits stay small however many rows there are: a restore must fit between two cuts.
const SUBSCRIBES: [(&str, &str); 5] = [
    ("all", r#"{"type":"subscribe","collection":"messages","query":{"limit":1},"uid":"all"}"#),
    ("create", r#"{"type":"subscribe","collection":"messages","event":"create","uid":"create"}"#),
    (
        "few",
        r#"{"type":"subscribe","collection":"messages","query":{"fields":["id","text"],"limit":1},"uid":"few"}"#,
    ),
    ("42", r#"{"type":"subscribe","collection":"messages","event":"create","uid":42}"#),
    // Without a uid.
    ("", r#"{"type":"subscribe","collection":"messages","event":"create"}"#),
];
const EXTRA: &str = r#"{"type":"subscribe","collection":"messages","event":"create","uid":"extra"}"#;

/// Cuts until there were `cuts`, looking closely each `often` cuts.
fn torment(address: &str, token: &str, cuts: usize, often: usize) {
    let mut plan = Dice(0x9e37_79b9_7f4a_7c15);
    let proxy = FaultProxy::start(address, move || plan.fault());
    proxy.set_calm(true);
    let mut rig = Rig::connect(&proxy, token);
    rig.until("live", |rig| rig.snapshot.phase == Phase::Live);
    let mut uids: Vec<&str> = Vec::new();
    for (uid, text) in SUBSCRIBES {
        rig.send(text);
        uids.push(uid);
        let count = uids.len();
        rig.until("confirmed", |rig| rig.is_restored(count));
    }
    rig.prove(address, token, &uids);
    let mut next = often;
    while proxy.cuts() < cuts {
        let before = rig.snapshot.connection;
        proxy.set_calm(false);
        proxy.cut_now();
        rig.until("it came back", |rig| rig.snapshot.connection > before && rig.is_restored(uids.len()));
        if proxy.cuts() < next {
            continue;
        }
        next = proxy.cuts() + often;
        proxy.set_calm(true);
        rig.rest(uids.len());
        rig.prove(address, token, &uids);
        if uids.last() == Some(&"extra") {
            rig.send(r#"{"type":"unsubscribe","uid":"extra"}"#);
            uids.pop();
        } else {
            rig.send(EXTRA);
            uids.push("extra");
        }
        rig.until("changed by hand", |rig| rig.is_restored(uids.len()));
    }
    proxy.set_calm(true);
    rig.rest(uids.len());
    rig.prove(address, token, &uids);
    let orphans = rig.snapshot.subscriptions.iter().filter(|one| one.state == SubscriptionState::Orphaned);
    assert_eq!(orphans.count(), 0, "each goes on as another");
    assert!(rig.snapshot.restore.is_some_and(|restore| restore.refused == 0));
    println!(
        "{} cuts, {} connections, {} markers, gave up {} times",
        proxy.cuts(),
        rig.snapshot.connection,
        rig.markers,
        rig.gave_up
    );
}

#[test]
fn a_thousand_cuts_lose_double_and_orphan_nothing() {
    let server = Server::start(Options { latency: Duration::from_millis(1), ..Options::default() }).unwrap();
    torment(&server.address().to_string(), demo::TOKEN, 1000, 40);
}

#[test]
fn a_real_directus_keeps_its_subscriptions_over_sixty_cuts() {
    let server = Directus::start(V12, &[]);
    torment(server.address(), seed::EDITOR, 60, 12);
}
