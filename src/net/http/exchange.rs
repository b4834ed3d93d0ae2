//! One exchange: the road of the socket, and HTTP/1.1 on it by hyper.

use std::pin::pin;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::ext::ReasonPhrase;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HOST, HeaderName, HeaderValue, ORIGIN, USER_AGENT};
use hyper::{HeaderMap, Request, Response, Version};
use hyper_util::rt::TokioIo;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout_at;
use url::Url;

use crate::capture::event::Header;
use crate::capture::http_exchange::HttpTimings;
use crate::net::clock::since_us;
use crate::net::command::ConnectSpec;
use crate::net::failure::{Failure, HttpFailure};
use crate::net::full::{Deadline, Destination, Wire, go};
use crate::net::http::answer::SentHeaders;
use crate::net::http::{ANSWER_LIMIT, HttpAnswer, HttpReport, HttpRequest, HttpToken};
use crate::net::socket::SocketEvent;

/// Most headers of an answer that are read.
const HEADERS: usize = 128;
/// Longest head that is read, bytes.
const HEAD_LIMIT: usize = 64 << 10;

/// Performs a request whose token is settled. Ends within its timeout, with whatever came until then.
pub(super) async fn exchange(spec: Arc<ConnectSpec>, request: HttpRequest) -> HttpReport {
    let begun = Instant::now();
    let mut report = HttpReport {
        address: String::new(),
        sent: SentHeaders::default(),
        timings: HttpTimings::default(),
        took_us: 0,
        answer: None,
        failure: None,
    };
    report.failure = attempt(&spec, request, &mut report).await.err();
    report.took_us = since_us(begun);
    if let Some(answer) = &mut report.answer {
        answer.timings = report.timings;
    }
    report
}

async fn attempt(spec: &ConnectSpec, request: HttpRequest, report: &mut HttpReport) -> Result<(), Failure> {
    let deadline = Deadline::after(request.timeout);
    let url = request.url(&spec.endpoint.http_base());
    let ready = prepared(spec, request, &url)?;
    report.sent = SentHeaders(shown(ready.headers()));
    let (steps, mut arriving) = unbounded_channel();
    let to =
        Destination { host: spec.endpoint.host(), port: spec.endpoint.port(), tls: spec.endpoint.is_tls() };
    let wire = go(&spec.reach, to, deadline, &steps).await;
    note_steps(&mut arriving, report);
    let mut body = Vec::new();
    let outcome = timeout_at(deadline.at(), talk(wire?, ready, report, &mut body)).await;
    let received = length(&body);
    let after_ms = deadline.limit_ms();
    if let Some(answer) = &mut report.answer {
        answer.body = Bytes::from(body);
    }
    match outcome {
        Ok(outcome) => outcome.map_err(Failure::from),
        Err(_) if report.answer.is_some() => Err(HttpFailure::BodySlow { received, after_ms }.into()),
        Err(_) => Err(HttpFailure::NoAnswer { after_ms }.into()),
    }
}

/// What the way reported, as numbers of this exchange.
fn note_steps(arriving: &mut UnboundedReceiver<SocketEvent>, report: &mut HttpReport) {
    while let Ok(step) = arriving.try_recv() {
        match step {
            SocketEvent::Resolved { took_us, .. } => report.timings.resolve_us = Some(took_us),
            SocketEvent::Connected { address, took_us, .. } => {
                report.address = address;
                report.timings.connect_us = Some(took_us);
            }
            SocketEvent::Secured { took_us, .. } => report.timings.tls_us = Some(took_us),
            _ => {}
        }
    }
}

/// Sends the request and receives the answer, as far as it comes.
async fn talk(
    wire: Box<dyn Wire>,
    request: Request<Full<Bytes>>,
    report: &mut HttpReport,
    body: &mut Vec<u8>,
) -> Result<(), HttpFailure> {
    let mut builder = http1::Builder::new();
    builder.max_headers(HEADERS).max_buf_size(HEAD_LIMIT);
    let (mut sender, connection) =
        builder.handshake(TokioIo::new(wire)).await.map_err(|error| broken(&error))?;
    let begun = Instant::now();
    let talking = async {
        let answer = sender.send_request(request).await.map_err(|error| broken(&error))?;
        report.timings.first_byte_us = Some(since_us(begun));
        report.answer = Some(head(&answer));
        let begun = Instant::now();
        receive(answer.into_body(), body).await?;
        report.timings.body_us = Some(since_us(begun));
        Ok(())
    };
    let (mut talking, mut connection) = (pin!(talking), pin!(connection));
    let mut over = false;
    loop {
        tokio::select! {
            outcome = &mut talking => return outcome,
            // Its end is told to the request as well, which knows better what it means.
            _ = &mut connection, if !over => over = true,
        }
    }
}

fn head(answer: &Response<Incoming>) -> HttpAnswer {
    let canonical = || answer.status().canonical_reason().unwrap_or_default().to_owned();
    let own = answer.extensions().get::<ReasonPhrase>();
    HttpAnswer {
        status: answer.status().as_u16(),
        reason: own.map_or_else(canonical, |reason| String::from_utf8_lossy(reason.as_bytes()).into_owned()),
        headers: shown(answer.headers()),
        body: Bytes::new(),
        timings: HttpTimings::default(),
    }
}

async fn receive(mut incoming: Incoming, body: &mut Vec<u8>) -> Result<(), HttpFailure> {
    while let Some(frame) = incoming.frame().await {
        let frame = frame
            .map_err(|error| HttpFailure::BodyBroken { received: length(body), detail: words(&error) })?;
        let Ok(data) = frame.into_data() else { continue };
        let room = ANSWER_LIMIT.saturating_sub(body.len());
        body.extend_from_slice(data.get(..room.min(data.len())).unwrap_or_default());
        if data.len() > room {
            return Err(HttpFailure::BodyTooLong { limit: length(body) });
        }
    }
    Ok(())
}

/// The request as hyper takes it. The headers of the profile go along, except those that belong to a socket.
fn prepared(
    spec: &ConnectSpec,
    request: HttpRequest,
    url: &Url,
) -> Result<Request<Full<Bytes>>, HttpFailure> {
    let target = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    let bad = |error: hyper::http::Error| HttpFailure::BadRequest { detail: error.to_string() };
    let mut ready = Request::builder().method(request.method.name()).uri(target).version(Version::HTTP_11);
    let headers =
        ready.headers_mut().ok_or_else(|| HttpFailure::BadRequest { detail: request.path.clone() })?;
    let host = url.host_str().unwrap_or_default();
    put(
        headers,
        HOST.as_str(),
        &url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")),
    )?;
    put(headers, USER_AGENT.as_str(), concat!("harewire/", env!("CARGO_PKG_VERSION")))?;
    put(headers, "accept", "application/json, */*;q=0.5")?;
    for (name, value) in spec.headers.iter().filter(|(name, _)| !is_of_socket(name)).chain(&request.headers) {
        put(headers, name, value)?;
    }
    put_cookies(headers, spec, &request.token)?;
    if let HttpToken::Bearer(token) = &request.token
        && !headers.contains_key(AUTHORIZATION)
    {
        put(headers, AUTHORIZATION.as_str(), &format!("Bearer {}", token.expose()))?;
    }
    let body = request.body.unwrap_or_default();
    if !body.is_empty() && !headers.contains_key(CONTENT_TYPE) {
        put(headers, CONTENT_TYPE.as_str(), "application/json")?;
    }
    ready.body(Full::new(Bytes::from(body))).map_err(bad)
}

/// All cookies in one header, as a server may demand (RFC 6265, 5.4).
fn put_cookies(headers: &mut HeaderMap, spec: &ConnectSpec, token: &HttpToken) -> Result<(), HttpFailure> {
    let given = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).map(str::to_owned);
    let mut pairs: Vec<String> = given.collect();
    pairs.extend(spec.reach.cookies.iter().map(|(name, value)| format!("{name}={}", value.expose())));
    if let HttpToken::Cookie(name, token) = token {
        pairs.push(format!("{name}={}", token.expose()));
    }
    headers.remove(COOKIE);
    if pairs.is_empty() { Ok(()) } else { put(headers, COOKIE.as_str(), &pairs.join("; ")) }
}

/// Sets a header; a later one of the same name replaces an earlier one, cookies are collected.
fn put(headers: &mut HeaderMap, name: &str, value: &str) -> Result<(), HttpFailure> {
    let bad = || HttpFailure::BadHeader { name: name.escape_debug().to_string() };
    let key: HeaderName = name.parse().map_err(|_| bad())?;
    let value = HeaderValue::from_str(value).map_err(|_| bad())?;
    if key == COOKIE {
        headers.append(key, value);
    } else {
        headers.insert(key, value);
    }
    Ok(())
}

/// What a profile says to a socket and must not say to REST: the length is ours to know, and an Origin that the
/// upgrade is tried with would only confuse CORS.
fn is_of_socket(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.starts_with("sec-websocket-")
        || ["connection", "upgrade", "content-length", "transfer-encoding", ORIGIN.as_str()]
            .contains(&name.as_str())
}

fn shown(headers: &HeaderMap) -> Vec<Header> {
    let pair = |(name, value): (&HeaderName, &HeaderValue)| {
        (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    headers.iter().map(pair).collect()
}

fn length(body: &[u8]) -> u64 {
    u64::try_from(body.len()).unwrap_or(u64::MAX)
}

fn broken(error: &hyper::Error) -> HttpFailure {
    if error.is_parse() { HttpFailure::NotHttp { detail: words(error) } } else { HttpFailure::HungUp }
}

/// The innermost words: the outer ones only say that something failed.
fn words(error: &dyn std::error::Error) -> String {
    let mut inner = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string()
}
