//! From what was seen to a sentence and a verdict. Pure.

use std::time::Duration;

use super::{Expected, Experiment};
use crate::capture::event::ClosedBy;

/// What was seen, as far as a judge asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The socket is open.
    Opened,
    /// A `ping` of the server.
    Ping,
    /// The connection ended.
    Ended {
        /// Its close code.
        code: Option<u16>,
        /// By whom.
        by: ClosedBy,
    },
}

/// One thing seen, and where it stands in the capture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sight {
    /// Number of its event.
    pub seq: u64,
    /// When, microseconds of the capture.
    pub at_us: u64,
    /// What.
    pub what: What,
}

/// Whether the server is as the reference says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is.
    AsExpected,
    /// It is not.
    Differs,
    /// That could not be found out; the sentence says why.
    NotTried,
}

/// The end of an experiment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// In a word.
    pub verdict: Verdict,
    /// What was observed.
    pub observed: String,
    /// The event that proves it.
    pub proof: Option<u64>,
}

/// Times may be off by a quarter, and by half a second on a busy machine.
fn is_about(found: Duration, expected: Duration) -> bool {
    found.abs_diff(expected) <= (expected / 4).max(Duration::from_millis(500))
}

/// Compares what was seen with what was expected.
#[must_use]
pub fn judge(experiment: &Experiment, seen: &[Sight]) -> Judgement {
    let pings: Vec<&Sight> = seen.iter().filter(|sight| sight.what == What::Ping).collect();
    let end = seen.iter().find_map(|sight| match sight.what {
        What::Ended { code, by } => Some((sight, code, by)),
        What::Opened | What::Ping => None,
    });
    let not_tried = |observed: &str, proof| Judgement {
        verdict: Verdict::NotTried,
        observed: observed.to_owned(),
        proof,
    };
    if !seen.iter().any(|sight| sight.what == What::Opened) {
        let proof = end.map(|(sight, ..)| sight.seq);
        return not_tried(
            "The connection did not open: the server refused it, perhaps by its limit of connections, or could not be reached.",
            proof,
        );
    }
    let Some(first) = pings.first() else {
        let proof = end.map(|(sight, ..)| sight.seq);
        return not_tried("No ping came: the heartbeat is off, or its period is longer than told.", proof);
    };
    let verdict = |fits| if fits { Verdict::AsExpected } else { Verdict::Differs };
    let count = pings.len();
    let noun = if count == 1 { "ping" } else { "pings" };
    match (experiment.expected, end) {
        (Expected::Stays { pings: wanted }, None) => Judgement {
            verdict: verdict(count >= wanted),
            observed: format!("The connection stayed open and got {count} {noun}."),
            proof: pings.last().map(|sight| sight.seq),
        },
        (Expected::Closes { .. }, None) => Judgement {
            verdict: Verdict::Differs,
            observed: format!("The connection stayed open; {count} {noun} came."),
            proof: pings.last().map(|sight| sight.seq),
        },
        (expected, Some((sight, code, by))) => {
            let after = Duration::from_micros(sight.at_us.saturating_sub(first.at_us));
            let fits = by == ClosedBy::Server
                && code == Some(1005)
                && matches!(expected, Expected::Closes { after: wanted } if is_about(after, wanted));
            Judgement {
                verdict: if by == ClosedBy::Client { Verdict::NotTried } else { verdict(fits) },
                observed: ended(code, by, after),
                proof: Some(sight.seq),
            }
        }
    }
}

fn ended(code: Option<u16>, by: ClosedBy, after: Duration) -> String {
    let how = match code {
        Some(1005) => "without a code".to_owned(),
        Some(1006) => "without a Close frame".to_owned(),
        Some(code) => format!("with code {code}"),
        None => "in a way this transport does not report".to_owned(),
    };
    let who = match by {
        ClosedBy::Server => "The server closed",
        ClosedBy::Client => "Harewire closed",
        ClosedBy::Network => "The network ended the connection",
    };
    format!("{who} {how} {:.1} s after the first ping.", after.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::lab::{Habit, heartbeat_lab};

    const PERIOD: Duration = Duration::from_secs(30);

    fn verdict(habit: Habit, script: &[(u64, What)]) -> Verdict {
        let lab = heartbeat_lab(Some(PERIOD));
        let (_, experiment) = lab.iter().find(|(each, _)| *each == habit).unwrap();
        let sights: Vec<Sight> = (1..)
            .zip(script)
            .map(|(seq, (s, what))| Sight { seq, at_us: s * 1_000_000, what: what.clone() })
            .collect();
        judge(experiment, &sights).verdict
    }

    fn end(code: u16, by: ClosedBy) -> What {
        What::Ended { code: Some(code), by }
    }

    #[test]
    fn observations_that_agree() {
        let closed = [(0, What::Opened), (9, What::Ping), (39, end(1005, ClosedBy::Server))];
        for habit in [Habit::Never, Habit::Garbage, Habit::TooLate] {
            assert_eq!(verdict(habit, &closed), Verdict::AsExpected, "{habit:?}");
        }
        let open = [(0, What::Opened), (9, What::Ping), (39, What::Ping), (69, What::Ping)];
        for habit in [Habit::Answer, Habit::Late, Habit::Ping, Habit::UnknownType] {
            assert_eq!(verdict(habit, &open), Verdict::AsExpected, "{habit:?}");
        }
    }

    #[test]
    fn observations_that_differ() {
        let ends =
            [(60, 1005, ClosedBy::Server), (39, 1000, ClosedBy::Server), (39, 1006, ClosedBy::Network)];
        for (at, code, by) in ends {
            let script = [(0, What::Opened), (9, What::Ping), (at, end(code, by))];
            assert_eq!(verdict(Habit::Never, &script), Verdict::Differs, "{at} {code}");
            assert_eq!(verdict(Habit::Answer, &script), Verdict::Differs, "{at} {code}");
        }
        let open = [(0, What::Opened), (9, What::Ping), (39, What::Ping)];
        assert_eq!(verdict(Habit::Never, &open), Verdict::Differs);
        assert_eq!(verdict(Habit::Answer, &open), Verdict::Differs, "the third ping is missing");
    }

    #[test]
    fn what_shows_nothing_is_not_called_a_difference() {
        assert_eq!(verdict(Habit::Never, &[]), Verdict::NotTried);
        assert_eq!(verdict(Habit::Never, &[(0, What::Opened)]), Verdict::NotTried);
        let ours = [(0, What::Opened), (9, What::Ping), (12, end(1000, ClosedBy::Client))];
        assert_eq!(verdict(Habit::Never, &ours), Verdict::NotTried);
    }
}
