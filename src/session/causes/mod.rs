//! Why a connection ended, or never came about: ranked causes, each with its evidence and the next step.
//!
//! Directus closes without a code and refuses without a reason (reference 1.3, 2.3, 6.4), so most of it is inference from
//! what was sent, what came and how long it took. `explained` is a pure function of what the fold knows at that moment
//! (`Case`); each cause is one small rule, the tables of rules lie in the files of their situation. Rules of equal
//! certainty keep the order of their table.

mod card;
mod case;
mod certificates;
mod closing;
mod codes;
mod cut;
mod http_login;
mod kind;
mod login;
mod middle;
mod relogin;
mod silence;
mod tls;
mod token;
mod trail;
mod unopened;
mod upgrade;
mod upgrade_status;
mod words;

#[cfg(test)]
mod closing_cases;
#[cfg(test)]
mod login_cases;
#[cfg(test)]
mod upgrade_cases;

pub use card::{Cause, CauseCard, Certainty, Evidence, NextStep, Weight};
pub(super) use case::{Case, End};
pub use certificates::{Validity, validity};
pub use kind::CauseKind;
pub(super) use trail::Trail;

/// One cause: `None` where it is out of the question.
type Rule = fn(&Case<'_>) -> Option<Cause>;

/// What a situation is called, what happened, and which rules know its causes.
struct Situation {
    title: &'static str,
    weight: Weight,
    what_happened: String,
    causes: Vec<Cause>,
}

impl Situation {
    fn new(title: &'static str, weight: Weight, what_happened: impl Into<String>) -> Self {
        Self { title, weight, what_happened: what_happened.into(), causes: Vec::new() }
    }

    /// Asks these rules, after those asked before.
    fn ask(mut self, case: &Case<'_>, rules: &[Rule]) -> Self {
        self.causes.extend(rules.iter().filter_map(|rule| rule(case)));
        self
    }

    /// Asks these rules only if none before knew anything.
    fn or_ask(self, case: &Case<'_>, rules: &[Rule]) -> Self {
        if self.causes.is_empty() { self.ask(case, rules) } else { self }
    }
}

/// The card of an end, or of a failure that has not ended the connection (yet).
pub(super) fn explained(case: &Case<'_>) -> CauseCard {
    let mut situation = situation(case);
    situation.causes.sort_by_key(|cause| cause.certainty);
    CauseCard {
        seq: case.at.seq,
        error_seq: case.error.map(|error| error.seq).filter(|seq| *seq != case.at.seq),
        connection: case.at.connection,
        weight: situation.weight,
        title: situation.title.to_owned(),
        what_happened: situation.what_happened,
        causes: situation.causes,
    }
}

fn situation(case: &Case<'_>) -> Situation {
    if let Some(situation) = http_login::situation(case) {
        return situation;
    }
    if case.trail.open.is_none() {
        return unopened::situation(case);
    }
    if let Some(situation) = login::situation(case).or_else(|| relogin::situation(case)) {
        return situation;
    }
    closing::situation(case)
}
