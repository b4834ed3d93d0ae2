//! The detail worker on a small journal: what is prepared, what is found to compare with, what is copied.

use std::sync::Arc;

use crossbeam_channel::Receiver;

use super::detail_worker::DetailWorker;
use super::published::Published;
use super::wake::Wake;
use crate::capture::row::Detail;
use crate::capture::sheet::Form;
use crate::capture::study::{Against, CopyForm, Outcome, Study, StudyWish};
use crate::capture::{Direction, Event, Fact, Header, Join, Journal, Message, Payload, Stamp, Text, What};
use crate::directus::classify;
use crate::directus::snippet::Language;

/// A worker on a journal, and the bell it rings.
struct Bench {
    journal: Journal,
    worker: DetailWorker,
    bell: Receiver<()>,
    wake: Wake,
    seq: u64,
}

impl Bench {
    fn new() -> Self {
        let journal = Journal::unnamed(&Header::new("wss://cms.example.com/websocket", 0)).unwrap();
        let (sender, bell) = crossbeam_channel::unbounded();
        let wake = Wake::new(move || sender.send(()).unwrap_or_default());
        let published = Arc::new(Published::default());
        let worker = DetailWorker::start(journal.reader(), published, wake.clone()).unwrap();
        Self { journal, worker, bell, wake, seq: 0 }
    }

    fn push(&mut self, what: What, subscription: u32) -> u64 {
        self.seq += 1;
        let event = Event::new(Stamp::default(), what);
        self.journal.append(&event);
        self.journal
            .join(self.seq, Join { subscription, answers: 0, collection: u32::from(subscription > 0) });
        self.journal.commit().unwrap();
        self.seq
    }

    fn came(&mut self, text: &str, subscription: u32) -> u64 {
        let (payload, class) = (Payload::Text(Text::from(text)), classify(text));
        let message = Message { direction: Direction::In, payload, size: text.len() as u64, class };
        self.push(What::Message(message), subscription)
    }

    fn row(&mut self, event: &str, row: &str, subscription: u32) -> u64 {
        self.came(&format!(r#"{{"type":"subscription","event":"{event}","data":[{row}]}}"#), subscription)
    }

    /// Waits for the bell until `wanted` finds something.
    fn until<T>(&self, mut wanted: impl FnMut(&DetailWorker) -> Option<T>) -> T {
        loop {
            self.wake.heard();
            if let Some(found) = wanted(&self.worker) {
                return found;
            }
            self.bell.recv_timeout(std::time::Duration::from_secs(30)).expect("the worker has news");
        }
    }

    fn study(&mut self, seq: u64, wish: &StudyWish, wanted: impl Fn(&Study) -> bool) -> Arc<Study> {
        self.worker.select(Some(seq), self.seq);
        self.worker.study_for(wish.clone());
        self.until(|worker| Some(worker.study()).filter(|study| study.seq == seq && wanted(study)))
    }

    /// The number of the event that was found, and how much differs.
    fn compared(&mut self, seq: u64, against: Against) -> Result<(u64, Option<String>, u32), String> {
        let wish = StudyWish { against: Some(against), ..StudyWish::default() };
        let is_done = |study: &Study| {
            let comparison = study.comparison.as_ref().filter(|comparison| comparison.against == against);
            comparison.is_some_and(|comparison| !matches!(comparison.outcome, Outcome::Looking { .. }))
        };
        let study = self.study(seq, &wish, is_done);
        match &study.comparison.as_ref().unwrap().outcome {
            Outcome::Found(compared) => {
                Ok((compared.old_seq, compared.item.clone(), compared.diff.totals.all()))
            }
            Outcome::Unfit(sentence) => Err(sentence.clone()),
            Outcome::Missing { passed, more, .. } => Err(format!("passed {passed}, more: {more}")),
            Outcome::Looking { .. } => unreachable!(),
        }
    }
}

#[test]
fn the_detail_and_its_parts_come_together() {
    let mut bench = Bench::new();
    let seq = bench.came(r#"{"type":"ping","uid":"aha"}"#, 0);
    let wish =
        StudyWish { sheet: Some((Form::Formatted, 60)), search: "AHA".to_owned(), ..StudyWish::default() };
    let study = bench.study(seq, &wish, |study| study.sheet.is_some());
    assert_eq!(study.hits.as_ref().unwrap().spans.len(), 0, "a capital makes case count");
    assert_eq!(study.sheet.as_ref().unwrap().line(0), r#"{ "type": "ping", "uid": "aha" }"#);
    let wish = StudyWish { search: "aha".to_owned(), ..wish };
    let study = bench.study(seq, &wish, |study| study.hits.as_ref().is_some_and(|hits| hits.wanted == "aha"));
    assert_eq!(study.hits.as_ref().unwrap().spans.len(), 1);
    assert_eq!(bench.worker.detail().map(|detail: Arc<Detail>| detail.row.seq), Some(seq));
    bench.worker.select(None, 9);
    bench.until(|worker| worker.detail().is_none().then_some(()));
}

#[test]
fn the_event_before_of_the_same_item_is_found_in_any_subscription_of_the_collection() {
    let mut bench = Bench::new();
    let init = bench.row("init", r#"{"id":1,"a":0},{"id":2,"a":0}"#, 1);
    let other = bench.row("update", r#"{"id":1,"a":5}"#, 2);
    bench.row("update", r#"{"id":12,"a":5}"#, 1);
    bench.came(r#"{"type":"ping"}"#, 0);
    let update = bench.row("update", r#"{"id":2,"a":1}"#, 1);
    let delete = bench.row("delete", "\"2\"", 1);
    let item = Some("2".to_owned());
    assert_eq!(bench.compared(update, Against::PreviousOfItem), Ok((init, item.clone(), 1)));
    assert_eq!(bench.compared(delete, Against::PreviousOfItem), Ok((update, item, 1)));
    assert_eq!(bench.compared(other, Against::PreviousOfItem), Ok((init, Some("1".to_owned()), 1)));
    assert_eq!(bench.compared(delete, Against::PreviousOfSubscription).map(|found| found.0), Ok(update));
    assert_eq!(bench.compared(update, Against::Event(other)).map(|found| found.1), Ok(None));
}

#[test]
fn what_is_not_there_is_said() {
    let mut bench = Bench::new();
    let first = bench.row("create", r#"{"id":1}"#, 1);
    assert_eq!(bench.compared(first, Against::PreviousOfItem), Err("passed 0, more: false".to_owned()));
    let many = bench.row("init", r#"{"id":1},{"id":2}"#, 1);
    assert!(bench.compared(many, Against::PreviousOfItem).unwrap_err().contains("2 rows"));
    let ping = bench.came(r#"{"type":"ping"}"#, 0);
    assert!(bench.compared(ping, Against::PreviousOfItem).unwrap_err().contains("not known"));
    assert!(bench.compared(ping, Against::PreviousOfSubscription).unwrap_err().contains("no subscription"));
    assert!(bench.compared(ping, Against::Event(99)).unwrap_err().contains("no event number 99"));
    let fact =
        bench.push(What::Fact(Box::new(Fact::Held { reason: String::new(), data: "no json".to_owned() })), 0);
    assert!(bench.compared(fact, Against::Event(first)).unwrap_err().contains("is no JSON"));
}

/// As many lines as may be read hold the digits of the item and another item: each has to be parsed.
#[test]
fn a_long_search_stops_and_can_go_on() {
    let mut bench = Bench::new();
    let first = bench.row("create", r#"{"id":7}"#, 1);
    for _ in 0..20_000 {
        bench.row("update", r#"{"id":70}"#, 1);
    }
    let last = bench.row("update", r#"{"id":7,"a":1}"#, 1);
    assert_eq!(bench.compared(last, Against::PreviousOfItem), Err("passed 20000, more: true".to_owned()));
    let wish = StudyWish { against: Some(Against::PreviousOfItem), patience: 1, ..StudyWish::default() };
    let study = bench.study(last, &wish, |study| {
        study.comparison.as_ref().is_some_and(|comparison| matches!(comparison.outcome, Outcome::Found(_)))
    });
    let Outcome::Found(compared) = &study.comparison.as_ref().unwrap().outcome else { unreachable!() };
    assert_eq!((compared.old_seq, compared.diff.totals.added), (first, 1));
}

#[test]
fn the_selected_event_is_copied_in_every_form() {
    let mut bench = Bench::new();
    let seq = bench.came(r#"{"type":"ping"}"#, 0);
    bench.worker.select(Some(seq), 1);
    let copy = |form| {
        bench.worker.copy(form);
        bench.until(DetailWorker::take_copy)
    };
    let line = copy(CopyForm::Line).unwrap();
    assert!(line.starts_with(r#"{"seq":1,"#) && line.ends_with('}'), "{line}");
    assert_eq!(copy(CopyForm::Formatted), Ok(r#"{ "type": "ping" }"#.to_owned()));
    assert!(copy(CopyForm::Hex).unwrap().starts_with("7b 22 74"));
    assert!(copy(CopyForm::Code(Language::Rust)).unwrap().contains("tokio_tungstenite"));
    let broken = bench.came("{", 0);
    bench.worker.select(Some(broken), 2);
    bench.worker.copy(CopyForm::Formatted);
    assert!(bench.until(DetailWorker::take_copy).unwrap_err().contains("no JSON"));
}
