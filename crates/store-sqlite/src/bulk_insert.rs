//! Inserts many rows with few statements.
//!
//! Sixteen rows to a statement: starting and ending one costs about as much as a row, and within one the cursor stays
//! at the end of the table, so that rows in the order of the key are appended without a search. More gains nothing.

use rusqlite::{Connection, Statement, ToSql};
use store::StoreError;

use crate::error::from_sqlite;

/// Rows of one statement.
const ROWS: usize = 16;

/// Inserts into one table.
pub(crate) struct BulkInsert<'c> {
    many: Statement<'c>,
    one: Statement<'c>,
}

impl<'c> BulkInsert<'c> {
    /// Prepares to insert into `table (columns)`.
    ///
    /// The statements are `OR FAIL`: a row that is refused leaves the rows before it, which saves SQLite a journal
    /// per statement. The caller rolls the transaction back.
    pub(crate) fn new(
        connection: &'c Connection,
        table: &str,
        columns: &str,
        column_count: usize,
    ) -> Result<Self, StoreError> {
        let row = format!("({})", vec!["?"; column_count].join(", "));
        let prepare = |rows: usize| {
            let values = vec![row.as_str(); rows].join(", ");
            connection.prepare(&format!("INSERT OR FAIL INTO {table} ({columns}) VALUES {values}")).map_err(from_sqlite)
        };
        Ok(Self { many: prepare(ROWS)?, one: prepare(1)? })
    }

    /// Inserts every row; `bind` binds the columns of one.
    pub(crate) fn insert<T>(
        &mut self,
        rows: &[T],
        bind: impl Fn(&mut Binder<'_, 'c>, &T) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let chunks = rows.chunks_exact(ROWS);
        let rest = chunks.remainder();
        for chunk in chunks {
            run(&mut self.many, chunk, &bind)?;
        }
        for row in rest {
            run(&mut self.one, std::slice::from_ref(row), &bind)?;
        }
        Ok(())
    }
}

fn run<'c, T>(
    statement: &mut Statement<'c>,
    rows: &[T],
    bind: impl Fn(&mut Binder<'_, 'c>, &T) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut binder = Binder { statement, parameter: 0 };
    for row in rows {
        bind(&mut binder, row)?;
    }
    statement.raw_execute().map_err(from_sqlite)?;
    Ok(())
}

/// Binds one parameter after another.
pub(crate) struct Binder<'a, 'c> {
    statement: &'a mut Statement<'c>,
    parameter: usize,
}

impl Binder<'_, '_> {
    /// Binds the next parameter.
    pub(crate) fn bind(&mut self, value: impl ToSql) -> Result<(), StoreError> {
        self.parameter += 1;
        self.statement.raw_bind_parameter(self.parameter, value).map_err(from_sqlite)
    }
}
