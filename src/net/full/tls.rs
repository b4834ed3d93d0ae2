//! TLS: rustls with ring, trusting what the operating system trusts.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use rustls_platform_verifier::Verifier;
use tokio::net::TcpStream;
use tokio::time::timeout_at;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::capture::event::Certificate;
use crate::net::clock::since_us;
use crate::net::failure::TlsFailure;
use crate::net::full::{Deadline, Report, certificate};
use crate::net::socket::SocketEvent;

/// Writes the chain down before it is judged: a refused certificate is the one a person wants to see.
#[derive(Debug)]
struct Recorder {
    judge: Arc<dyn ServerCertVerifier>,
    seen: Mutex<Vec<Certificate>>,
}

impl Recorder {
    fn seen(&self) -> Vec<Certificate> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
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
        self.judge.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
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

/// Speaks TLS over the stream, trusting what the operating system trusts.
pub(super) async fn secure(
    tcp: TcpStream,
    host: &str,
    deadline: Deadline,
    report: &Report,
) -> Result<TlsStream<TcpStream>, TlsFailure> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    // Loading the system's certificates reads files: not on the thread that serves every connection.
    let loading =
        tokio::task::spawn_blocking(move || Verifier::new(Arc::clone(&provider)).map(|it| (it, provider)));
    let (judge, provider) = match timeout_at(deadline.at, loading).await {
        Ok(Ok(Ok(loaded))) => loaded,
        Ok(Ok(Err(error))) => return Err(TlsFailure::NoRoots { detail: error.to_string() }),
        Ok(Err(error)) => return Err(TlsFailure::NoRoots { detail: error.to_string() }),
        Err(_) => return Err(TlsFailure::Timeout { after_ms: deadline.limit_ms() }),
    };
    handshake(tcp, host, (Arc::new(judge), provider), (deadline, report)).await
}

async fn handshake(
    tcp: TcpStream,
    host: &str,
    (judge, provider): (Arc<dyn ServerCertVerifier>, Arc<CryptoProvider>),
    (deadline, report): (Deadline, &Report),
) -> Result<TlsStream<TcpStream>, TlsFailure> {
    let begun = Instant::now();
    let name =
        ServerName::try_from(host.to_owned()).map_err(|_| TlsFailure::BadName { host: host.to_owned() })?;
    let recorder = Arc::new(Recorder { judge, seen: Mutex::default() });
    let verifier: Arc<dyn ServerCertVerifier> = Arc::<Recorder>::clone(&recorder);
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| TlsFailure::Refused { detail: error.to_string() })?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    // WebSocket lives in HTTP/1.1; without this, a proxy might choose HTTP/2.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let connecting = TlsConnector::from(Arc::new(config)).connect(name, tcp);
    let stream = match timeout_at(deadline.at, connecting).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => {
            let seen = recorder.seen();
            let chain: Vec<String> = seen.iter().map(|it| it.sha256.clone()).collect();
            if !seen.is_empty() {
                let _ = report.send(SocketEvent::Presented { certificates: seen });
            }
            return Err(TlsFailure::from_io(&error, host, &chain));
        }
        Err(_) => return Err(TlsFailure::Timeout { after_ms: deadline.limit_ms() }),
    };
    let (_, session) = stream.get_ref();
    let protocol = session.protocol_version().map(|version| format!("{version:?}").replace('_', "."));
    let cipher = session.negotiated_cipher_suite().map(|suite| format!("{:?}", suite.suite()));
    let secured = SocketEvent::Secured {
        protocol: protocol.unwrap_or_default(),
        cipher: cipher.unwrap_or_default(),
        certificates: recorder.seen(),
        took_us: since_us(begun),
    };
    let _ = report.send(secured);
    Ok(stream)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use rustls::client::WebPkiServerVerifier;
    use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
    use rustls::{RootCertStore, ServerConfig};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};
    use tokio::sync::mpsc::unbounded_channel;
    use tokio_rustls::TlsAcceptor;

    use super::handshake;
    use crate::net::failure::TlsFailure;
    use crate::net::full::Deadline;
    use crate::net::socket::SocketEvent;

    /// A server that greets over TLS, with a certificate for `name`; and whether the client trusts it.
    async fn attempt(name: &str, host: &str, trusted: bool) -> (Result<(), TlsFailure>, Vec<SocketEvent>) {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let made = rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap();
        let other = rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(if trusted { made.cert.der().clone() } else { other.cert.der().clone() }).unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tokio::spawn(async move {
            let (tcp, _) = listener.accept().await.unwrap();
            if let Ok(mut stream) = TlsAcceptor::from(Arc::new(config)).accept(tcp).await {
                stream.write_all(b"hello").await.unwrap();
            }
        });
        let judge = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
            .build()
            .unwrap();
        let (report, mut reports) = unbounded_channel();
        let tcp = TcpStream::connect(address).await.unwrap();
        let deadline = Deadline::after(Duration::from_secs(20));
        let outcome = handshake(tcp, host, (judge, provider), (deadline, &report)).await;
        let outcome = match outcome {
            Ok(mut stream) => {
                let mut greeting = [0; 5];
                stream.read_exact(&mut greeting).await.unwrap();
                assert_eq!(&greeting, b"hello");
                Ok(())
            }
            Err(failure) => Err(failure),
        };
        server.await.unwrap();
        let mut events = Vec::new();
        while let Ok(event) = reports.try_recv() {
            events.push(event);
        }
        (outcome, events)
    }

    fn run<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
    }

    #[test]
    fn a_trusted_server_is_shown_with_its_chain() {
        let (outcome, events) = run(attempt("cms.example", "cms.example", true));
        assert_eq!(outcome, Ok(()));
        let [SocketEvent::Secured { protocol, cipher, certificates, .. }] = &events[..] else {
            panic!("{events:?}")
        };
        assert_eq!(protocol, "TLSv1.3");
        assert!(cipher.starts_with("TLS13_"), "{cipher}");
        assert_eq!(certificates.len(), 1);
        assert_eq!(
            (certificates[0].sha256.len(), certificates[0].names.as_slice()),
            (64, ["cms.example".to_owned()].as_slice())
        );
    }

    #[test]
    fn an_untrusted_one_is_refused_with_its_fingerprint() {
        let (outcome, events) = run(attempt("cms.example", "cms.example", false));
        let Err(failure) = outcome else { panic!("accepted") };
        let [SocketEvent::Presented { certificates }] = &events[..] else { panic!("{events:?}") };
        assert_eq!(certificates[0].names, ["cms.example"]);
        let told = failure.sentences();
        assert!(told.message.contains("not trusted (SHA-256 "), "{told:?}");
    }

    #[test]
    fn a_wrong_name_is_told_with_the_right_one() {
        let (outcome, _) = run(attempt("cms.example", "other.example", true));
        let Err(failure) = outcome else { panic!("accepted") };
        let told = failure.sentences();
        assert!(told.message.contains("other.example") && told.message.contains("cms.example"), "{told:?}");
    }
}
