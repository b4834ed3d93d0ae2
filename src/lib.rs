//! Harewire: a native inspector for Directus Realtime.
//!
//! The modules are floors; imports go down only (see ARCHITECTURE.md, checked by `tests/floors.rs`).

pub mod app;
pub mod capture;
pub mod cli;
pub mod demo;
pub mod directus;
pub mod engine;
pub mod net;
pub mod session;
pub mod settings;
pub mod ui;
