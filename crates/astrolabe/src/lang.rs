//! The language in which the process speaks to people.

use std::fmt::Display;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use catalog::Lang;

/// A sentence of the same values in the language that is asked for, English or Chinese.
macro_rules! told {
    ($lang:expr, $english:literal, $chinese:literal $(, $value:expr)* $(,)?) => {
        match $lang {
            ::catalog::Lang::En => format!($english $(, $value)*),
            ::catalog::Lang::Zh => format!($chinese $(, $value)*),
        }
    };
}
pub(crate) use told;

/// The language of the locale: of the first of `LC_ALL`, `LC_MESSAGES` and `LANG` that is set and not empty.
pub(crate) fn of_locale() -> Lang {
    lang_of(|name| std::env::var(name).ok())
}

/// The language in which this process speaks to people, once that is known.
static SPOKEN: Mutex<Option<Lang>> = Mutex::new(None);

/// Says in which language this process speaks from now on.
pub(crate) fn speak(lang: Lang) {
    *SPOKEN.lock().unwrap_or_else(PoisonError::into_inner) = Some(lang);
}

/// The language in which this process speaks: that of the locale, where nobody said another one.
pub(crate) fn spoken() -> Lang {
    SPOKEN.lock().unwrap_or_else(PoisonError::into_inner).unwrap_or_else(of_locale)
}

/// Why a file was not written, before the cause.
pub(crate) fn cannot_write(file: &Path) -> String {
    let file = file.display();
    told!(spoken(), "cannot write {file}", "无法写入 {file}")
}

/// Why a file was not read, before the cause.
pub(crate) fn cannot_read(file: &Path) -> String {
    let file = file.display();
    told!(spoken(), "cannot read {file}", "无法读取 {file}")
}

/// How the next page of a list is asked for.
pub(crate) fn next_page(last: impl Display) -> String {
    told!(
        spoken(),
        "there may be more: the same command with --before {last}",
        "可能还有更多：以 --before {last} 再次运行同一命令"
    )
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
