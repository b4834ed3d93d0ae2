//! The connect form's credentials: each kind by its names, and how they look.

use egui_kittest::SnapshotOptions;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::directus::{AuthMode, Secret, TokenPlace};
use crate::settings::{CredentialKind, Environment, ProfileId};
use crate::ui::action::{Action, ConnectRequest};
use crate::ui::scene::Scene;
use crate::ui::vault_model::{KeyringState, VaultAction, VaultModel};

type Harness = egui_kittest::Harness<'static, Scene>;

fn first(vault: VaultModel<'static>) -> Harness {
    let mut harness = Scene { vault, ..Scene::first() }.harness(true, (1440.0, 900.0));
    type_into(&mut harness, "Server URL", "cms.example.com");
    harness
}

fn ready() -> VaultModel<'static> {
    VaultModel { keyring: KeyringState::Ready, ..VaultModel::default() }
}

fn type_into(harness: &mut Harness, field: &str, text: &str) {
    harness.get_by_label(field).focus();
    harness.run();
    harness.get_by_label(field).type_text(text);
    harness.run();
}

fn click(harness: &mut Harness, name: &str) {
    harness.get_by_label(name).click();
    harness.run();
}

fn request(harness: &mut Harness) -> ConnectRequest {
    click(harness, "Connect");
    let wishes = harness.state().wishes();
    assert!(!format!("{wishes:?}").contains("hush"), "no value is printed: {wishes:?}");
    let request = wishes.into_iter().find_map(|wish| match wish {
        Action::Connect(request) => Some(*request),
        _ => None,
    });
    request.expect("it connects")
}

#[test]
fn e_mail_and_password_with_a_one_time_password() {
    let mut harness = first(ready());
    click(&mut harness, "E-mail");
    click(&mut harness, "Connect");
    assert_eq!(harness.state().wishes(), [], "nothing to log in with yet");
    type_into(&mut harness, "E-mail address", " ben@example.com ");
    type_into(&mut harness, "Password", " hush ");
    type_into(&mut harness, "One-time password", "123456");
    let request = request(&mut harness);
    assert_eq!(
        (request.profile.credential, request.profile.email.as_str()),
        (CredentialKind::Password, "ben@example.com")
    );
    assert_eq!(request.secret, Some(Secret::new(" hush ")), "blanks belong to a password");
    assert_eq!((request.otp, request.profile.in_band), (Some(Secret::new("123456")), false));
}

#[test]
fn over_the_socket_there_is_no_one_time_password() {
    let mut harness = first(ready());
    click(&mut harness, "E-mail");
    type_into(&mut harness, "One-time password", "123456");
    click(&mut harness, "Log in over the socket");
    assert!(harness.query_by_label("One-time password").is_none());
    harness.get_by_label_contains("takes no one-time password");
    type_into(&mut harness, "E-mail address", "ben@example.com");
    type_into(&mut harness, "Password", "hush");
    let request = request(&mut harness);
    assert_eq!((request.otp, request.profile.in_band), (None, true), "what can't be sent isn't");
}

#[test]
fn a_refresh_token_says_what_becomes_of_it() {
    let mut harness = first(ready());
    click(&mut harness, "Refresh token");
    harness.get_by_label_contains("gone when the window closes");
    click(&mut harness, "Remember in the system's keyring");
    harness.get_by_label_contains("takes its place in the keyring");
    type_into(&mut harness, "Refresh token value", "hush");
    let request = request(&mut harness);
    assert!(request.profile.remember && request.profile.credential == CredentialKind::RefreshToken);
    assert_eq!(request.secret, Some(Secret::new("hush")));
}

#[test]
fn a_session_cookie_has_a_name_and_needs_the_full_transport() {
    let mut harness = first(ready());
    click(&mut harness, "Session cookie");
    type_into(&mut harness, "Cookie value", "hush");
    let request = request(&mut harness);
    assert_eq!(request.profile.cookie_name, "directus_session_token");
    assert_eq!(request.secret, Some(Secret::new("hush")));
    let mut harness = first(ready());
    click(&mut harness, "Session cookie");
    type_into(&mut harness, "Cookie value", "hush");
    click(&mut harness, "More options");
    click(&mut harness, "Portable");
    click(&mut harness, "Connect");
    assert_eq!(harness.state().wishes(), []);
}

#[test]
fn no_login_and_the_place_of_the_token() {
    let mut harness = first(ready());
    click(&mut harness, "More options");
    click(&mut harness, "URL");
    let token = request(&mut harness).profile;
    assert_eq!((token.credential, token.token_place), (CredentialKind::StaticToken, TokenPlace::Query));
    let mut harness = first(ready());
    click(&mut harness, "Strict");
    click(&mut harness, "More options");
    harness.get_by_label("In strict mode the access token travels in the URL");
    click(&mut harness, "None");
    assert!(harness.query_by_label("Token").is_none());
    harness.get_by_label("The server refuses the upgrade without a token");
    let none = request(&mut harness);
    assert_eq!(
        (none.profile.credential, none.secret, none.profile.mode),
        (CredentialKind::None, None, AuthMode::Strict)
    );
}

#[test]
fn what_was_typed_for_one_kind_is_not_sent_as_another() {
    let mut harness = first(ready());
    type_into(&mut harness, "Token", "hush");
    click(&mut harness, "Refresh token");
    click(&mut harness, "Connect");
    assert_eq!(harness.state().wishes(), []);
    click(&mut harness, "Static token");
    assert_eq!(request(&mut harness).secret, Some(Secret::new("hush")), "it was not lost");
}

#[test]
fn each_state_of_the_keyring_is_said() {
    for (keyring, words) in [
        (KeyringState::Missing, "No keyring answered"),
        (KeyringState::Opening, "Waiting for the system's keyring"),
        (KeyringState::ReadOnly, "Another Harewire window"),
    ] {
        let harness = first(VaultModel { keyring, ..VaultModel::default() });
        harness.get_by_label_contains(words);
        let switch = harness.get_by_label("Remember in the system's keyring");
        assert!(switch.accesskit_node().is_disabled(), "{words}");
    }
}

#[test]
fn unticking_forgets_at_once() {
    const PLACE: (ProfileId, CredentialKind) = (ProfileId(2), CredentialKind::StaticToken);
    let vault = VaultModel { kept: &[PLACE], known: &[PLACE], ..ready() };
    let mut scene = Scene { vault, ..Scene::returning() };
    scene.settings.profile_mut(ProfileId(2)).unwrap().remember = true;
    let mut harness = scene.harness(true, (1440.0, 900.0));
    harness.get_by_label_contains("It lies in the keyring now");
    click(&mut harness, "Remember in the system's keyring");
    assert_eq!(harness.state().wishes(), [Action::Vault(VaultAction::Forget(ProfileId(2)))]);
}

#[test]
fn trouble_with_the_keyring_can_be_tried_again() {
    let trouble = Some("The token of “Production” is kept for this session only: the keyring is locked.");
    let mut harness = first(VaultModel { trouble, ..ready() });
    harness.get_by_label_contains("the keyring is locked");
    click(&mut harness, "Ask the keyring again");
    assert_eq!(harness.state().wishes(), [Action::Vault(VaultAction::Retry)]);
}

fn environment() -> &'static Environment {
    let found = Environment::of_process(|name| match name {
        "DIRECTUS_URL" => Some("https://cms.example.com".to_owned()),
        "DIRECTUS_EMAIL" => Some("ben@example.com".to_owned()),
        "DIRECTUS_PASSWORD" => Some("hush".to_owned()),
        _ => None,
    });
    Box::leak(Box::new(found))
}

#[test]
fn the_environment_is_offered_and_used() {
    let vault = VaultModel { environment: Some(environment()), ..ready() };
    let mut harness = Scene { vault, ..Scene::returning() }.harness(true, (1440.0, 900.0));
    harness.get_by_label_contains(
        "From environment: wss://cms.example.com/websocket (DIRECTUS_URL, DIRECTUS_EMAIL, DIRECTUS_PASSWORD)",
    );
    click(&mut harness, "Use");
    let request = request(&mut harness);
    assert_eq!(request.profile.id, ProfileId(0), "the profile that was shown keeps its server");
    assert_eq!(
        (request.profile.url.as_str(), request.profile.email.as_str()),
        ("https://cms.example.com", "ben@example.com")
    );
    assert_eq!(request.secret, Some(Secret::new("hush")));
}

#[test]
fn a_pasted_dotenv_is_no_url() {
    let mut harness = first(ready());
    harness.get_by_label("Server URL").focus();
    harness.run();
    harness.event(egui::Event::Paste("A=hush\nB=2".to_owned()));
    harness.run();
    let text = Secret::new("A=hush\nB=2");
    assert_eq!(harness.state().wishes(), [Action::Vault(VaultAction::UseDotenv(text))]);
    assert!(!format!("{:?}", harness.state().wishes()).contains("hush"));
}

fn look(mut harness: Harness, name: &str) {
    let options = SnapshotOptions::new().threshold(2.0).max_failed_pixels(400);
    harness.snapshot_options(name, &options);
}

#[test]
fn looks_password_light() {
    let vault = VaultModel { environment: Some(environment()), ..ready() };
    let mut harness = Scene { vault, ..Scene::returning() }.harness(false, (1440.0, 900.0));
    click(&mut harness, "E-mail");
    look(harness, "password_light");
}

#[test]
fn looks_keyring_trouble_dark() {
    let trouble = Some(
        "The refresh token of “Production” is kept for this session only: the keyring is locked, or its question was declined. Unlock it, then try again.",
    );
    let mut harness = Scene { vault: VaultModel { trouble, ..ready() }, ..Scene::returning() }
        .harness(true, (900.0, 600.0));
    click(&mut harness, "Refresh token");
    look(harness, "keyring_trouble_dark");
}
