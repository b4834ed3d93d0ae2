//! A server that doesn't read: what is sent to it waits, and whoever sends can see that.

use std::io::Read as _;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use harewire::capture::event::{Direction, What};
use harewire::net::TransportKind;

use super::server::Server;
use super::witness::{Witness, raw};

/// More than the buffers of two sockets on loopback hold.
const MESSAGES: usize = 32;
const MESSAGE: usize = 1 << 20;

#[test]
fn what_the_server_does_not_read_counts_as_queued() {
    let (read_on, go) = channel::<()>();
    let server = Server::start(move |mut peer| {
        peer.accept();
        go.recv().unwrap();
        // Each with the longest head: 2 bytes, 8 of length, 4 of mask.
        let mut bytes = vec![0; MESSAGES * (14 + MESSAGE)];
        peer.0.read_exact(&mut bytes).unwrap();
        peer.until_close();
    });
    let mut witness = Witness::connect(raw(&server.url(), TransportKind::Full));
    witness.until_open();
    let text = "x".repeat(MESSAGE);
    for _ in 0..MESSAGES {
        witness.send(&text);
    }
    let sent = |witness: &Witness| {
        let is_out =
            |what: &What| matches!(what, What::Message(message) if message.direction == Direction::Out);
        witness.seen.iter().filter(|event| is_out(&event.what)).count()
    };
    while sent(&witness) < MESSAGES {
        let batch = witness.batches.recv_timeout(Duration::from_secs(60)).unwrap();
        witness.seen.extend(batch.events.iter().cloned());
    }
    let queued = |witness: &Witness| witness.link.as_ref().unwrap().queued_bytes();
    assert!(queued(&witness) > 8 << 20, "{} bytes wait", queued(&witness));
    read_on.send(()).unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    while queued(&witness) > 0 {
        assert!(Instant::now() < deadline, "{} bytes still wait", queued(&witness));
        std::thread::yield_now();
    }
    witness.leave();
    server.outcome();
}
