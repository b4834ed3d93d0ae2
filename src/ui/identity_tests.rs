//! The identity strip in the whole window: who, until when, and that nobody overlooks being nobody.

use std::sync::Arc;

use egui_kittest::kittest::Queryable as _;

use crate::capture::event::IdentityClaim;
use crate::directus::TokenKind;
use crate::session::{Card, Login, Renewal};
use crate::settings::PanelSection;
use crate::ui::action::Action;
use crate::ui::scene::Scene;

const WIDE: (f32, f32) = (1440.0, 900.0);

/// A live connection whose token lives for another 90 s and was renewed twice.
fn renewed() -> Scene {
    let mut scene = Scene::live();
    let claim = IdentityClaim {
        credential: "e-mail and password".to_owned(),
        token: TokenKind::Access,
        email: Some("ann@example.com".to_owned()),
        role: Some("5a3f2c1e-editors".to_owned()),
        admin_access: Some(true),
        renewable: true,
        ..IdentityClaim::default()
    };
    let (expires_us, renews_us) = (Some(scene.now_us + 90_000_000), Some(scene.now_us + 81_000_000));
    let identity = &mut scene.snapshot.identity;
    identity.current = Some(Arc::new(Card { seq: 1, claim, expires_us, renews_us }));
    identity.renewal = Some(Renewal { seq: 20, at_us: 3_000_000, same_user: Some(true) });
    identity.renewals = 2;
    scene
}

#[test]
fn says_who_until_when_and_what_a_renewal_left() {
    let harness = renewed().harness(true, WIDE);
    for words in
        ["ann@example.com", "5a3f2c1e-editors", "everything (administrator)", "expires in 1 min 30 s"]
    {
        harness.get_by_label(words);
    }
    harness.get_by_label("automatic, in 1 min 21 s");
    harness.get_by_label_contains("Renewed 2 times");
    harness.get_by_label_contains("2 subscriptions stand: the server said ok on the same socket");
    assert!(harness.query_by_label_contains("Connected, but").is_none());
}

#[test]
fn logs_in_again_by_a_click() {
    let mut harness = renewed().harness(true, WIDE);
    harness.get_by_label("Re-authenticate now").click();
    harness.run();
    assert_eq!(harness.state().wishes(), [Action::Reauthenticate]);
}

#[test]
fn connected_and_not_logged_in_shows_also_while_the_section_is_folded() {
    let mut scene = renewed();
    scene.snapshot.login = Login::Expired;
    scene.snapshot.identity.expired_us = Some(scene.now_us);
    scene.settings.layout.folded.set(PanelSection::Identity, true);
    let harness = scene.harness(true, WIDE);
    harness.get_by_label("Connected, but the token has expired");
    harness.get_by_label_contains("Older ones check no permissions at all");
    assert!(harness.query_by_label("ann@example.com").is_none(), "folded");
}

#[test]
fn looks_expired() {
    let mut scene = renewed();
    scene.snapshot.login = Login::Expired;
    scene.snapshot.identity.expired_us = Some(scene.now_us);
    let options = egui_kittest::SnapshotOptions::new().threshold(2.0).max_failed_pixels(400);
    scene.harness(false, (1000.0, 700.0)).snapshot_options("identity_light", &options);
}
