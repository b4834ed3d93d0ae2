//! `Head`: the beginning of a frame, and the words for it.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::directus::escape::unescape;
use crate::directus::scan::Scanner;
use crate::directus::{Class, EventName, Status};

/// Bytes of a frame that are looked at: the log shows one line, whatever the frame weighs.
pub(in crate::directus) const HEAD: usize = 4096;
/// Characters of one value in a line.
const VALUE_WIDTH: usize = 48;
/// Keys listed before the rest is cut.
const KEYS: usize = 8;

/// At most so many bytes of the beginning.
pub(in crate::directus) fn start(text: &str, bytes: usize) -> &str {
    text.split_at(text.floor_char_boundary(bytes)).0
}

/// The top-level members in the first bytes of a frame; the value of the last may be cut.
pub(in crate::directus) struct Head<'t>(Vec<(Cow<'t, str>, &'t str)>);

impl<'t> Head<'t> {
    pub(in crate::directus) fn read(text: &'t str) -> Self {
        Self(members(start(text, HEAD)).collect())
    }

    fn raw(&self, key: &str) -> Option<&'t str> {
        self.0.iter().rev().find(|(name, _)| name == key).map(|(_, value)| *value)
    }

    fn word(&self, key: &str) -> Option<Cow<'t, str>> {
        self.raw(key).and_then(text_of)
    }

    pub(in crate::directus) fn error(&self) -> Option<String> {
        let error = self.raw("error").map(|error| Head(members(error).collect()));
        let source = error.as_ref().unwrap_or(self);
        let code = source.word("code")?;
        Some(match source.word("message") {
            Some(message) => format!("{code} · {message}"),
            None => code.into_owned(),
        })
    }

    pub(in crate::directus) fn login_reply(&self, class: &Class) -> Option<String> {
        if class.status != Status::Ok {
            return None;
        }
        Some(
            if self.raw("refresh_token").is_some() { "auth ok · new refresh token" } else { "auth ok" }
                .to_owned(),
        )
    }

    pub(in crate::directus) fn subscription(
        &self,
        class: &Class,
        collection: Option<&str>,
    ) -> Option<String> {
        match (class.event, self.raw("data")) {
            (EventName::Init, None) => Some(labelled(collection, "confirmed")),
            (EventName::Unsubscribe, _) => Some(labelled(collection, "ended")),
            (EventName::Init, Some(data)) if data.starts_with('[') => {
                Some(labelled(collection, &counted(class.items)))
            }
            (EventName::Delete, None) => Some(labelled(collection, "no keys given")),
            (_, Some(_)) => self.rows(class, collection),
            _ => None,
        }
    }

    /// What `data` holds: a row, a count of rows, or keys.
    pub(in crate::directus) fn rows(&self, class: &Class, collection: Option<&str>) -> Option<String> {
        let data = self.raw("data")?;
        let first = data.strip_prefix('[').map_or(data, str::trim_start);
        if first.starts_with('{') {
            return Some(match class.items {
                1 => row(first, collection),
                many => labelled(collection, &counted(many)),
            });
        }
        if first.starts_with(']') {
            return Some(labelled(collection, &counted(0)));
        }
        let keys = if data.starts_with('[') { keys(data) } else { format!("#{}", scalar(data)?) };
        Some(collection.map_or(keys.clone(), |collection| format!("{collection} {keys}")))
    }

    pub(in crate::directus) fn log(&self, class: &Class) -> Option<String> {
        match class.event {
            EventName::Subscribe => Some(match self.word("log_level") {
                Some(level) => format!("log stream · {level} and above"),
                None => "log stream".to_owned(),
            }),
            EventName::Unsubscribe => Some("log stream ended".to_owned()),
            _ => {
                let entry = Head(members(self.raw("data")?).collect());
                let level = match entry.raw("level") {
                    Some("10") => "trace",
                    Some("20") => "debug",
                    Some("30") => "info",
                    Some("40") => "warn",
                    Some("50") => "error",
                    Some("60") => "fatal",
                    other => other.unwrap_or("log"),
                };
                Some(format!("{level} · {}", entry.word("msg")?))
            }
        }
    }

    pub(in crate::directus) fn collab(&self) -> Option<String> {
        let mut line = self.word("action")?.into_owned();
        for key in ["collection", "item", "field", "room"] {
            if let Some(value) = self.raw(key).and_then(scalar) {
                let _ = write!(line, " · {key} {value}");
            }
        }
        Some(line)
    }

    pub(in crate::directus) fn graphql(&self) -> Option<String> {
        let kind = self.word("type")?;
        let payload = self.raw("payload").unwrap_or_default();
        let query = Head(members(payload).collect()).word("query");
        Some(match query {
            Some(query) => format!("{kind} · {query}"),
            None => format!("{kind} {payload}"),
        })
    }

    pub(in crate::directus) fn login(&self) -> String {
        // In the order in which the server lets one decide (reference 2.2).
        if self.raw("access_token").is_some() {
            "auth · access token".to_owned()
        } else if self.raw("refresh_token").is_some() {
            "auth · refresh token".to_owned()
        } else if let Some(email) = self.word("email") {
            format!("auth · {email}")
        } else {
            "auth · no credentials".to_owned()
        }
    }

    pub(in crate::directus) fn subscribe(&self) -> Option<String> {
        if let Some(level) = self.word("log_level") {
            return Some(format!("log stream · {level} and above"));
        }
        let mut line = self.word("collection")?.into_owned();
        match self.word("event") {
            Some(event) => {
                let _ = write!(line, " · {event}");
            }
            None => line.push_str(" · all events"),
        }
        if let Some(item) = self.raw("item").and_then(scalar) {
            let _ = write!(line, " · item {item}");
        }
        self.push_query(&mut line);
        Some(line)
    }

    pub(in crate::directus) fn unsubscribe(&self) -> String {
        match self.raw("uid").and_then(scalar) {
            Some(uid) => format!("ends {uid}"),
            None => "ends all subscriptions".to_owned(),
        }
    }

    pub(in crate::directus) fn items(&self, class: &Class) -> Option<String> {
        let action = self.word("action")?;
        let mut line = format!("{action} {}", self.word("collection")?);
        if let Some(id) = self.raw("id").and_then(scalar) {
            let _ = write!(line, " #{id}");
        } else if let Some(ids) = self.raw("ids").filter(|ids| ids.starts_with('[')) {
            let _ = write!(line, " {}", keys(ids));
        }
        if let Some(data) = self.raw("data") {
            let first = data.strip_prefix('[').map_or(data, str::trim_start);
            if class.items == 1 && first.starts_with('{') {
                let fields = row(first, None);
                let _ = write!(line, " · {fields}");
            } else {
                let _ = write!(line, " · {}", counted(class.items));
            }
        }
        self.push_query(&mut line);
        Some(line)
    }

    fn push_query(&self, line: &mut String) {
        let Some(query) = self.raw("query") else { return };
        for (key, value) in members(query) {
            let value = match text_of(value) {
                Some(text) => text.into_owned(),
                None if value.starts_with('[') => names(value),
                None => value.to_owned(),
            };
            let _ = write!(line, " · {key} {}", clipped(&value, VALUE_WIDTH));
        }
    }
}

fn labelled(collection: Option<&str>, what: &str) -> String {
    collection.map_or(what.to_owned(), |collection| format!("{collection} · {what}"))
}

fn counted(rows: u32) -> String {
    if rows == 1 { "1 row".to_owned() } else { format!("{rows} rows") }
}

/// Members of an object as far as the text goes; the last value may be cut.
fn members(text: &str) -> impl Iterator<Item = (Cow<'_, str>, &str)> {
    let mut scanner = Scanner::new(text);
    let mut more = scanner.open(b'{');
    let mut first = true;
    std::iter::from_fn(move || {
        if !more {
            return None;
        }
        let key = scanner.member(first).flatten()?;
        first = false;
        let at = scanner.position();
        let value = match scanner.pass() {
            Some(passed) => passed.range,
            None => {
                more = false;
                at..text.len()
            }
        };
        Some((unescape(text.get(key.start + 1..key.end - 1)?), text.get(value)?))
    })
}

/// Elements of an array as far as the text goes; cut ones are left out.
fn elements(text: &str) -> impl Iterator<Item = &str> {
    let mut scanner = Scanner::new(text);
    let open = scanner.open(b'[');
    let mut first = true;
    std::iter::from_fn(move || {
        if !open || !scanner.element(first)? {
            return None;
        }
        first = false;
        text.get(scanner.pass()?.range)
    })
}

/// The text of a string, also of one that was cut.
fn text_of(raw: &str) -> Option<Cow<'_, str>> {
    let inside = raw.strip_prefix('"')?;
    Some(unescape(inside.strip_suffix('"').unwrap_or(inside)))
}

/// A string or number as a person writes it; `None` for anything else.
fn scalar(raw: &str) -> Option<String> {
    if raw.starts_with(['{', '[']) || raw == "null" || raw.is_empty() {
        return None;
    }
    let text = text_of(raw).unwrap_or(Cow::Borrowed(raw));
    Some(clipped(&text, VALUE_WIDTH))
}

fn keys(array: &str) -> String {
    list(elements(array).filter_map(scalar).map(|key| format!("#{key}")))
}

fn names(array: &str) -> String {
    list(elements(array).map(|name| scalar(name).unwrap_or_else(|| clipped(name, VALUE_WIDTH))))
}

fn list(words: impl Iterator<Item = String>) -> String {
    let mut words: Vec<_> = words.take(KEYS + 1).collect();
    if words.len() > KEYS {
        words.truncate(KEYS);
        words.push("…".to_owned());
    }
    words.join(", ")
}

/// One row: `messages #42 · user "Ben", text "Hello"`.
fn row(object: &str, collection: Option<&str>) -> String {
    let mut name = collection.unwrap_or_default().to_owned();
    let mut words = Vec::new();
    for (key, value) in members(object).take(KEYS + 1) {
        if words.len() == KEYS {
            words.push("…".to_owned());
            break;
        }
        match value.as_bytes().first() {
            Some(b'{') => words.push(format!("{key} {{…}}")),
            Some(b'[') => {
                words.push(if value == "[]" { format!("{key} []") } else { format!("{key} […]") });
            }
            Some(b'"') if key != "id" => {
                let text = text_of(value).unwrap_or_default();
                words.push(format!("{key} \"{}\"", clipped(&text, VALUE_WIDTH)));
            }
            _ if key == "id" => {
                let space = if name.is_empty() { "" } else { " " };
                let _ = write!(name, "{space}#{}", scalar(value).unwrap_or_default());
            }
            _ => words.push(format!("{key} {}", clipped(value, VALUE_WIDTH))),
        }
    }
    match (name.is_empty(), words.is_empty()) {
        (_, true) => name,
        (true, false) => words.join(", "),
        (false, false) => format!("{name} · {}", words.join(", ")),
    }
}

fn clipped(text: &str, width: usize) -> String {
    match text.char_indices().nth(width) {
        Some((at, _)) => format!("{}…", text.split_at(at).0),
        None => text.to_owned(),
    }
}
