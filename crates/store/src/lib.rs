//! Storage as traits, in whole operations: one method is one transaction, so a caller cannot leave half of one behind.
//!
//! No statement of SQL lives here and no database is named; `store-sqlite` implements the traits, and every implementation passes
//! the suite in `conformance` (feature `conformance`). Called by `gateway` (reads) and by the commands (writes).

mod accounts;
mod audit;
mod batch;
mod checks;
#[cfg(feature = "conformance")]
pub mod conformance;
mod creators;
mod error;
mod faults;
mod hot_item;
mod meter;
mod moving;
mod quota_begins;
mod rates;
mod schema;
mod signed;
mod snapshot_row;
mod survey;
mod upstreams;

pub use accounts::AccountStore;
pub use audit::{AuditAction, AuditEntry, AuditFilter, Change, ENDPOINT_SUBJECT, Period};
pub use batch::{Batch, Committed, LedgerStore, Part, Spending, write_bought, write_spending};
pub use checks::{CheckedStore, IMBALANCES, IMBALANCES_OF_CALLS, Imbalance, Sum};
pub use creators::{CreatorStore, Forgotten, ImportOutcome, ImportRequest, ImportStore, Latest, Merged};
pub use error::StoreError;
pub use faults::{Fault, Faults, FaultsOf};
pub use hot_item::{hot_item_kept, hot_item_of};
pub use meter::{
    CallFilter, Caller, Done, MOVEMENTS, MeterStore, Moved, Movement, MovementFilter, MovementKind, Once, PastMovement,
    Reconciled, Resolution, Resolved, ServerId, Standing, Take, Taken, Unanswered, Unsettled, Usage,
};
pub use moving::{Cell, MoveIn, MoveOut, MovedRows, TABLES};
pub use quota_begins::QuotaOf;
pub use rates::{RateStore, RatesError};
pub use schema::SchemaFound;
pub use signed::signed;
pub use snapshot_row::{
    BoughtFigures, FIGURE_COLUMNS, SNAPSHOT_COLUMN_COUNT, SNAPSHOT_COLUMNS, SnapshotNumbers, SnapshotRow,
    bought_figures,
};
pub use survey::{SurveyMark, SurveyRows, Surveyed, survey_order};
pub use upstreams::{Bought, BoughtFilter, ToldOfUpstream, UpstreamRecord, UpstreamStore};

/// Numbers that grow with every change another process may have made; equal numbers mean that nothing changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Generations {
    /// Grows by one with every import that changed a state or a snapshot.
    pub creators: u64,
    /// Grows with every change to an account or a token.
    pub accounts: u64,
    /// The number of the answer that was bought last. Several that are kept at once may become visible in another order.
    pub bought: u64,
    /// Grows by one with every bought answer whose figures were replaced by those read again.
    pub reread: u64,
}
