//! What the one line of text of `ewebsock` means. It is built from the Display texts of tungstenite 0.24,
//! the version `ewebsock` 0.8 stands on.

use crate::capture::event::ClosedBy;
use crate::net::failure::{DialFailure, Failure, OpenFailure, TlsFailure, UpgradeFailure};
use crate::net::socket::SocketEvent;

/// How a connection ended.
#[derive(Debug)]
pub(super) struct Ending {
    pub(super) failure: Option<Failure>,
    pub(super) close: SocketEvent,
}

/// Reads an error; `server` is host and port.
pub(super) fn ending(words: &str, server: &str) -> Ending {
    if let Some(words) = words.strip_prefix("Connect: ") {
        return Ending { failure: Some(connecting(words, server)), close: SocketEvent::broken() };
    }
    if words.contains("Connection reset without closing handshake") {
        return Ending { failure: None, close: SocketEvent::broken() };
    }
    let detail = words.split_once(": ").map_or(words, |(_, rest)| rest).to_owned();
    let given_up = SocketEvent::Close { code: None, reason: String::new(), by: ClosedBy::Client };
    let (failure, close) = if words.starts_with("send: ") {
        (OpenFailure::WriteFailed { detail }.into(), SocketEvent::broken())
    } else if detail.starts_with("IO error: ") {
        (OpenFailure::Reset { detail: plain(&detail) }.into(), SocketEvent::broken())
    } else if let Some((declared, limit)) = too_long(&detail) {
        (OpenFailure::TooBig { declared, limit }.into(), given_up)
    } else if detail.starts_with("UTF-8 encoding error") {
        (OpenFailure::NotUtf8.into(), given_up)
    } else if let Some(detail) = detail.strip_prefix("WebSocket protocol error: ") {
        (OpenFailure::Protocol { detail: detail.to_owned() }.into(), given_up)
    } else {
        (Failure::Portable { words: words.trim_end_matches('.').to_owned() }, SocketEvent::broken())
    };
    Ending { failure: Some(failure), close }
}

fn connecting(words: &str, server: &str) -> Failure {
    let host = || server.rsplit_once(':').map_or(server, |(host, _)| host).to_owned();
    if let Some(status) = words.strip_prefix("HTTP error: ") {
        let (code, reason) = status.split_once(' ').unwrap_or((status, ""));
        if let Ok(status) = code.parse() {
            let reason = reason.to_owned();
            return UpgradeFailure::Status { status, reason, location: None, token_shown: false }.into();
        }
    }
    if words.contains("Temporary failure in name resolution") {
        DialFailure::NameServiceDown { host: host() }.into()
    } else if words.contains("failed to lookup address") {
        DialFailure::UnknownHost { host: host() }.into()
    } else if words.contains("Unable to connect to") {
        // The rest of the line is the URL, token and all: not repeated.
        DialFailure::Unexplained { server: server.to_owned() }.into()
    } else if words.contains("UnknownIssuer") {
        TlsFailure::Untrusted { chain: "not shown by the portable transport".to_owned(), alone: true }.into()
    } else if words.contains("InvalidContentType") || words.contains("corrupt message") {
        TlsFailure::NotTls.into()
    } else if words.contains("invalid peer certificate") {
        TlsFailure::BadCertificate { detail: plain(words) }.into()
    } else if words.contains("TLS error") {
        TlsFailure::Refused { detail: plain(words) }.into()
    } else if words.contains("Sec-WebSocket-Accept") {
        UpgradeFailure::BadAccept { received: None }.into()
    } else if words.contains("httparse error") {
        UpgradeFailure::NotHttp { excerpt: "something unreadable".to_owned(), tls: false }.into()
    } else if words.contains("Handshake not finished") || words.starts_with("IO error: ") {
        UpgradeFailure::HungUp.into()
    } else {
        Failure::Portable { words: words.trim_end_matches('.').to_owned() }
    }
}

/// `Space limit exceeded: Message too long: 314572800 > 67108864`
fn too_long(words: &str) -> Option<(u64, u64)> {
    let (declared, limit) = words.split_once("too long: ")?.1.split_once(" > ")?;
    Some((declared.trim().parse().ok()?, limit.trim().parse().ok()?))
}

fn plain(words: &str) -> String {
    words.rsplit_once(" error: ").map_or(words, |(_, rest)| rest).to_owned()
}

#[cfg(test)]
mod tests {
    use super::ending;
    use crate::net::failure::{Failure, OpenFailure, UpgradeFailure};
    use crate::net::socket::SocketEvent;

    #[test]
    fn the_words_become_failures_and_no_url_is_repeated() {
        let told = |words: &str| ending(words, "cms.example:8055").failure.unwrap().sentences().message;
        let refused =
            told("Connect: URL error: Unable to connect to ws://cms.example:8055/?access_token=s3cret");
        assert_eq!(refused, "No TCP connection to cms.example:8055.");
        assert!(
            told("Connect: IO error: failed to lookup address information: Name or service not known")
                .contains("cms.example")
        );
        assert!(told("Connect: IO error: invalid peer certificate: UnknownIssuer").contains("not trusted"));
        assert!(
            told("Connect: IO error: Connection reset by peer (os error 104)")
                .contains("instead of answering")
        );
        assert!(told("Connect: HTTP error: 403 Forbidden").contains("HTTP 403 Forbidden"));
        assert!(told("read: IO error: Connection reset by peer (os error 104)").contains("reset by peer"));
        assert!(told("something new.").contains("something new."));
    }

    #[test]
    fn sizes_and_drops_are_told() {
        let end = ending("read: Space limit exceeded: Message too long: 314572800 > 67108864", "x:1");
        assert_eq!(
            end.failure,
            Some(Failure::Open(OpenFailure::TooBig { declared: 314_572_800, limit: 67_108_864 }))
        );
        let end = ending("read: WebSocket protocol error: Connection reset without closing handshake", "x:1");
        assert_eq!((end.failure, end.close), (None, SocketEvent::broken()));
        let end = ending("Connect: HTTP error: 401 Unauthorized", "x:1");
        let Some(Failure::Upgrade(UpgradeFailure::Status { status, .. })) = end.failure else { panic!() };
        assert_eq!(status, 401);
    }
}
