//! Batches of posts.

use arrow_array::RecordBatch;
use domain::{AuthorId, Count, CreatorKey, ItemId, Platform, Post, UnixTime};

use super::columns::{Columns, Flawed, Integers};
use super::plan::Plan;
use crate::error::Problem;
use crate::facts::{Facts, PostRow, Scratch};
use crate::options::Options;
use crate::reject::Reject;
use crate::table;
use crate::value::{self, Flaw};

/// Takes batches of posts on one thread. The values of a batch wait in vectors that are used again for the next.
pub(super) struct Posts<'a> {
    facts: &'a Facts,
    plan: &'a Plan,
    options: &'a Options,
    /// The shard to begin with, different for each thread.
    start: usize,
    values: Values,
    bad: Vec<bool>,
    scratch: Scratch,
}

/// The columns of a batch as plain values.
#[derive(Default)]
struct Values {
    keys: Vec<Option<CreatorKey>>,
    item_id: Vec<ItemId>,
    author_id: Vec<AuthorId>,
    platform: Vec<Platform>,
    published_at: Vec<UnixTime>,
    captured_at: Vec<UnixTime>,
    sponsored: Vec<Option<bool>>,
    plays: Vec<u64>,
    /// duration_s, likes, comments, shares, collects.
    counts: [Vec<Count>; 5],
}

/// The columns of `Values::counts` in the table.
const COUNT_COLUMNS: [usize; 5] = [5, 8, 9, 10, 11];

impl<'a> Posts<'a> {
    pub(super) fn new(facts: &'a Facts, plan: &'a Plan, options: &'a Options, worker: usize) -> Self {
        Self {
            facts,
            plan,
            options,
            start: facts.start_of(worker, options.threads),
            values: Values::default(),
            bad: Vec::new(),
            scratch: facts.scratch(),
        }
    }

    /// Takes a batch whose first row is `first_row`.
    pub(super) fn take(
        &mut self,
        batch: &RecordBatch,
        first_row: u64,
        rejects: &mut Vec<Reject>,
    ) -> Result<(), Problem> {
        let mut columns = Columns::new(batch, self.plan, &table::POSTS);
        self.values.read(&mut columns, self.options.now)?;
        columns.rejects(first_row, &mut self.bad, rejects);
        self.values.make_keys(&self.bad);
        self.scratch.sort_by_shard(self.values.keys.iter().map(Option::as_ref));
        self.facts.add_posts(&mut self.scratch, self.start, |row| self.values.take_row(row));
        Ok(())
    }
}

impl Values {
    fn read(&mut self, columns: &mut Columns<'_>, now: UnixTime) -> Result<(), Problem> {
        let how = Integers {
            absent: no_item(),
            quick: |number| ItemId::from_integer(number).ok(),
            negative: Flaw::negative_id,
            parse: value::item_id,
        };
        columns.integers(0, &mut self.item_id, &how)?;
        let nobody = Integers {
            absent: AuthorId::from_integer(0).expect("zero is an id"),
            quick: |number| AuthorId::from_integer(number).ok(),
            negative: Flaw::negative_id,
            parse: value::author_id,
        };
        columns.integers(1, &mut self.author_id, &nobody)?;
        columns.platforms(2, &mut self.platform)?;
        columns.moments(3, &mut self.published_at, now)?;
        columns.moments(4, &mut self.captured_at, now)?;
        columns.flags(6, &mut self.sponsored)?;
        let quick = |number| u64::try_from(number).ok().filter(|plays| *plays <= Post::MAX_PLAYS);
        columns.integers(
            7,
            &mut self.plays,
            &Integers { absent: 0, quick, negative: Flaw::negative, parse: value::plays },
        )?;
        let quick = |number| u64::try_from(number).ok().and_then(Count::new);
        let how = Integers { absent: Count::UNKNOWN, quick, negative: Flaw::negative, parse: value::count };
        for (column, counts) in COUNT_COLUMNS.into_iter().zip(&mut self.counts) {
            columns.integers(column, counts, &how)?;
        }
        self.check_captures(columns);
        Ok(())
    }

    /// Nothing is captured before it is published.
    fn check_captures(&self, columns: &mut Columns<'_>) {
        let times = || self.published_at.iter().zip(&self.captured_at);
        if times().fold(true, |sound, (published, captured)| sound & (published <= captured)) {
            return;
        }
        for (row, (published, captured)) in times().enumerate() {
            if captured < published {
                let flaw = Flaw::captured_before_published();
                columns.flaws.push(Flawed { row, column: 4, value: captured.to_string(), flaw });
            }
        }
    }

    /// The keys of all rows but the bad ones.
    fn make_keys(&mut self, bad: &[bool]) {
        self.keys.clear();
        let keys = self.author_id.drain(..).zip(&self.platform);
        self.keys.extend(keys.map(|(author_id, platform)| Some(CreatorKey { author_id, platform: *platform })));
        for (key, bad) in self.keys.iter_mut().zip(bad) {
            if *bad {
                *key = None;
            }
        }
    }

    /// Moves a row out.
    #[inline]
    fn take_row(&mut self, row: usize) -> PostRow {
        let key = self.keys[row].take().expect("only rows with a key are asked for, and once");
        let [duration_s, likes, comments, shares, collects] = &self.counts;
        let post = Post {
            item_id: std::mem::replace(&mut self.item_id[row], no_item()),
            plays: self.plays[row],
            published_at: self.published_at[row],
            captured_at: self.captured_at[row],
            duration_s: duration_s[row],
            likes: likes[row],
            comments: comments[row],
            shares: shares[row],
            collects: collects[row],
            sponsored: self.sponsored[row],
        };
        (key, post)
    }
}

/// Stands where an id was moved out, or never was.
fn no_item() -> ItemId {
    ItemId::from_integer(0).expect("zero is an id")
}
