//! From a socket of a HAR to events, with its secrets masked.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::value::RawValue;

use super::file::{Entry, Frame, Pair};
use super::speech;
use crate::capture::event::{
    ClosedBy, Direction, Event, Fact, Header, Message, Payload, Stage, Stamp, Text, What,
};
use crate::directus::{Class, Masker, Secret, classify};

/// Shorter pieces of something masked are not looked for elsewhere: they would hide half the text.
const LEAST_LEARNED: usize = 8;

/// Writes the events of one socket.
pub(super) struct Scribe<'a> {
    socket: &'a Entry<'a>,
    connection: u32,
    /// When the capture begins.
    origin_us: i64,
    masker: &'a mut Masker,
    messages: u64,
}

impl<'a> Scribe<'a> {
    pub(super) fn new(
        socket: &'a Entry<'a>,
        connection: u32,
        origin_us: i64,
        masker: &'a mut Masker,
    ) -> Self {
        Self { socket, connection, origin_us, masker, messages: 0 }
    }

    /// Data messages so far.
    pub(super) const fn messages(&self) -> u64 {
        self.messages
    }

    /// The events before the first message.
    pub(super) fn handshake(&mut self) -> Vec<Event> {
        let socket = self.socket;
        let begun_us = socket.started_us();
        let url = self.url(socket.url());
        let target = socket.url().split_once("://").map_or(socket.url(), |(_, rest)| rest);
        let target = target.find(['/', '?']).map_or("/", |at| &target[at..]);
        let target = self.url(target.split('#').next().unwrap_or_default());
        let request = &socket.request;
        let method = if request.method.is_empty() { "GET".to_owned() } else { request.method.clone() };
        let headers = self.headers(&request.headers);
        let mut events = vec![
            self.fact(
                begun_us,
                Fact::Connect {
                    url: url.clone(),
                    transport: "browser".to_owned(),
                    mode: speech::mode(socket).to_owned(),
                    credential: "as the browser sent it".to_owned(),
                    attempt: 1,
                    unverified: false,
                    login_first: false,
                },
            ),
            self.fact(begun_us, Fact::Request { method, target, headers }),
        ];
        // The messages are the better clock: an answer never came after the first of them.
        let first_us = socket.messages.iter().find_map(|raw| Frame::read(raw)).map(|frame| frame.time_us());
        let answered_us = begun_us.saturating_add(socket.timings.until_response_us());
        let answered_us = first_us.map_or(answered_us, |first_us| answered_us.min(first_us)).max(begun_us);
        let status = u16::try_from(socket.response.status).unwrap_or(0);
        let headers = self.headers(&socket.response.headers);
        let named = |(name, _): &&Header| name.eq_ignore_ascii_case("sec-websocket-protocol");
        let subprotocol = headers.iter().find(named).map(|(_, value)| value.clone()).unwrap_or_default();
        if status != 0 {
            let mut reason = socket.response.status_text.clone();
            self.words(&mut reason);
            let took_us = socket.timings.wait_us();
            let response = Fact::Response { status, reason, headers, body: String::new(), took_us };
            events.push(self.fact(answered_us, response));
        }
        if status == 101 || !socket.messages.is_empty() {
            events.push(self.fact(answered_us, Fact::Open { url, subprotocol }));
        }
        events
    }

    /// A message as an event; `None` if it can't be understood.
    pub(super) fn message(&mut self, raw: &RawValue) -> Option<Event> {
        let frame = Frame::read(raw)?;
        let at_us = frame.time_us();
        let direction = match frame.kind.as_str() {
            "send" => Direction::Out,
            "receive" => Direction::In,
            "error" => return Some(self.error(at_us, frame.data)),
            _ => return None,
        };
        match frame.opcode {
            1 => Some(self.text(at_us, direction, &frame.data)),
            2 => {
                let bytes = STANDARD.decode(&frame.data).ok()?;
                Some(self.binary(at_us, direction, bytes))
            }
            // Chrome leaves these out, other tools don't.
            8 => {
                let by = if direction == Direction::In { ClosedBy::Server } else { ClosedBy::Client };
                Some(self.fact(at_us, Fact::Close { code: None, reason: String::new(), by }))
            }
            9 | 10 => {
                let opcode = if frame.opcode == 9 { "ping" } else { "pong" }.to_owned();
                let mut data = frame.data;
                self.words(&mut data);
                Some(self.fact(at_us, Fact::Control { direction, opcode, data }))
            }
            _ => None,
        }
    }

    fn text(&mut self, at_us: i64, direction: Direction, data: &str) -> Event {
        let class = classify(data);
        let masked = match direction {
            Direction::Out => self.masker.outgoing(data),
            Direction::In => self.masker.incoming(data, &class),
        };
        self.messages += 1;
        let is_masked = masked.is_some();
        let (text, class) = match masked {
            Some(masked) => {
                let class = classify(&masked);
                (Text::from(masked), class)
            }
            None => (Text::from(data), class),
        };
        let size = data.len() as u64;
        let message = Message { direction, payload: Payload::Text(text), size, class };
        self.event(at_us, What::Message(message), is_masked)
    }

    fn binary(&mut self, at_us: i64, direction: Direction, bytes: Vec<u8>) -> Event {
        let size = bytes.len() as u64;
        // Directus reads a binary message as text (reference 1.5), so one that was sent may be a login.
        let masked = match (direction, std::str::from_utf8(&bytes)) {
            (Direction::Out, Ok(text)) => self.masker.outgoing(text),
            _ => None,
        };
        self.messages += 1;
        let is_masked = masked.is_some();
        let payload = Payload::Binary(masked.map_or_else(|| Bytes::from(bytes), Bytes::from));
        let message = Message { direction, payload, size, class: Class::binary() };
        self.event(at_us, What::Message(message), is_masked)
    }

    fn error(&mut self, at_us: i64, mut message: String) -> Event {
        self.words(&mut message);
        let fact = Fact::Error {
            stage: Stage::Socket,
            message,
            cause: "The browser reported it; a HAR holds no more.".to_owned(),
            advice: "Look at the messages before it, and at the console of the page.".to_owned(),
        };
        self.fact(at_us, fact)
    }

    /// A fact whose texts are masked already.
    fn fact(&self, at_us: i64, fact: Fact) -> Event {
        let masked = serde_json::to_string(&fact).is_ok_and(|text| crate::directus::has_mask(&text));
        self.event(at_us, What::Fact(Box::new(fact)), masked)
    }

    fn event(&self, time_us: i64, what: What, masked: bool) -> Event {
        let elapsed_us = u64::try_from(time_us.saturating_sub(self.origin_us)).unwrap_or(0);
        let stamp = Stamp { time_us, elapsed_us };
        Event { stamp, connection: self.connection, automatic: false, masked, what }
    }

    fn url(&mut self, url: &str) -> String {
        let masked = self.masker.url(url);
        self.learn(url, &masked);
        masked
    }

    fn headers(&mut self, headers: &[Pair]) -> Vec<Header> {
        let mut shown = Vec::with_capacity(headers.len());
        for Pair { name, value } in headers {
            let masked = self.masker.header(name, value);
            self.learn(value, &masked);
            shown.push((name.clone(), masked));
        }
        shown
    }

    fn words(&mut self, text: &mut String) {
        if let Some(masked) = self.masker.outgoing(text) {
            *text = masked;
        }
    }

    /// What was hidden in one place is a secret in every other: our own connections know theirs beforehand, a HAR tells
    /// them as it is read.
    fn learn(&mut self, original: &str, masked: &str) {
        if original == masked {
            return;
        }
        for piece in original.split([' ', ';', ',', '=', '&', '?', '#', '@', ':', '/']) {
            if piece.len() >= LEAST_LEARNED && !masked.contains(piece) {
                self.masker.learn(&Secret::new(piece));
            }
        }
    }
}
