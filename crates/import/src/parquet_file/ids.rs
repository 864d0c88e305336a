//! Columns of ids: numbers nearly always, texts now and then.

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use domain::{AuthorId, ItemId};

use super::columns::{Columns, Integers};
use crate::error::Problem;
use crate::value::Flaw;

/// Stands for an id that is not a number.
pub(super) const NO_NUMBER: i64 = -1;

/// The ids of a batch.
pub(super) struct Ids<I> {
    /// Numbers not below zero, or [`NO_NUMBER`].
    pub(super) numbers: Vec<i64>,
    /// The ids of all rows, where the column is not of plain numbers.
    parsed: Vec<I>,
}

impl<I> Default for Ids<I> {
    fn default() -> Self {
        Self { numbers: Vec::new(), parsed: Vec::new() }
    }
}

/// What the two kinds of ids have in common.
pub(super) trait Id: Clone {
    fn number(number: i64) -> Option<Self>;
    fn as_number(&self) -> Option<i64>;
}

macro_rules! id {
    ($name:ident) => {
        impl Id for $name {
            fn number(number: i64) -> Option<Self> {
                Self::from_integer(number).ok()
            }
            fn as_number(&self) -> Option<i64> {
                self.as_integer()
            }
        }
    };
}

id!(ItemId);
id!(AuthorId);

impl<I: Id> Ids<I> {
    /// Reads a column.
    pub(super) fn read(
        &mut self,
        columns: &mut Columns<'_>,
        column: usize,
        parse: impl Fn(&str) -> Result<I, Flaw>,
    ) -> Result<(), Problem> {
        self.numbers.clear();
        self.parsed.clear();
        if let Some(numbers) = plain_numbers(columns, column) {
            self.numbers.extend_from_slice(numbers);
            return Ok(());
        }
        // The largest number also stands for larger ones, which only the text tells apart.
        let quick = |number| if number == i64::MAX { None } else { I::number(number) };
        let absent = I::number(0).expect("zero is an id");
        columns.integers(column, &mut self.parsed, &Integers { absent, quick, negative: Flaw::negative_id, parse })?;
        self.numbers.extend(self.parsed.iter().map(|id| id.as_number().unwrap_or(NO_NUMBER)));
        Ok(())
    }

    /// Whether all ids are numbers.
    pub(super) fn are_numbers(&self) -> bool {
        self.numbers.iter().fold(0, |all, number| all | number) >= 0
    }

    /// The id in a row.
    pub(super) fn get(&self, row: usize) -> I {
        let parsed = self.parsed.get(row).cloned();
        parsed.or_else(|| I::number(self.numbers[row])).expect("what is not parsed is a number")
    }
}

/// A column of 64-bit integers none of which is null or below zero, as it is.
fn plain_numbers<'b>(columns: &Columns<'b>, column: usize) -> Option<&'b [i64]> {
    let array = columns.array(column)?.as_primitive_opt::<Int64Type>()?;
    let sound = array.null_count() == 0 && array.values().iter().fold(0, |all, number| all | number) >= 0;
    sound.then(|| &array.values()[..])
}
