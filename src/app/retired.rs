//! `Retired`: captures that left the screen and are still being written to their end.

use std::thread::JoinHandle;

use crate::engine::{Capture, Wake};

/// Captures that come to their end on threads of their own: a polite close takes up to a second, a full disk longer.
#[derive(Default)]
pub struct Retired(Vec<JoinHandle<Option<String>>>);

impl Retired {
    /// Brings a capture to its end without waiting for it; `wake` rings when it is there.
    pub fn take(&mut self, capture: Capture, wake: &Wake) {
        let wake = wake.clone();
        let end = move || {
            let (_, file) = capture.finish();
            let lost = (file.lost_events > 0).then(|| file.trouble.clone()).flatten();
            wake.ring();
            lost
        };
        // Where the system refuses a thread the capture is dropped with the closure, and ends by itself.
        self.0.extend(std::thread::Builder::new().name("retired".into()).spawn(end));
    }

    /// A sentence for each capture that has ended since and lost something.
    pub fn news(&mut self) -> Vec<String> {
        let (ended, running) = std::mem::take(&mut self.0).into_iter().partition(JoinHandle::is_finished);
        self.0 = running;
        Self::outcomes(ended)
    }

    /// Waits for all: when the program ends, whatever isn't written is lost.
    pub fn finish(&mut self) -> Vec<String> {
        Self::outcomes(std::mem::take(&mut self.0))
    }

    fn outcomes(threads: Vec<JoinHandle<Option<String>>>) -> Vec<String> {
        // A panic there has been printed; there is nothing to add.
        threads.into_iter().filter_map(|thread| thread.join().ok().flatten()).collect()
    }
}
