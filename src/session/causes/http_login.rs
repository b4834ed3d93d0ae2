//! A login over HTTP that gave no token, before the socket or beside it (reference 9). Unlike the socket, HTTP names a code.

use serde_json::{Map, Value};

use crate::capture::event::Stage;
use crate::capture::http_exchange::HttpExchange;

use super::case::{Case, End};
use super::closing::as_reported;
use super::kind::CauseKind as Kind;
use super::trail::Spot;
use super::words::span;
use super::{Cause, Rule, Situation, Weight};

/// A login over HTTP.
#[derive(Clone, Debug)]
pub(super) struct HttpTry {
    spot: Spot,
    pub(super) good: bool,
    status: Option<u16>,
    code: Option<String>,
    /// The refresh token shown, as masked.
    refresh: Option<String>,
    with_code: bool,
    /// The answer has the form of Directus'.
    is_json: bool,
}

impl HttpTry {
    /// Reads an exchange; `None` if it is about something else.
    pub(super) fn read(spot: Spot, exchange: &HttpExchange) -> Option<Self> {
        let path = exchange.target().split('?').next().unwrap_or_default();
        if exchange.method != "POST" || !(path.ends_with("/auth/login") || path.ends_with("/auth/refresh")) {
            return None;
        }
        let asked: Map<String, Value> = serde_json::from_str(&exchange.request_body).unwrap_or_default();
        let answer: Option<Value> = serde_json::from_str(&exchange.body).ok();
        let code = answer
            .as_ref()
            .and_then(|answer| answer.pointer("/errors/0/extensions/code")?.as_str().map(str::to_owned));
        let token = answer.as_ref().and_then(|answer| answer.pointer("/data/access_token"));
        Some(Self {
            spot,
            good: token.is_some() && !exchange.is_failure(),
            status: exchange.status,
            code,
            refresh: asked.get("refresh_token").and_then(Value::as_str).map(str::to_owned),
            with_code: asked.contains_key("otp"),
            is_json: answer.is_some(),
        })
    }

    /// The refresh token that it used up.
    pub(super) fn spent(&self) -> Option<&str> {
        self.refresh.as_deref().filter(|_| self.good)
    }

    fn says(&self, code: &str) -> bool {
        self.code.as_deref() == Some(code)
    }

    fn words(&self) -> String {
        match (self.status, &self.code) {
            (Some(status), Some(code)) => format!("The server answered {status} {code}."),
            (Some(status), None) => format!("The answer was {status}, without a code of Directus."),
            (None, _) => "No answer came.".to_owned(),
        }
    }
}

/// `None` if a login over HTTP is not what failed.
pub(super) fn situation(case: &Case<'_>) -> Option<Situation> {
    let (tried, error) = (case.trail.http_login.as_ref()?, case.error?);
    let told = error.stage == Stage::Login && error.seq > tried.spot.seq;
    let beside =
        matches!(case.end, End::Failed) && error.seq == case.at.seq && error.seq - tried.spot.seq <= 2;
    if !told || !(case.trail.open.is_none() || beside) {
        return None;
    }
    let (title, weight) = if case.trail.open.is_some() {
        ("Not renewed over HTTP", Weight::Warning)
    } else {
        ("Login over HTTP refused", Weight::Failure)
    };
    let title = if tried.code.is_none() { "Login over HTTP failed" } else { title };
    Some(Situation::new(title, weight, &*error.message).ask(case, RULES).or_ask(case, &[as_reported]))
}

const RULES: &[Rule] = &[
    one_time,
    suspended,
    spent,
    dead_refresh,
    wrong_password,
    other_provider,
    attempts,
    rate_limit,
    gateway,
    not_directus,
];

fn tried<'a>(case: &Case<'a>) -> Option<&'a HttpTry> {
    case.trail.http_login.as_ref()
}

fn one_time(case: &Case<'_>) -> Option<Cause> {
    let tried = tried(case).filter(|tried| tried.says("INVALID_OTP"))?;
    Some(if tried.with_code {
        Cause::certain(
            Kind::OneTimeWrong,
            "The one-time password is wrong: mistyped, or its half minute is over.",
        )
        .seen(tried.spot.seq, tried.words())
        .next(
            "Enter the present code of the authenticator application, and check the clocks of both machines.",
        )
    } else {
        Cause::certain(
            Kind::TwoFactors,
            "The user has two-factor login: e-mail and password must be followed by a one-time password.",
        )
        .seen(tried.spot.seq, format!("{} No one-time password was sent.", tried.words()))
        .next("Enter the present code of the authenticator application beside the password.")
    })
}

fn suspended(case: &Case<'_>) -> Option<Cause> {
    let tried = tried(case).filter(|tried| tried.says("USER_SUSPENDED"))?;
    Some(
        Cause::certain(Kind::UserSuspended, "The user is suspended.")
            .seen(tried.spot.seq, tried.words())
            .next("Set the user active again in Directus."),
    )
}

fn spent(case: &Case<'_>) -> Option<Cause> {
    let tried = tried(case).filter(|tried| tried.status == Some(401))?;
    let masked = tried.refresh.as_ref()?;
    let (_, used) = case.trail.spent.iter().find(|(known, _)| known == masked)?;
    Some(
        Cause::certain(
            Kind::RefreshTokenSpent,
            "The refresh token was used before: each works once, and the answer carries the next one.",
        )
        .seen(
            used.seq,
            format!("The server accepted it here, {} ago, and replaced it.", span(case.since(*used))),
        )
        .seen(tried.spot.seq, "Here it was sent again.")
        .next("Enter the refresh token of the latest answer, or log in again."),
    )
}

fn dead_refresh(case: &Case<'_>) -> Option<Cause> {
    let tried = tried(case).filter(|tried| tried.status == Some(401))?;
    let masked = tried.refresh.as_ref()?;
    if case.trail.spent.iter().any(|(known, _)| known == masked) {
        return None;
    }
    Some(
        Cause::likely(
            Kind::RefreshTokenDead,
            "The refresh token is wrong, was used elsewhere (each works once), or ran out (after 7 days by default).",
        )
        .seen(tried.spot.seq, tried.words())
        .next("Log in again for a new pair of tokens.")
        .code("REFRESH_TOKEN_TTL=30d"),
    )
}

/// A login by password that was refused in the words for all of its faults.
fn by_password<'a>(case: &Case<'a>) -> Option<&'a HttpTry> {
    tried(case).filter(|tried| tried.refresh.is_none() && tried.says("INVALID_CREDENTIALS"))
}

fn wrong_password(case: &Case<'_>) -> Option<Cause> {
    let tried = by_password(case)?;
    Some(
        Cause::likely(Kind::WrongPassword, "E-mail or password is wrong; Directus doesn't say which.")
            .seen(tried.spot.seq, tried.words())
            .next("Try the same on the login page of Directus."),
    )
}

fn other_provider(case: &Case<'_>) -> Option<Cause> {
    by_password(case)?;
    Some(
        Cause::possible(
            Kind::UserSuspended,
            "The user is not active (a draft, invited, archived), or logs in through another provider (SSO).",
        )
        .next("Look at status and provider of the user in Directus."),
    )
}

fn attempts(case: &Case<'_>) -> Option<Cause> {
    by_password(case)?;
    Some(
        Cause::possible(
            Kind::TooManyAttempts,
            "Too many failed logins have suspended the user (25 in a fresh project).",
        )
        .next("Set the user active again; the limit is `auth_login_attempts` in the project settings."),
    )
}

fn rate_limit(case: &Case<'_>) -> Option<Cause> {
    let tried = tried(case).filter(|tried| tried.status == Some(429))?;
    Some(
        Cause::certain(
            Kind::RateLimited,
            "The server's limit of requests is reached; it counts all of this address.",
        )
        .seen(tried.spot.seq, tried.words())
        .next("Wait, or raise the limit.")
        .code("RATE_LIMITER_POINTS=100"),
    )
}

fn gateway(case: &Case<'_>) -> Option<Cause> {
    let tried = tried(case).filter(|tried| tried.status.is_some_and(|status| status >= 500))?;
    Some(
        Cause::likely(
            Kind::GatewayFailed,
            "Directus is down or restarting behind its proxy, or has failed by itself.",
        )
        .seen(tried.spot.seq, tried.words())
        .next("Look at the logs of Directus and of the proxy before it."),
    )
}

fn not_directus(case: &Case<'_>) -> Option<Cause> {
    let tried =
        tried(case).filter(|tried| tried.status.is_some_and(|status| status < 500) && !tried.is_json)?;
    if tried.status == Some(429) {
        return None;
    }
    Some(
        Cause::likely(
            Kind::NotDirectus,
            "Something else answers at this address: a proxy's login page, a firewall, or another program.",
        )
        .seen(tried.spot.seq, tried.words())
        .next("Check the URL: below it, this must print “pong”.")
        .code("curl \"$DIRECTUS_URL/server/ping\""),
    )
}
