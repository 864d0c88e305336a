//! Tokens: made at random, shown once, kept only as a keyed hash.

use std::fmt;

use domain::{TOKEN_PREFIX, TokenHash};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// A token as its owner holds it. Its text leaves this type only through [`TokenSecret::expose`].
#[derive(Clone)]
pub struct TokenSecret(String);

impl TokenSecret {
    /// A new token from the operating system's random numbers.
    ///
    /// # Errors
    /// When the operating system has none to give.
    pub fn generate() -> Result<Self, getrandom::Error> {
        random_text(TOKEN_PREFIX).map(Self)
    }

    /// The token itself: to be shown to its owner, once.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The first and last four characters, to recognise the token by.
    pub fn hint(&self) -> String {
        format!("{}…{}", &self.0[..TOKEN_PREFIX.len() + 4], &self.0[self.0.len() - 4..])
    }
}

impl fmt::Debug for TokenSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenSecret(…)")
    }
}

/// A secret: `prefix` and 32 random characters of 62 each, 190 bits.
pub(crate) fn random_text(prefix: &str) -> Result<String, getrandom::Error> {
    const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    const RANDOM_CHARS: usize = 32;
    let mut text = String::from(prefix);
    while text.len() < prefix.len() + RANDOM_CHARS {
        let mut bytes = [0; 64];
        getrandom::fill(&mut bytes)?;
        // 248 = 4 × 62: a byte from there on would favour the alphabet's first letters.
        let fair = bytes.iter().filter(|byte| **byte < 248);
        let missing = prefix.len() + RANDOM_CHARS - text.len();
        text.extend(fair.take(missing).map(|byte| char::from(ALPHABET[usize::from(byte % 62)])));
    }
    Ok(text)
}

/// The key tokens are hashed with. Who steals the database without this key cannot test guesses.
#[derive(Clone)]
pub struct TokenKey(Hmac<Sha256>);

impl TokenKey {
    /// The length of a key in bytes.
    pub const LEN: usize = 32;

    /// The key of these bytes.
    pub fn new(bytes: &[u8; Self::LEN]) -> Self {
        Self(Hmac::new_from_slice(bytes).expect("HMAC takes a key of any length"))
    }

    /// The keyed hash (HMAC-SHA-256) of a token.
    pub fn hash(&self, token: &str) -> TokenHash {
        let mut mac = self.0.clone();
        mac.update(token.as_bytes());
        TokenHash(mac.finalize().into_bytes().into())
    }

    /// What the key is recognised by. It tells nothing about the key, and no token has this hash: they are longer texts.
    pub fn mark(&self) -> TokenHash {
        self.hash("mark")
    }

    /// What tells installations apart that share something: the same wherever tokens are hashed with this key. It tells nothing
    /// about the key.
    pub fn installation(&self) -> String {
        self.mark().0[..8].iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_differ_and_say_what_they_are() {
        let (a, b) = (TokenSecret::generate().expect("random"), TokenSecret::generate().expect("random"));
        assert_ne!(a.expose(), b.expose());
        assert_eq!(a.expose().len(), 38);
        assert!(a.expose().starts_with("astro_"));
        assert!(!format!("{a:?}").contains(&a.expose()[6..]));
    }

    #[test]
    fn the_hash_depends_on_the_key() {
        let (a, b) = (TokenKey::new(&[1; 32]), TokenKey::new(&[2; 32]));
        assert_eq!(a.hash("x"), a.hash("x"));
        assert_ne!(a.hash("x"), b.hash("x"));
        assert_ne!(a.hash("x"), a.hash("y"));
        assert_eq!(a.mark(), a.clone().mark());
        assert_ne!(a.mark(), b.mark());
    }
}
