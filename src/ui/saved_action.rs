//! `SavedAction`: what is to be done with saved filters.

use crate::settings::SavedFilter;

/// What is to be done with saved filters. A place is counted from 0, in the order shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SavedAction {
    /// Keep this one; one of the same name is replaced.
    Save(SavedFilter),
    /// Give another name to the one of this name.
    Rename {
        /// As it is called.
        name: String,
        /// As it is to be called.
        to: String,
    },
    /// Let the one at `place` colour rows, or no longer.
    Paint {
        /// Which.
        place: usize,
        /// The colour; `None`: the one it had.
        colour: Option<u8>,
        /// Whether it colours rows.
        on: bool,
    },
    /// Move the one at this place one up: of several that fit a row, the first gives the colour.
    Raise(usize),
    /// Remove the one at this place; can be undone.
    Remove(usize),
    /// Put the one removed last back.
    UndoRemove,
}
