//! `Reach`: how the way to a server is made, as a profile remembers it. Values that are secret live for the session.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::directus::{Secret, is_secret_header, names_credential};

use super::profile::is_token;

/// A header, a cookie or a parameter of the query.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Pair {
    /// Its name.
    pub name: String,
    /// Its value; empty where it is secret and kept elsewhere.
    pub value: String,
}

impl std::fmt::Debug for Pair {
    /// A value just typed may be secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pair({})", self.name)
    }
}

/// Where a pair stands in the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// A header of its own.
    Header,
    /// In the `Cookie` header.
    Cookie,
    /// In the query of the URL.
    Query,
    /// The password of the proxy, by its user's name.
    Proxy,
}

impl Place {
    /// Its name in sentences.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Cookie => "cookie",
            Self::Query => "query parameter",
            Self::Proxy => "proxy user",
        }
    }

    /// Whether the value of a pair in this place is secret.
    #[must_use]
    pub fn is_secret(self, name: &str, value: &str) -> bool {
        match self {
            Self::Cookie | Self::Proxy => true,
            Self::Header => is_secret_header(name) || is_web_token(value),
            Self::Query => names_credential(name) || is_web_token(value),
        }
    }
}

/// The beginning of a JSON Web Token, also behind `Bearer`.
fn is_web_token(value: &str) -> bool {
    value.split_whitespace().any(|word| word.starts_with("eyJ"))
}

/// A secret value, and to which pair it belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReachSecret {
    /// Where it stands.
    pub place: Place,
    /// Of which name.
    pub name: String,
    /// The value.
    pub value: Secret,
}

/// Which proxy is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProxyChoice {
    /// The one that `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` name.
    #[default]
    Environment,
    /// None, whatever the environment says.
    Direct,
    /// The one of the profile.
    Own,
}

/// Which addresses of a host are tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AddressFamily {
    /// All of them.
    #[default]
    Any,
    /// IPv4 only.
    V4,
    /// IPv6 only.
    V6,
}

/// How the way to a server is made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reach {
    /// Further headers of requests, in order.
    #[serde(serialize_with = "print_headers", deserialize_with = "read_headers")]
    pub headers: Vec<Pair>,
    /// Cookies sent along.
    #[serde(serialize_with = "print_cookies", deserialize_with = "read_cookies")]
    pub cookies: Vec<Pair>,
    /// Parameters added to the query of the WebSocket URL.
    #[serde(serialize_with = "print_query", deserialize_with = "read_query")]
    pub query: Vec<Pair>,
    /// Path of a PEM file with authorities that are trusted beside the system's; empty for none.
    pub authorities: String,
    /// Path of a PEM file with a client certificate; empty for none.
    pub certificate: String,
    /// Path of a PEM file with its key; empty where it stands in the same file.
    pub key: String,
    /// The server's certificate is accepted whatever is wrong with it.
    pub accept_invalid: bool,
    /// The name expected in the certificate; empty for the URL's.
    pub server_name: String,
    /// Which proxy is used.
    pub proxy: ProxyChoice,
    /// The proxy of the profile, without a password.
    #[serde(serialize_with = "print_proxy", deserialize_with = "read_proxy")]
    pub proxy_url: Proxy,
    /// Which addresses of the host are tried.
    pub family: AddressFamily,
}

/// The URL of a proxy as typed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Proxy(pub String);

impl std::fmt::Debug for Proxy {
    /// A password may stand in it until it is taken out.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&without_password(&self.0).0)
    }
}

impl Proxy {
    /// The user in it; empty if there is none.
    #[must_use]
    pub fn user(&self) -> &str {
        let rest = self.0.split_once("://").map_or(self.0.as_str(), |(_, rest)| rest);
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        authority.rsplit_once('@').map_or("", |(user, _)| user.split(':').next().unwrap_or_default())
    }

    /// The URL with this password put in.
    #[must_use]
    pub fn with_password(&self, password: &Secret) -> Secret {
        let encoded: String = url::form_urlencoded::byte_serialize(password.expose().as_bytes()).collect();
        let encoded = encoded.replace('+', "%20");
        let at = self.0.split_once("://").map_or(0, |(scheme, _)| scheme.len() + 3) + self.user().len();
        let (before, after) = self.0.split_at_checked(at).unwrap_or((&self.0, ""));
        Secret::new(format!("{before}:{encoded}{after}"))
    }
}

/// A proxy's URL without its password, and that, percent signs decoded.
fn without_password(url: &str) -> (String, Option<Secret>) {
    let (scheme, rest) = url.find("://").map_or(("", url), |at| url.split_at(at + 3));
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    let Some((login, host)) = authority.rsplit_once('@') else { return (url.to_owned(), None) };
    let Some((user, password)) = login.split_once(':') else { return (url.to_owned(), None) };
    let form = format!("v={}", password.replace('+', "%2B"));
    let decoded = url::form_urlencoded::parse(form.as_bytes()).next().map(|(_, value)| value.into_owned());
    (format!("{scheme}{user}@{host}{tail}"), decoded.filter(|value| !value.is_empty()).map(Secret::new))
}

impl Reach {
    /// The pairs of every place but the proxy.
    pub fn pairs(&self) -> impl Iterator<Item = (Place, &Pair)> {
        let headers = self.headers.iter().map(|pair| (Place::Header, pair));
        let cookies = self.cookies.iter().map(|pair| (Place::Cookie, pair));
        headers.chain(cookies).chain(self.query.iter().map(|pair| (Place::Query, pair)))
    }

    /// Moves the secret values out, and drops pairs without a name.
    pub fn take_secrets(&mut self) -> Vec<ReachSecret> {
        let mut secrets = Vec::new();
        let lists = [
            (Place::Header, &mut self.headers),
            (Place::Cookie, &mut self.cookies),
            (Place::Query, &mut self.query),
        ];
        for (place, pairs) in lists {
            pairs.retain(|pair| !pair.name.trim().is_empty());
            for pair in pairs {
                pair.name = pair.name.trim().to_owned();
                if place.is_secret(&pair.name, &pair.value) && !pair.value.is_empty() {
                    let value = Secret::new(std::mem::take(&mut pair.value));
                    secrets.push(ReachSecret { place, name: pair.name.clone(), value });
                }
            }
        }
        let (clean, password) = without_password(&self.proxy_url.0);
        self.proxy_url.0 = clean;
        if let Some(value) = password {
            secrets.push(ReachSecret { place: Place::Proxy, name: self.proxy_url.user().to_owned(), value });
        }
        secrets
    }

    /// What is wrong with it, as a sentence; the first of it.
    pub(super) fn trouble(&self) -> Option<String> {
        for (place, pair) in self.pairs() {
            let Pair { name, value } = pair;
            let name = name.trim();
            // A line that was just added.
            if name.is_empty() && value.is_empty() {
                continue;
            }
            let control = value.bytes().any(|byte| byte < b' ' && byte != b'\t' || byte == 0x7f);
            if place != Place::Query && (!is_token(name) || control) {
                return Some(format!(
                    "The {} “{name}” can't be sent. Use letters, digits and dashes for its name, and one line for its value.",
                    place.name()
                ));
            }
            if place == Place::Cookie && value.contains([';', ',', '"', ' ']) {
                return Some(format!(
                    "The cookie “{name}” can't be sent: no blank, comma, semicolon or quote may stand in a value."
                ));
            }
        }
        if !self.key.trim().is_empty() && self.certificate.trim().is_empty() {
            return Some(
                "There is a key without a client certificate. Name the file of the certificate, too."
                    .to_owned(),
            );
        }
        if self.proxy == ProxyChoice::Own && self.proxy_url.0.trim().is_empty() {
            return Some("The proxy has no address. Write it like http://proxy.example:3128 or socks5://127.0.0.1:1080.".to_owned());
        }
        None
    }

    /// Whether anything of it differs from the plain way.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }
}

fn cleaned(place: Place, pairs: &[Pair]) -> Vec<Pair> {
    let clean = |pair: &Pair| {
        let secret = place.is_secret(&pair.name, &pair.value);
        Pair { name: pair.name.clone(), value: if secret { String::new() } else { pair.value.clone() } }
    };
    pairs.iter().map(clean).collect()
}

fn print_headers<S: Serializer>(pairs: &[Pair], serializer: S) -> Result<S::Ok, S::Error> {
    cleaned(Place::Header, pairs).serialize(serializer)
}

fn read_headers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Pair>, D::Error> {
    Ok(cleaned(Place::Header, &Vec::deserialize(deserializer)?))
}

fn print_cookies<S: Serializer>(pairs: &[Pair], serializer: S) -> Result<S::Ok, S::Error> {
    cleaned(Place::Cookie, pairs).serialize(serializer)
}

fn read_cookies<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Pair>, D::Error> {
    Ok(cleaned(Place::Cookie, &Vec::deserialize(deserializer)?))
}

fn print_query<S: Serializer>(pairs: &[Pair], serializer: S) -> Result<S::Ok, S::Error> {
    cleaned(Place::Query, pairs).serialize(serializer)
}

fn read_query<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Pair>, D::Error> {
    Ok(cleaned(Place::Query, &Vec::deserialize(deserializer)?))
}

fn print_proxy<S: Serializer>(proxy: &Proxy, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&without_password(&proxy.0).0)
}

fn read_proxy<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Proxy, D::Error> {
    Ok(Proxy(without_password(&String::deserialize(deserializer)?).0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(name: &str, value: &str) -> Pair {
        Pair { name: name.to_owned(), value: value.to_owned() }
    }

    fn planted() -> Reach {
        Reach {
            headers: vec![
                pair("X-Api-Key", "hush-1"),
                pair("X-Tenant", "blue"),
                pair("X-Any", "Bearer eyJhush-2"),
                pair("Cookie", "a=hush-3"),
                pair(" ", ""),
            ],
            cookies: vec![pair("session", "hush-4")],
            query: vec![pair("token", "hush-5"), pair("room", "lobby")],
            proxy: ProxyChoice::Own,
            proxy_url: Proxy("http://ben:hush-6%40@proxy.example:3128/".to_owned()),
            ..Reach::default()
        }
    }

    #[test]
    fn no_secret_is_printed_or_stored_and_the_rest_comes_back() {
        let text = ron::to_string(&planted()).unwrap();
        assert!(!text.contains("hush") && text.contains("blue") && text.contains("lobby"), "{text}");
        assert!(!format!("{:?}", planted()).contains("hush"));
        let back: Reach = ron::from_str(&text).unwrap();
        assert_eq!(back.headers.len(), 5);
        assert_eq!(back.headers[1], pair("X-Tenant", "blue"));
        assert_eq!(back.proxy_url.0, "http://ben@proxy.example:3128/");
        let by_hand = r#"(headers:[(name:"Authorization",value:"hush")],proxy_url:"http://a:hush@b")"#;
        assert!(!ron::to_string(&ron::from_str::<Reach>(by_hand).unwrap()).unwrap().contains("hush"));
        assert_eq!(ron::from_str::<Reach>("()"), Ok(Reach::default()));
    }

    #[test]
    fn secrets_are_moved_out_and_names_stay() {
        let mut reach = planted();
        let secrets = reach.take_secrets();
        let values: Vec<&str> = secrets.iter().map(|secret| secret.value.expose()).collect();
        assert_eq!(values, ["hush-1", "Bearer eyJhush-2", "a=hush-3", "hush-4", "hush-5", "hush-6@"]);
        assert_eq!((secrets[5].place, secrets[5].name.as_str()), (Place::Proxy, "ben"));
        assert_eq!(reach.headers.len(), 4, "a line without a name is dropped");
        assert_eq!(reach.headers[0], pair("X-Api-Key", ""));
        assert_eq!(reach.take_secrets(), []);
        let whole = reach.proxy_url.with_password(&Secret::new("hush-6@ +"));
        assert_eq!(whole.expose(), "http://ben:hush-6%40%20%2B@proxy.example:3128/");
    }

    #[test]
    fn what_cannot_be_sent_is_told() {
        let trouble = |reach: Reach| reach.trouble().unwrap_or_default();
        assert_eq!(trouble(Reach { headers: vec![pair("", "")], ..Reach::default() }), "");
        assert_eq!(trouble(planted()), "");
        let header = |name, value| trouble(Reach { headers: vec![pair(name, value)], ..Reach::default() });
        assert!(header("a b", "x").contains("a b"));
        assert!(header("", "x").contains("can't be sent"));
        assert!(header("a", "x\r\nb: c").contains("one line"));
        let cookie = Reach { cookies: vec![pair("a", "b; c")], ..Reach::default() };
        assert!(trouble(cookie).contains("semicolon"));
        assert!(trouble(Reach { key: "k".to_owned(), ..Reach::default() }).contains("without a client"));
        assert!(trouble(Reach { proxy: ProxyChoice::Own, ..Reach::default() }).contains("no address"));
    }
}
