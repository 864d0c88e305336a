//! Times without an offset, in every format: of the zone that the caller names, or rejects that say how to name one.

mod common;

use std::sync::Arc;

use arrow_array::{ArrayRef, Date32Array, Int64Array, StringArray, TimestampMicrosecondArray};
use common::{Read, now, read_as, table};
use domain::UnixTime;
use import::{Options, Problem, Reason};

fn in_shanghai() -> Options {
    Options { time_zone: Some("Asia/Shanghai".parse().expect("a zone")), ..Options::at(now()) }
}

fn times(read: &Read) -> (String, String) {
    let post = &read.states[0].1.posts.posts()[0];
    (post.published_at.to_string(), post.captured_at.to_string())
}

const PUBLISHED: &str = "2025-09-01 12:00:00";
const CAPTURED: &str = "2025/10/2 8:30";
/// The same in UTC.
const IN_UTC: (&str, &str) = ("2025-09-01T04:00:00Z", "2025-10-02T00:30:00Z");

fn csv(published: &str, captured: &str) -> Vec<u8> {
    format!("item_id,author_id,published_at,captured_at,plays\n1,2,{published},{captured},5\n").into_bytes()
}

fn ndjson() -> Vec<u8> {
    let object = format!("{{\"item_id\":\"1\",\"author_id\":\"2\",\"published_at\":\"{PUBLISHED}\",");
    format!("{object}\"captured_at\":\"{CAPTURED}\",\"plays\":5}}\n").into_bytes()
}

fn parquet(published: ArrayRef, captured: ArrayRef) -> Vec<u8> {
    let number = |value: i64| Arc::new(Int64Array::from(vec![value])) as ArrayRef;
    let times = [("published_at", published), ("captured_at", captured)];
    let others = [("item_id", number(1)), ("author_id", number(2)), ("plays", number(5))];
    table(others.into_iter().chain(times).collect(), 1)
}

fn texts() -> Vec<u8> {
    let text = |text: &str| Arc::new(StringArray::from(vec![text])) as ArrayRef;
    parquet(text(PUBLISHED), text(CAPTURED))
}

#[test]
fn they_are_of_the_zone_that_is_named_whatever_the_format() {
    for (format, bytes) in [("CSV", csv(PUBLISHED, CAPTURED)), ("NDJSON", ndjson()), ("Parquet", texts())] {
        let read = read_as(bytes.clone(), &in_shanghai()).expect("readable");
        assert_eq!(times(&read), (IN_UTC.0.to_owned(), IN_UTC.1.to_owned()), "{format}");
        let read = read_as(bytes, &Options::at(now())).expect("readable");
        let reject = &read.rejects[0];
        assert_eq!(
            (read.summary.merged, reject.reason, reject.column),
            (0, Reason::BadTime, "published_at"),
            "{format}"
        );
        assert!(reject.message.en.contains("--time-zone Asia/Shanghai"), "{reject}");
        assert!(reject.message.zh.contains("--time-zone Asia/Shanghai"), "{}", reject.message.zh);
    }
}

#[test]
fn an_offset_goes_before_the_zone_and_a_day_counts_from_its_beginning() {
    let read = read_as(csv("2025-09-01T04:00:00Z", "2025-10-02"), &in_shanghai()).expect("readable");
    assert_eq!(times(&read), ("2025-09-01T04:00:00Z".to_owned(), "2025-10-01T16:00:00Z".to_owned()));
    let read = read_as(csv("01/09/2025", "2025-10-02"), &in_shanghai()).expect("readable");
    assert_eq!(read.rejects[0].reason, Reason::BadTime);
    // In China that is still to come.
    let read = read_as(csv(PUBLISHED, "2026-11-22 08:06:00"), &in_shanghai()).expect("readable");
    assert_eq!(read.rejects[0].reason, Reason::InTheFuture);
}

#[test]
fn dates_of_parquet_begin_in_the_zone_that_is_named_and_are_refused_without_one() {
    let day = |day: i32| Arc::new(Date32Array::from(vec![day])) as ArrayRef;
    let bytes = parquet(day(20_332), day(20_363));
    let read = read_as(bytes.clone(), &in_shanghai()).expect("readable");
    assert_eq!(times(&read), ("2025-08-31T16:00:00Z".to_owned(), "2025-10-01T16:00:00Z".to_owned()));
    let Err(error) = read_as(bytes, &Options::at(now())) else { panic!("a guess") };
    assert!(matches!(error.problem, Problem::ColumnType { column: "published_at", .. }), "{error}");
    let read = read_as(parquet(day(20_332), day(i32::MAX)), &in_shanghai()).expect("readable");
    assert_eq!((read.rejects[0].column, read.summary.merged), ("captured_at", 0));
}

#[test]
fn a_time_of_another_form_is_told_what_is_wrong_with_it_and_not_to_name_the_zone_again() {
    for (written, told) in
        [("46269.5", "a spreadsheet keeps"), ("9/5/2026 8:05", "the year first"), ("2026年9月5日", "the year first")]
    {
        let read = read_as(csv(written, CAPTURED), &in_shanghai()).expect("readable");
        let reject = &read.rejects[0];
        assert!(reject.reason == Reason::BadTime && reject.message.en.contains(told), "{written}: {reject}");
        assert!(!reject.message.en.contains("--time-zone") && !reject.message.zh.contains("--time-zone"), "{reject}");
    }
}

#[test]
fn timestamps_of_parquet_without_a_zone_are_of_it_too() {
    let shown = |text: &str| {
        let shown: UnixTime = text.parse().expect("a moment");
        TimestampMicrosecondArray::from(vec![i64::from(shown.0) * 1_000_000])
    };
    let [published, captured] = ["2025-09-01T12:00:00Z", "2025-10-02T08:30:00Z"].map(shown);
    let utc: ArrayRef = Arc::new(published.clone().with_timezone("UTC"));
    let bytes = parquet(Arc::new(published), Arc::new(captured.clone()));
    let read = read_as(bytes.clone(), &in_shanghai()).expect("readable");
    assert_eq!(times(&read), (IN_UTC.0.to_owned(), IN_UTC.1.to_owned()));
    let error = read_as(bytes, &Options::at(now())).err().expect("an error");
    assert!(matches!(error.problem, Problem::ColumnType { column: "published_at", .. }), "{error}");
    assert!(error.to_string().contains("--time-zone"), "{error}");
    // One that has a zone keeps it.
    let read = read_as(parquet(utc, Arc::new(captured)), &in_shanghai()).expect("readable");
    assert_eq!(times(&read).0, "2025-09-01T12:00:00Z");
}
