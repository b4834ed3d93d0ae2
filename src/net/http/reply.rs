//! `HttpReply`: where the answer goes; whoever waits always hears something.

use crate::net::failure::Sentences;
use crate::net::http::HttpAnswer;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HttpRefusal {
    /// The link ended first.
    Cancelled,
    /// The link has never been told which server to talk to.
    NoServer,
    /// Something failed on the way; secrets masked.
    Failed(Sentences),
}

impl HttpRefusal {
    /// What happened, the likely cause, the next step.
    #[must_use]
    pub fn sentences(&self) -> Sentences {
        match self {
            Self::Cancelled => Sentences::new(
                "The request was given up before its answer came.",
                "The connection's tab was closed.",
                "Open the connection again, then ask once more.",
            ),
            Self::NoServer => Sentences::new(
                "The request was not sent, because no server is chosen.",
                "This tab has never been connected.",
                "Connect first, then ask once more.",
            ),
            Self::Failed(sentences) => sentences.clone(),
        }
    }
}

type Waiting = Box<dyn FnOnce(Result<HttpAnswer, HttpRefusal>) + Send>;

/// Takes the answer of one request. Dropped without one, it says `Cancelled`: a promise whose sender is
/// dropped would panic when it is polled.
pub struct HttpReply(Option<Waiting>);

impl HttpReply {
    /// Calls `waiting` once, on the net thread: it must not block.
    #[must_use]
    pub fn new(waiting: impl FnOnce(Result<HttpAnswer, HttpRefusal>) + Send + 'static) -> Self {
        Self(Some(Box::new(waiting)))
    }

    /// For whoever reads the answer from the events and nowhere else.
    #[must_use]
    pub fn unheard() -> Self {
        Self(None)
    }

    /// Hands the outcome over.
    pub fn send(mut self, outcome: Result<HttpAnswer, HttpRefusal>) {
        if let Some(waiting) = self.0.take() {
            waiting(outcome);
        }
    }
}

impl Drop for HttpReply {
    fn drop(&mut self) {
        if let Some(waiting) = self.0.take() {
            waiting(Err(HttpRefusal::Cancelled));
        }
    }
}

impl std::fmt::Debug for HttpReply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HttpReply")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::{HttpRefusal, HttpReply};

    #[test]
    fn whoever_waits_always_hears_something_and_once() {
        let (sender, receiver) = channel();
        let reply =
            |sender: std::sync::mpsc::Sender<_>| HttpReply::new(move |outcome| sender.send(outcome).unwrap());
        drop(reply(sender.clone()));
        assert_eq!(receiver.try_recv().unwrap(), Err(HttpRefusal::Cancelled));
        reply(sender).send(Err(HttpRefusal::NoServer));
        assert_eq!(receiver.try_recv().unwrap(), Err(HttpRefusal::NoServer));
        assert!(receiver.try_recv().is_err());
    }
}
