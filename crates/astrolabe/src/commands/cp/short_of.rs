//! What an account and its token still cover of what a list would cost.

use catalog::Lang;
use client::Client;
use domain::MicroYuan;

use super::tally::Tally;
use crate::lang::told;
use crate::output::{counted, thousands};

/// What does not cover it, a sentence each.
pub(super) async fn told(client: &Client, tally: &Tally, lang: Lang) -> anyhow::Result<Vec<String>> {
    let page = client.account().await?;
    let (balance, cost) = (MicroYuan::from_yuan_text(&page.account.balance_yuan)?, tally.charged);
    let mut told = Vec::new();
    if balance < cost {
        told.push(told!(
            lang,
            "the balance of {balance} yuan does not cover the {cost} yuan: have the account topped up",
            "余额 {balance} 元不足以支付 {cost} 元：请先为账户充值"
        ));
    }
    if let Some(cap) = &page.token.spending_cap_yuan {
        let spent = MicroYuan::from_yuan_text(&page.token.spent_yuan)?;
        let left = MicroYuan::from_yuan_text(cap)?.minus(spent).unwrap_or_default();
        if left < cost {
            told.push(told!(
                lang,
                "the token's spending cap leaves {left} yuan and does not cover the {cost} yuan: have it raised",
                "令牌的消费上限仅余 {left} 元，不足以支付 {cost} 元：请申请提高上限"
            ));
        }
    }
    let quotas = [page.account.daily_quota_left, page.token.daily_quota_left];
    if let Some(left) = quotas.into_iter().flatten().min().filter(|left| *left < tally.quota) {
        let (answers, needed, left) = (counted(left, "answer"), thousands(tally.quota), thousands(left));
        told.push(told!(
            lang,
            "today's quota leaves {answers} of the {needed} needed: have it raised, or ask for the rest tomorrow",
            "当日配额仅余 {left} 次，需要 {needed} 次：请申请提高配额，或于次日查询其余达人"
        ));
    }
    Ok(told)
}
