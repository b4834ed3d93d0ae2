//! Floor 4, jobs without a window: arguments in, a capture and an exit code out, by the same engine.

mod args;
mod doctor;
mod exit;
mod export;
mod lines;
mod outcome;
mod pipe;
mod reach_args;
mod record;
mod server_args;
mod signal;
mod summary;
mod variables;

use std::io;
use std::path::Path;

use clap::CommandFactory as _;

pub use args::{Cli, ExportArgs, FormatWord, Job, RecordArgs, SubscribeTo, Until};
pub use doctor::DoctorArgs;
pub use exit::Exit;
pub use server_args::{ServerArgs, TransportWord};

/// Runs a job to its end. `data_folder` is where captures go that no argument places.
#[must_use]
pub fn run(job: &Job, data_folder: Option<&Path>) -> Exit {
    match job {
        Job::Record(args) => record::run(args, data_folder),
        Job::Doctor(args) => doctor::run(args),
        Job::Export(args) => export::run(args),
        Job::Completions { shell } => {
            clap_complete::generate(*shell, &mut Cli::command(), "harewire", &mut io::stdout());
            Exit::Done
        }
    }
}
