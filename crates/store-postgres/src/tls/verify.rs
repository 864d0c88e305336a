//! Whom a connection trusts to be the server.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::Sentence;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

use super::told;

/// Who may answer as the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Trusted {
    /// Whoever does: nobody on the way can read along, but somebody on the way may be who answers.
    Anybody,
    /// Who has a certificate of that name from an authority that the system trusts.
    System,
    /// Who has a certificate that one of the file's vouches for, or one of those in it.
    File { path: PathBuf, checks_name: bool },
}

impl Trusted {
    /// What looks at certificates so.
    ///
    /// # Errors
    /// When there is nothing to look by.
    pub(super) fn verifier(&self, provider: &Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>, Sentence> {
        let algorithms = provider.signature_verification_algorithms;
        Ok(match self {
            Self::Anybody => Arc::new(Verifier { roots: None, checks_name: false, algorithms }),
            Self::System => {
                let system = rustls_platform_verifier::Verifier::new(Arc::clone(provider));
                Arc::new(system.map_err(|error| told::no_system_certificates(&error))?)
            }
            Self::File { path, checks_name } => {
                Arc::new(Verifier { roots: Some(Roots::read(path)?), checks_name: *checks_name, algorithms })
            }
        })
    }

    /// Whether the server's name matters.
    pub(super) fn checks_name(&self) -> bool {
        matches!(self, Self::System | Self::File { checks_name: true, .. })
    }
}

/// The certificates of a file.
#[derive(Debug)]
struct Roots {
    anchors: RootCertStore,
    certificates: Vec<CertificateDer<'static>>,
}

impl Roots {
    fn read(path: &Path) -> Result<Self, Sentence> {
        let text = fs::read(path).map_err(|error| told::unreadable(path, &error))?;
        let certificates: Vec<_> = CertificateDer::pem_slice_iter(&text).filter_map(Result::ok).collect();
        let mut anchors = RootCertStore::empty();
        let (usable, _) = anchors.add_parsable_certificates(certificates.iter().cloned());
        if usable == 0 {
            return Err(told::no_certificate(path));
        }
        Ok(Self { anchors, certificates })
    }
}

/// Looks at what a server shows; without roots at nothing but that it has the key of its certificate, which is what a password is
/// bound to.
#[derive(Debug)]
struct Verifier {
    roots: Option<Roots>,
    checks_name: bool,
    algorithms: WebPkiSupportedAlgorithms,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        _: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(roots) = &self.roots else { return Ok(ServerCertVerified::assertion()) };
        let certificate = ParsedCertificate::try_from(shown)?;
        // One that vouches for itself says of itself, as it is usually made, that it is an authority: by the rules of the web no
        // server's. Named as the one that is expected, it is trusted as such.
        if !roots.certificates.contains(shown) {
            let all = self.algorithms.all;
            verify_server_cert_signed_by_trust_anchor(&certificate, &roots.anchors, intermediates, now, all)?;
        }
        if self.checks_name {
            verify_server_name(&certificate, name)?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
