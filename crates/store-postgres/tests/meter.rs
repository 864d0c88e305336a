//! What every database must do with money.

mod support;

use support::Schema;

store::meter_conformance!(match Schema::new().await {
    Some(schema) => (schema.store().await, schema),
    None => return,
});

#[tokio::test]
async fn random_workloads_agree_with_a_model_across_restarts() {
    let Some(schema) = Schema::new().await else { return };
    let open = async || schema.store().await;
    store::conformance::meter::model::random_workloads_agree_with_a_model_across_restarts(open).await;
}

#[test]
fn days_are_shanghais_whatever_the_hosts_zone() {
    store::conformance::zones::tests_pass_in_every_zone("days::");
}
