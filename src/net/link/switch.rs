//! The switches of automation: effective at once, and recorded so that a capture shows which held.

use crate::capture::event::{Fact, Stamp};
use crate::net::command::Switches;
use crate::net::link::{Link, Outputs, PONG, Phase};

impl Link {
    pub(super) fn switch(&mut self, switches: Switches, now: Stamp, out: &mut Outputs) {
        let before = self.switches;
        self.note_switches(switches, now, out);
        if !switches.reconnect {
            self.stop_waiting("Automatic reconnecting was switched off.", now, out);
        }
        if switches.reconnect
            && self.phase == Phase::Idle
            && let Some(verdict) = self.lost.take()
        {
            self.come_again(verdict, now, out);
        }
        // A ping that waits for its answer gets it now: the next one may come too late (reference 3).
        let answers = switches.auto_pong && !before.auto_pong;
        if answers && self.pulse.is_unanswered() && self.directus() && self.may_talk() {
            self.write_text(PONG.to_owned(), true, now, out);
        }
    }

    /// Records what differs from the last positions recorded. Whoever reads the capture takes every switch for on until
    /// an event says otherwise.
    pub(super) fn note_switches(&mut self, switches: Switches, now: Stamp, out: &mut Outputs) {
        for ((name, before), (_, on)) in self.switches.positions().into_iter().zip(switches.positions()) {
            if before != on {
                self.record(Fact::Switched { name: name.to_owned(), on }, now, out);
            }
        }
        self.switches = switches;
    }
}
