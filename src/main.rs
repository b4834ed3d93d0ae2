//! The `harewire` program: see `harewire --help`.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;
use harewire::app::{self, Launch, Place};
use harewire::cli::{self, Cli};

fn main() -> ExitCode {
    let arguments = Cli::parse();
    let place = Place::of_user();
    if let Some(job) = arguments.command {
        return cli::run(&job, place.as_ref().map(Place::captures).as_deref()).into();
    }
    let launch = match arguments.target {
        Some(target) => Launch::Target(target),
        None if arguments.demo => Launch::Demo,
        None => Launch::Plain,
    };
    match app::run(launch, place) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // If standard error is closed there is nobody left to tell.
            let _told = writeln!(std::io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}
