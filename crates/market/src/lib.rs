//! All creators side by side: which are the cheapest, how one stands among its peers, what it should cost.
//!
//! A [`Market`] is an immutable index in columns, built whole by a [`Builder`] and thrown away whole. A question reads the
//! columns it is about from beginning to end and keeps the best few: a million creators take milliseconds, whatever is
//! asked, and there is nothing to keep in order. No I/O and no clock. What the figures mean: `docs/market.md`.

mod band;
mod builder;
mod columns;
mod cursor;
mod implied;
mod listed;
mod names;
mod peers;
mod search;
mod steadied;

pub use band::Band;
pub use builder::Builder;
pub use cursor::{BadCursor, Cursor, Value};
pub use listed::{Brief, Listed, Peers, Percentiles, Scope};
pub use peers::PEERS_MIN;
pub use search::{Bounds, By, Filter, Found, Search, Sort};

use domain::{CreatorKey, Platform};

use columns::Columns;

/// All creators with figures, at one moment.
pub struct Market {
    /// By platform, in the order of [`Platform::ALL`].
    platforms: [Columns; Platform::ALL.len()],
    edition: u64,
}

impl Market {
    /// A number of what is in it: two that hold the same have the same, wherever they were built.
    pub fn edition(&self) -> u64 {
        self.edition
    }

    /// How many creators (creator and platform) it holds.
    pub fn len(&self) -> usize {
        self.platforms.iter().map(Columns::len).sum()
    }

    /// Whether it holds nobody.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The memory it takes, in bytes.
    pub fn bytes(&self) -> usize {
        self.platforms.iter().map(Columns::bytes).sum()
    }

    /// A creator's figures among those of its peers.
    pub fn find(&self, key: &CreatorKey) -> Option<Listed> {
        let columns = self.of(key.platform);
        columns.place_of(&key.author_id).map(|place| columns.listed(place))
    }

    /// The best creators by what is asked, from the first or from where the last answer ended.
    pub fn search(&self, search: &Search) -> Found {
        search::search(self.of(search.platform), search, self.edition)
    }

    /// A creator in brief.
    pub fn brief(&self, key: &CreatorKey) -> Option<Brief<'_>> {
        let columns = self.of(key.platform);
        columns.place_of(&key.author_id).map(|place| columns.brief(place))
    }

    /// Everybody who passes a filter, in the order of the ids' texts; its prices and costs are those of the platform's usual tier.
    pub fn passing<'a>(&'a self, platform: Platform, filter: &'a Filter) -> impl Iterator<Item = Brief<'a>> {
        search::passing(self.of(platform), filter, platform.usual_tier())
    }

    fn of(&self, platform: Platform) -> &Columns {
        &self.platforms[usize::from(platform.number())]
    }
}
