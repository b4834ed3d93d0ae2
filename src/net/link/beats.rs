//! Pings and pongs: those of Directus, which are messages, and those of WebSocket, which are control frames.

use bytes::Bytes;

use crate::capture::event::{Direction, Fact, Stamp};
use crate::net::failure::OpenFailure;
use crate::net::link::{Link, Outputs, Phase};
use crate::net::socket::ControlKind;

/// The sign of life that the server asks for (reference 3).
pub(super) const PONG: &str = r#"{"type":"pong"}"#;

/// The probe of a round trip: its uid comes back.
pub(super) fn ping(uid: &str) -> String {
    format!(r#"{{"type":"ping","uid":"{uid}"}}"#)
}

impl Link {
    pub(super) fn measure(&mut self, now: Stamp, out: &mut Outputs) {
        if self.phase == Phase::Live && self.directus() {
            let text = ping(&self.pulse.next_uid());
            self.write_text(text, true, now, out);
        } else {
            self.tell(&OpenFailure::NotConnected.into(), now, out);
        }
    }

    /// The server's `{"type":"ping"}`. Not answered before the login: there, the answer would be read as a
    /// first message that isn't `auth`, and end the connection (reference 2.3).
    pub(super) fn pinged(&mut self, now: Stamp, out: &mut Outputs) {
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
