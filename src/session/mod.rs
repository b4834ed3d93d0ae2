//! What it means: a pure fold over events.
//!
//! [`Session::apply`] takes one event after another and keeps the phase, the login, the subscriptions, the open
//! requests and the numbers. It has no clock, no thread and no file: replaying a capture gives what the live view gave.
//! [`Session::snapshot`] hands out a cheap copy for the window, and [`Snapshot::at`] computes what depends on the time
//! of looking: ages, rates, countdowns.

mod beside;
mod board;
mod cards;
pub mod causes;
mod close;
mod counters;
mod facts;
mod fold;
mod handshake;
mod heartbeat;
mod identity;
mod login;
mod me;
mod messages;
mod outline;
mod phase;
mod problem;
mod rate_history;
mod rates;
mod refusals;
mod requests;
mod restore;
mod round_trips;
mod server;
mod snapshot;
mod subscription;
pub mod table;
mod warning;

#[cfg(test)]
mod connection_cases;
#[cfg(test)]
mod identity_cases;
#[cfg(test)]
mod login_cases;
#[cfg(test)]
mod property;
#[cfg(test)]
mod replay;
#[cfg(test)]
mod request_cases;
#[cfg(test)]
mod restore_cases;
#[cfg(test)]
mod script;
#[cfg(test)]
mod subscription_cases;

pub use beside::{Beside, Besides};
pub use close::LastClose;
pub use counters::{Counters, EventCounts, KindCounts};
pub use fold::{Joined, Session};
pub use handshake::{FailedStep, Handshake, Step, Tls, Waterfall};
pub use heartbeat::{Answer, Heartbeat};
pub use identity::{Card, Identity, Renewal, Survival};
pub use login::Login;
pub use me::Me;
pub use phase::{Mode, Phase};
pub use problem::{LastError, Refusal};
pub use rate_history::RateHistory;
pub use rates::{Rate, Rates};
pub use requests::{Pending, RequestKind};
pub use restore::Restore;
pub use round_trips::RoundTrips;
pub use server::{Fault, Offer, QueryLimit, RateLimit, Server, ServerLine, Source, Told};
pub use snapshot::{Moment, Retry, Snapshot, Switches};
pub use subscription::{Restores, Subscription, SubscriptionRequest, SubscriptionState};
pub use warning::{Warning, WarningKind};
