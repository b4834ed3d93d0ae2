//! Cases: every shape of `data`, and events that contradict the rows.

use std::sync::Arc;

use crate::directus::EventName;

use super::keys::KeyField;
use super::note::TableNoteKind;
use super::query::TableQuery;
use super::row::{LiveRow, RowState};
use super::state::{ROW_BYTES, Table, TableEvent};

const ALL: &str = r#"{"type":"subscribe","collection":"a","query":{"limit":-1}}"#;

struct Scene {
    table: Table,
    seq: u64,
}

impl Scene {
    fn new(subscribe: &str) -> Self {
        Self { table: Table::new(TableQuery::read(subscribe)), seq: 0 }
    }

    fn with(rows: &str) -> Self {
        let mut scene = Self::new(ALL);
        scene.hear(EventName::Init, rows);
        scene
    }

    /// The server sends an event with this `data`, a second after the one before.
    fn hear(&mut self, event: EventName, data: &str) {
        self.seq += 1;
        let text = format!(r#"{{"type":"subscription","event":"x","data":{data},"uid":"u"}}"#);
        self.table.apply(TableEvent { seq: self.seq, at_us: self.seq * 1_000_000, event, text: &text });
    }

    fn rows(&self) -> Vec<(String, RowState)> {
        let snapshot = self.table.snapshot();
        snapshot.rows().map(|(_, row)| (row.text.to_string(), row.state)).collect()
    }

    fn row(&self, key: &str) -> LiveRow {
        let snapshot = self.table.snapshot();
        snapshot.rows().map(|(_, row)| row).find(|row| row.key.as_deref() == Some(key)).unwrap().clone()
    }

    fn noted(&self) -> Vec<TableNoteKind> {
        self.table.snapshot().notes.iter().map(|note| note.kind).collect()
    }
}

fn texts(rows: &[(&str, RowState)]) -> Vec<(String, RowState)> {
    rows.iter().map(|(text, state)| ((*text).to_owned(), *state)).collect()
}

#[test]
fn events_of_every_shape_are_applied() {
    let mut scene = Scene::with(r#"[{"id":1,"t":"a"},{"id":2,"t":"b"},{"id":3,"t":"c"}]"#);
    scene.hear(EventName::Create, r#"[{"id":4,"t":"d"}]"#);
    scene.hear(EventName::Update, r#"{"id":1,"t":"A"}"#);
    scene.hear(EventName::Delete, r#"["2"]"#);
    scene.hear(EventName::Delete, "3");
    assert_eq!(
        scene.rows(),
        texts(&[
            (r#"{"id":1,"t":"A"}"#, RowState::Updated),
            (r#"{"id":2,"t":"b"}"#, RowState::Deleted),
            (r#"{"id":3,"t":"c"}"#, RowState::Deleted),
            (r#"{"id":4,"t":"d"}"#, RowState::Created),
        ])
    );
    assert_eq!(scene.noted(), []);
    let changed = scene.row("1");
    let change = changed.change("t").unwrap();
    assert_eq!((change.old.as_deref(), change.seq, change.at_us), (Some(r#""a""#), 3, 3_000_000));
}

#[test]
fn a_text_key_and_a_number_are_one_row() {
    let mut scene = Scene::with(r#"[{"id":"23","t":"a"}]"#);
    scene.hear(EventName::Update, r#"[{"id":23,"t":"b"}]"#);
    scene.hear(EventName::Delete, r#"["23"]"#);
    assert_eq!(scene.rows(), texts(&[(r#"{"id":23,"t":"b"}"#, RowState::Deleted)]));
}

#[test]
fn contradictions_are_noted_and_never_corrupt() {
    let mut scene = Scene::with(r#"[{"id":1}]"#);
    scene.hear(EventName::Update, r#"[{"id":9}]"#);
    scene.hear(EventName::Delete, r#"[8]"#);
    scene.hear(EventName::Delete, r#"[1]"#);
    scene.hear(EventName::Delete, r#"[1]"#);
    scene.hear(EventName::Create, r#"[{"id":9}]"#);
    scene.hear(EventName::Update, r#"[{"id":9}]"#);
    scene.hear(EventName::Create, r#"[{"name":"x"}]"#);
    scene.hear(EventName::Create, r#"["x"]"#);
    scene.hear(EventName::Create, "null");
    scene.hear(EventName::Delete, r#"[{"collection":"a"}]"#);
    assert_eq!(
        scene.noted(),
        [
            TableNoteKind::UnknownUpdate,
            TableNoteKind::UnknownDelete,
            TableNoteKind::DeletedTwice,
            TableNoteKind::CreatedTwice,
            TableNoteKind::NothingChanged,
            TableNoteKind::RowWithoutKey,
            TableNoteKind::ForeignShape,
            TableNoteKind::ForeignShape,
            TableNoteKind::ForeignShape,
        ]
    );
    assert_eq!(scene.rows().len(), 2);
}

#[test]
fn a_filtered_subscription_expects_strange_rows() {
    let mut scene =
        Scene::new(r#"{"type":"subscribe","collection":"a","query":{"filter":{"t":{"_eq":"a"}}}}"#);
    scene.hear(EventName::Init, r#"[{"id":1,"t":"a"}]"#);
    scene.hear(EventName::Update, r#"[{"id":2,"t":"a"}]"#);
    scene.hear(EventName::Delete, r#"[77]"#);
    assert_eq!(scene.noted(), []);
    assert_eq!(scene.table.snapshot().counts.strange_deletes, 1);
    assert_eq!(scene.row("2").state, RowState::Updated);
}

#[test]
fn deleted_rows_stay_for_a_while_and_may_come_back() {
    let mut scene = Scene::with(r#"[{"id":1},{"id":2}]"#);
    scene.hear(EventName::Delete, "[1]");
    scene.hear(EventName::Create, r#"[{"id":1}]"#);
    assert_eq!(scene.rows(), texts(&[(r#"{"id":2}"#, RowState::Loaded), (r#"{"id":1}"#, RowState::Created)]));
    scene.hear(EventName::Delete, "[2]");
    assert_eq!(scene.table.snapshot().ghosts, 1);
    assert!(!scene.table.expire(60_000_000));
    assert!(scene.table.expire(65_000_000));
    assert_eq!(scene.rows(), texts(&[(r#"{"id":1}"#, RowState::Created)]));
}

#[test]
fn only_so_many_deleted_rows_stay() {
    let rows: Vec<String> = (0..5000).map(|id| format!(r#"{{"id":{id}}}"#)).collect();
    let mut scene = Scene::with(&format!("[{}]", rows.join(",")));
    let keys: Vec<String> = (0..4990).map(|id| id.to_string()).collect();
    scene.hear(EventName::Delete, &format!("[{}]", keys.join(",")));
    scene.hear(EventName::Create, r#"[{"id":9000}]"#);
    let snapshot = scene.table.snapshot();
    assert_eq!((snapshot.len, snapshot.ghosts), (1011, 1000));
    assert!(snapshot.generation > 0, "the free slots were closed up");
    scene.hear(EventName::Update, r#"[{"id":9000,"t":1}]"#);
    scene.hear(EventName::Delete, r#"["4999"]"#);
    assert_eq!(scene.row("9000").change("t").unwrap().old, None);
    assert_eq!(scene.row("4999").state, RowState::Deleted);
}

#[test]
fn a_key_of_another_name_is_learned_from_a_delete() {
    let mut scene = Scene::with(r#"[{"a":1,"sku":"x"},{"a":2,"sku":"y"}]"#);
    assert!(matches!(scene.table.snapshot().key, KeyField::Guessed(name) if &*name == "a"));
    scene.hear(EventName::Delete, r#"["y"]"#);
    assert!(matches!(scene.table.snapshot().key, KeyField::Learned(name) if &*name == "sku"));
    assert_eq!((scene.noted(), scene.row("y").state), (vec![TableNoteKind::KeyLearned], RowState::Deleted));
    scene.hear(EventName::Update, r#"[{"a":5,"sku":"x"}]"#);
    assert_eq!(scene.row("x").change("a").unwrap().old.as_deref(), Some("1"));
}

#[test]
fn an_item_is_matched_by_the_key_that_was_asked_for() {
    let mut scene =
        Scene::new(r#"{"type":"subscribe","collection":"a","item":7,"query":{"fields":["id","t"]}}"#);
    scene.hear(EventName::Init, r#"[{"id":7,"t":"a"}]"#);
    scene.hear(EventName::Update, r#"{"t":"b"}"#);
    scene.hear(EventName::Delete, r#""7""#);
    let row = scene.row("7");
    assert_eq!((&*row.text, row.state), (r#"{"t":"b"}"#, RowState::Deleted));
}

#[test]
fn a_singleton_without_its_key_has_one_row() {
    let query = TableQuery { singleton: true, ..TableQuery::read(ALL) };
    let mut scene = Scene { table: Table::new(query), seq: 0 };
    scene.hear(EventName::Init, r#"[{"title":"a"}]"#);
    scene.hear(EventName::Update, r#"[{"title":"b"}]"#);
    assert_eq!(scene.rows(), texts(&[(r#"{"title":"b"}"#, RowState::Updated)]));
}

#[test]
fn a_huge_row_stays_in_the_log() {
    let mut scene = Scene::with(r#"[{"id":1,"t":"a"}]"#);
    scene.hear(EventName::Update, &format!(r#"[{{"id":1,"t":"{}"}}]"#, "x".repeat(ROW_BYTES)));
    let row = scene.row("1");
    assert!(row.withheld && row.text.is_empty() && row.seq == 2);
    assert_eq!((scene.noted(), scene.table.snapshot().bytes), (vec![TableNoteKind::HugeRow], 0));
    scene.hear(EventName::Update, r#"[{"id":1,"t":"b"}]"#);
    assert_eq!((scene.row("1").withheld, scene.table.snapshot().bytes), (false, 16));
}

#[test]
fn aggregates_stay_as_the_init_said() {
    let mut scene =
        Scene::new(r#"{"type":"subscribe","collection":"a","query":{"aggregate":{"count":"*"}}}"#);
    scene.hear(EventName::Init, r#"[{"count":"3"}]"#);
    scene.hear(EventName::Create, r#"[{"count":"1"}]"#);
    assert_eq!(scene.rows(), texts(&[(r#"{"count":"3"}"#, RowState::Loaded)]));
    assert_eq!(scene.noted(), [TableNoteKind::AggregateEvent]);
}

#[test]
fn a_second_init_is_noted_and_compared() {
    let mut scene = Scene::with(r#"[{"id":1,"t":"a"},{"id":2,"t":"b"}]"#);
    scene.hear(EventName::Init, r#"[{"id":1,"t":"A"},{"id":3,"t":"c"}]"#);
    assert_eq!(scene.noted(), [TableNoteKind::SecondInit]);
    let states: Vec<_> = ["1", "2", "3"].map(|key| scene.row(key).state).into();
    assert_eq!(states, [RowState::Updated, RowState::Deleted, RowState::Created]);
}

#[test]
fn a_snapshot_keeps_its_rows_while_the_table_goes_on() {
    let mut scene = Scene::with(r#"[{"id":1,"t":"a"}]"#);
    let before = scene.table.snapshot();
    scene.hear(EventName::Update, r#"[{"id":1,"t":"b"}]"#);
    assert_eq!(before.get(0).map(|row| Arc::clone(&row.text)).as_deref(), Some(r#"{"id":1,"t":"a"}"#));
    assert_eq!(&*scene.row("1").text, r#"{"id":1,"t":"b"}"#);
}

#[test]
fn rows_can_be_taken_from_any_place() {
    let rows: Vec<String> = (0..300).map(|id| format!(r#"{{"id":{id}}}"#)).collect();
    let mut scene = Scene::with(&format!("[{}]", rows.join(",")));
    scene.hear(EventName::Delete, "[5,70,71]");
    scene.seq += 100;
    scene.hear(EventName::Create, r#"[{"id":900}]"#);
    let snapshot = scene.table.snapshot();
    let all: Vec<usize> = snapshot.rows().map(|(slot, _)| slot).collect();
    assert_eq!((all.len(), snapshot.len), (298, 298));
    for position in [0, 1, 5, 60, 63, 64, 66, 130, 297, 298, 500] {
        let from: Vec<usize> = snapshot.rows_from(position).map(|(slot, _)| slot).collect();
        assert_eq!(from, all.get(position..).unwrap_or_default(), "from {position}");
    }
}
