//! `Folded`: which sections of the status panel are folded away.

use serde::{Deserialize, Serialize};

/// A section of the status panel that can be folded away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PanelSection {
    /// Where the time of connecting went.
    Steps,
    /// As whom the server treats us.
    Identity,
    /// The server's pings and our signs of life.
    Heartbeat,
    /// How long a ping of ours takes.
    RoundTrip,
    /// Messages a second.
    Rates,
    /// What was subscribed to.
    Subscriptions,
    /// What a person should know.
    Noticed,
    /// The switches.
    Automatic,
    /// What was counted.
    Traffic,
}

/// Which sections of the status panel are folded away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a key of its own in the settings file")]
pub struct Folded {
    steps: bool,
    identity: bool,
    heartbeat: bool,
    round_trip: bool,
    rates: bool,
    subscriptions: bool,
    noticed: bool,
    automatic: bool,
    traffic: bool,
}

impl Folded {
    const fn place(&mut self, section: PanelSection) -> &mut bool {
        match section {
            PanelSection::Steps => &mut self.steps,
            PanelSection::Identity => &mut self.identity,
            PanelSection::Heartbeat => &mut self.heartbeat,
            PanelSection::RoundTrip => &mut self.round_trip,
            PanelSection::Rates => &mut self.rates,
            PanelSection::Subscriptions => &mut self.subscriptions,
            PanelSection::Noticed => &mut self.noticed,
            PanelSection::Automatic => &mut self.automatic,
            PanelSection::Traffic => &mut self.traffic,
        }
    }

    /// Whether this section is folded away.
    #[must_use]
    pub const fn is(mut self, section: PanelSection) -> bool {
        *self.place(section)
    }

    /// Folds it away or opens it.
    pub const fn set(&mut self, section: PanelSection, folded: bool) {
        *self.place(section) = folded;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_section_is_folded_by_itself_and_remembered() {
        let mut folded = Folded::default();
        folded.set(PanelSection::Rates, true);
        assert!(folded.is(PanelSection::Rates) && !folded.is(PanelSection::RoundTrip));
        let text = ron::to_string(&folded).unwrap();
        assert_eq!(ron::from_str::<Folded>(&text).unwrap(), folded);
        assert_eq!(ron::from_str::<Folded>("()").unwrap(), Folded::default());
    }
}
