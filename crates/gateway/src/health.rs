//! How the endpoint did over the last 24 hours, by the hour. Made of the counters of [`Metrics`](crate::metrics::Metrics),
//! looked at every second, so that a request pays nothing for it. Kept in memory: it begins with the server.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// Requests of an hour by how they ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HealthHour {
    /// The hour, counted since 1970 in UTC.
    pub hour: u64,
    /// Answered.
    pub succeeded: u64,
    /// Refused for what the caller can mend: its token, its parameters, its limits.
    pub refused: u64,
    /// Failed by the server or its data: codes 301 and 500.
    pub failed: u64,
}

impl HealthHour {
    /// What is counted here and is not in `before`.
    fn since(self, before: Self) -> Self {
        Self {
            hour: self.hour,
            succeeded: self.succeeded.saturating_sub(before.succeeded),
            refused: self.refused.saturating_sub(before.refused),
            failed: self.failed.saturating_sub(before.failed),
        }
    }

    fn add(&mut self, more: Self) {
        self.succeeded += more.succeeded;
        self.refused += more.refused;
        self.failed += more.failed;
    }
}

/// The hours that are kept.
#[derive(Default)]
pub(crate) struct Health(Mutex<Looks>);

#[derive(Default)]
struct Looks {
    /// Everything counted up to the last look.
    seen: HealthHour,
    /// Hours in which something was counted, oldest first.
    hours: VecDeque<HealthHour>,
}

impl Health {
    /// Hours that are told of.
    pub(crate) const HOURS: u64 = 24;

    /// Takes note of what is counted by now, `counted`, whose hour is the present one.
    pub(crate) fn look(&self, counted: HealthHour) {
        let mut looks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let new = counted.since(looks.seen);
        looks.seen = counted;
        match looks.hours.back_mut() {
            Some(last) if last.hour == new.hour => last.add(new),
            _ => looks.hours.push_back(new),
        }
        looks.hours.retain(|hour| hour.hour + Self::HOURS > counted.hour);
    }

    /// The last 24 hours, oldest first, the present one last.
    pub(crate) fn hours(&self, present: u64) -> Vec<HealthHour> {
        let looks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of = |hour| looks.hours.iter().find(|kept| kept.hour == hour).copied();
        (0..Self::HOURS)
            .rev()
            .map(|ago| present.saturating_sub(ago))
            .map(|hour| of(hour).unwrap_or(HealthHour { hour, ..HealthHour::default() }))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_request_is_in_the_hour_in_which_it_was_first_seen() {
        let health = Health::default();
        let counted = |hour, succeeded, failed| HealthHour { hour, succeeded, refused: 0, failed };
        health.look(counted(100, 3, 0));
        health.look(counted(100, 5, 1));
        health.look(counted(102, 9, 1));
        let hours = health.hours(102);
        assert_eq!(hours.len(), 24);
        assert_eq!(hours[21..], [counted(100, 5, 1), counted(101, 0, 0), counted(102, 4, 0)]);
        health.look(counted(124, 9, 1));
        assert_eq!(health.hours(124)[..2], [counted(101, 0, 0), counted(102, 4, 0)], "older ones are forgotten");
    }
}
