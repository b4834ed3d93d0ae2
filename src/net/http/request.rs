//! `HttpRequest`: what to ask, below the base URL of a server.

use std::time::Duration;

use url::Url;

use crate::directus::Secret;

/// The methods Directus knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HttpMethod {
    /// Read.
    #[default]
    Get,
    /// Create, or act.
    Post,
    /// Change.
    Patch,
    /// Delete.
    Delete,
    /// Read, with the query in the body (Directus' own).
    Search,
}

impl HttpMethod {
    /// As it goes over the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            Self::Search => "SEARCH",
        }
    }
}

/// How a request says who asks. Two ways in one request are refused by the server (reference 9).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum HttpToken {
    /// Nobody: the public role.
    #[default]
    None,
    /// Whoever this link is logged in as, or would log in as.
    OfLink,
    /// `Authorization: Bearer`.
    Bearer(Secret),
    /// `access_token` in the query.
    Query(Secret),
    /// As a cookie of that name.
    Cookie(String, Secret),
}

/// One request. Its `Debug` shows no value that may be secret.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// What to do.
    pub method: HttpMethod,
    /// Below the root of the server's HTTP interface, such as `/server/info`.
    pub path: String,
    /// Pairs of the query, not yet encoded.
    pub query: Vec<(String, String)>,
    /// Further headers; those of the profile are added by the link.
    pub headers: Vec<(String, String)>,
    /// Body, sent as JSON unless a header says otherwise; `None` for none.
    pub body: Option<String>,
    /// Who asks.
    pub token: HttpToken,
    /// Limit for everything from name look-up to the last byte of the body.
    pub timeout: Duration,
    /// Asked by Harewire itself, not by the user's hand.
    pub automatic: bool,
}

impl HttpRequest {
    /// A request as the link's user, with 15 s of patience, marked as made by hand.
    #[must_use]
    pub fn new(method: HttpMethod, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            query: Vec::new(),
            headers: Vec::new(),
            body: None,
            token: HttpToken::OfLink,
            timeout: Duration::from_secs(15),
            automatic: false,
        }
    }

    /// `GET` of a path.
    #[must_use]
    pub fn get(path: impl Into<String>) -> Self {
        Self::new(HttpMethod::Get, path)
    }

    /// `POST` of a JSON body to a path.
    #[must_use]
    pub fn post(path: impl Into<String>, body: impl Into<String>) -> Self {
        Self { body: Some(body.into()), ..Self::new(HttpMethod::Post, path) }
    }

    /// The same, asked as somebody else.
    #[must_use]
    pub fn with_token(self, token: HttpToken) -> Self {
        Self { token, ..self }
    }

    /// The same, marked as Harewire's own doing.
    #[must_use]
    pub fn by_itself(self) -> Self {
        Self { automatic: true, ..self }
    }

    /// The whole URL below the base, with a token where it goes into the query. Never to be shown unmasked.
    pub(crate) fn url(&self, base: &Url) -> Url {
        let mut url = base.clone();
        let root = base.path().trim_end_matches('/');
        url.set_path(&format!("{root}/{}", self.path.trim_start_matches('/')));
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        if let HttpToken::Query(token) = &self.token {
            url.query_pairs_mut().append_pair("access_token", token.expose());
        }
        url
    }

    /// Whether its bodies are about logging in: then more keys in them are secret.
    pub(crate) fn is_login(&self) -> bool {
        self.path.trim_start_matches('/').starts_with("auth/")
    }
}

impl std::fmt::Debug for HttpRequest {
    /// Names of headers and of parameters only, and the size of the body.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names =
            |pairs: &[(String, String)]| pairs.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        f.debug_struct("HttpRequest")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("query", &names(&self.query))
            .field("headers", &names(&self.headers))
            .field("body", &self.body.as_ref().map(String::len))
            .field("token", &self.token)
            .field("timeout", &self.timeout)
            .field("automatic", &self.automatic)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::{HttpRequest, HttpToken};
    use crate::directus::{Endpoint, Secret};

    #[test]
    fn paths_stand_below_the_root_of_the_server() {
        let table = [
            ("ws://cms.example/websocket", "http://cms.example/server/info"),
            ("wss://cms.example:8443/cms/websocket", "https://cms.example:8443/cms/server/info"),
            ("https://cms.example/cms/admin/login", "https://cms.example/cms/server/info"),
            ("ws://cms.example/live", "http://cms.example/server/info"),
        ];
        for (typed, expected) in table {
            let base = Endpoint::parse(typed).unwrap().http_base();
            assert_eq!(HttpRequest::get("/server/info").url(&base).as_str(), expected);
            assert_eq!(HttpRequest::get("server/info").url(&base).as_str(), expected);
        }
    }

    #[test]
    fn pairs_are_encoded_and_a_token_may_stand_among_them() {
        let base = Endpoint::parse("ws://cms.example/websocket").unwrap().http_base();
        let mut request = HttpRequest::get("/users/me");
        request.query =
            vec![("fields".to_owned(), "id,role.name".to_owned()), ("q".to_owned(), "a&b".to_owned())];
        request.token = HttpToken::Query(Secret::new("t k"));
        assert_eq!(
            request.url(&base).as_str(),
            "http://cms.example/users/me?fields=id%2Crole.name&q=a%26b&access_token=t+k"
        );
    }

    #[test]
    fn debug_shows_no_secret() {
        let mut request = HttpRequest::post("/auth/login", r#"{"password":"hush"}"#);
        request.headers.push(("Cookie".to_owned(), "a=hush".to_owned()));
        request.query.push(("token".to_owned(), "hush".to_owned()));
        for token in [
            HttpToken::Bearer(Secret::new("hush")),
            HttpToken::Query(Secret::new("hush")),
            HttpToken::Cookie("session".to_owned(), Secret::new("hush")),
        ] {
            let text = format!("{:?}", request.clone().with_token(token));
            assert!(!text.contains("hush") && text.contains("Cookie"), "{text}");
        }
    }
}
