//! Certificates of a test's own.

use std::fs;
use std::path::PathBuf;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

/// An authority, and a server of the name `localhost` that it vouches for, as files.
pub(crate) struct Certificates {
    _folder: tempfile::TempDir,
    /// The authority's certificate.
    pub(crate) authority: PathBuf,
    /// The certificate of another authority of the same name, which vouches for nobody.
    pub(crate) namesake: PathBuf,
    /// The server's.
    pub(crate) server: PathBuf,
    /// The server's key.
    pub(crate) key: PathBuf,
}

impl Certificates {
    /// Makes them.
    pub(crate) fn make() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let [authority, namesake, server, key] =
            ["authority.pem", "namesake.pem", "server.pem", "server.key"].map(|name| folder.path().join(name));
        let (params, of_authority) = (authority_params(), KeyPair::generate().unwrap());
        fs::write(&authority, params.self_signed(&of_authority).unwrap().pem()).unwrap();
        fs::write(&namesake, authority_params().self_signed(&KeyPair::generate().unwrap()).unwrap().pem()).unwrap();
        let of_server = KeyPair::generate().unwrap();
        let named = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let signed = named.signed_by(&of_server, &Issuer::new(params, of_authority)).unwrap();
        fs::write(&server, signed.pem()).unwrap();
        fs::write(&key, of_server.serialize_pem()).unwrap();
        Self { _folder: folder, authority, namesake, server, key }
    }
}

fn authority_params() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "the authority of a test");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}
