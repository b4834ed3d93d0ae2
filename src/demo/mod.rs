//! Floor 2: a small server on loopback that behaves like Directus, for first runs and for tests.
//!
//! The promise: the conformance cases played here and on a real Directus 12.4 pass alike, so what a user learns
//! on the demo holds on the real thing. What is kept in memory dies with the server; nothing is read or written
//! on disk. Everything is decided in `hub` without a socket or a clock; only `server`, `upgrade`, `socket`
//! and `frame` touch the network.
//!
//! It listens on 127.0.0.1 only, and its passwords and tokens are public knowledge: never bind it elsewhere.

mod account;
mod agenda;
mod comparison;
mod connection;
mod dispatch;
mod error;
mod fault;
mod filter;
mod frame;
mod heartbeat;
mod hub;
mod items;
mod login;
mod message;
mod moment;
mod options;
mod permission;
mod query;
mod query_string;
mod random;
mod reader;
mod reply;
mod rest;
mod rest_items;
mod schema;
mod seed;
mod selection;
mod server;
mod socket;
mod store;
mod subscription;
mod traffic;
mod transaction;
mod upgrade;

pub use self::error::Error;
pub use self::options::{Misbehaviour, Mode, Options, Origins, RateLimit, Version};
pub use self::server::Server;

/// The access token shown to people on the first screen: an editor, so reading and writing both work.
pub const TOKEN: &str = "demo-token";
