//! What can go wrong with a request, with Directus' codes and words.

use crate::demo::options::Version;
use crate::demo::permission::Action;

/// A request that did not succeed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Fault {
    /// An error the client is told.
    Told(Told),
    /// An error the socket never mentions and HTTP calls `FAILED_VALIDATION` (reference 4.3).
    Untold(String),
}

/// An error with a code.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Told {
    /// The code, as in reference 6.2.
    pub code: &'static str,
    /// The words.
    pub message: String,
    /// Raised before the request reached the database; before 12.4 only these errors carried the `uid` back
    /// (reference 6.3).
    pub early: bool,
}

impl Told {
    /// An error of that code, in those words.
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), early: false }
    }
}

impl Fault {
    /// An error of that code.
    pub(super) fn told(code: &'static str, message: impl Into<String>) -> Self {
        Self::Told(Told::new(code, message))
    }

    /// An error that carried the `uid` in every version.
    pub(super) fn early(code: &'static str, message: impl Into<String>) -> Self {
        Self::Told(Told { code, message: message.into(), early: true })
    }

    /// No permission for a collection, which is told as if it might not exist.
    pub(super) fn forbidden_collection(collection: &str) -> Self {
        Self::told(
            "FORBIDDEN",
            format!(
                "You don't have permission to access collection \"{collection}\" or it does not exist. Queried in root."
            ),
        )
    }

    /// No such collection.
    pub(super) fn unknown_collection(collection: &str, version: Version) -> Self {
        match version {
            Version::V12_4 => Self::forbidden_collection(collection),
            Version::V11_17 => Self::early(
                "INVALID_COLLECTION",
                "The provided collection does not exists or is not accessible.",
            ),
        }
    }

    /// The collections of the system are not written by `items` messages.
    pub(super) fn system_collection(version: Version) -> Self {
        match version {
            Version::V12_4 => {
                Self::early("INVALID_COLLECTION", "Cannot trigger an action on a system collection.")
            }
            Version::V11_17 => Self::unknown_collection("", version),
        }
    }

    /// No permission for a field, or no such field.
    pub(super) fn forbidden_field(collection: &str, field: &str) -> Self {
        Self::told(
            "FORBIDDEN",
            format!(
                "You don't have permission to access field \"{field}\" in collection \"{collection}\" or it does not exist. Queried in root."
            ),
        )
    }

    /// No permission for a collection a filter or an order leads to.
    pub(super) fn forbidden_relation(collection: &str, field: &str) -> Self {
        Self::told(
            "FORBIDDEN",
            format!(
                "You don't have permission to access collection \"{collection}\" or it does not exist. Queried in \"{field}\"."
            ),
        )
    }

    /// No permission to do that with rows of a collection, or some of the rows are not there.
    pub(super) fn forbidden_action(collection: &str, action: Action) -> Self {
        let action = action.name();
        Self::told(
            "FORBIDDEN",
            format!(
                "You don't have permission to perform \"{action}\" for collection \"{collection}\" or it does not exist."
            ),
        )
    }

    /// Some of the rows to change are not there; Directus names the fields instead.
    pub(super) fn forbidden_update(collection: &str, fields: &[&str]) -> Self {
        let fields: Vec<String> = fields.iter().map(|field| format!("\"{field}\"")).collect();
        let fields = fields.join(", ");
        Self::told(
            "FORBIDDEN",
            format!(
                "You don't have permissions to perform \"update\" for the field(s) {fields} in collection \"{collection}\" or it does not exist."
            ),
        )
    }

    /// A row that is not there, which is not told from one that is hidden.
    pub(super) fn forbidden_item() -> Self {
        Self::told("FORBIDDEN", "You don't have permission to access this.")
    }

    /// A query that makes no sense.
    pub(super) fn invalid_query(reason: &str) -> Self {
        Self::told("INVALID_QUERY", format!("Invalid query. {reason}."))
    }

    /// A payload that makes no sense.
    pub(super) fn invalid_payload(reason: &str) -> Self {
        Self::told("INVALID_PAYLOAD", format!("Invalid payload. {reason}."))
    }
}
