//! What every database must do with what is bought from upstreams and known of them, asserted through the traits alone.
//!
//! A database's own tests call [`upstreams_conformance!`](crate::upstreams_conformance!) once.

pub mod bought;
pub mod creators;
mod sample;
pub mod shared;

use super::Store;
use crate::LedgerStore;

/// What a case about upstreams needs: creators besides what was bought of them.
pub trait Upstreams: Store + LedgerStore {}

impl<S: Store + LedgerStore> Upstreams for S {}

/// Expands to one test per case. The expression makes two stores on the same empty database, as two servers have them, and
/// whatever must outlive them: `([one, other], guard)`.
#[macro_export]
macro_rules! upstreams_conformance {
    ($make:expr) => {
        $crate::upstreams_conformance!(@module $make, bought:
            every_value_of_an_answer_survives, answers_are_filtered, pages_have_no_gap_and_no_repeat,
            figures_are_replaced, only_old_bodies_are_forgotten, so_many_bodies_are_forgotten_at_once,
            what_is_kept_at_once_is_all_kept);
        $crate::upstreams_conformance!(@module $make, creators:
            a_bought_answer_makes_a_creator_known, the_newest_usable_answer_is_the_latest,
            imports_and_answers_are_held_side_by_side, history_holds_both_newest_first,
            a_survey_tells_the_answer_bought_last, buying_grows_its_own_number_alone,
            reading_again_grows_its_own_number_alone, a_deleted_creator_is_gone_and_no_other,
            no_number_is_given_twice);
        $crate::upstreams_conformance!(@module $make, shared:
            nothing_is_known_at_first, a_later_parking_wins, a_parking_is_ended_once, an_unparking_is_noted_once,
            a_parking_is_ended_by_one_of_many, a_breaker_is_replaced,
            spending_keeps_to_the_budget, days_and_upstreams_are_apart, no_less_than_nothing_is_spent,
            exactly_what_the_budget_covers_is_reserved, a_release_is_never_lost, the_last_that_was_told_is_kept,
            only_what_was_told_long_ago_is_forgotten);
    };
    (@module $make:expr, $module:ident: $($case:ident),+) => {
        mod $module {
            #[allow(unused_imports, reason = "the expression may use what its file has in scope")]
            use super::*;
            $(
                #[::tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    let (stores, _guard) = $make;
                    $crate::conformance::upstreams::$module::$case(stores.map(::std::sync::Arc::new)).await;
                }
            )+
        }
    };
}
