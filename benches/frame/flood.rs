//! A server that says what Directus says, and then sends so many events.

use std::fmt::Write as _;
use std::io::Write as _;
use std::net::{SocketAddr, TcpListener, TcpStream};

use serde_json::{Value, json};
use tungstenite::{Message, WebSocket};

/// Subscribes the server waits for before it sends its events, which it shares out among them.
pub const SUBSCRIPTIONS: u64 = 4;
/// Bytes handed to the system at once.
const CHUNK: usize = 64 * 1024;

/// Starts a server for one client. After the last subscribe it sends `events` events of about `size` bytes each.
pub fn start(events: u64, size: usize) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port on loopback");
    let address = listener.local_addr().expect("its address");
    std::thread::spawn(move || {
        let (stream, _) = listener.accept().expect("the client");
        serve(tungstenite::accept(stream).expect("an upgrade"), events, size);
    });
    address
}

/// Answers until the client leaves.
fn serve(mut socket: WebSocket<TcpStream>, events: u64, size: usize) {
    let mut subscribed = 0;
    while let Ok(message) = socket.read() {
        let Message::Text(text) = message else { continue };
        let asked: Value = serde_json::from_str(&text).expect("a message of Directus");
        let kind = asked["type"].as_str().unwrap_or_default();
        let answer = match kind {
            "auth" => json!({"type": "auth", "status": "ok"}),
            "subscribe" => json!({"type": "subscription", "event": "init", "uid": asked["uid"]}),
            "ping" => json!({"type": "pong", "uid": asked["uid"]}),
            _ => continue,
        };
        if socket.send(Message::text(answer.to_string())).is_err() {
            return;
        }
        subscribed += u64::from(kind == "subscribe");
        if kind == "subscribe"
            && subscribed == SUBSCRIPTIONS
            && flood(socket.get_mut(), events, size).is_err()
        {
            return;
        }
    }
}

/// Made on the way out, so that the server's own memory doesn't grow with what it sends.
fn flood(stream: &mut TcpStream, events: u64, size: usize) -> std::io::Result<()> {
    let words = "The quick brown fox jumps over the lazy dog, and the dog sleeps on. ".repeat(size / 60 + 1);
    let mut bytes = Vec::with_capacity(2 * CHUNK);
    let mut text = String::new();
    for number in 0..events {
        let uid = number % SUBSCRIPTIONS + 1;
        text.clear();
        write!(text, r#"{{"type":"subscription","event":"create","data":[{{"id":{number},"user":"ben","date_created":"2026-11-24T00:13:16.014Z","text":""#)
            .expect("memory");
        let rest = size.saturating_sub(text.len() + 25);
        text.push_str(words.get(..rest).expect("as many words"));
        write!(text, r#""}}],"uid":"messages-{uid}"}}"#).expect("memory");
        let length = u16::try_from(text.len()).expect("less than 64 KiB");
        bytes.extend_from_slice(&[0x81, 126]);
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(text.as_bytes());
        if bytes.len() >= CHUNK {
            stream.write_all(&bytes)?;
            bytes.clear();
        }
    }
    stream.write_all(&bytes)
}
