//! What the sieve finds is what looking at every event in turn finds, whatever the capture does meanwhile.

use std::time::{Duration, Instant};

use crossbeam_channel::Receiver;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::capture::filter::Verdict;
use crate::capture::{ClosedBy, Direction, Event, Fact, Header, Join, Journal, Message, Stamp, What};

/// A capture that grows as the test says.
struct Scene {
    journal: Journal,
    published: Arc<Published>,
    wake: Wake,
    rings: Receiver<()>,
}

impl Scene {
    fn new() -> Self {
        let (ring, rings) = crossbeam_channel::unbounded();
        let wake = Wake::new(move || {
            let _sent = ring.send(());
        });
        let journal = Journal::unnamed(&Header::new("", 0)).unwrap();
        Self { journal, published: Arc::default(), wake, rings }
    }

    fn append(&mut self, what: What, join: Join) {
        let stamp = Stamp { time_us: 1_800_000_000_000_000, elapsed_us: 0 };
        let event = Event::new(stamp, what);
        let seq = self.journal.append(&event);
        self.journal.join(seq, join);
    }

    fn hear(&mut self, text: &str) {
        let message = Message::text(Direction::In, text);
        self.append(What::Message(message), Join::default());
    }

    /// Shows what was appended, as the journal thread does.
    fn publish(&mut self) {
        self.journal.commit().unwrap();
        let last_seq = self.journal.reader().view().len();
        self.published.snapshot.store(Arc::new(Snapshot { last_seq, ..Snapshot::default() }));
        self.published.news.tell();
    }

    fn sieve(&self, filter: &str) -> Sieve {
        let filter = Filter::parse(filter).unwrap();
        Sieve::start(&filter, self.journal.reader(), Arc::clone(&self.published), &self.wake)
    }

    /// Waits until everything there is was looked at.
    fn done(&self, sieve: &Sieve) -> Arc<Found> {
        let of = self.journal.reader().view().len();
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            self.wake.heard();
            let found = sieve.found();
            if found.is_done() && found.of() == of {
                return found;
            }
            self.rings.recv_deadline(deadline).expect("the sieve gets to the end");
        }
    }

    fn expected(&self, filter: &str) -> Vec<u64> {
        let mut matcher = Filter::parse(filter).unwrap().bind(Arc::default());
        let mut reader = self.journal.reader();
        let view = reader.view();
        let mut fits = |seq: u64| {
            let record = view.get(seq).unwrap();
            match matcher.record(seq, &record, &view) {
                Verdict::Yes => true,
                Verdict::No => false,
                Verdict::Read => matcher.line(seq, &record, &view, &reader.line(record).unwrap()),
            }
        };
        (1..=view.len()).filter(|seq| fits(*seq)).collect()
    }
}

fn all(found: &Found) -> Vec<u64> {
    (0..found.len()).filter_map(|place| found.seq(place)).collect()
}

const FILTERS: [&str; 10] = [
    "",
    "draft",
    "DRAFT",
    "event:create",
    "uid:a-1",
    "event:create or draft",
    "draft not event:create",
    "\"\\\"quoted\\\"\"",
    "data[0].id > 500",
    "-draft kind:message /[05]0/",
];

/// Some thousand events, some of them large, with different things to find.
fn fill(scene: &mut Scene, from: usize, count: usize) {
    for number in from..from + count {
        let word = match number % 7 {
            0 => "draft",
            1 => "DRAFT",
            2 => "\\\"quoted\\\"",
            _ => "public",
        };
        let event = if number.is_multiple_of(3) { "create" } else { "update" };
        let padding = if number.is_multiple_of(1009) { "x".repeat(3 << 20) } else { String::new() };
        let uid = number % 2;
        let text = format!(
            r#"{{"type":"subscription","event":"{event}","data":[{{"id":{number},"status":"{word}","pad":"{padding}"}}],"uid":"a-{uid}"}}"#
        );
        scene.hear(&text);
    }
}

#[test]
fn every_slice_is_looked_at_once() {
    let mut scene = Scene::new();
    // More than a first slice, several rounds of others, and single lines larger than most spans.
    fill(&mut scene, 0, 3500);
    scene.publish();
    for filter in FILTERS {
        let sieve = scene.sieve(filter);
        let found = scene.done(&sieve);
        assert_eq!(all(&found), scene.expected(filter), "{filter}");
        assert_eq!((found.looked(), found.trouble()), (3500, None));
        assert_eq!(found.before(), found.len());
    }
}

#[test]
fn what_comes_later_is_put_behind() {
    let mut scene = Scene::new();
    fill(&mut scene, 1, 100);
    scene.publish();
    let sieves: Vec<_> = FILTERS.iter().map(|filter| scene.sieve(filter)).collect();
    let before: Vec<_> = sieves.iter().map(|sieve| scene.done(sieve).before()).collect();
    for round in 1..4 {
        fill(&mut scene, round * 100 + 1, 100);
        scene.publish();
    }
    for ((filter, sieve), before) in FILTERS.iter().zip(&sieves).zip(before) {
        let found = scene.done(sieve);
        assert_eq!(all(&found), scene.expected(filter), "{filter}");
        assert_eq!(found.before(), before, "nothing older came");
    }
}

#[test]
fn a_ring_without_events_wakes_nobody() {
    let mut scene = Scene::new();
    fill(&mut scene, 1, 10);
    scene.publish();
    let sieve = scene.sieve("draft");
    let first = scene.done(&sieve);
    scene.published.news.tell();
    // The next event comes behind the ring, so what the sieve made of the ring is known once it is found.
    scene.hear("draft");
    scene.publish();
    let second = scene.done(&sieve);
    assert_eq!(second.len(), first.len() + 1);
    scene.wake.heard();
    assert!(scene.rings.try_iter().count() <= 1, "one publishing, one ring");
}

#[test]
fn events_beyond_the_snapshot_wait_for_it() {
    let mut scene = Scene::new();
    scene.hear("draft");
    scene.publish();
    scene.hear("draft");
    scene.journal.commit().unwrap();
    let sieve = scene.sieve("draft");
    let deadline = Instant::now() + Duration::from_secs(30);
    while sieve.found().looked() == 0 {
        scene.wake.heard();
        scene.rings.recv_deadline(deadline).expect("the first is looked at");
    }
    assert_eq!(sieve.found().looked(), 1, "its subscription may not be known yet");
    scene.publish();
    assert_eq!(scene.done(&sieve).len(), 2);
}

#[test]
fn names_that_come_later_count() {
    use crate::session::Session;
    let mut scene = Scene::new();
    let mut session = Session::new();
    let mut seq = 0;
    let mut step = |scene: &mut Scene, direction, text: &str| {
        seq += 1;
        let message = Message::text(direction, text);
        let what = What::Message(message);
        let stamp = Stamp { time_us: 1, elapsed_us: seq };
        let event = Event::new(stamp, what.clone());
        let joined = session.apply(seq, &event);
        scene.append(what, crate::engine::recorder::join(joined));
        scene.journal.commit().unwrap();
        scene.published.snapshot.store(Arc::new(session.snapshot()));
        scene.published.news.tell();
        joined.subscription
    };
    let sieve = scene.sieve("collection:notes -uid:none");
    for name in ["pages", "notes", "pages"] {
        let subscribe = format!(r#"{{"type":"subscribe","collection":"{name}","uid":"same"}}"#);
        step(&mut scene, Direction::Out, &subscribe);
        step(&mut scene, Direction::In, r#"{"type":"subscription","event":"init","uid":"same"}"#);
        let event = r#"{"type":"subscription","event":"create","data":[{"id":1}],"uid":"same"}"#;
        assert_ne!(step(&mut scene, Direction::In, event), 0);
        scene.done(&sieve);
    }
    assert_eq!(
        all(&scene.done(&sieve)),
        [4, 5, 6],
        "the uid was used for another collection before and after"
    );
}

#[test]
fn dropping_it_ends_the_thread() {
    let mut scene = Scene::new();
    fill(&mut scene, 1, 2000);
    scene.publish();
    let sieve = scene.sieve("draft");
    drop(sieve);
    let idle = scene.sieve("event:create");
    scene.done(&idle);
    drop(idle);
    let deadline = Instant::now() + Duration::from_secs(30);
    while Arc::strong_count(&scene.published) > 1 {
        assert!(Instant::now() < deadline, "a thread is still there");
        std::thread::yield_now();
    }
}

/// Waits until `enough` of what a sieve found.
fn wait_for(sieve: &Sieve, wake: &Wake, rings: &Receiver<()>, enough: impl Fn(&Found) -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        wake.heard();
        if enough(&sieve.found()) {
            return;
        }
        rings.recv_deadline(deadline).expect("there is more to find");
    }
}

#[test]
fn an_opened_and_a_live_capture_feed_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.ndjson");
    let mut scene = Scene::new();
    scene.journal = Journal::create(&path, &Header::new("", 0)).unwrap();
    fill(&mut scene, 1, 500);
    scene.publish();
    let draft = Filter::parse("draft").unwrap();
    let opened = crate::engine::open(&path, &scene.wake).unwrap();
    let sieve = opened.sieve(&draft, &scene.wake);
    wait_for(&sieve, &scene.wake, &scene.rings, |found| found.looked() == 500);
    assert_eq!(all(&sieve.found()), scene.expected("draft"));

    let engine = crate::engine::Engine::start().unwrap();
    let live = engine.record("test", crate::engine::Destination::Temporary, &scene.wake).unwrap();
    let sieve = live.sieve(&Filter::parse("kind:connect").unwrap(), &scene.wake);
    // Nobody listens there: the attempt is what is found.
    let endpoint = crate::directus::Endpoint::parse("ws://127.0.0.1:9/websocket").unwrap();
    let (mode, credentials) = (crate::directus::AuthMode::Public, crate::directus::Credentials::None);
    let spec = crate::net::ConnectSpec::new(endpoint, mode, credentials);
    live.command(crate::net::Command::Connect(Box::new(spec)));
    wait_for(&sieve, &scene.wake, &scene.rings, |found| found.len() == 1);
}

#[test]
fn a_file_that_was_cut_short_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.ndjson");
    let mut scene = Scene::new();
    scene.journal = Journal::create(&path, &Header::new("", 0)).unwrap();
    fill(&mut scene, 1, 50);
    scene.publish();
    std::fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(200).unwrap();
    let found = scene.done(&scene.sieve("draft"));
    assert!(found.is_empty() && found.trouble().is_some_and(|trouble| trouble.contains("cut it short")));
    let found = scene.done(&scene.sieve("event:create"));
    assert!(!found.is_empty() && found.trouble().is_none(), "the index still knows");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn it_agrees_while_the_capture_grows(
        filter in select(FILTERS.to_vec()),
        batches in proptest::collection::vec((1..400_usize, any::<bool>()), 1..12),
    ) {
        let mut scene = Scene::new();
        fill(&mut scene, 1, 1000);
        scene.publish();
        let sieve = scene.sieve(filter);
        let mut from = 1001;
        let mut before = 0;
        for (count, with_fact) in batches {
            fill(&mut scene, from, count);
            if with_fact {
                let close = Fact::Close { code: Some(1000), reason: "draft".into(), by: ClosedBy::Client };
                scene.append(What::Fact(Box::new(close)), Join::default());
            }
            from += count;
            scene.publish();
            let found = sieve.found();
            prop_assert!(found.before() >= before && found.looked() <= found.of());
            before = found.before();
        }
        let found = scene.done(&sieve);
        prop_assert_eq!(all(&found), scene.expected(filter));
    }
}

#[test]
fn who_has_enough_keeps_the_finds_and_may_look_on() {
    let mut scene = Scene::new();
    fill(&mut scene, 0, 3500);
    scene.publish();
    // The sieve stands still where it shows its first slice, until the order to halt is there.
    let (ring, rings) = crossbeam_channel::unbounded();
    let (gate, open) = crossbeam_channel::bounded::<()>(0);
    scene.rings = rings;
    scene.wake = Wake::new(move || {
        let _sent = ring.send(());
        let _open = open.recv_timeout(Duration::from_secs(30));
    });
    let sieve = scene.sieve("draft");
    scene.rings.recv_timeout(Duration::from_secs(30)).expect("the first slice");
    sieve.halt(true);
    drop(gate);
    let until = |scene: &Scene, wanted: &dyn Fn(&Found) -> bool| {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            scene.wake.heard();
            let found = sieve.found();
            if wanted(&found) {
                return found;
            }
            scene.rings.recv_deadline(deadline).expect("news of the sieve");
        }
    };
    let halted = until(&scene, &Found::is_halted);
    // Large lines make the first slice shorter than it may be.
    let looked = halted.looked();
    assert!(looked > 0 && looked <= FIRST, "{looked} is one slice");
    assert_eq!((halted.of(), halted.is_done()), (3500, false));
    let expected = scene.expected("draft");
    let newest: Vec<u64> = expected.iter().copied().filter(|seq| *seq > 3500 - looked).collect();
    assert_eq!(all(&halted), newest);
    // What comes is looked at all the same.
    fill(&mut scene, 3500, 70);
    scene.publish();
    let later = until(&scene, &|found| found.looked() == looked + 70);
    assert!(later.is_halted() && later.len() > halted.len());
    sieve.halt(false);
    let whole = until(&scene, &Found::is_done);
    assert_eq!((all(&whole), whole.is_halted()), (scene.expected("draft"), false));
}
