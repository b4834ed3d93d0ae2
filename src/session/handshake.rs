//! `Handshake`: how the current connect went, step by step.

use crate::capture::event::{Certificate, Header};

/// The TLS layer of a connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tls {
    /// Sequence number of the event.
    pub seq: u64,
    /// Such as `TLSv1.3`.
    pub protocol: String,
    /// Name of the cipher suite.
    pub cipher: String,
    /// The chain as the server sent it, its own certificate first.
    pub certificates: Vec<Certificate>,
    /// What was wrong with the chain and was accepted all the same, as a sentence; empty if nothing was.
    pub accepted: String,
}

/// What the current connect exchanged before the first message. What a transport doesn't report stays empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Handshake {
    /// Host that was looked up.
    pub host: String,
    /// Addresses found.
    pub addresses: Vec<String>,
    /// Address and port that answered.
    pub address: String,
    /// URL of the proxy whose address that is; empty where the way is direct.
    pub via: String,
    /// The TLS layer, if any.
    pub tls: Option<Tls>,
    /// Path and query of the upgrade request, secrets masked.
    pub target: String,
    /// Headers of the upgrade request.
    pub request_headers: Vec<Header>,
    /// Status of the answer.
    pub status: Option<u16>,
    /// Reason phrase of the answer.
    pub status_reason: String,
    /// Headers of the answer.
    pub response_headers: Vec<Header>,
    /// Body of a refusal.
    pub body: String,
    /// The subprotocol agreed on.
    pub subprotocol: String,
}

/// How long each step of the current connect took, in microseconds; `None` for a step that wasn't reported or isn't over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waterfall {
    /// Looking up the host name.
    pub resolve_us: Option<u64>,
    /// Opening the TCP connection.
    pub connect_us: Option<u64>,
    /// Getting a tunnel from a proxy.
    pub tunnel_us: Option<u64>,
    /// TLS handshake.
    pub tls_us: Option<u64>,
    /// HTTP upgrade.
    pub upgrade_us: Option<u64>,
    /// From the open socket to the confirmed login.
    pub login_us: Option<u64>,
    /// From the first subscribe to its `init`.
    pub first_init_us: Option<u64>,
    /// From the beginning of the attempt to the open socket.
    pub open_us: Option<u64>,
    /// Where the connect stopped, if it did.
    pub failed: Option<FailedStep>,
}

/// A step of a connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Looking up the host name.
    Resolve,
    /// Opening the TCP connection.
    Connect,
    /// Getting a tunnel from a proxy; a step of its own only where there is one.
    Tunnel,
    /// TLS handshake.
    Tls,
    /// HTTP upgrade.
    Upgrade,
    /// The login on the open socket.
    Login,
    /// The first subscription.
    FirstInit,
}

impl Step {
    /// The word beside its time.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Resolve => "DNS",
            Self::Connect => "TCP",
            Self::Tunnel => "proxy",
            Self::Tls => "TLS",
            Self::Upgrade => "upgrade",
            Self::Login => "login",
            Self::FirstInit => "first init",
        }
    }
}

/// Where a connect stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FailedStep {
    /// The step that failed.
    pub step: Step,
    /// How long it had lasted then, in microseconds.
    pub after_us: u64,
}

impl Waterfall {
    /// The steps that took time, in order.
    pub fn steps(&self) -> impl Iterator<Item = (Step, u64)> + use<> {
        [
            (Step::Resolve, self.resolve_us),
            (Step::Connect, self.connect_us),
            (Step::Tunnel, self.tunnel_us),
            (Step::Tls, self.tls_us),
            (Step::Upgrade, self.upgrade_us),
            (Step::Login, self.login_us),
            (Step::FirstInit, self.first_init_us),
        ]
        .into_iter()
        .filter_map(|(step, took_us)| took_us.map(|took_us| (step, took_us)))
    }
}
