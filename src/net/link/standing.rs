//! `Standing`: as whom we stand before the server, how long that lasts, and what renews it.

use crate::capture::event::{IdentityClaim, Stamp};
use crate::directus::{Claims, Presented, Secret, TokenKind};

const SECOND_US: u64 = 1_000_000;
/// Renewed so long before the expiry at least, unless the token lives less than twice that.
const LEAST_MARGIN_US: u64 = 5 * SECOND_US;

/// How long a login lasts, in `elapsed_us`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Lease {
    /// When it was shown; when it was accepted, once it was.
    from_us: u64,
    renew_at_us: Option<u64>,
    /// The server makes the token and keeps it to itself: only `TOKEN_EXPIRED` tells how long it lives.
    opaque: bool,
    /// Harewire holds what renews it.
    renewable: bool,
}

/// What a link holds of its login. Nothing of it is recorded; what may be said is an [`IdentityClaim`].
#[derive(Default)]
pub(super) struct Standing {
    /// The newest refresh token. Outlives the connection; the one in the spec is dead once it was used.
    refresh: Option<Secret>,
    presented: Option<Lease>,
    current: Option<Lease>,
    /// How long the server's own tokens live, from the last time one ran out.
    learned_life_us: Option<u64>,
    /// A renewal is on its way; when its silence is worth a word.
    renewing: Option<u64>,
    renewals: u64,
}

impl std::fmt::Debug for Standing {
    /// Of the refresh token only that it is there.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Standing")
            .field("refresh", &self.refresh)
            .field("current", &self.current)
            .field("renewing", &self.renewing)
            .finish_non_exhaustive()
    }
}

impl Standing {
    /// Starts on another spec: nothing of an earlier one may renew it.
    pub(super) fn begin(&mut self, refresh: Option<Secret>) {
        *self = Self { refresh, renewals: self.renewals, ..Self::default() };
    }

    /// The connection is gone, the refresh token is not.
    pub(super) const fn disconnected(&mut self) {
        self.presented = None;
        self.current = None;
        self.renewing = None;
    }

    /// The newest refresh token.
    pub(super) const fn refresh_token(&self) -> Option<&Secret> {
        self.refresh.as_ref()
    }

    /// The server replaced it.
    pub(super) fn rotated(&mut self, refresh: Secret) {
        self.refresh = Some(refresh);
    }

    /// The server refused it; showing it again can't help.
    pub(super) fn refresh_refused(&mut self) {
        self.refresh = None;
    }

    /// A credential is about to be shown. Returns what may be recorded of it. `renewable`: Harewire holds what renews it.
    pub(super) fn present(
        &mut self,
        shown: &Presented,
        credential: &str,
        renewable: bool,
        now: Stamp,
    ) -> IdentityClaim {
        let (claims, email) = match shown {
            Presented::AccessToken(token) => (Claims::of_token(token.expose()), None),
            Presented::Password(email) => (Claims::default(), Some(email.clone())),
            Presented::RefreshToken => (Claims::default(), None),
        };
        let opaque = claims.kind == TokenKind::Unknown;
        let left_us = match claims.expires_at {
            Some(at) => Some(left_us(at, now)),
            None => self.learned_life_us.filter(|_| opaque),
        };
        let life_us = match (claims.issued_at, claims.expires_at) {
            (Some(from), Some(to)) => {
                u64::try_from(to.saturating_sub(from)).ok().map(|life| life.saturating_mul(SECOND_US))
            }
            _ => left_us,
        };
        let renews_us = left_us
            .zip(life_us)
            .filter(|_| renewable)
            .map(|(left, life)| left.saturating_sub(margin_us(life)));
        let renew_at_us = renews_us.map(|us| now.elapsed_us.saturating_add(us));
        self.presented = Some(Lease { from_us: now.elapsed_us, renew_at_us, opaque, renewable });
        IdentityClaim {
            credential: credential.to_owned(),
            token: claims.kind,
            email,
            user: claims.user,
            role: claims.role,
            app_access: claims.app_access,
            admin_access: claims.admin_access,
            issued_at: claims.issued_at,
            expires_at: claims.expires_at,
            clock_offset_ms: None,
            expires_after_ms: left_us.map(|us| us / 1000),
            estimated: opaque && left_us.is_some(),
            renewable,
            renews_after_ms: renews_us.map(|us| us / 1000),
        }
    }

    /// The server accepted what was shown last. True if it was a renewal.
    pub(super) fn accepted(&mut self, now_us: u64) -> bool {
        if let Some(mut lease) = self.presented.take() {
            lease.from_us = now_us;
            self.current = Some(lease);
        }
        self.renewing.take().is_some()
    }

    /// The server refused what was shown last. True if it was a renewal.
    pub(super) const fn refused(&mut self) -> bool {
        self.presented = None;
        self.current = None;
        self.renewing.take().is_some()
    }

    /// The token ran out: renew at once, and remember how long it lived.
    /// True where Harewire holds what renews it.
    pub(super) fn expired(&mut self, now_us: u64) -> bool {
        let lease = self.current.get_or_insert_default();
        if lease.opaque {
            self.learned_life_us = Some(now_us.saturating_sub(lease.from_us));
        }
        if lease.renewable && self.renewing.is_none() {
            lease.renew_at_us = Some(now_us);
        }
        lease.renewable
    }

    /// The uid for the next renewal, which begins now; `silent_at_us` is when its silence is worth a word.
    pub(super) fn renew(&mut self, silent_at_us: u64) -> String {
        self.renewals += 1;
        self.renewing = Some(silent_at_us);
        if let Some(lease) = &mut self.current {
            lease.renew_at_us = None;
        }
        format!("harewire-auth-{}", self.renewals)
    }

    /// Whether the login, or the one on its way, is one that Harewire renews; not one typed by hand.
    pub(super) fn is_renewable(&self) -> bool {
        self.presented.or(self.current).is_some_and(|lease| lease.renewable)
    }

    /// Whether a renewal waits for its answer.
    pub(super) const fn is_renewing(&self) -> bool {
        self.renewing.is_some()
    }

    /// When the renewal is due.
    pub(super) fn renew_at_us(&self) -> Option<u64> {
        self.current.and_then(|lease| lease.renew_at_us)
    }

    /// When the silence of a renewal is worth a word.
    pub(super) const fn silent_at_us(&self) -> Option<u64> {
        self.renewing
    }

    /// No answer came to a renewal; another may be tried.
    pub(super) const fn silent(&mut self) {
        self.renewing = None;
        self.presented = None;
    }

    /// The wall clock ran ahead of the monotonic one, as when the machine slept: the token is that much older.
    pub(super) fn clock_jumped(&mut self, drift_us: i64) {
        for lease in self.current.iter_mut().chain(&mut self.presented) {
            lease.renew_at_us =
                lease.renew_at_us.map(|at| at.saturating_add_signed(drift_us.saturating_neg()));
        }
    }
}

/// How long before its end a token that lives so long is replaced, both in microseconds.
pub(super) fn margin_us(life_us: u64) -> u64 {
    (life_us / 10).max(LEAST_MARGIN_US).min(life_us / 2)
}

/// Microseconds until a moment of the wall clock, 0 if it is past.
fn left_us(at_s: i64, now: Stamp) -> u64 {
    let at_us = at_s.saturating_mul(1_000_000);
    u64::try_from(at_us.saturating_sub(now.time_us)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: u64 = SECOND_US;

    fn at(elapsed_s: u64) -> Stamp {
        Stamp {
            time_us: i64::try_from(1_000_000 + elapsed_s).unwrap() * 1_000_000,
            elapsed_us: elapsed_s * S,
        }
    }

    fn web_token(life_s: i64) -> Presented {
        use base64::Engine as _;
        let payload = format!(r#"{{"id":"u","iat":1000000,"exp":{}}}"#, 1_000_000 + life_s);
        let payload = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(payload);
        Presented::AccessToken(Secret::new(format!("e30.{payload}.s")))
    }

    #[test]
    fn renews_a_tenth_before_the_end_and_five_seconds_at_least() {
        for (life_s, margin_us) in [(900, 90 * S), (30, 5 * S), (8, 4 * S), (3, 3 * S / 2)] {
            let mut standing = Standing::default();
            let claim = standing.present(&web_token(life_s), "refresh token", true, at(0));
            let life_us = u64::try_from(life_s).unwrap() * S;
            assert_eq!(claim.expires_after_ms, Some(life_us / 1000));
            assert_eq!(standing.renew_at_us(), None, "not before it is accepted");
            assert!(!standing.accepted(S));
            assert_eq!(standing.renew_at_us(), Some(life_us - margin_us), "{life_s}");
        }
        let mut standing = Standing::default();
        let claim = standing.present(&web_token(900), "static token", false, at(0));
        standing.accepted(0);
        assert_eq!((claim.renews_after_ms, standing.renew_at_us()), (None, None), "nothing to renew with");
    }

    #[test]
    fn learns_how_long_a_token_lives_that_it_never_saw() {
        let mut standing = Standing::default();
        let login = Presented::Password("a@b.c".into());
        assert_eq!(standing.present(&login, "e-mail and password", true, at(0)).expires_after_ms, None);
        standing.accepted(S);
        assert!(standing.expired(61 * S));
        assert_eq!(standing.renew_at_us(), Some(61 * S), "at once");
        standing.renew(76 * S);
        let claim = standing.present(&Presented::RefreshToken, "e-mail and password", true, at(61));
        assert_eq!((claim.expires_after_ms, claim.estimated), (Some(60_000), true));
        assert!(standing.accepted(62 * S), "it was a renewal");
        assert_eq!(standing.renew_at_us(), Some((61 + 54) * S));
        standing.disconnected();
        assert_eq!(standing.renew_at_us(), None);
    }

    #[test]
    fn a_machine_that_slept_renews_sooner() {
        let mut standing = Standing::default();
        standing.present(&web_token(900), "refresh token", true, at(0));
        standing.accepted(0);
        standing.clock_jumped(600_000_000);
        assert_eq!(standing.renew_at_us(), Some(210 * S));
        standing.clock_jumped(6_000_000_000);
        assert_eq!(standing.renew_at_us(), Some(0));
        assert!(!format!("{standing:?}").contains("Some(Secret"));
    }
}
