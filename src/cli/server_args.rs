//! Arguments that say which server to connect to and how, of every job that connects.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::reach_args::ReachArgs;
use super::variables;
use crate::directus::{AuthMode, Credentials, Endpoint};
use crate::net::proxy::ProxyRules;
use crate::net::{ConnectSpec, Protocol, Switches, TransportKind};
use crate::settings::Environment;

/// How the socket is opened, as words of the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TransportWord {
    /// Shows everything that can be known.
    Full,
    /// Shows what a minimal WebSocket client sees.
    Portable,
}

impl From<TransportWord> for TransportKind {
    fn from(word: TransportWord) -> Self {
        match word {
            TransportWord::Full => Self::Full,
            TransportWord::Portable => Self::Portable,
        }
    }
}

/// Which server, and how.
#[derive(Debug, Args)]
pub struct ServerArgs {
    /// The server's URL
    #[arg(
        help = "The server, like https://cms.example.com or ws://localhost:8055/websocket [default: DIRECTUS_URL]"
    )]
    pub url: Option<String>,
    /// Read the variables from a file
    #[arg(
        long,
        value_name = "FILE",
        help = "Read DIRECTUS_URL, DIRECTUS_TOKEN and their kin from a .env file; what it has beats the environment"
    )]
    pub env_file: Option<PathBuf>,
    /// How the server wants its clients to log in
    #[arg(long, value_parser = mode, help = "The server's WEBSOCKETS_REST_AUTH: handshake, public or strict [default: that of the environment, else handshake]")]
    pub mode: Option<AuthMode>,
    /// How the socket is opened
    #[arg(long, value_enum, default_value = "full")]
    pub transport: TransportWord,
    /// How the way to the server is made.
    #[command(flatten)]
    pub reach: ReachArgs,
}

impl ServerArgs {
    /// What they say with these variables; `raw` is for servers that are not Directus. A job is of what the server does
    /// to a client that only keeps itself alive: nothing is tried again.
    ///
    /// # Errors
    /// A sentence: the way to the server makes no sense, or a file for it can't be read.
    pub(super) fn spec(
        &self,
        endpoint: Endpoint,
        variables: &Environment,
        raw: bool,
    ) -> Result<ConnectSpec, String> {
        // A raw server is not Directus: our credential is none of its business.
        let credentials = if raw { Credentials::None } else { variables::credentials(variables, &endpoint) };
        let mode = match (raw, self.named_mode(variables)) {
            (true, _) => AuthMode::Public,
            (false, named) => named.unwrap_or_default(),
        };
        let mut spec = ConnectSpec::new(endpoint, mode, credentials);
        spec.transport = self.transport.into();
        spec.protocol = if raw { Protocol::Raw } else { Protocol::Directus };
        spec.switches =
            Switches { auto_pong: true, reconnect: false, resubscribe: false, measure: false, reauth: true };
        self.reach.extend(&mut spec, &ProxyRules::from_environment())?;
        Ok(spec)
    }

    /// The mode that an argument or a variable names.
    pub(super) fn named_mode(&self, variables: &Environment) -> Option<AuthMode> {
        self.mode.or_else(|| variables.mode.as_ref().map(|found| found.value))
    }
}

fn mode(text: &str) -> Result<AuthMode, String> {
    text.parse().map_err(|_| "use handshake, public or strict".to_owned())
}
