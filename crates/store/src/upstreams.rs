//! What was bought from upstreams, and what every server must know about them. Kept with the ledger: an import holds up
//! nothing of it. One method is one transaction. Those that come with every purchase survive the end of the process, and that of
//! the machine once anything later was charged or held: a purchase ends with such a write, and need not wait for one more.

use async_trait::async_trait;
use domain::{CpInfo, CreatorKey, MicroYuan, UnixTime};
use ledger::Day;

use crate::StoreError;

/// An upstream's answer, paid for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bought {
    /// 1, 2, 3 … in the order in which the store was told to keep them; given by the store, whatever it says when kept. One
    /// is left out where keeping failed; none is given twice, not that of an answer removed with its creator either.
    pub number: u64,
    /// Of whom.
    pub key: CreatorKey,
    /// From which upstream.
    pub upstream: String,
    /// When it was received, in milliseconds since the epoch.
    pub received_at_ms: u64,
    /// How old its facts were then, in seconds.
    pub age_s: u32,
    /// What was paid for it.
    pub price: MicroYuan,
    /// Its figures; none where they could not be read (*unusable*).
    pub info: Option<CpInfo>,
    /// The body as it came, compressed with zstd; empty once it was forgotten.
    pub body: Vec<u8>,
}

/// Which bought answers are listed: the oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BoughtFilter {
    /// Only a creator's on a platform.
    pub key: Option<CreatorKey>,
    /// Only an upstream's.
    pub upstream: Option<String>,
    /// Only those received at this moment or later, in milliseconds since the epoch.
    pub since_ms: u64,
    /// Only those behind this number: the last one of the page before.
    pub after: u64,
    /// At most so many.
    pub limit: u32,
}

/// What all servers know of an upstream together. Zeros and nothing for one never heard of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UpstreamRecord {
    /// Not asked until this moment, in milliseconds since the epoch, because of this business code.
    pub parked: Option<(u64, u16)>,
    /// Its circuit breaker is open until this moment, in milliseconds since the epoch.
    pub breaker_open_until_ms: u64,
    /// How often the breaker opened since it was last closed.
    pub breaker_openings: u32,
    /// What was reserved and not released on the day asked for.
    pub spent: MicroYuan,
}

/// What a server told of an upstream last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldOfUpstream {
    /// Which server.
    pub server: String,
    /// Of which upstream.
    pub upstream: String,
    /// When.
    pub at: UnixTime,
    /// What: JSON, in the words of the server's release.
    pub status: String,
}

/// Keeps what was bought, and what is shared about upstreams, which are told apart by name.
#[async_trait]
pub trait UpstreamStore: Send + Sync {
    /// Keeps an answer.
    async fn keep_bought(&self, bought: Bought) -> Result<(), StoreError>;

    /// The answers kept, the oldest first. Those that several servers keep at once may become visible in another order: a page
    /// read meanwhile may pass over one.
    async fn bought(&self, filter: BoughtFilter) -> Result<Vec<Bought>, StoreError>;

    /// Replaces the figures of a creator's answer, read again from its body, and notes with them that it did
    /// ([`crate::Generations::reread`]). False when the creator has no answer of this number.
    async fn reread_bought(&self, key: &CreatorKey, number: u64, info: Option<CpInfo>) -> Result<bool, StoreError>;

    /// Forgets the bodies of answers received before a moment; their figures stay, as history. At most `limit` at once, so
    /// that nobody waits long; gives the number forgotten. Writes nothing when there is nothing to forget.
    async fn forget_bodies(&self, before_ms: u64, limit: u32) -> Result<u64, StoreError>;

    /// What is known of an upstream, with what was spent on a day.
    async fn upstream_record(&self, upstream: &str, day: Day) -> Result<UpstreamRecord, StoreError>;

    /// Parks an upstream until a moment, in milliseconds since the epoch, because of a business code. A later end wins over
    /// an earlier one.
    async fn park_upstream(&self, upstream: &str, until_ms: u64, code: u16) -> Result<(), StoreError>;

    /// Ends an upstream's parking, which an operator does and the audit log notes; tells whether there was one.
    async fn unpark_upstream(&self, upstream: &str) -> Result<bool, StoreError>;

    /// Replaces an upstream's breaker.
    async fn set_breaker(&self, upstream: &str, open_until_ms: u64, openings: u32) -> Result<(), StoreError>;

    /// Adds `price` to what was spent on `day`, unless the sum would be over `budget`; tells whether it did. Checked and added
    /// in one step: two servers do not both take the last of a budget.
    async fn reserve_spending(
        &self,
        upstream: &str,
        day: Day,
        price: MicroYuan,
        budget: Option<MicroYuan>,
    ) -> Result<bool, StoreError>;

    /// Takes back one reservation of that day, down to nothing at the least.
    async fn release_spending(&self, upstream: &str, day: Day, price: MicroYuan) -> Result<(), StoreError>;

    /// Replaces what a server tells of an upstream: JSON, for people and programs that ask how it is.
    async fn tell_upstream(&self, server: &str, upstream: &str, at: UnixTime, status: &str) -> Result<(), StoreError>;

    /// What servers told of upstreams since a moment, by upstream, then the latest first.
    async fn told_of_upstreams(&self, since: UnixTime) -> Result<Vec<ToldOfUpstream>, StoreError>;

    /// Forgets what servers told of upstreams last before a moment; gives the number forgotten. Writes nothing when there is
    /// nothing to forget.
    async fn forget_told(&self, before: UnixTime) -> Result<u64, StoreError>;
}
