//! The full transport: every step of our own down to the frames, so that every step can be shown.

mod certificate;
mod dial;
mod frames;
mod request;
mod response;
mod rewound;
mod route;
mod tls;
mod trust;
mod tunnel;
mod upgrade;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::Instant;

use crate::capture::event::Text;
use crate::net::command::ConnectSpec;
use crate::net::failure::{Failure, OpenFailure};
use crate::net::full::frames::Frames;
use crate::net::full::request::Request;
pub(crate) use crate::net::full::route::{Destination, go};
use crate::net::socket::SocketEvent;

/// Anything that carries bytes both ways.
pub(crate) trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

/// The one limit over all steps of a connect.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline {
    at: Instant,
    limit: Duration,
}

impl Deadline {
    pub(crate) fn after(limit: Duration) -> Self {
        Self { at: Instant::now() + limit, limit }
    }

    /// When it is over.
    pub(crate) const fn at(self) -> Instant {
        self.at
    }

    /// The limit itself, for sentences.
    pub(crate) const fn limit_ms(self) -> u128 {
        self.limit.as_millis()
    }
}

/// Takes the events of a dial while it is under way.
pub(crate) type Report = UnboundedSender<SocketEvent>;

type Dialing = Pin<Box<dyn Future<Output = Result<Frames, Failure>> + Send>>;

enum State {
    Dialing(Dialing),
    Open(Box<Frames>),
    Over,
}

/// A socket of the full transport, from the first look-up to the last frame.
pub(crate) struct FullSocket {
    state: State,
    reports: UnboundedReceiver<SocketEvent>,
}

impl FullSocket {
    /// Starts to connect; progress comes from `poll`.
    pub(crate) fn dial(spec: Arc<ConnectSpec>) -> Self {
        let (report, reports) = unbounded_channel();
        Self { state: State::Dialing(Box::pin(open(spec, report))), reports }
    }

    /// Writes what is to be written, and reads everything there is up to `limit` bytes, unless `reading` is
    /// off. Ready when `inbox` has got something.
    pub(crate) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        inbox: &mut Vec<SocketEvent>,
        reading: Option<usize>,
    ) -> Poll<()> {
        if let State::Dialing(dialing) = &mut self.state {
            let outcome = dialing.as_mut().poll(cx);
            while let Ok(event) = self.reports.try_recv() {
                inbox.push(event);
            }
            match outcome {
                Poll::Pending => {}
                Poll::Ready(Ok(frames)) => self.state = State::Open(Box::new(frames)),
                Poll::Ready(Err(failure)) => {
                    self.state = State::Over;
                    inbox.push(SocketEvent::Failed(failure));
                    inbox.push(SocketEvent::broken());
                }
            }
        }
        if let State::Open(frames) = &mut self.state {
            frames.poll(cx, inbox, reading);
            if frames.is_over() {
                self.state = State::Over;
            }
        }
        if inbox.is_empty() { Poll::Pending } else { Poll::Ready(()) }
    }

    pub(crate) const fn is_flushed(&self) -> bool {
        match &self.state {
            State::Open(frames) => frames.is_flushed(),
            State::Dialing(_) | State::Over => true,
        }
    }

    pub(crate) fn send_text(&mut self, text: &Text) -> Result<(), OpenFailure> {
        match &mut self.state {
            State::Open(frames) => frames.send_text(text),
            State::Dialing(_) | State::Over => Err(OpenFailure::NotConnected),
        }
    }

    pub(crate) fn send_binary(&mut self, bytes: Bytes) -> Result<(), OpenFailure> {
        match &mut self.state {
            State::Open(frames) => frames.send_binary(bytes),
            State::Dialing(_) | State::Over => Err(OpenFailure::NotConnected),
        }
    }

    pub(crate) fn close(&mut self, code: Option<u16>, reason: &str) -> Result<(), OpenFailure> {
        match &mut self.state {
            State::Open(frames) => frames.close(code, reason),
            State::Dialing(_) | State::Over => Ok(()),
        }
    }
}

/// The whole way from a spec to frames.
async fn open(spec: Arc<ConnectSpec>, report: Report) -> Result<Frames, Failure> {
    let deadline = Deadline::after(spec.connect_timeout);
    let request = Request::new(&spec)?;
    let to = Destination { host: &request.host, port: request.port, tls: request.tls };
    let mut wire = go(&spec.reach, to, deadline, &report).await?;
    let agreed = upgrade::upgrade(&mut wire, &request, deadline, &report).await?;
    // The reader of the reports is dropped with this future, never before it.
    let _ = report.send(SocketEvent::Open { subprotocol: agreed.subprotocol });
    Ok(Frames::new(wire, agreed.rest).await)
}
