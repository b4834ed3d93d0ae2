//! The settings page: preferences. What is shown is in effect at once.

use egui::Ui;
use lucide_icons::Icon;

use crate::settings::{Preferences, Theme};
use crate::ui::action::Action;
use crate::ui::button::{Button, Look};
use crate::ui::control::{choice_ui, dialog_ui, hint_ui, labelled_ui, section_ui, switch_ui, title_ui};
use crate::ui::figures::{bytes, counted};
use crate::ui::model::Model;
use crate::ui::theme;

const THEMES: [(Theme, &str); 3] =
    [(Theme::System, "As the system"), (Theme::Dark, "Dark"), (Theme::Light, "Light")];
const ZOOMS: [(f32, &str); 6] =
    [(0.8, "80 %"), (0.9, "90 %"), (1.0, "100 %"), (1.1, "110 %"), (1.25, "125 %"), (1.5, "150 %")];
/// Steps of the limit for captures, gigabytes.
const LIMITS: [(u64, &str); 5] = [
    (1_000_000_000, "1 GB"),
    (5_000_000_000, "5 GB"),
    (10_000_000_000, "10 GB"),
    (50_000_000_000, "50 GB"),
    (200_000_000_000, "200 GB"),
];

/// Paints the page over the window. False once it was closed.
pub fn settings_ui(ui: &Ui, model: &Model<'_>, actions: &mut Vec<Action>) -> bool {
    let before = model.settings.preferences;
    let mut preferences = before;
    let closed = dialog_ui(ui, "settings", 480.0, |ui| {
        title_ui(ui, "Settings", "In effect at once, and after a restart");
        look_ui(ui, &mut preferences);
        ui.add_space(theme::GAP);
        captures_ui(ui, model, &mut preferences, actions);
        ui.add_space(theme::GAP);
        section_ui(ui, "Messages", |_| {});
        let kept = model.settings.history.iter().len();
        hint_ui(
            ui,
            &format!(
                "{} composed before, without secrets",
                counted(u64::try_from(kept).unwrap_or(0), "message")
            ),
        );
        let forget = Button::new("Forget them").with_icon(Icon::Trash2).look(Look::Danger).enabled(kept > 0);
        if forget.show(ui).clicked() {
            actions.push(Action::ClearHistory);
        }
        ui.add_space(theme::GAP);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if Button::new("Close").show(ui).clicked() {
                ui.close();
            }
        });
    });
    if preferences != before {
        actions.push(Action::SetPreferences(Box::new(preferences)));
    }
    !closed
}

fn look_ui(ui: &mut Ui, preferences: &mut Preferences) {
    section_ui(ui, "Look", |_| {});
    labelled_ui(ui, "Theme", |ui| choice_ui(ui, &mut preferences.theme, &THEMES));
    labelled_ui(ui, "Zoom", |ui| choice_ui(ui, &mut preferences.zoom, &ZOOMS));
    switch_ui(ui, &mut preferences.utc, "Times in UTC", "Else in the zone of this machine");
    switch_ui(
        ui,
        &mut preferences.fold_heartbeats,
        "Fold heartbeats",
        "Pings of the server and their answers leave the log; the file keeps them",
    );
    switch_ui(ui, &mut preferences.follow, "Follow new rows", "When a connection starts");
}

fn captures_ui(ui: &mut Ui, model: &Model<'_>, preferences: &mut Preferences, actions: &mut Vec<Action>) {
    section_ui(ui, "Captures", |_| {});
    switch_ui(
        ui,
        &mut preferences.record,
        "Record every session to a file",
        "Else to a temporary file without a name, gone when the session closes. Holds from the next session on",
    );
    labelled_ui(ui, "Limit for all captures, the oldest go first", |ui| {
        choice_ui(ui, &mut preferences.capture_limit_bytes, &LIMITS)
    });
    let own = LIMITS.iter().all(|(limit, _)| *limit != preferences.capture_limit_bytes);
    if own {
        hint_ui(ui, &format!("The limit is {}", bytes(preferences.capture_limit_bytes)));
    }
    ui.horizontal(|ui| {
        hint_ui(ui, &format!("{} in use", bytes(model.recording.all_bytes)));
        if Button::new("Show folder of captures").with_icon(Icon::HardDrive).show(ui).clicked() {
            actions.push(Action::ShowCaptures);
        }
    });
}
