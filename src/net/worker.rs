//! `Worker`: gives a `Link` what it lacks: a socket, a clock, a place in the runtime.

use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::watch;

use crate::capture::event::Event;
use crate::net::carrier::Carrier;
use crate::net::clock::Clock;
use crate::net::command::Command;
use crate::net::failure::OpenFailure;
use crate::net::http::{Errands, HttpReport};
use crate::net::link::{Link, Order, Outputs};
use crate::net::queue::Queue;
use crate::net::sink::{Delivered, Sink};
use crate::net::socket::SocketEvent;

/// Payload read in one go. Large enough that a wake of the journal is paid by a thousand messages, small
/// enough that the first of them isn't late.
const BATCH_BYTES: usize = 512 << 10;
/// After this the last events go out without room in the budget: nothing may be lost, nor hang for ever.
const LAST_CALL: Duration = Duration::from_secs(1);

/// The task of one link.
pub(crate) struct Worker {
    link: Link,
    commands: UnboundedReceiver<Command>,
    sink: Sink,
    clock: Clock,
    carrier: Option<Carrier>,
    inbox: Vec<SocketEvent>,
    out: Outputs,
    /// Recorded, and waiting for room in the budget. While there is any, nothing is read.
    backlog: Vec<Event>,
    /// Nobody wants this link any more.
    leaving: bool,
    /// HTTP beside the socket.
    errands: Errands,
    queue: Queue,
    /// Bytes of it that were taken and may still lie in the socket's buffer.
    taken: u64,
}

/// Why the worker woke.
enum Wake {
    Command(Command),
    Leave,
    Due,
    Room(Option<OwnedSemaphorePermit>),
    Socket,
    Exchanged(u64, Box<HttpReport>),
}

impl Worker {
    pub(crate) fn new(link: Link, commands: UnboundedReceiver<Command>, sink: Sink, queue: Queue) -> Self {
        let clock = sink.clock();
        Self {
            link,
            commands,
            sink,
            clock,
            carrier: None,
            inbox: Vec::new(),
            out: Outputs::default(),
            backlog: Vec::new(),
            leaving: false,
            errands: Errands::default(),
            queue,
            taken: 0,
        }
    }

    /// Runs until the link is wanted no more and has ended. `net_leaves` changes when the thread is to end.
    pub(crate) async fn run(mut self, mut net_leaves: watch::Receiver<()>) {
        while !(self.leaving && self.link.is_idle()) {
            let wake = self.wait(&mut net_leaves).await;
            self.handle(wake);
            self.obey();
            self.deliver();
            if self.carrier.is_none() {
                self.queue.left(std::mem::take(&mut self.taken));
            }
        }
        if !self.backlog.is_empty() {
            let room = tokio::time::timeout(LAST_CALL, self.sink.room(&self.backlog)).await.ok().flatten();
            self.sink.deliver(self.backlog, room);
        }
    }

    async fn wait(&mut self, net_leaves: &mut watch::Receiver<()>) -> Wake {
        let reading = self.backlog.is_empty().then_some(BATCH_BYTES);
        let deadline = self.link.deadline().map(|at| self.clock.instant(at));
        let Self { commands, sink, carrier, inbox, backlog, leaving, queue, taken, errands, .. } = self;
        let asleep = deadline.is_some();
        let busy = !errands.is_empty();
        let alarm =
            async { tokio::time::sleep_until(deadline.unwrap_or_else(std::time::Instant::now).into()).await };
        tokio::select! {
            command = commands.recv(), if !*leaving => command.map_or(Wake::Leave, Wake::Command),
            _ = net_leaves.changed(), if !*leaving => Wake::Leave,
            () = alarm, if asleep => Wake::Due,
            room = sink.room(backlog), if !backlog.is_empty() => Wake::Room(room),
            () = poll_fn(|cx| match carrier {
                Some(carrier) => {
                    let ready = carrier.poll(cx, inbox, reading);
                    // What waits for the disk counts as well: sending more would only pile it up.
                    if carrier.is_flushed() && reading.is_some() {
                        queue.left(std::mem::take(taken));
                    }
                    ready
                }
                None => std::task::Poll::Pending,
            }), if carrier.is_some() => Wake::Socket,
            (id, report) = poll_fn(|cx| errands.poll(cx)), if busy => Wake::Exchanged(id, Box::new(report)),
        }
    }

    fn handle(&mut self, wake: Wake) {
        if let Some(drift_us) = self.clock.align() {
            self.link.clock_jumped(drift_us, self.clock.now(), &mut self.out);
        }
        match wake {
            Wake::Command(command) => self.command(command),
            Wake::Leave => self.leave(),
            Wake::Due => self.link.tick(self.clock.now(), &mut self.out),
            Wake::Room(room) => {
                let events = std::mem::take(&mut self.backlog);
                self.sent(self.sink.deliver(events, room));
                self.link.paused(false, self.clock.now());
            }
            Wake::Exchanged(id, report) => self.link.exchanged(id, *report, self.clock.now(), &mut self.out),
            Wake::Socket => {
                self.out.events.reserve(self.inbox.len() + 1);
                for event in self.inbox.drain(..) {
                    if matches!(event, SocketEvent::Close { .. }) {
                        self.carrier = None;
                    }
                    self.link.socket(event, self.clock.now(), &mut self.out);
                }
            }
        }
    }

    fn command(&mut self, command: Command) {
        if let Command::Send(message) = &command {
            self.taken = self.taken.saturating_add(u64::try_from(message.len()).unwrap_or(u64::MAX));
        }
        self.link.command(command, self.clock.now(), &mut self.out);
    }

    /// What was commanded before still counts.
    fn leave(&mut self) {
        self.leaving = true;
        while let Ok(command) = self.commands.try_recv() {
            self.command(command);
        }
        self.link.finish(self.clock.now(), &mut self.out);
        self.errands.clear();
    }

    fn obey(&mut self) {
        for order in std::mem::take(&mut self.out.orders) {
            let done = match (order, &mut self.carrier) {
                (Order::Dial(spec), carrier) => {
                    *carrier = Some(Carrier::dial(Arc::clone(&spec)));
                    Ok(())
                }
                (Order::Drop, carrier) => {
                    *carrier = None;
                    Ok(())
                }
                (Order::Http(id, spec, request), _) => {
                    self.errands.add(id, spec, *request);
                    Ok(())
                }
                (Order::Keep(keeper, secret), _) => {
                    keeper.keep(secret);
                    Ok(())
                }
                (Order::Text(text), Some(carrier)) => carrier.send_text(&text),
                (Order::Binary(bytes), Some(carrier)) => carrier.send_binary(bytes),
                (Order::Close { code, reason }, Some(carrier)) => carrier.close(code, &reason),
                (Order::Text(_) | Order::Binary(_), None) => Err(OpenFailure::NotConnected),
                (Order::Close { .. }, None) => Ok(()),
            };
            if let Err(failure) = done {
                self.link.send_failed(&failure.into(), self.clock.now(), &mut self.out);
            }
        }
    }

    fn deliver(&mut self) {
        if self.out.events.is_empty() {
            return;
        }
        let events = std::mem::take(&mut self.out.events);
        if !self.backlog.is_empty() {
            self.backlog.extend(events);
            return;
        }
        match self.sink.offer(events) {
            Ok(delivered) => self.sent(delivered),
            Err(events) => {
                self.backlog = events;
                self.link.paused(true, self.clock.now());
            }
        }
    }

    /// Without a reader the link has no purpose: it closes, and the events of that go nowhere.
    fn sent(&mut self, delivered: Delivered) {
        if delivered == Delivered::NobodyListens && !self.leaving {
            self.leave();
            self.obey();
        }
    }
}
