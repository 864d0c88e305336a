//! Builds a market of what is told of each creator.

use std::hash::{DefaultHasher, Hash, Hasher};

use domain::{Platform, Profile, Snapshot};

use crate::Market;
use crate::columns::Columns;
use crate::peers::Standings;

/// A market in the making.
pub struct Builder {
    platforms: [Columns; Platform::ALL.len()],
}

impl Default for Builder {
    fn default() -> Self {
        Self { platforms: Platform::ALL.map(Columns::new) }
    }
}

impl Builder {
    /// Adds a creator on a platform, none twice, **in the order of the ids' texts**: the figures that are served of it and
    /// what is known of it. Prices and interactions that the figures do not tell are implied by their costs. A creator out of that
    /// order could not be found, and is left out.
    pub fn add(&mut self, served: &Snapshot, profile: &Profile) {
        let columns = &mut self.platforms[usize::from(served.platform.number())];
        let in_order = columns.ids.last().is_none_or(|last| {
            let (mut before, mut here) = (itoa::Buffer::new(), itoa::Buffer::new());
            last.write(&mut before) < served.author_id.write(&mut here)
        });
        debug_assert!(in_order, "{} is out of order", served.author_id);
        if in_order {
            columns.push(served, profile);
        }
    }

    /// The market, with each creator's place among its peers.
    pub fn build(mut self) -> Market {
        // Fixed keys, so that every server of a release makes the same number of the same creators.
        let mut hasher = DefaultHasher::new();
        for columns in &mut self.platforms {
            columns.sort_categories();
            columns.hash(&mut hasher);
            columns.standings = Standings::of(columns);
        }
        Market { platforms: self.platforms, edition: hasher.finish() }
    }
}
