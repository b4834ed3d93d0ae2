//! From what the session says to an exit code.

use super::exit::Exit;
use crate::capture::{ClosedBy, Stage};
use crate::session::{Login, Phase, Snapshot, Subscription, SubscriptionState};

/// How the connection ended, if it did.
pub(super) fn ended(snapshot: &Snapshot) -> Option<Exit> {
    if snapshot.phase != Phase::Closed {
        return None;
    }
    Some(unfinished(snapshot))
}

/// What a job that stops now has reached.
pub(super) fn unfinished(snapshot: &Snapshot) -> Exit {
    if is_unauthenticated(snapshot) {
        return Exit::NotAuthenticated;
    }
    if never_opened(snapshot) {
        return Exit::NotConnected;
    }
    match &snapshot.last_close {
        None if snapshot.phase == Phase::Live => Exit::Done,
        None if snapshot.phase == Phase::Authenticating => Exit::NotAuthenticated,
        None => Exit::NotConnected,
        Some(close) if close.by == ClosedBy::Network || close.code == Some(1006) => Exit::Lost,
        Some(close) if !close.was_live => Exit::NotAuthenticated,
        Some(_) => Exit::Done,
    }
}

/// The server said no to the login, as a message or as HTTP 401.
fn is_unauthenticated(snapshot: &Snapshot) -> bool {
    let refused_upgrade = snapshot.handshake.status == Some(401);
    let failed_login = snapshot.last_error.as_ref().is_some_and(|error| error.stage == Stage::Login);
    refused_upgrade || failed_login || matches!(snapshot.login, Login::Refused | Login::TimedOut)
}

/// The WebSocket was never open: the last failure lies on the way to it. A connect that got through clears it.
pub(super) fn never_opened(snapshot: &Snapshot) -> bool {
    snapshot.last_error.as_ref().is_some_and(|error| match error.stage {
        Stage::Resolve | Stage::Tcp | Stage::Proxy | Stage::Tls | Stage::Upgrade => true,
        Stage::Login | Stage::Socket | Stage::Send | Stage::Capture | Stage::Http => false,
    })
}

/// The first subscription that the server refused.
pub(super) fn refused(snapshot: &Snapshot) -> Option<&Subscription> {
    let is_refused =
        |subscription: &&Subscription| matches!(subscription.state, SubscriptionState::Refused { .. });
    snapshot.subscriptions.iter().find(is_refused)
}
