//! The table: section 12 of the protocol reference as steps.

mod connecting;
mod identity;
mod items;
mod subscriptions;
mod traffic;

use super::case::Case;

/// All cases, in the order of their numbers.
pub fn all() -> Vec<Case> {
    let parts =
        [connecting::cases(), traffic::cases(), items::cases(), subscriptions::cases(), identity::cases()];
    let mut cases: Vec<Case> = parts.into_iter().flatten().collect();
    cases.sort_by_key(|case| case.number);
    cases
}

/// Numbers of section 12 that no case plays yet, with the reason.
pub const NOT_PLAYED: [(u8, &str); 6] = [
    (53, "the log socket is recognised and shown raw until an issue asks for more"),
    (54, "the log socket is recognised and shown raw until an issue asks for more"),
    (55, "GraphQL is shown raw until an issue asks for more"),
    (56, "GraphQL is shown raw until an issue asks for more"),
    (57, "GraphQL is shown raw until an issue asks for more"),
    (58, "collaborative editing is recognised and shown raw until an issue asks for more"),
];
