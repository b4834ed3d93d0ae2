//! The servers a case can be played on.

use std::time::Duration;

use harewire::demo::{self, Mode, Options, RateLimit};

use super::case::{Backend, Setup};
use crate::lab::{self, Directus};

/// One of them, running.
pub struct Server {
    backend: Backend,
    process: Process,
    address: String,
}

enum Process {
    /// `None` once it was stopped.
    Demo(Option<demo::Server>),
    Real(Directus),
}

impl Server {
    pub fn start(backend: Backend, setup: Setup) -> Self {
        let (process, address) = match backend {
            Backend::Demo => {
                let server = demo::Server::start(demo_options(setup)).expect("the demo server starts");
                let address = server.address().to_string();
                (Process::Demo(Some(server)), address)
            }
            Backend::Directus12 => Self::real(lab::V12, setup),
            Backend::Directus11 => Self::real(lab::V11, setup),
        };
        Self { backend, process, address }
    }

    fn real(version: &str, setup: Setup) -> (Process, String) {
        let server = Directus::start(version, &directus_settings(setup));
        let address = server.address().to_owned();
        (Process::Real(server), address)
    }

    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// `127.0.0.1:PORT`.
    pub fn address(&self) -> &str {
        &self.address
    }

    pub fn stop(&mut self) {
        match &mut self.process {
            Process::Demo(server) => drop(server.take()),
            Process::Real(server) => server.stop(),
        }
    }

    pub fn broadcast(&self, text: &str) -> Result<(), String> {
        match &self.process {
            Process::Demo(Some(server)) => server.broadcast(text),
            Process::Demo(None) => return Err("the demo server was stopped".into()),
            Process::Real(_) => return Err("the lab's servers carry no extension".into()),
        }
        Ok(())
    }
}

const AUTH_TIMEOUT: Duration = Duration::from_secs(2);

/// Two seconds instead of ten where a case waits for a failure; the heartbeat out of the way where it is not
/// what a case is about.
fn directus_settings(setup: Setup) -> Vec<(&'static str, &'static str)> {
    let mut settings = vec![("WEBSOCKETS_REST_AUTH_TIMEOUT", "2")];
    let heartbeat = if setup == Setup::Heartbeat { "1" } else { "600" };
    settings.push(("WEBSOCKETS_HEARTBEAT_PERIOD", heartbeat));
    match setup {
        Setup::Usual | Setup::Heartbeat => {}
        Setup::Public => settings.push(("WEBSOCKETS_REST_AUTH", "public")),
        Setup::Strict => settings.push(("WEBSOCKETS_REST_AUTH", "strict")),
        Setup::Expiring => settings.push(("ACCESS_TOKEN_TTL", "3s")),
        Setup::Limited => settings.extend([
            ("WEBSOCKETS_REST_CONN_LIMIT", "2"),
            ("RATE_LIMITER_ENABLED", "true"),
            ("RATE_LIMITER_POINTS", "10"),
            ("RATE_LIMITER_DURATION", "2"),
        ]),
        Setup::Off => settings.push(("WEBSOCKETS_ENABLED", "false")),
    }
    settings
}

/// The same for the demo.
fn demo_options(setup: Setup) -> Options {
    let heartbeat = Duration::from_secs(if setup == Setup::Heartbeat { 1 } else { 600 });
    let usual = Options { auth_timeout: AUTH_TIMEOUT, heartbeat: Some(heartbeat), ..Options::default() };
    match setup {
        Setup::Usual | Setup::Heartbeat => usual,
        Setup::Public => Options { mode: Mode::Public, ..usual },
        Setup::Strict => Options { mode: Mode::Strict, ..usual },
        Setup::Expiring => Options { token_ttl: Duration::from_secs(3), ..usual },
        Setup::Limited => Options {
            connection_limit: Some(2),
            rate_limit: Some(RateLimit { points: 10, duration: Duration::from_secs(2) }),
            ..usual
        },
        Setup::Off => panic!("the demo is nothing without its socket"),
    }
}
