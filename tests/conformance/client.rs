//! A raw WebSocket client that knows nothing of Directus and answers nothing by itself: the upgrade by hand, so
//! that a refusal is seen to the last byte, and tungstenite for the frames.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use tungstenite::protocol::Role;
use tungstenite::{Bytes, Error, Message, WebSocket};

use super::case::{Ending, Upgrade};

/// How long a server may take for anything it is going to do. Long, because the machine may be compiling.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// What came of an upgrade request.
#[derive(Debug)]
pub enum Answer {
    Accepted(Box<Client>),
    /// The status, and everything that came, the status line included.
    Refused(u16, String),
    /// Not a byte, and the connection is still there.
    Nothing,
}

/// What a socket gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    Text(String),
    /// Binary, ping and pong: a Directus never sends one.
    Other(String),
    Ended(Ending),
}

#[derive(Debug)]
pub struct Client {
    socket: WebSocket<TcpStream>,
}

/// Asks `address` for an upgrade and waits for the answer at most `limit`.
pub fn open(address: &str, upgrade: &Upgrade, limit: Duration) -> io::Result<Answer> {
    let mut request = format!(
        "GET {} HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
        upgrade.target
    );
    for (name, value) in &upgrade.headers {
        request += &format!("{name}: {value}\r\n");
    }
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.write_all(format!("{request}\r\n").as_bytes())?;
    let head = read_head(&mut stream, limit)?;
    let Some(end) = head.windows(4).position(|four| four == b"\r\n\r\n") else {
        return if head.is_empty() {
            Ok(Answer::Nothing)
        } else {
            Err(io::Error::other(format!("half an answer: {}", String::from_utf8_lossy(&head))))
        };
    };
    let text = String::from_utf8_lossy(&head[..end]);
    let status = text.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
    if status == 101 {
        let early = head[end + 4..].to_vec();
        let socket = WebSocket::from_partially_read(stream, early, Role::Client, None);
        return Ok(Answer::Accepted(Box::new(Client { socket })));
    }
    let mut all = head;
    stream.set_read_timeout(Some(limit))?;
    stream.read_to_end(&mut all)?;
    Ok(Answer::Refused(status, String::from_utf8_lossy(&all).into_owned()))
}

/// Reads until an empty line, the end, or the limit; what came by then.
fn read_head(stream: &mut TcpStream, limit: Duration) -> io::Result<Vec<u8>> {
    let deadline = Instant::now() + limit;
    let mut head = Vec::new();
    let mut block = [0; 4096];
    while !head.windows(4).any(|four| four == b"\r\n\r\n") {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        stream.set_read_timeout(Some(left))?;
        match stream.read(&mut block) {
            Ok(0) if head.is_empty() => return Err(io::Error::other("closed without an answer")),
            Ok(0) => break,
            Ok(count) => head.extend_from_slice(&block[..count]),
            Err(error) if is_timeout(&error) => break,
            Err(error) => return Err(error),
        }
    }
    Ok(head)
}

impl Client {
    /// Sends all messages in one write where they fit the socket's buffer.
    pub fn send(&mut self, messages: Vec<Message>) -> Result<(), Error> {
        for message in messages {
            self.socket.write(message)?;
        }
        self.socket.flush()
    }

    /// Past the framing.
    pub fn send_bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.socket.get_mut().write_all(bytes)
    }

    pub fn ping(&mut self) -> Result<(), Error> {
        self.socket.send(Message::Ping(Bytes::from_static(b"harewire")))
    }

    /// Says good-bye and waits until the server has let go, so that the next case is not counted beside this one.
    pub fn finish(mut self) {
        let deadline = Instant::now() + Duration::from_secs(2);
        // Where the connection has ended already there is nobody to say it to.
        let mut is_open = self.socket.close(None).is_ok();
        while is_open && Instant::now() < deadline {
            let wait = self.socket.get_ref().set_read_timeout(Some(Duration::from_millis(100)));
            is_open = wait.is_ok()
                && match self.socket.read() {
                    Err(Error::Io(error)) => is_timeout(&error),
                    other => other.is_ok(),
                };
        }
    }

    /// The next frame, or nothing within `limit`.
    pub fn receive(&mut self, limit: Duration) -> io::Result<Option<Frame>> {
        let deadline = Instant::now() + limit;
        loop {
            let left = deadline.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
            self.socket.get_ref().set_read_timeout(Some(left))?;
            let frame = match self.socket.read() {
                Ok(Message::Text(text)) => Frame::Text(text.as_str().to_owned()),
                Ok(Message::Close(None)) => Frame::Ended(Ending::NoCode),
                Ok(Message::Close(Some(close))) => Frame::Ended(Ending::Code(close.code.into())),
                Ok(other) => Frame::Other(format!("{other:?}")),
                Err(Error::Io(error)) if is_timeout(&error) => {
                    if Instant::now() >= deadline {
                        return Ok(None);
                    }
                    continue;
                }
                // A reset, or an end of the stream, where a Close frame should be.
                Err(_) => Frame::Ended(Ending::Dropped),
            };
            return Ok(Some(frame));
        }
    }
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}
