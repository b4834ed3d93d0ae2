//! How a connection ends, and what comes after.

use crate::capture::event::{ClosedBy, Direction, Fact, Stamp};
use crate::net::failure::OpenFailure;
use crate::net::link::retry::Verdict;
use crate::net::link::{Link, Order, Outputs, Phase};

/// How long to wait for the server's Close frame.
const POLITE_US: u64 = 1_000_000;
/// A control frame carries 125 bytes, two of them the code (RFC 6455, 5.5).
const REASON_BYTES: usize = 123;

impl Link {
    pub(super) fn close(&mut self, code: u16, mut reason: String, now: Stamp, out: &mut Outputs) {
        match self.phase {
            Phase::Idle | Phase::Closing { .. } => {}
            Phase::Waiting { .. } => self.stop_waiting("The connection was closed by hand.", now, out),
            Phase::Dialing => self.abort(now, out),
            Phase::Greeting | Phase::Authenticating { .. } | Phase::Live => {
                reason.truncate(reason.floor_char_boundary(REASON_BYTES));
                // 1005 stands for "no code", and 1006 and 1015 must never be sent (RFC 6455, 7.4.1).
                let code = (!matches!(code, 0..1000 | 1005 | 1006 | 1015)).then_some(code);
                let reason = if code.is_some() { reason } else { String::new() };
                self.record(close_frame(code, &reason), now, out);
                self.phase = Phase::Closing { drop_at: now.elapsed_us + POLITE_US };
                self.pulse.stop();
                self.unsend_held("The connection was closed before it could be sent.", now, out);
                out.orders.push(Order::Close { code, reason });
            }
        }
    }

    pub(super) fn abort(&mut self, now: Stamp, out: &mut Outputs) {
        match self.phase {
            Phase::Idle => {}
            Phase::Waiting { .. } => self.stop_waiting("The connection was closed by hand.", now, out),
            Phase::Dialing
            | Phase::Greeting
            | Phase::Authenticating { .. }
            | Phase::Live
            | Phase::Closing { .. } => {
                out.orders.push(Order::Drop);
                self.dropped(now, out);
            }
        }
    }

    pub(super) fn close_unanswered(&mut self, now: Stamp, out: &mut Outputs) {
        out.orders.push(Order::Drop);
        self.tell(&OpenFailure::CloseUnanswered.into(), now, out);
        self.dropped(now, out);
    }

    /// We let go of the connection ourselves.
    fn dropped(&mut self, now: Stamp, out: &mut Outputs) {
        self.record(Fact::Close { code: Some(1006), reason: String::new(), by: ClosedBy::Client }, now, out);
        // Whatever failed before: the user's word counts.
        self.phase = Phase::Closing { drop_at: now.elapsed_us };
        self.ended(Some(1006), now, out);
    }

    /// The connection is gone and its `close` recorded.
    pub(super) fn ended(&mut self, code: Option<u16>, now: Stamp, out: &mut Outputs) {
        let wanted = matches!(self.phase, Phase::Closing { .. });
        self.phase = Phase::Idle;
        self.pulse.stop();
        self.replay.disconnected();
        self.standing.disconnected();
        self.http_login.disconnected();
        self.patience_until = None;
        self.retry.ended(now.elapsed_us);
        self.unsend_held("The connection ended before it could be sent.", now, out);
        if let Some(next) = self.next.take() {
            self.begin(next, now, out);
        } else if !wanted {
            let verdict = self.verdict.take().unwrap_or_else(|| Verdict::of_code(code));
            if self.switches.reconnect {
                self.come_again(verdict, now, out);
            } else {
                self.lost = Some(verdict);
            }
        }
    }

    /// Waits for the next attempt, or says why there is none.
    pub(super) fn come_again(&mut self, verdict: Verdict, now: Stamp, out: &mut Outputs) {
        match self.retry.after(verdict) {
            Ok(delay_ms) => {
                self.phase = Phase::Waiting { due_at: now.elapsed_us + delay_ms * 1000 };
                self.record(Fact::Retry { attempt: self.retry.attempt(), delay_ms }, now, out);
            }
            Err(reason) => self.record(Fact::GaveUp { reason }, now, out),
        }
    }

    pub(super) fn retry_now(&mut self, now: Stamp, out: &mut Outputs) {
        if matches!(self.phase, Phase::Waiting { .. } | Phase::Idle) {
            self.dial(now, out);
        }
    }

    pub(super) fn stop_waiting(&mut self, reason: &str, now: Stamp, out: &mut Outputs) {
        if matches!(self.phase, Phase::Waiting { .. }) {
            self.phase = Phase::Idle;
            self.record(Fact::GaveUp { reason: reason.to_owned() }, now, out);
        }
    }
}

/// Our Close frame as it is recorded: until the server's own arrives, the connection is closing.
fn close_frame(code: Option<u16>, reason: &str) -> Fact {
    let code = code.map_or_else(String::new, |code| code.to_string());
    let data = format!("{code} {reason}").trim().to_owned();
    Fact::Control { direction: Direction::Out, opcode: "close".to_owned(), data }
}
