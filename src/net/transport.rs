//! What each transport can report: the one table, read by the window, the tests and the reader.

use crate::net::command::TransportKind;

/// Longest message the full transport takes, bytes. Longer ones are named, and the connection closed with 1009.
pub const MESSAGE_LIMIT: usize = 256 << 20;

/// Longest message the portable transport takes, bytes (`ewebsock`'s default).
pub const PORTABLE_MESSAGE_LIMIT: usize = 64 << 20;

/// What a transport reports and can do. Where it says no, the window says "not reported by this transport".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// Name look-up, TCP and TLS as separate steps, with addresses, times and certificates.
    pub stages: bool,
    /// Request and response of the upgrade: status, headers, body of a refusal, agreed subprotocol.
    pub handshake: bool,
    /// Code and reason of the server's Close frame; without it a `close` has no code.
    pub close_code: bool,
    /// Code and reason of our own Close frame are sent, and the server's echo awaited.
    pub sends_close_code: bool,
    /// A broken connection is told from a closed one.
    pub tells_drop: bool,
    /// The cause of a TLS failure is told.
    pub tls_cause: bool,
    /// Headers that carry secrets may be sent. Not where redirects are followed: they would go along.
    pub secret_headers: bool,
    /// Redirects are followed instead of reported.
    pub follows_redirects: bool,
    /// Messages can be sent while reading is paused by back-pressure.
    pub sends_while_paused: bool,
    /// An abort cuts the connection; otherwise it is a close like any other.
    pub aborts: bool,
    /// Goes through proxies.
    pub proxies: bool,
    /// Takes authorities, a client certificate and a server name of the profile, and accepts invalid certificates where told.
    pub own_trust: bool,
    /// Tries IPv4 or IPv6 alone.
    pub address_family: bool,
    /// Longest message in bytes.
    pub message_limit: usize,
    /// Trusts the operating system's certificates; otherwise a list compiled in.
    pub system_roots: bool,
}

/// The table.
#[must_use]
pub const fn capabilities(kind: TransportKind) -> Capabilities {
    match kind {
        TransportKind::Full => Capabilities {
            stages: true,
            handshake: true,
            close_code: true,
            sends_close_code: true,
            tells_drop: true,
            tls_cause: true,
            secret_headers: true,
            follows_redirects: false,
            sends_while_paused: true,
            aborts: true,
            proxies: true,
            own_trust: true,
            address_family: true,
            message_limit: MESSAGE_LIMIT,
            system_roots: true,
        },
        // `ewebsock` 0.8, thread backend: one thread that sends one message, reads one message, and so on;
        // `Closed` without a code, `Error` as one string, nothing at all after our own close.
        TransportKind::Portable => Capabilities {
            stages: false,
            handshake: false,
            close_code: false,
            sends_close_code: false,
            tells_drop: true,
            tls_cause: false,
            secret_headers: false,
            follows_redirects: true,
            sends_while_paused: false,
            aborts: false,
            proxies: false,
            own_trust: false,
            address_family: false,
            message_limit: PORTABLE_MESSAGE_LIMIT,
            system_roots: false,
        },
    }
}
