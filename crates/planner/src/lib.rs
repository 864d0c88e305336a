//! Which creators to book for a budget. [`plan`] takes candidates and a [`Question`] and gives the best set, how far from
//! the best it can be at most, the range of its views by simulation, and for each pick the one that would replace it.
//!
//! Pure and deterministic: the same question has the same answer, byte for byte; effort is limited by counting, never by
//! the clock. The model, and why its answer is exact, is in `docs/plan.md`.

mod apart;
mod choice;
mod combine;
mod cost;
mod infeasible;
mod luck;
mod near;
mod needed;
mod outlook;
mod plan;
mod prepare;
mod problem;
mod question;
mod relaxation;
mod runner_up;
mod search;
mod undominated;
mod weighed;

pub use infeasible::Infeasible;
pub use outlook::Outlook;
pub use plan::{LeftOut, Pick, Plan, RunnerUp, Totals, plan};
pub use question::{Candidate, Cap, Goal, Question};
