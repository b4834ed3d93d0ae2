//! `Search`: a find job that can be watched and cancelled.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::capture::Reader;
use crate::capture::find::{Needle, find};

/// Shared between the job and whoever waits for it. Dropping the last clone outside the job cancels nothing; call
/// [`Search::cancel`].
#[derive(Clone, Default)]
pub struct Search {
    cancelled: Arc<AtomicBool>,
    at: Arc<AtomicU64>,
}

impl Search {
    /// Breaks the job off.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// The event looked at last.
    #[must_use]
    pub fn at(&self) -> u64 {
        self.at.load(Ordering::Relaxed)
    }

    /// Runs the job on the calling thread: the first of the events `seqs` that matches. `None`: there is none, or the
    /// job was cancelled.
    ///
    /// # Errors
    /// A sentence if the file can't be read.
    pub fn run(
        &self,
        reader: &mut Reader,
        needle: &Needle,
        seqs: impl Iterator<Item = u64>,
    ) -> Result<Option<u64>, String> {
        let pause = |seq| {
            self.at.store(seq, Ordering::Relaxed);
            if self.cancelled.load(Ordering::Relaxed) {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        find(reader, needle, seqs, pause).map_err(|error| error.to_string())
    }
}
