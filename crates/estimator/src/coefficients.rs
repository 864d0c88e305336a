//! The numbers that methods were fitted to: a small file that people can read, made by `astrolabe fit`. The one fitted on
//! public posts is part of the binary; an operator may name another.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use domain::{AuthorId, Lang};
use serde::Deserialize;

use crate::features::{BOUNDED_FROM, COUNT, FACTORS, NAMES, Weights};
use crate::fitted_creators::FittedCreators;
use crate::trees::{Trees, TreesTable, push_trees};

const BUILT_IN: &str = include_str!("coefficients.toml");

/// The layout of the file. Another number, another meaning.
const VERSION: u32 = 3;

/// The tables of the file's percentiles.
const PERCENTILES: [&str; 5] = ["p10", "p25", "p50", "p75", "p90"];

/// The least and the most value of each bounded feature.
pub(crate) type Bounds = [[f64; 2]; COUNT - BOUNDED_FROM];

/// What `peers` knows of all creators the coefficients were fitted on.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Peers {
    /// The mean of creators' mean log plays.
    pub(crate) mean_log_plays: f64,
    /// How much creators' means differ, as a standard deviation.
    pub(crate) between_sd: f64,
    /// How much the posts of one creator differ, as a standard deviation.
    pub(crate) within_sd: f64,
}

/// Fitted numbers of the methods that need some.
#[derive(Clone, PartialEq)]
pub struct Coefficients {
    /// Named in every snapshot that these coefficients made, unless they are the built-in ones.
    pub(crate) name: String,
    /// What they were fitted on, in words.
    pub(crate) fitted_on: String,
    /// A sample of the creators among them.
    pub(crate) creators: FittedCreators,
    pub(crate) peers: Peers,
    pub(crate) bounds: Bounds,
    /// For each of [`crate::Quantiles::LEVELS`].
    pub(crate) weights: [Weights; 5],
    /// For each of the same.
    pub(crate) trees: [Trees; 5],
}

/// Why a text is no coefficients.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CoefficientsError {
    /// Not TOML, or a part is missing or unknown.
    #[error("{0}")]
    Malformed(String),
    /// Of another version.
    #[error("version {0} of coefficients is not known, only {VERSION}: fit them again")]
    Version(u32),
    /// Features are missing or unknown.
    #[error("{table} should have exactly the features {}: fit the coefficients again", NAMES.join(", "))]
    Features {
        /// The table of the file.
        table: &'static str,
    },
    /// A number that makes no sense.
    #[error("{0}")]
    Number(&'static str),
}

/// The file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    name: String,
    fitted_on: String,
    /// Absent in files of older releases.
    #[serde(default)]
    creators: Vec<String>,
    peers: Peers,
    bounds: BTreeMap<String, [f64; 2]>,
    p10: BTreeMap<String, [f64; FACTORS]>,
    p25: BTreeMap<String, [f64; FACTORS]>,
    p50: BTreeMap<String, [f64; FACTORS]>,
    p75: BTreeMap<String, [f64; FACTORS]>,
    p90: BTreeMap<String, [f64; FACTORS]>,
    trees: TreesOfPercentiles,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TreesOfPercentiles {
    p10: TreesTable,
    p25: TreesTable,
    p50: TreesTable,
    p75: TreesTable,
    p90: TreesTable,
}

impl Coefficients {
    /// Those fitted on public posts, part of the binary.
    pub fn built_in() -> &'static Coefficients {
        static COEFFICIENTS: LazyLock<Coefficients> =
            LazyLock::new(|| Coefficients::from_toml(BUILT_IN).expect("the built-in coefficients are right"));
        &COEFFICIENTS
    }

    /// Whether they are these, or equal to them.
    pub(crate) fn is_built_in(&self) -> bool {
        // Asked for every snapshot: thousands of numbers are not compared where the place tells.
        std::ptr::eq(self, Self::built_in()) || self == Self::built_in()
    }

    /// Looks whether coefficients may be called so.
    ///
    /// # Errors
    /// [`CoefficientsError`] when they may not.
    pub fn check_name(name: &str) -> Result<(), CoefficientsError> {
        match (1..=40).contains(&name.len()) && name.bytes().all(is_name_byte) {
            true => Ok(()),
            false => Err(CoefficientsError::Number("name should be 1 to 40 of the characters a-z 0-9 - . _")),
        }
    }

    /// Reads a file's text.
    ///
    /// # Errors
    /// [`CoefficientsError`] when it is not what `astrolabe fit` of this version writes.
    pub fn from_toml(text: &str) -> Result<Self, CoefficientsError> {
        let file: File = toml::from_str(text).map_err(|error| CoefficientsError::Malformed(error.to_string()))?;
        if file.version != VERSION {
            return Err(CoefficientsError::Version(file.version));
        }
        Self::check_name(&file.name)?;
        let peers = file.peers;
        if !(peers.mean_log_plays.is_finite() && peers.between_sd > 0.0 && peers.within_sd > 0.0) {
            return Err(CoefficientsError::Number("the numbers of peers should be finite and its spreads above zero"));
        }
        let creators = FittedCreators::from_hex(&file.creators)
            .ok_or(CoefficientsError::Number("creators should be marks of 16 hexadecimal digits"))?;
        let bounds: Bounds = in_order("bounds", &file.bounds, &NAMES[BOUNDED_FROM..])?;
        if bounds.iter().any(|[least, most]| least > most) {
            return Err(CoefficientsError::Number("bounds should have the lesser number first"));
        }
        let weights = [
            in_order("p10", &file.p10, &NAMES)?,
            in_order("p25", &file.p25, &NAMES)?,
            in_order("p50", &file.p50, &NAMES)?,
            in_order("p75", &file.p75, &NAMES)?,
            in_order("p90", &file.p90, &NAMES)?,
        ];
        let TreesOfPercentiles { p10, p25, p50, p75, p90 } = file.trees;
        let read = |table: TreesTable| table.read().map_err(CoefficientsError::Number);
        let trees = [read(p10)?, read(p25)?, read(p50)?, read(p75)?, read(p90)?];
        Ok(Self { name: file.name, fitted_on: file.fitted_on, creators, peers, bounds, weights, trees })
    }

    /// The file's text. What is read from it again is equal.
    pub fn to_toml(&self) -> String {
        let mut text = format!(
            "# Coefficients of the methods of expected views, made by `astrolabe fit`. What they mean: docs/method.md.\n\
             version = {VERSION}\nname = {:?}\nfitted_on = {:?}\n\
             # Marks of some of them: whose is not above the last one and not here was not fitted to.\n{}\n\
             # Log plays over creators: mean of their means, spread between creators, spread within one.\n\
             [peers]\nmean_log_plays = {:?}\nbetween_sd = {:?}\nwithin_sd = {:?}\n\n\
             # Features that do not follow the creator's own level are kept within what was seen.\n[bounds]\n",
            self.name,
            self.fitted_on,
            creators_text(&self.creators),
            self.peers.mean_log_plays,
            self.peers.between_sd,
            self.peers.within_sd
        );
        push_table(&mut text, &NAMES[BOUNDED_FROM..], &self.bounds);
        text.push_str("\n# Each percentile: feature = [weight, what is added to it times 3 / posts, times persistence, times skew].\n");
        for (name, weights) in PERCENTILES.iter().zip(&self.weights) {
            text.push_str(&format!("[{name}]\n"));
            push_table(&mut text, &NAMES, weights);
            text.push('\n');
        }
        text.push_str(
            "# Trees of each percentile: three questions, is this above that; and what is added where the answers are\n\
             # no no no, yes no no, no yes no, yes yes no, no no yes, yes no yes, no yes yes, yes yes yes.\n",
        );
        for (name, trees) in PERCENTILES.iter().zip(&self.trees) {
            text.push_str(&format!("[trees.{name}]\n"));
            push_trees(&mut text, trees);
            text.push('\n');
        }
        text.truncate(text.trim_end().len());
        text + "\n"
    }

    /// The share of these creators that they were fitted to, by a sample; none where that cannot be told.
    pub fn share_fitted_to<'i>(&self, creators: impl IntoIterator<Item = &'i AuthorId>) -> Option<f64> {
        self.creators.share_of(creators)
    }

    /// What they are called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What they were fitted on, in words.
    pub fn fitted_on(&self) -> &str {
        &self.fitted_on
    }

    /// The same in a language, where it is as [`crate::Fit`] writes it.
    pub fn fitted_on_in(&self, lang: Lang) -> Cow<'_, str> {
        let counts = self.fitted_on.strip_suffix(" creators").and_then(|text| text.split_once(" posts of "));
        match (lang, counts) {
            (Lang::Zh, Some((posts, creators))) => format!("{creators} 位达人的 {posts} 个作品").into(),
            _ => self.fitted_on().into(),
        }
    }
}

impl std::fmt::Debug for Coefficients {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Coefficients({:?})", self.name)
    }
}

pub(crate) fn is_name_byte(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_')
}

/// To so many parts of one, as the file has it.
pub(crate) fn rounded(number: f64, parts: f64) -> f64 {
    // Adding zero makes minus zero zero.
    libm::round(number * parts) / parts + 0.0
}

/// A few marks a line.
fn creators_text(creators: &FittedCreators) -> String {
    let marks = creators.to_hex();
    let lines = marks.chunks(6).map(|line| line.iter().map(|mark| format!("{mark:?}, ")).collect::<String>());
    format!("creators = [\n{}]", lines.map(|line| format!("    {}\n", line.trim_end())).collect::<String>())
}

fn push_table<const N: usize>(text: &mut String, names: &[&str], rows: &[[f64; N]]) {
    for (name, numbers) in names.iter().zip(rows) {
        let key = if name.contains('.') { format!("{name:?}") } else { (*name).to_owned() };
        text.push_str(&format!("{key} = {numbers:?}\n"));
    }
}

/// The rows of a table in the order of `names`, which are to be all of it.
fn in_order<const N: usize, const ROWS: usize>(
    table: &'static str,
    rows: &BTreeMap<String, [f64; N]>,
    names: &[&str],
) -> Result<[[f64; N]; ROWS], CoefficientsError> {
    let wrong = CoefficientsError::Features { table };
    let told: Option<Vec<[f64; N]>> = names.iter().map(|name| rows.get(*name).copied()).collect();
    let told = told.filter(|_| rows.len() == names.len()).ok_or_else(|| wrong.clone())?;
    if told.iter().flatten().any(|number| !number.is_finite()) {
        return Err(CoefficientsError::Number("every number should be finite"));
    }
    told.try_into().map_err(|_| wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let built_in = Coefficients::built_in();
        assert_eq!(Coefficients::from_toml(&built_in.to_toml()).as_ref(), Ok(built_in));
        assert_eq!(built_in.to_toml(), BUILT_IN, "the committed file is as `astrolabe fit` writes it");
    }

    #[test]
    fn what_is_wrong_is_told() {
        let right = Coefficients::built_in().to_toml();
        let of = |from: &str, to: &str| Coefficients::from_toml(&right.replacen(from, to, 1)).expect_err("wrong");
        assert_eq!(of("version = 3", "version = 1"), CoefficientsError::Version(1));
        assert_eq!(of("p100 = [", "p101 = ["), CoefficientsError::Features { table: "p10" });
        assert!(matches!(of("name = \"", "name = \"Ü"), CoefficientsError::Number(_)));
        assert!(
            matches!(of("[[[\"", "[[[\"un"), CoefficientsError::Number(_)),
            "a tree that asks about something unknown"
        );
        assert!(matches!(of("start = -", "start = -inf #"), CoefficientsError::Number(_)));
        assert!(matches!(of("creators = [", "creators = [\"none\", "), CoefficientsError::Number(_)));
        assert!(matches!(of("version", "vision"), CoefficientsError::Malformed(_)));
    }
}
