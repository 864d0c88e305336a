//! Texts that must not be seen: an upstream's token.

use std::borrow::Cow;
use std::fmt;

/// What stands where a secret was.
const HIDDEN: &str = "[hidden]";

/// Shorter secrets are not looked for in texts: they would be found everywhere. No real token is that short.
const REDACTED_BYTES_MIN: usize = 6;

/// A text that neither `Debug` nor any other formatting shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Box<str>);

impl Secret {
    /// Keeps `text`, without the white space around it that files tend to end with.
    pub fn new(text: &str) -> Self {
        Self(text.trim().into())
    }

    /// Whether there is nothing to hide.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text itself; only for what is sent.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// `text` without the secret, as it is or as URLs and JSON may have it: a server may well repeat what it was asked with.
    pub(crate) fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.0.len() < REDACTED_BYTES_MIN {
            return Cow::Borrowed(text);
        }
        let encoded: String = form_urlencoded::byte_serialize(self.0.as_bytes()).collect();
        // Some writers of JSON escape slashes.
        let escaped = self.0.replace('/', "\\/");
        let mut redacted = Cow::Borrowed(text);
        for form in [&*self.0, &encoded, &escaped] {
            if redacted.contains(form) {
                redacted = Cow::Owned(redacted.replace(form, HIDDEN));
            }
        }
        redacted
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_shown_and_is_taken_out_of_texts_in_every_form() {
        let secret = Secret::new(" s3cret/token+1\n");
        assert_eq!(format!("{secret:?}"), "[hidden]");
        assert_eq!(secret.redact("no s3cret/token+1, no s3cret%2Ftoken%2B1"), "no [hidden], no [hidden]");
        assert_eq!(secret.redact(r#"{"t":"s3cret\/token+1"}"#), r#"{"t":"[hidden]"}"#);
        assert_eq!(secret.redact("nothing"), "nothing");
        assert_eq!(Secret::new("a").redact("a cat"), "a cat");
    }
}
