//! The demo server, as the window runs it.

use crate::demo::{self, Misbehaviour, Options, Server};

/// A running demo server and what it was told.
pub struct DemoTab {
    server: Server,
    url: String,
    silent: bool,
}

impl DemoTab {
    /// Starts a server with data and a little traffic.
    ///
    /// # Errors
    /// A sentence if no port can be had.
    pub fn start() -> Result<Self, demo::Error> {
        let server = Server::start(Options::first_run())?;
        Ok(Self { url: server.url(), server, silent: false })
    }

    /// Where it listens.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Whether it was told to say nothing.
    pub fn is_silent(&self) -> bool {
        self.silent
    }

    /// Cuts every connection without a Close frame.
    pub fn drop_connections(&self) {
        self.server.misbehave(Misbehaviour::DropNow);
    }

    /// Goes silent, or talks again.
    pub fn toggle_silence(&mut self) {
        self.silent = !self.silent;
        self.server.misbehave(if self.silent { Misbehaviour::GoSilent } else { Misbehaviour::None });
    }

    /// Ends every login.
    pub fn expire_tokens(&self) {
        self.server.misbehave(Misbehaviour::ExpireTokens);
    }
}
