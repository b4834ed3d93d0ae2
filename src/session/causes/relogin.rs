//! The connection was logged in, and lost its login (reference 2.4, 2.5).

use crate::capture::event::Stage;
use crate::session::login::Login;
use crate::session::phase::Mode;

use super::case::{Case, End};
use super::kind::CauseKind as Kind;
use super::token::Offer;
use super::trail::Spot;
use super::words::{seconds, span};
use super::{Cause, Rule, Situation, Weight};

/// `None` if no login was lost.
pub(super) fn situation(case: &Case<'_>) -> Option<Situation> {
    let ended = case.is_wordless_close() || case.is_cut() || case.by().is_none();
    if !case.is_directus() || !ended {
        return None;
    }
    let weight = Weight::Warning;
    if let Some(expired) = case.trail.expired {
        return expiry(case, expired);
    }
    let refused = case.trail.refused?;
    let public = case.shown.mode == Mode::Public || case.shown.login == Login::FellToPublic;
    let words = match (public, case.end) {
        (true, End::Closed { .. }) => return None,
        (true, End::Failed) => {
            "The server refused a new login on the open connection (AUTH_FAILED); in public mode it stays open and acts as the public role now."
        }
        (false, _)
            if case.trail.accepted.is_none()
                && case.shown.login != Login::AtUpgrade
                && case.shown.mode != Mode::Strict =>
        {
            return None;
        }
        (false, End::Closed { .. }) if case.since(refused) > 2_000_000 => return None,
        (false, End::Closed { .. }) => {
            "The server refused a new login on the open connection (AUTH_FAILED) and closed it: outside public mode it always does."
        }
        (false, End::Failed) => {
            "The server refused a new login on the open connection (AUTH_FAILED); outside public mode it closes now."
        }
    };
    Some(Situation::new("New login refused", weight, words).ask(case, RELOGIN))
}

fn expiry(case: &Case<'_>, expired: Spot) -> Option<Situation> {
    if let Some(timed_out) = case.trail.timed_out {
        let ended = match case.end {
            End::Closed { .. } => ", then the server closed",
            End::Failed => "",
        };
        let words = format!(
            "The token ran out (TOKEN_EXPIRED) and no good login came in the {} after it (AUTH_TIMEOUT){ended}.",
            span(expired.until(timed_out.us))
        );
        let rules: &[Rule] = &[swallowed, refused_meanwhile, cookie, not_renewed];
        return Some(Situation::new("Token not renewed in time", Weight::Warning, words).ask(case, rules));
    }
    match case.end {
        End::Failed => {
            let is_login = case.error.is_some_and(|error| error.stage == Stage::Login);
            let words = "The token ran out (TOKEN_EXPIRED): the server closes soon unless a new login comes, and until then the connection is nobody.";
            let rules: &[Rule] = &[swallowed, cookie, ran_out];
            is_login.then(|| Situation::new("Token expired", Weight::Warning, words).ask(case, rules))
        }
        End::Closed { .. } => {
            let words = format!(
                "The token ran out (TOKEN_EXPIRED), and {} later the connection ended.",
                span(case.since(expired))
            );
            let rules: &[Rule] = &[swallowed, refused_meanwhile, cookie, not_renewed];
            Some(Situation::new("Ended after the token expired", Weight::Warning, words).ask(case, rules))
        }
    }
}

/// What may be wrong with a login on an open connection.
const RELOGIN: &[Rule] = &[same_token, spent_token, wrong_token, wrong_password];

fn attempt<'a>(case: &Case<'a>) -> Option<(&'a Offer, u64)> {
    case.trail.attempt.as_ref().map(|attempt| (&attempt.offer, attempt.spot.seq))
}

fn same_token(case: &Case<'_>) -> Option<Cause> {
    let Some((Offer::Token(masked), seq)) = attempt(case) else { return None };
    let (_, good) = case.trail.good.iter().find(|(known, _)| known == masked)?;
    Some(
        Cause::likely(Kind::TokenDied, "The token was good before and is not any more: it ran out, was replaced, or its user was suspended.")
            .seen(good.seq, format!("The server accepted the same token {} earlier.", span(case.since(*good))))
            .seen(seq, "Here it was sent again.")
            .next("Get a new token first, then send it.")
            .code("ACCESS_TOKEN_TTL=1h"),
    )
}

fn spent_token(case: &Case<'_>) -> Option<Cause> {
    let Some((Offer::Refresh(masked), seq)) = attempt(case) else { return None };
    let (_, spent) = case.trail.spent.iter().find(|(known, _)| known == masked)?;
    Some(
        Cause::certain(
            Kind::RefreshTokenSpent,
            "The refresh token was used before: each works once, and the answer carries the next one.",
        )
        .seen(spent.seq, "The server accepted it here and replaced it.")
        .seen(seq, "Here it was sent again.")
        .next("Send the refresh token of the latest answer."),
    )
}

fn wrong_token(case: &Case<'_>) -> Option<Cause> {
    let (offer, seq) = attempt(case)?;
    let (kind, sentence) = match offer {
        Offer::Token(_) => (Kind::WrongToken, "The new token is wrong, ran out, or its user was suspended."),
        Offer::Refresh(_) => (
            Kind::RefreshTokenDead,
            "The refresh token is wrong, was used before, or ran out (after 7 days by default).",
        ),
        _ => return None,
    };
    Some(
        Cause::likely(kind, sentence)
            .seen(seq, "This login was sent.")
            .next("Check the credential in that message; the old login is gone as well."),
    )
}

fn wrong_password(case: &Case<'_>) -> Option<Cause> {
    let Some((Offer::Password { .. }, seq)) = attempt(case) else { return None };
    Some(
        Cause::likely(Kind::WrongPassword, "E-mail or password is wrong, or the user has two-factor authentication, which a socket login can't do.")
            .seen(seq, "This login was sent.")
            .next("Log in over HTTP and send the token."),
    )
}

/// Reference 2.4: an `auth` that does not fit the schema is swallowed without any reply.
fn swallowed(case: &Case<'_>) -> Option<Cause> {
    let swallowed = case.trail.swallowed?;
    Some(
        Cause::certain(Kind::LoginSwallowed, "An `auth` message came in time, but without a usable credential: on an open connection Directus ignores it without any reply.")
            .seen(swallowed.seq, "This message was ignored.")
            .next("Send a complete one.")
            .code(r#"socket.send(JSON.stringify({ type: "auth", access_token: TOKEN }))"#),
    )
}

fn refused_meanwhile(case: &Case<'_>) -> Option<Cause> {
    let (refused, expired) = (case.trail.refused?, case.trail.expired?);
    (refused.seq > expired.seq).then(|| {
        let mut cause =
            Cause::certain(Kind::RenewalRefused, "The new login that was sent after the expiry was refused.")
                .seen(refused.seq, "AUTH_FAILED came here.");
        if let Some((offer, seq)) = attempt(case) {
            cause = cause.seen(seq, format!("The login offered {}.", offer.words()));
        }
        cause.next("Log in anew for a good token.")
    })
}

/// Reference 8.4: a page can't read the token of its session cookie.
fn cookie(case: &Case<'_>) -> Option<Cause> {
    if case.trail.attempt.is_some() || case.request_header("cookie").is_none() {
        return None;
    }
    Some(
        Cause::likely(Kind::CookieNotRenewed, "The login came from the session cookie of the upgrade, and a cookie can't be renewed on an open socket.")
            .seen(case.trail.request.map(|spot| spot.seq), "The upgrade request carried a cookie.")
            .next("Connect again after the session was refreshed over HTTP, or log in with a token.")
            .code("SESSION_COOKIE_TTL=1d"),
    )
}

fn age_evidence(case: &Case<'_>, cause: Cause) -> Cause {
    let Some(expired) = case.trail.expired else { return cause };
    let cause = match case.trail.accepted.or(case.trail.open) {
        Some(login) => cause
            .seen(login.seq, format!("The login was confirmed {} before.", span(login.until(expired.us)))),
        None => cause,
    };
    cause.seen(expired.seq, "TOKEN_EXPIRED came here.")
}

fn not_renewed(case: &Case<'_>) -> Option<Cause> {
    if case.trail.swallowed.is_some() || case.trail.refused.is_some() {
        return None;
    }
    let expired = case.trail.expired?;
    let cause = Cause::certain(
        Kind::NotRenewed,
        "No new login was sent after the token ran out; tokens of a login live 15 minutes by default.",
    );
    let waited = case.trail.timed_out.map_or(10, |end| seconds(expired.until(end.us)));
    let cause = age_evidence(case, cause).seen(None, "No `auth` message was sent after that.").seen_if(
        case.trail
            .timed_out
            .map(|end| (end.seq, format!("AUTH_TIMEOUT came {} later.", span(expired.until(end.us))))),
    );
    Some(
        cause
            .next("Send a new `auth` before the expiry or right after TOKEN_EXPIRED; the subscriptions survive that. Or use a static token, which does not run out.")
            .code(format!("if (message.error?.code === \"TOKEN_EXPIRED\") login()\nACCESS_TOKEN_TTL=1h\nWEBSOCKETS_REST_AUTH_TIMEOUT={}", waited.saturating_mul(3))),
    )
}

fn ran_out(case: &Case<'_>) -> Option<Cause> {
    let cause = Cause::certain(
        Kind::TokenExpired,
        "It is a token of a login, which lives 15 minutes by default; static tokens don't run out.",
    );
    Some(
        age_evidence(case, cause)
            .next("Send an `auth` with a new token now (the server waits 10 s by default); the subscriptions continue then. Servers from 12.1 on treat the connection as public until then, older ones check no permissions at all.")
            .code("ACCESS_TOKEN_TTL=1h"),
    )
}
