//! The `harewire` program: see `harewire --help`.

use std::process::ExitCode;

use clap::Parser as _;
use harewire::app::Place;
use harewire::cli::{self, Cli};

fn main() -> ExitCode {
    let arguments = Cli::parse();
    let place = Place::of_user();
    match arguments.command {
        Some(job) => cli::run(&job, place.as_ref().map(Place::captures).as_deref()).into(),
        None => ExitCode::SUCCESS,
    }
}
