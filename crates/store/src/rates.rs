//! Rates that several servers keep together.

use async_trait::async_trait;
use domain::{Rate, Sentence, Spoken};
use ledger::Admission;

/// Keeps buckets for all servers. The bucket's own clock counts, not the servers'.
#[async_trait]
pub trait RateStore: Send + Sync {
    /// Takes one request from a bucket, or says when the next one may come. A bucket is full until something is taken.
    ///
    /// # Errors
    /// When the buckets cannot be reached in good time; nothing is known to be taken then.
    async fn admit(&self, bucket: &str, rate: Rate) -> Result<Admission, RatesError>;
}

/// Why the buckets cannot be reached, and where they are.
#[derive(Debug, thiserror::Error)]
pub enum RatesError {
    /// There is no answer in good time.
    #[error("{place} does not answer in time")]
    Silent {
        /// What keeps them.
        place: &'static str,
    },
    /// They were out of reach a moment ago, and are not asked again yet.
    #[error("they were out of reach when last tried, less than a second ago")]
    Lost,
    /// There is no connection that is as safe as was asked for: why, and the next step.
    #[error("{}", .0.en)]
    NoConnection(Sentence),
    /// Told whole by its text, so that its cause is no source.
    #[error("{place} cannot be used: {cause}")]
    Failed {
        /// What keeps them.
        place: &'static str,
        /// What it says.
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl Spoken for RatesError {
    fn chinese(&self) -> String {
        match self {
            Self::Silent { place } => format!("{place} 未及时响应"),
            Self::Lost => "一秒之内的上次尝试未能连接".to_owned(),
            Self::NoConnection(why) => why.zh.clone().into_owned(),
            Self::Failed { place, cause } => format!("{place} 不可用：{cause}"),
        }
    }
}
