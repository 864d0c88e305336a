//! Ids and amounts, as PostgreSQL has them.

use std::error::Error;

use bytes::{BufMut, BytesMut};
use domain::{CallId, MicroYuan};
use store::StoreError;
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, accepts, to_sql_checked};

use crate::error::{column, known};

/// A call's id as a `uuid`, which sorts as the id does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Id(pub(crate) CallId);

impl ToSql for Id {
    accepts!(UUID);
    to_sql_checked!();

    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        out.put_u128(self.0.0);
        Ok(IsNull::No)
    }
}

impl FromSql<'_> for Id {
    accepts!(UUID);

    fn from_sql(_: &Type, bytes: &[u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(CallId(u128::from_be_bytes(bytes.try_into()?))))
    }
}

/// The call's id of a column.
pub(super) fn id(row: &Row, at: usize) -> Result<CallId, StoreError> {
    column::<Id>(row, at).map(|id| id.0)
}

/// The amount of a column.
pub(super) fn amount(row: &Row, at: usize) -> Result<MicroYuan, StoreError> {
    number(row, at).map(MicroYuan)
}

/// The number of a column that is never negative.
pub(super) fn number(row: &Row, at: usize) -> Result<u64, StoreError> {
    known(u64::try_from(column::<i64>(row, at)?))
}

/// The same of a column that may be NULL.
pub(super) fn number_opt(row: &Row, at: usize) -> Result<Option<u64>, StoreError> {
    column::<Option<i64>>(row, at)?.map(|number| known(u64::try_from(number))).transpose()
}

/// The small number of a column.
pub(super) fn small(row: &Row, at: usize) -> Result<u8, StoreError> {
    known(u8::try_from(column::<i16>(row, at)?))
}
