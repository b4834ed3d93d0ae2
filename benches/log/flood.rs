//! A server that says what Directus says, and then sends so many events.

use std::fmt::Write as _;
use std::io::Write as _;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use crossbeam_channel::Receiver;
use serde_json::{Value, json};
use tungstenite::{Message, WebSocket};

/// Subscriptions the server waits for before it sends its events, which it shares out among them.
pub const SUBSCRIPTIONS: u64 = 4;
/// Events made before the clock runs; a longer flood repeats them, so that the server's memory and its work on the
/// way out are no part of what is measured.
const BLOCK: u64 = 100_000;
/// How often a server that keeps to a rate sends.
const TICK: Duration = Duration::from_millis(1);

/// What to send.
#[derive(Clone, Copy)]
pub struct Flood {
    /// Events in all.
    pub events: u64,
    /// Bytes of each, about.
    pub size: usize,
    /// Events a second; `None`: as fast as the client takes them.
    pub per_second: Option<u64>,
    /// Of those at a rate, so many go before, as fast as the client takes them.
    pub quick: u64,
    /// All events are of this subscription; `None`: they are shared out.
    pub only: Option<u64>,
    /// Close when all is sent, for clients that end with the connection.
    pub close: bool,
}

impl Flood {
    /// As fast as the client takes them, and then wait for it to leave.
    pub fn new(events: u64, size: usize) -> Self {
        Self { events, size, per_second: None, quick: 0, only: None, close: false }
    }
}

/// Starts a server for one client. The receiver tells when the first event left.
pub fn start(flood: Flood) -> (SocketAddr, Receiver<Instant>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port on loopback");
    let address = listener.local_addr().expect("its address");
    let (tell, began) = crossbeam_channel::bounded(1);
    let block = Block::make(flood, "ben");
    std::thread::spawn(move || {
        let (stream, _) = listener.accept().expect("the client");
        let socket = tungstenite::accept(stream).expect("an upgrade");
        // A client that has seen enough leaves in the middle of it.
        let _left = serve(socket, flood, &block, || {
            let _told = tell.send(Instant::now());
        });
    });
    (address, began)
}

/// Answers until the client leaves.
fn serve(
    mut socket: WebSocket<TcpStream>,
    flood: Flood,
    block: &Block,
    begin: impl Fn(),
) -> tungstenite::Result<()> {
    let mut subscribed = 0;
    loop {
        let Message::Text(text) = socket.read()? else { continue };
        let asked: Value = serde_json::from_str(&text).expect("a message of Directus");
        let kind = asked["type"].as_str().unwrap_or_default();
        let answer = match kind {
            "auth" => json!({"type": "auth", "status": "ok"}),
            "subscribe" => json!({"type": "subscription", "event": "init", "uid": asked["uid"]}),
            "ping" => json!({"type": "pong", "uid": asked["uid"]}),
            _ => continue,
        };
        socket.send(Message::text(answer.to_string()))?;
        subscribed += u64::from(kind == "subscribe");
        if kind == "subscribe" && subscribed == SUBSCRIPTIONS {
            begin();
            match flood.per_second {
                None => block.send(socket.get_mut(), flood.events)?,
                Some(rate) => {
                    block.send(socket.get_mut(), flood.quick)?;
                    // What comes after those changes the rows they made.
                    let changed = (flood.quick > 0).then(|| Block::make(flood, "ann"));
                    let block = changed.as_ref().unwrap_or(block);
                    block.send_paced(socket.get_mut(), flood.events - flood.quick, rate)?;
                }
            }
            if flood.close {
                socket.close(None)?;
            }
        }
    }
}

/// Events as bytes on the wire, without masking since they come from a server.
struct Block {
    bytes: Vec<u8>,
    /// Where each event ends.
    ends: Vec<usize>,
}

impl Block {
    fn make(flood: Flood, user: &str) -> Self {
        let (events, size) = (flood.events.min(BLOCK), flood.size);
        let words =
            "The quick brown fox jumps over the lazy dog, and the dog sleeps on. ".repeat(size / 60 + 1);
        let mut block = Self { bytes: Vec::new(), ends: Vec::new() };
        let mut text = String::new();
        for number in 0..events {
            let uid = flood.only.unwrap_or(number % SUBSCRIPTIONS + 1);
            text.clear();
            write!(text, r#"{{"type":"subscription","event":"create","data":[{{"id":{number},"user":"{user}","date_created":"2026-11-24T00:13:16.014Z","text":""#)
                .expect("memory");
            let rest = size.saturating_sub(text.len() + 25);
            text.push_str(words.get(..rest).expect("as many words"));
            write!(text, r#""}}],"uid":"messages-{uid}"}}"#).expect("memory");
            let length = u16::try_from(text.len()).expect("less than 64 KiB");
            block.bytes.extend_from_slice(&[0x81, 126]);
            block.bytes.extend_from_slice(&length.to_be_bytes());
            block.bytes.extend_from_slice(text.as_bytes());
            block.ends.push(block.bytes.len());
        }
        block
    }

    /// The events from number `from` on, at most `count`, without going over the end of the block.
    fn part(&self, from: u64, count: u64) -> (&[u8], u64) {
        let len = self.ends.len() as u64;
        let from = from % len;
        let count = count.min(len - from);
        let end = |number: u64| match number {
            0 => 0,
            number => self.ends[usize::try_from(number - 1).expect("a place in memory")],
        };
        (&self.bytes[end(from)..end(from + count)], count)
    }

    fn send(&self, stream: &mut TcpStream, events: u64) -> std::io::Result<()> {
        let mut sent = 0;
        while sent < events {
            let (bytes, count) = self.part(sent, events - sent);
            stream.write_all(bytes)?;
            sent += count;
        }
        Ok(())
    }

    fn send_paced(&self, stream: &mut TcpStream, events: u64, rate: u64) -> std::io::Result<()> {
        let began = Instant::now();
        let mut sent = 0;
        while sent < events {
            let due = (began.elapsed().as_millis() * u128::from(rate) / 1000).min(events.into());
            let due = u64::try_from(due).unwrap_or(events);
            while sent < due {
                let (bytes, count) = self.part(sent, due - sent);
                stream.write_all(bytes)?;
                sent += count;
            }
            std::thread::sleep(TICK);
        }
        Ok(())
    }
}
