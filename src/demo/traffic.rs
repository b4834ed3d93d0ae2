//! Another user's life, so that a first look at a subscription is not at a still picture.

use std::collections::VecDeque;

use serde_json::Value;

/// What happens next.
#[derive(Debug)]
pub(super) enum Deed {
    /// A new message.
    Post {
        /// By whom.
        user: &'static str,
        /// The text.
        text: String,
    },
    /// A message is corrected.
    Edit {
        /// Which.
        key: Value,
        /// The new text.
        text: String,
    },
    /// A message is taken back.
    Remove {
        /// Which.
        key: Value,
    },
}

const LINES: &[(&str, &str)] = &[
    ("Jonas", "Leaving for the second round"),
    ("Mei", "Two walnut loaves left"),
    ("Nadia", "Baguettes in ten minutes"),
    ("Priya", "New order: 3 trays of rolls for the library"),
    ("Tomás", "Oven 1 at 220°, ready"),
    ("Mei", "Queue is out of the door 🙂"),
    ("Jonas", "Parked at the school, back by noon"),
    ("Nadia", "Flour delivery is here"),
];

/// So many messages of its own stay; older ones are taken back.
const KEPT: usize = 12;

/// Decides what happens.
#[derive(Debug, Default)]
pub(super) struct Traffic {
    step: usize,
    posted: VecDeque<(Value, String)>,
}

impl Traffic {
    /// The next thing to happen: mostly posts, now and then a correction or a removal.
    pub(super) fn next(&mut self) -> Deed {
        self.step = self.step.wrapping_add(1);
        if self.step.is_multiple_of(5)
            && let Some((key, text)) = self.posted.back()
        {
            return Deed::Edit { key: key.clone(), text: format!("{text} (edited)") };
        }
        if (self.posted.len() > KEPT || self.step.is_multiple_of(11))
            && let Some((key, _)) = self.posted.pop_front()
        {
            return Deed::Remove { key };
        }
        let (user, text) = LINES[self.step % LINES.len()];
        Deed::Post { user, text: text.to_owned() }
    }

    /// A post got its key.
    pub(super) fn posted(&mut self, key: Value, text: String) {
        self.posted.push_back((key, text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_three_events_happen_and_the_rows_stay_few() {
        let mut traffic = Traffic::default();
        let (mut posts, mut edits, mut removals) = (0_usize, 0, 0);
        for number in 0..200 {
            match traffic.next() {
                Deed::Post { text, .. } => {
                    posts += 1;
                    traffic.posted(Value::from(number), text);
                }
                Deed::Edit { .. } => edits += 1,
                Deed::Remove { .. } => removals += 1,
            }
        }
        assert!(edits > 10, "{edits}");
        assert!(posts - removals <= KEPT + 1, "{posts} {removals}");
    }
}
