//! Failures of the certificates and keys that a profile names: nothing was sent yet.

use std::path::Path;

use super::{Remedy, Sentences};

/// What a file was read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PemFile {
    /// Authorities to trust.
    Authorities,
    /// The client certificate.
    Certificate,
    /// Its key.
    Key,
}

impl PemFile {
    const fn name(self) -> &'static str {
        match self {
            Self::Authorities => "file of trusted authorities",
            Self::Certificate => "client certificate",
            Self::Key => "key of the client certificate",
        }
    }
}

/// Why the TLS settings of a profile can't be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TrustFailure {
    /// A file can't be read.
    Unreadable {
        /// What it was read for.
        file: PemFile,
        /// Where it lies.
        path: String,
        /// The system's words.
        detail: String,
    },
    /// A file holds nothing of the kind.
    Empty {
        /// What it was read for.
        file: PemFile,
        /// Where it lies.
        path: String,
    },
    /// A file is damaged.
    Damaged {
        /// What it was read for.
        file: PemFile,
        /// Where it lies.
        path: String,
        /// The reader's words.
        detail: String,
    },
    /// The key is encrypted.
    KeyEncrypted {
        /// Where it lies.
        path: String,
    },
    /// Certificate and key don't belong together.
    Mismatch,
    /// The key is of a kind that can't be used.
    BadKey {
        /// The library's words.
        detail: String,
    },
}

impl TrustFailure {
    pub(crate) const fn remedy(&self) -> Remedy {
        match self {
            Self::Unreadable { .. }
            | Self::Empty { .. }
            | Self::Damaged { .. }
            | Self::KeyEncrypted { .. }
            | Self::Mismatch
            | Self::BadKey { .. } => Remedy::Change,
        }
    }

    pub(crate) fn unreadable(file: PemFile, path: &Path, error: &std::io::Error) -> Self {
        Self::Unreadable { file, path: path.display().to_string(), detail: error.to_string() }
    }

    pub(crate) fn sentences(&self) -> Sentences {
        match self {
            Self::Unreadable { file, path, detail } => Sentences::new(
                format!("The {} {path} can't be read ({detail}).", file.name()),
                "The file was moved, or this user may not read it.",
                "Correct the path in the profile, or the permissions of the file.",
            ),
            Self::Empty { file: PemFile::Key, path } => Sentences::new(
                format!("No private key is in {path}."),
                "It holds only a certificate, or it isn't PEM: text between BEGIN and END lines.",
                "Name the file of the key; a .p12 or .pfx file must be converted to PEM with openssl pkcs12 first.",
            ),
            Self::Empty { file, path } => Sentences::new(
                format!("No certificate is in the {} {path}.", file.name()),
                "It isn't PEM: text between BEGIN CERTIFICATE and END CERTIFICATE.",
                "Convert it to PEM with openssl x509 (from DER) or openssl pkcs12 (from .p12 or .pfx).",
            ),
            Self::Damaged { file, path, detail } => Sentences::new(
                format!("The {} {path} is damaged ({detail}).", file.name()),
                "It was cut off, or changed by an editor.",
                "Get the file anew from where it was made.",
            ),
            Self::KeyEncrypted { path } => Sentences::new(
                format!("The key {path} is encrypted with a passphrase."),
                "Harewire takes no passphrases.",
                "Write it without one (openssl pkey -in key.pem -out plain.pem), readable by you alone.",
            ),
            Self::Mismatch => Sentences::new(
                "The client certificate and its key don't belong together.",
                "The certificate was made for another key, or the files are mixed up.",
                "Name the key with which the certificate was requested.",
            ),
            Self::BadKey { detail } => Sentences::new(
                format!("The key of the client certificate can't be used ({detail})."),
                "It is of a kind or a size that TLS here doesn't know; RSA from 2048 bits, ECDSA and Ed25519 are known.",
                "Make a new key and certificate of one of these kinds.",
            ),
        }
    }

    #[cfg(test)]
    pub(crate) fn samples() -> Vec<Self> {
        let path = || "ca.pem".to_owned();
        let detail = || "no such file".to_owned();
        let mut samples =
            vec![Self::KeyEncrypted { path: path() }, Self::Mismatch, Self::BadKey { detail: detail() }];
        for file in [PemFile::Authorities, PemFile::Certificate, PemFile::Key] {
            samples.push(Self::Unreadable { file, path: path(), detail: detail() });
            samples.push(Self::Empty { file, path: path() });
            samples.push(Self::Damaged { file, path: path(), detail: detail() });
        }
        samples
    }
}
