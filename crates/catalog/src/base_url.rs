//! The address of a server, as it stands in samples and documents.

use std::fmt;
use std::str::FromStr;

/// `http://127.0.0.1:8600`, `https://api.example.com/creators`: scheme, host, perhaps a path; no slash at the end. Of
/// characters that mean nothing in any language samples are in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(String);

/// A text is no base URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a base URL: right would be http:// or https:// with a host, such as https://api.example.com")]
pub struct BaseUrlError;

impl BaseUrl {
    /// Where a server listens if nobody says otherwise.
    pub fn local() -> Self {
        Self("http://127.0.0.1:8600".to_owned())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for BaseUrl {
    type Err = BaseUrlError;

    fn from_str(text: &str) -> Result<Self, BaseUrlError> {
        let text = text.trim_end_matches('/');
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).ok_or(BaseUrlError)?;
        let is_harmless = |byte: u8| byte.is_ascii_alphanumeric() || b".:/_~-[]".contains(&byte);
        match !rest.is_empty() && !rest.starts_with([':', '/']) && rest.bytes().all(is_harmless) {
            true => Ok(Self(text.to_owned())),
            false => Err(BaseUrlError),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_is_a_place_and_nothing_else() {
        for (text, right) in [
            ("http://127.0.0.1:8600", "http://127.0.0.1:8600"),
            ("https://api.example.com/", "https://api.example.com"),
            ("http://[::1]:8600/a_b/", "http://[::1]:8600/a_b"),
        ] {
            assert_eq!(text.parse::<BaseUrl>().map(|url| url.to_string()), Ok(right.to_owned()));
        }
        for text in [
            "",
            "ftp://a",
            "https://",
            "https:///a",
            "http://a?b=c",
            "http://a b",
            "http://a\"",
            "http://$(b)",
            "a.example",
        ] {
            assert!(text.parse::<BaseUrl>().is_err(), "{text}");
        }
    }
}
