//! Plans over the market: what is asked, made a question of the planner, and its answer as it is told. The endpoint and
//! the command line answer alike.

use std::collections::{BTreeMap, BTreeSet};

use catalog::plan_wire::{
    PlanAnswer, PlanCap, PlanGoal, PlanLeftOut, PlanPick, PlanQuestion, PlanRange, PlanRunnerUp, PlanTotals,
};
use catalog::{PLAN_CANDIDATES_MAX, PLAN_WEIGHED_MAX, repeated};
use domain::{
    AuthorId, CreatorKey, Fen, Lang, Platform, Sentence, Spoken, Text, Tier, cost_per_interaction, cost_per_mille,
    sentence,
};
use market::{Bounds, Brief, Filter, Listed, Market};
use planner::{Candidate, Cap, Goal, Infeasible, LeftOut, Outlook, Pick, Plan, Question, plan};
use serde_json::{Value, json};

use crate::ranked::{edition_text, yuan};

/// A question that cannot be asked: the field, and what is wrong with it in both languages.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("field {field} is not valid: {}", reason.en)]
pub struct PlanFault {
    field: &'static str,
    reason: Sentence,
}

impl PlanFault {
    fn new(field: &'static str, reason: impl Into<Sentence>) -> Self {
        Self { field, reason: reason.into() }
    }

    /// Of what is wrong with the field's value.
    fn of(field: &'static str, error: &impl Spoken) -> Self {
        Self::new(field, error.sentence())
    }

    /// The field that is wrong.
    pub fn field(&self) -> &'static str {
        self.field
    }

    /// What is wrong with it.
    pub fn reason(&self, lang: Lang) -> &str {
        self.reason.of(lang)
    }
}

impl Spoken for PlanFault {
    fn chinese(&self) -> String {
        format!("字段 {} 不正确：{}", self.field, self.reason.zh)
    }
}

/// A valid question for a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanAsked {
    platform: Platform,
    goal: PlanGoal,
    question: Question,
    pool: Pool,
}

/// Who is weighed.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Pool {
    Named(BTreeSet<AuthorId>),
    Passing(Filter),
}

impl PlanAsked {
    /// Reads a question.
    ///
    /// # Errors
    /// [`PlanFault`] with the first field that is wrong.
    pub fn read(asked: &PlanQuestion) -> Result<Self, PlanFault> {
        let platform = platform(asked)?;
        let question = Question {
            goal: goal(asked)?,
            budget: budget("budgetYuan", &asked.budget_yuan)?,
            tiers: tiers(&asked.tiers, platform)?,
            must: ids("mustHave", &asked.must_have)?,
            exclude: ids("exclude", &asked.exclude)?,
            caps: caps(asked)?,
            picks_max: asked.picks_max,
            weighed_max: PLAN_WEIGHED_MAX,
        };
        Ok(Self { platform, goal: asked.goal, question, pool: pool(asked)? })
    }

    /// The platform that it is about.
    pub fn platform(&self) -> Platform {
        self.platform
    }

    /// The question in one form, however it was written: sets in order, amounts in fen, and what is left out as what it stands for.
    pub(crate) fn canonical(&self) -> Value {
        let Self { platform, goal, question, pool } = self;
        let sorted = |ids: &[AuthorId]| ids.iter().map(AuthorId::to_string).collect::<BTreeSet<_>>();
        let cap =
            |(category, cap): (&String, &Cap)| (category.clone(), json!([cap.picks, cap.budget.map(|fen| fen.0)]));
        let (named, filter) = match pool {
            Pool::Named(ids) => (Some(ids.iter().map(AuthorId::to_string).collect::<BTreeSet<_>>()), None),
            Pool::Passing(Filter { category, followers, .. }) => (None, Some((category, followers.min, followers.max))),
        };
        let views_min = match question.goal {
            Goal::CostPerInteraction { views_min } => Some(views_min),
            Goal::Views | Goal::Interactions => None,
        };
        json!({
            "platform": platform.name(), "goal": goal, "viewsMin": views_min, "budget": question.budget.0,
            "tiers": question.tiers.iter().map(|tier| tier.name()).collect::<BTreeSet<_>>(),
            "must": sorted(&question.must), "exclude": sorted(&question.exclude), "picksMax": question.picks_max,
            "caps": question.caps.iter().map(cap).collect::<serde_json::Map<_, _>>(), "named": named, "filter": filter,
        })
    }

    /// Answers it: up to seconds of work.
    ///
    /// # Errors
    /// [`Infeasible`] where no plan keeps the limits.
    pub fn answer(&self, market: &Market) -> Result<PlanAnswer, Infeasible> {
        let (candidates, unknown) = self.candidates(market);
        let plan = plan(&candidates, &self.question)?;
        let listed = |place: usize| market.find(&self.key(&candidates[place].id));
        Ok(PlanAnswer {
            edition: edition_text(market),
            goal: self.goal,
            totals: totals(&plan),
            gap_percent: percent(plan.gap),
            range: Some(range(plan.outlook)),
            picks: plan.picks.iter().filter_map(|pick| self.pick(pick, listed)).collect(),
            considered: plan.considered,
            left_out: plan.left_out.total(),
            left_out_by: left_out_by(plan.left_out),
            unknown,
            unused_excludes: plan.unused_excludes.iter().map(ToString::to_string).collect(),
            unused_caps: plan.unused_caps.iter().map(|category| repeated(category).to_owned()).collect(),
        })
    }

    /// Whom to choose among: the named or passing ones, and the must-haves; and who of the named is unknown.
    fn candidates(&self, market: &Market) -> (Vec<Candidate>, Vec<String>) {
        let (mut candidates, mut unknown) = (Vec::new(), Vec::new());
        match &self.pool {
            Pool::Named(ids) => {
                for id in ids {
                    match market.brief(&self.key(id)) {
                        Some(one) => candidates.push(candidate(one)),
                        None => unknown.push(id.to_string()),
                    }
                }
            }
            Pool::Passing(filter) => candidates.extend(market.passing(self.platform, filter).map(candidate)),
        }
        let mut missing: BTreeSet<&AuthorId> = self.question.must.iter().collect();
        candidates.iter().for_each(|one| _ = missing.remove(&one.id));
        candidates.extend(missing.into_iter().filter_map(|id| market.brief(&self.key(id))).map(candidate));
        unknown.sort();
        (candidates, unknown)
    }

    fn key(&self, id: &AuthorId) -> CreatorKey {
        CreatorKey { author_id: id.clone(), platform: self.platform }
    }

    /// A pick as it is told; `listed` finds everybody that a plan may have.
    fn pick(&self, pick: &Pick, listed: impl Fn(usize) -> Option<Listed>) -> Option<PlanPick> {
        let one = listed(pick.candidate)?;
        let runner_up = pick.runner_up.and_then(|next| {
            let one = listed(next.candidate)?;
            Some(PlanRunnerUp {
                o_author_id: one.author_id.to_string(),
                name: one.name,
                tier: next.tier.name().to_owned(),
                price_yuan: next.price.yuan().to_string(),
                price_implied: one.price_implied[next.tier],
                expected_views: one.expected_views,
                expected_interactions: one.expected_interactions,
                interactions_implied: one.interactions_implied,
            })
        });
        Some(PlanPick {
            o_author_id: one.author_id.to_string(),
            name: one.name,
            category: one.category,
            must_have: self.question.must.contains(&one.author_id),
            source: one.source.name().to_owned(),
            tier: pick.tier.name().to_owned(),
            price_yuan: pick.price.yuan().to_string(),
            price_implied: one.price_implied[pick.tier],
            expected_views: one.expected_views,
            views_p25: one.range.map(|range| range.p25),
            views_p75: one.range.map(|range| range.p75),
            expected_interactions: one.expected_interactions,
            interactions_implied: one.interactions_implied,
            cpm_yuan: yuan(cost_per_mille(pick.price, one.expected_views)),
            runner_up,
        })
    }
}

fn candidate(one: Brief<'_>) -> Candidate {
    Candidate {
        id: one.author_id.clone(),
        category: one.category.map(Box::from),
        views: one.expected_views,
        interactions: one.expected_interactions,
        range: one.range,
        prices: one.prices,
    }
}

fn left_out_by(left_out: LeftOut) -> PlanLeftOut {
    PlanLeftOut {
        excluded: left_out.excluded,
        price: left_out.unpriced,
        interactions: left_out.without_interactions,
        budget: left_out.over_budget,
        caps: left_out.over_caps,
        limit: left_out.over_limit,
    }
}

fn range(outlook: Outlook) -> PlanRange {
    let Outlook { p10, p25, p50, p75, p90, draws, spread_assumed } = outlook;
    PlanRange { p10, p25, p50, p75, p90, draws, spread_assumed }
}

fn totals(plan: &Plan) -> PlanTotals {
    let totals = plan.totals;
    PlanTotals {
        picks: plan.picks.len(),
        price_yuan: totals.price.yuan().to_string(),
        expected_views: totals.views,
        expected_interactions: totals.interactions,
        cpm_yuan: yuan(cost_per_mille(totals.price, totals.views)),
        cpe_yuan: yuan(totals.interactions.and_then(|interactions| cost_per_interaction(totals.price, interactions))),
    }
}

/// A share in percent with four decimals, rounded up: a gap is never told smaller than it is.
fn percent(share: f64) -> String {
    let parts = (share * 1e6).ceil() as u64;
    let text = format!("{}.{:04}", parts / 10_000, parts % 10_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// What is sent is not repeated: it may be a token in the wrong place.
fn platform(asked: &PlanQuestion) -> Result<Platform, PlanFault> {
    let platform = asked.platform.as_deref().map_or(Ok(Platform::default()), str::parse);
    platform.map_err(|domain::UnknownName { known, .. }| {
        PlanFault::new("platform", sentence!("use one of {known}", "可选 {known}"))
    })
}

fn goal(asked: &PlanQuestion) -> Result<Goal, PlanFault> {
    const NEEDED: Text =
        Text::new("the goal cpe needs a floor of views, at least 1", "目标 cpe 需要预期播放量下限，至少为 1");
    const ALONE: Text = Text::new("it goes with the goal cpe alone", "仅适用于目标 cpe");
    match (asked.goal, asked.views_min) {
        (PlanGoal::Views, None) => Ok(Goal::Views),
        (PlanGoal::Interactions, None) => Ok(Goal::Interactions),
        (PlanGoal::Cpe, Some(views_min)) if views_min > 0 => Ok(Goal::CostPerInteraction { views_min }),
        (PlanGoal::Cpe, _) => Err(PlanFault::new("viewsMin", NEEDED)),
        (_, Some(_)) => Err(PlanFault::new("viewsMin", ALONE)),
    }
}

fn budget(field: &'static str, text: &str) -> Result<Fen, PlanFault> {
    Fen::from_yuan_text(text).map_err(|error| PlanFault::of(field, &error))
}

fn tiers(names: &[String], platform: Platform) -> Result<Vec<Tier>, PlanFault> {
    if names.is_empty() {
        return Ok(platform.tiers().to_vec());
    }
    let tier = |name: &String| platform.tier(name).map_err(|error| PlanFault::of("tiers", &error));
    names.iter().map(tier).collect()
}

fn ids(field: &'static str, texts: &[String]) -> Result<Vec<AuthorId>, PlanFault> {
    let id = |text: &String| text.parse().map_err(|error: domain::IdError| PlanFault::of(field, &error));
    texts.iter().map(id).collect()
}

fn caps(asked: &PlanQuestion) -> Result<BTreeMap<String, Cap>, PlanFault> {
    let mut caps = BTreeMap::new();
    for PlanCap { category, picks, budget_yuan } in &asked.caps {
        let told = repeated(category);
        if category.is_empty() {
            return Err(PlanFault::new("caps", Text::new("a cap names no category", "有一个上限未指明类目")));
        }
        if picks.is_none() && budget_yuan.is_none() {
            let reason = sentence!(
                "the cap of the category {told} says neither picks nor budgetYuan",
                "类目“{told}”的上限未给出 picks 或 budgetYuan"
            );
            return Err(PlanFault::new("caps", reason));
        }
        let budget = budget_yuan.as_ref().map(|text| budget("caps.budgetYuan", text)).transpose()?;
        if caps.insert(category.clone(), Cap { picks: *picks, budget }).is_some() {
            let reason = sentence!("the category {told} is capped twice", "类目“{told}”的上限给出了两次");
            return Err(PlanFault::new("caps", reason));
        }
    }
    Ok(caps)
}

fn pool(asked: &PlanQuestion) -> Result<Pool, PlanFault> {
    let is_filtered = asked.category.is_some() || asked.min_followers.is_some() || asked.max_followers.is_some();
    const CROSSED: Text =
        Text::new("it is above maxFollowers, so that nobody passes", "大于 maxFollowers，不会有任何达人符合");
    if asked.max_followers.is_some() && asked.min_followers > asked.max_followers {
        return Err(PlanFault::new("minFollowers", CROSSED));
    }
    const EITHER: Text = Text::new("give either ids or a filter", "请只给出 ID 或只给出筛选条件");
    match &asked.o_author_ids {
        Some(_) if is_filtered => Err(PlanFault::new("oAuthorIds", EITHER)),
        Some(texts) if texts.len() > PLAN_CANDIDATES_MAX => {
            let reason = sentence!("more than {PLAN_CANDIDATES_MAX} creators", "超过 {PLAN_CANDIDATES_MAX} 位达人");
            Err(PlanFault::new("oAuthorIds", reason))
        }
        Some(texts) => Ok(Pool::Named(ids("oAuthorIds", texts)?.into_iter().collect())),
        None => Ok(Pool::Passing(Filter {
            category: asked.category.clone(),
            followers: Bounds { min: asked.min_followers, max: asked.max_followers },
            ..Filter::default()
        })),
    }
}

#[cfg(test)]
mod tests {
    use domain::{CpInfo, PerTier, Profile, Snapshot, SnapshotSource, UnixTime, cost_per_mille};
    use market::Builder;

    use super::*;

    /// Creators in the order of their ids, with views and a price in yuan for 21–60 s each.
    fn market(told: impl Iterator<Item = (u64, u64)>) -> Market {
        let mut builder = Builder::default();
        for (number, (views, yuan)) in (1_000_000..).zip(told) {
            let prices = PerTier::from_fn(|tier| (tier == Tier::From21To60s).then_some(Fen(yuan * 100)));
            let snapshot = Snapshot {
                author_id: AuthorId::from_integer(number).expect("an id"),
                platform: Platform::ShortVideo,
                source: SnapshotSource::Reported,
                method: "told/1".into(),
                as_of: UnixTime(1),
                info: CpInfo {
                    expected_views: views,
                    cpm: PerTier::from_fn(|tier| prices[tier].and_then(|price| cost_per_mille(price, views))),
                    cpe: PerTier::default(),
                    hot_item_bp: None,
                },
                expected_interactions: None,
                range: None,
                prices,
                priced_at: None,
                hot_posts: None,
                bought_at: None,
            };
            builder.add(&snapshot, &Profile::of(UnixTime(1), None, None, None));
        }
        builder.build()
    }

    #[test]
    fn of_a_large_market_the_plan_is_the_best_though_its_picks_are_dear_for_their_views() {
        let many_cheap = (0..12_000).map(|at| (1000 + at % 100, 1));
        let market = market(many_cheap.chain([(50_000, 5000), (60_000, 6000), (70_000, 20_000)]));
        let asked = r#"{"goal":"views","budgetYuan":"12000","picksMax":2,"exclude":["1000000"]}"#;
        let asked = PlanAsked::read(&serde_json::from_str(asked).expect("a question")).expect("a valid one");
        let plan = asked.answer(&market).expect("a plan");
        assert_eq!((plan.totals.expected_views, plan.gap_percent.as_str()), (110_000, "0"));
        let left_out_by = PlanLeftOut { excluded: 1, budget: 1, ..PlanLeftOut::default() };
        assert_eq!((plan.considered, plan.left_out, plan.left_out_by), (12_001, 2, left_out_by));
    }

    #[test]
    fn a_gap_is_told_no_smaller_than_it_is() {
        assert_eq!(
            [0.0, 0.000_000_01, 0.0123, 0.001_234_567, 1.0].map(percent),
            ["0", "0.0001", "1.23", "0.1235", "100"]
        );
    }
}
