//! What row and detail say of an `identity` event.

use crate::capture::event::IdentityClaim;
use crate::capture::row::{Detail, FactLine};
use crate::capture::time;
use crate::directus::{TokenKind, shown};

const SECOND_US: i64 = 1_000_000;

/// One line about it, not yet safe to show.
pub(super) fn summary(claim: &IdentityClaim) -> String {
    let mut parts = vec![claim.credential.clone()];
    parts.extend(claim.email.clone().or_else(|| claim.user.as_ref().map(|user| format!("user {user}"))));
    if claim.admin_access == Some(true) {
        parts.push("administrator".to_owned());
    }
    parts.push(match (claim.token, claim.expires_after_ms) {
        (TokenKind::Static, _) => "does not expire".to_owned(),
        (_, Some(0)) => "already expired".to_owned(),
        (_, Some(ms)) => {
            let about = if claim.estimated { "about " } else { "" };
            format!("expires in {about}{} s", ms / 1000)
        }
        (_, None) => "expiry unknown".to_owned(),
    });
    parts.join(" · ")
}

/// Facts and meaning of the detail pane.
pub(super) fn add(detail: &mut Detail, claim: &IdentityClaim) {
    let mut fact = |name, value: Option<String>| {
        if let Some(value) = value {
            detail.facts.push(FactLine::new(name, shown(&value)));
        }
    };
    let flag = |on: Option<bool>| on.map(|on| if on { "yes" } else { "no" }.to_owned());
    let moment = |seconds: Option<i64>| seconds.map(|at| time::rfc3339(at.saturating_mul(SECOND_US)));
    fact("credential", Some(claim.credential.clone()));
    fact("e-mail", claim.email.clone());
    fact("user", claim.user.clone());
    fact("role", claim.role.clone());
    fact("administrator", flag(claim.admin_access));
    fact("studio access", flag(claim.app_access));
    fact("issued", moment(claim.issued_at));
    fact("expires", moment(claim.expires_at));
    fact("clock offset", claim.clock_offset_ms.map(|ms| format!("{ms} ms")));
    let meaning = match claim.token {
        TokenKind::Static => "A static token doesn't say whose it is, and does not expire.",
        TokenKind::Access | TokenKind::Session | TokenKind::Share => {
            "Read from the token without the server's key: what it claims, not what the server has confirmed."
        }
        TokenKind::Unknown => {
            "The server makes an access token of this login and does not show it: user and expiry can't be read."
        }
    };
    detail.meaning.push(meaning.to_owned());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_who_and_how_long() {
        let fixed = IdentityClaim {
            credential: "static token".into(),
            token: TokenKind::Static,
            ..IdentityClaim::default()
        };
        assert_eq!(summary(&fixed), "static token · does not expire");
        let web = IdentityClaim {
            credential: "refresh token".into(),
            token: TokenKind::Access,
            user: Some("u-1".into()),
            admin_access: Some(true),
            expires_after_ms: Some(8_000),
            ..IdentityClaim::default()
        };
        assert_eq!(summary(&web), "refresh token · user u-1 · administrator · expires in 8 s");
        let hidden = IdentityClaim {
            credential: "e-mail and password".into(),
            email: Some("a@b.c".into()),
            ..IdentityClaim::default()
        };
        assert_eq!(summary(&hidden), "e-mail and password · a@b.c · expiry unknown");
        let again = IdentityClaim { expires_after_ms: Some(3_500), estimated: true, ..hidden };
        assert_eq!(summary(&again), "e-mail and password · a@b.c · expires in about 3 s");
    }
}
