//! Every parameter of the marketplace and the fact behind it.
//!
//! Two public sets of figures: "TikTok 2020" is 24,822 consecutive posts of 890 well-known TikTok creators up to
//! November 2020; "Xingtu 2025" is 38 creators as Xingtu's own creator search showed them in September 2025, with
//! prices and their last ten posts. Where neither tells, the parameter says that it is an assumption.

/// Seconds in a day, for spans that are counted in days.
pub(crate) const DAY: f64 = 86_400.0;

/// Mean log plays of a creator's mature posts. TikTok 2020 has 12.5, but those creators are famous; assumed lower.
pub(crate) const LEVEL_MEAN: f64 = 11.5;
/// Sd of creators' levels in log plays: TikTok 2020. Skewed down as a Gumbel minimum, which meets that set's 5, 25, 50,
/// 75 and 95 % quantiles (8.3, 11.2, 13.0, 14.1, 15.7) within 0.25.
pub(crate) const LEVEL_SD: f64 = 2.26;
/// No creator's level is lower than this (7 plays): below, a logarithm of whole plays tells nothing.
pub(crate) const LEVEL_MIN: f64 = 2.0;

/// Root mean square over creators of the sd of log plays about the creator's level. Within 25 posts in a row, which do not
/// show all of the drift, it comes to 0.90, as in TikTok 2020.
pub(crate) const WITHIN_SD: f64 = 1.0;
/// How the within-creator sd varies by creator, as an sd of logs: 0.36 in TikTok 2020, about 0.33 without sampling
/// error.
pub(crate) const WITHIN_SD_LOG_SD: f64 = 0.33;
/// Of that variance, the part of a creator's slow drift. The rest is each post's own luck, an exponential: most posts do a
/// little worse than usual and a few much better. Within 25 posts in a row residuals then have TikTok 2020's quantiles at
/// 5, 25, 50, 75 and 95 % (-1.30, -0.68, -0.18, 0.53 and 1.91 sds) within 0.05.
pub(crate) const DRIFT_SHARE: f64 = 0.4;
/// How much of the drift is left at the next post. Within 25 posts in a row, posts 1, 2, 3 and 5 apart then correlate by 0.21,
/// 0.16, 0.13 and 0.06; in TikTok 2020 by 0.22, 0.15, 0.13 and 0.09.
pub(crate) const DRIFT_KEPT: f64 = 0.92;

/// Fresh posts: the mean log ratio of plays at an age to mature plays is the sum of `-depth × exp(-age ÷ days)`.
/// Meets TikTok 2020: -1.1 under a day, -0.5 at 3–5 days, -0.2 at 10–14 days.
pub(crate) const IMMATURITY: [Fading; 2] = [Fading { depth: 0.79, days: 8.73 }, Fading { depth: 0.56, days: 1.0 }];

/// One term of the immaturity.
pub(crate) struct Fading {
    pub(crate) depth: f64,
    pub(crate) days: f64,
}

/// Spread of the number of posts by creator, an sd of logs: heavy-tailed, as cadences are (an assumption, for TikTok
/// 2020 was cut at a number of posts). With the spans below, creators' mean gaps between posts have a log sd of 1.0
/// (TikTok 2020: 1.2).
pub(crate) const POSTS_LOG_SD: f64 = 1.0;
/// The median time over which a creator's posts are spread, in days (an assumption) and its sd of logs.
pub(crate) const SPAN_DAYS: f64 = 90.0;
/// See [`SPAN_DAYS`].
pub(crate) const SPAN_LOG_SD: f64 = 0.5;
/// No post is older than this when captured, in days; spans are squeezed to fit.
pub(crate) const AGE_DAYS_MAX: f64 = 1_000.0;
/// Share of creators that had stopped posting: TikTok 2020 has nearly one in four without a post for 30 days.
pub(crate) const DORMANT_SHARE: f64 = 0.15;
/// For how long at most dormant creators had not posted, in days: 131 at the 95 % quantile in TikTok 2020.
pub(crate) const DORMANT_DAYS_MAX: f64 = 200.0;

/// Captures of the creators are spread over so many days (an assumption: a crawl's length).
pub(crate) const CAPTURE_DAYS: f64 = 6.0;
/// Share of posts that had been captured once before (an assumption).
pub(crate) const TWICE_SHARE: f64 = 0.03;
/// How long before, in days (an assumption).
pub(crate) const TWICE_DAYS: (f64, f64) = (1.0, 5.0);

/// Share of paid placements (an assumption).
pub(crate) const SPONSORED_SHARE: f64 = 0.10;
/// How placements do in log plays, against the creator's other posts (an assumption: slightly worse).
pub(crate) const SPONSORED_LOG_RATIO: f64 = -0.15;
/// Share of posts of which it is not told whether they were paid (an assumption).
pub(crate) const SPONSORED_UNKNOWN_SHARE: f64 = 0.02;

/// Interactions per play. Xingtu 2025: median 0.031, quartiles 0.017 and 0.037 of (likes + comments + shares) ÷ plays
/// over ten posts.
pub(crate) const ENGAGEMENT: f64 = 0.029;
/// Spread of creators' engagement, an sd of logs: the middle half lies within 2.4 % and 3.4 %, nine in
/// ten within 1.9 % and 4.4 %.
pub(crate) const ENGAGEMENT_LOG_SD: f64 = 0.25;
/// Spread of a creator's posts about that, an sd of logs: 0.26 for likes per play in TikTok 2020.
pub(crate) const ENGAGEMENT_POST_LOG_SD: f64 = 0.26;
/// Comments, shares and collects per like: Xingtu 2025 has medians of 0.029 and 0.099 for the first two (TikTok 2020:
/// 0.007 and 0.004); collects are in neither, assumed.
pub(crate) const PER_LIKE: [f64; 3] = [0.029, 0.099, 0.08];
/// Spread of these by creator, an sd of logs. Xingtu 2025 has 0.86 and 0.96; less here, for ten posts are few.
pub(crate) const PER_LIKE_LOG_SD: f64 = 0.6;
/// Spread of these by post, an sd of logs (an assumption).
pub(crate) const PER_LIKE_POST_LOG_SD: f64 = 0.3;

/// Share of a creator's posts on SHORT_VIDEO; the rest is spread evenly over the other platforms the creator is on
/// (an assumption).
pub(crate) const SHORT_VIDEO_SHARE: f64 = 0.70;
/// The chance that a creator is on each of the other three platforms: gives 2.76 platforms with a post a creator at
/// 40 posts each.
pub(crate) const OTHER_PLATFORM_SHARE: f64 = 0.66;
/// Level of LIVE_STREAMING, PICTURE_TEXT and SHORT_DRAMA against SHORT_VIDEO, in log plays, and how it varies (an
/// assumption).
pub(crate) const OTHER_LEVEL: f64 = -0.8;
/// See [`OTHER_LEVEL`].
pub(crate) const OTHER_LEVEL_SD: f64 = 0.5;

/// Median length of short videos in seconds: 15 in TikTok 2020, when a minute was the limit; longer now (an
/// assumption).
pub(crate) const DURATION_S: f64 = 25.0;
/// Spread of lengths by creator, then by post, as sds of logs: all three tiers of length occur.
pub(crate) const DURATION_LOG_SD: (f64, f64) = (0.6, 0.5);

/// Share of creators without a rate card, and of tiers missing on one (Xingtu 2025 has one missing tier in 114).
pub(crate) const NO_RATE_CARD_SHARE: f64 = 0.08;
/// See [`NO_RATE_CARD_SHARE`].
pub(crate) const NO_TIER_SHARE: f64 = 0.04;
/// Below so many expected views a creator is not listed with prices (an assumption; about one in sixteen).
pub(crate) const PRICED_VIEWS_MIN: f64 = 2_000.0;
/// How far a creator's median lies below the level, the mean of logs: 0.18 sds in TikTok 2020.
pub(crate) const MEDIAN_BELOW_LEVEL: f64 = 0.17;
/// Median CPM of the 21–60 s tier in yuan, and its spread as an sd of logs: nine in ten within 12 and 55.
/// Xingtu 2025 has quartiles of 29 and 144, but of well-known creators.
pub(crate) const CPM_YUAN: f64 = 26.0;
/// See [`CPM_YUAN`].
pub(crate) const CPM_LOG_SD: f64 = 0.46;
/// Price of 21–60 s over that of 1–20 s: Xingtu 2025 has quartiles of 1.12 and 1.68. Uniform here.
pub(crate) const MIDDLE_OVER_SHORT: (f64, f64) = (1.1, 1.7);
/// Price over 60 s over that of 21–60 s: Xingtu 2025 has quartiles of 1.1 and 1.5, and 1.0 for one in six.
pub(crate) const LONG_OVER_MIDDLE: (f64, f64) = (1.0, 1.5);
/// Share of creators who ask the same over 60 s as for 21–60 s.
pub(crate) const LONG_AS_MIDDLE_SHARE: f64 = 0.16;
/// Share of prices given to three figures (138,300) rather than two (140,000): Xingtu 2025 has 28 %.
pub(crate) const THREE_FIGURES_SHARE: f64 = 0.28;

/// Median followers over expected views, and its spread as an sd of logs: Xingtu 2025.
pub(crate) const FOLLOWERS_PER_VIEW: f64 = 2.1;
/// See [`FOLLOWERS_PER_VIEW`].
pub(crate) const FOLLOWERS_LOG_SD: f64 = 1.16;
/// No creator has more followers (an assumption).
pub(crate) const FOLLOWERS_MAX: f64 = 120e6;
/// First-level tags, as Xingtu 2025 names them and some more; the later ones have more creators (an assumption).
pub(crate) const CATEGORIES: [&str; 16] = [
    "三农",
    "媒体号",
    "汽车",
    "财经",
    "教育",
    "运动健身",
    "旅行",
    "科技数码",
    "萌宠",
    "母婴亲子",
    "游戏",
    "生活",
    "时尚",
    "美食",
    "剧情搞笑",
    "美妆",
];
