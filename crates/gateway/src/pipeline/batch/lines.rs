//! What a batch says: a line of JSON for each row, and the summary.

use domain::{AuthorId, Lang, MicroYuan, Platform, Text};
use serde_json::{Value, json};

use super::row::End;
use crate::envelope::RequestId;

/// All rows together.
#[derive(Default)]
pub(super) struct Summary {
    answered: usize,
    refused: usize,
    left: usize,
    /// Successes that count against quotas.
    counted: usize,
    charged: MicroYuan,
    /// What was charged before under the batch's key.
    before: MicroYuan,
}

impl Summary {
    /// Of no row yet, where so much was charged before under the batch's key.
    pub(super) fn after(before: MicroYuan) -> Self {
        Self { before, ..Self::default() }
    }

    /// Adds a row; one that repeats another costs nothing.
    pub(super) fn add(&mut self, end: &End, is_first: bool) {
        match end {
            End::Answered(_) | End::Known { .. } => self.answered += 1,
            End::Refused { .. } => self.refused += 1,
            End::Left => self.left += 1,
        }
        let (cost, is_new) = match end {
            End::Answered(answered) => (answered.charged, answered.origin.is_some()),
            End::Known { cost, is_done, .. } => (*cost, !is_done),
            End::Refused { .. } | End::Left => return,
        };
        if is_first {
            self.charged = self.charged.plus(cost);
            self.counted += usize::from(is_new);
        }
    }
}

/// The last line.
pub(super) fn summary(summary: &Summary, rows: usize, is_dry: bool) -> Vec<u8> {
    let Summary { answered, refused, left, counted, charged, before } = summary;
    let line = json!({"summary": {
        "rows": rows, "answered": answered, "refused": refused, "left": left, "chargedYuan": charged.to_string(),
        "chargedBeforeYuan": before.to_string(), "quota": counted, "dryRun": is_dry,
    }});
    format!("{line}\n").into_bytes()
}

const LEFT: Text = Text::new(
    "the batch would cost more than maxCostYuan: this row was not asked",
    "整批费用将超过 maxCostYuan：未查询此行",
);

/// What a row asks about, as far as it could be read.
#[derive(Clone, Copy)]
pub(super) struct About<'b> {
    /// The row's number, from 1.
    pub(super) number: usize,
    pub(super) author_id: Option<&'b AuthorId>,
    pub(super) platform: Option<Platform>,
}

/// The line of a row, its sentence in a language.
pub(super) fn row(about: About<'_>, end: &End, is_first: bool, lang: Lang) -> Vec<u8> {
    let (status, code, message) = match end {
        End::Answered(_) => ("answered", Some(0), None),
        End::Known { is_bought: false, .. } => ("known", None, None),
        End::Known { is_bought: true, .. } => ("to_buy", None, None),
        End::Refused { problem, .. } => ("refused", Some(problem.code.number()), Some(problem.message.of(lang))),
        End::Left => ("left", None, Some(LEFT.of(lang))),
    };
    let charged = match end {
        End::Answered(answered) if is_first => answered.charged,
        End::Known { cost, .. } if is_first => *cost,
        _ => MicroYuan::ZERO,
    };
    let mut line = json!({
        "row": about.number, "status": status, "code": code, "message": message, "source": Value::Null,
        "ageSeconds": Value::Null, "hotItemKnown": Value::Null, "hotItemPosts": Value::Null,
        "chargedYuan": charged.to_string(),
    });
    if let Some(author_id) = about.author_id {
        line["oAuthorId"] = author_id.to_string().into();
    }
    if let Some(platform) = about.platform {
        line["platform"] = platform.name().into();
    }
    if let End::Refused { id: Some(id), .. } = end {
        line["requestId"] = id.write(&mut [0; RequestId::LEN]).into();
    }
    let End::Answered(answered) = end else {
        line["data"] = Value::Null;
        return format!("{line}\n").into_bytes();
    };
    if let Some((source, age_s)) = answered.origin {
        line["source"] = source.into();
        line["ageSeconds"] = age_s.into();
    }
    line["hotItemKnown"] = answered.is_hot_known.into();
    line["hotItemPosts"] = answered.hot_posts.into();
    line["requestId"] = answered.id.write(&mut [0; RequestId::LEN]).into();
    let mut bytes = line.to_string().into_bytes();
    // The data as the contract's writer has it, in its order.
    bytes.pop();
    bytes.extend_from_slice(b",\"data\":");
    bytes.extend_from_slice(&answered.data);
    bytes.extend_from_slice(b"}\n");
    bytes
}
