//! A plan as people read it: its picks as a table, and what they come to.

use catalog::plan_wire::{PlanAnswer, PlanPick};
use catalog::{Lang, Text};
use domain::Fen;

use crate::output;
use crate::tables::{Cell, Column, Kind, Table, told, words};

const COLUMNS: [Column; 17] = [
    Column::new("author_id", Kind::Id, "creator", "达人 ID"),
    Column::new("name", Kind::Text, "name", "名称"),
    Column::new("category", Kind::Text, "category", "类目"),
    Column::new("tier", Kind::Text, "length", "时长档位").of(words::tier),
    Column::new("price_yuan", Kind::Yuan, "price", "报价"),
    Column::new("price_implied", Kind::Text, "implied", "推算报价"),
    Column::new("expected_views", Kind::Whole, "expected views", "预期播放量").short("expected views", "预期 播放量"),
    Column::new("cpm_yuan", Kind::Yuan, "CPM", "CPM"),
    Column::new("expected_interactions", Kind::Whole, "interactions", "预期互动量"),
    Column::new("runner_up_author_id", Kind::Id, "runner-up", "替补达人 ID"),
    Column::new("runner_up_price_yuan", Kind::Yuan, "its price", "替补报价"),
    Column::new("runner_up_price_implied", Kind::Text, "implied", "替补推算报价"),
    Column::new("runner_up_views", Kind::Whole, "its views", "替补预期播放量"),
    Column::new("interactions_implied", Kind::Text, "implied interactions", "推算互动量"),
    Column::new("views_p25", Kind::Whole, "views p25", "播放量 p25"),
    Column::new("views_p75", Kind::Whole, "views p75", "播放量 p75"),
    Column::new("must_have", Kind::Text, "must-have", "必选"),
];

/// What says whom to book and whom instead, the most telling first.
const TELLING: [&str; 6] = ["author_id", "tier", "price_yuan", "expected_views", "runner_up_author_id", "cpm_yuan"];

/// The picks.
pub(super) fn picks(plan: &PlanAnswer) -> Table {
    let mut table = Table::new(COLUMNS, &TELLING);
    table.rows.extend(plan.picks.iter().map(cells));
    table
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
        Cell::mark(pick.price_implied),
        Cell::Whole(pick.expected_views),
        yuan(pick.cpm_yuan.as_ref()),
        Cell::of(pick.expected_interactions, Cell::Whole),
        text(next.map(|next| &next.o_author_id)),
        yuan(next.map(|next| &next.price_yuan)),
        Cell::mark(next.is_some_and(|next| next.price_implied)),
        Cell::of(next.map(|next| next.expected_views), Cell::Whole),
        Cell::mark(pick.interactions_implied),
        Cell::of(pick.views_p25, Cell::Whole),
        Cell::of(pick.views_p75, Cell::Whole),
        Cell::mark(pick.must_have),
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
    let (picks, considered, left_out) = (totals.picks, plan.considered, plan.left_out);
    let counts = match lang {
        Lang::En => format!("{picks} of {considered} weighed, {left_out} left out"),
        Lang::Zh => format!("{picks} 位（参与比较 {considered} 位，未参与 {left_out} 位）"),
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
    let best = match (plan.gap_percent.as_str(), lang) {
        ("0", Lang::En) => "proven".to_owned(),
        ("0", Lang::Zh) => "已证明为最优".to_owned(),
        (gap, Lang::En) => format!("to within {gap} %"),
        (gap, Lang::Zh) => format!("与最优解相差不超过 {gap} %"),
    };
    facts.push((name("best", "最优性"), best));
    if !plan.unknown.is_empty() {
        facts.push((name("without figures", "无数据"), plan.unknown.join(", ")));
    }
    if !plan.unused_caps.is_empty() {
        facts.push((name("caps of no candidate", "无达人的类目上限"), plan.unused_caps.join(", ")));
    }
    output::facts(facts)
}
