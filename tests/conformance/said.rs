//! What Harewire says of a server, through the real engine: the same story on the demo and on real servers must end in
//! the same words.

use std::time::{Duration, Instant};

use harewire::capture::Stage;
use harewire::directus::{AuthMode, Credentials, Endpoint, ErrorCode, Secret, TokenPlace};
use harewire::engine::{Capture, Destination, Engine, Wake};
use harewire::net::{Command, ConnectSpec, Outgoing, Switches};
use harewire::session::causes::CauseKind;
use harewire::session::{Login, Phase, Snapshot, Step, SubscriptionState, WarningKind};

use super::backend::Server;
use super::case::{Backend, Setup};
use super::client::PATIENCE;
use super::said_causes::refusals;
use super::said_identity::identities;
use crate::lab::seed::{ADMIN, USER};

/// A story: how the server is set up, how we connect, what is sent once messages flow, and what is true in the end.
pub struct Story {
    pub name: &'static str,
    pub setup: Setup,
    pub mode: AuthMode,
    pub credentials: Credentials,
    pub token_place: TokenPlace,
    pub headers: Vec<(String, String)>,
    pub switches: Switches,
    pub path: &'static str,
    pub backends: &'static [Backend],
    pub messages: &'static [&'static str],
    pub ends: fn(&Snapshot) -> bool,
}

pub const QUIET: Switches =
    Switches { auto_pong: true, reconnect: false, resubscribe: true, measure: false, reauth: true };

pub fn story(
    name: &'static str,
    setup: Setup,
    token: Option<&'static str>,
    ends: fn(&Snapshot) -> bool,
) -> Story {
    let mode = match setup {
        Setup::Public => AuthMode::Public,
        Setup::Strict => AuthMode::Strict,
        _ => AuthMode::Handshake,
    };
    let credentials = token.map_or(Credentials::None, |token| Credentials::StaticToken(Secret::new(token)));
    let (path, backends) = ("/websocket", &ALL);
    let (token_place, headers) = (TokenPlace::Message, Vec::new());
    Story {
        name,
        setup,
        mode,
        credentials,
        token_place,
        headers,
        switches: QUIET,
        path,
        backends,
        messages: &[],
        ends,
    }
}

const ALL: [Backend; 3] = [Backend::Demo, Backend::Directus12, Backend::Directus11];

/// The title of the card, empty if there is none.
pub fn title(shot: &Snapshot) -> &str {
    card(shot).0
}

/// The title of the card, and its first cause.
pub fn card(shot: &Snapshot) -> (&str, Option<CauseKind>) {
    let card = shot.card.as_deref();
    (card.map_or("", |card| &card.title), card.and_then(|card| card.first()).map(|cause| cause.kind))
}

/// The connection is over, and this is what the window says of it.
pub fn ended(shot: &Snapshot, title: &str, kind: CauseKind) -> bool {
    shot.phase == Phase::Closed && card(shot) == (title, Some(kind))
}

pub fn warned(shot: &Snapshot, kind: WarningKind) -> bool {
    shot.warnings.iter().any(|warning| warning.kind == kind)
}

fn state(shot: &Snapshot, place: usize) -> Option<&SubscriptionState> {
    shot.subscriptions.get(place).map(|subscription| &subscription.state)
}

fn logins() -> Vec<Story> {
    vec![
        story("a good token", Setup::Usual, Some(ADMIN), |shot| {
            (shot.phase, shot.login) == (Phase::Live, Login::Accepted) && shot.waterfall.login_us.is_some()
        }),
        story("a wrong token", Setup::Usual, Some("wrong"), |shot| {
            ended(shot, "Login refused", CauseKind::WrongToken)
                && shot.last_error.as_ref().is_some_and(|error| error.stage == Stage::Login)
                && shot.waterfall.failed.is_some_and(|failed| failed.step == Step::Login)
        }),
        Story {
            switches: Switches { reconnect: true, ..QUIET },
            ..story("a wrong token is not tried again", Setup::Usual, Some("wrong"), |shot| {
                shot.gave_up.is_some() && shot.counters.connects == 1 && shot.retry.is_none()
            })
        },
        story("no token where one is awaited", Setup::Usual, None, |shot| {
            ended(shot, "No login in time", CauseKind::NothingSent)
        }),
        story("a public server", Setup::Public, None, |shot| {
            (shot.phase, shot.login) == (Phase::Live, Login::Unneeded)
        }),
        story("a wrong token on a public server", Setup::Public, Some("wrong"), |shot| {
            (shot.phase, shot.login) == (Phase::Live, Login::FellToPublic)
                && card(shot) == ("Login refused, acting as public", Some(CauseKind::WrongToken))
                && warned(shot, WarningKind::FellToPublic)
        }),
        story("a token in the URL", Setup::Strict, Some(ADMIN), |shot| {
            (shot.phase, shot.login) == (Phase::Live, Login::AtUpgrade)
        }),
        story("a wrong token in the URL", Setup::Strict, Some("wrong"), |shot| {
            ended(shot, "Not authorized (401)", CauseKind::WrongToken)
                && shot.handshake.status == Some(401)
                && shot.waterfall.failed.is_some_and(|failed| failed.step == Step::Upgrade)
        }),
        Story {
            messages: &[r#"{"type":"auth","access_token":"wrong","uid":"x"}"#],
            ..story("a bad login on a live connection", Setup::Usual, Some(ADMIN), |shot| {
                ended(shot, "New login refused", CauseKind::WrongToken)
            })
        },
        Story {
            messages: &[r#"{"type":"auth","email":"user@example.com","password":"user-pass-1"}"#],
            ..story("a token that runs out", Setup::Expiring, None, |shot| {
                ended(shot, "Token not renewed in time", CauseKind::NotRenewed)
                    && warned(shot, WarningKind::TokenExpired)
            })
        },
        Story {
            switches: Switches { auto_pong: false, ..QUIET },
            ..story("a ping without an answer", Setup::Heartbeat, Some(ADMIN), |shot| {
                ended(shot, "Taken for dead", CauseKind::MissedHeartbeat)
            })
        },
    ]
}

fn subscriptions() -> Vec<Story> {
    vec![
        Story {
            messages: &[r#"{"type":"subscribe","collection":"messages","uid":"s","query":{"limit":1}}"#],
            ..story("a subscription", Setup::Usual, Some(USER), |shot| {
                state(shot, 0) == Some(&SubscriptionState::Confirmed) && shot.pending.is_empty()
            })
        },
        Story {
            messages: &[r#"{"type":"subscribe","collection":"secrets","uid":"s"}"#],
            ..story("a subscription without permission", Setup::Usual, Some(USER), |shot| {
                matches!(state(shot, 0), Some(SubscriptionState::Refused { code: ErrorCode::Forbidden, .. }))
            })
        },
        Story {
            messages: &[
                r#"{"type":"subscribe","collection":"messages","uid":"s","event":"create"}"#,
                r#"{"type":"subscribe","collection":"messages","uid":"s","event":"create"}"#,
            ],
            ..story("two subscribes with one uid", Setup::Usual, Some(USER), |shot| {
                warned(shot, WarningKind::TwinSubscribe) && shot.pending.is_empty()
            })
        },
        Story {
            messages: &[
                r#"{"type":"subscribe","collection":"messages","uid":"s","event":"create"}"#,
                r#"{"type":"unsubscribe","uid":"s"}"#,
            ],
            ..story("an unsubscribe that came too early", Setup::Usual, Some(USER), |shot| {
                shot.pending.is_empty()
                    && state(shot, 0) == Some(&SubscriptionState::Confirmed)
                    && warned(shot, WarningKind::UnsubscribedTooEarly)
            })
        },
        Story {
            messages: &["not json", r#"{"type":"ping","uid":"after"}"#],
            ..story("what the server can't read", Setup::Usual, Some(USER), |shot| {
                shot.pending.is_empty() && shot.round_trips.count == 1 && shot.counters.errors == 1
            })
        },
    ]
}

/// A capture of its own, connected.
fn connected(engine: &Engine, story: &Story, server: &Server, wake: &Wake) -> Capture {
    let endpoint = Endpoint::parse(&format!("ws://{}{}", server.address(), story.path)).unwrap();
    let mut spec = ConnectSpec::new(endpoint, story.mode, story.credentials.clone());
    spec.token_place = story.token_place;
    spec.headers.clone_from(&story.headers);
    spec.switches = story.switches;
    spec.connect_timeout = Duration::from_secs(3);
    let capture = engine.record("ws://test", Destination::Temporary, wake).unwrap();
    capture.command(Command::Connect(Box::new(spec)));
    for message in story.messages {
        capture.command(Command::Send(Outgoing::Text((*message).to_owned())));
    }
    capture
}

fn tell(story: &Story, server: &Server) -> Result<(), String> {
    let (bell, rung) = crossbeam_channel::unbounded();
    let wake = Wake::new(move || {
        let _nobody = bell.send(());
    });
    let engine = Engine::start().unwrap();
    let capture = connected(&engine, story, server, &wake);
    let deadline = Instant::now() + PATIENCE;
    loop {
        wake.heard();
        let shot = capture.snapshot();
        if (story.ends)(&shot) {
            return Ok(());
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(format!(
                "{} on {:?}: {} · {:?} · {:?} · {} · {:?}",
                story.name,
                server.backend(),
                shot.phase.words(),
                shot.login,
                shot.subscriptions,
                shot.card.as_ref().map_or_else(String::new, |card| card.to_text()),
                shot.warnings
            ));
        }
        let _news = rung.recv_timeout(left.min(Duration::from_secs(1)));
    }
}

/// Tells every story on one server, each setup's at the same time: they know nothing of each other.
fn tell_all(backend: Backend) {
    let stories: Vec<Story> =
        logins().into_iter().chain(refusals()).chain(subscriptions()).chain(identities()).collect();
    let mut wrong = Vec::new();
    for setup in Setup::ALL {
        let told: Vec<&Story> = stories
            .iter()
            .filter(|story| story.setup == setup && story.backends.contains(&backend))
            .collect();
        if told.is_empty() {
            continue;
        }
        let server = Server::start(backend, setup);
        let server = &server;
        std::thread::scope(|scope| {
            let tellers: Vec<_> =
                told.into_iter().map(|story| scope.spawn(move || tell(story, server).err())).collect();
            wrong.extend(tellers.into_iter().filter_map(|teller| teller.join().unwrap()));
        });
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn of_the_demo() {
    tell_all(Backend::Demo);
}

#[test]
fn of_directus_12() {
    tell_all(Backend::Directus12);
}

#[test]
fn of_directus_11() {
    tell_all(Backend::Directus11);
}

#[test]
fn a_close_of_ours_shows_until_the_server_answers() {
    // A server that takes the Close frame and keeps silent.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = std::thread::spawn(move || {
        let socket = tungstenite::accept(listener.accept().unwrap().0).unwrap();
        let mut bytes = Vec::new();
        let _until_dropped = std::io::Read::read_to_end(&mut socket.get_ref(), &mut bytes);
    });
    let (bell, rung) = crossbeam_channel::unbounded();
    let wake = Wake::new(move || {
        let _nobody = bell.send(());
    });
    let engine = Engine::start().unwrap();
    let capture = engine.record("ws://test", Destination::Temporary, &wake).unwrap();
    let endpoint = Endpoint::parse(&format!("ws://{address}/websocket")).unwrap();
    let mut spec = ConnectSpec::new(endpoint, AuthMode::Public, Credentials::None);
    spec.switches = QUIET;
    capture.command(Command::Connect(Box::new(spec)));
    let mut seen = Vec::new();
    while seen.last() != Some(&Phase::Closed) {
        wake.heard();
        let phase = capture.snapshot().phase;
        if seen.last() != Some(&phase) {
            if phase == Phase::Live {
                capture.command(Command::Close { code: 1000, reason: "bye".to_owned() });
            }
            seen.push(phase);
        }
        if phase != Phase::Closed {
            rung.recv_timeout(PATIENCE).unwrap();
        }
    }
    assert!(seen.ends_with(&[Phase::Live, Phase::Closing, Phase::Closed]), "{seen:?}");
    server.join().unwrap();
}
