//! From candidates and a question to items and limits: the must-haves taken, what cannot be booked left out. Whatever the
//! must-haves break is told here, by the limit they break.

use std::collections::{BTreeMap, BTreeSet};

use domain::{AuthorId, Fen, Tier};

use crate::needed::needed;
use crate::problem::{Item, Limits, Part, Used};
use crate::weighed::weighed;
use crate::{Candidate, Cap, Goal, Infeasible, LeftOut, Question};

/// A candidate at the length it would be booked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bookable {
    /// The candidate's place in the list.
    pub(crate) candidate: usize,
    pub(crate) tier: Tier,
    pub(crate) price: Fen,
    pub(crate) views: u64,
    /// Zero where unknown.
    pub(crate) interactions: u64,
    /// The capped category it is in.
    pub(crate) group: Option<usize>,
}

/// A question ready to be solved.
pub(crate) struct Prepared {
    /// What is in every plan.
    pub(crate) musts: Vec<Bookable>,
    /// What may be taken besides, but for what no best plan needs.
    pub(crate) free: Vec<Bookable>,
    /// How many are weighed, the must-haves among them.
    pub(crate) considered: usize,
    pub(crate) left_out: LeftOut,
    /// The categories of caps that no candidate is under.
    pub(crate) unused_caps: Vec<String>,
    /// Who is excluded and no candidate.
    pub(crate) unused_excludes: Vec<AuthorId>,
    /// What could be, were there no must-haves: the free ones among them.
    pub(crate) others: Vec<Bookable>,
    /// The limits of the whole plan.
    pub(crate) limits: Limits,
    /// What the must-haves leave of them.
    pub(crate) left: Limits,
}

impl Bookable {
    /// As an item that is worth `value`.
    pub(crate) fn item(&self, value: f64) -> Item {
        Item { value, price: self.price.0, views: self.views, group: self.group }
    }
}

/// What bookings cost and bring together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Total {
    pub(crate) price: u64,
    pub(crate) views: u64,
    pub(crate) interactions: u64,
}

impl Total {
    pub(crate) fn with(self, one: &Bookable) -> Self {
        Self {
            price: self.price.saturating_add(one.price.0),
            views: self.views.saturating_add(one.views),
            interactions: self.interactions.saturating_add(one.interactions),
        }
    }

    pub(crate) fn without(self, one: &Bookable) -> Self {
        Self {
            price: self.price.saturating_sub(one.price.0),
            views: self.views.saturating_sub(one.views),
            interactions: self.interactions.saturating_sub(one.interactions),
        }
    }

    /// Whether an interaction costs less than in the other; one without interactions costs most.
    pub(crate) fn costs_less_than(&self, other: &Self) -> bool {
        let product = |price: u64, interactions: u64| u128::from(price) * u128::from(interactions);
        let is_less = product(self.price, other.interactions) < product(other.price, self.interactions);
        self.interactions > 0 && (other.interactions == 0 || is_less)
    }
}

impl Prepared {
    /// The must-haves and the chosen of the free ones.
    pub(crate) fn total(&self, chosen: &[usize]) -> Total {
        let all = self.musts.iter().chain(chosen.iter().map(|at| &self.free[*at]));
        all.fold(Total::default(), Total::with)
    }
}

/// Prepares a question.
pub(crate) fn prepare(candidates: &[Candidate], question: &Question) -> Result<Prepared, Infeasible> {
    let must: BTreeSet<&AuthorId> = question.must.iter().collect();
    let exclude: BTreeSet<&AuthorId> = question.exclude.iter().collect();
    if let Some(id) = must.iter().find(|id| exclude.contains(*id)) {
        return Err(Infeasible::MustExcluded((**id).clone()));
    }
    let present: BTreeSet<&str> = candidates.iter().filter_map(|one| one.category.as_deref()).collect();
    // A cap that nobody is under limits nothing, and would only be looked at again and again.
    let caps = question.caps.iter().map(|(category, cap)| (category.as_str(), cap));
    let (capped, unused): (Vec<_>, Vec<_>) = caps.partition(|(category, _)| present.contains(category));
    let unused_caps = unused.into_iter().map(|(category, _)| category.to_owned()).collect();
    let (categories, caps): (Vec<&str>, Vec<&Cap>) = capped.into_iter().unzip();
    let places: BTreeMap<&AuthorId, usize> = candidates.iter().enumerate().map(|(at, one)| (&one.id, at)).collect();
    let unused_excludes = exclude.iter().filter(|id| !places.contains_key(**id)).map(|id| (*id).clone()).collect();
    let bookable = |candidate: usize| bookable(candidates, candidate, question, &categories);
    let mut musts = Vec::new();
    for id in &must {
        let place = *places.get(id).ok_or_else(|| Infeasible::MustUnknown((*id).clone()))?;
        if question.goal.counts_interactions() && candidates[place].interactions.is_none() {
            return Err(Infeasible::MustWithoutInteractions((*id).clone()));
        }
        musts.push(bookable(place).map_err(|_| Infeasible::MustUnpriced((*id).clone()))?);
    }
    let limits = limits(candidates.len(), question, &caps);
    let mut used = Used::nothing(&limits);
    musts.iter().for_each(|one| used.add(&one.item(0.0)));
    check_musts(&used, &limits, &categories)?;
    let mut left_out = LeftOut::default();
    let mut others = Vec::new();
    for at in (0..candidates.len()).filter(|at| !must.contains(&candidates[*at].id)) {
        match bookable(at) {
            _ if exclude.contains(&candidates[at].id) => left_out.excluded += 1,
            Ok(one) => others.push(one),
            Err(Lacking::Price) => left_out.unpriced += 1,
            Err(Lacking::Interactions) => left_out.without_interactions += 1,
        }
    }
    let left = remaining(&limits, &used);
    let mut free = Vec::new();
    for one in &others {
        match used.has_room(&one.item(0.0), &limits) {
            true => free.push(*one),
            false if one.price.0 > left.budget => left_out.over_budget += 1,
            false => left_out.over_caps += 1,
        }
    }
    if musts.is_empty() && free.is_empty() {
        let allowed: Vec<&Candidate> = candidates.iter().filter(|one| !exclude.contains(&one.id)).collect();
        return Err(nothing_to_choose(candidates.len(), &allowed, &others, question));
    }
    let could_be_booked = musts.len() + free.len();
    let free = needed(&free, &left, |one| question.goal.counted(one.views, one.interactions));
    let (free, over_limit) = weighed(free, question);
    left_out.over_limit = over_limit;
    let considered = could_be_booked - over_limit;
    Ok(Prepared { musts, free, considered, left_out, unused_caps, unused_excludes, others, limits, left })
}

/// Which limit leaves nobody, where there are no must-haves: the first one that does. `allowed` are the candidates that are not
/// excluded, `others` those of them that could be booked.
fn nothing_to_choose(all: usize, allowed: &[&Candidate], others: &[Bookable], question: &Question) -> Infeasible {
    let priced = allowed.iter().filter(|one| one.cheapest(&question.tiers).is_some()).count();
    let covered = others.iter().filter(|one| one.price <= question.budget).count();
    match others.iter().map(|one| one.price).min() {
        _ if question.picks_max == Some(0) => Infeasible::NoPicks,
        None if all == 0 => Infeasible::NoCandidates,
        None if allowed.is_empty() => Infeasible::AllExcluded(all),
        None if priced == 0 => Infeasible::NonePriced(allowed.len()),
        None => Infeasible::NoneWithInteractions(priced),
        Some(cheapest) if covered == 0 => Infeasible::AllOverBudget { cheapest, budget: question.budget },
        Some(_) => Infeasible::AllOverCaps(covered),
    }
}

/// Why a candidate cannot be booked, whatever the limits.
enum Lacking {
    Price,
    Interactions,
}

/// A candidate as it would be booked.
fn bookable(
    candidates: &[Candidate],
    candidate: usize,
    question: &Question,
    categories: &[&str],
) -> Result<Bookable, Lacking> {
    let told = &candidates[candidate];
    let (tier, price) = told.cheapest(&question.tiers).ok_or(Lacking::Price)?;
    if question.goal.counts_interactions() && told.interactions.is_none() {
        return Err(Lacking::Interactions);
    }
    let group = told.category.as_deref().and_then(|category| categories.binary_search(&category).ok());
    Ok(Bookable { candidate, tier, price, views: told.views, interactions: told.interactions.unwrap_or(0), group })
}

fn limits(candidates: usize, question: &Question, caps: &[&Cap]) -> Limits {
    let views_min = match question.goal {
        Goal::Views | Goal::Interactions => 0,
        Goal::CostPerInteraction { views_min } => views_min.max(1),
    };
    Limits {
        budget: question.budget.0,
        picks_max: question.picks_max.unwrap_or(candidates),
        views_min,
        groups: caps.iter().map(|cap| part(cap)).collect(),
    }
}

fn part(cap: &Cap) -> Part {
    let Part { picks, price } = Part::UNLIMITED;
    Part { picks: cap.picks.unwrap_or(picks), price: cap.budget.map_or(price, |Fen(fen)| fen) }
}

/// What the must-haves break among the upper limits, if anything.
fn check_musts(used: &Used, limits: &Limits, categories: &[&str]) -> Result<(), Infeasible> {
    if used.picks > limits.picks_max {
        return Err(Infeasible::MustsOverPicks { needed: used.picks, picks_max: limits.picks_max });
    }
    for ((category, cap), needed) in categories.iter().zip(&limits.groups).zip(&used.groups) {
        let category = || (*category).to_owned();
        if needed.picks > cap.picks {
            return Err(Infeasible::MustsOverCap { category: category(), needed: needed.picks, cap: cap.picks });
        }
        if needed.price > cap.price {
            let (needed, budget) = (Fen(needed.price), Fen(cap.price));
            return Err(Infeasible::MustsOverCategoryBudget { category: category(), needed, budget });
        }
    }
    if used.price > limits.budget {
        return Err(Infeasible::MustsOverBudget { needed: Fen(used.price), budget: Fen(limits.budget) });
    }
    Ok(())
}

/// What the must-haves leave of the limits.
fn remaining(limits: &Limits, used: &Used) -> Limits {
    Limits {
        budget: limits.budget - used.price,
        picks_max: limits.picks_max - used.picks,
        views_min: limits.views_min.saturating_sub(used.views),
        groups: limits.groups.iter().zip(&used.groups).map(|(most, used)| most.less(*used)).collect(),
    }
}
