//! What became of the creators of a list, in words for the column `status`, and summed up for people.

use std::collections::BTreeMap;

use catalog::{Lang, code_text};
use client::BatchRow;
use domain::{BusinessCode, MicroYuan};

use crate::lang::told;
use crate::output::{counted, thousands};

/// The status of a creator of whom nothing is known that figures could be made of.
pub(super) const UNKNOWN: &str = "unknown";

/// How many creators ended how.
#[derive(Default)]
pub(super) struct Tally {
    creators: usize,
    /// Those with figures; in a trial, those who would have some.
    answered: usize,
    unknown: usize,
    /// Those that a cap left.
    pub(super) left: usize,
    /// Those refused for another reason than that nobody knows them, by code.
    refused: BTreeMap<BusinessCode, usize>,
    /// What was charged, or would be.
    pub(super) charged: MicroYuan,
    /// By how much daily quotas went down, or would.
    pub(super) quota: u64,
}

/// The status of a row of a batch: what a server calls it, or why it was refused, in a word.
pub(super) fn status(row: &BatchRow) -> &str {
    if row.status == "refused" { refused(code(row)) } else { &row.status }
}

fn refused(code: Option<BusinessCode>) -> &'static str {
    match code {
        Some(BusinessCode::InvalidParameter) => UNKNOWN,
        Some(BusinessCode::InvalidToken) => "invalid_token",
        Some(BusinessCode::CollectionFailed) => "collection_failed",
        Some(BusinessCode::RateLimited) => "rate_limited",
        Some(BusinessCode::DailyQuotaExceeded) => "quota_exceeded",
        Some(BusinessCode::PermissionDenied) => "permission_denied",
        Some(BusinessCode::InsufficientBalance) => "insufficient_balance",
        Some(BusinessCode::SpendingCapReached) => "cap_reached",
        Some(BusinessCode::Success | BusinessCode::NotFound | BusinessCode::Internal) | None => "failed",
    }
}

fn code(row: &BatchRow) -> Option<BusinessCode> {
    BusinessCode::ALL.into_iter().find(|code| Some(i64::from(code.number())) == row.code)
}

impl Tally {
    /// Counts a creator of the local data.
    pub(super) fn count(&mut self, is_known: bool) {
        self.creators += 1;
        *(if is_known { &mut self.answered } else { &mut self.unknown }) += 1;
    }

    /// Counts a row of a batch.
    pub(super) fn count_row(&mut self, row: &BatchRow) {
        self.creators += 1;
        match (row.status.as_str(), status(row)) {
            (_, UNKNOWN) => self.unknown += 1,
            ("refused", _) => *self.refused.entry(code(row).unwrap_or(BusinessCode::Internal)).or_default() += 1,
            ("left", _) => self.left += 1,
            _ => self.answered += 1,
        }
    }

    /// Adds what became of others.
    pub(super) fn add(&mut self, other: &Self) {
        self.creators += other.creators;
        self.answered += other.answered;
        self.unknown += other.unknown;
        self.left += other.left;
        other.refused.iter().for_each(|(code, count)| *self.refused.entry(*code).or_default() += count);
        self.charged = self.charged.plus(other.charged);
        self.quota += other.quota;
    }

    /// How many are unknown, where some are.
    pub(super) fn unknown_text(&self, lang: Lang) -> Option<String> {
        let (unknown, creators) = (thousands(self.unknown as u64), counted(self.creators as u64, "creator"));
        let all = thousands(self.creators as u64);
        let told = || told!(lang, "{unknown} of {creators} unknown", "{all} 位达人中有 {unknown} 位未知");
        (self.unknown > 0).then(told)
    }

    /// How many were answered, or would be, for how much; and how many are unknown.
    pub(super) fn text(&self, is_dry: bool, lang: Lang) -> String {
        let (answered, creators) = (thousands(self.answered as u64), counted(self.creators as u64, "creator"));
        let (all, yuan) = (thousands(self.creators as u64), self.charged);
        let mut text = match (is_dry, lang) {
            (true, Lang::En) => format!("{answered} of {creators} would be answered, for {yuan} yuan at most"),
            (true, Lang::Zh) => format!("{all} 位达人中可返回 {answered} 位，费用不超过 {yuan} 元"),
            (false, Lang::En) => format!("{answered} of {creators} answered, {yuan} yuan charged"),
            (false, Lang::Zh) => format!("{all} 位达人中已返回 {answered} 位，扣费 {yuan} 元"),
        };
        if self.unknown > 0 {
            let unknown = thousands(self.unknown as u64);
            text += &told!(lang, "; {unknown} unknown", "；{unknown} 位未知");
        }
        text
    }

    /// How many were refused, why, and what to do about it, where some were.
    pub(super) fn refused_text(&self, lang: Lang) -> Option<String> {
        let refused: usize = self.refused.values().sum();
        if refused == 0 {
            return None;
        }
        let (refused, creators) = (thousands(refused as u64), counted(self.creators as u64, "creator"));
        let all = thousands(self.creators as u64);
        let mut text = told!(lang, "{refused} of {creators} refused", "{all} 位达人中有 {refused} 位被拒绝");
        for (code, count) in &self.refused {
            let known = code_text(*code);
            let (number, counted) = (code.number(), counted(*count as u64, "creator"));
            let (count, meaning, do_so) = (thousands(*count as u64), known.meaning.of(lang), known.what_to_do.of(lang));
            text += &told!(
                lang,
                "\n  {counted}, code {number}: {meaning} {do_so}",
                "\n  {count} 位，返回码 {number}：{meaning}{do_so}"
            );
        }
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::words;

    #[test]
    fn every_refusal_has_a_word_for_people() {
        for code in BusinessCode::ALL {
            assert!(words::status(refused(Some(code))).is_some(), "{code:?}");
        }
    }
}
