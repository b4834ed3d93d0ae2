//! `Me`: what the server says over HTTP of the user who asks (reference 9).

use serde_json::Value;

use crate::capture::http_exchange::HttpExchange;
use crate::directus::{GLOBALS_PATH, ME_PATH};

/// The user as the server knows him, as far as he may read it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Me {
    /// Sequence number of the last event that says so.
    pub seq: u64,
    /// Key of the user.
    pub id: Option<String>,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Name of the role.
    pub role_name: Option<String>,
    /// He may read nothing of himself but the key.
    pub is_bare: bool,
    /// May use the data studio, by all of his policies.
    pub app_access: Option<bool>,
    /// May do everything, by all of his policies.
    pub admin_access: Option<bool>,
}

impl Me {
    /// Takes an exchange in; `None` if it says nothing of the user.
    pub(super) fn heard(before: Option<&Self>, seq: u64, exchange: &HttpExchange) -> Option<Self> {
        let path = exchange.target().split('?').next().unwrap_or_default();
        if !exchange.method.eq_ignore_ascii_case("GET") || exchange.is_failure() {
            return None;
        }
        let before = before.cloned().unwrap_or_default();
        let data = || serde_json::from_str::<Value>(&exchange.body).ok()?.get("data").cloned();
        if path.ends_with(ME_PATH) {
            let data = data()?;
            let text = |pointer: &str| data.pointer(pointer)?.as_str().map(str::to_owned);
            let me = Self {
                seq,
                id: text("/id"),
                first_name: text("/first_name"),
                last_name: text("/last_name"),
                email: text("/email"),
                role_name: text("/role/name"),
                is_bare: data.as_object().is_some_and(|fields| fields.len() <= 1),
                ..before
            };
            return me.id.is_some().then_some(me);
        }
        if path.ends_with(GLOBALS_PATH) {
            let data = data()?;
            // Some databases have no booleans.
            let flag = |name: &str| match data.get(name)? {
                Value::Bool(on) => Some(*on),
                Value::Number(number) => number.as_i64().map(|number| number != 0),
                _ => None,
            };
            return Some(Self {
                seq,
                app_access: flag("app_access"),
                admin_access: flag("admin_access"),
                ..before
            });
        }
        None
    }

    /// First and last name, as far as there are any.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        let names: Vec<&str> =
            [&self.first_name, &self.last_name].into_iter().flatten().map(String::as_str).collect();
        (!names.is_empty()).then(|| names.join(" "))
    }

    /// What his policies allow, in words; they decide, whatever the token claims.
    #[must_use]
    pub const fn rights(&self) -> Option<&'static str> {
        match (self.admin_access, self.app_access) {
            (Some(true), _) => Some("everything (administrator, say his policies)"),
            (Some(false), Some(true)) => Some("by the policies, with the studio"),
            (Some(false), _) => Some("by the policies, without the studio"),
            (None, _) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange(path: &str, status: u16, body: &str) -> HttpExchange {
        HttpExchange {
            method: "GET".into(),
            url: format!("http://cms.example/cms{path}"),
            status: Some(status),
            body: body.into(),
            ..HttpExchange::default()
        }
    }

    #[test]
    fn a_user_is_put_together_from_what_he_may_read() {
        let bare = Me::heard(None, 1, &exchange("/users/me", 200, r#"{"data":{"id":"u"}}"#)).unwrap();
        assert!(bare.is_bare && bare.name().is_none());
        let body = r#"{"data":{"id":"u","first_name":"Ann","last_name":null,"email":"a@b.c","role":{"name":"Editor"}}}"#;
        let me = Me::heard(Some(&bare), 2, &exchange("/users/me?fields=id", 200, body)).unwrap();
        assert_eq!(
            (me.name().as_deref(), me.role_name.as_deref(), me.is_bare),
            (Some("Ann"), Some("Editor"), false)
        );
        let body = r#"{"data":{"app_access":1,"admin_access":false,"enforce_tfa":false}}"#;
        let me = Me::heard(Some(&me), 3, &exchange("/policies/me/globals", 200, body)).unwrap();
        assert_eq!(
            (me.rights(), me.email.as_deref(), me.seq),
            (Some("by the policies, with the studio"), Some("a@b.c"), 3)
        );
        for nothing in [
            exchange("/users/me", 403, "{}"),
            exchange("/users/me", 200, "<html>"),
            exchange("/items/me", 200, body),
        ] {
            assert_eq!(Me::heard(Some(&me), 4, &nothing), None);
        }
    }
}
