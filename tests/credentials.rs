//! Credentials as a user meets them: typed, remembered in a keyring, read from a `.env` file. The keyring is one in memory.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::Arc;

use egui::accesskit::Role;
use harewire::app::Launch;
use harewire::demo;
use keyring_core::api::CredentialStore;
use keyring_core::mock;

use crate::headless::{Desk, Home};

const REMEMBER: &str = "Remember in the system's keyring";

fn entry(store: &Arc<CredentialStore>, name: &str) -> Option<String> {
    store.build("harewire", name, None).unwrap().get_password().ok()
}

#[test]
fn a_remembered_token_logs_in_after_a_restart_until_it_is_forgotten() {
    let store: Arc<CredentialStore> = mock::Store::new().unwrap();
    let home = Home::with_keyring(Arc::clone(&store));
    let server = demo::Server::start(demo::Options::default()).unwrap();
    let mut desk = Desk::open_in(&home, Launch::Plain);
    desk.click(Role::Switch, REMEMBER);
    desk.log_in(&server.url(), demo::TOKEN);
    desk.until("the keyring", |_| entry(&store, "profile-1-static-token"));
    let home = desk.quit();
    assert!(!home.shelf.text().contains(demo::TOKEN), "never in the settings");

    let mut desk = Desk::open_in(&home, Launch::Plain);
    desk.see(REMEMBER);
    desk.press("Connect");
    desk.see("logged in");
    desk.press("Connection");
    desk.click(Role::Switch, REMEMBER);
    desk.until("the keyring to forget", |_| entry(&store, "profile-1-static-token").is_none().then_some(()));
    let home = desk.quit();

    let mut desk = Desk::open_in(&home, Launch::Plain);
    desk.press("Connect");
    desk.see_row(&["connect", "none"]);
}

#[test]
fn without_a_keyring_the_form_says_so() {
    let mut desk = Desk::open();
    desk.see("No keyring answered: what you type is kept for this session only");
}

#[test]
fn a_password_is_asked_for_before_connecting_and_kept_nowhere() {
    let mut desk = Desk::open();
    desk.fill(Role::TextInput, "Server", "http://127.0.0.1:9");
    desk.click(Role::RadioButton, "E-mail");
    desk.fill(Role::TextInput, "E-mail address", "ben@example.com");
    desk.fill(Role::PasswordInput, "Password", "planted-password");
    desk.fill(Role::TextInput, "Profile name", "Ours");
    desk.press("Save profile");
    desk.see("Save changes");
    assert!(!desk.said().join("\n").contains("planted-password"));
    let home = desk.quit();
    let kept = home.shelf.text();
    assert!(kept.contains("ben@example.com") && !kept.contains("planted-password"), "{kept}");
}

#[test]
fn a_pasted_or_dropped_dotenv_fills_in_the_form() {
    let server = demo::Server::start(demo::Options::default()).unwrap();
    let text = format!("# ours\nPUBLIC_URL={}\nDIRECTUS_STATIC_TOKEN='{}'\n", server.url(), demo::TOKEN);
    let mut desk = Desk::open();
    desk.paste(&text);
    desk.see("Filled in from PUBLIC_URL, DIRECTUS_STATIC_TOKEN");
    desk.press("Connect");
    desk.see("logged in");

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(".env.local");
    std::fs::write(&path, &text).unwrap();
    let mut desk = Desk::open();
    desk.drop_file(&path);
    desk.see("Filled in from PUBLIC_URL");
    assert_eq!(desk.value(Role::TextInput, "Server URL"), server.url());
    assert!(!desk.said().join("\n").contains(demo::TOKEN), "the token is dots on the screen");
    let home = desk.quit();
    assert!(!home.shelf.text().contains(demo::TOKEN));
}

#[test]
fn a_file_without_a_server_says_what_it_looked_for() {
    let mut desk = Desk::open();
    desk.paste("FOO=planted-foo\nBAR=1\n");
    desk.see("no variable such as DIRECTUS_URL");
    assert!(!desk.said().join("\n").contains("planted-foo"));
}

/// `harewire record` with nothing but these variables.
fn record(variables: &[(&str, &str)], arguments: &[&str]) -> (Option<i32>, String, String) {
    let home = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_harewire"))
        .env_clear()
        .env("HOME", home.path())
        .envs(variables.iter().copied())
        .arg("record")
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn the_command_line_takes_server_and_token_from_the_environment() {
    let server = demo::Server::start(demo::Options::default()).unwrap();
    let url = server.url();
    let (code, capture, said) =
        record(&[("DIRECTUS_URL", &url), ("DIRECTUS_TOKEN", demo::TOKEN)], &["--for", "1s", "--out", "-"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(capture.contains("[masked 1]") && !capture.contains(demo::TOKEN) && !said.contains(demo::TOKEN));
    let (code, _, said) = record(&[], &["--for", "1s", "--out", "-"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("No server is named") && said.contains("DIRECTUS_URL"), "{said}");
}

#[test]
fn a_credential_of_the_environment_stays_with_its_server() {
    let server = demo::Server::start(demo::Options::default()).unwrap();
    let (_, capture, said) = record(
        &[("DIRECTUS_URL", "https://cms.example.com"), ("DIRECTUS_TOKEN", demo::TOKEN)],
        &[&server.url(), "--for", "500ms", "--out", "-"],
    );
    assert!(said.contains("names another server"), "{said}");
    assert!(capture.contains(r#""credential":"none""#) && !capture.contains("masked"), "{capture}");
}

#[test]
fn an_env_file_beats_the_environment() {
    let server = demo::Server::start(demo::Options::default()).unwrap();
    let mut file = tempfile::NamedTempFile::new().unwrap();
    writeln!(
        file,
        "VITE_DIRECTUS_URL=\"{}\"\nADMIN_TOKEN={}\nplanted broken line",
        server.url(),
        demo::TOKEN
    )
    .unwrap();
    let path = file.path().to_str().unwrap();
    let (code, capture, said) = record(
        &[("DIRECTUS_URL", "https://cms.example.com"), ("DIRECTUS_TOKEN", "planted-other")],
        &["--env-file", path, "--for", "1s", "--out", "-"],
    );
    assert_eq!(code, Some(0), "{said}");
    assert!(capture.contains(r#""credential":"static token""#));
    assert!(said.contains("can't be read and stayed out"), "{said}");
    assert!(!format!("{capture}{said}").contains("planted"), "{said}");
}
