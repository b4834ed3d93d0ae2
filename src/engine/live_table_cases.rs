//! Tables and gap reports on a small journal that is folded as it grows.

use std::collections::BTreeMap;
use std::sync::Arc;

use crossbeam_channel::Receiver;

use super::gaps::GapWorker;
use super::live_table::{LiveTable, Opening};
use super::published::Published;
use super::recorder::join;
use super::wake::Wake;
use crate::capture::{
    ClosedBy, Direction, Event, Fact, Header, Journal, Message, Payload, Stamp, Text, What,
};
use crate::directus::classify;
use crate::session::Session;
use crate::session::table::{GapReport, RowState, ShownTable, TableWish};

/// A journal and its fold, and the bell that workers ring.
struct Bench {
    journal: Journal,
    session: Session,
    published: Arc<Published>,
    bell: Receiver<()>,
    wake: Wake,
    seq: u64,
    connection: u32,
}

impl Bench {
    /// Connected, in a mode that needs no login.
    fn new() -> Self {
        let journal = Journal::unnamed(&Header::new("wss://cms.example.com/websocket", 0)).unwrap();
        let (sender, bell) = crossbeam_channel::unbounded();
        let wake = Wake::new(move || sender.send(()).unwrap_or_default());
        let published = Arc::new(Published::default());
        let session = Session::new();
        let mut bench = Self { journal, session, published, bell, wake, seq: 0, connection: 0 };
        bench.connect();
        bench
    }

    /// What goes out after a reconnect is sent by Harewire itself.
    fn push(&mut self, what: What) -> u64 {
        self.seq += 1;
        let stamp = Stamp { time_us: 0, elapsed_us: self.seq * 100_000 };
        let automatic = self.connection > 1;
        let event = Event { stamp, connection: self.connection, automatic, masked: false, what };
        let seq = self.journal.append(&event);
        let joined = self.session.apply(seq, &event);
        self.journal.join(seq, join(joined));
        self.journal.commit().unwrap();
        self.published.snapshot.store(Arc::new(self.session.snapshot()));
        self.published.news.tell();
        seq
    }

    fn message(&mut self, direction: Direction, text: &str) -> u64 {
        let (payload, class) = (Payload::Text(Text::from(text)), classify(text));
        self.push(What::Message(Message { direction, payload, size: text.len() as u64, class }))
    }

    fn connect(&mut self) {
        self.connection += 1;
        self.push(What::Fact(Box::new(Fact::Connect {
            url: "ws://h/websocket".into(),
            transport: "full".into(),
            mode: "public".into(),
            credential: "none".into(),
            attempt: 1,
            unverified: false,
            login_first: false,
        })));
        self.push(What::Fact(Box::new(Fact::Open { url: String::new(), subprotocol: String::new() })));
    }

    fn cut(&mut self) -> u64 {
        self.push(What::Fact(Box::new(Fact::Close {
            code: Some(1006),
            reason: String::new(),
            by: ClosedBy::Network,
        })))
    }

    fn subscribe(&mut self, more: &str) {
        self.message(Direction::Out, &format!(r#"{{"type":"subscribe","collection":"a","uid":"u"{more}}}"#));
    }

    fn hear(&mut self, event: &str, data: &str) -> u64 {
        let text = format!(r#"{{"type":"subscription","event":"{event}","data":{data},"uid":"u"}}"#);
        self.message(Direction::In, &text)
    }

    fn table(&self, subscription: u32, until: Option<u64>) -> LiveTable {
        let reader = (self.journal.reader(), None);
        LiveTable::start(Opening { subscription, until }, reader, Arc::clone(&self.published), &self.wake)
            .unwrap()
    }

    fn gaps(&self) -> GapWorker {
        GapWorker::start(self.journal.reader(), Arc::clone(&self.published), self.wake.clone()).unwrap()
    }

    /// Waits for the bell until `wanted` finds something.
    fn until<T>(&self, mut wanted: impl FnMut() -> Option<T>) -> T {
        loop {
            self.wake.heard();
            if let Some(found) = wanted() {
                return found;
            }
            self.bell.recv_timeout(std::time::Duration::from_secs(30)).expect("a worker has news");
        }
    }

    /// The rows once everything so far was looked at.
    fn settled(&self, table: &LiveTable, seq: u64) -> Arc<ShownTable> {
        self.until(|| Some(table.shown()).filter(|shown| shown.rows.last_seq == seq))
    }

    fn report(&self, gaps: &GapWorker, count: usize) -> Arc<GapReport> {
        self.until(|| gaps.reports().get(count - 1).cloned())
    }
}

fn rows(shown: &ShownTable) -> BTreeMap<String, (String, RowState)> {
    let one = |(_, row): (usize, &crate::session::table::LiveRow)| {
        (row.key.as_deref().unwrap_or_default().to_owned(), (row.text.to_string(), row.state))
    };
    shown.rows.rows().map(one).collect()
}

#[test]
fn a_table_opened_late_has_caught_up_and_follows() {
    let mut bench = Bench::new();
    bench.subscribe("");
    bench.hear("init", r#"[{"id":1,"t":"a"},{"id":2,"t":"b"}]"#);
    let last = bench.hear("update", r#"[{"id":1,"t":"A"}]"#);
    let table = bench.table(1, None);
    let shown = bench.settled(&table, last);
    assert_eq!(rows(&shown)["1"], (r#"{"id":1,"t":"A"}"#.to_owned(), RowState::Updated));
    let last = bench.hear("delete", r#"["2"]"#);
    let shown = bench.settled(&table, last);
    assert_eq!(rows(&shown)["2"].1, RowState::Deleted);
    assert_eq!((shown.looked, shown.of), (last, last));
}

#[test]
fn a_table_can_stop_at_a_moment() {
    let mut bench = Bench::new();
    bench.subscribe("");
    bench.hear("init", r#"[{"id":1}]"#);
    let then = bench.hear("create", r#"[{"id":2}]"#);
    bench.hear("create", r#"[{"id":3}]"#);
    let table = bench.table(1, Some(then));
    let shown = bench.settled(&table, then);
    assert_eq!(rows(&shown).len(), 2);
    assert_eq!(shown.of, then);
}

#[test]
fn a_table_shows_the_rows_that_fit_in_the_order_wished() {
    let mut bench = Bench::new();
    bench.subscribe("");
    bench.hear("init", r#"[{"id":1,"t":"b"},{"id":2,"t":"a"},{"id":3,"t":"z"}]"#);
    let table = bench.table(1, None);
    let wish = TableWish { sort: Some(("t".into(), true)), text: String::new() };
    table.wish(&wish);
    let ordered = |wish: &TableWish| {
        bench.until(|| Some(table.shown()).filter(|shown| shown.wish == *wish)).order.clone()
    };
    assert_eq!(ordered(&wish).as_deref(), Some(&[2, 0, 1][..]));
    let wish = TableWish { text: r#""t":"a""#.into(), ..TableWish::default() };
    table.wish(&wish);
    assert_eq!(ordered(&wish).as_deref(), Some(&[1][..]));
    table.wish(&TableWish::default());
    assert_eq!(ordered(&TableWish::default()), None);
}

#[test]
fn after_a_reconnect_the_gap_is_reported_and_the_table_goes_on() {
    let mut bench = Bench::new();
    bench.subscribe("");
    bench.hear("init", r#"[{"id":1,"t":"a"},{"id":2,"t":"b"}]"#);
    let created = bench.hear("create", r#"[{"id":3,"t":"c"}]"#);
    let (table, gaps) = (bench.table(1, None), bench.gaps());
    bench.settled(&table, created);
    let cut = bench.cut();
    bench.connect();
    bench.subscribe("");
    let init = bench.hear("init", r#"[{"id":1,"t":"A"},{"id":2,"t":"b"},{"id":4,"t":"d"}]"#);
    let report = bench.report(&gaps, 1);
    assert_eq!(report.sentence(), "1 created, 1 updated, 1 deleted during 0.4 s");
    assert_eq!((report.subscription, report.before), (2, 1));
    assert_eq!((report.init_seq, report.cut_seq), (init, cut));
    let shown = bench.settled(&table, init);
    assert_eq!(shown.subscription, 2);
    let states = rows(&shown).into_values().map(|(_, state)| state).collect::<Vec<_>>();
    let (deleted, created) = (RowState::Deleted, RowState::Created);
    assert_eq!(states, [RowState::Updated, RowState::Loaded, deleted, created]);
    let last = bench.hear("update", r#"[{"id":2,"t":"B"}]"#);
    assert_eq!(rows(&bench.settled(&table, last))["2"].0, r#"{"id":2,"t":"B"}"#);
    // Reopened, the capture says the same.
    let again = bench.gaps();
    assert_eq!(bench.report(&again, 1), report);
    let late = bench.table(1, None);
    assert_eq!(rows(&bench.settled(&late, last)), rows(&table.shown()));
}

#[test]
fn a_gap_that_can_not_be_known_says_why() {
    let mut bench = Bench::new();
    let gaps = bench.gaps();
    for _ in 0..2 {
        bench.subscribe(r#","event":"create""#);
        bench.message(Direction::In, r#"{"type":"subscription","event":"init","uid":"u"}"#);
        bench.cut();
        bench.connect();
    }
    let report = bench.report(&gaps, 1);
    assert_eq!(report.sentence(), "Changes during 0.4 s are not known");
    assert!(report.reservations()[0].contains("asks for one event only"), "{:?}", report.reservations());
}
