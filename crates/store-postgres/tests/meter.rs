//! What every database must do with money.

mod support;

use support::Schema;

store::meter_conformance!(match Schema::new().await {
    Some(schema) => (schema.store().await, schema),
    None => return,
});
