//! `ProxyRules`: which proxy leads to a server, by the profile or by the environment.

use hyper::http::Uri;
use hyper_util::client::proxy::matcher::Matcher;
use url::{Host, Url};

use crate::directus::{Endpoint, Secret};
use crate::net::reach::{Proxy, ProxyKind};

/// The proxies that the environment names.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ProxyRules {
    /// `ALL_PROXY`.
    pub all: String,
    /// `HTTP_PROXY`: for `ws` and `http`.
    pub http: String,
    /// `HTTPS_PROXY`: for `wss` and `https`.
    pub https: String,
    /// `NO_PROXY`: hosts, domains and networks that are reached directly.
    pub none_for: String,
}

/// Why a proxy can't be used. Prints as a sentence with the next step; never repeats a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProxyTrouble {
    /// Not a URL with a host.
    #[error(
        "The proxy's address isn't a URL. Write it like http://proxy.example:3128 or socks5://127.0.0.1:1080."
    )]
    Malformed,
    /// A scheme that can't be spoken.
    #[error("Harewire speaks to http:// proxies (with CONNECT) and to socks5:// proxies. Use one of these.")]
    Scheme,
    /// As the two above, in the environment.
    #[error(
        "The environment names a proxy (HTTPS_PROXY, HTTP_PROXY or ALL_PROXY) that can't be used. Write it like \
         http://proxy.example:3128 or socks5://127.0.0.1:1080, or choose No proxy."
    )]
    Environment,
}

impl ProxyRules {
    /// Reads the environment of this process, upper case before lower case.
    #[must_use]
    pub fn from_environment() -> Self {
        let read = |name: &str| {
            let value = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
            value(name).or_else(|| value(&name.to_ascii_lowercase())).unwrap_or_default()
        };
        Self {
            all: read("ALL_PROXY"),
            http: read("HTTP_PROXY"),
            https: read("HTTPS_PROXY"),
            none_for: read("NO_PROXY"),
        }
    }

    /// The proxy that these rules name for a server; `None` for the direct way.
    ///
    /// This machine itself is always reached directly, as browsers do: no proxy elsewhere could reach it.
    ///
    /// # Errors
    /// The proxy can't be used.
    pub fn proxy_for(&self, endpoint: &Endpoint) -> Result<Option<Proxy>, ProxyTrouble> {
        let named = if endpoint.is_tls() { &self.https } else { &self.http };
        let named = if named.is_empty() { &self.all } else { named };
        if named.is_empty() || is_loopback(endpoint.websocket_url()) || self.spares(endpoint) {
            return Ok(None);
        }
        proxy(named).map(Some).map_err(|_| ProxyTrouble::Environment)
    }

    /// `NO_PROXY` as curl reads it, by the crate that most Rust programs read it with.
    fn spares(&self, endpoint: &Endpoint) -> bool {
        let Ok(uri) = endpoint.http_base().as_str().parse::<Uri>() else { return false };
        let matcher = Matcher::builder().all("http://proxy.invalid").no(self.none_for.as_str()).build();
        matcher.intercept(&uri).is_none()
    }
}

impl std::fmt::Debug for ProxyRules {
    /// Proxies may have passwords.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProxyRules").field("none_for", &self.none_for).finish_non_exhaustive()
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost")
        }
        None => false,
    }
}

/// Reads the URL of a proxy: `http://[user:password@]host[:port]`, `socks5://…` or `socks5h://…`; without a scheme it
/// is HTTP. The port is 8080 or 1080 where it isn't said, as in curl (which has 1080 for both).
///
/// # Errors
/// What is wrong with it.
pub fn proxy(typed: &str) -> Result<Proxy, ProxyTrouble> {
    let typed = typed.trim();
    let whole = if typed.contains("://") { typed.to_owned() } else { format!("http://{typed}") };
    let url = Url::parse(&whole).map_err(|_| ProxyTrouble::Malformed)?;
    let (kind, port) = match url.scheme() {
        "http" => (ProxyKind::Http, 8080),
        "socks5" | "socks5h" => (ProxyKind::Socks5, 1080),
        _ => return Err(ProxyTrouble::Scheme),
    };
    let host = url.host_str().filter(|host| !host.is_empty()).ok_or(ProxyTrouble::Malformed)?;
    let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    // `Url` forgets a port that is its scheme's own.
    let port = url.port().unwrap_or(if whole.trim_end_matches('/').ends_with(":80") { 80 } else { port });
    let login = (!url.username().is_empty() || url.password().is_some())
        .then(|| (decoded(url.username()), Secret::new(decoded(url.password().unwrap_or_default()))));
    Ok(Proxy { kind, host, port, login })
}

/// Without percent signs.
fn decoded(text: &str) -> String {
    // A plus stands for itself in this part of a URL, and for a space in a form.
    let pair = format!("v={}", text.replace('+', "%2B"));
    url::form_urlencoded::parse(pair.as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{ProxyRules, ProxyTrouble, proxy};
    use crate::directus::Endpoint;
    use crate::net::reach::ProxyKind;

    #[test]
    fn a_proxy_is_read_from_its_url() {
        for (typed, kind, host, port) in [
            ("http://proxy.example:3128", ProxyKind::Http, "proxy.example", 3128),
            ("proxy.example:3128", ProxyKind::Http, "proxy.example", 3128),
            ("proxy.example", ProxyKind::Http, "proxy.example", 8080),
            ("http://proxy.example:80/", ProxyKind::Http, "proxy.example", 80),
            (" socks5h://[::1] ", ProxyKind::Socks5, "::1", 1080),
            ("SOCKS5://127.0.0.1:9050", ProxyKind::Socks5, "127.0.0.1", 9050),
        ] {
            let read = proxy(typed).unwrap();
            assert_eq!((read.kind, read.host.as_str(), read.port), (kind, host, port), "{typed}");
            assert_eq!(read.login, None);
        }
        let (user, password) = proxy("http://b%40n:h%75sh+%3A1@proxy.example").unwrap().login.unwrap();
        assert_eq!((user.as_str(), password.expose()), ("b@n", "hush+:1"));
        assert_eq!(proxy("https://proxy.example"), Err(ProxyTrouble::Scheme));
        assert_eq!(proxy("socks4://proxy.example"), Err(ProxyTrouble::Scheme));
        assert_eq!(proxy("http://"), Err(ProxyTrouble::Malformed));
        assert_eq!(proxy("http://a b"), Err(ProxyTrouble::Malformed));
    }

    #[test]
    fn the_environment_decides_by_scheme_and_host() {
        let rules = ProxyRules {
            all: "socks5://all.example".to_owned(),
            http: String::new(),
            https: "http://secure.example:3128".to_owned(),
            none_for: "intern.example, 10.0.0.0/8".to_owned(),
        };
        let chosen = |url: &str| {
            let proxy = rules.proxy_for(&Endpoint::parse(url).unwrap()).unwrap();
            proxy.map_or_else(|| "direct".to_owned(), |proxy| proxy.shown())
        };
        assert_eq!(chosen("https://cms.example"), "http://secure.example:3128");
        assert_eq!(chosen("http://cms.example"), "socks5://all.example:1080");
        for direct in [
            "https://intern.example",
            "https://cms.intern.example",
            "http://10.1.2.3:8055",
            "http://127.0.0.1:8055",
            "http://[::1]:8055",
            "http://localhost:8055",
        ] {
            assert_eq!(chosen(direct), "direct", "{direct}");
        }
        assert_eq!(chosen("https://notintern.example"), "http://secure.example:3128");
        let none = ProxyRules::default();
        assert_eq!(none.proxy_for(&Endpoint::parse("https://cms.example").unwrap()), Ok(None));
        let odd = ProxyRules { all: "ftp://hush".to_owned(), ..ProxyRules::default() };
        let trouble = odd.proxy_for(&Endpoint::parse("https://cms.example").unwrap()).unwrap_err();
        assert!(!trouble.to_string().contains("hush") && trouble.to_string().contains("HTTPS_PROXY"));
        assert!(!format!("{odd:?}").contains("hush"));
    }
}
