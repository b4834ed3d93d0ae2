//! HTTP answers as servers, proxies and enemies give them, over a real socket.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::exchange::exchange;
use super::{ANSWER_LIMIT, HttpReport, HttpRequest, HttpToken};
use crate::directus::{AuthMode, Credentials, Endpoint, Secret};
use crate::net::command::ConnectSpec;
use crate::net::failure::{Failure, HttpFailure};

/// What the server does after it has read the head of a request.
#[derive(Clone, Copy)]
enum After {
    HangUp,
    Stall,
    /// Writes zeros until nobody takes them.
    Flood,
}

async fn serve(listener: TcpListener, answer: Vec<u8>, after: After) -> String {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut head = Vec::new();
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        if stream.read_buf(&mut head).await.unwrap() == 0 {
            break;
        }
    }
    stream.write_all(&answer).await.unwrap();
    match after {
        After::HangUp => {}
        // Until the client lets go.
        After::Stall => while stream.read_buf(&mut head).await.is_ok_and(|read| read > 0) {},
        After::Flood => while stream.write_all(&[b'0'; 65_536]).await.is_ok() {},
    }
    String::from_utf8(head).unwrap()
}

fn ask(
    answer: &[u8],
    after: After,
    change: impl FnOnce(&mut ConnectSpec, &mut HttpRequest),
) -> (HttpReport, String) {
    let run = async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("ws://{}/cms/websocket", listener.local_addr().unwrap());
        let mut spec =
            ConnectSpec::new(Endpoint::parse(&url).unwrap(), AuthMode::Handshake, Credentials::None);
        let mut request = HttpRequest::get("/server/info");
        request.token = HttpToken::None;
        change(&mut spec, &mut request);
        let server = tokio::spawn(serve(listener, answer.to_vec(), after));
        let report = exchange(Arc::new(spec), request).await;
        (report, server.await.unwrap())
    };
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(run)
}

fn plain(answer: &str, after: After) -> HttpReport {
    ask(answer.as_bytes(), after, |_, _| ()).0
}

#[test]
fn a_request_says_what_it_must_and_the_answer_is_kept_whole() {
    let answer = "HTTP/1.1 200 Fine\r\nX-Powered-By: Directus\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n\
                  Transfer-Encoding: chunked\r\n\r\n4\r\npoä\r\n3\r\nng!\r\n0\r\n\r\n";
    let (report, head) = ask(answer.as_bytes(), After::Stall, |spec, request| {
        spec.headers.push(("X-Extra".to_owned(), "1".to_owned()));
        spec.headers.push(("Origin".to_owned(), "https://elsewhere.example".to_owned()));
        spec.headers.push(("Cookie".to_owned(), "c=3".to_owned()));
        spec.reach.cookies.push(("d".to_owned(), Secret::new("4")));
        request.token = HttpToken::Bearer(Secret::new("hush"));
        request.body = Some("{}".to_owned());
        request.method = super::HttpMethod::Post;
    });
    let lower = head.to_lowercase();
    assert!(head.starts_with("POST /cms/server/info HTTP/1.1\r\n"), "{head}");
    for line in [
        "host: 127.0.0.1:",
        "authorization: bearer hush\r\n",
        "cookie: c=3; d=4\r\n",
        "x-extra: 1\r\n",
        "content-type: application/json\r\n",
        "content-length: 2\r\n",
    ] {
        assert!(lower.contains(line), "no {line:?} in {head}");
    }
    assert!(!lower.contains("origin:"), "{head}");
    assert_eq!(report.failure, None);
    assert_eq!(report.sent.0.iter().filter(|(name, _)| name == "cookie").count(), 1);
    let answer = report.answer.unwrap();
    assert_eq!((answer.status, answer.reason.as_str()), (200, "Fine"));
    assert_eq!(answer.headers.iter().filter(|(name, _)| name == "set-cookie").count(), 2);
    assert_eq!(answer.header("X-POWERED-BY"), Some("Directus"));
    assert_eq!(answer.text(), Some("poäng!"));
    let timings = answer.timings;
    assert!(timings.connect_us.is_some() && timings.first_byte_us.is_some() && timings.body_us.is_some());
    assert!(timings.tls_us.is_none());
}

#[test]
fn a_redirect_is_an_answer_and_is_not_followed() {
    let report = plain(
        "HTTP/1.1 302 Found\r\nLocation: http://elsewhere.example/login\r\nContent-Length: 0\r\n\r\n",
        After::HangUp,
    );
    assert_eq!(report.failure, None);
    let answer = report.answer.unwrap();
    assert_eq!((answer.status, answer.header("location")), (302, Some("http://elsewhere.example/login")));
}

#[test]
fn a_body_that_ends_with_the_connection_and_one_in_foreign_bytes_are_whole() {
    let report =
        plain("HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\n\r\n<h1>nginx</h1>", After::HangUp);
    assert_eq!(report.failure, None);
    assert_eq!(report.answer.unwrap().text(), Some("<h1>nginx</h1>"));
    // gzip, which nobody asked for: kept as it came.
    let (report, _) = ask(
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\xff",
        After::HangUp,
        |_, _| (),
    );
    assert_eq!(report.answer.unwrap().body.as_ref(), b"\x1f\x8b\x08\xff");
}

#[test]
fn what_is_no_http_is_named() {
    for garbage in ["SSH-2.0-OpenSSH_9.2\r\n", "\x15\x03\x01\x00\x02\x02\x16", "HTTP/1.1 abc\r\n\r\n"] {
        let report = plain(garbage, After::HangUp);
        assert!(matches!(report.failure, Some(Failure::Http(HttpFailure::NotHttp { .. }))), "{report:?}");
    }
    let endless = format!("HTTP/1.1 200 OK\r\nX: {}", "y".repeat(100_000));
    let report = plain(&endless, After::HangUp);
    assert!(matches!(report.failure, Some(Failure::Http(HttpFailure::NotHttp { .. }))), "{report:?}");
    let report = plain("", After::HangUp);
    assert_eq!(report.failure, Some(HttpFailure::HungUp.into()));
}

#[test]
fn what_breaks_off_is_kept_and_told() {
    let report = plain("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", After::HangUp);
    let Some(Failure::Http(HttpFailure::BodyBroken { received: 4, .. })) = report.failure else {
        panic!("{report:?}")
    };
    assert_eq!(report.answer.unwrap().text(), Some("half"));
}

#[test]
fn patience_ends() {
    let impatient =
        |_: &mut ConnectSpec, request: &mut HttpRequest| request.timeout = Duration::from_millis(300);
    let (report, _) = ask(b"", After::Stall, impatient);
    assert_eq!(report.failure, Some(HttpFailure::NoAnswer { after_ms: 300 }.into()));
    let (report, _) = ask(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", After::Stall, impatient);
    assert_eq!(report.failure, Some(HttpFailure::BodySlow { received: 4, after_ms: 300 }.into()));
    assert_eq!(report.answer.unwrap().text(), Some("half"));
}

#[test]
fn an_endless_body_is_not_taken_for_ever() {
    let report = plain("HTTP/1.1 200 OK\r\n\r\n", After::Flood);
    let limit = u64::try_from(ANSWER_LIMIT).unwrap();
    assert_eq!(report.failure, Some(HttpFailure::BodyTooLong { limit }.into()));
    assert_eq!(report.answer.unwrap().body.len(), ANSWER_LIMIT);
}

#[test]
fn nobody_there_is_told_as_for_the_socket() {
    let run = async {
        let endpoint = Endpoint::parse("ws://127.0.0.1:9/websocket").unwrap();
        let spec = ConnectSpec::new(endpoint, AuthMode::Handshake, Credentials::None);
        exchange(Arc::new(spec), HttpRequest::get("/server/ping")).await
    };
    let report = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(run);
    assert!(matches!(report.failure, Some(Failure::Dial(_))), "{report:?}");
    assert!(report.answer.is_none());
}
