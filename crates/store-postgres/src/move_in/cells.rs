//! Values on their way, as the columns of PostgreSQL have them.

use std::error::Error;

use bytes::{BufMut, BytesMut};
use domain::CallId;
use store::Cell;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use crate::codec::{encode_posts, encode_rate_card, encode_reported};
use crate::meter::Id;

/// The bytes of a call's id.
const ID_BYTES: usize = 16;

/// A value to be written to a column.
#[derive(Debug)]
pub(super) struct Written<'c>(pub(super) &'c Cell);

type Outcome = Result<IsNull, Box<dyn Error + Sync + Send>>;

impl ToSql for Written<'_> {
    to_sql_checked!();

    fn to_sql(&self, column: &Type, out: &mut BytesMut) -> Outcome {
        match (self.0, column) {
            (Cell::Null, _) => return Ok(IsNull::Yes),
            (Cell::Number(number), column) => return write_number(*number, column, out),
            (Cell::Text(text), &Type::TEXT) => out.put_slice(text.as_bytes()),
            (Cell::Bytes(bytes), &Type::BYTEA) => out.put_slice(bytes),
            (Cell::Bytes(bytes), &Type::UUID) => return id(bytes)?.to_sql(column, out),
            (Cell::Bytes(bytes), &Type::UUID_ARRAY) => {
                let ids: Vec<Id> = bytes.chunks(ID_BYTES).map(id).collect::<Result<_, _>>()?;
                return ids.to_sql(column, out);
            }
            (Cell::Posts(posts), &Type::BYTEA) => out.put_slice(&encode_posts(posts)),
            (Cell::RateCard(rate_card), &Type::BYTEA) => out.put_slice(&encode_rate_card(rate_card)),
            (Cell::Reported(reported), &Type::BYTEA) => out.put_slice(&encode_reported(reported)),
            (_, column) => return Err(format!("a value that is no {column}").into()),
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

fn write_number(number: i64, column: &Type, out: &mut BytesMut) -> Outcome {
    match *column {
        Type::INT8 => number.to_sql(column, out),
        Type::INT4 => i32::try_from(number)?.to_sql(column, out),
        Type::INT2 => i16::try_from(number)?.to_sql(column, out),
        Type::BOOL => (number != 0).to_sql(column, out),
        _ => Err(format!("a number where there is {column}").into()),
    }
}

fn id(bytes: &[u8]) -> Result<Id, Box<dyn Error + Sync + Send>> {
    let bytes: [u8; ID_BYTES] = bytes.try_into().map_err(|_| "the id of a call that is cut short")?;
    Ok(Id(CallId(u128::from_be_bytes(bytes))))
}

/// Whether a column has numbers that can be summed up.
pub(super) fn is_number(column: &Type) -> bool {
    matches!(*column, Type::INT2 | Type::INT4 | Type::INT8)
}
