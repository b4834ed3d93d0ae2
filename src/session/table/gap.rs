//! `GapReport`: what happened while a connection was gone, as far as two states of the rows can tell.

use super::difference::Differences;
use super::query::TableQuery;
use super::state::{Table, TableEvent};

/// Why a comparison says less than it seems to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GapCaveat {
    /// The query has a filter or a search: rows also enter and leave by being changed.
    Filtered,
    /// The `init` may be cut by a limit or a page: rows also enter and leave by the others moving.
    Cut,
    /// Only the fields asked for are compared.
    SomeFields,
    /// Rows too large to be compared.
    NotCompared(u64),
    /// The key field is a guess.
    KeyGuessed,
}

impl GapCaveat {
    /// What it means, in a sentence.
    #[must_use]
    pub fn sentence(self) -> String {
        match self {
            Self::Filtered => "The query filters: a created row may only have entered the filter, a deleted one may only have left it.".to_owned(),
            Self::Cut => "The init may be cut by a limit (without one the server returns 100 rows): a created or deleted row may only have moved across the cut.".to_owned(),
            Self::SomeFields => "Only the fields of the query are compared.".to_owned(),
            Self::NotCompared(1) => "A row is too large to be compared.".to_owned(),
            Self::NotCompared(count) => format!("{count} rows are too large to be compared."),
            Self::KeyGuessed => "The key field is a guess: no row has a field of a usual name.".to_owned(),
        }
    }
}

/// Why nothing can be said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GapUnknown {
    /// The subscription asks for one kind of event, so its `init` brings no rows (reference 5.2).
    OneEvent,
    /// An `init` without rows.
    NoRows,
    /// The rows are aggregates.
    Aggregates,
    /// The rows have no key to match them by.
    NoKey,
    /// More events than are folded for this.
    TooMany(u64),
    /// The capture could not be read, in a sentence.
    Unreadable(String),
}

impl GapUnknown {
    /// Why nothing can be said and what would help, as sentences.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::OneEvent => "The subscription asks for one event only, so its init brings no rows to compare. Subscribe without “event” to see what was missed.".to_owned(),
            Self::NoRows => "One of the two inits brought no rows to compare.".to_owned(),
            Self::Aggregates => "The query aggregates, so its rows have no keys to compare by.".to_owned(),
            Self::NoKey => "The rows have no key to match them by. Add the primary key to the fields of the query.".to_owned(),
            Self::TooMany(count) => format!("{count} events came before the connection was lost, more than are looked at for this. Compare the two inits in the detail pane."),
            Self::Unreadable(why) => why.clone(),
        }
    }
}

/// What a comparison gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GapOutcome {
    /// What differs, and what that can't tell.
    Compared(Differences, Vec<GapCaveat>),
    /// Nothing can be said.
    Unknown(GapUnknown),
}

/// What happened to the rows of a subscription while its connection was gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GapReport {
    /// Number of the subscription that was restored.
    pub subscription: u32,
    /// Number of the one it took the place of.
    pub before: u32,
    /// Sequence number of the `init` that proves it.
    pub init_seq: u64,
    /// Sequence number of the event that ended the connection before.
    pub cut_seq: u64,
    /// From the end of the connection to the new `init`, in microseconds.
    pub away_us: u64,
    /// What differs.
    pub outcome: GapOutcome,
}

impl GapReport {
    /// What happened, in a line: "3 created, 1 updated, 1 deleted during 4.2 s".
    #[must_use]
    pub fn sentence(&self) -> String {
        let away = during(self.away_us);
        let GapOutcome::Compared(differences, _) = &self.outcome else {
            return format!("Changes during {away} are not known");
        };
        let parts = [
            (differences.created.count, "created"),
            (differences.updated.count, "updated"),
            (differences.deleted.count, "deleted"),
        ];
        let said: Vec<_> = parts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        if said.is_empty() {
            format!("No row changed during {away}")
        } else {
            format!("{} during {away}", said.join(", "))
        }
    }

    /// What the comparison can't tell, or why there is none.
    #[must_use]
    pub fn reservations(&self) -> Vec<String> {
        match &self.outcome {
            GapOutcome::Compared(_, caveats) => caveats.iter().map(|caveat| caveat.sentence()).collect(),
            GapOutcome::Unknown(why) => vec![why.sentence()],
        }
    }
}

impl GapOutcome {
    /// Compares the rows of `table`, as they were when the connection ended, with a new `init`.
    #[must_use]
    pub fn compare(table: &mut Table, init: TableEvent<'_>) -> Self {
        if let Some(unknown) = unknowable(table.query(), table) {
            return Self::Unknown(unknown);
        }
        let before = table.loaded().and_then(|loaded| loaded.rows).unwrap_or_default();
        let differences = table.restore(init);
        let Some(now) = table.loaded().and_then(|loaded| loaded.rows) else {
            return Self::Unknown(GapUnknown::NoRows);
        };
        let Some(differences) = differences else { return Self::Unknown(GapUnknown::NoKey) };
        let query = table.query();
        let mut caveats = Vec::new();
        if query.filtered {
            caveats.push(GapCaveat::Filtered);
        }
        if query.may_be_cut(before.max(now)) {
            caveats.push(GapCaveat::Cut);
        }
        if !query.fields.is_empty() && !query.fields.iter().any(|field| field == "*") {
            caveats.push(GapCaveat::SomeFields);
        }
        if differences.not_compared > 0 {
            caveats.push(GapCaveat::NotCompared(differences.not_compared));
        }
        if table.key_is_guessed() {
            caveats.push(GapCaveat::KeyGuessed);
        }
        Self::Compared(differences, caveats)
    }
}

fn unknowable(query: &TableQuery, table: &Table) -> Option<GapUnknown> {
    if query.one_event {
        Some(GapUnknown::OneEvent)
    } else if query.aggregates {
        Some(GapUnknown::Aggregates)
    } else if table.loaded().is_none_or(|loaded| loaded.rows.is_none()) {
        Some(GapUnknown::NoRows)
    } else {
        None
    }
}

/// A span as it is said: "0.3 s", "4.2 s", "3 min 5 s", "2 h 10 min".
fn during(us: u64) -> String {
    let tenths = us.saturating_add(50_000) / 100_000;
    let seconds = tenths / 10;
    match seconds {
        0..60 => format!("{seconds}.{} s", tenths % 10),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directus::EventName;

    fn event(seq: u64, event: EventName, text: &str) -> TableEvent<'_> {
        TableEvent { seq, at_us: seq * 1000, event, text }
    }

    fn init(rows: &str) -> String {
        format!(r#"{{"type":"subscription","event":"init","data":{rows}}}"#)
    }

    fn report(query: &str, old: &str, new: &str) -> GapReport {
        let mut table = Table::new(TableQuery::read(query));
        table.apply(event(1, EventName::Init, &init(old)));
        let outcome = GapOutcome::compare(&mut table, event(9, EventName::Init, &init(new)));
        GapReport { subscription: 2, before: 1, init_seq: 9, cut_seq: 5, away_us: 4_160_000, outcome }
    }

    const ALL: &str = r#"{"type":"subscribe","collection":"a"}"#;

    #[test]
    fn it_counts_what_the_new_init_shows_and_names_the_rows() {
        let said = report(
            ALL,
            r#"[{"id":1,"t":"a"},{"id":2,"t":"b"},{"id":"3","t":"c"}]"#,
            r#"[{"id":3,"t":"C"},{"id":1,"t":"a"},{"id":4,"t":"d"},{"id":5,"t":"e"},{"id":6,"t":"f"}]"#,
        );
        assert_eq!(said.sentence(), "3 created, 1 updated, 1 deleted during 4.2 s");
        let GapOutcome::Compared(differences, caveats) = said.outcome else { panic!() };
        let updated = &differences.updated.named[0];
        assert_eq!((&*updated.key, updated.before_seq), ("3", Some(1)));
        assert_eq!(updated.fields.iter().map(|field| &**field).collect::<Vec<_>>(), ["id", "t"]);
        assert_eq!(&*differences.deleted.named[0].key, "2");
        assert_eq!(caveats, []);
    }

    #[test]
    fn nothing_is_nothing_and_an_empty_table_may_fill() {
        let same = r#"[{"id":1}]"#;
        assert_eq!(report(ALL, same, same).sentence(), "No row changed during 4.2 s");
        assert_eq!(report(ALL, "[]", same).sentence(), "1 created during 4.2 s");
        assert_eq!(report(ALL, same, "[]").sentence(), "1 deleted during 4.2 s");
        assert_eq!(report(ALL, "[]", "[]").sentence(), "No row changed during 4.2 s");
    }

    #[test]
    fn it_says_what_it_can_not_know() {
        let with = |query: &str, rows: &str| {
            let subscribe = format!(r#"{{"type":"subscribe","collection":"a"{query}}}"#);
            report(&subscribe, rows, rows).outcome
        };
        assert_eq!(with(r#","event":"create""#, "[]"), GapOutcome::Unknown(GapUnknown::OneEvent));
        let group = r#","query":{"aggregate":{"count":"*"}}"#;
        assert_eq!(with(group, r#"[{"count":"3"}]"#), GapOutcome::Unknown(GapUnknown::Aggregates));
        assert_eq!(with("", r#"[{"text":"a"}]"#), GapOutcome::Unknown(GapUnknown::NoKey));
        assert_eq!(with("", "null"), GapOutcome::Unknown(GapUnknown::NoRows));
        let narrow = r#","query":{"fields":["id"],"filter":{"id":{"_gt":0}},"limit":1}"#;
        let GapOutcome::Compared(_, caveats) = with(narrow, r#"[{"id":1}]"#) else { panic!() };
        assert_eq!(caveats, [GapCaveat::Filtered, GapCaveat::Cut, GapCaveat::SomeFields]);
    }

    #[test]
    fn spans_are_said_as_one_would() {
        let said: Vec<_> = [40_000, 4_160_000, 59_960_000, 185_000_000, 7_800_000_000].map(during).into();
        assert_eq!(said, ["0.0 s", "4.2 s", "1 min 0 s", "3 min 5 s", "2 h 10 min"]);
    }
}
