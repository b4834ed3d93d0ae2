//! What the window says all the time of an unusual way to the server: an unchecked certificate, a proxy.

use egui::{Frame, Panel, RichText, Ui};
use lucide_icons::Icon;

use crate::session::{Phase, Snapshot};
use crate::ui::control::{fact_ui, fact_with, icon_ui};
use crate::ui::theme::tokens;

/// The strip over a connection whose certificate isn't checked: there as long as the connection is.
pub fn unverified_strip_ui(ui: &mut Ui, snapshot: &Snapshot) {
    if !snapshot.unverified || matches!(snapshot.phase, Phase::Idle | Phase::Closed) {
        return;
    }
    let t = tokens(ui);
    let frame = Frame::new().fill(t.error_ground).inner_margin(egui::Margin::symmetric(12, 5));
    Panel::top("unverified strip").frame(frame).show(ui, |ui| {
        ui.horizontal(|ui| {
            icon_ui(ui, Icon::ShieldOff, 14.0, t.error);
            let words = format!(
                "The certificate of this server isn't checked: anyone on the way can read and change everything. {}",
                found(snapshot)
            );
            ui.add(egui::Label::new(RichText::new(words.trim_end()).color(t.error)).wrap());
        });
    });
}

/// What was wrong with the certificate, once it is seen.
fn found(snapshot: &Snapshot) -> &str {
    match &snapshot.handshake.tls {
        Some(tls) if tls.accepted.is_empty() => "This one is valid, so the switch isn't needed.",
        Some(tls) => &tls.accepted,
        None => "",
    }
}

/// Lines of the status panel: the proxy, and that nobody checks the certificate.
pub fn reach_facts_ui(ui: &mut Ui, snapshot: &Snapshot) {
    let via = &snapshot.handshake.via;
    if !via.is_empty() {
        fact_ui(ui, "Via proxy", via);
    }
    if snapshot.unverified {
        let words = RichText::new("not checked").color(tokens(ui).error);
        fact_with(ui, "Certificate", words).on_hover_text(found(snapshot));
    }
}
