//! What kind of server to be.

use std::time::Duration;

/// The settings of a demo server, named after what they do in a real one.
///
/// The default is the fresh lab server of the tests: only the fixed rows, no traffic, Directus' own timings.
#[derive(Clone, Debug)]
pub struct Options {
    /// The port on 127.0.0.1; 0 takes any free one.
    pub port: u16,
    /// How a socket proves who it is (`WEBSOCKETS_REST_AUTH`).
    pub mode: Mode,
    /// How long a handshake, and a new login after expiry, may take (`WEBSOCKETS_REST_AUTH_TIMEOUT`, 10 s).
    pub auth_timeout: Duration,
    /// Period and grace time of the heartbeat; `None` is `WEBSOCKETS_HEARTBEAT_ENABLED=false`, which also
    /// leaves a client's `ping` unanswered (reference 1.2).
    pub heartbeat: Option<Duration>,
    /// Life of an access token made by a login (`ACCESS_TOKEN_TTL`, 15 min).
    pub token_ttl: Duration,
    /// Every login by password, good or bad, takes this long (`LOGIN_STALL_TIME`, 500 ms).
    pub login_stall: Duration,
    /// How long the "database" thinks before a message is acted on. Not zero, because two rules of the real
    /// server can be seen only when messages overtake work: lost messages during the handshake (reference 2.3)
    /// and the doubled subscription (5.6).
    pub latency: Duration,
    /// Adds pleasant rows after the lab's two messages.
    pub seed: bool,
    /// Another user writes something each such interval.
    pub traffic: Option<Duration>,
    /// Which `Origin` headers are let in.
    pub origins: Origins,
    /// Most authenticated sockets at a time (`WEBSOCKETS_REST_CONN_LIMIT`).
    pub connection_limit: Option<usize>,
    /// Most messages of one socket (`RATE_LIMITER_*`).
    pub rate_limit: Option<RateLimit>,
    /// Whose habits to have.
    pub version: Version,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            mode: Mode::Handshake,
            auth_timeout: Duration::from_secs(10),
            heartbeat: Some(Duration::from_secs(30)),
            token_ttl: Duration::from_secs(15 * 60),
            login_stall: Duration::from_millis(500),
            latency: Duration::from_millis(5),
            seed: false,
            traffic: None,
            origins: Origins::SameHost,
            connection_limit: None,
            rate_limit: None,
            version: Version::V12_4,
        }
    }
}

impl Options {
    /// The server behind "Try the demo server": it has something to read, and something happens by itself.
    #[must_use]
    pub fn first_run() -> Self {
        Self { seed: true, traffic: Some(Duration::from_secs(4)), ..Self::default() }
    }
}

/// `WEBSOCKETS_REST_AUTH` (reference 2.1).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Mode {
    /// The first message must be a good `auth`.
    Handshake,
    /// Everyone may come in; without a token they see what is public.
    Public,
    /// No socket without a token in the URL or the session cookie.
    Strict,
}

impl Mode {
    /// The word `/server/info` uses for it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Handshake => "handshake",
            Self::Public => "public",
            Self::Strict => "strict",
        }
    }
}

/// Which `Origin` headers an upgrade may carry (reference 1.4).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Origins {
    /// None, or the server's own host; others get a bare 403. What 12.1 and later do unasked.
    SameHost,
    /// Every one.
    Any,
}

/// At most so many messages in so much time, counted from the first (reference 6.2, `REQUESTS_EXCEEDED`).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RateLimit {
    /// Messages allowed.
    pub points: u32,
    /// The time they are counted in.
    pub duration: Duration,
}

/// The releases whose differences a client can see (reference 6.3 and 10).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Version {
    /// 12.4.0: errors carry the `uid`, after expiry a socket is the public role.
    V12_4,
    /// 11.17.4: most errors carry no `uid`, any `Origin` passes, after expiry nothing is checked any more.
    V11_17,
}

impl Version {
    /// What `/server/info` tells.
    pub(super) fn number(self) -> &'static str {
        match self {
            Self::V12_4 => "12.4.0",
            Self::V11_17 => "11.17.4",
        }
    }
}

/// What a demo server can be told to do wrong, while it runs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Misbehaviour {
    /// Behave again. A server that had gone silent answers what comes from now on.
    None,
    /// Cut every open socket now, without a Close frame: clients see 1006. New ones are welcome.
    DropNow,
    /// Keep every socket and say nothing on it, not even to an upgrade, until told [`Misbehaviour::None`].
    GoSilent,
    /// Every login ends now: `TOKEN_EXPIRED`, and `AUTH_TIMEOUT` with a close when no new `auth` comes in time.
    ExpireTokens,
}
