//! A creator's figures over time: what moved between two snapshots and why, and what later posts did.
//!
//! Changes are natural logarithms of ratios, so that their parts add up: a CPM is price ÷ views, and its change the price's less the
//! views'. Nothing is said of costs that were not made so: Xingtu's own CPE, figures that were bought.

use domain::{Fen, PerTier, Post, Snapshot, SnapshotSource, Tier, UnixTime, cost_per_interaction, cost_per_mille};

use crate::choice::latest_captures;
use crate::quantiles::percentile;

/// A snapshot among those before and the posts after it.
#[derive(Debug, Clone, PartialEq)]
pub struct Past<'s> {
    /// When it was recorded.
    pub recorded_at: UnixTime,
    /// The figures.
    pub snapshot: &'s Snapshot,
    /// What moved since the snapshot before it of the same source; none of the first.
    pub moved: Option<Moved>,
    /// What posts published after it did; none where there is no such post.
    pub later: Option<Later>,
}

/// Changes since the snapshot before. None where one of the two is not told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moved {
    /// Of expected views.
    pub views: Option<f64>,
    /// Of expected interactions.
    pub interactions: Option<f64>,
    /// Of what each length costs. A price did it at [`Snapshot::priced_at`], where that is known.
    pub tiers: PerTier<MovedCosts>,
}

/// Whether a length came or went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    /// It has a price, and had none while another length had one.
    New,
    /// It has no price any more.
    Withdrawn,
}

impl Offer {
    /// Its name in answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Withdrawn => "withdrawn",
        }
    }

    fn of(before: &Snapshot, after: &Snapshot, tier: Tier) -> Option<Self> {
        match (before.prices[tier], after.prices[tier]) {
            // The first prices that are known were not new for that.
            (None, Some(_)) if before.prices.to_array().iter().any(Option::is_some) => Some(Self::New),
            (Some(_), None) => Some(Self::Withdrawn),
            _ => None,
        }
    }
}

/// Changes of a length's costs, by what they come from.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct MovedCosts {
    /// Whether the length came or went.
    pub offer: Option<Offer>,
    /// Of the CPM.
    pub cpm: Option<Change>,
    /// Of the CPE.
    pub cpe: Option<Change>,
}

/// A change of a cost, in its two parts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// What the price contributed: its own change.
    pub by_price: f64,
    /// What the views, or the interactions, contributed: less their own change.
    pub by_count: f64,
}

impl Change {
    /// All of the change.
    pub fn total(&self) -> f64 {
        self.by_price + self.by_count
    }
}

/// What posts did that were published after a snapshot and were mature when captured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Later {
    /// How many there are.
    pub posts: usize,
    /// The median of their plays, rounded down.
    pub median_plays: u64,
    /// How many were inside the snapshot's range, where it tells one.
    pub inside: Option<usize>,
    /// Whether the median was.
    pub median_inside: Option<bool>,
    /// The logarithm of the median over the expected views; none where either is zero.
    pub log_error: Option<f64>,
}

/// The history of a creator: `recorded` as the store has it, newest first; `posts` those that are held. Oldest first.
pub fn past<'s>(recorded: &'s [(UnixTime, Snapshot)], posts: &[Post], mature_days: u32) -> Vec<Past<'s>> {
    let posts = &latest_captures(posts);
    let mut last: [Option<&Snapshot>; 3] = [None; 3];
    let mut history = Vec::with_capacity(recorded.len());
    for (recorded_at, snapshot) in recorded.iter().rev() {
        let place = &mut last[usize::from(snapshot.source.number()) % 3];
        let moved = place.map(|before| moved(before, snapshot));
        *place = Some(snapshot);
        history.push(Past { recorded_at: *recorded_at, snapshot, moved, later: later(snapshot, posts, mature_days) });
    }
    history
}

fn moved(before: &Snapshot, after: &Snapshot) -> Moved {
    let count = |snapshot: &Snapshot| Some(snapshot.info.expected_views);
    let views = log_ratio(count(before), count(after));
    let interactions = log_ratio(before.expected_interactions, after.expected_interactions);
    let tiers = PerTier::from_fn(|tier| {
        let offer = Offer::of(before, after, tier);
        let price = log_ratio(before.prices[tier].map(|fen| fen.0), after.prices[tier].map(|fen| fen.0));
        let change = |is_made: fn(&Snapshot, Tier) -> bool, count: Option<f64>| {
            let change = Change { by_price: price?, by_count: -count? };
            (is_made(before, tier) && is_made(after, tier)).then_some(change)
        };
        let told =
            |cost: fn(&Snapshot, Tier) -> Option<Fen>| told_change(price?, cost(before, tier)?, cost(after, tier)?);
        MovedCosts {
            offer,
            cpm: change(is_cpm_made, views).or_else(|| told(|snapshot, tier| snapshot.info.cpm[tier])),
            cpe: change(is_cpe_made, interactions).or_else(|| told(|snapshot, tier| snapshot.info.cpe[tier])),
        }
    });
    Moved { views, interactions, tiers }
}

/// The change of a cost that a source told with prices, and not with what they were divided by: what the price does not explain came from
/// that. Nothing, where the price explains all of it, as far as whole fen tell.
fn told_change(by_price: f64, before: Fen, after: Fen) -> Option<Change> {
    let (before, after) = (before.0 as f64, after.0 as f64);
    let by_price_alone = libm::exp(by_price);
    let is_explained = after < (before + 1.0) * by_price_alone && before * by_price_alone < after + 1.0;
    let by_count = match is_explained {
        true => 0.0,
        false if before > 0.0 && after > 0.0 => libm::log(after / before) - by_price,
        false => return None,
    };
    Some(Change { by_price, by_count })
}

fn log_ratio(before: Option<u64>, after: Option<u64>) -> Option<f64> {
    let (before, after) = (before.filter(|n| *n > 0)?, after.filter(|n| *n > 0)?);
    Some(libm::log(after as f64 / before as f64))
}

/// Whether the CPM is price ÷ views.
fn is_cpm_made(snapshot: &Snapshot, tier: Tier) -> bool {
    let made = |price: Fen| cost_per_mille(price, snapshot.info.expected_views);
    snapshot.prices[tier].and_then(made).is_some_and(|made| snapshot.info.cpm[tier] == Some(made))
}

/// Whether the CPE is price ÷ interactions.
fn is_cpe_made(snapshot: &Snapshot, tier: Tier) -> bool {
    let made = |price: Fen| cost_per_interaction(price, snapshot.expected_interactions?);
    snapshot.prices[tier].and_then(made).is_some_and(|made| snapshot.info.cpe[tier] == Some(made))
}

fn later(snapshot: &Snapshot, posts: &[Post], mature_days: u32) -> Option<Later> {
    // A bought answer tells nothing of the posts that it is of.
    if snapshot.source == SnapshotSource::Upstream {
        return None;
    }
    let is_later = |post: &&Post| post.published_at > snapshot.as_of && post.is_mature(mature_days);
    let mut plays: Vec<u64> = posts.iter().filter(is_later).map(|post| post.plays).collect();
    plays.sort_unstable();
    if plays.is_empty() {
        return None;
    }
    let median_plays = percentile(&plays, 50);
    let is_inside = |plays: u64| snapshot.range.map(|range| (range.p25..=range.p75).contains(&plays));
    Some(Later {
        posts: plays.len(),
        median_plays,
        inside: snapshot.range.map(|_| plays.iter().filter(|plays| is_inside(**plays) == Some(true)).count()),
        median_inside: is_inside(median_plays),
        log_error: log_ratio(Some(snapshot.info.expected_views), Some(median_plays)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Settings;
    use domain::{Count, CreatorKey, CreatorState, ItemId, Platform, Price, RateCard};
    use proptest::prelude::*;

    type Cost = fn(&Snapshot) -> Option<Fen>;

    const START: u32 = 1_795_000_000;
    const DAY: u32 = UnixTime::DAY;

    fn post(number: u32, day: u32, plays: u64) -> Post {
        Post {
            item_id: ItemId::from_integer(i64::from(number)).expect("an id"),
            plays,
            published_at: UnixTime(START + day * DAY),
            captured_at: UnixTime(START + (day + 8) * DAY),
            duration_s: Count::UNKNOWN,
            likes: Count::from((plays % 50_000) as u16 / 50 + 1),
            comments: Count::UNKNOWN,
            shares: Count::UNKNOWN,
            collects: Count::UNKNOWN,
            sponsored: None,
        }
    }

    fn snapshot(posts: &[Post], price: u64) -> Snapshot {
        let mut rate_card = RateCard::default();
        rate_card.add(Tier::From1To20s, Price { as_of: UnixTime(START), fen: Fen(price) });
        let key = CreatorKey { author_id: "42".parse().expect("an id"), platform: Platform::ShortVideo };
        let state = CreatorState { posts: posts.iter().cloned().collect(), rate_card, ..CreatorState::default() };
        crate::snapshots(&key, &state, &Settings::default()).remove(0)
    }

    proptest! {
        /// The parts of a change make up the change of the cost that was served, to its rounding.
        #[test]
        fn the_parts_add_up(
            before in prop::collection::vec(1_000..5_000_000_u64, 1..20),
            after in prop::collection::vec(1_000..5_000_000_u64, 1..20),
            prices in [100_000..90_000_000_u64, 100_000..90_000_000],
        ) {
            let of = |plays: &[u64], price| {
                let posts: Vec<Post> = (0..).zip(plays).map(|(at, plays)| post(at, at, *plays)).collect();
                snapshot(&posts, price)
            };
            let recorded = [(UnixTime(START), of(&after, prices[1])), (UnixTime(START), of(&before, prices[0]))];
            let history = past(&recorded, &[], 7);
            prop_assert!(history[0].moved.is_none());
            let moved = history[1].moved.expect("moved");
            let tier = Tier::From1To20s;
            let of: [(Option<Change>, Cost); 2] = [
                (moved.tiers[tier].cpm, |of| of.info.cpm[Tier::From1To20s]),
                (moved.tiers[tier].cpe, |of| of.info.cpe[Tier::From1To20s]),
            ];
            for (change, cost) in of {
                let [after, before] = [0, 1].map(|at| cost(&recorded[at].1).map(|fen| fen.0 as f64));
                let (Some(change), Some(before), Some(after)) = (change, before, after) else { continue };
                // Costs are cut to whole fen.
                let (least, most) = ((after / (before + 1.0)).ln(), ((after + 1.0) / before).ln());
                prop_assert!(least <= change.total() + 1e-9 && change.total() <= most + 1e-9, "{change:?}");
            }
        }
    }

    #[test]
    fn a_cost_that_was_told_moves_by_its_price_and_for_the_rest_by_what_is_not_told() {
        let reported = |price, cpe| {
            let mut snapshot = snapshot(&[post(1, 1, 100_000)], price);
            snapshot.info.cpe[Tier::From1To20s] = Some(Fen(cpe));
            snapshot.expected_interactions = None;
            snapshot
        };
        for ((price, cpe), by_price, by_count) in [
            // 121 fen at 4 times the price: 484 to 488.
            ((400_000, 487), 4.0_f64.ln(), 0.0),
            ((400_000, 242), 4.0_f64.ln(), -2.0_f64.ln()),
            ((100_000, 121), 0.0, 0.0),
            ((100_000, 242), 0.0, 2.0_f64.ln()),
        ] {
            let recorded = [(UnixTime(START), reported(price, cpe)), (UnixTime(START), reported(100_000, 121))];
            let change =
                past(&recorded, &[], 7)[1].moved.expect("moved").tiers[Tier::From1To20s].cpe.expect("a change");
            let is = |one: f64, other: f64| (one - other).abs() < 1e-12;
            assert!(is(change.by_price, by_price) && is(change.by_count, by_count), "{cpe}: {change:?}");
        }
    }

    #[test]
    fn a_length_comes_and_goes_beside_others_and_the_first_prices_are_not_new() {
        let of = |prices: [Option<u64>; 2]| {
            let mut snapshot = snapshot(&[post(1, 1, 100_000)], 100_000);
            let [short, long] = prices.map(|price| price.map(Fen));
            snapshot.prices = PerTier::default();
            (snapshot.prices[Tier::From1To20s], snapshot.prices[Tier::Over60s]) = (short, long);
            (UnixTime(START), snapshot)
        };
        let prices = [[None, None], [Some(1), None], [Some(1), Some(2)], [Some(3), None], [None, None]];
        let recorded: Vec<_> = prices.into_iter().rev().map(of).collect();
        let history = past(&recorded, &[], 7);
        let offers: Vec<_> = history[1..]
            .iter()
            .map(|past| past.moved.expect("moved").tiers)
            .map(|tiers| [tiers[Tier::From1To20s].offer, tiers[Tier::Over60s].offer])
            .collect();
        let (new, withdrawn) = (Some(Offer::New), Some(Offer::Withdrawn));
        assert_eq!(offers, [[None, None], [None, new], [None, withdrawn], [withdrawn, None]]);
    }

    #[test]
    fn later_posts_are_those_published_after_and_mature_when_captured() {
        let held: Vec<Post> = (0..10).map(|number| post(number, number, 1000)).collect();
        let before = snapshot(&held, 100_000);
        let range = before.range.expect("a range");
        let mut posts = held.clone();
        // As of day 17. Three count: one of day 17 was not after, and one is too young.
        posts.extend([post(20, 17, 1), post(21, 18, range.p25), post(22, 19, range.p75 + 1), post(23, 20, range.p75)]);
        posts.push(Post { captured_at: UnixTime(START + 27 * DAY), ..post(24, 21, 1) });
        let recorded = [(UnixTime(START), before)];
        let later = past(&recorded, &posts, 7)[0].later.expect("later posts");
        assert_eq!((later.posts, later.median_plays), (3, range.p75));
        assert_eq!((later.inside, later.median_inside), (Some(2), Some(true)));
        let error = (range.p75 as f64 / recorded[0].1.info.expected_views as f64).ln();
        assert!(later.log_error.is_some_and(|told| (told - error).abs() < 1e-12));
        assert!(past(&recorded, &held, 7)[0].later.is_none());
        let older = posts.iter().map(|post| Post {
            published_at: UnixTime(post.published_at.0 + 1),
            captured_at: UnixTime(post.captured_at.0 - 1),
            ..post.clone()
        });
        let twice: Vec<Post> = posts.iter().cloned().chain(older).collect();
        assert_eq!(past(&recorded, &twice, 7)[0].later, Some(later));
    }
}
