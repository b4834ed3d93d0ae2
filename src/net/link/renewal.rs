//! Which credential is shown when, and how a login is renewed on the open socket (reference 2.2 to 2.5).

use crate::capture::event::{Fact, IdentityClaim, Stamp};
use crate::directus::{
    AuthMode, Credentials, Presented, TokenPlace, auth_with_password, auth_with_refresh_token,
    auth_with_token, new_refresh_token,
};
use crate::net::command::{ConnectSpec, Protocol, TransportKind};
use crate::net::failure::{LoginFailure, OpenFailure};
use crate::net::link::http_login::Purpose;
use crate::net::link::login::SILENT_US;
use crate::net::link::retry::Verdict;
use crate::net::link::{Link, Order, Outputs, Phase};

/// Why a credential can't work on the way chosen for it; told before anything is dialled.
pub(super) fn unworkable(spec: &ConnectSpec) -> Option<LoginFailure> {
    if spec.protocol == Protocol::Raw {
        return None;
    }
    let in_url = spec.mode == AuthMode::Strict || spec.token_place == TokenPlace::Query;
    match &spec.credentials {
        Credentials::None | Credentials::StaticToken(_) => None,
        Credentials::Password { otp: Some(_), in_band: true, .. } => Some(LoginFailure::OneTimeInBand),
        Credentials::Password { .. } | Credentials::RefreshToken { .. } if !spec.credentials.over_http() => {
            in_url.then_some(LoginFailure::NoTokenForUrl)
        }
        Credentials::Password { .. } | Credentials::RefreshToken { .. } => None,
        Credentials::SessionCookie { .. } => {
            (spec.transport == TransportKind::Portable).then_some(LoginFailure::CookiePortable)
        }
    }
}

impl Link {
    /// Whether Harewire holds what renews the login.
    fn renewable(&self, spec: &ConnectSpec) -> bool {
        match &spec.credentials {
            Credentials::Password { otp: None, .. } => true,
            Credentials::RefreshToken { in_band: true, .. } => true,
            credentials => credentials.over_http() && self.standing.refresh_token().is_some(),
        }
    }

    /// The `auth` message for the first login of a connection; `None` where there is no credential for one.
    pub(super) fn login_message(&self, spec: &ConnectSpec, uid: Option<&str>) -> Option<String> {
        match &spec.credentials {
            credentials if credentials.over_http() => spec.token().map(|token| auth_with_token(token, uid)),
            Credentials::Password { email, password, .. } => Some(auth_with_password(email, password, uid)),
            Credentials::RefreshToken { .. } => {
                self.standing.refresh_token().map(|token| auth_with_refresh_token(token, uid))
            }
            Credentials::SessionCookie { value, .. } => Some(auth_with_token(value, uid)),
            Credentials::None | Credentials::StaticToken(_) => {
                spec.token().map(|token| auth_with_token(token, uid))
            }
        }
    }

    /// Records whom a login message says we are, before the message itself.
    pub(super) fn present(&mut self, message: &str, automatic: bool, now: Stamp, out: &mut Outputs) {
        let Some(spec) = self.spec.clone() else { return };
        let Some(presented) = Presented::read(message) else { return };
        let (credential, renewable) = if automatic {
            (spec.credential_name(), self.renewable(&spec))
        } else {
            ("typed by hand", false)
        };
        let mut claim = self.standing.present(&presented, credential, renewable, self.server_time(now));
        claim.clock_offset_ms = self.clock_offset_ms;
        if automatic && let Credentials::Password { email, .. } = &spec.credentials {
            claim.email.get_or_insert_with(|| email.clone());
        }
        self.record_claim(claim, now, out);
    }

    /// The same for a credential that travels with the upgrade.
    pub(super) fn present_at_upgrade(&mut self, spec: &ConnectSpec, now: Stamp, out: &mut Outputs) {
        if spec.protocol == Protocol::Raw || !spec.asks_at_upgrade() {
            return;
        }
        let token = match &spec.credentials {
            Credentials::SessionCookie { value, .. } => Some(value),
            _ => spec.token(),
        };
        if let Some(token) = token {
            let presented = Presented::AccessToken(token.clone());
            let renewable = self.renewable(spec);
            let mut claim =
                self.standing.present(&presented, spec.credential_name(), renewable, self.server_time(now));
            claim.clock_offset_ms = self.clock_offset_ms;
            if let Credentials::Password { email, .. } = &spec.credentials {
                claim.email = Some(email.clone());
            }
            self.record_claim(claim, now, out);
        }
    }

    /// Now by the server's wall clock, as far as it is known: tokens end by that.
    fn server_time(&self, now: Stamp) -> Stamp {
        let ahead_us = self.clock_offset_ms.unwrap_or_default().saturating_mul(1000);
        Stamp { time_us: now.time_us.saturating_add(ahead_us), ..now }
    }

    fn record_claim(&self, claim: IdentityClaim, now: Stamp, out: &mut Outputs) {
        self.record(Fact::Identity(claim), now, out);
    }

    /// Keeps the refresh token that an answer brings, before the answer is even recorded: the one it replaces is dead.
    /// That of a login typed by hand is the user's affair.
    pub(super) fn keep_refresh_token(&mut self, message: &str, out: &mut Outputs) {
        let Some(spec) = self.spec.clone().filter(|spec| spec.protocol == Protocol::Directus) else { return };
        if !self.standing.is_renewable() {
            return;
        }
        let Some(token) = new_refresh_token(message) else { return };
        self.door.learn(&token);
        if let (Credentials::RefreshToken { .. }, Some(keeper)) = (&spec.credentials, &spec.keeper) {
            out.orders.push(Order::Keep(keeper.clone(), token.clone()));
        }
        self.standing.rotated(token);
    }

    /// By hand: logs in again with whatever there is.
    pub(super) fn reauthenticate(&mut self, now: Stamp, out: &mut Outputs) {
        if self.phase == Phase::Live && self.directus() {
            self.renew(now, out);
        } else {
            self.tell(&OpenFailure::NotConnected.into(), now, out);
        }
    }

    pub(super) fn renew_if_due(&mut self, now: Stamp, out: &mut Outputs) {
        if self.phase != Phase::Live {
            return;
        }
        let due = |at: Option<u64>| at.is_some_and(|at| at <= now.elapsed_us);
        if due(self.standing.silent_at_us()) {
            self.standing.silent();
            self.tell(&LoginFailure::Silent { after_ms: u128::from(SILENT_US / 1000) }.into(), now, out);
        }
        if self.switches.reauth && due(self.standing.renew_at_us()) {
            self.renew(now, out);
        }
    }

    pub(super) fn renewal_deadline(&self) -> Option<u64> {
        if self.phase != Phase::Live {
            return None;
        }
        let renew_at = self.standing.renew_at_us().filter(|_| self.switches.reauth);
        renew_at.into_iter().chain(self.standing.silent_at_us()).min()
    }

    /// A refresh token renews with least ado: no password crosses the wire again.
    fn renew(&mut self, now: Stamp, out: &mut Outputs) {
        let Some(spec) = self.spec.clone() else { return };
        if self.standing.is_renewing() {
            return;
        }
        if spec.logs_in_over_http() {
            // Two answers are awaited one after the other: that of HTTP has its own limit, then the socket's.
            let uid = self.standing.renew(now.elapsed_us + 2 * SILENT_US);
            return self.log_in_over_http(Purpose::Renew(uid), now, out);
        }
        let uid = self.standing.renew(now.elapsed_us + SILENT_US);
        let message = match self.standing.refresh_token() {
            Some(token) => Some(auth_with_refresh_token(token, Some(&uid))),
            None => self.login_message(&spec, Some(&uid)),
        };
        if let Some(message) = message {
            self.write_text(message, true, now, out);
        } else {
            self.standing.silent();
            self.tell(&LoginFailure::NothingToShow.into(), now, out);
        }
    }

    /// `TOKEN_EXPIRED` on the open connection. There are a few seconds for a new login (reference 2.5).
    pub(super) fn token_expired(&mut self, now: Stamp, out: &mut Outputs) {
        let ours = self.standing.expired(now.elapsed_us);
        let renewing = ours && (self.switches.reauth || self.standing.is_renewing());
        let told = if renewing { LoginFailure::ExpiredRenewing } else { LoginFailure::TokenExpired };
        self.tell(&told.into(), now, out);
        self.renew_if_due(now, out);
    }

    /// `AUTH_FAILED` on the open connection: outside public mode it ends.
    pub(super) fn relogin_refused(&mut self, now: Stamp, out: &mut Outputs) {
        if !self.standing.refused() {
            self.tell(&LoginFailure::ReloginRefused.into(), now, out);
            return;
        }
        self.tell(&LoginFailure::RenewalRefused.into(), now, out);
        if self.spec.as_ref().is_some_and(|spec| spec.logs_in_over_http()) {
            // The next connection asks for a new one.
            self.http_login.forget();
            return;
        }
        let had_refresh = self.standing.refresh_token().is_some();
        self.standing.refresh_refused();
        let falls_back = matches!(
            self.spec.as_deref(),
            Some(ConnectSpec { credentials: Credentials::Password { .. }, .. })
        );
        // With e-mail and password at hand a new connection logs in anew; else it would fail in the same way.
        if !(had_refresh && falls_back) {
            self.verdict = Some(Verdict::Stop(
                "The server refused to renew the login; the credential must be changed first.".to_owned(),
            ));
        }
    }

    /// What the refusal of Harewire's own first login means.
    pub(super) fn refusal_of_kind(&mut self) -> LoginFailure {
        if let Some(failure) = self.refusal_over_http() {
            return failure;
        }
        match self.spec.as_ref().map(|spec| &spec.credentials) {
            Some(Credentials::Password { .. }) => LoginFailure::PasswordRefused,
            Some(Credentials::RefreshToken { .. }) => {
                self.standing.refresh_refused();
                LoginFailure::RefreshRefused
            }
            _ => LoginFailure::TokenRefused,
        }
    }
}
