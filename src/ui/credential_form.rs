//! `CredentialForm`: with what to log in. The chosen kind's fields, where the value is kept, and what each thing means.

use egui::{RichText, TextEdit, Ui, vec2};
use lucide_icons::Icon;

use crate::capture::row::Level;
use crate::directus::{AuthMode, Secret, TokenPlace};
use crate::settings::{CredentialKind, Environment, Profile, Protocol, Transport};
use crate::ui::action::Action;
use crate::ui::button::Button;
use crate::ui::control::{choice_ui, field_ui, hint_ui, labelled_ui, notice_ui, switch_ui};
use crate::ui::theme::{self, tokens};
use crate::ui::vault_model::{VaultAction, VaultModel};

const KINDS: [(CredentialKind, &str); 5] = [
    (CredentialKind::StaticToken, "Static token"),
    (CredentialKind::Password, "E-mail"),
    (CredentialKind::RefreshToken, "Refresh token"),
    (CredentialKind::SessionCookie, "Session cookie"),
    (CredentialKind::None, "None"),
];
const PLACES: [(TokenPlace, &str); 2] = [(TokenPlace::Message, "Auth message"), (TokenPlace::Query, "URL")];

/// What was typed, each kind for itself, so that looking at another kind loses nothing.
// No `Debug`: it holds the values.
#[derive(Clone, Default)]
pub struct CredentialForm {
    token: String,
    password: String,
    refresh_token: String,
    cookie: String,
    otp: String,
    reveal: bool,
}

impl CredentialForm {
    /// Forgets what was typed.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Takes a value found elsewhere.
    pub fn fill(&mut self, found: &Environment) {
        if let Some((kind, secret)) = found.secret()
            && let Some(typed) = self.typed_mut(kind)
        {
            secret.expose().clone_into(typed);
        }
    }

    /// The value typed for a kind, if there is one. A password may begin or end with a blank, a token can't.
    #[must_use]
    pub fn secret(&self, kind: CredentialKind) -> Option<Secret> {
        let typed = match kind {
            CredentialKind::None => "",
            CredentialKind::StaticToken => self.token.trim(),
            CredentialKind::Password => &self.password,
            CredentialKind::RefreshToken => self.refresh_token.trim(),
            CredentialKind::SessionCookie => self.cookie.trim(),
        };
        (!typed.is_empty()).then(|| Secret::new(typed))
    }

    /// The one-time password, if one was typed and can be used.
    #[must_use]
    pub fn otp(&self, profile: &Profile) -> Option<Secret> {
        let fits = profile.credential == CredentialKind::Password && !profile.in_band;
        let typed = self.otp.trim();
        (fits && !typed.is_empty()).then(|| Secret::new(typed))
    }

    /// What must still be entered to connect.
    #[must_use]
    pub fn missing(&self, profile: &Profile, vault: &VaultModel<'_>) -> Option<&'static str> {
        let kind = profile.credential;
        let at_hand =
            self.secret(kind).is_some() || vault.knows(profile.id, kind) || is_remembered(profile, vault);
        match kind {
            CredentialKind::Password if profile.email.trim().is_empty() => {
                Some("Enter the e-mail address first")
            }
            CredentialKind::Password if !at_hand => Some("Enter the password first"),
            CredentialKind::RefreshToken if !at_hand => Some("Enter the refresh token first"),
            CredentialKind::SessionCookie if !at_hand => Some("Enter the value of the cookie first"),
            CredentialKind::SessionCookie if profile.transport == Transport::Portable => {
                Some("The portable transport sends no cookies: choose the full one under More options")
            }
            _ => None,
        }
    }

    /// Paints chooser and fields. Whether Enter was pressed in one of them.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        profile: &mut Profile,
        vault: &VaultModel<'_>,
        actions: &mut Vec<Action>,
    ) -> bool {
        labelled_ui(ui, "Log in with", |ui| {
            choice_ui(ui, &mut profile.credential, &KINDS);
        });
        let known = self.secret(profile.credential).is_none()
            && (vault.knows(profile.id, profile.credential) || is_remembered(profile, vault));
        let entered = match profile.credential {
            CredentialKind::None => false,
            CredentialKind::StaticToken => self.value_ui(
                ui,
                "Token",
                CredentialKind::StaticToken,
                (!known).then_some("static token of a user; empty for none"),
            ),
            CredentialKind::Password => self.password_ui(ui, profile, known),
            CredentialKind::RefreshToken => {
                let entered = self.value_ui(
                    ui,
                    "Refresh token value",
                    CredentialKind::RefreshToken,
                    (!known).then_some("refresh_token of a login"),
                );
                in_band_ui(ui, profile);
                entered
            }
            CredentialKind::SessionCookie => self.cookie_ui(ui, profile, known),
        };
        if profile.credential != CredentialKind::None {
            ui.add_space(theme::SMALL_GAP);
            remember_ui(ui, profile, vault, actions);
        }
        trouble_ui(ui, vault, actions);
        entered
    }

    /// Paints what mode and credential mean together.
    pub fn hint_ui(&self, ui: &mut Ui, profile: &Profile, vault: &VaultModel<'_>) {
        let given = self.secret(profile.credential).is_some()
            || vault.knows(profile.id, profile.credential)
            || is_remembered(profile, vault);
        if let Some(words) = hint(profile, given) {
            hint_ui(ui, words);
        }
    }

    fn typed_mut(&mut self, kind: CredentialKind) -> Option<&mut String> {
        match kind {
            CredentialKind::None => None,
            CredentialKind::StaticToken => Some(&mut self.token),
            CredentialKind::Password => Some(&mut self.password),
            CredentialKind::RefreshToken => Some(&mut self.refresh_token),
            CredentialKind::SessionCookie => Some(&mut self.cookie),
        }
    }

    fn password_ui(&mut self, ui: &mut Ui, profile: &mut Profile, known: bool) -> bool {
        let email = labelled_ui(ui, "E-mail address", |ui| {
            field_ui(
                ui,
                "E-mail address",
                &mut profile.email,
                "of a user of the default provider",
                theme::body(),
            )
        });
        let mut entered = pressed(ui, &email);
        entered |= self.value_ui(
            ui,
            "Password",
            CredentialKind::Password,
            (!known).then_some("password of the user"),
        );
        if !profile.in_band {
            let otp = labelled_ui(ui, "One-time password", |ui| {
                let hint = "six digits; empty without two-factor login";
                field_ui(ui, "One-time password", &mut self.otp, hint, theme::mono())
            });
            entered |= pressed(ui, &otp);
        }
        in_band_ui(ui, profile);
        entered
    }

    fn cookie_ui(&mut self, ui: &mut Ui, profile: &mut Profile, known: bool) -> bool {
        let name = labelled_ui(ui, "Cookie name", |ui| {
            field_ui(ui, "Cookie name", &mut profile.cookie_name, "directus_session_token", theme::mono())
        });
        let hint = "from the browser's developer tools";
        let value =
            self.value_ui(ui, "Cookie value", CredentialKind::SessionCookie, (!known).then_some(hint));
        pressed(ui, &name) || value
    }

    /// The field of a secret value; no hint where the value is known. Whether Enter was pressed in it.
    fn value_ui(&mut self, ui: &mut Ui, name: &str, kind: CredentialKind, hint: Option<&str>) -> bool {
        let reveal = self.reveal;
        let hint = hint.unwrap_or("remembered; type to use another one");
        let Some(typed) = self.typed_mut(kind) else { return false };
        let (response, turned) =
            labelled_ui(ui, name, |ui| secret_ui(ui, (name, kind.secret_name()), typed, hint, reveal));
        self.reveal ^= turned;
        pressed(ui, &response)
    }
}

/// Whether the value is looked up in the keyring when connecting.
fn is_remembered(profile: &Profile, vault: &VaultModel<'_>) -> bool {
    profile.remember && (vault.keyring.obstacle().is_none() || vault.keeps(profile.id, profile.credential))
}

fn pressed(ui: &Ui, response: &egui::Response) -> bool {
    response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter))
}

/// A field that hides its text, and the button that shows it. Whether the button was clicked.
fn secret_ui(
    ui: &mut Ui,
    (name, what): (&str, &str),
    typed: &mut String,
    hint: &str,
    reveal: bool,
) -> (egui::Response, bool) {
    let t = tokens(ui);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = theme::SMALL_GAP;
        let width = ui.available_width() - theme::CONTROL_HEIGHT - theme::SMALL_GAP;
        // An id of its own: lines that come and go above must not take the cursor away.
        let edit = TextEdit::singleline(typed)
            .id(egui::Id::unique(("secret field", name)))
            .password(!reveal)
            .hint_text(RichText::new(hint).color(t.faint).italics())
            .font(theme::mono())
            .margin(egui::Margin::symmetric(9, 4))
            .desired_width(width)
            .align(egui::Align2::LEFT_CENTER)
            .min_size(vec2(0.0, theme::CONTROL_HEIGHT));
        let response: egui::Response = ui.add(edit).accessible_name(name);
        let (icon, verb) = if reveal { (Icon::EyeOff, "Hide") } else { (Icon::Eye, "Show") };
        let turned = Button::icon(icon, &format!("{verb} {what}")).show(ui).clicked();
        (response, turned)
    })
    .inner
}

fn in_band_ui(ui: &mut Ui, profile: &mut Profile) {
    ui.add_space(theme::SMALL_GAP);
    let sentence = match (profile.credential, profile.in_band) {
        (CredentialKind::Password, true) => {
            "The socket's login takes no one-time password, and when the login ends stays unknown"
        }
        (_, true) => "When the login ends stays unknown until the server says that it has",
        (_, false) => "Off: the login goes over HTTP, and the access token it gives goes to the socket",
    };
    switch_ui(ui, &mut profile.in_band, "Log in over the socket", sentence);
}

/// Whether the value is kept beyond this run, and why it can't be.
fn remember_ui(ui: &mut Ui, profile: &mut Profile, vault: &VaultModel<'_>, actions: &mut Vec<Action>) {
    let obstacle = vault.keyring.obstacle();
    // What is on can always be turned off.
    let enabled = obstacle.is_none() || profile.remember;
    let lies_there = vault.keeps(profile.id, profile.credential);
    let sentence = if obstacle.is_none() && lies_there { "It lies in the keyring now" } else { "" };
    let changed = ui
        .add_enabled_ui(enabled, |ui| {
            switch_ui(ui, &mut profile.remember, "Remember in the system's keyring", sentence)
        })
        .inner;
    if let Some(words) = obstacle {
        // Outside of what is greyed out: the reason must be readable.
        ui.add_space(-theme::SMALL_GAP);
        ui.label(RichText::new(words).font(theme::small()).color(tokens(ui).faint));
    }
    ui.add_space(theme::SMALL_GAP);
    if changed && !profile.remember && profile.id.0 != 0 {
        actions.push(Action::Vault(VaultAction::Forget(profile.id)));
    }
}

fn trouble_ui(ui: &mut Ui, vault: &VaultModel<'_>, actions: &mut Vec<Action>) {
    if vault.is_waiting {
        hint_ui(ui, "Waiting for the system's keyring before connecting…");
    }
    let Some(trouble) = vault.trouble else { return };
    ui.add_space(theme::SMALL_GAP);
    notice_ui(ui, Level::Warning, trouble);
    if Button::new("Ask the keyring again").with_icon(Icon::RefreshCw).show(ui).clicked() {
        actions.push(Action::Vault(VaultAction::Retry));
    }
}

/// Where the access token is shown, for the kinds that have one.
pub fn place_ui(ui: &mut Ui, profile: &mut Profile) {
    let has_token = match profile.credential {
        CredentialKind::StaticToken => true,
        CredentialKind::Password | CredentialKind::RefreshToken => !profile.in_band,
        CredentialKind::None | CredentialKind::SessionCookie => false,
    };
    if !has_token || profile.protocol != Protocol::Directus {
        return;
    }
    if profile.mode == AuthMode::Strict {
        hint_ui(ui, "In strict mode the access token travels in the URL");
        return;
    }
    labelled_ui(ui, "Access token travels in", |ui| {
        choice_ui(ui, &mut profile.token_place, &PLACES);
    });
    if profile.token_place == TokenPlace::Query {
        hint_ui(ui, "Servers and proxies write URLs into their logs; Harewire masks it wherever it is shown");
    }
}

/// What mode and credential mean together (reference 2.1, 2.2).
fn hint(profile: &Profile, given: bool) -> Option<&'static str> {
    if profile.protocol == Protocol::Raw {
        return None;
    }
    Some(match (profile.credential, profile.mode, given) {
        (CredentialKind::StaticToken, AuthMode::Handshake, true) => {
            "The default of Directus: the token is the first message"
        }
        (CredentialKind::StaticToken | CredentialKind::None, AuthMode::Handshake, _) => {
            "The server closes after 10 s without a login: write an auth message by hand"
        }
        (CredentialKind::StaticToken, AuthMode::Public, true) => {
            "Open to everyone; the token is sent to act as its user"
        }
        (CredentialKind::StaticToken | CredentialKind::None, AuthMode::Public, _) => {
            "Open to everyone; you act as the public role"
        }
        (CredentialKind::StaticToken, AuthMode::Strict, true) => {
            "The token travels in the URL; it is masked wherever it is shown"
        }
        (CredentialKind::StaticToken | CredentialKind::None, AuthMode::Strict, _) => {
            "The server refuses the upgrade without a token"
        }
        (CredentialKind::Password | CredentialKind::RefreshToken, AuthMode::Strict, _) if profile.in_band => {
            "Strict mode wants a token before there is a socket: log in over HTTP instead"
        }
        (CredentialKind::Password, ..) => "Each try counts towards the server's limit of failed logins",
        (CredentialKind::RefreshToken, ..) if !profile.remember => {
            "Each use replaces it: without the keyring the new one is gone when the window closes"
        }
        (CredentialKind::RefreshToken, ..) => {
            "Each use replaces it; the new one takes its place in the keyring"
        }
        (CredentialKind::SessionCookie, ..) => "It goes with the upgrade request, as a browser sends it",
    })
}
