//! What every database must do with money, asserted through the traits alone.
//!
//! A database's own tests call [`meter_conformance!`](crate::meter_conformance!) once, as they call
//! [`conformance!`](crate::conformance!); the two are apart because a database may learn to keep creators first.

pub mod audit;
pub mod batch;
pub mod books;
pub mod checks;
pub mod concurrency;
pub mod days;
pub mod holds;
pub mod lists;
pub mod model;
pub mod once;
pub mod policies;
pub mod reconcile;
pub mod refusals;
mod sample;
pub mod unanswered;
pub mod undo;

use crate::{AccountStore, CheckedStore, LedgerStore};

/// What a case about money needs: accounts and tokens to charge, and the books.
pub trait Meter: AccountStore + CheckedStore + LedgerStore {}

impl<S: AccountStore + CheckedStore + LedgerStore> Meter for S {}

/// Expands to one test per case. The expression makes an empty store and whatever must outlive it: `(store, guard)`.
#[macro_export]
macro_rules! meter_conformance {
    ($make:expr) => {
        $crate::meter_conformance!(@module $make, books:
            a_new_account_has_nothing, a_top_up_credits_once_for_ever, a_key_stands_for_one_top_up,
            an_account_holds_only_so_much, a_withdrawal_takes_out_once_for_ever, at_most_the_balance_is_taken_out, movements_are_listed, unknown_accounts_and_tokens_are_errors, a_charge_moves_exactly_the_price,
            every_value_of_a_call_survives, a_batch_charges_accounts_and_tokens_apart, an_empty_batch_is_no_error);
        $crate::meter_conformance!(@module $make, batch:
            every_part_of_a_batch_is_written, a_part_that_fails_leaves_the_others_alone, nothing_at_all_is_a_batch_too);
        $crate::meter_conformance!(@module $make, checks:
            books_balance_whatever_is_done, the_mark_of_the_first_key_is_kept);
        $crate::meter_conformance!(@module $make, refusals:
            the_first_reason_in_the_contracts_order_is_told, a_batch_is_decided_in_order,
            a_refused_id_may_be_used_again, a_foreign_token_fails_the_whole_batch, a_used_id_fails_the_whole_batch);
        $crate::meter_conformance!(@module $make, undo:
            what_was_charged_is_given_back_once, a_quota_of_another_day_is_not_given_back, a_key_is_free_again);
        $crate::meter_conformance!(@module $make, unanswered:
            what_a_lost_server_did_not_answer_is_unknown_and_stays_charged, a_note_names_what_its_batch_took,
            a_note_that_was_written_anew_stands, an_empty_note_is_removed, an_unknown_call_may_be_answered_after_all,
            what_was_answered_before_its_server_was_given_up_is_in_no_doubt, what_was_given_up_may_be_taken_back);
        $crate::meter_conformance!(@module $make, holds:
            a_hold_is_posted, a_hold_is_voided, many_holds_are_resolved_at_once, a_hold_is_resolved_once, holds_take_what_charges_leave,
            what_was_lost_is_kept_with_the_call,
            holds_count_against_cap_and_quotas,
            only_expired_holds_are_voided, what_a_dead_server_held_is_voided_and_nothing_else, a_void_gives_quota_back_on_its_day_only,
            held_calls_are_told_by_day_account_and_token, a_bad_hold_fails_the_whole_batch);
        $crate::meter_conformance!(@module $make, reconcile:
            an_unknown_call_becomes_a_success_once, an_unknown_call_becomes_rejected_once,
            a_success_that_nothing_covers_stays_unknown, only_unknown_calls_are_reconciled);
        $crate::meter_conformance!(@module $make, once:
            the_same_request_is_answered_again, what_was_done_under_keys_is_told_with_its_cost, one_batch_charges_a_key_once, another_request_is_told_apart,
            keys_are_an_accounts_own, a_refused_request_uses_no_key, a_key_lasts_a_day,
            keys_and_answers_of_any_form_survive);
        $crate::meter_conformance!(@module $make, days:
            the_day_changes_at_sixteen_hours_utc, a_quota_is_whole_again_the_next_day,
            a_tokens_quota_is_its_own, a_clock_set_back_opens_no_day, a_quota_that_is_set_knows_the_day_so_far,
            a_quota_that_is_set_again_gives_nothing_back);
        $crate::meter_conformance!(@module $make, lists:
            calls_come_newest_first, calls_are_filtered, calls_of_a_period_are_listed, pages_have_no_gap_and_no_repeat, usage_is_what_was_charged,
            free_successes_are_only_usage,
            only_old_settled_calls_are_forgotten, so_many_calls_are_forgotten_at_once);
        $crate::meter_conformance!(@module $make, policies:
            everything_is_open_at_first, policies_and_limits_are_read_back,
            only_what_is_named_changes, a_token_is_made_with_its_policy, limits_bind_at_once,
            prices_are_set_and_replaced, a_caller_comes_with_all_limits, only_an_active_token_calls,
            changes_grow_the_accounts_generation);
        $crate::meter_conformance!(@module $make, audit:
            every_change_is_noted, what_changes_nothing_is_not_noted, entries_are_filtered, entries_come_in_pages);
        $crate::meter_conformance!(@module $make, model: random_workloads_agree_with_a_model);
        mod concurrency {
            #[allow(unused_imports, reason = "the expression may use what its file has in scope")]
            use super::*;
            $crate::meter_conformance!(@concurrent $make,
                exactly_what_the_balance_covers_is_taken, a_hold_is_resolved_once, a_top_up_is_credited_once,
                a_key_is_charged_once, changes_at_once_undo_none_of_each_other, books_balance_after_a_rush);
        }
    };
    (@module $make:expr, $module:ident: $($case:ident),+) => {
        mod $module {
            #[allow(unused_imports, reason = "the expression may use what its file has in scope")]
            use super::*;
            $(
                #[::tokio::test(flavor = "multi_thread", worker_threads = 1)]
                async fn $case() {
                    let (store, _guard) = $make;
                    $crate::conformance::meter::$module::$case(&store).await;
                }
            )+
        }
    };
    (@concurrent $make:expr, $($case:ident),+) => {
        $(
            #[::tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $case() {
                let (store, _guard) = $make;
                $crate::conformance::meter::concurrency::$case(::std::sync::Arc::new(store)).await;
            }
        )+
    };
}
