//! A client that hides nothing: frames as they come, and raw bytes where a library would help too much.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

/// Nothing here takes that long unless it hangs.
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) struct Client {
    socket: WebSocketStream<TcpStream>,
}

/// How a connection ended.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum End {
    /// A Close frame, with its code if it had one.
    Close(Option<u16>),
    /// No Close frame: a client library says 1006.
    Cut,
}

impl Client {
    pub(super) async fn connect(address: SocketAddr, target: &str) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        let request = format!("ws://{address}{target}").into_client_request().unwrap();
        let (socket, response) = client_async(request, stream).await.unwrap();
        assert_eq!(response.status(), 101);
        Self { socket }
    }

    /// Connected and authenticated.
    pub(super) async fn login(address: SocketAddr, token: &str) -> Self {
        let mut client = Self::connect(address, "/websocket").await;
        client.send(&format!(r#"{{"type":"auth","access_token":"{token}"}}"#)).await;
        client.expect(r#"{"type":"auth","status":"ok"}"#).await;
        client
    }

    pub(super) async fn send(&mut self, text: &str) {
        self.socket.send(Message::text(text)).await.unwrap();
    }

    /// Sends several in one write, so that the server has them all before it has done anything.
    pub(super) async fn burst(&mut self, texts: &[&str]) {
        for text in texts {
            self.socket.feed(Message::text(*text)).await.unwrap();
        }
        self.socket.flush().await.unwrap();
    }

    pub(super) async fn send_binary(&mut self, bytes: &[u8]) {
        self.socket.send(Message::binary(bytes.to_vec())).await.unwrap();
    }

    pub(super) async fn close(&mut self) {
        self.socket.close(None).await.unwrap();
    }

    async fn next(&mut self) -> Option<Result<Message, Error>> {
        tokio::time::timeout(PATIENCE, self.socket.next()).await.expect("the server says nothing")
    }

    /// The next frame, which must be text.
    pub(super) async fn frame(&mut self) -> String {
        match self.next().await {
            Some(Ok(Message::Text(text))) => text.as_str().to_owned(),
            other => panic!("expected a text frame, got {other:?}"),
        }
    }

    pub(super) async fn expect(&mut self, text: &str) {
        assert_eq!(self.frame().await, text);
    }

    /// The next frame, parsed.
    pub(super) async fn json(&mut self) -> Value {
        serde_json::from_str(&self.frame().await).unwrap()
    }

    /// Sends a message and reads its answer.
    pub(super) async fn ask(&mut self, text: &str) -> Value {
        self.send(text).await;
        self.json().await
    }

    /// Nothing is waiting: a ping is answered first.
    pub(super) async fn is_quiet(&mut self) {
        self.send(r#"{"type":"ping","uid":"quiet"}"#).await;
        self.expect(r#"{"type":"pong","uid":"quiet"}"#).await;
    }

    /// The end of the connection, which must come next.
    pub(super) async fn end(&mut self) -> End {
        match self.next().await {
            Some(Ok(Message::Close(frame))) => End::Close(frame.map(|frame| u16::from(frame.code))),
            None | Some(Err(_)) => End::Cut,
            Some(Ok(other)) => panic!("expected the end, got {other:?}"),
        }
    }
}

/// The request for an upgrade, with more header lines.
pub(super) fn upgrade(target: &str, headers: &str) -> String {
    format!(
        "GET {target} HTTP/1.1\r\nHost: demo.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{headers}\r\n"
    )
}

/// Sends bytes and reads until the server ends the connection.
pub(super) async fn exchange(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("no answer").unwrap();
    String::from_utf8(answer).unwrap()
}

/// Makes an upgrade and gives the raw stream behind the answer.
pub(super) async fn raw_socket(address: SocketAddr, target: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(upgrade(target, "").as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(tokio::time::timeout(PATIENCE, stream.read_u8()).await.expect("no answer").unwrap());
    }
    assert!(head.starts_with(b"HTTP/1.1 101 "), "{}", String::from_utf8_lossy(&head));
    stream
}

/// An HTTP call: status and body.
pub(super) async fn http(address: SocketAddr, call: &str, token: &str, body: &str) -> (u16, Value) {
    let bearer = if token.is_empty() { String::new() } else { format!("Authorization: Bearer {token}\r\n") };
    let request = format!(
        "{call} HTTP/1.1\r\nHost: demo.test\r\nConnection: close\r\n{bearer}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let answer = exchange(address, request.as_bytes()).await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap_or_else(|_| Value::from(body)))
}
