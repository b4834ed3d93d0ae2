//! How fast a flood of subscription events gets from loopback into the journal, against a bare read loop.
//!
//! `cargo bench --bench ingest` prints the ratio; both readers drain the same server in the same run, warm, with the
//! order alternated. Nothing may be lost: the bench stops if a single event is missing.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a bench stops at the first surprise, and speaks to a terminal"
)]

use std::io::Write as _;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use harewire::directus::{AuthMode, Credentials, Endpoint};
use harewire::engine::{Destination, Engine, Wake};
use harewire::net::{Command, ConnectSpec, Outgoing};
use tungstenite::{Message, WebSocket};

/// Events in one flood.
const EVENTS: u64 = 1_000_000;
/// Rounds of each reader; the best counts, since everything else on the machine only slows down.
const ROUNDS: usize = 3;
/// Subscriptions the events belong to.
const SUBSCRIPTIONS: u64 = 4;

fn main() {
    // `cargo test --benches` and `cargo bench -- --list` only want to know that it starts.
    if std::env::args().any(|argument| argument == "--test" || argument == "--list") {
        return;
    }
    let frames = frames();
    let (mut bare, mut ours) = (Duration::MAX, Duration::MAX);
    for round in 0..=ROUNDS {
        let (a, b) = if round % 2 == 0 {
            let a = with_server(&frames, drain_bare);
            (a, with_server(&frames, drain_harewire))
        } else {
            let b = with_server(&frames, drain_harewire);
            (with_server(&frames, drain_bare), b)
        };
        // The first round warms caches and the disk.
        if round > 0 {
            bare = bare.min(a);
            ours = ours.min(b);
        }
    }
    let rate = |took: Duration| EVENTS as f64 / took.as_secs_f64();
    println!("{EVENTS} events of about 250 bytes, best of {ROUNDS}");
    println!("  bare tungstenite read loop  {:>10.0} /s", rate(bare));
    println!("  harewire, into the journal  {:>10.0} /s", rate(ours));
    println!("  ratio                       {:>10.2}   (must 0.20, goal 0.25)", rate(ours) / rate(bare));
}

/// The flood as bytes on the wire, without masking since it comes from a server.
fn frames() -> Vec<u8> {
    let mut bytes = Vec::new();
    for number in 0..EVENTS {
        let text = format!(
            r#"{{"type":"subscription","event":"create","data":[{{"id":{number},"text":"The quick brown fox jumps over the lazy dog, and the dog sleeps on without a word","user":"ben","date_created":"2026-11-24T00:13:16.014Z","status":"draft","author":null}}],"uid":"messages-{}"}}"#,
            number % SUBSCRIPTIONS + 1
        );
        let length = u16::try_from(text.len()).expect("a short event");
        bytes.extend_from_slice(&[0x81, 126]);
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(text.as_bytes());
    }
    bytes
}

/// Starts a server for one client: takes its subscribes, then sends the flood.
fn with_server(frames: &[u8], drain: impl FnOnce(SocketAddr) -> Duration) -> Duration {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port on loopback");
    let address = listener.local_addr().expect("its address");
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let (stream, _) = listener.accept().expect("the client");
            let mut socket = tungstenite::accept(stream).expect("an upgrade");
            for number in 1..=SUBSCRIPTIONS {
                socket.read().expect("a subscribe");
                let init = format!(r#"{{"type":"subscription","event":"init","uid":"messages-{number}"}}"#);
                socket.send(Message::text(init)).expect("an init");
            }
            socket.get_mut().write_all(frames).expect("a reader");
            // Until the client has seen everything and leaves.
            while socket.read().is_ok() {}
        });
        drain(address)
    })
}

fn subscribe(number: u64) -> String {
    format!(r#"{{"type":"subscribe","collection":"messages","event":"create","uid":"messages-{number}"}}"#)
}

fn drain_bare(address: SocketAddr) -> Duration {
    let stream = TcpStream::connect(address).expect("the server");
    let config = tungstenite::protocol::WebSocketConfig::default().read_buffer_size(256 * 1024);
    let url = format!("ws://{address}/websocket");
    let (mut socket, _): (WebSocket<_>, _) =
        tungstenite::client::client_with_config(url, stream, Some(config)).expect("an upgrade");
    for number in 1..=SUBSCRIPTIONS {
        socket.send(Message::text(subscribe(number))).expect("the server reads");
    }
    let started = Instant::now();
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
    started.elapsed()
}

fn drain_harewire(address: SocketAddr) -> Duration {
    let (ring, bell) = crossbeam_channel::bounded(1);
    let wake = Wake::new(move || {
        let _full = ring.try_send(());
    });
    let folder = tempfile::tempdir().expect("a folder");
    let engine = Engine::start().expect("a net thread");
    let endpoint = Endpoint::parse(&format!("ws://{address}/websocket")).expect("a URL");
    let to = Destination::Path(folder.path().join("flood.ndjson"));
    let capture = engine.record("bench", to, &wake).expect("a capture");
    let spec = ConnectSpec::new(endpoint, AuthMode::Public, Credentials::None);
    capture.command(Command::Connect(Box::new(spec)));
    for number in 1..=SUBSCRIPTIONS {
        capture.command(Command::Send(Outgoing::Text(subscribe(number))));
    }
    let started = Instant::now();
    let deadline = started + Duration::from_secs(120);
    loop {
        wake.heard();
        let snapshot = capture.snapshot();
        let counted: u64 =
            snapshot.subscriptions.iter().map(|subscription| subscription.events.total()).sum();
        if counted == EVENTS {
            assert!(capture.view().len() > EVENTS, "every counted event has its row");
            break;
        }
        assert!(Instant::now() < deadline, "only {counted} events came: {:?}", snapshot.phase);
        let _news = bell.recv_timeout(Duration::from_secs(1));
    }
    let took = started.elapsed();
    drop(capture);
    took
}
