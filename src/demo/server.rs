//! The running server: a listener on loopback, a thread and the handle to it.

use std::cell::RefCell;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::sync::Notify;
use tokio::task::LocalSet;

use crate::demo::error::Error;
use crate::demo::hub::Hub;
use crate::demo::moment::Moment;
use crate::demo::options::{Misbehaviour, Options};
use crate::demo::upgrade;

/// A running demo server. Dropping it ends it as a killed Directus ends: no Close frames, clients see 1006.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    inbox: Arc<Inbox>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts a server on 127.0.0.1; when this returns it accepts connections.
    ///
    /// # Errors
    /// [`Error::Listen`] if the port is taken, [`Error::Thread`] if the system has no thread for it.
    pub fn start(options: Options) -> Result<Self, Error> {
        let port = options.port;
        let listen = |source| Error::Listen { port, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(listen)?;
        listener.set_nonblocking(true).map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Error::Thread)?;
        let inbox = Arc::new(Inbox::default());
        let own = Arc::clone(&inbox);
        let thread = std::thread::Builder::new()
            .name("demo-server".to_owned())
            .spawn(move || run(&runtime, listener, options, own))
            .map_err(Error::Thread)?;
        Ok(Self { address, inbox, thread: Some(thread) })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address as a person would type it, `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Changes how it behaves. Whatever a client sends afterwards meets the new behaviour; this never waits.
    pub fn misbehave(&self, how: Misbehaviour) {
        self.inbox.put(Control::Misbehave(how));
    }

    /// Sends a text to every authenticated client as it is, as an extension of Directus might.
    pub fn broadcast(&self, text: impl Into<String>) {
        self.inbox.put(Control::Broadcast(text.into()));
    }

    /// Ends the server and waits until its port is free again.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.inbox.put(Control::Stop);
        if let Some(thread) = self.thread.take() {
            // A panic in it has been reported on its own thread; there is nothing left to save here.
            let _ = thread.join();
        }
    }
}

/// What the handle asks of the thread.
#[derive(Debug)]
enum Control {
    Misbehave(Misbehaviour),
    Broadcast(String),
    Stop,
}

#[derive(Debug, Default)]
struct Inbox {
    controls: Mutex<Vec<Control>>,
    arrived: Notify,
}

impl Inbox {
    fn put(&self, control: Control) {
        self.controls.lock().unwrap_or_else(PoisonError::into_inner).push(control);
        self.arrived.notify_one();
    }

    fn take(&self) -> Vec<Control> {
        std::mem::take(&mut self.controls.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The hub as the tasks of the thread share it.
pub(super) struct Shared {
    hub: RefCell<Hub>,
    inbox: Arc<Inbox>,
    /// The agenda begins earlier than the loop thinks.
    rescheduled: Notify,
    stopped: Notify,
}

impl Shared {
    /// Runs something on the hub at this moment. What the handle asked for before comes first, so that a frame
    /// sent after [`Server::misbehave`] can't overtake it.
    pub(super) fn with<T>(&self, work: impl FnOnce(&mut Hub, Moment) -> T) -> T {
        let moment = Moment::now();
        let mut hub = self.hub.borrow_mut();
        for control in self.inbox.take() {
            match control {
                Control::Misbehave(how) => hub.misbehave(how, moment),
                Control::Broadcast(text) => hub.broadcast(&text),
                Control::Stop => self.stopped.notify_one(),
            }
        }
        let before = hub.next_due();
        let result = work(&mut hub, moment);
        if hub.next_due() != before {
            self.rescheduled.notify_one();
        }
        result
    }
}

fn run(runtime: &Runtime, listener: TcpListener, options: Options, inbox: Arc<Inbox>) {
    let hub = RefCell::new(Hub::new(options, Moment::now()));
    let shared = Rc::new(Shared { hub, inbox, rescheduled: Notify::new(), stopped: Notify::new() });
    let tasks = LocalSet::new();
    tasks.block_on(runtime, serve(listener, shared));
    // Dropping the tasks drops their sockets: the abrupt end of a killed server.
}

async fn serve(listener: TcpListener, shared: Rc<Shared>) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
    loop {
        let due = shared.hub.borrow().next_due();
        let alarm = async {
            match due {
                Some(due) => tokio::time::sleep_until(due.into()).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = shared.stopped.notified() => return,
            () = shared.inbox.arrived.notified() => shared.with(|_, _| ()),
            () = shared.rescheduled.notified() => {}
            () = alarm => shared.with(Hub::tick),
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    tokio::task::spawn_local(upgrade::accept(Rc::clone(&shared), stream));
                }
                // Out of file handles, most likely: some will be given back.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            },
        }
    }
}
