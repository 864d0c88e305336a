//! Ids that a spreadsheet took for numbers and rounded: which look so, and when so many do that it is hardly chance, or cannot be. Shared with
//! `astrolabe cp --file`.

use std::collections::BTreeSet;

use crate::error::Problem;

/// The least number of 19 digits, as ids of the marketplace have.
const LEAST_ID: i64 = 1_000_000_000_000_000_000;
/// A spreadsheet keeps 15 digits of a number, and puts zeros for the other four.
const LOST: i64 = 10_000;
/// The least chance by which ids are taken to end so by themselves.
const CHANCE_MIN: f64 = 1e-6;
/// The least chance of which nobody is told: such ids are in one sound file of a thousand.
const CHANCE_PLAIN: f64 = 0.001;
/// How many different ids are held; beyond that they only make plainer what is plain already.
const HELD_MAX: usize = 1 << 17;

/// Whether an id may be one that a spreadsheet rounded: 19 digits, the last four of them zeros. One id in 10,000 ends so by itself.
#[inline]
pub fn has_lost_digits(id: i64) -> bool {
    // The cheap test first: 10,000 is a multiple of 16.
    id & 15 == 0 && id >= LEAST_ID && id % LOST == 0
}

/// Whether so many of a number of different ids look rounded that chance is out of the question.
pub fn are_rounded(rounded: u64, of: u64) -> bool {
    chance_ln(rounded, of) < CHANCE_MIN.ln()
}

/// Whether so many of a number of different ids look rounded that people should be told.
pub fn may_be_rounded(rounded: u64, of: u64) -> bool {
    chance_ln(rounded, of) < CHANCE_PLAIN.ln()
}

/// The logarithm of the chance that `rounded` or more of `of` ids end so by themselves: at most λ^k ÷ k!, where λ of them are to be
/// expected.
fn chance_ln(rounded: u64, of: u64) -> f64 {
    let expected = of as f64 / LOST as f64;
    (1..=rounded).map(|nth| (expected / nth as f64).ln()).sum::<f64>().min(0.0)
}

/// The ids of a file that look rounded, each once.
#[derive(Debug, Default)]
pub(crate) struct Rounded {
    pub(crate) items: BTreeSet<i64>,
    pub(crate) authors: BTreeSet<i64>,
}

impl Rounded {
    /// Takes the ids of a post's row which look rounded.
    pub(crate) fn add(&mut self, item: Option<i64>, author: Option<i64>) {
        for (held, id) in [(&mut self.items, item), (&mut self.authors, author)] {
            if let Some(id) = id.filter(|id| has_lost_digits(*id) && held.len() < HELD_MAX) {
                held.insert(id);
            }
        }
    }

    /// The ids of which people should be told, of a file with so many rows and creators: some of the kind, creators or posts, of which
    /// more end so than chance would have.
    ///
    /// # Errors
    /// Where chance is out of the question: such ids are not those of the posts and creators, and different ones may have become
    /// the same.
    pub(crate) fn judge(&self, rows: u64, creators: u64) -> Result<Vec<String>, Problem> {
        const TOLD_MAX: usize = 10;
        let kinds = [(&self.authors, creators), (&self.items, rows)];
        let chance = kinds.map(|(ids, of)| chance_ln(ids.len() as u64, of));
        if chance.iter().sum::<f64>() < CHANCE_MIN.ln() {
            let (ids, _) = kinds[usize::from(chance[1] < chance[0])];
            let such_as = ids.first().map(i64::to_string).unwrap_or_default();
            return Err(Problem::RoundedIds { ids: (self.authors.len() + self.items.len()) as u64, such_as });
        }
        let suspicious = kinds.into_iter().filter(|(ids, of)| may_be_rounded(ids.len() as u64, *of));
        Ok(suspicious.flat_map(|(ids, _)| ids).take(TOLD_MAX).map(i64::to_string).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_lost_its_last_digits_looks_so() {
        for id in [7_312_345_678_901_230_000, 1_000_000_000_000_000_000, 9_223_372_036_854_770_000] {
            assert!(has_lost_digits(id), "{id}");
        }
        for id in [0, 20_000, 6_826_128_263_245_070_349, 6_826_128_263_245_071_000, 999_999_999_999_990_000, -10_000] {
            assert!(!has_lost_digits(id), "{id}");
        }
    }

    #[test]
    fn what_one_sound_file_of_a_thousand_has_is_told() {
        for (rounded, of) in [(1, 9), (2, 400), (3, 1800), (40, 130_000)] {
            assert!(may_be_rounded(rounded, of), "{rounded} of {of}");
        }
        for (rounded, of) in [(0, 9), (1, 11), (1, 100_000), (2, 500), (13, 100_000), (20, 100_000)] {
            assert!(!may_be_rounded(rounded, of), "{rounded} of {of}");
        }
    }

    #[test]
    fn many_are_rounded_and_few_of_many_are_not() {
        for (rounded, of) in
            [(2, 2), (2, 14), (3, 100), (5, 1000), (50, 50), (100_000, 1_000_000), (131_072, 100_000_000)]
        {
            assert!(are_rounded(rounded, of), "{rounded} of {of}");
        }
        for (rounded, of) in
            [(0, 0), (0, 9), (1, 1), (1, 5000), (2, 100), (3, 5000), (130, 1_000_000), (10_300, 100_000_000)]
        {
            assert!(!are_rounded(rounded, of), "{rounded} of {of}");
        }
    }
}
