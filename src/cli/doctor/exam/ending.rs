//! The end of an examination: the heartbeat, if it is waited for, and the close.

use super::{Exam, LATE_US, Order, PERIOD_US, SECOND_US, Stage, is_heartbeat_off};
use crate::cli::doctor::step::State;
use crate::cli::doctor::words;
use crate::cli::exit::Exit;
use crate::session::Snapshot;

impl Exam {
    pub(super) fn begin_heartbeat(&mut self, snapshot: &Snapshot, now_us: u64) {
        if !self.plan.heartbeat {
            return self.close(now_us);
        }
        if is_heartbeat_off(snapshot) {
            let words = "The server sends no pings (WEBSOCKETS_HEARTBEAT_ENABLED=false).";
            self.push("heartbeat", State::Skipped, words, now_us);
            return self.close(now_us);
        }
        let period_us = period_us(snapshot);
        // The first may come at any time of a period, the second one later shows that the answer to it counted.
        let patience_us = period_us * 2 + period_us / 4 + LATE_US;
        self.enter(Stage::Heartbeat, now_us, patience_us);
        let words = format!("Waiting for two pings of the server, at most {} s.", patience_us / SECOND_US);
        self.orders.push(Order::Say(words));
    }

    pub(super) fn heartbeat(&mut self, snapshot: &Snapshot, now_us: u64) {
        if self.ended(snapshot) {
            return self.failed("heartbeat", snapshot, now_us);
        }
        let heartbeat = &snapshot.heartbeat;
        if heartbeat.pings >= 2 {
            let (state, words) = words::heartbeat(heartbeat);
            self.push("heartbeat", state, words, now_us);
            self.close(now_us);
        } else if now_us >= self.due_us {
            let known = snapshot.server.heartbeat_s.is_some();
            let words = match (known, heartbeat.pings) {
                (true, _) => {
                    "The server's pings did not come when they were due: the connection is half open, a proxy drops them, or the server hangs."
                }
                (false, 0) => {
                    "No ping of the server came: its heartbeat is off, or slower than the default of 30 s. Its period is told to users only."
                }
                (false, _) => {
                    "Only one ping of the server came: its heartbeat is slower than the default of 30 s, or the connection is half open."
                }
            };
            if known {
                self.fail(Exit::Lost);
            }
            self.push("heartbeat", if known { State::Failed } else { State::Warning }, words, now_us);
            self.close(now_us);
        }
    }

    pub(super) fn closing(&mut self, snapshot: &Snapshot, now_us: u64) {
        // Nothing was open that could be closed.
        let never_dialled = snapshot.connection == 0;
        if !self.ended(snapshot) && !never_dialled && now_us < self.due_us {
            return;
        }
        if let Some(close) = snapshot.last_close.as_deref() {
            let (state, words) = words::close(close);
            self.push("close", state, words, now_us);
        } else if !never_dialled && snapshot.counters.opens > 0 {
            self.push("close", State::Warning, "The server did not answer the close.", now_us);
        }
        self.enter(Stage::Over, now_us, 0);
    }
}

fn period_us(snapshot: &Snapshot) -> u64 {
    let told = snapshot.server.heartbeat_s.as_ref().and_then(|told| told.value);
    told.map_or(PERIOD_US, |seconds| seconds.saturating_mul(SECOND_US))
}
