//! The heartbeat lab: what a server takes for a sign of life, and when.

use std::time::Duration;

use super::{Expected, Experiment, Step};

/// How a ping is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Habit {
    /// At once with `pong`.
    Answer,
    /// With `pong`, six tenths of a period later.
    Late,
    /// With `pong`, but a period and a half later.
    TooLate,
    /// With a `ping` of our own.
    Ping,
    /// With a message of a type that nobody knows.
    UnknownType,
    /// With a text that is not JSON.
    Garbage,
    /// Not at all.
    Never,
}

impl Habit {
    /// All, in the order they are shown.
    pub const ALL: [Self; 7] =
        [Self::Answer, Self::Late, Self::TooLate, Self::Ping, Self::UnknownType, Self::Garbage, Self::Never];

    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Answer => ("Answer", "Does an answer at once keep the connection?"),
            Self::Late => ("Answer late", "Is there time for an answer until the next ping?"),
            Self::TooLate => ("Answer too late", "Does the server wait longer than its period?"),
            Self::Ping => ("Answer with a ping", "Does another message count as life?"),
            Self::UnknownType => ("Answer with an unknown type", "Does any typed message count as life?"),
            Self::Garbage => ("Answer with garbage", "Does a text that is not JSON count as life?"),
            Self::Never => ("Never answer", "When does the server give up?"),
        }
    }

    const fn text(self) -> &'static str {
        match self {
            Self::Answer | Self::Late | Self::TooLate | Self::Never => r#"{"type":"pong"}"#,
            Self::Ping => r#"{"type":"ping"}"#,
            Self::UnknownType => r#"{"type":"harewire-lab"}"#,
            Self::Garbage => "not JSON",
        }
    }

    fn experiment(self, period: Duration) -> Experiment {
        let (name, question) = self.words();
        // The first ping comes at any time within a period (reference 3); a busy server gets as much again.
        let ping = Step::AwaitPing(period * 2);
        let end = Step::AwaitEnd(period * 2);
        let send = Step::Send(self.text());
        let stays = |delay: Option<Duration>| {
            let round: Vec<Step> =
                [ping.clone()].into_iter().chain(delay.map(Step::Quiet)).chain([send.clone()]).collect();
            [round.clone(), round, vec![ping.clone()]].concat()
        };
        let (expected, steps) = match self {
            Self::Answer | Self::Ping | Self::UnknownType => (Expected::Stays { pings: 3 }, stays(None)),
            Self::Late => (Expected::Stays { pings: 3 }, stays(Some(period * 6 / 10))),
            Self::TooLate => {
                let steps = vec![ping.clone(), Step::Quiet(period * 3 / 2), send.clone(), end];
                (Expected::Closes { after: period }, steps)
            }
            Self::Garbage => (Expected::Closes { after: period }, vec![ping.clone(), send.clone(), end]),
            Self::Never => (Expected::Closes { after: period }, vec![ping.clone(), end]),
        };
        Experiment { name, question, expected, steps }
    }
}

/// The experiments for a server with this period; `None` where it is off: then there is nothing to try.
#[must_use]
pub fn heartbeat_lab(period: Option<Duration>) -> Vec<(Habit, Experiment)> {
    let Some(period) = period else { return Vec::new() };
    Habit::ALL.into_iter().map(|habit| (habit, habit.experiment(period))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_without_a_heartbeat_has_nothing_to_try() {
        assert!(heartbeat_lab(None).is_empty());
    }

    #[test]
    fn what_is_said_of_an_experiment_names_its_time() {
        let lab = heartbeat_lab(Some(Duration::from_secs(30)));
        let (_, never) = lab.iter().find(|(habit, _)| *habit == Habit::Never).unwrap();
        assert!(never.expectation().contains("30.0 s after its first ping"));
        assert_eq!(never.longest(), Duration::from_secs(120));
    }
}
