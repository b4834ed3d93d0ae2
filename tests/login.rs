//! Logins over HTTP as a user meets them: the form's default for e-mail and password, and a refresh token that is
//! replaced with every use.

use std::sync::Arc;

use egui::accesskit::Role;
use harewire::app::Launch;
use harewire::demo;
use keyring_core::api::CredentialStore;
use keyring_core::mock;
use serde_json::json;

use crate::headless::{Desk, Home};
use crate::lab::rest;

const PASSWORD: &str = "admin-pass-1";

#[test]
fn a_password_logs_in_over_http_and_the_strip_says_who_that_is() {
    let server = demo::Server::start(demo::Options::default()).unwrap();
    let mut desk = Desk::open();
    desk.fill(Role::TextInput, "Server", &server.url());
    desk.click(Role::RadioButton, "E-mail");
    desk.fill(Role::TextInput, "E-mail address", "admin@example.com");
    desk.fill(Role::PasswordInput, "Password", PASSWORD);
    desk.press("Connect");
    desk.see("logged in");
    desk.see("everything (administrator, say his policies)");
    desk.see("Admin");
    let screen = desk.said().join("\n");
    assert!(screen.contains("admin@example.com") && screen.contains("expires in"), "{screen}");
    assert!(!screen.contains(PASSWORD) && !screen.contains("eyJ"), "{screen}");
    let home = desk.quit();
    let kept = format!("{}{}", home.shelf.text(), home.capture());
    assert!(kept.contains("/auth/login") && kept.contains("[masked"), "{kept}");
    for secret in [PASSWORD, "eyJ"] {
        assert!(!kept.contains(secret), "{secret} in {kept}");
    }
}

#[test]
fn a_remembered_refresh_token_is_replaced_in_the_keyring_and_good_after_a_restart() {
    let server = demo::Server::start(demo::Options::default()).unwrap();
    let address = server.url().trim_start_matches("http://").trim_end_matches('/').to_owned();
    let login = json!({"email": "user@example.com", "password": "user-pass-1"});
    let (status, answer) = rest(&address, ("POST", "/auth/login"), Some(&login), None).unwrap();
    assert_eq!(status, 200);
    let first = answer["data"]["refresh_token"].as_str().unwrap().to_owned();

    let store: Arc<CredentialStore> = mock::Store::new().unwrap();
    let home = Home::with_keyring(Arc::clone(&store));
    let kept = || {
        let entry = store.build("harewire", "profile-1-refresh-token", None).unwrap();
        entry.get_password().ok().filter(|kept| !kept.contains(&first))
    };
    let mut desk = Desk::open_in(&home, Launch::Plain);
    desk.fill(Role::TextInput, "Server", &server.url());
    desk.click(Role::RadioButton, "Refresh token");
    desk.fill(Role::PasswordInput, "Refresh token value", &first);
    desk.click(Role::Switch, "Remember in the system's keyring");
    desk.press("Connect");
    desk.see("logged in");
    let second = desk.until("the rotated token in the keyring", |_| kept());
    let home = desk.quit();
    assert!(!format!("{}{}", home.shelf.text(), home.capture()).contains(&first));

    // The first one is dead, so only the rotated one can log in.
    let mut desk = Desk::open_in(&home, Launch::Plain);
    desk.press("Connect");
    desk.see("logged in");
    desk.until("the third", |_| kept().filter(|kept| *kept != second));
}
