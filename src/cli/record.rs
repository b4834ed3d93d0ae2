//! `harewire record`: the engine of the window, driven by arguments.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crossbeam_channel::Receiver;

use super::args::RecordArgs;
use super::exit::Exit;
use super::lines::Lines;
use super::outcome;
use super::pipe::Pipe;
use super::signal::{self, Signal};
use super::summary;
use super::variables;
use crate::capture::{Store, time};
use crate::directus::Endpoint;
use crate::engine::{Capture, Destination, Engine, Wake};
use crate::net::{Command, Outgoing};
use crate::session::Phase;

/// How long a close of ours may take, before the job ends without it.
const CLOSE_LIMIT: Duration = Duration::from_secs(3);
/// While more than this waits to be sent, no further line is read: a server that doesn't read must not fill the memory.
const SEND_AHEAD: u64 = 1 << 20;
/// Lines sent before the job looks up: an endless input must not keep it from Ctrl+C.
const LINES_AT_ONCE: usize = 1024;

/// Where the job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Not live yet.
    Connecting,
    /// Live: subscriptions are sent.
    Live,
    /// We asked to close, at this moment, with this outcome.
    Closing(Instant, Exit),
}

/// Runs the job to its end. Messages for people go to standard error.
#[must_use]
pub fn run(args: &RecordArgs, data_folder: Option<&Path>) -> Exit {
    match Job::begin(args, data_folder) {
        Ok(job) => job.run(),
        Err(sentence) => {
            say(&sentence);
            Exit::Usage
        }
    }
}

/// Writes a line to standard error. If that is closed there is nobody left to tell.
pub(super) fn say(sentence: &str) {
    let _nobody_listens = writeln!(io::stderr(), "{sentence}");
}

struct Job<'a> {
    args: &'a RecordArgs,
    /// Holds the net thread, which must outlive the capture.
    engine: Engine,
    capture: Capture,
    signals: Receiver<Signal>,
    wake: Wake,
    /// Copies the capture to standard output.
    pipe: Option<Pipe>,
    lines: Option<Lines>,
    started: Instant,
    stage: Stage,
}

impl<'a> Job<'a> {
    fn begin(args: &'a RecordArgs, data_folder: Option<&Path>) -> Result<Self, String> {
        let variables = variables::read(args.server.env_file.as_deref())?;
        let endpoint = variables::endpoint(args.server.url.as_deref(), &variables)?;
        let spec = args.server.spec(endpoint.clone(), &variables, args.raw)?;
        let lines = args.send.as_deref().map(Lines::open).transpose()?;
        let (wake, signals) = signal::listen()?;
        let engine = Engine::start().map_err(|error| error.to_string())?;
        let (to, pipe) = destination(args, &endpoint, data_folder)?;
        let server = endpoint.shown_url();
        let capture = engine.record(&server, to, &wake).map_err(|error| error.to_string())?;
        let pipe = pipe.then(|| Pipe::new(capture.reader()));
        capture.command(Command::Connect(Box::new(spec)));
        Ok(Self {
            args,
            engine,
            capture,
            signals,
            wake,
            pipe,
            lines,
            started: Instant::now(),
            stage: Stage::Connecting,
        })
    }

    fn run(mut self) -> Exit {
        let exit = loop {
            self.wake.heard();
            if let Some(pipe) = &mut self.pipe
                && let Err(error) = pipe.copy()
            {
                say(&format!("Standard output can't be written: {error}. The recording ends here."));
                break Exit::Usage;
            }
            if let Some(exit) = self.step() {
                break exit;
            }
            match self.signals.recv_timeout(self.patience()) {
                Ok(Signal::Stop) => {
                    if let Stage::Closing(_, exit) = self.stage {
                        break exit;
                    }
                    self.close(Exit::Done);
                }
                Ok(Signal::News) | Err(_) => {}
            }
        };
        self.finish(exit)
    }

    /// Looks at what is published and decides; the answer ends the job.
    fn step(&mut self) -> Option<Exit> {
        let snapshot = self.capture.snapshot();
        if let Some(trouble) = &self.capture.file().trouble {
            say(trouble);
            return Some(Exit::Usage);
        }
        let over = outcome::ended(&snapshot);
        match self.stage {
            Stage::Closing(since, exit) => {
                return (over.is_some() || since.elapsed() > CLOSE_LIMIT).then_some(exit);
            }
            Stage::Connecting | Stage::Live if over.is_some() => return over,
            Stage::Connecting if snapshot.phase == Phase::Live => {
                self.stage = Stage::Live;
                self.subscribe();
            }
            Stage::Connecting | Stage::Live => {}
        }
        if self.stage == Stage::Live {
            self.send_lines();
            if outcome::refused(&snapshot).is_some() {
                self.close(Exit::Refused);
            }
        }
        if self.args.duration.is_some_and(|limit| self.started.elapsed() >= limit) {
            let reached = if self.stage == Stage::Live { Exit::Done } else { outcome::unfinished(&snapshot) };
            self.close(reached);
        }
        None
    }

    fn subscribe(&self) {
        for (place, to) in self.args.subscribe.iter().enumerate() {
            self.capture.command(Command::Send(Outgoing::Text(to.message(place))));
        }
    }

    fn send_lines(&self) {
        let Some(lines) = self.lines.as_ref().filter(|_| self.may_send()) else { return };
        for line in lines.waiting(LINES_AT_ONCE) {
            match line {
                Ok(text) => {
                    self.capture.command(Command::Send(Outgoing::Text(text)));
                }
                Err(error) => say(&format!("The messages to send can't be read any further: {error}.")),
            }
            if !self.may_send() {
                break;
            }
        }
    }

    fn may_send(&self) -> bool {
        self.capture.link().is_some_and(|link| link.queued_bytes() < SEND_AHEAD)
    }

    fn close(&mut self, exit: Exit) {
        self.stage = Stage::Closing(Instant::now(), exit);
        self.capture.command(Command::Close { code: 1000, reason: String::new() });
    }

    fn patience(&self) -> Duration {
        let limit = match self.stage {
            Stage::Closing(since, _) => CLOSE_LIMIT.saturating_sub(since.elapsed()),
            Stage::Connecting | Stage::Live => {
                let left = self.args.duration.map(|limit| limit.saturating_sub(self.started.elapsed()));
                left.unwrap_or(Duration::from_secs(3600))
            }
        };
        // Lines to send arrive beside the bell.
        let limit = if self.lines.is_some() { limit.min(Duration::from_millis(20)) } else { limit };
        limit.max(Duration::from_millis(1))
    }

    fn finish(self, exit: Exit) -> Exit {
        let took = self.started.elapsed();
        let Self { engine, capture, pipe, .. } = self;
        let (snapshot, file) = capture.finish();
        drop(engine);
        if let Some(mut pipe) = pipe
            && let Err(error) = pipe.copy()
        {
            say(&format!("Standard output can't be written: {error}."));
        }
        say(&summary::text(&snapshot, &file, took));
        // Whatever the server did: a capture that isn't whole must not pass for one.
        if file.lost_events > 0 { Exit::Usage } else { exit }
    }
}

/// Where the capture goes, and whether it is copied to standard output.
fn destination(
    args: &RecordArgs,
    endpoint: &Endpoint,
    data_folder: Option<&Path>,
) -> Result<(Destination, bool), String> {
    match args.out.as_deref() {
        Some(path) if path == Path::new("-") => Ok((Destination::Temporary, true)),
        Some(path) => Ok((Destination::Path(PathBuf::from(path)), false)),
        None => {
            let folder = data_folder.ok_or(
                "This system names no data folder for your user. Say with --out where the capture should go.",
            )?;
            let store = Store::open(folder).map_err(|error| {
                format!(
                    "The data folder {} can't be used: {error}. Say with --out where the capture should go.",
                    folder.display()
                )
            })?;
            let lease = store.reserve(endpoint.host(), time::now_us()).map_err(|error| {
                format!(
                    "No file can be made in {}: {error}. Say with --out where the capture should go.",
                    folder.display()
                )
            })?;
            Ok((Destination::Store(lease), false))
        }
    }
}
