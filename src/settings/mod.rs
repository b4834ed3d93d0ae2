//! What is remembered: profiles, preferences, composed messages, the layout of the window.
//!
//! Plain data that reads and prints RON; no file, no window, no socket. Whatever is stored may have been edited by
//! hand, cut off or written by another version: reading it never panics, never silently starts empty, and says what it
//! changed. No credential is ever printed: URLs and messages lose theirs on the way in and on the way out.

mod check;
mod columns;
mod credential_kind;
mod environment;
mod exchange;
mod filters;
mod folded;
mod history;
mod layout;
mod preferences;
mod profile;
mod reach;
mod remembered;
mod secretless;

pub use check::{Check, check};
pub use columns::{Column, ColumnLook, Columns, MOST_PATHS, PathColumn};
pub use credential_kind::CredentialKind;
pub use environment::{Environment, EnvironmentError, Found, same_server};
pub use exchange::{Import, ImportError, export_ron, import_ron};
pub use filters::{FILTER_COLOURS, FilterTrouble, Filters, MOST_FILTERS, SavedFilter};
pub use folded::{Folded, PanelSection};
pub use history::History;
pub use layout::Layout;
pub use preferences::{Preferences, Theme, TimeColumn};
pub use profile::{Profile, ProfileId, Protocol, Switches, Transport, Trouble};
pub use reach::{AddressFamily, Pair, Place, Proxy, ProxyChoice, Reach, ReachSecret};
pub use remembered::{KEY, Loaded, Settings, Unreadable};
