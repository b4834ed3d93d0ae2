//! `Model`: all that the views read in a frame.

use std::sync::Arc;

use crate::capture::row::Detail;
use crate::capture::study::{Study, StudyWish};
use crate::session::Snapshot;
use crate::session::table::{GapReport, ShownTable};
use crate::settings::Settings;
use crate::ui::capture_list::CaptureList;
use crate::ui::export_view::Scopes;
use crate::ui::jobs_view::JobView;
use crate::ui::lab_view::LabModel;
use crate::ui::log_model::LogModel;
use crate::ui::tab_strip::Tabs;
use crate::ui::vault_model::VaultModel;

/// All that the views read in a frame. The app fills it; nothing in it can be changed from here.
#[derive(Clone, Copy, Debug)]
pub struct Model<'a> {
    /// The time of this frame, microseconds since the capture began (in a recording: of its last event).
    pub now_us: u64,
    /// What the connection is and did.
    pub snapshot: &'a Snapshot,
    /// The rows.
    pub log: LogModel<'a>,
    /// The selected event, once it is prepared.
    pub detail: Option<&'a Detail>,
    /// What was prepared of it for the detail pane.
    pub study: &'a Study,
    /// What the detail pane asked to have prepared.
    pub wish: &'a StudyWish,
    /// The live rows of the subscription opened.
    pub table: Option<&'a ShownTable>,
    /// What each restored subscription missed while its connection was gone.
    pub gaps: &'a [Arc<GapReport>],
    /// What is remembered between runs.
    pub settings: &'a Settings,
    /// Where the events come from.
    pub source: Source<'a>,
    /// All tabs.
    pub tabs: Tabs<'a>,
    /// The capture being written or read.
    pub recording: Recording<'a>,
    /// The demo server.
    pub demo: Demo<'a>,
    /// Captures opened or written lately, the latest first.
    pub recents: &'a [Recent],
    /// All captures of the data folder.
    pub captures: &'a CaptureList,
    /// Exports, imports and merges under way.
    pub jobs: &'a [JobView],
    /// The heartbeat lab, while its page is shown.
    pub lab: &'a LabModel,
    /// How many events an export would hold.
    pub scopes: Scopes,
    /// Where the values of credentials are.
    pub vault: VaultModel<'a>,
    /// Something that stays wrong until the user acts: disk full, settings set aside.
    pub banner: Option<&'a str>,
    /// A profile was removed and can be put back: its name.
    pub removed_profile: Option<&'a str>,
}

/// Where the events come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source<'a> {
    /// Nothing yet: the first screen.
    Nothing,
    /// A connection of this run, by the name of its profile or its host.
    Live(&'a str),
    /// A capture file that is only read.
    Recording(&'a str),
}

/// The capture being written or read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recording<'a> {
    /// Written to the data folder; else to an unnamed temporary file.
    pub on: bool,
    /// Its file name, empty if it has none.
    pub file: &'a str,
    /// Its whole path, for the tooltip.
    pub path: &'a str,
    /// Bytes in the file.
    pub bytes: u64,
    /// Bytes of all captures together.
    pub all_bytes: u64,
    /// Events that were lost, which only a full disk may do.
    pub lost: u64,
    /// How far a recording is read, while it is.
    pub opening: Option<Opening>,
    /// A recording that another program seems to be writing.
    pub tailing: bool,
}

/// How far a recording is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Opening {
    /// Bytes read.
    pub read_bytes: u64,
    /// Bytes to read in all.
    pub of_bytes: u64,
    /// Events read.
    pub events: u64,
    /// How many of the last events are known before their turn.
    pub end: Option<u64>,
    /// Those are shown.
    pub shows_end: bool,
}

/// The demo server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Demo<'a> {
    /// Not started.
    #[default]
    Off,
    /// Listening.
    On {
        /// Its URL.
        url: &'a str,
        /// It has been told to go silent.
        silent: bool,
    },
}

/// A capture file on this machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recent {
    /// File name.
    pub name: String,
    /// When it was written last, in words.
    pub when: String,
    /// Bytes.
    pub bytes: u64,
}
