//! The client's side: a link of the real net thread, and what it recorded.

use std::time::Duration;

use harewire::capture::event::{ClosedBy, Direction, Event, Fact, Payload, Stage, What};
use harewire::directus::{AuthMode, Credentials, Endpoint};
use harewire::net::transport::{Capabilities, capabilities};
use harewire::net::{
    Batches, Command, ConnectSpec, LinkHandle, Net, Outgoing, Protocol, TransportKind, sink,
};

/// What should happen happens long before; a test that waits in vain ends here.
const PATIENCE: Duration = Duration::from_secs(60);
/// Both transports, for the suite that runs on each.
pub const BOTH: [TransportKind; 2] = [TransportKind::Full, TransportKind::Portable];

/// A link with its events.
pub struct Witness {
    pub link: Option<LinkHandle>,
    pub batches: Batches,
    pub seen: Vec<Event>,
    pub can: Capabilities,
    net: Option<Net>,
}

/// A spec without any rule of Directus and without retries.
pub fn raw(url: &str, kind: TransportKind) -> ConnectSpec {
    let mut spec = ConnectSpec::new(Endpoint::parse(url).unwrap(), AuthMode::Public, Credentials::None);
    spec.transport = kind;
    spec.protocol = Protocol::Raw;
    spec.switches.reconnect = false;
    spec.connect_timeout = Duration::from_secs(20);
    spec
}

impl Witness {
    /// Connects with a budget of so many bytes.
    pub fn with_budget(spec: ConnectSpec, budget: usize) -> Self {
        let net = Net::start().unwrap();
        let (sink, batches) = sink(budget);
        let link = net.open(sink);
        let can = capabilities(spec.transport);
        link.send(Command::Connect(Box::new(spec)));
        Self { link: Some(link), batches, seen: Vec::new(), can, net: Some(net) }
    }

    pub fn connect(spec: ConnectSpec) -> Self {
        Self::with_budget(spec, 1 << 20)
    }

    pub fn command(&self, command: Command) {
        self.link.as_ref().unwrap().send(command);
    }

    pub fn send(&self, text: &str) {
        self.command(Command::Send(Outgoing::Text(text.to_owned())));
    }

    /// Receives until an event fits; what it made of it.
    pub fn until<T>(&mut self, fits: impl Fn(&Event) -> Option<T>) -> T {
        let mut checked = 0;
        loop {
            while let Some(event) = self.seen.get(checked) {
                if let Some(found) = fits(event) {
                    return found;
                }
                checked += 1;
            }
            match self.batches.recv_timeout(PATIENCE) {
                Ok(batch) => self.seen.extend(batch.events.iter().cloned()),
                Err(end) => panic!("{end}; seen: {:#?}", self.seen.iter().take(40).collect::<Vec<_>>()),
            }
        }
    }

    pub fn until_open(&mut self) {
        self.until(|event| matches!(fact(event), Some(Fact::Open { .. })).then_some(()));
    }

    /// How the connection ended: code, reason, by whom.
    pub fn close(&mut self) -> (Option<u16>, String, ClosedBy) {
        self.until(|event| match fact(event) {
            Some(Fact::Close { code, reason, by }) => Some((*code, reason.clone(), *by)),
            _ => None,
        })
    }

    /// The first error: where, and its three sentences in one.
    pub fn error(&mut self) -> (Stage, String) {
        self.until(|event| match fact(event) {
            Some(Fact::Error { stage, message, cause, advice }) => {
                Some((*stage, format!("{message} {cause} {advice}")))
            }
            _ => None,
        })
    }

    pub fn errors(&self) -> usize {
        self.seen.iter().filter(|event| matches!(fact(event), Some(Fact::Error { .. }))).count()
    }

    /// The `nth` message received, from 0.
    pub fn heard(&mut self, nth: usize) -> Payload {
        self.until(|event| incoming(event).map(|_| ()));
        while self.seen.iter().filter_map(incoming).count() <= nth {
            match self.batches.recv_timeout(PATIENCE) {
                Ok(batch) => self.seen.extend(batch.events.iter().cloned()),
                Err(end) => panic!("{end} before message {nth}"),
            }
        }
        self.seen.iter().filter_map(incoming).nth(nth).unwrap().clone()
    }

    /// Lets the link go and takes everything up to the end of the sink.
    pub fn leave(&mut self) {
        self.link = None;
        while let Ok(batch) = self.batches.recv() {
            self.seen.extend(batch.events.iter().cloned());
        }
    }

    /// Drops the net thread while the link is still held.
    pub fn drop_net(&mut self) {
        self.net = None;
    }
}

pub fn fact(event: &Event) -> Option<&Fact> {
    match &event.what {
        What::Fact(fact) => Some(fact),
        What::Message(_) => None,
    }
}

pub fn incoming(event: &Event) -> Option<&Payload> {
    match &event.what {
        What::Message(message) if message.direction == Direction::In => Some(&message.payload),
        _ => None,
    }
}

pub fn text(payload: &Payload) -> &str {
    match payload {
        Payload::Text(text) => text.as_str(),
        Payload::Binary(bytes) => panic!("{} bytes of binary", bytes.len()),
    }
}
