//! A question for a plan and its answer as they are written, both ways. Amounts are texts in yuan, kept exactly.

use serde::{Deserialize, Serialize};

/// What a plan is to be best at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PlanGoal {
    /// The most expected views.
    Views,
    /// The most expected interactions.
    Interactions,
    /// The lowest cost per interaction, at a floor of views.
    Cpe,
}

/// A question for a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlanQuestion {
    /// What the plan is to be best at.
    pub goal: PlanGoal,
    /// What all picks may cost together.
    pub budget_yuan: String,
    /// The fewest expected views in total.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub views_min: Option<u64>,
    /// The platform's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// Names of the lengths that will do; all, when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tiers: Vec<String>,
    /// Ids of creators that must be in the plan.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub must_have: Vec<String>,
    /// Ids of creators that must not be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
    /// Limits by category.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub caps: Vec<PlanCap>,
    /// How many picks at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picks_max: Option<usize>,
    /// Ids of the creators to weigh, in place of a filter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub o_author_ids: Option<Vec<String>>,
    /// Creators of this category alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// The least followers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_followers: Option<u64>,
    /// The most followers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_followers: Option<u64>,
}

/// What a plan may take of a category: one limit at least, or both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlanCap {
    /// The category.
    pub category: String,
    /// So many picks of it at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picks: Option<usize>,
    /// What all picks of it may cost together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget_yuan: Option<String>,
}

/// A plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlanAnswer {
    /// The edition of the market that the figures are of.
    pub edition: String,
    /// The goal asked for.
    pub goal: PlanGoal,
    /// What the picks cost and bring together.
    pub totals: PlanTotals,
    /// How much better the best set of those weighed can be at most, in percent.
    pub gap_percent: String,
    /// The range of total views; older servers tell none where no pick has one.
    pub range: Option<PlanRange>,
    /// Whom to book, those that bring most first.
    pub picks: Vec<PlanPick>,
    /// Creators that were weighed.
    pub considered: usize,
    /// Creators that pass the filter, or are named and known, and were not weighed.
    pub left_out: usize,
    /// Why they were not; not told by older servers.
    #[serde(default)]
    pub left_out_by: PlanLeftOut,
    /// Ids of which there are no figures.
    pub unknown: Vec<String>,
    /// Categories with a cap that no creator weighed is of: it may be misspelt.
    #[serde(default)]
    pub unused_caps: Vec<String>,
    /// Excluded ids that no candidate has: they may be misspelt.
    #[serde(default)]
    pub unused_excludes: Vec<String>,
}

/// How many creators were not weighed, by the first reason that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlanLeftOut {
    /// They are excluded.
    pub excluded: usize,
    /// They have no price at the lengths asked for.
    pub price: usize,
    /// Their interactions are unknown, and count.
    pub interactions: usize,
    /// They cost more than the budget, or than the must-haves leave of it.
    pub budget: usize,
    /// The cap of their category, or the number of picks, has no room for them.
    pub caps: usize,
    /// They are more than can be weighed.
    pub limit: usize,
}

/// What picks cost and bring together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlanTotals {
    /// How many they are.
    pub picks: usize,
    /// What they cost.
    pub price_yuan: String,
    /// The sum of their expected views.
    pub expected_views: u64,
    /// The sum of their expected interactions, where all are known.
    pub expected_interactions: Option<u64>,
    /// What a thousand views cost.
    pub cpm_yuan: Option<String>,
    /// What an interaction costs.
    pub cpe_yuan: Option<String>,
}

/// Percentiles of total views.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlanRange {
    /// One total in ten is below.
    pub p10: u64,
    /// One in four is below.
    pub p25: u64,
    /// The middle.
    pub p50: u64,
    /// One in four is above.
    pub p75: u64,
    /// One in ten is above.
    pub p90: u64,
    /// How many totals were drawn.
    pub draws: usize,
    /// Picks that were drawn with a spread that is not their own.
    pub spread_assumed: usize,
}

/// A creator to book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlanPick {
    /// The creator's id.
    pub o_author_id: String,
    /// The name shown to people.
    pub name: Option<String>,
    /// What its posts are about.
    pub category: Option<String>,
    /// Whether it was a must-have.
    pub must_have: bool,
    /// `estimated`, `reported` or `upstream`; empty of older servers.
    #[serde(default)]
    pub source: String,
    /// The name of the length to book.
    pub tier: String,
    /// What it costs.
    pub price_yuan: String,
    /// Whether CPM and expected views imply it.
    pub price_implied: bool,
    /// Expected views of the placement.
    pub expected_views: u64,
    /// One in four posts does worse.
    pub views_p25: Option<u64>,
    /// One in four posts does better.
    pub views_p75: Option<u64>,
    /// Expected interactions.
    pub expected_interactions: Option<u64>,
    /// Whether CPM and CPE imply these.
    pub interactions_implied: bool,
    /// What a thousand views cost.
    pub cpm_yuan: Option<String>,
    /// Whom to book in its place.
    pub runner_up: Option<PlanRunnerUp>,
}

/// Whom to book in a pick's place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlanRunnerUp {
    /// The creator's id.
    pub o_author_id: String,
    /// The name shown to people.
    pub name: Option<String>,
    /// The name of the length to book.
    pub tier: String,
    /// What it costs.
    pub price_yuan: String,
    /// Whether CPM and expected views imply it.
    pub price_implied: bool,
    /// Expected views of the placement.
    pub expected_views: u64,
    /// Expected interactions.
    pub expected_interactions: Option<u64>,
    /// Whether CPM and CPE imply these.
    pub interactions_implied: bool,
}

/// An answer to show.
pub(crate) fn example() -> PlanAnswer {
    let runner_up = PlanRunnerUp {
        o_author_id: "6911220045117726733".into(),
        name: None,
        tier: "21_60".into(),
        price_yuan: "15500".into(),
        price_implied: false,
        expected_views: 601_200,
        expected_interactions: Some(24_000),
        interactions_implied: false,
    };
    let pick = PlanPick {
        o_author_id: "6826128263245070349".into(),
        name: None,
        category: None,
        must_have: false,
        source: "estimated".into(),
        tier: "21_60".into(),
        price_yuan: "16000".into(),
        price_implied: false,
        expected_views: 742_000,
        views_p25: Some(410_000),
        views_p75: Some(1_290_000),
        expected_interactions: Some(31_000),
        interactions_implied: false,
        cpm_yuan: Some("21.56".into()),
        runner_up: Some(runner_up),
    };
    PlanAnswer {
        edition: "8f14e45fceea167a".into(),
        goal: PlanGoal::Views,
        totals: PlanTotals {
            picks: 1,
            price_yuan: "16000".into(),
            expected_views: 742_000,
            expected_interactions: Some(31_000),
            cpm_yuan: Some("21.56".into()),
            cpe_yuan: Some("0.51".into()),
        },
        gap_percent: "0".into(),
        range: Some(PlanRange {
            p10: 240_000,
            p25: 410_000,
            p50: 728_000,
            p75: 1_290_000,
            p90: 2_180_000,
            draws: 4000,
            spread_assumed: 0,
        }),
        picks: vec![pick],
        considered: 2140,
        left_out: 31,
        left_out_by: PlanLeftOut { price: 24, budget: 7, ..PlanLeftOut::default() },
        unknown: Vec::new(),
        unused_caps: Vec::new(),
        unused_excludes: Vec::new(),
    }
}
