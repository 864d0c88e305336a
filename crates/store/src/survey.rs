//! Everything that comparing all creators with one another needs, read in one go.

use std::cmp::Ordering;

use domain::{CreatorKey, Fen, PerTier, Profile, Snapshot, SnapshotSource};

/// A creator with figures, and what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surveyed {
    /// Whose figures.
    pub key: CreatorKey,
    /// Our own newest estimate.
    pub estimated: Option<Snapshot>,
    /// Xingtu's own newest figures.
    pub reported: Option<Snapshot>,
    /// The usable answer bought last from an upstream.
    pub bought: Option<Snapshot>,
    /// Followers, category, name.
    pub profile: Profile,
    /// The prices of its rate card, where no import brought figures: otherwise they are with those.
    pub prices: PerTier<Option<Fen>>,
}

/// Of when a survey is. While the marks are the same, so are the creators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SurveyMark {
    /// See [`crate::Generations::creators`].
    pub creators: u64,
    /// See [`crate::Generations::bought`].
    pub bought: u64,
    /// See [`crate::Generations::reread`].
    pub reread: u64,
}

/// The order of creators in an import and in a survey: that of their ids' texts, then that of the platforms' numbers.
pub fn survey_order(a: &CreatorKey, b: &CreatorKey) -> Ordering {
    let (mut of_a, mut of_b) = (itoa::Buffer::new(), itoa::Buffer::new());
    let texts = a.author_id.write(&mut of_a).cmp(b.author_id.write(&mut of_b));
    texts.then(a.platform.number().cmp(&b.platform.number()))
}

/// Puts the rows of a survey together, which come snapshot by snapshot, those of a creator one after the other.
pub struct SurveyRows<'a> {
    current: Option<Surveyed>,
    take: &'a mut (dyn FnMut(Surveyed) + Send),
}

impl<'a> SurveyRows<'a> {
    /// Gives each creator to `take` once all its rows were added.
    pub fn new(take: &'a mut (dyn FnMut(Surveyed) + Send)) -> Self {
        Self { current: None, take }
    }

    /// Whether the next row is of this creator, who is then begun already.
    pub fn is_at(&self, key: &CreatorKey) -> bool {
        self.current.as_ref().is_some_and(|current| current.key == *key)
    }

    /// Begins the next creator.
    pub fn begin(&mut self, key: CreatorKey, profile: Profile, prices: PerTier<Option<Fen>>) {
        self.finish();
        self.current = Some(Surveyed { key, estimated: None, reported: None, bought: None, profile, prices });
    }

    /// Adds a snapshot of the creator that was begun last.
    pub fn add(&mut self, snapshot: Snapshot) {
        let Some(current) = &mut self.current else { return };
        let place = match snapshot.source {
            SnapshotSource::Estimated => &mut current.estimated,
            SnapshotSource::Reported => &mut current.reported,
            SnapshotSource::Upstream => &mut current.bought,
        };
        *place = Some(snapshot);
    }

    /// Gives the last creator on.
    pub fn finish(&mut self) {
        if let Some(last) = self.current.take() {
            (self.take)(last);
        }
    }
}
