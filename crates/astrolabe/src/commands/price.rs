//! `astrolabe price`: what a success of an endpoint costs.

use std::collections::BTreeMap;

use catalog::{AUTHOR_CP_INFO, Billing, ENDPOINTS, Endpoint, Lang, Text, priced};
use clap::{Args, Subcommand};
use domain::MicroYuan;
use serde_json::{Value, json};
use store::MeterStore;

use crate::amounts::put_amount;
use crate::cli::Common;
use crate::commands::operator_store;
use crate::data_dir::DataDir;
use crate::flags::{endpoint, parse_amount};
use crate::lang::{self, told};
use crate::output;
use crate::tables::fit::{Shape, Sheet};

#[derive(Debug, Subcommand)]
pub(crate) enum PriceVerb {
    /// Set the price of an endpoint, from now on
    Set(SetArgs),
    /// List the endpoints with their prices
    List(ListArgs),
}

#[derive(Debug, Args)]
pub(crate) struct SetArgs {
    /// The endpoint's short name, as `astrolabe price list` shows it
    #[arg(value_parser = with_price)]
    endpoint: &'static Endpoint,
    /// The price of a success in yuan: 0.01; 0 makes it free
    #[arg(value_name = "YUAN", value_parser = parse_amount)]
    price: MicroYuan,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

/// The endpoint of a short name, if it has a price.
fn with_price(name: &str) -> Result<&'static Endpoint, String> {
    let endpoint = endpoint(name)?;
    let names = || priced().map(|priced| priced.name).collect::<Vec<_>>().join(", ");
    match endpoint.billing {
        Billing::Success => Ok(endpoint),
        Billing::Free => Err(told!(
            lang::spoken(),
            "{name} is always free; prices are of: {}",
            "{name} 始终免费；可设定价格的有：{}",
            names()
        )),
        Billing::Rows => Err(told!(
            lang::spoken(),
            "the rows of {name} cost what author_cp_info does; prices are of: {}",
            "{name} 每行按 author_cp_info 的价格计费；可设定价格的有：{}",
            names()
        )),
    }
}

/// Runs the verb.
pub(crate) async fn run(common: &Common, verb: &PriceVerb) -> anyhow::Result<()> {
    // Prices may be set before there is anything else.
    let data = match verb {
        PriceVerb::Set(_) => DataDir::open(common)?,
        PriceVerb::List(_) => DataDir::held(common)?,
    };
    let store = operator_store(&data).await?;
    match verb {
        PriceVerb::Set(args) => set(&*store, args).await,
        PriceVerb::List(args) => list(&*store, args.json).await,
    }
}

async fn set(store: &(impl MeterStore + ?Sized), args: &SetArgs) -> anyhow::Result<()> {
    let SetArgs { endpoint, price, json: as_json } = args;
    store.set_price(endpoint.number, *price).await?;
    let still_free = told_free(store, lang::spoken()).await?;
    let (name, lang) = (endpoint.name, lang::spoken());
    output::person(&match *price {
        MicroYuan::ZERO => told!(lang, "{name} is free from now on", "{name} 现为免费"),
        price => told!(lang, "a success of {name} costs {price} yuan from now on", "{name} 现为每次成功 {price} 元"),
    });
    still_free.iter().for_each(|told| output::person(told));
    if !as_json {
        return Ok(());
    }
    let mut value = json!({ "endpoint": name, "path": endpoint.path, "per": "success" });
    put_amount(&mut value, "price", *price);
    output::json(&value)
}

/// The prices that were set, by the number of the endpoint.
type Prices = BTreeMap<u8, MicroYuan>;

async fn read(store: &(impl MeterStore + ?Sized)) -> anyhow::Result<Prices> {
    Ok(store.prices().await?.into_iter().collect())
}

fn price(prices: &Prices, endpoint: &Endpoint) -> MicroYuan {
    // Each row is charged as a call of that endpoint.
    let priced = if endpoint.billing == Billing::Rows { &AUTHOR_CP_INFO } else { endpoint };
    prices.get(&priced.number).copied().unwrap_or_default()
}

/// The endpoints that tell creators' figures for nothing, where others have a price: all those that may have one tell the same figures.
///
/// # Errors
/// When the prices cannot be read.
pub(crate) async fn told_free(store: &(impl MeterStore + ?Sized), lang: Lang) -> anyhow::Result<Option<String>> {
    Ok(free_text(&read(store).await?, lang))
}

fn free_text(prices: &Prices, lang: Lang) -> Option<String> {
    let of_figures = ENDPOINTS.iter().filter(|endpoint| endpoint.billing != Billing::Free);
    let (free, priced): (Vec<_>, Vec<_>) = of_figures.partition(|endpoint| price(prices, endpoint) == MicroYuan::ZERO);
    if free.is_empty() || priced.is_empty() {
        return None;
    }
    let names = |endpoints: Vec<&&Endpoint>| {
        endpoints.iter().map(|endpoint| endpoint.name).collect::<Vec<_>>().join(Text::new(", ", "、").of(lang))
    };
    let (free, priced) = (names(free), names(priced));
    Some(told!(
        lang,
        "still free, and telling of the same creators what {priced} charges for: {free}. Set a price of each, or give tokens a --scope \
         without them",
        "以下接口仍免费，且同样给出达人的这些数值（{priced} 对此收费）：{free}。请分别设定价格，或以 --scope 使令牌不含这些接口"
    ))
}

async fn list(store: &(impl MeterStore + ?Sized), json: bool) -> anyhow::Result<()> {
    let prices = read(store).await?;
    let price = |endpoint: &Endpoint| price(&prices, endpoint);
    if json {
        let rows = ENDPOINTS.iter().map(|endpoint| {
            let per = if endpoint.billing == Billing::Rows { "row" } else { "success" };
            let mut value = json!({ "endpoint": endpoint.name, "path": endpoint.path, "per": per });
            put_amount(&mut value, "price", price(endpoint));
            value
        });
        return output::json(&rows.collect::<Vec<Value>>());
    }
    let lang = lang::spoken();
    let rows = ENDPOINTS.iter().map(|endpoint| {
        let price = match price(endpoint) {
            MicroYuan::ZERO => Text::new("free", "免费").of(lang).to_owned(),
            price if endpoint.billing == Billing::Rows => told!(lang, "{price} a row", "每行 {price}"),
            price => price.to_string(),
        };
        [endpoint.name.to_owned(), price, endpoint.path.to_owned()]
    });
    let columns = [
        (Text::new("endpoint", "接口"), Shape::Word),
        (Text::new("price (yuan)", "价格（元）"), Shape::Number),
        (Text::new("path", "路径"), Shape::Word),
    ];
    output::result(&Sheet::with_json(columns, rows, &[], lang).text(lang, output::width()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_still_tells_the_figures_for_nothing_is_named() {
        let of = |names: &[&str]| -> Prices {
            names.iter().map(|name| (catalog::endpoint(name).expect("an endpoint").number, MicroYuan(1))).collect()
        };
        let told = |names: &[&str], lang| free_text(&of(names), lang).unwrap_or_default();
        let one = told(&["author_cp_info"], Lang::En);
        assert!(
            one.contains("what author_cp_info, batch charges for: explain, creators, compare, history, plan."),
            "{one}"
        );
        let other = told(&["plan", "history"], Lang::Zh);
        assert!(
            other.contains("（history、plan 对此收费）：author_cp_info、explain、batch、creators、compare。"),
            "{other}"
        );
        let all: Vec<&str> = priced().map(|endpoint| endpoint.name).collect();
        assert_eq!([told(&[], Lang::En), told(&all, Lang::En)], ["", ""]);
    }
}
