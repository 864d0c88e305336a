//! The languages that texts are in, and texts in both.

use std::borrow::Cow;
use std::fmt::{self, Display};
use std::str::FromStr;

/// A language of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Simplified Chinese.
    Zh,
}

impl Lang {
    /// Every language.
    pub const ALL: [Lang; 2] = [Self::En, Self::Zh];

    /// Its code, as in paths.
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh",
        }
    }

    /// Its tag in `Accept-Language`, `Content-Language` and pages.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh-CN",
        }
    }

    /// The one that `Accept-Language` asks for most, of those asked for as much the first; the default where it asks for neither.
    pub fn preferred(accept_language: &str) -> Self {
        let asked = accept_language.split(',').filter_map(asked_for);
        let preferred = asked.reduce(|best, next| if next.1 > best.1 { next } else { best });
        preferred.map_or(Self::default(), |(lang, _)| lang)
    }

    /// The other one.
    pub const fn other(self) -> Self {
        match self {
            Self::En => Self::Zh,
            Self::Zh => Self::En,
        }
    }

    /// What the time is called that people of the language are told moments in.
    pub const fn clock(self) -> &'static str {
        match self {
            Self::En => "UTC",
            Self::Zh => "北京时间",
        }
    }

    /// How many seconds that time is ahead of UTC; China has had one offset since 1991.
    pub const fn ahead_of_utc_s(self) -> u32 {
        match self {
            Self::En => 0,
            Self::Zh => 8 * 3_600,
        }
    }

    /// Between a label and what it labels.
    pub const fn colon(self) -> &'static str {
        match self {
            Self::En => ": ",
            Self::Zh => "：",
        }
    }
}

/// The language of an item of `Accept-Language`, such as `zh-CN;q=0.9`, and how much it is asked for.
fn asked_for(item: &str) -> Option<(Lang, f32)> {
    let (range, weight) = item.split_once(';').unwrap_or((item, "q=1"));
    let language = range.trim().split('-').next()?;
    let lang = Lang::ALL.into_iter().find(|lang| lang.code().eq_ignore_ascii_case(language))?;
    let weight = weight.trim().strip_prefix("q=")?.parse().ok().filter(|weight| *weight > 0.0)?;
    Some((lang, weight))
}

impl Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

/// No language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("use en or zh")]
pub struct LangError;

impl FromStr for Lang {
    type Err = LangError;

    fn from_str(code: &str) -> Result<Self, LangError> {
        Self::ALL.into_iter().find(|lang| lang.code() == code).ok_or(LangError)
    }
}

/// A text in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text {
    /// English.
    pub en: &'static str,
    /// Simplified Chinese.
    pub zh: &'static str,
}

impl Text {
    /// A text of its two wordings.
    pub const fn new(en: &'static str, zh: &'static str) -> Self {
        Self { en, zh }
    }

    /// The wording in a language.
    pub const fn of(self, lang: Lang) -> &'static str {
        match lang {
            Lang::En => self.en,
            Lang::Zh => self.zh,
        }
    }
}

/// A sentence made for an occasion, in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// English.
    pub en: Cow<'static, str>,
    /// Simplified Chinese.
    pub zh: Cow<'static, str>,
}

impl Sentence {
    /// A sentence of its two wordings.
    pub fn new(en: impl Into<Cow<'static, str>>, zh: impl Into<Cow<'static, str>>) -> Self {
        Self { en: en.into(), zh: zh.into() }
    }

    /// The wording in a language.
    pub fn of(&self, lang: Lang) -> &str {
        match lang {
            Lang::En => &self.en,
            Lang::Zh => &self.zh,
        }
    }
}

impl From<Text> for Sentence {
    fn from(text: Text) -> Self {
        Self::new(text.en, text.zh)
    }
}

/// A [`Sentence`] of the same values, the English format first.
#[macro_export]
macro_rules! sentence {
    ($english:literal, $chinese:literal $(, $value:expr)* $(,)?) => {
        $crate::Sentence::new(format!($english $(, $value)*), format!($chinese $(, $value)*))
    };
}

/// What is told in both languages: errors, whose `Display` is English.
pub trait Spoken: Display {
    /// The Chinese wording.
    fn chinese(&self) -> String;

    /// The wording in a language.
    fn text(&self, lang: Lang) -> String {
        match lang {
            Lang::En => self.to_string(),
            Lang::Zh => self.chinese(),
        }
    }

    /// Both wordings.
    fn sentence(&self) -> Sentence {
        Sentence::new(self.to_string(), self.chinese())
    }
}

impl Spoken for LangError {
    fn chinese(&self) -> String {
        "应为 en 或 zh".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_asked_for_most_is_preferred() {
        let english = [
            "",
            "*",
            "fr, de;q=0.5",
            "en",
            "en-US,en;q=0.9,zh;q=0.8",
            "zh;q=0.5, en;q=0.7",
            "zh;q=0",
            "zh;q=x",
            "xx-zh",
        ];
        let chinese = [
            "zh",
            "ZH-cn",
            "zh-CN,zh;q=0.9,en;q=0.8",
            "en;q=0.8,zh-Hans",
            "fr, zh;q=0.1",
            "zh,en",
            "en; q=0.1 , zh; q=0.2",
        ];
        for asked in english {
            assert_eq!(Lang::preferred(asked), Lang::En, "{asked}");
        }
        for asked in chinese {
            assert_eq!(Lang::preferred(asked), Lang::Zh, "{asked}");
        }
    }
}
