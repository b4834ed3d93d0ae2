//! The profiles and the recent captures beside the connect form.

use egui::{RichText, Sense, Ui, WidgetInfo, accesskit::Role, vec2};
use lucide_icons::Icon;

use crate::settings::{Profile, ProfileId};
use crate::ui::action::{Action, CapturesAction};
use crate::ui::button::{Button, Look};
use crate::ui::control::{hint_ui, section_ui};
use crate::ui::figures::bytes;
use crate::ui::log_row::elided_in;
use crate::ui::model::Model;
use crate::ui::theme::{self, tokens};

/// What the user chose.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub enum ProfileChoice {
    /// Put this profile into the form.
    Edit(Box<Profile>),
    /// An empty form.
    New,
}

const LINE: f32 = 40.0;

/// Paints the list of profiles; `loaded` is the one in the form.
pub fn profile_list_ui(
    ui: &mut Ui,
    model: &Model<'_>,
    loaded: Option<ProfileId>,
    actions: &mut Vec<Action>,
) -> Option<ProfileChoice> {
    let mut choice = None;
    section_ui(ui, "Profiles", |ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        if Button::icon(Icon::Plus, "New profile").small().show(ui).clicked() {
            choice = Some(ProfileChoice::New);
        }
        if Button::icon(Icon::Download, "Import profiles").small().show(ui).clicked() {
            actions.push(Action::ImportProfiles);
        }
        let some = !model.settings.profiles.is_empty();
        if Button::icon(Icon::Upload, "Export profiles").small().enabled(some).show(ui).clicked() {
            actions.push(Action::ExportProfiles);
        }
    });
    for profile in &model.settings.profiles {
        choice = profile_ui(ui, profile, loaded == Some(profile.id), actions).or(choice);
    }
    if model.settings.profiles.is_empty() {
        hint_ui(ui, "None yet. Give a server a name and save it to find it again");
    }
    if let Some(name) = model.removed_profile {
        ui.horizontal(|ui| {
            hint_ui(ui, &format!("“{name}” was removed"));
            if ui.link(RichText::new("Undo").color(tokens(ui).accent)).clicked() {
                actions.push(Action::UndoRemoveProfile);
            }
        });
    }
    choice
}

fn profile_ui(ui: &mut Ui, profile: &Profile, on: bool, actions: &mut Vec<Action>) -> Option<ProfileChoice> {
    let name = format!("Profile {}", profile.name);
    let response = line_ui(ui, &name, on, (&profile.name, &profile.url));
    let mut choice = response.clicked().then(|| ProfileChoice::Edit(Box::new(profile.clone())));
    let place =
        egui::Rect::from_center_size(response.rect.right_center() - vec2(18.0, 0.0), vec2(26.0, 26.0));
    let mut more = ui.new_child(egui::UiBuilder::new().max_rect(place).id_salt(profile.id.0));
    let more = Button::icon(Icon::Ellipsis, "Profile menu").look(Look::Quiet).show(&mut more);
    egui::Popup::menu(&more).show(|ui| {
        ui.set_min_width(140.0);
        if ui.button("Duplicate").clicked() {
            let copy = Profile {
                id: ProfileId::default(),
                name: format!("{} copy", profile.name),
                ..profile.clone()
            };
            actions.push(Action::SaveProfile(Box::new(copy)));
            ui.close();
        }
        if ui.button("Rename").clicked() {
            choice = Some(ProfileChoice::Edit(Box::new(profile.clone())));
            ui.close();
        }
        if ui.button("Remove").clicked() {
            actions.push(Action::RemoveProfile(profile.id));
            ui.close();
        }
    });
    choice
}

/// A line of a list: a name over something fainter.
fn line_ui(ui: &mut Ui, name: &str, on: bool, (title, under): (&str, &str)) -> egui::Response {
    let t = tokens(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), LINE), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, on, name));
    let fill = if on {
        t.accent_ground
    } else if response.hovered() || response.has_focus() {
        t.raised
    } else {
        egui::Color32::TRANSPARENT
    };
    ui.painter().rect_filled(rect, theme::RADIUS, fill);
    let room = rect.width() - 48.0;
    let at = rect.left_top() + vec2(10.0, 12.0);
    elided_in(ui, at, room, (title, theme::medium(theme::BODY)), t.text);
    elided_in(ui, at + vec2(0.0, 16.0), room, (under, theme::small()), t.faint);
    response
}

/// Paints the captures seen lately. Whether one was opened.
pub fn recents_ui(ui: &mut Ui, model: &Model<'_>, actions: &mut Vec<Action>) -> bool {
    let mut opened = false;
    section_ui(ui, "Recent captures", |ui| {
        if Button::icon(Icon::Library, "All captures").small().show(ui).clicked() {
            actions.push(Action::Captures(CapturesAction::Look));
            opened = true;
        }
        if Button::icon(Icon::FolderOpen, "Open capture").small().show(ui).clicked() {
            actions.push(Action::OpenCapture);
            opened = true;
        }
    });
    for (place, recent) in model.recents.iter().enumerate().take(6) {
        let under = format!("{} · {}", recent.when, bytes(recent.bytes));
        if line_ui(ui, &format!("Capture {}", recent.name), false, (&recent.name, &under)).clicked() {
            actions.push(Action::OpenRecent(place));
            opened = true;
        }
    }
    if model.recents.is_empty() {
        hint_ui(ui, "Sessions you record appear here");
    }
    opened
}
