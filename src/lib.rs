//! Harewire: a native inspector for Directus Realtime.
//!
//! The modules are floors; imports go down only (see ARCHITECTURE.md, checked by `tests/floors.rs`).

//app
pub mod capture;
//cli
//demo
pub mod directus;
//engine
//net
pub mod session;
pub mod settings;
//ui
