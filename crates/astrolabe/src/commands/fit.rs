//! `astrolabe fit`: the coefficients of the fitted methods, from posts.

use std::path::PathBuf;

use anyhow::{Context, bail};
use catalog::Lang;
use clap::Args;
use domain::AuthorId;
use estimator::{Coefficients, Fit, Method, Report, Settings, mark};
use serde::Serialize;
use serde_json::json;

use crate::cli::Common;
use crate::commands::backtest::{are_known, backtest, scores_text, share_known, with_coefficients};
use crate::commands::import::{cores, parse_zone};
use crate::commands::read_posts::{Series, creators, histories, posts_of};
use crate::config;
use crate::lang::{self, told};
use crate::output::{self, counted, thousands};
use crate::tables::{check_writable, write_whole};

#[derive(Debug, Args)]
pub(crate) struct FitArgs {
    /// Files of posts, of any kind that import reads; - is the standard input [default: the posts in the data directory]
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The zone of times that do not say their offset, by its IANA name: Asia/Shanghai for Beijing time. A day without a time
    /// counts from its beginning
    #[arg(long, value_name = "ZONE", value_parser = parse_zone)]
    time_zone: Option<::import::Zone>,
    /// Where the coefficients go; name the file in the configuration as estimate.coefficients
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// What they are called in snapshots: a-z, 0-9, - . _ [default: the file's name]
    #[arg(long)]
    name: Option<String>,
    /// The share of creators that are first held out, to score a fit to the others; what is written is fitted to all
    #[arg(long, default_value_t = 0.2, value_name = "SHARE")]
    hold_out: f64,
    /// Print what was fitted and how it scored as JSON for programs
    #[arg(long)]
    json: bool,
}

/// At most about so many rows: more make no coefficient better and the fit slow.
const ROWS_MAX: u64 = 100_000;

/// Runs the verb.
pub(crate) fn run(common: &Common, args: &FitArgs) -> anyhow::Result<()> {
    let (share, lang) = (args.hold_out, lang::spoken());
    if !(0.0..=0.9).contains(&share) {
        bail!(told!(
            lang,
            "--hold-out is {share}: right would be 0 to 0.9",
            "--hold-out 为 {share}：应在 0 至 0.9 之间"
        ));
    }
    let settings = config::load(common.config.as_deref())?.estimate;
    let name = args.name.clone().unwrap_or_else(|| file_stem(args));
    if Coefficients::check_name(&name).is_err() {
        bail!(told!(
            lang,
            "--name is {name:?}: right would be 1 to 40 of the characters a-z 0-9 - . _",
            "--name 为 {name:?}：应为 1 至 40 个字符，可用 a-z 0-9 - . _"
        ));
    }
    check_writable(&args.out)?;
    let all = posts_of(common, &args.files, args.time_zone.as_ref(), cores())?;
    let held_out = (share > 0.0).then(|| held_out(&all, share, &settings)).transpose()?;
    if let Some(held_out) = held_out.as_ref().filter(|_| !args.json) {
        output::result(&held_out.text(lang))?;
    }
    let Fitted { coefficients, fitted_on } = fitted(&all, &name, &settings, |_| true)?;
    let text = coefficients.to_toml();
    Coefficients::from_toml(&text).with_context(|| format!("--name {name}"))?;
    write_whole(&args.out, text.as_bytes())?;
    // Wherever the configuration is read from.
    let out = std::path::absolute(&args.out).unwrap_or_else(|_| args.out.clone());
    if args.json {
        output::json(&json!({ "name": name, "file": out, "fitted_on": fitted_on, "held_out": held_out }))?;
    }
    let (fitted_on, written) = (coefficients.fitted_on_in(lang), args.out.display());
    output::person(&told!(
        lang,
        "fitted on {fitted_on}; wrote {written}; to use it: [estimate] coefficients = {out:?} in the configuration, then astrolabe reestimate",
        "拟合数据：{fitted_on}；已写入 {written}；如需使用：在配置中写入 [estimate] coefficients = {out:?}，然后运行 astrolabe reestimate"
    ));
    Ok(())
}

/// What coefficients were fitted to.
#[derive(Serialize)]
struct FittedOn {
    /// Posts that were forecast.
    posts: usize,
    creators: u64,
    /// Whether they are of creators drawn by lot.
    is_sample: bool,
}

struct Fitted {
    coefficients: Coefficients,
    fitted_on: FittedOn,
}

/// How a fit to some creators scores on the others.
#[derive(Serialize)]
struct HeldOut {
    /// How many were held out.
    creators: usize,
    fitted_on: FittedOn,
    scores: Report,
}

impl HeldOut {
    fn text(&self, lang: Lang) -> String {
        let scores = scores_text(&self.scores, lang, output::width());
        let held = self.creators as u64;
        let (counted, held) = (counted(held, "creator"), thousands(held));
        told!(lang, "{counted} held out.\n{scores}", "留出 {held} 位达人用于评分。\n{scores}")
    }
}

/// Scores, on creators held out, of coefficients fitted on the others.
fn held_out(all: &[Series], share: f64, settings: &Settings) -> anyhow::Result<HeldOut> {
    let is_held_out = |id: &AuthorId| lot(id) < share;
    let Fitted { coefficients, fitted_on } = fitted(all, "held-out", settings, |id| !is_held_out(id))?;
    let settings = with_coefficients(settings, coefficients);
    let held: Vec<Series> = all.iter().filter(|(key, _)| is_held_out(&key.author_id)).cloned().collect();
    let methods = [
        Method::Median10,
        Method::Median15,
        Method::Weighted,
        Method::Peers,
        Method::Regression,
        Method::Trees,
        Method::Ensemble,
    ];
    let mut scores = backtest(&held, &methods, &settings, cores()).report();
    // What there is without fitting, so that one sees what fitting is worth; not where it was fitted to the same creators.
    let built_in = Settings { coefficients: Coefficients::built_in(), ..settings };
    if !are_known(share_known(&held, built_in.coefficients)) {
        scores.methods.extend(backtest(&held, &[Method::Ensemble], &built_in, cores()).report().methods);
    }
    Ok(HeldOut { creators: creators(&held).count(), fitted_on, scores })
}

/// Fits coefficients to the creators that are to be taken.
fn fitted(
    all: &[Series],
    name: &str,
    settings: &Settings,
    takes: impl Fn(&AuthorId) -> bool,
) -> anyhow::Result<Fitted> {
    let posts: u64 = all.iter().map(|(_, posts)| posts.posts().len() as u64).sum();
    let share = ROWS_MAX as f64 / posts.max(1) as f64;
    let mut fit = Fit::default();
    // Another lot than that of holding out, so that one does not choose among what the other left.
    let is_taken = |id: &AuthorId| takes(id) && (lot(id) * 1024.0).fract() < share;
    let taken = creators(all).filter(|creator| is_taken(&creator[0].0.author_id));
    taken.for_each(|creator| fit.add(&creator[0].0.author_id, histories(creator), settings.mature_days));
    let fitted_on = FittedOn { posts: fit.rows(), creators: fit.creators(), is_sample: share < 1.0 };
    output::person(&fitting(fitted_on.posts as u64, fitted_on.is_sample, lang::spoken()));
    Ok(Fitted { coefficients: fit.coefficients(name)?, fitted_on })
}

/// What is fitted to, which may be a sample.
fn fitting(rows: u64, is_sample: bool, lang: Lang) -> String {
    let (counted, rows, most) = (counted(rows, "row"), thousands(rows), thousands(ROWS_MAX));
    match is_sample {
        true => told!(
            lang,
            "fitting to {counted}, of creators drawn by lot: more than about {most} make no coefficient better",
            "以 {rows} 行拟合，所属达人由抽签选出：超过约 {most} 行不会使系数更好"
        ),
        false => told!(lang, "fitting to {counted}", "以 {rows} 行拟合"),
    }
}

/// A number from 0 to 1 that is the same for a creator on every machine and platform.
fn lot(id: &AuthorId) -> f64 {
    (mark(id) >> 11) as f64 / (1_u64 << 53) as f64
}

fn file_stem(args: &FitArgs) -> String {
    let stem = args.out.file_stem().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    stem.chars()
        .map(|char| if char.is_ascii_alphanumeric() || "-._".contains(char) { char } else { '-' })
        .take(40)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_told_to_be_one() {
        assert_eq!(fitting(20_000, false, Lang::En), "fitting to 20,000 rows");
        assert!(fitting(80_594, true, Lang::En).starts_with("fitting to 80,594 rows, of creators drawn by lot"));
        assert!(
            fitting(80_594, true, Lang::Zh).contains("80,594 行") && fitting(80_594, true, Lang::Zh).contains("抽签")
        );
    }
}
