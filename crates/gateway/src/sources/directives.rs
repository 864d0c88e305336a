//! What a request says about stored answers: `Cache-Control` of RFC 9111, section 5.2.1, and `Pragma: no-cache` of old
//! clients.

use hyper::header::{CACHE_CONTROL, HeaderMap, PRAGMA};

/// The directives of a request that mean something here. Others are ignored, as the RFC wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Directives {
    /// No bought answer may be used again: ask.
    pub(crate) no_cache: bool,
    /// Do not ask: an answer that is there, or none.
    pub(crate) only_if_cached: bool,
    /// A bought answer may be this old at most, in seconds; 0: none may be used again.
    pub(crate) max_age_s: Option<u32>,
    /// A bought answer must stay fresh this much longer, in seconds.
    pub(crate) min_fresh_s: Option<u32>,
    /// A bought answer may be stale for this long, in seconds; `u32::MAX`: however long.
    pub(crate) max_stale_s: Option<u32>,
}

impl Directives {
    /// Reads a request's headers. What cannot be read is ignored; of a directive given twice the stricter one holds.
    pub(crate) fn read(headers: &HeaderMap) -> Self {
        let mut directives = Self::default();
        let mut has_cache_control = false;
        for value in headers.get_all(CACHE_CONTROL) {
            has_cache_control = true;
            for directive in split(value.to_str().unwrap_or_default()) {
                directives.add(directive.trim());
            }
        }
        if !has_cache_control {
            let pragma = headers.get(PRAGMA).and_then(|value| value.to_str().ok());
            directives.no_cache = pragma.is_some_and(|value| value.trim().eq_ignore_ascii_case("no-cache"));
        }
        directives
    }

    /// Whether nothing may be told from memory: no bought answer, and not even that nobody knows the creator.
    pub(crate) fn wants_it_anew(self) -> bool {
        self.no_cache || self.max_age_s == Some(0)
    }

    fn add(&mut self, directive: &str) {
        let (name, argument) = match directive.split_once('=') {
            Some((name, argument)) => (name.trim(), Some(argument.trim().trim_matches('"'))),
            None => (directive, None),
        };
        // Too large to be a number is told as very long by the RFC.
        let is_number = |text: &&str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let seconds = argument.filter(is_number).map(|text| text.parse().unwrap_or(u32::MAX));
        match (name.to_ascii_lowercase().as_str(), seconds) {
            // no-store asks that nothing of the exchange be kept, which a paid answer cannot be spared; asking anew is the
            // part of it that a caller can see.
            ("no-cache" | "no-store", _) => self.no_cache = true,
            ("only-if-cached", _) => self.only_if_cached = true,
            ("max-age", Some(seconds)) => at_most(&mut self.max_age_s, seconds),
            ("min-fresh", Some(seconds)) => self.min_fresh_s = self.min_fresh_s.max(Some(seconds)),
            ("max-stale", Some(seconds)) => at_most(&mut self.max_stale_s, seconds),
            ("max-stale", None) if argument.is_none() => at_most(&mut self.max_stale_s, u32::MAX),
            _ => {}
        }
    }
}

/// Lowers a limit, where it is not lower.
fn at_most(limit: &mut Option<u32>, seconds: u32) {
    *limit = Some(limit.map_or(seconds, |limit| limit.min(seconds)));
}

/// The parts of a list at its commas; those within a quoted string, where a backslash takes its meaning from what follows it, are its own.
fn split(list: &str) -> impl Iterator<Item = &str> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    list.split(move |c| {
        is_quoted ^= c == '"' && !is_escaped;
        is_escaped = is_quoted && c == '\\' && !is_escaped;
        c == ',' && !is_quoted
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[&'static str]) -> Directives {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(CACHE_CONTROL, hyper::header::HeaderValue::from_static(value));
        }
        Directives::read(&headers)
    }

    #[test]
    fn directives_are_read_and_what_is_none_is_ignored() {
        let none = Directives::default();
        assert_eq!(read(&[]), none);
        assert_eq!(read(&["no-cache"]), Directives { no_cache: true, ..none });
        assert_eq!(read(&["No-Cache, ONLY-IF-CACHED"]), Directives { no_cache: true, only_if_cached: true, ..none });
        assert_eq!(
            read(&["max-age=60", "min-fresh=\"5\" , max-age=30"]),
            Directives { max_age_s: Some(30), min_fresh_s: Some(5), ..none }
        );
        assert_eq!(read(&["max-stale"]), Directives { max_stale_s: Some(u32::MAX), ..none });
        for (values, seconds) in [
            (&["max-stale=7"][..], 7),
            (&["max-stale=0"], 0),
            (&["max-stale=7, max-stale"], 7),
            (&["max-stale", "max-stale=7"], 7),
            (&["max-stale=9, max-stale=7, max-stale=8"], 7),
        ] {
            assert_eq!(read(values), Directives { max_stale_s: Some(seconds), ..none }, "{values:?}");
        }
        assert_eq!(read(&["min-fresh=7, min-fresh=9, min-fresh=8"]), Directives { min_fresh_s: Some(9), ..none });
        assert_eq!(read(&["max-age=99999999999"]), Directives { max_age_s: Some(u32::MAX), ..none });
        assert_eq!(read(&["max-age=-1, max-age, max-age=1s, max-stale=x, immutable, ,=, \"no-cache\""]), none);
    }

    #[test]
    fn a_comma_in_a_quoted_string_ends_no_directive() {
        let none = Directives::default();
        assert_eq!(read(&["foo=\"a, no-cache, b\""]), none);
        assert_eq!(read(&["foo=\"a\\\", no-cache, \\\\\", max-age=1"]), Directives { max_age_s: Some(1), ..none });
        assert_eq!(read(&["foo=\"never ends, no-cache"]), none);
        assert_eq!(read(&["foo=\\, no-cache"]), Directives { no_cache: true, ..none }, "no string, no escape");
    }

    #[test]
    fn pragma_counts_only_where_nothing_else_is_said() {
        let mut headers = HeaderMap::new();
        headers.insert(PRAGMA, hyper::header::HeaderValue::from_static("no-cache"));
        assert!(Directives::read(&headers).no_cache);
        headers.insert(CACHE_CONTROL, hyper::header::HeaderValue::from_static("max-age=1"));
        assert!(!Directives::read(&headers).no_cache);
    }
}
