//! The server refused the login of a handshake, or never answered it (reference 2.3).

use crate::directus::{ErrorCode, MessageType};
use crate::session::login::Login;
use crate::session::phase::{Mode, Phase};

use super::case::{Case, End};
use super::kind::CauseKind as Kind;
use super::token::Offer;
use super::words::{seconds, span};
use super::{Cause, Rule, Situation, Weight, silence};

/// `WEBSOCKETS_REST_AUTH_TIMEOUT` by default, and as its documentation has it (reference 11, 1).
const LIMITS_US: [u64; 2] = [10_000_000, 30_000_000];
/// A login by password takes at least this long, good or bad (reference 1.2, `LOGIN_STALL_TIME`).
const STALL_US: u64 = 450_000;
const AUTH: &str = r#"socket.send(JSON.stringify({ type: "auth", access_token: TOKEN }))"#;

/// `None` if the login is not what ended the connection.
pub(super) fn situation(case: &Case<'_>) -> Option<Situation> {
    // A code, or a close of ours, says more than a login that was refused before it.
    let ended = case.is_wordless_close() || case.is_cut() || case.by().is_none();
    if !case.is_directus() || case.trail.accepted.is_some() || !ended {
        return None;
    }
    if let Some(refused) = case.trail.refused {
        if case.shown.mode == Mode::Strict || case.shown.login == Login::AtUpgrade {
            return None;
        }
        if case.shown.login == Login::FellToPublic {
            let words = "The server refused the login (AUTH_FAILED); in public mode the connection stays open and acts as the public role.";
            let title = "Login refused, acting as public";
            return Some(Situation::new(title, Weight::Warning, words).ask(case, CREDENTIAL));
        }
        return Some(refusal(case, refused.seq));
    }
    if case.shown.phase != Phase::Authenticating {
        return None;
    }
    match case.end {
        End::Failed => Some(silence::silent(case)),
        End::Closed { .. } if case.is_wordless_close() || case.is_cut() => Some(ended_early(case)),
        End::Closed { .. } => None,
    }
}

fn refusal(case: &Case<'_>, seq: u64) -> Situation {
    let open = case.trail.open.unwrap_or_default();
    let refused_us = case.trail.refused.unwrap_or_default().us;
    let closed = match case.end {
        End::Closed { .. } => ", then closed without a code",
        End::Failed => "",
    };
    let Some(first) = case.trail.first_out.filter(|first| first.spot.seq < seq) else {
        let words = format!(
            "The server waited {} for a login, got nothing, refused (AUTH_FAILED){closed}.",
            span(open.until(refused_us))
        );
        return Situation::new("No login in time", Weight::Failure, words).ask(case, &[nothing_sent]);
    };
    let words = format!(
        "The server refused what it took for the login (AUTH_FAILED) {} after it was sent{closed}. It never says why.",
        span(first.spot.until(refused_us))
    );
    Situation::new("Login refused", Weight::Failure, words)
        .ask(case, &[first_is_no_login, unfit])
        .or_ask(case, CREDENTIAL)
}

/// What may be wrong with a login that fits the schema.
const CREDENTIAL: &[Rule] = &[
    sent_too_late,
    accepted_before,
    spent_refresh_token,
    wrong_token,
    wrong_password,
    wrong_refresh_token,
    two_factors,
    expired_token,
    suspended,
    limited_attempts,
];

fn refused_seq(case: &Case<'_>) -> u64 {
    case.trail.refused.map_or(0, |spot| spot.seq)
}

/// Case 6: the time limit of the handshake.
fn nothing_sent(case: &Case<'_>) -> Option<Cause> {
    let open = case.trail.open?;
    let waited = case.trail.refused.map_or_else(|| case.life_us(), |refused| open.until(refused.us));
    let header = case.request_header("authorization").is_some();
    let mut cause = Cause::certain(
        Kind::NothingSent,
        "No `auth` message was sent within the server's time limit, so it gave up waiting.",
    )
    .seen(open.seq, "The WebSocket opened here, and nothing was sent after it.")
    .seen(
        refused_seq(case),
        format!("The refusal came {} later; the limit is 10 s unless the server sets another.", span(waited)),
    );
    if header {
        cause = cause.seen(
            case.trail.request.map(|spot| spot.seq),
            "The request had an Authorization header, which Directus ignores on a WebSocket.",
        );
    }
    let limit = seconds(waited).saturating_mul(3);
    Some(
        cause
            .next("Enter a credential in the profile, or send an `auth` message right after connecting. A server whose logins need longer can be given more time.")
            .code(format!("{AUTH}\nWEBSOCKETS_REST_AUTH_TIMEOUT={limit}")),
    )
}

/// Case 5, 14: the one message that is read was no login.
fn first_is_no_login(case: &Case<'_>) -> Option<Cause> {
    let first = case.trail.first_out.filter(|first| first.kind != MessageType::Auth)?;
    let what = match first.kind {
        MessageType::NotJson => "text that is no JSON".to_owned(),
        MessageType::Binary => "bytes that are no text".to_owned(),
        MessageType::Other => "a message of a type Directus does not know".to_owned(),
        kind => format!("a `{}` message", kind.name()),
    };
    let mut cause = Cause::certain(
        Kind::FirstIsNoLogin,
        "In handshake mode the server reads one message only, and it must be a complete `auth`; anything else ends the connection.",
    )
    .seen(first.spot.seq, format!("The first message sent was {what}."));
    if case.request_header("authorization").is_some() {
        cause = cause.seen(
            case.trail.request.map(|spot| spot.seq),
            "The credential was in an Authorization header, which Directus ignores on a WebSocket.",
        );
    }
    Some(
        cause
            .next("Send the `auth` first and wait for its ok, or let the server accept connections without a login.")
            .code(format!("{AUTH}\nWEBSOCKETS_REST_AUTH=public")),
    )
}

/// Case 49 and 8.5, 1: an `auth` that the schema refuses.
fn unfit(case: &Case<'_>) -> Option<Cause> {
    let attempt = case.trail.attempt.as_ref().filter(|attempt| !attempt.offer.fits())?;
    let (kind, sentence) = match &attempt.offer {
        Offer::NotText(key, what) => {
            (Kind::CredentialNotText, format!("`{key}` must be a text; what was sent is {what}."))
        }
        Offer::Half(missing) => (Kind::CredentialMissing, format!("`{missing}` is missing: e-mail and password only work together.")),
        Offer::Nothing(Some(mistaken)) => (
            Kind::WrongKey,
            format!("The `auth` message has no key Directus knows: `{mistaken}` should be `access_token`."),
        ),
        Offer::Nothing(None) => (
            Kind::CredentialMissing,
            "The `auth` message has no credential: `access_token`, `email` with `password`, or `refresh_token`.".to_owned(),
        ),
        Offer::Password { .. } => (
            Kind::NotAnAddress,
            "`email` does not look like an e-mail address, so the message does not fit the server's schema.".to_owned(),
        ),
        Offer::Token(_) | Offer::Refresh(_) => return None,
    };
    Some(
        Cause::certain(kind, sentence)
            .seen(attempt.spot.seq, "This is the `auth` message that was sent.")
            .seen(refused_seq(case), "Directus answers it in the same words as a wrong token.")
            .next("Correct the message.")
            .code(AUTH),
    )
}

/// A login that set out when the server had given up already.
fn sent_too_late(case: &Case<'_>) -> Option<Cause> {
    let (open, refused) = (case.trail.open?, case.trail.refused?);
    let attempt = case.trail.attempt.as_ref()?;
    let waited = open.until(refused.us);
    // Only the usual limits are known; a token refused at such a moment by chance would be rare.
    let is_limit = LIMITS_US.iter().any(|limit| waited.abs_diff(*limit) < 150_000);
    let rushed = attempt.spot.until(refused.us) < 300_000;
    (is_limit && rushed).then(|| {
        Cause::likely(Kind::LoginTooLate, "The login was sent just when the server's time limit ran out.")
            .seen(open.seq, "The WebSocket opened here.")
            .seen(
                attempt.spot.seq,
                format!("The login was sent {} later.", span(open.until(attempt.spot.us))),
            )
            .seen(refused.seq, format!("The refusal came {} after the opening.", span(waited)))
            .next("Send the login sooner, or give clients more time.")
            .code(format!("WEBSOCKETS_REST_AUTH_TIMEOUT={}", seconds(waited).saturating_mul(3)))
    })
}

fn offer<'a>(case: &Case<'a>) -> Option<(&'a Offer, u64)> {
    case.trail.attempt.as_ref().map(|attempt| (&attempt.offer, attempt.spot.seq))
}

/// The same token was accepted earlier in this capture.
fn accepted_before(case: &Case<'_>) -> Option<Cause> {
    let Some((Offer::Token(masked), seq)) = offer(case) else { return None };
    let (_, good) = case.trail.good.iter().find(|(known, _)| known == masked)?;
    Some(
        Cause::likely(
            Kind::TokenDied,
            "The token was good before and is not any more: it ran out, was replaced, or its user was suspended.",
        )
        .seen(good.seq, format!("The server accepted the same token {} earlier.", span(case.since(*good))))
        .seen(seq, "This login was sent with it.")
        .next("Log in again for a new token, or use a static one, which does not run out. Longer-lived tokens are a setting.")
        .code("ACCESS_TOKEN_TTL=1h"),
    )
}

fn wrong_token(case: &Case<'_>) -> Option<Cause> {
    let Some((Offer::Token(masked), seq)) = offer(case) else { return None };
    if case.trail.good.iter().any(|(known, _)| known == masked) {
        return None;
    }
    Some(
        Cause::likely(
            Kind::WrongToken,
            "The token is not one of this server: misspelt, cut off, replaced by a newer one, or of another project.",
        )
        .seen(seq, "The `auth` message has the right form, so its token is what was refused.")
        .next("Compare the token with the one on the user's page in Directus, or make a new one there. An HTTP request with it tells more.")
        .code("curl -H \"Authorization: Bearer $DIRECTUS_TOKEN\" \"$DIRECTUS_URL/users/me\""),
    )
}

fn expired_token(case: &Case<'_>) -> Option<Cause> {
    let Some((Offer::Token(masked), _)) = offer(case) else { return None };
    if case.trail.good.iter().any(|(known, _)| known == masked) {
        return None;
    }
    if let Some((claim, Some(ends_us))) = case.trail.claim
        && ends_us <= case.us()
    {
        let over = span(case.us().saturating_sub(ends_us));
        return Some(
            Cause::certain(Kind::TokenExpired, "The access token has run out; it says so itself.")
                .seen(claim.seq, format!("Its expiry was {over} before the end."))
                .next("Log in again, or use a static token.")
                .code("ACCESS_TOKEN_TTL=1h"),
        );
    }
    Some(
        Cause::possible(
            Kind::TokenExpired,
            "It is an access token of a login that has run out (after 15 minutes by default).",
        )
        .next("Log in again, or use a static token.")
        .code("ACCESS_TOKEN_TTL=1h"),
    )
}

fn suspended(case: &Case<'_>) -> Option<Cause> {
    offer(case).filter(|(offer, _)| offer.fits())?;
    Some(
        Cause::possible(
            Kind::UserSuspended,
            "The user is suspended, archived or not yet invited: only active users may log in.",
        )
        .next("Look at the user's status in Directus."),
    )
}

fn wrong_password(case: &Case<'_>) -> Option<Cause> {
    let Some((Offer::Password { is_address: true, .. }, seq)) = offer(case) else { return None };
    let took = case.trail.attempt.as_ref()?.spot.until(case.trail.refused?.us);
    let mut cause = Cause::likely(
        Kind::WrongPassword,
        "E-mail or password is wrong, or the user logs in through another provider (SSO).",
    )
    .seen(seq, "The `auth` message has the right form.");
    if took >= STALL_US {
        cause = cause.seen(
            refused_seq(case),
            format!(
                "The answer took {}: the server did check a password, which takes half a second at least.",
                span(took)
            ),
        );
    }
    Some(
        cause.next("Try the same on the login page of Directus. The socket only knows the default provider."),
    )
}

/// Case 52.
fn two_factors(case: &Case<'_>) -> Option<Cause> {
    let Some((Offer::Password { otp, .. }, seq)) = offer(case) else { return None };
    let sentence = "The user has two-factor authentication: then a login by password is impossible over the socket, with or without a one-time password.";
    let next = "Log in over HTTP, where the one-time password counts, and send the token it returns.";
    let line = "POST /auth/login {\"email\":…,\"password\":…,\"otp\":…}";
    Some(if *otp {
        Cause::likely(Kind::TwoFactors, sentence)
            .seen(seq, "The message has an `otp`, which Directus does not look at here.")
            .next(next)
            .code(line)
    } else {
        Cause::possible(Kind::TwoFactors, sentence).next(next).code(line)
    })
}

fn limited_attempts(case: &Case<'_>) -> Option<Cause> {
    let Some((Offer::Password { .. }, _)) = offer(case) else { return None };
    Some(
        Cause::possible(Kind::TooManyAttempts, "Too many failed logins have suspended the user (25 in a fresh project).")
            .next("Set the user active again in Directus; the limit is `auth_login_attempts` in the project settings."),
    )
}

/// A refresh token works once.
fn spent_refresh_token(case: &Case<'_>) -> Option<Cause> {
    let Some((Offer::Refresh(masked), seq)) = offer(case) else { return None };
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

fn wrong_refresh_token(case: &Case<'_>) -> Option<Cause> {
    let Some((Offer::Refresh(masked), seq)) = offer(case) else { return None };
    if case.trail.spent.iter().any(|(known, _)| known == masked) {
        return None;
    }
    Some(
        Cause::likely(
            Kind::RefreshTokenDead,
            "The refresh token is wrong, was used before (each works once), or ran out (after 7 days by default).",
        )
        .seen(seq, "The `auth` message has the right form, so its token is what was refused.")
        .next("Log in again for a new pair of tokens.")
        .code("REFRESH_TOKEN_TTL=30d"),
    )
}

/// Closed or cut while the login was awaited, without a word about it.
fn ended_early(case: &Case<'_>) -> Situation {
    let how = if case.is_cut() { "broke without a Close frame" } else { "was closed without a code" };
    let words = format!(
        "The connection {how} {} after it opened, before the login was confirmed.",
        span(case.life_us())
    );
    let situation = Situation::new("Ended during the login", Weight::Failure, words);
    if case.is_cut() {
        return situation.ask(case, super::cut::RULES);
    }
    situation.ask(case, &[silence::limited_login, older_refusal, super::closing::proxy_closed])
}

/// An error other than `AUTH_FAILED` stood before the close.
fn older_refusal(case: &Case<'_>) -> Option<Cause> {
    let refusal =
        case.shown.last_refusal.as_deref().filter(|refusal| refusal.connection == case.at.connection)?;
    if refusal.code == ErrorCode::None {
        return None;
    }
    Some(
        Cause::likely(
            Kind::ErrorBefore,
            "The error message just before the close is the most likely reason for it.",
        )
        .seen(refusal.seq, format!("{}: {}", refusal.code_text, refusal.message))
        .next("Look at that message."),
    )
}
