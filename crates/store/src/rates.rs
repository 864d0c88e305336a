//! Rates that several servers keep together.

use async_trait::async_trait;
use domain::Rate;
use ledger::Admission;

use crate::StoreError;

/// Keeps buckets for all servers. The bucket's own clock counts, not the servers'.
#[async_trait]
pub trait RateStore: Send + Sync {
    /// Takes one request from a bucket, or says when the next one may come. A bucket is full until something is taken.
    ///
    /// # Errors
    /// When the buckets cannot be reached in good time; nothing is known to be taken then.
    async fn admit(&self, bucket: &str, rate: Rate) -> Result<Admission, StoreError>;
}
