//! Makes a marketplace in a temporary directory and reads its CSV files back.

use std::fs;
use std::path::Path;

use csv::StringRecord;
use domain::UnixTime;
use synth::{Format, Plan, Written};
use tempfile::TempDir;

/// A row of posts.
#[derive(Debug, Clone)]
pub(crate) struct PostRow {
    pub(crate) item_id: String,
    pub(crate) author_id: String,
    pub(crate) platform: String,
    pub(crate) published_at: UnixTime,
    pub(crate) captured_at: UnixTime,
    pub(crate) duration_s: Option<u32>,
    pub(crate) sponsored: Option<bool>,
    /// Plays, likes, comments, shares, collects.
    pub(crate) counts: [u64; 5],
}

impl PostRow {
    pub(crate) fn age_days(&self) -> f64 {
        f64::from(self.captured_at.seconds_since(self.published_at)) / 86_400.0
    }

    /// One more, so that a post without plays has a logarithm too.
    pub(crate) fn log_plays(&self) -> f64 {
        (self.counts[0] as f64 + 1.0).ln()
    }
}

/// A row of rate cards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PriceRow {
    pub(crate) author_id: String,
    pub(crate) platform: String,
    pub(crate) tier: String,
    pub(crate) yuan: u64,
    pub(crate) followers: u64,
    pub(crate) category: String,
    pub(crate) name: String,
}

pub(crate) fn make(plan: &Plan, format: Format) -> (TempDir, Written) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let written = synth::write(plan, dir.path(), format, &mut |_, _| {}).expect("a marketplace");
    (dir, written)
}

/// The rows of a plan, by way of CSV.
pub(crate) fn rows(plan: &Plan) -> (Vec<PostRow>, Vec<PriceRow>, Written) {
    let (_dir, written) = make(plan, Format::Csv);
    let posts = records(&written.posts_file).iter().map(post).collect();
    let prices = records(&written.rate_cards_file).iter().map(price).collect();
    (posts, prices, written)
}

pub(crate) fn header(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("a text file");
    text.lines().next().unwrap_or_default().to_owned()
}

fn records(path: &Path) -> Vec<StringRecord> {
    let mut reader = csv::Reader::from_path(path).expect("a CSV file");
    reader.records().map(|record| record.expect("a record of as many fields as the header")).collect()
}

fn post(record: &StringRecord) -> PostRow {
    let number = |column: usize| record[column].parse::<u64>().expect("a count");
    let time = |column: usize| record[column].parse::<UnixTime>().expect("a time");
    PostRow {
        item_id: record[0].to_owned(),
        author_id: record[1].to_owned(),
        platform: record[2].to_owned(),
        published_at: time(3),
        captured_at: time(4),
        duration_s: (!record[5].is_empty()).then(|| record[5].parse().expect("seconds")),
        sponsored: (!record[6].is_empty()).then(|| record[6].parse().expect("true or false")),
        counts: [7, 8, 9, 10, 11].map(number),
    }
}

fn price(record: &StringRecord) -> PriceRow {
    PriceRow {
        author_id: record[0].to_owned(),
        platform: record[1].to_owned(),
        tier: record[2].to_owned(),
        yuan: record[3].parse().expect("whole yuan"),
        followers: record[4].parse().expect("a number"),
        category: record[5].to_owned(),
        name: record[6].to_owned(),
    }
}
