//! The answer as it leaves: the settled figures and how old their facts are. Code 0.

use domain::{CpInfo, CreatorKey, TokenId};

use crate::local::Answer;
use crate::moment::Moment;
use crate::pipeline::settle::Settled;

/// A success, before it is written.
#[derive(Debug)]
pub(crate) struct Reply {
    answer: Answer,
    /// Age of the answer's facts in seconds.
    pub(crate) age_s: u32,
    /// Which token asked, for the log.
    pub(crate) token_id: TokenId,
    /// What was asked, for the log.
    pub(crate) key: CreatorKey,
}

impl Reply {
    /// The answer's figures.
    pub(crate) fn info(&self) -> &CpInfo {
        &self.answer.info
    }
}

/// Makes the reply of a settled answer.
pub(super) fn reply(settled: Settled, now: Moment) -> Reply {
    let Settled { token_id, key, answer } = settled;
    Reply { age_s: now.second().seconds_since(answer.as_of), answer, token_id, key }
}
