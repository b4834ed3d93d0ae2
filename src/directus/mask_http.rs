//! The part of `Masker` for what travels as HTTP: URLs and headers.

use url::form_urlencoded;

use crate::directus::Masker;
use crate::directus::mask_spans::{Hidden, Search, is_inert, merged, names_credential, web_tokens};

impl Masker {
    /// A URL, or the path and query of a request, with tokens and passwords masked.
    pub fn url(&mut self, url: &str) -> String {
        let url = self.mask_user(url);
        let (head, rest) = url.split_at(url.find(['?', '#']).unwrap_or(url.len()));
        let mut masked = self.text(head);
        let mut from = 0;
        // Each part begins with its separator: ?a=1 &b=2 #c
        for at in rest.match_indices(['?', '&', '#']).map(|(at, _)| at).chain([rest.len()]) {
            let part = rest.get(from..at).unwrap_or_default();
            from = at;
            masked.push_str(&self.mask_pair(part));
        }
        masked
    }

    fn mask_pair(&mut self, part: &str) -> String {
        let Some((separator_and_key, value)) = part.split_once('=') else {
            return self.text(part);
        };
        let pair = part.trim_start_matches(['?', '&', '#']);
        let Some((key, decoded)) = form_urlencoded::parse(pair.as_bytes()).next() else {
            return part.to_owned();
        };
        let secret = names_credential(&key)
            || !(Search { known: &self.known, login: false }).known_in(&decoded).is_empty();
        if secret && !is_inert(&decoded) {
            let mask = self.number(Hidden::Text(decoded.into_owned()));
            return format!("{separator_and_key}={mask}");
        }
        format!("{separator_and_key}={}", self.text(value))
    }

    /// Masks `user:password@` of the authority.
    fn mask_user(&mut self, url: &str) -> String {
        let start = url.find("://").map_or(0, |at| at + 3);
        if start == 0 {
            return url.to_owned();
        }
        let (before, rest) = url.split_at(start);
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, after) = rest.split_at(end);
        let Some((user, host)) = authority.rsplit_once('@') else {
            return url.to_owned();
        };
        let user = match user.split_once(':') {
            Some((name, password)) => format!("{name}:{}", self.value(password)),
            None => self.value(user),
        };
        format!("{before}{user}@{host}{after}")
    }

    /// A header's value with secrets masked; names are compared without case.
    pub fn header(&mut self, name: &str, value: &str) -> String {
        let name = name.to_ascii_lowercase();
        match name.as_str() {
            "authorization" | "proxy-authorization" => match value.split_once(' ') {
                Some((scheme, credentials)) => format!("{scheme} {}", self.value(credentials)),
                None => self.value(value),
            },
            "cookie" => {
                let pairs: Vec<_> = value.split(';').map(|pair| self.mask_cookie(pair)).collect();
                pairs.join(";")
            }
            "set-cookie" => match value.split_once(';') {
                Some((pair, attributes)) => format!("{};{attributes}", self.mask_cookie(pair)),
                None => self.mask_cookie(value),
            },
            _ if is_secret_header(&name) => self.value(value),
            // Any other header may hold a known secret (`Sec-WebSocket-Protocol`) or a URL (`Location`).
            _ if value.contains('?') || value.contains("://") => self.url(value),
            _ => self.text(value),
        }
    }

    fn mask_cookie(&mut self, pair: &str) -> String {
        match pair.split_once('=') {
            Some((name, value)) => format!("{name}={}", self.value(value)),
            None => self.value(pair),
        }
    }

    /// A value that is secret as a whole.
    fn value(&mut self, value: &str) -> String {
        let trimmed = value.trim();
        if is_inert(trimmed) {
            return value.to_owned();
        }
        self.number(Hidden::Text(trimmed.to_owned()))
    }

    /// Plain text, known secrets and web tokens in it masked.
    fn text(&mut self, text: &str) -> String {
        let mut ranges = Search { known: &self.known, login: false }.known_in(text);
        ranges.extend(web_tokens(text));
        let ranges = merged(ranges);
        let mut masked = String::with_capacity(text.len());
        let mut from = 0;
        for range in ranges {
            masked.push_str(text.get(from..range.start).unwrap_or_default());
            from = range.end;
            let secret = text.get(range).unwrap_or_default().to_owned();
            masked.push_str(&self.number(Hidden::Text(secret)));
        }
        masked.push_str(text.get(from..).unwrap_or_default());
        masked
    }
}

/// Whether a header's value is secret, by its name. Those of the protocol itself only sound so, and say why a login
/// failed.
#[must_use]
pub fn is_secret_header(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    if matches!(name.as_str(), "cookie" | "set-cookie") {
        return true;
    }
    let harmless = ["sec-websocket-", "access-control-"].iter().any(|start| name.starts_with(start))
        || name.ends_with("-authenticate");
    !harmless && (names_credential(&name) || name.contains("auth") || name.ends_with("key"))
}

#[cfg(test)]
mod tests {
    use crate::directus::{Masker, Secret};

    #[test]
    fn masks_urls_and_headers() {
        let mut masker = Masker::new();
        assert_eq!(
            masker.url("wss://x/websocket?a=1&access_token=t%20k#f"),
            "wss://x/websocket?a=1&access_token=[masked 1]#f"
        );
        assert_eq!(masker.url("/websocket?access_token="), "/websocket?access_token=");
        assert_eq!(masker.url("https://ben:pw@x/y"), "https://ben:[masked 2]@x/y");
        masker.learn(&Secret::new("s3cr3t"));
        assert_eq!(masker.url("/a/s3cr3t?x=s3%63r3t&y"), "/a/[masked 3]?x=[masked 3]&y");
        for (name, value, expected) in [
            ("Authorization", "Bearer s3cr3t", "Bearer [masked 3]"),
            ("proxy-authorization", "Basic eHh4", "Basic [masked 4]"),
            ("Cookie", "a=one; b=s3cr3t", "a=[masked 5]; b=[masked 3]"),
            ("Set-Cookie", "session=one; Path=/; HttpOnly", "session=[masked 5]; Path=/; HttpOnly"),
            ("Sec-WebSocket-Protocol", "graphql-transport-ws, s3cr3t", "graphql-transport-ws, [masked 3]"),
            ("Sec-WebSocket-Key", "dGhlIHNhbXBsZQ==", "dGhlIHNhbXBsZQ=="),
            ("CF-Access-Client-Secret", "one", "[masked 5]"),
            ("Location", "https://x/?access_token=one", "https://x/?access_token=[masked 5]"),
            ("Server", "nginx", "nginx"),
            ("X-Auth", "one", "[masked 5]"),
            ("Ocp-Apim-Subscription-Key", "one", "[masked 5]"),
            ("WWW-Authenticate", "Bearer realm=cms", "Bearer realm=cms"),
            ("Access-Control-Allow-Credentials", "true", "true"),
            ("Location", "https://ben:one@x/y", "https://ben:[masked 5]@x/y"),
            ("Sec-WebSocket-Protocol", "bearer, eyJhbGciOiJ9.eyJpZCI6MX0.c2ln", "bearer, [masked 6]"),
        ] {
            assert_eq!(masker.header(name, value), expected, "{name}");
        }
    }

    #[test]
    fn what_logs_in_elsewhere_than_on_directus_is_masked_in_urls() {
        let mut masker = Masker::new();
        for url in ["wss://x/?token=hush", "wss://x/?api_key=hush", "wss://x/a?X-Amz-Signature=hush&b=1"] {
            let shown = masker.url(url);
            assert!(!shown.contains("hush") && shown.contains("=[masked 1]"), "{shown}");
        }
        assert_eq!(masker.url("wss://x/?version=2&room=key"), "wss://x/?version=2&room=key");
        let web_token = "eyJhbGciOiJIUzI1NiJ9.eyJpZCI6MX0.c2ln";
        assert_eq!(masker.url(&format!("wss://x/{web_token}/y")), "wss://x/[masked 2]/y");
        assert_eq!(masker.url("wss://x/eyJ/eyJ.x/y"), "wss://x/eyJ/eyJ.x/y");
    }

    #[test]
    fn a_known_secret_is_found_as_it_stands_in_a_url() {
        let mut masker = Masker::new();
        masker.learn(&Secret::new("hush ä+1"));
        for quoted in ["no route hush%20%C3%A4%2B1", "no route hush+%C3%A4%2B1", "no route hush ä+1"] {
            let shown = masker.outgoing(quoted).unwrap_or_default();
            assert!(shown.starts_with("no route [masked "), "{shown}");
        }
    }
}
