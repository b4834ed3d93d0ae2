//! Harewire: a native inspector for Directus Realtime.
//!
//! The modules are floors; imports go down only (see ARCHITECTURE.md, checked by `tests/floors.rs`).

//app
pub mod capture;
//cli
pub mod demo;
pub mod directus;
//engine
//net
//session
//settings
//ui
