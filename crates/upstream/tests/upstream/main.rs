//! The upstream source against the simulator, over loopback.

mod books;
mod closing;
mod network;
mod policy;
mod secrets;
mod stopping;
mod support;
mod telling;
mod time;
mod together;
