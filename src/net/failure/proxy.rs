//! Failures of a proxy on the way.

use super::{Remedy, Sentences, in_seconds};

/// Why a proxy did not open a tunnel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProxyFailure {
    /// An HTTP proxy answered CONNECT with another status than 2xx.
    Status {
        /// Its URL, without user and password.
        proxy: String,
        /// Host and port asked for.
        target: String,
        /// Status code.
        status: u16,
        /// Reason phrase.
        reason: String,
        /// The beginning of the answer's body, on one line; empty if there was none.
        body: String,
        /// A user and a password were sent along.
        had_login: bool,
    },
    /// A SOCKS proxy answered with a code of refusal (RFC 1928, 6).
    Socks {
        /// Its URL, without user and password.
        proxy: String,
        /// Host and port asked for.
        target: String,
        /// The code.
        code: u8,
    },
    /// A SOCKS proxy takes none of the ways to log in that were offered.
    Methods {
        /// Its URL, without user and password.
        proxy: String,
        /// A user and a password were offered.
        had_login: bool,
    },
    /// A SOCKS proxy refused user and password.
    Login {
        /// Its URL, without user and password.
        proxy: String,
    },
    /// User, password or host are too long for SOCKS.
    TooLong {
        /// Which of them.
        what: &'static str,
    },
    /// What answered is no proxy of that kind.
    Unspoken {
        /// Its URL, without user and password.
        proxy: String,
    },
    /// It hung up.
    HungUp {
        /// Its URL, without user and password.
        proxy: String,
    },
    /// It did not answer in time.
    Timeout {
        /// Its URL, without user and password.
        proxy: String,
        /// Host and port asked for.
        target: String,
        /// The limit, milliseconds.
        after_ms: u128,
    },
}

impl ProxyFailure {
    pub(crate) const fn remedy(&self) -> Remedy {
        match self {
            Self::Status { status: 502..=504, .. }
            | Self::Socks { code: 1 | 3..=6, .. }
            | Self::HungUp { .. }
            | Self::Timeout { .. } => Remedy::Again,
            Self::Status { .. }
            | Self::Socks { .. }
            | Self::Methods { .. }
            | Self::Login { .. }
            | Self::TooLong { .. }
            | Self::Unspoken { .. } => Remedy::Change,
        }
    }

    pub(crate) fn sentences(&self) -> Sentences {
        match self {
            Self::Status { proxy, target, status, reason, body, had_login } => refusal(
                format!("The proxy {proxy} refused the way to {target} with HTTP {status}"),
                *status,
                (reason, body),
                *had_login,
            ),
            Self::Socks { proxy, target, code } => socks(proxy, target, *code),
            Self::Methods { proxy, had_login: false } => Sentences::new(
                format!("The SOCKS proxy {proxy} wants a login."),
                "It takes nobody without user and password.",
                "Put both into the proxy's URL: socks5://user:password@host:port.",
            ),
            Self::Methods { proxy, had_login: true } => Sentences::new(
                format!("The SOCKS proxy {proxy} does not take user and password."),
                "It knows its users in another way, by their address for example.",
                "Remove user and password from the proxy's URL.",
            ),
            Self::Login { proxy } => Sentences::new(
                format!("The SOCKS proxy {proxy} refused user and password."),
                "One of them is wrong.",
                "Correct them in the proxy's URL.",
            ),
            Self::TooLong { what } => Sentences::new(
                format!("The {what} is too long for a SOCKS proxy."),
                "The protocol has room for 255 bytes.",
                "Use a shorter one, or an HTTP proxy.",
            ),
            Self::Unspoken { proxy } => Sentences::new(
                format!("What answers at {proxy} isn't a proxy of that kind."),
                "The scheme of the proxy's URL is wrong, or another service listens on that port.",
                "Check host and port, and http:// against socks5://.",
            ),
            Self::HungUp { proxy } => Sentences::new(
                format!("The proxy {proxy} hung up."),
                "It doesn't allow this machine or this destination, or it speaks another protocol.",
                "Check the proxy's rules and log, and http:// against socks5:// in its URL.",
            ),
            Self::Timeout { proxy, target, after_ms } => Sentences::new(
                format!("The proxy {proxy} opened no way to {target} within {}.", in_seconds(*after_ms)),
                "It waits for a server that doesn't answer, or it speaks another protocol.",
                "Check host and port of the server, and http:// against socks5:// in the proxy's URL.",
            ),
        }
    }

    #[cfg(test)]
    pub(crate) fn samples() -> Vec<Self> {
        let proxy = || "http://127.0.0.1:3128".to_owned();
        let target = || "cms.example:443".to_owned();
        let status = |status, had_login, body: &str| Self::Status {
            proxy: proxy(),
            target: target(),
            status,
            reason: "Reason".to_owned(),
            body: body.to_owned(),
            had_login,
        };
        let mut samples = vec![
            status(407, false, ""),
            status(403, false, "Filtered"),
            status(405, false, ""),
            status(502, false, ""),
            status(504, false, ""),
            status(200, false, "x"),
            Self::Methods { proxy: proxy(), had_login: false },
            Self::Methods { proxy: proxy(), had_login: true },
            Self::Login { proxy: proxy() },
            Self::TooLong { what: "host name" },
            Self::Unspoken { proxy: proxy() },
            Self::HungUp { proxy: proxy() },
            Self::Timeout { proxy: proxy(), target: target(), after_ms: 10_000 },
        ];
        samples.extend((1..=9).map(|code| Self::Socks { proxy: proxy(), target: target(), code }));
        samples
    }
}

fn refusal(begin: String, status: u16, (reason, body): (&str, &str), had_login: bool) -> Sentences {
    let mut message = begin;
    if !reason.is_empty() {
        message.push(' ');
        message.push_str(reason);
    }
    message.push('.');
    if !body.is_empty() {
        message.push_str(" It says: ");
        message.push_str(body);
        message.push('.');
    }
    let (cause, advice) = match status {
        // tinyproxy answers 401 to a wrong login.
        401 | 407 if had_login => {
            ("User or password for the proxy are wrong.", "Correct them in the proxy's URL.")
        }
        407 => (
            "The proxy wants a login.",
            "Put user and password into the proxy's URL: http://user:password@host:port.",
        ),
        403 => (
            "The proxy forbids this host, or tunnels to any port but 443.",
            "Let the proxy allow this host and port, or choose No proxy for this server.",
        ),
        400 | 404 | 405 | 501 => (
            "What answers does not know CONNECT: it is a web server, or a proxy for web pages only.",
            "Check host and port of the proxy.",
        ),
        502..=504 => (
            "The proxy itself did not reach the server: its name is unknown there, or nothing listens on that port.",
            "Check host and port in the URL, and whether the proxy may reach them.",
        ),
        _ => ("The proxy has a rule against this connection.", "Look at the proxy's log at this time."),
    };
    Sentences::new(message, cause, advice)
}

/// The codes of RFC 1928, 6.
fn socks(proxy: &str, target: &str, code: u8) -> Sentences {
    let (what, cause) = match code {
        1 => ("it failed in general", "The proxy doesn't say more; its log does."),
        2 => ("its rules forbid it", "The proxy allows other users, hosts or ports only."),
        3 => ("the network is unreachable", "The proxy has no way to that network."),
        4 => ("the host is unreachable", "The proxy can't look the name up, or the machine is off."),
        5 => ("the connection was refused", "The machine is up, but nothing listens on that port."),
        6 => ("the time to live was over", "Packets of the proxy never arrived there."),
        7 => ("it does not know CONNECT", "It is a SOCKS proxy for other purposes."),
        8 => ("it does not know this kind of address", "It speaks IPv4 only, or looks no names up."),
        _ => ("it gave an unknown code", "It is no SOCKS proxy, or a newer one."),
    };
    Sentences::new(
        format!("The proxy {proxy} did not open the way to {target}: {what} (SOCKS code {code})."),
        cause,
        "Check host and port in the URL, and the rules and the log of the proxy.",
    )
}
