//! The row worker: reads what the screen shows from the file, so that the window never touches a disk.

use std::collections::HashMap;
use std::sync::Arc;
use std::thread::JoinHandle;

use arc_swap::{ArcSwap, ArcSwapOption};
use crossbeam_channel::{Receiver, Sender};

use super::detail;
use super::published::Published;
use super::row_maker;
use super::tinter::{Colouring, Tinter};
use super::wake::Wake;
use crate::capture::Reader;
use crate::capture::row::{Detail, Row};

/// Prepared rows kept, beyond those on the screen.
const KEPT: usize = 4096;

/// Rows prepared for the screen.
#[derive(Clone, Debug, Default)]
pub struct RowWindow {
    /// In order of `seq`.
    pub rows: Vec<Row>,
}

/// What the window wants to see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Wanted {
    rows: Vec<u64>,
    selected: Option<u64>,
    /// Grows when rows already shown may have changed: an answer came.
    revision: u64,
}

/// Handle to the worker of one capture; dropping it ends the thread.
pub(super) struct RowWorker {
    orders: Option<Sender<Wanted>>,
    wanted: Wanted,
    rows: Arc<ArcSwap<RowWindow>>,
    detail: Arc<ArcSwapOption<Detail>>,
    colouring: Arc<ArcSwap<Colouring>>,
    thread: Option<JoinHandle<()>>,
}

impl RowWorker {
    pub(super) fn start(reader: Reader, published: Arc<Published>, wake: Wake) -> std::io::Result<Self> {
        let (orders, receiver) = crossbeam_channel::unbounded();
        let rows = Arc::new(ArcSwap::from_pointee(RowWindow::default()));
        let detail = Arc::new(ArcSwapOption::empty());
        let colouring = Arc::new(ArcSwap::from_pointee(Colouring::new()));
        let mut work = Work {
            reader,
            published,
            wake,
            rows: Arc::clone(&rows),
            detail: Arc::clone(&detail),
            kept: HashMap::new(),
            colouring: Arc::clone(&colouring),
            tinter: Tinter::default(),
        };
        let thread = std::thread::Builder::new().name("rows".into()).spawn(move || work.run(&receiver))?;
        Ok(Self {
            orders: Some(orders),
            wanted: Wanted::default(),
            rows,
            detail,
            colouring,
            thread: Some(thread),
        })
    }

    /// Asks for these rows (by `seq`, in order) and the detail of `selected`. Asking again for the same costs nothing.
    pub(super) fn want(&mut self, rows: Vec<u64>, selected: Option<u64>, revision: u64) {
        let wanted = Wanted { rows, selected, revision };
        if wanted != self.wanted {
            self.wanted = wanted.clone();
            if let Some(orders) = &self.orders {
                // The worker lives as long as this handle.
                let _sent = orders.send(wanted);
            }
        }
    }

    /// Colours rows by these filters from now on, also those that are shown.
    pub(super) fn colour(&self, colouring: Arc<Colouring>) {
        self.colouring.store(colouring);
        if let Some(orders) = &self.orders {
            let _sent = orders.send(self.wanted.clone());
        }
    }

    pub(super) fn rows(&self) -> Arc<RowWindow> {
        self.rows.load_full()
    }

    pub(super) fn detail(&self) -> Option<Arc<Detail>> {
        self.detail.load_full()
    }
}

impl Drop for RowWorker {
    fn drop(&mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
    }
}

struct Work {
    reader: Reader,
    published: Arc<Published>,
    wake: Wake,
    rows: Arc<ArcSwap<RowWindow>>,
    detail: Arc<ArcSwapOption<Detail>>,
    kept: HashMap<u64, Row>,
    colouring: Arc<ArcSwap<Colouring>>,
    tinter: Tinter,
}

impl Work {
    fn run(&mut self, orders: &Receiver<Wanted>) {
        while let Ok(mut wanted) = orders.recv() {
            // Only the newest wish counts: while scrolling, older ones are already off the screen.
            while let Ok(newer) = orders.try_recv() {
                wanted = newer;
            }
            self.show_rows(&wanted.rows);
            self.show_detail(wanted.selected);
            self.wake.ring();
        }
    }

    fn show_rows(&mut self, wanted: &[u64]) {
        let view = self.reader.view();
        if self.kept.len() > KEPT {
            self.kept.retain(|seq, _| wanted.binary_search(seq).is_ok());
        }
        let snapshot = self.published.snapshot.load_full();
        self.tinter.prepare(&self.colouring.load(), &snapshot, &view);
        let mut rows = Vec::with_capacity(wanted.len());
        let mut before = wanted.first().and_then(|seq| seq.checked_sub(1));
        for &seq in wanted {
            let Some(record) = view.get(seq) else { break };
            let row = self
                .kept
                .entry(seq)
                .or_insert_with(|| row_maker::row(&mut self.reader, seq, record, &snapshot));
            row_maker::join(row, &record, &view, before);
            row.tint = self.tinter.tint(&mut self.reader, seq, record, &view);
            rows.push(row.clone());
            before = Some(seq);
        }
        self.rows.store(Arc::new(RowWindow { rows }));
    }

    fn show_detail(&mut self, selected: Option<u64>) {
        let shown = self.detail.load().as_ref().map(|detail| (detail.row.seq, detail.answered_by));
        let view = self.reader.view();
        let current = selected.and_then(|seq| {
            let record = view.get(seq)?;
            Some((seq, detail::answered_by(&record, seq)))
        });
        if current == shown {
            return;
        }
        let made = current
            .and_then(|(seq, _)| detail::detail(&mut self.reader, &self.published.snapshot.load(), seq));
        self.detail.store(made.map(Arc::new));
    }
}
