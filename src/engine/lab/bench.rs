//! `Lab`: experiments played side by side, each on a capture and a thread of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossbeam_channel::{Receiver, TryRecvError, bounded};

use super::{Experiment, Judgement, Verdict, heartbeat_lab, perform};
use crate::engine::{Destination, Engine, EngineError, Wake};
use crate::net::ConnectSpec;

/// The heartbeat lab under way, or over. Dropping it ends what still runs.
pub struct Lab {
    trials: Vec<Trial>,
    is_cancelled: Arc<AtomicBool>,
}

/// One experiment of a lab.
pub struct Trial {
    /// What is tried.
    pub experiment: Experiment,
    /// How it ended; `None` while it runs.
    pub judgement: Option<Judgement>,
    end: Receiver<Judgement>,
}

impl Lab {
    /// Plays every experiment for a server with this heartbeat period; `wake` rings as each is over. The captures are
    /// temporary.
    ///
    /// # Errors
    /// [`EngineError`] if a capture or a thread can't be had; then nothing goes on running.
    pub fn start(
        engine: &Engine,
        spec: &ConnectSpec,
        period: Duration,
        wake: &Wake,
    ) -> Result<Self, EngineError> {
        let mut lab = Self { trials: Vec::new(), is_cancelled: Arc::default() };
        for (_, experiment) in heartbeat_lab(Some(period)) {
            let server = spec.endpoint.shown_url();
            let mut capture = engine.record(&server, Destination::Temporary, wake)?;
            let (sender, end) = bounded(1);
            let trial = Trial { experiment, judgement: None, end };
            let (experiment, spec) = (trial.experiment.clone(), spec.clone());
            let (is_cancelled, wake) = (Arc::clone(&lab.is_cancelled), wake.clone());
            std::thread::Builder::new().name("lab".into()).spawn(move || {
                let judgement = perform(&experiment, &spec, &mut capture, &is_cancelled);
                // Nobody listens any more when the lab was dropped.
                let _dropped = sender.send(judgement);
                wake.ring();
            })?;
            lab.trials.push(trial);
        }
        Ok(lab)
    }

    /// Picks up what is over. True if that was the last one.
    pub fn poll(&mut self) -> bool {
        let was_running = self.is_running();
        for trial in self.trials.iter_mut().filter(|trial| trial.judgement.is_none()) {
            match trial.end.try_recv() {
                Ok(judgement) => trial.judgement = Some(judgement),
                Err(TryRecvError::Empty) => {}
                Err(TryRecvError::Disconnected) => {
                    let observed = "The experiment broke off inside Harewire, which is a bug.".to_owned();
                    trial.judgement = Some(Judgement { verdict: Verdict::NotTried, observed, proof: None });
                }
            }
        }
        was_running && !self.is_running()
    }

    /// Asks what still runs to end; it does within a moment.
    pub fn cancel(&self) {
        self.is_cancelled.store(true, Ordering::Release);
    }

    /// Whether [`Self::cancel`] was called.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::Acquire)
    }

    /// Whether an experiment is not over yet.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.trials.iter().any(|trial| trial.judgement.is_none())
    }

    /// The experiments, in the order they are shown.
    #[must_use]
    pub fn trials(&self) -> &[Trial] {
        &self.trials
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        self.cancel();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directus::{AuthMode, Credentials, Endpoint};

    /// A server that takes connections and never says a word: without a cancel the opening would take its ten seconds.
    #[test]
    fn a_cancelled_lab_ends_and_says_so() {
        let mute = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("ws://{}/websocket", mute.local_addr().unwrap());
        let endpoint = Endpoint::parse(&url).unwrap();
        let mut spec = ConnectSpec::new(endpoint, AuthMode::Public, Credentials::None);
        spec.connect_timeout = Duration::from_secs(3600);
        let (ring, bell) = bounded(1);
        let wake = Wake::new(move || {
            let _full = ring.try_send(());
        });
        let engine = Engine::start().unwrap();
        let mut lab = Lab::start(&engine, &spec, Duration::from_secs(30), &wake).unwrap();
        assert!(!lab.poll() && lab.is_running() && !lab.is_cancelled());
        lab.cancel();
        while !lab.poll() {
            bell.recv_timeout(Duration::from_secs(30)).expect("a ring as each is over");
            wake.heard();
        }
        assert!(lab.is_cancelled() && !lab.is_running() && !lab.poll());
        for trial in lab.trials() {
            let judgement = trial.judgement.as_ref().unwrap();
            assert_eq!(judgement.verdict, Verdict::NotTried);
            assert_eq!(judgement.observed, "The experiment was cancelled.");
        }
    }
}
