//! Giving everything in both files to another database: what `store::MoveOut` promises.

use std::sync::Arc;

use rusqlite::Connection;
use rusqlite::types::ValueRef;
use store::{Cell, MoveOut, MovedRows, StoreError, TABLES};

use crate::SqliteStore;
use crate::codec::{decode_posts, decode_rate_card, decode_reported};
use crate::creators::in_transaction;
use crate::error::from_sqlite;

/// The tables of the creators' file; the others are in the ledger, and each has its part of [`META`].
const OF_CREATORS: [&str; 3] = ["creators", "profiles", "snapshots"];

/// The table of one row that both files have.
const META: &str = "meta";

/// Its key, which says nothing.
const KEY_OF_META: &str = "one";

/// Rows that travel together, and the bytes in them after which no other joins: answers and bodies may be long.
const ROWS_MAX: usize = 1_000;
const BYTES_MAX: usize = 4 * 1024 * 1024;

type Give<'g> = &'g mut dyn FnMut(MovedRows) -> Result<(), StoreError>;

impl MoveOut for SqliteStore {
    fn row_count(&self) -> Result<u64, StoreError> {
        self.with_files(|files| {
            TABLES.iter().try_fold(0, |rows, table| {
                let sql = format!("SELECT count(*) FROM {table}");
                let count: i64 = files.of(table).query_row(&sql, [], |row| row.get(0)).map_err(from_sqlite)?;
                Ok(rows + count.unsigned_abs())
            })
        })
    }

    fn move_out(&self, give: Give<'_>) -> Result<(), StoreError> {
        self.with_files(|files| {
            TABLES.iter().try_for_each(|table| match *table {
                META => give(files.meta()?),
                table => give_table(files.of(table), table, give),
            })
        })
    }
}

impl SqliteStore {
    /// Reads both files, as of one moment each.
    fn with_files<T>(&self, read: impl FnOnce(Files<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.creators.read_here(|creators| {
            in_transaction(creators, |creators| {
                let read = |ledger: &Connection| read(Files { creators, ledger });
                self.ledger.read_here(|ledger| in_transaction(ledger, read))
            })
        })
    }
}

/// The two files.
#[derive(Clone, Copy)]
struct Files<'c> {
    creators: &'c Connection,
    ledger: &'c Connection,
}

impl Files<'_> {
    /// The one that has a table.
    fn of(&self, table: &str) -> &Connection {
        if OF_CREATORS.contains(&table) { self.creators } else { self.ledger }
    }

    /// What the two tables of one row say together.
    fn meta(&self) -> Result<MovedRows, StoreError> {
        let (mut columns, mut cells) = (Vec::new(), Vec::new());
        for file in [self.creators, self.ledger] {
            let own: Vec<String> = columns_of(file, META)?.into_iter().filter(|name| name != KEY_OF_META).collect();
            give_rows(file, META, &own.into(), &mut |rows| {
                columns.extend(rows.columns.iter().cloned());
                cells.extend(rows.cells);
                Ok(())
            })?;
        }
        Ok(MovedRows { table: META, columns: columns.into(), cells })
    }
}

fn columns_of(connection: &Connection, table: &str) -> Result<Vec<String>, StoreError> {
    let mut statement = connection.prepare("SELECT name FROM pragma_table_info(?1)").map_err(from_sqlite)?;
    let names = statement.query_map([table], |row| row.get(0));
    names.and_then(Iterator::collect).map_err(from_sqlite)
}

fn give_table(connection: &Connection, table: &'static str, give: Give<'_>) -> Result<(), StoreError> {
    give_rows(connection, table, &columns_of(connection, table)?.into(), give)
}

fn give_rows(
    connection: &Connection,
    table: &'static str,
    columns: &Arc<[String]>,
    give: Give<'_>,
) -> Result<(), StoreError> {
    let forms: Vec<Form> = columns.iter().map(|column| Form::of(table, column)).collect();
    let sql = format!("SELECT {} FROM {table}", columns.join(", "));
    let mut statement = connection.prepare(&sql).map_err(from_sqlite)?;
    let mut found = statement.query([]).map_err(from_sqlite)?;
    let (mut cells, mut bytes) = (Vec::new(), 0);
    while let Some(row) = found.next().map_err(from_sqlite)? {
        for (at, form) in forms.iter().enumerate() {
            let value = row.get_ref(at).map_err(from_sqlite)?;
            bytes += value.as_bytes_or_null().ok().flatten().map_or(0, <[u8]>::len);
            cells.push(form.read(value)?);
        }
        if cells.len() >= ROWS_MAX * forms.len() || bytes >= BYTES_MAX {
            give(MovedRows { table, columns: Arc::clone(columns), cells: std::mem::take(&mut cells) })?;
            bytes = 0;
        }
    }
    if !cells.is_empty() {
        give(MovedRows { table, columns: Arc::clone(columns), cells })?;
    }
    Ok(())
}

/// How the bytes of a column are read.
#[derive(Clone, Copy)]
enum Form {
    Plain,
    Posts,
    RateCard,
    Reported,
}

impl Form {
    fn of(table: &str, column: &str) -> Self {
        match (table, column) {
            ("creators", "posts") => Self::Posts,
            ("creators", "rate_card") => Self::RateCard,
            ("creators", "reported") => Self::Reported,
            _ => Self::Plain,
        }
    }

    fn read(self, value: ValueRef<'_>) -> Result<Cell, StoreError> {
        Ok(match (value, self) {
            (ValueRef::Null, _) => Cell::Null,
            (ValueRef::Integer(number), _) => Cell::Number(number),
            (ValueRef::Text(text), _) => {
                let text = str::from_utf8(text).map_err(|_| StoreError::Corrupt("a text that is no UTF-8".into()))?;
                Cell::Text(text.to_owned())
            }
            (ValueRef::Blob(bytes), Self::Plain) => Cell::Bytes(bytes.to_vec()),
            (ValueRef::Blob(bytes), Self::Posts) => Cell::Posts(decode_posts(bytes)?),
            (ValueRef::Blob(bytes), Self::RateCard) => Cell::RateCard(Box::new(decode_rate_card(bytes)?)),
            (ValueRef::Blob(bytes), Self::Reported) => Cell::Reported(Box::new(decode_reported(bytes)?)),
            (ValueRef::Real(_), _) => return Err(StoreError::Corrupt("a fraction, where there is none".into())),
        })
    }
}
