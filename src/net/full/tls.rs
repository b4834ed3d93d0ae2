//! TLS: rustls with ring, trusting what the operating system trusts, and what the profile says beside.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use tokio::time::timeout_at;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::capture::event::Certificate;
use crate::net::clock::since_us;
use crate::net::failure::{Failure, TlsFailure, TrustFailure};
use crate::net::full::trust::Trusted;
use crate::net::full::{Deadline, Report, Wire, certificate};
use crate::net::reach::Trust;
use crate::net::socket::SocketEvent;

/// Writes the chain down before it is judged: a refused certificate is the one a person wants to see.
#[derive(Debug)]
struct Recorder {
    judge: Arc<dyn ServerCertVerifier>,
    seen: Mutex<Vec<Certificate>>,
    /// Whatever the judge says of the chain.
    lenient: bool,
    /// What the judge had against the chain, where that is so.
    overruled: Mutex<Option<rustls::Error>>,
}

impl Recorder {
    fn seen(&self) -> Vec<Certificate> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn overruled(&self) -> Option<rustls::Error> {
        self.overruled.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl ServerCertVerifier for Recorder {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let chain =
            std::iter::once(end_entity).chain(intermediates).map(|it| certificate::described(it)).collect();
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = chain;
        match self.judge.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            Err(error) if self.lenient => {
                *self.overruled.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                Ok(ServerCertVerified::assertion())
            }
            judged => judged,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.judge.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.judge.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.judge.supported_verify_schemes()
    }
}

/// Speaks TLS over the wire, trusting what the operating system and the profile trust.
pub(super) async fn secure(
    wire: Box<dyn Wire>,
    trust: &Trust,
    host: &str,
    (deadline, report): (Deadline, &Report),
) -> Result<TlsStream<Box<dyn Wire>>, Failure> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    // Files are read: not on the thread that serves every connection.
    let loading = tokio::task::spawn_blocking({
        let (trust, provider) = (trust.clone(), Arc::clone(&provider));
        move || Trusted::load(&trust, &provider)
    });
    let trusted = match timeout_at(deadline.at, loading).await {
        Ok(Ok(loaded)) => loaded?,
        Ok(Err(error)) => return Err(TlsFailure::NoRoots { detail: error.to_string() }.into()),
        Err(_) => return Err(TlsFailure::Timeout { after_ms: deadline.limit_ms() }.into()),
    };
    let party = Party {
        name: trust.server_name.as_deref().unwrap_or(host),
        trusted,
        lenient: trust.accept_invalid,
        provider,
    };
    handshake(wire, party, (deadline, report)).await
}

/// Who is expected, and who judges it.
struct Party<'a> {
    name: &'a str,
    trusted: Trusted,
    lenient: bool,
    provider: Arc<CryptoProvider>,
}

async fn handshake(
    wire: Box<dyn Wire>,
    party: Party<'_>,
    (deadline, report): (Deadline, &Report),
) -> Result<TlsStream<Box<dyn Wire>>, Failure> {
    let begun = Instant::now();
    let host = party.name;
    let name =
        ServerName::try_from(host.to_owned()).map_err(|_| TlsFailure::BadName { host: host.to_owned() })?;
    let recorder = Arc::new(Recorder {
        judge: party.trusted.judge,
        seen: Mutex::default(),
        lenient: party.lenient,
        overruled: Mutex::default(),
    });
    let verifier: Arc<dyn ServerCertVerifier> = Arc::<Recorder>::clone(&recorder);
    let builder = ClientConfig::builder_with_provider(party.provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| TlsFailure::Refused { detail: error.to_string() })?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    let mut config = match party.trusted.own {
        None => builder.with_no_client_auth(),
        Some((chain, key)) => builder.with_client_auth_cert(chain, key).map_err(|error| match error {
            rustls::Error::InconsistentKeys(_) => TrustFailure::Mismatch,
            other => TrustFailure::BadKey { detail: other.to_string() },
        })?,
    };
    // WebSocket lives in HTTP/1.1; without this, a proxy might choose HTTP/2.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let connecting = TlsConnector::from(Arc::new(config)).connect(name, wire);
    let stream = match timeout_at(deadline.at, connecting).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => {
            let seen = recorder.seen();
            let chain: Vec<String> = seen.iter().map(|it| it.sha256.clone()).collect();
            if !seen.is_empty() {
                let _ = report.send(SocketEvent::Presented { certificates: seen });
            }
            return Err(TlsFailure::from_io(&error, host, &chain).into());
        }
        Err(_) => return Err(TlsFailure::Timeout { after_ms: deadline.limit_ms() }.into()),
    };
    let (_, session) = stream.get_ref();
    let protocol = session.protocol_version().map(|version| format!("{version:?}").replace('_', "."));
    let cipher = session.negotiated_cipher_suite().map(|suite| format!("{:?}", suite.suite()));
    let chain: Vec<String> = recorder.seen().into_iter().map(|it| it.sha256).collect();
    let accepted = recorder.overruled().map(|error| TlsFailure::from_rustls(&error, host, &chain));
    let secured = SocketEvent::Secured {
        protocol: protocol.unwrap_or_default(),
        cipher: cipher.unwrap_or_default(),
        certificates: recorder.seen(),
        accepted: accepted.map(|failure| failure.sentences().message).unwrap_or_default(),
        took_us: since_us(begun),
    };
    let _ = report.send(secured);
    Ok(stream)
}

#[cfg(test)]
#[path = "tls_cases.rs"]
mod tests;
