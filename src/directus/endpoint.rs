//! `Endpoint`: where a Directus server listens, from whatever a person typed or pasted.

use url::{ParseError, Url, form_urlencoded};

use crate::directus::endpoint_note::{EndpointError, EndpointNote};
use crate::directus::typed_url::{bracketed, is_local, split_scheme, tidy};
use crate::directus::{Masker, Secret};

/// Where Directus listens by default (reference 1.1).
const SOCKET_PATH: &str = "/websocket";

/// The known paths of sockets: nothing is appended to these (reference 1.1).
const KNOWN_PATHS: [&str; 3] = [SOCKET_PATH, "/websocket/logs", "/graphql"];

/// The WebSocket URL of a server, free of secrets, and what had to be changed to get it.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    url: Url,
    token: Option<Secret>,
    notes: Vec<EndpointNote>,
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Endpoint")
            .field("url", &self.shown_url())
            .field("notes", &self.notes)
            .finish_non_exhaustive()
    }
}

impl Endpoint {
    /// Reads a URL: `ws(s)` with a path is taken as it is; all else gets `/websocket` behind its path.
    /// Without a scheme, `ws` is for local hosts and `wss` for others.
    ///
    /// # Errors
    /// A sentence for the person who types: what is wrong and what to write.
    pub fn parse(input: &str) -> Result<Self, EndpointError> {
        let mut notes = Vec::new();
        let text = tidy(input);
        if text != input {
            notes.push(EndpointNote::Trimmed);
        }
        if text.is_empty() {
            return Err(EndpointError::Empty);
        }
        let (scheme, rest) = split_scheme(&text)?;
        let rest = bracketed(rest, &mut notes);
        let given = scheme.unwrap_or("ws");
        let mut url = Url::parse(&format!("{given}://{rest}")).map_err(|error| refusal(&error))?;
        if url.host_str().is_none_or(str::is_empty) {
            return Err(EndpointError::Host);
        }
        if url.port() == Some(0) {
            return Err(EndpointError::Port);
        }
        settle_scheme(&mut url, scheme, &mut notes)?;
        if !url.username().is_empty() || url.password().is_some() {
            notes.push(EndpointNote::UserCut);
            url.set_username("")
                .and_then(|()| url.set_password(None))
                .map_err(|()| EndpointError::Malformed)?;
        }
        if url.fragment().is_some() {
            notes.push(EndpointNote::FragmentCut);
            url.set_fragment(None);
        }
        let token = take_token(&mut url, &mut notes);
        let exact = matches!(scheme, Some("ws" | "wss")) && !url.path().trim_matches('/').is_empty();
        settle_path(&mut url, exact, &mut notes);
        Ok(Self { url, token, notes })
    }

    /// The URL to connect to. It never holds an `access_token`; show `shown_url` instead.
    #[must_use]
    pub fn websocket_url(&self) -> &Url {
        &self.url
    }

    /// The URL for screens and files: a server that isn't Directus may want its token under another name, and that
    /// one stays in `websocket_url`. Its masks are numbered as in a capture that begins with this URL.
    #[must_use]
    pub fn shown_url(&self) -> String {
        Masker::new().url(self.url.as_str())
    }

    /// The root of the server's HTTP interface, with a slash at its end.
    #[must_use]
    pub fn http_base(&self) -> Url {
        let mut base = self.url.clone();
        // Between special schemes a change cannot fail.
        let _ = base.set_scheme(if self.is_tls() { "https" } else { "http" });
        base.set_query(None);
        let path = self.url.path();
        let known = KNOWN_PATHS.iter().find_map(|known| path.trim_end_matches('/').strip_suffix(known));
        // A socket at a path of its own lies beside the interface.
        let root =
            known.unwrap_or_else(|| path.trim_end_matches('/').rsplit_once('/').map_or("", |(root, _)| root));
        base.set_path(&format!("{root}/"));
        base
    }

    /// The token that stood in the URL.
    #[must_use]
    pub fn token(&self) -> Option<&Secret> {
        self.token.as_ref()
    }

    /// Moves the token that stood in the URL out.
    pub fn take_token(&mut self) -> Option<Secret> {
        self.token.take()
    }

    /// What was changed, in the order it was done.
    #[must_use]
    pub fn notes(&self) -> &[EndpointNote] {
        &self.notes
    }

    /// Whether the connection is encrypted.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        self.url.scheme() == "wss"
    }

    /// Host name or address, IPv6 without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        let host = self.url.host_str().unwrap_or_default();
        host.strip_prefix('[').and_then(|inside| inside.strip_suffix(']')).unwrap_or(host)
    }

    /// The port, also where the URL leaves it out.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.url.port_or_known_default().unwrap_or(if self.is_tls() { 443 } else { 80 })
    }
}

fn refusal(error: &ParseError) -> EndpointError {
    match error {
        ParseError::EmptyHost => EndpointError::Host,
        ParseError::InvalidPort => EndpointError::Port,
        ParseError::IdnaError
        | ParseError::InvalidIpv4Address
        | ParseError::InvalidIpv6Address
        | ParseError::InvalidDomainCharacter => EndpointError::BadHost,
        _ => EndpointError::Malformed,
    }
}

fn settle_scheme(
    url: &mut Url,
    given: Option<&str>,
    notes: &mut Vec<EndpointNote>,
) -> Result<(), EndpointError> {
    let (scheme, note) = match given {
        Some("http") => ("ws", Some(EndpointNote::HttpReplaced)),
        Some("https") => ("wss", Some(EndpointNote::HttpsReplaced)),
        Some("wss") => ("wss", None),
        Some(_) => ("ws", None),
        None if is_local(url) => ("ws", Some(EndpointNote::PlainSchemeAdded)),
        None => ("wss", Some(EndpointNote::SecureSchemeAdded)),
    };
    notes.extend(note);
    url.set_scheme(scheme).map_err(|()| EndpointError::Malformed)
}

/// Takes `access_token` out of the query, leaving the other pairs byte for byte.
fn take_token(url: &mut Url, notes: &mut Vec<EndpointNote>) -> Option<Secret> {
    let query = url.query()?.to_owned();
    let mut token = None;
    let mut others = Vec::new();
    let mut found = false;
    for pair in query.split('&') {
        match form_urlencoded::parse(pair.as_bytes()).next() {
            Some((key, value)) if key == "access_token" => {
                found = true;
                if token.is_none() && !value.is_empty() {
                    token = Some(Secret::new(value));
                }
            }
            Some(_) => others.push(pair),
            None => {}
        }
    }
    if found {
        notes.push(EndpointNote::TokenMoved);
    }
    url.set_query(if others.is_empty() { None } else { Some(others.join("&")) }.as_deref());
    token
}

fn settle_path(url: &mut Url, exact: bool, notes: &mut Vec<EndpointNote>) {
    if exact {
        if url.path().ends_with('/') {
            notes.push(EndpointNote::SlashKept);
        }
        return;
    }
    if url.query().is_some() {
        notes.push(EndpointNote::QueryCut);
        url.set_query(None);
    }
    let whole = url.path();
    let app = whole.find("/admin").filter(|&at| matches!(whole.as_bytes().get(at + 6), None | Some(b'/')));
    let path = whole.split_at(app.unwrap_or(whole.len())).0;
    let bare = path.trim_end_matches('/');
    if app.is_some() {
        notes.push(EndpointNote::AdminPathCut);
    } else if bare.len() < path.len() && path != "/" {
        notes.push(EndpointNote::SlashCut);
    }
    let known = KNOWN_PATHS.iter().any(|known| bare.ends_with(known));
    let settled = if known {
        bare.to_owned()
    } else {
        notes.push(EndpointNote::PathAdded);
        format!("{bare}{SOCKET_PATH}")
    };
    url.set_path(&settled);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::directus::{Endpoint, EndpointError, EndpointNote};

    fn url(input: &str) -> String {
        match Endpoint::parse(input) {
            Ok(endpoint) => endpoint.websocket_url().to_string(),
            Err(error) => format!("{error:?}"),
        }
    }

    #[test]
    fn finds_the_socket_of_a_server() {
        for (input, expected) in [
            // As it is: a WebSocket URL with a path.
            ("wss://cms.example.com/websocket", "wss://cms.example.com/websocket"),
            ("wss://cms.example.com/cms", "wss://cms.example.com/cms"),
            ("WSS://CMS.Example.com/Cms", "wss://cms.example.com/Cms"),
            ("ws://localhost:8055/websocket/", "ws://localhost:8055/websocket/"),
            ("wss://x.example/websocket?debug=1", "wss://x.example/websocket?debug=1"),
            ("wss://x.example/admin", "wss://x.example/admin"),
            // All else gets the path.
            ("ws://localhost:8055", "ws://localhost:8055/websocket"),
            ("ws://localhost:8055//", "ws://localhost:8055/websocket"),
            ("https://cms.example.com", "wss://cms.example.com/websocket"),
            ("https://cms.example.com/", "wss://cms.example.com/websocket"),
            ("https://x.example/cms", "wss://x.example/cms/websocket"),
            ("https://x.example/cms/", "wss://x.example/cms/websocket"),
            ("http://x.example:8055/websocket", "ws://x.example:8055/websocket"),
            ("https://x.example/websocket/", "wss://x.example/websocket"),
            ("https://x.example/websocket/logs", "wss://x.example/websocket/logs"),
            ("https://x.example/graphql", "wss://x.example/graphql"),
            ("https://x.example/admin", "wss://x.example/websocket"),
            ("https://x.example/cms/admin/content/messages?search=a#top", "wss://x.example/cms/websocket"),
            ("https://x.example/administration", "wss://x.example/administration/websocket"),
            // Default ports go, others stay.
            ("https://x.example:443", "wss://x.example/websocket"),
            ("https://x.example:80", "wss://x.example:80/websocket"),
            ("x.example:443", "wss://x.example/websocket"),
            // Without a scheme.
            ("localhost:8055", "ws://localhost:8055/websocket"),
            ("127.0.0.1", "ws://127.0.0.1/websocket"),
            ("192.168.1.20:8055/cms", "ws://192.168.1.20:8055/cms/websocket"),
            ("directus:8055", "ws://directus:8055/websocket"),
            ("ws:8055", "ws://ws:8055/websocket"),
            ("nas.local", "ws://nas.local/websocket"),
            ("cms.example.com/", "wss://cms.example.com/websocket"),
            ("//cms.example.com", "wss://cms.example.com/websocket"),
            ("8.8.8.8", "wss://8.8.8.8/websocket"),
            ("[::1]:8055", "ws://[::1]:8055/websocket"),
            ("::1", "ws://[::1]/websocket"),
            ("fe80::1", "ws://[fe80::1]/websocket"),
            ("[2001:db8::7]/cms", "wss://[2001:db8::7]/cms/websocket"),
            // Typed halfway.
            ("https:x.example", "wss://x.example/websocket"),
            ("https:/x.example", "wss://x.example/websocket"),
            // Pasted.
            ("  \"https://x.example/\"\r\n", "wss://x.example/websocket"),
            ("<https://x.example>", "wss://x.example/websocket"),
            ("https://x.exa\nmple/cms", "wss://x.example/cms/websocket"),
            ("\u{feff}https://x.example\u{200b}", "wss://x.example/websocket"),
            ("https://ben:hunter2@x.example", "wss://x.example/websocket"),
            ("https://bücher.example", "wss://xn--bcher-kva.example/websocket"),
        ] {
            assert_eq!(url(input), expected, "{input}");
        }
    }

    #[test]
    fn says_what_is_wrong() {
        for (input, expected) in [
            ("", EndpointError::Empty),
            (" \"\" ", EndpointError::Empty),
            ("ftp://x.example", EndpointError::Scheme("ftp".to_owned())),
            ("https://", EndpointError::Host),
            ("ws://?a", EndpointError::Host),
            ("https://x.example:99999", EndpointError::Port),
            ("x.example:port", EndpointError::Port),
            ("x.example:0", EndpointError::Port),
            ("https://a b.example", EndpointError::BadHost),
            ("https://[::1", EndpointError::BadHost),
            ("300.1.1.1", EndpointError::BadHost),
            ("averylongtokenpastedhere://x", EndpointError::Malformed),
        ] {
            assert_eq!(Endpoint::parse(input), Err(expected), "{input}");
        }
    }

    #[test]
    fn a_token_leaves_the_url() {
        let mut endpoint =
            Endpoint::parse("wss://x.example/websocket?a=1&access_token=t%20k&b=%41&access_token=").unwrap();
        assert_eq!(endpoint.websocket_url().as_str(), "wss://x.example/websocket?a=1&b=%41");
        assert_eq!(endpoint.notes(), [EndpointNote::TokenMoved]);
        assert!(!format!("{endpoint:?}").contains("t k"));
        assert_eq!(endpoint.take_token().unwrap().expose(), "t k");
        assert!(endpoint.token().is_none());
        let endpoint = Endpoint::parse("x.example?access_token=").unwrap();
        assert!(endpoint.token().is_none());
    }

    #[test]
    fn says_what_it_changed() {
        let notes = |input: &str| Endpoint::parse(input).unwrap().notes().to_vec();
        assert_eq!(notes("wss://x.example/websocket"), []);
        assert_eq!(notes("wss://x.example/websocket/"), [EndpointNote::SlashKept]);
        assert_eq!(
            notes(" https://x.example/admin/a?b#c"),
            [
                EndpointNote::Trimmed,
                EndpointNote::HttpsReplaced,
                EndpointNote::FragmentCut,
                EndpointNote::QueryCut,
                EndpointNote::AdminPathCut,
                EndpointNote::PathAdded,
            ]
        );
        assert_eq!(
            notes("::1"),
            [EndpointNote::BracketsAdded, EndpointNote::PlainSchemeAdded, EndpointNote::PathAdded]
        );
    }

    #[test]
    fn knows_host_port_and_http_base() {
        for (input, host, port, tls, base) in [
            ("https://x.example/cms", "x.example", 443, true, "https://x.example/cms/"),
            ("localhost:8055", "localhost", 8055, false, "http://localhost:8055/"),
            ("[::1]", "::1", 80, false, "http://[::1]/"),
            ("wss://x.example/websocket/logs?a=1", "x.example", 443, true, "https://x.example/"),
            ("wss://x.example/cms/realtime", "x.example", 443, true, "https://x.example/cms/"),
            ("wss://x.example/realtime", "x.example", 443, true, "https://x.example/"),
        ] {
            let endpoint = Endpoint::parse(input).unwrap();
            assert_eq!(endpoint.host(), host);
            assert_eq!(endpoint.port(), port);
            assert_eq!(endpoint.is_tls(), tls);
            assert_eq!(endpoint.http_base().as_str(), base);
        }
    }

    proptest! {
        #[test]
        fn what_it_makes_it_takes_unchanged(
            scheme in "(|https?://|wss?://|//)",
            host in "([a-z]{1,5}(\\.[a-z]{2,3})?|\\[::1\\]|10\\.0\\.0\\.[1-9]|::1)",
            port in "(|:[1-9][0-9]{1,3})",
            path in "(/|/cms|/admin|/websocket|/a b|/graphql){0,3}",
            query in "(|\\?access_token=[a-z%]{0,4}|\\?x=1&access_token=a&y)",
            tail in "(|#x|\n| )",
        ) {
            let input = format!("{scheme}{host}{port}{path}{query}{tail}");
            if let Ok(first) = Endpoint::parse(&input) {
                let again = Endpoint::parse(first.websocket_url().as_str()).unwrap();
                prop_assert_eq!(again.websocket_url(), first.websocket_url());
                prop_assert!(again.token().is_none());
                prop_assert!(again.notes().iter().all(|note| *note == EndpointNote::SlashKept));
            }
        }

        #[test]
        fn any_text_is_taken_or_refused(input in ".*") {
            if let Ok(endpoint) = Endpoint::parse(&input) {
                prop_assert!(!endpoint.host().is_empty());
                prop_assert!(endpoint.websocket_url().path().len() > 1);
            }
        }
    }
}
