//! Arguments that say how the way to a server is made.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::net::ConnectSpec;
use crate::net::proxy::{ProxyRules, proxy};
use crate::net::reach::{Family, Trust};

/// How the way to a server is made.
#[derive(Args, Default)]
#[command(next_help_heading = "The way to the server")]
pub struct ReachArgs {
    /// Send this header, as `Name: value`; @FILE reads one a line, for values nobody else may see; may be repeated
    #[arg(long, value_name = "HEADER|@FILE")]
    pub header: Vec<String>,
    /// Send this Origin, to be treated as a browser is
    #[arg(long, value_name = "ORIGIN")]
    pub origin: Option<String>,
    /// Offer this WebSocket subprotocol; may be repeated
    #[arg(long, value_name = "NAME")]
    pub subprotocol: Vec<String>,
    /// Trust the authorities in this PEM file beside the system's
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// Show this client certificate, a PEM file
    #[arg(long, value_name = "FILE")]
    pub cert: Option<PathBuf>,
    /// Its key, a PEM file without a passphrase; by default in the file of the certificate
    #[arg(long, value_name = "FILE", requires = "cert")]
    pub key: Option<PathBuf>,
    /// Expect this name in the server's certificate instead of the URL's
    #[arg(long, value_name = "NAME")]
    pub server_name: Option<String>,
    /// Accept the server's certificate whatever is wrong with it: for test servers only
    #[arg(long)]
    pub insecure: bool,
    /// Which proxy; `none` for no proxy.
    #[arg(
        help = "Go through this proxy, like http://proxy.example:3128 or socks5://127.0.0.1:1080, or none; by default HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY say",
        long,
        value_name = "URL|none"
    )]
    pub proxy: Option<String>,
    /// Use IPv4 only
    #[arg(short = '4', long, conflicts_with = "ipv6")]
    pub ipv4: bool,
    /// Use IPv6 only
    #[arg(short = '6', long)]
    pub ipv6: bool,
    /// Give up connecting after this time, like 10s
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = super::args::duration)]
    pub connect_timeout: Duration,
}

impl std::fmt::Debug for ReachArgs {
    /// Headers and the proxy may hold secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReachArgs").field("insecure", &self.insecure).finish_non_exhaustive()
    }
}

impl ReachArgs {
    /// Puts them into a spec; `rules` are the proxies of the environment.
    ///
    /// # Errors
    /// A sentence: a file of headers can't be read, a header is malformed, or the proxy can't be used.
    pub fn extend(&self, spec: &mut ConnectSpec, rules: &ProxyRules) -> Result<(), String> {
        for given in &self.header {
            match given.strip_prefix('@') {
                None => spec.headers.push(header(given, "--header")?),
                Some(path) => {
                    let text = std::fs::read_to_string(path)
                        .map_err(|error| format!("The file of headers {path} can't be read: {error}."))?;
                    for line in text.lines().filter(|line| !line.trim().is_empty()) {
                        spec.headers.push(header(line, path)?);
                    }
                }
            }
        }
        spec.headers.extend(self.origin.iter().map(|origin| ("Origin".to_owned(), origin.clone())));
        spec.subprotocols.extend(self.subprotocol.iter().cloned());
        spec.connect_timeout = self.connect_timeout;
        spec.reach.trust = Trust {
            authorities: self.ca.clone(),
            certificate: self.cert.clone(),
            key: self.key.clone(),
            accept_invalid: self.insecure,
            server_name: self.server_name.clone(),
        };
        spec.reach.family = match (self.ipv4, self.ipv6) {
            (true, _) => Family::V4,
            (false, true) => Family::V6,
            (false, false) => Family::Any,
        };
        let chosen = match self.proxy.as_deref() {
            Some("none") => Ok(None),
            Some(url) => proxy(url).map(Some),
            None => rules.proxy_for(&spec.endpoint),
        };
        spec.reach.proxy = chosen.map_err(|trouble| trouble.to_string())?;
        Ok(())
    }
}

/// `Name: value`; the error never repeats what may be a secret.
fn header(line: &str, from: &str) -> Result<(String, String), String> {
    match line.split_once(':') {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok((name.trim().to_owned(), value.trim().to_owned()))
        }
        _ => Err(format!("A header of {from} has no colon. Write it like \"X-Tenant: blue\".")),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::ReachArgs;
    use crate::directus::{AuthMode, Credentials, Endpoint};
    use crate::net::ConnectSpec;
    use crate::net::proxy::ProxyRules;
    use crate::net::reach::Family;

    #[derive(Debug, clap::Parser)]
    struct Line {
        #[command(flatten)]
        reach: ReachArgs,
    }

    fn spec(words: &[&str]) -> Result<ConnectSpec, String> {
        let line =
            Line::try_parse_from(std::iter::once(&"x").chain(words)).map_err(|error| error.to_string())?;
        let endpoint = Endpoint::parse("https://cms.example").unwrap();
        let mut spec = ConnectSpec::new(endpoint, AuthMode::Handshake, Credentials::None);
        let rules = ProxyRules { https: "http://env.example:3128".to_owned(), ..ProxyRules::default() };
        line.reach.extend(&mut spec, &rules).map(|()| spec)
    }

    #[test]
    fn flags_become_a_way() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "X-Api-Key: hush\n\nX-Time: 12:30\n").unwrap();
        let from = format!("@{}", file.path().display());
        let words = ["--header", "X-Tenant: blue", "--header", &from, "--origin", "https://app.example"];
        let sent = spec(&words).unwrap().headers;
        let sent: Vec<String> = sent.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(sent, ["X-Tenant=blue", "X-Api-Key=hush", "X-Time=12:30", "Origin=https://app.example"]);
        let way =
            spec(&["--insecure", "--ca", "a.pem", "-6", "--proxy", "socks5://p", "--connect-timeout", "2s"]);
        let way = way.unwrap();
        assert!(way.reach.trust.accept_invalid && way.reach.family == Family::V6);
        assert_eq!(way.reach.proxy.unwrap().shown(), "socks5://p:1080");
        assert_eq!(way.connect_timeout.as_secs(), 2);
        assert_eq!(spec(&[]).unwrap().reach.proxy.unwrap().shown(), "http://env.example:3128");
        assert_eq!(spec(&["--proxy", "none"]).unwrap().reach.proxy, None);
    }

    #[test]
    fn what_makes_no_sense_is_refused_without_repeating_it() {
        assert!(spec(&["-4", "-6"]).is_err());
        assert!(spec(&["--key", "k.pem"]).is_err());
        let told = spec(&["--header", "hush"]).unwrap_err();
        assert!(told.contains("no colon") && !told.contains("hush"), "{told}");
        let told = spec(&["--proxy", "ftp://ben:hush@p"]).unwrap_err();
        assert!(told.contains("socks5://") && !told.contains("hush"), "{told}");
    }
}
