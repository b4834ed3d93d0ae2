//! `KeyField`: which field of a row tells it from the others.

use std::collections::HashSet;
use std::sync::Arc;

use crate::directus::rows::{member, members, row_key};

use super::query::TableQuery;

/// Names that a primary key usually has; Directus' own default comes first.
const USUAL: [&str; 5] = ["id", "uuid", "key", "code", "slug"];

/// Which field is the primary key, and how that is known: no message of the socket names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum KeyField {
    /// No row came yet that could tell.
    #[default]
    Unknown,
    /// Told from outside, such as by the schema.
    Given(Arc<str>),
    /// A usual name, in every row and never twice the same.
    Assumed(Arc<str>),
    /// No usual name; the first field that has another value in every row of the `init`.
    Guessed(Arc<str>),
    /// A delete named rows by it.
    Learned(Arc<str>),
    /// The rows have no field that could be it: the query doesn't ask for it, or they are aggregates.
    Missing,
}

impl KeyField {
    /// Its name, if there is one.
    #[must_use]
    pub const fn name(&self) -> Option<&Arc<str>> {
        match self {
            Self::Given(name) | Self::Assumed(name) | Self::Guessed(name) | Self::Learned(name) => Some(name),
            Self::Unknown | Self::Missing => None,
        }
    }

    /// How it is known, in words; `None` where there is nothing to doubt.
    #[must_use]
    pub fn doubt(&self) -> Option<String> {
        match self {
            Self::Unknown | Self::Given(_) | Self::Learned(_) => None,
            Self::Assumed(name) => (&**name != "id").then(|| format!("Key assumed to be “{name}”")),
            Self::Guessed(name) => Some(format!("Key guessed to be “{name}”")),
            Self::Missing => Some("No key in the rows, so events can't be matched to them".to_owned()),
        }
    }

    /// Finds the key field of these rows.
    pub(super) fn of_rows(query: &TableQuery, rows: &[&str]) -> Self {
        if let Some(given) = &query.key_field {
            return Self::Given(Arc::clone(given));
        }
        if query.aggregates {
            return Self::Missing;
        }
        let Some(first) = rows.first() else { return Self::Unknown };
        if let Some(usual) = USUAL.iter().find(|name| tells_apart(name, rows)) {
            return Self::Assumed(Arc::from(*usual));
        }
        // Of a single row every field tells it from the others.
        if rows.len() < 2 {
            return Self::Missing;
        }
        let guess = members(first).map(|(name, _)| name).find(|name| tells_apart(name, rows));
        guess.map_or(Self::Missing, |name| Self::Guessed(Arc::from(&*name)))
    }

    /// Whether a delete may still show that it is another field.
    pub(super) const fn may_be_wrong(&self) -> bool {
        matches!(self, Self::Guessed(_) | Self::Missing)
    }
}

/// Whether every row has a key in this field, and no two the same.
fn tells_apart(name: &str, rows: &[&str]) -> bool {
    let mut seen = HashSet::with_capacity(rows.len());
    rows.iter().all(|row| member(row, name).and_then(row_key).is_some_and(|key| seen.insert(key)))
}

/// The only field in which exactly one of these rows has this key.
pub(super) fn field_with<'t>(key: &str, rows: impl Iterator<Item = &'t str>) -> Option<Arc<str>> {
    let mut hits: Vec<Arc<str>> = Vec::new();
    for row in rows {
        for (name, value) in members(row) {
            if row_key(value).as_deref() == Some(key) {
                hits.push(Arc::from(&*name));
            }
        }
        if hits.len() > 1 {
            return None;
        }
    }
    hits.pop()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(rows: &[&str]) -> KeyField {
        KeyField::of_rows(&TableQuery::default(), rows)
    }

    #[test]
    fn the_key_is_told_by_its_name_or_by_being_different_in_each_row() {
        let name = |name: &str| Arc::<str>::from(name);
        assert_eq!(of(&[r#"{"text":"a","id":1}"#]), KeyField::Assumed(name("id")));
        assert_eq!(of(&[r#"{"id":1,"sku":1}"#, r#"{"id":1,"sku":2}"#]), KeyField::Guessed(name("sku")));
        assert_eq!(of(&[r#"{"a":1,"sku":"x"}"#, r#"{"a":1,"sku":"y"}"#]), KeyField::Guessed(name("sku")));
        assert_eq!(of(&[r#"{"text":"a"}"#]), KeyField::Missing);
        assert_eq!(of(&[]), KeyField::Unknown);
        let given = TableQuery { key_field: Some(name("sku")), ..TableQuery::default() };
        assert_eq!(KeyField::of_rows(&given, &[r#"{"id":1}"#]), KeyField::Given(name("sku")));
    }

    #[test]
    fn a_key_is_found_where_only_one_field_has_it() {
        let rows = [r#"{"a":1,"b":"x"}"#, r#"{"a":2,"b":"y"}"#, r#"{"a":2,"b":"z"}"#];
        assert_eq!(field_with("y", rows.into_iter()).as_deref(), Some("b"));
        assert_eq!(field_with("2", rows.into_iter()), None);
        assert_eq!(field_with("q", rows.into_iter()), None);
    }
}
