//! Texts that must not be seen: an upstream's token.

use std::borrow::Cow;
use std::fmt;

use crate::spelling;

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

    /// `text` without the secret, in any spelling that URLs and JSON may have it in: a server may well repeat what it was asked with.
    pub(crate) fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.0.len() < REDACTED_BYTES_MIN {
            return Cow::Borrowed(text);
        }
        let found = spelling::find(text, &self.0);
        if found.is_empty() {
            return Cow::Borrowed(text);
        }
        let (mut redacted, mut at) = (String::with_capacity(text.len()), 0);
        for range in found {
            // A part within another one, or that begins in it, is hidden with it.
            if at <= range.start {
                redacted.push_str(text.get(at..range.start).unwrap_or_default());
                redacted.push_str(HIDDEN);
            }
            at = at.max(range.end);
        }
        redacted.push_str(text.get(at..).unwrap_or_default());
        Cow::Owned(redacted)
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
        for spelt in [
            "s3cret%2ftoken%2b1",
            "s3cret%2Ftoken+1",
            "%733cret/toke%6E%2b1",
            r"s3cret\u002ftoken\u002B1",
            r"\u00733cret\/token\u002b1",
            "s3cret%252ftoken%252B1",
            r"s3cret\u00252Ftoken%2B1",
            r"s3cret\\u002ftoken\\u002b1",
        ] {
            let hides = secret.redact(&format!("{{\"€ %2 \\u00e\": \"{spelt}\"}}")).into_owned();
            assert_eq!(hides, r#"{"€ %2 \u00e": "[hidden]"}"#, "{spelt}");
        }
        assert_eq!(secret.redact("s3cret/token+1%2Ftoken+1s3cret%2ftoken+1"), "[hidden]%2Ftoken+1[hidden]");
        assert_eq!(Secret::new("a b+cdé").redact("a+b%2Bcd%C3%A9, a%20b+cd\\u00E9"), "[hidden], [hidden]");
        assert_eq!(Secret::new("ababab").redact("abababab %61babab"), "[hidden] [hidden]");
        assert_eq!(secret.redact("nothing"), "nothing");
        assert_eq!(Secret::new("a").redact("a cat"), "a cat");
    }
}
