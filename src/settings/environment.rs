//! `Environment`: what variables of the process, or of a `.env` file, say about a server and its credential.
//!
//! Pure: texts in, values out. Who may look into the process or a file does so elsewhere.

use crate::directus::{AuthMode, Endpoint, Secret};

use super::credential_kind::CredentialKind;
use super::profile::Profile;

/// Longest `.env` text taken, in bytes.
const MOST_BYTES: usize = 1024 * 1024;

/// Names for the URL, the first found counts. Those of the process are specific; a `.env` may also hold the server's
/// own or a front end's names.
const URLS: &[&str] = &[
    "DIRECTUS_URL",
    "DIRECTUS_PUBLIC_URL",
    "NEXT_PUBLIC_DIRECTUS_URL",
    "VITE_DIRECTUS_URL",
    "NUXT_PUBLIC_DIRECTUS_URL",
    "NUXT_DIRECTUS_URL",
    "PUBLIC_DIRECTUS_URL",
    "REACT_APP_DIRECTUS_URL",
    "EXPO_PUBLIC_DIRECTUS_URL",
];
const FILE_URLS: &[&str] = &["PUBLIC_URL"];
const TOKENS: &[&str] = &[
    "DIRECTUS_TOKEN",
    "DIRECTUS_STATIC_TOKEN",
    "DIRECTUS_ACCESS_TOKEN",
    "DIRECTUS_API_TOKEN",
    "DIRECTUS_ADMIN_TOKEN",
    "NEXT_PUBLIC_DIRECTUS_TOKEN",
    "VITE_DIRECTUS_TOKEN",
    "NUXT_PUBLIC_DIRECTUS_TOKEN",
    "NUXT_DIRECTUS_TOKEN",
];
const FILE_TOKENS: &[&str] = &["ADMIN_TOKEN"];
const REFRESH_TOKENS: &[&str] = &["DIRECTUS_REFRESH_TOKEN"];
const EMAILS: &[&str] = &["DIRECTUS_EMAIL", "DIRECTUS_ADMIN_EMAIL"];
const FILE_EMAILS: &[&str] = &["ADMIN_EMAIL"];
const PASSWORDS: &[&str] = &["DIRECTUS_PASSWORD", "DIRECTUS_ADMIN_PASSWORD"];
const FILE_PASSWORDS: &[&str] = &["ADMIN_PASSWORD"];
const MODES: &[&str] = &["WEBSOCKETS_REST_AUTH"];

/// A value and the variable it was found in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<T> {
    /// The variable.
    pub variable: &'static str,
    /// What it holds.
    pub value: T,
}

/// What the variables say. Printing it shows no secret; the URL may hold one, so it prints as it is shown.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Environment {
    /// The server.
    pub url: Option<Found<String>>,
    /// How it wants its clients to log in.
    pub mode: Option<Found<AuthMode>>,
    /// A static token.
    pub token: Option<Found<Secret>>,
    /// A refresh token.
    pub refresh_token: Option<Found<Secret>>,
    /// An e-mail address.
    pub email: Option<Found<String>>,
    /// Its password.
    pub password: Option<Found<Secret>>,
    /// A sentence for each thing that was left out.
    pub notes: Vec<String>,
}

impl std::fmt::Debug for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Environment")
            .field("url", &self.shown_url())
            .field("variables", &self.variables())
            .finish_non_exhaustive()
    }
}

/// Why a text can't be used. Prints as sentences; never repeats the content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvironmentError {
    /// Too long.
    #[error("The file is over 1 MiB, so it can't be a .env file. Choose the one with DIRECTUS_URL in it.")]
    TooLong,
    /// Nothing we know is in it.
    #[error(
        "Nothing was found: no variable such as DIRECTUS_URL, DIRECTUS_TOKEN, DIRECTUS_EMAIL or PUBLIC_URL has a value. Check that it is the right .env file."
    )]
    Nothing,
}

impl Environment {
    /// What the process has; `look` gives the value of a variable. General names such as `ADMIN_PASSWORD` don't
    /// count: in a process they may belong to another program.
    #[must_use]
    pub fn of_process(look: impl Fn(&str) -> Option<String>) -> Self {
        Self::from_names(&|name| look(name), false)
    }

    /// What a `.env` text has. References to variables (`${NAME}`) are filled from the text only: a file of
    /// somebody else's must not carry a variable of this process to its server.
    ///
    /// # Errors
    /// It is too long, or holds nothing of use.
    pub fn of_dotenv(text: &str) -> Result<Self, EnvironmentError> {
        if text.len() > MOST_BYTES {
            return Err(EnvironmentError::TooLong);
        }
        let (pairs, unread) = pairs(text);
        // The last of equal names counts, as in a shell.
        let look =
            |name: &str| pairs.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        let mut found = Self::from_names(&look, true);
        if found.is_empty() {
            return Err(EnvironmentError::Nothing);
        }
        if unread > 0 {
            let lines = if unread == 1 { "One line".to_owned() } else { format!("{unread} lines") };
            found.notes.push(format!("{lines} of the .env file can't be read and stayed out."));
        }
        Ok(found)
    }

    fn from_names(look: &dyn Fn(&str) -> Option<String>, file: bool) -> Self {
        let first = |names: &[&'static str], more: &[&'static str]| {
            let more = if file { more } else { &[] };
            names.iter().chain(more).find_map(|name| {
                let value = look(name)?;
                let value = value.trim();
                (!value.is_empty()).then(|| Found { variable: name, value: value.to_owned() })
            })
        };
        let secret = |found: Option<Found<String>>| {
            found.map(|Found { variable, value }| Found { variable, value: Secret::new(value) })
        };
        let mut notes = Vec::new();
        let mode = first(MODES, &[]).and_then(|Found { variable, value }| match value.parse() {
            Ok(value) => Some(Found { variable, value }),
            Err(_) => {
                notes.push(format!("{variable} is none of handshake, public and strict, and stayed out."));
                None
            }
        });
        Self {
            url: first(URLS, FILE_URLS),
            mode,
            token: secret(first(TOKENS, FILE_TOKENS)),
            refresh_token: secret(first(REFRESH_TOKENS, &[])),
            email: first(EMAILS, FILE_EMAILS),
            password: secret(first(PASSWORDS, FILE_PASSWORDS)),
            notes,
        }
    }

    /// Whether neither a server nor a credential was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.url.is_none() && self.secret().is_none() && self.email.is_none()
    }

    /// These values, and those of `other` where there are none here. A credential is taken whole from one of both.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let (login, spare) = if self.secret().is_some() { (&self, &other) } else { (&other, &self) };
        let (token, refresh_token) = (login.token.clone(), login.refresh_token.clone());
        let (email, password) = (login.email.clone().or_else(|| spare.email.clone()), login.password.clone());
        Self {
            url: self.url.or(other.url),
            mode: self.mode.or(other.mode),
            token,
            refresh_token,
            email,
            password,
            notes: self.notes.into_iter().chain(other.notes).collect(),
        }
    }

    /// The URL as it may be shown; `None` if there is none or it can't be parsed.
    #[must_use]
    pub fn shown_url(&self) -> Option<String> {
        let url = self.url.as_ref()?;
        Endpoint::parse(&url.value).ok().map(|endpoint| endpoint.shown_url())
    }

    /// The credential to use: a token before e-mail and password before a refresh token, which one use changes.
    #[must_use]
    pub fn secret(&self) -> Option<(CredentialKind, &Secret)> {
        let login = self.email.as_ref().and(self.password.as_ref());
        let kinds = [
            (CredentialKind::StaticToken, self.token.as_ref()),
            (CredentialKind::Password, login),
            (CredentialKind::RefreshToken, self.refresh_token.as_ref()),
        ];
        kinds.into_iter().find_map(|(kind, found)| Some((kind, &found?.value)))
    }

    /// Whether its credential may be shown to a server: the one it names, or any if it names none.
    #[must_use]
    pub fn fits(&self, server: &Endpoint) -> bool {
        self.url
            .as_ref()
            .is_none_or(|url| Endpoint::parse(&url.value).is_ok_and(|own| same_server(&own, server)))
    }

    /// The variables whose values are used, in the order of the form.
    #[must_use]
    pub fn variables(&self) -> Vec<&'static str> {
        let mut names: Vec<&'static str> = self.url.iter().map(|found| found.variable).collect();
        names.extend(self.mode.iter().map(|found| found.variable));
        match self.secret().map(|(kind, _)| kind) {
            Some(CredentialKind::StaticToken) => names.extend(self.token.iter().map(|found| found.variable)),
            Some(CredentialKind::RefreshToken) => {
                names.extend(self.refresh_token.iter().map(|found| found.variable));
            }
            Some(CredentialKind::Password) => {
                names.extend(self.email.iter().map(|found| found.variable));
                names.extend(self.password.iter().map(|found| found.variable));
            }
            Some(CredentialKind::None | CredentialKind::SessionCookie) | None => {
                names.extend(self.email.iter().map(|found| found.variable));
            }
        }
        names
    }

    /// Puts what was found into a profile. Returns the value of the credential, which a profile never holds.
    pub fn apply(&self, profile: &mut Profile) -> Option<Secret> {
        if let Some(url) = &self.url {
            profile.url.clone_from(&url.value);
        }
        if let Some(mode) = &self.mode {
            profile.mode = mode.value;
        }
        if let Some(email) = &self.email {
            profile.email.clone_from(&email.value);
        }
        let (kind, secret) = self.secret()?;
        profile.credential = kind;
        Some(secret.clone())
    }
}

/// Whether a credential for the one may be shown to the other: same host and port, and no less encryption.
#[must_use]
pub fn same_server(known: &Endpoint, other: &Endpoint) -> bool {
    (known.host(), known.port()) == (other.host(), other.port()) && (other.is_tls() || !known.is_tls())
}

/// Stands for a dollar sign while the text is read, so that `dotenvy` fills in nothing from the process.
const DOLLAR: char = '\u{e000}';
/// Stands for a dollar sign that was escaped.
const PLAIN_DOLLAR: char = '\u{e001}';

/// The variables of a `.env` text, and how many lines could not be read.
fn pairs(text: &str) -> (Vec<(String, String)>, usize) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let text = text.replace("\\$", &PLAIN_DOLLAR.to_string()).replace('$', &DOLLAR.to_string());
    let mut pairs: Vec<(String, String)> = Vec::new();
    let mut unread = 0;
    for pair in dotenvy::from_read_iter(text.as_bytes()) {
        // The error quotes its line, which may hold a secret: only its number is of use.
        let Ok((name, value)) = pair else {
            unread += 1;
            continue;
        };
        let value = filled(&value, &pairs);
        pairs.push((name, value));
    }
    (pairs, unread)
}

/// A value with `${NAME}` replaced where `NAME` was defined above; anything else stays as it is written.
fn filled(value: &str, above: &[(String, String)]) -> String {
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some((before, after)) = rest.split_once(DOLLAR) {
        out.push_str(before);
        let inner = after.strip_prefix('{').and_then(|inner| inner.split_once('}'));
        let known = inner.and_then(|(name, rest)| {
            let (_, value) = above.iter().rev().find(|(known, _)| known == name)?;
            Some((value, rest))
        });
        match known {
            Some((value, after)) if out.len() + value.len() <= MOST_BYTES => {
                out.push_str(value);
                rest = after;
            }
            Some(_) | None => {
                out.push('$');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out.replace(PLAIN_DOLLAR, "$")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn value<T: Clone>(found: Option<&Found<T>>) -> Option<T> {
        found.map(|found| found.value.clone())
    }

    #[test]
    fn a_front_ends_file_is_understood() {
        let text = "# ours\nexport NEXT_PUBLIC_DIRECTUS_URL='https://cms.example.com'\r\nDIRECTUS_STATIC_TOKEN=\"hush # 1\" # why\n\nBROKEN LINE\nDIRECTUS_TOKEN=\n";
        let found = Environment::of_dotenv(text).unwrap();
        assert_eq!(value(found.url.as_ref()).as_deref(), Some("https://cms.example.com"));
        assert_eq!(found.variables(), ["NEXT_PUBLIC_DIRECTUS_URL", "DIRECTUS_STATIC_TOKEN"]);
        let mut profile = Profile::default();
        assert_eq!(found.apply(&mut profile).unwrap().expose(), "hush # 1");
        assert_eq!(
            (profile.credential, profile.url.as_str()),
            (CredentialKind::StaticToken, "https://cms.example.com")
        );
        assert_eq!(found.notes.len(), 1, "{:?}", found.notes);
        assert!(!format!("{found:?} {:?}", found.notes).contains("hush"));
    }

    #[test]
    fn a_servers_file_is_understood() {
        let text = "HOST=cms\nPUBLIC_URL=\"https://${HOST}.example.com\"\nADMIN_EMAIL=a@example.com\nADMIN_PASSWORD='pa$$w${HOST}ord'\nWEBSOCKETS_REST_AUTH=strict\nSECRET=x";
        let found = Environment::of_dotenv(text).unwrap();
        let mut profile = Profile::default();
        let password = found.apply(&mut profile).unwrap();
        assert_eq!(profile.url, "https://cms.example.com");
        assert_eq!(profile.mode, AuthMode::Strict);
        assert_eq!((profile.credential, profile.email.as_str()), (CredentialKind::Password, "a@example.com"));
        assert!(password.expose().starts_with("pa$$w"), "dollar signs are no references to the process");
    }

    #[test]
    fn nothing_of_the_process_gets_into_a_file() {
        // PATH is set wherever tests run.
        for reference in ["$PATH", "${PATH}", "\"$PATH\"", "\"${PATH}\""] {
            let text = format!("DIRECTUS_URL=https://x.example\nDIRECTUS_TOKEN={reference}");
            let found = Environment::of_dotenv(&text).unwrap();
            let (_, secret) = found.secret().unwrap();
            assert_eq!(secret.expose(), reference.trim_matches('"'));
        }
    }

    #[test]
    fn general_names_of_the_process_do_not_count() {
        let look = |name: &str| match name {
            "ADMIN_PASSWORD" | "ADMIN_EMAIL" | "PUBLIC_URL" | "ADMIN_TOKEN" => {
                Some("other program".to_owned())
            }
            _ => None,
        };
        assert!(Environment::of_process(look).is_empty());
    }

    #[test]
    fn a_credential_comes_whole_from_one_place() {
        let file = Environment::of_dotenv(
            "DIRECTUS_URL=https://a.example\nDIRECTUS_EMAIL=a@b.c\nDIRECTUS_PASSWORD=p1",
        )
        .unwrap();
        let process = Environment::of_process(|name| {
            matches!(name, "DIRECTUS_TOKEN" | "DIRECTUS_URL").then(|| "process".to_owned())
        });
        let both = file.clone().or(process.clone());
        assert_eq!(both.secret().map(|(kind, _)| kind), Some(CredentialKind::Password));
        assert_eq!(value(both.url.as_ref()).as_deref(), Some("https://a.example"));
        let other = process.or(file);
        assert_eq!(other.secret().map(|(kind, _)| kind), Some(CredentialKind::StaticToken));
        assert_eq!(value(other.url.as_ref()).as_deref(), Some("process"));
    }

    #[test]
    fn a_file_without_anything_says_what_to_look_for() {
        let error = Environment::of_dotenv("FOO=bar\n").unwrap_err();
        assert!(error.to_string().contains("DIRECTUS_URL"));
        assert_eq!(Environment::of_dotenv(&"#".repeat(MOST_BYTES + 1)), Err(EnvironmentError::TooLong));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_fail_or_print_a_secret(
            text in r#"([A-Z_]{0,3}|DIRECTUS_TOKEN|PUBLIC_URL|=|"|'|\\|\$|\{|\}|#| |\n|\r|hush|é|export ){0,40}"#
        ) {
            if let Ok(found) = Environment::of_dotenv(&text) {
                let printed = format!("{:?} {:?} {:?}", found.token, found.password, found.notes);
                prop_assert!(!printed.contains("hush"));
            }
        }
    }
}
