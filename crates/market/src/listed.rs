//! A creator as it is told: its figures, its peers, where it stands among them.

use domain::{AuthorId, Fen, PerTier, Platform, Range, SnapshotSource, Tier, UnixTime};

use crate::band::Band;
use crate::columns::{Columns, INTERACTIONS, OfTier, known};

/// How far one has to look for peers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Creators of the same category and band.
    CategoryAndSize,
    /// Creators of the same band, of any category.
    Size,
    /// All creators of the platform.
    Platform,
}

impl Scope {
    /// Its name in answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::CategoryAndSize => "category_and_size",
            Self::Size => "size",
            Self::Platform => "platform",
        }
    }
}

/// Whom a creator is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peers {
    /// How they were chosen.
    pub scope: Scope,
    /// How many they are, the creator among them.
    pub count: u32,
    /// The median of their CPM by tier; none where fewer than [`crate::PEERS_MIN`] of them have one.
    pub cpm_median: PerTier<Option<Fen>>,
}

/// Where a creator stands among its peers, from 0 to 100: how many in a hundred have a lower figure, half of the equal ones
/// counted. None where the creator has no such figure, or fewer than [`crate::PEERS_MIN`] of its peers have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Percentiles {
    /// Of expected views.
    pub views: Option<u8>,
    /// Of the hot share.
    pub hot: Option<u8>,
    /// Of CPM: low is cheap.
    pub cpm: PerTier<Option<u8>>,
    /// Of CPE: low is cheap.
    pub cpe: PerTier<Option<u8>>,
}

/// A creator among others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The creator.
    pub author_id: AuthorId,
    /// The platform.
    pub platform: Platform,
    /// The name shown to people.
    pub name: Option<String>,
    /// What its posts are about.
    pub category: Option<String>,
    /// How many follow it.
    pub followers: Option<u64>,
    /// The band of those.
    pub band: Option<Band>,
    /// Of when the figures are.
    pub as_of: UnixTime,
    /// Where they come from.
    pub source: SnapshotSource,
    /// Expected views of the next placement.
    pub expected_views: u64,
    /// Their range, where the method tells one.
    pub range: Option<Range>,
    /// Expected interactions, where known.
    pub expected_interactions: Option<u64>,
    /// Whether nobody told these, but CPM and CPE imply them.
    pub interactions_implied: bool,
    /// The share of recent posts that were hot, in basis points.
    pub hot_item_bp: Option<u32>,
    /// On how many posts that rests, where known.
    pub hot_posts: Option<u8>,
    /// What a placement costs.
    pub prices: PerTier<Option<Fen>>,
    /// Whether nobody told the price, but CPM and expected views imply it.
    pub price_implied: PerTier<bool>,
    /// What a thousand views cost.
    pub cpm: PerTier<Option<Fen>>,
    /// What an interaction costs.
    pub cpe: PerTier<Option<Fen>>,
    /// Its peers; none where there are too few creators.
    pub peers: Option<Peers>,
    /// Where it stands among them.
    pub percentiles: Percentiles,
    /// What a placement would cost at the median CPM of its peers, truncated to whole fen; the price itself may be unknown.
    pub fair_prices: PerTier<Option<Fen>>,
}

/// Of a creator, as much as a choice among all of them looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Brief<'m> {
    /// The creator.
    pub author_id: &'m AuthorId,
    /// What its posts are about.
    pub category: Option<&'m str>,
    /// Expected views of the next placement.
    pub expected_views: u64,
    /// Their range, where the method tells one.
    pub range: Option<Range>,
    /// Expected interactions, where known.
    pub expected_interactions: Option<u64>,
    /// What a placement costs.
    pub prices: PerTier<Option<Fen>>,
}

impl Columns {
    /// The creator at a place, in brief.
    pub(crate) fn brief(&self, place: usize) -> Brief<'_> {
        Brief {
            author_id: &self.ids[place],
            category: self.categories.name(self.category[place]),
            expected_views: self.views[place],
            range: known(self.p25[place]).zip(known(self.p75[place])).map(|(p25, p75)| Range { p25, p75 }),
            expected_interactions: known(self.interactions[place]),
            prices: self.per_tier(|_, tier| known(tier.price[place]).map(Fen)),
        }
    }

    /// The creator at a place.
    pub(crate) fn listed(&self, place: usize) -> Listed {
        let amounts = |column: fn(&OfTier) -> &Vec<u64>| self.per_tier(|_, tier| known(column(tier)[place]).map(Fen));
        let expected_views = self.views[place];
        let peers = self.peers(place);
        let fair = |tier: Tier| peers.as_ref()?.cpm_median[tier].and_then(|median| fair_price(median, expected_views));
        Listed {
            author_id: self.ids[place].clone(),
            platform: self.platform,
            name: self.names.get(place).map(str::to_owned),
            category: self.categories.name(self.category[place]).map(str::to_owned),
            followers: known(self.followers[place]),
            band: self.band(place),
            as_of: self.as_of[place],
            source: self.source[place],
            expected_views,
            range: known(self.p25[place]).zip(known(self.p75[place])).map(|(p25, p75)| Range { p25, p75 }),
            expected_interactions: known(self.interactions[place]),
            interactions_implied: self.implied[place] & INTERACTIONS != 0,
            hot_item_bp: known(self.hot[place]).and_then(|share| u32::try_from(share).ok()),
            hot_posts: Some(self.hot_posts[place]).filter(|posts| *posts > 0),
            prices: amounts(|tier| &tier.price),
            price_implied: self.per_tier(|number, _| self.implied[place] >> number & 1 != 0),
            cpm: amounts(|tier| &tier.cpm),
            cpe: amounts(|tier| &tier.cpe),
            percentiles: self.percentiles(place),
            fair_prices: PerTier::from_fn(fair),
            peers,
        }
    }

    fn peers(&self, place: usize) -> Option<Peers> {
        let group = self.standings.peers(place)?;
        let cpm_median = self.per_tier(|number, _| group.cpm_median[number]);
        Some(Peers { scope: group.scope, count: group.count, cpm_median })
    }

    fn percentiles(&self, place: usize) -> Percentiles {
        Percentiles {
            views: self.standings.views(place),
            hot: self.standings.hot(place),
            cpm: self.per_tier(|number, _| self.standings.cpm(number, place)),
            cpe: self.per_tier(|number, _| self.standings.cpe(number, place)),
        }
    }

    /// A value for each tier the platform is sold in.
    fn per_tier<T: Default + Copy>(&self, of: impl Fn(usize, &OfTier) -> T) -> PerTier<T> {
        let mut values = PerTier::default();
        for (number, tier) in self.tiers.iter().enumerate() {
            values[tier.tier] = of(number, tier);
        }
        values
    }
}

/// The price at which so many views cost `median` a thousand.
fn fair_price(Fen(median): Fen, views: u64) -> Option<Fen> {
    u64::try_from(u128::from(median) * u128::from(views) / 1000).ok().map(Fen)
}
