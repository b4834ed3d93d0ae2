//! Real Directus servers for tests: started on a copy of the seeded database, stopped with the test.
//!
//! `./test.sh --install` installs them; where they are missing a test fails and says so. Users, tokens and
//! collections are those of `seed.mjs`. A server of [`Directus::start`] belongs to one test; the servers of
//! [`shared`] are for tests that can live with the writes of others.

mod directus;
mod rest;

pub use directus::{Directus, free_port, shared};
pub use rest::rest;

/// Tokens and log-ins of the seed.
pub mod seed {
    /// May do everything.
    pub const ADMIN: &str = "admin-static-token-0001";
    /// May read and create `messages`.
    pub const USER: &str = "user-static-token-0001";
    /// May do everything with `messages`, `message_tags` and `devices`, not with `secrets`.
    pub const EDITOR: &str = "editor-static-token-0001";
}

/// The newer version of the lab, and the one meant where a test names none.
pub const V12: &str = "12.4.0";
/// The older one: no uid on most errors, and row rules without a licence.
pub const V11: &str = "11.17.4";

#[test]
fn equal_settings_share_one_server() {
    let first = shared(V11, &[("WEBSOCKETS_REST_AUTH", "public"), ("RATE_LIMITER_ENABLED", "false")]);
    let again = shared(V11, &[("RATE_LIMITER_ENABLED", "false"), ("WEBSOCKETS_REST_AUTH", "public")]);
    assert_eq!(first.url(), again.url());
    let (status, body) = first.rest("GET", "/server/info", None, Some(seed::EDITOR));
    assert_eq!((status, &body["data"]["version"]), (200, &V11.into()), "{body}");
    assert_eq!(body["data"]["websocket"]["rest"]["authentication"], "public", "{body}");
}
