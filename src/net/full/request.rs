//! The upgrade request.

use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use url::{Host, Url};

use crate::capture::event::Header;
use crate::net::command::ConnectSpec;
use crate::net::failure::{DialFailure, Failure, UpgradeFailure};

/// Everything the way to the server needs to know. No `Debug`: it holds the token.
pub(super) struct Request {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) tls: bool,
    /// Path and query as sent; may hold a token.
    pub(super) target: String,
    /// The path alone, for sentences.
    pub(super) path: String,
    pub(super) headers: Vec<Header>,
    /// `Sec-WebSocket-Key`.
    pub(super) key: String,
    /// A token stands in the target.
    pub(super) token_shown: bool,
}

/// Set by Harewire itself; a second one would make the request invalid.
const OWN: [&str; 5] =
    ["connection", "upgrade", "sec-websocket-version", "sec-websocket-key", "sec-websocket-extensions"];

impl Request {
    pub(super) fn new(spec: &ConnectSpec) -> Result<Self, Failure> {
        let url = spec.wire_url();
        let host = match url.host() {
            Some(Host::Domain(name)) => name.to_owned(),
            Some(Host::Ipv4(address)) => address.to_string(),
            Some(Host::Ipv6(address)) => address.to_string(),
            None => return Err(DialFailure::UnknownHost { host: String::new() }.into()),
        };
        let tls = url.scheme() == "wss";
        let key = generate_key();
        let target = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        Ok(Self {
            host,
            port: url.port().unwrap_or(if tls { 443 } else { 80 }),
            tls,
            path: url.path().to_owned(),
            token_shown: url.query_pairs().any(|(name, _)| name == "access_token"),
            headers: headers(spec, &url, &key)?,
            target,
            key,
        })
    }

    /// The bytes of the request.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut text = format!("GET {} HTTP/1.1\r\n", self.target);
        for (name, value) in &self.headers {
            text.push_str(name);
            text.push_str(": ");
            text.push_str(value);
            text.push_str("\r\n");
        }
        text.push_str("\r\n");
        text.into_bytes()
    }
}

fn headers(spec: &ConnectSpec, url: &Url, key: &str) -> Result<Vec<Header>, UpgradeFailure> {
    let given = |name: &str| spec.headers.iter().any(|(other, _)| other.eq_ignore_ascii_case(name));
    let mut headers = Vec::new();
    let mut push = |name: &str, value: String| headers.push((name.to_owned(), value));
    if !given("Host") {
        let host = url.host_str().unwrap_or_default();
        push("Host", url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")));
    }
    push("Connection", "Upgrade".to_owned());
    push("Upgrade", "websocket".to_owned());
    push("Sec-WebSocket-Version", "13".to_owned());
    push("Sec-WebSocket-Key", key.to_owned());
    if !spec.subprotocols.is_empty() {
        push("Sec-WebSocket-Protocol", spec.subprotocols.join(", "));
    }
    if !given("User-Agent") {
        push("User-Agent", concat!("harewire/", env!("CARGO_PKG_VERSION")).to_owned());
    }
    headers.extend(spec.headers.iter().filter(|(name, _)| !is_cookie(name)).cloned());
    headers.extend(cookie(spec));
    for (name, value) in &headers {
        check(name, value)?;
    }
    for (name, _) in &spec.headers {
        if OWN.iter().any(|own| own.eq_ignore_ascii_case(name)) {
            return Err(UpgradeFailure::BadHeader { name: name.clone(), fault: "Harewire sets it itself" });
        }
    }
    Ok(headers)
}

fn is_cookie(name: &str) -> bool {
    name.eq_ignore_ascii_case("Cookie")
}

/// All cookies in one header, since a second one is not allowed (RFC 6265, 5.4).
fn cookie(spec: &ConnectSpec) -> Option<Header> {
    let given = spec.headers.iter().filter(|(name, _)| is_cookie(name)).map(|(_, value)| value.clone());
    let pairs = spec.reach.cookies.iter().map(|(name, value)| format!("{name}={}", value.expose()));
    let session = spec.session_cookie().map(|(name, value)| format!("{name}={}", value.expose()));
    let all: Vec<String> = given.chain(pairs).chain(session).collect();
    (!all.is_empty()).then(|| ("Cookie".to_owned(), all.join("; ")))
}

/// Refuses what would break out of its line (RFC 9110, 5.1 and 5.5).
fn check(name: &str, value: &str) -> Result<(), UpgradeFailure> {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let fault = if name.is_empty() || !name.bytes().all(token) {
        "its name holds characters that header names don't have"
    } else if value.bytes().any(|byte| byte < b' ' && byte != b'\t' || byte == 0x7f) {
        "its value holds a line break or another control character"
    } else {
        return Ok(());
    };
    Err(UpgradeFailure::BadHeader { name: name.escape_debug().to_string(), fault })
}

#[cfg(test)]
mod tests {
    use super::Request;
    use crate::directus::{AuthMode, Credentials, Endpoint, Secret};
    use crate::net::command::{ConnectSpec, Protocol};
    use crate::net::failure::{Failure, UpgradeFailure};

    fn spec(url: &str, mode: AuthMode) -> ConnectSpec {
        let token = Credentials::StaticToken(Secret::new("s3cret & more"));
        ConnectSpec::new(Endpoint::parse(url).unwrap(), mode, token)
    }

    #[test]
    fn strict_mode_shows_the_token_in_the_query_and_the_others_do_not() {
        let strict = Request::new(&spec("ws://cms.example/websocket", AuthMode::Strict)).unwrap();
        assert_eq!(strict.target, "/websocket?access_token=s3cret+%26+more");
        assert_eq!(strict.path, "/websocket");
        assert!(strict.token_shown);
        for mode in [AuthMode::Handshake, AuthMode::Public] {
            let request = Request::new(&spec("ws://cms.example/websocket", mode)).unwrap();
            assert_eq!(request.target, "/websocket");
        }
        let mut raw = spec("ws://cms.example/socket", AuthMode::Strict);
        raw.protocol = Protocol::Raw;
        assert_eq!(Request::new(&raw).unwrap().target, "/socket");
    }

    #[test]
    fn the_session_goes_with_the_other_cookies() {
        let mut given = spec("ws://cms.example/websocket", AuthMode::Handshake);
        given.credentials =
            Credentials::SessionCookie { name: "session".into(), value: Secret::new("planted") };
        let cookie = |spec: &ConnectSpec| {
            let headers = Request::new(spec).unwrap().headers;
            headers.into_iter().find(|(name, _)| name == "Cookie").map(|(_, value)| value)
        };
        assert_eq!(cookie(&given).as_deref(), Some("session=planted"));
        given.headers = vec![("cookie".to_owned(), "a=b".to_owned())];
        assert_eq!(cookie(&given).as_deref(), Some("a=b; session=planted"));
        given.protocol = Protocol::Raw;
        assert_eq!(cookie(&given).as_deref(), Some("a=b"), "raw sends nothing of it");
    }

    #[test]
    fn host_and_port_follow_the_url() {
        let table = [
            ("ws://cms.example/websocket", "cms.example", 80, false, "cms.example"),
            ("wss://cms.example/websocket", "cms.example", 443, true, "cms.example"),
            ("ws://[::1]:8055/websocket", "::1", 8055, false, "[::1]:8055"),
            ("ws://127.0.0.1:8055/cms/websocket", "127.0.0.1", 8055, false, "127.0.0.1:8055"),
        ];
        for (url, host, port, tls, header) in table {
            let request = Request::new(&spec(url, AuthMode::Handshake)).unwrap();
            assert_eq!((request.host.as_str(), request.port, request.tls), (host, port, tls), "{url}");
            assert_eq!(request.headers[0], ("Host".to_owned(), header.to_owned()));
        }
    }

    #[test]
    fn headers_of_the_profile_replace_ours_and_cannot_break_out() {
        let mut given = spec("ws://cms.example/websocket", AuthMode::Handshake);
        given.headers = vec![
            ("host".to_owned(), "other.example".to_owned()),
            ("Origin".to_owned(), "https://app.example".to_owned()),
        ];
        given.subprotocols = vec!["a".to_owned(), "b".to_owned()];
        let text = String::from_utf8(Request::new(&given).unwrap().to_bytes()).unwrap();
        assert!(text.starts_with("GET /websocket HTTP/1.1\r\n") && text.ends_with("\r\n\r\n"), "{text}");
        assert_eq!(text.to_lowercase().matches("\r\nhost: ").count(), 1);
        assert!(text.contains("\r\nSec-WebSocket-Protocol: a, b\r\n"), "{text}");
        for (name, value) in [("X", "a\r\nY: b"), ("X Y", "a"), ("", "a"), ("Upgrade", "h2c"), ("X", "\0")] {
            given.headers = vec![(name.to_owned(), value.to_owned())];
            let refused = Request::new(&given).err().unwrap();
            assert!(
                matches!(refused, Failure::Upgrade(UpgradeFailure::BadHeader { .. })),
                "{name}: {refused:?}"
            );
        }
    }
}
