//! `Profile`: one server and how to talk to it. Never a credential.

use serde::{Deserialize, Serialize};

use crate::directus::{AuthMode, Endpoint, EndpointError, SESSION_COOKIE, Secret, TokenPlace};

use super::credential_kind::CredentialKind;
use super::reach::{Pair, Reach};
use super::secretless::{clean_url, print_url, read_url};

/// Names a profile for ever, also after it is renamed. 0 is none yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProfileId(pub u64);

/// Which protocol is spoken on the socket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// Directus Realtime.
    #[default]
    Directus,
    /// Any WebSocket server; nothing is sent by itself.
    Raw,
}

/// Which implementation holds the socket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// Shows everything that crosses the wire.
    #[default]
    Full,
    /// Shows what a minimal client sees.
    Portable,
}

/// What Harewire does by itself on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Switches {
    /// Answer the server's pings; without that a connection dies in about a minute (reference 3).
    pub auto_pong: bool,
    /// Connect again after a loss.
    pub reconnect: bool,
    /// Subscribe again after a reconnect.
    pub resubscribe: bool,
    /// Measure the round trip now and then.
    pub measure: bool,
    /// Renew the login before its token runs out.
    pub reauth: bool,
}

impl Default for Switches {
    fn default() -> Self {
        Self { auto_pong: true, reconnect: true, resubscribe: true, measure: true, reauth: true }
    }
}

/// One server and how to talk to it. Never a credential: a token in the URL is cut when it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
    /// Names it for ever.
    pub id: ProfileId,
    /// What the user calls it.
    pub name: String,
    /// The URL as typed, without secrets.
    #[serde(serialize_with = "print_url", deserialize_with = "read_url")]
    pub url: String,
    /// How the server wants its clients to log in.
    pub mode: AuthMode,
    /// Which credential is used.
    pub credential: CredentialKind,
    /// Where the access token is shown; strict mode knows the query only.
    pub token_place: TokenPlace,
    /// E-mail and password, or the refresh token, go over the socket instead of over HTTP.
    pub in_band: bool,
    /// E-mail address to log in with. No secret.
    pub email: String,
    /// Name of the session cookie.
    pub cookie_name: String,
    /// The value of the credential is kept in the system's keyring.
    pub remember: bool,
    /// Which protocol is spoken.
    pub protocol: Protocol,
    /// Which implementation holds the socket.
    pub transport: Transport,
    /// What is done automatically.
    pub switches: Switches,
    /// Limit for the whole connect, in seconds. A wrong path never gets an answer (reference 1.3).
    pub connect_timeout_s: u32,
    /// WebSocket subprotocols offered, in order.
    pub subprotocols: Vec<String>,
    /// `Origin` header sent; empty for none (reference 1.4).
    pub origin: String,
    /// Ask the server over HTTP what it says of itself, at each connect by hand.
    pub examine: bool,
    /// Headers, certificates, proxy: how the way there is made.
    pub reach: Reach,
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            id: ProfileId::default(),
            name: String::new(),
            url: String::new(),
            mode: AuthMode::default(),
            credential: CredentialKind::default(),
            token_place: TokenPlace::default(),
            in_band: false,
            email: String::new(),
            cookie_name: SESSION_COOKIE.to_owned(),
            remember: false,
            protocol: Protocol::default(),
            transport: Transport::default(),
            switches: Switches::default(),
            connect_timeout_s: 10,
            subprotocols: Vec::new(),
            origin: String::new(),
            examine: true,
            reach: Reach::default(),
        }
    }
}

/// Why a profile can't be used as it is. Prints as a sentence with the next step.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// No name.
    #[error("The profile has no name. Give it one to find it again.")]
    NameEmpty,
    /// Another profile has the name.
    #[error("Another profile is called “{0}” too. Change one of the names.")]
    NameTaken(String),
    /// Not a URL.
    #[error(transparent)]
    Url(#[from] EndpointError),
    /// The limit makes no sense.
    #[error("The connect timeout must be between 1 and 600 seconds. 10 is a good value.")]
    Timeout,
    /// A subprotocol is no HTTP token.
    #[error(
        "“{0}” can't be a WebSocket subprotocol. Use letters, digits and dashes, such as graphql-transport-ws."
    )]
    Subprotocol(String),
    /// The cookie's name would break the request.
    #[error(
        "“{0}” can't be the name of a cookie. Directus calls it directus_session_token unless SESSION_COOKIE_NAME says otherwise."
    )]
    CookieName(String),
    /// Headers, certificates or the proxy can't be used.
    #[error("{0}")]
    Reach(String),
    /// The origin would break the request.
    #[error("The Origin must be one line such as https://app.example.com.")]
    Origin,
}

impl Profile {
    /// The address to connect to.
    ///
    /// # Errors
    /// What is wrong with the URL, as a sentence.
    pub fn endpoint(&self) -> Result<Endpoint, EndpointError> {
        Endpoint::parse(&self.url)
    }

    /// Cuts secrets out of the URL. Returns the token that was in it, for the credentials. What else stood in the query
    /// moves to the query parameters, where a server that isn't Directus may have its own kind of token.
    pub fn take_token(&mut self) -> Option<Secret> {
        let (clean, token) = clean_url(&self.url);
        let clean = clean.into_owned();
        if clean != self.url
            && let Ok(endpoint) = self.endpoint()
        {
            let pairs = endpoint.websocket_url().query_pairs();
            let moved =
                pairs.map(|(name, value)| Pair { name: name.into_owned(), value: value.into_owned() });
            self.reach.query.extend(moved);
        }
        self.url = clean;
        token
    }

    /// What is wrong with it beside the others, most important first; empty if nothing is.
    #[must_use]
    pub fn troubles(&self, others: &[Self]) -> Vec<Trouble> {
        let mut troubles = Vec::new();
        if let Err(error) = self.endpoint() {
            troubles.push(Trouble::Url(error));
        }
        if self.name.trim().is_empty() {
            troubles.push(Trouble::NameEmpty);
        } else if others.iter().any(|other| other.id != self.id && same_name(&other.name, &self.name)) {
            troubles.push(Trouble::NameTaken(self.name.clone()));
        }
        if !(1..=600).contains(&self.connect_timeout_s) {
            troubles.push(Trouble::Timeout);
        }
        let bad = self.subprotocols.iter().find(|subprotocol| !is_token(subprotocol));
        troubles.extend(bad.cloned().map(Trouble::Subprotocol));
        if self.credential == CredentialKind::SessionCookie && !is_token(&self.cookie_name) {
            troubles.push(Trouble::CookieName(self.cookie_name.clone()));
        }
        if !self.origin.bytes().all(|byte| byte.is_ascii_graphic()) {
            troubles.push(Trouble::Origin);
        }
        troubles.extend(self.reach.trouble().map(Trouble::Reach));
        troubles
    }
}

/// Whether two names look the same to a person.
pub(super) fn same_name(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

/// An HTTP token (RFC 9110, 5.6.2).
pub(super) fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good(id: u64, name: &str) -> Profile {
        Profile {
            id: ProfileId(id),
            name: name.into(),
            url: "https://cms.example.com".into(),
            ..Profile::default()
        }
    }

    #[test]
    fn a_good_profile_has_no_trouble() {
        assert_eq!(good(1, "Production").troubles(&[good(1, "Production"), good(2, "Staging")]), []);
    }

    #[test]
    fn each_trouble_is_found_and_says_what_to_do() {
        let others = [good(2, "Production")];
        let table = [
            (Profile { name: "  ".into(), ..good(1, "") }, "no name"),
            (good(1, " production "), "called"),
            (Profile { url: String::new(), ..good(1, "A") }, "URL"),
            (Profile { connect_timeout_s: 0, ..good(1, "A") }, "between 1 and 600"),
            (Profile { subprotocols: vec!["a b".into()], ..good(1, "A") }, "subprotocol"),
            (Profile { origin: "https://a\r\nX: y".into(), ..good(1, "A") }, "one line"),
            (
                Profile {
                    credential: CredentialKind::SessionCookie,
                    cookie_name: "a=b; c".into(),
                    ..good(1, "A")
                },
                "name of a cookie",
            ),
        ];
        for (profile, word) in table {
            let troubles = profile.troubles(&others);
            assert_eq!(troubles.len(), 1, "{troubles:?}");
            assert!(troubles[0].to_string().contains(word), "{}", troubles[0]);
        }
    }

    #[test]
    fn a_pasted_token_leaves_the_url() {
        let mut profile =
            Profile { url: "https://cms.example.com/?access_token=hush-1234".into(), ..good(1, "A") };
        assert_eq!(profile.take_token().as_ref().map(Secret::expose), Some("hush-1234"));
        assert!(!format!("{profile:?}").contains("hush"));
        let url = "wss://chat.example.com/socket?room=lobby&token=hush-5678&access_token=hush-1";
        let mut profile = Profile { url: url.into(), ..good(1, "A") };
        assert_eq!(profile.take_token().as_ref().map(Secret::expose), Some("hush-1"));
        assert_eq!(profile.url, "wss://chat.example.com/socket");
        let secrets = profile.reach.take_secrets();
        assert_eq!(secrets.len(), 1);
        assert_eq!((secrets[0].name.as_str(), secrets[0].value.expose()), ("token", "hush-5678"));
        assert_eq!(profile.reach.query.len(), 2);
        assert!(!format!("{profile:?}").contains("hush"));
    }
}
