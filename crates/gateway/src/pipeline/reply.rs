//! The answer as it leaves: figures, or the very answer that was given before. Code 0.

use domain::{CpInfo, MicroYuan, Platform};
use store::Done;

use crate::envelope::RequestId;
use crate::local::Answer;
use crate::moment::Moment;
use crate::pipeline::Ask;
use crate::pipeline::answer::Answered;
use crate::pipeline::settle::Settled;
use crate::pipeline::validate::Question;
use crate::sources::Origin;
use crate::under_way::Asked;

/// A success, before it is written.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) content: Content,
    /// Its id: the request's own, or that of the request it repeats.
    pub(crate) id: RequestId,
    /// What was charged for it; nothing was metered, when none.
    pub(crate) charged: Option<MicroYuan>,
    pub(crate) asked: Asked,
}

/// What a reply says.
#[derive(Debug)]
pub(crate) enum Content {
    /// Figures, where they come from, the age of their facts in seconds, and when the answer was made.
    New(Figures, Origin, u32, Moment),
    /// A body that was sent before.
    Again(Vec<u8>),
}

/// Figures of a platform.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figures {
    pub(crate) platform: Platform,
    pub(crate) info: CpInfo,
    /// On how many posts the hot share rests, where that is known; no part of the contract's body.
    pub(crate) hot_posts: Option<u8>,
}

impl Figures {
    /// The figures of an answer.
    pub(crate) fn of(platform: Platform, answer: &Answer) -> Self {
        Self { platform, info: answer.info, hot_posts: answer.hot_posts }
    }
}

impl Reply {
    /// The reply that an answer makes.
    pub(super) fn new(answered: Answered, ask: &Ask<'_>) -> Self {
        let Answered { hold, answer, origin, age_s, made_at, is_settled } = answered;
        let question = hold.question;
        let charged = (question.is_metered() || is_settled).then_some(question.price());
        let figures = Figures::of(question.subject.platform, &answer);
        Self { content: Content::New(figures, origin, age_s, made_at), id: ask.id, charged, asked: asked(question) }
    }

    /// A reply that was given before, not charged again.
    pub(super) fn again(done: Done, question: Question) -> Self {
        Self {
            content: Content::Again(done.answer),
            id: RequestId::of_call(done.id),
            charged: Some(MicroYuan::ZERO),
            asked: asked(question),
        }
    }
}

fn asked(question: Question) -> Asked {
    Asked { token_id: question.known().token.id, key: Some(question.subject) }
}

/// The reply of a settled answer.
pub(super) fn reply(settled: Settled) -> Reply {
    settled.reply
}
