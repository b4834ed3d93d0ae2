//! How fast a flood of subscription events gets from loopback into the journal, against a bare read loop and peers.
//!
//! All readers drain the same server in the same run, warm, with the order turned from round to round. Nothing may be
//! lost: the bench stops if a single event is missing.

use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crossbeam_channel::Receiver;
use tungstenite::{Message, WebSocket};

use crate::flood::{self, Flood, SUBSCRIPTIONS};
use crate::peers;
use crate::window::Window;

/// Events in one flood.
pub const EVENTS: u64 = 1_000_000;
/// Bytes of an event.
const SIZE: usize = 250;
/// Rounds of each reader; the best counts, since everything else on the machine only slows down.
const ROUNDS: usize = 3;

/// One that drains the flood.
struct Reader {
    name: &'static str,
    /// How long it takes from the first event to the last; `None` where the peer is missing.
    drain: fn() -> Option<Duration>,
    best: Option<Duration>,
}

/// Prints rates and ratios.
pub fn compare() {
    let reader = |name, drain| Reader { name, drain, best: None };
    let mut readers = [
        reader("bare tungstenite read loop", || Some(drain_bare())),
        reader("harewire record", || Some(drain_record())),
        reader("harewire, the window", || Some(drain_window())),
        reader("websocat > file", peers::drain_websocat),
        reader("Node ws + JSON.parse", peers::drain_node),
    ];
    for round in 0..=ROUNDS {
        readers.rotate_left(1);
        for reader in &mut readers {
            let took = (reader.drain)();
            // The first round warms caches and the disk.
            if round > 0 {
                reader.best = reader.best.into_iter().chain(took).min();
            }
        }
    }
    let best = |name: &str| {
        readers.iter().find(|reader| reader.name.starts_with(name)).and_then(|reader| reader.best)
    };
    println!("{EVENTS} events of about {SIZE} bytes, best of {ROUNDS}");
    for name in ["bare", "harewire record", "harewire, the", "websocat", "Node"] {
        let Some(reader) = readers.iter().find(|reader| reader.name.starts_with(name)) else { continue };
        match reader.best {
            Some(took) => println!("  {:<28}{:>10.0} /s", reader.name, EVENTS as f64 / took.as_secs_f64()),
            None => println!("  {:<28}{:>13}", reader.name, "missing"),
        }
    }
    let targets = [
        ("bare", "must 0.20, goal 0.25"),
        ("websocat", "must 1.5, goal 1.8"),
        ("Node", "must 1.6, goal 2.0"),
    ];
    for ours in ["harewire record", "harewire, the"] {
        for (other, target) in targets {
            if let (Some(took), Some(other_took)) = (best(ours), best(other)) {
                let ratio = other_took.as_secs_f64() / took.as_secs_f64();
                let ours = if ours.ends_with("the") { "window" } else { "record" };
                println!("  {ours} against {other:<18}{ratio:>10.2}   ({target})");
            }
        }
    }
}

/// A server, and when it began.
pub fn server(close: bool) -> (SocketAddr, Receiver<Instant>) {
    flood::start(Flood { close, ..Flood::new(EVENTS, SIZE) })
}

/// The subscribes the server waits for.
pub fn subscribes() -> impl Iterator<Item = String> {
    (1..=SUBSCRIPTIONS).map(|number| {
        format!(
            r#"{{"type":"subscribe","collection":"messages","event":"create","uid":"messages-{number}"}}"#
        )
    })
}

/// Reads the flood and does nothing with it.
pub fn drain_bare() -> Duration {
    let (address, began) = server(false);
    let stream = TcpStream::connect(address).expect("the server");
    let config = tungstenite::protocol::WebSocketConfig::default().read_buffer_size(256 * 1024);
    let url = format!("ws://{address}/websocket");
    let (mut socket, _): (WebSocket<_>, _) =
        tungstenite::client::client_with_config(url, stream, Some(config)).expect("an upgrade");
    for text in subscribes() {
        socket.send(Message::text(text)).expect("the server reads");
    }
    let mut seen = 0;
    while seen < EVENTS + SUBSCRIPTIONS {
        match socket.read().expect("the flood") {
            Message::Text(text) => {
                std::hint::black_box(&text);
                seen += 1;
            }
            other => panic!("unexpected {other:?}"),
        }
    }
    began.recv().expect("the server began").elapsed()
}

/// The program itself, as a shell starts it.
fn drain_record() -> Duration {
    let (address, began) = server(true);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("flood.ndjson");
    let mut command = Command::new(env!("CARGO_BIN_EXE_harewire"));
    command
        .args([
            "record",
            &format!("ws://{address}/websocket"),
            "--mode",
            "public",
            "--until",
            "close",
            "--out",
        ])
        .arg(&file);
    for _ in 0..SUBSCRIPTIONS {
        command.args(["--subscribe", "messages:create"]);
    }
    let status = command.stdin(Stdio::null()).stderr(Stdio::null()).status();
    let took = began.recv().expect("the server began").elapsed();
    assert!(status.expect("harewire").success(), "harewire ended well");
    let lines = peers::lines(&file);
    assert!(lines > EVENTS + SUBSCRIPTIONS, "only {lines} lines were written");
    took
}

fn drain_window() -> Duration {
    let mut window = Window::connected(Flood::new(EVENTS, SIZE));
    window.drain(EVENTS)
}
