//! `TableQuery`: what a subscribe message asks for, as far as it decides what its rows can tell.

use std::sync::Arc;

use crate::directus::rows::row_key;
use crate::directus::{ClientMessage, EventName, Query, Whole};

/// Rows that a server returns where the query sets no limit (reference 1.2).
const DEFAULT_LIMIT: u64 = 100;

/// What a subscribe message asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableQuery {
    /// The collection, empty if the message named none.
    pub collection: Arc<str>,
    /// Only events of one name are asked for: then there is no `init` with rows (reference 5.2).
    pub one_event: bool,
    /// Key of the only item asked for.
    pub item: Option<Arc<str>>,
    /// The fields asked for, as written; none is all.
    pub fields: Vec<String>,
    /// Only some rows are asked for: by a filter or a search.
    pub filtered: bool,
    /// The limit, `None` where there is none in the query.
    pub limit: Option<i64>,
    /// An offset or a page is set.
    pub paged: bool,
    /// The rows are aggregates or groups, not items.
    pub aggregates: bool,
    /// The collection has one row at most, as far as it is known from outside.
    pub singleton: bool,
    /// The primary key, where it is known from outside.
    pub key_field: Option<Arc<str>>,
}

impl TableQuery {
    /// Reads a subscribe message. What can't be read counts as not asked for.
    #[must_use]
    pub fn read(subscribe: &str) -> Self {
        let Ok(ClientMessage::Subscribe(message)) = ClientMessage::parse(subscribe) else {
            return Self::default();
        };
        let query = message.query().unwrap_or_default();
        let is_set = |key: &str| query.extra.get(key).is_some_and(|value| !value.is_null());
        let fields = |query: &Query| {
            let names = query.fields.as_ref().map(|list| list.names().map(str::to_owned).collect());
            names.unwrap_or_default()
        };
        Self {
            collection: Arc::from(message.collection.as_str()),
            one_event: message.event != EventName::None,
            item: message.item.as_ref().and_then(|item| row_key(item.as_str()).map(|key| Arc::from(&*key))),
            fields: fields(&query),
            filtered: query.filter.as_ref().is_some_and(|filter| !matches!(filter.as_str(), "{}" | "null"))
                || query.search.as_ref().is_some_and(|search| !search.is_empty()),
            limit: query.limit.as_ref().and_then(Whole::value),
            paged: query.offset.as_ref().and_then(Whole::value).is_some_and(|offset| offset > 0)
                || query.page.as_ref().and_then(Whole::value).is_some_and(|page| page > 1),
            aggregates: is_set("aggregate") || is_set("groupBy") || is_set("group"),
            singleton: false,
            key_field: None,
        }
    }

    /// Whether an `init` with so many rows may have left out some.
    #[must_use]
    pub fn may_be_cut(&self, rows: u64) -> bool {
        match self.limit {
            _ if self.paged => true,
            Some(limit) => u64::try_from(limit).is_ok_and(|limit| rows >= limit),
            None => rows >= DEFAULT_LIMIT,
        }
    }

    /// Whether the rows are all those of the collection, so that an event about an unknown row contradicts them.
    #[must_use]
    pub fn is_whole(&self, init_rows: u64) -> bool {
        !self.one_event
            && !self.filtered
            && !self.aggregates
            && self.item.is_none()
            && !self.may_be_cut(init_rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subscribe_message_tells_what_its_rows_can_tell() {
        let query = TableQuery::read(
            r#"{"type":"subscribe","collection":"a","item":7,"query":{"fields":"id,text","filter":{"x":{"_eq":1}},"limit":5}}"#,
        );
        assert_eq!((query.item.as_deref(), query.limit, query.filtered), (Some("7"), Some(5), true));
        assert_eq!(query.fields, ["id", "text"]);
        let group =
            TableQuery::read(r#"{"type":"subscribe","collection":"a","query":{"aggregate":{"count":"*"}}}"#);
        assert!(group.aggregates);
        assert!(TableQuery::read(r#"{"type":"subscribe","collection":"a","event":"create"}"#).one_event);
        assert_eq!(TableQuery::read("7"), TableQuery::default());
    }

    #[test]
    fn an_init_as_long_as_its_limit_may_be_cut() {
        let with = |limit| TableQuery { limit, ..TableQuery::default() };
        assert!(with(None).may_be_cut(100) && !with(None).may_be_cut(99));
        assert!(with(Some(2)).may_be_cut(2) && !with(Some(2)).may_be_cut(1));
        assert!(!with(Some(-1)).may_be_cut(1_000_000));
        assert!(TableQuery { paged: true, ..TableQuery::default() }.may_be_cut(0));
    }
}
