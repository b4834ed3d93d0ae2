//! What the rest of the program may ask of a connection.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::directus::{AuthMode, Credentials, Endpoint, Secret, TokenPlace, is_secret_header};
use crate::net::http::{HttpReply, HttpRequest};
use crate::net::reach::Reach;

/// Which machinery carries the frames.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TransportKind {
    /// `tokio-tungstenite` below an upgrade of our own: reports everything an inspector can show.
    #[default]
    Full,
    /// `ewebsock`, as egui applications use it: shows what a minimal client sees.
    Portable,
}

impl TransportKind {
    /// The word used in captures and in the window.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Portable => "portable",
        }
    }
}

/// Which rules apply above the WebSocket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// Directus Realtime: login, heartbeat, resubscribe.
    #[default]
    Directus,
    /// Any WebSocket server: nothing is sent that the user did not send.
    Raw,
}

/// The switches of automation. Frames they send are marked automatic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Switches {
    /// Answer the server's `ping` with `pong`; without it a connection lasts about a minute (reference 3).
    pub auto_pong: bool,
    /// Connect again after a connection broke.
    pub reconnect: bool,
    /// Send accepted subscriptions again after a reconnect.
    pub resubscribe: bool,
    /// Send a `ping` with a uid every 15 s while `auto_pong` is on, to measure the round trip.
    pub measure: bool,
    /// Renew the login before its token runs out, on the open socket.
    pub reauth: bool,
}

impl Default for Switches {
    fn default() -> Self {
        Self { auto_pong: true, reconnect: true, resubscribe: true, measure: true, reauth: true }
    }
}

impl Switches {
    /// Name and position of every switch, in the order they are shown.
    #[must_use]
    pub const fn positions(self) -> [(&'static str, bool); 5] {
        [
            ("auto_pong", self.auto_pong),
            ("reconnect", self.reconnect),
            ("resubscribe", self.resubscribe),
            ("measure", self.measure),
            ("reauth", self.reauth),
        ]
    }
}

/// How long to wait before connecting again: the limit doubles from the first to the longest, and half of each wait is
/// left to chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pacing {
    /// Longest wait after the first failure, milliseconds.
    pub first_ms: u64,
    /// No wait is longer, milliseconds.
    pub longest_ms: u64,
}

impl Default for Pacing {
    fn default() -> Self {
        Self { first_ms: 1_000, longest_ms: 30_000 }
    }
}

/// Takes a new refresh token to where it is kept, before anything else is done with it: the one it replaces is dead.
/// Called on the net thread, so it must only hand the value on.
#[derive(Clone)]
pub struct Keeper(Arc<dyn Fn(Secret) + Send + Sync>);

impl Keeper {
    /// A keeper that calls this.
    pub fn new(keep: impl Fn(Secret) + Send + Sync + 'static) -> Self {
        Self(Arc::new(keep))
    }

    /// Hands a value on.
    pub(crate) fn keep(&self, secret: Secret) {
        (self.0)(secret);
    }
}

/// Everything needed to connect, and to connect again.
#[derive(Clone)]
pub struct ConnectSpec {
    /// Where to.
    pub endpoint: Endpoint,
    /// When the credential is shown to the server.
    pub mode: AuthMode,
    /// The credential. Where it is `None`, a token found in the pasted URL is used.
    pub credentials: Credentials,
    /// Where the access token is shown; strict mode knows the query only.
    pub token_place: TokenPlace,
    /// By which machinery.
    pub transport: TransportKind,
    /// By which rules.
    pub protocol: Protocol,
    /// Position of the switches at the start.
    pub switches: Switches,
    /// How long to wait before connecting again.
    pub pacing: Pacing,
    /// Limit for the whole way from name look-up to HTTP answer.
    pub connect_timeout: Duration,
    /// Further headers of the upgrade request, sent as they are.
    pub headers: Vec<(String, String)>,
    /// Offered in `Sec-WebSocket-Protocol`, in this order.
    pub subprotocols: Vec<String>,
    /// Proxy, certificates, cookies, query parameters.
    pub reach: Reach,
    /// Where a refresh token goes that replaces that of `credentials`.
    pub keeper: Option<Keeper>,
    /// The access token that a login over HTTP gave; the link sets it.
    pub access: Option<Secret>,
}

impl ConnectSpec {
    /// A spec with the defaults of the connect form: full transport, all switches on, 10 s to connect.
    #[must_use]
    pub fn new(endpoint: Endpoint, mode: AuthMode, credentials: Credentials) -> Self {
        Self {
            endpoint,
            mode,
            credentials,
            token_place: TokenPlace::default(),
            transport: TransportKind::Full,
            protocol: Protocol::Directus,
            switches: Switches::default(),
            pacing: Pacing::default(),
            connect_timeout: Duration::from_secs(10),
            headers: Vec::new(),
            subprotocols: Vec::new(),
            reach: Reach::default(),
            keeper: None,
            access: None,
        }
    }

    /// The token to log in with, if there is one.
    #[must_use]
    pub fn token(&self) -> Option<&Secret> {
        match &self.credentials {
            Credentials::None => self.endpoint.token(),
            credentials if credentials.over_http() => self.access.as_ref(),
            credentials => credentials.token(),
        }
    }

    /// The URL as it goes over the wire: in strict mode with the token in its query (reference 1.3), in
    /// raw mode with the one the user typed there. Never to be shown unmasked.
    pub(crate) fn wire_url(&self) -> Url {
        let mut url = self.endpoint.websocket_url().clone();
        let token = match self.protocol {
            Protocol::Raw => self.endpoint.token(),
            Protocol::Directus => self.token().filter(|_| self.asks_at_upgrade()),
        };
        for (name, value) in &self.reach.query {
            url.query_pairs_mut().append_pair(name, value.expose());
        }
        if let Some(token) = token {
            url.query_pairs_mut().append_pair("access_token", token.expose());
        }
        url
    }

    /// Whether the credential travels with the upgrade, in the query or as a cookie: then the server judges it there,
    /// in any mode, and reads no `auth` message first (reference 1.3).
    pub(crate) fn asks_at_upgrade(&self) -> bool {
        let in_query = self.mode == AuthMode::Strict || self.token_place == TokenPlace::Query;
        match self.credentials {
            Credentials::SessionCookie { .. } => true,
            Credentials::None | Credentials::StaticToken(_) => in_query && self.token().is_some(),
            Credentials::Password { .. } | Credentials::RefreshToken { .. } => {
                in_query && self.credentials.over_http()
            }
        }
    }

    /// The session cookie, where it is the credential.
    pub(crate) fn session_cookie(&self) -> Option<(&str, &Secret)> {
        match &self.credentials {
            Credentials::SessionCookie { name, value } if self.protocol == Protocol::Directus => {
                Some((name, value))
            }
            _ => None,
        }
    }

    /// Whether its login goes over HTTP.
    pub(crate) fn logs_in_over_http(&self) -> bool {
        self.protocol == Protocol::Directus && self.credentials.over_http()
    }

    /// Everything in it that must not be shown, wherever it turns up.
    pub(crate) fn secrets(&self) -> Vec<Secret> {
        let mut secrets: Vec<Secret> =
            self.endpoint.token().into_iter().chain(self.credentials.secrets()).cloned().collect();
        secrets.extend(self.access.clone());
        secrets.extend(self.reach.secrets().cloned());
        for (name, value) in &self.headers {
            if name.eq_ignore_ascii_case("cookie") {
                let values =
                    value.split(';').filter_map(|pair| pair.split_once('=').map(|(_, value)| value.trim()));
                secrets.extend(values.map(Secret::new));
            } else if is_secret_header(name) {
                secrets.push(Secret::new(value.as_str()));
                // Of `Bearer abc` only the second word is secret, and that is what a server quotes.
                secrets.extend(value.split_once(' ').map(|(_, words)| Secret::new(words.trim())));
            }
        }
        secrets.retain(|secret| !secret.is_empty());
        secrets
    }

    /// The word for the login mode in a capture.
    pub(crate) fn mode_name(&self) -> String {
        match self.protocol {
            Protocol::Raw => "raw".to_owned(),
            Protocol::Directus => self.mode.to_string(),
        }
    }

    /// Which credential is used, in words.
    pub(crate) fn credential_name(&self) -> &'static str {
        match &self.credentials {
            // A token of the pasted URL.
            Credentials::None if self.token().is_some() => "static token",
            credentials => credentials.kind(),
        }
    }
}

impl std::fmt::Debug for ConnectSpec {
    /// Names of headers only: their values may be cookies or tokens.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ConnectSpec")
            .field("url", &self.endpoint.shown_url())
            .field("mode", &self.mode_name())
            .field("credential", &self.credential_name())
            .field("transport", &self.transport)
            .field("connect_timeout", &self.connect_timeout)
            .field("headers", &self.headers.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .field("reach", &self.reach)
            .finish_non_exhaustive()
    }
}

/// A message to send, exactly as given.
#[derive(Clone, PartialEq, Eq)]
pub enum Outgoing {
    /// As a text frame.
    Text(String),
    /// As a binary frame.
    Binary(Bytes),
}

impl Outgoing {
    /// Bytes of payload.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Binary(bytes) => bytes.len(),
        }
    }

    /// Whether there is no payload.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl std::fmt::Debug for Outgoing {
    /// Sizes only: a message may hold a token.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => write!(f, "Text({} bytes)", text.len()),
            Self::Binary(bytes) => write!(f, "Binary({} bytes)", bytes.len()),
        }
    }
}

/// What may be asked of a connection. Every command is safe at any time; one that does not fit the
/// moment is answered by an event, or does nothing.
#[derive(Debug)]
pub enum Command {
    /// Connect; an open connection is closed politely first, and remembered subscriptions are forgotten.
    Connect(Box<ConnectSpec>),
    /// Send a message, or hold it until the login is confirmed (reference 2.3).
    Send(Outgoing),
    /// Close with a code and a reason of at most 123 bytes. Code 1005 sends a Close frame without a code.
    Close {
        /// Close code.
        code: u16,
        /// Reason text.
        reason: String,
    },
    /// Drop the TCP connection at once, without a Close frame.
    Abort,
    /// Send one `ping` with a uid now.
    Measure,
    /// Show the credential again on the open socket, or what renews it.
    Reauthenticate,
    /// Connect again now instead of when it is due.
    RetryNow,
    /// Stop waiting for the next attempt.
    StopRetrying,
    /// Set the switches.
    Switches(Switches),
    /// Give a link that has never been connected its server, so that HTTP can be asked of it before the socket.
    /// One that is connected keeps what it has.
    Prepare(Box<ConnectSpec>),
    /// Ask the server what it says of itself: is it there, its settings as nobody and as the link's user, its health. The
    /// answers are events.
    Examine,
    /// Ask the server something over HTTP, beside the socket or without it.
    Http(Box<HttpRequest>, HttpReply),
}
