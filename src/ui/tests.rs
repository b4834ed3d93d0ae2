//! The whole window on sample data: clicks become actions, and it looks as it should.

use egui::{Key, Modifiers};
use egui_kittest::SnapshotOptions;
use egui_kittest::kittest::Queryable as _;

use crate::directus::Secret;
use crate::ui::action::Action;
use crate::ui::scene::Scene;

const WIDE: (f32, f32) = (1440.0, 900.0);

/// The live scene with the list as it starts: following, nothing selected.
fn following() -> Scene {
    Scene { shell: crate::ui::shell::Shell::default(), detail: None, ..Scene::live() }
}

fn look(scene: Scene, dark: bool, size: (f32, f32), name: &str) {
    let mut harness = scene.harness(dark, size);
    // Software renderers differ in the last bit of antialiasing, not in what is where.
    let options = SnapshotOptions::new().threshold(2.0).max_failed_pixels(400);
    harness.snapshot_options(name, &options);
}

#[test]
fn looks_live_dark() {
    look(Scene::live(), true, WIDE, "live_dark");
}

#[test]
fn looks_live_light() {
    look(Scene::live(), false, WIDE, "live_light");
}

#[test]
fn looks_first_dark() {
    look(Scene::returning(), true, WIDE, "first_dark");
}

#[test]
fn looks_failed_light() {
    look(Scene::failed(), false, (1000.0, 640.0), "failed_light");
}

#[test]
fn a_url_and_a_token_connect() {
    let mut harness = Scene::first().harness(true, WIDE);
    harness.get_by_label("Server URL").type_text("cms.example.com/admin");
    harness.get_by_label("Token").focus();
    harness.run();
    harness.get_by_label("Token").type_text("secret-token");
    harness.run();
    harness.get_by_label_contains("→ wss://cms.example.com/websocket");
    harness.get_by_label("Connect").click();
    harness.run();
    let wishes = harness.state().wishes();
    let [Action::Connect(request)] = &wishes[..] else { panic!("{wishes:?}") };
    assert_eq!(request.profile.url, "cms.example.com/admin");
    assert_eq!(request.secret, Some(Secret::new("secret-token")));
    assert!(!format!("{wishes:?}").contains("secret-token"));
}

#[test]
fn a_wrong_url_says_why_and_can_not_connect() {
    let mut harness = Scene::first().harness(true, WIDE);
    harness.get_by_label("Server URL").type_text("http://");
    harness.run();
    harness.get_by_label("Connect").click();
    harness.run();
    assert_eq!(harness.state().wishes(), []);
}

#[test]
fn the_demo_is_one_click() {
    let mut harness = Scene::first().harness(true, WIDE);
    harness.get_by_label("Try the demo server").click();
    harness.run();
    assert_eq!(harness.state().wishes(), [Action::StartDemo]);
}

#[test]
fn a_template_is_edited_and_sent() {
    let mut harness = following().harness(true, WIDE);
    harness.get_by_label("Template Create items").click();
    harness.run();
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    harness.run();
    let wishes = harness.state().wishes();
    let [Action::Send(text)] = &wishes[..] else { panic!("{wishes:?}") };
    assert!(text.contains(r#""action": "create""#), "{text}");
}

#[test]
fn the_subscribe_form_sends_the_guide() {
    let mut harness = following().harness(true, WIDE);
    harness.get_by_label("Form").click();
    harness.run();
    harness.get_by_label("Collection").type_text("messages");
    harness.get_by_label("Fields").focus();
    harness.run();
    harness.get_by_label("Fields").type_text("user, text");
    harness.run();
    harness.get_by_label("Subscribe now").click();
    harness.run();
    let wishes = harness.state().wishes();
    let [Action::Send(text)] = &wishes[..] else { panic!("{wishes:?}") };
    assert!(text.contains(r#""type": "subscribe", "collection": "messages", "event": "create""#), "{text}");
    assert!(text.contains(r#""fields": ["user", "text"]"#), "{text}");
}

#[test]
fn rows_are_selected_by_click_and_key() {
    let mut harness = following().harness(true, WIDE);
    harness.get_by_label_contains("row #8411188 create").click();
    harness.run();
    harness.key_press(Key::ArrowDown);
    harness.run();
    harness.key_press(Key::K);
    harness.run();
    let wishes = harness.state().wishes();
    assert_eq!(wishes, [Action::Select(Some(5)), Action::Select(Some(6)), Action::Select(Some(5))]);
}

#[test]
fn ten_million_rows_end_with_the_last() {
    let scene = Scene { total: Some(10_000_000), ..following() };
    let mut harness = scene.harness(true, WIDE);
    harness.get_by_label_contains("row #8411204 open");
    harness.key_press(Key::Home);
    harness.run();
    harness.get_by_label("row at 0, being read");
    let asked = harness.state().actions.iter().rev().find_map(|action| match action {
        Action::ShowRows(range) => Some(range.clone()),
        _ => None,
    });
    assert_eq!(asked.map(|range| range.start), Some(0));
    harness.key_press(Key::End);
    harness.run();
    harness.get_by_label_contains("row #8411204 open");
}

#[test]
fn the_palette_finds_and_does() {
    let mut harness = following().harness(true, WIDE);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::K);
    harness.run();
    harness.get_by_label("Command").type_text("disconnect");
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(harness.state().wishes(), [Action::Disconnect]);
}

#[test]
fn the_smallest_window_still_has_everything() {
    let mut harness = following().harness(true, (900.0, 600.0));
    harness.run();
    harness.get_by_label("Send");
    harness.get_by_label("Disconnect");
    harness.get_by_label("Follow");
    harness.get_by_label_contains("row #8411204 open");
}

#[test]
fn a_failure_says_what_why_and_what_to_do() {
    let mut harness = Scene::failed().harness(false, WIDE);
    harness.get_by_label("cms.example.com refused the connection on port 443");
    harness.get_by_label_contains("Nothing listens there");
    harness.get_by_label_contains("Check the URL");
    harness.get_all_by_label("Retry now").next().unwrap().click();
    harness.run();
    assert_eq!(harness.state().wishes(), [Action::RetryNow]);
}

#[test]
fn a_frame_costs_what_is_in_sight() {
    let shapes = |total| {
        let scene = Scene { total: Some(total), ..following() };
        let mut harness = scene.harness(true, WIDE);
        harness.run();
        harness.output().shapes.len()
    };
    let (short, long) = (shapes(1_000), shapes(10_000_000));
    assert!(long <= short + 20, "{short} {long}");
}

#[test]
fn paused_rows_are_counted_and_one_click_away() {
    let mut harness = following().harness(true, WIDE);
    harness.get_by_label("Pause").click();
    harness.run();
    harness.state_mut().total = Some(15 + 1_204);
    harness.run();
    harness.get_by_label("↓ 1\u{a0}204 new").click();
    harness.run();
    assert!(harness.query_by_label("Resume").is_none());
    harness.get_by_label_contains("row #8411204 open");
}

#[test]
fn cleared_rows_can_be_brought_back() {
    let scene = Scene { hidden: 10, ..following() };
    let mut harness = scene.harness(true, WIDE);
    harness.get_by_label("↑ 10 older rows hidden by Clear");
    assert!(harness.query_by_label_contains("row #8411183").is_none());
    harness.get_by_label("Undo").click();
    harness.run();
    harness.get_by_label("Clear").click();
    harness.run();
    assert_eq!(harness.state().wishes(), [Action::UndoClear, Action::ClearLog]);
}

#[test]
fn find_asks_and_goes_on_from_the_selection() {
    let mut harness = following().harness(true, WIDE);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::F);
    harness.run();
    harness.get_by_label("Find in log").type_text("orders");
    harness.run();
    harness.get_by_label("Find next").click();
    harness.run();
    harness.state_mut().shell.reveal(3);
    harness.run();
    harness.key_press(Key::F3);
    harness.run();
    let searched = |from| {
        Action::Search(crate::ui::action::SearchFor { text: "orders".to_owned(), backwards: false, from })
    };
    assert_eq!(harness.state().wishes(), [searched(None), searched(Some(3))]);
}

#[test]
fn the_history_comes_back_and_the_draft_too() {
    let mut harness = following().harness(true, WIDE);
    harness.get_by_label("Message").focus();
    harness.run();
    harness.get_by_label("Message").type_text("draft");
    harness.run();
    harness.get_by_label("Older message").click();
    harness.run();
    let text = |harness: &egui_kittest::Harness<'_, Scene>| harness.get_by_label("Message").value();
    assert_eq!(text(&harness).as_deref(), Some(r#"{ "type": "ping", "uid": "p-1" }"#));
    harness.get_by_label("Newer message").click();
    harness.run();
    assert_eq!(text(&harness).as_deref(), Some("draft"));
}

#[test]
fn broken_json_says_where_and_can_still_be_sent() {
    let mut harness = following().harness(true, WIDE);
    harness.get_by_label("Message").focus();
    harness.run();
    harness.get_by_label("Message").type_text("{ \"a\" 1 }");
    harness.run();
    harness.get_by_label_contains("not JSON: expected : after the key at 1:7");
    harness.get_by_label("Send").click();
    harness.run();
    assert_eq!(harness.state().wishes(), [Action::Send("{ \"a\" 1 }".to_owned())]);
}

#[test]
fn a_setting_takes_effect_at_once() {
    let mut harness = following().harness(true, WIDE);
    harness.get_by_label("Settings").click();
    harness.run();
    harness.get_by_label("Light").click();
    harness.run();
    let wishes = harness.state().wishes();
    let [Action::SetPreferences(preferences)] = &wishes[..] else { panic!("{wishes:?}") };
    assert_eq!(preferences.theme, crate::settings::Theme::Light);
}

#[test]
fn a_recording_can_be_read_but_not_written_to() {
    let mut harness = Scene { replay: true, ..Scene::live() }.harness(true, WIDE);
    assert!(harness.query_by_label("Send").is_none());
    assert!(harness.query_by_label("Disconnect").is_none());
    harness.get_by_label("reading prod-2026-11-23.ndjson");
    harness.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::D);
    harness.run();
    assert_eq!(harness.state().wishes(), []);
}

#[test]
fn a_dialog_keeps_the_keys_to_itself() {
    let mut harness = Scene::live().harness(true, WIDE);
    harness.key_press(Key::F1);
    harness.run();
    harness.get_by_label("Everything can be done by keyboard; Ctrl+K finds any command by its name");
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    harness.key_press(Key::ArrowDown);
    harness.run();
    harness.key_press(Key::Escape);
    harness.run();
    assert!(
        harness
            .query_by_label("Everything can be done by keyboard; Ctrl+K finds any command by its name")
            .is_none()
    );
    assert_eq!(harness.state().wishes(), []);
}

#[test]
fn a_dragged_panel_is_remembered_once() {
    let mut harness = Scene::live().harness(true, WIDE);
    let edge = egui::pos2(280.0, 300.0);
    harness.hover_at(edge);
    harness.run();
    harness.drag_at(edge);
    harness.run();
    harness.hover_at(egui::pos2(330.0, 300.0));
    harness.run();
    harness.drop_at(egui::pos2(330.0, 300.0));
    harness.run();
    let wishes = harness.state().wishes();
    let [Action::SetLayout(layout)] = &wishes[..] else { panic!("{wishes:?}") };
    assert!((320.0..340.0).contains(&layout.status_width), "{layout:?}");
}

#[test]
fn a_profile_is_chosen_duplicated_and_saved() {
    let mut harness = Scene::returning().harness(true, WIDE);
    harness.get_by_label("Profile Production").click();
    harness.run();
    harness.get_by_label_contains("→ wss://cms.example.com/websocket");
    harness.get_by_label("Profile name").focus();
    harness.run();
    harness.get_by_label("Profile name").type_text(" EU");
    harness.run();
    harness.get_by_label("Save changes").click();
    harness.run();
    harness.get_all_by_label("Profile menu").next().unwrap().click();
    harness.run();
    harness.get_by_label("Duplicate").click();
    harness.run();
    let wishes = harness.state().wishes();
    let [Action::SaveProfile(saved), Action::SaveProfile(copy)] = &wishes[..] else { panic!("{wishes:?}") };
    assert_eq!((saved.name.as_str(), copy.name.as_str(), copy.id.0), ("Production EU", "Production copy", 0));
}

#[test]
fn more_options_unfold_and_are_used() {
    let mut harness = Scene::returning().harness(true, WIDE);
    harness.get_by_label("More options").click();
    harness.run();
    harness.get_by_label("Portable").click();
    harness.run();
    harness.get_by_label("Reconnect").scroll_to_me();
    harness.run();
    harness.get_by_label("Reconnect").click();
    harness.run();
    harness.get_by_label("Connect").scroll_to_me();
    harness.run();
    harness.get_by_label("Connect").click();
    harness.run();
    let wishes = harness.state().wishes();
    let [Action::Connect(request)] = &wishes[..] else { panic!("{wishes:?}") };
    assert_eq!(request.profile.transport, crate::settings::Transport::Portable);
    assert!(!request.profile.switches.reconnect && request.profile.switches.auto_pong);
}
