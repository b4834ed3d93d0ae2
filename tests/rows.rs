//! Stories of the hands on the rows: what is pinned stays with the capture, what is copied is exact, and one comes to
//! where one wanted to go.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use harewire::app::Launch;
use harewire::demo::{self, Options, Server};

use crate::headless::Desk;

fn logged_in() -> (Server, Desk) {
    let server = Server::start(Options::default()).unwrap();
    let mut desk = Desk::open();
    desk.log_in(&server.url(), demo::TOKEN);
    (server, desk)
}

fn number(row: &str) -> u64 {
    row.trim_start_matches("row #").split(' ').next().unwrap().parse().unwrap()
}

fn write_note(desk: &mut Desk, text: &str) {
    desk.keys(Modifiers::NONE, Key::N);
    desk.fill(Role::TextInput, "Note", text);
    desk.keys(Modifiers::NONE, Key::Enter);
}

#[test]
fn pins_and_notes_are_in_the_capture_and_come_back_with_it() {
    let (server, mut desk) = logged_in();
    desk.send(r#"{"type":"ping","uid":"keep"}"#);
    desk.see_row(&["pong in uid keep"]);
    desk.select(&["ping out uid keep"]);
    desk.keys(Modifiers::NONE, Key::P);
    desk.see_row(&["ping out uid keep", " pinned "]);
    write_note(&mut desk, "the first one");
    let row = desk.see_row(&["ping out uid keep", "note: the first one"]);
    let about = number(&row);
    desk.see_row(&[" note ", &format!("#{about} · pinned")]);
    desk.click(Role::Tab, "Facts");
    desk.see("the first one");
    desk.press("Disconnect");
    desk.see_row(&[" close ", "closed by us"]);
    let home = desk.quit();
    drop(server);
    assert!(home.capture().contains(&format!(r#""event":"note","about":{about},"pin":true"#)));

    let path = home.captures()[0].clone();
    let launch = Launch::Target(path.display().to_string());
    let mut again = Desk::open_in(&home, launch.clone());
    again.see_row(&["ping out uid keep", " pinned ", "note: the first one"]);
    again.keys(Modifiers::NONE, Key::F2);
    again.see(&format!("#{about} · ping"));
    again.keys(Modifiers::NONE, Key::P);
    again.until("no pin", |desk| {
        desk.rows()
            .iter()
            .any(|row| {
                row.contains("ping out uid keep note: the first one")
                    || (row.contains("ping out uid keep") && !row.contains(" pinned "))
            })
            .then_some(())
    });
    write_note(&mut again, "seen later");
    again.see_row(&["ping out uid keep", "note: seen later"]);
    drop(again);
    assert!(home.capture().contains("seen later"), "an own capture is appended to");

    let mut last = Desk::open_in(&home, launch);
    last.see_row(&["ping out uid keep", "note: seen later"]);
    assert_eq!(last.count_rows("cut off"), 0);
}

#[test]
fn a_filter_finds_what_is_pinned_now() {
    let (_server, mut desk) = logged_in();
    for name in ["a", "b"] {
        desk.send(&format!(r#"{{"type":"ping","uid":"{name}"}}"#));
        desk.see_row(&[&format!("pong in uid {name}")]);
    }
    desk.select(&["ping out uid a"]);
    desk.keys(Modifiers::NONE, Key::P);
    desk.see_row(&["ping out uid a", " pinned "]);
    desk.fill(Role::TextInput, "Filter", "is:pinned");
    desk.keys(Modifiers::NONE, Key::Enter);
    desk.until("the pinned row alone", |desk| (desk.rows().len() == 1).then_some(()));
    desk.see_row(&["ping out uid a"]);
    desk.fill(Role::TextInput, "Filter", "uid:a,b dir:out not is:pinned");
    desk.keys(Modifiers::NONE, Key::Enter);
    desk.see_row(&["ping out uid b"]);
    desk.until("the other row alone", |desk| (desk.rows().len() == 1).then_some(()));
    // It is pinned, too, and no longer fits.
    desk.select(&["ping out uid b"]);
    desk.keys(Modifiers::NONE, Key::P);
    desk.until("no row", |desk| desk.rows().is_empty().then_some(()));
}

#[test]
fn a_capture_elsewhere_gets_its_notes_beside_it() {
    let (_server, mut desk) = logged_in();
    desk.press("Disconnect");
    desk.see_row(&[" close ", "closed by us"]);
    let home = desk.quit();
    let elsewhere = home.path().join("elsewhere.ndjson");
    std::fs::copy(&home.captures()[0], &elsewhere).unwrap();
    let before = std::fs::read(&elsewhere).unwrap();
    let launch = Launch::Target(elsewhere.display().to_string());
    let mut desk = Desk::open_in(&home, launch.clone());
    desk.select(&[" open "]);
    write_note(&mut desk, "beside");
    desk.see_row(&[" open ", "note: beside"]);
    drop(desk);
    assert_eq!(std::fs::read(&elsewhere).unwrap(), before, "the file itself is left alone");
    let mut again = Desk::open_in(&home, launch);
    again.see_row(&[" open ", "note: beside"]);
}

#[test]
fn many_rows_are_copied_as_they_are() {
    let (_server, mut desk) = logged_in();
    for name in ["a", "b"] {
        desk.send(&format!(r#"{{"type":"ping","uid":"{name}"}}"#));
        desk.see_row(&[&format!("pong in uid {name}")]);
    }
    desk.select(&["ping out uid a"]);
    desk.keys(Modifiers::SHIFT, Key::ArrowDown);
    desk.keys(Modifiers::SHIFT, Key::ArrowDown);
    desk.copy();
    let copied = desk.until("copied rows", |desk| desk.copied().last().cloned());
    let lines: Vec<&str> = copied.lines().collect();
    assert_eq!(lines.len(), 3, "{copied}");
    assert_eq!(lines[0], r#"{"type":"ping","uid":"a"}"#);
    assert_eq!(lines[2], r#"{"type":"ping","uid":"b"}"#);
    desk.see("3 rows copied");
}

#[test]
fn one_comes_to_a_row_a_share_and_a_time() {
    let (_server, mut desk) = logged_in();
    desk.send(r#"{"type":"ping","uid":"here"}"#);
    let row = desk.see_row(&["ping out uid here"]);
    let go = |desk: &mut Desk, place: &str| {
        desk.keys(Modifiers::COMMAND, Key::G);
        desk.fill(Role::TextInput, "Place", place);
        desk.keys(Modifiers::NONE, Key::Enter);
    };
    go(&mut desk, &number(&row).to_string());
    desk.see(&format!("#{} · ping", number(&row)));
    go(&mut desk, "0%");
    desk.see("#1 · connect");
    go(&mut desk, "+1h");
    desk.see("The log ends before");
    go(&mut desk, "-1h");
    desk.see("#1 · connect");
    go(&mut desk, "999999");
    desk.see("There is no row 999");
}

#[test]
fn times_refer_to_the_marked_row_and_columns_show_what_a_path_finds() {
    let (_server, mut desk) = logged_in();
    desk.send(r#"{"type":"ping","uid":"zero","deep":{"list":[1,"needle"]}}"#);
    desk.select(&["ping out uid zero"]);
    desk.keys(Modifiers::NONE, Key::M);
    desk.see("Time column: since mark");
    desk.keys(Modifiers::NONE, Key::M);
    desk.see("Time column: time");
    desk.keys(Modifiers::COMMAND, Key::K);
    desk.fill(Role::TextInput, "Command", "columns");
    desk.keys(Modifiers::NONE, Key::Enter);
    desk.fill(Role::TextInput, "JSON path", "deep.list[1]");
    desk.press("Add column");
    desk.see_row(&["ping out uid zero", "· needle"]);
    desk.press("Close");
    let home = desk.quit();
    assert!(home.shelf.text().contains("deep.list[1]"), "and that is remembered");
}
