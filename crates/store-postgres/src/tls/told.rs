//! What is told where a connection cannot be encrypted as it was asked for: what is wrong, and the next step. Never the URL.

use std::error::Error as _;
use std::io;
use std::path::Path;

use domain::{Sentence, Spoken, sentence};
use rustls::CertificateError::{BadSignature, NotValidForName, NotValidForNameContext, UnknownIssuer};
use rustls::Error as TlsError;
use tokio_postgres::Error;

use super::asked::Mode;
use super::handshake::FailedHandshake;
use super::verify::Trusted;

/// What the driver says of a server without TLS.
const NOT_OFFERED: &str = "server does not support TLS";

/// How rustls calls the certificate of an authority that a server shows as its own.
const AUTHORITY_AS_SERVER: &str = "CaUsedAsEndEntity";

/// How rustls calls a certificate of X.509 version 1, as `openssl x509 -req` makes them where nobody asks for more.
const VERSION_1: &str = "UnsupportedCertVersion";

pub(super) fn unknown_mode(value: &str) -> Sentence {
    sentence!(
        "there is no sslmode={value:?}: in the database's URL it is disable, prefer, require, verify-ca or, best, verify-full",
        "没有 sslmode={value:?}：数据库 URL 中应为 disable、prefer、require、verify-ca 或 verify-full（推荐）"
    )
}

pub(super) fn weak_with_system(mode: Mode) -> Sentence {
    let mode = mode.name();
    sentence!(
        "sslrootcert=system goes with sslmode=verify-full, not with {mode}: anybody gets a certificate that the system trusts, so the \
         name in it has to be looked at",
        "sslrootcert=system 应与 sslmode=verify-full 搭配，而非 {mode}：任何人都能取得系统信任的证书，因此必须核对其中的名称"
    )
}

pub(super) fn nothing_to_verify_by() -> Sentence {
    sentence!(
        "sslmode=verify-ca needs the certificate of the authority that signs for the server: name its file with sslrootcert=FILE, or \
         use sslmode=verify-full, which goes by the authorities that the system trusts",
        "sslmode=verify-ca 需要为服务器签发证书的机构的证书：请以 sslrootcert=文件 指定，或改用以系统信任的机构核验的 sslmode=verify-full"
    )
}

pub(super) fn verifies_nothing(mode: Option<Mode>, path: &Path) -> Sentence {
    let (en, zh) = match mode {
        Some(mode) => (format!("with sslmode={}", mode.name()), format!("sslmode={} 时", mode.name())),
        None => ("without sslmode".to_owned(), "未指定 sslmode 时".to_owned()),
    };
    Sentence::new(
        format!(
            "{en}, nothing is verified by {path:?}, which sslrootcert names: use sslmode=verify-full, or verify-ca, which does not look at \
             the server's name"
        ),
        format!(
            "{zh}，sslrootcert 所指定的 {path:?} 不用于核验：请用 sslmode=verify-full，或不核对服务器名称的 verify-ca"
        ),
    )
}

pub(super) fn unreadable(path: &Path, error: &io::Error) -> Sentence {
    let zh = error.chinese();
    Sentence::new(
        format!("cannot read {path:?}, which sslrootcert names: {error}"),
        format!("无法读取 sslrootcert 所指定的 {path:?}：{zh}"),
    )
}

pub(super) fn no_certificate(path: &Path) -> Sentence {
    sentence!(
        "there is no certificate in {path:?}, which sslrootcert names: it holds one or more in the form that begins with BEGIN CERTIFICATE",
        "sslrootcert 所指定的 {path:?} 中没有证书：其中应有一份或多份以 BEGIN CERTIFICATE 开头的证书"
    )
}

pub(super) fn no_system_certificates(error: &TlsError) -> Sentence {
    sentence!(
        "the certificates that this system trusts cannot be read ({error}): install them, as the package ca-certificates, or name a file of \
         them with sslrootcert=FILE",
        "无法读取本系统信任的证书（{error}）：请安装（如软件包 ca-certificates），或以 sslrootcert=文件 指定"
    )
}

/// For what has no better word.
pub(super) fn unusable(error: &TlsError) -> Sentence {
    sentence!(
        "the TLS of the database's server cannot be used ({error}): its certificate or its settings need mending",
        "无法使用数据库服务器的 TLS（{error}）：须修正其证书或设置"
    )
}

/// Whether a handshake was tried and came to nothing.
pub(crate) fn is_failed_handshake(error: &Error) -> bool {
    failed_handshake(error).is_some()
}

/// What the network did to a handshake, if it was the network.
pub(crate) fn io_of_handshake(error: &Error) -> Option<&io::Error> {
    failed_handshake(error).map(|failed| &failed.cause)
}

/// Why there is no TLS, where the server or its certificate is why.
pub(crate) fn told(error: &Error) -> Option<Sentence> {
    if error.source().is_some_and(|cause| cause.to_string() == NOT_OFFERED) {
        return Some(not_offered());
    }
    let FailedHandshake { cause, trusted } = failed_handshake(error)?;
    let inner = cause.get_ref()?;
    match inner.downcast_ref()? {
        // A bad signature: by another authority of the same name, such as the one before it was made anew.
        TlsError::InvalidCertificate(UnknownIssuer | BadSignature) => Some(unknown_issuer(trusted)),
        error @ TlsError::InvalidCertificate(NotValidForName | NotValidForNameContext { .. }) => {
            Some(wrong_name(error))
        }
        error if error.to_string().contains(AUTHORITY_AS_SERVER) => Some(unknown_issuer(trusted)),
        error if error.to_string().contains(VERSION_1) => Some(version_1()),
        error => Some(unusable(error)),
    }
}

fn failed_handshake(error: &Error) -> Option<&FailedHandshake> {
    error.source()?.downcast_ref()
}

fn not_offered() -> Sentence {
    sentence!(
        "the database's server offers no TLS, which sslmode demands: set `ssl = on` there or, inside a private network, connect in the \
         clear with sslmode=disable",
        "数据库服务器不提供 TLS，而 sslmode 要求加密：请在服务器上设置 `ssl = on`；仅在内网中可用 sslmode=disable 明文连接"
    )
}

fn unknown_issuer(trusted: &Trusted) -> Sentence {
    match trusted {
        Trusted::File { path, .. } => sentence!(
            "the certificate of the database's server is neither in {path:?} nor signed by one in it: let sslrootcert name the file of its \
             authority's certificate, or of its own",
            "数据库服务器的证书既不在 {path:?} 中，也不由其中的证书签发：请以 sslrootcert 指定其签发机构的证书文件，或服务器自身的证书文件"
        ),
        Trusted::System | Trusted::Anybody => sentence!(
            "the certificate of the database's server is signed by nobody that this system trusts: name the file of its authority's \
             certificate, or of its own, with sslrootcert=FILE",
            "数据库服务器的证书并非由本系统信任的机构签发：请以 sslrootcert=文件 指定其签发机构的证书文件，或服务器自身的证书文件"
        ),
    }
}

fn version_1() -> Sentence {
    sentence!(
        "the certificate of the database's server is of X.509 version 1, which bears no name that is looked at: make one of version 3, as \
         openssl does with -addext subjectAltName=DNS:NAME, or for a request with -extfile",
        "数据库服务器的证书为 X.509 第 1 版，其中没有可供核对的名称：请重新制作第 3 版证书，openssl 可用 -addext subjectAltName=DNS:名称，签发请求时用 -extfile"
    )
}

fn wrong_name(error: &TlsError) -> Sentence {
    sentence!(
        "the certificate of the database's server bears another name ({error}): let the URL name the server as its certificate does, or, where \
         the authority in sslrootcert signs for this server alone, use sslmode=verify-ca",
        "数据库服务器的证书不含该名称（{error}）：请在 URL 中使用证书中的名称；如 sslrootcert 中的机构只为该服务器签发证书，可用 sslmode=verify-ca"
    )
}
