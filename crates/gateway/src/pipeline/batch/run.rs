//! Runs a batch: a few rows at a time, told in the order they were asked.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use catalog::AUTHOR_CP_INFO;
use domain::MicroYuan;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::lines::{self, About, Summary};
use super::row::{self, End};
use super::{Batch, Row};
use crate::problem::Problem;
use crate::reply_body::Line;
use crate::unanswered::Leaving;

/// Rows under way at once: their charges share transactions, and few enough that none waits long for a place at an upstream.
const AT_ONCE: usize = 16;

/// A row whose turn has come.
enum Turn {
    Running {
        /// The batch comes last and is dropped last: while it lives, a server that stops waits for what its rows owe.
        task: JoinHandle<(End, Vec<Leaving>, Arc<Batch>)>,
        /// Whether it may be charged: it was never asked before under the key of the batch, and there is room for it.
        may_cost: bool,
    },
    /// Decided without running.
    Decided(End),
    Same(usize),
}

/// Runs a batch to its end, or until nobody takes its lines any more: rows under way then are answered all the same.
pub(crate) async fn run(batch: Batch, put: mpsc::Sender<Line>) {
    let batch = Arc::new(batch);
    let before = batch.before.values().copied().fold(MicroYuan::ZERO, MicroYuan::plus);
    let mut run = Run {
        price: batch.admitted.caller.known.prices.of(&AUTHOR_CP_INFO),
        repeated: repeated(&batch.rows),
        batch,
        next: 0,
        running: 0,
        turns: VecDeque::new(),
        summary: Summary::after(before),
        spent: before,
    };
    let mut row = 0;
    loop {
        run.fill();
        let Some(turn) = run.turns.pop_front() else { break };
        let line = run.end(row, turn).await;
        if put.send(line).await.is_err() {
            return;
        }
        row += 1;
    }
    let last = lines::summary(&run.summary, row, run.batch.is_dry);
    // A client that leaves before the last line has all the others.
    let _ = put.send(Line { bytes: last.into(), leaving: Vec::new() }).await;
}

/// The rows that others are the same as.
fn repeated(rows: &[Row]) -> HashMap<usize, Option<Arc<End>>> {
    rows.iter().filter_map(|row| if let Row::Same(first) = row { Some((*first, None)) } else { None }).collect()
}

struct Run {
    batch: Arc<Batch>,
    /// What a row costs at most.
    price: MicroYuan,
    /// How the rows ended that others are the same as.
    repeated: HashMap<usize, Option<Arc<End>>>,
    /// The first row whose turn has not come.
    next: usize,
    /// Rows under way that may cost something.
    running: usize,
    turns: VecDeque<Turn>,
    summary: Summary,
    /// What was charged under the key of the batch, before and now; without one, now.
    spent: MicroYuan,
}

impl Run {
    /// Begins rows while there are places, and while those under way could all be charged without going above the cap.
    fn fill(&mut self) {
        while self.turns.len() < AT_ONCE
            && let Some(row) = self.batch.rows.get(self.next)
        {
            let is_new = !self.batch.before.contains_key(&self.next);
            let turn = match row {
                Row::Same(first) => Turn::Same(*first),
                Row::Wrong(_, error) => Turn::Decided(End::Refused { problem: error.clone().into(), id: None }),
                Row::Creator(key) => {
                    let has_room = !is_new || self.has_room();
                    // What is under way may come to nothing, and leave room.
                    if !has_room && self.running > 0 {
                        return;
                    }
                    let (batch, key, may_cost) = (self.batch.clone(), key.clone(), is_new && has_room);
                    self.running += usize::from(may_cost);
                    let task = tokio::spawn(async move {
                        let (end, leaving) = row::run(&batch, key, has_room).await;
                        (end, leaving, batch)
                    });
                    Turn::Running { task, may_cost }
                }
            };
            self.turns.push_back(turn);
            self.next += 1;
        }
    }

    fn has_room(&self) -> bool {
        let Some(max) = self.batch.cost_max else { return true };
        let under_way = self.price.0.saturating_mul(self.running as u64 + 1);
        self.spent.0.saturating_add(under_way) <= max.0
    }

    /// Waits for a row, and gives its line.
    async fn end(&mut self, row: usize, turn: Turn) -> Line {
        let (end, leaving, is_first) = match turn {
            Turn::Running { task, may_cost } => {
                let (end, leaving) = match task.await {
                    Ok((end, leaving, _)) => (end, leaving),
                    Err(error) => (End::Refused { problem: Problem::internal(error.into()), id: None }, Vec::new()),
                };
                self.running -= usize::from(may_cost);
                self.spent = self.spent.plus(end.cost(may_cost, self.price));
                (Arc::new(end), leaving, true)
            }
            Turn::Decided(end) => (Arc::new(end), Vec::new(), true),
            // It came before, so it has ended.
            Turn::Same(first) => match self.repeated.get(&first).cloned().flatten() {
                Some(end) => (end, Vec::new(), false),
                None => (Arc::new(End::Left), Vec::new(), false),
            },
        };
        if let Some(place) = self.repeated.get_mut(&row) {
            *place = Some(end.clone());
        }
        self.summary.add(&end, is_first);
        Line { bytes: lines::row(self.about(row), &end, is_first, self.batch.lang).into(), leaving }
    }

    fn about(&self, row: usize) -> About<'_> {
        let asked = match &self.batch.rows[row] {
            Row::Same(first) => &self.batch.rows[*first],
            asked => asked,
        };
        let (author_id, platform) = match asked {
            Row::Creator(key) => (Some(&key.author_id), Some(key.platform)),
            Row::Wrong(author_id, _) => (author_id.as_ref(), None),
            Row::Same(_) => (None, None),
        };
        About { number: row + 1, author_id, platform }
    }
}
