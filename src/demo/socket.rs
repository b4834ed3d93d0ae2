//! One WebSocket: what comes goes to the hub, what the hub orders goes out.

use std::rc::Rc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWriteExt as _};
use tokio::net::tcp::OwnedWriteHalf;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::demo::account::Login;
use crate::demo::connection::Order;
use crate::demo::frame::{self, FrameReader, Incoming};
use crate::demo::server::Shared;

/// How long a client may take to notice our Close before its socket goes.
const LINGER: Duration = Duration::from_secs(2);

/// Serves a socket whose upgrade is done, until it ends.
pub(super) async fn serve(
    shared: Rc<Shared>,
    reader: impl AsyncRead + Unpin + 'static,
    writer: OwnedWriteHalf,
    login: Option<Login>,
) {
    let (orders, received) = unbounded_channel();
    let number = shared.with(|hub, moment| hub.open(login.as_ref(), orders.clone(), moment));
    let reading = tokio::task::spawn_local(read(Rc::clone(&shared), reader, number, orders));
    let is_polite = write(writer, received).await;
    shared.with(|hub, _| hub.closed(number));
    let stop = reading.abort_handle();
    if is_polite {
        // Dropping a socket with unread bytes resets it, and the reset can overtake our last frames.
        let _ = tokio::time::timeout(LINGER, reading).await;
    }
    stop.abort();
}

/// Takes messages to the hub, and closes to the writer.
async fn read(
    shared: Rc<Shared>,
    reader: impl AsyncRead + Unpin,
    number: u64,
    orders: UnboundedSender<Order>,
) {
    let mut frames = FrameReader::new(reader);
    let last = loop {
        match frames.next().await {
            Ok(Incoming::Message(text)) => shared.with(|hub, moment| hub.receive(number, &text, moment)),
            // The real server echoes code and reason; an empty Close gets an empty one (reference 1.5).
            Ok(Incoming::Close(payload)) => break Order::Close(payload),
            Ok(Incoming::Violation(code)) => break Order::Close(code.to_be_bytes().to_vec()),
            Err(_) => break Order::Cut,
        }
    };
    // The writer may have ended first: then there is nobody to tell.
    let _ = orders.send(last);
    let _ = frames.drain().await;
}

/// Sends what is ordered; tells whether the end was a Close.
async fn write(mut writer: OwnedWriteHalf, mut orders: UnboundedReceiver<Order>) -> bool {
    while let Some(order) = orders.recv().await {
        let sent = match order {
            Order::Text(text) => writer.write_all(&frame::text(&text)).await,
            Order::Close(payload) => {
                let _ = writer.write_all(&frame::close(&payload)).await;
                let _ = writer.shutdown().await;
                return true;
            }
            Order::Cut => return false,
        };
        if sent.is_err() {
            return false;
        }
    }
    false
}
