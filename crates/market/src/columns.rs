//! The creators of one platform, a column a figure, in the order of their ids' texts.

use std::hash::{Hash, Hasher};

use domain::{AuthorId, Fen, Platform, Profile, Snapshot, SnapshotSource, Tier, UnixTime};

use crate::band::Band;
use crate::implied;
use crate::names::{Names, Numbered};
use crate::peers::Standings;
use crate::search::{By, Sort};
use crate::steadied::steadied;

/// In the place of a figure: it is not known.
pub(crate) const NONE: u64 = u64::MAX;

/// In the place of a category or a rank: it is not known.
pub(crate) const NO_NUMBER: u32 = u32::MAX;

/// The bit of expected interactions among what is implied. No platform has so many tiers.
pub(crate) const INTERACTIONS: u8 = 1 << 7;

/// What creators can be sorted by.
#[derive(Clone, Copy)]
pub(crate) enum Figures<'a> {
    /// Figures, or [`NONE`].
    Of(&'a [u64]),
    /// Numbers of categories, or steadied shares, or [`NO_NUMBER`].
    Small(&'a [u32]),
}

/// What a placement of one length costs.
#[derive(Hash)]
pub(crate) struct OfTier {
    pub(crate) tier: Tier,
    /// All in fen, or [`NONE`].
    pub(crate) price: Vec<u64>,
    pub(crate) cpm: Vec<u64>,
    pub(crate) cpe: Vec<u64>,
}

/// The creators of a platform.
pub(crate) struct Columns {
    pub(crate) platform: Platform,
    pub(crate) ids: Vec<AuthorId>,
    pub(crate) names: Names,
    pub(crate) categories: Numbered,
    /// Numbers of [`Self::categories`], or [`NO_NUMBER`].
    pub(crate) category: Vec<u32>,
    pub(crate) followers: Vec<u64>,
    pub(crate) as_of: Vec<UnixTime>,
    pub(crate) source: Vec<SnapshotSource>,
    /// What is implied: a bit for the price of each tier, by its place, and [`INTERACTIONS`].
    pub(crate) implied: Vec<u8>,
    pub(crate) views: Vec<u64>,
    pub(crate) p25: Vec<u64>,
    pub(crate) p75: Vec<u64>,
    pub(crate) interactions: Vec<u64>,
    /// In basis points.
    pub(crate) hot: Vec<u64>,
    /// On how many posts that share rests; 0: it is not known.
    pub(crate) hot_posts: Vec<u8>,
    /// The share as it is sorted by, made of both: see [`steadied`].
    pub(crate) steadied: Vec<u32>,
    pub(crate) tiers: Vec<OfTier>,
    /// Made of all the others, once these are whole.
    pub(crate) standings: Standings,
}

impl Columns {
    pub(crate) fn new(platform: Platform) -> Self {
        let of_tier = |tier: &Tier| OfTier { tier: *tier, price: Vec::new(), cpm: Vec::new(), cpe: Vec::new() };
        Self {
            platform,
            ids: Vec::new(),
            names: Names::default(),
            categories: Numbered::default(),
            category: Vec::new(),
            followers: Vec::new(),
            as_of: Vec::new(),
            source: Vec::new(),
            implied: Vec::new(),
            views: Vec::new(),
            p25: Vec::new(),
            p75: Vec::new(),
            interactions: Vec::new(),
            hot: Vec::new(),
            hot_posts: Vec::new(),
            steadied: Vec::new(),
            tiers: platform.tiers().iter().map(of_tier).collect(),
            standings: Standings::default(),
        }
    }

    /// Adds a creator, behind all others.
    pub(crate) fn push(&mut self, snapshot: &Snapshot, profile: &Profile) {
        self.names.push(profile.name.as_ref().map(|name| name.value.as_str()));
        let category = profile.category.as_ref().map(|category| self.categories.number(category.value.as_str()));
        self.category.push(category.unwrap_or(NO_NUMBER));
        self.followers.push(profile.followers.map_or(NONE, |told| told.value));
        self.ids.push(snapshot.author_id.clone());
        self.as_of.push(snapshot.as_of);
        self.source.push(snapshot.source);
        self.views.push(snapshot.info.expected_views);
        self.p25.push(snapshot.range.map_or(NONE, |range| range.p25));
        self.p75.push(snapshot.range.map_or(NONE, |range| range.p75));
        let (interactions, is_implied) = or_implied(snapshot.expected_interactions, || implied::interactions(snapshot));
        let mut implied = if is_implied { INTERACTIONS } else { 0 };
        self.interactions.push(interactions.unwrap_or(NONE));
        self.hot.push(snapshot.info.hot_item_bp.map_or(NONE, u64::from));
        self.hot_posts.push(snapshot.hot_posts.unwrap_or(0));
        self.steadied.push(steadied(snapshot));
        let fen = |amount: Option<Fen>| amount.map_or(NONE, |amount| amount.0);
        for (place, column) in self.tiers.iter_mut().enumerate() {
            let told = snapshot.prices[column.tier];
            let (price, is_implied) = or_implied(told, || implied::price(snapshot, column.tier));
            implied |= u8::from(is_implied) << place;
            column.price.push(fen(price));
            column.cpm.push(fen(snapshot.info.cpm[column.tier]));
            column.cpe.push(fen(snapshot.info.cpe[column.tier]));
        }
        self.implied.push(implied);
    }

    /// Numbers the categories in the order of their names, once all creators are added.
    pub(crate) fn sort_categories(&mut self) {
        let renumbered = self.categories.sort();
        for number in self.category.iter_mut().filter(|number| **number != NO_NUMBER) {
            *number = renumbered[*number as usize];
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }

    /// The band of the creator at a place.
    pub(crate) fn band(&self, place: usize) -> Option<Band> {
        known(self.followers[place]).map(Band::of)
    }

    /// The columns of a tier that the platform is sold in.
    pub(crate) fn of_tier(&self, tier: Tier) -> Option<&OfTier> {
        self.tiers.iter().find(|column| column.tier == tier)
    }

    /// The figures to sort by.
    pub(crate) fn by(&self, sort: Sort) -> Option<Figures<'_>> {
        let of_tier = |column: fn(&OfTier) -> &Vec<u64>| self.of_tier(sort.tier).map(|tier| Figures::Of(column(tier)));
        match sort.by {
            By::Cpm => of_tier(|tier| &tier.cpm),
            By::Cpe => of_tier(|tier| &tier.cpe),
            By::Price => of_tier(|tier| &tier.price),
            By::Views => Some(Figures::Of(&self.views)),
            By::Interactions => Some(Figures::Of(&self.interactions)),
            By::Hot => Some(Figures::Small(&self.steadied)),
            By::Followers => Some(Figures::Of(&self.followers)),
            By::Category => Some(Figures::Small(&self.category)),
        }
    }

    /// Where a creator is.
    pub(crate) fn place_of(&self, id: &AuthorId) -> Option<usize> {
        let mut buffer = itoa::Buffer::new();
        let place = self.first_not_before(id.write(&mut buffer));
        self.ids.get(place).filter(|found| *found == id).map(|_| place)
    }

    /// The first place whose id does not come before a text.
    pub(crate) fn first_not_before(&self, text: &str) -> usize {
        self.ids.partition_point(|id| id.write(&mut itoa::Buffer::new()) < text)
    }

    /// The places whose ids begin with a text.
    pub(crate) fn places_of_prefix(&self, prefix: &str) -> std::ops::Range<usize> {
        let start = self.first_not_before(prefix);
        let begins = |id: &AuthorId| id.write(&mut itoa::Buffer::new()).starts_with(prefix);
        start..start + self.ids[start..].partition_point(begins)
    }

    pub(crate) fn bytes(&self) -> usize {
        fn of<T>(column: &Vec<T>) -> usize {
            column.capacity() * size_of::<T>()
        }
        let numbers = [&self.followers, &self.views, &self.p25, &self.p75, &self.interactions, &self.hot];
        let of_tiers = self.tiers.iter().flat_map(|tier| [&tier.price, &tier.cpm, &tier.cpe]);
        let small = of(&self.ids) + of(&self.category) + of(&self.as_of) + of(&self.source) + of(&self.implied);
        let of_hot = of(&self.hot_posts) + of(&self.steadied);
        let texts = self.names.bytes() + self.categories.bytes();
        numbers.into_iter().chain(of_tiers).map(of).sum::<usize>() + small + of_hot + texts + self.standings.bytes()
    }
}

/// What was told, of which everything else is made.
impl Hash for Columns {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (&self.ids, &self.names, &self.followers, &self.as_of, &self.source, &self.implied).hash(state);
        (&self.views, &self.p25, &self.p75, &self.interactions, &self.hot, &self.hot_posts, &self.tiers).hash(state);
        // Numbers of categories depend on nothing but which there are.
        self.category.hash(state);
        (0..).map_while(|number| self.categories.name(number)).for_each(|name| name.hash(state));
    }
}

/// What is told, or else what is implied; and whether it is that.
fn or_implied<T>(told: Option<T>, implied: impl FnOnce() -> Option<T>) -> (Option<T>, bool) {
    match told {
        Some(told) => (Some(told), false),
        None => {
            let implied = implied();
            let is_implied = implied.is_some();
            (implied, is_implied)
        }
    }
}

/// A figure, where it is known.
pub(crate) fn known(figure: u64) -> Option<u64> {
    (figure != NONE).then_some(figure)
}
