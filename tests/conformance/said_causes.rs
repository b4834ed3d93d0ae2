//! What the cards say of refusals, on every server: cases 4 to 14 and 49.

use harewire::session::causes::CauseKind;

use super::case::{Backend, Setup};
use super::said::{Story, ended, story};
use crate::lab::seed::ADMIN;

/// The demo is nothing without its socket.
const REAL: [Backend; 2] = [Backend::Directus12, Backend::Directus11];
/// Origins are checked since 12.1 (reference 1.4); the demo takes any.
const CHECKS_ORIGIN: [Backend; 1] = [Backend::Directus12];

/// Cases 4 to 14 and 49: what went wrong is told apart as far as it can be.
pub fn refusals() -> Vec<Story> {
    let first = |name, message: &'static [&'static str], ends| Story {
        messages: message,
        ..story(name, Setup::Usual, None, ends)
    };
    vec![
        first("a ping as the first message", &[r#"{"type":"ping"}"#], |shot| {
            ended(shot, "Login refused", CauseKind::FirstIsNoLogin)
        }),
        first("no JSON as the first message", &["not json"], |shot| {
            ended(shot, "Login refused", CauseKind::FirstIsNoLogin)
        }),
        first("a misspelt key", &[r#"{"type":"auth","accessToken":"x"}"#], |shot| {
            ended(shot, "Login refused", CauseKind::WrongKey)
        }),
        first("no credential", &[r#"{"type":"auth"}"#], |shot| {
            ended(shot, "Login refused", CauseKind::CredentialMissing)
        }),
        first("null as a token", &[r#"{"type":"auth","access_token":null}"#], |shot| {
            ended(shot, "Login refused", CauseKind::CredentialNotText)
        }),
        first(
            "a wrong password",
            &[r#"{"type":"auth","email":"user@example.com","password":"wrong"}"#],
            |shot| ended(shot, "Login refused", CauseKind::WrongPassword),
        ),
        first("a wrong refresh token", &[r#"{"type":"auth","refresh_token":"wrong"}"#], |shot| {
            ended(shot, "Login refused", CauseKind::RefreshTokenDead)
        }),
        Story {
            headers: vec![("Authorization".to_owned(), "Bearer something".to_owned())],
            ..first("a token in a header only", &[r#"{"type":"ping"}"#], |shot| {
                ended(shot, "Login refused", CauseKind::FirstIsNoLogin)
                    && shot.card.as_ref().is_some_and(|card| card.to_text().contains("Authorization header"))
            })
        },
        story("strict mode without a token", Setup::Strict, None, |shot| {
            ended(shot, "Not authorized (401)", CauseKind::StrictMode)
        }),
        Story {
            path: "/websocket/",
            ..story("a path with a slash at its end", Setup::Usual, Some(ADMIN), |shot| {
                ended(shot, "No answer to the upgrade", CauseKind::WrongPath)
            })
        },
        Story {
            backends: &REAL,
            ..story("sockets switched off", Setup::Off, Some(ADMIN), |shot| {
                ended(shot, "No WebSocket there (404)", CauseKind::SwitchedOff)
            })
        },
        Story {
            headers: vec![("Origin".to_owned(), "https://evil.example".to_owned())],
            backends: &CHECKS_ORIGIN,
            ..story("a foreign Origin", Setup::Usual, Some(ADMIN), |shot| {
                ended(shot, "Forbidden (403)", CauseKind::OriginRefused)
            })
        },
    ]
}
