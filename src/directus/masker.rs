//! `Masker`: no secret passes the door of `net`.

use std::fmt;

use crate::directus::escape::escape;
use crate::directus::mask_spans::{Hidden, Hit, Search, mask_at};
use crate::directus::scan::is_json;
use crate::directus::{Class, MessageType, Secret, classify};

/// Replaces secrets by `[masked 1]`, numbered so that equal secrets look equal. One for each capture.
///
/// It remembers the values it masked, in memory only, so that a masked message can be sent again.
#[derive(Clone, Default)]
pub struct Masker {
    pub(in crate::directus) known: Vec<String>,
    hidden: Vec<Hidden>,
}

impl Masker {
    /// A masker that knows no secret yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes a secret known: from now on it is masked wherever it stands in what is sent, in URLs and in
    /// headers. Of fewer than 4 bytes, only where it is a whole value.
    pub fn learn(&mut self, secret: &Secret) {
        self.learn_text(secret.expose());
        // As it stands in a URL: a server that refuses likes to quote the one it was asked for.
        let form: String = url::form_urlencoded::byte_serialize(secret.expose().as_bytes()).collect();
        self.learn_text(&form.replace('+', "%20"));
        self.learn_text(&form);
    }

    fn learn_text(&mut self, secret: &str) {
        if !secret.is_empty() && !self.known.iter().any(|known| known == secret) {
            self.known.push(secret.to_owned());
            // The longer first: of two that begin alike, the whole must be hidden.
            self.known.sort_by_key(|known| std::cmp::Reverse(known.len()));
        }
    }

    /// A message about to be sent, with its secrets masked; `None` if it has none. All other bytes stay.
    /// Classify the masked text, not the original: offsets differ.
    pub fn outgoing(&mut self, text: &str) -> Option<String> {
        self.mask(text, may_login(text))
    }

    /// As `outgoing`, for a received message. It costs next to nothing unless the class is one that carries
    /// secrets: the replies to a login, and the GraphQL `connection_` frames.
    pub fn incoming(&mut self, text: &str, class: &Class) -> Option<String> {
        let carries = match class.kind {
            MessageType::Auth => true,
            MessageType::GraphQl => text.contains("connection_"),
            MessageType::Other
            | MessageType::Ping
            | MessageType::Pong
            | MessageType::Subscribe
            | MessageType::Unsubscribe
            | MessageType::Subscription
            | MessageType::Items
            | MessageType::Collab
            | MessageType::Logs
            | MessageType::Server
            | MessageType::License
            | MessageType::Error
            | MessageType::NotJson
            | MessageType::Binary => false,
        };
        if carries { self.mask(text, true) } else { None }
    }

    /// A body of `/auth/…`, either way, with its secrets masked; `None` if it has none.
    pub fn login_body(&mut self, text: &str) -> Option<String> {
        self.mask(text, true)
    }

    fn mask(&mut self, text: &str, login: bool) -> Option<String> {
        let hits = Search { known: &self.known, login }.find(text);
        if hits.is_empty() {
            return None;
        }
        let mut masked = String::with_capacity(text.len());
        let mut from = 0;
        for Hit { range, hidden, token } in hits {
            masked.push_str(text.get(from..range.start)?);
            from = range.end;
            match &hidden {
                Hidden::Text(secret) if token && secret.len() >= 8 => self.learn_text(&secret.clone()),
                Hidden::Text(_) | Hidden::Json(_) => {}
            }
            let quoted = matches!(hidden, Hidden::Json(_));
            let mask = self.number(hidden);
            masked.push_str(&if quoted { format!("\"{mask}\"") } else { mask });
        }
        masked.push_str(text.get(from..)?);
        Some(masked)
    }

    pub(in crate::directus) fn number(&mut self, hidden: Hidden) -> String {
        let at = self.hidden.iter().position(|known| *known == hidden).unwrap_or_else(|| {
            self.hidden.push(hidden);
            self.hidden.len() - 1
        });
        format!("[masked {}]", at + 1)
    }

    /// A masked message with every value put back that is still known here; `None` if there is nothing to
    /// put back. Whether masks are left, `has_mask` tells.
    #[must_use]
    pub fn unmask(&self, text: &str) -> Option<String> {
        let json = is_json(text);
        let mut filled = String::with_capacity(text.len());
        let mut from = 0;
        let mut any = false;
        for (at, _) in text.match_indices("[masked ") {
            let rest = text.get(at..).unwrap_or_default();
            let Some((number, length)) = mask_at(rest) else { continue };
            let Some(hidden) = number.checked_sub(1).and_then(|index| self.hidden.get(index)) else {
                continue;
            };
            let end = at + length;
            let quoted = text.get(..at).is_some_and(|before| before.ends_with('"'))
                && text.get(end..).is_some_and(|after| after.starts_with('"'));
            let (start, stop, value) = match hidden {
                Hidden::Json(value) if quoted => (at - 1, end + 1, value.clone()),
                Hidden::Text(value) if json => (at, end, escape(value)),
                Hidden::Json(value) | Hidden::Text(value) => (at, end, value.clone()),
            };
            filled.push_str(text.get(from..start)?);
            filled.push_str(&value);
            from = stop;
            any = true;
        }
        filled.push_str(text.get(from..)?);
        any.then_some(filled)
    }
}

/// Whether a message is, or was meant to be, a login: then more keys are secret.
fn may_login(text: &str) -> bool {
    match classify(text).kind {
        MessageType::Auth | MessageType::NotJson => true,
        MessageType::GraphQl => text.contains("connection_"),
        _ => false,
    }
}

/// Whether a text holds a mask of any capture.
#[must_use]
pub fn has_mask(text: &str) -> bool {
    text.match_indices("[masked ").any(|(at, _)| text.get(at..).and_then(mask_at).is_some())
}

impl fmt::Debug for Masker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Masker({} known, {} masked)", self.known.len(), self.hidden.len())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use crate::directus::{Masker, Secret, classify, has_mask};

    fn outgoing(text: &str) -> String {
        Masker::new().outgoing(text).unwrap_or_else(|| text.to_owned())
    }

    #[test]
    fn masks_by_key_at_any_depth_and_leaves_the_rest() {
        for (text, expected) in [
            (
                r#"{ "type":"auth", "access_token" : "abc" }"#,
                r#"{ "type":"auth", "access_token" : "[masked 1]" }"#,
            ),
            (r#"{"a":[{"password":"x y","n":1.50}]}"#, r#"{"a":[{"password":"[masked 1]","n":1.50}]}"#),
            (
                r#"{"otp":123456,"refresh_token":"a\"b"}"#,
                r#"{"otp":"[masked 1]","refresh_token":"[masked 2]"}"#,
            ),
            (r#"{"p\u0061ssword":"x"}"#, r#"{"p\u0061ssword":"[masked 1]"}"#),
            (r#"{"password":"{{a}}b{{c}}"}"#, r#"{"password":"[masked 1]"}"#),
            (r#"{"password":{"deep":["x"]}}"#, r#"{"password":"[masked 1]"}"#),
            (r#"{"type":"auth","accessToken":"abc"}"#, r#"{"type":"auth","accessToken":"[masked 1]"}"#),
            (r#"{"type":"auth","token":"abc"}"#, r#"{"type":"auth","token":"[masked 1]"}"#),
            (
                r#"{"type":"connection_init","payload":{"Authorization":"Bearer abc"}}"#,
                r#"{"type":"connection_init","payload":{"Authorization":"[masked 1]"}}"#,
            ),
            (
                r#"{"type":"next","payload":{"query":"mutation { login(email: \"a\", password: \"s3c\") }"}}"#,
                r#"{"type":"next","payload":{"query":"mutation { login(email: \"a\", password: \"[masked 1]\") }"}}"#,
            ),
            (
                r#"{"u":"https://x/?access_token=abc&b=1"}"#,
                r#"{"u":"https://x/?access_token=[masked 1]&b=1"}"#,
            ),
        ] {
            assert_eq!(outgoing(text), expected);
        }
    }

    #[test]
    fn leaves_what_hides_nothing() {
        for text in [
            r#"{"type":"ping"}"#,
            r#"{"access_token":null,"password":"","otp":true,"refresh_token":"{{token}}"}"#,
            r#"{"password":"[masked 7]"}"#,
            r#"{"text":"my password: none of your business"}"#,
            r#"{"type":"items","data":{"token":"public"}}"#,
            r#"{"passwords":"a","note":"otp"}"#,
            "",
            "hello",
        ] {
            assert_eq!(Masker::new().outgoing(text), None, "{text}");
        }
    }

    #[test]
    fn masks_broken_json_by_its_look() {
        for (text, expected) in [
            (r#"{"type":"auth","access_token":"abc""#, r#"{"type":"auth","access_token":"[masked 1]""#),
            (r#"{"access_token":"abc"#, r#"{"access_token":"[masked 1]"#),
            (r#"{"access_token":"a\"bc",}"#, r#"{"access_token":"[masked 1]",}"#),
            ("{access_token: 'abc', uid: 1}", "{access_token: '[masked 1]', uid: 1}"),
            ("{password: abc, x}", "{password: [masked 1], x}"),
            (r#"{{"otp":123456}"#, r#"{{"otp":[masked 1]}"#),
            (r#"x {\"password\":\"abc\"}"#, r#"x {\"password\":\"[masked 1]\"}"#),
            ("{access_token: {{token}}}", "{access_token: {{token}}}"),
        ] {
            assert_eq!(outgoing(text), expected);
        }
    }

    #[test]
    fn equal_secrets_look_equal() {
        let mut masker = Masker::new();
        let first = masker.outgoing(r#"{"access_token":"one","password":"two"}"#).unwrap();
        assert_eq!(first, r#"{"access_token":"[masked 1]","password":"[masked 2]"}"#);
        assert_eq!(masker.outgoing(r#"{"password":"one"}"#).unwrap(), r#"{"password":"[masked 1]"}"#);
    }

    #[test]
    fn masks_a_known_secret_wherever_it_stands() {
        let mut masker = Masker::new();
        masker.learn(&Secret::new("tok\"en/é"));
        for (text, expected) in [
            (r#"{"text":"it is tok\"en/é!"}"#, r#"{"text":"it is [masked 1]!"}"#),
            (r#"{"text":"it is tok\u0022en\/\u00e9!"}"#, r#"{"text":"it is [masked 1]!"}"#),
            (r#"{"tok\"en/é":1}"#, r#"{"[masked 1]":1}"#),
            (r#"broken tok"en/é and tok\"en/é"#, "broken [masked 1] and [masked 1]"),
        ] {
            assert_eq!(masker.outgoing(text).as_deref(), Some(expected));
        }
        masker.learn(&Secret::new("12345678"));
        assert_eq!(masker.outgoing(r#"{"a":12345678}"#).unwrap(), r#"{"a":"[masked 2]"}"#);
        masker.learn(&Secret::new("abc"));
        assert_eq!(masker.outgoing(r#"{"a":"abc","b":"abcd"}"#).unwrap(), r#"{"a":"[masked 3]","b":"abcd"}"#);
    }

    #[test]
    fn masks_incoming_only_where_secrets_come() {
        let mut masker = Masker::new();
        let reply = r#"{"type":"auth","status":"ok","refresh_token":"584Hs7gSEHbt"}"#;
        let masked = masker.incoming(reply, &classify(reply)).unwrap();
        assert_eq!(masked, r#"{"type":"auth","status":"ok","refresh_token":"[masked 1]"}"#);
        let row = r#"{"type":"items","data":{"password":"**********"}}"#;
        assert_eq!(masker.incoming(row, &classify(row)), None);
        // The token that came in is known when it goes out again.
        assert_eq!(masker.outgoing(r#"{"text":"584Hs7gSEHbt"}"#).unwrap(), r#"{"text":"[masked 1]"}"#);
    }

    #[test]
    fn puts_values_back() {
        let mut masker = Masker::new();
        for text in [
            r#"{"type":"auth","access_token":"a\"b\\é"}"#,
            r#"{"otp":123456,"password":{"a":1}}"#,
            r#"{"q":"x password: \"s\" y"}"#,
            "{access_token: 'abc'",
        ] {
            let masked = masker.outgoing(text).unwrap();
            assert!(has_mask(&masked));
            assert_eq!(masker.unmask(&masked).unwrap(), text);
        }
        assert_eq!(masker.unmask(r#"{"type":"ping"}"#), None);
        assert_eq!(masker.unmask(r#"{"password":"[masked 99]"}"#), None);
        assert_eq!(masker.unmask("[masked 0] [masked ] [masked 99999999999999999999]"), None);
        assert!(!has_mask("[masked x]"));
        assert!(!format!("{masker:?}").contains("abc"));
    }

    proptest! {
        #[test]
        fn never_leaks_and_keeps_the_rest(
            secret in "[A-Z0-9\"\\\\é\n]{6,12}", before in ".{0,12}", after in ".{0,12}", number in any::<i64>(),
        ) {
            prop_assume!(!before.contains(&secret) && !after.contains(&secret));
            let original = serde_json::json!({
                "before": before, "n": number, "list": [{ "password": secret, "after": after }],
                "inside": format!("<{secret}>"), "type": "auth",
            });
            let mut masker = Masker::new();
            masker.learn(&Secret::new(secret.as_str()));
            let text = original.to_string();
            let masked = masker.outgoing(&text).unwrap();
            let value: Value = serde_json::from_str(&masked).unwrap();
            prop_assert_eq!(&value["before"], &original["before"]);
            prop_assert_eq!(&value["n"], &original["n"]);
            prop_assert_eq!(&value["list"][0]["after"], &original["list"][0]["after"]);
            prop_assert_eq!(&value["list"][0]["password"], "[masked 1]");
            prop_assert_eq!(&value["inside"], "<[masked 1]>");
            prop_assert_eq!(masker.unmask(&masked).unwrap(), text);
        }

        #[test]
        fn broken_text_does_not_leak_either(secret in "[A-Z0-9]{6,12}", cut in 1usize..30, junk in "[{}\",: a]{0,8}") {
            let whole = format!(r#"{junk}{{"access_token":"{secret}","uid":"a"}}"#);
            let text = whole.get(..whole.len() - cut.min(junk.len())).unwrap();
            let masked = Masker::new().outgoing(text).unwrap_or_else(|| text.to_owned());
            prop_assert!(!masked.contains(&secret), "{}", masked);
        }

        #[test]
        fn any_text_is_masked_or_left(text in ".*", url in ".*") {
            let mut masker = Masker::new();
            masker.learn(&Secret::new("abcd"));
            let masked = masker.outgoing(&text);
            prop_assert!(masked.is_none_or(|masked| masked != text));
            masker.url(&url);
            masker.header("cookie", &url);
            let _ = masker.unmask(&text);
        }
    }
}
