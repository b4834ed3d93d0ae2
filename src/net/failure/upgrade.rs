//! Failures of the HTTP upgrade (reference 1.3).

use super::{Remedy, Sentences, in_seconds};

/// Why HTTP did not become WebSocket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UpgradeFailure {
    /// Not one byte came back.
    NoAnswer {
        /// The path that was asked for.
        path: String,
        /// The limit, milliseconds.
        after_ms: u128,
    },
    /// The answer began and did not end.
    Stalled {
        /// The limit, milliseconds.
        after_ms: u128,
    },
    /// The server hung up before it answered.
    HungUp,
    /// An HTTP answer other than 101.
    Status {
        /// Status code.
        status: u16,
        /// Reason phrase.
        reason: String,
        /// Where a redirect points to.
        location: Option<String>,
        /// A token stood in the URL.
        token_shown: bool,
    },
    /// Not HTTP.
    NotHttp {
        /// The beginning of what came.
        excerpt: String,
        /// It looks like TLS.
        tls: bool,
    },
    /// 101 with a wrong or missing `Sec-WebSocket-Accept`.
    BadAccept {
        /// What came, if anything.
        received: Option<String>,
    },
    /// The head of the answer is longer than anything sensible.
    HeadTooLong {
        /// The limit, bytes.
        limit: usize,
    },
    /// A header of the profile cannot be sent.
    BadHeader {
        /// Its name.
        name: String,
        /// Why not, as part of a sentence.
        fault: &'static str,
    },
    /// The portable transport would carry this header along to wherever a redirect points.
    SecretHeader {
        /// Its name.
        name: String,
    },
    /// The portable transport gave no sign of life.
    PortableTimeout {
        /// The limit, milliseconds.
        after_ms: u128,
    },
}

impl UpgradeFailure {
    pub(crate) const fn remedy(&self) -> Remedy {
        match self {
            Self::Status { status: 500..=599, .. } | Self::Stalled { .. } | Self::HungUp => Remedy::Again,
            // Most likely a wrong path, which never gets an answer (reference 1.3): it does not heal.
            Self::NoAnswer { .. } | Self::PortableTimeout { .. } => Remedy::FewTimes,
            Self::Status { status: 403 | 404, .. } => Remedy::FewTimes,
            Self::Status { .. }
            | Self::NotHttp { .. }
            | Self::BadAccept { .. }
            | Self::HeadTooLong { .. }
            | Self::BadHeader { .. }
            | Self::SecretHeader { .. } => Remedy::Change,
        }
    }

    pub(crate) fn sentences(&self) -> Sentences {
        match self {
            Self::NoAnswer { path, after_ms } => Sentences::new(
                format!(
                    "The server accepted the connection, but never answered {path} within {}.",
                    in_seconds(*after_ms)
                ),
                "Directus leaves requests for any other path than its WebSocket endpoint unanswered, so the path \
                 is probably wrong.",
                "Check the path in the URL: it must equal WEBSOCKETS_REST_PATH exactly (/websocket by default, \
                 without a slash at the end).",
            ),
            Self::Stalled { after_ms } => Sentences::new(
                format!(
                    "The server began an HTTP answer and did not finish it within {}.",
                    in_seconds(*after_ms)
                ),
                "The server or a proxy before it is overloaded or stuck.",
                "Connect again; if it stays, look at the server's log.",
            ),
            Self::HungUp => Sentences::new(
                "The server closed the connection instead of answering the WebSocket request.",
                "The server is restarting, a proxy has lost it, or the port expects TLS.",
                "Check whether the URL needs wss:// instead of ws://, and the log of the server.",
            ),
            Self::Status { status, reason, location, token_shown } => {
                refusal(*status, reason, location.as_deref(), *token_shown)
            }
            Self::NotHttp { tls: true, .. } => Sentences::new(
                "The server answered in TLS to a request without TLS.",
                "The port expects an encrypted connection.",
                "Use wss:// or https:// in the URL.",
            ),
            Self::NotHttp { excerpt, tls: false } => Sentences::new(
                format!("The server does not speak HTTP; its answer begins with {excerpt}."),
                "Another service listens on that port, such as a database or a mail server.",
                "Check host and port of the URL (Directus listens on 8055 by default).",
            ),
            Self::BadAccept { received } => Sentences::new(
                match received {
                    Some(value) => format!("The server confirmed the WebSocket with a wrong key ({value})."),
                    None => "The server confirmed the WebSocket without the required key.".to_owned(),
                },
                "A cache or a proxy answered instead of the server, or the server is not a WebSocket server.",
                "Connect without the proxy, or repair its WebSocket settings.",
            ),
            Self::HeadTooLong { limit } => Sentences::new(
                format!("The server's HTTP answer has a head of more than {limit} bytes."),
                "It is not a sensible HTTP server, or it sends enormous cookies.",
                "Check host and port of the URL.",
            ),
            Self::BadHeader { name, fault } => Sentences::new(
                format!("The header {name} cannot be sent: {fault}."),
                "It was entered in the profile, or pasted with a line break.",
                "Correct or remove it in the profile.",
            ),
            Self::SecretHeader { name } => Sentences::new(
                format!("The portable transport does not send the header {name}."),
                "It follows redirects and would carry the secret along to another server.",
                "Use the full transport for this profile, or remove the header.",
            ),
            Self::PortableTimeout { after_ms } => Sentences::new(
                format!(
                    "The portable transport did not open the WebSocket within {}.",
                    in_seconds(*after_ms)
                ),
                "The server is unreachable, or the path is wrong: Directus never answers a wrong path.",
                "Check host, port and path of the URL; the full transport tells which of them it is.",
            ),
        }
    }

    #[cfg(test)]
    pub(crate) fn samples() -> Vec<Self> {
        let mut samples: Vec<Self> = [200, 302, 400, 401, 403, 404, 426, 418, 500, 502, 503]
            .into_iter()
            .map(|status| Self::Status {
                status,
                reason: "Reason".to_owned(),
                location: (status == 302).then(|| "https://cms.example/login".to_owned()),
                token_shown: true,
            })
            .collect();
        samples.extend([
            Self::NoAnswer { path: "/websocket/".to_owned(), after_ms: 10_000 },
            Self::Stalled { after_ms: 10_000 },
            Self::HungUp,
            Self::NotHttp { excerpt: "\"220 smtp\"".to_owned(), tls: false },
            Self::NotHttp { excerpt: String::new(), tls: true },
            Self::BadAccept { received: Some("abc".to_owned()) },
            Self::BadAccept { received: None },
            Self::HeadTooLong { limit: 65_536 },
            Self::BadHeader { name: "X-A".to_owned(), fault: "its value holds a line break" },
            Self::SecretHeader { name: "Cookie".to_owned() },
            Self::PortableTimeout { after_ms: 10_000 },
        ]);
        samples
    }
}

/// The rows of reference 1.3.
fn refusal(status: u16, reason: &str, location: Option<&str>, token_shown: bool) -> Sentences {
    let space = if reason.is_empty() { "" } else { " " };
    let message = format!("The server refused the WebSocket with HTTP {status}{space}{reason}.");
    match status {
        200..=299 => Sentences::new(
            message,
            "A web page or an API answered, not a WebSocket endpoint.",
            "Check the path in the URL (Directus: /websocket), and whether a proxy passes the Upgrade header on.",
        ),
        300..=399 => Sentences::new(
            message,
            location.map_or_else(
                || "A proxy or a login page redirects this address.".to_owned(),
                |target| format!("The server redirects to {target}; a WebSocket does not follow."),
            ),
            "Put the address it redirects to into the URL (often only http became https).",
        ),
        400 | 426 => Sentences::new(
            message,
            "A proxy removed or changed the WebSocket headers, or the port expects TLS.",
            "Let the proxy pass Upgrade, Connection and the Sec-WebSocket headers on; check ws:// against wss://.",
        ),
        401 if token_shown => Sentences::new(
            message,
            "The token in the URL is wrong, expired, or belongs to a suspended user.",
            "Check the token, or make a new one in the user's page in Directus.",
        ),
        401 => Sentences::new(
            message,
            "The endpoint is in strict mode and wants the token in the URL, or the session cookie is bad.",
            "Choose the strict mode and enter a token.",
        ),
        403 => Sentences::new(
            message,
            "Three causes look the same: the connection limit is reached, the Origin is not allowed, or the licence \
             is locked.",
            "Close other connections, remove an Origin header from the profile, and look at the server's log.",
        ),
        404 => Sentences::new(
            message,
            "WebSockets are switched off (WEBSOCKETS_ENABLED), or a proxy does not pass the Upgrade header on.",
            "Set WEBSOCKETS_ENABLED=true on the server, and check path and proxy.",
        ),
        502..=504 => Sentences::new(
            message,
            "The proxy stands, but Directus behind it does not answer.",
            "Start Directus, or correct the proxy's target.",
        ),
        500..=599 => Sentences::new(
            message,
            "The server failed on its own while it answered.",
            "Look at the server's log at this time.",
        ),
        _ => Sentences::new(
            message,
            "Something that is not Directus answered: it knows none of the refusals with this number.",
            "Look at headers and body of the answer, and check the URL.",
        ),
    }
}
