//! Random events against a naive model: a map from key to text.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::directus::EventName;

use super::gap::GapOutcome;
use super::query::TableQuery;
use super::row::RowState;
use super::state::{Table, TableEvent};

#[derive(Clone, Debug)]
enum Step {
    Create(u8, u8),
    Update(Vec<u8>, u8),
    UpdateOne(u8, u8),
    Delete(Vec<u8>, bool),
    DeleteOne(u8),
    Init(Vec<u8>, u8),
    /// Any text at all: nothing may panic, and rows must stay rows.
    Odd(String),
    Wait(u32),
}

fn step() -> impl Strategy<Value = Step> {
    let keys = || proptest::collection::vec(0..12_u8, 1..4);
    prop_oneof![
        4 => (0..12_u8, any::<u8>()).prop_map(|(key, value)| Step::Create(key, value)),
        4 => (keys(), any::<u8>()).prop_map(|(keys, value)| Step::Update(keys, value)),
        2 => (0..12_u8, any::<u8>()).prop_map(|(key, value)| Step::UpdateOne(key, value)),
        3 => (keys(), any::<bool>()).prop_map(|(keys, text)| Step::Delete(keys, text)),
        1 => (0..12_u8).prop_map(Step::DeleteOne),
        1 => (keys(), any::<u8>()).prop_map(|(keys, value)| Step::Init(keys, value)),
        1 => r#"[\[\]{}",:a-c0-9]{0,12}"#.prop_map(Step::Odd),
        1 => (0..90_000_000_u32).prop_map(Step::Wait),
    ]
}

fn row(key: u8, value: u8) -> String {
    format!(r#"{{"id":{key},"v":{value}}}"#)
}

struct World {
    table: Table,
    model: BTreeMap<String, String>,
    seq: u64,
    at_us: u64,
}

impl World {
    fn new() -> Self {
        let query = TableQuery { key_field: Some("id".into()), ..TableQuery::default() };
        let mut world = Self { table: Table::new(query), model: BTreeMap::new(), seq: 0, at_us: 0 };
        world.hear(EventName::Init, "[]");
        world
    }

    fn hear(&mut self, event: EventName, data: &str) {
        self.seq += 1;
        let text = format!(r#"{{"type":"subscription","data":{data}}}"#);
        self.table.apply(TableEvent { seq: self.seq, at_us: self.at_us, event, text: &text });
    }

    fn play(&mut self, step: &Step) {
        match step {
            Step::Create(key, value) => {
                self.model.insert(key.to_string(), row(*key, *value));
                self.hear(EventName::Create, &format!("[{}]", row(*key, *value)));
            }
            Step::Update(keys, value) => {
                let rows: Vec<_> = keys.iter().map(|key| row(*key, *value)).collect();
                self.model.extend(keys.iter().map(|key| (key.to_string(), row(*key, *value))));
                self.hear(EventName::Update, &format!("[{}]", rows.join(",")));
            }
            Step::UpdateOne(key, value) => {
                self.model.insert(key.to_string(), row(*key, *value));
                self.hear(EventName::Update, &row(*key, *value));
            }
            Step::Delete(keys, text) => {
                let written = |key: &u8| if *text { format!(r#""{key}""#) } else { key.to_string() };
                self.model.retain(|key, _| !keys.iter().any(|gone| gone.to_string() == *key));
                let keys: Vec<_> = keys.iter().map(written).collect();
                self.hear(EventName::Delete, &format!("[{}]", keys.join(",")));
            }
            Step::DeleteOne(key) => {
                self.model.remove(&key.to_string());
                self.hear(EventName::Delete, &format!(r#""{key}""#));
            }
            Step::Init(keys, value) => {
                self.model = keys.iter().map(|key| (key.to_string(), row(*key, *value))).collect();
                let rows: Vec<_> = self.model.values().map(String::as_str).collect();
                let rows = format!("[{}]", rows.join(","));
                self.hear(EventName::Init, &rows);
            }
            Step::Odd(text) => {
                self.seq += 1;
                for event in [EventName::Create, EventName::Unsubscribe] {
                    self.table.apply(TableEvent { seq: self.seq, at_us: self.at_us, event, text });
                }
            }
            Step::Wait(us) => self.at_us += u64::from(*us),
        }
    }

    fn rows(&self) -> BTreeMap<String, String> {
        let snapshot = self.table.snapshot();
        let alive = snapshot.rows().map(|(_, row)| row).filter(|row| row.state != RowState::Deleted);
        alive.map(|row| (row.key.as_deref().unwrap().to_owned(), row.text.to_string())).collect()
    }
}

proptest! {
    #[test]
    fn the_rows_are_those_of_a_map(steps in proptest::collection::vec(step(), 0..80)) {
        let mut world = World::new();
        for step in &steps {
            world.play(step);
            prop_assert_eq!(&world.rows(), &world.model);
            let snapshot = world.table.snapshot();
            let bytes: usize = snapshot.rows().map(|(_, row)| row.text.len()).sum();
            prop_assert_eq!(snapshot.bytes, bytes);
            prop_assert_eq!(snapshot.len, world.model.len() + snapshot.ghosts);
            prop_assert_eq!(snapshot.len, snapshot.rows().count());
        }
    }

    #[test]
    fn a_gap_report_tells_one_state_from_another(
        before in proptest::collection::vec(step(), 0..40),
        after in proptest::collection::btree_map(0..12_u8, any::<u8>(), 0..12),
    ) {
        let mut world = World::new();
        before.iter().for_each(|step| world.play(step));
        let now: BTreeMap<String, String> = after.iter().map(|(key, value)| (key.to_string(), row(*key, *value))).collect();
        let rows: Vec<_> = now.values().map(String::as_str).collect();
        let text = format!(r#"{{"data":[{}]}}"#, rows.join(","));
        let init = TableEvent { seq: 1000, at_us: world.at_us, event: EventName::Init, text: &text };
        let GapOutcome::Compared(differences, _) = GapOutcome::compare(&mut world.table, init) else {
            return Err(TestCaseError::fail("nothing was compared"));
        };
        let count = |found: usize| u64::try_from(found).unwrap();
        let (old, new) = (&world.model, &now);
        prop_assert_eq!(differences.created.count, count(new.keys().filter(|key| !old.contains_key(*key)).count()));
        prop_assert_eq!(differences.deleted.count, count(old.keys().filter(|key| !new.contains_key(*key)).count()));
        let changed = new.iter().filter(|(key, text)| old.get(*key).is_some_and(|old| old != *text)).count();
        prop_assert_eq!(differences.updated.count, count(changed));
        prop_assert_eq!(&world.rows(), new);
    }
}
