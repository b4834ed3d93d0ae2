//! Escapes of JSON strings: reading them leniently, with the place each character came from.

use std::borrow::Cow;

/// One decoded character and the offset just behind its source.
struct Decoded {
    character: char,
    end: usize,
}

/// Decodes the character at `at` of the inside of a JSON string. Whatever is wrong decodes to U+FFFD.
fn decode(raw: &str, at: usize) -> Option<Decoded> {
    let rest = raw.get(at..)?;
    let first = rest.chars().next()?;
    if first != '\\' {
        return Some(Decoded { character: first, end: at + first.len_utf8() });
    }
    let Some(second) = rest.chars().nth(1) else {
        return Some(Decoded { character: char::REPLACEMENT_CHARACTER, end: raw.len() });
    };
    let simple = |character| Some(Decoded { character, end: at + 1 + second.len_utf8() });
    match second {
        'b' => simple('\u{8}'),
        'f' => simple('\u{c}'),
        'n' => simple('\n'),
        'r' => simple('\r'),
        't' => simple('\t'),
        'u' => Some(decode_unicode(rest, at)),
        other => simple(other),
    }
}

fn decode_unicode(rest: &str, at: usize) -> Decoded {
    let unit = |from: usize| -> Option<u16> {
        let digits = rest.get(from..from + 6)?.strip_prefix("\\u")?;
        digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u16::from_str_radix(digits, 16).ok())?
    };
    let Some(first) = unit(0) else {
        return Decoded { character: char::REPLACEMENT_CHARACTER, end: at + 2 };
    };
    let pair = [first, unit(6).unwrap_or(0)];
    match char::decode_utf16(pair).next() {
        Some(Ok(character)) => Decoded { character, end: at + 6 * character.len_utf16() },
        _ => Decoded { character: char::REPLACEMENT_CHARACTER, end: at + 6 },
    }
}

/// The text that the inside of a JSON string (without its quotes) stands for. A lone surrogate, which no
/// Rust string can hold, becomes U+FFFD.
pub(in crate::directus) fn unescape(raw: &str) -> Cow<'_, str> {
    // A call of memchr costs more than it saves on the short words that most strings are.
    let bytes = raw.as_bytes();
    let plain =
        if bytes.len() < 16 { !bytes.contains(&b'\\') } else { memchr::memchr(b'\\', bytes).is_none() };
    if plain {
        return Cow::Borrowed(raw);
    }
    Cow::Owned(unescape_mapped(raw).0)
}

/// As `unescape`, with for each byte of the result (and its end) the offset in `raw` it came from.
pub(in crate::directus) fn unescape_mapped(raw: &str) -> (String, Vec<usize>) {
    let mut text = String::with_capacity(raw.len());
    let mut origins = Vec::with_capacity(raw.len() + 1);
    let mut at = 0;
    while let Some(decoded) = decode(raw, at) {
        text.push(decoded.character);
        origins.resize(text.len(), at);
        at = decoded.end;
    }
    origins.push(raw.len());
    (text, origins)
}

/// A text as the inside of a JSON string, escaped as little as JSON asks for.
pub(in crate::directus) fn escape(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::directus::escape::{escape, unescape, unescape_mapped};

    #[test]
    fn reads_every_escape() {
        for (raw, text) in [
            ("plain é", "plain é"),
            (r#"\"\\\/\b\f\n\r\t"#, "\"\\/\u{8}\u{c}\n\r\t"),
            (r"\u0041\u00e9\ud83d\ude00!", "Aé😀!"),
            (r"\ud800", "\u{fffd}"),
            (r"\ud800x", "\u{fffd}x"),
            (r"\ud800\u0041", "\u{fffd}A"),
            (r"\udc00", "\u{fffd}"),
            ("\\", "\u{fffd}"),
            (r"\u12", "\u{fffd}12"),
            (r"\u+123", "\u{fffd}+123"),
            ("\\é", "é"),
        ] {
            assert_eq!(unescape(raw), text, "{raw}");
        }
    }

    proptest! {
        #[test]
        fn escape_and_back(text in ".*") {
            let raw = escape(&text);
            prop_assert_eq!(unescape(&raw), text);
        }

        #[test]
        fn origins_are_boundaries_in_order(raw in r#"([a-zé😀]|\\[nu"\\]|\\ud83d\\ude00|\\u0041){0,20}\\?"#) {
            let (text, origins) = unescape_mapped(&raw);
            prop_assert_eq!(origins.len(), text.len() + 1);
            prop_assert!(origins.is_sorted());
            prop_assert!(origins.iter().all(|&origin| raw.is_char_boundary(origin)));
        }
    }
}
