//! Where a placement runs ([`Platform`]) and in which length it is sold ([`Tier`]).

use std::fmt;
use std::str::FromStr;

use crate::{Spoken, Text};

/// A name that is none of the known ones.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} is none of {known}")]
pub struct UnknownName {
    /// What was given, cut to 40 characters.
    pub name: String,
    /// The names that would be right.
    pub known: &'static str,
}

impl Spoken for UnknownName {
    fn chinese(&self) -> String {
        let Self { name, known } = self;
        let tiers = "1_20、21_60、60（SHORT_VIDEO）或 single（其他内容类型）";
        let known = if known.contains("single") { tiers } else { known };
        format!("没有 {name:?}；可选：{known}")
    }
}

fn unknown(name: &str, known: &'static str) -> UnknownName {
    UnknownName { name: name.chars().take(40).collect(), known }
}

/// A length that a platform is not sold in. It is not repeated: callers may send anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} is sold as {names} only", names = self.names(", "))]
pub struct TierNotSold(pub Platform);

impl TierNotSold {
    fn names(self, comma: &str) -> String {
        self.0.tiers().iter().map(|tier| tier.name()).collect::<Vec<_>>().join(comma)
    }
}

impl Spoken for TierNotSold {
    fn chinese(&self) -> String {
        format!("{} 仅按 {} 报价", self.0, self.names("、"))
    }
}

/// The content channel of a placement, as the contract names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(u8)]
pub enum Platform {
    /// Short videos, sold in three lengths. The contract's default.
    #[default]
    ShortVideo = 0,
    /// Live streams, sold at one price.
    LiveStreaming = 1,
    /// Picture-and-text notes, sold at one price.
    PictureText = 2,
    /// Short drama, sold at one price.
    ShortDrama = 3,
}

impl Platform {
    /// Every platform, in the contract's order.
    pub const ALL: [Platform; 4] = [Self::ShortVideo, Self::LiveStreaming, Self::PictureText, Self::ShortDrama];

    /// The name in requests and files.
    pub fn name(self) -> &'static str {
        match self {
            Self::ShortVideo => "SHORT_VIDEO",
            Self::LiveStreaming => "LIVE_STREAMING",
            Self::PictureText => "PICTURE_TEXT",
            Self::ShortDrama => "SHORT_DRAMA",
        }
    }

    /// What people call it.
    pub const fn word(self) -> Text {
        match self {
            Self::ShortVideo => Text::new("Short video", "短视频"),
            Self::LiveStreaming => Text::new("Live streaming", "直播"),
            Self::PictureText => Text::new("Picture and text", "图文"),
            Self::ShortDrama => Text::new("Short drama", "短剧"),
        }
    }

    /// Reads what people write in files and commands: the name, or the word in either language. Requests have the name alone.
    ///
    /// # Errors
    /// [`UnknownName`].
    pub fn of_word(text: &str) -> Result<Self, UnknownName> {
        let is_word = |platform: &Self| [platform.word().en, platform.word().zh].contains(&text);
        text.parse().or_else(|unknown| Self::ALL.into_iter().find(is_word).ok_or(unknown))
    }

    /// The number kept in databases; never reused.
    pub fn number(self) -> u8 {
        self as u8
    }

    /// The platform of a number kept in a database.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// The lengths a placement on this platform is sold in.
    pub fn tiers(self) -> &'static [Tier] {
        match self {
            Self::ShortVideo => &[Tier::From1To20s, Tier::From21To60s, Tier::Over60s],
            Self::LiveStreaming | Self::PictureText | Self::ShortDrama => &[Tier::Single],
        }
    }

    /// A length, where the platform is sold in it.
    ///
    /// # Errors
    /// [`TierNotSold`].
    pub fn sold_as(self, tier: Tier) -> Result<Tier, TierNotSold> {
        if self.tiers().contains(&tier) { Ok(tier) } else { Err(TierNotSold(self)) }
    }

    /// The length of a name, where the platform is sold in it.
    ///
    /// # Errors
    /// [`TierNotSold`], where there is no length of that name too.
    pub fn tier(self, name: &str) -> Result<Tier, TierNotSold> {
        self.sold_as(name.parse().map_err(|_: UnknownName| TierNotSold(self))?)
    }

    /// The length that counts where none is named.
    pub fn usual_tier(self) -> Tier {
        match self {
            Self::ShortVideo => Tier::From21To60s,
            Self::LiveStreaming | Self::PictureText | Self::ShortDrama => Tier::Single,
        }
    }
}

impl FromStr for Platform {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .into_iter()
            .find(|platform| platform.name() == name)
            .ok_or_else(|| unknown(name, "SHORT_VIDEO, LIVE_STREAMING, PICTURE_TEXT, SHORT_DRAMA"))
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The length in which a placement is sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Tier {
    /// A video of 1 to 20 seconds.
    From1To20s = 0,
    /// A video of 21 to 60 seconds.
    From21To60s = 1,
    /// A video over 60 seconds.
    Over60s = 2,
    /// The one price of a platform that is not sold by length.
    Single = 3,
}

impl Tier {
    /// Every tier, in the order they are kept in.
    pub const ALL: [Tier; 4] = [Self::From1To20s, Self::From21To60s, Self::Over60s, Self::Single];

    /// The name in files and in the contract's keys (`cpm_1_20`).
    pub fn name(self) -> &'static str {
        match self {
            Self::From1To20s => "1_20",
            Self::From21To60s => "21_60",
            Self::Over60s => "60",
            Self::Single => "single",
        }
    }

    /// Reads what people write in files: the name, the seconds with their unit in either language (`1-20s`, `21–60 秒`, `60s+`,
    /// `60秒以上`), or Xingtu's number of it (`video_type` 1, 2, 71).
    ///
    /// # Errors
    /// [`UnknownName`].
    pub fn of_word(text: &str) -> Result<Self, UnknownName> {
        let letters = text.chars().filter(|letter| !letter.is_whitespace()).map(|letter| match letter {
            '–' | '—' | '~' | '～' | '至' => '-',
            '＋' => '+',
            letter => letter.to_ascii_lowercase(),
        });
        let plain = letters.collect::<String>().replace('秒', "s");
        match plain.strip_suffix("视频").unwrap_or(&plain) {
            "1-20" | "1-20s" | "1s-20s" | "1" => Ok(Self::From1To20s),
            "21-60" | "21-60s" | "21s-60s" | "20-60" | "20-60s" | "2" => Ok(Self::From21To60s),
            "60+" | "60s+" | ">60" | ">60s" | "over60s" | "60以上" | "60s以上" | "71" => Ok(Self::Over60s),
            "统一报价" => Ok(Self::Single),
            _ => text.parse(),
        }
    }

    /// The number kept in databases; never reused.
    pub fn number(self) -> u8 {
        self as u8
    }
}

impl FromStr for Tier {
    type Err = UnknownName;

    /// Reads a tier's name; `20_60` is Xingtu's own name of the middle one.
    fn from_str(name: &str) -> Result<Self, UnknownName> {
        match name {
            "1_20" => Ok(Self::From1To20s),
            "21_60" | "20_60" => Ok(Self::From21To60s),
            "60" => Ok(Self::Over60s),
            "single" => Ok(Self::Single),
            _ => Err(unknown(name, "1_20, 21_60, 60 (SHORT_VIDEO) or single (the other platforms)")),
        }
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_platform_is_read_by_its_name_and_by_what_people_call_it() {
        for platform in Platform::ALL {
            for text in [platform.name(), platform.word().en, platform.word().zh] {
                assert_eq!(Platform::of_word(text), Ok(platform));
            }
        }
        assert!(Platform::of_word("电视").is_err() && "图文".parse::<Platform>().is_err());
    }

    #[test]
    fn a_tier_is_read_by_its_name_and_as_people_write_it() {
        let written = [
            (Tier::From1To20s, ["1_20", "1-20s", "1-20秒", "1–20 秒", "1-20s视频", "1"]),
            (Tier::From21To60s, ["20_60", "21-60s", "21-60秒", "21～60 秒", "21–60 s", "2"]),
            (Tier::Over60s, ["60", "60s+", "60秒以上", "60s以上视频", "over 60 s", "71"]),
        ];
        for (tier, texts) in written {
            texts.iter().for_each(|text| assert_eq!(Tier::of_word(text), Ok(tier), "{text}"));
        }
        for text in ["", "3", "20", "1-60s", "60s", "60秒以下", "-1"] {
            assert!(Tier::of_word(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_platform_has_the_tiers_it_is_sold_in() {
        let video = Platform::ShortVideo;
        assert_eq!([video.tier("1_20"), video.tier("20_60")], [Ok(Tier::From1To20s), Ok(Tier::From21To60s)]);
        assert_eq!(Platform::PictureText.tier("single"), Ok(Tier::Single));
        for name in ["single", "astro_secret", ""] {
            let refused = video.tier(name).map_err(|error| (error.to_string(), error.chinese()));
            let sold = ("SHORT_VIDEO is sold as 1_20, 21_60, 60 only", "SHORT_VIDEO 仅按 1_20、21_60、60 报价");
            assert_eq!(refused, Err((sold.0.to_owned(), sold.1.to_owned())), "{name}");
        }
    }
}
