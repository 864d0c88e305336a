//! Which creators to book for a budget.

use catalog::{Endpoint, PLAN, PlainQuery};
use domain::{BusinessCode, CreatorKey, Platform, Spoken, Text};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::body;
use crate::pipeline::Ask;
use crate::pipeline::paid::PaidQuestion;
use crate::planned::{PlanAsked, PlanFault};
use crate::problem::Problem;
use crate::state::Gateway;

impl PaidQuestion for PlanAsked {
    const ENDPOINT: &'static Endpoint = &PLAN;

    fn read(_query: &PlainQuery<'_>, body: &[u8]) -> Result<Self, Problem> {
        let invalid = |fault: PlanFault| Problem::new(BusinessCode::InvalidParameter, fault.sentence());
        PlanAsked::read(&body::posted(&PLAN, body)?).map_err(invalid)
    }

    fn says(&self) -> String {
        self.canonical().to_string()
    }

    fn creator(&self) -> Option<&CreatorKey> {
        None
    }

    fn platform(&self) -> Option<Platform> {
        Some(PlanAsked::platform(self))
    }

    async fn answer(&self, gateway: &Gateway, _ask: &Ask<'_>) -> Result<Value, Problem> {
        let market = gateway.editions.current().await?;
        let turn = timeout(gateway.settings.plan_wait, gateway.plans.clone().acquire_owned()).await;
        let turn = turn.map_err(|_| busy())?.map_err(|error| Problem::internal(error.into()))?;
        let asked = self.clone();
        // Up to seconds of work: off the threads that answer, and the turn is over only when it ends, whoever hung up.
        let planned = tokio::task::spawn_blocking(move || {
            let planned = asked.answer(&market);
            drop(turn);
            planned
        });
        let planned = planned.await.map_err(|error| Problem::internal(error.into()))?;
        let refused = |why: planner::Infeasible| Problem::new(BusinessCode::InvalidParameter, why.sentence());
        planned.map(|plan| json!(plan)).map_err(refused)
    }
}

fn busy() -> Problem {
    let message = Text::new(
        "too many plans are being made at once: try again in some seconds",
        "正在计算的投放方案过多：请数秒后重试",
    );
    Problem { retry_after_s: Some(5), ..Problem::new(BusinessCode::RateLimited, message) }
}
