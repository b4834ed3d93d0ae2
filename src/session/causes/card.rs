//! `CauseCard`: what happened, why that probably was, and what to do, ready to show or to print.

use std::fmt::Write as _;

use serde::Serialize;

use crate::directus::shown;

use super::kind::CauseKind;

/// How loud a card is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// As it was meant: we closed.
    Calm,
    /// The connection ended, or goes on with a fault.
    Warning,
    /// Nothing came about.
    Failure,
}

/// How sure a cause is. Certain ones come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// The evidence leaves no other explanation that is known.
    Certain,
    /// Inferred: the evidence speaks for it.
    Likely,
    /// Inferred: nothing speaks against it.
    Possible,
}

impl Certainty {
    /// The word on a card.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Certain => "certain",
            Self::Likely => "likely",
            Self::Possible => "possible",
        }
    }
}

/// Something seen that speaks for a cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// What was seen.
    pub sentence: String,
    /// Sequence number of the event that shows it; `None` for what shows in no single event.
    pub seq: Option<u64>,
}

/// What to do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct NextStep {
    /// As a sentence.
    pub sentence: String,
    /// The setting or line of code to change, ready to copy; empty if there is none.
    pub code: String,
}

/// One explanation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cause {
    /// Which one, for tests and machines.
    pub kind: CauseKind,
    /// How sure.
    pub certainty: Certainty,
    /// The explanation.
    pub sentence: String,
    /// What speaks for it.
    pub evidence: Vec<Evidence>,
    /// What to do about it.
    pub next_step: NextStep,
}

impl Cause {
    pub(super) fn new(kind: CauseKind, certainty: Certainty, sentence: impl Into<String>) -> Self {
        let sentence = sentence.into();
        Self { kind, certainty, sentence, evidence: Vec::new(), next_step: NextStep::default() }
    }

    pub(super) fn certain(kind: CauseKind, sentence: impl Into<String>) -> Self {
        Self::new(kind, Certainty::Certain, sentence)
    }

    pub(super) fn likely(kind: CauseKind, sentence: impl Into<String>) -> Self {
        Self::new(kind, Certainty::Likely, sentence)
    }

    pub(super) fn possible(kind: CauseKind, sentence: impl Into<String>) -> Self {
        Self::new(kind, Certainty::Possible, sentence)
    }

    /// Adds something seen in the event with this number, if there is one.
    pub(super) fn seen(mut self, seq: impl Into<Option<u64>>, sentence: impl Into<String>) -> Self {
        let seq = seq.into().filter(|seq| *seq != 0);
        self.evidence.push(Evidence { sentence: sentence.into(), seq });
        self
    }

    /// [`Cause::seen`] for what may not have been seen.
    pub(super) fn seen_if(self, evidence: Option<(u64, String)>) -> Self {
        match evidence {
            Some((seq, sentence)) => self.seen(seq, sentence),
            None => self,
        }
    }

    pub(super) fn next(mut self, sentence: impl Into<String>) -> Self {
        self.next_step.sentence = sentence.into();
        self
    }

    /// The line to change.
    pub(super) fn code(mut self, line: impl Into<String>) -> Self {
        self.next_step.code = line.into();
        self
    }
}

/// Why a connection ended or never came about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CauseCard {
    /// Sequence number of the event it explains: a `close`, or an `error` that no close has followed.
    pub seq: u64,
    /// Sequence number of the failure recorded before that close.
    pub error_seq: Option<u64>,
    /// On which connection.
    pub connection: u32,
    /// How loud.
    pub weight: Weight,
    /// A few words.
    pub title: String,
    /// What happened: a fact, no inference.
    pub what_happened: String,
    /// The explanations, the best first.
    pub causes: Vec<Cause>,
}

impl CauseCard {
    /// Whether it explains the event with this number.
    #[must_use]
    pub fn explains(&self, seq: u64) -> bool {
        self.seq == seq || self.error_seq == Some(seq)
    }

    /// The best explanation.
    #[must_use]
    pub fn first(&self) -> Option<&Cause> {
        self.causes.first()
    }

    /// The card as plain text, for a terminal or a support thread. Safe to print: what came from outside is escaped.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        line(&mut text, "", &self.title);
        line(&mut text, "", &self.what_happened);
        for (place, cause) in self.causes.iter().enumerate() {
            line(&mut text, "", "");
            let head = format!("{}. {} ({})", place + 1, cause.sentence, cause.certainty.word());
            line(&mut text, "", &head);
            for evidence in &cause.evidence {
                let row = evidence.seq.map_or_else(String::new, |seq| format!(" (#{seq})"));
                line(&mut text, "   - ", &format!("{}{row}", evidence.sentence));
            }
            if !cause.next_step.sentence.is_empty() {
                line(&mut text, "   → ", &cause.next_step.sentence);
            }
            for code in cause.next_step.code.lines() {
                line(&mut text, "     ", code);
            }
        }
        text
    }
}

fn line(text: &mut String, indent: &str, words: &str) {
    // Writing to a string cannot fail.
    let _infallible = writeln!(text, "{indent}{}", shown(words));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_as_text_has_everything_and_can_not_deceive() {
        let cause = Cause::likely(CauseKind::Unexplained, "It was the proxy \u{202e}nginx.")
            .seen(7, "It said so.")
            .seen(None, "It always does.")
            .next("Change this.")
            .code("A=1\nB=2");
        let card = CauseCard {
            seq: 9,
            error_seq: None,
            connection: 1,
            weight: Weight::Warning,
            title: "Cut".to_owned(),
            what_happened: "It ended.".to_owned(),
            causes: vec![cause],
        };
        let expected = "Cut\nIt ended.\n\n1. It was the proxy \\u{202e}nginx. (likely)\n   - It said so. (#7)\n   - It always does.\n   → Change this.\n     A=1\n     B=2\n";
        assert_eq!(card.to_text(), expected);
        assert!(card.explains(9) && !card.explains(7));
    }
}
