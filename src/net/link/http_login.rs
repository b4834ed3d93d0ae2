//! The login over HTTP: before the socket is dialled, and again before its token runs out (reference 2.1, 9).

use std::sync::Arc;

use crate::capture::event::{ClosedBy, Fact, Stamp};
use crate::directus::{
    Credentials, LOGIN_PATH, REFRESH_PATH, Tokens, auth_with_token, http_error_code, login_body, refresh_body,
};
use crate::net::command::ConnectSpec;
use crate::net::failure::{HttpLoginFailure as Refusal, LoginFailure};
use crate::net::http::{HttpAnswer, HttpRefusal, HttpRequest, HttpToken};
use crate::net::link::http::Asker;
use crate::net::link::retry::Verdict;
use crate::net::link::standing::margin_us;
use crate::net::link::{Link, Order, Outputs, Phase};

/// What a login is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// The socket is dialled with its token.
    Dial,
    /// Its token is shown on the open socket, under this uid.
    Renew(String),
}

/// How a login was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    Password,
    PasswordAndCode,
    RefreshToken,
}

/// A login that was asked for.
#[derive(Clone, Debug)]
pub(super) struct AskedLogin {
    number: u64,
    by: By,
    /// For the keeper of its spec, should the user have gone on to another meanwhile.
    spec: Arc<ConnectSpec>,
}

/// What a link holds of its logins over HTTP.
#[derive(Debug, Default)]
pub(super) struct HttpLogin {
    /// Logins asked for so far.
    asked: u64,
    /// The login that is awaited; others were given up.
    awaited: Option<(u64, Purpose)>,
    /// The first login that belongs to the present spec.
    since: u64,
    /// Until when the access token is as good as new, elapsed microseconds; `None`: there is none.
    good_until_us: Option<u64>,
    /// The access token was shown on an earlier connection already.
    reused: bool,
    /// The one-time password is used up.
    code_spent: bool,
}

impl HttpLogin {
    /// Starts on another spec.
    pub(super) fn begin(&mut self) {
        *self = Self { asked: self.asked, since: self.asked + 1, ..Self::default() };
    }

    /// Nobody waits for the login any more.
    pub(super) fn disconnected(&mut self) {
        self.awaited = None;
    }

    /// The access token is no good.
    pub(super) const fn forget(&mut self) {
        self.good_until_us = None;
    }

    /// The machine slept: the token is that much older.
    pub(super) fn clock_jumped(&mut self, drift_us: i64) {
        self.good_until_us = self.good_until_us.map(|at| at.saturating_add_signed(drift_us.saturating_neg()));
    }
}

impl Link {
    /// Whether the next connection needs a login over HTTP first. A token that is still good is shown again.
    pub(super) fn must_log_in_first(&mut self, spec: &ConnectSpec, now: Stamp) -> bool {
        if !spec.logs_in_over_http() {
            return false;
        }
        let good = self.http_login.good_until_us.is_some_and(|until| until > now.elapsed_us);
        self.http_login.reused = good;
        !(good && spec.access.is_some())
    }

    /// Asks for an access token with the newest of what there is.
    pub(super) fn log_in_over_http(&mut self, purpose: Purpose, now: Stamp, out: &mut Outputs) {
        let Some(spec) = self.spec.clone() else { return };
        let (request, by) = match self.login_request(&spec) {
            Ok(found) => found,
            Err(refusal) => return self.http_login_failed(&purpose, &refusal, now, out),
        };
        self.http_login.code_spent |= by == By::PasswordAndCode;
        let number = self.http_login.asked + 1;
        self.http_login.asked = number;
        self.http_login.awaited = Some((number, purpose));
        self.ask(request, Asker::Login(AskedLogin { number, by, spec }), now, out);
    }

    fn login_request(&self, spec: &ConnectSpec) -> Result<(HttpRequest, By), Refusal> {
        let (path, body, by) = match (&spec.credentials, self.standing.refresh_token()) {
            (_, Some(token)) => (REFRESH_PATH, refresh_body(token), By::RefreshToken),
            (Credentials::Password { email, password, otp, .. }, None) => {
                let by = match otp {
                    Some(_) if self.http_login.code_spent => return Err(Refusal::OneTimeSpent),
                    Some(_) => By::PasswordAndCode,
                    None => By::Password,
                };
                (LOGIN_PATH, login_body(email, password, otp.as_ref()), by)
            }
            _ => return Err(Refusal::NothingLeft),
        };
        Ok((HttpRequest::post(path, body).with_token(HttpToken::None).by_itself(), by))
    }

    /// Takes the answer to a login. Its refresh token is kept whoever waits for it still: the one it replaces is dead.
    pub(super) fn http_login_answered(
        &mut self,
        login: AskedLogin,
        outcome: Result<HttpAnswer, HttpRefusal>,
        now: Stamp,
        out: &mut Outputs,
    ) {
        let AskedLogin { number, by, spec } = login;
        let awaited = self.http_login.awaited.take_if(|(awaited, _)| *awaited == number);
        match judged(outcome, by) {
            Ok(tokens) => {
                self.keep_tokens(&spec, &tokens, out);
                if number >= self.http_login.since {
                    self.take_tokens(tokens, now, out);
                }
                match awaited {
                    Some((_, Purpose::Dial)) => self.dial_socket(now, out),
                    Some((_, Purpose::Renew(uid))) => self.show_renewed(&uid, now, out),
                    None => {}
                }
            }
            Err(refusal) => {
                let dead = refusal == Refusal::RefreshRefused && number >= self.http_login.since;
                if dead {
                    self.standing.refresh_refused();
                }
                let Some((_, purpose)) = awaited else { return };
                let again = matches!(spec.credentials, Credentials::Password { otp: None, .. });
                if dead && again {
                    // The session is over, but not the password: one more request, by another way.
                    self.log_in_over_http(purpose, now, out);
                } else {
                    self.http_login_failed(&purpose, &refusal, now, out);
                }
            }
        }
    }

    /// Before anything follows from them.
    fn keep_tokens(&self, asked: &ConnectSpec, tokens: &Tokens, out: &mut Outputs) {
        self.door.learn(&tokens.access);
        let Some(refresh) = &tokens.refresh else { return };
        self.door.learn(refresh);
        if let (Credentials::RefreshToken { .. }, Some(keeper)) = (&asked.credentials, &asked.keeper) {
            out.orders.push(Order::Keep(keeper.clone(), refresh.clone()));
        }
    }

    fn take_tokens(&mut self, tokens: Tokens, now: Stamp, out: &mut Outputs) {
        if let Some(refresh) = tokens.refresh {
            self.standing.rotated(refresh);
        }
        let life_us = tokens.expires_ms.unwrap_or_default().saturating_mul(1000);
        self.http_login.good_until_us =
            Some(now.elapsed_us.saturating_add(life_us.saturating_sub(margin_us(life_us))));
        self.http_login.reused = false;
        if let Some(spec) = &mut self.spec {
            Arc::make_mut(spec).access = Some(tokens.access);
        }
        self.examine_as_user(now, out);
    }

    /// A token that was renewed goes to the open socket.
    fn show_renewed(&mut self, uid: &str, now: Stamp, out: &mut Outputs) {
        let access = self.spec.as_ref().and_then(|spec| spec.access.clone());
        if let (Some(access), Phase::Live) = (access, &self.phase) {
            self.write_text(auth_with_token(&access, Some(uid)), true, now, out);
        }
    }

    fn http_login_failed(&mut self, purpose: &Purpose, refusal: &Refusal, now: Stamp, out: &mut Outputs) {
        let failure = refusal.clone().into();
        match purpose {
            Purpose::Dial => {
                self.failed(&failure, now, out);
                let close = Fact::Close { code: Some(1006), reason: String::new(), by: ClosedBy::Network };
                self.record(close, now, out);
                self.ended(Some(1006), now, out);
            }
            // The present login is good until its token runs out; then there is one more try.
            Purpose::Renew(_) => {
                self.standing.silent();
                self.tell(&failure, now, out);
            }
        }
    }

    /// The server refused the access token in the first message. One that served before may have died meanwhile: then
    /// a new one is worth a try.
    pub(super) fn access_refused(&mut self) -> Option<Verdict> {
        self.http_login.forget();
        self.http_login.reused.then_some(Verdict::Again)
    }

    /// What is told of that.
    pub(super) fn refusal_over_http(&self) -> Option<LoginFailure> {
        self.spec
            .as_ref()
            .is_some_and(|spec| spec.logs_in_over_http())
            .then_some(LoginFailure::HttpTokenRefused)
    }
}

/// What an answer to a login means.
fn judged(outcome: Result<HttpAnswer, HttpRefusal>, by: By) -> Result<Tokens, Refusal> {
    let answer = outcome.map_err(|refusal| Refusal::NoAnswer(refusal.sentences()))?;
    let status = answer.status;
    if answer.is_success() {
        return Tokens::read(&answer.body).ok_or_else(|| not_directus(&answer));
    }
    let code = http_error_code(&answer.body);
    Err(match (status, code.as_deref()) {
        (429, _) => Refusal::TooMany,
        (500.., _) => Refusal::ServerFailed { status },
        (_, Some("INVALID_OTP")) if by == By::PasswordAndCode => Refusal::OneTimeWrong,
        (_, Some("INVALID_OTP")) => Refusal::OneTimeWanted,
        (_, Some("USER_SUSPENDED")) => Refusal::Suspended,
        (401, Some(_)) if by == By::RefreshToken => Refusal::RefreshRefused,
        (401, Some("INVALID_CREDENTIALS")) => Refusal::PasswordRefused,
        (_, Some(code)) => Refusal::Refused { status, code: code.to_owned() },
        (_, None) => not_directus(&answer),
    })
}

/// A proxy's page, or a route of something else.
fn not_directus(answer: &HttpAnswer) -> Refusal {
    let content = answer.header("content-type").unwrap_or("no type").split(';').next().unwrap_or_default();
    let plain = content.len() <= 64 && content.bytes().all(|byte| byte.is_ascii_graphic());
    let content = if plain { content } else { "an unreadable type" };
    Refusal::NotDirectus { status: answer.status, content: content.to_owned() }
}
