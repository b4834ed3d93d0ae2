//! The hands on the rows, on sample data: selecting, marking, pinning, noting, going, columns, the menu.

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use egui_kittest::{Harness, SnapshotOptions};

use crate::capture::{NoteChange, Spans};
use crate::settings::TimeColumn;
use crate::ui::action::{Action, FilterChange};
use crate::ui::rows_action::{CopyForm, RowsAction};
use crate::ui::scene::Scene;
use crate::ui::shell::Shell;
use crate::ui::target::Target;

const WIDE: (f32, f32) = (1440.0, 900.0);

fn following() -> Scene {
    Scene { shell: Shell::default(), detail: None, ..Scene::live() }
}

fn open() -> Harness<'static, Scene> {
    following().harness(true, WIDE)
}

fn last_selected(harness: &Harness<'_, Scene>) -> Option<Spans> {
    harness.state().actions.iter().rev().find_map(|action| match action {
        Action::Rows(RowsAction::Select(spans)) => Some(spans.clone()),
        _ => None,
    })
}

/// What was asked for, without rows to read and rows selected.
fn deeds(harness: &Harness<'_, Scene>) -> Vec<Action> {
    let mut deeds = harness.state().wishes();
    deeds.retain(|action| !matches!(action, Action::Select(_)));
    deeds
}

fn rows(harness: &Harness<'_, Scene>) -> Vec<RowsAction> {
    let rows = |action| match action {
        Action::Rows(action) => Some(action),
        _ => None,
    };
    deeds(harness).into_iter().filter_map(rows).collect()
}

fn click(harness: &mut Harness<'_, Scene>, row: &str) {
    harness.get_by_label_contains(row).click();
    harness.run();
}

#[test]
fn shift_and_ctrl_select_several() {
    let mut harness = open();
    click(&mut harness, "row #8411185 create");
    harness.get_by_label_contains("row #8411188 create").click_modifiers(Modifiers::SHIFT);
    harness.run();
    assert_eq!(last_selected(&harness), Some(Spans::of(2..6)));
    harness.get_by_label_contains("row #8411186 subscribe").click_modifiers(Modifiers::COMMAND);
    harness.run();
    let mut spans = Spans::of(2..6);
    spans.toggle(3);
    assert_eq!(last_selected(&harness), Some(spans));
    harness.key_press_modifiers(Modifiers::SHIFT, Key::ArrowDown);
    harness.run();
    assert_eq!(last_selected(&harness), Some(Spans::of(3..5)), "Shift goes on from the row touched last");
}

#[test]
fn all_of_ten_million_rows_are_selected_as_one_range() {
    let scene = Scene { total: Some(10_000_000), hidden: 10, ..following() };
    let mut harness = scene.harness(true, WIDE);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    harness.run();
    assert_eq!(last_selected(&harness), Some(Spans::of(10..10_000_000)));
    harness.key_press(Key::Escape);
    harness.run();
    assert_eq!(harness.state().wishes().last(), Some(&Action::Select(None)));
}

#[test]
fn keys_of_the_rows_leave_a_text_alone() {
    let mut harness = open();
    harness.get_by_label("Message").focus();
    harness.run();
    for key in [Key::M, Key::P, Key::N, Key::T] {
        harness.key_press(key);
    }
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    harness.run();
    assert_eq!(deeds(&harness), []);
    click(&mut harness, "row #8411188 create");
    for key in [Key::M, Key::P, Key::T] {
        harness.key_press(key);
        harness.run();
    }
    let time = RowsAction::SetTime(TimeColumn::SinceStart);
    assert_eq!(rows(&harness), [RowsAction::ToggleMark, RowsAction::TogglePin, time]);
}

#[test]
fn the_menu_of_a_row_opens_by_pointer_and_by_key() {
    let mut harness = open();
    harness.get_by_label_contains("row #8411198 update").click_secondary();
    harness.run();
    assert_eq!(harness.state().wishes(), [Action::Select(Some(8))], "the row under the pointer is meant");
    harness.get_by_label("Leave out uid orders-2").click();
    harness.run();
    let filter = Action::Filter(FilterChange::Add("not uid:orders-2".to_owned()));
    assert_eq!(deeds(&harness), [filter]);
    harness.key_press_modifiers(Modifiers::SHIFT, Key::F10);
    harness.run();
    harness.get_by_label_contains("Copy as Markdown").click();
    harness.run();
    assert_eq!(rows(&harness), [RowsAction::Copy(CopyForm::Markdown)]);
    assert!(harness.query_by_label_contains("Copy as Markdown").is_none(), "it closes");
    harness.key_press(Key::Menu);
    harness.run();
    harness.get_by_label_contains("Pin or unpin");
    harness.key_press(Key::Escape);
    harness.run();
    assert!(harness.query_by_label_contains("Pin or unpin").is_none());
    assert_eq!(harness.state().shell.selected(), Some(8), "Escape closes the menu and nothing else");
    harness.key_press(Key::Menu);
    harness.run();
    // The first entry has the keyboard.
    harness.key_press(Key::Enter);
    harness.run();
    assert!(harness.query_by_label_contains("Pin or unpin").is_none());
}

#[test]
fn go_to_takes_rows_times_and_shares() {
    let mut harness = open();
    harness.key_press_modifiers(Modifiers::COMMAND, Key::G);
    harness.run();
    harness.get_by_label("Place").type_text("half");
    harness.run();
    harness.get_by_label("Go").click();
    harness.run();
    harness.get_by_label_contains("a share such as 50%");
    assert_eq!(rows(&harness), []);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    harness.run();
    harness.get_by_label("Place").type_text("50 %");
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(rows(&harness), [RowsAction::GoTo(Target::Share(500))]);
    assert!(harness.query_by_label("Place").is_none(), "the dialog is closed");
}

#[test]
fn a_note_is_written_and_found_again() {
    let mut harness = open();
    click(&mut harness, "row #8411187 error");
    harness.key_press(Key::N);
    harness.run();
    harness.get_by_label("Note").type_text("ask for the permission ");
    harness.run();
    harness.get_by_label("Keep").click();
    harness.run();
    let text = "ask for the permission".to_owned();
    assert_eq!(rows(&harness), [RowsAction::WriteNote { about: 8_411_187, text: text.clone() }]);
    harness.state_mut().notes.apply(&NoteChange { about: 8_411_187, pin: Some(true), text: Some(text) });
    harness.run();
    harness.get_by_label("Pins").click();
    harness.run();
    harness.get_by_label_contains("pinned ask for the permission").click();
    harness.run();
    assert_eq!(harness.state().wishes().last(), Some(&Action::GoTo(8_411_187)));
    harness.key_press(Key::F2);
    harness.run();
    assert_eq!(rows(&harness).last(), Some(&RowsAction::GoToPin { backwards: false }));
}

#[test]
fn the_time_column_changes_with_a_click_on_its_head() {
    let mut harness = open();
    harness.get_by_label("Time column: time").click();
    harness.run();
    assert_eq!(rows(&harness), [RowsAction::SetTime(TimeColumn::SinceStart)]);
}

#[test]
fn a_column_of_a_path_is_added_and_a_wrong_path_explained() {
    let mut harness = open();
    harness.get_by_label("Columns").click_secondary();
    harness.run();
    harness.get_by_label("Round trip").click();
    harness.run();
    let [RowsAction::SetColumns(columns)] = &rows(&harness)[..] else { panic!("{:?}", rows(&harness)) };
    assert!(!columns.reply.shown && columns.size.shown);
    harness.key_press(Key::Escape);
    harness.run();
    harness.key_press_modifiers(Modifiers::COMMAND, Key::K);
    harness.run();
    harness.get_by_label("Command").type_text("columns");
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    harness.get_by_label("JSON path").type_text("data[");
    harness.run();
    harness.get_by_label("Add column").click();
    harness.run();
    harness.get_by_label_contains("This is no JSON path at character");
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    harness.run();
    harness.get_by_label("JSON path").type_text("data[0].status");
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    let Some(RowsAction::SetColumns(columns)) = rows(&harness).pop() else { panic!("{:?}", rows(&harness)) };
    assert_eq!(columns.paths[0].path, "data[0].status");
}

#[test]
fn a_dragged_column_keeps_its_width() {
    let mut harness = open();
    let edge = harness.get_by_label("Width of Uid").rect().center();
    harness.hover_at(edge);
    harness.run();
    harness.drag_at(edge);
    harness.run();
    let there = edge + egui::vec2(40.0, 0.0);
    harness.hover_at(there);
    harness.run();
    harness.drop_at(there);
    harness.run();
    let [RowsAction::SetColumns(columns)] = &rows(&harness)[..] else { panic!("{:?}", rows(&harness)) };
    assert!((120.0..140.0).contains(&columns.uid.width), "{columns:?}");
}

#[test]
fn copying_is_for_the_rows_while_they_have_the_keyboard() {
    let mut harness = open();
    click(&mut harness, "row #8411185 create");
    harness.event(egui::Event::Copy);
    harness.run();
    assert_eq!(rows(&harness), [RowsAction::Copy(CopyForm::Text)]);
    harness.get_by_label("Message").focus();
    harness.run();
    harness.event(egui::Event::Copy);
    harness.run();
    assert_eq!(rows(&harness).len(), 1);
}

#[test]
fn looks_with_pins_notes_paths_and_a_mark() {
    let mut scene = following();
    scene.settings.preferences.time = TimeColumn::SinceMark;
    scene.marked = Some(8_411_188);
    assert!(scene.settings.columns.add_path("data[0].status"));
    for row in &mut scene.rows {
        row.extra = vec![if row.uid == "orders-2" { "open".to_owned() } else { String::new() }];
        row.pinned = row.level == crate::capture::row::Level::Warning;
        if row.seq == 8_411_200 {
            row.note = "the flow on orders swallows it".to_owned();
        }
        let change = NoteChange { about: row.seq, pin: Some(row.pinned), text: None };
        scene.notes.apply(&change);
    }
    let mut harness = scene.harness(true, WIDE);
    click(&mut harness, "row #8411198 update");
    harness.get_by_label_contains("row #8411201 delete").click_modifiers(Modifiers::SHIFT);
    harness.run();
    let options = SnapshotOptions::new().threshold(2.0).max_failed_pixels(400);
    harness.snapshot_options("rows_dark", &options);
}

#[test]
fn what_a_recording_held_is_not_new() {
    let mut scene = following();
    scene.shell.start_session(false);
    let mut harness = Scene { total: Some(1_000), replay: true, ..scene }.harness(true, WIDE);
    harness.key_press(Key::Home);
    harness.run();
    assert!(harness.query_by_label_contains(" new").is_none());
    harness.state_mut().total = Some(1_005);
    harness.run();
    harness.get_by_label("↓ 5 new");
}
