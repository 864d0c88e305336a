//! Why there is no plan, naming the limit that rules it out.

use domain::{AuthorId, Fen, Spoken, thousands};

/// Why no set of creators answers the question.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Infeasible {
    /// A must-have is excluded too.
    #[error("creator {0} is both a must-have and excluded")]
    MustExcluded(AuthorId),
    /// A must-have is none of the candidates.
    #[error("the must-have {0} is not among the candidates")]
    MustUnknown(AuthorId),
    /// A must-have has no price at any length that will do.
    #[error("the must-have {0} has no price at the lengths asked for")]
    MustUnpriced(AuthorId),
    /// The goal counts interactions, and a must-have's are unknown.
    #[error("the interactions of the must-have {0} are unknown, which this goal counts")]
    MustWithoutInteractions(AuthorId),
    /// The must-haves cost more than the budget.
    #[error(
        "the must-haves cost {} yuan, {} yuan more than the budget of {} yuan",
        needed.yuan_apart(), needed.beyond(*budget).yuan_apart(), budget.yuan_apart()
    )]
    MustsOverBudget {
        /// What they cost together.
        needed: Fen,
        /// The budget.
        budget: Fen,
    },
    /// There are more must-haves than picks are allowed.
    #[error("there are more must-haves ({needed}) than picks allowed ({picks_max})")]
    MustsOverPicks {
        /// How many must-haves there are.
        needed: usize,
        /// How many picks are allowed.
        picks_max: usize,
    },
    /// The must-haves of a category are more than its cap.
    #[error("the category {category} has more must-haves ({needed}) than its cap allows ({cap})")]
    MustsOverCap {
        /// The category.
        category: String,
        /// How many must-haves are in it.
        needed: usize,
        /// Its cap.
        cap: usize,
    },
    /// The must-haves of a category cost more than may be spent on it.
    #[error(
        "the must-haves in the category {category} cost {} yuan, {} yuan more than the {} yuan allowed for it",
        needed.yuan_apart(), needed.beyond(*budget).yuan_apart(), budget.yuan_apart()
    )]
    MustsOverCategoryBudget {
        /// The category.
        category: String,
        /// What they cost together.
        needed: Fen,
        /// What may be spent on the category.
        budget: Fen,
    },
    /// It is proven that no plan reaches the floor of views.
    #[error("the floor of {} views is out of reach: {}", thousands(*floor), allowed(*most, *possible))]
    FloorOutOfReach {
        /// The floor asked for.
        floor: u64,
        /// The most views of a plan that was found.
        most: u64,
        /// No plan has more, which is below the floor: `most` where that is proven to be the most.
        possible: u64,
    },
    /// No plan was found that reaches the floor of views, and it is not proven that there is none.
    #[error(
        "no plan was found that reaches the floor of {} views: the most found within these limits is {}, and up to {} is not ruled out",
        thousands(*floor), thousands(*most), thousands(*possible)
    )]
    FloorNotReached {
        /// The floor asked for.
        floor: u64,
        /// The most views of a plan that was found.
        most: u64,
        /// No plan has more, which is the floor at least.
        possible: u64,
    },
    /// No plan that reaches the floor has any interactions, so that none has a cost per interaction.
    #[error("no plan within these limits has any expected interactions")]
    NoInteractions,
    /// Nobody is weighed.
    #[error("there is no candidate: no creator with figures passes the filter or is among those named")]
    NoCandidates,
    /// No pick is allowed.
    #[error("no pick is allowed: the most picks asked for are 0")]
    NoPicks,
    /// Whoever is weighed is excluded.
    #[error("every candidate is excluded, {0} in all")]
    AllExcluded(usize),
    /// No candidate has a price at any length that will do.
    #[error("no candidate has a price at the lengths asked for, of {0} in all")]
    NonePriced(usize),
    /// The goal counts interactions, and no candidate's are known.
    #[error("this goal counts interactions, and of no candidate with a price are they known, of {0} in all")]
    NoneWithInteractions(usize),
    /// Every candidate costs more than the budget.
    #[error(
        "the cheapest candidate costs {} yuan, {} yuan more than the budget of {} yuan",
        cheapest.yuan_apart(), cheapest.beyond(*budget).yuan_apart(), budget.yuan_apart()
    )]
    AllOverBudget {
        /// What the cheapest one costs.
        cheapest: Fen,
        /// The budget.
        budget: Fen,
    },
    /// Whom the budget could pay, the caps of categories leave out.
    #[error("the caps of categories leave out every candidate that the budget covers, {0} in all")]
    AllOverCaps(usize),
}

impl Spoken for Infeasible {
    fn chinese(&self) -> String {
        match self {
            Self::MustExcluded(id) => format!("达人 {id} 既在必选之列，又在排除之列"),
            Self::MustUnknown(id) => format!("必选达人 {id} 不在候选达人之中"),
            Self::MustUnpriced(id) => format!("必选达人 {id} 在所选时长档位均无报价"),
            Self::MustWithoutInteractions(id) => format!("必选达人 {id} 的互动量未知，而该目标以互动量计算"),
            Self::MustsOverBudget { needed, budget } => {
                format!("必选达人合计 {} 元，{}", needed.yuan_apart(), beyond(*needed, "预算", *budget))
            }
            Self::MustsOverPicks { needed, picks_max } => {
                let more = needed.saturating_sub(*picks_max);
                format!("必选达人有 {needed} 位，比人数上限（{picks_max} 位）多 {more} 位")
            }
            Self::MustsOverCap { category, needed, cap } => {
                let more = needed.saturating_sub(*cap);
                format!("类目“{category}”的必选达人有 {needed} 位，比该类目上限（{cap} 位）多 {more} 位")
            }
            Self::MustsOverCategoryBudget { category, needed, budget } => {
                let (cost, more) = (needed.yuan_apart(), beyond(*needed, "该类目预算", *budget));
                format!("类目“{category}”的必选达人合计 {cost} 元，{more}")
            }
            Self::FloorOutOfReach { floor, most, possible } => {
                let (floor, most, possible) = (thousands(*floor), thousands(*most), thousands(*possible));
                match most == possible {
                    true => format!("无法达到预期播放量下限 {floor}：在这些限制下最多为 {most}"),
                    false => {
                        format!(
                            "无法达到预期播放量下限 {floor}：在这些限制下找到的最多为 {most}，不可能超过 {possible}"
                        )
                    }
                }
            }
            Self::FloorNotReached { floor, most, possible } => {
                let (floor, most, possible) = (thousands(*floor), thousands(*most), thousands(*possible));
                format!(
                    "未找到达到预期播放量下限 {floor} 的方案：在这些限制下找到的最多为 {most}，尚不能排除最多达到 {possible} 的可能"
                )
            }
            Self::NoInteractions => "在这些限制下，没有任何组合有预期互动量".into(),
            Self::NoCandidates => "没有候选达人：符合筛选条件或被指定的达人均无数据".into(),
            Self::NoPicks => "人数上限为 0：无法投放任何达人".into(),
            Self::AllExcluded(count) => format!("全部 {count} 位候选达人均被排除"),
            Self::NonePriced(count) => format!("{count} 位候选达人在所选时长档位均无报价"),
            Self::NoneWithInteractions(count) => {
                format!("有报价的 {count} 位候选达人互动量均未知，而该目标以互动量计算")
            }
            Self::AllOverBudget { cheapest, budget } => {
                format!("报价最低的候选达人需 {} 元，{}", cheapest.yuan_apart(), beyond(*cheapest, "预算", *budget))
            }
            Self::AllOverCaps(count) => format!("预算之内的 {count} 位候选达人均被类目上限排除"),
        }
    }
}

/// The most views that are possible: what was found, where that is proven to be the most.
fn allowed(most: u64, possible: u64) -> String {
    let (most, is_proven) = (thousands(most), most == possible);
    match is_proven {
        true => format!("the most that these limits allow is {most}"),
        false => {
            let possible = thousands(possible);
            format!("the most found within these limits is {most}, and more than {possible} is not possible")
        }
    }
}

/// By how much a cost is more than a limit. Without the difference a Chinese sentence reads as if the limit were it.
fn beyond(cost: Fen, limit: &str, limit_fen: Fen) -> String {
    format!("比{limit}（{} 元）多 {} 元", limit_fen.yuan_apart(), cost.beyond(limit_fen).yuan_apart())
}
