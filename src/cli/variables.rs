//! Server and credential from the environment or a `.env` file.

use std::io::Read as _;
use std::path::Path;

use super::record::say;
use crate::directus::{Credentials, Endpoint, EndpointError, Secret};
use crate::settings::{CredentialKind, Environment, EnvironmentError};

/// A `.env` file is read up to here; more is refused with a sentence of its own.
const MOST_BYTES: u64 = (1 << 20) + 1;

/// What the process has, behind what the file has.
pub(super) fn read(file: Option<&Path>) -> Result<Environment, String> {
    let process = Environment::of_process(|name| std::env::var(name).ok());
    let Some(path) = file else { return Ok(process) };
    let mut text = String::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(MOST_BYTES).read_to_string(&mut text))
        .map_err(|error| format!("{} can't be read: {error}.", path.display()))?;
    let found = Environment::of_dotenv(&text)
        .map_err(|error: EnvironmentError| format!("{}: {error}", path.display()))?;
    for note in &found.notes {
        say(note);
    }
    Ok(found.or(process))
}

/// The server that was named, else that of the variables.
pub(super) fn endpoint(named: Option<&str>, variables: &Environment) -> Result<Endpoint, String> {
    let (url, from) = match (named, &variables.url) {
        (Some(named), _) => (named, None),
        (None, Some(found)) => (found.value.as_str(), Some(found.variable)),
        (None, None) => {
            return Err(
                "No server is named. Give its URL as an argument, or in DIRECTUS_URL; see `harewire record --help`."
                    .to_owned(),
            );
        }
    };
    Endpoint::parse(url).map_err(|error: EndpointError| match from {
        Some(variable) => format!("{variable}: {error}"),
        None => error.to_string(),
    })
}

/// The credential of the variables, unless they name another server for it.
pub(super) fn credentials(variables: &Environment, endpoint: &Endpoint) -> Credentials {
    let Some((kind, secret)) = variables.secret() else { return Credentials::None };
    if !variables.fits(endpoint) {
        say("The credential of the environment was not used: DIRECTUS_URL names another server for it.");
        return Credentials::None;
    }
    let secret: Secret = secret.clone();
    match kind {
        CredentialKind::StaticToken => Credentials::StaticToken(secret),
        CredentialKind::Password => Credentials::Password {
            email: variables.email.as_ref().map(|found| found.value.clone()).unwrap_or_default(),
            password: secret,
            otp: None,
            in_band: false,
        },
        CredentialKind::RefreshToken => {
            say(
                "The refresh token of the environment is used up by this login: the one that replaces it is not kept.",
            );
            Credentials::RefreshToken { token: secret, in_band: false }
        }
        CredentialKind::None | CredentialKind::SessionCookie => Credentials::None,
    }
}
