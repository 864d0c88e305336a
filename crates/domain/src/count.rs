//! How often something was done to a post: likes, comments, shares, collects; also its duration in seconds.

/// A count that a source may not have told. Four bytes, so that a post stays within one cache line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Count(u32);

impl Count {
    /// The source did not tell.
    pub const UNKNOWN: Count = Count(u32::MAX);
    /// The largest count: 4,294,967,294. No post has been liked that often; a larger figure is a mistake in the source.
    pub const MAX: u64 = u32::MAX as u64 - 1;

    /// A told count, or `None` above [`Count::MAX`].
    #[inline]
    pub fn new(count: u64) -> Option<Count> {
        u32::try_from(count).ok().filter(|count| *count != u32::MAX).map(Count)
    }

    /// The count, where the source told one.
    pub fn get(self) -> Option<u32> {
        (self != Self::UNKNOWN).then_some(self.0)
    }

    /// The count, zero where the source told none.
    pub fn or_zero(self) -> u64 {
        self.get().map_or(0, u64::from)
    }
}

impl Default for Count {
    fn default() -> Self {
        Self::UNKNOWN
    }
}

impl From<u16> for Count {
    fn from(count: u16) -> Self {
        Count(u32::from(count))
    }
}
