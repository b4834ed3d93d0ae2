//! For tests: a conversation written as text, folded as it goes.

use bytes::Bytes;

use crate::capture::event::{ClosedBy, Direction, Event, Fact, Message, Payload, Stamp, What};
use crate::directus::Class;

use super::fold::{Joined, Session};
use super::snapshot::Snapshot;
use super::warning::WarningKind;

/// A conversation and the session that folds it. Every step takes a millisecond.
pub(super) struct Script {
    pub(super) session: Session,
    pub(super) seq: u64,
    pub(super) elapsed_us: u64,
    pub(super) connection: u32,
}

impl Script {
    /// Before the first event.
    pub(super) fn silent() -> Self {
        Self { session: Session::new(), seq: 0, elapsed_us: 0, connection: 0 }
    }

    /// With the socket open.
    pub(super) fn open(mode: &str, credential: &str) -> Self {
        let mut script = Self::silent();
        script.connect(mode, credential, "wss://cms.example.com/websocket");
        script
    }

    /// Logged in with a static token in handshake mode.
    pub(super) fn live() -> Self {
        let mut script = Self::open("handshake", "static token");
        script.say(r#"{"type":"auth","access_token":"[masked 1]"}"#);
        script.hear(r#"{"type":"auth","status":"ok"}"#);
        script
    }

    pub(super) fn connect(&mut self, mode: &str, credential: &str, url: &str) {
        self.connection += 1;
        self.fact(connect(mode, credential, url));
        self.fact(Fact::Open { url: url.into(), subprotocol: String::new() });
    }

    pub(super) fn fold(&mut self, what: What, automatic: bool) -> Joined {
        self.seq += 1;
        self.elapsed_us += 1000;
        let stamp = Stamp { time_us: 1_700_000_000_000_000, elapsed_us: self.elapsed_us };
        let event = Event { stamp, connection: self.connection, automatic, masked: false, what };
        self.session.apply(self.seq, &event)
    }

    pub(super) fn fact(&mut self, fact: Fact) -> Joined {
        self.fold(What::Fact(Box::new(fact)), true)
    }

    /// We send.
    pub(super) fn say(&mut self, text: &str) -> Joined {
        self.fold(message(Direction::Out, text), false)
    }

    /// Harewire sends by itself.
    pub(super) fn say_again(&mut self, text: &str) -> Joined {
        self.fold(message(Direction::Out, text), true)
    }

    /// The server sends.
    pub(super) fn hear(&mut self, text: &str) -> Joined {
        self.fold(message(Direction::In, text), false)
    }

    pub(super) fn close(&mut self, code: u16, by: ClosedBy) {
        self.fact(Fact::Close { code: Some(code), reason: String::new(), by });
    }

    pub(super) fn shot(&mut self) -> Snapshot {
        self.session.snapshot()
    }

    /// What was warned of.
    pub(super) fn warnings(&mut self) -> Vec<WarningKind> {
        self.shot().warnings.iter().map(|warning| warning.kind).collect()
    }

    /// The state of each subscription, in words.
    pub(super) fn states(&mut self) -> Vec<&'static str> {
        self.shot().subscriptions.iter().map(|subscription| subscription.state.word()).collect()
    }
}

pub(super) fn connect(mode: &str, credential: &str, url: &str) -> Fact {
    Fact::Connect {
        url: url.into(),
        transport: "full".into(),
        mode: mode.into(),
        credential: credential.into(),
        attempt: 1,
        unverified: false,
        login_first: false,
    }
}

pub(super) fn message(direction: Direction, text: &str) -> What {
    What::Message(Message::text(direction, text))
}

pub(super) fn binary(direction: Direction, bytes: Vec<u8>) -> What {
    let size = u64::try_from(bytes.len()).unwrap();
    What::Message(Message {
        direction,
        payload: Payload::Binary(Bytes::from(bytes)),
        size,
        class: Class::binary(),
    })
}
