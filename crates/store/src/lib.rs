//! Storage as traits in whole operations, with the conformance suite every database must pass.
