//! The upstream source against the simulator, over loopback.

mod books;
mod policy;
mod secrets;
mod support;
mod time;
mod together;
