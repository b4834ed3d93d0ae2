//! The report as text: a line for each step, then what is wrong first.

use std::fmt::Write as _;

use super::report::Report;
use super::step::{State, Step};
use super::words::span;
use crate::cli::exit::Exit;
use crate::directus::shown;

/// For whom.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    /// Signs before the words.
    signs: bool,
    /// And colours, which say nothing that the words don't.
    colours: bool,
}

impl Style {
    /// Plain for pipes; with signs and, unless `NO_COLOR` is set, colours for a terminal.
    pub(super) fn of(is_terminal: bool) -> Self {
        let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { signs: is_terminal, colours: is_terminal && !no_colour }
    }

    /// A step as a line.
    pub(super) fn step(self, step: &Step) -> String {
        let took =
            if step.state == State::Skipped { String::new() } else { format!(" [{}]", span(step.took_us)) };
        format!(
            "{}{:<8} {:<11} {}{took}\n",
            self.sign(step.state),
            step.state.word(),
            step.name,
            shown(&step.sentence)
        )
    }

    fn sign(self, state: State) -> String {
        let (sign, colour) = match state {
            State::Ok => ('✓', 32),
            State::Warning => ('!', 33),
            State::Failed => ('✗', 31),
            State::Skipped => ('–', 90),
        };
        match (self.signs, self.colours) {
            (false, _) => String::new(),
            (true, false) => format!("{sign} "),
            (true, true) => format!("\u{1b}[{colour}m{sign}\u{1b}[0m "),
        }
    }

    /// What follows the steps.
    pub(super) fn summary(self, report: &Report) -> String {
        let mut text = String::new();
        let unexplained: Vec<&Step> =
            report.steps.iter().filter(|step| step.state == State::Failed && !step.has_card).collect();
        if !report.cards.is_empty() || !unexplained.is_empty() {
            put(&mut text, format_args!("\n{}What is wrong\n", self.sign(State::Failed)));
        }
        for card in &report.cards {
            put(&mut text, format_args!("\n{}", card.to_text()));
        }
        for step in unexplained {
            put(&mut text, format_args!("\n{}: {}\n", step.name, shown(&step.sentence)));
        }
        if !report.warnings.is_empty() {
            put(&mut text, format_args!("\n{}Worth knowing\n\n", self.sign(State::Warning)));
            for warning in &report.warnings {
                put(&mut text, format_args!("- {}\n", shown(warning)));
            }
        }
        let result = match report.exit {
            Exit::Done if report.verdict == "warnings" => "Nothing failed; see the warnings.",
            Exit::Done => "Nothing is wrong.",
            Exit::Usage => "The examination could not be made.",
            Exit::NotConnected => "Not connected.",
            Exit::NotAuthenticated => "Not authenticated.",
            Exit::Refused => "A subscription was refused or not answered.",
            Exit::Lost => "The connection did not hold.",
        };
        put(&mut text, format_args!("\n{result} (exit code {})\n", report.exit as u8));
        if let Some(path) = &report.capture {
            put(&mut text, format_args!("capture: {path}\n"));
        }
        text
    }
}

fn put(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _infallible = text.write_fmt(arguments);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_says_in_words_what_its_sign_says_and_can_not_deceive() {
        let step = Step {
            name: "login",
            state: State::Failed,
            sentence: "no \u{1b}[2J".to_owned(),
            took_us: 1_500,
            has_card: false,
        };
        let plain = Style { signs: false, colours: false }.step(&step);
        assert_eq!(plain, "failed   login       no \\u{1b}[2J [1.5 ms]\n");
        let signs = Style { signs: true, colours: false }.step(&step);
        assert_eq!(signs, format!("✗ {plain}"));
        let colours = Style { signs: true, colours: true }.step(&step);
        assert_eq!(colours, format!("\u{1b}[31m✗\u{1b}[0m {plain}"));
    }
}
