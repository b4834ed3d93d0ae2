//! The users of the demo and what they log in with.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use crate::demo::moment::Moment;
use crate::demo::permission::{Identity, Role};
use crate::demo::random::Random;

/// A user, known by the lab's seed to everyone who reads this project.
pub(super) struct User {
    /// Primary key.
    pub id: &'static str,
    /// Shown name.
    pub first_name: &'static str,
    /// Login name.
    pub email: &'static str,
    /// Name of the role, for `/users/me`.
    pub role_name: &'static str,
    password: &'static str,
    tokens: &'static [&'static str],
    role: Role,
}

/// Everyone.
pub(super) const USERS: &[User] = &[
    User {
        id: "6a7661d0-2723-49d5-96b2-a7a71fb2557c",
        first_name: "Admin",
        email: "admin@example.com",
        role_name: "Administrator",
        password: "admin-pass-1",
        tokens: &["admin-static-token-0001"],
        role: Role::Admin,
    },
    User {
        id: "5b6a37eb-8653-4ebe-a37b-8510a1ecb787",
        first_name: "Uma",
        email: "user@example.com",
        role_name: "Public Posts",
        password: "user-pass-1",
        tokens: &["user-static-token-0001"],
        role: Role::Limited,
    },
    User {
        id: "06e262b9-1e0d-426d-8714-f621d4ccf34e",
        first_name: "Ed",
        email: "editor@example.com",
        role_name: "Messages Editor",
        password: "editor-pass-1",
        tokens: &["editor-static-token-0001", crate::demo::TOKEN],
        role: Role::Editor,
    },
];

impl User {
    /// Whom a connection of this user acts for.
    pub(super) fn identity(&self) -> Identity {
        Identity { role: self.role, user: Some(self.id) }
    }
}

/// The user with that key.
pub(super) fn user(id: &str) -> Option<&'static User> {
    USERS.iter().find(|user| user.id == id)
}

/// A credential that was accepted.
#[derive(Clone, Debug)]
pub(super) struct Login {
    /// Whom it stands for.
    pub identity: Identity,
    /// When it ends; static tokens never do (reference 2.5).
    pub expires: Option<Instant>,
    /// The new refresh token of a login that makes one.
    pub refresh_token: Option<String>,
    /// The new access token of such a login; HTTP returns it, the socket does not (reference 2.2).
    pub access_token: Option<String>,
}

/// Why a token was not accepted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Refusal {
    /// Nobody has that token or password.
    Unknown,
    /// It was good until a while ago.
    Expired,
}

/// What an `auth` message offers. Several at once are all tried, and the access token decides (reference 2.2).
#[derive(Clone, Debug, Default)]
pub(super) struct Credentials {
    /// Static or made by a login.
    pub access_token: Option<String>,
    /// E-mail and password.
    pub password: Option<(String, String)>,
    /// Good once.
    pub refresh_token: Option<String>,
}

struct Access {
    user: &'static User,
    expires: Instant,
}

/// The logins of a running server.
pub(super) struct Accounts {
    access: HashMap<String, Access>,
    refresh: HashMap<String, &'static User>,
    token_ttl: Duration,
    random: Random,
}

impl Accounts {
    /// Nobody has logged in yet.
    pub(super) fn new(token_ttl: Duration, random: Random) -> Self {
        Self { access: HashMap::new(), refresh: HashMap::new(), token_ttl, random }
    }

    /// Milliseconds an access token lives, as HTTP tells it.
    pub(super) fn token_ttl_ms(&self) -> u64 {
        u64::try_from(self.token_ttl.as_millis()).unwrap_or(u64::MAX)
    }

    /// Judges everything an `auth` message offers.
    pub(super) fn authenticate(
        &mut self,
        credentials: &Credentials,
        moment: Moment,
    ) -> Result<Login, Refusal> {
        let mut login = None;
        if let Some((email, password)) = &credentials.password {
            login = Some(self.by_password(email, password, moment)?);
        }
        if let Some(token) = &credentials.refresh_token {
            login = Some(self.by_refresh_token(token, moment)?);
        }
        if let Some(token) = &credentials.access_token {
            let refresh_token = login.and_then(|login| login.refresh_token);
            login = Some(Login { refresh_token, ..self.by_access_token(token, moment)? });
        }
        login.ok_or(Refusal::Unknown)
    }

    /// A static token, or one a login made.
    pub(super) fn by_access_token(&self, token: &str, moment: Moment) -> Result<Login, Refusal> {
        if let Some(user) = USERS.iter().find(|user| user.tokens.contains(&token)) {
            let identity = user.identity();
            return Ok(Login { identity, expires: None, refresh_token: None, access_token: None });
        }
        let access = self.access.get(token).ok_or(Refusal::Unknown)?;
        if access.expires <= moment.instant {
            return Err(Refusal::Expired);
        }
        Ok(Login {
            identity: access.user.identity(),
            expires: Some(access.expires),
            refresh_token: None,
            access_token: None,
        })
    }

    /// A login by e-mail and password.
    pub(super) fn by_password(
        &mut self,
        email: &str,
        password: &str,
        moment: Moment,
    ) -> Result<Login, Refusal> {
        let user = USERS
            .iter()
            .find(|user| user.email.eq_ignore_ascii_case(email) && user.password == password)
            .ok_or(Refusal::Unknown)?;
        Ok(self.begin(user, moment))
    }

    /// Trades a refresh token for a new one; the old one is dead afterwards.
    pub(super) fn by_refresh_token(&mut self, token: &str, moment: Moment) -> Result<Login, Refusal> {
        let user = self.refresh.remove(token).ok_or(Refusal::Unknown)?;
        Ok(self.begin(user, moment))
    }

    /// Ends every access token a login made.
    pub(super) fn expire_all(&mut self, now: Instant) {
        for access in self.access.values_mut() {
            access.expires = access.expires.min(now);
        }
    }

    fn begin(&mut self, user: &'static User, moment: Moment) -> Login {
        let expires = moment.after(self.token_ttl);
        let refresh_token = self.random.text(64);
        let access_token = self.token(user, moment);
        self.access.insert(access_token.clone(), Access { user, expires });
        self.refresh.insert(refresh_token.clone(), user);
        Login {
            identity: user.identity(),
            expires: Some(expires),
            refresh_token: Some(refresh_token),
            access_token: Some(access_token),
        }
    }

    /// A token that reads like Directus' (reference 9). The signature is random: this server knows its tokens by
    /// heart, and a client can't check one anyway.
    fn token(&mut self, user: &User, moment: Moment) -> String {
        let issued = moment.wall.as_second();
        let life = i64::try_from(self.token_ttl.as_secs()).unwrap_or(i64::MAX);
        let header = json!({"alg": "HS256", "typ": "JWT"});
        let claims = json!({
            "id": user.id,
            "role": user.role_name,
            "app_access": user.role == Role::Admin,
            "admin_access": user.role == Role::Admin,
            "iat": issued,
            "exp": issued.saturating_add(life),
            "iss": "directus",
        });
        let header = URL_SAFE_NO_PAD.encode(header.to_string());
        let claims = URL_SAFE_NO_PAD.encode(claims.to_string());
        format!("{header}.{claims}.{}", self.random.text(43))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accounts() -> Accounts {
        Accounts::new(Duration::from_secs(60), Random::from_system())
    }

    #[test]
    fn a_refresh_token_works_once() {
        let (mut accounts, moment) = (accounts(), Moment::now());
        let login = accounts.by_password("user@example.com", "user-pass-1", moment).unwrap();
        let token = login.refresh_token.unwrap();
        let second = accounts.by_refresh_token(&token, moment).unwrap();
        assert_ne!(second.refresh_token.as_deref(), Some(token.as_str()));
        assert_eq!(accounts.by_refresh_token(&token, moment).unwrap_err(), Refusal::Unknown);
    }

    #[test]
    fn the_access_token_decides_but_the_login_still_happens() {
        let (mut accounts, moment) = (accounts(), Moment::now());
        let credentials = Credentials {
            access_token: Some("user-static-token-0001".into()),
            password: Some(("admin@example.com".into(), "admin-pass-1".into())),
            refresh_token: None,
        };
        let login = accounts.authenticate(&credentials, moment).unwrap();
        assert_eq!(login.identity.role, Role::Limited);
        assert!(login.refresh_token.is_some());
        assert_eq!(login.expires, None);
    }

    #[test]
    fn an_access_token_ends() {
        let (mut accounts, moment) = (accounts(), Moment::now());
        let login = accounts.by_password("user@example.com", "user-pass-1", moment).unwrap();
        let token = login.access_token.unwrap();
        assert!(accounts.by_access_token(&token, moment).is_ok());
        let later = Moment { instant: moment.after(Duration::from_secs(60)), ..moment };
        assert_eq!(accounts.by_access_token(&token, later).unwrap_err(), Refusal::Expired);
    }
}
