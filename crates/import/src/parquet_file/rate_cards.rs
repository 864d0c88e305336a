//! Batches of prices. They are few, so each row goes through the parsers of text cells.

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::Decimal128Type;
use arrow_schema::DataType;
use domain::{AuthorId, CreatorKey, Profile, Text, UnixTime};

use super::columns::{Columns, Flawed, Integers, TEXT};
use super::plan::Plan;
use crate::error::Problem;
use crate::facts::Facts;
use crate::options::Options;
use crate::reject::Reject;
use crate::table::{self, Priced};
use crate::value::{self, Flaw};

/// Takes batches of prices.
pub(super) struct RateCards<'a> {
    facts: &'a Facts,
    plan: &'a Plan,
    options: &'a Options,
    bad: Vec<bool>,
}

impl<'a> RateCards<'a> {
    pub(super) fn new(facts: &'a Facts, plan: &'a Plan, options: &'a Options) -> Self {
        Self { facts, plan, options, bad: Vec::new() }
    }

    /// Takes a batch whose first row is `first_row`.
    pub(super) fn take(
        &mut self,
        batch: &RecordBatch,
        first_row: u64,
        rejects: &mut Vec<Reject>,
    ) -> Result<(), Problem> {
        let mut columns = Columns::new(batch, self.plan, &table::RATE_CARDS);
        let (mut authors, mut platforms, mut tiers, mut prices) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let nobody = Integers {
            absent: AuthorId::from_integer(0).expect("zero is an id"),
            quick: |number| AuthorId::from_integer(number).ok(),
            negative: Flaw::negative_id,
            parse: value::author_id,
        };
        columns.integers(0, &mut authors, &nobody)?;
        columns.platforms(1, &mut platforms)?;
        columns.texts(2, &mut tiers, &String::new(), &|text: &str| Ok(text.to_owned()), TEXT)?;
        price_texts(&mut columns, &mut prices)?;
        let mut profiles = profiles(&mut columns, self.options.captured_at)?.into_iter();
        let mut taken = Vec::with_capacity(authors.len());
        for (row, (tier, price)) in tiers.iter().zip(&prices).enumerate() {
            let tier = value::tier(tier, platforms[row]).map_err(|flaw| (2, tier.clone(), flaw));
            let fen = value::listed_price(price).map_err(|flaw| (3, price.clone(), flaw));
            let parsed = tier.and_then(|tier| fen.map(|fen| (tier, fen)));
            let flawed = |(column, value, flaw)| columns.flaws.push(Flawed { row, column, value, flaw });
            taken.push(parsed.map_err(flawed).ok());
        }
        columns.rejects(first_row, &mut self.bad, rejects);
        for (row, (author_id, taken)) in authors.into_iter().zip(taken).enumerate() {
            let profile = profiles.next().unwrap_or_default();
            if self.bad.get(row).is_some_and(|bad| *bad) {
                continue;
            }
            if let Some((tier, fen)) = taken {
                let key = CreatorKey { author_id, platform: platforms[row] };
                // Which of two rows came first is not known here, for threads share the file: the higher price stays.
                let _other = self.facts.add_priced(Priced { key, tier, fen, profile }, self.options.captured_at);
            }
        }
        Ok(())
    }
}

/// What the rows tell of their creators besides prices.
fn profiles(columns: &mut Columns<'_>, as_of: UnixTime) -> Result<Vec<Profile>, Problem> {
    let (mut followers, mut categories, mut names) = (Vec::new(), Vec::new(), Vec::new());
    let quick = |number: i64| u64::try_from(number).ok().filter(|number| *number <= Profile::MAX_FOLLOWERS).map(Some);
    columns.counts(
        4,
        &mut followers,
        &Integers { absent: None, quick, negative: Flaw::negative, parse: value::followers },
    )?;
    columns.texts(5, &mut categories, &None, &value::label, TEXT)?;
    columns.texts(6, &mut names, &None, &value::label, TEXT)?;
    let labels = categories.into_iter().zip(names);
    let told = followers.into_iter().zip(labels);
    Ok(told.map(|(followers, (category, name))| Profile::of(as_of, followers, category, name)).collect())
}

/// The prices as text: written so, as whole numbers, or as exact decimals. Floating-point numbers are refused, for
/// they do not hold every amount.
fn price_texts(columns: &mut Columns<'_>, out: &mut Vec<String>) -> Result<(), Problem> {
    let decimals = columns.array(3).filter(|array| matches!(array.data_type(), DataType::Decimal128(_, 0..)));
    if let Some(array) = decimals {
        let array = array.as_primitive::<Decimal128Type>();
        let text =
            |row| if arrow_array::Array::is_valid(array, row) { array.value_as_string(row) } else { String::new() };
        out.extend((0..array.values().len()).map(text));
        return Ok(());
    }
    let found = columns.array(3).map(|array| array.data_type().clone());
    if let Some(found @ (DataType::Float16 | DataType::Float32 | DataType::Float64)) = found {
        const EXACT: Text =
            Text::new("text, an integer or a decimal, which are exact", "文本、整数或定点小数，它们是精确的");
        return Err(columns.type_problem(3, &found, EXACT));
    }
    let quick = |number: i64| Some(number.to_string());
    let how =
        Integers { absent: String::new(), quick, negative: Flaw::negative, parse: |text: &str| Ok(text.to_owned()) };
    columns.integers(3, out, &how)
}
