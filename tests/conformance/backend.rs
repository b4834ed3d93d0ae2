//! The servers a case can be played on.

use super::case::{Backend, Setup};
use crate::lab::{self, Directus};

pub struct Server {
    backend: Backend,
    process: Directus,
    address: String,
}

impl Server {
    pub fn start(backend: Backend, setup: Setup) -> Self {
        let version = match backend {
            Backend::Demo | Backend::Directus12 => lab::V12,
            Backend::Directus11 => lab::V11,
        };
        let process = Directus::start(version, &directus_settings(setup));
        let address = process.address().to_owned();
        Self { backend, process, address }
    }

    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// `127.0.0.1:PORT`.
    pub fn address(&self) -> &str {
        &self.address
    }

    pub fn stop(&mut self) {
        self.process.stop();
    }

    pub fn broadcast(&self, text: &str) -> Result<(), String> {
        Err(format!("a real Directus has no extension that would send {text}"))
    }
}

/// Two seconds instead of ten where a case waits for a failure; the heartbeat out of the way where it is not
/// what a case is about.
fn directus_settings(setup: Setup) -> Vec<(&'static str, &'static str)> {
    let mut settings = vec![("WEBSOCKETS_REST_AUTH_TIMEOUT", "2")];
    let heartbeat = if setup == Setup::Heartbeat { "1" } else { "600" };
    settings.push(("WEBSOCKETS_HEARTBEAT_PERIOD", heartbeat));
    match setup {
        Setup::Usual | Setup::Heartbeat => {}
        Setup::Public => settings.push(("WEBSOCKETS_REST_AUTH", "public")),
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
