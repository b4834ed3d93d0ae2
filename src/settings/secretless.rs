//! The door of the settings file: text loses its secrets on the way in and on the way out.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serializer};

use crate::directus::{Endpoint, Masker, Secret, names_credential};

/// A URL as typed, without tokens in its query and without user and password. The token, if there was one, comes beside
/// it, for the session or the keyring.
///
/// A URL without secrets stays as typed, byte for byte.
pub(super) fn clean_url(typed: &str) -> (Cow<'_, str>, Option<Secret>) {
    if !is_suspect(typed) {
        return (Cow::Borrowed(typed), None);
    }
    let token = Endpoint::parse(typed).ok().and_then(|endpoint| endpoint.token().cloned());
    (Cow::Owned(without_secrets(typed)), token)
}

fn is_suspect(typed: &str) -> bool {
    let lower = typed.to_ascii_lowercase();
    // A percent sign may hide any key: `acc%65ss_token`.
    let in_query = lower.split_once(['?', '#']).is_some_and(|(_, rest)| {
        let names = || rest.split(['?', '&', '#']).map(|pair| pair.split('=').next().unwrap_or_default());
        rest.contains('%') || names().any(names_credential) || rest.contains("eyj")
    });
    in_query || authority(typed).is_some_and(|(_, authority, _)| authority.contains('@'))
}

/// Works on text, since a URL that can't be parsed may hold a token too. What is suspect goes as a whole.
fn without_secrets(typed: &str) -> String {
    let before = typed.split(['?', '#']).next().unwrap_or_default();
    match authority(before) {
        Some((scheme, authority, rest)) => {
            let host = authority.rsplit('@').next().unwrap_or_default();
            format!("{scheme}{host}{rest}")
        }
        None => before.to_owned(),
    }
}

/// Scheme with its slashes, authority, and the rest.
fn authority(text: &str) -> Option<(&str, &str, &str)> {
    let begin = text.find("://").map_or(0, |place| place + 3);
    let (scheme, after) = text.split_at_checked(begin)?;
    let end = after.find(['/', '?', '#']).unwrap_or(after.len());
    let (authority, rest) = after.split_at_checked(end)?;
    Some((scheme, authority, rest))
}

/// A message as composed, with the values of secret keys replaced by `[masked]`. No number: a number of one capture
/// would be filled in from another one's secrets.
pub(super) fn clean_message(text: &str) -> Cow<'_, str> {
    let masked = Masker::new().outgoing(text).map_or(Cow::Borrowed(text), Cow::Owned);
    if masked.contains("[masked ") { Cow::Owned(without_numbers(&masked)) } else { masked }
}

fn without_numbers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(place) = rest.find("[masked ") {
        let (before, mask) = rest.split_at(place);
        out.push_str(before);
        let after = mask.get("[masked ".len()..).unwrap_or_default();
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        let closes = digits > 0 && after.as_bytes().get(digits) == Some(&b']');
        let (written, used) = if closes { ("[masked]", digits + 1) } else { ("[masked ", 0) };
        out.push_str(written);
        rest = after.get(used..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// Prints a URL without its secrets, whoever put them there.
pub(super) fn print_url<S: Serializer>(url: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&clean_url(url).0)
}

/// Reads a URL and leaves its secrets behind.
pub(super) fn read_url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let typed = String::deserialize(deserializer)?;
    Ok(clean_url(&typed).0.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_without_secrets_stays_as_typed() {
        for url in
            ["", "cms.example.com", " wss://x/websocket?version=2 ", "http://[::1]:8055/a?b#c", "not a url"]
        {
            assert_eq!(clean_url(url), (Cow::Borrowed(url), None));
        }
    }

    #[test]
    fn a_token_in_a_url_is_handed_over_and_gone() {
        let (url, token) = clean_url("wss://cms.example.com/websocket?access_token=hush-1234");
        assert_eq!(url, "wss://cms.example.com/websocket");
        assert_eq!(token.as_ref().map(Secret::expose), Some("hush-1234"));
    }

    #[test]
    fn no_odd_url_keeps_a_secret() {
        for url in [
            "wss://user:hush-1234@host/path",
            "user:hush-1234@host",
            "https://host/?acc%65ss_token=hush-1234",
            "https://host:notaport/?ACCESS_TOKEN=hush-1234",
            "://?password=hush-1234",
            "https://host/#access_token=hush-1234",
            "https://host/?jwt=eyJhush-1234",
            "wss://host/?api_key=hush-1234",
            "wss://host/socket?room=1&sig=hush-1234",
        ] {
            let (clean, _) = clean_url(url);
            assert!(!clean.contains("hush-1234"), "{clean}");
        }
    }

    #[test]
    fn masks_lose_their_numbers() {
        assert_eq!(
            clean_message(r#"{"a":"[masked 12]","b":"[masked x]"}"#),
            r#"{"a":"[masked]","b":"[masked x]"}"#
        );
        let auth = clean_message(r#"{"type":"auth","access_token":"hush-1234"}"#);
        assert_eq!(auth, r#"{"type":"auth","access_token":"[masked]"}"#);
    }
}
