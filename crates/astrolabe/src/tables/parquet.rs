//! Parquet: a column of its own type for each, absent values null, compressed with zstd.

use std::sync::Arc;

use ::parquet::arrow::ArrowWriter;
use ::parquet::basic::{Compression, ZstdLevel};
use ::parquet::file::properties::WriterProperties;
use arrow_array::{
    ArrayRef, BooleanArray, Float64Array, RecordBatch, StringArray, TimestampMillisecondArray, UInt64Array,
};

use super::{Cell, Kind, Table};

/// A table as Parquet.
pub(super) fn bytes(table: &Table) -> anyhow::Result<Vec<u8>> {
    let columns = table.columns.iter().enumerate().map(|(at, column)| {
        let cells = table.rows.iter().map(move |row| &row[at]);
        (column.name, array(column.kind, cells), true)
    });
    let batch = RecordBatch::try_from_iter_with_nullable(columns)?;
    let properties = WriterProperties::builder()
        .set_created_by("astrolabe".to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
        .build();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties))?;
    writer.write(&batch)?;
    Ok(writer.into_inner()?)
}

fn array<'c>(kind: Kind, cells: impl Iterator<Item = &'c Cell>) -> ArrayRef {
    match kind {
        Kind::Id | Kind::Text => {
            let text = |cell: &'c Cell| if let Cell::Text(text) = cell { Some(text.as_str()) } else { None };
            Arc::new(cells.map(text).collect::<StringArray>())
        }
        Kind::Whole => {
            let whole = |cell: &Cell| if let Cell::Whole(whole) = cell { Some(*whole) } else { None };
            Arc::new(cells.map(whole).collect::<UInt64Array>())
        }
        Kind::Moment => {
            let ms =
                |cell: &Cell| if let Cell::Moment(moment) = cell { Some(i64::from(moment.0) * 1000) } else { None };
            Arc::new(cells.map(ms).collect::<TimestampMillisecondArray>().with_timezone("UTC"))
        }
        Kind::Flag => {
            let is_so = |cell: &Cell| if let Cell::Flag(is_so) = cell { Some(*is_so) } else { None };
            Arc::new(cells.map(is_so).collect::<BooleanArray>())
        }
        Kind::Yuan | Kind::Percent | Kind::Number => Arc::new(cells.map(Cell::number).collect::<Float64Array>()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::sample;
    use super::*;
    use arrow_array::Array;
    use arrow_array::cast::AsArray;
    use arrow_array::types::{Float64Type, UInt64Type};

    #[test]
    fn what_is_written_is_read_back() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), bytes(&sample()).expect("Parquet")).expect("written");
        let file = std::fs::File::open(file.path()).expect("a file");
        let builder = ::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet");
        let batch = builder.build().expect("a reader").next().expect("a batch").expect("rows");
        assert_eq!((batch.num_rows(), batch.num_columns()), (2, 7));
        assert_eq!(batch.column(1).as_primitive::<UInt64Type>().value(0), 4_693_149);
        assert!((batch.column(2).as_primitive::<Float64Type>().value(0) - 140.43).abs() < 1e-9);
        assert!(batch.column(5).is_null(1));
        assert_eq!([0, 1].map(|row| batch.column(6).as_boolean().value(row)), [true, false]);
    }
}
