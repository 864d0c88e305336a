//! Everything that comparing all creators with one another needs, read in one go.

use domain::{CreatorKey, Profile, Snapshot, SnapshotSource};

/// A creator with figures, and what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surveyed {
    /// Whose figures.
    pub key: CreatorKey,
    /// Our own newest estimate.
    pub estimated: Option<Snapshot>,
    /// Xingtu's own newest figures.
    pub reported: Option<Snapshot>,
    /// Followers, category, name.
    pub profile: Profile,
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
    pub fn begin(&mut self, key: CreatorKey, profile: Profile) {
        self.finish();
        self.current = Some(Surveyed { key, estimated: None, reported: None, profile });
    }

    /// Adds a snapshot of the creator that was begun last.
    pub fn add(&mut self, snapshot: Snapshot) {
        let Some(current) = &mut self.current else { return };
        match snapshot.source {
            SnapshotSource::Estimated => current.estimated = Some(snapshot),
            SnapshotSource::Reported => current.reported = Some(snapshot),
            // What was bought is in no survey: it is the answer to one caller's question.
            SnapshotSource::Upstream => {}
        }
    }

    /// Gives the last creator on.
    pub fn finish(&mut self) {
        if let Some(last) = self.current.take() {
            (self.take)(last);
        }
    }
}
