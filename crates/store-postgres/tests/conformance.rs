//! What every database must do.

mod support;

use support::Schema;

store::conformance!(match Schema::new().await {
    Some(schema) => (schema.store().await, schema),
    None => return,
});
