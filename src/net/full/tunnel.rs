//! Tunnels through proxies: HTTP CONNECT (RFC 9110, 9.3.6) and SOCKS 5 (RFC 1928, RFC 1929).
//!
//! Our own, as the upgrade is: `hyper-util`'s `Tunnel` loses status and body of a refusal, and the errors of its
//! `SocksV5` can't be named outside of it.

use std::io;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{timeout, timeout_at};

use crate::directus::Secret;
use crate::net::clock::since_us;
use crate::net::failure::ProxyFailure;
use crate::net::full::response::Head;
use crate::net::full::rewound::Rewound;
use crate::net::full::route::Destination;
use crate::net::full::{Deadline, Report, Wire};
use crate::net::reach::{Proxy, ProxyKind, authority};
use crate::net::socket::SocketEvent;

/// How long to wait for the body of a refusal.
const BODY_PATIENCE: Duration = Duration::from_secs(1);
/// How much of it stands in the sentence, letters.
const BODY_LETTERS: usize = 120;

/// Asks the proxy behind `tcp` for a way to `to`.
pub(super) async fn open(
    tcp: TcpStream,
    proxy: &Proxy,
    to: Destination<'_>,
    (deadline, report): (Deadline, &Report),
) -> Result<Box<dyn Wire>, ProxyFailure> {
    let begun = Instant::now();
    let target = authority(to.host, to.port);
    let asking = async {
        match proxy.kind {
            ProxyKind::Http => connect(tcp, proxy, &target).await,
            ProxyKind::Socks5 => socks(tcp, proxy, to, &target).await,
        }
    };
    let wire = match timeout_at(deadline.at, asking).await {
        Ok(asked) => asked?,
        Err(_) => {
            return Err(ProxyFailure::Timeout {
                proxy: proxy.shown(),
                target,
                after_ms: deadline.limit_ms(),
            });
        }
    };
    let _ = report.send(SocketEvent::Tunnelled { proxy: proxy.shown(), target, took_us: since_us(begun) });
    Ok(wire)
}

async fn connect(mut tcp: TcpStream, proxy: &Proxy, target: &str) -> Result<Box<dyn Wire>, ProxyFailure> {
    let hung_up = |_: io::Error| ProxyFailure::HungUp { proxy: proxy.shown() };
    let mut request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n");
    if let Some((user, password)) = &proxy.login {
        let words = STANDARD.encode(format!("{user}:{}", password.expose()));
        request.push_str(&format!("Proxy-Authorization: Basic {words}\r\n"));
    }
    request.push_str("\r\n");
    tcp.write_all(request.as_bytes()).await.map_err(hung_up)?;
    let mut bytes = Vec::new();
    let head = loop {
        match Head::parse(&bytes) {
            Err(_) => return Err(ProxyFailure::Unspoken { proxy: proxy.shown() }),
            Ok(Some(head)) if matches!(head.status, 100..=199) => {
                bytes.drain(..head.length);
            }
            Ok(Some(head)) => break head,
            Ok(None) => {
                if tcp.read_buf(&mut bytes).await.map_err(hung_up)? == 0 {
                    return Err(ProxyFailure::HungUp { proxy: proxy.shown() });
                }
            }
        }
    };
    let rest = bytes.split_off(head.length);
    if matches!(head.status, 200..=299) {
        return Ok(if rest.is_empty() { Box::new(tcp) } else { Box::new(Rewound::new(rest, tcp)) });
    }
    Err(ProxyFailure::Status {
        proxy: proxy.shown(),
        target: target.to_owned(),
        status: head.status,
        body: refusal(&mut tcp, &head, rest).await,
        reason: head.reason,
        had_login: proxy.login.is_some(),
    })
}

/// What a refusing proxy says, as far as it fits into a sentence; pages for browsers don't.
async fn refusal(tcp: &mut TcpStream, head: &Head, mut body: Vec<u8>) -> String {
    let end = head.body();
    let reading = async {
        while !end.reached(&body) {
            match tcp.read_buf(&mut body).await {
                Ok(read) if read > 0 => {}
                _ => break,
            }
        }
    };
    // The status is the failure, its body is only more of it.
    let _ = timeout(BODY_PATIENCE, reading).await;
    let text = end.text(&body);
    if text.trim_start().starts_with('<') {
        return String::new();
    }
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line: String = line.trim_end_matches('.').chars().filter(|letter| !letter.is_control()).collect();
    match line.char_indices().nth(BODY_LETTERS) {
        Some((at, _)) => format!("{}…", line.get(..at).unwrap_or_default()),
        None => line,
    }
}

async fn socks(
    mut tcp: TcpStream,
    proxy: &Proxy,
    to: Destination<'_>,
    target: &str,
) -> Result<Box<dyn Wire>, ProxyFailure> {
    let hung_up = |_: io::Error| ProxyFailure::HungUp { proxy: proxy.shown() };
    let unspoken = || ProxyFailure::Unspoken { proxy: proxy.shown() };
    // With a login both ways are offered: many proxies ask only strangers.
    let methods: &[u8] = if proxy.login.is_some() { &[5, 2, 0, 2] } else { &[5, 1, 0] };
    tcp.write_all(methods).await.map_err(hung_up)?;
    let mut chosen = [0; 2];
    tcp.read_exact(&mut chosen).await.map_err(hung_up)?;
    match (chosen, &proxy.login) {
        ([5, 0], _) => {}
        ([5, 2], Some((user, password))) => log_in(&mut tcp, proxy, user, password).await?,
        ([5, 0xff], login) => {
            return Err(ProxyFailure::Methods { proxy: proxy.shown(), had_login: login.is_some() });
        }
        _ => return Err(unspoken()),
    }
    tcp.write_all(&ask_for(to)?).await.map_err(hung_up)?;
    let mut answer = [0; 4];
    tcp.read_exact(&mut answer).await.map_err(hung_up)?;
    match answer {
        [5, 0, ..] => {}
        [5, code, ..] => {
            return Err(ProxyFailure::Socks { proxy: proxy.shown(), target: target.to_owned(), code });
        }
        _ => return Err(unspoken()),
    }
    // The address from which the proxy connects: nobody needs it, but it stands before the tunnel.
    let length = match answer[3] {
        1 => 4,
        3 => usize::from(tcp.read_u8().await.map_err(hung_up)?),
        4 => 16,
        _ => return Err(unspoken()),
    };
    let mut bound = vec![0; length + 2];
    tcp.read_exact(&mut bound).await.map_err(hung_up)?;
    Ok(Box::new(tcp))
}

/// User and password (RFC 1929).
async fn log_in(
    tcp: &mut TcpStream,
    proxy: &Proxy,
    user: &str,
    password: &Secret,
) -> Result<(), ProxyFailure> {
    let hung_up = |_: io::Error| ProxyFailure::HungUp { proxy: proxy.shown() };
    let mut words = vec![1];
    for (what, text) in [("user name for the proxy", user), ("password for the proxy", password.expose())] {
        words.push(u8::try_from(text.len()).map_err(|_| ProxyFailure::TooLong { what })?);
        words.extend_from_slice(text.as_bytes());
    }
    tcp.write_all(&words).await.map_err(hung_up)?;
    let mut answer = [0; 2];
    tcp.read_exact(&mut answer).await.map_err(hung_up)?;
    if answer[1] == 0 { Ok(()) } else { Err(ProxyFailure::Login { proxy: proxy.shown() }) }
}

/// The request for a tunnel. A name goes as it is: the proxy looks it up, maybe in a network that we aren't in.
fn ask_for(to: Destination<'_>) -> Result<Vec<u8>, ProxyFailure> {
    let mut bytes = vec![5, 1, 0];
    match to.host.parse() {
        Ok(IpAddr::V4(address)) => {
            bytes.push(1);
            bytes.extend(address.octets());
        }
        Ok(IpAddr::V6(address)) => {
            bytes.push(4);
            bytes.extend(address.octets());
        }
        Err(_) => {
            bytes.push(3);
            bytes.push(u8::try_from(to.host.len()).map_err(|_| ProxyFailure::TooLong { what: "host name" })?);
            bytes.extend_from_slice(to.host.as_bytes());
        }
    }
    bytes.extend(to.port.to_be_bytes());
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};
    use tokio::sync::mpsc::unbounded_channel;

    use super::open;
    use crate::directus::Secret;
    use crate::net::failure::ProxyFailure;
    use crate::net::full::Deadline;
    use crate::net::full::route::Destination;
    use crate::net::reach::{Proxy, ProxyKind};
    use crate::net::socket::SocketEvent;

    /// What the proxy hears up to so many bytes, and what it says then.
    type Scene<'a> = &'a [(usize, &'a [u8])];

    /// Plays a proxy: hears so many bytes, answers, and so on. What it heard, what came of it, the first bytes of the
    /// tunnel.
    fn play(
        kind: ProxyKind,
        login: bool,
        host: &str,
        scene: Scene<'_>,
    ) -> (Vec<u8>, Result<Vec<u8>, ProxyFailure>) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let tcp = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
            let serve = async {
                let (mut tcp, _) = listener.accept().await.unwrap();
                let mut heard = Vec::new();
                for (length, answer) in scene {
                    let mut bytes = vec![0; *length];
                    if tcp.read_exact(&mut bytes).await.is_err() {
                        break;
                    }
                    heard.extend(bytes);
                    tcp.write_all(answer).await.unwrap();
                }
                heard
            };
            let proxy = Proxy {
                kind,
                host: "127.0.0.1".to_owned(),
                port: 1,
                login: login.then(|| ("ben".to_owned(), Secret::new("hush"))),
            };
            let (report, mut reports) = unbounded_channel();
            let to = Destination { host, port: 8055, tls: false };
            let deadline = Deadline::after(Duration::from_secs(20));
            let ask = async {
                let mut wire = open(tcp, &proxy, to, (deadline, &report)).await?;
                let mut first = Vec::new();
                wire.read_to_end(&mut first).await.unwrap();
                Ok(first)
            };
            let (heard, came) = tokio::join!(serve, ask);
            let told = matches!(reports.try_recv(), Ok(SocketEvent::Tunnelled { .. }));
            assert_eq!(told, came.is_ok(), "a tunnel is reported exactly where it stands");
            (heard, came)
        })
    }

    const REQUEST: &str = "CONNECT cms.example:8055 HTTP/1.1\r\nHost: cms.example:8055\r\n\r\n";

    #[test]
    fn connect_opens_a_tunnel_and_loses_no_byte_of_it() {
        let scene: Scene<'_> = &[(REQUEST.len(), b"HTTP/1.1 200 Connection established\r\n\r\nhello")];
        let (heard, came) = play(ProxyKind::Http, false, "cms.example", scene);
        assert_eq!(heard, REQUEST.as_bytes());
        assert_eq!(came.unwrap(), b"hello");
        let with = "Proxy-Authorization: Basic YmVuOmh1c2g=\r\n";
        let scene: Scene<'_> = &[(REQUEST.len() + with.len(), b"HTTP/1.0 200 OK\r\nVia: x\r\n\r\n")];
        let (heard, came) = play(ProxyKind::Http, true, "cms.example", scene);
        assert!(String::from_utf8(heard).unwrap().contains(with));
        assert_eq!(came.unwrap(), b"");
        let six = "CONNECT [2001:db8::7]:8055 HTTP/1.1\r\nHost: [2001:db8::7]:8055\r\n\r\n";
        let (heard, _) =
            play(ProxyKind::Http, false, "2001:db8::7", &[(six.len(), b"HTTP/1.1 200 OK\r\n\r\n")]);
        assert_eq!(heard, six.as_bytes());
    }

    #[test]
    fn each_refusal_of_connect_is_told() {
        let told = |answer: &[u8], login| {
            let length = REQUEST.len() + if login { 41 } else { 0 };
            let (_, came) = play(ProxyKind::Http, login, "cms.example", &[(length, answer)]);
            let told = came.unwrap_err().sentences();
            format!("{} {} {}", told.message, told.cause, told.advice)
        };
        let wants = told(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n", false);
        assert!(
            wants.contains("407 Proxy Authentication Required") && wants.contains("wants a login"),
            "{wants}"
        );
        assert!(told(b"HTTP/1.1 407 No\r\n\r\n", true).contains("are wrong"));
        let no = told(b"HTTP/1.1 403 Filtered\r\nContent-Length: 14\r\n\r\nPort\r\n forbidden", false);
        assert!(no.contains("It says: Port forbid") && no.contains("any port but 443"), "{no}");
        assert!(!told(b"HTTP/1.1 502 Bad\r\n\r\n<html>x</html>", false).contains("html"));
        assert!(told(b"HTTP/1.1 405 No\r\n\r\n", false).contains("web server"));
        assert!(told(b"220 mail ESMTP\r\n", false).contains("isn't a proxy"));
        assert!(told(b"", false).contains("hung up"));
    }

    #[test]
    fn socks_goes_by_name_and_by_address() {
        let granted = b"\x05\x00\x00\x01\x7f\x00\x00\x01\x1f\x77hello";
        let scene: Scene<'_> = &[(3, b"\x05\x00"), (4 + 1 + 11 + 2, granted)];
        let (heard, came) = play(ProxyKind::Socks5, false, "cms.example", scene);
        assert_eq!(heard, b"\x05\x01\x00\x05\x01\x00\x03\x0bcms.example\x1f\x77");
        assert_eq!(came.unwrap(), b"hello");
        let scene: Scene<'_> =
            &[(4, b"\x05\x02"), (10, b"\x01\x00"), (10, b"\x05\x00\x00\x03\x02ab\x00\x01hello")];
        let (heard, came) = play(ProxyKind::Socks5, true, "192.0.2.7", scene);
        assert_eq!(heard, b"\x05\x02\x00\x02\x01\x03ben\x04hush\x05\x01\x00\x01\xc0\x00\x02\x07\x1f\x77");
        assert_eq!(came.unwrap(), b"hello");
        let six = &[(3, &b"\x05\x00"[..]), (22, &b"\x05\x00\x00\x04AAAAAAAAAAAAAAAApp"[..])];
        let (heard, came) = play(ProxyKind::Socks5, false, "2001:db8::7", six);
        assert_eq!((heard[6], came.unwrap().len()), (4, 0));
    }

    #[test]
    fn each_refusal_of_socks_is_told() {
        let failure = |login, scene| play(ProxyKind::Socks5, login, "cms.example", scene).1.unwrap_err();
        assert!(matches!(
            failure(false, &[(3, b"\x05\xff")]),
            ProxyFailure::Methods { had_login: false, .. }
        ));
        assert!(matches!(failure(true, &[(4, b"\x05\xff")]), ProxyFailure::Methods { had_login: true, .. }));
        assert!(matches!(failure(true, &[(4, b"\x05\x02"), (10, b"\x01\x01")]), ProxyFailure::Login { .. }));
        assert!(matches!(failure(false, &[(3, b"HT")]), ProxyFailure::Unspoken { .. }));
        assert!(matches!(failure(false, &[(3, b"")]), ProxyFailure::HungUp { .. }));
        let refused = &[(3, &b"\x05\x00"[..]), (18, &b"\x05\x05\x00\x01"[..])];
        assert!(matches!(failure(false, refused), ProxyFailure::Socks { code: 5, .. }));
        let long = "a".repeat(256);
        let (_, came) = play(ProxyKind::Socks5, false, &long, &[(3, b"\x05\x00")]);
        assert_eq!(came, Err(ProxyFailure::TooLong { what: "host name" }));
    }
}
