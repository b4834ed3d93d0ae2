//! In which order rows are shown, and which of them.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::directus::rows::{member, row_key};

use super::row::LiveRow;
use super::snapshot::TableSnapshot;

/// How a table is wished to be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableWish {
    /// The field rows are sorted by, and whether the greatest comes first; `None` for the order in which they came.
    pub sort: Option<(Arc<str>, bool)>,
    /// Only rows with this text in them; without capitals it means them too. Empty for all.
    pub text: String,
}

impl TableWish {
    /// Whether it is all rows in the order in which they came.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.sort.is_none() && self.text.is_empty()
    }

    /// Slots of the rows to show, in order.
    #[must_use]
    pub fn order(&self, table: &TableSnapshot) -> Vec<u32> {
        let needle = Needle::new(&self.text);
        let fits = table.rows().filter(|(_, row)| needle.is_in(&row.text));
        let number = |slot: usize| u32::try_from(slot).unwrap_or(u32::MAX);
        let Some((field, greatest_first)) = &self.sort else {
            return fits.map(|(slot, _)| number(slot)).collect();
        };
        let mut keyed: Vec<_> = fits.map(|(slot, row)| (Rank::of(row, field), number(slot))).collect();
        // Rows without the field stay last either way; equal ones keep their order.
        keyed.sort_by(|(one, _), (other, _)| match (one.is_nothing(), other.is_nothing()) {
            (false, false) if *greatest_first => other.compare(one),
            _ => one.compare(other),
        });
        keyed.into_iter().map(|(_, slot)| slot).collect()
    }
}

/// A text searched for: with capitals exactly, without in any case.
struct Needle {
    text: String,
    exact: bool,
}

impl Needle {
    fn new(text: &str) -> Self {
        Self { text: text.to_owned(), exact: text.chars().any(char::is_uppercase) }
    }

    fn is_in(&self, row: &str) -> bool {
        self.text.is_empty()
            || if self.exact { row.contains(&self.text) } else { row.to_lowercase().contains(&self.text) }
    }
}

/// What a value sorts by: numbers before texts, nothing last.
enum Rank {
    Truth(bool),
    Number(f64),
    Text(String),
    Other,
    Nothing,
}

impl Rank {
    fn of(row: &LiveRow, field: &str) -> Self {
        let Some(value) = member(&row.text, field) else { return Self::Nothing };
        match value.as_bytes().first() {
            Some(b'"') => Self::Text(row_key(value).unwrap_or_default().to_lowercase()),
            Some(b't' | b'f') => Self::Truth(value == "true"),
            Some(b'n') | None => Self::Nothing,
            Some(b'{' | b'[') => Self::Other,
            Some(_) => value.parse().map_or(Self::Other, Self::Number),
        }
    }

    const fn is_nothing(&self) -> bool {
        matches!(self, Self::Nothing)
    }

    const fn class(&self) -> u8 {
        match self {
            Self::Truth(_) => 0,
            Self::Number(_) => 1,
            Self::Text(_) => 2,
            Self::Other => 3,
            Self::Nothing => 4,
        }
    }

    fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Truth(one), Self::Truth(other)) => one.cmp(other),
            (Self::Number(one), Self::Number(other)) => one.total_cmp(other),
            (Self::Text(one), Self::Text(other)) => one.cmp(other),
            _ => self.class().cmp(&other.class()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directus::EventName;
    use crate::session::table::{Table, TableEvent, TableQuery};

    fn shown(wish: &TableWish) -> Vec<String> {
        let text = r#"{"data":[{"id":10,"t":"b"},{"id":9,"t":"A"},{"id":2},{"id":1,"t":"c","n":null}]}"#;
        let mut table = Table::new(TableQuery::default());
        table.apply(TableEvent { seq: 1, at_us: 0, event: EventName::Init, text });
        let snapshot = table.snapshot();
        let slots = wish.order(&snapshot);
        let key = |slot: &u32| snapshot.get(usize::try_from(*slot).unwrap()).unwrap().key.clone().unwrap();
        slots.iter().map(|slot| key(slot).to_string()).collect()
    }

    #[test]
    fn rows_are_sorted_by_value_and_those_without_one_come_last() {
        let by = |field: &str, greatest_first| TableWish {
            sort: Some((field.into(), greatest_first)),
            ..TableWish::default()
        };
        assert_eq!(shown(&by("id", false)), ["1", "2", "9", "10"]);
        assert_eq!(shown(&by("t", false)), ["9", "10", "1", "2"]);
        assert_eq!(shown(&by("t", true)), ["1", "10", "9", "2"]);
        assert_eq!(shown(&by("n", true)), ["10", "9", "2", "1"]);
    }

    #[test]
    fn a_text_without_capitals_means_them_too() {
        let with = |text: &str| TableWish { text: text.into(), ..TableWish::default() };
        assert_eq!(shown(&with(r#":"a""#)), ["9"]);
        assert_eq!(shown(&with(r#":"B""#)), [""; 0]);
        assert_eq!(shown(&with("")), ["10", "9", "2", "1"]);
    }
}
