//! Upgrades, handshakes, frames and heartbeats.

use std::time::Duration;

use harewire::demo::{Mode, Options, RateLimit, Server, TOKEN, Version};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::client::{Client, End, exchange, raw_socket, upgrade};
use super::{ADMIN, USER, start};

const HANDSHAKE_FAILED: &str = r#"{"type":"auth","status":"error","error":{"code":"AUTH_FAILED","message":"Authentication handshake failed."}}"#;

/// A client's text frame with the mask 0.
fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    [&[first, 0x80 | u8::try_from(payload.len()).unwrap(), 0, 0, 0, 0], payload].concat()
}

#[tokio::test]
async fn the_token_of_the_first_screen_is_an_editor() {
    let (_server, address) = start(Options::first_run());
    let mut client = Client::login(address, TOKEN).await;
    let reply = client
        .ask(r#"{"type":"items","action":"create","collection":"messages","data":{"text":"hi"},"query":{"fields":["text"]}}"#)
        .await;
    assert_eq!(reply["data"]["text"], "hi");
}

/// 6: silence in the handshake.
#[tokio::test]
async fn a_handshake_without_a_message_fails() {
    let options = Options { auth_timeout: Duration::from_millis(50), ..Options::default() };
    let (_server, address) = start(options);
    let mut client = Client::connect(address, "/websocket").await;
    client.expect(HANDSHAKE_FAILED).await;
    assert_eq!(client.end().await, End::Close(None));
}

/// 7: what is sent before "ok" is lost.
#[tokio::test]
async fn messages_before_ok_are_lost() {
    let options = Options { latency: Duration::from_millis(100), ..Options::default() };
    let (_server, address) = start(options);
    let mut client = Client::connect(address, "/websocket").await;
    let auth = format!(r#"{{"type":"auth","access_token":"{USER}"}}"#);
    client.burst(&[&auth, r#"{"type":"ping","uid":"lost"}"#]).await;
    client.expect(r#"{"type":"auth","status":"ok"}"#).await;
    client.is_quiet().await;
}

/// 8, 12: refusals are a bare status line.
#[tokio::test]
async fn refusals_have_neither_headers_nor_body() {
    let (_server, address) = start(Options::default());
    for (target, headers, answer) in [
        ("/websocket?access_token=bad", "", "HTTP/1.1 401 Unauthorized\r\n\r\n"),
        ("/websocket?access_token=a&access_token=b", "", "HTTP/1.1 401 Unauthorized\r\n\r\n"),
        ("/websocket", "Cookie: directus_session_token=bad\r\n", "HTTP/1.1 401 Unauthorized\r\n\r\n"),
        ("/websocket", "Origin: https://evil.example\r\n", "HTTP/1.1 403 Forbidden\r\n\r\n"),
        ("/websocket", "Origin: null\r\n", "HTTP/1.1 403 Forbidden\r\n\r\n"),
    ] {
        let request = upgrade(target, headers);
        assert_eq!(exchange(address, request.as_bytes()).await, answer, "{target} {headers}");
    }
    let old_protocol = upgrade("/websocket", "").replace("Version: 13", "Version: 7");
    assert!(exchange(address, old_protocol.as_bytes()).await.starts_with("HTTP/1.1 400 Bad Request\r\n"));
}

#[tokio::test]
async fn strict_mode_wants_a_token_and_the_own_host_may_ask() {
    let (_server, address) = start(Options { mode: Mode::Strict, ..Options::default() });
    let nothing = exchange(address, upgrade("/websocket?access_token=", "").as_bytes()).await;
    assert_eq!(nothing, "HTTP/1.1 401 Unauthorized\r\n\r\n");
    let mut stream = TcpStream::connect(address).await.unwrap();
    let headers = format!(
        "Origin: http://demo.test\r\nCookie: a=b; directus_session_token={USER}\r\nSec-WebSocket-Protocol: one, two\r\n"
    );
    stream.write_all(upgrade("/websocket", &headers).as_bytes()).await.unwrap();
    let mut head = vec![0; 12];
    stream.read_exact(&mut head).await.unwrap();
    assert_eq!(head, b"HTTP/1.1 101");
    // 9: a token in the URL needs no auth message.
    let mut client = Client::connect(address, &format!("/websocket?access_token={USER}")).await;
    client.is_quiet().await;
}

/// 10: nobody answers on another path.
#[tokio::test]
async fn another_path_is_never_answered() {
    let (_server, address) = start(Options::default());
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(upgrade("/websocket/", "").as_bytes()).await.unwrap();
    // A whole session later there is still nothing.
    Client::login(address, USER).await.is_quiet().await;
    let waited = tokio::time::timeout(Duration::from_millis(100), stream.read_u8()).await;
    assert!(waited.is_err(), "{waited:?}");
}

/// 13, and sockets in the handshake do not count.
#[tokio::test]
async fn the_connection_limit_refuses_with_403() {
    let (_server, address) = start(Options { connection_limit: Some(1), ..Options::default() });
    let _waiting = Client::connect(address, "/websocket").await;
    let mut client = Client::login(address, USER).await;
    let request = upgrade("/websocket", "");
    assert_eq!(exchange(address, request.as_bytes()).await, "HTTP/1.1 403 Forbidden\r\n\r\n");
    client.close().await;
    assert_eq!(client.end().await, End::Close(None));
}

/// 15: no Pong, ever; the first bytes after two protocol pings are the answer to the JSON one.
#[tokio::test]
async fn protocol_pings_are_never_answered() {
    let (_server, address) = start(Options::default());
    let mut stream = raw_socket(address, &format!("/websocket?access_token={USER}")).await;
    let ping = masked(0x81, br#"{"type":"ping"}"#);
    stream.write_all(&[masked(0x89, b"one"), masked(0x89, b""), ping].concat()).await.unwrap();
    let expected = [&[0x81, 15][..], br#"{"type":"pong"}"#].concat();
    let mut answer = vec![0; expected.len()];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(answer, expected);
    stream.write_all(&masked(0x88, b"\x0f\xa0bye")).await.unwrap();
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await.unwrap();
    assert_eq!(
        rest,
        [&[0x88, 5][..], b"\x0f\xa0bye"].concat(),
        "code and reason come back, and no Pong before"
    );
}

#[tokio::test]
async fn broken_frames_are_closed_with_their_codes() {
    let (_server, address) = start(Options::default());
    let too_big = [&[0x81, 0xFF][..], &(100 * 1024 * 1024_u64 + 1).to_be_bytes(), &[0; 4]].concat();
    for (frame, code) in [
        (vec![0x81, 2, b'{', b'}'], 1002_u16),
        (masked(0xC1, b"{}"), 1002),
        (masked(0x81, b"\xff\xfe"), 1007),
        (too_big, 1009),
    ] {
        let mut stream = raw_socket(address, &format!("/websocket?access_token={USER}")).await;
        stream.write_all(&frame).await.unwrap();
        let mut answer = [0; 4];
        stream.read_exact(&mut answer).await.unwrap();
        let [high, low] = code.to_be_bytes();
        assert_eq!(answer, [0x88, 2, high, low]);
    }
}

#[tokio::test]
async fn a_message_of_two_megabytes_is_fine() {
    let (_server, address) = start(Options::default());
    let mut client = Client::login(address, ADMIN).await;
    let text = "x".repeat(2 * 1024 * 1024);
    client
        .send(&format!(r#"{{"type":"items","action":"create","collection":"messages","data":{{"text":"{text}"}},"uid":1}}"#))
        .await;
    assert_eq!(client.json().await["data"]["text"], text);
}

/// 16, 17: an answer keeps the connection, silence ends it one period later without a word.
#[tokio::test]
async fn the_heartbeat_ends_who_stays_silent() {
    let options = Options { heartbeat: Some(Duration::from_millis(300)), ..Options::default() };
    let (_server, address) = start(options);
    let mut lively = Client::login(address, USER).await;
    let mut mute = Client::login(address, USER).await;
    for _ in 0..3 {
        lively.expect(r#"{"type":"ping"}"#).await;
        // 20: any type counts.
        lively.send(r#"{"type":"nope","uid":"u"}"#).await;
    }
    mute.expect(r#"{"type":"ping"}"#).await;
    assert_eq!(mute.end().await, End::Close(None));
}

#[tokio::test]
async fn without_a_heartbeat_nobody_answers_a_ping() {
    let (_server, address) = start(Options { heartbeat: None, ..Options::default() });
    let mut client = Client::login(address, USER).await;
    client.send(r#"{"type":"ping","uid":1}"#).await;
    let reply = client.ask(r#"{"type":"unsubscribe","uid":2}"#).await;
    assert_eq!(reply["uid"], 2);
}

/// 46, 47: expiry, then a new login inside the window.
#[tokio::test]
async fn an_expired_login_is_public_until_it_is_renewed() {
    let options =
        Options { token_ttl: Duration::from_millis(400), login_stall: Duration::ZERO, ..Options::default() };
    let (_server, address) = start(options);
    let mut client = Client::connect(address, "/websocket").await;
    let login = client.ask(r#"{"type":"auth","email":"user@example.com","password":"user-pass-1"}"#).await;
    client.ask(r#"{"type":"subscribe","collection":"messages","event":"create","uid":"s"}"#).await;
    client
        .expect(
            r#"{"type":"auth","status":"error","error":{"code":"TOKEN_EXPIRED","message":"Token expired."}}"#,
        )
        .await;
    let read = client.ask(r#"{"type":"items","action":"read","collection":"messages","uid":1}"#).await;
    assert_eq!(read["error"]["code"], "FORBIDDEN");
    let token = login["refresh_token"].as_str().unwrap();
    let renewed = client.ask(&format!(r#"{{"type":"auth","refresh_token":"{token}","uid":"r"}}"#)).await;
    assert_eq!((&renewed["status"], &renewed["uid"]), (&"ok".into(), &"r".into()));
    client
        .send(r#"{"type":"items","action":"create","collection":"messages","data":{"text":"again"},"uid":2}"#)
        .await;
    let event = client.json().await;
    assert_eq!((&event["event"], &event["uid"]), (&"create".into(), &"s".into()));
}

/// 46: nobody renews.
#[tokio::test]
async fn an_expired_login_is_closed_after_the_timeout() {
    let options = Options {
        token_ttl: Duration::from_millis(100),
        auth_timeout: Duration::from_millis(100),
        login_stall: Duration::ZERO,
        ..Options::default()
    };
    let (_server, address) = start(options);
    let mut client = Client::connect(address, "/websocket").await;
    client.ask(r#"{"type":"auth","email":"user@example.com","password":"user-pass-1"}"#).await;
    assert_eq!(client.json().await["error"]["code"], "TOKEN_EXPIRED");
    client
        .expect(r#"{"type":"auth","status":"error","error":{"code":"AUTH_TIMEOUT","message":"Authentication timed out."}}"#)
        .await;
    assert_eq!(client.end().await, End::Close(None));
}

/// 48 in public mode: the socket stays, the identity does not.
#[tokio::test]
async fn a_bad_login_in_public_mode_leaves_the_public() {
    let (_server, address) = start(Options { mode: Mode::Public, ..Options::default() });
    let mut client = Client::connect(address, &format!("/websocket?access_token={ADMIN}")).await;
    let failed = client.ask(r#"{"type":"auth","access_token":"wrong","uid":"bad"}"#).await;
    assert_eq!((&failed["error"]["code"], &failed["uid"]), (&"AUTH_FAILED".into(), &"bad".into()));
    let read = client.ask(r#"{"type":"items","action":"read","collection":"secrets","uid":1}"#).await;
    assert_eq!(read["error"]["code"], "FORBIDDEN");
    let open = client.ask(r#"{"type":"items","action":"read","collection":"announcements","uid":2}"#).await;
    assert_eq!(open["data"][0]["title"], "Open to everyone");
}

/// 50: the surplus is refused with the time to wait.
#[tokio::test]
async fn too_many_messages_are_refused() {
    let rate_limit = Some(RateLimit { points: 2, duration: Duration::from_secs(60) });
    let (_server, address) = start(Options { rate_limit, ..Options::default() });
    let mut client = Client::login(address, USER).await;
    client.is_quiet().await;
    client.is_quiet().await;
    let refused = client.ask(r#"{"type":"ping","uid":3}"#).await;
    assert_eq!(refused["error"]["code"], "REQUESTS_EXCEEDED");
    assert_eq!(refused.get("uid"), None);
    let words = refused["error"]["message"].as_str().unwrap();
    let wait =
        words.strip_prefix("Too many messages, retry after ").and_then(|rest| rest.strip_suffix("ms."));
    assert!((1..=60_000).contains(&wait.unwrap().parse::<u32>().unwrap()), "{words}");
}

/// 51: a stopped server sends no Close frame, and its port is free again.
#[tokio::test]
async fn stopping_cuts_every_socket() {
    let (server, address) = start(Options::default());
    let mut client = Client::login(address, USER).await;
    server.stop();
    assert_eq!(client.end().await, End::Cut);
    let again = Server::start(Options { port: address.port(), ..Options::default() }).unwrap();
    Client::login(again.address(), USER).await.is_quiet().await;
}

/// 12 on the older server: any origin passes.
#[tokio::test]
async fn version_eleven_takes_any_origin() {
    let (_server, address) = start(Options { version: Version::V11_17, ..Options::default() });
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(upgrade("/websocket", "Origin: https://evil.example\r\n").as_bytes()).await.unwrap();
    let mut head = vec![0; 12];
    stream.read_exact(&mut head).await.unwrap();
    assert_eq!(head, b"HTTP/1.1 101");
}
