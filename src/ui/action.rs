//! `Action`: what a view wants done.

use std::ops::Range;
use std::path::PathBuf;

use crate::capture::study::{CopyForm, StudyWish};
use crate::directus::Secret;
use crate::settings::{Layout, Preferences, Profile, ProfileId, Switches};
use crate::ui::export_view::ExportRequest;
use crate::ui::lab_view::LabAction;
use crate::ui::path_prompt::Errand;
use crate::ui::rows_action::RowsAction;
use crate::ui::saved_action::SavedAction;
use crate::ui::tab_strip::TabAction;
use crate::ui::table_action::TableAction;
use crate::ui::vault_model::VaultAction;

/// What a view wants done. The app performs it after the frame.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Prepare these positions of the log for the next frame.
    ShowRows(Range<u64>),
    /// The row at this position is selected: prepare its detail. `None`: forget the detail.
    Select(Option<u64>),
    /// Select the row with this sequence number and bring it into sight.
    GoTo(u64),
    /// The row with this sequence number is the one that times and differences refer to; `None`: no row is.
    Mark(Option<u64>),
    /// Do this with rows of the log.
    Rows(RowsAction),
    /// Add a column that shows what this JSON path (without `$`) finds.
    AddColumn(String),
    /// Change which rows are shown.
    Filter(FilterChange),
    /// Do this with the live rows of a subscription.
    Table(TableAction),
    /// Change the saved filters.
    Saved(SavedAction),
    /// Hide the rows there are now. They stay in the file.
    ClearLog,
    /// Show the hidden rows again.
    UndoClear,
    /// Look for the next row that holds a text; the answer comes in `LogModel::search`.
    Search(SearchFor),
    /// Forget the search.
    StopSearch,
    /// Put this into the clipboard.
    Copy(String),
    /// Put the selected event into the clipboard in this form.
    CopyAs(CopyForm),
    /// Prepare these parts of the selected event, and of every later one.
    Study(StudyWish),

    /// Something with tabs.
    Tabs(TabAction),
    /// Open a connection.
    Connect(Box<ConnectRequest>),
    /// Connect again as the last time.
    Reconnect,
    /// Close with code 1000, and do not try again.
    Disconnect,
    /// Close with this code (1005: none) and reason, and do not try again.
    CloseWith {
        /// The code.
        code: u16,
        /// The reason, at most 123 bytes.
        reason: String,
    },
    /// Drop the connection at once, without a Close frame.
    Abort,
    /// Do not wait for the next automatic attempt.
    RetryNow,
    /// No further automatic attempts.
    StopRetrying,
    /// Send one ping with a uid now.
    MeasureNow,
    /// Ask the server over HTTP what it says of itself.
    Examine,
    /// Log in again on the open connection.
    Reauthenticate,
    /// Change what is done automatically on this connection.
    SetSwitches(Switches),
    /// Send this text exactly as it is, but for `{{token}}`; remember it in the history.
    Send(String),
    /// Send the message of this row again.
    Resend {
        /// Its sequence number, to refill what is masked.
        seq: u64,
        /// Its text, masked.
        text: String,
    },

    /// Add the profile if its id is 0, else replace the one with its id.
    SaveProfile(Box<Profile>),
    /// Remove a profile; can be undone.
    RemoveProfile(ProfileId),
    /// Put the profile removed last back.
    UndoRemoveProfile,
    /// Ask where to and write all profiles as RON.
    ExportProfiles,
    /// Ask for a file and read profiles from it.
    ImportProfiles,
    /// These preferences hold from now on.
    SetPreferences(Box<Preferences>),
    /// Panels were moved.
    SetLayout(Layout),
    /// Forget the messages composed before.
    ClearHistory,

    /// Start the demo server and connect to it.
    StartDemo,
    /// Let the demo server misbehave.
    Misbehave(Misbehaviour),
    /// Ask for a capture and open it.
    OpenCapture,
    /// Open the capture at this place of `Model::recents`.
    OpenRecent(usize),
    /// Ask where to and save a copy of the capture.
    SaveCapture,
    /// Ask what to export, how, and where to.
    AskExport,
    /// Write a part of the capture in a format for other programs.
    Export(ExportRequest),
    /// Ask for a HAR and make a capture of it.
    ImportHar,
    /// Ask for another capture and make one of both.
    MergeCapture,
    /// Stop the job with this number.
    CancelJob(u64),
    /// Ask with the system's dialog, and put the answer into the path prompt.
    Browse(Errand),
    /// Open, save, export or import the file at this path.
    Run(Errand, PathBuf),
    /// Open the folder of the captures.
    ShowCaptures,
    /// Something about the captures of the data folder.
    Captures(CapturesAction),
    /// While a long file is read: show its last events, or those read so far.
    ShowEnd(bool),
    /// Something about the heartbeat lab.
    Lab(LabAction),
    /// Something about credentials.
    Vault(VaultAction),
    /// Close the window.
    Quit,
}

/// How the filter of the log changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FilterChange {
    /// This expression in place of the present one.
    Set(String),
    /// This term in addition to the present ones.
    Add(String),
    /// Show every row.
    Clear,
    /// Leave older events where they are and keep what was found, or look on.
    Halt(bool),
}

/// What the list of captures wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CapturesAction {
    /// Read the list anew, and of each capture what its first and last line tell.
    Look,
    /// Open it.
    Open(PathBuf),
    /// Keep it from the limit, or let it go again.
    Pin(PathBuf, bool),
    /// Delete it; can be undone until another is deleted or the window is closed.
    Delete(PathBuf),
    /// Bring back the one deleted last.
    UndoDelete,
    /// Open the folder it lies in.
    ShowFolder(PathBuf),
}

/// What to look for in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchFor {
    /// The text; upper case matters only if it holds some.
    pub text: String,
    /// Towards older rows.
    pub backwards: bool,
    /// The position to start behind; `None` from the newest or oldest row.
    pub from: Option<u64>,
}

/// How to connect.
#[derive(Clone, Debug, PartialEq)]
pub struct ConnectRequest {
    /// The profile as edited; saved under its id if that isn't 0.
    pub profile: Profile,
    /// The value of its credential as typed; `None` to use the one the app remembers for the profile.
    pub secret: Option<Secret>,
    /// A one-time password for this login only.
    pub otp: Option<Secret>,
}

/// What the demo server can do to its clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misbehaviour {
    /// Cut all connections without a Close frame.
    Drop,
    /// Stop talking, or talk again.
    Silence,
    /// Let the tokens expire.
    ExpireToken,
}
