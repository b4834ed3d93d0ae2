//! How we talk: connections, and what Harewire does on them by itself.
//!
//! The floor promises: whatever happens on a connection becomes an `Event` in the `Sink`, in order, stamped
//! once, with secrets masked, and nothing is dropped. When the reader of the sink can't keep up, the server
//! feels it as TCP back-pressure, while commands and pongs still go out.
//!
//! - [`Net`] is the one thread; [`LinkHandle`] is one tab's connection on it.
//! - [`link`] decides (no socket, no clock), `worker` does.
//! - [`transport`] says what the two transports can report.
//! - [`failure`] holds the words for everything that goes wrong.

mod carrier;
mod clock;
pub mod command;
pub mod failure;
mod full;
pub mod http;
pub mod link;
pub mod mask;
mod portable;
pub mod proxy;
mod queue;
pub mod reach;
mod sink;
pub mod socket;
mod thread;
pub mod transport;
mod worker;

pub use clock::Clock;
pub use command::{Command, ConnectSpec, Keeper, Outgoing, Pacing, Protocol, Switches, TransportKind};
pub use sink::{Batch, Batches, Budget, Sink, sink};
pub use thread::{LinkHandle, Net};
