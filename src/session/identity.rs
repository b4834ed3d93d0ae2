//! `Identity`: which user a connection is, for how long, and what was renewed.

use std::sync::Arc;

use crate::capture::event::IdentityClaim;
use crate::directus::TokenKind;

use super::me::Me;
use super::snapshot::Snapshot;

/// A credential as it was shown to the server. Its claims are read without the server's key: they say who the token is
/// for, not that the server agrees.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Card {
    /// Sequence number of the event that says so.
    pub seq: u64,
    /// The claim itself.
    pub claim: IdentityClaim,
    /// When the token runs out, elapsed microseconds.
    pub expires_us: Option<u64>,
    /// When Harewire renews it, while that is switched on.
    pub renews_us: Option<u64>,
}

impl Card {
    /// The best name there is: e-mail address, key of the user, or that there is none.
    #[must_use]
    pub fn who(&self) -> &str {
        let claim = &self.claim;
        match (claim.email.as_deref(), claim.user.as_deref(), claim.token) {
            (Some(email), ..) => email,
            (None, Some(user), _) => user,
            (None, None, TokenKind::Static) => "the user of this token",
            (None, None, TokenKind::Share) => "a shared item, no user",
            (None, None, _) => "not told by the server",
        }
    }

    /// Until when it is good, in words without the countdown.
    #[must_use]
    pub const fn lasting(&self) -> &'static str {
        match (self.claim.token, self.expires_us, self.claim.estimated) {
            (TokenKind::Static, ..) => "does not expire",
            (_, Some(_), false) => "expires",
            (_, Some(_), true) => "expires, as long as the last one lived",
            (_, None, _) => "unknown until the first TOKEN_EXPIRED",
        }
    }
}

/// A login that was accepted on a connection already logged in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Renewal {
    /// Sequence number of the server's ok.
    pub seq: u64,
    /// When it came, elapsed microseconds.
    pub at_us: u64,
    /// Whether it is the same user; `None` where the token was not seen.
    pub same_user: Option<bool>,
}

/// What became of the subscriptions at the last renewal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Survival {
    /// Accepted before it, and neither ended nor replaced since.
    pub kept: usize,
    /// Of those, the ones that delivered an event since: nothing is left to believe.
    pub proven: usize,
}

/// Which user a connection is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    presented: Option<Arc<Card>>,
    /// What the server accepted last, also after it ran out; `None` before, after a refusal, and in captures of older
    /// versions.
    pub current: Option<Arc<Card>>,
    /// When the token ran out, until a new login.
    pub expired_us: Option<u64>,
    /// The last renewal on this connection.
    pub renewal: Option<Renewal>,
    /// How many there were.
    pub renewals: u32,
    /// What the server says over HTTP of the user who asks.
    pub me: Option<Arc<Me>>,
    logins: u32,
}

impl Identity {
    /// What outlives a connection: what the server said of its user, which is compared with the next login's.
    pub(super) fn at_connect(&self) -> Self {
        Self { me: self.me.clone(), ..Self::default() }
    }

    /// What the server says of the user of the current login; `None` where it was said of another, or nobody asked.
    #[must_use]
    pub fn who(&self) -> Option<&Me> {
        let claim = &self.current.as_deref()?.claim;
        let me = self.me.as_deref()?;
        let is_same = match &claim.user {
            Some(user) => me.id.as_ref() == Some(user),
            // Harewire asks with the token of the profile; one typed by hand may be anybody's.
            None => claim.token == TokenKind::Static && claim.credential != "typed by hand",
        };
        is_same.then_some(me)
    }

    /// A credential is on its way to the server.
    pub(super) fn shown(&mut self, seq: u64, at_us: u64, claim: &IdentityClaim) {
        let later = |ms: Option<u64>| ms.map(|ms| at_us.saturating_add(ms.saturating_mul(1000)));
        self.presented = Some(Arc::new(Card {
            seq,
            expires_us: later(claim.expires_after_ms),
            renews_us: later(claim.renews_after_ms),
            claim: claim.clone(),
        }));
    }

    /// Whether a credential waits for the server's word.
    pub(super) const fn is_presented(&self) -> bool {
        self.presented.is_some()
    }

    pub(super) fn accepted(&mut self, seq: u64, at_us: u64) {
        if self.logins > 0 {
            let user = |card: &Option<Arc<Card>>| card.as_ref().and_then(|card| card.claim.user.clone());
            let same_user = user(&self.current).zip(user(&self.presented)).map(|(one, other)| one == other);
            self.renewal = Some(Renewal { seq, at_us, same_user });
            self.renewals += 1;
        }
        self.logins += 1;
        self.expired_us = None;
        // Without a claim the ok belongs to a login we know nothing of.
        self.current = self.presented.take();
    }

    pub(super) const fn expired(&mut self, at_us: u64) {
        self.expired_us = Some(at_us);
    }

    /// The server refused what was shown last: whoever we were, we are no more (reference 2.1).
    pub(super) fn refused(&mut self) {
        self.presented = None;
        self.current = None;
    }

    /// A wall clock that ran ahead has made the token older.
    pub(super) fn clock_jumped(&mut self, drift_us: i64) {
        for card in [&mut self.current, &mut self.presented].into_iter().flatten() {
            let card = Arc::make_mut(card);
            for at in card.expires_us.iter_mut().chain(&mut card.renews_us) {
                *at = at.saturating_add_signed(drift_us.saturating_neg());
            }
        }
    }

    /// When the token runs out, elapsed microseconds; also when it has.
    #[must_use]
    pub fn expires_us(&self) -> Option<u64> {
        self.expired_us.or_else(|| self.current.as_ref()?.expires_us)
    }

    /// When Harewire renews the login, elapsed microseconds.
    pub(super) fn renews_us(&self) -> Option<u64> {
        self.current.as_ref()?.renews_us.filter(|_| self.expired_us.is_none())
    }
}

impl Snapshot {
    /// What became of the subscriptions at the last renewal; `None` if there was none, or nothing to survive it.
    #[must_use]
    pub fn survival(&self) -> Option<Survival> {
        let renewal = self.identity.renewal?;
        let mut survival = Survival::default();
        for subscription in self.subscriptions.iter() {
            let before = subscription.init_seq.is_some_and(|init| init < renewal.seq);
            if before
                && subscription.request.connection == self.connection
                && subscription.state.is_accepted()
            {
                survival.kept += 1;
                let since = subscription.last_event.is_some_and(|last| last.elapsed_us > renewal.at_us);
                survival.proven += usize::from(since);
            }
        }
        (survival.kept > 0).then_some(survival)
    }
}
