//! Connecting: from a profile and a token to a capture with a live link.

use std::time::{Duration, Instant};

use super::app::App;
use super::demo_tab::DemoTab;
use super::memory::Memory;
use super::notice::Notice;
use super::tab::Tab;
use super::vault::Awaited;
use super::vault_work::{credentials, same_server};
use crate::capture::time;
use crate::demo;
use crate::directus::template::Template;
use crate::directus::{ClientMessage, Credentials, Endpoint, EventName, Json, Secret, Subscribe, Uid};
use crate::engine::Destination;
use crate::net::proxy::ProxyRules;
use crate::net::{self, Command, ConnectSpec, Outgoing, TransportKind};
use crate::settings::{CredentialKind, Preferences, Profile, ProfileId, Protocol, Switches, Transport};
use crate::ui::action::ConnectRequest;

/// Where a connection goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Into the tab on the screen, which is its own.
    There,
    /// In place of it.
    Instead,
    /// Into a new one.
    New,
}

impl App {
    /// Connects as asked by the connect form. The profile is remembered, its credential at most in the keyring.
    pub(super) fn connect(&mut self, request: ConnectRequest) {
        let now = Instant::now();
        let mut profile = request.profile;
        if self.is_used_elsewhere(&profile) {
            // A tab goes on with the profile as it was: this is another server, and gets one of its own.
            profile.id = ProfileId::default();
            profile.name.clear();
        }
        let profile = self.memory.save_profile(profile, now);
        if let Some(secret) = request.secret.filter(|secret| !secret.is_empty()) {
            self.memory.vault.keep((profile.id, profile.credential), secret);
            self.memory.vault.settle(&profile, now);
        }
        self.shell.adopt_profile(profile.clone());
        self.connect_with(Awaited { profile, otp: request.otp, beside: false });
    }

    /// Connects again with the profile on the screen, else with the one used last.
    pub(super) fn reconnect(&mut self) {
        let on_screen = self.tab.as_ref().and_then(|tab| tab.profile.clone());
        let settings = self.memory.settings();
        // The stored profile is the one in effect; the demo's is not stored.
        let stored =
            settings.profile(on_screen.as_ref().map_or(settings.last_profile, |profile| profile.id)).cloned();
        let is_still_it =
            |stored: &Profile| on_screen.as_ref().is_none_or(|on_screen| same_server(stored, on_screen));
        match stored.filter(is_still_it).or(on_screen) {
            Some(profile) => self.connect_with(Awaited { profile, otp: None, beside: false }),
            None => self.say(Notice::info("There is no server yet. Enter its URL first.")),
        }
    }

    /// Starts the demo server if need be, connects to it, and begins the guide: a subscription to `messages`, and a
    /// message to create ready to be sent.
    pub(super) fn start_demo(&mut self) {
        if self.demo.is_none() {
            match DemoTab::start() {
                Ok(demo) => self.demo = Some(demo),
                Err(error) => {
                    self.say(Notice::error(error.to_string()));
                    return;
                }
            }
        }
        let Some(url) = self.demo.as_ref().map(|demo| demo.url().to_owned()) else { return };
        self.memory.keep_token(crate::settings::ProfileId::default(), Secret::new(demo::TOKEN));
        self.connect_with(Awaited { profile: Memory::demo_profile(&url), otp: None, beside: false });
        let mut subscribe = Subscribe::new("messages");
        subscribe.event = EventName::Create;
        subscribe.query = Json::parse(r#"{"fields":["user","text"]}"#);
        subscribe.uid = Some(Uid::Text("messages-1".to_owned()));
        self.command(Command::Send(Outgoing::Text(ClientMessage::Subscribe(subscribe).to_text())));
        self.shell.edit(Template::CreateItems.text("messages", "create-1"));
    }

    /// Connects with what the vault knows; if the keyring must be asked first, when it has answered.
    pub(super) fn connect_with(&mut self, wanted: Awaited) {
        match credentials(&wanted.profile, &self.memory.vault, wanted.otp.clone()) {
            Ok(Some(credentials)) => self.connect_to(wanted.profile, credentials, wanted.beside),
            Ok(None) => self.memory.vault.fetch(wanted, Instant::now()),
            Err(sentence) => self.say(Notice::error(sentence)),
        }
    }

    /// Whether a tab has this profile with another server, and a connection to it.
    fn is_used_elsewhere(&self, profile: &Profile) -> bool {
        self.any_tab(|tab| {
            let own = tab.profile.as_ref().filter(|own| own.id == profile.id);
            tab.is_busy() && own.is_some_and(|own| !same_server(own, profile))
        })
    }

    /// Connects once more to the server of the tab on the screen, in a new tab.
    pub(super) fn connect_beside(&mut self) {
        match self.tab.as_ref().and_then(|tab| tab.profile.clone()) {
            Some(profile) => self.connect_with(Awaited { profile, otp: None, beside: true }),
            None => self.say(Notice::info("This tab has no connection. Connect to a server first.")),
        }
    }

    /// Where a connection to a server goes: one tab is one file, across reconnects.
    fn place_for(&mut self, id: ProfileId, server: &str) -> Place {
        if self.switch_to_connection(id, server) {
            return Place::There;
        }
        // A first try at a wrong address leaves nothing worth a tab.
        let is_failed = |tab: &Tab| {
            let snapshot = tab.capture.snapshot();
            tab.profile.as_ref().is_some_and(|profile| profile.id == id)
                && !tab.is_busy()
                && snapshot.last_close.is_none()
        };
        if self.tab.as_ref().is_some_and(is_failed) { Place::Instead } else { Place::New }
    }

    /// Everything needed to connect with a profile.
    ///
    /// # Errors
    /// A sentence: the URL is none, a secret value isn't known any more, the proxy can't be used.
    pub(super) fn spec_for(
        &mut self,
        profile: &Profile,
        credentials: Credentials,
    ) -> Result<ConnectSpec, String> {
        let endpoint = profile.endpoint().map_err(|error| error.to_string())?;
        let mut spec = spec(profile, endpoint, credentials);
        if profile.credential == CredentialKind::RefreshToken {
            spec.keeper = Some(net::Keeper::new(self.memory.vault.keeper(profile)));
        }
        let rules = ProxyRules::from_environment();
        let secrets = self.memory.reach_secrets(profile.id);
        super::reach::extend(&mut spec, &profile.reach, secrets, &rules)?;
        Ok(spec)
    }

    fn connect_to(&mut self, profile: Profile, credentials: Credentials, beside: bool) {
        let spec = match self.spec_for(&profile, credentials) {
            Ok(spec) => spec,
            Err(sentence) => return self.say(Notice::error(sentence)),
        };
        let server = spec.endpoint.shown_url();
        let place = if beside { Place::New } else { self.place_for(profile.id, &server) };
        if place != Place::There && !self.new_capture(&spec, &profile, place) {
            return;
        }
        if let Some(tab) = &mut self.tab {
            let examine = profile.examine && profile.protocol == Protocol::Directus;
            tab.profile = Some(profile);
            // Also where the login can't even be tried, the server may be asked what it is.
            tab.capture.command(Command::Prepare(Box::new(spec.clone())));
            tab.capture.command(Command::Connect(Box::new(spec)));
            if examine {
                tab.capture.command(Command::Examine);
            }
        }
    }

    /// Begins a capture for a server.
    fn new_capture(&mut self, spec: &ConnectSpec, profile: &Profile, place: Place) -> bool {
        if place == Place::New && !self.has_room_for_tab() {
            return false;
        }
        let server = spec.endpoint.shown_url();
        let Preferences { record, fold_heartbeats, follow, .. } = self.memory.settings().preferences;
        let to = match record.then(|| self.files.reserve(spec.endpoint.host(), time::now_us())) {
            None => Destination::Temporary,
            Some(Ok(lease)) => Destination::Store(lease),
            Some(Err(sentence)) => {
                self.say(Notice::error(format!("{sentence} This session goes to a temporary file.")));
                Destination::Temporary
            }
        };
        self.prune();
        match self.engine.record(&server, to, &self.wake) {
            Ok(capture) => {
                let tab = Tab::new(capture, Some(profile.clone()), fold_heartbeats);
                match place {
                    Place::Instead => self.replace_tab(tab, follow),
                    Place::There | Place::New => self.show_tab(tab, follow),
                }
                true
            }
            Err(error) => {
                self.say(Notice::error(error.to_string()));
                false
            }
        }
    }
}

fn spec(profile: &Profile, endpoint: Endpoint, credentials: Credentials) -> ConnectSpec {
    let mut spec = ConnectSpec::new(endpoint, profile.mode, credentials);
    spec.token_place = profile.token_place;
    spec.transport = match profile.transport {
        Transport::Full => TransportKind::Full,
        Transport::Portable => TransportKind::Portable,
    };
    spec.protocol = match profile.protocol {
        Protocol::Directus => net::Protocol::Directus,
        Protocol::Raw => net::Protocol::Raw,
    };
    spec.switches = net_switches(profile.switches);
    spec.connect_timeout = Duration::from_secs(u64::from(profile.connect_timeout_s.max(1)));
    spec.subprotocols.clone_from(&profile.subprotocols);
    if !profile.origin.is_empty() {
        spec.headers.push(("Origin".to_owned(), profile.origin.clone()));
    }
    spec
}

/// The switches of a profile as `net` takes them.
pub(super) fn net_switches(switches: Switches) -> net::Switches {
    let Switches { auto_pong, reconnect, resubscribe, measure, reauth } = switches;
    net::Switches { auto_pong, reconnect, resubscribe, measure, reauth }
}
