//! Peers: who is compared with whom, where each stands among them, and what a thousand views cost in their middle.
//!
//! Every creator is of up to three groups, from narrow to wide: those of its category and band, those of its band, all. Its
//! peers are the narrowest group of at least [`PEERS_MIN`] creators.

use std::collections::HashMap;

use domain::Fen;

use crate::columns::{Columns, NO_NUMBER, known};
use crate::listed::Scope;

/// The fewest creators that make peers, the creator itself among them; and the fewest with a figure that it is compared by.
pub const PEERS_MIN: u32 = 8;

/// In the place of a group: none. In the place of a percentile: none.
const NO_GROUP: u32 = u32::MAX;
const NO_PERCENTILE: u8 = u8::MAX;

/// A group of creators.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(crate) scope: Scope,
    pub(crate) count: u32,
    /// The median CPM by place of the tier, where enough creators have one.
    pub(crate) cpm_median: [Option<Fen>; 3],
}

/// Where every creator of a platform stands.
#[derive(Default)]
pub(crate) struct Standings {
    groups: Vec<Group>,
    /// Each creator's peers.
    peers: Vec<u32>,
    views: Vec<u8>,
    hot: Vec<u8>,
    /// By place of the tier.
    cpm: Vec<Vec<u8>>,
    cpe: Vec<Vec<u8>>,
}

impl Standings {
    pub(crate) fn of(columns: &Columns) -> Self {
        let mut ranking = Ranking::new(columns);
        let [views, hot] = [&columns.views, &columns.hot].map(|figures| ranking.rank(figures, None));
        let (mut cpm, mut cpe) = (Vec::new(), Vec::new());
        for (place, tier) in columns.tiers.iter().enumerate() {
            cpm.push(ranking.rank(&tier.cpm, Some(place)));
            cpe.push(ranking.rank(&tier.cpe, None));
        }
        let Ranking { groups, peers, .. } = ranking;
        Self { groups, peers, views, hot, cpm, cpe }
    }

    /// The peers of the creator at a place.
    pub(crate) fn peers(&self, place: usize) -> Option<&Group> {
        self.groups.get(self.peers[place] as usize)
    }

    pub(crate) fn views(&self, place: usize) -> Option<u8> {
        percentile(self.views[place])
    }

    pub(crate) fn hot(&self, place: usize) -> Option<u8> {
        percentile(self.hot[place])
    }

    /// Of the tier at `tier` among those of the platform.
    pub(crate) fn cpm(&self, tier: usize, place: usize) -> Option<u8> {
        percentile(self.cpm[tier][place])
    }

    /// See [`Self::cpm`].
    pub(crate) fn cpe(&self, tier: usize, place: usize) -> Option<u8> {
        percentile(self.cpe[tier][place])
    }

    pub(crate) fn bytes(&self) -> usize {
        let percentiles = 2 + self.cpm.len() + self.cpe.len();
        self.groups.len() * size_of::<Group>() + self.peers.len() * (size_of::<u32>() + percentiles)
    }
}

fn percentile(number: u8) -> Option<u8> {
    (number != NO_PERCENTILE).then_some(number)
}

/// What ranking needs.
struct Ranking {
    groups: Vec<Group>,
    /// Each creator's groups.
    members: Vec<[u32; 3]>,
    peers: Vec<u32>,
}

/// Counts of a group while its creators are passed in the order of a figure.
#[derive(Clone, Copy, Default)]
struct Passed {
    /// Creators that have the figure.
    total: u32,
    lower: u32,
    equal: u32,
}

impl Ranking {
    fn new(columns: &Columns) -> Self {
        let (mut groups, mut numbers) = (Vec::<Group>::new(), HashMap::new());
        let mut members = Vec::with_capacity(columns.len());
        for place in 0..columns.len() {
            let (band, category) = (columns.band(place), columns.category[place]);
            let narrow =
                band.filter(|_| category != NO_NUMBER).map(|band| (Scope::CategoryAndSize, category, Some(band)));
            let keys = [
                narrow,
                band.map(|band| (Scope::Size, NO_NUMBER, Some(band))),
                Some((Scope::Platform, NO_NUMBER, None)),
            ];
            members.push(keys.map(|key| {
                let Some(key) = key else { return NO_GROUP };
                let number = *numbers.entry(key).or_insert_with(|| {
                    groups.push(Group { scope: key.0, count: 0, cpm_median: [None; 3] });
                    groups.len() as u32 - 1
                });
                groups[number as usize].count += 1;
                number
            }));
        }
        let is_large = |number: &u32| groups.get(*number as usize).is_some_and(|group| group.count >= PEERS_MIN);
        let peers = members.iter().map(|of| of.iter().copied().find(is_large).unwrap_or(NO_GROUP)).collect();
        Self { groups, members, peers }
    }

    /// The percentile of each creator's figure among its peers: how many in a hundred have a lower one, half of the equal
    /// ones counted, itself included. Keeps the medians too, where the figures are the CPM of a tier.
    fn rank(&mut self, figures: &[u64], cpm_of: Option<usize>) -> Vec<u8> {
        let mut order: Vec<(u64, u32)> =
            figures.iter().zip(0..).filter_map(|(figure, place)| Some((known(*figure)?, place))).collect();
        order.sort_unstable();
        let mut passed = vec![Passed::default(); self.groups.len()];
        for (_, place) in &order {
            self.each_group(*place, |group| passed[group].total += 1);
        }
        let mut percentiles = vec![NO_PERCENTILE; figures.len()];
        for run in order.chunk_by(|(a, _), (b, _)| a == b) {
            for (_, place) in run {
                self.each_group(*place, |group| passed[group].equal += 1);
            }
            for (_, place) in run {
                if let Some(passed) = passed.get(self.peers[*place as usize] as usize) {
                    percentiles[*place as usize] = passed.percentile();
                }
            }
            for (figure, place) in run {
                for group in self.members[*place as usize].into_iter().filter(|group| *group != NO_GROUP) {
                    let passed = &mut passed[group as usize];
                    if let Some(tier) = cpm_of {
                        passed.note_median(*figure, &mut self.groups[group as usize].cpm_median[tier]);
                    }
                    passed.equal = 0;
                    passed.lower += 1;
                }
            }
        }
        percentiles
    }

    fn each_group(&self, place: u32, mut then: impl FnMut(usize)) {
        let of = self.members[place as usize].into_iter().filter(|group| *group != NO_GROUP);
        of.for_each(|group| then(group as usize));
    }
}

impl Passed {
    fn percentile(self) -> u8 {
        if self.total < PEERS_MIN {
            return NO_PERCENTILE;
        }
        let halves = u64::from(self.lower) * 2 + u64::from(self.equal);
        // Rounded to the nearest whole number, at most 100.
        ((halves * 100 + u64::from(self.total)) / (2 * u64::from(self.total))) as u8
    }

    /// The figure of the creator that comes next: is it the one in the middle, or one of the two?
    fn note_median(self, figure: u64, median: &mut Option<Fen>) {
        if self.total < PEERS_MIN {
            return;
        }
        if self.lower == (self.total - 1) / 2 {
            *median = Some(Fen(figure));
        }
        if self.lower == self.total / 2 {
            *median = median.map(|Fen(lower)| Fen(lower.midpoint(figure)));
        }
    }
}
