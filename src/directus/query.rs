//! `Query`: what a request or a subscription asks for.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::directus::{Fields, Json};

/// A list of names in either form that Directus takes: an array, or one text with commas.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum List {
    /// `["id", "text"]`
    Names(Vec<String>),
    /// `"id,text"`, the form of the REST interface and the SDK.
    Text(String),
}

impl List {
    /// The names, space around them removed.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let (many, one) = match self {
            Self::Names(names) => (names.as_slice(), ""),
            Self::Text(text) => (&[][..], text.as_str()),
        };
        many.iter().map(String::as_str).chain(one.split(',')).map(str::trim).filter(|name| !name.is_empty())
    }
}

/// A whole number in either form that Directus takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Whole {
    /// `10`
    Number(i64),
    /// `"10"`
    Text(String),
}

impl Whole {
    /// The number, if the text is one.
    #[must_use]
    pub fn value(&self) -> Option<i64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => text.trim().parse().ok(),
        }
    }
}

/// A query, in native or in string form, and printed in the form it had (reference 4.1).
///
/// A key whose value is of neither form stays in `extra`: the server judges it, not we.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Fields to return; `*` is all of one level, dots lead into relations.
    pub fields: Option<List>,
    /// Which rows: an object of operators, or such an object as text.
    pub filter: Option<Json>,
    /// Text to search for.
    pub search: Option<String>,
    /// Fields to sort by; `-` before the name turns the order.
    pub sort: Option<List>,
    /// Most rows to return; -1 for all.
    pub limit: Option<Whole>,
    /// Rows to skip.
    pub offset: Option<Whole>,
    /// Page of `limit` rows, counted from 1.
    pub page: Option<Whole>,
    /// Counts to add: `*`, `total_count`, `filter_count`.
    pub meta: Option<List>,
    /// All other keys: `aggregate`, `groupBy`, `deep`, `alias`, `version` and what is unknown here.
    pub extra: Fields,
}

impl Query {
    /// The filter as JSON, whichever form it has.
    #[must_use]
    pub fn filter_json(&self) -> Option<Cow<'_, str>> {
        let filter = self.filter.as_ref()?;
        Some(filter.text().map_or(Cow::Borrowed(filter.as_str()), Cow::Owned))
    }

    /// Whether nothing is asked for in particular.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn from_fields(mut fields: Fields) -> Self {
        Self {
            fields: fields.take_if("fields"),
            filter: fields.take("filter"),
            search: fields.take_if("search"),
            sort: fields.take_if("sort"),
            limit: fields.take_if("limit"),
            offset: fields.take_if("offset"),
            page: fields.take_if("page"),
            meta: fields.take_if("meta"),
            extra: fields,
        }
    }
}

impl Serialize for Query {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = Fields::default();
        fields.put("fields", self.fields.as_ref());
        fields.put("filter", self.filter.as_ref());
        fields.put("search", self.search.as_ref());
        fields.put("sort", self.sort.as_ref());
        fields.put("limit", self.limit.as_ref());
        fields.put("offset", self.offset.as_ref());
        fields.put("page", self.page.as_ref());
        fields.put("meta", self.meta.as_ref());
        fields.extend(&self.extra);
        fields.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Query {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Fields::deserialize(deserializer).map(Self::from_fields)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::directus::Query;

    #[test]
    fn reads_both_forms_and_prints_the_one_it_read() {
        for text in [
            r#"{"fields":["id","author.name"],"filter":{"a":{"_eq":1.50}},"sort":["-id"],"limit":2,"meta":"*"}"#,
            r#"{"fields":"id, author.name","filter":"{\"a\":{\"_eq\":1.50}}","sort":"-id","limit":"2","meta":"*"}"#,
        ] {
            let query: Query = serde_json::from_str(text).unwrap();
            assert_eq!(query.fields.as_ref().unwrap().names().collect::<Vec<_>>(), ["id", "author.name"]);
            assert_eq!(query.filter_json().unwrap(), r#"{"a":{"_eq":1.50}}"#);
            assert_eq!(query.limit.as_ref().unwrap().value(), Some(2));
            assert_eq!(serde_json::to_string(&query).unwrap(), text);
        }
    }

    #[test]
    fn keeps_what_fits_no_form() {
        let text = r#"{"limit":{"a":1},"fields":[7],"deep":{"x":{"_limit":3}},"search":5}"#;
        let query: Query = serde_json::from_str(text).unwrap();
        assert!(query.limit.is_none());
        assert_eq!(query.extra.len(), 4);
        let printed: Value = serde_json::to_value(&query).unwrap();
        assert_eq!(printed, serde_json::from_str::<Value>(text).unwrap());
        assert!(serde_json::from_str::<Query>("\"sort=-id\"").is_err());
        assert!(serde_json::from_str::<Query>("{}").unwrap().is_empty());
    }
}
