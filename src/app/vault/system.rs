//! The keyring of the system this was built for.

use std::sync::Arc;

use keyring_core::api::CredentialStore;

/// Opens it. May take long, and may ask the user.
#[cfg(target_os = "linux")]
pub(super) fn open() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}

/// Opens it. May take long, and may ask the user.
#[cfg(target_os = "macos")]
pub(super) fn open() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

/// Opens it. May take long, and may ask the user.
#[cfg(target_os = "windows")]
pub(super) fn open() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(windows_native_keyring_store::Store::new()?)
}

/// Other systems have none that we know.
#[cfg(not(any(target_os = "linux", target_os = "macos", target_os = "windows")))]
pub(super) fn open() -> keyring_core::Result<Arc<CredentialStore>> {
    Err(keyring_core::Error::NoDefaultStore)
}
