//! Arrow arrays become plain values here, a column of a batch at a time.
//!
//! Each column is first converted by a check without branches to spare; only when a value fails it, or is null, are
//! the rows looked at one by one, by the same parsers that read text cells.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::*;
use arrow_array::{Array, ArrayRef, ArrowPrimitiveType, PrimitiveArray, RecordBatch};
use arrow_schema::{DataType, TimeUnit};
use domain::{Platform, Text, UnixTime};

use super::plan::Plan;
use crate::Options;
use crate::cell;
use crate::error::Problem;
use crate::reject::{Position, Reject};
use crate::session::reject;
use crate::table::Table;
use crate::value::{self, Flaw};

/// What types would be right for a column.
pub(super) const TEXT: Text = Text::new("text", "文本");
const INTEGER: Text = Text::new(
    "an integer, a decimal without places or text (a double for counts, too)",
    "整数、无小数位的定点小数或文本（计数亦可为双精度浮点数）",
);
const MOMENT: Text = Text::new(
    "a timestamp adjusted to UTC, or text such as 2026-11-22T03:04:05Z (--time-zone names the zone of those without one, and of dates)",
    "UTC 时间戳，或 2026-11-22T03:04:05Z 一类的文本（未注明时区者及日期，以 --time-zone 指定时区）",
);

/// A flawed value of a batch.
pub(super) struct Flawed {
    /// The row inside the batch, from 0.
    pub(super) row: usize,
    /// The column inside the table.
    pub(super) column: usize,
    pub(super) value: String,
    pub(super) flaw: Flaw,
}

/// The columns of one batch, and what was found wrong in them.
pub(super) struct Columns<'b> {
    batch: &'b RecordBatch,
    plan: &'b Plan,
    table: &'static Table,
    pub(super) flaws: Vec<Flawed>,
}

/// What an integer column is checked with.
pub(super) struct Integers<V, Q, P> {
    /// What stands where there is no value: a null, until the row is rejected, or an absent column.
    pub(super) absent: V,
    /// The value of a sound integer.
    pub(super) quick: Q,
    /// What is wrong with a number below zero.
    pub(super) negative: fn() -> Flaw,
    /// The value of any text, or what is wrong with it; the empty text is a null.
    pub(super) parse: P,
}

impl<'b> Columns<'b> {
    pub(super) fn new(batch: &'b RecordBatch, plan: &'b Plan, table: &'static Table) -> Self {
        Self { batch, plan, table, flaws: Vec::new() }
    }

    /// A column of integers or of texts that spell them.
    pub(super) fn integers<V: Clone>(
        &mut self,
        column: usize,
        out: &mut Vec<V>,
        how: &Integers<V, impl Fn(i64) -> Option<V>, impl Fn(&str) -> Result<V, Flaw>>,
    ) -> Result<(), Problem> {
        out.clear();
        let Some(array) = self.array(column) else {
            out.resize(self.batch.num_rows(), how.absent.clone());
            return Ok(());
        };
        match array.data_type() {
            DataType::Int64 => self.fill(column, array.as_primitive::<Int64Type>(), out, how),
            DataType::Int32 => self.fill(column, array.as_primitive::<Int32Type>(), out, how),
            DataType::Int16 => self.fill(column, array.as_primitive::<Int16Type>(), out, how),
            DataType::Int8 => self.fill(column, array.as_primitive::<Int8Type>(), out, how),
            DataType::UInt64 => self.fill(column, array.as_primitive::<UInt64Type>(), out, how),
            DataType::UInt32 => self.fill(column, array.as_primitive::<UInt32Type>(), out, how),
            DataType::UInt16 => self.fill(column, array.as_primitive::<UInt16Type>(), out, how),
            DataType::UInt8 => self.fill(column, array.as_primitive::<UInt8Type>(), out, how),
            // What warehouses have in place of integers.
            DataType::Decimal128(_, 0) => self.fill(column, array.as_primitive::<Decimal128Type>(), out, how),
            _ => return self.texts(column, out, &how.absent, &how.parse, INTEGER),
        }
        Ok(())
    }

    fn fill<T: ArrowPrimitiveType<Native: Wide>, V: Clone>(
        &mut self,
        column: usize,
        array: &PrimitiveArray<T>,
        out: &mut Vec<V>,
        how: &Integers<V, impl Fn(i64) -> Option<V>, impl Fn(&str) -> Result<V, Flaw>>,
    ) {
        let mut sound = true;
        out.extend(array.values().iter().map(|number| {
            let value = (how.quick)(number.wide());
            sound &= value.is_some();
            value.unwrap_or_else(|| how.absent.clone())
        }));
        if sound && array.null_count() == 0 {
            return;
        }
        for (row, value) in out.iter_mut().enumerate() {
            let number = array.is_valid(row).then(|| array.value(row));
            if number.is_some_and(|number| (how.quick)(number.wide()).is_some()) {
                continue;
            }
            let text = number.map_or_else(String::new, |number| format!("{number:?}"));
            let parse = |text: &str| match text.strip_prefix('-') {
                // As a text it might be an id; as a number it is none.
                Some(_) => Err((how.negative)()),
                None => (how.parse)(text),
            };
            *value = self.parsed(row, column, &text, &parse).unwrap_or_else(|| how.absent.clone());
        }
    }

    /// A column of texts.
    pub(super) fn texts<V: Clone>(
        &mut self,
        column: usize,
        out: &mut Vec<V>,
        absent: &V,
        parse: &impl Fn(&str) -> Result<V, Flaw>,
        right: Text,
    ) -> Result<(), Problem> {
        out.clear();
        let Some(array) = self.array(column) else {
            out.resize(self.batch.num_rows(), absent.clone());
            return Ok(());
        };
        let parse = &|text: &str| parse(cell::said(text));
        match array.data_type() {
            DataType::Utf8View => {
                let texts = array.as_string_view();
                for row in 0..texts.len() {
                    let text = if texts.is_valid(row) { texts.value(row) } else { "" };
                    out.push(self.parsed(row, column, text, parse).unwrap_or_else(|| absent.clone()));
                }
            }
            DataType::Dictionary(_, _) => self.names(column, array, out, absent, parse)?,
            DataType::Null => {
                for row in 0..array.len() {
                    out.push(self.parsed(row, column, "", parse).unwrap_or_else(|| absent.clone()));
                }
            }
            found => return Err(self.type_problem(column, found, right)),
        }
        Ok(())
    }

    /// A column of few different texts: each is parsed once.
    fn names<V: Clone>(
        &mut self,
        column: usize,
        array: &ArrayRef,
        out: &mut Vec<V>,
        absent: &V,
        parse: &impl Fn(&str) -> Result<V, Flaw>,
    ) -> Result<(), Problem> {
        let dictionary =
            array.as_dictionary_opt::<Int32Type>().ok_or_else(|| self.type_problem(column, array.data_type(), TEXT))?;
        let texts = dictionary
            .values()
            .as_string_opt::<i32>()
            .ok_or_else(|| self.type_problem(column, array.data_type(), TEXT))?;
        let parsed: Vec<Option<V>> = texts.iter().map(|text| parse(text.unwrap_or("")).ok()).collect();
        let keys = dictionary.keys();
        for row in 0..keys.len() {
            let key = keys.is_valid(row).then(|| keys.value(row) as usize);
            let value = match key {
                Some(key) if parsed[key].is_some() => parsed[key].clone(),
                Some(key) if texts.is_valid(key) => self.parsed(row, column, texts.value(key), parse),
                _ => self.parsed(row, column, "", parse),
            };
            out.push(value.unwrap_or_else(|| absent.clone()));
        }
        Ok(())
    }

    /// A column of moments: timestamps in UTC or texts with an offset, none after the present; without a zone or an offset where the
    /// caller names the zone.
    pub(super) fn moments(&mut self, column: usize, out: &mut Vec<UnixTime>, options: &Options) -> Result<(), Problem> {
        out.clear();
        let Some(array) = self.array(column) else {
            return Err(self.type_problem(column, &DataType::Null, MOMENT));
        };
        let is_named = options.time_zone.is_some();
        match array.data_type() {
            DataType::Timestamp(TimeUnit::Second, zone) if zone.is_some() || is_named => {
                self.seconds::<TimestampSecondType, 1>(column, array, out, options);
            }
            DataType::Timestamp(TimeUnit::Millisecond, zone) if zone.is_some() || is_named => {
                self.seconds::<TimestampMillisecondType, 1_000>(column, array, out, options);
            }
            DataType::Timestamp(TimeUnit::Microsecond, zone) if zone.is_some() || is_named => {
                self.seconds::<TimestampMicrosecondType, 1_000_000>(column, array, out, options);
            }
            DataType::Timestamp(TimeUnit::Nanosecond, zone) if zone.is_some() || is_named => {
                self.seconds::<TimestampNanosecondType, 1_000_000_000>(column, array, out, options);
            }
            // A day counts from its beginning.
            DataType::Date32 if is_named => {
                let days = array.as_primitive::<Date32Type>();
                let seconds: PrimitiveArray<TimestampSecondType> = days.unary(|day| i64::from(day) * 86_400);
                let seconds: ArrayRef = Arc::new(seconds);
                self.seconds::<TimestampSecondType, 1>(column, &seconds, out, options);
            }
            _ => self.texts(column, out, &UnixTime(0), &|text: &str| value::moment(text, options), MOMENT)?,
        }
        Ok(())
    }

    fn seconds<T: ArrowPrimitiveType<Native = i64>, const UNIT: i64>(
        &mut self,
        column: usize,
        array: &ArrayRef,
        out: &mut Vec<UnixTime>,
        options: &Options,
    ) {
        let has_zone = matches!(array.data_type(), DataType::Timestamp(_, Some(_)));
        let zone = options.time_zone.as_ref().filter(|_| !has_zone);
        let moment = |number: i64| match (number.div_euclid(UNIT), zone) {
            (seconds, Some(zone)) => zone.moment_of_seconds(seconds).map_err(value::not_in_zone),
            (seconds, None) => UnixTime::from_seconds(seconds).map_err(value::bad_time),
        };
        let how = Integers {
            absent: UnixTime(0),
            quick: |number| moment(number).ok().filter(|moment| !value::is_future(*moment, options.now)),
            negative: || value::bad_time(domain::TimeError::OutOfRange),
            parse: |text: &str| match text.parse() {
                Ok(number) => Err(moment(number).map_or_else(|flaw| flaw, |_| Flaw::in_the_future())),
                Err(_) => Err(Flaw::empty()),
            },
        };
        self.fill(column, array.as_primitive::<T>(), out, &how);
        // Told as a moment, which people can read.
        for flawed in self.flaws.iter_mut().filter(|flawed| flawed.column == column) {
            if let Some(moment) = flawed.value.parse().ok().and_then(|number| moment(number).ok()) {
                flawed.value = moment.to_string();
            }
        }
    }

    /// The platform column, which may be absent.
    pub(super) fn platforms(&mut self, column: usize, out: &mut Vec<Platform>) -> Result<(), Problem> {
        self.texts(column, out, &Platform::ShortVideo, &value::platform, TEXT)
    }

    /// A column of counts: as [`Self::integers`], or of floating-point numbers, as tools write integers of which some are missing. NaN
    /// is a missing one. No count is as large as the numbers of which a double does not hold each.
    pub(super) fn counts<V: Clone>(
        &mut self,
        column: usize,
        out: &mut Vec<V>,
        how: &Integers<V, impl Fn(i64) -> Option<V>, impl Fn(&str) -> Result<V, Flaw>>,
    ) -> Result<(), Problem> {
        let Some(array) = self.array(column).and_then(|array| array.as_primitive_opt::<Float64Type>()) else {
            return self.integers(column, out, how);
        };
        out.clear();
        for (row, number) in array.iter().enumerate() {
            let number = number.filter(|number| !number.is_nan());
            let whole = number.filter(|number| number.fract() == 0.0).map(|number| number as i64);
            let value = whole.and_then(&how.quick).or_else(|| {
                let text = number.map_or_else(String::new, |number| number.to_string());
                self.parsed(row, column, &text, &how.parse)
            });
            out.push(value.unwrap_or_else(|| how.absent.clone()));
        }
        Ok(())
    }

    /// The flag column: booleans, 0 and 1, or text.
    pub(super) fn flags(&mut self, column: usize, out: &mut Vec<Option<bool>>) -> Result<(), Problem> {
        if let Some(flags) = self.array(column).and_then(|array| array.as_boolean_opt()) {
            out.clear();
            out.extend(flags.iter());
            return Ok(());
        }
        let quick = |number| match number {
            0 => Some(Some(false)),
            1 => Some(Some(true)),
            _ => None,
        };
        self.counts(column, out, &Integers { absent: None, quick, negative: Flaw::negative, parse: value::flag })
    }

    /// The array of a column, where the file has it.
    pub(super) fn array(&self, column: usize) -> Option<&'b ArrayRef> {
        self.plan.in_batch[column].map(|place| self.batch.column(place))
    }

    pub(super) fn type_problem(&self, column: usize, found: &DataType, right: Text) -> Problem {
        Problem::ColumnType { column: self.table.columns[column].name, found: found.to_string(), right }
    }

    fn parsed<V>(
        &mut self,
        row: usize,
        column: usize,
        text: &str,
        parse: &impl Fn(&str) -> Result<V, Flaw>,
    ) -> Option<V> {
        parse(text)
            .map_err(|flaw| {
                let value = text.chars().take(Reject::VALUE_CHARS_MAX).collect();
                self.flaws.push(Flawed { row, column, value, flaw });
            })
            .ok()
    }

    /// The first flaw of each row, as rejects; `bad` then says which rows have one.
    pub(super) fn rejects(&mut self, first_row: u64, bad: &mut Vec<bool>, rejects: &mut Vec<Reject>) {
        bad.clear();
        if self.flaws.is_empty() {
            return;
        }
        bad.resize(self.batch.num_rows(), false);
        self.flaws.sort_by_key(|flawed| (flawed.row, flawed.column));
        for flawed in self.flaws.drain(..) {
            if !std::mem::replace(&mut bad[flawed.row], true) {
                let position = Position::Row(first_row + flawed.row as u64);
                rejects.push(reject(position, self.table.columns[flawed.column].name, &flawed.value, flawed.flaw));
            }
        }
    }
}

/// Integers as wide as any column; what does not fit is as large as can be, which no value is.
pub(super) trait Wide: Copy {
    fn wide(self) -> i64;
}

macro_rules! wide {
    ($($integer:ty)*) => {
        $(impl Wide for $integer {
            fn wide(self) -> i64 {
                i64::try_from(self).unwrap_or(i64::MAX)
            }
        })*
    };
}

wide!(i8 i16 i32 i64 i128 u8 u16 u32 u64);
