//! Stories of filters: which rows the log shows, and what stays where it was.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use harewire::app::Launch;
use harewire::demo::{self, Options, Server};

use crate::headless::{Desk, Home};

/// A logged-in app on a usual demo server.
fn logged_in() -> (Server, Desk) {
    let server = Server::start(Options::default()).unwrap();
    let mut desk = Desk::open();
    desk.log_in(&server.url(), demo::TOKEN);
    (server, desk)
}

/// Types a filter as a person does, and waits until it took effect.
fn filter(desk: &mut Desk, text: &str) {
    desk.fill(Role::TextInput, "Filter", text);
}

#[test]
fn a_filter_shows_what_fits_also_of_what_comes_later() {
    let (_server, mut desk) = logged_in();
    for uid in ["brown", "grey"] {
        desk.send(&format!(r#"{{"type":"ping","uid":"{uid}"}}"#));
        desk.see_row(&[&format!("pong in uid {uid}")]);
    }
    filter(&mut desk, "uid:brown");
    desk.until("only what fits", |desk| (desk.count_rows("uid grey") == 0).then_some(()));
    desk.see_row(&["pong in uid brown"]);
    assert_eq!(desk.rows().len(), 2, "{:?}", desk.rows());
    desk.send(r#"{"type":"ping","uid":"grey"}"#);
    desk.send(r#"{"type":"ping","uid":"brown"}"#);
    desk.until("later events", |desk| (desk.rows().len() == 4).then_some(()));
    assert_eq!(desk.count_rows("uid grey"), 0);
    desk.see("4 of ");
    desk.press("Clear filter");
    desk.see_row(&["pong in uid grey"]);
}

#[test]
fn a_slip_in_a_filter_is_explained_and_the_rows_stay() {
    let (_server, mut desk) = logged_in();
    desk.send(r#"{"type":"ping","uid":"hare"}"#);
    desk.see_row(&["pong in uid hare"]);
    filter(&mut desk, "uid:hare");
    desk.until("the filter", |desk| (desk.rows().len() == 2).then_some(()));
    filter(&mut desk, "colection:messages");
    desk.see("colection");
    desk.see("collection");
    assert_eq!(desk.rows().len(), 2, "the last filter holds: {:?}", desk.rows());
}

#[test]
fn the_selected_event_stays_selected_when_the_filter_changes() {
    let (_server, mut desk) = logged_in();
    for place in 0..5 {
        desk.send(&format!(r#"{{"type":"ping","uid":"hare-{place}"}}"#));
        desk.see_row(&[&format!("pong in uid hare-{place}")]);
    }
    let row = desk.see_row(&["pong in uid hare-3"]);
    desk.click(Role::ListBoxOption, &row);
    let number = row.split(' ').nth(1).unwrap().to_owned();
    desk.see(&format!("{number} · pong"));
    filter(&mut desk, "type:pong direction:in auto:no");
    desk.until("pongs only", |desk| (desk.rows().len() == 5).then_some(()));
    desk.see(&format!("{number} · pong"));
    // From the selected row on, not from the top.
    desk.keys(Modifiers::COMMAND, Key::F);
    desk.fill(Role::TextInput, "Find in log", "hare");
    desk.press("Find next");
    desk.see_row(&["pong in uid hare-4"]);
    desk.until("the next shown", |desk| {
        desk.said().iter().any(|said| said.ends_with("hare-4\"}")).then_some(())
    });
}

#[test]
fn without_its_filter_the_selected_event_is_still_in_sight() {
    let (_server, mut desk) = logged_in();
    for place in 0..40 {
        desk.send(&format!(r#"{{"type":"ping","uid":"hare-{place}"}}"#));
    }
    desk.see_row(&["pong in uid hare-39"]);
    filter(&mut desk, "uid:hare-0,hare-20");
    desk.until("two pairs", |desk| (desk.rows().len() == 4).then_some(()));
    desk.select(&["pong in uid hare-20"]);
    desk.press("Clear filter");
    desk.see_row(&["ping out uid hare-19"]);
    desk.see_row(&["pong in uid hare-20"]);
}

#[test]
fn a_saved_filter_colours_rows_also_after_a_restart() {
    let server = Server::start(Options::default()).unwrap();
    let home = Home::new();
    let mut desk = Desk::open_in(&home, Launch::Plain);
    desk.log_in(&server.url(), demo::TOKEN);
    desk.send(r#"{"type":"ping","uid":"hare"}"#);
    desk.see_row(&["pong in uid hare"]);
    filter(&mut desk, "type:pong direction:in");
    desk.until("the filter", |desk| (desk.count_rows("ping out") == 0).then_some(()));
    desk.keys(Modifiers::COMMAND, Key::D);
    desk.fill(Role::TextInput, "Name", "Answers");
    desk.click(Role::CheckBox, "Colour them green");
    desk.press("Save");
    desk.see("“Answers” is saved");
    desk.press("Clear filter");
    desk.see_row(&["pong in uid hare", "coloured by Answers"]);
    desk.see_row(&["ping out uid hare"]);
    assert_eq!(desk.count_rows("coloured by"), 1, "{:?}", desk.rows());
    // What comes later is coloured, too.
    desk.send(r#"{"type":"ping","uid":"later"}"#);
    desk.see_row(&["pong in uid later", "coloured by Answers"]);
    let home = desk.quit();
    let mut again = Desk::open_in(&home, Launch::Plain);
    again.log_in(&server.url(), demo::TOKEN);
    again.send(r#"{"type":"ping","uid":"again"}"#);
    again.see_row(&["pong in uid again", "coloured by Answers"]);
    again.press("Saved filters");
    again.press("Answers");
    again.until("the filter", |desk| (desk.count_rows("ping out") == 0).then_some(()));
    again.see_row(&["pong in uid again"]);
}

#[test]
fn a_filter_that_holds_the_token_is_not_saved() {
    let (_server, mut desk) = logged_in();
    desk.keys(Modifiers::COMMAND, Key::D);
    desk.fill(Role::TextInput, "Name", "Mine");
    desk.fill(Role::TextInput, "Filter to save", &format!("\"{}\"", demo::TOKEN));
    desk.press("Save");
    desk.see("The filter was not saved");
    assert!(!desk.quit().shelf.text().contains(demo::TOKEN));
}
