use std::borrow::Cow;

use crate::directus::head::{HEAD, Head, start};
use crate::directus::shown::push_shown;
use crate::directus::{Class, MessageType};

/// Characters of a whole summary.
const WIDTH: usize = 200;

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
            (
                r#"{"type":"collab","action":"error","code":"SERVICE_UNAVAILABLE","message":"off"}"#,
                "SERVICE_UNAVAILABLE · off",
            ),
            (
                r#"{"type":"logs","data":{"level":30,"time":1,"msg":"request completed"},"uid":"n"}"#,
                "info · request completed",
            ),
            (r#"{"type":"logs","event":"subscribe","log_level":"info"}"#, "log stream · info and above"),
            (
                r#"{"type":"collab","action":"focus","room":"ab","field":"title"}"#,
                "focus · field title · room ab",
            ),
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
            (
                r#"{"type":"items","action":"create","collection":"m","data":[{"a":1},{"a":2}]}"#,
                "create m · 2 rows",
            ),
            (
                r#"{"type":"items","action":"update","collection":"m","id":4,"data":{"a":1}}"#,
                "update m #4 · a 1",
            ),
            (r#"{"type":"items","action":"delete","collection":"m","ids":[1,"2"]}"#, "delete m #1, #2"),
            (
                r#"{"type":"items","action":"read","collection":"m","query":{"limit":-1}}"#,
                "read m · limit -1",
            ),
            (r#"{"type":"auth","access_token":"[masked 1]"}"#, "auth · access token"),
            (r#"{"type":"auth","email":"a@b.c","password":"x"}"#, "auth · a@b.c"),
            (r#"{"type":"auth"}"#, "auth · no credentials"),
            (
                r#"{"id":"1","type":"subscribe","payload":{"query":"subscription { a }"}}"#,
                "subscribe · subscription { a }",
            ),
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
