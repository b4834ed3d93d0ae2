//! The identity strip: who this connection is for the server, how long that lasts, and what was renewed.

use egui::{RichText, Ui};
use lucide_icons::Icon;

use crate::capture::row::Level;
use crate::directus::TokenKind;
use crate::session::{Card, Login, Me, Mode, Moment, Phase, Snapshot};
use crate::settings::{Folded, PanelSection};
use crate::ui::action::Action;
use crate::ui::button::Button;
use crate::ui::control::{card_ui, chip_ui, fact_ui, fact_with, hint_ui, notice_ui};
use crate::ui::figures::{ago, count, lasting};
use crate::ui::model::{Model, Source};
use crate::ui::section::folding_ui;
use crate::ui::theme::tokens;

/// Paints the strip; nothing before the first connect. That somebody is not logged in shows also while it is folded.
pub fn identity_ui(
    ui: &mut Ui,
    model: &Model<'_>,
    moment: &Moment,
    folded: &mut Folded,
    actions: &mut Vec<Action>,
) {
    let snapshot = model.snapshot;
    if snapshot.phase == Phase::Idle {
        return;
    }
    warning_ui(ui, snapshot);
    let card = snapshot.identity.current.as_deref().filter(|_| snapshot.phase.is_open());
    let right = |ui: &mut Ui| {
        let can = matches!(model.source, Source::Live(_))
            && snapshot.phase == Phase::Live
            && snapshot.mode != Mode::Raw;
        if can && Button::icon(Icon::KeyRound, "Re-authenticate now").small().show(ui).clicked() {
            actions.push(Action::Reauthenticate);
        }
        if snapshot.held > 0 {
            chip_ui(ui, &format!("{} held", snapshot.held), Level::Warning);
        }
        let by_policies = snapshot.identity.who().and_then(|me| me.admin_access);
        if card.is_some_and(|card| by_policies.or(card.claim.admin_access) == Some(true)) {
            chip_ui(ui, "administrator", Level::Normal);
        }
    };
    folding_ui(ui, PanelSection::Identity, folded, right, |ui| {
        let t = tokens(ui);
        let good = !snapshot.phase.is_open() || snapshot.login.is_good();
        let colour = if good { t.text } else { t.warning };
        fact_with(ui, "login", RichText::new(snapshot.login.words()).color(colour));
        if let Some(card) = card {
            card_facts_ui(ui, model, card, moment);
        }
        connect_facts_ui(ui, snapshot, moment);
    });
}

/// How this connection was made, and what it still owes.
fn connect_facts_ui(ui: &mut Ui, snapshot: &Snapshot, moment: &Moment) {
    if !snapshot.credential.is_empty() {
        fact_ui(ui, "credential", &snapshot.credential);
    }
    fact_ui(ui, "mode", snapshot.mode.word());
    fact_ui(ui, "transport", &snapshot.transport);
    if snapshot.attempt > 1 {
        fact_ui(ui, "attempt", &count(u64::from(snapshot.attempt)));
    }
    if moment.overdue > 0 {
        let words = format!("{} unanswered for over 5 s", moment.overdue);
        fact_with(ui, "requests", RichText::new(words).color(tokens(ui).warning));
    } else if !snapshot.pending.is_empty() {
        fact_ui(ui, "requests", &format!("{} in flight", snapshot.pending.len()));
    }
}

/// Connected and not logged in are easily taken for one another (reference 8.5, 15): a card of its own says so.
fn warning_ui(ui: &mut Ui, snapshot: &Snapshot) {
    let Some((title, sentence)) = unknown_to_the_server(snapshot) else { return };
    card_ui(ui, Some(tokens(ui).warning), |ui| {
        notice_ui(ui, Level::Warning, title);
        hint_ui(ui, sentence);
    });
    ui.add_space(4.0);
}

/// What to say where the socket is open and the server does not work for the user we claim to be.
fn unknown_to_the_server(snapshot: &Snapshot) -> Option<(&'static str, &'static str)> {
    if !snapshot.phase.is_open() {
        return None;
    }
    let said = match snapshot.login {
        Login::None | Login::Checking | Login::AtUpgrade | Login::Accepted => return None,
        Login::Unneeded if snapshot.mode == Mode::Raw => return None,
        Login::Unneeded => (
            "Connected as nobody: the public role",
            "No credential was given, so the server answers with what everybody may see.",
        ),
        Login::Awaited => (
            "Connected, but not logged in",
            "The server reads nothing but an auth message now, and closes if none comes within 10 s (its default).",
        ),
        Login::Refused => {
            ("Connected, but the login was refused", "The server closes now; whatever is sent is not read.")
        }
        Login::Expired => (
            "Connected, but the token has expired",
            "Servers from 12.1 on answer as the public role now, and deletes still arrive. Older ones check no permissions at all until a new login: what arrives is not what the user may see, and the server should be updated.",
        ),
        Login::TimedOut => (
            "Connected, but not renewed in time",
            "The server closes now, because no new login came after the token had expired.",
        ),
        Login::FellToPublic => (
            "Connected as nobody: the public role",
            "The login was refused or ran out, and in public mode the server keeps the connection. The subscriptions go on with public rights.",
        ),
    };
    Some(said)
}

fn card_facts_ui(ui: &mut Ui, model: &Model<'_>, card: &Card, moment: &Moment) {
    let snapshot = model.snapshot;
    let claim = &card.claim;
    let me = snapshot.identity.who();
    let name = me.and_then(Me::name);
    fact_ui(ui, "who", name.as_deref().unwrap_or_else(|| card.who()));
    if let Some(email) =
        me.and_then(|me| me.email.as_ref()).or(claim.email.as_ref()).filter(|_| name.is_some())
    {
        fact_ui(ui, "e-mail", email);
    }
    let key = claim.user.as_ref().or_else(|| me?.id.as_ref());
    if let (Some(user), true) = (key, name.is_some() || claim.email.is_some()) {
        fact_ui(ui, "user", user);
    }
    if let Some(role) = me.and_then(|me| me.role_name.as_ref()).or(claim.role.as_ref()) {
        fact_ui(ui, "role", role);
    }
    if let Some(words) = me.and_then(Me::rights).or_else(|| rights(card)) {
        fact_ui(ui, "rights", words);
    }
    if me.is_some_and(|me| me.is_bare) {
        hint_ui(ui, "This user may not read their own entry; name and role stay unknown.");
    }
    let (words, level) = token_words(card, moment);
    let t = tokens(ui);
    let colour = if level == Level::Warning { t.warning } else { t.text };
    fact_with(ui, "token", RichText::new(words).color(colour));
    if claim.token != TokenKind::Static {
        fact_ui(ui, "renewal", &renewal_words(snapshot, card, moment));
    }
    if let Some(words) = renewed_words(snapshot, model.now_us) {
        hint_ui(ui, &words);
    }
}

/// What the token claims of rights; the server decides by policies, which it doesn't hold.
fn rights(card: &Card) -> Option<&'static str> {
    match (card.claim.admin_access, card.claim.app_access) {
        (Some(true), _) => Some("everything (administrator)"),
        (Some(false), Some(true)) => Some("by its policies, with the studio"),
        (Some(false), _) => Some("by its policies"),
        (None, _) => None,
    }
}

/// Until when the token is good, with its countdown.
fn token_words(card: &Card, moment: &Moment) -> (String, Level) {
    match (card.claim.token, moment.expires_in_us) {
        (TokenKind::Static, _) => (card.lasting().to_owned(), Level::Normal),
        (_, Some(0)) => ("expired".to_owned(), Level::Warning),
        (_, Some(left)) => {
            // Upwards, so that it reads 1 s until it has run out.
            let left = lasting(left.saturating_add(999_999));
            let words = if card.claim.estimated {
                format!("expires in about {left}, if it lives as long as the last one")
            } else {
                format!("expires in {left}")
            };
            (words, Level::Normal)
        }
        (_, None) => (card.lasting().to_owned(), Level::Normal),
    }
}

/// What happens at the expiry.
fn renewal_words(snapshot: &Snapshot, card: &Card, moment: &Moment) -> String {
    let at_end = if snapshot.mode == Mode::Public {
        "then the connection acts as public"
    } else {
        "then the server closes after some seconds"
    };
    if !card.claim.renewable {
        return format!("nothing to renew it with, {at_end}");
    }
    if !snapshot.switches.reauth {
        return format!("switched off, {at_end}");
    }
    match moment.renews_in_us {
        Some(left) if left > 0 => format!("automatic, in {}", lasting(left.saturating_add(999_999))),
        Some(_) => "automatic, due now".to_owned(),
        None if snapshot.login == Login::Expired => "automatic, due now".to_owned(),
        None => "automatic, when the server says that it has expired".to_owned(),
    }
}

/// What the last renewal left standing, and what that rests on (reference 5.7).
fn renewed_words(snapshot: &Snapshot, now_us: u64) -> Option<String> {
    let renewal = snapshot.identity.renewal.filter(|_| snapshot.login == Login::Accepted)?;
    let age = ago(now_us.saturating_sub(renewal.at_us));
    let times = match snapshot.identity.renewals {
        1 => "Renewed once".to_owned(),
        many => format!("Renewed {many} times"),
    };
    let other = if renewal.same_user == Some(false) { ", as another user" } else { "" };
    let rest = match snapshot.survival() {
        None => "there was no subscription to keep".to_owned(),
        Some(survival) => {
            let kept = if survival.kept == 1 {
                "1 subscription stands".to_owned()
            } else {
                format!("{} subscriptions stand", survival.kept)
            };
            let proof = match survival.proven {
                0 => "no event has come since".to_owned(),
                all if all == survival.kept => "each has delivered an event since".to_owned(),
                some => format!("{some} delivered an event since"),
            };
            format!("{kept}: the server said ok on the same socket and ended none; {proof}")
        }
    };
    Some(format!("{times}, the last {age}{other}; {rest}."))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::capture::event::IdentityClaim;

    fn card(token: TokenKind, expires_us: Option<u64>) -> Card {
        let claim = IdentityClaim { token, renewable: true, ..IdentityClaim::default() };
        Card { seq: 1, claim, expires_us, renews_us: expires_us.map(|at| at / 2) }
    }

    fn snapshot(card: Card) -> Snapshot {
        let mut snapshot = Snapshot { phase: Phase::Live, login: Login::Accepted, ..Snapshot::default() };
        snapshot.identity.current = Some(Arc::new(card));
        snapshot
    }

    #[test]
    fn a_token_counts_down_and_a_static_one_never() {
        let web = card(TokenKind::Access, Some(90_000_000));
        let shot = snapshot(web.clone());
        assert_eq!(token_words(&web, &shot.at(0)).0, "expires in 1 min 30 s");
        assert_eq!(token_words(&web, &shot.at(90_000_000)), ("expired".to_owned(), Level::Warning));
        assert_eq!(renewal_words(&shot, &web, &shot.at(0)), "automatic, in 45 s");
        let fixed = card(TokenKind::Static, None);
        assert_eq!(token_words(&fixed, &snapshot(fixed.clone()).at(0)).0, "does not expire");
        let hidden = card(TokenKind::Unknown, None);
        let shot = snapshot(hidden.clone());
        assert_eq!(token_words(&hidden, &shot.at(0)).0, "unknown until the first TOKEN_EXPIRED");
        assert_eq!(
            renewal_words(&shot, &hidden, &shot.at(0)),
            "automatic, when the server says that it has expired"
        );
    }

    #[test]
    fn what_happens_at_the_end_follows_the_mode() {
        let mut bound = card(TokenKind::Access, Some(1_000_000));
        bound.claim.renewable = false;
        let mut shot = snapshot(bound.clone());
        assert!(renewal_words(&shot, &bound, &shot.at(0)).ends_with("the server closes after some seconds"));
        shot.mode = Mode::Public;
        assert!(renewal_words(&shot, &bound, &shot.at(0)).ends_with("acts as public"));
    }

    #[test]
    fn every_login_that_is_none_is_said_aloud() {
        let mut shot = snapshot(Card::default());
        for (login, said) in [
            (Login::Accepted, false),
            (Login::AtUpgrade, false),
            (Login::Awaited, true),
            (Login::Unneeded, true),
            (Login::Refused, true),
            (Login::Expired, true),
            (Login::TimedOut, true),
            (Login::FellToPublic, true),
        ] {
            shot.login = login;
            shot.phase = Phase::Live;
            assert_eq!(unknown_to_the_server(&shot).is_some(), said, "{login:?}");
            shot.phase = Phase::Closed;
            assert_eq!(unknown_to_the_server(&shot), None);
        }
    }
}
