//! What could be written next.

use std::ops::Range;
use std::sync::Arc;

use super::words::{self, FIELDS};
use crate::directus::{ErrorCode, EventName, MessageType};

/// Options shown at once: a list that is longer is no help.
const MOST: usize = 40;
/// Fields that are numbers or times.
const COMPARED: [&str; 5] = ["connection", "roundtrip", "seq", "size", "time"];

/// Names that the session knows, for completion.
#[derive(Clone, Copy, Debug, Default)]
pub struct Vocabulary<'v> {
    /// Collections met.
    pub collections: &'v [Arc<str>],
    /// Uids of subscriptions.
    pub uids: &'v [Arc<str>],
}

/// One way to go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// What to put in place of [`Completion::replace`].
    pub insert: String,
    /// What to show.
    pub label: String,
    /// What it means, as a few words; may be empty.
    pub help: String,
}

/// What could stand at the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// The bytes that an option replaces.
    pub replace: Range<usize>,
    /// The options; none inside quotes and regular expressions.
    pub options: Vec<Suggestion>,
}

/// What could stand at `cursor`, a byte of `text`.
#[must_use]
pub fn complete(text: &str, cursor: usize, words: &Vocabulary<'_>) -> Completion {
    let cursor = text.floor_char_boundary(cursor.min(text.len()));
    let Some(start) = word_start(text.get(..cursor).unwrap_or_default()) else {
        return Completion { replace: cursor..cursor, options: Vec::new() };
    };
    let typed = text.get(start..cursor).unwrap_or_default();
    let behind = text.get(cursor..).unwrap_or_default();
    let until = |ends: &dyn Fn(char) -> bool| cursor + behind.find(ends).unwrap_or(behind.len());
    let ends_word = |letter: char| letter.is_whitespace() || matches!(letter, '(' | ')' | '"');
    if let Some((name, values)) = typed.split_once(':')
        && let Some(name) = words::field(name)
    {
        let last = values.rsplit(',').next().unwrap_or_default();
        // Of what can be compared, the examples begin with a sign too.
        let partial = if COMPARED.contains(&name) { last } else { last.trim_start_matches('=') };
        let replace = cursor - partial.len()..until(&|letter| ends_word(letter) || letter == ',');
        return Completion { replace, options: values_of(name, partial, words) };
    }
    let end = until(&|letter| ends_word(letter) || letter == ':');
    // Behind a name that is being changed, the colon stands already.
    let colon = if text.get(end..).is_some_and(|rest| rest.starts_with(':')) { "" } else { ":" };
    Completion { replace: start..end, options: names(typed, colon, start > 0) }
}

/// Where the word that ends the text begins; `None` inside quotes or a regular expression.
fn word_start(before: &str) -> Option<usize> {
    let mut start = 0;
    let mut within = None;
    let mut escaped = false;
    for (at, letter) in before.char_indices() {
        let next = at + letter.len_utf8();
        match (within, letter) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(mark), _) if mark == letter => within = None,
            (Some(_), _) => {}
            (None, '"') => within = Some('"'),
            (None, '/') if at == start => within = Some('/'),
            (None, '!' | '-') if at == start => start = next,
            (None, '(' | ')') => start = next,
            (None, letter) if letter.is_whitespace() => start = next,
            (None, _) => {}
        }
    }
    within.is_none().then_some(start)
}

fn names(typed: &str, colon: &str, goes_on: bool) -> Vec<Suggestion> {
    let typed = typed.to_lowercase();
    let fields = FIELDS
        .iter()
        .filter(|(name, short, _)| name.starts_with(&typed) || short.starts_with(&typed))
        .map(|(name, _, help)| suggestion(&format!("{name}{colon}"), help));
    let keywords = [
        ("exists(", "a member that is there, such as exists(error.code)", true),
        ("not ", "the opposite of what follows", true),
        ("or ", "one or the other", goes_on),
        ("and ", "both; a space means the same", goes_on),
    ];
    let keywords = keywords
        .iter()
        .filter(|(word, _, fits)| *fits && !typed.is_empty() && word.starts_with(&typed))
        .map(|(word, help, _)| suggestion(word, help));
    fields.chain(keywords).collect()
}

fn suggestion(insert: &str, help: &str) -> Suggestion {
    Suggestion { insert: insert.to_owned(), label: insert.trim_end().to_owned(), help: help.to_owned() }
}

fn values_of(name: &str, partial: &str, words: &Vocabulary<'_>) -> Vec<Suggestion> {
    let example = |examples: &[(&'static str, &'static str)]| -> Vec<(String, &'static str)> {
        examples.iter().map(|(value, help)| ((*value).to_owned(), *help)).collect()
    };
    let known = |names: Vec<&str>| -> Vec<(String, &'static str)> {
        names.into_iter().filter(|name| !name.is_empty()).map(|name| (name.to_owned(), "")).collect()
    };
    let options = match name {
        "auto" | "masked" => example(&[("yes", ""), ("no", "")]),
        "code" => ErrorCode::ALL
            .iter()
            .filter(|code| !code.name().is_empty())
            .map(|code| (code.name().to_owned(), code.meaning()))
            .collect(),
        "collection" => known(words.collections.iter().map(AsRef::as_ref).collect()),
        "connection" => example(&[("1", "the first"), (">1", "after a reconnect")]),
        "direction" => example(&[("in", "from the server"), ("out", "from us")]),
        "event" => known(EventName::ALL.iter().map(|event| event.name()).collect()),
        "is" => example(&[("pinned", "by a person"), ("noted", "a person wrote about it")]),
        "kind" => known(words::kinds().collect()),
        "roundtrip" => example(&[(">200ms", "slow"), ("<10ms", "quick"), ("1s..5s", "between")]),
        "seq" => example(&[("1..100", "between"), (">1000", "later")]),
        "size" => example(&[(">1kb", "larger"), ("<100", "smaller"), ("1kb..1mb", "between")]),
        "status" => example(&[("ok", "an answer that is no error"), ("error", "a failure")]),
        "time" => example(&[
            (">-5m", "in the last five minutes"),
            (">14:03", "on the day of the last event"),
            ("2026-11-24", "a day"),
        ]),
        "type" => known(MessageType::ALL.iter().map(|kind| kind.name()).collect()),
        _ => known(words.uids.iter().map(AsRef::as_ref).collect()),
    };
    let wanted = partial.to_lowercase();
    // Names that begin so come before those that only hold it.
    let place = |value: &str| match value.to_lowercase().find(&wanted) {
        Some(0) => 0,
        Some(_) => 1,
        None => 2,
    };
    let mut options: Vec<_> = options
        .into_iter()
        .map(|(value, help)| (place(&value), value, help))
        .filter(|(place, ..)| *place < 2)
        .collect();
    options.sort_by_key(|(place, ..)| *place);
    options.truncate(MOST);
    let written = |value: &str| match value.starts_with(['<', '>']) || value.contains("..") {
        true => value.to_owned(),
        false => quoted(value),
    };
    options
        .into_iter()
        .map(|(_, value, help)| Suggestion { insert: written(&value), label: value, help: help.to_owned() })
        .collect()
}

/// A text as it is written in a filter, as a value or by itself: in quotes where it needs them.
#[must_use]
pub fn quoted(text: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-');
    let keyword = ["and", "or", "not"].iter().any(|word| text.eq_ignore_ascii_case(word));
    if !text.is_empty() && !text.starts_with('-') && !keyword && text.chars().all(plain) {
        return text.to_owned();
    }
    let mut written = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => written.push_str("\\\""),
            '\\' => written.push_str("\\\\"),
            '\n' => written.push_str("\\n"),
            '\t' => written.push_str("\\t"),
            '\r' => written.push_str("\\r"),
            other => written.push(other),
        }
    }
    written.push('"');
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::filter::Filter;
    use proptest::prelude::*;

    /// `|` is the cursor.
    fn at(text: &str) -> (String, Vec<String>) {
        let (collections, uids) = (["messages".into(), "my notes".into()], ["a-1".into(), "b,2".into()]);
        let words = Vocabulary { collections: &collections, uids: &uids };
        let cursor = text.find('|').unwrap();
        let text = text.replace('|', "");
        let completion = complete(&text, cursor, &words);
        let options = completion.options.into_iter().map(|option| option.insert).collect();
        (text[completion.replace].to_owned(), options)
    }

    #[test]
    fn options_fit_what_stands_before_the_cursor() {
        for (text, replaced, options) in [
            ("ev|", "ev", vec!["event:"]),
            ("ev|ent:create", "event", vec!["event"]),
            ("dir|", "dir", vec!["direction:"]),
            ("direction:|", "", vec!["in", "out"]),
            ("direction:o|ut x", "out", vec!["out"]),
            ("-(collection:m|)", "m", vec!["messages", "\"my notes\""]),
            ("uid:a-1,|", "", vec!["a-1", "\"b,2\""]),
            ("collection:note|", "note", vec!["\"my notes\""]),
            ("size:>1|", ">1", vec![">1kb"]),
            ("a o|", "o", vec!["or "]),
            ("o|", "o", vec![]),
            ("\"ev|", "", vec![]),
            ("/ev|", "", vec![]),
            ("foo:|", "foo:", vec![]),
        ] {
            assert_eq!(
                at(text),
                (replaced.to_owned(), options.into_iter().map(String::from).collect()),
                "{text}"
            );
        }
        assert_eq!(at("|").1.len(), FIELDS.len());
        assert!(at("code:forb|").1.contains(&"FORBIDDEN".to_owned()));
    }

    proptest! {
        #[test]
        fn no_text_and_cursor_make_it_fail(text in ".{0,20}", cursor in 0..80_usize) {
            let completion = complete(&text, cursor, &Vocabulary::default());
            prop_assert!(text.get(completion.replace).is_some());
        }

        #[test]
        fn a_quoted_text_is_read_back(text in ".{1,12}") {
            prop_assert!(Filter::parse(&quoted(&text)).is_ok());
            let as_value = format!("uid:{}", quoted(&text));
            prop_assert!(Filter::parse(&as_value).is_ok());
        }
    }
}
