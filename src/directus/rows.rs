//! Rows and keys where they lie in the text of a frame, without parsing them.
//!
//! A live table keeps rows as text, so all it needs of a frame is where each row begins and ends, and of a row where
//! its members do.

use std::borrow::Cow;

use crate::directus::escape::unescape;
use crate::directus::scan::Scanner;
use crate::directus::uid::json_key;

/// What `data` of a subscription message brings (reference 5.3, 5.5): rows are objects, keys are scalars.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Brought<'t> {
    /// No `data`, or null.
    Nothing,
    /// One value that is not in an array.
    One(&'t str),
    /// The elements of an array.
    Many(Vec<&'t str>),
}

impl<'t> Brought<'t> {
    /// The values, however they were brought.
    #[must_use]
    pub fn values(&self) -> &[&'t str] {
        match self {
            Self::Nothing => &[],
            Self::One(value) => std::slice::from_ref(value),
            Self::Many(values) => values,
        }
    }
}

/// Finds what the `data` of a frame brings. A text that is no JSON object brings nothing.
#[must_use]
pub fn brought(frame: &str) -> Brought<'_> {
    match member(frame, "data") {
        None | Some("null") => Brought::Nothing,
        Some(data) if data.starts_with('[') => Brought::Many(elements(data)),
        Some(data) => Brought::One(data),
    }
}

/// The elements of an array, as they stand.
fn elements(array: &str) -> Vec<&str> {
    let mut scanner = Scanner::new(array);
    let mut found = Vec::new();
    if scanner.open(b'[') {
        while scanner.element(found.is_empty()) == Some(true) {
            let Some(value) = scanner.pass().and_then(|passed| array.get(passed.range)) else { break };
            found.push(value);
        }
    }
    found
}

/// The members of an object: names and values as they stand. Of a text that is no object there are none.
#[must_use]
pub fn members(object: &str) -> Members<'_> {
    let mut scanner = Scanner::new(object);
    let ended = !scanner.open(b'{');
    Members { object, scanner, first: true, ended }
}

/// See [`members`].
pub struct Members<'t> {
    object: &'t str,
    scanner: Scanner<'t>,
    first: bool,
    ended: bool,
}

impl<'t> Iterator for Members<'t> {
    type Item = (Cow<'t, str>, &'t str);

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let mut read = || {
            let key = self.scanner.member(self.first)??;
            let value = self.scanner.pass()?;
            let name = self.object.get(key.start + 1..key.end - 1)?;
            let name = if name.contains('\\') { unescape(name) } else { Cow::Borrowed(name) };
            Some((name, self.object.get(value.range)?))
        };
        let found = read();
        self.first = false;
        self.ended = found.is_none();
        found
    }
}

/// The value of a member as it stands; as in JavaScript, of a repeated one the last counts.
#[must_use]
pub fn member<'t>(object: &'t str, name: &str) -> Option<&'t str> {
    members(object).filter(|(found, _)| found == name).last().map(|(_, value)| value)
}

/// The key of a row in the form in which equal keys are equal: `23` and `"23"` are (reference 5.3). `None` for what
/// is no key.
#[must_use]
pub fn row_key(json: &str) -> Option<Cow<'_, str>> {
    let is_key = matches!(json.as_bytes().first(), Some(b'"' | b'-' | b'0'..=b'9'));
    is_key.then(|| json_key(json))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_of_data_is_taken_apart() {
        for (data, values) in [
            ("", vec![]),
            (r#","data":null"#, vec![]),
            (r#","data":[]"#, vec![]),
            (r#","data":[ {"id":1} , {"id":2} ]"#, vec![r#"{"id":1}"#, r#"{"id":2}"#]),
            (r#","data":{"id":1}"#, vec![r#"{"id":1}"#]),
            (r#","data":["23",24]"#, vec![r#""23""#, "24"]),
            (r#","data":"23""#, vec![r#""23""#]),
            (r#","data":1,"data":[7]"#, vec!["7"]),
        ] {
            let frame = format!(r#"{{"type":"subscription"{data}}}"#);
            assert_eq!(brought(&frame).values(), values, "{frame}");
        }
        for odd in ["", "[", "7", r#"{"data":[1,"#, r#"{"data":"#] {
            assert_eq!(brought(odd), Brought::Nothing, "{odd}");
        }
    }

    #[test]
    fn members_are_named_as_they_read() {
        let read: Vec<_> = members(r#"{"a\u0062":1, "c":[{"d":2}]}"#).collect();
        assert_eq!(read, [(Cow::Borrowed("ab"), "1"), (Cow::Borrowed("c"), r#"[{"d":2}]"#)]);
        assert_eq!(members("[1]").count(), 0);
    }

    #[test]
    fn a_key_is_one_whether_text_or_number() {
        assert_eq!(row_key("23"), row_key(r#""23""#));
        assert_eq!(row_key("null"), None);
        assert_eq!(row_key("{}"), None);
    }
}
