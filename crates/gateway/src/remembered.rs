//! The token a connection sent last: clients keep to one, so most requests need neither the keyed hash nor the look-up.

use std::sync::{Arc, Mutex, PoisonError};

use subtle::{Choice, ConstantTimeEq};

use crate::generations::Seen;
use crate::known::Known;

/// A connection's last valid token. Its text is kept in memory as long as the connection, and compared in constant time:
/// a proxy may carry the requests of several clients on one connection.
#[derive(Default)]
pub(crate) struct Remembered(Mutex<Option<Entry>>);

struct Entry {
    secret: Box<[u8]>,
    caller: Seen<Arc<Known>>,
}

impl Remembered {
    /// The caller with this token, where it was the last one and has not changed since: `generation` is the accounts' current
    /// one.
    pub(crate) fn get(&self, secret: &str, generation: u64) -> Option<Arc<Known>> {
        let entry = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = entry.as_ref().filter(|entry| entry.caller.generation == generation)?;
        is_same(&entry.secret, secret.as_bytes()).then(|| entry.caller.value.clone())
    }

    /// Remembers a caller in place of the one before.
    pub(crate) fn set(&self, secret: &str, caller: Seen<Arc<Known>>) {
        let entry = Entry { secret: secret.as_bytes().into(), caller };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(entry);
    }
}

/// Whether two texts are the same, in a time that depends on their lengths only; by words, which takes an eighth of the
/// time that bytes take.
fn is_same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let ((a_words, a_rest), (b_words, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let words = a_words.iter().zip(b_words);
    let same_words =
        words.fold(Choice::from(1), |same, (a, b)| same & u64::from_ne_bytes(*a).ct_eq(&u64::from_ne_bytes(*b)));
    (same_words & a_rest.ct_eq(b_rest)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_the_same_when_every_byte_is() {
        let text = b"astro_0123456789abcdefghijklmnopqrstuv";
        for length in 0..=text.len() {
            let text = &text[..length];
            assert!(is_same(text, text));
            assert!(!is_same(text, &[text, b"x"].concat()));
            for at in 0..length {
                let mut other = text.to_vec();
                other[at] ^= 1;
                assert!(!is_same(text, &other), "{length} {at}");
            }
        }
    }
}
