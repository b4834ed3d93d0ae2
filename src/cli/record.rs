//! `harewire record`: the engine of the window, driven by arguments.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender};

use super::args::{RecordArgs, SubscribeTo};
use super::exit::Exit;
use super::lines::Lines;
use super::outcome;
use super::pipe::Pipe;
use super::summary;
use super::variables;
use crate::capture::{Store, time};
use crate::directus::{AuthMode, ClientMessage, Credentials, Endpoint, Subscribe, Uid};
use crate::engine::{Capture, Destination, Engine, Wake};
use crate::net::proxy::ProxyRules;
use crate::net::{Command, ConnectSpec, Outgoing, Protocol, Switches};
use crate::session::Phase;
use crate::settings::Environment;

/// How long a close of ours may take, before the job ends without it.
const CLOSE_LIMIT: Duration = Duration::from_secs(3);
/// While more than this waits to be sent, no further line is read: a server that doesn't read must not fill the memory.
const SEND_AHEAD: u64 = 1 << 20;
/// Lines sent before the job looks up: an endless input must not keep it from Ctrl+C.
const LINES_AT_ONCE: usize = 1024;

/// What wakes the job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Signal {
    /// Something was published.
    News,
    /// Ctrl+C, or the system asks to end.
    Stop,
}

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
        let variables = variables::read(args.env_file.as_deref())?;
        let endpoint = variables::endpoint(args.url.as_deref(), &variables)?;
        let spec = spec(args, endpoint.clone(), &variables)?;
        let lines = args.send.as_deref().map(Lines::open).transpose()?;
        let (sender, signals) = crossbeam_channel::bounded(4);
        let wake = Wake::new({
            let sender = sender.clone();
            // A full channel already holds the news.
            move || {
                let _full_means_known = sender.try_send(Signal::News);
            }
        });
        listen_for_stop(sender)?;
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
        for (place, SubscribeTo { collection, event }) in self.args.subscribe.iter().enumerate() {
            let uid = format!("{collection}-{}", place + 1);
            let mut subscribe = Subscribe::new(collection.as_str());
            subscribe.event = *event;
            subscribe.uid = Some(Uid::Text(uid));
            let text = ClientMessage::Subscribe(subscribe).to_text();
            self.capture.command(Command::Send(Outgoing::Text(text)));
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

fn spec(args: &RecordArgs, endpoint: Endpoint, variables: &Environment) -> Result<ConnectSpec, String> {
    // A raw server is not Directus: our credential is none of its business.
    let credentials = if args.raw { Credentials::None } else { variables::credentials(variables, &endpoint) };
    let mode = match (args.raw, args.mode) {
        (true, _) => AuthMode::Public,
        (false, Some(mode)) => mode,
        (false, None) => variables.mode.as_ref().map_or(AuthMode::default(), |found| found.value),
    };
    let mut spec = ConnectSpec::new(endpoint, mode, credentials);
    spec.transport = args.transport.into();
    spec.protocol = if args.raw { Protocol::Raw } else { Protocol::Directus };
    // A recording is of what the server does to a client that only keeps itself alive.
    spec.switches =
        Switches { auto_pong: true, reconnect: false, resubscribe: false, measure: false, reauth: true };
    args.reach.extend(&mut spec, &ProxyRules::from_environment())?;
    Ok(spec)
}

/// Ctrl+C and, on Unix, the polite signal to end.
fn listen_for_stop(signals: Sender<Signal>) -> Result<(), String> {
    let failed = |error: io::Error| format!("Ctrl+C can't be listened for: {error}.");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().map_err(failed)?;
    let listen = move || {
        runtime.block_on(async {
            loop {
                if stop_asked().await.is_err() || signals.send(Signal::Stop).is_err() {
                    break;
                }
            }
        });
    };
    std::thread::Builder::new().name("signals".into()).spawn(listen).map_err(failed)?;
    Ok(())
}

#[cfg(unix)]
async fn stop_asked() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}

#[cfg(not(unix))]
async fn stop_asked() -> io::Result<()> {
    tokio::signal::ctrl_c().await
}
