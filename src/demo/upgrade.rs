//! The first request on a TCP connection: an upgrade, or plain HTTP.

use std::io::Cursor;
use std::rc::Rc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use crate::demo::account::Login;
use crate::demo::hub::Hub;
use crate::demo::moment::Moment;
use crate::demo::options::{Mode, Origins, Version};
use crate::demo::rest;
use crate::demo::server::Shared;
use crate::demo::socket;

/// The only path that is a socket, compared exactly (reference 1.2).
pub(super) const PATH: &str = "/websocket";

/// Longest request head in bytes.
const MAX_HEAD: usize = 64 * 1024;

/// The parts of an upgrade request that decide about it.
#[derive(Debug, Default)]
struct Upgrade {
    path: String,
    /// Every `access_token` of the query.
    tokens: Vec<String>,
    host: String,
    origin: Option<String>,
    session: Option<String>,
    key: Option<String>,
    version: String,
    protocol: Option<String>,
}

/// How an upgrade is treated (reference 1.3).
#[derive(Debug)]
enum Admission {
    /// Nobody answers: the client hangs.
    Unanswered,
    /// A bare status line.
    Refused(&'static str),
    /// A socket, perhaps logged in already.
    Accepted(Option<Login>),
}

/// Serves one TCP connection to its end.
pub(super) async fn accept(shared: Rc<Shared>, mut stream: TcpStream) {
    let _ = stream.set_nodelay(true);
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        if bytes.len() > MAX_HEAD || !matches!(stream.read_buf(&mut bytes).await, Ok(1..)) {
            return;
        }
    };
    let (head, early) = bytes.split_at(end);
    let Some(upgrade) = parse(head) else {
        return rest::serve(shared, stream, bytes).await;
    };
    match shared.with(|hub, moment| judge(hub, &upgrade, moment)) {
        Admission::Unanswered => {
            let _ = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
        }
        Admission::Refused(status) => {
            let _ = stream.write_all(format!("HTTP/1.1 {status}\r\n\r\n").as_bytes()).await;
            let _ = stream.shutdown().await;
        }
        Admission::Accepted(login) => match answer(&upgrade) {
            Ok(response) => {
                if stream.write_all(response.as_bytes()).await.is_ok() {
                    let early = Cursor::new(early.to_vec());
                    let (reader, writer) = stream.into_split();
                    socket::serve(shared, early.chain(reader), writer, login).await;
                }
            }
            Err(words) => {
                let response = format!(
                    "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/html\r\nContent-Length: {}\r\nSec-WebSocket-Version: 13, 8\r\n\r\n{words}",
                    words.len()
                );
                let _ = stream.write_all(response.as_bytes()).await;
                let _ = stream.shutdown().await;
            }
        },
    }
}

/// Reads a request head; `None` unless it asks for an upgrade to WebSocket.
fn parse(head: &[u8]) -> Option<Upgrade> {
    let mut headers = [httparse::EMPTY_HEADER; 100];
    let mut request = httparse::Request::new(&mut headers);
    request.parse(head).ok()?.is_complete().then_some(())?;
    if request.method != Some("GET") {
        return None;
    }
    let (path, query) = request.path?.split_once('?').unwrap_or((request.path?, ""));
    let mut upgrade = Upgrade { path: path.to_owned(), ..Upgrade::default() };
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    upgrade.tokens =
        pairs.filter(|(name, _)| name == "access_token").map(|(_, token)| token.into_owned()).collect();
    let (mut connection, mut protocol) = (String::new(), String::new());
    for header in request.headers.iter() {
        let value = String::from_utf8_lossy(header.value).trim().to_owned();
        match header.name.to_ascii_lowercase().as_str() {
            "connection" => connection = value.to_ascii_lowercase(),
            "upgrade" => protocol = value.to_ascii_lowercase(),
            "host" => upgrade.host = value,
            "origin" => upgrade.origin = Some(value),
            "cookie" => upgrade.session = session_cookie(&value),
            "sec-websocket-key" => upgrade.key = Some(value),
            "sec-websocket-version" => upgrade.version = value,
            "sec-websocket-protocol" => {
                upgrade.protocol = value.split(',').next().map(|first| first.trim().to_owned());
            }
            _ => {}
        }
    }
    (connection.contains("upgrade") && protocol == "websocket").then_some(upgrade)
}

/// The token in the session cookie, if there is one.
pub(super) fn session_cookie(cookies: &str) -> Option<String> {
    let pairs = cookies.split(';').filter_map(|cookie| cookie.trim().split_once('='));
    let mut values = pairs.filter(|(name, _)| *name == "directus_session_token").map(|(_, value)| value);
    values.next().filter(|value| !value.is_empty()).map(str::to_owned)
}

fn judge(hub: &mut Hub, upgrade: &Upgrade, moment: Moment) -> Admission {
    if upgrade.path != PATH || hub.silent {
        return Admission::Unanswered;
    }
    let checks_origin = hub.options.origins == Origins::SameHost && hub.options.version == Version::V12_4;
    if hub.is_full() || (checks_origin && !is_same_host(upgrade)) {
        return Admission::Refused("403 Forbidden");
    }
    let has_token = upgrade.tokens.iter().any(|token| !token.is_empty());
    if !has_token && upgrade.session.is_none() && hub.options.mode != Mode::Strict {
        return Admission::Accepted(None);
    }
    let token = match upgrade.tokens.as_slice() {
        [] => upgrade.session.as_ref(),
        [token] if token.is_empty() => upgrade.session.as_ref(),
        [token] => Some(token),
        // Given twice it is no string any more, and the cookie is looked at instead.
        _ => upgrade.session.as_ref(),
    };
    match token.map(|token| hub.accounts.by_access_token(token, moment)) {
        Some(Ok(login)) => Admission::Accepted(Some(login)),
        Some(Err(_)) | None => Admission::Refused("401 Unauthorized"),
    }
}

/// No `Origin`, or one of the host that was asked (reference 1.4).
fn is_same_host(upgrade: &Upgrade) -> bool {
    let Some(origin) = &upgrade.origin else { return true };
    let Ok(origin) = url::Url::parse(origin) else { return false };
    let host = match (origin.host_str(), origin.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        (None, _) => return false,
    };
    host.eq_ignore_ascii_case(&upgrade.host)
}

/// The answer that makes a socket, or what is wrong with the request.
fn answer(upgrade: &Upgrade) -> Result<String, &'static str> {
    if upgrade.version != "13" && upgrade.version != "8" {
        return Err("Missing or invalid Sec-WebSocket-Version header");
    }
    let key = upgrade.key.as_ref().filter(|key| key.len() == 24);
    let key = key.ok_or("Missing or invalid Sec-WebSocket-Key header")?;
    let accept = derive_accept_key(key.as_bytes());
    let mut response = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n"
    );
    if let Some(protocol) = &upgrade.protocol {
        response.push_str("Sec-WebSocket-Protocol: ");
        response.push_str(protocol);
        response.push_str("\r\n");
    }
    response.push_str("\r\n");
    Ok(response)
}
