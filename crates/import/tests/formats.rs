//! Every format and compression gives the same facts; what is broken is an error that says so.

mod common;

use std::io::Read as _;
use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, StringArray};
use common::*;
use domain::{Fen, Profile, Tier};
use import::{Input, Kind, Options, Position, Problem, Reason, read};

#[test]
fn the_same_rows_give_the_same_states_in_every_format() {
    let rows = some_rows(500);
    let expected = read_bytes(csv(&rows)).expect("readable");
    assert_eq!(expected.rejects, []);
    assert_eq!((expected.summary.rows, expected.summary.merged), (500, 500));
    assert_eq!(expected.states.len(), 14);
    let with_bom = [b"\xef\xbb\xbf".as_slice(), &csv(&rows)].concat();
    let with_crlf = String::from_utf8(csv(&rows)).expect("text").replace('\n', "\r\n").into_bytes();
    let members = csv(&rows).chunks(700).flat_map(gzip).collect();
    for (name, bytes, kind) in [
        ("NDJSON", ndjson(&rows), Kind::PostsNdjson),
        ("Parquet", parquet(&rows, 60, false), Kind::PostsParquet),
        ("Parquet with text ids", parquet(&rows, 60, true), Kind::PostsParquet),
        ("gzip", gzip(&csv(&rows)), Kind::PostsCsv),
        ("gzip of many members", members, Kind::PostsCsv),
        ("zstd", zstd(&ndjson(&rows)), Kind::PostsNdjson),
        ("zstd of Parquet", zstd(&parquet(&rows, 100, false)), Kind::PostsParquet),
        ("byte order mark", with_bom, Kind::PostsCsv),
        ("CRLF", with_crlf, Kind::PostsCsv),
    ] {
        for threads in [1, 3] {
            let options = Options { threads, ..Options::at(now()) };
            let found = read_as(bytes.clone(), &options).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(found.summary.kind, kind, "{name}");
            assert_eq!(found.states, expected.states, "{name}, {threads} threads");
        }
    }
}

#[test]
fn a_reader_that_hands_out_single_bytes_is_read_like_a_file() {
    struct Drip<R>(R);
    impl<R: std::io::Read> std::io::Read for Drip<R> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let length = buffer.len().min(1);
            self.0.read(&mut buffer[..length])
        }
    }
    let rows = some_rows(20);
    let expected = read_bytes(csv(&rows)).expect("readable").states;
    for bytes in [csv(&rows), ndjson(&rows), parquet(&rows, 7, false), gzip(&csv(&rows)), zstd(&csv(&rows))] {
        let input = Input::reader("stdin", Drip(bytes.as_slice().chain(std::io::empty())));
        let imported = read(input, &Options::at(now()), &mut Vec::new(), &|_| {}).expect("readable");
        assert_eq!(imported.into_sorted().collect::<Vec<_>>(), expected);
    }
}

/// What pandas makes of integers where some are missing.
#[test]
fn counts_of_text_files_may_be_written_with_a_fraction_of_zero() {
    let csv = "item_id,author_id,published_at,captured_at,duration_s,sponsored,plays,likes\n\
        1,7,2026-01-01T00:00:00Z,2026-01-02T00:00:00Z,29.0,1.0,3900000.00,\n";
    let ndjson = r#"{"item_id":"1","author_id":"7","published_at":"2026-01-01T00:00:00Z","captured_at":"2026-01-02T00:00:00Z",
        "duration_s":29.0,"sponsored":1.0,"plays":3900000.00,"likes":null}"#;
    for text in [csv.to_owned(), ndjson.replace('\n', "")] {
        let found = read_bytes(text).expect("readable");
        let post = &found.states.first().expect("a creator").1.posts.posts()[0];
        let taken = (post.duration_s.get(), post.sponsored, post.plays, post.likes.get());
        assert_eq!(taken, (Some(29), Some(true), 3_900_000, None), "{:?}", found.rejects);
    }
    let found = read_bytes("author_id,tier,price_yuan,followers\n7,60,8200.0,12000.0\n").expect("readable");
    let state = &found.states[0].1;
    assert_eq!(state.rate_card.price(Tier::Over60s).map(|price| price.fen), Some(Fen(820_000)));
    assert_eq!(state.profile.followers.map(|dated| dated.value), Some(12_000));
}

#[test]
fn a_file_is_read_from_its_path_and_the_progress_ends_at_its_size() {
    let rows = some_rows(300);
    let file = tempfile::NamedTempFile::new().expect("a file");
    for bytes in [csv(&rows), zstd(&csv(&rows)), parquet(&rows, 50, false)] {
        std::fs::write(file.path(), &bytes).expect("written");
        let last = std::sync::Mutex::new(import::Progress::default());
        let tell = |progress| *last.lock().expect("no panic") = progress;
        let imported = read(Input::path(file.path()), &Options::at(now()), &mut Vec::new(), &tell).expect("readable");
        let last = last.into_inner().expect("no panic");
        let size = bytes.len() as u64;
        assert_eq!((last.rows, last.bytes, last.bytes_total), (300, size, Some(size)));
        assert_eq!(imported.summary().rows, 300);
    }
}

#[test]
fn what_is_cut_is_an_error_that_names_the_file() {
    let rows = some_rows(2000);
    let cut = |mut bytes: Vec<u8>| {
        bytes.truncate(bytes.len() * 2 / 3);
        bytes
    };
    type Is = fn(&Problem) -> bool;
    let cases: [(&str, Vec<u8>, Is); 5] = [
        ("gzip", cut(gzip(&csv(&rows))), |problem| matches!(problem, Problem::Compression { format: "gzip", .. })),
        ("zstd", cut(zstd(&csv(&rows))), |problem| matches!(problem, Problem::Compression { format: "zstd", .. })),
        ("Parquet", cut(parquet(&rows, 500, false)), |problem| matches!(problem, Problem::Parquet { .. })),
        ("NDJSON", cut(ndjson(&rows)), |problem| matches!(problem, Problem::CutShort { .. })),
        ("quoted CSV", b"item_id,author_id,published_at,captured_at,plays\n1,\"2,".to_vec(), |problem| {
            matches!(problem, Problem::CutShort { .. })
        }),
    ];
    for (name, bytes, is) in cases {
        let error = read_bytes(bytes).err().unwrap_or_else(|| panic!("{name} was read"));
        assert_eq!(error.file, "test");
        assert!(error.to_string().starts_with("test: "), "{error}");
        assert!(is(&error.problem), "{name}: {error:?}");
    }
}

#[test]
fn what_is_missing_or_unknown_is_named() {
    let error = read_bytes("item_id,author_id,published_at,plays\n").err().expect("an error").to_string();
    assert!(error.contains("captured_at is missing") && error.contains("item_id, author_id"), "{error}");
    let error = read_bytes("plays,plays,item_id\n").err().expect("an error").to_string();
    assert!(error.contains("plays is there more than once"), "{error}");
    for (bytes, says) in
        [("", "empty"), ("a,b\n1,2\n", "no header"), ("\u{1}\u{2}", "no header"), ("[{\"plays\":1}]", "array")]
    {
        let error = read_bytes(bytes).err().expect("an error").to_string();
        assert!(error.contains(says), "{bytes:?}: {error}");
    }
    let utf16: Vec<u8> = "item_id".encode_utf16().fold(vec![0xff, 0xfe], |mut bytes, unit| {
        bytes.extend(unit.to_le_bytes());
        bytes
    });
    assert!(read_bytes(utf16).err().expect("an error").to_string().contains("UTF-16"));
}

#[test]
fn tables_of_spreadsheets_are_told_how_to_be_saved_in_both_languages() {
    for (bytes, en, zh) in
        [("PK\u{3}\u{4}rest", "Excel workbook", "Excel 工作簿"), ("id,name\n1,a\n", "no header", "表头")]
    {
        let Some(Problem::Unrecognised(told)) = read_bytes(bytes).err().map(|error| error.problem) else {
            panic!("{bytes} is recognised");
        };
        assert!(told.en.contains(en) && told.zh.contains(zh), "{told:?}");
        assert_eq!(told.en.contains("CSV UTF-8"), bytes != "id,name\n1,a\n", "{told:?}");
    }
}

#[test]
fn a_creator_on_two_platforms_is_one() {
    let text = "author_id,platform,tier,price_yuan\n7,SHORT_VIDEO,60,100\n7,PICTURE_TEXT,single,50\n8,,60,100\n";
    let summary = read_bytes(text).expect("readable").summary;
    assert_eq!((summary.creators, summary.states), (2, 3));
}

#[test]
fn unknown_columns_are_told_and_known_ones_may_come_in_any_order() {
    let text = "plays,likse,captured_at,published_at,author_id,item_id\n5,1,2026-01-02T00:00:00Z,2026-01-01T00:00:00Z,a-1,b_2\n";
    let found = read_bytes(text).expect("readable");
    assert_eq!(found.summary.ignored_columns, ["likse"]);
    let (key, state) = &found.states[0];
    assert_eq!((key.author_id.to_string(), key.platform.name()), ("a-1".to_owned(), "SHORT_VIDEO"));
    let post = &state.posts.posts()[0];
    assert_eq!(
        (post.plays, post.likes.get(), post.sponsored, post.item_id.to_string()),
        (5, None, None, "b_2".to_owned())
    );
    let json = "{\"caption\":{\"a\":[1]},\"item_id\":1,\"author_id\":\"2\",\"plays\":\"7\",\"published_at\":\"2026-01-01T00:00:00Z\",\
                \"captured_at\":\"2026-01-01T08:00:00+08:00\",\"sponsored\":true,\"likes\":null}\n";
    let found = read_bytes(json).expect("readable");
    assert_eq!((found.summary.ignored_columns, found.rejects), (vec!["caption".to_owned()], vec![]));
    assert_eq!(found.states[0].1.posts.posts()[0].sponsored, Some(true));
}

#[test]
fn a_column_without_a_name_is_told_by_its_place() {
    let text = ",item_id,author_id,published_at,captured_at,plays, ,odd\n\
                0,1,2,2026-01-01T00:00:00Z,2026-01-02T00:00:00Z,5,,\n";
    let summary = read_bytes(text).expect("readable").summary;
    assert_eq!(
        (summary.merged, summary.ignored_columns, summary.unnamed_columns),
        (1, vec!["odd".to_owned()], vec![1, 7])
    );
}

#[test]
fn columns_of_parquet_are_known_by_what_spreadsheets_call_them() {
    let texts = |values: [&str; 2]| Arc::new(StringArray::from(values.to_vec())) as ArrayRef;
    let posts = table(
        vec![
            ("作品 ID", Arc::new(Int64Array::from(vec![1, 2]))),
            ("达人 ID", texts(["7", "8"])),
            ("内容形式", texts(["图文", "短视频"])),
            ("发布时间", texts(["2026-01-01T00:00:00+08:00"; 2])),
            ("采集时间", texts(["2026-01-02T00:00:00+08:00"; 2])),
            ("播放量", Arc::new(Int64Array::from(vec![100, 200]))),
            ("备注", texts(["", ""])),
        ],
        10,
    );
    let found = read_bytes(posts).expect("readable");
    assert_eq!((found.summary.kind, found.summary.merged), (Kind::PostsParquet, 2));
    assert_eq!((found.summary.ignored_columns, found.rejects), (vec!["备注".to_owned()], vec![]));
    let keys: Vec<String> = found.states.iter().map(|(key, _)| format!("{} {}", key.author_id, key.platform)).collect();
    assert_eq!(keys, ["7 PICTURE_TEXT", "8 SHORT_VIDEO"]);
    let price: ArrayRef = Arc::new(Int64Array::from(vec![8200, 9200]));
    let columns = vec![("星图ID", texts(["7", "8"])), ("时长档位", texts(["60", "60秒以上"])), ("报价（元）", price)];
    let found = read_bytes(table(columns, 10)).expect("readable");
    assert_eq!((found.summary.kind, found.summary.merged), (Kind::RateCardsParquet, 2));
}

#[test]
fn columns_are_known_by_what_spreadsheets_call_them() {
    let posts = "作品ID,达人昵称,星图ID,达人ID,内容形式,发布时间,采集时间,播放量,点赞,评论,转发,收藏,时长(秒)\n\
                 1,甲,8,7,图文,2026-01-01T00:00:00+08:00,2026-01-02T00:00:00+08:00,100,1,2,3,4,9\n";
    let found = read_bytes(posts).expect("readable");
    assert_eq!(
        (found.summary.kind, found.summary.ignored_columns),
        (Kind::PostsCsv, vec!["星图ID".into(), "达人昵称".into()])
    );
    let (key, state) = &found.states[0];
    assert_eq!((key.author_id.to_string(), key.platform.name()), ("7".to_owned(), "PICTURE_TEXT"));
    let post = &state.posts.posts()[0];
    let counts = [post.likes, post.comments, post.shares, post.collects, post.duration_s].map(domain::Count::get);
    assert_eq!((post.plays, counts), (100, [Some(1), Some(2), Some(3), Some(4), Some(9)]));
    let prices = "达人 ID,昵称,时长档位,报价（元）,粉丝数\n7,甲,60,8200,100\n";
    let found = read_bytes(prices).expect("readable");
    assert_eq!(
        (found.summary.kind, found.states[0].1.profile.name.as_ref().map(|name| name.value.as_str())),
        (Kind::RateCardsCsv, Some("甲"))
    );
    // Of two that people call the same a column's own name is it; what is there twice is told.
    let both = "author_id,达人ID,tier,price_yuan\n7,8,60,100\n";
    assert_eq!(read_bytes(both).expect("readable").states[0].0.author_id.to_string(), "7");
    let twice = read_bytes("达人ID,达人 ID,tier,price_yuan\n7,8,60,100\n").err().expect("an error");
    assert!(matches!(&twice.problem, Problem::RepeatedColumn(name) if name == "达人ID"), "{twice}");
}

#[test]
fn rate_cards_tell_of_their_creators_in_every_format() {
    let csv = "author_id,tier,price_yuan,followers,category,name\n\
               7,60,100,4318386, 美妆 ,\"甲, 乙\"\n\
               7,1_20,50,,,\n\
               8,60,100,-1,,\n\
               9,60,100,,\"a\nb\",\n";
    let ndjson = "{\"author_id\":7,\"tier\":\"60\",\"price_yuan\":100,\"followers\":4318386,\"category\":\"美妆\",\"name\":\"甲, 乙\"}\n\
                  {\"author_id\":7,\"tier\":\"1_20\",\"price_yuan\":50,\"followers\":null}\n\
                  {\"author_id\":8,\"tier\":\"60\",\"price_yuan\":100,\"followers\":-1}\n\
                  {\"author_id\":9,\"tier\":\"60\",\"price_yuan\":100,\"category\":\"a\\nb\"}\n";
    let texts = |texts: [Option<&str>; 4]| -> ArrayRef { Arc::new(StringArray::from_iter(texts)) };
    let integers = |numbers: [Option<i64>; 4]| -> ArrayRef { Arc::new(Int64Array::from_iter(numbers)) };
    let parquet = table(
        vec![
            ("author_id", integers([7, 7, 8, 9].map(Some))),
            ("tier", texts(["60", "1_20", "60", "60"].map(Some))),
            ("price_yuan", integers([100, 50, 100, 100].map(Some))),
            ("followers", integers([Some(4_318_386), None, Some(-1), None])),
            ("category", texts([Some("美妆"), None, None, Some("a\nb")])),
            ("name", texts([Some("甲, 乙"), None, None, None])),
        ],
        3,
    );
    for (name, bytes) in
        [("CSV", csv.as_bytes().to_vec()), ("NDJSON", ndjson.as_bytes().to_vec()), ("Parquet", parquet)]
    {
        let found = read_bytes(bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        let rejects: Vec<_> = found.rejects.iter().map(|reject| (reject.column, reject.reason)).collect();
        assert_eq!(rejects, [("followers", Reason::Negative), ("category", Reason::BadText)], "{name}");
        let [(_, state)] = &found.states[..] else { panic!("{name}: {:?}", found.states) };
        let label = |text: &str| Some(text.parse().expect("a label"));
        let expected = Profile::of(now(), Some(4_318_386), label("美妆"), label("甲, 乙"));
        assert_eq!(state.profile, expected, "{name}");
        assert_eq!(state.rate_card.fen().to_array(), [Some(Fen(5_000)), None, Some(Fen(10_000)), None], "{name}");
    }
}

#[test]
fn semicolons_tabs_and_spaces_may_stand_between_fields() {
    let rows = some_rows(20);
    let expected = read_bytes(csv(&rows)).expect("readable");
    let commas = String::from_utf8(csv(&rows)).expect("text");
    for separator in [";", "\t", ", "] {
        let found = read_bytes(commas.replace(',', separator)).unwrap_or_else(|error| panic!("{separator:?}: {error}"));
        assert_eq!((found.summary.kind, found.rejects), (Kind::PostsCsv, vec![]), "{separator:?}");
        assert_eq!(found.states, expected.states, "{separator:?}");
    }
    let cards = read_bytes("author_id;tier;price_yuan;name\n7;60;5;\"a; b, c\"\n").expect("readable");
    assert_eq!(cards.states[0].1.profile.name.as_ref().map(|name| name.value.as_str()), Some("a; b, c"));
}

#[test]
fn an_unclosed_quote_is_told_where_its_row_begins() {
    let mut rows = csv(&some_rows(3));
    rows.extend(b"\"4,1,\n");
    rows.extend(csv(&some_rows(30_000)));
    let error = read_bytes(rows).err().expect("an error").to_string();
    assert!(error.contains("line 5"), "{error}");
    let error =
        read_bytes("item_id,plays,author_id,published_at,captured_at\r\n\r\n1,\"2\r\n3\r\n").err().expect("an error");
    assert!(matches!(error.problem, Problem::CutShort { line: 3, .. }), "{error}");
}

#[test]
fn json_over_several_lines_is_told_once() {
    let pretty = "{\n  \"item_id\": 1,\n  \"plays\": 2\n}\n";
    let error = read_bytes(pretty).err().expect("an error").to_string();
    assert!(error.contains("one object a line"), "{error}");
}

#[test]
fn a_row_with_a_key_of_a_reply_is_a_row() {
    let rows = String::from_utf8(ndjson(&some_rows(3))).expect("text");
    for key in ["code", "data", "authors"] {
        let found = read_bytes(rows.replace('{', &format!("{{\"{key}\":1,"))).expect("readable");
        assert_eq!((found.summary.kind, found.summary.merged), (Kind::PostsNdjson, 3), "{key}");
    }
}

#[test]
fn spaces_around_a_value_are_no_part_of_it_in_any_column() {
    let cells = ["1", "7", "图文", "2026-01-01 08:00", "2026-01-02T00:00:00Z", "9", "是", "100", "1", "2", "3", "4"];
    let columns: Vec<&str> = HEADER.split(',').collect();
    let options = Options { time_zone: Some("Asia/Shanghai".parse().expect("a zone")), ..Options::at(now()) };
    let expected = read_as(format!("{HEADER}\n{}\n", cells.join(",")), &options).expect("readable");
    assert_eq!((expected.rejects.len(), expected.summary.merged), (0, 1));
    let spaced = cells.map(|cell| format!("\u{a0} {cell}\u{3000}"));
    let object: Vec<String> =
        columns.iter().zip(&spaced).map(|(name, cell)| format!("\"{name}\":\"{cell}\"")).collect();
    let text = |cell: &String| Arc::new(StringArray::from(vec![cell.as_str()])) as ArrayRef;
    let parquet = table(columns.iter().copied().zip(spaced.iter().map(text)).collect(), 1);
    let csv = format!("{HEADER}\n{}\n", spaced.join(","));
    for bytes in [csv.into_bytes(), format!("{{{}}}\n", object.join(",")).into_bytes(), parquet] {
        let found = read_as(bytes, &options).expect("readable");
        assert_eq!((found.states, found.rejects), (expected.states.clone(), vec![]), "{}", found.summary.kind);
    }
    let found = read_bytes("author_id,tier,price_yuan,followers\n7 ,21-60秒, 8000 ,　480000\n").expect("readable");
    assert_eq!(found.states[0].1.rate_card.price(Tier::From21To60s).map(|price| price.fen), Some(Fen(800_000)));
}

#[test]
fn what_people_write_for_a_value_they_do_not_know_is_unknown() {
    let sound = ["1", "7", "", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "", "", "100", "", "", "", ""];
    let expected = read_bytes(format!("{HEADER}\n{}\n", sound.join(","))).expect("readable").states;
    let columns: Vec<&str> = HEADER.split(',').collect();
    for unknown in ["-", "--", "—", "–", "/", "N/A", "na", "null", "NULL", "None", "NaN", "无", "暂无", "未知", "  "]
    {
        let cells = sound.map(|cell| if cell.is_empty() { unknown } else { cell });
        let text = |cell: &str| Arc::new(StringArray::from(vec![cell])) as ArrayRef;
        let parquet = table(columns.iter().copied().zip(cells.map(text)).collect(), 1);
        for bytes in [format!("{HEADER}\n{}\n", cells.join(",")).into_bytes(), parquet] {
            let found = read_bytes(bytes).expect("readable");
            assert_eq!((&found.states, found.rejects), (&expected, vec![]), "{unknown}");
        }
        let card =
            format!("author_id,tier,price_yuan,followers,name\n7,60,100,{unknown},{unknown}\n7,1_20,{unknown},,\n");
        let found = read_bytes(card).expect("readable");
        assert!(found.states[0].1.profile.is_empty(), "{unknown}");
        let told: Vec<_> = found.rejects.iter().map(|reject| (reject.column, reject.reason)).collect();
        assert_eq!(told, [("price_yuan", Reason::EmptyValue)], "{unknown}");
    }
}

#[test]
fn blank_rows_are_no_rows_and_sums_are_no_creators() {
    let text = "author_id,tier,price_yuan\n,,\n7,60,100\n　, ,\n,,,,\n合计,,48000\n,,\n";
    let found = read_bytes(text).expect("readable");
    assert_eq!((found.summary.rows, found.summary.merged), (2, 1));
    let told: Vec<_> = found.rejects.iter().map(|reject| (reject.position.clone(), reject.reason)).collect();
    assert_eq!(told, [(Position::Line(6), Reason::BadId)]);
    let strict = Options { strict: true, ..Options::at(now()) };
    let found = read_as("author_id,tier,price_yuan\n7,60,100\n,,\n,,\n", &strict).expect("blank rows are no fault");
    assert_eq!(found.summary.merged, 1);
}

#[test]
fn titles_may_stand_above_a_header() {
    let titles = "双十一达人报价\n,,\n\n制表：小王,,\n";
    for separator in [",", ";", "\t"] {
        let table = "达人ID,时长档位,报价\n7,60,100\n7,60,x\n".replace(',', separator);
        let found = read_bytes(format!("\u{feff}{titles}{table}")).expect("readable");
        assert_eq!((found.summary.kind, found.summary.rows, found.summary.merged), (Kind::RateCardsCsv, 2, 1));
        assert_eq!(found.rejects[0].position, Position::Line(7), "{separator:?}");
    }
    let error = read_bytes(format!("{titles}达人ID,报价\n7,100\n")).err().expect("an error");
    assert!(matches!(error.problem, Problem::MissingColumn { missing: "tier", .. }), "{error}");
    let error = read_bytes(format!("{}达人ID,时长档位,报价\n7,60,100\n", "题\n".repeat(10))).err().expect("an error");
    assert!(error.to_string().contains("the first ten lines"), "{error}");
}
