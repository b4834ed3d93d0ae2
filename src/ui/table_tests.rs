//! The live table and the gap report in the whole window, on sample data.

use std::sync::Arc;

use egui_kittest::SnapshotOptions;
use egui_kittest::kittest::Queryable as _;

use crate::directus::EventName;
use crate::session::table::{GapOutcome, GapReport, ShownTable, Table, TableEvent, TableQuery, TableWish};
use crate::ui::action::Action;
use crate::ui::scene::Scene;
use crate::ui::table_action::TableAction;

const WIDE: (f32, f32) = (1440.0, 900.0);

fn hear(table: &mut Table, seq: u64, event: EventName, data: &str) {
    let text = format!(r#"{{"type":"subscription","data":{data}}}"#);
    table.apply(TableEvent { seq, at_us: seq * 1_000_000, event, text: &text });
}

fn orders() -> Table {
    let mut table = Table::new(TableQuery::default());
    let row = |id: u32| {
        format!(
            r#"{{"id":{id},"status":"open","total":{}.90,"customer":{{"id":{}}},"note":null,"text":"Order number {id}"}}"#,
            id % 97,
            id % 7
        )
    };
    let rows: Vec<_> = (1..=60).map(row).collect();
    hear(&mut table, 2, EventName::Init, &format!("[{}]", rows.join(",")));
    hear(
        &mut table,
        3,
        EventName::Update,
        r#"[{"id":4,"status":"paid","total":99.90,"customer":{"id":4},"note":null,"text":"Order number 4"}]"#,
    );
    hear(&mut table, 4, EventName::Delete, r#"["6"]"#);
    hear(
        &mut table,
        5,
        EventName::Create,
        r#"[{"id":61,"status":"new","total":1,"customer":null,"note":"x","text":"Order number 61"}]"#,
    );
    table
}

/// With the table of orders opened and shown.
fn scene() -> Scene {
    let rows = orders().snapshot();
    let table = ShownTable { rows, subscription: 2, looked: 5, of: 5, ..ShownTable::default() };
    let mut scene = Scene { table: Some(table), ..Scene::live() };
    scene.shell.show_table();
    scene
}

fn gap() -> GapReport {
    let mut table = orders();
    let text = r#"{"data":[{"id":1,"status":"closed"},{"id":100}]}"#;
    let init = TableEvent { seq: 90, at_us: 90, event: EventName::Init, text };
    let outcome = GapOutcome::compare(&mut table, init);
    GapReport { subscription: 2, before: 1, init_seq: 90, cut_seq: 80, away_us: 4_200_000, outcome }
}

#[test]
fn looks_table_dark() {
    let scene = Scene { now_us: 4_400_000, gaps: vec![Arc::new(gap())], ..scene() };
    let mut harness = scene.harness(true, WIDE);
    let options = SnapshotOptions::new().threshold(2.0).max_failed_pixels(400);
    harness.snapshot_options("table_dark", &options);
}

#[test]
fn a_card_opens_its_rows() {
    let mut harness = Scene::live().harness(true, WIDE);
    harness.get_all_by_label("Show rows").next().unwrap().click();
    harness.run();
    let wishes = harness.state().wishes();
    assert!(matches!(wishes[..], [Action::Table(TableAction::Open(number))] if number > 0), "{wishes:?}");
}

#[test]
fn only_rows_in_sight_are_there_and_a_click_goes_to_the_event() {
    let mut harness = scene().harness(true, WIDE);
    harness.get_by_label("table row 6 deleted");
    assert!(harness.query_by_label("table row 60 loaded").is_none());
    harness.get_by_label("table row 4 updated").click();
    harness.run();
    assert!(harness.state().wishes().contains(&Action::GoTo(3)));
}

#[test]
fn a_column_sorts_and_a_text_filters() {
    let mut harness = scene().harness(true, WIDE);
    harness.get_by_label("Column total").click();
    harness.run();
    let sorted = TableWish { sort: Some(("total".into(), false)), text: String::new() };
    assert!(harness.state().actions.contains(&Action::Table(TableAction::Wish(sorted))));
    harness.get_by_label("Column total, sorted upwards").click();
    harness.run();
    harness.get_by_label("Column total, sorted downwards").click();
    harness.run();
    harness.get_by_label("Column total");
    harness.get_by_label("Filter rows").focus();
    harness.run();
    harness.get_by_label("Filter rows").type_text("paid");
    harness.run();
    let filtered = TableWish { sort: None, text: "paid".to_owned() };
    assert!(harness.state().actions.contains(&Action::Table(TableAction::Wish(filtered))));
}

#[test]
fn the_log_is_one_click_away_and_the_table_closes() {
    let mut harness = scene().harness(true, WIDE);
    assert!(harness.query_by_label("Event log").is_none());
    harness.get_by_label("Log").click();
    harness.run();
    harness.get_by_label("Event log");
    harness.get_by_label("Table orders").click();
    harness.run();
    harness.get_by_label("Close table").click();
    harness.run();
    assert!(harness.state().wishes().contains(&Action::Table(TableAction::Close)));
}

#[test]
fn a_gap_is_told_in_the_card_with_its_rows() {
    let mut harness = Scene { gaps: vec![Arc::new(gap())], ..Scene::live() }.harness(true, WIDE);
    harness.get_by_label("While away: 1 created, 1 updated, 59 deleted during 4.2 s").click();
    harness.run();
    harness.run();
    harness.get_by_label("100").click();
    harness.run();
    assert!(harness.state().wishes().contains(&Action::GoTo(90)));
}
