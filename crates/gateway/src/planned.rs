//! Plans over the market: what is asked, made a question of the planner, and its answer as it is told. The endpoint and
//! the command line answer alike.

use std::collections::{BTreeMap, BTreeSet};

use catalog::PLAN_CANDIDATES_MAX;
use catalog::plan_wire::{PlanAnswer, PlanCap, PlanGoal, PlanPick, PlanQuestion, PlanRange, PlanRunnerUp, PlanTotals};
use domain::{
    AuthorId, CreatorKey, Fen, Lang, Platform, Sentence, Spoken, Text, Tier, cost_per_interaction, cost_per_mille,
    sentence,
};
use market::{Bounds, By, Filter, Listed, Market, Search, Sort};
use planner::{Candidate, Cap, Goal, Infeasible, Pick, Plan, Question, plan};

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
        };
        Ok(Self { platform, goal: asked.goal, question, pool: pool(asked)? })
    }

    /// The platform that it is about.
    pub fn platform(&self) -> Platform {
        self.platform
    }

    /// Answers it: up to seconds of work.
    ///
    /// # Errors
    /// [`Infeasible`] where no plan keeps the limits.
    pub fn answer(&self, market: &Market) -> Result<PlanAnswer, Infeasible> {
        let Weighed { creators, passing, unknown } = self.weighed(market);
        let candidates: Vec<Candidate> = creators.iter().map(candidate).collect();
        let plan = plan(&candidates, &self.question)?;
        let categories: BTreeSet<&String> = creators.iter().filter_map(|one| one.category.as_ref()).collect();
        let unused_caps =
            self.question.caps.keys().filter(|category| !categories.contains(category)).cloned().collect();
        Ok(PlanAnswer {
            edition: edition_text(market),
            goal: self.goal,
            totals: totals(&plan),
            gap_percent: percent(plan.gap),
            range: plan.outlook.map(|outlook| PlanRange {
                p10: outlook.p10,
                p25: outlook.p25,
                p50: outlook.p50,
                p75: outlook.p75,
                p90: outlook.p90,
                draws: outlook.draws,
                spread_assumed: outlook.spread_assumed,
            }),
            picks: plan.picks.iter().map(|pick| self.pick(pick, &creators)).collect(),
            considered: plan.considered,
            left_out: passing.saturating_sub(plan.considered),
            unknown,
            unused_caps,
        })
    }

    /// Who is weighed: the named or passing ones, and the must-haves.
    fn weighed(&self, market: &Market) -> Weighed {
        let find = |id: &AuthorId| market.find(&CreatorKey { author_id: id.clone(), platform: self.platform });
        let (mut creators, passing, mut unknown) = match &self.pool {
            Pool::Named(ids) => {
                let (known, unknown): (Vec<_>, Vec<_>) =
                    ids.iter().map(|id| (id, find(id))).partition(|(_, one)| one.is_some());
                let known: Vec<Listed> = known.into_iter().filter_map(|(_, one)| one).collect();
                let count = known.len();
                (known, count, unknown.into_iter().map(|(id, _)| id.to_string()).collect())
            }
            Pool::Passing(filter) => {
                let (known, passing) = self.passing(market, filter);
                (known, passing, Vec::new())
            }
        };
        let held: BTreeSet<AuthorId> = creators.iter().map(|one| one.author_id.clone()).collect();
        creators.extend(self.question.must.iter().filter(|id| !held.contains(id)).filter_map(find));
        unknown.sort();
        Weighed { creators, passing, unknown }
    }

    /// The creators that pass a filter, those that cost least where they are too many, and how many pass in all.
    fn passing(&self, market: &Market, filter: &Filter) -> (Vec<Listed>, usize) {
        let search = |by, tier, limit| {
            let sort = Sort { by, tier, descending: false };
            market.search(&Search { platform: self.platform, sort, filter: filter.clone(), limit, after: None })
        };
        let by = if self.goal == PlanGoal::Views { By::Cpm } else { By::Cpe };
        let cheapest = self.question.tiers.iter().flat_map(|tier| search(by, *tier, PLAN_CANDIDATES_MAX).creators);
        let by_id: BTreeMap<AuthorId, Listed> = cheapest.map(|one| (one.author_id.clone(), one)).collect();
        let mut creators: Vec<Listed> = by_id.into_values().collect();
        if creators.len() > PLAN_CANDIDATES_MAX {
            let cost = |one: &Listed| {
                let costs = if by == By::Cpm { &one.cpm } else { &one.cpe };
                self.question.tiers.iter().filter_map(|tier| costs[*tier]).min()
            };
            creators.sort_by_key(|one| (cost(one).is_none(), cost(one)));
            creators.truncate(PLAN_CANDIDATES_MAX);
        }
        let any = self.question.tiers.first().map_or(0, |tier| search(By::Views, *tier, 1).total);
        (creators, any)
    }

    fn pick(&self, pick: &Pick, creators: &[Listed]) -> PlanPick {
        let one = &creators[pick.candidate];
        let runner_up = pick.runner_up.map(|next| {
            let one = &creators[next.candidate];
            PlanRunnerUp {
                o_author_id: one.author_id.to_string(),
                name: one.name.clone(),
                tier: next.tier.name().to_owned(),
                price_yuan: next.price.yuan().to_string(),
                price_implied: one.price_implied[next.tier],
                expected_views: one.expected_views,
                expected_interactions: one.expected_interactions,
                interactions_implied: one.interactions_implied,
            }
        });
        PlanPick {
            o_author_id: one.author_id.to_string(),
            name: one.name.clone(),
            category: one.category.clone(),
            must_have: self.question.must.contains(&one.author_id),
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
        }
    }
}

/// The creators a plan is made of.
struct Weighed {
    creators: Vec<Listed>,
    /// How many pass the filter or are named and known.
    passing: usize,
    unknown: Vec<String>,
}

fn candidate(one: &Listed) -> Candidate {
    Candidate {
        id: one.author_id.clone(),
        category: one.category.as_deref().map(Box::from),
        views: one.expected_views,
        interactions: one.expected_interactions,
        range: one.range,
        prices: one.prices,
    }
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
        if category.is_empty() {
            return Err(PlanFault::new("caps", Text::new("a cap names no category", "有一个上限未指明类目")));
        }
        if picks.is_none() && budget_yuan.is_none() {
            let reason = sentence!(
                "the cap of the category {category} says neither picks nor budgetYuan",
                "类目“{category}”的上限未给出 picks 或 budgetYuan"
            );
            return Err(PlanFault::new("caps", reason));
        }
        let budget = budget_yuan.as_ref().map(|text| budget("caps.budgetYuan", text)).transpose()?;
        if caps.insert(category.clone(), Cap { picks: *picks, budget }).is_some() {
            let reason = sentence!("the category {category} is capped twice", "类目“{category}”的上限给出了两次");
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
    use super::percent;

    #[test]
    fn a_gap_is_told_no_smaller_than_it_is() {
        assert_eq!(
            [0.0, 0.000_000_01, 0.0123, 0.001_234_567, 1.0].map(percent),
            ["0", "0.0001", "1.23", "0.1235", "100"]
        );
    }
}
