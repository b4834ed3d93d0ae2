//! A TCP proxy on loopback that breaks what it carries: after so many bytes, wherever in a frame that is.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{oneshot, watch};

/// How a connection breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Both ends are closed in order (FIN), without a Close frame.
    Drop,
    /// The client gets a reset (RST).
    Reset,
    /// Nothing passes any more, either way, and nobody is told; a reset comes later.
    Stall(Duration),
    /// What the server sends is lost while the client is still heard, until the reset: half open.
    HalfOpen(Duration),
}

/// What a connection is in for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Bytes carried, both ways together, before it breaks; `u64::MAX` for never.
    pub after: u64,
    /// How.
    pub manner: Manner,
    /// Each piece is passed on so much later.
    pub delay: Duration,
}

/// A running proxy. Dropping it drops its connections.
pub struct FaultProxy {
    address: SocketAddr,
    calm: Arc<AtomicBool>,
    cuts: Arc<AtomicUsize>,
    cut_now: watch::Sender<()>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl FaultProxy {
    /// Listens on a free port and carries to `server` (`host:port`). `plan` says what each connection is in for.
    pub fn start(server: &str, mut plan: impl FnMut() -> Fault + Send + 'static) -> Self {
        let server = server.to_owned();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).unwrap();
        let address = listener.local_addr().unwrap();
        let (calm, cuts) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let (cut_now, cutting) = watch::channel(());
        let (stop, stopped) = oneshot::channel();
        let shared = (Arc::clone(&calm), Arc::clone(&cuts));
        let thread = std::thread::spawn(move || {
            let serve = async move {
                loop {
                    let (client, _) = listener.accept().await.unwrap();
                    let fault = plan();
                    let Ok(server) = TcpStream::connect(&server).await else { continue };
                    let carried = Carried {
                        client,
                        server,
                        fault,
                        calm: Arc::clone(&shared.0),
                        cuts: Arc::clone(&shared.1),
                        cutting: cutting.clone(),
                    };
                    tokio::spawn(carried.run());
                }
            };
            runtime.block_on(async {
                tokio::select! { () = serve => {}, _ = stopped => {} }
            });
        });
        Self { address, calm, cuts, cut_now, stop: Some(stop), thread: Some(thread) }
    }

    /// Where clients connect to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// While calm, nothing breaks that isn't broken by [`FaultProxy::cut_now`].
    pub fn set_calm(&self, calm: bool) {
        self.calm.store(calm, Ordering::SeqCst);
    }

    /// Breaks every connection there is.
    pub fn cut_now(&self) {
        self.cut_now.send_replace(());
    }

    /// How many connections it broke.
    pub fn cuts(&self) -> usize {
        self.cuts.load(Ordering::SeqCst)
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the proxy has no reason to panic");
        }
    }
}

struct Carried {
    client: TcpStream,
    server: TcpStream,
    fault: Fault,
    calm: Arc<AtomicBool>,
    cuts: Arc<AtomicUsize>,
    cutting: watch::Receiver<()>,
}

impl Carried {
    async fn run(mut self) {
        self.client.set_nodelay(true).unwrap();
        self.server.set_nodelay(true).unwrap();
        let (mut up, mut down) = ([0; 4096], [0; 4096]);
        let mut left = self.fault.after;
        self.cutting.mark_unchanged();
        loop {
            let (from_client, read) = tokio::select! {
                read = self.client.read(&mut up) => (true, read),
                read = self.server.read(&mut down) => (false, read),
                _ = self.cutting.changed() => return self.break_off(Manner::Drop).await,
            };
            let Ok(read @ 1..) = read else { return };
            if !self.fault.delay.is_zero() {
                tokio::time::sleep(self.fault.delay).await;
            }
            let is_calm = self.calm.load(Ordering::SeqCst);
            let passes = if is_calm { read } else { read.min(usize::try_from(left).unwrap_or(usize::MAX)) };
            let written = if from_client {
                self.server.write_all(&up[..passes]).await
            } else {
                self.client.write_all(&down[..passes]).await
            };
            if written.is_err() {
                return;
            }
            if !is_calm && left != u64::MAX {
                left -= passes as u64;
                if left == 0 {
                    let manner = self.fault.manner;
                    return self.break_off(manner).await;
                }
            }
        }
    }

    async fn break_off(mut self, manner: Manner) {
        self.cuts.fetch_add(1, Ordering::SeqCst);
        match manner {
            Manner::Drop => {}
            Manner::Reset => self.client.set_zero_linger().unwrap(),
            Manner::Stall(hold) => {
                tokio::time::sleep(hold).await;
                self.client.set_zero_linger().unwrap();
            }
            Manner::HalfOpen(hold) => {
                let mut up = [0; 4096];
                let heard = async {
                    while let Ok(read @ 1..) = self.client.read(&mut up).await {
                        if self.server.write_all(&up[..read]).await.is_err() {
                            break;
                        }
                    }
                };
                // Whichever comes first, the client's end or the reset.
                let _ = tokio::time::timeout(hold, heard).await;
                self.client.set_zero_linger().unwrap();
            }
        }
    }
}
