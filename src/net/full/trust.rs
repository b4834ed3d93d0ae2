//! Whom a TLS connection trusts and as whom it comes, made from the files that a profile names.

use std::path::Path;
use std::sync::Arc;

use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::{Error as PemError, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls_platform_verifier::Verifier;

use crate::net::failure::{Failure, PemFile, TlsFailure, TrustFailure};
use crate::net::reach::Trust;

/// What the files of a profile come to. No `Debug`: it holds a private key.
pub(super) struct Trusted {
    /// Judges the server's chain.
    pub(super) judge: Arc<dyn ServerCertVerifier>,
    /// The client certificate with its chain, and its key.
    pub(super) own: Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>,
}

impl Trusted {
    /// Reads files, the system's certificates among them: not on the thread that serves every connection.
    pub(super) fn load(trust: &Trust, provider: &Arc<CryptoProvider>) -> Result<Self, Failure> {
        let roots = match &trust.authorities {
            Some(path) => certificates(PemFile::Authorities, path)?,
            None => Vec::new(),
        };
        let own = match &trust.certificate {
            Some(path) => {
                let chain = certificates(PemFile::Certificate, path)?;
                Some((chain, key(trust.key.as_deref().unwrap_or(path))?))
            }
            None => None,
        };
        let verifier = Verifier::new_with_extra_roots(roots, Arc::clone(provider));
        let judge = verifier.map_err(|error| TlsFailure::NoRoots { detail: error.to_string() })?;
        Ok(Self { judge: Arc::new(judge), own })
    }
}

fn certificates(file: PemFile, path: &Path) -> Result<Vec<CertificateDer<'static>>, TrustFailure> {
    let bytes = std::fs::read(path).map_err(|error| TrustFailure::unreadable(file, path, &error))?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    match found {
        Ok(found) if found.is_empty() => Err(TrustFailure::Empty { file, path: path.display().to_string() }),
        Ok(found) => {
            // Each must be readable, or the verifier would leave it out in silence.
            match found.iter().find_map(|der| x509_parser::parse_x509_certificate(der).err()) {
                Some(error) => Err(TrustFailure::Damaged {
                    file,
                    path: path.display().to_string(),
                    detail: error.to_string(),
                }),
                None => Ok(found),
            }
        }
        Err(error) => Err(damaged(file, path, &error)),
    }
}

fn key(path: &Path) -> Result<PrivateKeyDer<'static>, TrustFailure> {
    let file = PemFile::Key;
    let bytes = std::fs::read(path).map_err(|error| TrustFailure::unreadable(file, path, &error))?;
    // `BEGIN ENCRYPTED PRIVATE KEY`, or the header `Proc-Type: 4,ENCRYPTED` of the older form.
    if memchr::memmem::find(&bytes, b"ENCRYPTED").is_some() {
        return Err(TrustFailure::KeyEncrypted { path: path.display().to_string() });
    }
    match PrivateKeyDer::from_pem_slice(&bytes) {
        Ok(key) => Ok(key),
        Err(PemError::NoItemsFound) => Err(TrustFailure::Empty { file, path: path.display().to_string() }),
        Err(error) => Err(damaged(file, path, &error)),
    }
}

/// The reader's errors may quote lines of the file, and a line of a key is a part of a secret.
fn damaged(file: PemFile, path: &Path, error: &PemError) -> TrustFailure {
    let detail = match error {
        PemError::MissingSectionEnd { .. } => "its END line is missing",
        PemError::IllegalSectionStart { .. } => "its BEGIN line is damaged",
        PemError::Base64Decode(_) => "what stands between BEGIN and END isn't base64",
        _ => "it isn't PEM",
    };
    TrustFailure::Damaged { file, path: path.display().to_string(), detail: detail.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::sync::Arc;

    use super::Trusted;
    use crate::net::failure::Failure;
    use crate::net::reach::Trust;

    /// What is said of a certificate file and a key file with these contents.
    fn said(certificate: &str, key: Option<&str>) -> Result<bool, String> {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path: PathBuf = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let trust = Trust {
            certificate: Some(write("client.pem", certificate)),
            key: key.map(|key| write("client.key", key)),
            ..Trust::default()
        };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        match Trusted::load(&trust, &provider) {
            Ok(trusted) => Ok(trusted.own.is_some()),
            Err(failure) => Err(failure.sentences().message),
        }
    }

    #[test]
    fn a_certificate_and_its_key_come_from_one_file_or_two() {
        let made = rcgen::generate_simple_self_signed(vec!["client".to_owned()]).unwrap();
        let (certificate, key) = (made.cert.pem(), made.signing_key.serialize_pem());
        assert_eq!(said(&certificate, Some(&key)), Ok(true));
        assert_eq!(said(&format!("{certificate}\n{key}"), None), Ok(true));
        assert!(said(&certificate, None).unwrap_err().contains("No private key"));
    }

    #[test]
    fn each_fault_of_a_file_is_told_and_no_line_of_a_key_is() {
        let made = rcgen::generate_simple_self_signed(vec!["client".to_owned()]).unwrap();
        let (certificate, key) = (made.cert.pem(), made.signing_key.serialize_pem());
        assert!(said("hello", Some(&key)).unwrap_err().contains("No certificate is in"));
        let encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
        assert!(said(&certificate, Some(encrypted)).unwrap_err().contains("encrypted with a passphrase"));
        let cut = key.get(..key.len() - 30).unwrap();
        let told = said(&certificate, Some(cut)).unwrap_err();
        assert!(told.contains("damaged"), "{told}");
        let line = key.lines().nth(1).unwrap();
        let odd = key.replace(line, &format!("{line}!hush!"));
        let told = said(&certificate, Some(&odd)).unwrap_err();
        assert!(told.contains("damaged") && !told.contains(line), "{told}");
        let garbled = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert!(said(garbled, Some(&key)).unwrap_err().contains("damaged"));
        let trust = Trust { authorities: Some("/nowhere/ca.pem".into()), ..Trust::default() };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let refused = Trusted::load(&trust, &provider).err().unwrap();
        assert!(matches!(&refused, Failure::Trust(_)), "{refused:?}");
        assert!(refused.sentences().message.contains("/nowhere/ca.pem can't be read"));
    }
}
