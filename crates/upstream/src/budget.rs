//! One upstream's daily budget as far as it is known in this process: what is only reserved, and the day that was found spent.
//! What was spent is kept in the shared state; here it is decided what a reservation that was refused means.

use std::sync::{Arc, Mutex, PoisonError};

use ledger::Day;

/// What is known of a budget.
#[derive(Debug, Default)]
pub(crate) struct Budget(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    /// Reservations of this process that may still be given back.
    open: u32,
    /// The day whose budget covered no further call when it was last asked.
    spent_on: Option<Day>,
    /// The last day of which that was told.
    told_on: Option<Day>,
}

/// The price of a call, out of a day's budget. It is open until it is dropped: because it was given back, or is spent, or may
/// have been.
#[derive(Debug)]
pub(crate) struct Reservation {
    budget: Arc<Budget>,
    pub(crate) day: Day,
}

impl Budget {
    fn known<T>(&self, with: impl FnOnce(&mut Known) -> T) -> T {
        with(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether a reservation is open that may still be given back. Those of other processes are not seen.
    pub(crate) fn is_open(&self) -> bool {
        self.known(|known| known.open > 0)
    }

    /// The budget of the day covered a reservation.
    pub(crate) fn covered(self: &Arc<Self>, day: Day) -> Reservation {
        self.known(|known| {
            known.open += 1;
            known.spent_on = None;
        });
        Reservation { budget: self.clone(), day }
    }

    /// The budget of the day covered no further reservation; tells whether that is to be told, which it is once a day. While
    /// one is open, or was when this one was asked for, it is not spent: a moment later it may be whole again. Reservations of
    /// other processes are not seen, so what they give back is found with the next question.
    pub(crate) fn refused(&self, day: Day, was_open: bool) -> bool {
        self.known(|known| {
            if was_open || known.open > 0 {
                return false;
            }
            known.spent_on = Some(day);
            known.told_on.replace(day) != Some(day)
        })
    }

    /// Whether the budget of the day was spent when it was last asked.
    pub(crate) fn is_spent(&self, day: Day) -> bool {
        self.known(|known| known.spent_on == Some(day))
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.budget.known(|known| known.open -= 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_spent_once_nothing_of_it_may_be_given_back_and_that_is_told_once_a_day() {
        let (budget, day) = (Arc::new(Budget::default()), Day::EPOCH);
        let reservations = [budget.covered(day), budget.covered(day)];
        for reservation in reservations {
            assert!(budget.is_open() && !budget.refused(day, false) && !budget.is_spent(day));
            drop(reservation);
        }
        assert!(!budget.is_open() && !budget.refused(day, true), "given back while the other one was refused");
        assert!(!budget.is_spent(day));
        assert!(budget.refused(day, false) && !budget.refused(day, false) && budget.is_spent(day));
        let next = Day::from_number(day.number() + 1);
        assert!(!budget.is_spent(next) && budget.refused(next, false));
        drop(budget.covered(next));
        assert!(!budget.is_spent(next), "another process gave something back");
        assert!(!budget.refused(next, false) && budget.is_spent(next), "told already");
    }
}
