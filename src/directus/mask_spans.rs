//! Where in a text secrets lie: the finding half of `Masker`, without any memory.

use std::ops::Range;

use crate::directus::escape::{escape, unescape, unescape_mapped};
use crate::directus::scan::Scanner;

/// Shorter known secrets are found only as a whole value: replacing every `a` would destroy the text.
const LEAST_INSIDE: usize = 4;

/// What stands for a credential in a saved message; anything else in double braces may be a real password.
const PLACEHOLDER: &str = "{{token}}";

/// A secret value, in the form that puts it back.
#[derive(Clone, PartialEq, Eq)]
pub(in crate::directus) enum Hidden {
    /// Text, or a part of one.
    Text(String),
    /// A JSON value that is no text: the whole value as it was written.
    Json(String),
}

/// A stretch to replace.
pub(in crate::directus) struct Hit {
    /// In the text, without quotes for a text, all of it for another value.
    pub range: Range<usize>,
    /// What lies there.
    pub hidden: Hidden,
    /// It is a token by its key, and worth to be looked for elsewhere.
    pub token: bool,
}

/// What to look for.
pub(in crate::directus) struct Search<'k> {
    /// Secrets known beforehand.
    pub known: &'k [String],
    /// Look also for keys that are secrets in a login only, such as `token`.
    pub login: bool,
}

/// Whether a key names a secret. Also the wrong spellings of it, such as `accessToken`: a mistyped login must
/// not leak the token that the right one hides.
pub(in crate::directus) fn is_secret_key(key: &str, login: bool) -> bool {
    let plain: String = key
        .chars()
        .filter(|character| !matches!(character, '_' | '-' | ' '))
        .take(16)
        .collect::<String>()
        .to_lowercase();
    match plain.as_str() {
        "accesstoken" | "password" | "refreshtoken" | "otp" => true,
        "token" | "authorization" | "bearer" | "jwt" | "statictoken" => login,
        _ => false,
    }
}

/// Whether a parameter of a URL, or a header, is named like a credential. Wider than the keys of messages: `token`
/// may be a column of a table, but in a URL it logs somebody in.
#[must_use]
pub fn names_credential(name: &str) -> bool {
    const PARTS: [&str; 13] = [
        "token",
        "password",
        "passwd",
        "pwd",
        "secret",
        "apikey",
        "accesskey",
        "jwt",
        "authorization",
        "bearer",
        "credential",
        "signature",
        "session",
    ];
    let plain: String =
        name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect();
    PARTS.iter().any(|part| plain.contains(part))
        || matches!(plain.as_str(), "auth" | "key" | "otp" | "pass" | "sid" | "sig")
}

/// Stretches that look like a JSON Web Token: header and payload are JSON in base64, so both begin with `eyJ`.
pub(in crate::directus) fn web_tokens(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'=');
    let length = |at: usize| bytes.get(at..).unwrap_or_default().iter().take_while(|byte| part(byte)).count();
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for (start, _) in text.match_indices("eyJ") {
        if ranges.last().is_some_and(|last| start < last.end) {
            continue;
        }
        let payload = start + length(start) + 1;
        if bytes.get(payload - 1) != Some(&b'.')
            || !bytes.get(payload..).unwrap_or_default().starts_with(b"eyJ")
        {
            continue;
        }
        let behind = payload + length(payload);
        let signed = bytes.get(behind) == Some(&b'.');
        ranges.push(start..if signed { behind + 1 + length(behind + 1) } else { behind });
    }
    ranges
}

/// A value that hides nothing: empty, masked before, or a placeholder.
pub(in crate::directus) fn is_inert(value: &str) -> bool {
    value.is_empty()
        || mask_at(value).is_some_and(|(_, length)| length == value.len())
        || value == PLACEHOLDER
}

/// The number of the mask that a text starts with, and the mask's length.
pub(in crate::directus) fn mask_at(text: &str) -> Option<(usize, usize)> {
    let rest = text.strip_prefix("[masked ")?;
    let digits = rest.find(']')?;
    let number = rest.get(..digits)?;
    let plain = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| number.parse().ok()).flatten().map(|number| (number, "[masked ]".len() + digits))
}

impl Search<'_> {
    /// All stretches to replace, in order, apart from each other.
    pub(in crate::directus) fn find(&self, text: &str) -> Vec<Hit> {
        let mut hits = Vec::new();
        if self.find_in_json(text, &mut hits).is_none() {
            hits.clear();
            self.find_in_broken(text, &mut hits);
        }
        hits
    }

    /// Walks the tokens of valid JSON; `None` if it isn't.
    fn find_in_json(&self, text: &str, hits: &mut Vec<Hit>) -> Option<()> {
        let mut whole = Scanner::new(text);
        whole.pass()?;
        if !whole.ended() {
            return None;
        }
        let mut scanner = Scanner::new(text);
        while let Some(byte) = scanner.next() {
            match byte {
                b'{' | b'}' | b'[' | b']' | b',' | b':' => scanner.step(),
                b'"' => {
                    let string = scanner.string()?;
                    let inside = string.start + 1..string.end - 1;
                    let key = scanner.next() == Some(b':');
                    if key {
                        scanner.step();
                    }
                    let name = unescape(text.get(inside.clone())?);
                    if key && is_secret_key(&name, self.login) {
                        let value = scanner.pass()?.range;
                        hits.extend(secret_value(text, value, is_token(&name)));
                    } else {
                        self.find_inside(text, inside, hits);
                    }
                }
                _ => {
                    let range = scanner.pass()?.range;
                    let bare = text.get(range.clone())?;
                    if self
                        .known
                        .iter()
                        .any(|secret| bare == secret || long(secret) && bare.contains(secret.as_str()))
                    {
                        hits.push(Hit { hidden: Hidden::Json(bare.to_owned()), range, token: false });
                    }
                }
            }
        }
        Some(())
    }

    /// Looks into the inside of a string of valid JSON.
    fn find_inside(&self, text: &str, inside: Range<usize>, hits: &mut Vec<Hit>) {
        let raw = text.get(inside.clone()).unwrap_or_default();
        let (plain, origins) =
            if raw.contains('\\') { unescape_mapped(raw) } else { (raw.to_owned(), Vec::new()) };
        let origin = |at: usize| inside.start + origins.get(at).copied().unwrap_or(at.min(raw.len()));
        let mut ranges = loose(&plain, self.login, true);
        ranges.extend(self.known_in(&plain));
        for range in merged(ranges) {
            let hidden = Hidden::Text(plain.get(range.clone()).unwrap_or_default().to_owned());
            hits.push(Hit { range: origin(range.start)..origin(range.end), hidden, token: false });
        }
    }

    fn find_in_broken(&self, text: &str, hits: &mut Vec<Hit>) {
        let mut ranges = loose(text, self.login, false);
        ranges.extend(self.known_in(text));
        for secret in self.known.iter().filter(|secret| long(secret)) {
            let escaped = escape(secret);
            ranges.extend(text.match_indices(&escaped).map(|(at, found)| at..at + found.len()));
        }
        for range in merged(ranges) {
            let raw = text.get(range.clone()).unwrap_or_default();
            hits.push(Hit { range, hidden: Hidden::Text(unescape(raw).into_owned()), token: false });
        }
    }

    /// Stretches of a plain text that are known secrets.
    pub(in crate::directus) fn known_in(&self, plain: &str) -> Vec<Range<usize>> {
        let mut ranges = Vec::new();
        for secret in self.known {
            if plain == secret {
                ranges.push(0..plain.len());
            } else if long(secret) {
                ranges.extend(plain.match_indices(secret.as_str()).map(|(at, found)| at..at + found.len()));
            }
        }
        ranges
    }
}

fn long(secret: &str) -> bool {
    secret.len() >= LEAST_INSIDE
}

fn is_token(key: &str) -> bool {
    key.to_lowercase().contains("token")
}

fn secret_value(text: &str, range: Range<usize>, token: bool) -> Option<Hit> {
    let raw = text.get(range.clone())?;
    match raw.as_bytes().first()? {
        b'"' => {
            let range = range.start + 1..range.end - 1;
            let value = unescape(text.get(range.clone())?).into_owned();
            (!is_inert(&value)).then_some(Hit { range, hidden: Hidden::Text(value), token })
        }
        // null, true and false hide nothing, and they are what a mistake looks like.
        b'n' | b't' | b'f' => None,
        _ => Some(Hit { range, hidden: Hidden::Json(raw.to_owned()), token: false }),
    }
}

/// Ranges in order, overlapping ones made one.
pub(in crate::directus) fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.retain(|range| !range.is_empty());
    ranges.sort_by_key(|range| range.start);
    let mut all: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match all.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => all.push(range),
        }
    }
    all
}

/// Values behind secret keys in text that is no JSON, or is JSON or a URL inside a string: `password: "x"`,
/// `access_token=x`, `{\"otp\":\"1\"`. With `prose`, only what no ordinary sentence looks like.
fn loose(text: &str, login: bool, prose: bool) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let mut ranges = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let length = bytes.get(at..).unwrap_or_default().iter().take_while(|byte| is_word(byte)).count();
        let word = text.get(at..at + length).unwrap_or_default();
        at += length.max(1);
        if length != 0 && is_secret_key(word, login) {
            let value = loose_value(bytes, at, prose);
            if let Some(range) = value
                && !text.get(range.clone()).is_none_or(is_inert)
            {
                at = range.end;
                ranges.push(range);
            }
        }
    }
    ranges
}

fn loose_value(bytes: &[u8], mut at: usize, prose: bool) -> Option<Range<usize>> {
    let skip = |at: usize, wanted: &[u8]| {
        at + bytes.get(at..).unwrap_or_default().iter().take_while(|byte| wanted.contains(byte)).count()
    };
    at = skip(at, b"\\\"'` \t\r\n");
    let separator = *bytes.get(at)?;
    if !matches!(separator, b':' | b'=') {
        return None;
    }
    at = skip(at + 1, b" \t\r\n\\");
    let first = *bytes.get(at)?;
    let rest = |from: usize| bytes.get(from..).unwrap_or_default().iter();
    if matches!(first, b'"' | b'\'' | b'`') {
        let start = at + 1;
        let mut end = start;
        let mut escaped = false;
        // In doubly escaped text the closing quote has a backslash too; the opening one tells.
        let nested = bytes.get(at.wrapping_sub(1)) == Some(&b'\\');
        for byte in rest(start) {
            if *byte == first && (nested || !escaped) {
                break;
            }
            escaped = *byte == b'\\' && !escaped;
            end += 1;
        }
        if nested && bytes.get(end.wrapping_sub(1)) == Some(&b'\\') && end > start {
            end -= 1;
        }
        return Some(start..end);
    }
    let placeholder = rest(at).as_slice().starts_with(PLACEHOLDER.as_bytes());
    if placeholder || prose && separator == b':' || matches!(first, b'{' | b'[') {
        return None;
    }
    let ends = |byte: &u8| matches!(byte, b'&' | b'"' | b'\'' | b',' | b'}' | b']' | b';' | b'#' | b')');
    let length = rest(at).take_while(|byte| !ends(byte) && !byte.is_ascii_whitespace()).count();
    let word = bytes.get(at..at + length)?;
    let plain = matches!(word, b"null" | b"true" | b"false" | b"undefined");
    (!plain).then_some(at..at + length)
}
