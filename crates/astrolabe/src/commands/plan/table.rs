//! A plan as people read it: its picks as a table, and what they come to.

use catalog::market_wire::BySource;
use catalog::plan_wire::{PlanAnswer, PlanPick, PlanRange};
use catalog::{Lang, Text};
use domain::Fen;

use crate::commands::market::mixed_sources;
use crate::output::{self, thousands};
use crate::tables::{Cell, Column, Kind, Table, told, words};

const COLUMNS: [Column; 20] = [
    Column::new("author_id", Kind::Id, "creator", "达人 ID"),
    Column::new("name", Kind::Text, "name", "名称"),
    Column::new("category", Kind::Text, "category", "类目"),
    Column::new("tier", Kind::Text, "length", "时长档位").of(words::tier),
    Column::new("price_yuan", Kind::Yuan, "price", "报价"),
    Column::new("price_implied", Kind::Flag, "price implied", "推算报价"),
    Column::new("expected_views", Kind::Whole, "expected views", "预期播放量").short("expected views", "预期 播放量"),
    Column::new("cpm_yuan", Kind::Yuan, "CPM", "CPM"),
    Column::new("expected_interactions", Kind::Whole, "interactions", "预期互动量"),
    Column::new("runner_up_author_id", Kind::Id, "runner-up", "替补达人 ID"),
    Column::new("runner_up_name", Kind::Text, "its name", "替补名称"),
    Column::new("runner_up_tier", Kind::Text, "its length", "替补时长档位").of(words::tier),
    Column::new("runner_up_price_yuan", Kind::Yuan, "its price", "替补报价"),
    Column::new("runner_up_price_implied", Kind::Flag, "its price implied", "替补推算报价"),
    Column::new("runner_up_views", Kind::Whole, "its views", "替补预期播放量"),
    Column::new("interactions_implied", Kind::Flag, "implied interactions", "推算互动量"),
    Column::new("views_p25", Kind::Whole, "views p25", "播放量 p25"),
    Column::new("views_p75", Kind::Whole, "views p75", "播放量 p75"),
    Column::new("must_have", Kind::Flag, "must-have", "必选"),
    Column::new("source", Kind::Text, "source", "来源").of(words::source),
];

/// What says whom to book and whom instead, the most telling first.
const TELLING: [&str; 6] = ["author_id", "tier", "price_yuan", "expected_views", "runner_up_author_id", "cpm_yuan"];

/// The picks.
pub(super) fn picks(plan: &PlanAnswer, lang: Lang) -> Table {
    let mut table = Table::new(COLUMNS, &TELLING);
    table.rows.extend(plan.picks.iter().map(cells));
    table.totals = Some(Box::new(totals(plan, lang)));
    table
}

const BEST: Text = Text::new("best", "最优性");
const NOT_WEIGHED: Text = Text::new("not weighed", "未参与比较");
const WITHOUT_FIGURES: Text = Text::new("without figures", "无数据");
const UNUSED_EXCLUDES: Text = Text::new("excluded, of no candidate", "被排除但非候选达人");
const UNUSED_CAPS: Text = Text::new("caps of no candidate", "无达人的类目上限");

/// Names one behind the other, where there are some.
fn joined(names: &[String]) -> Option<String> {
    (!names.is_empty()).then(|| names.join(", "))
}

/// What the picks come to and how good they are known to be, as one row.
fn totals(plan: &PlanAnswer, lang: Lang) -> Table {
    let columns = [
        Column::new("picks", Kind::Whole, "picks", "人选"),
        Column::new("price_yuan", Kind::Yuan, "price", "总费用"),
        Column::new("expected_views", Kind::Whole, "expected views", "预期播放量"),
        Column::new("expected_interactions", Kind::Whole, "expected interactions", "预期互动量"),
        Column::new("cpm_yuan", Kind::Yuan, "CPM", "CPM"),
        Column::new("cpe_yuan", Kind::Yuan, "CPE", "CPE"),
        Column::new("total_views_p10", Kind::Whole, "simulated views p10", "模拟总播放量 p10"),
        Column::new("total_views_p25", Kind::Whole, "p25", "p25"),
        Column::new("total_views_p50", Kind::Whole, "p50", "p50"),
        Column::new("total_views_p75", Kind::Whole, "p75", "p75"),
        Column::new("total_views_p90", Kind::Whole, "p90", "p90"),
        Column::new("note", Kind::Text, "note", "说明"),
        Column::new("considered", Kind::Whole, "candidates weighed", "参与比较的候选达人"),
        Column::new("best", Kind::Text, BEST.en, BEST.zh),
        Column::new("not_weighed", Kind::Text, NOT_WEIGHED.en, NOT_WEIGHED.zh),
        Column::new("unknown", Kind::Text, WITHOUT_FIGURES.en, WITHOUT_FIGURES.zh),
        Column::new("unused_caps", Kind::Text, UNUSED_CAPS.en, UNUSED_CAPS.zh),
        Column::new("unused_excludes", Kind::Text, UNUSED_EXCLUDES.en, UNUSED_EXCLUDES.zh),
    ];
    let (totals, range) = (&plan.totals, plan.range.as_ref());
    let of_range = |at: fn(&PlanRange) -> u64| Cell::of(range.map(at), Cell::Whole);
    let mut table = Table::new(columns, &[]);
    table.rows.push(vec![
        Cell::Whole(totals.picks as u64),
        yuan(Some(&totals.price_yuan)),
        Cell::Whole(totals.expected_views),
        Cell::of(totals.expected_interactions, Cell::Whole),
        yuan(totals.cpm_yuan.as_ref()),
        yuan(totals.cpe_yuan.as_ref()),
        of_range(|range| range.p10),
        of_range(|range| range.p25),
        of_range(|range| range.p50),
        of_range(|range| range.p75),
        of_range(|range| range.p90),
        Cell::of(notes(plan, lang), |notes| Cell::Text(notes.replace('\n', " "))),
        Cell::Whole(plan.considered as u64),
        Cell::Text(best(plan, lang)),
        Cell::of(left_out(plan, lang), Cell::Text),
        Cell::of(joined(&plan.unknown), Cell::Text),
        Cell::of(joined(&plan.unused_caps), Cell::Text),
        Cell::of(joined(&plan.unused_excludes), Cell::Text),
    ]);
    table
}

const OUTSIDE: Text = Text::new(
    "The expected views add up what is the middle of each pick. Totals lie higher where a hit brings more than a failure costs, and\n\
     lower where picks are cheap for what is expected of them: many of those were lucky lately.",
    "预期播放量为各人选中位数之和。爆款带来的增量大于失手的损失，总播放量会更高；相对其预期播放量报价偏低的人选多为近期走运，总播放量会更低。",
);

/// Why the expected views lie outside the range of totals, where they do.
fn outside(plan: &PlanAnswer, lang: Lang) -> Option<&'static str> {
    let range = plan.range.as_ref()?;
    (!(range.p10..=range.p90).contains(&plan.totals.expected_views)).then(|| OUTSIDE.of(lang))
}

/// Of how many picks the range rests on a spread that is not their own, where it does.
fn spread_assumed(plan: &PlanAnswer, lang: Lang) -> Option<String> {
    let assumed = plan.range.as_ref()?.spread_assumed;
    match (assumed, lang) {
        (0, _) => None,
        (_, Lang::En) if assumed == plan.totals.picks => Some(
            "No pick has a range of its own, as figures that Xingtu reported have none: the range of totals assumes the spread that\n\
             forecasts usually have."
                .to_owned(),
        ),
        (_, Lang::Zh) if assumed == plan.totals.picks => {
            Some("所有人选均无自身区间（星图报告值不含区间）：总播放量区间按预测的一般离散程度假定。".to_owned())
        }
        (_, Lang::En) => Some(format!(
            "The spread of {assumed} of the {} picks is assumed, that of the others: they have no range of their own, as figures that\n\
             Xingtu reported have none.",
            plan.totals.picks
        )),
        (_, Lang::Zh) => Some(format!(
            "{} 位人选中有 {assumed} 位无自身区间（星图报告值不含区间），其离散程度按其他人选的中位数假定。",
            plan.totals.picks
        )),
    }
}

/// What is to be known of the figures, a sentence a line.
fn notes(plan: &PlanAnswer, lang: Lang) -> Option<String> {
    let mixed = mixed_sources(BySource::count(plan.picks.iter().map(|pick| pick.source.as_str())), lang);
    let notes = [outside(plan, lang).map(str::to_owned), spread_assumed(plan, lang), mixed];
    let notes: Vec<String> = notes.into_iter().flatten().collect();
    (!notes.is_empty()).then(|| notes.join("\n"))
}

fn cells(pick: &PlanPick) -> Vec<Cell> {
    let text = |text: Option<&String>| Cell::of(text.cloned(), Cell::Text);
    let next = pick.runner_up.as_ref();
    vec![
        Cell::Text(pick.o_author_id.clone()),
        text(pick.name.as_ref()),
        text(pick.category.as_ref()),
        Cell::Text(pick.tier.clone()),
        yuan(Some(&pick.price_yuan)),
        Cell::Flag(pick.price_implied),
        Cell::Whole(pick.expected_views),
        yuan(pick.cpm_yuan.as_ref()),
        Cell::of(pick.expected_interactions, Cell::Whole),
        text(next.map(|next| &next.o_author_id)),
        text(next.and_then(|next| next.name.as_ref())),
        text(next.map(|next| &next.tier)),
        yuan(next.map(|next| &next.price_yuan)),
        Cell::Flag(next.is_some_and(|next| next.price_implied)),
        Cell::of(next.map(|next| next.expected_views), Cell::Whole),
        Cell::Flag(pick.interactions_implied),
        Cell::of(pick.views_p25, Cell::Whole),
        Cell::of(pick.views_p75, Cell::Whole),
        Cell::Flag(pick.must_have),
        Cell::of(Some(pick.source.clone()).filter(|source| !source.is_empty()), Cell::Text),
    ]
}

/// An amount of the answer, which writes its own as they are read.
fn yuan(text: Option<&String>) -> Cell {
    Cell::of(text.and_then(|text| Fen::from_yuan_text(text).ok()), Cell::Yuan)
}

/// What the picks come to, a fact a line.
pub(super) fn summary(plan: &PlanAnswer, lang: Lang) -> String {
    let name = |en, zh| Text::new(en, zh).of(lang);
    let amount = |text: &String| match lang {
        Lang::En => format!("{} yuan", told(&yuan(Some(text)), lang)),
        Lang::Zh => format!("{}元", told(&yuan(Some(text)), lang)),
    };
    let whole = |number| told(&Cell::Whole(number), lang);
    let between = |low, high| match lang {
        Lang::En => format!("{} to {}", whole(low), whole(high)),
        Lang::Zh => format!("{} 至 {}", whole(low), whole(high)),
    };
    let totals = &plan.totals;
    let (picks, considered) = (thousands(totals.picks as u64), thousands(plan.considered as u64));
    let counts = match lang {
        Lang::En => format!("{picks} of {considered} weighed"),
        Lang::Zh => format!("{picks} 位（参与比较 {considered} 位）"),
    };
    let mut facts = vec![
        (name("picks", "人选"), counts),
        (name("price", "总费用"), amount(&totals.price_yuan)),
        (name("expected views", "预期播放量"), whole(totals.expected_views)),
    ];
    if let Some(interactions) = totals.expected_interactions {
        facts.push((name("expected interactions", "预期互动量"), whole(interactions)));
    }
    for (name, cost) in [("CPM", &totals.cpm_yuan), ("CPE", &totals.cpe_yuan)] {
        facts.extend(cost.as_ref().map(|cost| (name, amount(cost))));
    }
    if let Some(range) = &plan.range {
        facts.push((name("simulated views, middle", "模拟总播放量中位数"), whole(range.p50)));
        facts.push((name("half of the time", "50 % 区间"), between(range.p25, range.p75)));
        facts.push((name("80 % of the time", "80 % 区间"), between(range.p10, range.p90)));
    }
    facts.push((BEST.of(lang), best(plan, lang)));
    facts.extend(left_out(plan, lang).map(|told| (NOT_WEIGHED.of(lang), told)));
    facts.extend(joined(&plan.unknown).map(|told| (WITHOUT_FIGURES.of(lang), told)));
    facts.extend(joined(&plan.unused_caps).map(|told| (UNUSED_CAPS.of(lang), told)));
    facts.extend(joined(&plan.unused_excludes).map(|told| (UNUSED_EXCLUDES.of(lang), told)));
    let told = output::facts(facts);
    notes(plan, lang).map_or_else(|| told.clone(), |notes| format!("{told}\n{notes}"))
}

/// How good the plan is known to be: of all who pass where all are weighed that can matter.
fn best(plan: &PlanAnswer, lang: Lang) -> String {
    let (gap, is_of_all) = (plan.gap_percent.as_str(), plan.left_out_by.limit == 0);
    let whole = |count: usize| thousands(count as u64);
    let (weighed, others) = (whole(plan.considered), whole(plan.left_out_by.limit));
    match (gap, is_of_all, lang) {
        ("0", true, Lang::En) => "proven".to_owned(),
        ("0", true, Lang::Zh) => "已证明为最优".to_owned(),
        (_, true, Lang::En) => format!("to within {gap} %"),
        (_, true, Lang::Zh) => format!("与最优解相差不超过 {gap} %"),
        ("0", false, Lang::En) => format!("proven of the {weighed} weighed alone, not of {others} more"),
        ("0", false, Lang::Zh) => format!("仅在参与比较的 {weighed} 位中已证明为最优，另有 {others} 位未参与比较"),
        (_, false, Lang::En) => format!("to within {gap} % of the {weighed} weighed alone, not of {others} more"),
        (_, false, Lang::Zh) => {
            format!("仅就参与比较的 {weighed} 位而言，与最优解相差不超过 {gap} %，另有 {others} 位未参与比较")
        }
    }
}

/// How many were not weighed and why, where some were not.
fn left_out(plan: &PlanAnswer, lang: Lang) -> Option<String> {
    let by = plan.left_out_by;
    let reasons = [
        (by.excluded, "excluded", "被排除"),
        (by.price, "without a price at these lengths", "所选档位无报价"),
        (by.interactions, "without known interactions", "互动量未知"),
        (by.budget, "over the budget", "超出预算"),
        (by.caps, "over a cap", "超出上限"),
        (by.limit, "more than can be weighed", "超出可比较的人数"),
    ];
    let whole = |count: usize| thousands(count as u64);
    let reason = |(count, en, zh): (usize, &str, &str)| match lang {
        Lang::En => format!("{} {en}", whole(count)),
        Lang::Zh => format!("{zh} {} 位", whole(count)),
    };
    let why: Vec<String> = reasons.into_iter().filter(|(count, ..)| *count > 0).map(reason).collect();
    let all = whole(plan.left_out);
    (plan.left_out > 0).then(|| match (why.is_empty(), lang) {
        (true, Lang::En) => all,
        (true, Lang::Zh) => format!("{all} 位"),
        (false, Lang::En) => format!("{all}: {}", why.join(", ")),
        (false, Lang::Zh) => format!("{all} 位：{}", why.join("，")),
    })
}

#[cfg(test)]
mod tests {
    use catalog::plan_wire::{PlanGoal, PlanLeftOut, PlanRunnerUp, PlanTotals};

    use super::*;

    fn plan(expected_views: u64) -> PlanAnswer {
        let picks = vec![PlanPick {
            o_author_id: "7".into(),
            name: None,
            category: None,
            must_have: false,
            source: "estimated".into(),
            tier: "21_60".into(),
            price_yuan: "100".into(),
            price_implied: false,
            expected_views,
            views_p25: None,
            views_p75: None,
            expected_interactions: None,
            interactions_implied: false,
            cpm_yuan: None,
            runner_up: Some(PlanRunnerUp {
                o_author_id: "8".into(),
                name: Some("乙".into()),
                tier: "60".into(),
                price_yuan: "90".into(),
                price_implied: false,
                expected_views: 5,
                expected_interactions: None,
                interactions_implied: false,
            }),
        }];
        PlanAnswer {
            edition: String::new(),
            goal: PlanGoal::Views,
            totals: PlanTotals {
                picks: 1,
                price_yuan: "100".into(),
                expected_views,
                expected_interactions: None,
                cpm_yuan: None,
                cpe_yuan: None,
            },
            gap_percent: "0".into(),
            range: Some(PlanRange { p10: 10, p25: 20, p50: 30, p75: 40, p90: 50, draws: 4000, spread_assumed: 0 }),
            picks,
            considered: 2,
            left_out: 0,
            left_out_by: PlanLeftOut::default(),
            unknown: Vec::new(),
            unused_caps: Vec::new(),
            unused_excludes: Vec::new(),
        }
    }

    #[test]
    fn an_assumed_spread_and_mixed_sources_are_told_under_the_table_and_in_the_workbook() {
        let own = plan(20);
        let reported = PlanPick { source: "reported".into(), ..own.picks[0].clone() };
        let with = |sources: &[&PlanPick], spread_assumed| PlanAnswer {
            totals: PlanTotals { picks: sources.len(), ..own.totals.clone() },
            picks: sources.iter().map(|pick| (*pick).clone()).collect(),
            range: own.range.clone().map(|range| PlanRange { spread_assumed, ..range }),
            ..own.clone()
        };
        let (all, some) = (with(&[&reported], 1), with(&[&reported, &own.picks[0]], 1));
        for (plan, lang, told) in [
            (&all, Lang::En, &["No pick has a range of its own"][..]),
            (&all, Lang::Zh, &["所有人选均无自身区间"]),
            (&some, Lang::En, &["The spread of 1 of the 2 picks is assumed", "1 estimated, 1 reported by Xingtu"]),
            (&some, Lang::Zh, &["2 位人选中有 1 位无自身区间", "估算值 1 位，星图报告值 1 位"]),
        ] {
            let (people, workbook) = (summary(plan, lang), format!("{:?}", totals(plan, lang).rows));
            assert!(told.iter().all(|part| people.contains(part) && workbook.contains(part)), "{people}\n{workbook}");
        }
        assert!(!summary(&all, Lang::En).contains("different sources"));
        assert!(!summary(&own, Lang::En).contains("assume"));
    }

    #[test]
    fn expected_views_outside_the_range_are_explained() {
        for lang in Lang::ALL {
            assert!(!summary(&plan(10), lang).contains(OUTSIDE.of(lang)));
            assert!(summary(&plan(9), lang).contains(OUTSIDE.of(lang)));
        }
    }

    #[test]
    fn a_plan_is_proven_of_those_weighed_and_the_others_are_told_by_why() {
        let left_out_by = PlanLeftOut { price: 3, budget: 1, limit: 12_000, ..PlanLeftOut::default() };
        let cut = PlanAnswer { considered: 50_000, left_out: 12_004, left_out_by, ..plan(20) };
        let told = summary(&cut, Lang::En);
        assert!(told.contains("proven of the 50,000 weighed alone, not of 12,000 more"), "{told}");
        let why = "12,004: 3 without a price at these lengths, 1 over the budget, 12,000 more than can be weighed";
        assert!(told.contains(why), "{told}");
        let told = summary(&cut, Lang::Zh);
        assert!(told.contains("仅在参与比较的 50,000 位中已证明为最优，另有 12,000 位未参与比较"), "{told}");
        assert!(told.contains("12,004 位：所选档位无报价 3 位，超出预算 1 位，超出可比较的人数 12,000 位"), "{told}");
        let told = summary(&plan(20), Lang::Zh);
        assert!(told.contains("已证明为最优") && !told.contains("未参与"), "{told}");
    }

    #[test]
    fn a_runner_up_has_its_name_and_length_and_totals_are_told() {
        let table = picks(&plan(9), Lang::En);
        let cell =
            |name| table.rows[0][table.columns.iter().position(|column| column.name == name).expect(name)].clone();
        assert_eq!(cell("runner_up_name"), Cell::Text("乙".into()));
        assert_eq!(cell("runner_up_tier"), Cell::Text("60".into()));
        let totals = table.totals.expect("totals");
        let left_out_by = PlanLeftOut { limit: 3, ..PlanLeftOut::default() };
        let open = PlanAnswer {
            gap_percent: "1.5".into(),
            left_out: 3,
            left_out_by,
            unused_caps: vec!["美装".into()],
            unused_excludes: vec!["1000009".into()],
            ..plan(20)
        };
        for lang in Lang::ALL {
            let sheet = super::totals(&open, lang);
            let at = |name| sheet.columns.iter().position(|column| column.name == name).expect(name);
            let cell = |name| told(&sheet.rows[0][at(name)], lang);
            // The workbook tells what the terminal does.
            for name in ["best", "not_weighed", "unused_caps", "unused_excludes", "considered"] {
                assert!(summary(&open, lang).contains(&cell(name)), "{name}: {}", cell(name));
            }
            assert!(cell("best").contains("1.5 %") && cell("unused_caps") == "美装");
        }
        assert_eq!((&totals.rows[0][1], &totals.rows[0][10]), (&Cell::Yuan(Fen(10_000)), &Cell::Whole(50)));
    }
}
