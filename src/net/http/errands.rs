//! `Errands`: the exchanges of one link that are under way, a few at once.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use crate::net::command::ConnectSpec;
use crate::net::http::exchange::exchange;
use crate::net::http::{HttpReport, HttpRequest};

/// So many at once; a server's rate limiter counts them too.
const AT_ONCE: usize = 4;

type Running = Pin<Box<dyn Future<Output = HttpReport> + Send>>;

/// Exchanges in the order they were asked for; they may end in another.
#[derive(Default)]
pub(crate) struct Errands {
    running: Vec<(u64, Running)>,
    waiting: VecDeque<(u64, Running)>,
}

impl Errands {
    /// Begins an exchange, or lets it wait for its turn.
    pub(crate) fn add(&mut self, id: u64, spec: Arc<ConnectSpec>, request: HttpRequest) {
        self.push(id, Box::pin(exchange(spec, request)));
    }

    fn push(&mut self, id: u64, running: Running) {
        if self.running.len() < AT_ONCE {
            self.running.push((id, running));
        } else {
            self.waiting.push_back((id, running));
        }
    }

    /// Gives all of them up.
    pub(crate) fn clear(&mut self) {
        self.running.clear();
        self.waiting.clear();
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.running.is_empty()
    }

    /// Ready with the next one that has ended.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<(u64, HttpReport)> {
        for place in 0..self.running.len() {
            let Some((id, running)) = self.running.get_mut(place) else { break };
            if let Poll::Ready(report) = running.as_mut().poll(cx) {
                let id = *id;
                drop(self.running.remove(place));
                // Polled for the first time when the caller comes back for the next one.
                self.running.extend(self.waiting.pop_front());
                return Poll::Ready((id, report));
            }
        }
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{Context, Poll, Waker};

    use super::{AT_ONCE, Errands};
    use crate::capture::http_exchange::HttpTimings;
    use crate::net::http::HttpReport;

    fn report() -> HttpReport {
        HttpReport {
            address: String::new(),
            sent: crate::net::http::answer::SentHeaders::default(),
            timings: HttpTimings::default(),
            took_us: 0,
            answer: None,
            failure: None,
        }
    }

    #[test]
    fn a_few_run_and_the_rest_waits_for_its_turn() {
        let mut errands = Errands::default();
        let begun = Arc::new(AtomicUsize::new(0));
        for id in 0..10 {
            let begun = Arc::clone(&begun);
            errands.push(
                id,
                Box::pin(async move {
                    begun.fetch_add(1, Ordering::Relaxed);
                    if id == 2 { ready(report()).await } else { pending().await }
                }),
            );
        }
        let mut cx = Context::from_waker(Waker::noop());
        let Poll::Ready((2, _)) = errands.poll(&mut cx) else { panic!("the third ends") };
        assert!(errands.poll(&mut cx).is_pending());
        assert_eq!(begun.load(Ordering::Relaxed), AT_ONCE + 1);
        errands.clear();
        assert!(errands.is_empty() && errands.poll(&mut cx).is_pending());
    }
}
