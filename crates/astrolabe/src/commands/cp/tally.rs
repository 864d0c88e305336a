//! What became of the creators of a list, in words for the column `status`, and summed up for people.

use std::collections::{BTreeMap, BTreeSet};

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
    refused: BTreeMap<BusinessCode, Refused>,
    /// What was charged, or would be.
    pub(super) charged: MicroYuan,
    /// By how much daily quotas went down, or would.
    pub(super) quota: u64,
}

/// The creators refused with one code.
#[derive(Default)]
struct Refused {
    count: usize,
    /// What the server said of them, in up to two sentences that differ.
    messages: BTreeSet<String>,
}

impl Refused {
    fn add(&mut self, count: usize, messages: impl IntoIterator<Item = String>) {
        self.count += count;
        for message in messages {
            if self.messages.len() < 2 {
                self.messages.insert(message);
            }
        }
    }

    /// What the server said of all of them, where it said one thing.
    fn message(&self) -> Option<&str> {
        let mut messages = self.messages.iter();
        messages.next().filter(|_| messages.next().is_none()).map(String::as_str)
    }
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
            ("refused", _) => {
                self.refused
                    .entry(code(row).unwrap_or(BusinessCode::Internal))
                    .or_default()
                    .add(1, row.message.clone());
            }
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
        for (code, refused) in &other.refused {
            self.refused.entry(*code).or_default().add(refused.count, refused.messages.iter().cloned());
        }
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
        let refused: usize = self.refused.values().map(|refused| refused.count).sum();
        if refused == 0 {
            return None;
        }
        let (refused, creators) = (thousands(refused as u64), counted(self.creators as u64, "creator"));
        let all = thousands(self.creators as u64);
        let mut text = told!(lang, "{refused} of {creators} refused", "{all} 位达人中有 {refused} 位被拒绝");
        for (code, refused) in &self.refused {
            let count = refused.count as u64;
            let (number, counted, count) = (code.number(), counted(count, "creator"), thousands(count));
            let known = code_text(*code);
            let (meaning, do_so) = (known.meaning.of(lang), known.what_to_do.of(lang));
            // That a source failed is not the only reason for 301, and the other ones stand in the message alone.
            let why = match refused.message().filter(|_| *code == BusinessCode::CollectionFailed) {
                Some(message) => told!(lang, "{message}. {do_so}", "{message}。{do_so}"),
                None => told!(lang, "{meaning} {do_so}", "{meaning}{do_so}"),
            };
            text += &told!(lang, "\n  {counted}, code {number}: {why}", "\n  {count} 位，返回码 {number}：{why}");
        }
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::words;

    #[test]
    fn what_the_server_says_of_all_whom_301_refuses_goes_before_what_the_code_means() {
        let row = |code: i64, message: &str| -> BatchRow {
            let row = serde_json::json!({"row": 1, "status": "refused", "chargedYuan": "0", "code": code, "message": message});
            serde_json::from_value(row).expect("a row")
        };
        let mut all = Tally::default();
        for _ in 0..2 {
            let mut tally = Tally::default();
            tally.count_row(&row(301, "still being answered"));
            tally.count_row(&row(302, "at most 5 at once"));
            all.add(&tally);
        }
        let [failed, limited] =
            [BusinessCode::CollectionFailed, BusinessCode::RateLimited].map(|code| code_text(code).meaning.en);
        let told = all.refused_text(Lang::En).expect("some");
        assert!(told.contains("2 creators, code 301: still being answered. ") && !told.contains(failed), "{told}");
        assert!(told.contains(&format!("2 creators, code 302: {limited}")), "{told}");
        all.count_row(&row(301, "no source could answer"));
        let told = all.refused_text(Lang::En).expect("some");
        assert!(told.contains(&format!("3 creators, code 301: {failed}")), "{told}");
    }

    #[test]
    fn every_refusal_has_a_word_for_people() {
        for code in BusinessCode::ALL {
            assert!(words::status(refused(Some(code))).is_some(), "{code:?}");
        }
    }
}
