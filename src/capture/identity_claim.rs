//! `IdentityClaim`: who a credential says we are.

use serde::{Deserialize, Serialize};

use crate::directus::TokenKind;

/// A credential that is shown to the server, without its value: `net` alone sees it, and the fold sees masked events.
///
/// It counts from the answer on: the login that follows may be refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct IdentityClaim {
    /// Which credential, in words: `static token`, `e-mail and password`, `refresh token`, `session cookie`,
    /// `typed by hand`.
    pub credential: String,
    /// What kind of access token it is or leads to.
    pub token: TokenKind,
    /// E-mail address of a login by password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Claim `id` of the token: key of the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Claim `role`: key of the role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Claim `app_access`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_access: Option<bool>,
    /// Claim `admin_access`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub admin_access: Option<bool>,
    /// Claim `iat`, seconds since 1970 by the server's clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued_at: Option<i64>,
    /// Claim `exp`, seconds since 1970 by the server's clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<i64>,
    /// The server's clock minus ours, milliseconds; `None` where it is not known and ours is used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock_offset_ms: Option<i64>,
    /// Time from this event to the expiry; `None` where it isn't known or there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_after_ms: Option<u64>,
    /// The expiry is not told by the token but by how long the last one lived.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub estimated: bool,
    /// Harewire holds what renews it: a refresh token, or e-mail and password.
    pub renewable: bool,
    /// Time from this event to the automatic renewal, while that is switched on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub renews_after_ms: Option<u64>,
}
