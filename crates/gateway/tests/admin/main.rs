//! The admin API through a real listener over SQLite: every route, its successes and its failures. A file for each resource.

#[path = "../support/mod.rs"]
mod support;

mod accounts;
mod calls;
mod catalog;
mod edge;
mod server;
mod tokens;
mod top_ups;
mod upstreams;
