//! What the socket brings: recorded first, then answered where a rule of the protocol asks for it.

use bytes::Bytes;

use super::record::Shown;
use super::{Link, Outputs, PONG};
use crate::capture::event::{Direction, Fact, Payload, Stamp, Text};
use crate::directus::{Class, EventName, MessageType, classify};
use crate::net::socket::ControlKind;

impl Link {
    /// A text message from the server: the hot path.
    pub(super) fn heard(&mut self, text: Text, now: Stamp, out: &mut Outputs) {
        // Looking at the text checks its encoding anew each time: once is enough.
        let words = text.as_str();
        let (class, size) = (classify(words), words.len());
        if class.kind == MessageType::Auth {
            self.keep_refresh_token(words, out);
        }
        let passed = self.door.incoming(text, class);
        // Subscription events are the flood, and nothing needs to be done about them.
        let calm = class.kind == MessageType::Subscription && class.event != EventName::Init;
        let copy = (!calm && self.directus()).then(|| passed.text.clone());
        let shown =
            Shown { payload: Payload::Text(passed.text), size, class: passed.class, masked: passed.masked };
        self.push_message(Direction::In, shown, now, out);
        if let Some(text) = copy {
            self.react(&passed.class, text.as_str(), now, out);
        }
    }

    /// What a message of Directus asks of us. The uid is never masked, so the recorded text serves.
    fn react(&mut self, class: &Class, text: &str, now: Stamp, out: &mut Outputs) {
        match class.kind {
            MessageType::Ping => self.pinged(now, out),
            MessageType::Auth => self.auth_heard(class, now, out),
            MessageType::Subscription | MessageType::Subscribe => {
                self.replay.heard(text, class);
                if !self.replay.is_restoring() {
                    self.release_held(now, out);
                }
            }
            _ => {}
        }
    }

    pub(super) fn heard_binary(&mut self, bytes: Bytes, now: Stamp, out: &mut Outputs) {
        let size = bytes.len();
        self.push_message(Direction::In, Shown::binary(bytes, size), now, out);
    }

    /// The server's `{"type":"ping"}`. Not answered before the login: there, the answer would be read as a
    /// first message that isn't `auth`, and end the connection (reference 2.3).
    fn pinged(&mut self, now: Stamp, out: &mut Outputs) {
        self.pulse.ping_heard(now.elapsed_us);
        if self.switches.auto_pong && self.may_talk() {
            self.write_text(PONG.to_owned(), true, now, out);
        }
    }

    pub(super) fn control(&mut self, kind: ControlKind, data: &Bytes, now: Stamp, out: &mut Outputs) {
        let data = String::from_utf8_lossy(data).into_owned();
        let row = |direction, kind: ControlKind, data| Fact::Control {
            direction,
            opcode: kind.name().to_owned(),
            data,
        };
        self.record(row(Direction::In, kind, data.clone()), now, out);
        if kind == ControlKind::Ping {
            // Both transports answer by themselves; an inspector shows that too.
            self.record_automatic(row(Direction::Out, ControlKind::Pong, data), now, out);
        }
    }
}
