//! The PostgreSQL store, for several replicas on one database.
//!
//! [`PostgresStore`] implements the traits of the `store` crate; the schema, with its units, is in `migrations/`. Calls
//! run on a few pooled connections, which are opened anew after the server was away. What is not SQL about the tables
//! is in `codec`. [`PostgresRates`] keeps rates for the replicas.

mod accounts;
mod audit;
mod checks;
mod codec;
mod connection;
mod creators;
mod error;
mod import;
mod meter;
mod migrate;
mod move_in;
mod pool;
mod profile_row;
mod rates;
mod silence;
mod snapshot_row;
mod survey;
mod target;
mod tls;
mod transaction;
mod upstreams;

pub use rates::PostgresRates;

use std::sync::Arc;

use store::{SchemaFound, StoreError};

use crate::connection::Connection;
use crate::error::database;
use crate::pool::Pool;
use crate::target::Target;

/// A store on a PostgreSQL database. Any number of them, in any number of processes, may use the same schema.
///
/// Dropping it closes the connections; every change was durable when its method returned.
pub struct PostgresStore {
    pool: Arc<Pool>,
    /// For the connection of an import or a survey, which is its own.
    target: Target,
    /// Who makes changes through this store, for the audit log.
    actor: Arc<str>,
}

impl PostgresStore {
    /// Connects to the database at `url` (`postgres://user:password@host:5432/database`) and brings its schema up to date
    /// as needed; several may do so at once. The tables are those of the first schema of the search path that exists:
    /// `?options=-csearch_path%3Dname` chooses another than the role's own. `sslmode` and `sslrootcert` are read as libpq
    /// reads them; docs/operations.md says where it differs.
    ///
    /// # Errors
    /// [`StoreError::NewerSchema`] when a newer release wrote it, [`StoreError::Busy`] when a lock could not be had,
    /// [`StoreError::NoConnection`] when the connection cannot be encrypted as the URL asks, [`StoreError::Database`] otherwise, a
    /// server that cannot be reached included: it says why.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        let target = Target::of(url)?;
        let of_calls = target.impatient();
        let connection = Connection::open(&of_calls, database).await?;
        migrate::migrate(&connection).await?;
        Ok(Self { pool: Pool::new(of_calls, connection), target, actor: "unnamed".into() })
    }

    /// The schema that [`PostgresStore::connect`] would bring up to date, without changing it.
    ///
    /// # Errors
    /// As [`PostgresStore::connect`].
    pub async fn look(url: &str) -> Result<SchemaFound, StoreError> {
        let connection = Connection::open(&Target::of(url)?, database).await?;
        let found = migrate::look(&connection).await?;
        Ok(SchemaFound { of: "PostgreSQL".to_owned(), found, known: migrate::KNOWN_VERSION })
    }

    /// The same store, whose changes the audit log says `actor` made.
    #[must_use]
    pub fn acting_as(self, actor: &str) -> Self {
        Self { actor: actor.into(), ..self }
    }

    /// The version of the schema in the database.
    ///
    /// # Errors
    /// [`StoreError::Busy`] or [`StoreError::Database`] when it cannot be read.
    pub async fn schema_version(&self) -> Result<u32, StoreError> {
        let row = self.pool.query_one("SELECT version FROM astrolabe_schema", &[]).await?;
        error::column::<i32>(&row, 0).map(i32::unsigned_abs)
    }

    /// The newest schema version this release knows, which [`PostgresStore::connect`] brings a database to.
    pub const fn known_schema_version() -> u32 {
        migrate::KNOWN_VERSION
    }
}
