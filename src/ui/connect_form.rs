//! `ConnectForm`: the first screen. A URL and a token are enough; everything else has a good default.

use egui::{CollapsingHeader, Key, RichText, ScrollArea, TextEdit, Ui, vec2};
use lucide_icons::Icon;

use crate::capture::row::Level;
use crate::directus::{AuthMode, Endpoint, Secret};
use crate::settings::{CredentialKind, Preferences, Profile, ProfileId, Protocol, Transport};
use crate::ui::action::{Action, ConnectRequest};
use crate::ui::button::{Button, Look};
use crate::ui::control::{
    card_ui, choice_ui, field_ui, hint_ui, labelled_ui, level_colour, notice_ui, switch_ui,
};
use crate::ui::model::Model;
use crate::ui::profile_list::{ProfileChoice, profile_list_ui, recents_ui};
use crate::ui::reach_form::ReachForm;
use crate::ui::switches::switches_ui;
use crate::ui::theme::{self, tokens};

/// The profile as edited, and the token typed.
// No `Debug`: it holds the token.
#[derive(Clone, Default)]
pub struct ConnectForm {
    profile: Profile,
    loaded: Option<ProfileId>,
    token: String,
    reach: ReachForm,
    reveal: bool,
    focus: bool,
    started: bool,
}

const FORM_WIDTH: f32 = 520.0;
const SIDE_WIDTH: f32 = 300.0;
const MODES: [(AuthMode, &str); 3] =
    [(AuthMode::Handshake, "Handshake"), (AuthMode::Public, "Public"), (AuthMode::Strict, "Strict")];

impl ConnectForm {
    /// Puts another profile into the form.
    pub fn load(&mut self, profile: Profile) {
        self.loaded = Some(profile.id);
        self.token.clear();
        self.profile = profile;
        self.started = true;
    }

    /// The profile in the form was stored, under this identity and name. A typed token stays.
    pub fn adopt(&mut self, stored: Profile) {
        self.loaded = Some(stored.id);
        self.profile = stored;
        self.started = true;
    }

    /// Paints the screen into all the room there is. Whether the user went on to connect.
    pub fn show(&mut self, ui: &mut Ui, model: &Model<'_>, actions: &mut Vec<Action>) -> bool {
        if !std::mem::replace(&mut self.started, true) {
            self.focus = true;
            if let Some(profile) = model.settings.profile(model.settings.last_profile) {
                self.load(profile.clone());
            }
        }
        let mut went_on = false;
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            let room = ui.available_width();
            let two = room > FORM_WIDTH + SIDE_WIDTH + 90.0;
            let width = if two { FORM_WIDTH + SIDE_WIDTH + 32.0 } else { room.min(FORM_WIDTH + 24.0) - 24.0 };
            ui.add_space(if ui.available_height() > 640.0 { 40.0 } else { 14.0 });
            ui.horizontal_top(|ui| {
                ui.add_space(((room - width) / 2.0).max(12.0) - 8.0);
                ui.vertical(|ui| {
                    ui.set_max_width(width);
                    banner_ui(ui, model);
                    if two {
                        ui.horizontal_top(|ui| {
                            ui.spacing_mut().item_spacing.x = 32.0;
                            let down = egui::Layout::top_down(egui::Align::Min);
                            ui.allocate_ui_with_layout(vec2(FORM_WIDTH, 0.0), down, |ui| {
                                went_on = self.form_ui(ui, model, actions);
                            });
                            ui.allocate_ui_with_layout(vec2(SIDE_WIDTH, 0.0), down, |ui| {
                                went_on |= self.side_ui(ui, model, actions);
                            });
                        });
                    } else {
                        went_on = self.form_ui(ui, model, actions);
                        ui.add_space(theme::SECTION_GAP);
                        went_on |= self.side_ui(ui, model, actions);
                    }
                    ui.add_space(24.0);
                });
            });
        });
        went_on
    }

    fn form_ui(&mut self, ui: &mut Ui, model: &Model<'_>, actions: &mut Vec<Action>) -> bool {
        let t = tokens(ui);
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.x = theme::GAP;
        ui.label(RichText::new("Connect to Directus").font(theme::strong(theme::DISPLAY)));
        hint_ui(ui, "See every message of Directus Realtime, say what it means, and send your own");
        ui.add_space(theme::SECTION_GAP);
        let url = labelled_ui(ui, "Server", |ui| {
            field_ui(ui, "Server URL", &mut self.profile.url, "https://cms.example.com", theme::mono())
        });
        if std::mem::take(&mut self.focus) && self.profile.url.is_empty() {
            url.request_focus();
        }
        let endpoint = Endpoint::parse(&self.profile.url);
        endpoint_ui(ui, endpoint.as_ref().ok());
        if let Err(error) = &endpoint
            && !self.profile.url.trim().is_empty()
        {
            notice_ui(ui, Level::Warning, &error.to_string());
        }
        ui.add_space(theme::GAP);
        let known = model.known_tokens.contains(&self.profile.id);
        let token = labelled_ui(ui, "Token", |ui| self.token_ui(ui, known));
        if self.profile.protocol == Protocol::Directus {
            labelled_ui(ui, "Login of the server (WEBSOCKETS_REST_AUTH)", |ui| {
                choice_ui(ui, &mut self.profile.mode, &MODES);
            });
            hint_ui(ui, mode_hint(self.profile.mode, !known && self.token.trim().is_empty()));
        }
        ui.add_space(theme::SECTION_GAP);
        let entered =
            (url.lost_focus() || token.lost_focus()) && ui.input(|input| input.key_pressed(Key::Enter));
        let mut went_on = false;
        ui.horizontal(|ui| {
            let ready = endpoint.is_ok();
            let connect = Button::new("Connect").with_icon(Icon::Plug).look(Look::Primary).enabled(ready);
            if connect.show(ui).clicked() || (entered && ready) {
                actions.push(Action::Connect(Box::new(self.request())));
                went_on = true;
            }
            self.save_ui(ui, model, actions);
        });
        if !model.settings.preferences.record {
            ui.add_space(theme::SMALL_GAP);
            ui.label(RichText::new("Recording is off: this session leaves no file").color(t.warning));
        }
        ui.add_space(theme::SECTION_GAP);
        self.options_ui(ui, model, actions);
        went_on
    }

    fn token_ui(&mut self, ui: &mut Ui, known: bool) -> egui::Response {
        let t = tokens(ui);
        let hint = if known {
            "remembered; type to use another one"
        } else {
            "static token of a user; empty for none"
        };
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = theme::SMALL_GAP;
            let width = ui.available_width() - theme::CONTROL_HEIGHT - theme::SMALL_GAP;
            // An id of its own: lines that come and go above must not take the cursor away.
            let edit = TextEdit::singleline(&mut self.token)
                .id(egui::Id::unique("token field"))
                .password(!self.reveal)
                .hint_text(RichText::new(hint).color(t.faint).italics())
                .font(theme::mono())
                .margin(egui::Margin::symmetric(9, 4))
                .desired_width(width)
                .align(egui::Align2::LEFT_CENTER)
                .min_size(vec2(0.0, theme::CONTROL_HEIGHT));
            let response: egui::Response = ui.add(edit).accessible_name("Token");
            let (icon, name) =
                if self.reveal { (Icon::EyeOff, "Hide token") } else { (Icon::Eye, "Show token") };
            if Button::icon(icon, name).show(ui).clicked() {
                self.reveal = !self.reveal;
            }
            response
        })
        .inner
    }

    fn options_ui(&mut self, ui: &mut Ui, model: &Model<'_>, actions: &mut Vec<Action>) {
        let words = RichText::new("More options").color(tokens(ui).dim);
        CollapsingHeader::new(words).id_salt("more options").show(ui, |ui| {
            ui.add_space(theme::SMALL_GAP);
            let profile = &mut self.profile;
            labelled_ui(ui, "Protocol", |ui| {
                let choices = [(Protocol::Directus, "Directus"), (Protocol::Raw, "Any WebSocket server")];
                choice_ui(ui, &mut profile.protocol, &choices);
            });
            labelled_ui(ui, "Transport", |ui| {
                let choices = [(Transport::Full, "Full"), (Transport::Portable, "Portable")];
                choice_ui(ui, &mut profile.transport, &choices);
            });
            if profile.transport == Transport::Portable {
                hint_ui(ui, "Shows what a minimal client sees: no close code, no handshake");
            }
            labelled_ui(ui, "Connect timeout, seconds", |ui| {
                let seconds = egui::DragValue::new(&mut profile.connect_timeout_s).range(1..=600);
                let response: egui::Response = ui.add(seconds);
                response.accessible_name("Connect timeout");
            });
            let mut subprotocols = profile.subprotocols.join(", ");
            labelled_ui(ui, "Subprotocols, comma separated", |ui| {
                if field_ui(ui, "Subprotocols", &mut subprotocols, "none", theme::mono()).changed() {
                    let names = subprotocols.split(',').map(|name| name.trim().to_owned());
                    profile.subprotocols = names.collect();
                }
            });
            self.reach.show(ui, profile);
            switches_ui(ui, &mut profile.switches);
            let mut preferences: Preferences = model.settings.preferences;
            let file = "Captures lie in the data folder; see Settings for their limit";
            if switch_ui(ui, &mut preferences.record, "Record this session to a file", file) {
                actions.push(Action::SetPreferences(Box::new(preferences)));
            }
        });
    }

    /// Name the profile and keep it; the token is never written.
    fn save_ui(&mut self, ui: &mut Ui, model: &Model<'_>, actions: &mut Vec<Action>) {
        let stored = model.settings.profile(self.profile.id);
        let changed = stored.is_none_or(|stored| *stored != self.profile);
        let size = vec2(150.0, theme::CONTROL_HEIGHT);
        let down = egui::Layout::top_down(egui::Align::Min);
        ui.allocate_ui_with_layout(size, down, |ui| {
            field_ui(ui, "Profile name", &mut self.profile.name, "Profile name", theme::body())
        });
        let troubles = self.profile.troubles(&model.settings.profiles);
        let save = Button::new(if stored.is_some() { "Save changes" } else { "Save profile" });
        let response = save.enabled(changed && troubles.is_empty()).show(ui);
        if response.clicked() {
            actions.push(Action::SaveProfile(Box::new(self.profile.clone())));
        }
        if let (true, Some(trouble)) = (changed, troubles.first()) {
            response.on_disabled_hover_text(trouble.to_string());
        }
    }

    fn side_ui(&mut self, ui: &mut Ui, model: &Model<'_>, actions: &mut Vec<Action>) -> bool {
        let mut went_on = false;
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.x = theme::GAP;
        card_ui(ui, None, |ui| {
            ui.label(RichText::new("No server at hand?").font(theme::strong(13.0)));
            hint_ui(
                ui,
                "A small Directus-like server on this machine, with a messages collection and some traffic",
            );
            ui.add_space(theme::SMALL_GAP);
            let demo = Button::new("Try the demo server").with_icon(Icon::FlaskConical);
            if demo.show(ui).clicked() {
                actions.push(Action::StartDemo);
                went_on = true;
            }
        });
        ui.add_space(theme::SECTION_GAP);
        match profile_list_ui(ui, model, self.loaded, actions) {
            Some(ProfileChoice::Edit(profile)) => self.load(profile),
            Some(ProfileChoice::New) => {
                self.load(Profile::default());
                self.loaded = None;
                self.focus = true;
            }
            None => {}
        }
        ui.add_space(theme::SECTION_GAP);
        went_on | recents_ui(ui, model, actions)
    }

    fn request(&self) -> ConnectRequest {
        let mut profile = self.profile.clone();
        let typed = self.token.trim();
        let moved = profile.take_token();
        let token = if typed.is_empty() { moved } else { Some(Secret::new(typed)) };
        profile.subprotocols.retain(|name| !name.is_empty());
        profile.credential = match token {
            Some(_) => CredentialKind::StaticToken,
            // A stored profile may have its token remembered by the app.
            None if profile.id == ProfileId::default() => CredentialKind::None,
            None => profile.credential,
        };
        ConnectRequest { profile, token }
    }
}

/// The address as it will be used, live, with what was changed to get it.
fn endpoint_ui(ui: &mut Ui, endpoint: Option<&Endpoint>) {
    let t = tokens(ui);
    let Some(endpoint) = endpoint else { return };
    let words = format!("→ {}", endpoint.shown_url());
    ui.add(egui::Label::new(RichText::new(words).font(theme::mono()).color(t.good)).wrap());
    let notes: Vec<String> = endpoint.notes().iter().map(ToString::to_string).collect();
    if !notes.is_empty() {
        let words = RichText::new(notes.join(" · ")).font(theme::small()).color(t.faint);
        ui.add(egui::Label::new(words).wrap());
    }
}

fn banner_ui(ui: &mut Ui, model: &Model<'_>) {
    if let Some(banner) = model.banner {
        let colour = level_colour(tokens(ui), Level::Warning);
        card_ui(ui, Some(colour), |ui| notice_ui(ui, Level::Warning, banner));
        ui.add_space(theme::SECTION_GAP);
    }
}

/// What the mode means, with the token given or not (reference 2.1).
fn mode_hint(mode: AuthMode, no_token: bool) -> &'static str {
    match (mode, no_token) {
        (AuthMode::Handshake, false) => "The default of Directus: the token is the first message",
        (AuthMode::Handshake, true) => {
            "The server closes after 10 s without a login: write an auth message by hand"
        }
        (AuthMode::Public, false) => "Open to everyone; the token is sent to act as its user",
        (AuthMode::Public, true) => "Open to everyone; you act as the public role",
        (AuthMode::Strict, false) => "The token travels in the URL; it is masked wherever it is shown",
        (AuthMode::Strict, true) => "The server refuses the upgrade without a token",
    }
}
