//! What the app does about credentials: the keyring's news, variables, `.env` files.

use std::path::Path;
use std::time::{Duration, Instant};

use super::app::App;
use super::notice::Notice;
use super::vault::{Vault, VaultNews};
use crate::directus::{Credentials, Secret};
use crate::settings::{self, CredentialKind, Environment, Profile};
use crate::ui::path_prompt::Errand;
use crate::ui::vault_model::VaultAction;

/// A `.env` file is read up to here; more is refused with a sentence of its own.
const MOST_BYTES: u64 = (1 << 20) + 1;

impl App {
    pub(super) fn perform_on_vault(&mut self, action: VaultAction) {
        match action {
            VaultAction::Retry => self.memory.vault.retry(Instant::now()),
            VaultAction::Forget(id) => {
                let Some(profile) = self.memory.settings().profile(id).cloned() else { return };
                self.memory.vault.forget(&profile, Instant::now());
                if let Some(profile) = self.memory.change().profile_mut(id) {
                    profile.remember = false;
                }
            }
            VaultAction::AskDotenv => self.ask_path(Errand::ReadDotenv),
            VaultAction::UseDotenv(text) => {
                self.use_environment(
                    Environment::of_dotenv(text.expose()).map_err(|error| error.to_string()),
                );
            }
        }
    }

    /// Fills in the connect form, or says why not.
    pub(super) fn use_environment(&mut self, found: Result<Environment, String>) {
        match found {
            Ok(found) => {
                self.shell.fill_connect_form(&found);
                self.say(Notice::done(format!("Filled in from {}.", found.variables().join(", "))));
                for note in found.notes {
                    self.say(Notice::info(note));
                }
            }
            Err(sentence) => self.say(Notice::error(sentence)),
        }
    }

    /// Takes the keyring's answers. Returns when to look again, should it stay silent.
    pub(super) fn take_vault_news(&mut self) -> Option<Duration> {
        let now = Instant::now();
        for news in self.memory.vault.poll(now) {
            match news {
                VaultNews::Go(awaited) => {
                    self.connect_with(*awaited);
                }
                VaultNews::Failed(sentence) => self.say(Notice::error(sentence)),
                VaultNews::Told(sentence) => self.say(Notice::info(sentence)),
            }
        }
        self.memory.vault.patience(now)
    }

    /// What the variables of the process say to a first screen: they fill in an empty form, and give a token to the
    /// profile used last if it is their server's.
    pub(super) fn take_environment(&mut self) {
        let found = self.memory.environment.clone();
        let settings = self.memory.settings();
        let Some(profile) = settings.profile(settings.last_profile) else {
            if found.url.is_some() {
                self.shell.fill_connect_form(&found);
            }
            return;
        };
        let (kind, id) = (profile.credential, profile.id);
        if let Some(secret) = secret_for(&found, profile) {
            self.memory.vault.keep((id, kind), secret);
        }
    }
}

/// The value that the variables give to a profile: of its kind and for its server, or for a server they don't name.
pub(super) fn secret_for(found: &Environment, profile: &Profile) -> Option<Secret> {
    let (kind, secret) = found.secret()?;
    (kind == profile.credential && found.fits(&profile.endpoint().ok()?)).then(|| secret.clone())
}

/// Reads a `.env` file.
pub(super) fn read_dotenv(path: &Path) -> Result<Environment, String> {
    use std::io::Read as _;
    let mut text = String::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(MOST_BYTES).read_to_string(&mut text))
        .map_err(|error| format!("{} can't be read: {error}.", path.display()))?;
    Environment::of_dotenv(&text).map_err(|error| error.to_string())
}

/// Whether a file is a `.env`, by its name: `.env`, `.env.local`, `production.env`.
pub(super) fn is_dotenv(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    name == ".env" || name.starts_with(".env.") || name.ends_with(".env")
}

/// What a profile logs in with; `None` if its value must be read from the keyring first.
///
/// # Errors
/// A value is missing, as a sentence.
pub(super) fn credentials(
    profile: &Profile,
    vault: &Vault,
    otp: Option<Secret>,
) -> Result<Option<Credentials>, String> {
    let kind = profile.credential;
    if kind == CredentialKind::None {
        return Ok(Some(Credentials::None));
    }
    let Some(secret) = vault.secret(profile.id, kind).cloned() else {
        return match kind {
            _ if profile.remember => Ok(None),
            // A static token may be left out: then there is no login.
            CredentialKind::StaticToken | CredentialKind::None => Ok(Some(Credentials::None)),
            CredentialKind::Password | CredentialKind::RefreshToken | CredentialKind::SessionCookie => {
                Err(format!(
                    "“{}” was not connected: its {} is not known in this session. Type it under Connection, then connect.",
                    profile.name,
                    kind.secret_name()
                ))
            }
        };
    };
    Ok(Some(match kind {
        CredentialKind::None => Credentials::None,
        CredentialKind::StaticToken => Credentials::StaticToken(secret),
        CredentialKind::Password => Credentials::Password {
            email: profile.email.clone(),
            password: secret,
            otp,
            in_band: profile.in_band,
        },
        CredentialKind::RefreshToken => Credentials::RefreshToken { token: secret, in_band: profile.in_band },
        CredentialKind::SessionCookie => {
            Credentials::SessionCookie { name: profile.cookie_name.clone(), value: secret }
        }
    }))
}

/// Whether a credential for the one may be shown to the other: same host and port, and no less encryption.
pub(super) fn same_server(known: &Profile, edited: &Profile) -> bool {
    match (known.endpoint(), edited.endpoint()) {
        (Ok(known), Ok(edited)) => settings::same_server(&known, &edited),
        _ => known.url == edited.url,
    }
}
