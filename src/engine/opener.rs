//! Opening a recording: the same fold and the same index as live, on a thread of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::published::Published;
use super::recorder::join;
use super::wake::Wake;
use crate::capture::Recording;
use crate::session::Session;

/// How often progress is shown.
const PUBLISH_EVERY: Duration = Duration::from_millis(30);

/// Reads `recording` to its end, publishing on the way.
pub(super) fn run(mut recording: Recording, published: &Arc<Published>, wake: &Wake, stop: &AtomicBool) {
    let mut session = Session::new();
    let mut shown: Option<Instant> = None;
    loop {
        let step = recording.step(|seq, event| {
            published.notes.fold(event);
            join(session.apply(seq, event))
        });
        let more = matches!(step, Ok(true)) && !stop.load(Ordering::Relaxed);
        if more && shown.is_some_and(|at| at.elapsed() < PUBLISH_EVERY) {
            continue;
        }
        shown = Some(Instant::now());
        published.notes.publish();
        published.snapshot.store(Arc::new(session.snapshot()));
        let (read, length) = recording.progress();
        published.update_file(|file| {
            file.bytes = read;
            file.opening = more.then_some(length);
            file.ended = !more;
            file.oddities = recording.oddities().sentences();
            file.trouble = step.as_ref().err().map(ToString::to_string);
            if let Some(header) = recording.header() {
                file.server.clone_from(&header.server);
            }
        });
        wake.ring();
        if !more {
            return;
        }
    }
}
