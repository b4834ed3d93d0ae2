//! What a certificate says of itself, for the capture.

use rustls::SupportedCipherSuite;
use rustls::crypto::ring::cipher_suite::TLS13_AES_128_GCM_SHA256;
use x509_parser::prelude::{FromDer as _, GeneralName, X509Certificate};
use x509_parser::time::ASN1Time;

use crate::capture::event::Certificate;
use crate::capture::time::rfc3339;

/// Longest name kept, characters: a server may send anything.
const NAME_LIMIT: usize = 300;
/// Most names kept.
const NAMES: usize = 100;

/// Describes a certificate in DER form. One that can't be read has its digest and size only.
pub(super) fn described(der: &[u8]) -> Certificate {
    let known = Certificate {
        sha256: sha256_hex(der),
        size: u32::try_from(der.len()).unwrap_or(u32::MAX),
        ..Certificate::default()
    };
    let Ok((_, read)) = X509Certificate::from_der(der) else { return known };
    let names = read.subject_alternative_name().ok().flatten();
    let names = names.map(|it| it.value.general_names.iter().filter_map(name).take(NAMES).collect());
    Certificate {
        subject: Some(short(read.subject().to_string())),
        issuer: Some(short(read.issuer().to_string())),
        not_before: date(read.validity().not_before),
        not_after: date(read.validity().not_after),
        names: names.unwrap_or_default(),
        ..known
    }
}

fn date(time: ASN1Time) -> Option<String> {
    Some(rfc3339(time.timestamp().checked_mul(1_000_000)?))
}

/// A host name or an address; other kinds of names say nothing about a server.
fn name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some(short((*name).to_owned())),
        GeneralName::IPAddress(bytes) => address(bytes),
        _ => None,
    }
}

fn address(bytes: &[u8]) -> Option<String> {
    let four = <[u8; 4]>::try_from(bytes).map(std::net::IpAddr::from);
    let sixteen = <[u8; 16]>::try_from(bytes).map(std::net::IpAddr::from);
    four.or(sixteen).ok().map(|address| address.to_string())
}

fn short(text: String) -> String {
    if text.chars().nth(NAME_LIMIT).is_none() { text } else { text.chars().take(NAME_LIMIT).collect() }
}

/// The hash of a cipher suite serves: a crate of its own for one digest would be too much.
fn sha256_hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let SupportedCipherSuite::Tls13(suite) = TLS13_AES_128_GCM_SHA256 else { return String::new() };
    let mut hex = String::new();
    for byte in suite.common.hash_provider.hash(bytes).as_ref() {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

#[cfg(test)]
mod tests {
    use super::{described, sha256_hex};

    #[test]
    fn the_digest_is_sha_256() {
        assert_eq!(sha256_hex(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn a_certificate_tells_names_and_dates() {
        let names = ["cms.example".to_owned(), "192.0.2.7".to_owned()];
        let mut wanted = rcgen::CertificateParams::new(names.clone()).unwrap();
        wanted.distinguished_name.push(rcgen::DnType::CommonName, "cms");
        wanted.not_before = rcgen::date_time_ymd(2026, 1, 1);
        wanted.not_after = rcgen::date_time_ymd(2026, 4, 1);
        let made = wanted.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap();
        let told = described(made.der());
        assert_eq!(told.names, names);
        assert!(told.subject.as_deref().is_some_and(|subject| subject.contains("CN=cms")), "{told:?}");
        assert_eq!(told.issuer, told.subject);
        assert_eq!(told.not_before.as_deref(), Some("2026-01-01T00:00:00.000000Z"));
        assert_eq!(told.not_after.as_deref(), Some("2026-04-01T00:00:00.000000Z"));
    }

    #[test]
    fn what_is_no_certificate_has_its_digest() {
        let told = described(b"abc");
        assert_eq!((told.size, told.subject, told.names.len()), (3, None, 0));
    }
}
