//! What is read of a Parquet file: its kind, which columns, and as which types.

use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::basic::Compression;

use super::chunks::Chunks;
use crate::Kind;
use crate::error::Problem;
use crate::rows::TableKind;
use crate::table::{COLUMNS_MAX, Located, Table};

/// How a file is read.
pub(super) struct Plan {
    pub(super) kind: Kind,
    pub(super) metadata: ArrowReaderMetadata,
    pub(super) projection: ProjectionMask,
    pub(super) located: Located,
    /// For each column of the table its place in the batches that are read.
    pub(super) in_batch: [Option<usize>; COLUMNS_MAX],
    first_rows: Vec<u64>,
}

impl Plan {
    /// Reads the file's footer and decides.
    pub(super) fn of(chunks: &Chunks, forced: Option<Kind>) -> Result<Self, Problem> {
        let metadata = ArrowReaderMetadata::load(chunks, ArrowReaderOptions::new()).map_err(broken)?;
        let names = || metadata.schema().fields().iter().map(|field| field.name().as_str());
        let kind = forced.unwrap_or(match TableKind::of_headings(names()) {
            Some(TableKind::RateCards) => Kind::RateCardsParquet,
            _ => Kind::PostsParquet,
        });
        let table = match kind {
            Kind::RateCardsParquet => TableKind::RateCards.table(),
            _ => TableKind::Posts.table(),
        };
        let located = table.locate(&names().collect::<Vec<_>>())?;
        let schema = Arc::new(wanted_schema(metadata.schema(), table, &located));
        let options = ArrowReaderOptions::new().with_schema(schema);
        let metadata = ArrowReaderMetadata::try_new(Arc::clone(metadata.metadata()), options).map_err(broken)?;
        let mut places: Vec<usize> = located.places.iter().copied().flatten().collect();
        places.sort_unstable();
        let in_batch = located.places.map(|place| place.and_then(|place| places.binary_search(&place).ok()));
        let projection = ProjectionMask::roots(metadata.parquet_schema(), places);
        check_codecs(&metadata, &projection)?;
        let first_rows = first_rows(&metadata)?;
        Ok(Self { kind, metadata, projection, located, in_batch, first_rows })
    }

    /// How many row groups the file has.
    pub(super) fn groups(&self) -> usize {
        self.first_rows.len() - 1
    }

    /// The number of a row group's first row, from 1.
    pub(super) fn first_row(&self, group: usize) -> u64 {
        self.first_rows[group] + 1
    }

    /// How many rows a row group has.
    pub(super) fn rows_of(&self, group: usize) -> u64 {
        self.first_rows[group + 1] - self.first_rows[group]
    }
}

fn broken(error: parquet::errors::ParquetError) -> Problem {
    Problem::Parquet { row_group: None, cause: error.to_string() }
}

/// Refuses what this build has no decompressor for, before it would be taken for damage.
fn check_codecs(metadata: &ArrowReaderMetadata, projection: &ProjectionMask) -> Result<(), Problem> {
    let groups = metadata.metadata().row_groups().iter();
    let columns = groups.flat_map(|group| group.columns().iter().enumerate());
    for (_, column) in columns.filter(|(leaf, _)| projection.leaf_included(*leaf)) {
        match column.compression() {
            Compression::UNCOMPRESSED | Compression::SNAPPY | Compression::GZIP(_) | Compression::ZSTD(_) => {}
            other => {
                // Some tell their level in brackets.
                let name = other.to_string().to_lowercase();
                return Err(Problem::ParquetCodec(name.split('(').next().unwrap_or_default().to_owned()));
            }
        }
    }
    Ok(())
}

fn first_rows(metadata: &ArrowReaderMetadata) -> Result<Vec<u64>, Problem> {
    let mut first_rows = vec![0];
    let mut rows: u64 = 0;
    for group in metadata.metadata().row_groups() {
        let of_group = u64::try_from(group.num_rows()).ok();
        rows = of_group.and_then(|of_group| rows.checked_add(of_group)).ok_or_else(|| Problem::Parquet {
            row_group: Some(first_rows.len()),
            cause: format!("it claims to have {} rows", group.num_rows()),
        })?;
        first_rows.push(rows);
    }
    Ok(first_rows)
}

/// The file's schema with texts as the reader is fastest at: names of few values as dictionaries, so that each value
/// is looked at once; all other texts as views of the decoded pages, so that nothing is copied.
fn wanted_schema(schema: &Schema, table: &Table, located: &Located) -> Schema {
    let fields = schema.fields().iter().enumerate().map(|(at, field)| {
        let text = is_text(field.data_type());
        let column =
            located.places.iter().position(|place| *place == Some(at)).map(|column| table.columns[column].name);
        match column {
            Some("platform" | "tier" | "category") if text => {
                let names = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
                Arc::new(Field::new(field.name(), names, field.is_nullable()))
            }
            Some(_) if text => Arc::new(Field::new(field.name(), DataType::Utf8View, field.is_nullable())),
            _ => Arc::clone(field),
        }
    });
    Schema::new(fields.collect::<Vec<_>>())
}

fn is_text(data_type: &DataType) -> bool {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, values) => is_text(values),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::{ArrayRef, Int64Array, RecordBatch};
    use bytes::Bytes;
    use parquet::arrow::ArrowWriter;

    use super::*;

    /// The metadata of a file of one column, as if its data were compressed so.
    fn compressed(with: Compression) -> ArrowReaderMetadata {
        let column: ArrayRef = Arc::new(Int64Array::from(vec![1]));
        let batch = RecordBatch::try_from_iter([("plays", column)]).expect("a column");
        let mut bytes = Vec::new();
        let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).expect("a schema");
        writer.write(&batch).expect("written");
        writer.close().expect("closed");
        let metadata = ArrowReaderMetadata::load(&Bytes::from(bytes), ArrowReaderOptions::new()).expect("metadata");
        let mut builder = metadata.metadata().as_ref().clone().into_builder();
        let groups = builder.take_row_groups().into_iter().map(|group| {
            let columns = group.columns().iter().cloned();
            let columns = columns.map(|column| column.into_builder().set_compression(with).build().expect("a column"));
            let columns = columns.collect();
            group.into_builder().set_column_metadata(columns).build().expect("a row group")
        });
        let groups = groups.collect();
        let metadata = builder.set_row_groups(groups).build();
        ArrowReaderMetadata::try_new(Arc::new(metadata), ArrowReaderOptions::new()).expect("metadata")
    }

    #[test]
    fn a_codec_that_is_not_read_is_named_and_no_damage() {
        let check = |with| check_codecs(&compressed(with), &ProjectionMask::all());
        for read in [Compression::UNCOMPRESSED, Compression::SNAPPY, Compression::ZSTD(Default::default())] {
            assert!(check(read).is_ok(), "{read:?}");
        }
        let error = check(Compression::LZ4_RAW).expect_err("not read").to_string();
        assert!(error.contains("lz4_raw") && error.contains("snappy"), "{error}");
        assert!(check(Compression::BROTLI(Default::default())).is_err());
    }
}
