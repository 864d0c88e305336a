//! Which creators coefficients were fitted to, told by a sample: the methods know those too well to be scored on them.

use domain::AuthorId;

/// The most marks that are kept.
const KEPT: usize = 128;

/// Fewer creators that can be told say nothing of all.
const TOLD_MIN: usize = 5;

/// A number that is the same for a creator on every machine and platform, and evenly spread over creators: FNV-1a of the id's text,
/// mixed.
pub fn mark(id: &AuthorId) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
    let hash = id.to_string().bytes().fold(0xcbf2_9ce4_8422_2325_u64, step);
    (hash ^ hash >> 32).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// The least marks of the creators fitted to, in order: whoever's mark is not above the last one was fitted to if it is here.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct FittedCreators(Vec<u64>);

impl FittedCreators {
    /// Of these marks.
    pub(crate) fn of(mut marks: Vec<u64>) -> Self {
        marks.sort_unstable();
        marks.dedup();
        marks.truncate(KEPT);
        Self(marks)
    }

    /// The marks, as the file has them.
    pub(crate) fn to_hex(&self) -> Vec<String> {
        self.0.iter().map(|mark| format!("{mark:016x}")).collect()
    }

    /// Reads them; none where one is no mark.
    pub(crate) fn from_hex(marks: &[String]) -> Option<Self> {
        marks.iter().map(|mark| u64::from_str_radix(mark, 16).ok()).collect::<Option<Vec<_>>>().map(Self::of)
    }

    /// The share of creators that were fitted to, among those of whom it can be told; none where it can of too few.
    pub(crate) fn share_of<'i>(&self, creators: impl IntoIterator<Item = &'i AuthorId>) -> Option<f64> {
        let last = self.0.last()?;
        let told = creators.into_iter().map(mark).filter(|mark| mark <= last);
        let were_fitted_to: Vec<bool> = told.map(|mark| self.0.binary_search(&mark).is_ok()).collect();
        let fitted_to = were_fitted_to.iter().filter(|was| **was).count();
        (were_fitted_to.len() >= TOLD_MIN).then(|| fitted_to as f64 / were_fitted_to.len() as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(numbers: std::ops::Range<u64>) -> Vec<AuthorId> {
        numbers.map(|number| (7_000_000_000 + number * 977).to_string().parse().expect("an id")).collect()
    }

    #[test]
    fn a_sample_tells_how_many_were_fitted_to() {
        let fitted = FittedCreators::of(ids(0..5_000).iter().map(mark).collect());
        assert_eq!(fitted.0.len(), KEPT);
        assert_eq!(fitted.share_of(&ids(0..5_000)), Some(1.0));
        assert_eq!(fitted.share_of(&ids(5_000..9_000)), Some(0.0));
        let half = fitted.share_of(&ids(2_500..7_500)).expect("enough of them");
        assert!((0.4..0.6).contains(&half), "{half}");
        assert_eq!(fitted.share_of(&ids(0..3)), None, "too few");
        assert_eq!(FittedCreators::default().share_of(&ids(0..5_000)), None, "of an older file");
    }

    #[test]
    fn of_few_creators_every_one_is_kept_and_read_again() {
        let few = FittedCreators::of(ids(0..40).iter().map(mark).collect());
        assert_eq!(few.share_of(&ids(0..40)), Some(1.0));
        assert_eq!(FittedCreators::from_hex(&few.to_hex()), Some(few));
        assert_eq!(FittedCreators::from_hex(&["no mark".to_owned()]), None);
    }

    #[test]
    fn a_mark_is_the_same_everywhere() {
        assert_eq!(format!("{:016x}", mark(&"42".parse().expect("an id"))), "567d2b684ba7cef4");
    }
}
