//! Rows that are refused: each with its place, column, value and reason, and never stopping the others.

mod common;

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, BooleanArray, Decimal128Array, Float64Array, Int64Array, StringArray, TimestampMicrosecondArray,
};
use common::*;
use domain::{Fen, Lang, Tier};
use import::{CsvRejects, Input, Kind, Options, Position, Problem, Reason, RejectSink, read};

/// A row of posts with one cell replaced.
fn post_with(column: &str, value: &str) -> String {
    let sound = "1,2,,2026-01-01T00:00:00Z,2026-01-02T00:00:00Z,9,,100,1,1,1,1";
    let place = HEADER.split(',').position(|name| name == column).expect("a column");
    let mut cells: Vec<&str> = sound.split(',').collect();
    cells[place] = value;
    cells.join(",")
}

#[test]
fn each_bad_post_is_rejected_for_its_reason() {
    use Reason::*;
    let long = "x".repeat(33);
    let cases = [
        ("item_id", "", EmptyValue),
        ("item_id", "a b", BadId),
        ("item_id", "123.0", BadId),
        ("author_id", &long, BadId),
        ("author_id", "星图", BadId),
        ("platform", "short_video", UnknownPlatform),
        ("published_at", "2026-01-01T00:00:00", BadTime),
        ("published_at", "2026-01-01", BadTime),
        ("published_at", "1767225600", BadTime),
        ("published_at", "2026-02-30T00:00:00Z", BadTime),
        ("captured_at", "2025-12-31T23:59:59Z", CapturedBeforePublished),
        ("captured_at", "", EmptyValue),
        ("captured_at", "2026-11-22T00:05:01Z", InTheFuture),
        ("captured_at", "2107-01-01T00:00:00Z", BadTime),
        ("sponsored", "maybe", BadFlag),
        ("plays", "", EmptyValue),
        ("plays", "3.9e6", NotAWholeNumber),
        ("plays", "12.3万", NotAWholeNumber),
        ("plays", "1.000", NotAWholeNumber),
        ("plays", "3.9e6.0", NotAWholeNumber),
        ("plays", "1.234.0", NotAWholeNumber),
        ("plays", "5.", NotAWholeNumber),
        ("plays", ".0", NotAWholeNumber),
        ("plays", "-1.0", Negative),
        ("plays", "+5", NotAWholeNumber),
        ("plays", "5 5", NotAWholeNumber),
        ("plays", "-", EmptyValue),
        ("item_id", "N/A", EmptyValue),
        ("plays", "0x10", NotAWholeNumber),
        ("plays", "-1", Negative),
        ("plays", "1099511627777", TooLarge),
        ("plays", "99999999999999999999999", TooLarge),
        ("likes", "-3", Negative),
        ("likes", "4294967295", TooLarge),
        ("duration_s", "9.5", NotAWholeNumber),
        ("collects", "1e3", NotAWholeNumber),
    ];
    let rows: String = cases.iter().map(|(column, value, _)| post_with(column, value) + "\n").collect();
    let sound = post_with("item_id", "77");
    let found = read_bytes(format!("{HEADER}\n{rows}{sound}\n")).expect("readable");
    for (number, ((column, value, reason), reject)) in cases.iter().zip(&found.rejects).enumerate() {
        assert_eq!((reject.column, reject.value.as_str(), reject.reason), (*column, *value, *reason), "{reject}");
        assert_eq!(reject.position, Position::Line(number as u64 + 2));
        assert!(reject.message.en.len() > 10 && !reject.message.zh.is_empty(), "{reject}");
    }
    assert_eq!(found.rejects.len(), cases.len());
    assert_eq!((found.summary.rows, found.summary.merged), (cases.len() as u64 + 1, 1));
    assert_eq!(found.summary.rejected_total(), cases.len() as u64);
    assert_eq!(found.states[0].1.posts.posts()[0].item_id.to_string(), "77");
}

#[test]
fn yes_and_no_are_read_as_people_write_them() {
    let written = [("是", true), ("否", false), ("Yes", true), ("n", false), ("TRUE", true), ("0", false)];
    for (word, is_sponsored) in written {
        let found = read_bytes(format!("{HEADER}\n{}\n", post_with("sponsored", word))).expect("readable");
        assert_eq!(found.states[0].1.posts.posts()[0].sponsored, Some(is_sponsored), "{word}");
    }
}

#[test]
fn thousands_separators_never_become_two_cells_or_one_number() {
    let found = read_bytes(format!("{HEADER}\n{}\n{}\n", post_with("plays", "1,234"), post_with("plays", "\"1,234\"")));
    let reasons: Vec<Reason> = found.expect("readable").rejects.iter().map(|reject| reject.reason).collect();
    assert_eq!(reasons, [Reason::FieldCount, Reason::NotAWholeNumber]);
}

#[test]
fn lines_are_counted_through_blank_ones_and_quoted_breaks() {
    let text = format!(
        "{HEADER},caption\n\n{},\"two\nlines\"\n{},x\r\n{}\n\n{},y\n",
        post_with("plays", "1"),
        post_with("plays", "no"),
        post_with("plays", "short"),
        post_with("plays", "last"),
    );
    let found = read_bytes(text).expect("readable");
    let places: Vec<Position> = found.rejects.iter().map(|reject| reject.position.clone()).collect();
    assert_eq!(places, [Position::Line(5), Position::Line(6), Position::Line(8)]);
}

#[test]
fn bytes_that_are_not_utf8_are_a_reject_of_their_row() {
    let mut text = format!("{HEADER}\n{}\n", post_with("author_id", "7")).into_bytes();
    text.extend(b"1,\xff,,,,,,,,,,\n");
    let found = read_bytes(text).expect("readable");
    assert_eq!((found.rejects[0].reason, found.summary.merged), (Reason::NotUtf8, 1));
    let mut lines = ndjson(&some_rows(1));
    lines.extend(b"{\"item_id\":\"\xff\"}\n[1]\n{\"plays\":1,\"plays\":2}\n{\"plays\":{}}\n{oops}\n{}\n");
    let reasons: Vec<Reason> =
        read_bytes(lines).expect("readable").rejects.iter().map(|reject| reject.reason).collect();
    use Reason::*;
    assert_eq!(reasons, [NotUtf8, BadJson, BadJson, BadJson, BadJson, EmptyValue]);
}

#[test]
fn a_file_of_chinese_windows_is_refused_whole() {
    let sound = post_with("plays", "5");
    let heading = [b"\xb4\xef\xc8\xcb,".to_vec(), format!("{HEADER}\n{sound}\n").into_bytes()].concat();
    let row = [format!("{HEADER},name\n{sound},a\n{sound},").into_bytes(), b"\xb4\xef\xc8\xcb\n".to_vec()].concat();
    let object = [ndjson(&some_rows(1)), b"{\"name\":\"\xb4\xef\xc8\xcb\"}\n".to_vec()].concat();
    for (bytes, line) in [(heading, 1), (row, 3), (object, 2)] {
        let error = read_bytes(bytes).err().expect("an error");
        assert!(matches!(error.problem, Problem::Gbk { line: found } if found == line), "{error:?}");
        assert!(error.to_string().contains("CSV UTF-8"), "{error}");
    }
    let unknown = read_bytes(b"\xb4\xef\xc8\xcbID,\xb2\xa5\xb7\xc5\n1,2\n".to_vec()).err().expect("an error");
    assert!(matches!(&unknown.problem, Problem::Unrecognised(why) if why.zh.contains("GBK")), "{unknown:?}");
}

#[test]
fn each_bad_price_is_rejected_for_its_reason_whatever_the_format() {
    let rows = [
        ("1", "SHORT_VIDEO", "60", "8200.50", None),
        ("1", "", "20_60", "100", None),
        ("1", "SHORT_VIDEO", "single", "5", Some(Reason::TierNotSold)),
        ("1", "LIVE_STREAMING", "60", "5", Some(Reason::TierNotSold)),
        ("1", "LIVE_STREAMING", "single", "-5", Some(Reason::BadPrice)),
        ("1", "LIVE_STREAMING", "single", "1e4", Some(Reason::BadPrice)),
        ("1", "LIVE_STREAMING", "single", "1.005", Some(Reason::BadPrice)),
        ("1", "LIVE_STREAMING", "single", "", Some(Reason::EmptyValue)),
        ("1", "LIVE_STREAMING", "double", "5", Some(Reason::UnknownTier)),
        ("a b", "LIVE_STREAMING", "single", "5", Some(Reason::BadId)),
    ];
    let lines = rows.map(|(author, platform, tier, price, _)| format!("{author},{platform},{tier},{price}\n"));
    let csv = format!("author_id,platform,tier,price_yuan\n{}", lines.concat());
    let objects = rows.map(|(author, platform, tier, price, _)| {
        format!("{{\"author_id\":\"{author}\",\"platform\":\"{platform}\",\"tier\":\"{tier}\",\"price_yuan\":\"{price}\"}}\n")
    });
    type Cells = (&'static str, &'static str, &'static str, &'static str, Option<Reason>);
    let text =
        |of: fn(&Cells) -> &'static str| Arc::new(StringArray::from_iter_values(rows.iter().map(of))) as ArrayRef;
    let columns = vec![
        ("author_id", text(|row| row.0)),
        ("platform", text(|row| row.1)),
        ("tier", text(|row| row.2)),
        ("price_yuan", text(|row| row.3)),
    ];
    let expected: Vec<Reason> = rows.iter().filter_map(|row| row.4).collect();
    for bytes in [csv.into_bytes(), objects.concat().into_bytes(), table(columns, 4)] {
        let found = read_bytes(bytes).expect("readable");
        let reasons: Vec<Reason> = found.rejects.iter().map(|reject| reject.reason).collect();
        assert_eq!(reasons, expected, "{}", found.summary.kind);
        let card = &found.states[0].1.rate_card;
        assert_eq!(card.price(Tier::Over60s).map(|price| (price.fen, price.as_of)), Some((Fen(820_050), now())));
        assert_eq!(card.price(Tier::From21To60s).map(|price| price.fen), Some(Fen(10_000)));
    }
}

#[test]
fn platforms_are_read_by_what_people_call_them() {
    let rows = "7,短视频,60,100\n7,图文,single,50\n7,Short drama,single,40\n7,电视,single,1\n";
    let found = read_bytes(format!("author_id,platform,tier,price_yuan\n{rows}")).expect("readable");
    let platforms: Vec<_> = found.states.iter().map(|(key, _)| key.platform.name()).collect();
    assert_eq!(platforms, ["SHORT_VIDEO", "PICTURE_TEXT", "SHORT_DRAMA"]);
    assert_eq!(found.rejects.iter().map(|reject| reject.value.as_str()).collect::<Vec<_>>(), ["电视"]);
}

#[test]
fn parquet_rejects_come_in_the_order_of_the_rows_whatever_the_threads() {
    let mut rows = some_rows(3000);
    for (number, row) in rows.iter_mut().enumerate() {
        match number % 10 {
            0 => row.plays = -1,
            1 => row.item = -5,
            2 => row.platform = "RADIO",
            3 => row.captured = row.published - 1,
            4 => row.likes = Some(-2),
            _ => {}
        }
    }
    let bytes = parquet(&rows, 100, false);
    let expected = read_as(bytes.clone(), &Options::at(now())).expect("readable");
    assert_eq!((expected.rejects.len(), expected.summary.merged), (1500, 1500));
    let first: Vec<_> =
        expected.rejects[..5].iter().map(|reject| (reject.column, reject.value.as_str(), reject.reason)).collect();
    let captured = domain::UnixTime(rows[3].captured).to_string();
    use Reason::*;
    assert_eq!(
        first,
        [
            ("plays", "-1", Negative),
            ("item_id", "-5", BadId),
            ("platform", "RADIO", UnknownPlatform),
            ("captured_at", captured.as_str(), CapturedBeforePublished),
            ("likes", "-2", Negative),
        ]
    );
    assert!(
        expected.rejects.iter().zip(0u64..).all(|(reject, n)| reject.position == Position::Row(n / 5 * 10 + n % 5 + 1))
    );
    let found = read_as(bytes, &Options { threads: 4, ..Options::at(now()) }).expect("readable");
    assert_eq!((found.rejects, found.states), (expected.rejects, expected.states));
}

#[test]
fn parquet_columns_of_a_type_that_guesses_are_refused_by_name() {
    let number = |value: i64| Arc::new(Int64Array::from(vec![value])) as ArrayRef;
    let columns = |time: ArrayRef, plays: ArrayRef| {
        vec![
            ("item_id", number(1)),
            ("author_id", number(2)),
            ("published_at", time.clone()),
            ("captured_at", time),
            ("plays", plays),
        ]
    };
    let utc: ArrayRef = Arc::new(TimestampMicrosecondArray::from(vec![1_760_000_000_000_000]).with_timezone("UTC"));
    let zoneless: ArrayRef = Arc::new(TimestampMicrosecondArray::from(vec![1_760_000_000_000_000]));
    let float: ArrayRef = Arc::new(Float64Array::from(vec![1.5]));
    assert_eq!(read_bytes(table(columns(utc.clone(), number(5)), 1)).expect("readable").summary.merged, 1);
    for (columns, named) in [
        (columns(zoneless, number(5)), "published_at"),
        (columns(number(5), number(5)), "published_at"),
        (columns(utc.clone(), Arc::new(BooleanArray::from(vec![true]))), "plays"),
    ] {
        let error = read_bytes(table(columns, 1)).err().expect("an error");
        assert!(matches!(error.problem, Problem::ColumnType { column, .. } if column == named), "{error}");
        let Problem::ColumnType { right, .. } = error.problem else { unreachable!() };
        assert!(right.zh.contains("文本") && !right.zh.contains("text"), "{right:?}");
    }
    // Integers as warehouses write them, and what has places.
    let decimals = |values: Vec<i128>, places| {
        let decimals = Decimal128Array::from(values).with_precision_and_scale(38, places);
        Arc::new(decimals.expect("decimals")) as ArrayRef
    };
    for (value, reason) in [(12_345, None), (-1, Some(Reason::Negative)), (10_i128.pow(30), Some(Reason::TooLarge))] {
        let found = read_bytes(table(columns(utc.clone(), decimals(vec![value], 0)), 1)).expect("readable");
        assert_eq!(found.rejects.first().map(|reject| reject.reason), reason, "{value}");
    }
    let mut ids = columns(utc.clone(), number(5));
    ids[0].1 = decimals(vec![7_329_921_555_901_732_934], 0);
    let found = read_bytes(table(ids, 1)).expect("readable");
    assert_eq!(found.states[0].1.posts.posts()[0].item_id.to_string(), "7329921555901732934");
    let error = read_bytes(table(columns(utc.clone(), decimals(vec![500], 2)), 1)).err().expect("an error");
    assert!(matches!(error.problem, Problem::ColumnType { column: "plays", .. }), "{error}");
    let nulls: ArrayRef = Arc::new(Int64Array::from(vec![None]));
    assert_eq!(nulls.null_count(), 1);
    let found = read_bytes(table(columns(utc, nulls), 1)).expect("readable");
    assert_eq!((found.rejects[0].column, found.rejects[0].reason), ("plays", Reason::EmptyValue));

    let price = |price: ArrayRef| {
        let text = |value: &str| Arc::new(StringArray::from(vec![value])) as ArrayRef;
        read_bytes(table(vec![("author_id", number(1)), ("tier", text("60")), ("price_yuan", price)], 1))
    };
    let decimal = Decimal128Array::from(vec![820_050]).with_precision_and_scale(12, 2).expect("a decimal");
    let card = price(Arc::new(decimal)).expect("readable").states[0].1.rate_card;
    assert_eq!(card.price(Tier::Over60s).map(|price| price.fen), Some(Fen(820_050)));
    assert!(matches!(price(float).err().expect("an error").problem, Problem::ColumnType { column: "price_yuan", .. }));
}

#[test]
fn counts_of_parquet_may_be_doubles_where_each_is_whole() {
    let columns = |id: ArrayRef, plays: Vec<Option<f64>>, likes: Vec<Option<f64>>| {
        let rows = plays.len();
        let time: ArrayRef = Arc::new(StringArray::from(vec!["2026-01-01T00:00:00Z"; rows]));
        let floats = |values| Arc::new(Float64Array::from(values)) as ArrayRef;
        let author = Arc::new(StringArray::from(vec!["7"; rows]));
        let columns =
            vec![("item_id", id), ("author_id", author), ("published_at", time.clone()), ("captured_at", time)];
        table([columns, vec![("plays", floats(plays)), ("likes", floats(likes))]].concat(), 10)
    };
    let ids = |rows: i64| Arc::new(Int64Array::from_iter_values(1..=rows)) as ArrayRef;
    let plays = [3_900_000.0, 0.0, -0.0, 1.5, -5.0, 1e300, f64::INFINITY, 7.0];
    let likes = [Some(41.0), None, Some(f64::NAN), None, None, None, None, Some(0.25)];
    let found = read_bytes(columns(ids(8), plays.map(Some).to_vec(), likes.to_vec())).expect("readable");
    let posts = found.states[0].1.posts.posts();
    let taken: Vec<_> = posts.iter().map(|post| (post.plays, post.likes.get())).collect();
    assert_eq!(taken, [(3_900_000, Some(41)), (0, None), (0, None)]);
    let told: Vec<_> =
        found.rejects.iter().map(|reject| (reject.position.clone(), reject.column, reject.reason)).collect();
    let at = |row, column, reason| (Position::Row(row), column, reason);
    use Reason::*;
    assert_eq!(
        told,
        [
            at(4, "plays", NotAWholeNumber),
            at(5, "plays", Negative),
            at(6, "plays", TooLarge),
            at(7, "plays", NotAWholeNumber),
            at(8, "likes", NotAWholeNumber)
        ]
    );
    assert_eq!((found.rejects[0].value.as_str(), found.rejects[4].value.as_str()), ("1.5", "0.25"));
    let found = read_bytes(columns(ids(1), vec![Some(f64::NAN)], vec![None])).expect("readable");
    assert_eq!((found.rejects[0].column, found.rejects[0].reason), ("plays", EmptyValue));
    // Ids are larger than what a double holds exactly.
    let id = Arc::new(Float64Array::from(vec![1.0]));
    let error = read_bytes(columns(id, vec![Some(1.0)], vec![None])).err().expect("an error");
    assert!(matches!(error.problem, Problem::ColumnType { column: "item_id", .. }), "{error}");
}

#[test]
fn strict_reading_ends_at_the_first_reject() {
    let text = format!("{HEADER}\n{}\n{}\n", post_with("plays", "12.3万"), post_with("plays", "x"));
    let options = Options { strict: true, ..Options::at(now()) };
    let error = read_as(text, &options).err().expect("an error");
    let Problem::Rejected(reject) = error.problem else { panic!("{error:?}") };
    assert_eq!((reject.position, reject.value.as_str()), (Position::Line(2), "12.3万"));
    let mut rows = some_rows(50);
    rows[20].plays = -1;
    let error = read_as(parquet(&rows, 10, false), &Options { threads: 2, ..options }).err().expect("an error");
    assert!(matches!(error.problem, Problem::Rejected(reject) if reject.position == Position::Row(21)));
}

#[test]
fn rejects_are_written_as_csv_with_their_value_cut() {
    let text = format!("{HEADER}\n{}\n", post_with("plays", &"9,".repeat(100).replace(',', "万")));
    let mut sink = CsvRejects::new(Vec::new(), Lang::En);
    read(Input::bytes("posts.csv", text.into_bytes()), &Options::at(now()), &mut sink, &|_| {}).expect("readable");
    assert_eq!(sink.written(), 1);
    let written = String::from_utf8(sink.into_inner().expect("flushed")).expect("text");
    let lines: Vec<&str> = written.lines().collect();
    assert_eq!(lines[0], "\u{feff}file,position,column,value,reason,message");
    assert!(
        lines[1].starts_with(&format!("posts.csv,line 2,plays,{},not-a-whole-number,", "9万".repeat(40))),
        "{}",
        lines[1]
    );
}

#[test]
fn rejects_hold_no_formulas_and_whole_rows_keep_their_commas() {
    let long = post_with("plays", "5") + ",more";
    let text = format!("{HEADER}\n{}\n{}\n{long}\n", post_with("plays", "=1+2"), post_with("plays", "-1"));
    let mut sink = CsvRejects::new(Vec::new(), Lang::En);
    read(Input::bytes("posts.csv", text.into_bytes()), &Options::at(now()), &mut sink, &|_| {}).expect("readable");
    let written = String::from_utf8(sink.into_inner().expect("flushed")).expect("text");
    for part in
        [",plays,'=1+2,not-a-whole", ",plays,-1,negative", ",\"1,2,,2026-01-01T00:00:00Z,2026-01-02T00:00:00Z,9,"]
    {
        assert!(written.contains(part), "{part} is not in {written}");
    }
}

#[test]
fn a_sink_that_fails_fails_the_import() {
    struct Full;
    impl RejectSink for Full {
        fn reject(&mut self, _: &str, _: &import::Reject) -> std::io::Result<()> {
            Err(std::io::Error::other("the disk is full"))
        }
    }
    let text = format!("{HEADER}\n{}\n", post_with("plays", "x"));
    let options = forced(Kind::PostsCsv);
    let error = read(Input::bytes("test", text.into_bytes()), &options, &mut Full, &|_| {}).err().expect("an error");
    assert!(error.to_string().contains("the disk is full"), "{error}");
}

#[test]
fn a_price_of_zero_withdraws_the_tier_and_two_prices_of_one_moment_are_told() {
    let header = "author_id,platform,tier,price_yuan\n";
    let rows = "1,,60,8200\n1,,60,8100\n1,,60,8200\n1,,1_20,0\n1,,21_60,\n";
    let objects = "{\"author_id\":1,\"tier\":\"60\",\"price_yuan\":8200}\n{\"author_id\":1,\"tier\":\"60\",\"price_yuan\":8100}\n\
                   {\"author_id\":1,\"tier\":\"60\",\"price_yuan\":8200}\n{\"author_id\":1,\"tier\":\"1_20\",\"price_yuan\":0}\n\
                   {\"author_id\":1,\"tier\":\"21_60\",\"price_yuan\":null}\n";
    for bytes in [format!("{header}{rows}"), objects.to_owned()] {
        let found = read_bytes(bytes).expect("readable");
        let told: Vec<_> = found.rejects.iter().map(|reject| (reject.value.as_str(), reject.reason)).collect();
        assert_eq!(told, [("8100", Reason::TwoPrices), ("", Reason::EmptyValue)]);
        assert!(found.rejects[0].message.en.contains("8200"), "{}", found.rejects[0]);
        let card = found.states[0].1.rate_card;
        assert_eq!(card.fen().to_array(), [None, None, Some(Fen(820_000)), None]);
        assert_eq!(card.price(Tier::From1To20s).map(|price| price.fen), Some(Fen(0)));
    }
}

#[test]
fn ids_that_a_spreadsheet_rounded_are_told_as_such() {
    let text = format!("{HEADER}\n{}\n{}\n", post_with("item_id", "6.83E+18"), post_with("author_id", "a+b"));
    let found = read_bytes(text).expect("readable");
    let told: Vec<_> = found.rejects.iter().map(|reject| reject.message.en.contains("rounded")).collect();
    assert_eq!(told, [true, false]);
}

#[test]
fn a_reject_has_no_line_end_in_its_value_and_lines_may_end_in_a_carriage_return() {
    let sound = post_with("plays", "5");
    let lines = [HEADER, &sound, "", &post_with("plays", "x"), &post_with("plays", "y")];
    for end in ["\r", "\r\n", "\n"] {
        let found = read_bytes(lines.join(end) + end).expect("readable");
        let places: Vec<_> = found.rejects.iter().map(|reject| reject.position.clone()).collect();
        assert_eq!(places, [Position::Line(4), Position::Line(5)], "{end:?}");
    }
    let mut lines = ndjson(&some_rows(1));
    lines.extend(b"{oops}\r\n");
    assert_eq!(read_bytes(lines).expect("readable").rejects[0].value, "{oops}");
}

#[test]
fn what_is_told_of_a_value_is_short_however_long_it_is() {
    let long = "x".repeat(300_000);
    let mut lines = ndjson(&some_rows(1));
    lines.extend(format!("\"{long}\"\n").bytes());
    let reject = read_bytes(lines).expect("readable").rejects.remove(0);
    assert!(reject.message.en.len() < 400 && reject.message.en.contains("expected an object"), "{reject}");
    let error = read_bytes(format!("{{\"code\":0,\"data\":\"{long}\"}}")).err().expect("an error").to_string();
    assert!(error.len() < 400 && error.contains("expected data to be an object with authors"), "{error}");
}
