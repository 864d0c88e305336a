//! The thread that holds the transaction: keeps everybody out, writes, compares, commits.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use store::{Cell, IMBALANCES, IMBALANCES_OF_CALLS, MovedRows, StoreError, TABLES};
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::Type;

use super::Job;
use super::cells::{Written, is_number};
use crate::connection::Connection;
use crate::error::{column, describe, from_postgres, is_lost, other};
use crate::target::Target;

/// Why nothing was kept.
pub(super) enum Ended {
    /// The other side has a reason.
    GivenUp,
    /// This one has.
    Failed(StoreError),
}

impl From<StoreError> for Ended {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

impl From<tokio_postgres::Error> for Ended {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Failed(from_postgres(error))
    }
}

/// Whether the one row that there is from the beginning says that something happened.
const META_IS_USED: &str = "SELECT 'meta' FROM meta
    WHERE creators_generation + accounts_generation + reread_generation > 0 OR token_key_mark IS NOT NULL";

/// The columns whose numbers the database gives, with the sequence of each.
const SEQUENCES: &str = "SELECT table_name::text, column_name::text,
        pg_get_serial_sequence(quote_ident(table_name), column_name)
    FROM information_schema.columns WHERE table_schema = current_schema() AND is_identity = 'YES'";

/// The highest number given to a bought answer may be one that was removed.
const GO_ON_AFTER_REMOVED: &str =
    "SELECT setval(pg_get_serial_sequence('bought', 'number'), bought_removed_to) FROM meta
    WHERE bought_removed_to > (SELECT coalesce(max(number), 0) FROM bought)";

/// An open transaction in which nobody else can so much as read. Dropped without a commit it closes its connection, and the server
/// rolls back.
pub(super) struct Session {
    runtime: Runtime,
    work: Work,
}

struct Work {
    connection: Connection,
    taken: HashMap<&'static str, Taken>,
}

/// What was written to a table.
struct Taken {
    columns: Arc<[String]>,
    types: Vec<Type>,
    rows: i64,
    /// Of each column with numbers.
    sums: Vec<i128>,
}

impl Session {
    /// Connects, keeps everybody out, and looks whether there is anything.
    pub(super) fn begin(target: &Target) -> Result<Self, Ended> {
        let runtime = Builder::new_current_thread().enable_all().build().map_err(other)?;
        let connection = runtime.block_on(begin(target))?;
        Ok(Self { runtime, work: Work { connection, taken: HashMap::new() } })
    }

    /// Writes what comes, until the commit.
    pub(super) fn run(mut self, jobs: &Receiver<Job>) -> Result<(), Ended> {
        for job in jobs {
            match job {
                Job::Write(rows) => self.runtime.block_on(self.work.write(&rows))?,
                Job::Commit => return self.runtime.block_on(self.work.finish()),
            }
        }
        Err(Ended::GivenUp)
    }
}

async fn begin(target: &Target) -> Result<Connection, Ended> {
    let connection = Connection::open(target, from_postgres).await?;
    connection.batch("BEGIN").await?;
    connection.batch(&format!("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE", TABLES.join(", "))).await?;
    let exists = |table: &&str| format!("SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {table})");
    let others = TABLES.iter().filter(|table| **table != "meta").map(exists);
    let sql = others.chain([META_IS_USED.to_owned()]).collect::<Vec<_>>().join(" UNION ALL ");
    match connection.client().query_opt(&format!("{sql} LIMIT 1"), &[]).await? {
        Some(row) => Err(StoreError::NotEmpty(column(&row, 0)?).into()),
        None => Ok(connection),
    }
}

impl Work {
    async fn write(&mut self, rows: &MovedRows) -> Result<(), Ended> {
        if !self.taken.contains_key(rows.table) {
            let taken = self.begin_table(rows).await?;
            self.taken.insert(rows.table, taken);
        }
        let taken = self.taken.get_mut(rows.table).ok_or_else(|| other("a table that was not begun"))?;
        let sql = format!("COPY {} ({}) FROM STDIN (FORMAT binary)", rows.table, rows.columns.join(", "));
        let sink = self.connection.client().copy_in(&sql).await?;
        let mut writer = pin!(BinaryCopyInWriter::new(sink, &taken.types));
        for row in rows.rows() {
            writer.as_mut().write_raw(row.iter().map(Written)).await?;
            taken.count(row);
        }
        writer.finish().await?;
        Ok(())
    }

    /// Removes what is there without having been moved, as books that a trigger made for their accounts; and asks for the types of
    /// the columns.
    async fn begin_table(&self, rows: &MovedRows) -> Result<Taken, Ended> {
        let (table, columns) = (rows.table, &rows.columns);
        self.connection.batch(&format!("DELETE FROM {table}")).await?;
        let asked = format!("SELECT {} FROM {table}", columns.join(", "));
        let statement = self.connection.client().prepare(&asked).await?;
        let types: Vec<Type> = statement.columns().iter().map(|column| column.type_().clone()).collect();
        let sums = vec![0; types.iter().filter(|column| is_number(column)).count()];
        Ok(Taken { columns: Arc::clone(columns), types, rows: 0, sums })
    }

    async fn finish(&self) -> Result<(), Ended> {
        for table in TABLES {
            self.compare(table).await?;
        }
        self.go_on_after_the_last_numbers().await?;
        // Servers start at once; until the database does this by itself its plans would be those of empty tables.
        self.connection.batch(&format!("ANALYZE {}", TABLES.join(", "))).await?;
        for sums in [IMBALANCES, IMBALANCES_OF_CALLS] {
            if !self.connection.query(sums, &[]).await?.is_empty() {
                return Err(StoreError::Corrupt("the books do not balance any more once they are moved".into()).into());
            }
        }
        self.connection.batch("COMMIT").await.map_err(|error| match is_lost(&error) {
            true => Ended::Failed(other(format!(
                "move again, which is refused if everything was kept: the connection was lost while committing: {}",
                describe(&error)
            ))),
            false => error.into(),
        })
    }

    /// Compares what a table holds with what was to be written there: how many rows, and the sum of each column of numbers.
    async fn compare(&self, table: &'static str) -> Result<(), Ended> {
        let sums = self.taken.get(table).map(Taken::sums_sql).unwrap_or_default();
        let sql = format!("SELECT count(*)::text{sums} FROM {table}");
        let row = self.connection.client().query_one(&sql, &[]).await?;
        let held = (0..row.len()).map(|at| column::<String>(&row, at)).collect::<Result<Vec<_>, _>>()?;
        let taken = self.taken.get(table);
        let rows = taken.map_or(0, |taken| taken.rows).to_string();
        let sums = taken.into_iter().flat_map(|taken| &taken.sums).map(ToString::to_string);
        match [rows].into_iter().chain(sums).eq(held) {
            true => Ok(()),
            false => Err(StoreError::Corrupt(format!("the table {table} is not what it was once it is moved")).into()),
        }
    }

    async fn go_on_after_the_last_numbers(&self) -> Result<(), Ended> {
        for row in self.connection.query(SEQUENCES, &[]).await? {
            let name = |at| column::<&str>(&row, at);
            let (table, number, sequence) = (name(0)?, name(1)?, name(2)?);
            let sql = format!("SELECT setval($1::text::regclass, max({number})) FROM {table} HAVING max({number}) > 0");
            self.connection.client().query(&sql, &[&sequence]).await?;
        }
        self.connection.client().query(GO_ON_AFTER_REMOVED, &[]).await?;
        Ok(())
    }
}

impl Taken {
    fn count(&mut self, row: &[Cell]) {
        self.rows += 1;
        let numbers = row.iter().zip(&self.types).filter(|(_, column)| is_number(column));
        for (sum, (cell, _)) in self.sums.iter_mut().zip(numbers) {
            if let Cell::Number(number) = cell {
                *sum += i128::from(*number);
            }
        }
    }

    /// The sums, as they are asked for behind the number of rows.
    fn sums_sql(&self) -> String {
        let numbers = self.columns.iter().zip(&self.types).filter(|(_, column)| is_number(column));
        numbers.map(|(name, _)| format!(", coalesce(sum({name}), 0)::text")).collect()
    }
}
