//! Failures before TCP stands.

use super::{Remedy, Sentences, in_seconds};
use crate::capture::event::Stage;

/// Why there is no TCP connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DialFailure {
    /// The name service knows no such host.
    UnknownHost {
        /// The name.
        host: String,
    },
    /// The host has no address of the family asked for.
    NoAddress {
        /// The name.
        host: String,
        /// Such as `IPv6`.
        family: &'static str,
        /// The addresses it has.
        others: String,
    },
    /// The name service itself did not answer.
    NameServiceDown {
        /// The name that was asked for.
        host: String,
    },
    /// The look-up took too long.
    ResolveTimeout {
        /// The name that was asked for.
        host: String,
        /// The limit, milliseconds.
        after_ms: u128,
    },
    /// The machine answered that nothing listens there.
    Refused {
        /// The addresses that were tried.
        addresses: String,
    },
    /// No way to that network or machine.
    Unreachable {
        /// The addresses that were tried.
        addresses: String,
        /// The system's words.
        detail: String,
    },
    /// No answer at all.
    Timeout {
        /// The addresses that were tried.
        addresses: String,
        /// The limit, milliseconds.
        after_ms: u128,
    },
    /// No connection, and the portable transport does not tell why.
    Unexplained {
        /// Host and port of the URL.
        server: String,
    },
    /// The machine could not open a socket, or another rare thing.
    Other {
        /// The addresses that were tried.
        addresses: String,
        /// The system's words.
        detail: String,
    },
}

impl DialFailure {
    pub(crate) const fn stage(&self) -> Stage {
        match self {
            Self::UnknownHost { .. }
            | Self::NoAddress { .. }
            | Self::NameServiceDown { .. }
            | Self::ResolveTimeout { .. } => Stage::Resolve,
            Self::Refused { .. }
            | Self::Unreachable { .. }
            | Self::Timeout { .. }
            | Self::Unexplained { .. }
            | Self::Other { .. } => Stage::Tcp,
        }
    }

    pub(crate) const fn remedy(&self) -> Remedy {
        match self {
            Self::UnknownHost { .. } | Self::NoAddress { .. } => Remedy::Change,
            Self::NameServiceDown { .. }
            | Self::ResolveTimeout { .. }
            | Self::Refused { .. }
            | Self::Unreachable { .. }
            | Self::Timeout { .. }
            | Self::Unexplained { .. }
            | Self::Other { .. } => Remedy::Again,
        }
    }

    pub(crate) fn sentences(&self) -> Sentences {
        match self {
            Self::UnknownHost { host } => Sentences::new(
                format!("No host is called {host}."),
                "The name is misspelt, or it exists only inside another network or a VPN.",
                "Check the spelling of the URL, and whether this machine is in the right network.",
            ),
            Self::NoAddress { host, family, others } => Sentences::new(
                format!("The host {host} has no {family} address, only {others}."),
                "The profile asks for this kind of address, and the name service knows none.",
                "Choose any address in the profile, or add the address to the name service.",
            ),
            Self::NameServiceDown { host } => Sentences::new(
                format!("The name service could not be asked for {host}."),
                "This machine is offline, or its name server does not answer.",
                "Check the network connection, or use the server's IP address in the URL.",
            ),
            Self::ResolveTimeout { host, after_ms } => Sentences::new(
                format!("Looking {host} up gave no answer within {}.", in_seconds(*after_ms)),
                "The name server is slow or unreachable.",
                "Check the network connection, or use the server's IP address in the URL.",
            ),
            Self::Refused { addresses } => Sentences::new(
                format!("The connection to {addresses} was refused."),
                "The machine is up, but nothing listens on that port: Directus isn't running, or it listens on \
                 another port or address.",
                "Start Directus, and compare the port with its PORT setting (8055 by default).",
            ),
            Self::Unreachable { addresses, detail } => Sentences::new(
                format!("There is no way to {addresses} ({detail})."),
                "This machine is offline, or the address belongs to a network it is not part of.",
                "Check the network connection or the VPN, then connect again.",
            ),
            Self::Timeout { addresses, after_ms } => Sentences::new(
                format!("No TCP connection to {addresses} within {}.", in_seconds(*after_ms)),
                "A firewall drops the packets silently, or the machine is off.",
                "Check address and port, and the firewall between here and there.",
            ),
            Self::Unexplained { server } => Sentences::new(
                format!("No TCP connection to {server}."),
                "Nothing listens on that port, or a firewall is in the way; the portable transport doesn't tell.",
                "Start Directus, check host and port, or use the full transport to learn more.",
            ),
            Self::Other { addresses, detail } => Sentences::new(
                format!("Connecting to {addresses} failed ({detail})."),
                "The operating system refused to open the connection.",
                "Look at the words in brackets: they are the system's own.",
            ),
        }
    }

    /// What an error of the system's look-up means. The system tells them apart by text only.
    pub(crate) fn from_lookup(host: &str, error: &std::io::Error) -> Self {
        let words = error.to_string();
        if words.contains("Temporary failure") || words.contains("try again") {
            Self::NameServiceDown { host: host.to_owned() }
        } else {
            Self::UnknownHost { host: host.to_owned() }
        }
    }

    /// What the last error of connecting means.
    pub(crate) fn from_connect(addresses: String, error: &std::io::Error) -> Self {
        use std::io::ErrorKind;
        match error.kind() {
            ErrorKind::ConnectionRefused => Self::Refused { addresses },
            ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable | ErrorKind::NetworkDown => {
                Self::Unreachable { addresses, detail: error.to_string() }
            }
            ErrorKind::TimedOut => Self::Timeout { addresses, after_ms: 0 },
            _ => Self::Other { addresses, detail: error.to_string() },
        }
    }

    #[cfg(test)]
    pub(crate) fn samples() -> Vec<Self> {
        let host = || "cms.example".to_owned();
        let addresses = || "192.0.2.1:8055".to_owned();
        let detail = || "host unreachable".to_owned();
        vec![
            Self::UnknownHost { host: host() },
            Self::NoAddress { host: host(), family: "IPv6", others: addresses() },
            Self::NameServiceDown { host: host() },
            Self::ResolveTimeout { host: host(), after_ms: 10_000 },
            Self::Refused { addresses: addresses() },
            Self::Unreachable { addresses: addresses(), detail: detail() },
            Self::Timeout { addresses: addresses(), after_ms: 10_000 },
            Self::Unexplained { server: addresses() },
            Self::Other { addresses: addresses(), detail: detail() },
        ]
    }
}
