//! What every database must do, asserted through the traits alone.
//!
//! A database's own tests call [`conformance!`](crate::conformance!) once, with an expression that makes an empty
//! store; it expands to one test per case. Its package needs `tokio` with `rt-multi-thread` and `macros`.

pub mod accounts;
pub mod generations;
pub mod imports;
pub mod meter;
pub mod profiles;
pub mod rates;
pub mod readers;
mod sample;
pub mod upstreams;
pub mod zones;

use std::panic::{AssertUnwindSafe, catch_unwind};

use domain::{CreatorKey, CreatorState, Snapshot, UnixTime};

use crate::{AccountStore, CreatorStore, ImportOutcome, ImportRequest, ImportStore, StoreError};

/// Everything a database implements.
pub trait Store: AccountStore + CreatorStore + ImportStore {}

impl<S: AccountStore + CreatorStore + ImportStore> Store for S {}

/// Expands to one test per case. The expression makes an empty store and whatever must outlive it: `(store, guard)`.
#[macro_export]
macro_rules! conformance {
    ($make:expr) => {
        $crate::conformance!(@module $make, accounts:
            names_are_unique, an_unknown_account_is_an_error, accounts_come_by_number, tokens_are_found_by_their_hash,
            tokens_come_by_number_with_their_account, a_token_can_be_disabled_and_enabled);
        $crate::conformance!(@module $make, generations:
            accounts_and_tokens_grow_theirs, an_import_grows_the_creators_once, an_import_of_nothing_new_grows_nothing);
        $crate::conformance!(@module $make, imports:
            what_is_imported_is_held, every_value_survives, a_second_import_merges, order_does_not_matter,
            repeating_changes_nothing, a_failing_iterator_leaves_nothing, a_failing_estimate_leaves_nothing,
            a_failing_progress_leaves_nothing, progress_counts_up_to_the_end, an_empty_import_is_no_error);
        $crate::conformance!(@module $make, profiles:
            the_later_profile_is_held, a_survey_tells_what_single_questions_tell);
        $crate::conformance!(@module $make, readers:
            an_unknown_creator_is_none, a_creator_without_estimate_is_known, platforms_are_apart, text_ids_are_ids,
            the_newest_snapshot_of_each_source_is_the_latest, states_come_in_the_order_of_an_import, history_comes_newest_first,
            unchanged_figures_are_not_recorded_again, a_price_seen_again_is_no_news, creators_are_counted);
    };
    (@module $make:expr, $module:ident: $($case:ident),+) => {
        mod $module {
            #[allow(unused_imports, reason = "the expression may use what its file has in scope")]
            use super::*;
            $(
                #[::tokio::test(flavor = "multi_thread", worker_threads = 1)]
                async fn $case() {
                    let (store, _guard) = $make;
                    $crate::conformance::$module::$case(&store).await;
                }
            )+
        }
    };
}

/// Imports `states`, on a thread of its own: it blocks, and a database may run a runtime inside. Sorts them first.
fn import<S: Store>(store: &S, now: UnixTime, states: &[(CreatorKey, CreatorState)]) -> ImportOutcome {
    let mut states = states.to_vec();
    sample::sort(&mut states);
    try_import(store, now, &mut states.into_iter(), &sample::snapshots, &mut |_| {}).expect("an import")
}

/// Imports, and gives back the error or the panic (as [`StoreError::Database`]) that ended it.
fn try_import<S: Store>(
    store: &S,
    now: UnixTime,
    states: &mut (dyn Iterator<Item = (CreatorKey, CreatorState)> + Send),
    snapshots: &(dyn Fn(&CreatorKey, &CreatorState) -> Vec<Snapshot> + Sync),
    progress: &mut (dyn FnMut(u64) + Send),
) -> Result<ImportOutcome, StoreError> {
    let import = AssertUnwindSafe(|| store.import(ImportRequest { states, snapshots, now, progress }));
    let result = std::thread::scope(|scope| scope.spawn(|| catch_unwind(import)).join());
    match result {
        Ok(Ok(result)) => result,
        Ok(Err(_)) | Err(_) => Err(StoreError::Database("the import panicked".into())),
    }
}
