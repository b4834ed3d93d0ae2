//! The detail worker: prepares the selected event, its layout, what is searched in it and what it is compared with.
//!
//! A thread of its own beside the row worker, since a message of fifty megabytes takes a second to parse, and the log
//! must scroll meanwhile.

use std::sync::Arc;

use arc_swap::{ArcSwap, ArcSwapOption};
use crossbeam_channel::{Receiver, Sender, TryRecvError};

use super::copying::copied;
use super::detail;
use super::previous::{Previous, Stand};
use super::published::Published;
use super::row_maker;
use super::wake::Wake;
use crate::capture::Reader;
use crate::capture::row::{Detail, Row, Tree};
use crate::capture::sheet::{Form, Hits, Sheet};
use crate::capture::study::{Against, Compared, Comparison, CopyForm, Outcome, Study, StudyWish, only_item};

/// Larger messages are shown as soon as they are parsed, before they are laid out.
const LARGE: usize = 1 << 20;

/// What the window looks at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Wanted {
    selected: Option<u64>,
    wish: StudyWish,
    /// Grows when an answer to the selected event may have come.
    revision: u64,
}

enum Order {
    Show(Wanted),
    Copy(u64, CopyForm),
}

/// A text for the clipboard, or a sentence why there is none.
pub type Copied = Result<String, String>;

/// Handle to the worker of one capture; dropping it ends the thread soon.
pub(super) struct DetailWorker {
    orders: Sender<Order>,
    wanted: Wanted,
    detail: Arc<ArcSwapOption<Detail>>,
    study: Arc<ArcSwap<Study>>,
    copied: Receiver<Copied>,
}

impl DetailWorker {
    pub(super) fn start(reader: Reader, published: Arc<Published>, wake: Wake) -> std::io::Result<Self> {
        let (orders, receiver) = crossbeam_channel::unbounded();
        let (sender, copied) = crossbeam_channel::unbounded();
        let detail = Arc::new(ArcSwapOption::empty());
        let study = Arc::new(ArcSwap::from_pointee(Study::default()));
        let mut work = Work {
            reader,
            published,
            wake,
            shown: Arc::clone(&detail),
            shown_study: Arc::clone(&study),
            copied: sender,
            wish: StudyWish::default(),
            detail: None,
            own_facts: 0,
            study: Study::default(),
            hunt: None,
        };
        // It ends by itself when its last order is done and this handle is gone: the window must not wait for a disk.
        std::thread::Builder::new().name("detail".into()).spawn(move || work.run(&receiver))?;
        Ok(Self { orders, wanted: Wanted::default(), detail, study, copied })
    }

    /// Asks for the detail of `selected`. Asking again for the same costs nothing.
    pub(super) fn select(&mut self, selected: Option<u64>, revision: u64) {
        // Without a selection nothing can be answered.
        let revision = selected.map_or(0, |_| revision);
        self.want(Wanted { selected, revision, ..self.wanted.clone() });
    }

    /// Asks for these parts of the study of whatever is selected.
    pub(super) fn study_for(&mut self, wish: StudyWish) {
        self.want(Wanted { wish, ..self.wanted.clone() });
    }

    fn want(&mut self, wanted: Wanted) {
        if wanted != self.wanted {
            self.wanted = wanted.clone();
            // The worker lives as long as this handle.
            let _sent = self.orders.send(Order::Show(wanted));
        }
    }

    /// Asks for the selected event in a form; it comes by [`DetailWorker::take_copy`].
    pub(super) fn copy(&self, form: CopyForm) {
        if let Some(seq) = self.wanted.selected {
            let _sent = self.orders.send(Order::Copy(seq, form));
        }
    }

    pub(super) fn take_copy(&self) -> Option<Copied> {
        self.copied.try_recv().ok()
    }

    pub(super) fn detail(&self) -> Option<Arc<Detail>> {
        self.detail.load_full()
    }

    pub(super) fn study(&self) -> Arc<Study> {
        self.study.load_full()
    }
}

struct Work {
    reader: Reader,
    published: Arc<Published>,
    wake: Wake,
    shown: Arc<ArcSwapOption<Detail>>,
    shown_study: Arc<ArcSwap<Study>>,
    copied: Sender<Copied>,
    wish: StudyWish,
    detail: Option<Arc<Detail>>,
    /// Its facts that are not notes.
    own_facts: usize,
    study: Study,
    /// The search for the event to compare with, while it runs.
    hunt: Option<Previous>,
}

impl Work {
    fn run(&mut self, orders: &Receiver<Order>) {
        loop {
            let first = if self.hunt.is_some() {
                match orders.try_recv() {
                    Ok(order) => Some(order),
                    Err(TryRecvError::Empty) => None,
                    Err(TryRecvError::Disconnected) => return,
                }
            } else {
                match orders.recv() {
                    Ok(order) => Some(order),
                    Err(_) => return,
                }
            };
            // Only the newest wish counts, but each copy.
            let mut wanted = None;
            for order in first.into_iter().chain(orders.try_iter()) {
                match order {
                    Order::Show(newer) => wanted = Some(newer),
                    Order::Copy(seq, form) => self.copy(seq, form),
                }
            }
            if let Some(wanted) = wanted {
                self.show(wanted);
            }
            self.hunt();
        }
    }

    fn show(&mut self, wanted: Wanted) {
        self.wish = wanted.wish;
        let mut changed = self.bring_detail(wanted.selected);
        let seq = self.detail.as_ref().map_or(0, |detail| detail.row.seq);
        if self.study.seq != seq {
            self.study = Study { seq, ..Study::default() };
            self.hunt = None;
            changed = true;
        }
        if changed && self.detail.as_ref().is_some_and(|detail| detail.text.len() > LARGE) {
            self.publish();
        }
        if let Some(detail) = self.detail.clone() {
            // All three, whatever the first says.
            let parts = [self.lay_out(&detail), self.search(&detail), self.compare(&detail)];
            changed |= parts.contains(&true);
        }
        if changed {
            self.publish();
        }
    }

    fn publish(&self) {
        self.shown_study.store(Arc::new(self.study.clone()));
        self.shown.store(self.detail.clone());
        self.wake.ring();
    }

    /// Makes the detail of `selected`, or brings up to date what others tell about it. Whether it changed.
    fn bring_detail(&mut self, selected: Option<u64>) -> bool {
        let view = self.reader.view();
        let current = selected.and_then(|seq| Some((seq, self.reader.record(&view, seq)?)));
        let Some((seq, record)) = current else { return self.detail.take().is_some() };
        let notes = self.published.notes.shown();
        let mut row = Row { seq, ..Row::default() };
        row_maker::annotate(&mut row, &notes);
        let answered_by = detail::answered_by(&record, seq);
        let mut detail = match &self.detail {
            Some(old) if old.row.seq == seq => {
                let shown = (old.answered_by, old.row.pinned, &old.row.note);
                if shown == (answered_by, row.pinned, &row.note) {
                    return false;
                }
                // The message itself, which may be large, is the same.
                let mut newer = Detail { answered_by, ..Detail::clone(old) };
                let partner = row_maker::partner(&record).and_then(|seq| self.reader.stamp(seq));
                let before = seq.checked_sub(1).and_then(|seq| self.reader.stamp(seq));
                row_maker::join(&mut newer.row, before, partner);
                newer.facts.truncate(self.own_facts);
                newer
            }
            _ => {
                let snapshot = self.published.snapshot.load();
                let Some(made) = detail::detail(&mut self.reader, &snapshot, seq) else {
                    return self.detail.take().is_some();
                };
                self.own_facts = made.facts.len();
                made
            }
        };
        row_maker::annotate(&mut detail.row, &notes);
        detail::add_notes(&mut detail);
        self.detail = Some(Arc::new(detail));
        true
    }

    fn lay_out(&mut self, detail: &Detail) -> bool {
        let Some((form, columns)) = self.wish.sheet.filter(|_| !detail.text.is_empty()) else { return false };
        let sheet = match &self.study.sheet {
            Some(sheet) if sheet.form == form && sheet.columns == columns => return false,
            Some(sheet) if sheet.form == form => sheet.rewrapped(columns),
            _ => Sheet::new(&detail.text, form, columns),
        };
        self.study.sheet = Some(Arc::new(sheet));
        true
    }

    fn search(&mut self, detail: &Detail) -> bool {
        let wanted = &self.wish.search;
        if wanted.is_empty() {
            return self.study.hits.take().is_some();
        }
        let form = self.wish.sheet.map_or(Form::Exact, |(form, _)| form);
        if self.study.hits.as_ref().is_some_and(|hits| hits.wanted == *wanted && hits.form == form) {
            return false;
        }
        let sheet = self.study.sheet.as_ref().filter(|sheet| sheet.form == form);
        let text = sheet.map_or(&detail.text, |sheet| &sheet.text);
        self.study.hits = Some(Arc::new(Hits::of(text, wanted, form)));
        true
    }

    /// Begins the comparison that is wished for, unless it stands or is under way.
    fn compare(&mut self, detail: &Detail) -> bool {
        let Some(against) = self.wish.against else {
            self.hunt = None;
            return false;
        };
        let standing = self.study.comparison.as_ref().filter(|standing| standing.against == against);
        match standing.map(|standing| &standing.outcome) {
            // The search itself looks how patient the user is.
            Some(Outcome::Looking { .. }) if self.hunt.is_some() => return false,
            Some(Outcome::Missing { more: true, patience, .. }) if *patience < self.wish.patience => {}
            Some(Outcome::Looking { .. }) | None => {}
            Some(_) => return false,
        }
        self.hunt = None;
        let seq = detail.row.seq;
        let item = match &detail.tree {
            Tree::Json(tree) => only_item(&detail.text, tree),
            Tree::NotJson(_) | Tree::None => {
                Err("This event carries no JSON message, so there is nothing to compare.".to_owned())
            }
        };
        let outcome = match (against, self.reader.view().get(seq)) {
            (Against::Event(other), _) => self.compared(detail, other, item.ok().as_deref()),
            (_, Some(record)) => match Previous::new((seq, record), against, item) {
                Ok(hunt) => {
                    self.hunt = Some(hunt);
                    Outcome::Looking { passed: 0 }
                }
                Err(sentence) => Outcome::Unfit(sentence),
            },
            (_, None) => return false,
        };
        self.study.comparison = Some(Arc::new(Comparison { against, outcome }));
        true
    }

    /// Goes on looking for a slice.
    fn hunt(&mut self) {
        let (Some(hunt), Some(detail), Some(against)) =
            (&mut self.hunt, self.detail.clone(), self.wish.against)
        else {
            return;
        };
        let outcome = match hunt.slice(&mut self.reader, self.wish.patience) {
            Stand::Going { passed } => Outcome::Looking { passed },
            Stand::Missing { passed, more } => {
                self.hunt = None;
                Outcome::Missing { passed, more, patience: self.wish.patience }
            }
            Stand::Found(other) => {
                let item = hunt.item().map(str::to_owned).or_else(|| match &detail.tree {
                    Tree::Json(tree) => only_item(&detail.text, tree).ok(),
                    Tree::NotJson(_) | Tree::None => None,
                });
                self.hunt = None;
                self.compared(&detail, other, item.as_deref())
            }
        };
        self.study.comparison = Some(Arc::new(Comparison { against, outcome }));
        self.publish();
    }

    fn compared(&mut self, new: &Detail, other: u64, item: Option<&str>) -> Outcome {
        let snapshot = self.published.snapshot.load();
        let Some(old) = detail::detail(&mut self.reader, &snapshot, other) else {
            return Outcome::Unfit(format!(
                "There is no event number {other} in this capture. Choose one that the log shows."
            ));
        };
        match Compared::of(&old, new, item) {
            Ok(compared) => Outcome::Found(Box::new(compared)),
            Err(sentence) => Outcome::Unfit(sentence),
        }
    }

    fn copy(&mut self, seq: u64, form: CopyForm) {
        let snapshot = self.published.snapshot.load();
        let shown = self.detail.clone().filter(|detail| detail.row.seq == seq);
        let detail = shown.or_else(|| detail::detail(&mut self.reader, &snapshot, seq).map(Arc::new));
        let copied = match detail {
            Some(detail) => {
                let sheet = self.study.sheet.clone().filter(|_| self.study.seq == seq);
                copied(&mut self.reader, &snapshot, (&detail, sheet.as_deref()), form)
            }
            None => Err(format!("#{seq} can't be read, so nothing was copied. Its row in the log says why.")),
        };
        // If nobody waits for it any more, the window is closed.
        let _sent = self.copied.send(copied);
        self.wake.ring();
    }
}
