//! `Reach`: how the way to a server is made, where it isn't the plain one. The socket and REST go the same way.

use std::path::PathBuf;

use crate::directus::Secret;

/// How the way to a server is made. The default is the plain way: no proxy, any address, the system's trust.
#[derive(Clone, Default)]
pub struct Reach {
    /// Appended to the query of the URL, in this order, percent-encoded. Values may be secret.
    pub query: Vec<(String, Secret)>,
    /// Sent as one `Cookie` header, together with any other of the spec. Always secret.
    pub cookies: Vec<(String, Secret)>,
    /// Whom to trust, and as whom to come.
    pub trust: Trust,
    /// Through which proxy.
    pub proxy: Option<Proxy>,
    /// Which addresses of the host are tried.
    pub family: Family,
}

/// Whom a TLS connection trusts, and as whom it comes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trust {
    /// PEM file with certificates of authorities, trusted beside the system's.
    pub authorities: Option<PathBuf>,
    /// PEM file with a client certificate and the chain behind it.
    pub certificate: Option<PathBuf>,
    /// PEM file with its key; where absent, the key is looked for in the file of the certificate.
    pub key: Option<PathBuf>,
    /// Go on whatever is wrong with the server's certificate.
    pub accept_invalid: bool,
    /// The name asked for and expected in the certificate, instead of the URL's.
    pub server_name: Option<String>,
}

/// Which addresses of a host are tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Family {
    /// All, IPv6 and IPv4 in turn, the next one after a quarter of a second or a failure.
    #[default]
    Any,
    /// IPv4 only.
    V4,
    /// IPv6 only.
    V6,
}

impl Family {
    /// Its name in sentences.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Any => "IP",
            Self::V4 => "IPv4",
            Self::V6 => "IPv6",
        }
    }
}

/// What a proxy speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyKind {
    /// HTTP with the method CONNECT.
    Http,
    /// SOCKS version 5; names are looked up by the proxy.
    Socks5,
}

/// A proxy to go through.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    /// What it speaks.
    pub kind: ProxyKind,
    /// Its host name or address, IPv6 without brackets.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// User and password, if it wants them.
    pub login: Option<(String, Secret)>,
}

impl Proxy {
    /// Its URL without user and password, as it is recorded and shown.
    #[must_use]
    pub fn shown(&self) -> String {
        let scheme = match self.kind {
            ProxyKind::Http => "http",
            ProxyKind::Socks5 => "socks5",
        };
        format!("{scheme}://{}", authority(&self.host, self.port))
    }
}

impl std::fmt::Debug for Proxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Proxy({})", self.shown())
    }
}

impl Reach {
    /// Everything in it that must not be shown.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &Secret> {
        let values = self.query.iter().filter(|(name, value)| is_secret_parameter(name, value.expose()));
        let login = self.proxy.as_ref().and_then(|proxy| proxy.login.as_ref());
        values
            .map(|(_, value)| value)
            .chain(self.cookies.iter().map(|(_, value)| value))
            .chain(login.map(|(_, password)| password))
    }

    /// What of it the portable transport can't do, as part of a sentence; `None` if nothing.
    pub(crate) fn beyond_portable(&self) -> Option<&'static str> {
        if self.trust.accept_invalid {
            Some("accept invalid certificates")
        } else if self.trust.authorities.is_some() {
            Some("trust an authority of your own")
        } else if self.trust.certificate.is_some() {
            Some("show a client certificate")
        } else if self.trust.server_name.is_some() {
            Some("expect another server name")
        } else if self.proxy.is_some() {
            Some("go through a proxy")
        } else if self.family == Family::Any {
            None
        } else {
            Some("choose between IPv4 and IPv6")
        }
    }
}

impl std::fmt::Debug for Reach {
    /// Names only: values may be secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names =
            |pairs: &[(String, Secret)]| pairs.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        f.debug_struct("Reach")
            .field("query", &names(&self.query))
            .field("cookies", &names(&self.cookies))
            .field("trust", &self.trust)
            .field("proxy", &self.proxy)
            .field("family", &self.family)
            .finish()
    }
}

/// Whether a parameter of a URL is a secret, by its name or by the shape of a web token.
#[must_use]
pub fn is_secret_parameter(name: &str, value: &str) -> bool {
    crate::directus::names_credential(name) || value.starts_with("eyJ")
}

/// Host and port as they stand in a URL.
pub(crate) fn authority(host: &str, port: u16) -> String {
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

#[cfg(test)]
mod tests {
    use super::{Family, Proxy, ProxyKind, Reach, Trust};
    use crate::directus::Secret;

    fn full() -> Reach {
        let pair = |name: &str, value: &str| (name.to_owned(), Secret::new(value));
        Reach {
            query: vec![pair("token", "hush-1"), pair("room", "open"), pair("x", "eyJhush-2")],
            cookies: vec![pair("session", "hush-3")],
            proxy: Some(Proxy {
                kind: ProxyKind::Socks5,
                host: "::1".to_owned(),
                port: 1080,
                login: Some(("ben".to_owned(), Secret::new("hush-4"))),
            }),
            ..Reach::default()
        }
    }

    #[test]
    fn it_knows_its_secrets_and_prints_none() {
        let reach = full();
        let secrets: Vec<&str> = reach.secrets().map(Secret::expose).collect();
        assert_eq!(secrets, ["hush-1", "eyJhush-2", "hush-3", "hush-4"]);
        let printed = format!("{reach:?}");
        assert!(!printed.contains("hush") && !printed.contains("ben"), "{printed}");
        assert!(printed.contains("socks5://[::1]:1080"), "{printed}");
    }

    #[test]
    fn the_plain_way_needs_nothing_that_the_portable_transport_lacks() {
        assert_eq!(Reach::default().beyond_portable(), None);
        assert_eq!(full().beyond_portable(), Some("go through a proxy"));
        let only = |trust| Reach { trust, ..Reach::default() }.beyond_portable();
        assert!(only(Trust { accept_invalid: true, ..Trust::default() }).is_some());
        assert!(only(Trust { authorities: Some("a".into()), ..Trust::default() }).is_some());
        assert!(only(Trust { certificate: Some("a".into()), ..Trust::default() }).is_some());
        assert!(only(Trust { server_name: Some("a".into()), ..Trust::default() }).is_some());
        assert!(Reach { family: Family::V6, ..Reach::default() }.beyond_portable().is_some());
    }
}
