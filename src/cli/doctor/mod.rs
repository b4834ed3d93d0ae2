//! `harewire doctor`: examines a server and says what is wrong, without a window.
//!
//! [`exam`] decides what is asked next from what the fold says, [`findings`] what of it deserves attention, [`report`]
//! is all of it for machines, [`text`] for people. This file joins them with the engine.

mod exam;
mod findings;
mod report;
mod step;
mod text;
mod words;

use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use crossbeam_channel::Receiver;

use self::exam::{Exam, Order, Plan};
use self::report::Report;
use self::text::Style;
use super::args::{SubscribeTo, duration, subscription};
use super::exit::Exit;
use super::record::say;
use super::server_args::ServerArgs;
use super::signal::{self, Signal};
use super::variables;
use crate::directus::Credentials;
use crate::engine::{Capture, Destination, Engine, Wake};
use crate::net::{Command, ConnectSpec, Outgoing};

/// What the job is, for its help.
pub(super) const ABOUT: &str = "\
Examines a server: asks it over HTTP what it is, connects, logs in, measures round trips, subscribes if asked, and closes. \
Each step is told as it happens, then what was found wrong, with the causes, their evidence and the next step. Secrets are masked.";

/// The rest of its help.
pub(super) const AFTER: &str = "\
The credential comes from the environment or from --env-file, as for `record`. Without --mode the mode is the one that the \
server tells its users, else handshake. Nothing is written to the server.

With --json one object goes to standard output. Its keys, of which later versions only add more:
  harewire_doctor  version of this object: 1
  verdict          healthy, warnings or failed; exit_code is that of the process
  steps            name, state (ok, warning, failed, skipped), sentence, took_us
  cards            what went wrong: title, what_happened, and causes, the best first, each with kind, certainty (certain,
                   likely, possible), sentence, evidence (sentence, seq of the event in the capture) and next_step
  warnings         sentences
  server, way, identity, round_trips, heartbeat, subscriptions
                   what was learned; null for what is not known. Times are in microseconds and end in _us

Exit codes, as of `record`:
  0  nothing failed; there may be warnings
  2  the command line is wrong, or the capture can't be written
  3  not connected
  4  not authenticated
  5  a subscription was refused, or not answered
  6  the connection was lost, closed by the server, or fell silent

Examples:
  harewire doctor https://cms.example.com
  harewire doctor --env-file .env --subscribe messages:create --heartbeat
  harewire doctor https://cms.example.com --json | jq '.cards[].causes[0].sentence'
  harewire doctor https://cms.example.com --capture session.ndjson && harewire session.ndjson";

/// Arguments of `doctor`.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Which server, and how.
    #[command(flatten)]
    pub server: ServerArgs,
    /// Try a subscription to COLLECTION or COLLECTION:create|update|delete; may be repeated
    #[arg(long, value_name = "COLLECTION[:EVENT]", value_parser = subscription)]
    pub subscribe: Vec<SubscribeTo>,
    /// Wait for two pings of the server, to prove that an answer keeps the connection: two of its periods, often a minute
    #[arg(long)]
    pub heartbeat: bool,
    /// Write one JSON object instead of text
    #[arg(long)]
    pub json: bool,
    /// How long to wait for each answer, like 5s
    #[arg(long, value_name = "TIME", default_value = "15s", value_parser = duration)]
    pub timeout: Duration,
    /// Keep the capture of the examination as FILE
    #[arg(long, value_name = "FILE")]
    pub capture: Option<PathBuf>,
}

/// Runs the examination to its end.
#[must_use]
pub(super) fn run(args: &DoctorArgs) -> Exit {
    match Job::begin(args) {
        Ok(job) => job.run(),
        Err(sentence) => {
            say(&sentence);
            Exit::Usage
        }
    }
}

struct Job<'a> {
    args: &'a DoctorArgs,
    /// Holds the net thread, which must outlive the capture.
    engine: Engine,
    capture: Capture,
    wake: Wake,
    signals: Receiver<Signal>,
    spec: ConnectSpec,
    exam: Exam,
    /// Steps that were told.
    told: usize,
}

impl<'a> Job<'a> {
    fn begin(args: &'a DoctorArgs) -> Result<Self, String> {
        let variables = variables::read(args.server.env_file.as_deref())?;
        let endpoint = variables::endpoint(args.server.url.as_deref(), &variables)?;
        let mut spec = args.server.spec(endpoint.clone(), &variables, false)?;
        spec.switches.reauth = false;
        let (wake, signals) = signal::listen()?;
        let engine = Engine::start().map_err(|error| error.to_string())?;
        let to = args.capture.clone().map_or(Destination::Temporary, Destination::Path);
        let capture = engine.record(&endpoint.shown_url(), to, &wake).map_err(|error| error.to_string())?;
        let exam = Exam::new(Plan {
            questions: spec.questions(),
            credential: !matches!((&spec.credentials, spec.token()), (Credentials::None, None)),
            mode_named: args.server.named_mode(&variables).is_some(),
            timeout_us: u64::try_from(args.timeout.as_micros()).unwrap_or(u64::MAX),
            heartbeat: args.heartbeat,
            subscribe: args.subscribe.clone(),
        });
        capture.command(Command::Prepare(Box::new(spec.clone())));
        capture.command(Command::Examine);
        Ok(Self { args, engine, capture, wake, signals, spec, exam, told: 0 })
    }

    fn run(mut self) -> Exit {
        let style = Style::of(io::stdout().is_terminal());
        if !self.args.json {
            print(&format!("Examining {}\n\n", self.spec.endpoint.shown_url()));
        }
        loop {
            self.wake.heard();
            if let Some(trouble) = &self.capture.file().trouble {
                say(trouble);
                return Exit::Usage;
            }
            let now_us = self.capture.now().elapsed_us;
            for order in self.exam.look(&self.capture.snapshot(), now_us) {
                self.perform(order);
            }
            self.tell(style);
            let Some(due_us) = self.exam.due_us() else { break };
            let patience = Duration::from_micros(due_us.saturating_sub(now_us)).max(Duration::from_millis(1));
            if self.signals.recv_timeout(patience) == Ok(Signal::Stop) {
                let now_us = self.capture.now().elapsed_us;
                for order in self.exam.stop(now_us) {
                    self.perform(order);
                }
            }
        }
        self.finish(style)
    }

    fn perform(&mut self, order: Order) {
        let command = match order {
            Order::Connect(mode) => {
                self.spec.mode = mode.unwrap_or(self.spec.mode);
                Command::Connect(Box::new(self.spec.clone()))
            }
            Order::Measure => Command::Measure,
            Order::Send(text) => Command::Send(Outgoing::Text(text)),
            Order::Close => Command::Close { code: 1000, reason: String::new() },
            // Beside the report, since it is none of its facts.
            Order::Say(sentence) => return say(&sentence),
        };
        self.capture.command(command);
    }

    /// Steps that are new: as text, or for whoever waits for the JSON at a terminal.
    fn tell(&mut self, style: Style) {
        let steps = self.exam.steps();
        for step in steps.get(self.told..).unwrap_or_default() {
            if !self.args.json {
                print(&style.step(step));
            } else if io::stderr().is_terminal() {
                say(Style::of(true).step(step).trim_end());
            }
        }
        self.told = steps.len();
    }

    fn finish(self, style: Style) -> Exit {
        let Self { args, engine, capture, exam, .. } = self;
        let now = capture.now();
        let (snapshot, file) = capture.finish();
        drop(engine);
        let report = Report::new(&exam, &snapshot, file.path.as_deref(), now);
        let text = if args.json { report.to_json() } else { style.summary(&report) };
        print(&text);
        if file.lost_events > 0 {
            say(file.trouble.as_deref().unwrap_or("The capture is not whole."));
            return Exit::Usage;
        }
        report.exit
    }
}

/// To standard output, at once. If that is closed there is nobody left to tell.
fn print(text: &str) {
    let mut output = io::stdout().lock();
    let _nobody_listens = output.write_all(text.as_bytes()).and_then(|()| output.flush());
}
