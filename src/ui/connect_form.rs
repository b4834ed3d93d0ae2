//! `ConnectForm`: the first screen. A URL and a token are enough; everything else has a good default.

use egui::{CollapsingHeader, Key, RichText, ScrollArea, Ui, vec2};
use lucide_icons::Icon;

use crate::capture::row::Level;
use crate::directus::{AuthMode, Endpoint, Secret};
use crate::settings::{CredentialKind, Environment, Preferences, Profile, ProfileId, Protocol, Transport};
use crate::ui::action::{Action, ConnectRequest};
use crate::ui::button::{Button, Look};
use crate::ui::control::{
    card_ui, choice_ui, field_ui, hint_ui, labelled_ui, level_colour, notice_ui, section_ui, switch_ui,
};
use crate::ui::credential_form::{CredentialForm, place_ui};
use crate::ui::model::Model;
use crate::ui::profile_list::{ProfileChoice, profile_list_ui, recents_ui};
use crate::ui::reach_form::ReachForm;
use crate::ui::switches::switches_ui;
use crate::ui::theme::{self, tokens};
use crate::ui::vault_model::VaultAction;

/// The profile as edited, and the values typed.
// No `Debug`: it holds those.
#[derive(Clone, Default)]
pub struct ConnectForm {
    profile: Profile,
    loaded: Option<ProfileId>,
    credential: CredentialForm,
    reach: ReachForm,
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
        self.credential.clear();
        self.profile = profile;
        self.started = true;
    }

    /// Fills in what variables or a `.env` file say. What they don't say stays, but for a profile of another server.
    pub fn fill(&mut self, found: &Environment) {
        let mut profile = self.profile.clone();
        let _value_goes_into_its_field = found.apply(&mut profile);
        if profile.url != self.profile.url {
            // A stored profile keeps its server: this is another one.
            let kept = Profile { url: profile.url, ..Profile::default() };
            self.load(kept);
            self.loaded = None;
            let _again = found.apply(&mut self.profile);
        } else {
            self.profile = profile;
        }
        self.credential.fill(found);
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
        take_pasted_dotenv(ui, actions);
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
        let mut entered = self.credential.show(ui, &mut self.profile, &model.vault, actions);
        if self.profile.protocol == Protocol::Directus {
            ui.add_space(theme::SMALL_GAP);
            labelled_ui(ui, "Login of the server (WEBSOCKETS_REST_AUTH)", |ui| {
                choice_ui(ui, &mut self.profile.mode, &MODES);
            });
        }
        self.credential.hint_ui(ui, &self.profile, &model.vault);
        ui.add_space(theme::SECTION_GAP);
        entered |= url.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let mut went_on = false;
        ui.horizontal(|ui| {
            let missing = self.credential.missing(&self.profile, &model.vault);
            let ready = endpoint.is_ok() && missing.is_none();
            let connect = Button::new("Connect").with_icon(Icon::Plug).look(Look::Primary).enabled(ready);
            let response = connect.show(ui);
            if response.clicked() || (entered && ready) {
                actions.push(Action::Connect(Box::new(self.request())));
                went_on = true;
            } else if let Some(words) = missing {
                response.on_disabled_hover_text(words);
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
            place_ui(ui, profile);
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
            if profile.protocol == Protocol::Directus {
                let what = "A few GET requests to /server/… beside the socket: version, modes, limits";
                switch_ui(ui, &mut profile.examine, "Ask for the server profile", what);
            }
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
        if source_ui(ui, model, actions)
            && let Some(found) = model.vault.environment
        {
            self.fill(found);
        }
        ui.add_space(theme::SECTION_GAP);
        match profile_list_ui(ui, model, self.loaded, actions) {
            Some(ProfileChoice::Edit(profile)) => self.load(*profile),
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
        let moved = profile.take_token();
        let mut secret = self.credential.secret(profile.credential);
        if secret.is_none()
            && moved.is_some()
            && matches!(profile.credential, CredentialKind::None | CredentialKind::StaticToken)
        {
            profile.credential = CredentialKind::StaticToken;
            secret = moved;
        }
        profile.email = profile.email.trim().to_owned();
        profile.subprotocols.retain(|name| !name.is_empty());
        let otp = self.credential.otp(&profile);
        ConnectRequest { profile, secret, otp }
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

/// Offers to fill in the form from elsewhere. Whether the variables of the process were chosen.
fn source_ui(ui: &mut Ui, model: &Model<'_>, actions: &mut Vec<Action>) -> bool {
    let mut chosen = false;
    section_ui(ui, "Fill in from", |ui| {
        if Button::new(".env file…").small().show(ui).clicked() {
            actions.push(Action::Vault(VaultAction::AskDotenv));
        }
    });
    if let Some(found) = model.vault.environment {
        let variables = found.variables().join(", ");
        let words = match found.shown_url() {
            Some(url) => format!("From environment: {url} ({variables})"),
            None => format!("From environment: {variables}"),
        };
        ui.horizontal_top(|ui| {
            let button = Button::new("Use").small();
            chosen = button.show(ui).clicked();
            hint_ui(ui, &words);
        });
    } else {
        hint_ui(ui, "A .env file can also be dropped or pasted here");
    }
    chosen
}

/// Takes the text of a `.env` file out of the clipboard's way before a field makes one line of it.
fn take_pasted_dotenv(ui: &Ui, actions: &mut Vec<Action>) {
    let pasted = ui.input_mut(|input| {
        let place = input.events.iter().position(
            |event| matches!(event, egui::Event::Paste(text) if text.trim().contains('\n') && text.contains('=')),
        )?;
        match input.events.remove(place) {
            egui::Event::Paste(text) => Some(text),
            _ => None,
        }
    });
    actions.extend(pasted.map(|text| Action::Vault(VaultAction::UseDotenv(Secret::new(text)))));
}
