//! The admin key: made at random, shown once, kept only as a keyed hash. Who shows it is the operator.

use std::fmt;
use std::net::IpAddr;
use std::num::NonZeroU32;

use domain::{ADMIN_KEY_PREFIX, Rate, Text, TokenHash};
use hyper::StatusCode;
use hyper::header::HeaderMap;
use subtle::ConstantTimeEq;

use super::State;
use super::problem::AdminProblem;
use crate::bearer::{self, Form};
use crate::forwarded::caller_address;
use crate::moment::Moment;
use crate::token::{TokenKey, random_text};

/// Admin keys are shorter; what is longer than this is not worth hashing.
const KEY_LEN_MAX: usize = 256;

/// How often an address may be wrong; further wrong keys are told to wait. The right one passes all the same: it is too long to
/// be guessed, and whoever else sends wrong ones through the same proxy must not lock the operator out.
pub(super) const FAILURES: Rate = Rate { per_second: NonZeroU32::new(1).unwrap(), burst: NonZeroU32::new(20).unwrap() };

/// An admin key as the operator holds it. Its text leaves this type only through [`AdminSecret::expose`].
pub struct AdminSecret(String);

impl AdminSecret {
    /// A new key from the operating system's random numbers.
    ///
    /// # Errors
    /// When the operating system has none to give.
    pub fn generate() -> Result<Self, getrandom::Error> {
        random_text(ADMIN_KEY_PREFIX).map(Self)
    }

    /// The key itself: to be shown to the operator, once.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for AdminSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AdminSecret(…)")
    }
}

/// The keyed hash of an admin key: all that is kept of it.
#[derive(Debug, Clone)]
pub struct AdminKey(TokenHash);

impl AdminKey {
    /// The length of its bytes.
    pub const LEN: usize = 32;

    /// The hash of a key's text.
    pub fn of(text: &str, key: &TokenKey) -> Self {
        // The same key hashes tokens: behind this prefix no text stands for both.
        Self(key.hash(&format!("admin:{text}")))
    }

    /// The hash of bytes that were kept.
    pub fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(TokenHash(bytes))
    }

    /// The bytes to keep.
    pub fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0.0
    }

    /// Whether both are of one key, in a time that tells nothing about where they differ.
    fn is(&self, other: &Self) -> bool {
        self.as_bytes().ct_eq(other.as_bytes()).into()
    }
}

/// Evidence that the admin key was sent.
pub(super) struct Operator(());

/// Lets the operator in.
pub(super) fn authenticate(
    state: &State,
    headers: &HeaderMap,
    peer: IpAddr,
    now: Moment,
) -> Result<Operator, AdminProblem> {
    // Never one of the query string, which ends up in logs.
    let sent = bearer::secret(headers, Form::Bearer).ok().flatten();
    let sent = sent.filter(|sent| sent.len() <= KEY_LEN_MAX).ok_or_else(wrong_key)?;
    if AdminKey::of(sent, &state.admin.token_key).is(&state.admin.key) {
        return Ok(Operator(()));
    }
    let address = caller_address(peer, headers, state.admin.trusted_proxies);
    Err(state.failures.count(address, now).map_or_else(wrong_key, too_many_failures))
}

fn wrong_key() -> AdminProblem {
    let detail = Text::new(
        "the admin key is missing or wrong: send it as Authorization: Bearer …; `astrolabe admin key` makes one",
        "管理密钥缺失或错误：请以 Authorization: Bearer … 发送；`astrolabe admin key` 可生成密钥",
    );
    AdminProblem::new(StatusCode::UNAUTHORIZED, detail)
}

fn too_many_failures(retry_in_us: u64) -> AdminProblem {
    let detail = Text::new(
        "too many wrong admin keys came from your address: only the right one passes",
        "来自该地址的错误管理密钥过多：只有正确的密钥可以通过",
    );
    let retry_after_s = u32::try_from(retry_in_us.div_ceil(1_000_000)).ok();
    AdminProblem { retry_after_s, ..AdminProblem::new(StatusCode::TOO_MANY_REQUESTS, detail) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_key_under_the_same_token_key_is_the_key() {
        let (secret, other) = (AdminSecret::generate().expect("random"), AdminSecret::generate().expect("random"));
        let (key, another_key) = (TokenKey::new(&[1; 32]), TokenKey::new(&[2; 32]));
        let kept = AdminKey::from_bytes(*AdminKey::of(secret.expose(), &key).as_bytes());
        assert!(AdminKey::of(secret.expose(), &key).is(&kept));
        assert!(!AdminKey::of(other.expose(), &key).is(&kept));
        assert!(!AdminKey::of(secret.expose(), &another_key).is(&kept));
        assert_ne!(kept.as_bytes(), &key.hash(secret.expose()).0, "a token of the same text has another hash");
        assert!(!format!("{secret:?}{kept:?}").contains(&secret.expose()[11..]));
    }
}
