//! A creator's figures as `astrolabe cp` shows them, from the local data or from a server's answer.

use catalog::cp_info_wire::CpInfoData;
use catalog::{Lang, Text};
use client::BatchRow;
use domain::{CreatorKey, Fen, PerTier, Snapshot, Tier, UnixTime, cost_per_mille, percent};
use estimator::Explanation;
use serde_json::{Value, json};

use crate::lang::told;
use crate::tables::{Cell, Column, Kind, Table, told, width_of, words};

/// The figures. What only the local data know is optional.
pub(crate) struct Figures {
    key: CreatorKey,
    name: Option<String>,
    /// What kind of figures the local data have, or where a server had its answer from; not told of one that was given before.
    source: Option<String>,
    method: Option<String>,
    as_of: Option<UnixTime>,
    age_s: Option<u64>,
    expected_views: u64,
    range: Option<(u64, u64)>,
    expected_interactions: Option<u64>,
    hot: HotShare,
    /// On how many posts the share rests.
    hot_posts: Option<u64>,
    prices: Option<PerTier<Option<Fen>>>,
    cpm: PerTier<Option<Fen>>,
    cpe: PerTier<Option<Fen>>,
}

/// A share of hot posts, as far as it is told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum HotShare {
    /// Basis points.
    Known(u64),
    /// None: no post is recent.
    Unknown,
    /// The contract's 0, which may stand for either.
    NotTold,
}

impl HotShare {
    /// The share of an answer, and whether it is known, where that is told.
    fn of(value: u64, is_known: Option<bool>) -> Self {
        match (value, is_known) {
            (_, Some(false)) => Self::Unknown,
            (0, None) => Self::NotTold,
            _ => Self::Known(value),
        }
    }

    fn basis_points(self) -> Option<u64> {
        if let Self::Known(share) = self { Some(share) } else { None }
    }

    fn text(self, lang: Lang) -> String {
        let text = match self {
            Self::Known(share) => return percent(share),
            Self::Unknown => Text::new("unknown: no recent post", "未知：无近期作品"),
            Self::NotTold => Text::new(
                "0.00 %, or unknown for want of a recent post (--explain tells which)",
                "0.00 %，或因无近期作品而未知（--explain 可说明）",
            ),
        };
        text.of(lang).to_owned()
    }
}

impl Figures {
    /// The figures of a stored snapshot.
    pub(crate) fn of_snapshot(snapshot: &Snapshot, now: UnixTime) -> Self {
        Self {
            key: CreatorKey { author_id: snapshot.author_id.clone(), platform: snapshot.platform },
            name: None,
            source: Some(snapshot.source.name().into()),
            method: Some(snapshot.method.to_string()),
            as_of: Some(snapshot.as_of),
            age_s: Some(u64::from(now.seconds_since(snapshot.as_of))),
            expected_views: snapshot.info.expected_views,
            range: snapshot.range.map(|range| (range.p25, range.p75)),
            expected_interactions: snapshot.expected_interactions,
            hot: snapshot.info.hot_item_bp.map_or(HotShare::Unknown, |share| HotShare::Known(share.into())),
            hot_posts: snapshot.hot_posts.map(u64::from),
            prices: Some(snapshot.prices),
            cpm: snapshot.info.cpm,
            cpe: snapshot.info.cpe,
        }
    }

    /// The figures of a server's answer, and what is behind them where that was asked.
    pub(crate) fn of_reply(key: CreatorKey, reply: &client::CpInfoReply, explanation: Option<&Explanation>) -> Self {
        // What is explained is made of what the server itself holds; where it differs from the answer, its posts are not the answer's.
        let is_local = reply.source.as_deref() == Some("local");
        let explained = explanation.filter(|explanation| is_local && explanation.answered.is_none());
        let hot_posts = explained.map(|explanation| u64::from(explanation.hot.posts));
        let is_known = match reply.source.as_deref() {
            Some("local") => hot_posts.map(|posts| posts > 0),
            // Who sold it tells a share.
            Some(_) => Some(true),
            None => None,
        };
        let hot = HotShare::of(reply.data.hot_item.value, is_known);
        Self {
            hot,
            hot_posts: hot_posts.filter(|posts| *posts > 0),
            ..Self::of_data(key, &reply.data, reply.source.clone(), reply.age_s)
        }
    }

    /// The figures of a row of a batch that has `data`.
    pub(crate) fn of_row(key: CreatorKey, row: &BatchRow, data: &CpInfoData) -> Self {
        let hot = HotShare::of(data.hot_item.value, row.hot_item_known);
        Self { hot, hot_posts: row.hot_item_posts, ..Self::of_data(key, data, row.source.clone(), row.age_seconds) }
    }

    /// The figures of the data that a server answered with.
    fn of_data(key: CreatorKey, data: &CpInfoData, source: Option<String>, age_s: Option<u64>) -> Self {
        Self {
            key,
            name: None,
            source,
            method: None,
            as_of: None,
            age_s,
            expected_views: data.expect_vv.value,
            range: None,
            expected_interactions: None,
            hot: HotShare::of(data.hot_item.value, None),
            hot_posts: None,
            prices: None,
            cpm: data.expect_cpm.fen(),
            cpe: data.expect_cpe.fen(),
        }
    }

    /// The same, with the creator's name where it is known.
    pub(crate) fn named(self, name: Option<String>) -> Self {
        Self { name, ..self }
    }

    fn tiers(&self) -> impl Iterator<Item = Tier> + '_ {
        let priced = |tier: &Tier| self.prices.is_some_and(|prices| prices[*tier].is_some());
        Tier::ALL.into_iter().filter(move |tier| priced(tier) || self.cpm[*tier].is_some() || self.cpe[*tier].is_some())
    }

    /// The row of the figures in a [`table`].
    pub(crate) fn cells(&self, status: &str) -> Vec<Cell> {
        let text = |text: &str| Cell::Text(text.to_owned());
        let mut cells = vec![
            text(&self.key.author_id.to_string()),
            Cell::of(self.name.as_deref(), text),
            text(self.key.platform.name()),
            text(status),
            Cell::Whole(self.expected_views),
            Cell::of(self.range, |(p25, _)| Cell::Whole(p25)),
            Cell::of(self.range, |(_, p75)| Cell::Whole(p75)),
            Cell::of(self.expected_interactions, Cell::Whole),
            Cell::of(self.hot.basis_points(), Cell::Share),
            Cell::of(self.hot_posts, Cell::Whole),
        ];
        for tier in Tier::ALL {
            let price = self.prices.and_then(|prices| prices[tier]);
            let [p25, p75] = [self.range.map(|(p25, _)| p25), self.range.map(|(_, p75)| p75)]
                .map(|views| price.zip(views).and_then(|(price, views)| cost_per_mille(price, views)));
            let amounts = [price, self.cpm[tier], p25, p75, self.cpe[tier]];
            cells.extend(amounts.map(|amount| Cell::of(amount, Cell::Yuan)));
        }
        cells.extend([
            Cell::of(self.source.as_deref(), text),
            Cell::of(self.method.as_deref(), text),
            Cell::of(self.as_of, Cell::Moment),
        ]);
        cells.push(Cell::of(self.age_s, |seconds| Cell::Number((seconds as f64 / 864.0).round() / 100.0)));
        cells.push(Cell::Empty);
        cells
    }

    /// The figures for programs: money in fen, shares in basis points, units in the names.
    pub(crate) fn json(&self) -> Value {
        let fen = |amount: Option<Fen>| amount.map(|amount| amount.0);
        let tiers: Vec<Value> = self
            .tiers()
            .map(|tier| {
                json!({
                    "tier": tier.name(), "price_fen": fen(self.prices.and_then(|prices| prices[tier])),
                    "cpm_fen": fen(self.cpm[tier]), "cpe_fen": fen(self.cpe[tier]),
                })
            })
            .collect();
        json!({
            "author_id": self.key.author_id.to_string(), "platform": self.key.platform.name(),
            "source": self.source, "method": self.method, "as_of": self.as_of.map(|moment| moment.to_string()),
            "age_s": self.age_s, "expected_views": self.expected_views,
            "range": self.range.map(|(p25, p75)| json!({"p25": p25, "p75": p75})),
            "expected_interactions": self.expected_interactions, "hot_item_bp": self.hot.basis_points(),
            "hot_item_posts": self.hot_posts, "tiers": tiers,
        })
    }

    /// The figures for people: yuan, percent.
    pub(crate) fn text(&self, lang: Lang) -> String {
        let count = |count: u64| told(&Cell::Whole(count), lang);
        let of = |en: &'static str, zh: &'static str| Text::new(en, zh).of(lang).to_owned();
        let platform = self.key.platform.name();
        let platform = words::platform(platform).map_or(platform, |word| word.of(lang)).to_owned();
        let mut facts = vec![[format!("{} {}", of("creator", "达人"), self.key.author_id), platform]];
        facts.push([of("expected views", "预期播放量"), count(self.expected_views)]);
        if let Some((p25, p75)) = self.range {
            let between = format!("{} {} {}", count(p25), of("and", "与"), count(p75));
            facts.push([of("half of posts between", "半数作品介于"), between]);
        }
        if let Some(interactions) = self.expected_interactions {
            facts.push([of("expected interactions", "预期互动量"), count(interactions)]);
        }
        let of_posts =
            self.hot_posts.map_or_else(String::new, |posts| told!(lang, " of {posts}", "（{posts} 个作品）"));
        facts.push([of("hot posts", "爆款率"), format!("{}{of_posts}", self.hot.text(lang))]);
        if let Some(method) = &self.method {
            facts.push([of("method", "方法"), method.clone()]);
        }
        if let Some(age_s) = self.age_s {
            let as_of = self.as_of.map_or_else(String::new, |moment| told!(lang, " ({})", "（{}）", moment.told(lang)));
            facts.push([of("age of the data", "数据时效"), format!("{}{as_of}", age(age_s, lang))]);
        }
        let width = facts.iter().map(|[name, _]| width_of(name)).max().unwrap_or_default() + 2;
        let line = |[name, value]: &[String; 2]| format!("{name}{}{value}\n", " ".repeat(width - width_of(name)));
        let mut text: String = facts.iter().map(line).collect();
        text.push_str(&self.costs_text(lang));
        text
    }

    /// The costs by length as a table; a column that nothing is known of is left out.
    fn costs_text(&self, lang: Lang) -> String {
        if self.tiers().next().is_none() {
            let none = "no length has a price: a rate card with one gives CPM and CPE";
            return Text::new(none, "各时长档位均无报价：导入含报价的报价表后可得 CPM 与 CPE").of(lang).into();
        }
        let mut table = Table::new(
            [
                Column::new("tier", Kind::Text, "length", "时长档位").of(words::tier),
                Column::new("price_yuan", Kind::Yuan, "price", "报价"),
                Column::new("cpm_yuan", Kind::Yuan, "CPM", "CPM"),
                Column::new("cpe_yuan", Kind::Yuan, "CPE", "CPE"),
            ],
            &[],
        );
        for tier in self.tiers() {
            let price = self.prices.and_then(|prices| prices[tier]);
            let costs = [price, self.cpm[tier], self.cpe[tier]].map(|amount| Cell::of(amount, Cell::Yuan));
            table.rows.push([Cell::Text(tier.name().to_owned())].into_iter().chain(costs).collect());
        }
        table.text(lang)
    }
}

/// A table for figures of many creators.
pub(crate) fn table() -> Table {
    let first = ["author_id", "status", "expected_views", "cpm_21_60_yuan", "cpm_1_20_yuan", "cpm_60_yuan", "cpm_yuan"];
    Table::new(columns(), &first)
}

/// The columns of a [`table`].
pub(crate) fn columns() -> Vec<Column> {
    use Kind::{Id, Moment, Number, Percent, Text, Whole, Yuan};
    vec![
        Column::new("author_id", Id, "creator", "达人 ID"),
        Column::new("name", Text, "name", "名称"),
        Column::new("platform", Text, "platform", "内容类型").of(words::platform),
        Column::new("status", Text, "status", "状态").of(words::status),
        Column::new("expected_views", Whole, "expected views", "预期播放量"),
        Column::new("views_p25", Whole, "views p25", "播放量 p25"),
        Column::new("views_p75", Whole, "views p75", "播放量 p75"),
        Column::new("expected_interactions", Whole, "interactions", "预期互动量"),
        Column::new("hot_percent", Percent, "hot posts", "爆款率"),
        Column::new("hot_of_posts", Whole, "out of posts", "爆款率作品数"),
        Column::new("price_1_20_yuan", Yuan, "price 1–20 s", "报价 1–20 秒"),
        Column::new("cpm_1_20_yuan", Yuan, "CPM 1–20 s", "CPM 1–20 秒"),
        Column::new("cpm_1_20_at_p25_yuan", Yuan, "CPM 1–20 s at p25", "CPM 1–20 秒，播放量 p25"),
        Column::new("cpm_1_20_at_p75_yuan", Yuan, "CPM 1–20 s at p75", "CPM 1–20 秒，播放量 p75"),
        Column::new("cpe_1_20_yuan", Yuan, "CPE 1–20 s", "CPE 1–20 秒"),
        Column::new("price_21_60_yuan", Yuan, "price 21–60 s", "报价 21–60 秒"),
        Column::new("cpm_21_60_yuan", Yuan, "CPM 21–60 s", "CPM 21–60 秒"),
        Column::new("cpm_21_60_at_p25_yuan", Yuan, "CPM 21–60 s at p25", "CPM 21–60 秒，播放量 p25"),
        Column::new("cpm_21_60_at_p75_yuan", Yuan, "CPM 21–60 s at p75", "CPM 21–60 秒，播放量 p75"),
        Column::new("cpe_21_60_yuan", Yuan, "CPE 21–60 s", "CPE 21–60 秒"),
        Column::new("price_60_yuan", Yuan, "price over 60 s", "报价 60 秒以上"),
        Column::new("cpm_60_yuan", Yuan, "CPM over 60 s", "CPM 60 秒以上"),
        Column::new("cpm_60_at_p25_yuan", Yuan, "CPM over 60 s at p25", "CPM 60 秒以上，播放量 p25"),
        Column::new("cpm_60_at_p75_yuan", Yuan, "CPM over 60 s at p75", "CPM 60 秒以上，播放量 p75"),
        Column::new("cpe_60_yuan", Yuan, "CPE over 60 s", "CPE 60 秒以上"),
        Column::new("price_yuan", Yuan, "price", "报价"),
        Column::new("cpm_yuan", Yuan, "CPM", "CPM"),
        Column::new("cpm_at_p25_yuan", Yuan, "CPM at p25", "CPM，播放量 p25"),
        Column::new("cpm_at_p75_yuan", Yuan, "CPM at p75", "CPM，播放量 p75"),
        Column::new("cpe_yuan", Yuan, "CPE", "CPE"),
        Column::new("source", Text, "source", "来源").of(words::source),
        Column::new("method", Text, "method", "方法"),
        Column::new("as_of", Moment, "as of", "数据时间"),
        Column::new("age_days", Number, "age in days", "数据时效（天）"),
        Column::new("message", Text, "message", "说明"),
    ]
}

fn age(seconds: u64, lang: Lang) -> String {
    let (count, unit) = match seconds {
        0..120 => (seconds, Text::new("s", "秒")),
        120..7_200 => (seconds / 60, Text::new("min", "分钟")),
        7_200..172_800 => (seconds / 3_600, Text::new("h", "小时")),
        _ => (seconds / 86_400, Text::new("days", "天")),
    };
    format!("{count} {}", unit.of(lang))
}

#[cfg(test)]
mod tests {
    use catalog::cp_info_wire;
    use domain::{CpInfo, Platform};

    use super::*;

    fn data(hot_item_bp: Option<u32>) -> Value {
        let (cpm, cpe) = (PerTier::default(), PerTier::default());
        let mut data = Vec::new();
        cp_info_wire::write(Platform::ShortVideo, &CpInfo { expected_views: 1000, cpm, cpe, hot_item_bp }, &mut data);
        serde_json::from_slice(&data).expect("JSON")
    }

    fn key() -> CreatorKey {
        CreatorKey { author_id: "42".parse().expect("an id"), platform: Platform::ShortVideo }
    }

    #[test]
    fn a_hot_share_that_is_unknown_is_no_zero() {
        let at = columns().iter().position(|column| column.name == "hot_percent").expect("a column");
        let hot = |hot_item_bp: Option<u32>, is_known: Option<bool>| {
            let row = json!({
                "row": 1, "status": "answered", "chargedYuan": "0", "hotItemKnown": is_known, "hotItemPosts": 25, "data": data(hot_item_bp),
            });
            let row: BatchRow = serde_json::from_value(row).expect("a row");
            Figures::of_row(key(), &row, row.data.as_ref().expect("data")).cells("answered").swap_remove(at)
        };
        assert!(matches!(hot(Some(0), Some(true)), Cell::Share(0)));
        assert!(matches!(hot(None, Some(false)), Cell::Empty));
        // Given again, or by an older server: a 0 may be either.
        assert!(matches!((hot(None, None), hot(Some(1200), None)), (Cell::Empty, Cell::Share(1200))));
    }

    #[test]
    fn one_answer_tells_a_hot_share_as_far_as_it_is_known() {
        let text = |hot_item_bp: Option<u32>, source: Option<&str>, lang| {
            let data = serde_json::from_value(data(hot_item_bp)).expect("data");
            let source = source.map(str::to_owned);
            let reply = client::CpInfoReply { data, request_id: String::new(), source, age_s: None };
            let figures = Figures::of_reply(key(), &reply, None);
            (figures.text(lang), figures.json()["hot_item_bp"].clone())
        };
        let (told, json) = text(None, Some("local"), Lang::Zh);
        assert!(told.contains("或因无近期作品而未知（--explain 可说明）") && json.is_null(), "{told}");
        let (told, json) = text(Some(1200), Some("local"), Lang::En);
        assert!(told.contains("12.00 %\n") && json == 1200, "{told}");
        let (told, json) = text(Some(0), Some("upstream"), Lang::En);
        assert!(told.contains("0.00 %\n") && json == 0, "{told}");
    }
}
