//! `ReachForm`: how the way to a server is made: headers, certificates, proxy, addresses.

use egui::{CollapsingHeader, RichText, TextEdit, Ui, vec2};
use lucide_icons::Icon;

use crate::capture::row::Level;
use crate::settings::{AddressFamily, Pair, Place, Profile, ProxyChoice, Transport};
use crate::ui::button::Button;
use crate::ui::control::{choice_ui, field_ui, hint_ui, labelled_ui, notice_ui, switch_ui};
use crate::ui::theme::{self, tokens};

/// Which secret values are shown.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReachForm {
    reveal: bool,
}

impl ReachForm {
    /// Paints the part of the form; what is typed goes into the profile, secrets only until it is stored.
    pub fn show(&mut self, ui: &mut Ui, profile: &mut Profile) {
        let plain = profile.reach.is_plain();
        if profile.transport == Transport::Portable && !plain {
            notice_ui(
                ui,
                Level::Warning,
                "Of this the portable transport takes only headers without secrets and the query",
            );
        }
        group_ui(ui, "Headers, cookies and query", |ui| {
            labelled_ui(ui, "Origin header", |ui| {
                field_ui(
                    ui,
                    "Origin",
                    &mut profile.origin,
                    "none; a browser's one to see its 403",
                    theme::mono(),
                )
            });
            let reach = &mut profile.reach;
            self.pairs_ui(ui, Place::Header, &mut reach.headers);
            self.pairs_ui(ui, Place::Cookie, &mut reach.cookies);
            self.pairs_ui(ui, Place::Query, &mut reach.query);
            let secret = reach.pairs().any(|(place, pair)| place.is_secret(&pair.name, &pair.value));
            if secret {
                switch_ui(ui, &mut self.reveal, "Show secret values", "");
                hint_ui(ui, "Secret values are kept until the window closes, and never written to a file");
            }
        });
        group_ui(ui, "TLS", |ui| tls_ui(ui, profile));
        group_ui(ui, "Proxy and addresses", |ui| network_ui(ui, profile));
    }

    fn pairs_ui(&self, ui: &mut Ui, place: Place, pairs: &mut Vec<Pair>) {
        let (title, add) = match place {
            Place::Header => ("Headers", "Add header"),
            Place::Cookie => ("Cookies", "Add cookie"),
            Place::Query | Place::Proxy => ("Query parameters", "Add query parameter"),
        };
        labelled_ui(ui, title, |ui| {
            let mut gone = None;
            for (index, pair) in pairs.iter_mut().enumerate() {
                if self.pair_ui(ui, (place, index), pair) {
                    gone = Some(index);
                }
            }
            if let Some(index) = gone {
                pairs.remove(index);
            }
            if Button::new(add).with_icon(Icon::Plus).small().show(ui).clicked() {
                pairs.push(Pair::default());
            }
        });
    }

    /// One pair on a line. Whether it is to be removed.
    fn pair_ui(&self, ui: &mut Ui, (place, index): (Place, usize), pair: &mut Pair) -> bool {
        let t = tokens(ui);
        let secret = place.is_secret(&pair.name, &pair.value);
        let number = index + 1;
        let what = capital(place.name());
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = theme::SMALL_GAP;
            let room = ui.available_width() - theme::CONTROL_HEIGHT - 2.0 * theme::SMALL_GAP;
            let mut field = |text: &mut String, kind: &str, width: f32, hint: &str, hidden: bool| {
                let edit = TextEdit::singleline(text)
                    .id_salt((what.as_str(), kind, index))
                    .password(hidden)
                    .hint_text(RichText::new(hint).color(t.faint).italics())
                    .font(theme::mono())
                    .margin(egui::Margin::symmetric(9, 4))
                    .desired_width(width)
                    .align(egui::Align2::LEFT_CENTER)
                    .min_size(vec2(0.0, theme::CONTROL_HEIGHT));
                let response: egui::Response = ui.add(edit);
                response.accessible_name(format!("{what} {number} {kind}"));
            };
            field(&mut pair.name, "name", room * 0.4 - 18.0, "name", false);
            let hint = if secret { "secret; empty: as entered before" } else { "value" };
            field(&mut pair.value, "value", room * 0.6 - 18.0, hint, secret && !self.reveal);
            Button::icon(Icon::X, &format!("Remove {} {number}", place.name())).show(ui).clicked()
        })
        .inner
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn group_ui(ui: &mut Ui, title: &str, contents: impl FnOnce(&mut Ui)) {
    let words = RichText::new(title).color(tokens(ui).dim);
    CollapsingHeader::new(words).id_salt(title).show(ui, |ui| {
        ui.add_space(theme::SMALL_GAP);
        contents(ui);
    });
}

fn tls_ui(ui: &mut Ui, profile: &mut Profile) {
    let reach = &mut profile.reach;
    let path = |ui: &mut Ui, title: &str, name: &str, text: &mut String, hint: &str| {
        labelled_ui(ui, title, |ui| field_ui(ui, name, text, hint, theme::mono()));
    };
    path(
        ui,
        "Trusted authorities, a PEM file",
        "Trusted authorities",
        &mut reach.authorities,
        "those of the system only",
    );
    path(ui, "Client certificate, a PEM file", "Client certificate", &mut reach.certificate, "none");
    path(ui, "Its key, a PEM file without a passphrase", "Client key", &mut reach.key, "in the same file");
    path(ui, "Server name", "Server name", &mut reach.server_name, "that of the URL");
    switch_ui(
        ui,
        &mut reach.accept_invalid,
        "Accept invalid certificates",
        "For a test server only: anyone on the way can read and change everything, the token too",
    );
}

fn network_ui(ui: &mut Ui, profile: &mut Profile) {
    let reach = &mut profile.reach;
    labelled_ui(ui, "Proxy", |ui| {
        let choices = [
            (ProxyChoice::Environment, "From the environment"),
            (ProxyChoice::Direct, "No proxy"),
            (ProxyChoice::Own, "This one"),
        ];
        choice_ui(ui, &mut reach.proxy, &choices);
    });
    match reach.proxy {
        ProxyChoice::Environment => {
            hint_ui(
                ui,
                "HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY count, but not for this machine itself",
            );
        }
        ProxyChoice::Direct => {}
        ProxyChoice::Own => {
            let hint = "http://proxy.example:3128 or socks5://user:password@host:1080";
            labelled_ui(ui, "Its URL", |ui| {
                field_ui(ui, "Proxy URL", &mut reach.proxy_url.0, hint, theme::mono())
            });
            hint_ui(ui, "Names are looked up by the proxy; a password is kept until the window closes");
        }
    }
    labelled_ui(ui, "Addresses", |ui| {
        let choices =
            [(AddressFamily::Any, "IPv4 and IPv6"), (AddressFamily::V4, "IPv4"), (AddressFamily::V6, "IPv6")];
        choice_ui(ui, &mut reach.family, &choices);
    });
}
