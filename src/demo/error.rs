//! Why the demo server did not start.

use std::io;

/// The demo server did not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The port is taken or not allowed.
    #[error(
        "The demo server could not listen on 127.0.0.1:{port}: {source}. \
         Another program probably uses that port; choose another, or 0 for any free one."
    )]
    Listen {
        /// The port that was asked for.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
    /// No thread or no event loop could be made for it.
    #[error(
        "The demo server could not start its thread: {0}. \
         The system is probably out of memory, threads or file handles; close something and try again."
    )]
    Thread(io::Error),
}
