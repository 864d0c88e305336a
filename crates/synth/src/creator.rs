//! One creator: what it is like, drawn from its own random stream, and its posts in order of publishing.

use domain::{Platform, UnixTime};

use crate::facts::*;
use crate::random::{Purpose, Stream};
use crate::row::{Row, Sponsored};

/// What a creator is like. Everything later is drawn from the same stream, so the order of the draws is fixed.
pub(crate) struct Creator {
    stream: Stream,
    /// The creator's place among all.
    place: u32,
    /// Mean log plays of a mature post, by [`Platform::number`]; none where the creator is not.
    pub(crate) levels: [Option<f64>; Platform::ALL.len()],
    within_sd: f64,
    engagement: f64,
    /// Comments, shares and collects per like.
    per_like: [f64; 3],
    duration_s: f64,
    captured_s: u32,
    /// When the few posts that are captured twice were captured first.
    captured_before_s: u32,
}

impl Creator {
    /// The creator at a place of the marketplace of a seed.
    pub(crate) fn new(seed: u64, place: u32, newest: UnixTime) -> Self {
        let mut stream = Stream::new(seed, Purpose::Creator, u64::from(place));
        let level = (LEVEL_MEAN + LEVEL_SD * stream.skewed_down()).max(LEVEL_MIN);
        // The median that gives the stated root mean square.
        let within_sd = stream.lognormal(WITHIN_SD * libm::exp(-WITHIN_SD_LOG_SD * WITHIN_SD_LOG_SD), WITHIN_SD_LOG_SD);
        let levels = Platform::ALL.map(|platform| match platform {
            Platform::ShortVideo => Some(level),
            _ => {
                let own = level + OTHER_LEVEL + OTHER_LEVEL_SD * stream.normal();
                stream.chance(OTHER_PLATFORM_SHARE).then_some(own.max(LEVEL_MIN))
            }
        });
        let engagement = stream.lognormal(ENGAGEMENT, ENGAGEMENT_LOG_SD);
        let per_like = PER_LIKE.map(|ratio| stream.lognormal(ratio, PER_LIKE_LOG_SD));
        let duration_s = stream.lognormal(DURATION_S, DURATION_LOG_SD.0);
        let captured_s = newest.0 - (stream.between(0.0, CAPTURE_DAYS) * DAY) as u32;
        let captured_before_s = captured_s - (stream.between(TWICE_DAYS.0, TWICE_DAYS.1) * DAY) as u32;
        Self { stream, place, levels, within_sd, engagement, per_like, duration_s, captured_s, captured_before_s }
    }

    /// Makes so many posts, oldest first, and gives each row to `emit` with the post's number; a post that was captured
    /// twice gives two rows with the same number. The rows lack their ids.
    pub(crate) fn posts(mut self, count: u32, mut emit: impl FnMut(u32, Row)) {
        // How far each platform had drifted from its level at its last post, in sds of the drift.
        let mut drifts = [None; Platform::ALL.len()];
        for (number, age_s) in self.ages_s(count).into_iter().rev().enumerate() {
            let published_s = self.captured_s - age_s;
            let mut post = self.post(published_s, &mut drifts);
            let again = self.stream.chance(TWICE_SHARE) && published_s < self.captured_before_s;
            if again {
                emit(number as u32, post.captured(self.captured_before_s));
            }
            emit(number as u32, post.captured(self.captured_s));
        }
    }

    /// The posts' ages at capture in seconds, youngest first, never zero.
    fn ages_s(&mut self, count: u32) -> Vec<u32> {
        let gap_days = self.stream.lognormal(SPAN_DAYS, SPAN_LOG_SD) / f64::from(count);
        let mut age_days = 0.0;
        if self.stream.chance(DORMANT_SHARE) {
            age_days = self.stream.between(0.0, DORMANT_DAYS_MAX);
        }
        let mut ages_days: Vec<f64> = Vec::with_capacity(count as usize);
        for _ in 0..count {
            age_days += gap_days * self.stream.waiting();
            ages_days.push(age_days);
        }
        let squeeze = (AGE_DAYS_MAX / age_days).min(1.0);
        ages_days.into_iter().map(|days| 1 + (days * squeeze * DAY) as u32).collect()
    }

    fn post(&mut self, published_s: u32, drifts: &mut [Option<f64>; Platform::ALL.len()]) -> MaturePost {
        let (platform, level) = self.platform();
        let drift = &mut drifts[usize::from(platform.number())];
        let innovation = self.stream.normal();
        // An autoregression of order one whose sd is 1 from the first post on.
        let drifted = drift.map_or(innovation, |before: f64| {
            DRIFT_KEPT * before + libm::sqrt(1.0 - DRIFT_KEPT * DRIFT_KEPT) * innovation
        });
        *drift = Some(drifted);
        let luck = self.stream.waiting() - 1.0;
        let z = libm::sqrt(DRIFT_SHARE) * drifted + libm::sqrt(1.0 - DRIFT_SHARE) * luck;
        let sponsored = self.sponsored();
        let paid = if sponsored == Sponsored::Yes { SPONSORED_LOG_RATIO } else { 0.0 };
        let (likes_per_play, per_like) = self.interactions();
        MaturePost {
            log_plays: level + self.within_sd * z + paid,
            likes_per_play,
            per_like,
            row: Row {
                published_s,
                item_low: 0,
                captured_s: 0,
                creator: self.place,
                plays: 0,
                interactions: [0; 4],
                duration_s: self.duration_s(platform),
                platform,
                sponsored,
            },
        }
    }

    /// Where the next post appears, and the creator's level there.
    fn platform(&mut self) -> (Platform, f64) {
        let draw = self.stream.uniform();
        let others = || {
            let all = Platform::ALL.into_iter().filter(|platform| *platform != Platform::ShortVideo);
            all.filter_map(|platform| self.levels[usize::from(platform.number())].map(|level| (platform, level)))
        };
        let place = (draw - SHORT_VIDEO_SHARE) / (1.0 - SHORT_VIDEO_SHARE) * others().count() as f64;
        let other = if place < 0.0 { None } else { others().nth(place as usize) };
        let short_video = self.levels[usize::from(Platform::ShortVideo.number())];
        other.unwrap_or((Platform::ShortVideo, short_video.unwrap_or(LEVEL_MEAN)))
    }

    fn sponsored(&mut self) -> Sponsored {
        let draw = self.stream.uniform();
        if draw < SPONSORED_SHARE {
            Sponsored::Yes
        } else if draw < SPONSORED_SHARE + SPONSORED_UNKNOWN_SHARE {
            Sponsored::Untold
        } else {
            Sponsored::No
        }
    }

    /// Likes per play, and comments, shares and collects per like, of the next post.
    fn interactions(&mut self) -> (f64, [f64; 3]) {
        let total = self.stream.lognormal(self.engagement, ENGAGEMENT_POST_LOG_SD);
        let per_like = self.per_like.map(|ratio| self.stream.lognormal(ratio, PER_LIKE_POST_LOG_SD));
        (total / (1.0 + per_like.iter().sum::<f64>()), per_like)
    }

    fn duration_s(&mut self, platform: Platform) -> u16 {
        let factor = self.stream.lognormal(1.0, DURATION_LOG_SD.1);
        // A stream lasts about an hour and an episode two minutes (assumptions); a note of pictures has no length.
        match platform {
            Platform::ShortVideo => (self.duration_s * factor).clamp(3.0, 900.0) as u16,
            Platform::LiveStreaming => (3_600.0 * factor).min(36_000.0) as u16,
            Platform::ShortDrama => (120.0 * factor).clamp(30.0, 900.0) as u16,
            Platform::PictureText => 0,
        }
    }
}

/// A post as it will be once its plays have come to rest.
struct MaturePost {
    log_plays: f64,
    likes_per_play: f64,
    per_like: [f64; 3],
    /// What does not change over time.
    row: Row,
}

impl MaturePost {
    /// The row of a capture: all counts grow in proportion, so none is ever lower in a later capture.
    fn captured(&mut self, captured_s: u32) -> Row {
        /// Plays are kept below this, far above any post's, so that counts fit 32 bits.
        const PLAYS_MAX: f64 = 2e9;
        let age_days = f64::from(captured_s - self.row.published_s) / DAY;
        let plays = libm::exp(self.log_plays + immaturity(age_days)).min(PLAYS_MAX);
        let likes = (plays * self.likes_per_play).min(plays);
        let [comments, shares, collects] = self.per_like.map(|ratio| (likes * ratio).min(plays) as u32);
        let interactions = [likes as u32, comments, shares, collects];
        Row { captured_s, plays: plays as u32, interactions, ..self.row }
    }
}

/// The mean log ratio of a post's plays at an age to its mature plays.
pub(crate) fn immaturity(age_days: f64) -> f64 {
    IMMATURITY.iter().map(|fading| -fading.depth * libm::exp(-age_days / fading.days)).sum()
}
