//! `Tasks`: long jobs that the window shows with their progress, and that can be stopped.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::job::{Cancelled, Job};
use super::notice::Notice;
use crate::capture::Progress;
use crate::engine::Wake;
use crate::ui::export_view::ExportRequest;
use crate::ui::jobs_view::{JobView, Unit};

/// How long a closing window waits for its jobs to clear away what they began.
const PATIENCE: Duration = Duration::from_secs(1);

/// What a task brings when it is done.
pub enum Brought {
    /// Something to tell.
    Said(Notice),
    /// A file is there already: ask whether to replace it.
    Taken(ExportRequest),
    /// A new capture, and something to tell about it.
    Capture(PathBuf, Notice),
    /// Nothing: the user stopped it.
    Stopped,
}

struct Task {
    id: u64,
    name: String,
    unit: Unit,
    progress: Progress,
    job: Job<Brought>,
}

/// The tasks under way.
#[derive(Default)]
pub struct Tasks {
    running: Vec<Task>,
    started: u64,
}

impl Tasks {
    /// Starts one on a thread of its own.
    pub fn start(
        &mut self,
        name: String,
        unit: Unit,
        wake: &Wake,
        work: impl FnOnce(&Progress) -> Brought + Send + 'static,
    ) {
        let (watch, done) = (wake.clone(), wake.clone());
        let progress = Progress::new(move || watch.ring());
        let shared = progress.clone();
        let job = Job::start("task", move || done.ring(), move || work(&shared));
        self.started += 1;
        self.running.push(Task { id: self.started, name, unit, progress, job });
    }

    /// Asks one to stop; it clears away what it began.
    pub fn cancel(&self, id: u64) {
        if let Some(task) = self.running.iter().find(|task| task.id == id) {
            task.progress.cancel();
        }
    }

    /// What the window shows of them.
    pub fn views(&self) -> Vec<JobView> {
        let view = |task: &Task| JobView {
            id: task.id,
            name: task.name.clone(),
            done: task.progress.done(),
            of: task.progress.of(),
            unit: task.unit,
            stopping: task.progress.is_cancelled(),
        };
        self.running.iter().map(view).collect()
    }

    /// Picks up what those that are done have brought.
    pub fn poll(&mut self) -> Vec<Result<Brought, Cancelled>> {
        let mut brought = Vec::new();
        for task in std::mem::take(&mut self.running) {
            match task.job.take() {
                Ok(result) => brought.push(result),
                Err(job) => self.running.push(Task { job, ..task }),
            }
        }
        brought
    }
}

impl Drop for Tasks {
    /// A half-written file must not stay behind when the window closes.
    fn drop(&mut self) {
        for task in &self.running {
            task.progress.cancel();
        }
        let until = Instant::now() + PATIENCE;
        while !self.running.is_empty() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(2));
            let _last_words = self.poll();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    #[test]
    fn a_task_is_seen_stopped_and_picked_up() {
        let (sender, bell) = crossbeam_channel::unbounded();
        let wake = Wake::new(move || {
            let _closed = sender.send(());
        });
        let mut tasks = Tasks::default();
        let (go, gate) = crossbeam_channel::bounded(1);
        tasks.start("Export".to_owned(), Unit::Events, &wake, move |progress| {
            progress.expect(10);
            gate.recv().unwrap();
            if progress.reach(3).is_err() { Brought::Stopped } else { Brought::Said(Notice::done("done")) }
        });
        let id = tasks.views()[0].id;
        assert!(!tasks.views()[0].stopping && tasks.poll().is_empty());
        tasks.cancel(id);
        assert!(tasks.views()[0].stopping);
        go.send(()).unwrap();
        loop {
            bell.recv_timeout(Duration::from_secs(10)).expect("the task rings when it is done");
            wake.heard();
            if let Some(brought) = tasks.poll().pop() {
                assert!(matches!(brought, Ok(Brought::Stopped)));
                break;
            }
        }
        assert!(tasks.views().is_empty());
    }

    #[test]
    fn a_closing_window_stops_them() {
        let stopped = Arc::new(AtomicBool::new(false));
        let mut tasks = Tasks::default();
        let seen = Arc::clone(&stopped);
        tasks.start(String::new(), Unit::Bytes, &Wake::new(|| {}), move |progress| {
            while progress.reach(0).is_ok() {
                std::thread::yield_now();
            }
            seen.store(true, Ordering::SeqCst);
            Brought::Stopped
        });
        drop(tasks);
        assert!(stopped.load(Ordering::SeqCst));
    }
}
