//! Plays one experiment on a capture of its own, following what is published as it comes.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::Receiver;

use super::{Experiment, Judgement, Sight, Step, Verdict, What, judge};
use crate::capture::event::{Direction, Event, Fact, What as Happened};
use crate::capture::{NoteChange, Reader};
use crate::directus::MessageType;
use crate::engine::Capture;
use crate::net::{Command, ConnectSpec, Outgoing, Protocol, TransportKind};

/// How often a runner that waits looks whether it was cancelled.
const GLANCE: Duration = Duration::from_millis(100);

/// Plays `experiment` into `capture`, judges it, and writes the result as a note on the event that proves it. Blocks
/// until it is over: at most the connect timeout and [`Experiment::longest`]. The token of `spec` goes into the query,
/// which every mode takes (reference 1.3), so that the experiment's own messages are all that is sent.
#[must_use]
pub fn perform(
    experiment: &Experiment,
    spec: &ConnectSpec,
    capture: &mut Capture,
    is_cancelled: &AtomicBool,
) -> Judgement {
    let spec = raw(spec);
    let opening = spec.connect_timeout + Duration::from_secs(1);
    let (_ring, bell) = capture.follow();
    let mut watch = Watch { reader: capture.reader(), bell, next: 1, seen: Vec::new(), is_cancelled };
    capture.command(Command::Connect(Box::new(spec)));
    let is_open = |what: &What| matches!(what, What::Opened);
    if watch.until(opening, is_open) {
        for step in &experiment.steps {
            if watch.is_over() || is_cancelled.load(Ordering::Acquire) {
                break;
            }
            match step {
                Step::AwaitPing(limit) => {
                    if !watch.until(*limit, |what| *what == What::Ping) {
                        break;
                    }
                }
                Step::Quiet(time) => {
                    watch.until(*time, |_| false);
                }
                Step::AwaitEnd(limit) => {
                    watch.until(*limit, |_| false);
                }
                Step::Send(text) => {
                    capture.command(Command::Send(Outgoing::Text((*text).to_owned())));
                }
            }
        }
    }
    let mut judgement = judge(experiment, &watch.seen);
    if is_cancelled.load(Ordering::Acquire) {
        judgement.verdict = Verdict::NotTried;
        "The experiment was cancelled.".clone_into(&mut judgement.observed);
    }
    capture.command(Command::Close { code: 1000, reason: "experiment over".to_owned() });
    note(experiment, &mut judgement, capture);
    judgement
}

fn note(experiment: &Experiment, judgement: &mut Judgement, capture: &mut Capture) {
    let Some(about) = judgement.proof else { return };
    let verdict = match judgement.verdict {
        Verdict::AsExpected => "as expected",
        Verdict::Differs => "differs",
        Verdict::NotTried => "could not be tried",
    };
    let (name, expected) = (experiment.name, experiment.expectation());
    let text = format!("{name}: {verdict}. Expected: {expected} Observed: {}", judgement.observed);
    if let Err(error) = capture.note(NoteChange { about, pin: None, text: Some(text) }) {
        judgement.observed =
            format!("{} The note about it could not be written: {error}", judgement.observed);
    }
}

/// The same server and token, with nothing sent by itself, on the transport that reports how a connection ends.
fn raw(spec: &ConnectSpec) -> ConnectSpec {
    let mut raw = spec.clone();
    raw.protocol = Protocol::Raw;
    raw.transport = TransportKind::Full;
    raw.switches.reconnect = false;
    raw.switches.auto_pong = false;
    if raw.endpoint.token().is_none()
        && let Some(token) = spec.token()
    {
        raw.reach.query.push(("access_token".to_owned(), token.clone()));
    }
    raw
}

/// Reads events as they are published and keeps what a judge asks for.
struct Watch<'a> {
    reader: Reader,
    bell: Receiver<()>,
    /// Number of the first event not read yet.
    next: u64,
    seen: Vec<Sight>,
    is_cancelled: &'a AtomicBool,
}

impl Watch<'_> {
    /// Waits until something new fits; not longer than `limit`, the end of the connection, or a cancel.
    fn until(&mut self, limit: Duration, fits: impl Fn(&What) -> bool) -> bool {
        let deadline = Instant::now() + limit;
        loop {
            let known = self.seen.len();
            if self.read_one() {
                if self.seen[known..].iter().any(|sight| fits(&sight.what)) {
                    return true;
                }
                continue;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || self.is_over() || self.is_cancelled.load(Ordering::Acquire) {
                return false;
            }
            // A time-out is no failure: it only lets the loop look at the clock and the flag.
            let _rung = self.bell.recv_timeout(left.min(GLANCE));
        }
    }

    /// Whether the connection has ended or never came.
    fn is_over(&self) -> bool {
        self.seen.iter().any(|sight| matches!(sight.what, What::Ended { .. }))
    }

    fn read_one(&mut self) -> bool {
        if self.next > self.reader.view().len() {
            return false;
        }
        if let Ok(event) = self.reader.event(self.next)
            && let Some(what) = of(&event)
        {
            self.seen.push(Sight { seq: self.next, at_us: event.stamp.elapsed_us, what });
        }
        self.next += 1;
        true
    }
}

fn of(event: &Event) -> Option<What> {
    match &event.what {
        Happened::Message(message)
            if message.direction == Direction::In && message.class.kind == MessageType::Ping =>
        {
            Some(What::Ping)
        }
        Happened::Message(_) => None,
        Happened::Fact(fact) => match fact.as_ref() {
            Fact::Open { .. } => Some(What::Opened),
            Fact::Close { code, by, .. } => Some(What::Ended { code: *code, by: *by }),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::lab::{Habit, heartbeat_lab};
    use crate::engine::{Destination, Engine, Wake};

    /// Nothing listens there.
    #[test]
    fn a_server_that_is_not_there_is_no_difference() {
        let endpoint = crate::directus::Endpoint::parse("ws://127.0.0.1:9/websocket").unwrap();
        let credentials = crate::directus::Credentials::None;
        let spec = ConnectSpec::new(endpoint, crate::directus::AuthMode::Handshake, credentials);
        let wake = Wake::new(|| {});
        let engine = Engine::start().unwrap();
        let mut capture = engine.record("ws://127.0.0.1:9", Destination::Temporary, &wake).unwrap();
        let lab = heartbeat_lab(Some(Duration::from_secs(30)));
        let (habit, experiment) = &lab[0];
        assert_eq!(*habit, Habit::Answer);
        let judgement = perform(experiment, &spec, &mut capture, &AtomicBool::new(false));
        assert_eq!(judgement.verdict, Verdict::NotTried, "{}", judgement.observed);
    }
}
