//! The command line as `clap` reads it; its help is the manual.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use super::doctor::{self, DoctorArgs};
use super::server_args::ServerArgs;
use crate::capture::export::Format;
use crate::directus::{ClientMessage, EventName, Subscribe, Uid};

const ABOUT: &str =
    "See every frame of a Directus Realtime connection, what it means, and why a subscription is silent.";

const AFTER: &str = "\
Examples:
  harewire                                   open the window
  harewire https://cms.example.com           open it on a server
  harewire session.ndjson                    open it on a capture
  harewire --demo                            open it on a built-in demo server

  DIRECTUS_TOKEN=… harewire record https://cms.example.com --subscribe messages:create --for 1m --out -
  DIRECTUS_TOKEN=… harewire doctor https://cms.example.com --subscribe messages

Environment, also for `record` and `doctor` (secrets are no arguments, since others can read those):
  DIRECTUS_URL       the server, where none is named; a URL given as an argument beats it
  DIRECTUS_TOKEN     a static or access token (also DIRECTUS_STATIC_TOKEN, DIRECTUS_ACCESS_TOKEN and front ends' names)
  DIRECTUS_EMAIL     with DIRECTUS_PASSWORD: a user, where there is no token
  DIRECTUS_REFRESH_TOKEN  a refresh token, where there is neither
If DIRECTUS_URL names another server than the one connected to, the credential beside it is not used.

Harewire talks to the server you name and to nobody else.";

const RECORD_ABOUT: &str = "\
Connects, logs in, subscribes and sends as told, and writes every event to a capture: one JSON object a line, \
as documented in ARCHITECTURE.md. Secrets are masked. The summary goes to standard error.";

const RECORD_AFTER: &str = "\
It runs until the connection closes, --for is over, or Ctrl+C; it never reconnects.

Exit codes:
  0  done: closed cleanly, --for was over, or Ctrl+C
  2  the command line is wrong, or the capture can't be written
  3  not connected
  4  not authenticated
  5  a subscription was refused
  6  the connection was lost

Examples:
  harewire record https://cms.example.com --subscribe messages --subscribe orders:update
  harewire record --env-file .env --subscribe messages
  harewire record http://localhost:8055 --send requests.ndjson --for 10s --out - | jq .data
  harewire record wss://echo.example.com --raw --send -
  harewire record https://cms.internal --ca ca.pem --proxy socks5://127.0.0.1:1080 --header @headers.txt";

const EXPORT_ABOUT: &str = "\
Writes the events of a capture, or those that a filter lets through, as a capture of their own (ndjson), as HAR 1.2 with \
the messages of WebSockets as Chrome reads them (har), as CSV (csv) or as a Markdown table (md). Secrets are masked in \
every format, since the capture holds none.";

const EXPORT_AFTER: &str = "\
In CSV a text that a spreadsheet would take for a formula has an apostrophe before it. HAR has no place for pings, closes \
and errors, and Markdown ends at 1000 events; what is left out is counted on standard error.

Exit codes:
  0  done
  2  the command line is wrong, the capture can't be read, or the file can't be written

Examples:
  harewire export session.ndjson --format har --out session.har
  harewire export session.ndjson --format csv --filter 'collection:messages event:create' --out -";

/// The whole command line.
#[derive(Debug, Parser)]
#[command(name = "harewire", version, about = ABOUT, after_help = AFTER, args_conflicts_with_subcommands = true)]
pub struct Cli {
    /// What to do without a window.
    #[command(subcommand)]
    pub command: Option<Job>,
    /// A server's URL or a capture file to open in the window; a file that exists beats a URL
    #[arg(value_name = "URL|CAPTURE")]
    pub target: Option<String>,
    /// Start a built-in Directus-like server on this machine and open the window on it
    #[arg(long, conflicts_with = "target")]
    pub demo: bool,
}

/// Jobs without a window.
#[derive(Debug, Subcommand)]
pub enum Job {
    /// Record a connection without a window
    #[command(about = "Record a connection without a window", long_about = RECORD_ABOUT, after_help = RECORD_AFTER)]
    Record(Box<RecordArgs>),
    /// Examine a server and say what is wrong
    #[command(about = "Examine a server and say what is wrong", long_about = doctor::ABOUT, after_help = doctor::AFTER)]
    Doctor(Box<DoctorArgs>),
    /// Write a capture, or what a filter leaves of it, in another format
    #[command(about = "Write a capture in another format", long_about = EXPORT_ABOUT, after_help = EXPORT_AFTER)]
    Export(ExportArgs),
    /// Print shell completions
    Completions {
        /// For which shell
        shell: Shell,
    },
}

/// When recording ends by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Until {
    /// When the connection closes.
    Close,
}

/// Arguments of `record`.
#[derive(Debug, Args)]
pub struct RecordArgs {
    /// Which server, and how.
    #[command(flatten)]
    pub server: ServerArgs,
    /// Subscribe after login, as COLLECTION or COLLECTION:create|update|delete; may be repeated
    #[arg(long, value_name = "COLLECTION[:EVENT]", value_parser = subscription)]
    pub subscribe: Vec<SubscribeTo>,
    /// Send each line of FILE (- for standard input) as one message, after login
    #[arg(long, value_name = "FILE|-")]
    pub send: Option<String>,
    /// No Directus protocol: connect to any WebSocket server, send no login and answer no JSON pings
    #[arg(long, conflicts_with_all = ["subscribe", "mode"])]
    pub raw: bool,
    /// End after this time, like 10s, 500ms, 5m or 1h, counted from the start
    #[arg(long = "for", value_name = "TIME", value_parser = duration)]
    pub duration: Option<Duration>,
    /// End when the connection closes; the default, for scripts that want to say so
    #[arg(long, value_enum, value_name = "WHAT")]
    pub until: Option<Until>,
    /// Write the capture to FILE (- for standard output) instead of the data folder
    #[arg(long, value_name = "FILE|-")]
    pub out: Option<PathBuf>,
}

/// A format, as words of the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FormatWord {
    /// A capture of its own.
    Ndjson,
    /// For the network panel of browsers.
    Har,
    /// For spreadsheets and databases.
    Csv,
    /// A Markdown table.
    Md,
}

impl From<FormatWord> for Format {
    fn from(word: FormatWord) -> Self {
        match word {
            FormatWord::Ndjson => Self::Ndjson,
            FormatWord::Har => Self::Har,
            FormatWord::Csv => Self::Csv,
            FormatWord::Md => Self::Markdown,
        }
    }
}

/// Arguments of `export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// The capture
    pub capture: PathBuf,
    /// The format
    #[arg(long, value_enum)]
    pub format: FormatWord,
    /// Write to FILE (- for standard output)
    #[arg(long, value_name = "FILE|-")]
    pub out: PathBuf,
    /// Only the events that this filter lets through, in the language of the window; times of day are UTC
    #[arg(long, value_name = "FILTER")]
    pub filter: Option<String>,
    /// Replace FILE if it is there
    #[arg(long)]
    pub replace: bool,
}

/// A collection and, if given, the one event wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscribeTo {
    /// The collection.
    pub collection: String,
    /// `create`, `update` or `delete`; `None` for all.
    pub event: EventName,
}

impl SubscribeTo {
    /// The `uid` of the one at this place of the command line.
    pub(super) fn uid(&self, place: usize) -> String {
        format!("{}-{}", self.collection, place + 1)
    }

    /// The message that asks for it.
    pub(super) fn message(&self, place: usize) -> String {
        let mut subscribe = Subscribe::new(self.collection.as_str());
        subscribe.event = self.event;
        subscribe.uid = Some(Uid::Text(self.uid(place)));
        ClientMessage::Subscribe(subscribe).to_text()
    }
}

pub(super) fn subscription(text: &str) -> Result<SubscribeTo, String> {
    let (collection, event) = match text.split_once(':') {
        Some((collection, event)) => (collection, Some(event)),
        None => (text, None),
    };
    if collection.is_empty() {
        return Err("name a collection, like messages or messages:create".to_owned());
    }
    let event = match event {
        None => EventName::None,
        Some("create") => EventName::Create,
        Some("update") => EventName::Update,
        Some("delete") => EventName::Delete,
        Some(other) => {
            return Err(format!("`{other}` is no event; Directus knows create, update and delete"));
        }
    };
    Ok(SubscribeTo { collection: collection.to_owned(), event })
}

pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let split = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let number: f64 = number.parse().map_err(|_| "use a number and a unit, like 10s".to_owned())?;
    let seconds = match unit {
        "ms" => number / 1000.0,
        "s" | "" => number,
        "m" => number * 60.0,
        "h" => number * 3600.0,
        other => return Err(format!("`{other}` is no unit; use ms, s, m or h")),
    };
    Duration::try_from_secs_f64(seconds).map_err(|_| "this time is too long".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn times_have_units() {
        assert_eq!(duration("10s"), Ok(Duration::from_secs(10)));
        assert_eq!(duration("1.5m"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("250ms"), Ok(Duration::from_millis(250)));
        for wrong in ["", "s", "10 parsecs", "-1s", "1e400h", "10d"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn events_are_checked_before_connecting() {
        let create = SubscribeTo { collection: "messages".into(), event: EventName::Create };
        assert_eq!(subscription("messages:create"), Ok(create));
        assert_eq!(subscription("messages").unwrap().event, EventName::None);
        assert!(subscription("messages:created").unwrap_err().contains("create, update and delete"));
        assert!(subscription(":create").is_err());
    }

    #[test]
    fn a_token_is_no_argument() {
        assert!(Cli::try_parse_from(["harewire", "record", "http://x", "--token", "t"]).is_err());
    }

    #[test]
    fn raw_takes_no_directus_options() {
        assert!(Cli::try_parse_from(["harewire", "record", "ws://x", "--raw", "--subscribe", "m"]).is_err());
        assert!(Cli::try_parse_from(["harewire", "record", "ws://x", "--raw"]).is_ok());
    }
}
