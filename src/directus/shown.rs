//! `shown`: text of others, made safe to look at.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The text with everything escaped that would hide, reorder or break it on a screen: control
/// characters, line ends, bidirectional marks, zero-width and invisible characters.
///
/// A server chooses what we show; it must not choose how our window reads.
#[must_use]
pub fn shown(text: &str) -> Cow<'_, str> {
    let Some(first) = text.char_indices().find(|(_, character)| deceives(*character)) else {
        return Cow::Borrowed(text);
    };
    let mut safe = String::with_capacity(text.len() + 16);
    let (clean, rest) = text.split_at(first.0);
    safe.push_str(clean);
    for character in rest.chars() {
        push_shown(&mut safe, character);
    }
    Cow::Owned(safe)
}

/// Adds one character, escaped if need be.
pub(in crate::directus) fn push_shown(safe: &mut String, character: char) {
    match character {
        '\n' => safe.push_str("\\n"),
        '\r' => safe.push_str("\\r"),
        '\t' => safe.push_str("\\t"),
        _ if deceives(character) => {
            // Writing to a String cannot fail.
            let _ = write!(safe, "\\u{{{:x}}}", u32::from(character));
        }
        _ => safe.push(character),
    }
}

fn deceives(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_control();
    }
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}'
            | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use proptest::prelude::*;

    use crate::directus::shown;

    #[test]
    fn escapes_what_deceives_and_nothing_else() {
        for (text, expected) in [
            ("Grüße 😀 “x”", "Grüße 😀 “x”"),
            ("a\nb\tc\r", "a\\nb\\tc\\r"),
            ("\u{1b}[31mred\0", "\\u{1b}[31mred\\u{0}"),
            ("user\u{202e}gnp.exe", "user\\u{202e}gnp.exe"),
            ("a\u{200b}b\u{feff}", "a\\u{200b}b\\u{feff}"),
            ("\u{85}\u{2028}", "\\u{85}\\u{2028}"),
        ] {
            assert_eq!(shown(text), expected);
        }
        assert!(matches!(shown("plain"), Cow::Borrowed(_)));
    }

    proptest! {
        #[test]
        fn twice_is_once(text in any::<String>()) {
            let once = shown(&text).into_owned();
            prop_assert_eq!(shown(&once), once.clone());
        }
    }
}
