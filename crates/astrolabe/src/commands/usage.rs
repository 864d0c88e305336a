//! `astrolabe usage`: successes and what they cost, by day, endpoint, token or account.

use std::collections::{BTreeMap, HashMap};

use anyhow::anyhow;
use catalog::{Lang, Text};
use clap::{Args, ValueEnum};
use domain::{MicroYuan, TokenId};
use ledger::{Day, DayRange, RangeError};
use serde_json::{Value, json};
use store::{AccountStore, Usage};

use super::calls::{AccountNames, endpoint_name};
use crate::amounts::put_amount;
use crate::cli::Common;
use crate::commands::operator_store;
use crate::data_dir::DataDir;
use crate::flags::parse_day;
use crate::lang::{self, told};
use crate::now::today;
use crate::output::{self, thousands};
use crate::tables::fit::{Shape, Sheet};

#[derive(Debug, Args)]
pub(crate) struct UsageArgs {
    /// Only an account's
    #[arg(long, value_name = "NAME")]
    account: Option<String>,
    /// The first day, in Asia/Shanghai: 2026-11-24 [default: 30 days up to the last one]
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    from: Option<Day>,
    /// The last day, in Asia/Shanghai [default: today]
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    to: Option<Day>,
    /// What is summed up to one line
    #[arg(long, value_enum, default_value_t = By::Day)]
    by: By,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    Day,
    Endpoint,
    Token,
    Account,
}

impl By {
    fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Endpoint => "endpoint",
            Self::Token => "token",
            Self::Account => "account",
        }
    }

    /// The name for people.
    fn title(self) -> Text {
        match self {
            Self::Day => Text::new("day", "日期"),
            Self::Endpoint => Text::new("endpoint", "接口"),
            Self::Token => Text::new("token", "令牌"),
            Self::Account => Text::new("account", "账户"),
        }
    }

    /// What a row counts towards.
    fn group(self, row: &Usage) -> i64 {
        match self {
            Self::Day => i64::from(row.day.number()),
            Self::Endpoint => i64::from(row.endpoint),
            Self::Token => row.token_id.0,
            Self::Account => row.account_id.0,
        }
    }
}

/// Successes and what they cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Sum {
    calls: u64,
    charged: MicroYuan,
}

impl Sum {
    fn add(&mut self, row: &Usage) {
        self.calls += row.calls;
        self.charged = self.charged.plus(row.charged);
    }
}

/// Runs the verb.
pub(crate) async fn run(common: &Common, args: &UsageArgs) -> anyhow::Result<()> {
    let store = operator_store(&DataDir::held(common)?).await?;
    let range = DayRange::of(args.from, args.to, today()).map_err(backward)?;
    let (from, to) = (range.from(), range.to());
    let account_id = match &args.account {
        Some(name) => Some(store.account(name).await?.id),
        None => None,
    };
    let usage = store.usage(account_id, from, to).await?;
    let (groups, total) = sum_up(&usage, args.by);
    let names = Names::read(&*store).await?;
    if args.json {
        let rows: Vec<Value> = groups.values().map(|(row, sum)| sum_json(names.json(args.by, row), *sum)).collect();
        let days = json!({ "from": from.to_string(), "to": to.to_string(), "zone": "Asia/Shanghai" });
        let value = json!({ "days": days, "by": args.by.name(), "rows": rows, "total": sum_json(json!({}), total) });
        return output::json(&value);
    }
    let lang = lang::spoken();
    let line = |name: String, sum: Sum| [name, thousands(sum.calls), sum.charged.to_string()];
    let rows = groups.values().map(|(row, sum)| line(names.text(args.by, row, lang), *sum));
    let rows = rows.chain([line(Text::new("total", "合计").of(lang).into(), total)]);
    output::person(&told!(
        lang,
        "{from} to {to}, days in Asia/Shanghai",
        "{from} 至 {to}，按 Asia/Shanghai 时区的自然日"
    ));
    let columns = [
        (args.by.title(), if args.by == By::Token { Shape::Prose } else { Shape::Word }),
        (Text::new("successes", "成功次数"), Shape::Number),
        (Text::new("charged (yuan)", "扣费（元）"), Shape::Number),
    ];
    output::result(&Sheet::with_json(columns, rows, &[], lang).text(lang, output::width()))
}

/// The error, which names the flags.
fn backward(RangeError { from, to }: RangeError) -> anyhow::Error {
    anyhow!(told!(
        lang::spoken(),
        "--from {from} is after --to {to}: the first day comes first",
        "--from {from} 晚于 --to {to}：起始日期应不晚于结束日期"
    ))
}

/// The sum of each group, with a row of it to name it by, and the sum of all.
fn sum_up(usage: &[Usage], by: By) -> (BTreeMap<i64, (Usage, Sum)>, Sum) {
    let (mut groups, mut total) = (BTreeMap::new(), Sum::default());
    for row in usage {
        let (_, sum) = groups.entry(by.group(row)).or_insert((*row, Sum::default()));
        sum.add(row);
        total.add(row);
    }
    (groups, total)
}

fn sum_json(mut value: Value, sum: Sum) -> Value {
    value["calls"] = json!(sum.calls);
    put_amount(&mut value, "charged", sum.charged);
    value
}

/// The names people know accounts and tokens by.
struct Names {
    accounts: AccountNames,
    hints: HashMap<TokenId, String>,
}

impl Names {
    async fn read(store: &(impl AccountStore + ?Sized)) -> anyhow::Result<Self> {
        let tokens = store.tokens().await?;
        let hints = tokens.into_iter().map(|(_, token)| (token.id, token.hint)).collect();
        Ok(Self { accounts: AccountNames::read(store).await?, hints })
    }

    fn hint(&self, id: TokenId) -> &str {
        self.hints.get(&id).map_or("unknown", String::as_str)
    }

    fn text(&self, by: By, row: &Usage, lang: Lang) -> String {
        match by {
            By::Day => row.day.to_string(),
            By::Endpoint => endpoint_name(row.endpoint),
            By::Token => {
                let account = self.accounts.name(row.account_id);
                let (id, hint) = (row.token_id, self.hint(row.token_id));
                told!(lang, "{id} of {account} ({hint})", "{account} 的 {id} 号（{hint}）")
            }
            By::Account => self.accounts.name(row.account_id),
        }
    }

    fn json(&self, by: By, row: &Usage) -> Value {
        let account = self.accounts.name(row.account_id);
        match by {
            By::Day => json!({ "day": row.day.to_string() }),
            By::Endpoint => json!({ "endpoint": endpoint_name(row.endpoint) }),
            By::Token => {
                json!({ "token_id": row.token_id.0, "hint": self.hint(row.token_id), "account": account })
            }
            By::Account => json!({ "account": account }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::AccountId;

    #[test]
    fn every_grouping_sums_up_to_the_same_total() {
        let row = |number: i64, endpoint: u8, calls: u64| Usage {
            day: Day::from_number(20_000 + calls as i32),
            account_id: AccountId(1),
            token_id: TokenId(number),
            endpoint,
            calls,
            charged: MicroYuan(calls * 10),
        };
        let usage = [row(1, 1, 2), row(1, 2, 3), row(2, 1, 3)];
        for (by, groups) in [(By::Day, 2), (By::Endpoint, 2), (By::Token, 2), (By::Account, 1)] {
            let (sums, total) = sum_up(&usage, by);
            assert_eq!((sums.len(), total), (groups, Sum { calls: 8, charged: MicroYuan(80) }), "{by:?}");
            assert_eq!(sums.values().map(|(_, sum)| sum.calls).sum::<u64>(), 8);
        }
    }
}
