//! The language that people of this machine read.

use catalog::Lang;

/// The language of the locale: of the first of `LC_ALL`, `LC_MESSAGES` and `LANG` that is set and not empty.
pub(crate) fn of_locale() -> Lang {
    lang_of(|name| std::env::var(name).ok())
}

fn lang_of(variable: impl Fn(&str) -> Option<String>) -> Lang {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(variable).find(|locale| !locale.is_empty());
    if locale.is_some_and(|locale| locale.to_ascii_lowercase().starts_with("zh")) { Lang::Zh } else { Lang::En }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_locale_that_is_set_decides() {
        let lang = |set: &[(&str, &str)]| {
            lang_of(|name| set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
        };
        assert_eq!(lang(&[("LANG", "zh_CN.UTF-8")]), Lang::Zh);
        assert_eq!(lang(&[("LC_ALL", ""), ("LC_MESSAGES", "zh_TW"), ("LANG", "en_US.UTF-8")]), Lang::Zh);
        assert_eq!(lang(&[("LC_ALL", "C"), ("LANG", "zh_CN.UTF-8")]), Lang::En);
        assert_eq!(lang(&[]), Lang::En);
    }
}
