//! End-to-end tests: the real binary, real files, real sockets. A file for each thing a user does.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod admin;
mod backtest;
mod backup;
mod batch;
mod certificates;
mod check;
mod demo;
mod failing;
mod hangups;
mod history;
mod hostile;
mod import;
mod killed;
mod languages;
mod log;
mod lost_commit;
mod mcp;
mod money;
mod moved;
mod outages;
mod place;
mod plan;
mod portal;
mod private;
mod rank;
mod replay;
mod replicas;
mod restarted;
mod samples;
mod schema;
mod sdk;
mod secrets;
mod stalled;
mod support;
mod tls;
mod uncounted;
mod unsettled;
mod unwritable;
mod upstream;
mod upstream_told;
mod used_today;
mod xingtu;
