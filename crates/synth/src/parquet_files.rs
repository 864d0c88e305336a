//! The rows as Parquet: 64-bit ids and counts, times in milliseconds UTC, platform and tier as dictionaries, row groups
//! of [`ROW_GROUP`] rows, zstd. Nothing of the machine, the clock or the library's version goes into the file.

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::thread;

use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BooleanArray, DictionaryArray, Int32Array, Int64Array, StringArray, TimestampMillisecondArray,
};
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use domain::{Platform, Tier};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;

use crate::csv_files::{POST_COLUMNS, PRICE_COLUMNS};
use crate::facts::CATEGORIES;
use crate::output::RowsError;
use crate::row::{PriceRow, Row};

/// Rows in a row group, the last one's apart.
const ROW_GROUP: usize = 1 << 20;

/// Writes posts on so many threads, which has no influence on the bytes; `tell` is told of every so many rows.
pub(crate) fn write_posts<W: Write + Send>(
    out: W,
    authors: &[i64],
    days: impl Iterator<Item = Vec<Row>>,
    threads: usize,
    tell: &mut dyn FnMut(usize),
) -> Result<(), RowsError> {
    let mut file = RowGroups::new(out, post_schema(), threads)?;
    let column = |rows: &[Row], column: usize| post_column(rows, authors, column);
    let mut rows: Vec<Row> = Vec::with_capacity(ROW_GROUP);
    for day in days {
        let mut day = day.as_slice();
        while !day.is_empty() {
            let (now, later) = day.split_at(day.len().min(ROW_GROUP - rows.len()));
            rows.extend_from_slice(now);
            day = later;
            if rows.len() == ROW_GROUP {
                file.write(|number| column(&rows, number))?;
                tell(rows.len());
                rows.clear();
            }
        }
    }
    if !rows.is_empty() {
        file.write(|number| column(&rows, number))?;
        tell(rows.len());
    }
    file.close()
}

/// Writes rate cards.
pub(crate) fn write_prices<W: Write + Send>(out: W, authors: &[i64], prices: &[PriceRow]) -> Result<(), RowsError> {
    let mut file = RowGroups::new(out, price_schema(), 1)?;
    for rows in prices.chunks(ROW_GROUP) {
        file.write(|number| price_column(rows, authors, number))?;
    }
    file.close()
}

/// A Parquet file that is written a row group at a time, its columns side by side.
struct RowGroups<W: Write + Send> {
    schema: SchemaRef,
    threads: usize,
    writer: SerializedFileWriter<W>,
    columns: ArrowRowGroupWriterFactory,
}

impl<W: Write + Send> RowGroups<W> {
    fn new(out: W, schema: Schema, threads: usize) -> Result<Self, RowsError> {
        let schema = Arc::new(schema);
        let writer = ArrowWriter::try_new(out, schema.clone(), Some(properties()?))?;
        let (writer, columns) = writer.into_serialized_writer()?;
        Ok(Self { schema, threads, writer, columns })
    }

    /// Writes a row group of the columns that `array` gives by number.
    fn write(&mut self, array: impl Fn(usize) -> ArrayRef + Sync) -> Result<(), RowsError> {
        let writers = self.columns.create_column_writers(self.writer.flushed_row_groups().len())?;
        let chunks = encode(writers, self.threads, |number, writer| {
            for leaf in compute_leaves(self.schema.field(number), &array(number))? {
                writer.write(&leaf)?;
            }
            Ok(())
        })?;
        let mut row_group = self.writer.next_row_group()?;
        for chunk in chunks {
            chunk.append_to_row_group(&mut row_group)?;
        }
        row_group.close()?;
        Ok(())
    }

    fn close(self) -> Result<(), RowsError> {
        self.writer.close()?;
        Ok(())
    }
}

/// Fills and closes each column's writer; each thread takes the next column that none has taken.
fn encode(
    writers: Vec<ArrowColumnWriter>,
    threads: usize,
    fill: impl Fn(usize, &mut ArrowColumnWriter) -> Result<(), ParquetError> + Sync,
) -> Result<Vec<ArrowColumnChunk>, ParquetError> {
    let threads = threads.min(writers.len());
    let queue = Mutex::new(writers.into_iter().enumerate());
    let take = || queue.lock().ok()?.next();
    let work = || {
        let mut done = Vec::new();
        while let Some((number, mut writer)) = take() {
            done.push((number, fill(number, &mut writer).and_then(|()| writer.close())));
        }
        done
    };
    let mut chunks: Vec<_> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("encoding a column never panics")).collect()
    });
    chunks.sort_by_key(|(number, _)| *number);
    chunks.into_iter().map(|(_, chunk)| chunk).collect()
}

fn properties() -> Result<WriterProperties, ParquetError> {
    let mut properties = WriterProperties::builder()
        .set_created_by("astrolabe synth".to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        // Ids and counts hardly repeat within a row group: a dictionary would be built only to be thrown away.
        .set_dictionary_enabled(false)
        .set_statistics_enabled(EnabledStatistics::Chunk);
    for column in ["platform", "tier", "duration_s", "category", "followers"] {
        properties = properties.set_column_dictionary_enabled(ColumnPath::from(column), true);
    }
    Ok(properties.build())
}

fn names() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

fn post_schema() -> Schema {
    let time = || DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into()));
    let fields = POST_COLUMNS.map(|name| match name {
        "platform" => Field::new(name, names(), false),
        "published_at" | "captured_at" => Field::new(name, time(), false),
        "duration_s" => Field::new(name, DataType::Int32, true),
        "sponsored" => Field::new(name, DataType::Boolean, true),
        _ => Field::new(name, DataType::Int64, false),
    });
    Schema::new(fields.to_vec())
}

fn price_schema() -> Schema {
    let fields = PRICE_COLUMNS.map(|name| match name {
        "platform" | "tier" | "category" => Field::new(name, names(), false),
        "name" => Field::new(name, DataType::Utf8, false),
        _ => Field::new(name, DataType::Int64, false),
    });
    Schema::new(fields.to_vec())
}

/// The column of [`POST_COLUMNS`] with this number.
fn post_column(rows: &[Row], authors: &[i64], number: usize) -> ArrayRef {
    match POST_COLUMNS[number] {
        "item_id" => integers(rows, |row| row.item_id()),
        "author_id" => integers(rows, |row| authors[row.creator as usize]),
        "platform" => platforms(rows.iter().map(|row| row.platform)),
        "published_at" => times(rows, |row| row.published_s),
        "captured_at" => times(rows, |row| row.captured_s),
        "duration_s" => Arc::new(rows.iter().map(|row| row.duration_s().map(i32::from)).collect::<Int32Array>()),
        "sponsored" => Arc::new(rows.iter().map(|row| row.sponsored.told()).collect::<BooleanArray>()),
        "plays" => integers(rows, |row| i64::from(row.plays)),
        _ => integers(rows, |row| i64::from(row.interactions[number - FIRST_INTERACTION])),
    }
}

/// The number of the likes column, behind which comments, shares and collects follow.
const FIRST_INTERACTION: usize = 8;

/// The column of [`PRICE_COLUMNS`] with this number.
fn price_column(rows: &[PriceRow], authors: &[i64], number: usize) -> ArrayRef {
    match PRICE_COLUMNS[number] {
        "author_id" => integers(rows, |row| authors[row.creator as usize]),
        "platform" => platforms(rows.iter().map(|row| row.platform)),
        "tier" => dictionary(&Tier::ALL.map(Tier::name), rows.iter().map(|row| row.tier.number())),
        "price_yuan" => integers(rows, |row| row.price_yuan as i64),
        "followers" => integers(rows, |row| row.profile.followers as i64),
        "category" => dictionary(&CATEGORIES, rows.iter().map(|row| row.profile.category)),
        _ => Arc::new(StringArray::from_iter_values(rows.iter().map(PriceRow::name))),
    }
}

fn integers<T>(rows: &[T], of: impl Fn(&T) -> i64) -> ArrayRef {
    Arc::new(Int64Array::from_iter_values(rows.iter().map(of)))
}

fn times(rows: &[Row], of: impl Fn(&Row) -> u32) -> ArrayRef {
    let millis = rows.iter().map(|row| i64::from(of(row)) * 1000);
    Arc::new(TimestampMillisecondArray::from_iter_values(millis).with_timezone("UTC"))
}

fn platforms(platforms: impl Iterator<Item = Platform>) -> ArrayRef {
    dictionary(&Platform::ALL.map(Platform::name), platforms.map(Platform::number))
}

fn dictionary(names: &[&str], numbers: impl Iterator<Item = u8>) -> ArrayRef {
    let keys = Int32Array::from_iter_values(numbers.map(i32::from));
    let names = Arc::new(StringArray::from_iter_values(names));
    Arc::new(DictionaryArray::<Int32Type>::new(keys, names))
}
