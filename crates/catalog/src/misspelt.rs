//! Names of parameters that there are not: which may be told, and which one was meant; and which texts that were sent may be told at all.

use domain::{ADMIN_KEY_PREFIX, TOKEN_PREFIX};

use crate::Parameter;

/// The most characters of a text that is told: tokens and keys, ours and others', have more.
const CHARS_MAX: usize = 24;

/// How many letters may be wrong in a name that is taken for another.
const EDITS_MAX: usize = 2;

/// The names in a raw query string that are none of those known and may be told: what does not look like a name may be a
/// token in the wrong place.
pub(crate) fn unknown_names<'q>(raw: &'q str, known: &[Parameter]) -> impl Iterator<Item = &'q str> {
    let names = raw.split('&').filter_map(|pair| pair.split_once('=')).map(|(name, _)| name);
    names.filter(|name| may_be_told(name) && known.iter().all(|parameter| parameter.name != *name))
}

/// The name among those known that was likely meant by another.
pub(crate) fn meant(name: &str, known: &[Parameter]) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    let edits = known.iter().map(|parameter| (edits(&name, &parameter.name.to_ascii_lowercase()), parameter.name));
    // Of a short name more than half would be another.
    let near = edits.filter(|(edits, known)| *edits <= EDITS_MAX && edits * 2 <= known.len());
    near.min_by_key(|(edits, _)| *edits).map(|(_, known)| known)
}

/// Whether a text that was sent may be repeated in a reply: one that is long, or has something of a token or a key, may be a secret in
/// the wrong place.
pub fn may_be_repeated(text: &str) -> bool {
    let has_secret = |lower: &str| [TOKEN_PREFIX, ADMIN_KEY_PREFIX].iter().any(|prefix| lower.contains(prefix));
    text.chars().nth(CHARS_MAX).is_none() && !has_secret(&text.to_ascii_lowercase())
}

/// A text that was sent as it is repeated in a reply: itself, or … in its place.
pub fn repeated(text: &str) -> &str {
    if may_be_repeated(text) { text } else { "…" }
}

fn may_be_told(name: &str) -> bool {
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    !name.is_empty() && is_name && may_be_repeated(name)
}

/// How many bytes are to be put in, taken out or changed to make one text of another.
fn edits(from: &str, to: &str) -> usize {
    // Row by row of the table whose cell is the answer for two beginnings.
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (at, byte) in from.bytes().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], at + 1);
        for (column, other) in to.bytes().enumerate() {
            let changed = diagonal + usize::from(byte != other);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CREATORS, EXPLAIN, USAGE};

    #[test]
    fn a_name_is_told_where_it_looks_like_one() {
        fn told(raw: &str) -> Vec<&str> {
            unknown_names(raw, EXPLAIN.parameters).collect()
        }
        assert_eq!(told("oauthorid=1&platform=x&page_2=&oAuthorId=2"), ["oauthorid", "page_2"]);
        for raw in ["sEcReT", "", "&", "=1", "a-b=1", "%61b=1", "达人=1", "a+b=1"] {
            assert!(told(raw).is_empty(), "{raw}");
        }
        let (longest, longer) = ("x".repeat(24), "x".repeat(25));
        assert_eq!(told(&format!("{longest}=1&{longer}=1")), [longest.as_str()]);
        assert!(told("astro_abc=1&Astro_abc=1&astroadmin_abc=1&ASTRO_=").is_empty());
    }

    #[test]
    fn a_text_is_repeated_where_it_is_short_and_has_nothing_of_a_secret() {
        for text in ["", "某某科技（北京）", "a b\"c", &"星".repeat(24)] {
            assert_eq!((may_be_repeated(text), repeated(text)), (true, text));
        }
        for text in ["astro_x", "Bearer ASTRO_x", "astroadmin_x", &"星".repeat(25), &"0".repeat(32)] {
            assert_eq!((may_be_repeated(text), repeated(text)), (false, "…"), "{text}");
        }
    }

    #[test]
    fn the_name_that_was_meant_is_the_nearest_one() {
        for (name, near) in [
            ("oauthorid", Some("oAuthorId")),
            ("OAUTHORID", Some("oAuthorId")),
            ("authorid", Some("oAuthorId")),
            ("oAutorIdd", Some("oAuthorId")),
            ("plaform", Some("platform")),
            ("author", None),
            ("token", None),
        ] {
            assert_eq!(meant(name, EXPLAIN.parameters), near, "{name}");
        }
        assert_eq!(meant("form", USAGE.parameters), Some("from"));
        assert_eq!(meant("too", USAGE.parameters), Some("to"));
        assert_eq!(meant("day", USAGE.parameters), None);
        assert_eq!(meant("minfollower", CREATORS.parameters), Some("minFollowers"));
        assert_eq!(meant("maxView", CREATORS.parameters), Some("maxViews"));
        assert_eq!(meant("x", CREATORS.parameters), None);
    }
}
