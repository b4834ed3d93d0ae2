//! `Net`: the net thread, one for all connections.

use std::hash::{BuildHasher as _, RandomState};
use std::io;
use std::thread::JoinHandle;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::net::command::Command;
use crate::net::link::Link;
use crate::net::mask::Door;
use crate::net::queue::Queue;
use crate::net::sink::Sink;
use crate::net::worker::Worker;

/// The net thread. Dropping it closes every connection politely (at most about a second each, all at
/// once) and joins the thread.
#[derive(Debug)]
pub struct Net {
    workers: Option<UnboundedSender<Worker>>,
    thread: Option<JoinHandle<()>>,
}

impl Net {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the system grants no thread or no event queue.
    pub fn start() -> io::Result<Self> {
        // ewebsock takes the process's provider. If another was installed already, it serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (workers, arriving) = unbounded_channel();
        let thread = std::thread::Builder::new().name("net".to_owned()).spawn(move || {
            runtime.block_on(serve(arriving));
            // A look-up that hangs in the system must not keep the program from ending.
            runtime.shutdown_background();
        })?;
        Ok(Self { workers: Some(workers), thread: Some(thread) })
    }

    /// Opens a link: one tab, one capture. It stands idle until it is told to connect.
    #[must_use]
    pub fn open(&self, sink: Sink) -> LinkHandle {
        let (commands, receiver) = unbounded_channel();
        let (door, queue) = (Door::new(), Queue::default());
        let link = Link::new(door.clone(), RandomState::new().hash_one(0_u8));
        if let Some(workers) = &self.workers {
            // Fails only if the thread died; then the sink's reader sees the end at once.
            let _ = workers.send(Worker::new(link, receiver, sink, queue.clone()));
        }
        LinkHandle { commands, door, queue }
    }
}

impl Drop for Net {
    fn drop(&mut self) {
        self.workers = None;
        if let Some(thread) = self.thread.take() {
            // A panic there has been printed; there is nothing to add.
            let _ = thread.join();
        }
    }
}

async fn serve(mut arriving: UnboundedReceiver<Worker>) {
    let (leave, leaving) = watch::channel(());
    let mut links = JoinSet::new();
    while let Some(worker) = arriving.recv().await {
        links.spawn(worker.run(leaving.clone()));
        while links.try_join_next().is_some() {}
    }
    drop(leave);
    while links.join_next().await.is_some() {}
}

/// One tab's connection. The last clone dropped closes it politely; then the reader of its sink sees the end.
#[derive(Clone, Debug)]
pub struct LinkHandle {
    commands: UnboundedSender<Command>,
    door: Door,
    queue: Queue,
}

impl LinkHandle {
    /// Gives a command. Never blocks; what comes of it are events.
    pub fn send(&self, command: Command) {
        if let Command::Send(message) = &command {
            self.queue.add(message.len());
        }
        // Fails only after the net thread ended, when there is no connection left to command.
        let _ = self.commands.send(command);
    }

    /// Bytes of messages that were given and haven't left for the socket. Whoever sends from a file or a pipe waits while
    /// it is high, since `send` never does. The portable transport counts what `ewebsock` has taken as gone.
    #[must_use]
    pub fn queued_bytes(&self) -> u64 {
        self.queue.bytes()
    }

    /// A text with every secret masked that this link knows, for what is kept beside the capture; `None` if there
    /// is none in it.
    #[must_use]
    pub fn mask(&self, text: &str) -> Option<String> {
        self.door.mask(text)
    }

    /// A recorded text with the secrets put back that this process still knows, for sending it again; `None`
    /// if nothing in it is masked or known.
    #[must_use]
    pub fn unmask(&self, text: &str) -> Option<String> {
        self.door.unmask(text)
    }
}
