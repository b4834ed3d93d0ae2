//! The HTTP upgrade. Our own, because the whole answer is kept whatever it is.

use std::io;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::{timeout, timeout_at};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use crate::net::clock::since_us;
use crate::net::failure::{Failure, TlsFailure, UpgradeFailure};
use crate::net::full::request::Request;
use crate::net::full::response::Head;
use crate::net::full::{Deadline, Report, Wire};
use crate::net::socket::SocketEvent;

/// How long to wait for the body of a refusal: the status is known already, and a person waits for it.
const BODY_PATIENCE: Duration = Duration::from_secs(2);

/// What came of a successful upgrade.
#[derive(Debug)]
pub(super) struct Agreed {
    pub(super) subprotocol: String,
    /// Bytes behind the head: the first frames.
    pub(super) rest: Vec<u8>,
}

/// Asks for WebSocket.
pub(super) async fn upgrade(
    wire: &mut Box<dyn Wire>,
    request: &Request,
    deadline: Deadline,
    report: &Report,
) -> Result<Agreed, Failure> {
    let begun = Instant::now();
    let asked = SocketEvent::Request { target: request.target.clone(), headers: request.headers.clone() };
    let _ = report.send(asked);
    let mut bytes = Vec::new();
    let head = match timeout_at(deadline.at, ask(wire, request, &mut bytes)).await {
        Ok(head) => head?,
        Err(_) if bytes.is_empty() => {
            return Err(UpgradeFailure::NoAnswer {
                path: request.path.clone(),
                after_ms: deadline.limit_ms(),
            }
            .into());
        }
        Err(_) => return Err(UpgradeFailure::Stalled { after_ms: deadline.limit_ms() }.into()),
    };
    let took_us = since_us(begun);
    let rest = bytes.split_off(head.length);
    let body = if head.status == 101 {
        String::new()
    } else {
        refusal_body(wire, &head, rest.clone(), deadline).await
    };
    let answered = SocketEvent::Response {
        status: head.status,
        reason: head.reason.clone(),
        headers: head.headers.clone(),
        body,
        took_us,
    };
    let _ = report.send(answered);
    if head.status != 101 {
        return Err(UpgradeFailure::Status {
            status: head.status,
            location: head.header("location").map(str::to_owned),
            reason: head.reason,
            token_shown: request.token_shown,
        }
        .into());
    }
    let accept = head.header("sec-websocket-accept").map(str::trim);
    if accept != Some(derive_accept_key(request.key.as_bytes()).as_str()) {
        return Err(UpgradeFailure::BadAccept { received: accept.map(str::to_owned) }.into());
    }
    // A server that does not echo an offered subprotocol is not refused: the empty one is shown.
    let subprotocol = head.header("sec-websocket-protocol").unwrap_or_default().to_owned();
    Ok(Agreed { subprotocol, rest })
}

/// Sends the request and reads the head of the final answer into `bytes`.
async fn ask(wire: &mut Box<dyn Wire>, request: &Request, bytes: &mut Vec<u8>) -> Result<Head, Failure> {
    // A server that refuses our certificate says so instead of answering; reading tells it, if writing has failed.
    let written = async {
        wire.write_all(&request.to_bytes()).await?;
        wire.flush().await
    };
    let written = written.await;
    loop {
        match Head::parse(bytes)? {
            // Interim answers (RFC 9110, 15.2) precede the real one.
            Some(head) if matches!(head.status, 100 | 102..=199) => {
                bytes.drain(..head.length);
            }
            Some(head) => return Ok(head),
            None => {
                let read = wire.read_buf(bytes).await.map_err(|error| cut(&error))?;
                if read == 0 || written.is_err() {
                    return Err(written.as_ref().err().map_or(UpgradeFailure::HungUp.into(), cut));
                }
            }
        }
    }
}

/// What a broken wire means: TLS may have the server's alert, anything else is a server that hung up.
pub(super) fn cut(error: &io::Error) -> Failure {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(alert @ rustls::Error::AlertReceived(_)) => TlsFailure::from_rustls(alert, "", &[]).into(),
        _ => UpgradeFailure::HungUp.into(),
    }
}

/// The body of a refusal, as much as comes: it may lie in a later packet than the head.
async fn refusal_body(
    wire: &mut Box<dyn Wire>,
    head: &Head,
    mut body: Vec<u8>,
    deadline: Deadline,
) -> String {
    let end = head.body();
    let reading = async {
        while !end.reached(&body) {
            match wire.read_buf(&mut body).await {
                Ok(read) if read > 0 => {}
                _ => break,
            }
        }
    };
    // What came until the time is over is shown; the failure is the status, not the body.
    let _ = timeout_at(deadline.at, timeout(BODY_PATIENCE, reading)).await;
    end.text(&body)
}
