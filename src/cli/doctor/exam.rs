//! `Exam`: what is asked next, decided from what the fold says and from the time; it does nothing itself.

mod ending;

use std::sync::Arc;

use super::step::{State, Step};
use super::words;
use crate::cli::args::SubscribeTo;
use crate::cli::exit::Exit;
use crate::cli::outcome;
use crate::directus::AuthMode;
use crate::session::{Login, Offer, Phase, Snapshot, Subscription, SubscriptionState};

/// Round trips measured.
const TRIPS: u64 = 5;
const SECOND_US: u64 = 1_000_000;
/// How long a close of ours may take.
const CLOSE_US: u64 = 3 * SECOND_US;
/// After a login over HTTP the server is asked what it tells users only; so long the login's line waits for that.
const ANSWERS_US: u64 = 2 * SECOND_US;
/// The period of a default server (reference 1.2).
const PERIOD_US: u64 = 30 * SECOND_US;
/// A server's timer is at most this late on a busy machine.
const LATE_US: u64 = 2 * SECOND_US;
/// While something is measured by the link's own clocks (the dial, the login), we wait a little longer than those.
const LONGER_US: u64 = 60 * SECOND_US;

/// What to find out.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    /// So many HTTP exchanges are under way, and so many follow a login over HTTP.
    pub(super) questions: (u64, u64),
    /// Somebody logs in.
    pub(super) credential: bool,
    /// The user named a mode: the server's own is not taken.
    pub(super) mode_named: bool,
    /// Patience for each answer.
    pub(super) timeout_us: u64,
    /// Wait for the server's pings.
    pub(super) heartbeat: bool,
    /// Subscriptions to try.
    pub(super) subscribe: Vec<SubscribeTo>,
}

/// What to do now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// Connect, in another mode than the one prepared where one is given.
    Connect(Option<AuthMode>),
    /// Send one ping.
    Measure,
    /// Send this message.
    Send(String),
    /// Close politely.
    Close,
    /// Tell the user what is being waited for.
    Say(String),
}

/// Where the examination stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Profile,
    Socket,
    Login,
    Trips,
    Subscribe,
    Heartbeat,
    Closing,
    Over,
}

/// An examination under way.
#[derive(Debug)]
pub(super) struct Exam {
    plan: Plan,
    stage: Stage,
    /// When the stage began, elapsed microseconds.
    since_us: u64,
    /// Pings sent.
    pings: u64,
    /// When the stage ends whatever comes.
    due_us: u64,
    steps: Vec<Step>,
    orders: Vec<Order>,
    exit: Option<Exit>,
    /// The last snapshot in which the socket was open.
    open: Option<Arc<Snapshot>>,
    /// The mode was taken from the server.
    mode_told: Option<AuthMode>,
}

impl Exam {
    /// Begins with the server profile, which is being asked for.
    pub(super) const fn new(plan: Plan) -> Self {
        let due_us = plan.timeout_us.saturating_add(SECOND_US);
        Self {
            plan,
            stage: Stage::Profile,
            since_us: 0,
            pings: 0,
            due_us,
            steps: Vec::new(),
            orders: Vec::new(),
            exit: None,
            open: None,
            mode_told: None,
        }
    }

    /// Takes what is known now; the answer is what to do.
    pub(super) fn look(&mut self, snapshot: &Arc<Snapshot>, now_us: u64) -> Vec<Order> {
        if snapshot.phase.is_open() && self.stage != Stage::Closing {
            self.open = Some(Arc::clone(snapshot));
        }
        // Each stage may be over at once.
        loop {
            let stage = self.stage;
            match stage {
                Stage::Profile => self.profile(snapshot, now_us),
                Stage::Socket => self.socket(snapshot, now_us),
                Stage::Login => self.login(snapshot, now_us),
                Stage::Trips => self.trips(snapshot, now_us),
                Stage::Subscribe => self.subscribe(snapshot, now_us),
                Stage::Heartbeat => self.heartbeat(snapshot, now_us),
                Stage::Closing => self.closing(snapshot, now_us),
                Stage::Over => {}
            }
            if self.stage == stage {
                return std::mem::take(&mut self.orders);
            }
        }
    }

    /// Ctrl+C: closes, or gives up a close that takes its time.
    pub(super) fn stop(&mut self, now_us: u64) -> Vec<Order> {
        match self.stage {
            Stage::Over => {}
            Stage::Closing => self.enter(Stage::Over, now_us, 0),
            _ => {
                self.push("stopped", State::Skipped, "Stopped by hand; the rest was not tried.", now_us);
                self.close(now_us);
            }
        }
        std::mem::take(&mut self.orders)
    }

    /// When to look again at the latest; `None`: it is over.
    pub(super) fn due_us(&self) -> Option<u64> {
        (self.stage != Stage::Over).then_some(self.due_us)
    }

    /// What was found so far.
    pub(super) fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// How it ended.
    pub(super) fn exit(&self) -> Exit {
        self.exit.unwrap_or(Exit::Done)
    }

    /// What was known while the socket was open.
    pub(super) fn while_open(&self) -> Option<&Arc<Snapshot>> {
        self.open.as_ref()
    }

    /// The subscriptions that were tried, with what became of them while the socket was open.
    pub(super) fn tried(&self) -> impl Iterator<Item = (&SubscribeTo, Option<&Subscription>)> {
        let places = self.plan.subscribe.iter().enumerate();
        places.map(|(place, to)| (to, self.open.as_deref().and_then(|seen| found(seen, to, place))))
    }

    fn enter(&mut self, stage: Stage, now_us: u64, patience_us: u64) {
        self.stage = stage;
        self.since_us = now_us;
        self.due_us = now_us.saturating_add(patience_us);
    }

    fn push(&mut self, name: &'static str, state: State, sentence: impl Into<String>, now_us: u64) {
        let took_us = now_us.saturating_sub(self.since_us);
        self.steps.push(Step { name, state, sentence: sentence.into(), took_us, has_card: false });
    }

    fn fail(&mut self, exit: Exit) {
        self.exit.get_or_insert(exit);
    }

    fn close(&mut self, now_us: u64) {
        self.orders.push(Order::Close);
        self.enter(Stage::Closing, now_us, CLOSE_US);
    }

    fn profile(&mut self, snapshot: &Snapshot, now_us: u64) {
        if snapshot.counters.exchanges < self.plan.questions.0 && now_us < self.due_us {
            return;
        }
        let server = &*snapshot.server;
        let known = server.version.is_some() || server.generation.is_some() || server.ping_us.is_some();
        match (snapshot.server_words().filter(|_| known), server.problems.first()) {
            (Some(words), None) => self.push("server", State::Ok, words, now_us),
            (Some(words), Some(problem)) => {
                self.push("server", State::Warning, format!("{words}. {}", problem.value), now_us);
            }
            (None, Some(problem)) => self.push("server", State::Warning, &*problem.value, now_us),
            (None, None) => {
                self.push("server", State::Warning, "It did not answer over HTTP in time.", now_us);
            }
        }
        if !self.plan.mode_named
            && let Some(Offer::On { mode, .. }) = server.rest.as_ref().map(|rest| &rest.value)
        {
            self.mode_told = *mode;
        }
        self.orders.push(Order::Connect(self.mode_told));
        self.enter(Stage::Socket, now_us, LONGER_US.saturating_add(self.plan.timeout_us));
    }

    fn socket(&mut self, snapshot: &Snapshot, now_us: u64) {
        if snapshot.counters.opens == 0 {
            if self.ended(snapshot) {
                return self.failed("socket", snapshot, now_us);
            }
            if now_us >= self.due_us {
                self.fail(Exit::NotConnected);
                self.push("socket", State::Failed, "It did not open in time.", now_us);
                self.close(now_us);
            }
            return;
        }
        let opened_us = snapshot.opened_us.unwrap_or(now_us);
        if let Some(tls) = &snapshot.handshake.tls {
            let (state, words) = words::tls(tls, snapshot);
            self.push("TLS", state, words, opened_us);
        }
        self.push("socket", State::Ok, words::way(snapshot), opened_us);
        self.enter(Stage::Login, opened_us, LONGER_US);
        self.due_us = now_us.saturating_add(LONGER_US);
    }

    fn login(&mut self, snapshot: &Snapshot, now_us: u64) {
        if self.ended(snapshot) {
            return self.failed("login", snapshot, now_us);
        }
        if snapshot.login == Login::FellToPublic {
            self.fail(Exit::NotAuthenticated);
            let words = "The server refused the credential; in public mode the connection goes on as the public role.";
            self.push("login", State::Failed, words, now_us);
            self.explained(snapshot);
            return self.close(now_us);
        }
        if snapshot.phase == Phase::Live {
            let (first, later) = self.plan.questions;
            let patience_us = snapshot.since_us.saturating_add(ANSWERS_US);
            if snapshot.counters.exchanges < first + later && later > 0 && now_us < patience_us {
                self.due_us = patience_us;
                return;
            }
            let (state, words) = words::login(snapshot, self.plan.credential);
            self.push("login", state, words, now_us);
            return self.begin_trips(snapshot, now_us);
        }
        if now_us >= self.due_us {
            self.fail(Exit::NotAuthenticated);
            self.push("login", State::Failed, "The server did not answer the login.", now_us);
            self.explained(snapshot);
            self.close(now_us);
        }
    }

    fn begin_trips(&mut self, snapshot: &Snapshot, now_us: u64) {
        self.enter(Stage::Trips, now_us, self.plan.timeout_us);
        if is_heartbeat_off(snapshot) {
            let words = "Not measured: with WEBSOCKETS_HEARTBEAT_ENABLED=false the server answers no ping.";
            self.push("round trip", State::Skipped, words, now_us);
            return self.begin_subscribe(now_us);
        }
        self.measure(now_us);
    }

    fn trips(&mut self, snapshot: &Snapshot, now_us: u64) {
        if self.ended(snapshot) {
            return self.failed("round trip", snapshot, now_us);
        }
        let count = snapshot.round_trips.count;
        if count >= TRIPS {
            self.push("round trip", State::Ok, words::trips(&snapshot.round_trips), now_us);
            self.begin_subscribe(now_us);
        } else if count >= self.pings {
            self.measure(now_us);
        } else if now_us >= self.due_us {
            // Where the heartbeat is known to be on, only a connection that is dead keeps silent.
            if matches!(&snapshot.server.heartbeat_s, Some(told) if told.value.is_some()) {
                self.fail(Exit::Lost);
                let words = "The server did not answer a ping, although its heartbeat is on: the connection is half open, or the server hangs.";
                self.push("round trip", State::Failed, words, now_us);
            } else {
                let words = "The server did not answer a ping. Either its heartbeat is off (WEBSOCKETS_HEARTBEAT_ENABLED), or the connection is half open; a subscription tells (--subscribe).";
                self.push("round trip", State::Warning, words, now_us);
            }
            self.begin_subscribe(now_us);
        }
    }

    fn measure(&mut self, now_us: u64) {
        self.pings += 1;
        self.due_us = now_us.saturating_add(self.plan.timeout_us);
        self.orders.push(Order::Measure);
    }

    fn begin_subscribe(&mut self, now_us: u64) {
        let subscribe = self.plan.subscribe.iter().enumerate();
        self.orders.extend(subscribe.map(|(place, to)| Order::Send(to.message(place))));
        self.enter(Stage::Subscribe, now_us, self.plan.timeout_us);
    }

    fn subscribe(&mut self, snapshot: &Snapshot, now_us: u64) {
        let ended = self.ended(snapshot);
        let late = now_us >= self.due_us;
        let wanted = self.plan.subscribe.clone();
        let answered = |(place, to): (usize, &SubscribeTo)| {
            found(snapshot, to, place).is_some_and(|it| {
                it.init_seq.is_some() || matches!(it.state, SubscriptionState::Refused { .. })
            })
        };
        if !ended && !late && !wanted.iter().enumerate().all(answered) {
            return;
        }
        for (place, to) in wanted.iter().enumerate() {
            let (state, sentence, took_us) = words::subscription(to, found(snapshot, to, place));
            if state == State::Failed {
                self.fail(if ended { outcome::unfinished(snapshot) } else { Exit::Refused });
            }
            let took_us = took_us.unwrap_or_else(|| now_us.saturating_sub(self.since_us));
            self.steps.push(Step { name: "subscribe", state, sentence, took_us, has_card: false });
        }
        if ended {
            return self.failed("connection", snapshot, now_us);
        }
        self.begin_heartbeat(snapshot, now_us);
    }

    fn ended(&self, snapshot: &Snapshot) -> bool {
        snapshot.phase == Phase::Closed && self.stage != Stage::Profile
    }

    /// The connection is gone where it should not be.
    fn failed(&mut self, name: &'static str, snapshot: &Snapshot, now_us: u64) {
        let exit = match outcome::unfinished(snapshot) {
            // A polite close of the server's is a failure of an examination.
            Exit::Done => Exit::Lost,
            exit => exit,
        };
        self.fail(exit);
        let words = match snapshot.card.as_deref() {
            Some(card) => card.title.clone(),
            None => snapshot
                .last_error
                .as_ref()
                .map_or("The connection ended.", |error| &error.message)
                .to_owned(),
        };
        self.push(name, State::Failed, words, now_us);
        self.explained(snapshot);
        self.enter(Stage::Over, now_us, 0);
    }

    fn explained(&mut self, snapshot: &Snapshot) {
        if let Some(last) = self.steps.last_mut() {
            last.has_card = snapshot.card.is_some();
        }
    }
}

fn is_heartbeat_off(snapshot: &Snapshot) -> bool {
    snapshot.server.heartbeat_s.as_ref().is_some_and(|told| told.value.is_none())
}

/// The subscription of that place of the command line.
fn found<'a>(snapshot: &'a Snapshot, to: &SubscribeTo, place: usize) -> Option<&'a Subscription> {
    let uid = to.uid(place);
    snapshot.subscriptions.iter().find(|it| it.request.uid.as_deref() == Some(uid.as_str()))
}
