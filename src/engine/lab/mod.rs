//! Labs: experiments against a server, each on a connection of its own, that compare what the reference expects with
//! what was observed. Steps are data, the judge is pure; only the runner waits.

mod bench;
mod heartbeat;
mod judge;
mod runner;

pub use bench::{Lab, Trial};
pub use heartbeat::{Habit, heartbeat_lab};
pub use judge::{Judgement, Sight, Verdict, What, judge};
pub use runner::perform;

use std::time::Duration;

/// One thing an experiment does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Wait for the server's `ping`, at most this long.
    AwaitPing(Duration),
    /// Say nothing for this long; ends early when the connection does.
    Quiet(Duration),
    /// Send this text, exactly.
    Send(&'static str),
    /// Wait until the connection ends, at most this long.
    AwaitEnd(Duration),
}

/// What the reference says will happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// The connection outlives this many pings.
    Stays {
        /// Pings that must come.
        pings: usize,
    },
    /// The server closes without a code, this long after the first ping (reference 3).
    Closes {
        /// After the first ping.
        after: Duration,
    },
}

/// A question to a server and how it is put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Experiment {
    /// Its name.
    pub name: &'static str,
    /// What it finds out.
    pub question: &'static str,
    /// The answer to expect.
    pub expected: Expected,
    /// What is done once the connection is open.
    pub steps: Vec<Step>,
}

impl Experiment {
    /// What is expected, as a sentence with its section of the reference.
    #[must_use]
    pub fn expectation(&self) -> String {
        match self.expected {
            Expected::Stays { pings } => {
                format!("The connection stays open and gets {pings} pings (reference 3).")
            }
            Expected::Closes { after } => format!(
                "The server closes without a code {:.1} s after its first ping (reference 3).",
                after.as_secs_f64()
            ),
        }
    }

    /// The longest it can take.
    #[must_use]
    pub fn longest(&self) -> Duration {
        let of = |step: &Step| match step {
            Step::AwaitPing(time) | Step::Quiet(time) | Step::AwaitEnd(time) => *time,
            Step::Send(_) => Duration::ZERO,
        };
        self.steps.iter().map(of).sum()
    }
}
