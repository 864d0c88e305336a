//! What was spent at upstreams and could not be counted, until it can be: an amount for each upstream and day, however long the store
//! fails.
//!
//! A change that failed may have been made, where the connection was lost while it was committed. Then what was spent is added again, and
//! what was taken back is not: the sum is too high rather than too low, for an operator who sees it and for a budget that is set later
//! in the day.

use std::collections::BTreeMap;
use std::error::Error;

use domain::MicroYuan;
use ledger::Day;
use store::{Spending, StoreError};

/// It, by upstream and day.
#[derive(Default)]
pub(crate) struct Uncounted(BTreeMap<(String, Day), Amounts>);

#[derive(Default)]
struct Amounts {
    spent: MicroYuan,
    taken_back: MicroYuan,
}

impl Uncounted {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes over a change that failed; false where it is not to be made any more: nothing was sent on a reservation out of a budget that
    /// could not be made.
    pub(crate) fn keep(&mut self, change: Spending, error: &StoreError) -> bool {
        match change {
            Spending::Reserve { budget: Some(_), .. } => false,
            Spending::Reserve { upstream, day, price, budget: None } => {
                add(&mut self.amounts(upstream, day, error).spent, price);
                true
            }
            Spending::Release { upstream, day, price } if may_have_been_made(error) => {
                let error = error as &(dyn Error + 'static);
                tracing::warn!(%upstream, %day, amount = %price, error, "what an upstream did not bill may stay counted as spent");
                false
            }
            Spending::Release { upstream, day, price } => {
                add(&mut self.amounts(upstream, day, error).taken_back, price);
                true
            }
        }
    }

    fn amounts(&mut self, upstream: String, day: Day, error: &StoreError) -> &mut Amounts {
        self.0.entry((upstream, day)).or_insert_with_key(|(upstream, day)| {
            let error = error as &(dyn Error + 'static);
            tracing::warn!(%upstream, %day, error, "what was spent at an upstream could not be counted; trying again");
            Amounts::default()
        })
    }

    /// Takes the changes that are to be tried again. What was spent comes first: nothing is taken back below zero.
    pub(crate) fn take(&mut self) -> Vec<Spending> {
        let mut changes = Vec::new();
        for ((upstream, day), Amounts { spent, taken_back }) in std::mem::take(&mut self.0) {
            if spent != MicroYuan::ZERO {
                changes.push(Spending::Reserve { upstream: upstream.clone(), day, price: spent, budget: None });
            }
            if taken_back != MicroYuan::ZERO {
                changes.push(Spending::Release { upstream, day, price: taken_back });
            }
        }
        changes
    }

    /// Leaves it uncounted, and tells what that is.
    pub(crate) fn give_up(&mut self) {
        for ((upstream, day), Amounts { spent, taken_back }) in std::mem::take(&mut self.0) {
            tracing::error!(
                %upstream,
                %day,
                %spent,
                %taken_back,
                "what was spent at an upstream, in yuan, was not counted: the database did not take it"
            );
        }
    }
}

/// Whether a change may have been made that failed so: of any other failure it is known that nothing was kept.
fn may_have_been_made(error: &StoreError) -> bool {
    matches!(error, StoreError::Database(_))
}

fn add(sum: &mut MicroYuan, price: MicroYuan) {
    sum.0 = sum.0.saturating_add(price.0);
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Day = Day::EPOCH;

    fn spent(price: u64) -> Spending {
        Spending::Reserve { upstream: "main".into(), day: DAY, price: MicroYuan(price), budget: None }
    }

    fn taken_back(price: u64) -> Spending {
        Spending::Release { upstream: "main".into(), day: DAY, price: MicroYuan(price) }
    }

    #[test]
    fn however_often_it_fails_an_upstreams_day_is_one_amount() {
        let mut uncounted = Uncounted::default();
        for _ in 0..1_000 {
            assert!(uncounted.keep(spent(7), &StoreError::Busy));
            assert!(uncounted.keep(taken_back(2), &StoreError::OutOfReach("away".into())));
        }
        assert_eq!(uncounted.0.len(), 1);
        for change in uncounted.take() {
            assert!(uncounted.keep(change, &StoreError::Busy));
        }
        assert_eq!(uncounted.take(), [spent(7_000), taken_back(2_000)]);
        assert!(uncounted.is_empty() && uncounted.take().is_empty());
    }

    #[test]
    fn what_may_have_been_counted_is_counted_again_and_what_may_have_been_taken_back_is_not() {
        let (mut uncounted, lost) = (Uncounted::default(), StoreError::Database("lost while committing".into()));
        assert!(uncounted.keep(spent(7), &lost));
        assert!(!uncounted.keep(taken_back(2), &lost));
        assert_eq!(uncounted.take(), [spent(7)]);
    }

    #[test]
    fn a_reservation_out_of_a_budget_is_not_made_later() {
        let mut uncounted = Uncounted::default();
        let budget = Some(MicroYuan(100));
        let reserve = Spending::Reserve { upstream: "main".into(), day: DAY, price: MicroYuan(7), budget };
        assert!(!uncounted.keep(reserve, &StoreError::Busy));
        assert!(uncounted.is_empty());
    }
}
