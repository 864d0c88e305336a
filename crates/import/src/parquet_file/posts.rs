//! Batches of posts.

use arrow_array::RecordBatch;
use domain::{AuthorId, Count, CreatorKey, ItemId, Platform, Post, UnixTime};

use super::columns::{Columns, Flawed, Integers};
use super::ids::{Ids, NO_NUMBER};
use super::plan::Plan;
use crate::error::Problem;
use crate::facts::{Batch, Facts, HeldPost, Scratch};
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
    posts: Vec<HeldPost>,
    scratch: Scratch,
}

/// The columns of a batch as plain values.
#[derive(Default)]
struct Values {
    items: Ids<ItemId>,
    authors: Ids<AuthorId>,
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
            posts: Vec::new(),
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
        self.values.read(&mut columns, self.options)?;
        columns.rejects(first_row, &mut self.bad, rejects);
        self.values.write_posts(&mut self.posts);
        self.take_apart();
        let batch = Batch { authors: &self.values.authors.numbers, posts: &self.posts };
        self.facts.add_posts(&mut self.scratch, self.start, batch);
        Ok(())
    }

    /// Leaves out bad rows, and adds those one by one whose ids are not both numbers.
    fn take_apart(&mut self) {
        let Self { values: Values { items, authors, .. }, bad, posts, .. } = self;
        for (author, bad) in authors.numbers.iter_mut().zip(&*bad) {
            if *bad {
                *author = NO_NUMBER;
            }
        }
        if items.are_numbers() && authors.are_numbers() {
            return;
        }
        for (row, post) in posts.iter().enumerate() {
            let bad = bad.get(row).is_some_and(|bad| *bad);
            if !bad && (items.numbers[row] == NO_NUMBER || authors.numbers[row] == NO_NUMBER) {
                let key = CreatorKey { author_id: authors.get(row), platform: post.platform };
                self.facts.add_post(key, post.with_id(items.get(row)));
                authors.numbers[row] = NO_NUMBER;
            }
        }
    }
}

impl Values {
    fn read(&mut self, columns: &mut Columns<'_>, options: &Options) -> Result<(), Problem> {
        self.items.read(columns, 0, value::item_id)?;
        self.authors.read(columns, 1, value::author_id)?;
        columns.platforms(2, &mut self.platform)?;
        columns.moments(3, &mut self.published_at, options)?;
        columns.moments(4, &mut self.captured_at, options)?;
        columns.flags(6, &mut self.sponsored)?;
        let quick = |number| u64::try_from(number).ok().filter(|plays| *plays <= Post::MAX_PLAYS);
        columns.counts(
            7,
            &mut self.plays,
            &Integers { absent: 0, quick, negative: Flaw::negative, parse: value::plays },
        )?;
        let quick = |number| u64::try_from(number).ok().and_then(Count::new);
        let how = Integers { absent: Count::UNKNOWN, quick, negative: Flaw::negative, parse: value::count };
        for (column, counts) in COUNT_COLUMNS.into_iter().zip(&mut self.counts) {
            columns.counts(column, counts, &how)?;
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

    /// The rows, bad ones too.
    fn write_posts(&self, posts: &mut Vec<HeldPost>) {
        let [duration_s, likes, comments, shares, collects] = &self.counts;
        posts.clear();
        posts.extend((0..self.items.numbers.len()).map(|row| HeldPost {
            item_id: self.items.numbers[row],
            plays: self.plays[row],
            published_at: self.published_at[row],
            captured_at: self.captured_at[row],
            duration_s: duration_s[row],
            likes: likes[row],
            comments: comments[row],
            shares: shares[row],
            collects: collects[row],
            sponsored: self.sponsored[row],
            platform: self.platform[row],
        }));
    }
}
