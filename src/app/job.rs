//! `Job`: work on another thread whose result the window picks up when it is there.

use poll_promise::{Promise, Sender};

/// Work under way. Dropping it abandons the result.
pub struct Job<T: Send + 'static>(Promise<Result<T, Cancelled>>);

/// The work ended without a result: its thread panicked or was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The work was broken off. Try it again; if that fails too, restart Harewire.")]
pub struct Cancelled;

/// Sends in any case: a promise whose sender is dropped would panic when polled.
struct Guard<T: Send + 'static>(Option<Sender<Result<T, Cancelled>>>);

impl<T: Send + 'static> Guard<T> {
    fn send(mut self, value: T) {
        if let Some(sender) = self.0.take() {
            sender.send(Ok(value));
        }
    }
}

impl<T: Send + 'static> Drop for Guard<T> {
    fn drop(&mut self) {
        if let Some(sender) = self.0.take() {
            sender.send(Err(Cancelled));
        }
    }
}

impl<T: Send + 'static> Job<T> {
    /// Starts `work` on a thread of its own and rings `done` when its result is there.
    pub fn start(
        name: &str,
        done: impl FnOnce() + Send + 'static,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Self {
        let (sender, promise) = Promise::new();
        let guard = Guard(Some(sender));
        let run = move || {
            let ring = Ring(Some(done));
            guard.send(work());
            drop(ring);
        };
        // Where the system refuses a thread the guard is dropped with the closure, and the job is cancelled.
        let _thread = std::thread::Builder::new().name(name.to_owned()).spawn(run);
        Self(promise)
    }

    /// The result once it is there, else the job again.
    ///
    /// # Errors
    /// The job itself while it runs.
    pub fn take(self) -> Result<Result<T, Cancelled>, Self> {
        self.0.try_take().map_err(Self)
    }
}

/// Rings when dropped, so also after a panic.
struct Ring<F: FnOnce()>(Option<F>);

impl<F: FnOnce()> Drop for Ring<F> {
    fn drop(&mut self) {
        if let Some(ring) = self.0.take() {
            ring();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result<T: Send>(mut job: Job<T>, bell: &crossbeam_channel::Receiver<()>) -> Result<T, Cancelled> {
        bell.recv().unwrap();
        loop {
            match job.take() {
                Ok(result) => return result,
                Err(running) => job = running,
            }
        }
    }

    #[test]
    fn the_result_is_there_when_the_bell_rings() {
        let (ring, bell) = crossbeam_channel::bounded(1);
        let job = Job::start("test", move || ring.send(()).unwrap(), || 7);
        assert_eq!(result(job, &bell), Ok(7));
    }

    #[test]
    fn a_panic_in_the_work_is_a_cancelled_job() {
        let (ring, bell) = crossbeam_channel::bounded(1);
        let job: Job<()> = Job::start("test", move || ring.send(()).unwrap(), || panic!("on purpose"));
        assert_eq!(result(job, &bell), Err(Cancelled));
    }
}
