//! `harewire export`: a capture in another format, without a window.

use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;

use crossbeam_channel::Receiver;

use super::args::ExportArgs;
use super::exit::Exit;
use super::record::say;
use crate::capture::export::{ExportError, Rows, Written};
use crate::capture::filter::Filter;
use crate::capture::time::Zone;
use crate::capture::{Progress, WholeFile};
use crate::engine::{self, Capture, Export, Wake};

/// Runs the job to its end. Messages for people go to standard error.
#[must_use]
pub fn run(args: &ExportArgs) -> Exit {
    match export(args) {
        Ok(sentence) => {
            say(&sentence);
            Exit::Done
        }
        Err(sentence) => {
            say(&sentence);
            Exit::Usage
        }
    }
}

fn export(args: &ExportArgs) -> Result<String, String> {
    let filter = args.filter.as_deref().map(Filter::parse).transpose().map_err(|error| error.to_string())?;
    let (sender, news) = crossbeam_channel::bounded(1);
    let wake = Wake::new(move || {
        // A full channel already holds the news.
        let _full = sender.try_send(());
    });
    let capture = engine::open(&args.capture, &wake).map_err(|error| error.to_string())?;
    wait_for(&wake, &news, || {
        let file = capture.file();
        file.opening.is_none() || file.trouble.is_some()
    })?;
    let file = capture.file();
    if let Some(trouble) = &file.trouble {
        return Err(trouble.clone());
    }
    for oddity in &file.oddities {
        say(oddity);
    }
    let rows = match filter {
        None => Rows::All(capture.view().len()),
        Some(filter) => matching(&capture, &filter.in_zone(Zone::utc()), &wake, &news)?,
    };
    let snapshot = capture.snapshot();
    let export = Export {
        format: args.format.into(),
        rows,
        server: if file.server.is_empty() { snapshot.url.to_string() } else { file.server.clone() },
        notes: capture.loose_notes(),
        started_us: capture.view().get(1).map_or(0, |record| record.time_us),
        snapshot,
        // A script gives the same text on every machine.
        zone: Zone::utc(),
    };
    let written = write(&export, &capture, args)?;
    let left_out = match written.left_out {
        0 => String::new(),
        count => format!(" {count} that this format has no place for were left out."),
    };
    Ok(format!("{} events were written.{left_out}", written.events))
}

fn write(export: &Export, capture: &Capture, args: &ExportArgs) -> Result<Written, String> {
    let mut reader = capture.reader();
    let progress = Progress::unwatched();
    if args.out == Path::new("-") {
        let mut out = io::stdout().lock();
        let written = export.run(&mut reader, &mut out, &progress);
        let flushed = out.flush();
        return match (written, flushed) {
            (Ok(written), Ok(())) => Ok(written),
            // `head` has seen enough: that is how a pipe ends.
            (Err(ExportError::Write(error)), _) | (_, Err(error))
                if error.kind() == io::ErrorKind::BrokenPipe =>
            {
                Ok(Written::default())
            }
            (Err(error), _) => Err(error.to_string()),
            (_, Err(error)) => Err(format!("Standard output can't be written: {error}.")),
        };
    }
    let path = &args.out;
    let failed = |error: &dyn std::fmt::Display| format!("{} was not written. {error}", path.display());
    if !args.replace && path.exists() {
        return Err(failed(&"A file with this name is there. Choose another name, or add --replace."));
    }
    let mut target = WholeFile::create(path).map_err(|error| failed(&error))?;
    let written = export.run(&mut reader, &mut target, &progress).map_err(|error| failed(&error))?;
    target.finish(args.replace).map_err(|error| failed(&error))?;
    Ok(written)
}

/// The events that fit a filter.
fn matching(capture: &Capture, filter: &Filter, wake: &Wake, news: &Receiver<()>) -> Result<Rows, String> {
    let sieve = capture.sieve(filter, wake);
    let of = capture.view().len();
    wait_for(wake, news, || {
        let found = sieve.found();
        found.trouble().is_some() || (found.looked() >= of && found.of() >= of)
    })?;
    let found = sieve.found();
    if let Some(trouble) = found.trouble() {
        return Err(trouble.to_owned());
    }
    let len = found.len();
    Ok(Rows::Placed { len, seq: Arc::new(move |place| found.seq(place).unwrap_or_default()) })
}

/// Waits until `done`; whoever publishes rings.
fn wait_for(wake: &Wake, news: &Receiver<()>, mut done: impl FnMut() -> bool) -> Result<(), String> {
    loop {
        // Before looking: what is published from now on rings again.
        wake.heard();
        if done() {
            return Ok(());
        }
        news.recv().map_err(|_| "The capture could not be read to its end.".to_owned())?;
    }
}
