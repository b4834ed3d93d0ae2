//! Floor 4, who decides: the window's state, what each action does, and where files lie.
//!
//! `App` takes what other threads published before a frame, hands the views a `Model`, and performs the `Action`s they
//! pushed. Nothing here waits: files, dialogs and searches are jobs on other threads.

#[expect(clippy::module_inception, reason = "the file is named after its one type")]
mod app;
mod beside;
mod captures;
mod captures_work;
mod connect;
mod copy;
mod copy_rows;
mod demo_tab;
#[cfg(test)]
mod end_cases;
mod exchange;
mod files;
mod filtering;
mod going;
mod job;
mod lab_work;
mod memory;
mod model_parts;
mod notice;
mod order;
mod perform;
mod place;
mod reach;
mod retired;
mod rows;
mod saved;
mod search;
mod tab;
mod table;
mod tasks;
mod vault;
mod vault_work;
mod window;
mod zone;

pub use app::App;
pub use place::Place;
pub use window::{Launch, WindowError, run};
