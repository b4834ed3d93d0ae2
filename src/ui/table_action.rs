//! `TableAction`: what is to be done with the live rows of a subscription.

use crate::session::table::TableWish;

/// What is to be done with the live rows of a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TableAction {
    /// Show the rows of the subscription with this number.
    Open(u32),
    /// Forget the rows; the events stay in the log.
    Close,
    /// Show these rows, in this order.
    Wish(TableWish),
    /// Ask where to and write the rows shown as CSV.
    Export,
}
