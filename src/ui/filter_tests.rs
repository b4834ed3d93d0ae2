//! The filter box, the saved filters and the colours, on sample data: keys and clicks become actions.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::capture::row::Tint;
use crate::settings::SavedFilter;
use crate::ui::action::{Action, FilterChange};
use crate::ui::saved_action::SavedAction;
use crate::ui::scene::Scene;

const WIDE: (f32, f32) = (1440.0, 900.0);

type Window = Harness<'static, Scene>;

fn saved(name: &str, text: &str, colour: Option<u8>) -> SavedFilter {
    SavedFilter { name: name.to_owned(), text: text.to_owned(), colour, on: colour.is_some() }
}

/// A window with two saved filters, and `filter` in effect.
fn window(filter: &str) -> Window {
    let mut scene = Scene::live();
    for filter in
        [saved("Orders", "collection:orders or uid:orders-2", Some(1)), saved("Pings", "type:ping", None)]
    {
        scene.settings.filters.save(filter).unwrap();
    }
    filter.clone_into(&mut scene.filter);
    scene.actions.clear();
    let mut harness = scene.harness(true, WIDE);
    harness.state_mut().actions.clear();
    harness
}

fn field(window: &Window, name: &str) -> String {
    let field = window.get_by_role_and_label(Role::TextInput, name);
    field.accesskit_node().value().unwrap_or_default()
}

fn fill(window: &mut Window, name: &str, text: &str) {
    window.get_by_role_and_label(Role::TextInput, name).focus();
    window.run();
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.run();
    window.get_by_role_and_label(Role::TextInput, name).type_text(text);
    window.run();
}

fn press(window: &mut Window, name: &str) {
    window.get_by_role_and_label(Role::Button, name).click();
    window.run();
}

fn wishes(window: &Window) -> Vec<Action> {
    let is_wish = |action: &&Action| matches!(action, Action::Filter(_) | Action::Saved(_));
    window.state().actions.iter().filter(is_wish).cloned().collect()
}

fn set(text: &str) -> Action {
    Action::Filter(FilterChange::Set(text.to_owned()))
}

#[test]
fn typing_takes_effect_when_it_rests() {
    let mut window = window("");
    fill(&mut window, "Filter", "type:ping");
    assert_eq!(wishes(&window), [set("type:ping")]);
}

#[test]
fn keys_choose_what_is_offered() {
    let mut window = window("");
    fill(&mut window, "Filter", "eve");
    window.key_press(Key::Tab);
    window.run();
    assert_eq!(field(&window, "Filter"), "event:");
    // The values are offered at once; the second of them by the arrows.
    window.key_press(Key::ArrowDown);
    window.run();
    window.key_press(Key::ArrowDown);
    window.run();
    window.key_press(Key::ArrowUp);
    window.run();
    window.key_press(Key::Enter);
    window.run();
    let text = field(&window, "Filter");
    assert!(text.starts_with("event:") && text.len() > "event:".len(), "{text}");
    assert_eq!(wishes(&window).last(), Some(&set(&text)), "what was chosen takes effect");
}

#[test]
fn a_click_takes_what_is_offered() {
    let mut window = window("");
    fill(&mut window, "Filter", "type:subscr");
    let option = window.get_all_by_label_contains("subscription").find(|node| {
        let node = node.accesskit_node();
        node.role() == Role::Button && node.label().is_some_and(|label| label.starts_with("subscription"))
    });
    option.unwrap().click();
    window.run();
    assert_eq!(field(&window, "Filter"), "type:subscription");
}

#[test]
fn escape_closes_the_offers_then_empties_the_box_then_leaves_it() {
    let mut window = window("");
    fill(&mut window, "Filter", "type:p");
    window.key_press(Key::Escape);
    window.run();
    assert_eq!(field(&window, "Filter"), "type:p");
    window.key_press(Key::Escape);
    window.run();
    assert_eq!(field(&window, "Filter"), "");
    let in_box = |window: &Window| window.get_by_role_and_label(Role::TextInput, "Filter").is_focused();
    assert!(in_box(&window));
    window.key_press(Key::Escape);
    window.run();
    assert!(!in_box(&window));
}

#[test]
fn a_slip_is_explained_beneath_the_box_and_changes_nothing() {
    let mut window = window("type:ping");
    fill(&mut window, "Filter", "colection:orders");
    window.get_by_label_contains("colection");
    assert_eq!(wishes(&window), []);
    fill(&mut window, "Filter", "collection:orders");
    assert!(window.query_by_label_contains("colection").is_none());
    assert_eq!(wishes(&window), [set("collection:orders")]);
}

#[test]
fn an_example_of_the_help_goes_into_the_box() {
    let mut window = window("");
    press(&mut window, "Filter help");
    let example = crate::capture::filter::HELP[1].example;
    window.get_all_by_role_and_label(Role::Link, example).next().unwrap().click();
    window.run();
    assert_eq!(field(&window, "Filter"), example);
    assert_eq!(wishes(&window), [set(example)]);
}

#[test]
fn a_saved_filter_is_one_click_away() {
    let mut window = window("");
    press(&mut window, "Saved filters");
    press(&mut window, "Pings");
    assert_eq!(wishes(&window), [set("type:ping")]);
    assert!(window.query_by_label("Pings").is_none(), "the menu closes");
}

#[test]
fn a_saved_filter_is_combined_as_a_whole() {
    let mut window = window("direction:in");
    press(&mut window, "Saved filters");
    press(&mut window, "Add Orders to the filter");
    window.key_press_modifiers(Modifiers::COMMAND, Key::K);
    window.run();
    window.get_by_label("Command").type_text("saved filters");
    window.run();
    window.key_press(Key::Enter);
    window.run();
    press(&mut window, "Leave out Pings");
    let add = |text: &str| Action::Filter(FilterChange::Add(text.to_owned()));
    assert_eq!(wishes(&window), [add("(collection:orders or uid:orders-2)"), add("not type:ping")]);
}

#[test]
fn the_filter_in_the_box_is_saved_under_a_name_with_a_colour() {
    let mut window = window("type:pong");
    window.key_press_modifiers(Modifiers::COMMAND, Key::D);
    window.run();
    press(&mut window, "Save");
    window.get_by_label_contains("needs a name");
    assert_eq!(wishes(&window), []);
    fill(&mut window, "Name", "orders");
    window.get_by_label_contains("replaces the saved filter “Orders”");
    fill(&mut window, "Name", "Pongs");
    window.get_by_label("Colour them green").click();
    window.run();
    press(&mut window, "Save");
    let wanted = saved("Pongs", "type:pong", Some(3));
    assert_eq!(wishes(&window), [Action::Saved(SavedAction::Save(wanted))]);
    assert!(window.query_by_label("Save").is_none(), "the dialog closes");
}

#[test]
fn what_is_no_filter_or_holds_a_credential_is_not_saved() {
    let mut window = window("");
    window.key_press_modifiers(Modifiers::COMMAND, Key::D);
    window.run();
    fill(&mut window, "Name", "n");
    for (text, said) in
        [("colection:x", "colection"), (r#"access_token = "hush""#, "was not saved"), ("", "empty")]
    {
        fill(&mut window, "Filter to save", text);
        if text.is_empty() {
            window.key_press(Key::Backspace);
            window.run();
        }
        press(&mut window, "Save");
        window.get_by_label_contains(said);
    }
    assert_eq!(wishes(&window), []);
}

#[test]
fn the_list_renames_colours_moves_and_removes() {
    let mut window = window("");
    press(&mut window, "Saved filters");
    press(&mut window, "Saved filters…");
    window.get_by_label("Colour Orders orange").click();
    window.run();
    window.get_by_label("Colour Pings violet").click();
    window.run();
    press(&mut window, "Move up Pings");
    press(&mut window, "Rename Pings");
    fill(&mut window, "New name", "Heartbeats");
    window.key_press(Key::Enter);
    window.run();
    press(&mut window, "Remove Orders");
    window.state_mut().removed_filter = Some("Orders".to_owned());
    // The dialog grows by a line, and stands where it belongs one frame later.
    window.run();
    window.run();
    window.get_by_role_and_label(Role::Link, "Undo").click();
    window.run();
    let rename = SavedAction::Rename { name: "Pings".to_owned(), to: "Heartbeats".to_owned() };
    let wanted = [
        SavedAction::Paint { place: 0, colour: Some(1), on: false },
        SavedAction::Paint { place: 1, colour: Some(4), on: true },
        SavedAction::Raise(1),
        rename,
        SavedAction::Remove(0),
        SavedAction::UndoRemove,
    ];
    assert_eq!(wishes(&window), wanted.map(Action::Saved));
}

#[test]
fn a_coloured_row_names_its_filter() {
    let mut scene = Scene::live();
    scene.rows[8].tint = Some(Tint { name: "Orders".into(), colour: 1 });
    let window = scene.harness(false, WIDE);
    assert_eq!(window.get_all_by_label_contains("coloured by Orders").count(), 1);
}

#[test]
fn looks_with_saved_filters_and_their_colours() {
    let mut scene = Scene::live();
    for (name, text, colour) in [
        ("Orders", "collection:orders or uid:orders-2", Some(1)),
        ("Failures", "status:error or kind:error", Some(2)),
        ("Answers that took longer than they should", "roundtrip:>200ms and not type:pong", None),
    ] {
        scene.settings.filters.save(saved(name, text, colour)).unwrap();
    }
    for (row, name, colour) in
        [(0, "Orders", 1), (1, "Orders", 1), (4, "Failures", 2), (8, "Orders", 1), (11, "Orders", 1)]
    {
        scene.rows[row].tint = Some(Tint { name: name.into(), colour });
    }
    scene.removed_filter = Some("Pings".to_owned());
    let mut window = scene.harness(true, WIDE);
    press(&mut window, "Saved filters");
    window.run();
    press(&mut window, "Saved filters…");
    window.run();
    let options = egui_kittest::SnapshotOptions::new().threshold(2.0).max_failed_pixels(400);
    window.snapshot_options("saved_filters_dark", &options);
}
