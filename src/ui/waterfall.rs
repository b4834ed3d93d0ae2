//! The bar that shows where the time of connecting went and where it stopped, and what the certificate says.

use egui::accesskit::Role;
use egui::text::LayoutJob;
use egui::{Color32, Rect, RichText, Sense, TextFormat, Ui, WidgetInfo, pos2, vec2};

use crate::directus::shown;
use crate::session::causes::{Validity, validity};
use crate::session::{FailedStep, Step, Tls, Waterfall};
use crate::ui::action::Action;
use crate::ui::figures;
use crate::ui::measure::{points, proportion};
use crate::ui::theme::{self, tokens};

/// The steps of the current connect, as long as they took; the one that failed is marked and named.
pub fn waterfall_ui(ui: &mut Ui, waterfall: &Waterfall) {
    let failed = waterfall.failed;
    let took = |step| failed.is_none_or(|failed: FailedStep| failed.step != step);
    let mut steps: Vec<(Step, u64, bool)> =
        waterfall.steps().filter(|(step, _)| took(*step)).map(|(step, us)| (step, us, false)).collect();
    steps.extend(failed.map(|failed| (failed.step, failed.after_us, true)));
    let total: u64 = steps.iter().map(|(_, took, _)| *took).sum();
    if total == 0 {
        return;
    }
    let words: Vec<String> =
        steps.iter().map(|(step, took, failed)| in_words(*step, *took, *failed)).collect();
    let spoken = format!("Connect took {}", words.join(" · "));
    ui.add_space(3.0);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 6.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &spoken));
    let gaps = 1.0 * points(proportion(u64::try_from(steps.len()).unwrap_or(1))) - 1.0;
    let room = rect.width() - gaps;
    let mut left = rect.left();
    let t = tokens(ui);
    for (step, took, failed) in &steps {
        // Even a step of microseconds is worth a line.
        let width = (points(proportion(*took) / proportion(total)) * room).max(2.0);
        let bar = Rect::from_min_size(pos2(left, rect.top()), vec2(width, rect.height())).intersect(rect);
        let colour = if *failed { t.error } else { colour(t, *step) };
        ui.painter().rect_filled(bar, 1.5, colour);
        left += width + 1.0;
    }
    let mut job = LayoutJob::default();
    for (place, (words, (_, _, failed))) in words.iter().zip(&steps).enumerate() {
        if place > 0 {
            job.append(" · ", 0.0, TextFormat::simple(theme::small(), t.faint));
        }
        let colour = if *failed { t.error } else { t.faint };
        job.append(words, 0.0, TextFormat::simple(theme::small(), colour));
    }
    ui.add(egui::Label::new(job).wrap());
}

fn in_words(step: Step, took_us: u64, failed: bool) -> String {
    if failed {
        format!("{} failed after {}", step.name(), figures::span(took_us))
    } else {
        format!("{} {}", figures::span(took_us), step.name())
    }
}

fn colour(t: &theme::Tokens, step: Step) -> Color32 {
    let place = match step {
        Step::Resolve => 0,
        Step::Connect => 1,
        Step::Tls => 2,
        Step::Upgrade => 3,
        Step::Tunnel | Step::Login => 4,
        Step::FirstInit => return t.accent,
    };
    theme::STEP_COLOURS.get(place).copied().unwrap_or(t.accent)
}

/// Protocol and validity of the server's certificate on one line; the chain under the pointer, the row on a click.
pub fn tls_ui(ui: &mut Ui, tls: &Tls, now_us: i64, actions: &mut Vec<Action>) {
    let t = tokens(ui);
    let validity = tls.certificates.first().map_or(Validity::Unknown, |own| validity(own, now_us));
    let protocol = if tls.protocol.is_empty() { "TLS did not come to stand" } else { &tls.protocol };
    let words = match validity {
        Validity::Unknown => protocol.to_owned(),
        known => format!("{protocol} · certificate {}", known.words()),
    };
    let colour = if validity.is_worrying() { t.warning } else { t.faint };
    let text = RichText::new(shown(&words)).font(theme::small()).color(colour);
    if ui.link(text).on_hover_ui(|ui| chain_ui(ui, tls, now_us)).clicked() {
        actions.push(Action::GoTo(tls.seq));
    }
}

fn chain_ui(ui: &mut Ui, tls: &Tls, now_us: i64) {
    if !tls.cipher.is_empty() {
        ui.label(RichText::new(shown(&tls.cipher)).color(tokens(ui).dim));
    }
    for certificate in tls.certificates.iter().take(5) {
        ui.separator();
        let subject = certificate.subject.as_deref().unwrap_or("no name recorded");
        ui.label(RichText::new(shown(subject)).font(theme::strong(theme::BODY)));
        if let Some(issuer) = certificate.issuer.as_deref() {
            ui.label(format!(
                "issued by {}",
                if issuer == subject { "itself".into() } else { shown(issuer) }
            ));
        }
        ui.label(validity(certificate, now_us).words());
        if !certificate.names.is_empty() {
            let names: Vec<&str> = certificate.names.iter().take(8).map(String::as_str).collect();
            ui.label(shown(&names.join(", ")).into_owned());
        }
    }
}
