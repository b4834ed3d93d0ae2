use std::borrow::Cow;
use std::fmt::Write as _;

use crate::directus::escape::unescape;
use crate::directus::scan::Scanner;
use crate::directus::shown::push_shown;
use crate::directus::{Class, EventName, MessageType, Status};

/// Bytes of a frame that are looked at: the log shows one line, whatever the frame weighs.
const HEAD: usize = 4096;
/// Characters of a whole summary.
const WIDTH: usize = 200;
/// Characters of one value in it.
const VALUE_WIDTH: usize = 48;
/// Keys listed before the rest is cut.
const KEYS: usize = 8;

/// One line about a received frame. `collection` is what is known from elsewhere: frames of the server don't
/// name it (reference 5.2). Safe to show: see `shown`.
#[must_use]
pub fn incoming(text: &str, class: &Class, collection: Option<&str>) -> String {
    let head = Head::read(text);
    let line = if class.is_error() {
        head.error()
    } else {
        match class.kind {
            MessageType::Auth => head.login_reply(class),
            MessageType::Subscription => head.subscription(class, collection),
            MessageType::Items => head.rows(class, collection),
            MessageType::Logs => head.log(class),
            MessageType::Collab => head.collab(),
            MessageType::GraphQl => head.graphql(),
            MessageType::Ping | MessageType::Pong => Some(class.kind.name().to_owned()),
            MessageType::Subscribe
            | MessageType::Unsubscribe
            | MessageType::Server
            | MessageType::License
            | MessageType::Error
            | MessageType::Other
            | MessageType::NotJson => None,
            MessageType::Binary => Some("binary message".to_owned()),
        }
    };
    finished(line, text)
}

/// One line about a frame that was sent.
#[must_use]
pub fn outgoing(text: &str, class: &Class) -> String {
    let head = Head::read(text);
    let line = match class.kind {
        MessageType::Auth => Some(head.login()),
        MessageType::Subscribe => head.subscribe(),
        MessageType::Unsubscribe => Some(head.unsubscribe()),
        MessageType::Items => head.items(class),
        MessageType::Collab => head.collab(),
        MessageType::GraphQl => head.graphql(),
        MessageType::Ping | MessageType::Pong => Some(class.kind.name().to_owned()),
        MessageType::Subscription
        | MessageType::Logs
        | MessageType::Server
        | MessageType::License
        | MessageType::Error
        | MessageType::Other
        | MessageType::NotJson => None,
        MessageType::Binary => Some("binary message".to_owned()),
    };
    finished(line, text)
}

/// Cut to the width of a row; the text itself where nothing better is known.
fn finished(line: Option<String>, text: &str) -> String {
    let line = line.map_or_else(|| Cow::Borrowed(start(text, HEAD)), Cow::Owned);
    let mut safe = String::new();
    let mut space = false;
    for (count, character) in line.trim().chars().enumerate() {
        if count >= WIDTH {
            safe.push('…');
            break;
        }
        // Pretty-printed text is one line here.
        if matches!(character, '\n' | '\r' | '\t' | ' ') {
            space = true;
            continue;
        }
        if std::mem::take(&mut space) {
            safe.push(' ');
        }
        push_shown(&mut safe, character);
    }
    safe
}

/// At most so many bytes of the beginning.
fn start(text: &str, bytes: usize) -> &str {
    text.split_at(text.floor_char_boundary(bytes)).0
}

/// The top-level members in the first bytes of a frame; the value of the last may be cut.
struct Head<'t>(Vec<(Cow<'t, str>, &'t str)>);

impl<'t> Head<'t> {
    fn read(text: &'t str) -> Self {
        Self(members(start(text, HEAD)).collect())
    }

    fn raw(&self, key: &str) -> Option<&'t str> {
        self.0.iter().rev().find(|(name, _)| name == key).map(|(_, value)| *value)
    }

    fn word(&self, key: &str) -> Option<Cow<'t, str>> {
        self.raw(key).and_then(text_of)
    }

    fn error(&self) -> Option<String> {
        let error = self.raw("error").map(|error| Head(members(error).collect()));
        let source = error.as_ref().unwrap_or(self);
        let code = source.word("code")?;
        Some(match source.word("message") {
            Some(message) => format!("{code} · {message}"),
            None => code.into_owned(),
        })
    }

    fn login_reply(&self, class: &Class) -> Option<String> {
        if class.status != Status::Ok {
            return None;
        }
        Some(if self.raw("refresh_token").is_some() { "auth ok · new refresh token" } else { "auth ok" }.to_owned())
    }

    fn subscription(&self, class: &Class, collection: Option<&str>) -> Option<String> {
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
    fn rows(&self, class: &Class, collection: Option<&str>) -> Option<String> {
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

    fn log(&self, class: &Class) -> Option<String> {
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

    fn collab(&self) -> Option<String> {
        let mut line = self.word("action")?.into_owned();
        for key in ["collection", "item", "field", "room"] {
            if let Some(value) = self.raw(key).and_then(scalar) {
                let _ = write!(line, " · {key} {value}");
            }
        }
        Some(line)
    }

    fn graphql(&self) -> Option<String> {
        let kind = self.word("type")?;
        let payload = self.raw("payload").unwrap_or_default();
        let query = Head(members(payload).collect()).word("query");
        Some(match query {
            Some(query) => format!("{kind} · {query}"),
            None => format!("{kind} {payload}"),
        })
    }

    fn login(&self) -> String {
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

    fn subscribe(&self) -> Option<String> {
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

    fn unsubscribe(&self) -> String {
        match self.raw("uid").and_then(scalar) {
            Some(uid) => format!("ends {uid}"),
            None => "ends all subscriptions".to_owned(),
        }
    }

    fn items(&self, class: &Class) -> Option<String> {
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
            Some(b'[') => words.push(if value == "[]" { format!("{key} []") } else { format!("{key} […]") }),
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::directus::{Class, MessageType, classify, summary};

    #[test]
    fn received_frames_in_a_line() {
        for (text, expected) in [
            (
                r#"{"type":"subscription","event":"create","data":[{"id":1201,"user":"Ben","text":"Hello World!"}],"uid":"m"}"#,
                r#"messages #1201 · user "Ben", text "Hello World!""#,
            ),
            (
                r#"{"type":"subscription","event":"update","data":{"id":"u-1","n":1.50,"a":null,"o":{"x":1},"l":[],"k":[1]}}"#,
                "messages #u-1 · n 1.50, a null, o {…}, l [], k […]",
            ),
            (r#"{"type":"subscription","event":"update","data":[{"id":1},{"id":2}]}"#, "messages · 2 rows"),
            (r#"{"type":"subscription","event":"init","data":[{"id":1}]}"#, "messages · 1 row"),
            (r#"{"type":"subscription","event":"init","data":[]}"#, "messages · 0 rows"),
            (r#"{"type":"subscription","event":"init","uid":"m"}"#, "messages · confirmed"),
            (r#"{"type":"subscription","event":"init","data":{"id":1,"t":"x"}}"#, r#"messages #1 · t "x""#),
            (r#"{"type":"subscription","event":"delete","data":["23",24]}"#, "messages #23, #24"),
            (r#"{"type":"subscription","event":"delete","data":"297d"}"#, "messages #297d"),
            (r#"{"type":"subscription","event":"delete"}"#, "messages · no keys given"),
            (r#"{"type":"subscription","event":"unsubscribe"}"#, "messages · ended"),
            (r#"{"type":"items","data":[],"uid":1}"#, "messages · 0 rows"),
            (r#"{"type":"items","data":5,"uid":1}"#, "messages #5"),
            (r#"{"type":"auth","status":"ok"}"#, "auth ok"),
            (r#"{"type":"auth","status":"ok","refresh_token":"x"}"#, "auth ok · new refresh token"),
            (r#"{"type":"ping"}"#, "ping"),
            (
                r#"{"type":"items","status":"error","error":{"code":"FORBIDDEN","message":"You don't have permission."}}"#,
                "FORBIDDEN · You don't have permission.",
            ),
            (r#"{"type":"collab","action":"error","code":"SERVICE_UNAVAILABLE","message":"off"}"#, "SERVICE_UNAVAILABLE · off"),
            (r#"{"type":"logs","data":{"level":30,"time":1,"msg":"request completed"},"uid":"n"}"#, "info · request completed"),
            (r#"{"type":"logs","event":"subscribe","log_level":"info"}"#, "log stream · info and above"),
            (r#"{"type":"collab","action":"focus","room":"ab","field":"title"}"#, "focus · field title · room ab"),
            (r#"{"type":"notification","text":"a\nb"}"#, r#"{"type":"notification","text":"a\nb"}"#),
            ("not\u{202e} json\n at  all", "not\\u{202e} json at all"),
            ("", ""),
        ] {
            assert_eq!(summary::incoming(text, &classify(text), Some("messages")), expected, "{text}");
        }
        let text = r#"{"type":"items","data":[{"id":1},{"id":2}]}"#;
        assert_eq!(summary::incoming(text, &classify(text), None), "2 rows");
        assert_eq!(summary::incoming("", &Class::of(MessageType::Binary), None), "binary message");
    }

    #[test]
    fn sent_frames_in_a_line() {
        for (text, expected) in [
            (
                r#"{"type":"subscribe","collection":"messages","event":"create","query":{"fields":["user","text"]}}"#,
                "messages · create · fields user, text",
            ),
            (
                r#"{"type":"subscribe","collection":"orders","query":{"filter":{"status":{"_eq":"open"}},"limit":"2"}}"#,
                r#"orders · all events · filter {"status":{"_eq":"open"}} · limit 2"#,
            ),
            (r#"{"type":"subscribe","collection":"orders","item":1}"#, "orders · all events · item 1"),
            (r#"{"type":"unsubscribe","uid":"m"}"#, "ends m"),
            (r#"{"type":"unsubscribe"}"#, "ends all subscriptions"),
            (
                r#"{"type":"items","action":"create","collection":"messages","data":{"text":"Hello"}}"#,
                r#"create messages · text "Hello""#,
            ),
            (r#"{"type":"items","action":"create","collection":"m","data":[{"a":1},{"a":2}]}"#, "create m · 2 rows"),
            (r#"{"type":"items","action":"update","collection":"m","id":4,"data":{"a":1}}"#, "update m #4 · a 1"),
            (r#"{"type":"items","action":"delete","collection":"m","ids":[1,"2"]}"#, "delete m #1, #2"),
            (r#"{"type":"items","action":"read","collection":"m","query":{"limit":-1}}"#, "read m · limit -1"),
            (r#"{"type":"auth","access_token":"[masked 1]"}"#, "auth · access token"),
            (r#"{"type":"auth","email":"a@b.c","password":"x"}"#, "auth · a@b.c"),
            (r#"{"type":"auth"}"#, "auth · no credentials"),
            (r#"{"id":"1","type":"subscribe","payload":{"query":"subscription { a }"}}"#, "subscribe · subscription { a }"),
            ("{\n  \"type\": 5 }", r#"{ "type": 5 }"#),
        ] {
            assert_eq!(summary::outgoing(text, &classify(text)), expected, "{text}");
        }
    }

    #[test]
    fn a_large_frame_is_cut_not_read() {
        let text = format!(
            r#"{{"type":"subscription","event":"create","data":[{{"id":7,"text":"{}"}}],"uid":"m"}}"#,
            "ab".repeat(1_000_000)
        );
        let line = summary::incoming(&text, &classify(&text), Some("messages"));
        assert!(line.starts_with("messages #7 · text \"abab") && line.ends_with("…\""), "{line}");
    }

    proptest! {
        #[test]
        fn any_text_has_a_short_and_safe_line(text in ".*", kind in 0u8..16, cut in 0usize..80) {
            let frame = format!(r#"{{"type":"subscription","event":"init","error":{{"code":{text:?}}},"data":[{text:?}"#);
            for text in [text.as_str(), frame.get(..cut).unwrap_or(&frame)] {
                let class = Class::of(MessageType::from_u8(kind).unwrap());
                for line in [summary::incoming(text, &class, Some(text)), summary::outgoing(text, &class)] {
                    prop_assert!(line.chars().all(|character| !character.is_control()));
                    prop_assert!(line.len() < 2_000);
                }
            }
        }
    }
}
