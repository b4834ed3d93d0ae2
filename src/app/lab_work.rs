//! What the app does about the heartbeat lab.

use std::time::Duration;

use super::app::App;
use super::notice::Notice;
use super::vault_work::credentials;
use crate::directus::{AuthMode, Credentials};
use crate::engine::lab::{Experiment, Judgement, Lab, Trial, Verdict, heartbeat_lab};
use crate::net::ConnectSpec;
use crate::session::{Phase, Snapshot};
use crate::settings::{CredentialKind, Profile, Protocol};
use crate::ui::lab_view::{LabAction, LabModel, LabRow, LabState, PeriodSource, Plan};
use crate::ui::page::Page;

/// The period of a server that isn't configured otherwise (reference 1.2).
const DEFAULT_PERIOD: Duration = Duration::from_secs(30);

/// A lab that was started.
pub struct LabRun {
    lab: Lab,
    server: String,
    plan: Plan,
}

impl App {
    pub(super) fn perform_on_lab(&mut self, action: LabAction) {
        match action {
            LabAction::Start => {
                if let Err(sentence) = self.start_lab() {
                    self.say(Notice::error(sentence));
                }
            }
            LabAction::Cancel => {
                if let Some(run) = &self.lab {
                    run.lab.cancel();
                }
            }
            // What still runs goes on, and tells when it is over.
            LabAction::Leave => self.lab = self.lab.take().filter(|run| run.lab.is_running()),
        }
    }

    fn start_lab(&mut self) -> Result<(), String> {
        let (profile, plan) = self.lab_plan()?;
        let credentials = shown(&profile, self.lab_credentials(&profile)?)?;
        let spec: ConnectSpec = self.spec_for(&profile, credentials)?;
        let period = Duration::from_micros(plan.period_us);
        let lab = Lab::start(&self.engine, &spec, period, &self.wake).map_err(|error| error.to_string())?;
        self.lab = Some(LabRun { lab, server: spec.endpoint.shown_url(), plan });
        Ok(())
    }

    /// Picks up what is over; says so where the page was closed meanwhile.
    pub(super) fn poll_lab(&mut self) {
        let is_over = self.lab.as_mut().is_some_and(|run| run.lab.poll());
        if is_over && !self.shell.shows(Page::Lab) {
            let outcome = self.lab.as_ref().map(|run| run.model().outcome()).unwrap_or_default();
            self.say(Notice::info(format!(
                "The heartbeat lab is over: {outcome}. Its command shows the results."
            )));
        }
    }

    /// The lab as its page shows it; nothing while there is none.
    pub(super) fn lab_model(&self) -> LabModel {
        if !self.shell.shows(Page::Lab) {
            return LabModel::default();
        }
        let ready = self.lab_plan().and_then(|(profile, plan)| {
            shown(&profile, self.lab_credentials(&profile)?)?;
            Ok(plan)
        });
        if let Some(run) = &self.lab {
            return LabModel { obstacle: ready.err(), ..run.model() };
        }
        let server = self.tab.as_ref().map(|tab| tab.capture.snapshot().url.to_string()).unwrap_or_default();
        match ready {
            Err(obstacle) => LabModel { server, obstacle: Some(obstacle), ..LabModel::default() },
            Ok(plan) => {
                let lab = heartbeat_lab(Some(Duration::from_micros(plan.period_us)));
                let rows = lab.iter().map(|(_, experiment)| row(experiment)).collect();
                LabModel { server, plan: Some(plan), rows, ..LabModel::default() }
            }
        }
    }

    /// What to try on the server of the tab on the screen.
    fn lab_plan(&self) -> Result<(Profile, Plan), String> {
        let none = "The lab tries the server of a tab that is connected. Connect first.";
        let tab = self.tab.as_ref().ok_or(none)?;
        let profile = tab.profile.clone().ok_or(none)?;
        if profile.protocol == Protocol::Raw {
            return Err(
                "This profile speaks plain WebSocket: there is no heartbeat of Directus to try.".to_owned()
            );
        }
        let snapshot = tab.capture.snapshot();
        if snapshot.phase != Phase::Live {
            return Err(none.to_owned());
        }
        let (period, source) = period(&snapshot)?;
        Ok((profile, plan(period, source)))
    }

    fn lab_credentials(&self, profile: &Profile) -> Result<Credentials, String> {
        credentials(profile, &self.memory.vault, None)?.ok_or_else(|| {
            "The token of this profile isn't known in this session. Type it under Connection, then connect.".to_owned()
        })
    }
}

impl LabRun {
    fn model(&self) -> LabModel {
        LabModel {
            server: self.server.clone(),
            plan: Some(self.plan),
            obstacle: None,
            rows: self.lab.trials().iter().map(trial_row).collect(),
            is_running: self.lab.is_running(),
            is_stopping: self.lab.is_cancelled(),
        }
    }
}

/// The credentials, if every mode takes them in the query (reference 1.3): experiments say nothing but what they try.
fn shown(profile: &Profile, credentials: Credentials) -> Result<Credentials, String> {
    let in_url = profile.endpoint().is_ok_and(|endpoint| endpoint.token().is_some());
    match &credentials {
        Credentials::StaticToken(_) => Ok(credentials),
        Credentials::None if in_url || profile.mode == AuthMode::Public => Ok(credentials),
        Credentials::None => Err("Without a token this server takes no connection for long, and none is known. Give the profile a token under Connection.".to_owned()),
        Credentials::Password { .. } | Credentials::RefreshToken { .. } | Credentials::SessionCookie { .. } => Err(format!(
            "The lab shows its token in the URL of each connection, and a login by {} brings none that could be shown there. Connect with a {}.",
            credentials.kind(),
            CredentialKind::StaticToken.secret_name()
        )),
    }
}

/// The period of a server, as well as it is known.
fn period(snapshot: &Snapshot) -> Result<(Duration, PeriodSource), String> {
    match snapshot.server.heartbeat_s.as_ref().map(|told| told.value) {
        Some(None) => Err("The heartbeat of this server is switched off (WEBSOCKETS_HEARTBEAT_ENABLED=false): it sends no ping and closes no connection that is silent, so there is nothing to try.".to_owned()),
        Some(Some(seconds)) if seconds > 0 => Ok((Duration::from_secs(seconds), PeriodSource::Told)),
        Some(Some(_)) | None => Ok(match snapshot.heartbeat.period_us.filter(|period| *period > 0) {
            Some(period) => (Duration::from_micros(period), PeriodSource::Measured),
            None => (DEFAULT_PERIOD, PeriodSource::Default),
        }),
    }
}

fn plan(period: Duration, source: PeriodSource) -> Plan {
    let us = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
    let longest = heartbeat_lab(Some(period)).iter().map(|(_, experiment)| experiment.longest()).max();
    Plan { period_us: us(period), source, takes_us: us(period * 3), most_us: us(longest.unwrap_or_default()) }
}

fn row(experiment: &Experiment) -> LabRow {
    LabRow {
        name: experiment.name.to_owned(),
        question: experiment.question.to_owned(),
        expected: experiment.expectation(),
        ..LabRow::default()
    }
}

fn trial_row(trial: &Trial) -> LabRow {
    let row = row(&trial.experiment);
    let Some(Judgement { verdict, observed, .. }) = &trial.judgement else {
        return LabRow { state: LabState::Running, ..row };
    };
    let state = match verdict {
        Verdict::AsExpected => LabState::AsExpected,
        Verdict::Differs => LabState::Differs,
        Verdict::NotTried => LabState::NotTried,
    };
    LabRow { state, observed: observed.clone(), ..row }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::directus::Secret;
    use crate::session::{Server, Source, Told};

    fn of(
        heartbeat_s: Option<Option<u64>>,
        measured_us: Option<u64>,
    ) -> Result<(Duration, PeriodSource), String> {
        let told = heartbeat_s.map(|value| Told { value, source: Source::InfoAsUser, seq: 3 });
        let server = Arc::new(Server { heartbeat_s: told, ..Server::default() });
        let mut snapshot = Snapshot { server, ..Snapshot::default() };
        snapshot.heartbeat.period_us = measured_us;
        period(&snapshot)
    }

    #[test]
    fn the_period_is_the_servers_word_else_measured_else_the_default() {
        let (s, ms) = (Duration::from_secs, Duration::from_millis);
        assert_eq!(of(Some(Some(2)), Some(1_990_000)), Ok((s(2), PeriodSource::Told)));
        assert_eq!(of(None, Some(1_990_000)), Ok((ms(1990), PeriodSource::Measured)));
        assert_eq!(of(None, None), Ok((s(30), PeriodSource::Default)));
        assert!(of(Some(None), Some(1)).is_err_and(|sentence| sentence.contains("switched off")));
    }

    #[test]
    fn only_what_can_stand_in_a_url_is_taken() {
        let public = Profile { mode: AuthMode::Public, ..Profile::default() };
        let handshake = Profile { mode: AuthMode::Handshake, ..Profile::default() };
        assert!(shown(&handshake, Credentials::StaticToken(Secret::new("t"))).is_ok());
        assert!(shown(&public, Credentials::None).is_ok() && shown(&handshake, Credentials::None).is_err());
        let refused =
            shown(&handshake, Credentials::RefreshToken { token: Secret::new("hush"), in_band: false }).err();
        assert!(
            refused.is_some_and(|sentence| sentence.contains("refresh token") && !sentence.contains("hush"))
        );
    }
}
