//! A TLS server of our own before another one: a private authority, client certificates, any name and time.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

/// An authority, and a folder with PEM files of it.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: tempfile::TempDir,
}

impl Authority {
    pub fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), issuer.pem()).unwrap();
        Self { issuer, folder }
    }

    /// Its own certificate.
    pub fn pem(&self) -> String {
        path(&self.folder.path().join("ca.pem"))
    }

    /// Writes a certificate for `name` and its key; where they lie.
    pub fn issue(&self, name: &str, edit: impl FnOnce(&mut CertificateParams)) -> (String, String) {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        edit(&mut params);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let place = |end: &str| self.folder.path().join(format!("{name}{end}"));
        std::fs::write(place(".pem"), certificate.pem()).unwrap();
        std::fs::write(place(".key"), key.serialize_pem()).unwrap();
        (path(&place(".pem")), path(&place(".key")))
    }
}

fn path(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

/// A running gate. Dropping it closes it.
pub struct Gate {
    pub address: SocketAddr,
    /// The thread ends with this.
    _close: oneshot::Sender<()>,
}

impl Gate {
    /// Stands before `backend` (`host:port`) with this certificate and key; lets in clients of `clients` only, if named.
    pub fn open(backend: &str, (certificate, key): (String, String), clients: Option<&Authority>) -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .unwrap();
        let builder = match clients {
            None => builder.with_no_client_auth(),
            Some(authority) => {
                let mut roots = RootCertStore::empty();
                roots.add(authority.issuer.der().clone()).unwrap();
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
                builder.with_client_cert_verifier(verifier.build().unwrap())
            }
        };
        let chain = vec![CertificateDer::from_pem_file(PathBuf::from(certificate)).unwrap()];
        let key = PrivateKeyDer::from_pem_file(PathBuf::from(key)).unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(builder.with_single_cert(chain, key).unwrap()));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let backend = backend.to_owned();
        let (close, closed) = oneshot::channel::<()>();
        let serve = async move {
            let listener = TcpListener::from_std(listener).unwrap();
            while let Ok((tcp, _)) = listener.accept().await {
                let (acceptor, backend) = (acceptor.clone(), backend.clone());
                tokio::spawn(async move {
                    let Ok(mut stream) = acceptor.accept(tcp).await else { return };
                    let mut inner = TcpStream::connect(backend).await.unwrap();
                    let _ = copy_bidirectional(&mut stream, &mut inner).await;
                });
            }
        };
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                tokio::select! { () = serve => {}, _ = closed => {} }
            });
        });
        Self { address, _close: close }
    }

    pub fn url(&self) -> String {
        format!("https://{}", self.address)
    }
}
