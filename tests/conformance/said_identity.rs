//! What Harewire says of who it is on a server: cases 1 to 9, 14, 19, 20 and 46 to 52 of the reference, and every kind of
//! credential.

use harewire::directus::{Credentials, SESSION_COOKIE, Secret, TokenKind, TokenPlace};
use harewire::net::Switches;
use harewire::session::causes::CauseKind;
use harewire::session::{Card, Login, Phase, Snapshot, SubscriptionState, WarningKind};

use super::case::Setup;
use super::said::{QUIET, Story, ended, story, title, warned};
use crate::lab::seed::{ADMIN, USER};

fn card(shot: &Snapshot) -> Option<&Card> {
    shot.identity.current.as_deref()
}

fn stands(shot: &Snapshot, phase: Phase, login: Login) -> bool {
    (shot.phase, shot.login) == (phase, login)
}

/// The sentence of the last failure.
fn failure(shot: &Snapshot) -> &str {
    shot.last_error.as_ref().map_or("", |error| &error.message)
}

fn user_by_password(password: &str) -> Credentials {
    let email = "user@example.com".to_owned();
    Credentials::Password { email, password: Secret::new(password), otp: None, in_band: true }
}

/// The same over HTTP, as the connect form does it unless told otherwise.
fn user_over_http(password: &str) -> Credentials {
    let email = "user@example.com".to_owned();
    Credentials::Password { email, password: Secret::new(password), otp: None, in_band: false }
}

fn is_user_over_http(shot: &Snapshot) -> bool {
    card(shot).is_some_and(|card| {
        card.who() == "user@example.com"
            && card.claim.token == TokenKind::Access
            && card.claim.user.is_some()
            && card.claim.renewable
            && !card.claim.estimated
            && card.expires_us.is_some()
            && card.claim.clock_offset_ms == Some(0)
    })
}

/// Logins over HTTP: before the socket, in every mode, and again before the token runs out.
fn over_http() -> Vec<Story> {
    const KEPT: &[&str] = &[r#"{"type":"subscribe","collection":"messages","uid":"s","event":"create"}"#];
    let by_http = |name, setup, ends| Story {
        credentials: user_over_http("user-pass-1"),
        ..story(name, setup, None, ends)
    };
    vec![
        by_http("e-mail and password over HTTP", Setup::Usual, |shot| {
            stands(shot, Phase::Live, Login::Accepted) && is_user_over_http(shot)
        }),
        by_http("the same in public mode", Setup::Public, |shot| {
            stands(shot, Phase::Live, Login::Accepted) && is_user_over_http(shot)
        }),
        by_http("the same in strict mode", Setup::Strict, |shot| {
            stands(shot, Phase::Live, Login::AtUpgrade) && is_user_over_http(shot)
        }),
        Story {
            token_place: TokenPlace::Query,
            ..by_http("the same with the token in the query", Setup::Usual, |shot| {
                stands(shot, Phase::Live, Login::AtUpgrade) && is_user_over_http(shot)
            })
        },
        Story {
            messages: KEPT,
            ..by_http("47: three renewals over HTTP and the subscription stands", Setup::Expiring, |shot| {
                shot.identity.renewals >= 3
                    && stands(shot, Phase::Live, Login::Accepted)
                    && shot.identity.renewal.is_some_and(|renewal| renewal.same_user == Some(true))
                    && shot.survival().is_some_and(|survival| survival.kept == 1)
                    && (shot.subscriptions.len(), shot.counters.opens) == (1, 1)
                    && !warned(shot, WarningKind::TokenExpired)
            })
        },
        Story {
            credentials: user_over_http("wrong"),
            switches: Switches { reconnect: true, ..QUIET },
            ..story("a wrong password over HTTP opens no socket", Setup::Usual, None, |shot| {
                ended(shot, "Login over HTTP refused", CauseKind::WrongPassword)
                    && failure(shot).contains("INVALID_CREDENTIALS")
                    && shot.gave_up.is_some()
                    && (shot.counters.connects, shot.counters.opens) == (1, 0)
            })
        },
        Story {
            credentials: Credentials::RefreshToken { token: Secret::new("no-such-token"), in_band: false },
            ..story("a wrong refresh token over HTTP", Setup::Strict, None, |shot| {
                ended(shot, "Login over HTTP refused", CauseKind::RefreshTokenDead)
                    && shot.counters.opens == 0
            })
        },
    ]
}

pub fn identities() -> Vec<Story> {
    over_http()
        .into_iter()
        .chain(kinds())
        .chain(refusals())
        .chain(on_a_live_connection())
        .chain(expiries())
        .collect()
}

fn kinds() -> Vec<Story> {
    vec![
        story("1: a static token never expires", Setup::Usual, Some(USER), |shot| {
            stands(shot, Phase::Live, Login::Accepted)
                && card(shot).is_some_and(|card| card.claim.token == TokenKind::Static)
                && shot.at(u64::MAX).expires_in_us.is_none()
        }),
        Story {
            credentials: user_by_password("user-pass-1"),
            ..story("3: e-mail and password on the socket", Setup::Usual, None, |shot| {
                stands(shot, Phase::Live, Login::Accepted)
                    && card(shot).is_some_and(|card| card.who() == "user@example.com" && card.claim.renewable)
                    && shot.waterfall.login_us.is_some_and(|us| us >= 400_000)
            })
        },
        Story {
            credentials: user_by_password("user-pass-1"),
            ..story("3: the same in public mode", Setup::Public, None, |shot| {
                stands(shot, Phase::Live, Login::Accepted)
                    && card(shot).is_some_and(|card| card.who() == "user@example.com")
            })
        },
        Story {
            token_place: TokenPlace::Query,
            messages: &[r#"{"type":"ping","uid":1}"#],
            ..story("9: a token in the query in handshake mode", Setup::Usual, Some(USER), |shot| {
                stands(shot, Phase::Live, Login::AtUpgrade)
                    && card(shot).is_some()
                    && shot.round_trips.count == 1
            })
        },
        Story {
            credentials: Credentials::SessionCookie { name: SESSION_COOKIE.into(), value: Secret::new(USER) },
            messages: &[r#"{"type":"ping","uid":1}"#],
            ..story("a session cookie", Setup::Usual, None, |shot| {
                stands(shot, Phase::Live, Login::AtUpgrade)
                    && card(shot).is_some()
                    && shot.round_trips.count == 1
            })
        },
        Story {
            credentials: Credentials::SessionCookie { name: SESSION_COOKIE.into(), value: Secret::new(USER) },
            ..story("a session cookie in strict mode", Setup::Strict, None, |shot| {
                stands(shot, Phase::Live, Login::AtUpgrade)
            })
        },
    ]
}

fn refusals() -> Vec<Story> {
    vec![
        Story {
            credentials: user_by_password("wrong"),
            ..story("4: a wrong password", Setup::Usual, None, |shot| {
                shot.phase == Phase::Closed
                    && failure(shot).starts_with("The server refused e-mail and password")
                    && title(shot) == "Login refused"
                    && card(shot).is_none()
            })
        },
        Story {
            credentials: Credentials::RefreshToken {
                token: Secret::new("no-such-refresh-token"),
                in_band: true,
            },
            ..story("4: a wrong refresh token", Setup::Usual, None, |shot| {
                shot.phase == Phase::Closed
                    && failure(shot).starts_with("The server refused the refresh token")
            })
        },
        Story {
            messages: &[r#"{"type":"ping"}"#],
            ..story("5: another first message", Setup::Usual, None, |shot| {
                shot.phase == Phase::Closed && title(shot) == "Login refused" && card(shot).is_none()
            })
        },
        Story {
            messages: &[r#"{"type":"subscribe","collection":"messages","uid":"s"}"#],
            ..story("7: what is sent behind the login waits for its ok", Setup::Usual, Some(USER), |shot| {
                shot.subscriptions.first().is_some_and(|one| one.state == SubscriptionState::Confirmed)
                    && shot.held == 0
                    && !warned(shot, WarningKind::SentTooEarly)
            })
        },
        Story {
            token_place: TokenPlace::Query,
            ..story("8: a wrong token in the query in handshake mode", Setup::Usual, Some("wrong"), |shot| {
                shot.phase == Phase::Closed && shot.handshake.status == Some(401) && card(shot).is_none()
            })
        },
        Story {
            headers: vec![("Authorization".to_owned(), format!("Bearer {USER}"))],
            messages: &[r#"{"type":"ping"}"#],
            ..story("14: a bearer header logs nobody in", Setup::Usual, None, |shot| {
                shot.phase == Phase::Closed && shot.counters.opens == 1 && title(shot) == "Login refused"
            })
        },
        Story {
            credentials: Credentials::Password {
                email: "user@example.com".into(),
                password: Secret::new("user-pass-1"),
                otp: Some(Secret::new("123456")),
                in_band: true,
            },
            ..story("52: a one-time password can't go over the socket", Setup::Usual, None, |shot| {
                failure(shot).contains("one-time password") && shot.counters.connects == 0
            })
        },
    ]
}

fn on_a_live_connection() -> Vec<Story> {
    vec![
        Story {
            messages: &[r#"{"type":"auth","access_token":"user-static-token-0001","uid":7}"#],
            ..story(
                "2: a login with a number for a uid, as another user",
                Setup::Usual,
                Some(ADMIN),
                |shot| {
                    shot.identity.renewals == 1
                        && shot.pending.is_empty()
                        && card(shot).is_some_and(|card| card.claim.credential == "typed by hand")
                },
            )
        },
        Story {
            messages: &["{}", r#"{"type":"ping","uid":"after"}"#],
            ..story("19: a message without a type", Setup::Usual, Some(USER), |shot| {
                shot.counters.errors == 1 && shot.round_trips.count == 1 && shot.login == Login::Accepted
            })
        },
        Story {
            messages: &[r#"{"type":"nope","uid":"u"}"#, r#"{"type":"ping","uid":"after"}"#],
            ..story("20: a type nobody knows is swallowed", Setup::Usual, Some(USER), |shot| {
                shot.counters.errors == 0 && shot.round_trips.count == 1 && shot.login == Login::Accepted
            })
        },
        Story {
            messages: &[r#"{"type":"auth","access_token":"wrong","uid":"x"}"#],
            ..story("48: a bad login in public mode leaves nobody", Setup::Public, Some(ADMIN), |shot| {
                stands(shot, Phase::Live, Login::FellToPublic)
                    && warned(shot, WarningKind::FellToPublic)
                    && card(shot).is_none()
            })
        },
        Story {
            messages: &[r#"{"type":"auth","uid":"x"}"#, r#"{"type":"ping","uid":"after"}"#],
            ..story("49: a login without a credential changes nothing", Setup::Usual, Some(USER), |shot| {
                shot.round_trips.count == 1
                    && stands(shot, Phase::Live, Login::Accepted)
                    && card(shot).is_some_and(|card| card.claim.credential == "static token")
                    && shot.identity.renewals == 0
                    && shot.pending.len() == 1
            })
        },
    ]
}

fn expiries() -> Vec<Story> {
    const KEPT: &[&str] = &[r#"{"type":"subscribe","collection":"messages","uid":"s","event":"create"}"#];
    vec![
        Story {
            credentials: user_by_password("user-pass-1"),
            switches: Switches { reauth: false, ..QUIET },
            messages: KEPT,
            ..story("46: an expired token says so until the close", Setup::Expiring, None, |shot| {
                stands(shot, Phase::Live, Login::Expired)
                    && shot.identity.expired_us.is_some()
                    && warned(shot, WarningKind::TokenExpired)
            })
        },
        Story {
            credentials: user_by_password("user-pass-1"),
            messages: KEPT,
            ..story("47: three renewals and the subscription stands", Setup::Expiring, None, |shot| {
                shot.identity.renewals >= 3
                    && stands(shot, Phase::Live, Login::Accepted)
                    && shot.survival().is_some_and(|survival| survival.kept == 1)
                    && (shot.subscriptions.len(), shot.counters.opens) == (1, 1)
                    && card(shot).is_some_and(|card| card.claim.estimated && card.renews_us.is_some())
            })
        },
    ]
}
