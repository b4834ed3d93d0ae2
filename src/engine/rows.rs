//! The row worker: reads what the screen shows from the file, so that the window never touches a disk.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use crossbeam_channel::{Receiver, Sender};

use super::published::Published;
use super::row_maker;
use super::wake::Wake;
use crate::capture::Reader;
use crate::capture::row::Row;

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
    /// Grows when rows already shown may have changed: an answer came.
    revision: u64,
}

/// Handle to the worker of one capture; dropping it ends the thread soon.
pub(super) struct RowWorker {
    orders: Sender<Wanted>,
    wanted: Wanted,
    rows: Arc<ArcSwap<RowWindow>>,
}

impl RowWorker {
    pub(super) fn start(reader: Reader, published: Arc<Published>, wake: Wake) -> std::io::Result<Self> {
        let (orders, receiver) = crossbeam_channel::unbounded();
        let rows = Arc::new(ArcSwap::from_pointee(RowWindow::default()));
        let mut work = Work { reader, published, wake, rows: Arc::clone(&rows), kept: HashMap::new() };
        // It ends by itself when its last order is done and this handle is gone: the window must not wait for a disk.
        std::thread::Builder::new().name("rows".into()).spawn(move || work.run(&receiver))?;
        Ok(Self { orders, wanted: Wanted::default(), rows })
    }

    /// Asks for these rows (by `seq`, in order). Asking again for the same costs nothing.
    pub(super) fn want(&mut self, rows: Vec<u64>, revision: u64) {
        let wanted = Wanted { rows, revision };
        if wanted != self.wanted {
            self.wanted = wanted.clone();
            // The worker lives as long as this handle.
            let _sent = self.orders.send(wanted);
        }
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
}

impl Work {
    fn run(&mut self, orders: &Receiver<Wanted>) {
        while let Ok(mut wanted) = orders.recv() {
            // Only the newest wish counts: while scrolling, older ones are already off the screen.
            while let Ok(newer) = orders.try_recv() {
                wanted = newer;
            }
            self.show_rows(&wanted.rows);
            self.wake.ring();
        }
    }

    fn show_rows(&mut self, wanted: &[u64]) {
        let view = self.reader.view();
        if self.kept.len() > KEPT {
            self.kept.retain(|seq, _| wanted.binary_search(seq).is_ok());
        }
        let snapshot = self.published.snapshot.load_full();
        let mut rows = Vec::with_capacity(wanted.len());
        let mut before = wanted.first().and_then(|seq| seq.checked_sub(1));
        for &seq in wanted {
            let Some(record) = view.get(seq) else { break };
            let row = self
                .kept
                .entry(seq)
                .or_insert_with(|| row_maker::row(&mut self.reader, seq, record, &snapshot));
            row_maker::join(row, &record, &view, before);
            rows.push(row.clone());
            before = Some(seq);
        }
        self.rows.store(Arc::new(RowWindow { rows }));
    }
}
