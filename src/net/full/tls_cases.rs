//! TLS against a server of our own: whom it trusts, as whom it comes, and what it says where that fails.

use std::sync::Arc;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::unbounded_channel;
use tokio_rustls::TlsAcceptor;

use super::{Party, Trusted, handshake};
use crate::net::failure::{Failure, TlsFailure, TrustFailure};
use crate::net::full::upgrade::cut;
use crate::net::full::{Deadline, Wire};
use crate::net::socket::SocketEvent;

type Issuer = CertifiedIssuer<'static, KeyPair>;
type Pair = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

fn authority() -> Issuer {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn issued(issuer: &Issuer, name: &str, edit: impl FnOnce(&mut CertificateParams)) -> Pair {
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    edit(&mut params);
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, issuer).unwrap();
    (vec![certificate.der().clone()], PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der())))
}

fn roots(issuer: &Issuer) -> Arc<RootCertStore> {
    let mut roots = RootCertStore::empty();
    roots.add(issuer.der().clone()).unwrap();
    Arc::new(roots)
}

/// One handshake: how the server is, and how the client comes.
struct Meeting {
    server: Pair,
    /// Wants client certificates of this authority.
    wants: Option<Arc<RootCertStore>>,
    trusts: Arc<RootCertStore>,
    own: Option<Pair>,
    lenient: bool,
    host: &'static str,
}

impl Meeting {
    fn of(authority: &Issuer, server: Pair) -> Self {
        let trusts = roots(authority);
        Self { server, wants: None, trusts, own: None, lenient: false, host: "cms.example" }
    }

    /// What came of it, up to a greeting of the server.
    fn meet(self) -> (Result<(), Failure>, Vec<SocketEvent>) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let provider = Arc::new(rustls::crypto::ring::default_provider());
            let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
                .with_safe_default_protocol_versions()
                .unwrap();
            let builder = match self.wants {
                None => builder.with_no_client_auth(),
                Some(roots) => {
                    let verifier = WebPkiClientVerifier::builder_with_provider(roots, Arc::clone(&provider));
                    builder.with_client_cert_verifier(verifier.build().unwrap())
                }
            };
            let config = builder.with_single_cert(self.server.0, self.server.1).unwrap();
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let server = tokio::spawn(async move {
                let (tcp, _) = listener.accept().await.unwrap();
                if let Ok(mut stream) = TlsAcceptor::from(Arc::new(config)).accept(tcp).await {
                    stream.write_all(b"hello").await.unwrap();
                }
            });
            let judge = WebPkiServerVerifier::builder_with_provider(self.trusts, Arc::clone(&provider));
            let judge: Arc<dyn ServerCertVerifier> = judge.build().unwrap();
            let (report, mut reports) = unbounded_channel();
            let wire: Box<dyn Wire> = Box::new(TcpStream::connect(address).await.unwrap());
            let trusted = Trusted { judge, own: self.own };
            let party = Party { name: self.host, trusted, lenient: self.lenient, provider };
            let deadline = Deadline::after(Duration::from_secs(20));
            let outcome = match handshake(wire, party, (deadline, &report)).await {
                Ok(mut stream) => {
                    let mut greeting = [0; 5];
                    stream.read_exact(&mut greeting).await.map(|_| ()).map_err(|error| cut(&error))
                }
                Err(failure) => Err(failure),
            };
            server.await.unwrap();
            let mut events = Vec::new();
            while let Ok(event) = reports.try_recv() {
                events.push(event);
            }
            (outcome, events)
        })
    }
}

fn accepted(events: &[SocketEvent]) -> &str {
    let [SocketEvent::Secured { accepted, .. }] = events else { panic!("{events:?}") };
    accepted
}

#[test]
fn a_trusted_server_is_shown_with_its_chain() {
    let authority = authority();
    let (outcome, events) = Meeting::of(&authority, issued(&authority, "cms.example", |_| {})).meet();
    assert_eq!(outcome, Ok(()));
    let [SocketEvent::Secured { protocol, cipher, certificates, accepted, .. }] = &events[..] else {
        panic!("{events:?}")
    };
    assert_eq!((protocol.as_str(), accepted.as_str()), ("TLSv1.3", ""));
    assert!(cipher.starts_with("TLS13_"), "{cipher}");
    assert_eq!(certificates.len(), 1);
    assert_eq!(certificates[0].sha256.len(), 64);
}

/// What is said of a server with such a certificate, and whether it may be accepted all the same.
fn fault(host: &'static str, edit: impl Fn(&mut CertificateParams), known: bool) -> String {
    let (authority, other) = (authority(), authority());
    let issuer = if known { &authority } else { &other };
    let strict = Meeting { host, ..Meeting::of(&authority, issued(issuer, "cms.example", &edit)) };
    let (outcome, events) = strict.meet();
    assert!(matches!(events[..], [SocketEvent::Presented { .. }]), "nothing is secured: {events:?}");
    let told = outcome.unwrap_err().sentences().message;
    let lenient = Meeting { host, ..Meeting::of(&authority, issued(issuer, "cms.example", &edit)) };
    let (outcome, events) = Meeting { lenient: true, ..lenient }.meet();
    assert_eq!(outcome, Ok(()));
    let begin = |told: &str| told.split("SHA-256").next().unwrap().to_owned();
    assert_eq!(begin(accepted(&events)), begin(&told), "it is said what was accepted");
    told
}

#[test]
fn each_fault_of_a_certificate_is_told_and_can_be_accepted() {
    let told = fault("cms.example", |_| {}, false);
    assert!(told.contains("not trusted (SHA-256 "), "{told}");
    let told = fault("other.example", |_| {}, true);
    assert!(told.contains("other.example") && told.contains("cms.example"), "{told}");
    let told = fault("cms.example", |params| params.not_after = rcgen::date_time_ymd(2020, 1, 1), true);
    assert!(told.contains("has expired"), "{told}");
    let told = fault("cms.example", |params| params.not_before = rcgen::date_time_ymd(2090, 1, 1), true);
    assert!(told.contains("not valid yet"), "{told}");
}

#[test]
fn a_server_that_lies_about_its_key_is_refused_however_lenient_one_is() {
    let authority = authority();
    let (chain, _) = issued(&authority, "cms.example", |_| {});
    let (_, key) = issued(&authority, "cms.example", |_| {});
    // `with_single_cert` compares the two, so the server's own library must be kept from it.
    let provider = rustls::crypto::ring::default_provider();
    let signing = provider.key_provider.load_private_key(key).unwrap();
    let mismatched = rustls::sign::CertifiedKey::new(chain, signing);
    assert!(mismatched.keys_match().is_err(), "the test's own server would refuse itself");
    let resolver = rustls::sign::SingleCertAndKey::from(mismatched);
    let outcome = lie(Arc::new(resolver), roots(&authority));
    assert!(matches!(outcome, Err(Failure::Tls(_))), "{outcome:?}");
}

fn lie(resolver: Arc<rustls::sign::SingleCertAndKey>, trusts: Arc<RootCertStore>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_cert_resolver(resolver);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let wire: Box<dyn Wire> = Box::new(TcpStream::connect(listener.local_addr().unwrap()).await.unwrap());
        let server = tokio::spawn(async move {
            let (tcp, _) = listener.accept().await.unwrap();
            TlsAcceptor::from(Arc::new(config)).accept(tcp).await.is_ok()
        });
        let judge =
            WebPkiServerVerifier::builder_with_provider(trusts, Arc::clone(&provider)).build().unwrap();
        let party =
            Party { name: "cms.example", trusted: Trusted { judge, own: None }, lenient: true, provider };
        let (report, _reports) = unbounded_channel();
        let outcome = handshake(wire, party, (Deadline::after(Duration::from_secs(20)), &report)).await;
        assert!(!server.await.unwrap());
        outcome.map(|_| ())
    })
}

#[test]
fn a_client_certificate_opens_the_door_and_its_lack_is_told() {
    let (authority, clients, strangers) = (authority(), authority(), authority());
    let meet = |own: Option<Pair>| {
        let server = issued(&authority, "cms.example", |_| {});
        Meeting { wants: Some(roots(&clients)), own, ..Meeting::of(&authority, server) }.meet().0
    };
    assert_eq!(meet(Some(issued(&clients, "ben", |_| {}))), Ok(()));
    assert_eq!(meet(None), Err(TlsFailure::CertificateWanted.into()));
    let stranger = meet(Some(issued(&strangers, "ben", |_| {}))).unwrap_err();
    assert!(matches!(stranger, Failure::Tls(TlsFailure::CertificateRefused { .. })), "{stranger:?}");
    let (chain, _) = issued(&clients, "ben", |_| {});
    let (_, key) = issued(&clients, "ben", |_| {});
    let server = issued(&authority, "cms.example", |_| {});
    let mixed = Meeting { wants: Some(roots(&clients)), ..Meeting::of(&authority, server) };
    // The client gives up before it writes, and the server's own failure is of no interest.
    let (outcome, _) = Meeting { own: Some((chain, key)), ..mixed }.meet();
    assert_eq!(outcome, Err(TrustFailure::Mismatch.into()));
}
