//! Scripted servers on loopback: each takes one connection and does what its script says.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use tungstenite::handshake::derive_accept_key;

/// A server that failed to see what it waits for ends its test after this.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server and what its script returns.
pub struct Server<T> {
    pub port: u16,
    thread: JoinHandle<T>,
    outcome: Receiver<()>,
}

impl<T: Send + 'static> Server<T> {
    /// Takes one connection and gives it to the script.
    pub fn start(script: impl FnOnce(Peer) -> T + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (done, outcome) = channel();
        let thread = std::thread::spawn(move || {
            let (stream, _) = listener.accept().unwrap();
            stream.set_nodelay(true).unwrap();
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
            stream.set_write_timeout(Some(PATIENCE)).unwrap();
            let outcome = script(Peer(stream));
            let _ = done.send(());
            outcome
        });
        Self { port, thread, outcome }
    }

    pub fn url(&self) -> String {
        format!("ws://127.0.0.1:{}/websocket", self.port)
    }

    /// What the script returned; its panics become the test's.
    pub fn outcome(self) -> T {
        // A panic of the script drops the sender, and `join` shows it.
        let _ = self.outcome.recv_timeout(PATIENCE * 2);
        self.thread.join().expect("the server's script failed")
    }
}

/// The server's end of a connection.
pub struct Peer(pub TcpStream);

impl Peer {
    /// Reads a request head.
    pub fn request(&mut self) -> String {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            assert_eq!(self.0.read(&mut byte).unwrap(), 1, "hung up within the head {head:?}");
            head.push(byte[0]);
        }
        String::from_utf8(head).unwrap()
    }

    pub fn write(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).unwrap();
    }

    /// Takes the WebSocket request; `first` goes out in the same packet as the answer.
    pub fn accept_with(&mut self, first: &[u8]) -> String {
        let request = self.request();
        let key = request
            .lines()
            .find_map(|line| {
                line.split_once(": ").filter(|(name, _)| name.eq_ignore_ascii_case("sec-websocket-key"))
            })
            .expect("a key")
            .1;
        let accept = derive_accept_key(key.as_bytes());
        let mut answer = format!(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Accept: {accept}\r\n\r\n"
        )
        .into_bytes();
        answer.extend_from_slice(first);
        self.write(&answer);
        request
    }

    pub fn accept(&mut self) -> String {
        self.accept_with(&[])
    }

    pub fn text(&mut self, text: &str) {
        self.write(&frame(1, text.as_bytes()));
    }

    /// Reads one frame of the client: its opcode and unmasked payload; `None` when the client hung up.
    pub fn read(&mut self) -> Option<(u8, Vec<u8>)> {
        let mut head = [0; 2];
        self.0.read_exact(&mut head).ok()?;
        assert!(head[1] & 0x80 != 0, "a client must mask");
        let length = match head[1] & 0x7f {
            126 => {
                let mut bytes = [0; 2];
                self.0.read_exact(&mut bytes).unwrap();
                usize::from(u16::from_be_bytes(bytes))
            }
            127 => {
                let mut bytes = [0; 8];
                self.0.read_exact(&mut bytes).unwrap();
                usize::try_from(u64::from_be_bytes(bytes)).unwrap()
            }
            short => usize::from(short),
        };
        let mut mask = [0; 4];
        self.0.read_exact(&mut mask).unwrap();
        let mut payload = vec![0; length];
        self.0.read_exact(&mut payload).unwrap();
        for (byte, mask) in payload.iter_mut().zip(mask.iter().cycle()) {
            *byte ^= mask;
        }
        Some((head[0] & 0x0f, payload))
    }

    /// Reads until the client's Close frame: its code and reason, or `None` if it hung up without one.
    pub fn until_close(&mut self) -> Option<(Option<u16>, String)> {
        loop {
            let (opcode, payload) = self.read()?;
            if opcode == 8 {
                let code = payload.first_chunk().map(|code| u16::from_be_bytes(*code));
                let reason = String::from_utf8(payload.get(2..).unwrap_or_default().to_vec()).unwrap();
                return Some((code, reason));
            }
        }
    }

    /// Waits until the client has gone.
    pub fn until_gone(&mut self) {
        let mut rest = [0; 4096];
        while self.0.read(&mut rest).is_ok_and(|read| read > 0) {}
    }
}

/// A frame of the server with a minimal length.
pub fn frame(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x80 | opcode];
    if payload.len() < 126 {
        bytes.push(u8::try_from(payload.len()).unwrap());
    } else if let Ok(length) = u16::try_from(payload.len()) {
        bytes.push(126);
        bytes.extend_from_slice(&length.to_be_bytes());
    } else {
        bytes.push(127);
        bytes.extend_from_slice(&u64::try_from(payload.len()).unwrap().to_be_bytes());
    }
    bytes.extend_from_slice(payload);
    bytes
}

pub fn close_frame(code: u16, reason: &str) -> Vec<u8> {
    let mut payload = code.to_be_bytes().to_vec();
    payload.extend_from_slice(reason.as_bytes());
    frame(8, &payload)
}

/// Does a TLS handshake with a self-signed certificate for 127.0.0.1, as far as it gets.
pub fn tls_handshake(peer: Peer) {
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let session = ServerConnection::new(Arc::new(config)).unwrap();
    let mut stream = StreamOwned::new(session, peer.0);
    // The client refuses; whatever this read says, the handshake was tried.
    let _ = stream.read(&mut [0; 16]);
}
