//! Failures of the TLS handshake.

use rustls::{AlertDescription, CertificateError, InvalidMessage};

use super::{Remedy, Sentences, in_seconds};

/// Why TLS does not stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TlsFailure {
    /// Nobody this machine trusts signed the certificate.
    Untrusted {
        /// The chain the server sent, in words.
        chain: String,
        /// It is its own issuer, as far as can be told: the chain is one certificate long.
        alone: bool,
    },
    /// The certificate's time is over.
    Expired {
        /// The chain the server sent, in words.
        chain: String,
    },
    /// The certificate's time has not begun.
    NotYetValid {
        /// The chain the server sent, in words.
        chain: String,
    },
    /// The certificate is for other names.
    WrongName {
        /// The name in the URL.
        host: String,
        /// The names it is for.
        names: Vec<String>,
    },
    /// Another fault of the certificate.
    BadCertificate {
        /// The verifier's words.
        detail: String,
    },
    /// What answered does not speak TLS.
    NotTls,
    /// Server and client have no version or cipher in common, or the server wants a client certificate.
    Refused {
        /// The alert or the library's words.
        detail: String,
    },
    /// The server wants a client certificate and got none.
    CertificateWanted,
    /// The server refused our client certificate.
    CertificateRefused {
        /// The alert.
        detail: String,
    },
    /// No end of the handshake within the limit.
    Timeout {
        /// The limit, milliseconds.
        after_ms: u128,
    },
    /// The server hung up during the handshake.
    HungUp,
    /// The system's trusted certificates could not be loaded.
    NoRoots {
        /// The system's words.
        detail: String,
    },
    /// The name in the URL cannot be in any certificate.
    BadName {
        /// The name in the URL.
        host: String,
    },
}

impl TlsFailure {
    pub(crate) const fn remedy(&self) -> Remedy {
        match self {
            Self::Timeout { .. } | Self::HungUp => Remedy::Again,
            Self::Untrusted { .. }
            | Self::Expired { .. }
            | Self::NotYetValid { .. }
            | Self::WrongName { .. }
            | Self::BadCertificate { .. }
            | Self::NotTls
            | Self::Refused { .. }
            | Self::CertificateWanted
            | Self::CertificateRefused { .. }
            | Self::NoRoots { .. }
            | Self::BadName { .. } => Remedy::Change,
        }
    }

    pub(crate) fn sentences(&self) -> Sentences {
        match self {
            Self::Untrusted { chain, alone } => untrusted(chain, *alone),
            Self::Expired { chain } => Sentences::new(
                format!("The server's certificate has expired ({chain})."),
                "It was not renewed in time, or this machine's clock is wrong.",
                "Renew the certificate on the server, or set the clock.",
            ),
            Self::NotYetValid { chain } => Sentences::new(
                format!("The server's certificate is not valid yet ({chain})."),
                "This machine's clock is behind, or the certificate was made for a later date.",
                "Set the clock, then connect again.",
            ),
            Self::WrongName { host, names } => Sentences::new(
                format!("The server's certificate isn't for {host}, but for {}.", list(names)),
                "The URL names the machine differently than the certificate does, or another server answered.",
                "Use one of the names of the certificate in the URL, or add this name to the certificate.",
            ),
            Self::BadCertificate { detail } => Sentences::new(
                format!("The server's certificate cannot be used ({detail})."),
                "It is damaged, revoked, or made for another purpose.",
                "Look at the certificate on the server, and replace it.",
            ),
            Self::NotTls => Sentences::new(
                "The server answered, but not in TLS.",
                "The port speaks plain HTTP; https and wss need a port with TLS.",
                "Use ws:// or http:// in the URL, or the port on which the proxy offers TLS.",
            ),
            Self::Refused { detail } => Sentences::new(
                format!("Server and Harewire did not agree on TLS ({detail})."),
                "The server offers only old TLS versions, expects another host name, or demands a client certificate.",
                "Allow TLS 1.2 or 1.3 on the server, and check the host name in the URL.",
            ),
            Self::CertificateWanted => Sentences::new(
                "The server wants a client certificate.",
                "It lets in only those who show one that it trusts, and this profile names none.",
                "Name the certificate and its key in the profile, under More options, TLS.",
            ),
            Self::CertificateRefused { detail } => Sentences::new(
                format!("The server refused the client certificate ({detail})."),
                "It has expired, was revoked, or was signed by an authority that this server doesn't trust.",
                "Ask the server's operator which authority signs client certificates, and get a new one from it.",
            ),
            Self::Timeout { after_ms } => Sentences::new(
                format!("The TLS handshake did not end within {}.", in_seconds(*after_ms)),
                "The port accepts connections but speaks something else, or the server is overloaded.",
                "Check the port in the URL.",
            ),
            Self::HungUp => Sentences::new(
                "The server hung up during the TLS handshake.",
                "The port does not speak TLS, or a proxy knows no host of that name.",
                "Check scheme, host and port of the URL.",
            ),
            Self::NoRoots { detail } => Sentences::new(
                format!("The trusted certificates of this system could not be loaded ({detail})."),
                "The package with the certificate authorities is not installed.",
                "Install it (on Debian: ca-certificates), then connect again.",
            ),
            Self::BadName { host } => Sentences::new(
                format!("The host {host} cannot be the name of a TLS server."),
                "It holds characters that host names don't have.",
                "Check the host in the URL.",
            ),
        }
    }

    /// What an error of the handshake means.
    pub(crate) fn from_io(error: &std::io::Error, host: &str, chain: &[String]) -> Self {
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
        inner.map_or(Self::HungUp, |inner| Self::from_rustls(inner, host, chain))
    }

    /// What an error of the library means.
    pub(crate) fn from_rustls(error: &rustls::Error, host: &str, chain: &[String]) -> Self {
        match error {
            rustls::Error::InvalidCertificate(fault) => Self::from_certificate(fault, host, chain),
            rustls::Error::InvalidMessage(
                InvalidMessage::InvalidContentType | InvalidMessage::UnknownProtocolVersion,
            ) => Self::NotTls,
            rustls::Error::General(detail) if detail.contains("CA certificates") => {
                Self::NoRoots { detail: detail.clone() }
            }
            rustls::Error::AlertReceived(alert) => Self::from_alert(*alert),
            other => Self::Refused { detail: other.to_string() },
        }
    }

    /// What the server's alert means; in TLS 1.3 one about our certificate comes after the handshake.
    fn from_alert(alert: AlertDescription) -> Self {
        use AlertDescription as Alert;
        match alert {
            Alert::CertificateRequired => Self::CertificateWanted,
            Alert::BadCertificate
            | Alert::UnsupportedCertificate
            | Alert::CertificateRevoked
            | Alert::CertificateExpired
            | Alert::CertificateUnknown
            | Alert::UnknownCA
            | Alert::AccessDenied
            // An authority of the same name with another key.
            | Alert::DecryptError => Self::CertificateRefused { detail: format!("alert {alert:?}") },
            other => Self::Refused { detail: format!("received fatal alert: {other:?}") },
        }
    }

    fn from_certificate(fault: &CertificateError, host: &str, chain: &[String]) -> Self {
        let words = in_words(chain);
        match fault {
            // A trusted authority of the same name, but with another key, did not sign it either.
            CertificateError::UnknownIssuer | CertificateError::BadSignature => {
                Self::Untrusted { chain: words, alone: chain.len() == 1 }
            }
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                Self::Expired { chain: words }
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                Self::NotYetValid { chain: words }
            }
            CertificateError::NotValidForName => Self::WrongName { host: host.to_owned(), names: Vec::new() },
            CertificateError::NotValidForNameContext { presented, .. } => {
                Self::WrongName { host: host.to_owned(), names: presented.clone() }
            }
            other => Self::BadCertificate { detail: rustls::Error::from(other.clone()).to_string() },
        }
    }

    #[cfg(test)]
    pub(crate) fn samples() -> Vec<Self> {
        let chain = || in_words(&["ab12".to_owned()]);
        let detail = || "handshake failure".to_owned();
        vec![
            Self::Untrusted { chain: chain(), alone: true },
            Self::Untrusted { chain: in_words(&["ab".to_owned(), "cd".to_owned()]), alone: false },
            Self::Expired { chain: chain() },
            Self::NotYetValid { chain: chain() },
            Self::WrongName { host: "cms.example".to_owned(), names: vec!["\"a.example\"".to_owned()] },
            Self::BadCertificate { detail: detail() },
            Self::NotTls,
            Self::Refused { detail: detail() },
            Self::CertificateWanted,
            Self::CertificateRefused { detail: detail() },
            Self::Timeout { after_ms: 10_000 },
            Self::HungUp,
            Self::NoRoots { detail: detail() },
            Self::BadName { host: "a b".to_owned() },
        ]
    }
}

fn untrusted(chain: &str, alone: bool) -> Sentences {
    if alone {
        Sentences::new(
            format!("The server's certificate is not trusted ({chain})."),
            "It is self-signed, or the server does not send the certificate of its issuer along.",
            "Install the certificate (or its issuer's) as trusted on this machine, or complete the chain on the server.",
        )
    } else {
        Sentences::new(
            format!("The issuer of the server's certificate is not trusted ({chain})."),
            "It comes from a private authority, or a proxy opens the TLS connection on the way.",
            "Install the authority's certificate as trusted on this machine.",
        )
    }
}

/// The fingerprints of a chain as a phrase.
fn in_words(chain: &[String]) -> String {
    match chain {
        [] => "no certificate seen".to_owned(),
        [own] => format!("SHA-256 {own}"),
        [own, rest @ ..] => format!("SHA-256 {own}, {} more in the chain", rest.len()),
    }
}

fn list(names: &[String]) -> String {
    if names.is_empty() { "other names".to_owned() } else { names.join(", ") }
}
