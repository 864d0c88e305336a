//! Prices: what an answer of an endpoint costs.

use catalog::{Endpoint, priced};
use domain::{MicroYuan, sentence};
use serde::Deserialize;
use serde_json::{Value, json};

use super::problem::AdminProblem;
use super::request::{Ask, Outcome, Reply};
use crate::body::Yuan;

/// The price of every endpoint that is charged for.
pub(super) async fn list(ask: &Ask<'_>) -> Outcome {
    let prices = ask.admin.ledger.prices().await?;
    let price = |number| prices.iter().find(|(endpoint, _)| *endpoint == number).map(|(_, price)| *price);
    let prices: Vec<Value> =
        priced().map(|endpoint| price_json(endpoint, price(endpoint.number).unwrap_or_default())).collect();
    Ok(Reply::ok(json!({ "prices": prices })))
}

/// Sets the price of an endpoint, from now on. One for an endpoint that is always free would stand in lists and do nothing.
pub(super) async fn set(ask: &Ask<'_>, name: &str) -> Outcome {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "camelCase")]
    struct Wanted {
        price_yuan: Yuan,
    }
    let endpoint = priced().find(|endpoint| endpoint.name == name).ok_or_else(|| {
        let known: Vec<&str> = priced().map(|endpoint| endpoint.name).collect();
        AdminProblem::not_found(sentence!(
            "no endpoint of that name is charged for: right would be {}",
            "没有该名称的收费接口：可选 {}",
            known.join(", ")
        ))
    })?;
    let Wanted { price_yuan } = ask.json()?;
    let price = price_yuan.amount("priceYuan")?;
    ask.admin.ledger.set_price(endpoint.number, price).await?;
    Ok(Reply::ok(price_json(endpoint, price)))
}

fn price_json(endpoint: &Endpoint, price: MicroYuan) -> Value {
    json!({ "endpoint": endpoint.name, "priceYuan": price.to_string() })
}
