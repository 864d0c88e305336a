//! An encrypted connection: whose certificates are trusted, and what is told where none is.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::{fs, io};

use domain::{Sentence, Spoken, Text, sentence};
use redis::{Client, ConnectionAddr, IntoConnectionInfo, RedisError, TlsCertificates};
use rustls::CertificateError::{BadSignature, NotValidForName, NotValidForNameContext, UnknownIssuer};
use rustls::Error as TlsError;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use store::RatesError;

use crate::failed;

const IN_THE_CLEAR: Text = Text::new(
    "rates.redis_root_certificate is for a Redis whose URL begins with rediss://, and this one is connected to in the clear: correct \
     the URL, or leave the setting empty",
    "rates.redis_root_certificate 用于 URL 以 rediss:// 开头的 Redis，而当前为明文连接：请改正 URL，或将该设置留空",
);

const INSECURE: Text = Text::new(
    "with #insecure in the URL anybody could answer as this Redis: leave it out, and name the file of its authority's certificate in \
     rates.redis_root_certificate",
    "URL 带有 #insecure 时，任何人都可冒充该 Redis：请去掉，并以 rates.redis_root_certificate 指定其签发机构的证书文件",
);

/// Said of a server that does not answer in TLS: as one does that waits for the end of what it takes for a line.
const SILENT: Text = Text::new(
    "no answer from Redis in TLS in good time: is rediss:// the port where it speaks TLS?",
    "Redis 未及时以 TLS 响应：rediss:// 所指的是否为其 TLS 端口？",
);

/// Whether a client connects in TLS.
pub(crate) fn is_encrypted(client: &Client) -> bool {
    matches!(client.get_connection_info().addr(), ConnectionAddr::TcpTls { .. })
}

/// What connects to a URL, the certificates of a file trusted in place of the system's.
pub(crate) fn client(url: &str, root_certificate: Option<&Path>) -> Result<Client, RatesError> {
    let info = url.into_connection_info().map_err(failed)?;
    match info.addr() {
        ConnectionAddr::TcpTls { insecure: true, .. } => return Err(RatesError::NoConnection(INSECURE.into())),
        // The client takes the process's own cryptography, and there is none where nobody has chosen.
        ConnectionAddr::TcpTls { .. } => drop(rustls::crypto::ring::default_provider().install_default()),
        _ if root_certificate.is_some() => return Err(RatesError::NoConnection(IN_THE_CLEAR.into())),
        _ => {}
    }
    let Some(path) = root_certificate else { return Client::open(info).map_err(failed) };
    let root_cert = Some(certificates(path).map_err(RatesError::NoConnection)?);
    Client::build_with_tls(info, TlsCertificates { client_tls: None, root_cert }).map_err(failed)
}

fn certificates(path: &Path) -> Result<Vec<u8>, Sentence> {
    let text = fs::read(path).map_err(|error| {
        let zh = error.chinese();
        Sentence::new(
            format!("cannot read {path:?}, which rates.redis_root_certificate names: {error}"),
            format!("无法读取 rates.redis_root_certificate 所指定的 {path:?}：{zh}"),
        )
    })?;
    if CertificateDer::pem_slice_iter(&text).all(|certificate| certificate.is_err()) {
        return Err(sentence!(
            "there is no certificate in {path:?}, which rates.redis_root_certificate names: it holds one or more in the form that begins \
             with BEGIN CERTIFICATE",
            "rates.redis_root_certificate 所指定的 {path:?} 中没有证书：其中应有一份或多份以 BEGIN CERTIFICATE 开头的证书"
        ));
    }
    Ok(text)
}

/// Why a server is not connected to, where TLS is why.
pub(crate) fn told(error: &RedisError, root_certificate: Option<&Path>) -> Option<RatesError> {
    if error.is_timeout() {
        return Some(RatesError::NoConnection(SILENT.into()));
    }
    let shared: &Arc<dyn Error + Send + Sync> = error.source()?.downcast_ref()?;
    let error: &TlsError = shared.downcast_ref::<io::Error>()?.get_ref()?.downcast_ref()?;
    Some(RatesError::NoConnection(match (error, root_certificate) {
        // A bad signature: by another authority of the same name, such as the one before it was made anew.
        (TlsError::InvalidCertificate(UnknownIssuer | BadSignature), Some(path)) => sentence!(
            "the certificate of Redis is not signed by one in {path:?}: let rates.redis_root_certificate name the file of its authority's \
             certificate",
            "Redis 的证书并非由 {path:?} 中的证书签发：请以 rates.redis_root_certificate 指定其签发机构的证书文件"
        ),
        (TlsError::InvalidCertificate(UnknownIssuer), None) => sentence!(
            "the certificate of Redis is signed by nobody that this system trusts: name the file of its authority's certificate in \
             rates.redis_root_certificate",
            "Redis 的证书并非由本系统信任的机构签发：请以 rates.redis_root_certificate 指定其签发机构的证书文件"
        ),
        (TlsError::InvalidCertificate(NotValidForName | NotValidForNameContext { .. }), _) => sentence!(
            "the certificate of Redis bears another name ({error}): let the URL name the server as its certificate does",
            "Redis 的证书不含该名称（{error}）：请在 URL 中使用证书中的名称"
        ),
        // Above all a server that speaks in the clear.
        _ => sentence!(
            "there is no TLS with Redis ({error}): is rediss:// the port where it speaks TLS, and its certificate in order?",
            "无法与 Redis 建立 TLS（{error}）：rediss:// 所指的是否为其 TLS 端口，其证书是否有效？"
        ),
    }))
}
