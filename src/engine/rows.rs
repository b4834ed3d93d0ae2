//! The row worker: reads what the screen shows from the file, so that the window never touches a disk.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use crossbeam_channel::{Receiver, Sender};

use super::published::Published;
use super::row_maker;
use super::tinter::{Colouring, Tinter};
use super::wake::Wake;
use crate::capture::column_path::ColumnPath;
use crate::capture::row::Row;
use crate::capture::{Reader, Stamp};

/// Prepared rows kept, beyond those on the screen.
pub(super) const KEPT: usize = 1024;
/// About what a prepared row takes: its words are cut for the screen.
pub(super) const ROW_BYTES: usize = 1024;

/// Rows prepared for the screen.
#[derive(Clone, Debug, Default)]
pub struct RowWindow {
    /// In order of `seq`.
    pub rows: Vec<Row>,
    /// When the marked event happened.
    pub mark: Option<Stamp>,
}

/// What the window wants to see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// The rows, by `seq` and in order.
    pub rows: Vec<u64>,
    /// The row shown before the first of them.
    pub before: Option<u64>,
    /// The event whose detail is shown.
    pub selected: Option<u64>,
    /// The event that times refer to.
    pub marked: Option<u64>,
    /// Columns of JSON paths.
    pub columns: Arc<[ColumnPath]>,
    /// Any number that grows when rows already shown may have changed: an answer came, a note was written.
    pub revision: u64,
}

/// Handle to the worker of one capture; dropping it ends the thread soon.
pub(super) struct RowWorker {
    orders: Sender<Wish>,
    wanted: Wish,
    rows: Arc<ArcSwap<RowWindow>>,
    colouring: Arc<ArcSwap<Colouring>>,
}

impl RowWorker {
    pub(super) fn start(reader: Reader, published: Arc<Published>, wake: Wake) -> std::io::Result<Self> {
        let (orders, receiver) = crossbeam_channel::unbounded();
        let rows = Arc::new(ArcSwap::from_pointee(RowWindow::default()));
        let colouring = Arc::new(ArcSwap::from_pointee(Colouring::new()));
        let mut work = Work {
            reader,
            published,
            wake,
            rows: Arc::clone(&rows),
            kept: HashMap::new(),
            stamps: HashMap::new(),
            columns: Arc::default(),
            colouring: Arc::clone(&colouring),
            tinter: Tinter::default(),
        };
        // It ends by itself when its last order is done and this handle is gone: the window must not wait for a disk.
        std::thread::Builder::new().name("rows".into()).spawn(move || work.run(&receiver))?;
        Ok(Self { orders, wanted: Wish::default(), rows, colouring })
    }

    /// Asks for what the screen shows. Asking again for the same costs nothing.
    pub(super) fn want(&mut self, wanted: Wish) {
        if wanted != self.wanted {
            self.wanted = wanted.clone();
            // The worker lives as long as this handle.
            let _sent = self.orders.send(wanted);
        }
    }

    /// Colours rows by these filters from now on, also those that are shown.
    pub(super) fn colour(&self, colouring: Arc<Colouring>) {
        self.colouring.store(colouring);
        let _sent = self.orders.send(self.wanted.clone());
    }

    pub(super) fn rows(&self) -> Arc<RowWindow> {
        self.rows.load_full()
    }
}

struct Work {
    reader: Reader,
    published: Arc<Published>,
    wake: Wake,
    rows: Arc<ArcSwap<RowWindow>>,
    kept: HashMap<u64, Row>,
    /// When partners and neighbours of the rows happened.
    stamps: HashMap<u64, Stamp>,
    /// What the kept rows were made for.
    columns: Arc<[ColumnPath]>,
    colouring: Arc<ArcSwap<Colouring>>,
    tinter: Tinter,
}

impl Work {
    fn run(&mut self, orders: &Receiver<Wish>) {
        while let Ok(mut wanted) = orders.recv() {
            // Only the newest wish counts: while scrolling, older ones are already off the screen.
            while let Ok(newer) = orders.try_recv() {
                wanted = newer;
            }
            self.show_rows(&wanted);
            self.wake.ring();
        }
    }

    fn show_rows(&mut self, wish: &Wish) {
        let view = self.reader.view();
        if self.kept.len() > KEPT {
            self.kept.retain(|seq, _| wish.rows.binary_search(seq).is_ok());
        }
        if self.stamps.len() > KEPT {
            self.stamps.clear();
        }
        if self.columns != wish.columns {
            self.columns = Arc::clone(&wish.columns);
            self.kept.clear();
        }
        let snapshot = self.published.snapshot.load_full();
        let notes = self.published.notes.shown();
        self.tinter.prepare(&self.colouring.load(), (&snapshot, &notes), &view);
        let mut rows = Vec::with_capacity(wish.rows.len());
        let mut before = wish.before;
        for &seq in &wish.rows {
            let Some(record) = self.reader.record(&view, seq) else { break };
            if seq > view.len() {
                // Known before its turn: what it is joined to comes with the index, so this row is not kept.
                self.kept.remove(&seq);
            }
            let since = before.and_then(|seq| self.stamp(seq));
            let partner = row_maker::partner(&record).and_then(|seq| self.stamp(seq));
            let make = || row_maker::row(&mut self.reader, seq, record, &snapshot, &self.columns);
            let row = self.kept.entry(seq).or_insert_with(make);
            row_maker::join(row, since, partner);
            row_maker::annotate(row, &notes);
            row.tint = self.tinter.tint(&mut self.reader, seq, record, &view);
            rows.push(row.clone());
            before = Some(seq);
        }
        self.kept.retain(|seq, _| *seq <= view.len());
        let mark = wish.marked.and_then(|seq| self.stamp(seq));
        self.rows.store(Arc::new(RowWindow { rows, mark }));
    }

    /// When an event happened: known, or read from the head of its line.
    fn stamp(&mut self, seq: u64) -> Option<Stamp> {
        let known = self.kept.get(&seq).map(Row::stamp).or_else(|| self.stamps.get(&seq).copied());
        if known.is_some() {
            return known;
        }
        let stamp = self.reader.stamp(seq)?;
        self.stamps.insert(seq, stamp);
        Some(stamp)
    }
}
